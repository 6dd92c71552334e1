"""What a calendar knows: busy times, times that are offered, and the meetings to hand over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from app.model.clock import moment_of
from app.model.entities import Booking, Busy, FilledForm, Handed, Meeting, Mentorship, Mode, Person, Slot, form_id
from app.model.entities.calendar import Span, handed_id, holder, place_mark, span_of
from app.model.ids import Id
from app.model.queries.asking import Past, Query, Reader
from app.model.queries.look import MONTHS_AHEAD, Look, called_off, months
from app.model.queries.records import SettingOf
from app.model.queries.rows import MeetingRow
from app.model.schedule import NOTICE, again, again_after, apart, aware, following, on_wall, overlapping, seen

PLACE = "calendar.place"
_NONE = timedelta(0)
_MINUTE = timedelta(minutes=1)


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


# ------------------------------------------------------------------ to hand over


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


# ------------------------------------------------------------------ what the phone's calendar shows

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


# ------------------------------------------------------------------ what there is to tell

NewsKind = Literal["offered", "taken", "overtaken", "lost", "clash", "cancelled", "moved", "skipped", "back", "ended"]
SETTLING = timedelta(minutes=5)
"""What is changed so soon after it was planned, nobody knew otherwise."""


ENDED_LATELY = timedelta(days=60)


def heard_key(record: Id) -> str:
    """Where it is kept which of the other's words about a meeting, or about going on, I have seen."""
    return f"heard.{record}"


@dataclass(frozen=True, kw_only=True)
class BookingNews:
    """Something about booking that somebody should hear on Today."""

    kind: NewsKind
    mentorship: Id
    name: str
    starts: datetime
    count: int = 1
    meeting: Id = ""
    booking: Id = ""
    other: str = ""
    """The other person, when two meetings clash."""
    version: str = ""
    """The word of the other that this tells, to be kept once it has been seen."""


def booking_news(look: Look, now: datetime) -> tuple[BookingNews, ...]:
    """What there is to tell: times offered to me, my times that were taken, also after I took them back, one I took that
    somebody else had first, two meetings at one time, what the other one cancelled while nothing else is booked, and
    what they moved, cancelled or put back among others and that they have ended it, until I have seen it.
    """
    ahead = look.ahead()
    booked = {row.mentorship for row in ahead}
    news = [*_clashes(ahead)]
    offers = look.read.count(Slot) > 0
    for person in look.people():
        if not look.active(person.mentorship):
            news += _ended(look, person, now)
            continue
        if offers:
            news += _about_slots(slot_rows(look.read, person.mentorship, now), person)
        if person.mentorship not in booked:
            news += _cancelled(look.read, look, person)
        else:
            news += _changed(look, person, now)
    return tuple(sorted(news, key=lambda one: (_PRESSING.index(one.kind), one.starts)))


_PRESSING: tuple[NewsKind, ...] = (
    "clash",
    "overtaken",
    "lost",
    "ended",
    "moved",
    "skipped",
    "back",
    "cancelled",
    "taken",
    "offered",
)


def _clashes(ahead: list[MeetingRow]) -> list[BookingNews]:
    found: list[BookingNews] = []
    rows = [row for row in ahead if row.overlaps]
    for earlier, later in pairwise(rows):
        if overlapping([(earlier.starts, earlier.ends)], (later.starts, later.ends)):
            about: dict[str, Any] = {"mentorship": later.mentorship, "meeting": later.id, "starts": later.starts}
            found.append(BookingNews(kind="clash", name=later.name, other=earlier.name, **about))
    return found


def _about_slots(rows: tuple[SlotRow, ...], person: Person) -> list[BookingNews]:
    found: list[BookingNews] = []
    about: dict[str, Any] = {"mentorship": person.mentorship, "name": person.name}
    theirs = [row for row in rows if row.open and not row.mine]
    if theirs:
        found.append(BookingNews(kind="offered", starts=theirs[0].starts, count=len(theirs), **about))
    for row in rows:
        if row.mine and row.meeting and not row.my_booking and not row.given:
            booking = row.booking or ""
            kind: NewsKind = "overtaken" if row.withdrawn else "taken"
            found.append(BookingNews(kind=kind, starts=row.starts, meeting=row.meeting, booking=booking, **about))
        if row.lost and not any(one.my_booking for one in rows):
            found.append(BookingNews(kind="lost", starts=row.starts, **about))
    return found


def _cancelled(read: Reader, look: Look, person: Person) -> list[BookingNews]:
    """The next meeting that the other one cancelled, while nothing else is booked."""
    rows = [
        row
        for row in look.rows(read.where(Meeting, standing=f"{person.mentorship}/cancelled"))
        if look.now is not None and apart(row.starts, look.now) > timedelta(0) and _by_other(read, row.id)
    ]
    about: dict[str, Any] = {"mentorship": person.mentorship, "name": person.name}
    return [BookingNews(kind="cancelled", starts=row.starts, meeting=row.id, **about) for row in rows[:1]]


def _ended(look: Look, person: Person, now: datetime) -> list[BookingNews]:
    """That the other has ended it, lately and unseen: what I had booked meanwhile does not come off."""
    pair = look.mentorship(person.mentorship)
    if pair is None or pair.ended is None or now.date() - pair.ended > ENDED_LATELY:
        return []
    said = next((past for past in look.read.history(Mentorship.KIND, pair.id) if "status" in past.cells), None)
    if said is None or said.mine or SettingOf(heard_key(pair.id)).answer(look.read) == said.version:
        return []
    about: dict[str, Any] = {"mentorship": pair.id, "name": person.name, "version": said.version}
    return [BookingNews(kind="ended", starts=seen(said.at, now.tzinfo), **about)]


def _changed(look: Look, person: Person, now: datetime) -> list[BookingNews]:
    """What the other moved, cancelled or put back among meetings that are booked, as far as I have not seen it."""
    found: list[BookingNews] = []
    first = now.date()
    for month in months(first, first + timedelta(days=30 * MONTHS_AHEAD)):
        for meeting in look.month(month):
            if meeting.mentorship != person.mentorship or meeting.edited == meeting.made or meeting.began is not None:
                continue
            row = look.row(meeting)
            if meeting.status == "held" or apart(row.starts, now) <= _NONE:
                continue
            said = _last_said(look.read.history(Meeting.KIND, meeting.id), moment_of(meeting.made))
            if said is None or said[1].mine or SettingOf(heard_key(meeting.id)).answer(look.read) == said[1].version:
                continue
            about: dict[str, Any] = {"mentorship": person.mentorship, "name": person.name, "meeting": meeting.id}
            found.append(BookingNews(kind=said[0], starts=row.starts, version=said[1].version, **about))
    return found


def _last_said(history: Sequence[Past], made: datetime) -> tuple[NewsKind, Past] | None:
    """The last word on when a booked meeting is, or whether it is at all, from its versions, the newest first. What was
    changed back before anybody can have known of it is nothing.
    """
    became = [past for past in history if "status" in past.cells]
    skipped = bool(became) and became[0].cells["status"] == "cancelled"
    back = {
        later.version
        for later, earlier in pairwise(became)
        if earlier.cells["status"] == "cancelled" and later.at - earlier.at >= SETTLING
    }
    for past in became[:1] if skipped else history:
        if past.at - made < SETTLING:
            return None
        if skipped or "starts" in past.cells:
            return ("skipped" if skipped else "moved"), past
        if past.version in back:
            return "back", past
    return None


def _by_other(read: Reader, meeting: Id) -> bool:
    """Whether the last word on what became of a meeting is the other's."""
    return next((not past.mine for past in read.history(Meeting.KIND, meeting) if "status" in past.cells), False)


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


# ------------------------------------------------------------------ times to suggest

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
