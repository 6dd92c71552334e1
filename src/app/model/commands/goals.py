"""Goals, the steps towards them, and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.model.commands.base import Command
from app.model.entities import Measure, Outcome, Owner, PairRole, TaskStatus
from app.model.fields import Answer
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class SetGoal(Command):
    """Set a goal. Without a mentorship, or with `private`, it lives in the personal space."""

    title: str
    id: Id = ""
    mentorship: Id | None = None
    private: bool = False
    owner: PairRole = "mentee"
    skills: frozenset[str] = frozenset()
    measure: Measure = "count"
    start: float = 0
    target: float | None = None
    unit: str = ""
    due: date | None = None
    next_step: str = ""
    support: frozenset[str] = frozenset()
    answers: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ShareGoal(Command):
    """Write a private goal into the space of its mentorship; the private one goes to the trash."""

    goal: Id
    mentorship: Id | None = None
    id: Id = ""


@dataclass(frozen=True, kw_only=True)
class RecordProgress(Command):
    """A step (`delta`) or where one stands (`value`)."""

    goal: Id
    delta: float | None = None
    value: float | None = None
    comment: str = ""
    id: Id = ""


@dataclass(frozen=True, kw_only=True)
class ReachGoal(Command):
    """The goal is reached."""

    goal: Id


@dataclass(frozen=True, kw_only=True)
class LetGoOfGoal(Command):
    """The goal is let go of, with the reason if there is one."""

    goal: Id
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ReopenGoal(Command):
    """Go on with a goal that was reached or let go of."""

    goal: Id


@dataclass(frozen=True, kw_only=True)
class AddTask(Command):
    """Promise something. Without a mentorship, or with `private`, it lives in the personal space."""

    text: str
    id: Id = ""
    mentorship: Id | None = None
    meeting: Id | None = None
    goal: Id | None = None
    owner: Owner = "mentee"
    due: date | None = None
    private: bool = False
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class BroughtTask:
    """A task as a table tells it. `id` is free, or that of a task here or in the trash."""

    id: Id
    text: str
    owner: Owner = "mentee"
    due: date | None = None
    status: TaskStatus = "todo"
    outcome: Outcome = ""
    tried: str = ""
    learned: str = ""
    notes: str = ""
    settled: datetime | None = None
    goal: Id | None = None
    meeting: Id | None = None
    private: bool = False


@dataclass(frozen=True, kw_only=True)
class BringTasks(Command):
    """Take tasks in from elsewhere: new ones are made, those in the trash come back with what is told now, and those
    that are here stay as they are.
    """

    mentorship: Id | None
    tasks: tuple[BroughtTask, ...]


@dataclass(frozen=True, kw_only=True)
class MoveTask(Command):
    """Move a task to another column (todo, doing, done), or to another day, or both."""

    task: Id
    status: str | None = None
    due: date | None = None


@dataclass(frozen=True, kw_only=True)
class TaskOutcome(Command):
    """How it went: done, or tried and what was learned. Both finish the task."""

    task: Id
    outcome: str = "done"
    tried: str = ""
    learned: str = ""
