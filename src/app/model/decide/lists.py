"""Checklists and what I changed about them."""

from __future__ import annotations

from typing import Any

from app.errors import InvalidField
from app.model import commands as do
from app.model.decide.plan import Plan, carry_out, mentorship_of
from app.model.entities import (
    Checklist,
    ListItem,
    checklist_id,
    list_item_id,
)
from app.model.ids import Id


@carry_out.register
def _(command: do.TickItem, plan: Plan) -> Id:
    run = _run(command, plan)
    ticks = (run.ticks if run else frozenset()) | {command.item}
    reasons = {"set_aside": {command.item: ""}} if run and command.item in run.set_aside else {}
    return _keep_run(command, plan, ticks=ticks, **reasons)


@carry_out.register
def _(command: do.UntickItem, plan: Plan) -> Id:
    run = _run(command, plan)
    return "" if run is None else _keep_run(command, plan, ticks=run.ticks - {command.item})


@carry_out.register
def _(command: do.SetAside, plan: Plan) -> Id:
    run = _run(command, plan)
    if run is None and not command.reason.strip():
        return ""
    return _keep_run(command, plan, set_aside={command.item: command.reason.strip()})


@carry_out.register
def _(command: do.AddOwnItem, plan: Plan) -> Id:
    if not command.text.strip():
        raise InvalidField(entity=ListItem.KIND, field="text", reason="missing")
    return plan.add(
        ListItem,
        plan.records.personal,
        command.id,
        document=command.document,
        text=command.text,
        place=command.place,
    )


@carry_out.register
def _(command: do.PlaceItem, plan: Plan) -> Id:
    return _keep_item(command.document, command.item, plan, place=command.place)


@carry_out.register
def _(command: do.HideItem, plan: Plan) -> Id:
    return _keep_item(command.document, command.item, plan, hidden=command.hidden)


@carry_out.register
def _(command: do.RestoreShipped, plan: Plan) -> Id:
    for item in plan.records.where(ListItem, document=command.document):
        if item.item:
            plan.revise(item, hidden=False, place="")
        else:
            plan.mark(item, item.id)
    return ""


def _run_id(command: do.OnList, plan: Plan) -> Id:
    about = command.meeting or command.mentorship
    if not about:
        raise InvalidField(entity=Checklist.KIND, field="meeting", reason="missing")
    return checklist_id(plan.records.personal, command.document, about)


def _run(command: do.OnList, plan: Plan) -> Checklist | None:
    return plan.records.one(Checklist, _run_id(command, plan))


def _keep_run(command: do.OnList, plan: Plan, **values: Any) -> Id:
    about: dict[str, Any] = {"document": command.document, "version": command.version, "meeting": command.meeting}
    about |= {"mentorship": command.mentorship}
    about |= mentorship_of(command.meeting, {"mentorship": command.mentorship or ""}, plan)
    return plan.put(Checklist, plan.records.personal, _run_id(command, plan), about, **values)


def _keep_item(document: str, item: str, plan: Plan, **values: Any) -> Id:
    own = plan.records.one(ListItem, item)
    if own is not None and own.document == document and not own.item:
        plan.revise(own, **values)
        return own.id
    return plan.put(
        ListItem,
        plan.records.personal,
        list_item_id(document, item),
        {"document": document, "item": item},
        **values,
    )
