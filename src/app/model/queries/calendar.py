"""Busy times, times that are offered and booked, what stands in the way, and times to suggest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app.model.entities import Booking, Busy, FilledForm, Meeting, Mentorship, Mode, Slot, form_id
from app.model.entities.calendar import Span, holder, span_of
from app.model.ids import Id
from app.model.queries.asking import Query, Reader
from app.model.queries.look import Look, called_off, months
from app.model.schedule import NOTICE, again, again_after, apart, aware, following, overlapping, seen

_NONE = timedelta(0)


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
    withdrawn: bool
    """Whoever offered it has taken it back; taken before that was known, it is a meeting all the same."""


@dataclass(frozen=True)
class SlotsOf(Query[tuple[SlotRow, ...]]):
    """The times offered in a mentorship that lie ahead, soonest first: open ones, taken ones, and those I lost."""

    mentorship: Id
    now: datetime

    def answer(self, read: Reader) -> tuple[SlotRow, ...]:
        return slot_rows(read, self.mentorship, self.now)


def slot_rows(read: Reader, mentorship: Id, now: datetime) -> tuple[SlotRow, ...]:
    rows = []
    pair = read.one(Mentorship, mentorship)
    over = pair is not None and pair.status == "ended"
    for slot in read.where(Slot, mentorship=mentorship):
        starts = aware(slot.starts, slot.zone, now.tzinfo)
        if apart(starts, now) <= _NONE:
            continue
        bookings = read.where(Booking, slot=slot.id)
        held = holder(slot, bookings)
        meeting = None if held is None else read.one(Meeting, held.meeting)
        standing = meeting is not None and meeting.status != "cancelled" and not called_off(read, meeting, pair, starts)
        mine = [one for one in bookings if _mine(read, one)]
        free = held is None and not slot.withdrawn and not over
        if slot.withdrawn and not mine and not standing:
            continue
        rows.append(
            SlotRow(
                id=slot.id,
                starts=seen(starts, now.tzinfo),
                ends=seen(following(starts, timedelta(minutes=slot.length)), now.tzinfo),
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
                withdrawn=slot.withdrawn,
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.starts, row.id)))


def _mine(read: Reader, record: Slot | Booking) -> bool:
    """Whether I wrote its first version; the space it lives in tells my devices."""
    first = min(read.history(record.KIND, record.id), key=lambda entry: entry.version, default=None)
    return first is not None and first.mine


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
        if row.status == "planned" and overlapping([(row.starts, row.ends)], span):
            return InTheWay(starts=row.starts, ends=row.ends, name=row.name)
    for person in look.people() if read.count(Slot) else ():
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
        starts = aware(meeting.starts, meeting.zone, self.now.tzinfo)
        if meeting.ended is not None or apart(following(starts, timedelta(minutes=meeting.length)), self.now) <= _NONE:
            return None
        form = read.one(FilledForm, form_id(mentorship.space, "agreement.mentoring", mentorship.id))
        rule = form.answers.get("notice") if form is not None else None
        if not isinstance(rule, str) or rule not in NOTICE:
            return None
        until = NOTICE[rule](starts)
        return Notice(rule=rule, late=apart(self.now, until) > _NONE, until=until)


# ------------------------------------------------------------------ times to suggest


@dataclass(frozen=True, kw_only=True)
class Again:
    """The last meeting with somebody, and the same time a rhythm on."""

    meeting: Id
    starts: datetime
    weeks: int


@dataclass(frozen=True)
class AgainWith(Query["Again | None"]):
    """The same time again with somebody, when they have met before."""

    mentorship: Id
    now: datetime

    def answer(self, read: Reader) -> Again | None:
        mentorship = read.one(Mentorship, self.mentorship)
        if mentorship is None:
            return None
        today = self.now.date()
        for month in reversed(months(today - timedelta(days=183), today)):
            found = read.where(Meeting, in_month=f"{self.mentorship}/{month}")
            held = [
                one
                for one in found
                if one.status == "held" and apart(aware(one.starts, one.zone, self.now.tzinfo), self.now) <= _NONE
            ]
            if held:
                last = max(held, key=lambda one: (one.starts, one.id))
                starts = again_after(last.starts, last.zone, mentorship.weeks, self.now)
                return Again(meeting=last.id, starts=starts.replace(tzinfo=None), weeks=mentorship.weeks)
        return None


SUGGESTED = 6


@dataclass(frozen=True)
class SlotsToOffer(Query[tuple[datetime, ...]]):
    """Times to offer, on the wall: the usual hour, a rhythm on, and the days around it, where nothing of mine is."""

    mentorship: Id
    length: int
    zone: str
    now: datetime

    def answer(self, read: Reader) -> tuple[datetime, ...]:
        mentorship = read.one(Mentorship, self.mentorship)
        if mentorship is None:
            return ()
        wall = self.now.replace(tzinfo=None, second=0, microsecond=0)
        usual = AgainWith(self.mentorship, self.now).answer(read)
        first = usual.starts if usual else datetime.combine(wall.date() + timedelta(days=7), time(16))
        for row in Look(read, self.now).ahead():
            if row.mentorship != self.mentorship:
                continue
            if row.series:  # who has a rhythm for months ahead wants another time soon, not after the last of them
                first = usual.starts if usual else datetime.combine(first.date(), row.starts.time())
                break
            first = again(row.starts.replace(tzinfo=None), mentorship.weeks, wall)  # a rhythm after what is booked
        days = [day for week in range(4) for day in _around(week * 7)]
        found: list[datetime] = []
        for day in days:
            one = first + timedelta(days=day)
            if one <= wall or (one.weekday() > 4 and first.weekday() <= 4):  # not on a weekend, unless they always do
                continue
            starts = aware(one, self.zone, self.now.tzinfo)
            span = (starts, following(starts, timedelta(minutes=self.length)))
            if in_the_way(read, span, self.now) is None:
                found.append(one)
            if len(found) == SUGGESTED:
                break
        return tuple(sorted(found[:3])) + tuple(sorted(found[3:]))


def _around(start: int) -> tuple[int, ...]:
    """A day, the one after it, then the others of its week."""
    return (start, start + 1, start + 2, start - 1, start + 3, start - 2, start + 4)
