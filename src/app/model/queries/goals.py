"""Goals with their history, and the board of tasks."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.entities import (
    Goal,
    Task,
    TaskStatus,
)
from app.model.fields import Scalar
from app.model.ids import Id
from app.model.queries.asking import Query, Reader
from app.model.queries.look import (
    Look,
    in_place,
)
from app.model.queries.rows import (
    GoalRow,
    ProgressRow,
    TaskRow,
)


@dataclass(frozen=True)
class GoalsList(Query[tuple[GoalRow, ...]]):
    """Goals, those due first coming first; closed ones at the end where they are asked for."""

    mentorship: Id | None = None
    closed: bool = False

    def answer(self, read: Reader) -> tuple[GoalRow, ...]:
        return tuple(Look(read, None).goals(self.mentorship, self.closed))


@dataclass(frozen=True, kw_only=True)
class GoalView:
    """Everything that a goal's page shows; the history has the newest entry first."""

    row: GoalRow
    goal: Goal
    history: tuple[ProgressRow, ...]
    tasks: tuple[TaskRow, ...] = ()


@dataclass(frozen=True)
class GoalPage(Query["GoalView | None"]):
    """A goal with its history."""

    goal: Id

    def answer(self, read: Reader) -> GoalView | None:
        goal = read.one(Goal, self.goal)
        if goal is None:
            return None
        look = Look(read, None)
        tasks = sorted(in_place(read.where(Task, goal=goal.id)), key=lambda task: task.status == "done")
        return GoalView(
            row=look.goal_row(goal),
            goal=goal,
            history=tuple(look.goal_history(goal)),
            tasks=tuple(look.task_row(task) for task in tasks),
        )


@dataclass(frozen=True, kw_only=True)
class Board:
    """The three columns, the first of each: in their order; of what is done, the latest."""

    todo: tuple[TaskRow, ...]
    doing: tuple[TaskRow, ...]
    done: tuple[TaskRow, ...]
    open: tuple[int, int]
    """How many are to do, and are being done."""
    more_done: bool


@dataclass(frozen=True)
class TaskBoard(Query[Board]):
    """The tasks of a mentorship, or all, by column."""

    mentorship: Id | None = None
    most: int = 50
    """So many of each column are read."""

    def answer(self, read: Reader) -> Board:
        look = Look(read, None)

        equal: dict[str, Scalar] = {"mentorship": self.mentorship} if self.mentorship else {}
        done = read.newest(Task, self.most + 1, **equal, status="done")

        def column(status: TaskStatus) -> tuple[tuple[TaskRow, ...], int]:
            found = read.outlines(Task, "place", **equal, status=status)
            found.sort(key=lambda task: (task[2], task[1], task[0]))
            return look.task_rows(id for id, *_ in found[: self.most]), len(found)

        (todo, to_do), (doing, being_done) = column("todo"), column("doing")
        return Board(
            todo=todo,
            doing=doing,
            done=tuple(look.task_row(task) for task in done[: self.most]),
            open=(to_do, being_done),
            more_done=len(done) > self.most,
        )


@dataclass(frozen=True, kw_only=True)
class TaskCounts:
    """How many tasks there are, and how many are finished: done, or tried and learned from, which is as good."""

    all: int
    done: int
    tried: int

    @property
    def finished(self) -> int:
        """Done, or tried."""
        return self.done + self.tried


@dataclass(frozen=True, kw_only=True)
class TasksCounted(Query[TaskCounts]):
    """How far the tasks of a mentorship or a goal have come."""

    mentorship: Id | None = None
    goal: Id | None = None

    def answer(self, read: Reader) -> TaskCounts:
        asked = {"mentorship": self.mentorship, "goal": self.goal}
        found = read.outlines(Task, "status", "outcome", **{name: value for name, value in asked.items() if value})
        finished = [outcome for _, _, status, outcome in found if status == "done"]
        tried = finished.count("tried")
        return TaskCounts(all=len(found), done=len(finished) - tried, tried=tried)
