"""What the phone's own calendar was told, what it shows by that, and what it is to be told now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from app.model.clock import moment_of
from app.model.entities import Handed, Meeting
from app.model.entities.calendar import handed_id, place_mark
from app.model.ids import Id
from app.model.queries.asking import Query, Reader
from app.model.queries.look import MONTHS_AHEAD, Look, months
from app.model.queries.records import SettingOf
from app.model.queries.rows import MeetingRow
from app.model.schedule import apart, aware, following, on_wall, seen

PLACE = "calendar.place"
_NONE = timedelta(0)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class CalendarEntry:
    """A meeting as a calendar file has it, or that it is no more."""

    id: Id
    name: str
    starts: datetime
    ends: datetime
    zone: str
    """Whose clock tells both without doubt; empty where none does."""
    floating: bool
    """The meeting has no zone: its time is that of the wall, wherever one is."""
    place: str
    cancelled: bool
    series: Id | None
    sequence: int
    edited: datetime | None


@dataclass(frozen=True)
class ToHandOver(Query[tuple[CalendarEntry, ...]]):
    """The meetings for a calendar file: one, a series from now on, all to come, or only those (`old`) about which the
    calendar is wrong. What was cancelled or deleted is among them if the calendar knows it.
    """

    now: datetime
    meeting: Id = ""
    series: Id = ""
    old: bool = False

    def answer(self, read: Reader) -> tuple[CalendarEntry, ...]:
        look = Look(read, self.now)
        told = told_ahead(read, self.now, MONTHS_OUT)
        if self.meeting:
            one = read.one(Meeting, self.meeting)
            found = [] if one is None else [one]
        elif self.series:
            found = read.where(Meeting, series=self.series)
        else:
            found = _ahead(read, self.now)
        by_id = {meeting.id: meeting for meeting in found}
        entries = []
        for row in look.rows(found):
            known = told.get(row.id) or read.one(Handed, handed_id(read.personal, row.id))
            coming = apart(row.ends, self.now) > _NONE and row.ended is None and row.status != "held"
            shown = known is not None and known.starts is not None and not known.cancelled
            stale = known is not None and stale_of(look, known, self.now) is not None
            if stale or (not self.old and (self.meeting or (coming and (row.status != "cancelled" or shown)))):
                entries.append(_entry(row, by_id[row.id], known))
        elsewhere = told.values() if not self.series else ()
        for known in elsewhere:
            wanted = not self.meeting or known.meeting == self.meeting
            if wanted and known.meeting not in by_id and stale_of(look, known, self.now) is not None:
                meeting = read.one(Meeting, known.meeting)
                entries.append(_gone(known, self.now) if meeting is None else _entry(look.row(meeting), meeting, known))
        return tuple(sorted(entries, key=lambda one: (one.starts, one.id)))


def _ahead(read: Reader, now: datetime) -> list[Meeting]:
    """Two years of the calendar, page by page: of very many meetings most are over."""
    return [meeting for month in _months_out(now, MONTHS_OUT) for meeting in read.where(Meeting, month=month)]


def _months_out(now: datetime, count: int) -> list[str]:
    first = now.astimezone(UTC).date() - timedelta(days=1)
    return months(first, first + timedelta(days=1 + 30 * count))


def _entry(row: MeetingRow, meeting: Meeting, known: Handed | None) -> CalendarEntry:
    made, edited = moment_of(meeting.made), moment_of(meeting.edited)
    starts = aware(meeting.starts, meeting.zone)
    ends = following(starts, timedelta(minutes=meeting.length))
    doubtful = starts.replace(tzinfo=None) != meeting.starts or ends.fold  # skipped in spring, or twice in autumn
    return CalendarEntry(
        id=row.id,
        name=row.name,
        starts=row.starts,
        ends=row.ends,
        zone="" if doubtful else meeting.zone,
        floating=not meeting.zone,
        place=row.place,
        cancelled=row.status == "cancelled",
        series=row.series,
        sequence=_next(max(0, int((edited - made).total_seconds())), known),
        edited=edited,
    )


def _gone(known: Handed, now: datetime) -> CalendarEntry:
    """A meeting of which nothing is left but that the calendar shows it."""
    assert known.starts is not None
    assert known.ends is not None
    return CalendarEntry(
        id=known.meeting,
        name="",
        starts=_shown(known.starts, known, now),
        ends=_shown(max(known.ends, known.starts + _MINUTE), known, now),  # of two devices, each may have told one
        zone=known.zone,
        floating=known.floating,
        place="",
        cancelled=True,
        series=None,
        sequence=_next(0, known),
        edited=None,
    )


def _shown(kept: datetime, known: Handed, now: datetime) -> datetime:
    """A time that the calendar shows, for whoever looks at it here."""
    if known.floating:
        return aware(on_wall(kept, "UTC"), "", now.tzinfo)
    return seen(kept.astimezone(ZoneInfo(known.zone)) if known.zone else kept, now.tzinfo)


def _next(seconds: int, known: Handed | None) -> int:
    """It grows with each file, also where a change arrives that was written before the last one that went out."""
    return seconds if known is None or known.starts is None else max(seconds, known.sequence + 1)


MONTHS_OUT = 24
OFFERED = "calendar.offered"
StaleKind = Literal["moved", "cancelled", "changed"]


@dataclass(frozen=True, kw_only=True)
class Stale:
    """A meeting about which my phone's calendar is wrong: when it rings, and when the meeting is, if it still is."""

    kind: StaleKind
    meeting: Id
    name: str
    shows: datetime
    starts: datetime | None


@dataclass(frozen=True, kw_only=True)
class CalendarNews:
    """Whether meetings can be taken out, said once; what the calendar has wrong; how many it does not know."""

    offer: bool = False
    old: tuple[Stale, ...] = ()
    new: int = 0


@dataclass(frozen=True)
class CalendarNewsOf(Query[CalendarNews]):
    """How my phone's calendar stands to the meetings of the months to come."""

    now: datetime

    def answer(self, read: Reader) -> CalendarNews:
        return calendar_news(Look(read, self.now), self.now)


def calendar_news(look: Look, now: datetime) -> CalendarNews:
    """The same within an answer that has looked ahead already."""
    read = look.read
    rows = {row.id: row for row in look.ahead()}
    if not read.count(Handed):
        return CalendarNews(offer=bool(rows) and SettingOf(OFFERED).answer(read) is not True)
    told = told_ahead(read, now, MONTHS_AHEAD)
    for id in rows.keys() - told.keys():  # what was told of another month, or nothing
        if (found := read.one(Handed, handed_id(read.personal, id))) is not None:
            told[id] = found
    old = [
        stale for known in told.values() if (stale := stale_of(look, known, now, rows.get(known.meeting))) is not None
    ]
    return CalendarNews(
        old=tuple(sorted(old, key=lambda one: (one.starts or one.shows, one.meeting))),
        new=len(rows.keys() - told.keys()),
    )


def told_ahead(read: Reader, now: datetime, count: int) -> dict[Id, Handed]:
    """What the calendar was told of the months to come, by meeting."""
    if not read.count(Handed):
        return {}
    return {known.meeting: known for month in _months_out(now, count) for known in read.where(Handed, month=month)}


def stale_of(look: Look, known: Handed, now: datetime, row: MeetingRow | None = None) -> Stale | None:
    """What the calendar has wrong about a meeting. What it would not ring for any more is left as it is."""
    if known.starts is None or known.ends is None:
        return None
    shows, until = _shown(known.starts, known, now), _shown(known.ends, known, now)
    rings = not known.cancelled and apart(shows, now) > _NONE
    meeting = look.read.one(Meeting, known.meeting) if row is None else None
    row = row if meeting is None else look.row(meeting)
    if row is not None and (row.began is not None or row.ended is not None or row.status == "held"):
        return None
    about: dict[str, Any] = {"meeting": known.meeting, "name": row.name if row else "", "shows": shows}
    if row is None or row.status == "cancelled":
        return Stale(kind="cancelled", starts=None, **about) if rings else None
    if not rings and apart(row.starts, now) <= _NONE:
        return None
    if apart(row.starts, shows) != _NONE:
        return Stale(kind="moved", starts=row.starts, **about)
    other = known.place and known.place != place_mark(row.place)
    if known.cancelled or other or apart(row.ends, until) != _NONE:
        return Stale(kind="changed", starts=row.starts, **about)
    return None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What my phone's calendar knows of a meeting: when it rings before it, and what is wrong there."""

    alarms: frozenset[str]
    stale: Stale | None


@dataclass(frozen=True)
class StandingOf(Query["Standing | None"]):
    """The same of one meeting; nothing where the calendar does not show it."""

    meeting: Id
    now: datetime

    def answer(self, read: Reader) -> Standing | None:
        known = read.one(Handed, handed_id(read.personal, self.meeting))
        if known is None or known.starts is None:
            return None
        stale = stale_of(Look(read, self.now), known, self.now)
        return None if known.cancelled and stale is None else Standing(alarms=known.alarms, stale=stale)
