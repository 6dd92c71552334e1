"""Goals, the steps towards them, and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.model.entities.words import (
    MEASURES,
    OWNERS,
    PAIR_ROLES,
    GoalStatus,
    Measure,
    Outcome,
    Owner,
    PairRole,
    TaskStatus,
)
from app.model.fields import Answer, answers, choice, day, index, labels, moment, number, prose, ref, text
from app.model.ids import Id
from app.model.schema import Entity, entity


@entity("goal", spaces=("personal", "mentoring"), keys=("mentorship", "status", "open"))
class Goal(Entity):
    """A goal. Private or shared is the space it lives in."""

    title: str = text(longest=300)
    mentorship: Id | None = ref("mentorship", default=None)
    owner: PairRole = choice(PAIR_ROLES, default="mentee")
    skills: frozenset[str] = labels(most=3, default=frozenset())
    measure: Measure = choice(MEASURES, default="count")
    start: float = number(default=0)
    target: float | None = number(default=None)
    unit: str = text(longest=40, default="")
    due: date | None = day(default=None)
    next_step: str = text(longest=300, default="")
    support: frozenset[str] = labels(default=frozenset())
    answers: Mapping[str, Answer] = answers(factory=dict)
    status: GoalStatus = choice(
        ("active", "changed", "let_go", "reached"), strong=("let_go", "reached"), default="active"
    )
    reason: str = text(longest=500, default="")
    settled: datetime | None = moment(default=None)

    def keys(self) -> dict[str, Any]:
        """Also whose open goal it is, so that counting them reads nothing."""
        return super().keys() | {"open": self.mentorship if self.status in ("active", "changed") else None}


@entity("progress", spaces=("personal", "mentoring"), keys=("goal",), append_only=True)
class Progress(Entity):
    """A step towards a goal, or back: `delta` adds, `value` says where one stands. Never changed, only taken back."""

    goal: Id = ref("goal")
    at: datetime | None = moment(default=None)
    by: PairRole = choice(PAIR_ROLES)
    delta: float | None = number(default=None)
    value: float | None = number(default=None)
    comment: str = text(longest=500, default="")


@entity("task", spaces=("personal", "mentoring"), keys=("mentorship", "meeting", "goal", "status", "open", "open_by"))
class Task(Entity):
    """Something somebody promised to do."""

    text: str = text(longest=300)
    mentorship: Id | None = ref("mentorship", default=None)
    meeting: Id | None = ref("meeting", default=None)
    goal: Id | None = ref("goal", default=None)
    owner: Owner = choice(OWNERS, default="mentee")
    due: date | None = day(default=None)
    status: TaskStatus = choice(("todo", "doing", "done"), strong=("doing", "done"), default="todo")
    outcome: Outcome = choice(("", "done", "tried"), strong=("tried", "done"), default="")
    tried: str = prose(default="")
    learned: str = prose(default="")
    notes: str = prose(default="")
    settled: datetime | None = moment(default=None)
    place: str = index(default="")

    def keys(self) -> dict[str, Any]:
        """Also whose open task it is, and who of the two has it: counting reads nothing, and mine are read alone."""
        still = self.status != "done"
        return super().keys() | {
            "open": self.mentorship if still else None,
            "open_by": f"{self.mentorship or ''}/{self.owner}" if still else None,
        }
