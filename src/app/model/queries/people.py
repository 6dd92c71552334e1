"""People and the way of a relationship."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.model.entities import (
    FilledForm,
    Meeting,
    Mentorship,
    Person,
    form_id,
)
from app.model.ids import Id
from app.model.queries.agreements import CopiesOf, signed_roles
from app.model.queries.asking import Query, Reader
from app.model.queries.look import TASKS_READ, Look
from app.model.queries.rows import (
    GoalRow,
    ListView,
    MeetingRow,
    PersonRow,
    TaskRow,
)


@dataclass(frozen=True)
class PeopleList(Query[tuple[PersonRow, ...]]):
    """Everybody, in the order they were added."""

    now: datetime

    def answer(self, read: Reader) -> tuple[PersonRow, ...]:
        return Look(read, self.now).people_rows()


@dataclass(frozen=True)
class HeldWith(Query[int]):
    """How many meetings with somebody have been held."""

    mentorship: Id

    def answer(self, read: Reader) -> int:
        return read.count(Meeting, standing=f"{self.mentorship}/held")


StepState = Literal["done", "now", "ahead"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the way of a relationship, and what it still takes."""

    name: str
    state: StepState
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """Everything that a person's page shows. Of the open tasks, the first; `row.open_tasks` says how many there are."""

    row: PersonRow
    person: Person
    mentorship: Mentorship
    steps: tuple[Step, ...]
    next: MeetingRow | None
    tasks: tuple[TaskRow, ...]
    goals: tuple[GoalRow, ...]
    preparation: ListView


@dataclass(frozen=True)
class PersonPage(Query["PersonView | None"]):
    """A person's page. `seeds` are the items of the list before the relationship that make it ready.

    `signed` says whose names hold under the agreement; without it every name that stands there is believed.
    """

    mentorship: Id
    now: datetime
    seeds: tuple[str, ...] = ()
    signed: frozenset[str] | None = None

    def answer(self, read: Reader) -> PersonView | None:
        look = Look(read, self.now)
        person = look.person(self.mentorship)
        mentorship = read.one(Mentorship, self.mentorship)
        if person is None or mentorship is None:
            return None
        row = look.person_row(person)
        preparation = look.list_view("checklist.before_relationship", self.mentorship)
        return PersonView(
            row=row,
            person=person,
            mentorship=mentorship,
            steps=_steps(look, row, mentorship, preparation, self),
            next=row.next,
            tasks=look.task_rows(task.id for task in look.open_with(self.mentorship)[:TASKS_READ]),
            goals=tuple(look.goals(self.mentorship, closed=False)),
            preparation=preparation,
        )


def _steps(
    look: Look, row: PersonRow, mentorship: Mentorship, preparation: ListView, page: PersonPage
) -> tuple[Step, ...]:
    seeds = page.seeds
    settled = preparation.ticks | preparation.set_aside.keys()
    ended = mentorship.status == "ended"
    missing: list[tuple[str, tuple[str, ...]]] = [
        ("ready", tuple(seed for seed in seeds if seed not in settled) if seeds or settled else ("preparation",)),
        ("agreed", () if "agreement" in preparation.set_aside else _unsigned(look, row, mentorship, preparation, page)),
        ("started", () if row.held else ("first_meeting",)),
        ("rhythm", () if row.held > 1 and (row.next or ended) else ("next_meeting",)),
        ("halfway", () if row.held * 2 >= row.planned else ("half_of_meetings",)),
        ("ending", () if ended or mentorship.status == "ending" or row.planned - row.held <= 3 else ("last_three",)),
        ("ended", () if ended else ("closing",)),
    ]
    current = next((place for place, (_, lacks) in enumerate(missing) if lacks), len(missing))
    return tuple(
        Step(name=name, state="done" if not lacks else "now" if place == current else "ahead", missing=lacks)
        for place, (name, lacks) in enumerate(missing)
    )


def _unsigned(
    look: Look, row: PersonRow, mentorship: Mentorship, preparation: ListView, page: PersonPage
) -> tuple[str, ...]:
    """What the agreement still takes: to be filled in and signed, my name, or the other's. A tick stands for one on paper:
    what is signed here speaks for itself, also when it changes afterwards.
    """
    copies = CopiesOf(row.mentorship, "agreement.mentoring").answer(look.read)
    if not copies and "agreement" in preparation.ticks:
        return ()
    form = look.read.one(FilledForm, form_id(mentorship.space, "agreement.mentoring", row.mentorship))
    signed = signed_roles(copies) if page.signed is None else page.signed
    if copies and copies[-1].copy.roles <= signed:
        return ()
    if not signed:
        return ("signatures",) if form is not None else ("agreement",)
    return ("their-signature",) if row.my_role in signed else ("my-signature",)
