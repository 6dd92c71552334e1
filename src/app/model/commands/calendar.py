"""Times that are taken or offered: busy times of another calendar, slots to offer and to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.model.commands.base import Command
from app.model.entities.calendar import Span
from app.model.entities.words import Mode
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class KeepBusy(Command):
    """These are my busy times now; what was kept before goes. None at all forgets them."""

    spans: Sequence[Span] = ()


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a calendar file says about a meeting."""

    meeting: Id
    sequence: int
    starts: datetime
    ends: datetime
    zone: str = ""
    floating: bool = False
    cancelled: bool = False
    alarms: frozenset[str] = frozenset()
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class HandOver(Command):
    """My phone's calendar has been told these. Of `left`, meetings with their starts, it knows nothing, by choice."""

    told: Sequence[Told] = ()
    left: Mapping[Id, datetime] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OfferSlots(Command):
    """Offer times for a meeting. Refused if one lies in the past, or over a meeting, a busy time or another slot."""

    mentorship: Id
    starts: Sequence[datetime]
    zone: str = ""
    length: int | None = None
    place: str | None = None
    mode: Mode | None = None


@dataclass(frozen=True, kw_only=True)
class WithdrawSlot(Command):
    """Take an offered time back, or offer it again."""

    slot: Id
    withdrawn: bool = True


@dataclass(frozen=True, kw_only=True)
class BookSlot(Command):
    """Take an offered time: its meeting is booked."""

    slot: Id
    id: Id = ""
    instead: Id = ""
    """A meeting that this one takes the place of; it is cancelled."""


@dataclass(frozen=True, kw_only=True)
class GiveSlot(Command):
    """Say yes to a booking of a slot that I offered: it holds, whatever comes later."""

    booking: Id


@dataclass(frozen=True, kw_only=True)
class MoveSeries(Command):
    """Move a meeting and those of its series that come after it by the same days, to the same local time."""

    meeting: Id
    starts: datetime
