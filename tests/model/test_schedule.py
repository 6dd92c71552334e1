"""Rhythms on the wall's clock, daylight saving in Stockholm, phases of a meeting, overlaps."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from app.model.schedule import LISTS, again, apart, aware, following, overlapping, phase, rhythm

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def test_every_other_tuesday_ten_times() -> None:
    times = rhythm(datetime(2026, 9, 29, 16), 2, 10)
    assert len(times) == 10
    assert {time.strftime("%a %H:%M") for time in times} == {"Tue 16:00"}
    assert times[-1] == datetime(2027, 2, 2, 16)
    assert {later - earlier for earlier, later in pairwise(times)} == {timedelta(days=14)}


@pytest.mark.parametrize(
    ("wall", "utc", "offset"),
    [
        # Summer time ends on 25 October 2026 at 03.00, and begins on 28 March 2027 at 02.00.
        (datetime(2026, 10, 24, 16), "2026-10-24T14:00+00:00", 2),
        (datetime(2026, 10, 25, 1, 59), "2026-10-24T23:59+00:00", 2),
        (datetime(2026, 10, 25, 2, 30), "2026-10-25T00:30+00:00", 2),  # the first of the two
        (datetime(2026, 10, 25, 3, 0), "2026-10-25T02:00+00:00", 1),
        (datetime(2026, 10, 27, 16), "2026-10-27T15:00+00:00", 1),
        (datetime(2027, 3, 28, 1, 59), "2027-03-28T00:59+00:00", 1),
        (datetime(2027, 3, 28, 3, 0), "2027-03-28T01:00+00:00", 2),
        (datetime(2027, 3, 30, 16), "2027-03-30T14:00+00:00", 2),
    ],
)
def test_sixteen_stays_sixteen(wall: datetime, utc: str, offset: int) -> None:
    found = aware(wall, "Europe/Stockholm")
    assert found.astimezone(UTC).isoformat(timespec="minutes") == utc
    assert found.replace(tzinfo=None) == wall
    assert found.utcoffset() == timedelta(hours=offset)


def test_a_time_that_spring_skips_is_an_hour_later() -> None:
    assert aware(datetime(2027, 3, 28, 2, 30), "Europe/Stockholm").strftime("%H:%M") == "03:30"


def test_a_meeting_without_a_zone_is_in_the_zone_of_who_asks() -> None:
    assert aware(datetime(2026, 7, 1, 16), "", STOCKHOLM).utcoffset() == timedelta(hours=2)
    assert aware(datetime(2026, 7, 1, 16), "").utcoffset() == timedelta(0)


def test_same_time_again_is_in_the_future() -> None:
    starts = datetime(2026, 10, 13, 16)
    assert again(starts, 2) == datetime(2026, 10, 27, 16)
    assert again(starts, 2, after=datetime(2026, 10, 27, 16)) == datetime(2026, 11, 10, 16)
    assert again(starts, 1, after=datetime(2026, 10, 13, 17)) == datetime(2026, 10, 20, 16)


def test_the_clock_says_which_list_is_wanted() -> None:
    starts = datetime(2026, 10, 14, 15, tzinfo=STOCKHOLM)
    ends = starts + timedelta(hours=1)

    def at(hour: int, minute: int, **told: datetime) -> str:
        return phase(starts, ends, starts.replace(hour=hour, minute=minute), **told)

    assert [at(14, 0), at(14, 59), at(15, 0), at(15, 5), at(15, 59), at(16, 0), at(16, 10)] == [
        "before", "before", "during", "during", "during", "after", "after",
    ]  # fmt: skip
    early = starts.replace(hour=14, minute=40)
    assert at(14, 45, began=early) == "during"
    assert at(14, 30, began=early) == "before"
    assert at(15, 30, began=early, ended=starts.replace(minute=20)) == "after"
    assert set(LISTS) == {"before", "during", "after"}


# Each night's clock is moved by an hour; what people count are the minutes that pass.
AUTUMN, SPRING = datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2027, 3, 28, 0, tzinfo=UTC)


@pytest.mark.parametrize("night", [AUTUMN, SPRING])
def test_in_the_night_when_the_clocks_are_moved_real_time_counts(night: datetime) -> None:
    starts = (night + timedelta(minutes=50)).astimezone(STOCKHOLM)
    ends = following(starts, timedelta(minutes=60))
    assert ends.astimezone(UTC) == night + timedelta(minutes=110)
    assert apart(ends, starts) == timedelta(minutes=60)
    for minutes, expected in ((30, "before"), (49, "before"), (50, "during"), (109, "during"), (110, "after")):
        now = (night + timedelta(minutes=minutes)).astimezone(STOCKHOLM)
        assert phase(starts, ends, now) == expected
    after = (night + timedelta(minutes=115)).astimezone(STOCKHOLM)
    inside = (night + timedelta(minutes=105)).astimezone(STOCKHOLM)
    assert not overlapping([(starts, ends)], (after, following(after, timedelta(minutes=60))))
    assert overlapping([(starts, ends)], (inside, following(inside, timedelta(minutes=60))))


def test_touching_is_no_overlap() -> None:
    def span(first: int, last: int) -> tuple[datetime, datetime]:
        return tuple(datetime(2026, 10, 14, hour, tzinfo=STOCKHOLM) for hour in (first, last))  # type: ignore[return-value]

    assert overlapping([span(9, 11)], span(10, 12))
    assert overlapping([span(9, 12)], span(10, 11))
    assert not overlapping([span(9, 10), span(11, 12)], span(10, 11))
    assert not overlapping([], span(10, 11))
