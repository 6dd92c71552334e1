"""What a calendar knows: busy times, times that are offered, and the meetings to hand over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.model.clock import moment_of
from app.model.entities import Booking, Busy, FilledForm, Meeting, Mentorship, Mode, Slot, form_id
from app.model.entities.calendar import Span, holder, span_of
from app.model.ids import Id
from app.model.queries.asking import Query, Reader
from app.model.queries.look import Look, months
from app.model.queries.records import SettingOf
from app.model.queries.rows import MeetingRow
from app.model.schedule import NOTICE, apart, aware, following, overlapping

TAKEN = "calendar.taken"


@dataclass(frozen=True)
class BusyBetween(Query[tuple[Span, ...]]):
    """My busy times by another calendar that touch these days, soonest first."""

    first: date
    last: date

    def answer(self, read: Reader) -> tuple[Span, ...]:
        return tuple(busy_between(read, self.first, self.last))


@dataclass(frozen=True)
class BusyCount(Query[int]):
    """How many busy times are kept."""

    def answer(self, read: Reader) -> int:
        return sum(len(one.spans) for one in read.where(Busy))


def busy_between(read: Reader, first: date, last: date) -> list[Span]:
    """The busy times that touch these days. Each is kept with the month it begins in, and is at most a month long."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=2)
    found = [
        span
        for month in months((start - timedelta(days=32)).date(), end.date())
        for one in read.where(Busy, month=month)
        for span in map(span_of, one.spans)
        if span is not None and span[0] < end and span[1] > start
    ]
    return sorted(found)


# ------------------------------------------------------------------ slots


@dataclass(frozen=True, kw_only=True)
class SlotRow:
    """An offered time, as one of the two sees it."""

    id: Id
    starts: datetime
    ends: datetime
    length: int
    place: str
    mode: Mode
    mine: bool
    """I offered it."""
    meeting: Id | None
    """The meeting it became, if it is taken."""
    by: str
    """Who has it."""
    my_booking: bool
    """I have it."""
    lost: bool
    """I took it, and somebody else was first."""
    open: bool
    """It can be taken now."""
    booking: Id | None
    given: bool
    """Whoever offered it has said yes."""


@dataclass(frozen=True)
class SlotsOf(Query[tuple[SlotRow, ...]]):
    """The times offered in a mentorship that lie ahead, soonest first: open ones, taken ones, and those I lost."""

    mentorship: Id
    now: datetime

    def answer(self, read: Reader) -> tuple[SlotRow, ...]:
        return slot_rows(read, self.mentorship, self.now)


def slot_rows(read: Reader, mentorship: Id, now: datetime) -> tuple[SlotRow, ...]:
    rows = []
    for slot in read.where(Slot, mentorship=mentorship):
        starts = aware(slot.starts, slot.zone, now.tzinfo)
        if apart(starts, now) <= timedelta(0):
            continue
        bookings = read.where(Booking, slot=slot.id)
        held = holder(slot, bookings)
        meeting = None if held is None else read.one(Meeting, held.meeting)
        standing = meeting is not None and meeting.status != "cancelled"
        mine = [one for one in bookings if _mine(read, one)]
        free = held is None and not slot.withdrawn
        if slot.withdrawn and not mine:
            continue
        rows.append(
            SlotRow(
                id=slot.id,
                starts=starts,
                ends=following(starts, timedelta(minutes=slot.length)),
                length=slot.length,
                place=slot.place,
                mode=slot.mode,
                mine=_mine(read, slot),
                meeting=meeting.id if meeting is not None and standing else None,
                by=held.name if held is not None else "",
                my_booking=held is not None and _mine(read, held) and standing,
                lost=bool(mine) and held is not None and not _mine(read, held),
                open=free,
                booking=None if held is None else held.id,
                given=held is not None and slot.given == held.id,
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.starts, row.id)))


def _mine(read: Reader, record: Slot | Booking) -> bool:
    """Whether I wrote its first version; the space it lives in tells my devices."""
    first = min((entry.version for entry in read.history(record.KIND, record.id)), default="")
    return read.mine(record.space, first[16:])


# ------------------------------------------------------------------ what stands in the way


@dataclass(frozen=True, kw_only=True)
class InTheWay:
    """Why a time cannot be offered: my meeting or my slot with somebody, or a busy time without a name."""

    starts: datetime
    ends: datetime
    name: str = ""
    slot: bool = False


@dataclass(frozen=True)
class WayOf(Query["InTheWay | None"]):
    """What stands in the way of a time of mine: a meeting of mine, a time I offered to somebody, a busy time."""

    starts: datetime
    length: int
    now: datetime
    but: Id = ""

    def answer(self, read: Reader) -> InTheWay | None:
        ends = following(self.starts, timedelta(minutes=self.length))
        return in_the_way(read, (self.starts, ends), self.now, but=self.but)


def in_the_way(read: Reader, span: Span, now: datetime, *, but: Id = "") -> InTheWay | None:
    """The first thing that touches this span, meetings before slots before busy times."""
    look = Look(read, now)
    first, last = span[0].date() - timedelta(days=1), span[1].date() + timedelta(days=1)
    meetings = [
        meeting
        for month in months(first, last)
        for meeting in read.where(Meeting, month=month)
        if meeting.status == "planned" and meeting.id != but
    ]
    for row in look.rows(meetings):
        if overlapping([(row.starts, row.ends)], span):
            return InTheWay(starts=row.starts, ends=row.ends, name=row.name)
    for person in look.people():
        for slot in slot_rows(read, person.mentorship, now):
            if slot.mine and slot.open and overlapping([(slot.starts, slot.ends)], span):
                return InTheWay(starts=slot.starts, ends=slot.ends, name=person.name, slot=True)
    for start, end in busy_between(read, first, last):
        if overlapping([(start, end)], span):
            return InTheWay(starts=start, ends=end)
    return None


# ------------------------------------------------------------------ the notice agreed on


@dataclass(frozen=True, kw_only=True)
class Notice:
    """How long before a meeting it may be moved or cancelled, as agreed on; `late` if that has passed."""

    rule: str
    late: bool
    until: datetime


@dataclass(frozen=True)
class NoticeOf(Query["Notice | None"]):
    """The notice that the two agreed on for a meeting; nothing where they agreed on none, or it is over."""

    meeting: Id
    now: datetime

    def answer(self, read: Reader) -> Notice | None:
        meeting = read.one(Meeting, self.meeting)
        mentorship = None if meeting is None else read.one(Mentorship, meeting.mentorship)
        if meeting is None or mentorship is None:
            return None
        form = read.one(FilledForm, form_id(mentorship.space, "agreement.mentoring", mentorship.id))
        rule = form.answers.get("notice") if form is not None else None
        if not isinstance(rule, str) or rule not in NOTICE:
            return None
        starts = aware(meeting.starts, meeting.zone, self.now.tzinfo)
        until = NOTICE[rule](starts)
        return Notice(rule=rule, late=apart(self.now, until) > timedelta(0), until=until)


# ------------------------------------------------------------------ to hand over


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A meeting with what a calendar file says about it."""

    row: MeetingRow
    meeting: Meeting
    made: datetime
    edited: datetime


@dataclass(frozen=True)
class ToHandOver(Query[tuple[Handed, ...]]):
    """The meetings for a calendar file: one, a series from now on, or all to come. Cancelled ones only if a calendar
    can know them: they were there when something was last taken out.
    """

    now: datetime
    meeting: Id = ""
    series: Id = ""

    def answer(self, read: Reader) -> tuple[Handed, ...]:
        look = Look(read, self.now)
        if self.meeting:
            one = read.one(Meeting, self.meeting)
            found = [] if one is None else [one]
        elif self.series:
            found = read.where(Meeting, series=self.series)
        else:
            found = [*read.where(Meeting)] if read.count(Meeting) <= 2000 else _ahead(read, self.now)
        taken = SettingOf(TAKEN).answer(read)
        known = datetime.fromisoformat(taken) if isinstance(taken, str) else None
        by_id = {meeting.id: meeting for meeting in found}
        handed = []
        for row in look.rows(found):
            meeting = by_id[row.id]
            made = moment_of(meeting.made)
            coming = apart(row.ends, self.now) > timedelta(0) and row.ended is None
            if not (coming or self.meeting) or (row.status == "held" and not self.meeting):
                continue
            if row.status == "cancelled" and not self.meeting and (known is None or made > known):
                continue
            handed.append(Handed(row=row, meeting=meeting, made=made, edited=moment_of(meeting.edited)))
        return tuple(handed)


def _ahead(read: Reader, now: datetime) -> list[Meeting]:
    """Two years of the calendar: of very many meetings most are over."""
    first = now.date() - timedelta(days=1)
    return [
        meeting for month in months(first, first + timedelta(days=731)) for meeting in read.where(Meeting, month=month)
    ]
