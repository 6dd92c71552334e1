"""Goals, progress and tasks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.errors import InvalidField, Refused
from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.entities import (
    Goal,
    Progress,
    Task,
)
from app.model.ids import Id

_BROUGHT = ("text", "owner", "due", "status", "outcome", "tried", "learned", "notes", "settled", "goal", "meeting")
_GOAL = ("owner", "skills", "measure", "start", "target", "unit", "due", "next_step", "support", "answers")


@carry_out.register
def _(command: do.SetGoal, plan: Plan) -> Id:
    values = {name: getattr(command, name) for name in _GOAL}
    space = plan.space_of(command.mentorship, command.private)
    return plan.add(Goal, space, command.id, title=command.title, mentorship=command.mentorship, **values)


@carry_out.register
def _(command: do.ShareGoal, plan: Plan) -> Id:
    found = plan.get(Goal, command.goal)
    mentorship = command.mentorship or found.mentorship
    if mentorship is None or found.space != plan.records.personal:
        raise Refused(entity=Goal.KIND, reason="nobody-to-share-with" if mentorship is None else "shared-already")
    space = plan.space_of(mentorship)
    values = {name: getattr(found, name) for name in (*_GOAL, "title", "status", "reason", "settled")}
    mine = {} if found.mentorship else {"owner": plan.my_role(mentorship)}  # it was nobody's but mine
    shared = plan.add(Goal, space, command.id, mentorship=mentorship, **(values | mine))
    for step in plan.records.where(Progress, goal=found.id):
        told = {name: getattr(step, name) for name in ("at", "by", "delta", "value", "comment")}
        plan.add(Progress, space, goal=shared, **(told | ({"by": mine["owner"]} if mine else {})))
        plan.mark(step, found.id)
    for task in plan.records.where(Task, goal=found.id):
        plan.revise(task, goal=shared)
    plan.mark(found, found.id)
    return shared


@carry_out.register
def _(command: do.RecordProgress, plan: Plan) -> Id:
    goal = plan.get(Goal, command.goal)
    if (command.delta is None) == (command.value is None):
        raise InvalidField(entity=Progress.KIND, field="delta", reason="missing")
    return plan.add(
        Progress,
        goal.space,
        command.id,
        goal=goal.id,
        at=plan.moment.now,
        by=plan.my_role(goal.mentorship),
        delta=command.delta,
        value=command.value,
        comment=command.comment,
    )


@carry_out.register
def _(command: do.ReachGoal, plan: Plan) -> Id:
    found = plan.get(Goal, command.goal)
    plan.revise(found, status="reached", settled=plan.moment.now)
    return found.id


@carry_out.register
def _(command: do.LetGoOfGoal, plan: Plan) -> Id:
    found = plan.get(Goal, command.goal)
    plan.revise(found, status="let_go", reason=command.reason, settled=plan.moment.now)
    return found.id


@carry_out.register
def _(command: do.ReopenGoal, plan: Plan) -> Id:
    found = plan.get(Goal, command.goal)
    plan.revise(found, status="active", reason="", settled=None)
    return found.id


@carry_out.register
def _(command: do.AddTask, plan: Plan) -> Id:
    return plan.add(
        Task,
        plan.space_of(command.mentorship, command.private),
        command.id,
        text=command.text,
        mentorship=command.mentorship,
        meeting=command.meeting,
        goal=command.goal,
        owner=command.owner,
        due=command.due,
        notes=command.notes,
    )


@carry_out.register
def _(command: do.BringTasks, plan: Plan) -> Id:
    last = ""
    for task in command.tasks:
        values = {name: getattr(task, name) for name in _BROUGHT}
        found = plan.records.buried(Task, task.id)
        if found is None:
            space = plan.space_of(command.mentorship, task.private)
            last = plan.add(Task, space, task.id, mentorship=command.mentorship, **values)
        elif found.gone:
            if _same_day(found.settled, task.settled):
                values.pop("settled")  # a table knows the day; the record knows the moment
            plan.revise(found, **values)
            plan.mark(found, False)
            last = found.id
    return last


def _same_day(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs(one - other) < timedelta(days=1)


@carry_out.register
def _(command: do.MoveTask, plan: Plan) -> Id:
    found = plan.get(Task, command.task)
    values: dict[str, Any] = {} if command.due is None else {"due": command.due}
    if command.status is not None and command.status != found.status:
        values["status"] = command.status
        done = command.status == "done"
        values["settled"] = plan.moment.now if done else None
        values["outcome"] = (found.outcome or "done") if done else ""
    plan.revise(found, **values)
    return found.id


@carry_out.register
def _(command: do.TaskOutcome, plan: Plan) -> Id:
    found = plan.get(Task, command.task)
    if command.outcome not in ("done", "tried"):
        raise InvalidField(entity=Task.KIND, field="outcome", reason="not-an-option")
    told = {name: one for name in ("tried", "learned") if (one := getattr(command, name))}
    plan.revise(found, status="done", outcome=command.outcome, settled=plan.moment.now, **told)
    return found.id
