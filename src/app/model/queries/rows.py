"""The rows that lists are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from app.model.entities import (
    Agenda,
    GoalStatus,
    ListItem,
    Measure,
    MeetingStatus,
    MentorshipStatus,
    MinutesStatus,
    Mode,
    Origin,
    Outcome,
    Owner,
    PairRole,
    TaskStatus,
)
from app.model.ids import Id
from app.model.schedule import LISTS, Phase
from app.model.schema import Visibility

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class MeetingRow:
    """A meeting in a list."""

    id: Id
    mentorship: Id
    name: str
    my_role: PairRole
    starts: datetime
    ends: datetime
    length: int
    place: str
    mode: Mode
    aim: str
    status: MeetingStatus
    phase: Phase
    began: datetime | None
    ended: datetime | None
    series: Id | None
    number: int | None
    overlaps: bool = False

    @property
    def checklist(self) -> str:
        """The list for this phase."""
        return LISTS[self.phase]


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """A task in a list."""

    id: Id
    text: str
    mentorship: Id | None
    name: str
    owner: Owner
    mine: bool
    due: date | None
    status: TaskStatus
    outcome: Outcome
    learned: str
    meeting: Id | None
    goal: Id | None
    visibility: Visibility


@dataclass(frozen=True, kw_only=True)
class GoalRow:
    """A goal in a list, with how far it has come."""

    id: Id
    title: str
    mentorship: Id | None
    name: str
    owner: PairRole
    mine: bool
    visibility: Visibility
    measure: Measure
    value: float
    start: float
    target: float | None
    unit: str
    fraction: float | None
    due: date | None
    status: GoalStatus
    next_step: str
    skills: frozenset[str]
    steps: int


@dataclass(frozen=True, kw_only=True)
class ProgressRow:
    """One entry in the history of a goal; `total` is where it stood after it."""

    id: Id
    at: datetime
    by: PairRole
    mine: bool
    name: str
    delta: float | None
    value: float | None
    total: float
    comment: str


@dataclass(frozen=True, kw_only=True)
class MinutesRow:
    """Minutes in a list."""

    id: Id
    meeting: Id
    mentorship: Id
    name: str
    document: str
    status: MinutesStatus
    at: datetime
    begun: datetime
    edited: datetime


@dataclass(frozen=True, kw_only=True)
class NoteRow:
    """A note in a list."""

    id: Id
    title: str
    mentorship: Id | None
    meeting: Id | None
    name: str
    origin: Origin
    at: datetime
    edited: datetime


@dataclass(frozen=True, kw_only=True)
class Page(Generic[R]):
    """A piece of a long list; `next` asks for the following one."""

    rows: tuple[R, ...] = ()
    next: int | None = None


@dataclass(frozen=True, kw_only=True)
class PairRow:
    """A mentorship by its name."""

    mentorship: Id
    person: Id
    name: str
    my_role: PairRole


@dataclass(frozen=True, kw_only=True)
class PersonRow(PairRow):
    """A mentorship in the list of people."""

    status: MentorshipStatus
    form: str
    next: MeetingRow | None
    last_met: datetime | None
    open_tasks: int
    open_goals: int
    held: int
    planned: int


@dataclass(frozen=True, kw_only=True)
class ListView:
    """A list as it stands for one meeting or mentorship. Which items there are, the library knows."""

    document: str
    ticks: frozenset[str] = frozenset()
    set_aside: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    places: Mapping[str, str] = field(default_factory=dict)
    own: tuple[ListItem, ...] = ()
    lacking: frozenset[str] = frozenset()
    """Of what a line may depend on (`DEPENDS`), that which is not so."""


@dataclass(frozen=True, kw_only=True)
class OpenCritical:
    """A critical item that is neither ticked nor set aside."""

    document: str
    item: str
    meeting: Id | None
    mentorship: Id
    name: str
    starts: datetime | None = None
    """When the meeting was; nothing for a list of the relationship."""


@dataclass(frozen=True, kw_only=True)
class TodayMeeting:
    """The meeting that the day is about now."""

    row: MeetingRow
    phase: Phase
    checklist: str
    run: ListView
    goal: GoalRow | None
    minutes: Id | None
    note: Id | None
    evaluated: bool
    agenda: tuple[Agenda, ...]
