"""Where the ending of a relationship stands, and what of it deserves a word today."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.model.entities import (
    FilledForm,
    Fulfilment,
    Goal,
    Meeting,
    Mentorship,
    Note,
    PairRole,
    Person,
    Retention,
    form_id,
    retention_id,
)
from app.model.ids import Id
from app.model.queries.asking import Query, Reader
from app.model.queries.records import SettingOf

LAST = 3
"""So many meetings before the last one it is time to talk about the ending."""
AHEAD = timedelta(days=14)
"""So long before private notes are deleted it is said."""
CONFIDENTIALITY = "agreement.confidentiality"
_MONTHS = {"end": 0, "3m": 3, "12m": 12}


def warned_key(mentorship: Id) -> str:
    """Where it is kept that the day of deleting has been shown, and which day."""
    return f"retention.warned.{mentorship}"


@dataclass(frozen=True, kw_only=True)
class ClosingView:
    """A relationship on its way to the end. `day` is when my private notes go; without one they stay."""

    mentorship: Mentorship
    name: str
    my_role: PairRole
    held: int
    fate: str
    decided: bool
    day: date | None
    notes: int
    open_goals: int
    fulfilled: tuple[Fulfilment, ...]
    warned: bool
    mine_done: bool = False
    """Whether my notes have been dealt with since it ended."""

    @property
    def left(self) -> int:
        """Meetings that are still to come, as far as the two have agreed on a number."""
        return max(self.mentorship.planned - self.held, 0)

    @property
    def soon(self) -> bool:
        """Whether the last meetings have come."""
        return self.mentorship.status != "ended" and self.held > 0 and self.left <= LAST

    def due(self, today: date) -> bool:
        """Whether the day has come, or has passed while nobody looked."""
        return self.day is not None and self.day <= today and not self.mine_done

    def near(self, today: date) -> bool:
        """Whether the day is near enough to say so."""
        return self.day is not None and self.day - today <= AHEAD and not self.mine_done


@dataclass(frozen=True)
class ClosingOf(Query["ClosingView | None"]):
    """How far a relationship has come towards its end."""

    mentorship: Id

    def answer(self, read: Reader) -> ClosingView | None:
        people = read.where(Person, mentorship=self.mentorship)
        mentorship = read.one(Mentorship, self.mentorship)
        return None if mentorship is None or not people else _view(read, people[0], mentorship)


@dataclass(frozen=True)
class ClosingNews(Query[tuple[ClosingView, ...]]):
    """The relationships of which something about the ending deserves a word: the last meetings, or the day of deleting."""

    now: datetime

    def answer(self, read: Reader) -> tuple[ClosingView, ...]:
        found: list[ClosingView] = []
        for person in read.where(Person):
            mentorship = read.one(Mentorship, person.mentorship)
            if mentorship is None or not _worth_a_look(read, mentorship):
                continue
            view = _view(read, person, mentorship)
            if view.soon or view.near(self.now.date()):
                found.append(view)
        return tuple(found)


@dataclass(frozen=True)
class HeldDays(Query[tuple[date, ...]]):
    """The days on which the two have met, the first first."""

    mentorship: Id

    def answer(self, read: Reader) -> tuple[date, ...]:
        held = read.where(Meeting, standing=f"{self.mentorship}/held")
        return tuple(sorted(one.starts.date() for one in held))


@dataclass(frozen=True)
class NoteIds(Query[tuple[Id, ...]]):
    """My private notes about a mentorship, by their ids."""

    mentorship: Id

    def answer(self, read: Reader) -> tuple[Id, ...]:
        return tuple(card.id for card in read.cards(Note, mentorship=self.mentorship))


def _worth_a_look(read: Reader, mentorship: Mentorship) -> bool:
    """Ask for the number of meetings before anything else: most relationships are nowhere near their end."""
    if mentorship.status == "ended":
        return True
    return mentorship.planned - read.count(Meeting, standing=f"{mentorship.id}/held") <= LAST


def _view(read: Reader, person: Person, mentorship: Mentorship) -> ClosingView:
    decided = read.one(Retention, retention_id(mentorship.id))
    fate = decided.fate if decided is not None else _agreed(read, mentorship)
    day = None
    if decided is not None and mentorship.ended is not None and fate in _MONTHS:
        day = months_on(mentorship.ended, _MONTHS[fate])
    warned = SettingOf(warned_key(mentorship.id)).answer(read)
    fulfilled = sorted(read.where(Fulfilment, mentorship=mentorship.id), key=lambda one: (one.role, one.made))
    return ClosingView(
        mentorship=mentorship,
        name=person.name,
        my_role=person.my_role,
        held=read.count(Meeting, standing=f"{mentorship.id}/held"),
        fate=fate,
        decided=decided is not None,
        day=day,
        notes=read.count(Note, mentorship=mentorship.id),
        open_goals=read.count(Goal, open=mentorship.id),
        fulfilled=tuple(fulfilled),
        warned=day is not None and warned == day.isoformat(),
        mine_done=_is_done(read, mentorship.id, [one for one in fulfilled if one.role == person.my_role]),
    )


def standings(read: Reader, mentorship: Id) -> dict[str, str]:
    """By version, each time it was said that a relationship is planned, goes on or has ended."""
    history = read.history(Mentorship.KIND, mentorship)
    return {past.version: str(past.cells["status"]) for past in history if "status" in past.cells}


def _is_done(read: Reader, mentorship: Id, mine: list[Fulfilment]) -> bool:
    """Whether one of my receipts is from after the last time it went on; two who end it apart have ended it once.

    A receipt that names no ending that is here is for what there was.
    """
    if not mine:
        return False
    said = standings(read, mentorship)
    went_on = max((version for version, status in said.items() if status != "ended"), default="")
    return any(said.get(one.of) != "ended" or one.of > went_on for one in mine)


def _agreed(read: Reader, mentorship: Mentorship) -> str:
    """What the confidentiality agreement says; it is proposed, and decides nothing by itself."""
    form = read.one(FilledForm, form_id(mentorship.space, CONFIDENTIALITY, mentorship.id))
    answer = form.answers.get("retention") if form is not None else None
    return str(answer) if answer in _MONTHS else "3m"


def months_on(day: date, months: int) -> date:
    """The same day so many months on; where a month is too short, its last."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
