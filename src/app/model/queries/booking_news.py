"""What there is to tell about booking: offers, bookings, clashes, and what the other one changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

from app.model.clock import moment_of
from app.model.entities import Meeting, Mentorship, Person, Slot
from app.model.ids import Id
from app.model.queries.asking import Past, Reader
from app.model.queries.calendar import SlotRow, slot_rows
from app.model.queries.look import MONTHS_AHEAD, Look, months
from app.model.queries.records import SettingOf
from app.model.queries.rows import MeetingRow
from app.model.schedule import apart, overlapping, seen

_NONE = timedelta(0)

NewsKind = Literal["offered", "taken", "overtaken", "lost", "clash", "cancelled", "moved", "skipped", "back", "ended"]
SETTLING = timedelta(minutes=5)
"""What those who planned it change so soon afterwards, nobody else knew otherwise."""


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
    changed back before anybody can have known of it is nothing; whoever had a hand in it knows of it.
    """
    known = any(past.mine for past in history)
    became = [past for past in history if "status" in past.cells]
    skipped = bool(became) and became[0].cells["status"] == "cancelled"
    back = {
        later.version
        for later, earlier in pairwise(became)
        if earlier.cells["status"] == "cancelled" and (later.at - earlier.at >= SETTLING or later.mine != earlier.mine)
    }
    for past in became[:1] if skipped else history:
        if "mentorship" in past.cells or (past.at - made < SETTLING and not known):
            return None  # planning it, which two can do at once, is no change of it
        if skipped or "starts" in past.cells:
            return ("skipped" if skipped else "moved"), past
        if past.version in back:
            return "back", past
    return None


def _by_other(read: Reader, meeting: Id) -> bool:
    """Whether the last word on what became of a meeting is the other's."""
    return next((not past.mine for past in read.history(Meeting.KIND, meeting) if "status" in past.cells), False)
