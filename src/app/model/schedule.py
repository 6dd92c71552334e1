"""When meetings are: rhythms on the clock of the wall, zones, and what the clock says about a meeting.

A meeting at 16.00 stays at 16.00 when summer time begins or ends; only where two meetings or `now` are compared do
zones matter. There the instants are compared: between two times of one zone Python looks at the hands of the clock,
which are an hour off in the night when they are moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import WEEKLY, rrule

Phase = Literal["before", "during", "after"]

LISTS: dict[Phase, str] = {
    "before": "checklist.before_session",
    "during": "checklist.during_session",
    "after": "checklist.after_session",
}
"""The list that belongs to each phase of a meeting."""
_NONE = timedelta(0)
NEAR = timedelta(minutes=30)
"""From here on a meeting is about to begin: what is wanted now is the note, not the preparation."""


def rhythm(starts: datetime, weeks: int, count: int) -> tuple[datetime, ...]:
    """The local times of a series: every so many weeks, so many times, the first one included."""
    return tuple(rrule(WEEKLY, interval=weeks, count=count, dtstart=starts.replace(tzinfo=None)))


def again(starts: datetime, weeks: int, after: datetime | None = None) -> datetime:
    """The same weekday and local time some weeks on; later than `after`, in whole steps, if that is given."""
    found = starts + timedelta(weeks=weeks)
    while after is not None and found <= after:
        found += timedelta(weeks=weeks)
    return found


def aware(wall: datetime, zone: str, fallback: tzinfo | None = None) -> datetime:
    """The moment when the wall in that zone shows that time. A time that spring skips is as much later as it skips."""
    where: tzinfo = ZoneInfo(zone) if zone else (fallback or UTC)
    return wall.replace(tzinfo=where).astimezone(UTC).astimezone(where)


def seen(moment: datetime, here: tzinfo | None) -> datetime:
    """A moment on the clock of whoever looks. A clock without a named zone knows nothing of other seasons: what has a
    named one stays on that.
    """
    named, own = getattr(here, "key", ""), getattr(moment.tzinfo, "key", "")
    return moment if here is None or (own and not named) else moment.astimezone(here)


def on_wall(moment: datetime, zone: str, fallback: tzinfo | None = None) -> datetime:
    """What the wall in that zone shows at a moment."""
    return moment.astimezone(ZoneInfo(zone) if zone else (fallback or UTC)).replace(tzinfo=None)


def again_after(starts: datetime, zone: str, weeks: int, now: datetime) -> datetime:
    """The same weekday and time on the wall of that zone, some weeks on and yet to come, as whoever looks sees it."""
    wall = again(starts, weeks, on_wall(now, zone, now.tzinfo))
    return seen(aware(wall, zone, now.tzinfo), now.tzinfo)


def apart(later: datetime, earlier: datetime) -> timedelta:
    """The time that passes from one moment to another, whatever the clocks do meanwhile."""
    return later.astimezone(UTC) - earlier.astimezone(UTC)


def following(moment: datetime, span: timedelta) -> datetime:
    """The moment when that much time has passed, on the same clock."""
    return (moment.astimezone(UTC) + span).astimezone(moment.tzinfo)


def phase(
    starts: datetime,
    ends: datetime,
    now: datetime,
    began: datetime | None = None,
    ended: datetime | None = None,
) -> Phase:
    """What the clock says: before, during or after. Beginning early and ending early count; nobody has to tap."""
    if ended is not None:
        return "after"
    if apart(starts, now) > _NONE and (began is None or apart(began, now) > _NONE):
        return "before"
    return "during" if apart(ends, now) > _NONE else "after"


def overlapping(spans: Iterable[tuple[datetime, datetime]], span: tuple[datetime, datetime]) -> bool:
    """Whether a span of time touches one of the others; ending when the next begins is no overlap."""
    return any(apart(span[1], start) > _NONE and apart(end, span[0]) > _NONE for start, end in spans)


def _day_before(starts: datetime, days: int) -> datetime:
    """The end of that day: what one does "the day before" one does before midnight."""
    midnight = datetime(starts.year, starts.month, starts.day) - timedelta(days=days - 1)  # noqa: DTZ001 - zoned below
    return midnight.replace(tzinfo=starts.tzinfo)


NOTICE: Mapping[str, Callable[[datetime], datetime]] = {
    "2h": lambda starts: following(starts, timedelta(hours=-2)),
    "24h": lambda starts: _day_before(starts, 1),
    "48h": lambda starts: _day_before(starts, 2),
}
"""Until when a meeting may be moved or cancelled, by what the agreement says about it."""
