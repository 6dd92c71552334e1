"""The clock never runs backwards, never refuses, and lets nobody pull it far."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.model.clock import COUNTER_BITS, LEEWAY, Clock, milliseconds, moment_of, reading, skew

moments = st.datetimes(datetime(1960, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
remote = st.integers(0, (1 << 63) - 1)
NOW = datetime(2026, 10, 14, 12, tzinfo=UTC)


@given(st.lists(st.one_of(moments, st.tuples(remote, moments)), max_size=30))
def test_every_reading_is_later_than_the_one_before(events: list[datetime | tuple[int, datetime]]) -> None:
    clock = Clock()
    for event in events:
        before = clock.last
        clock = clock.tick(event) if isinstance(event, datetime) else clock.meet_all([event[0]], event[1])
        assert clock.last > before


def test_it_follows_the_wall() -> None:
    clock = Clock().tick(NOW)
    assert moment_of(clock.last) == NOW
    assert clock.tick(NOW).last == clock.last + 1
    assert moment_of(clock.tick(NOW + timedelta(seconds=1)).last) == NOW + timedelta(seconds=1)


def test_a_wall_that_goes_back_only_makes_the_counter_count() -> None:
    clock = Clock().tick(NOW)
    assert clock.tick(NOW - timedelta(days=20_000)).last == clock.last + 1


def test_somebody_elses_clock_pulls_five_minutes_at_most() -> None:
    near = reading(NOW + timedelta(minutes=4))
    assert Clock().meet_all([near], NOW).last == near + 1
    far = reading(datetime(2099, 1, 1, tzinfo=UTC))
    assert Clock().meet_all([far], NOW).last == reading(NOW + LEEWAY) + 1
    assert Clock(far).meet_all([near], NOW).last == far + 1


def test_readings_have_room_below_and_an_end_above() -> None:
    assert reading(datetime(1969, 1, 1, tzinfo=UTC)) == 0
    assert milliseconds(reading(NOW)) == int(NOW.timestamp() * 1000)
    assert reading(NOW) & ((1 << COUNTER_BITS) - 1) == 0
    assert reading(datetime(9999, 12, 31, tzinfo=UTC)) < 1 << 63
    assert moment_of((1 << 63) - 1).year >= 4000


def test_a_difference_is_told_from_two_minutes_on() -> None:
    assert skew(reading(NOW + timedelta(minutes=1)), NOW) is None
    assert skew(reading(NOW + timedelta(hours=3)), NOW) == timedelta(hours=3)
    assert skew(reading(NOW - timedelta(hours=3)), NOW) == -timedelta(hours=3)
