"""When meetings are: rhythms on the clock of the wall, zones, and what the clock says about a meeting.

A meeting at 16.00 stays at 16.00 when summer time begins or ends; only where two meetings or `now` are compared do
zones matter.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    if now < starts and (began is None or began > now):
        return "before"
    return "during" if now < ends else "after"


def overlapping(spans: Iterable[tuple[datetime, datetime]], span: tuple[datetime, datetime]) -> bool:
    """Whether a span of time touches one of the others; ending when the next begins is no overlap."""
    return any(start < span[1] and span[0] < end for start, end in spans)
