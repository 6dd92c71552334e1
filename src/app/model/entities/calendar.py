"""Times that are taken or offered, and what another calendar knows: busy times from it, slots, who booked one, and what
it was told of my meetings.
"""

from __future__ import annotations

from datetime import UTC, datetime

from app.model.entities.words import MODES, Mode
from app.model.fields import choice, flag, labels, moment, number, ref, text, wall_time, zone
from app.model.ids import Id, named_id
from app.model.schema import Entity, entity

_STAMP = "%Y%m%dT%H%MZ"

Span = tuple[datetime, datetime]
"""From when until when."""


@entity("busy", spaces=("personal",), keys=("month",))
class Busy(Entity):
    """When I am busy in a month, by another calendar: start and end, and nothing of what it is."""

    month: str = text()
    spans: frozenset[str] = labels(default=frozenset())


@entity("handed", spaces=("personal",), keys=("month",))
class Handed(Entity):
    """What my phone's calendar was last told of a meeting: it rings by that, whatever has become of the meeting since.

    It outlives the meeting and holds no words of anybody. Without a start the calendar was told nothing of it, by choice.
    """

    meeting: Id = ref("meeting")
    month: str = text(default="")
    sequence: int = number(least=0, whole=True, default=0)
    starts: datetime | None = moment(default=None)
    ends: datetime | None = moment(default=None)
    zone: str = zone(default="")
    floating: bool = flag(default=False)
    """It shows a time on the wall, wherever it is (the meeting has no zone): `starts` and `ends` are that time, as if in UTC."""
    cancelled: bool = flag(default=False)
    alarms: frozenset[str] = labels(default=frozenset())
    place: str = text(default="")
    """Which place it shows, as `place_mark` has it."""


@entity("slot", spaces=("mentoring",), keys=("mentorship",))
class Slot(Entity):
    """A time that one offers for a meeting, to be taken by the other."""

    mentorship: Id = ref("mentorship")
    starts: datetime = wall_time()
    zone: str = zone(default="")
    length: int = number(least=5, most=600, whole=True, default=60)
    place: str = text(default="")
    mode: Mode = choice(MODES, default="in_person")
    withdrawn: bool = flag(yes_wins=True, default=False)
    given: Id | None = ref("booking", default=None)
    """The booking that whoever offered has seen and said yes to: it holds, whatever comes later."""


@entity("booking", spaces=("mentoring",), keys=("mentorship", "slot"), append_only=True)
class Booking(Entity):
    """Somebody took a slot. Never changed: of several, one holds and the others are told."""

    mentorship: Id = ref("mentorship")
    slot: Id = ref("slot")
    meeting: Id = ref("meeting")
    at: datetime | None = moment(default=None)
    name: str = text(longest=120, default="")


def busy_id(personal: str, month: str) -> Id:
    """The record of a month's busy times."""
    return named_id("busy", personal, month)


def handed_id(personal: str, meeting: Id) -> Id:
    """The record of what the calendar was told of a meeting."""
    return named_id("handed", personal, meeting)


def place_mark(place: str) -> str:
    """By what one sees that a place has changed, without the place."""
    return named_id("place", place) if place else ""


def slot_meeting_id(slot: Id) -> Id:
    """The meeting that a slot becomes: one, however many take it."""
    return named_id("meeting", slot)


def said(span: Span) -> str:
    """A span as it is kept."""
    return "/".join(at.astimezone(UTC).strftime(_STAMP) for at in span)


def span_of(kept: str) -> Span | None:
    """A kept span; nothing where it says nothing."""
    try:
        start, end = (datetime.strptime(part, _STAMP).replace(tzinfo=UTC) for part in kept.split("/"))
    except ValueError:
        return None
    return (start, end) if start < end else None


def holder(slot: Slot, bookings: list[Booking]) -> Booking | None:
    """Who has the slot: the booking that was said yes to, else the first one by the clocks, with the id in a tie.

    A pure function of what is there, so that every device comes to the same answer in any order of arrival.
    """
    given = next((one for one in bookings if one.id == slot.given), None)
    return given or min(bookings, key=lambda one: (one.made, one.id), default=None)
