"""What can be done with any record: revise, pick, delete, restore, take back."""

from __future__ import annotations

from app.errors import AppendOnly, InvalidField, UnknownRecord
from app.model import commands as do
from app.model.changes import GONE
from app.model.decide.plan import Plan, carry_out, class_of
from app.model.entities import (
    Agenda,
    Attendance,
    Booking,
    Checklist,
    Comparison,
    Evaluation,
    FairCopy,
    FilledForm,
    Fulfilment,
    Goal,
    Meeting,
    Mentorship,
    Minutes,
    Note,
    Participant,
    Person,
    Progress,
    Retention,
    Series,
    Signature,
    SkillProfile,
    Slot,
    Task,
)
from app.model.ids import Id
from app.model.schema import Entity, revise


@carry_out.register
def _(command: do.Revise, plan: Plan) -> Id:
    found = plan.get(class_of(command.kind), command.id)
    plan.revise(found, **dict(command.values))
    return found.id


@carry_out.register
def _(command: do.Delete, plan: Plan) -> Id:
    root = plan.get(class_of(command.kind), command.id)
    doomed: dict[Id, Entity] = {root.id: root}
    if isinstance(root, Person) and (mentorship := plan.records.one(Mentorship, root.mentorship)) is not None:
        doomed[mentorship.id] = mentorship
    if isinstance(root, Mentorship):
        doomed |= {person.id: person for person in plan.records.where(Person, mentorship=root.id)}
    for record in list(doomed.values()):
        if isinstance(record, Mentorship):
            for cls in _OF_MENTORSHIP:
                doomed |= {one.id: one for one in plan.records.where(cls, mentorship=record.id)}
    for record in list(doomed.values()):
        if isinstance(record, Meeting):
            for cls in _OF_MEETING:
                doomed |= {one.id: one for one in plan.records.where(cls, meeting=record.id)}
        if isinstance(record, Goal):
            doomed |= {one.id: one for one in plan.records.where(Progress, goal=record.id)}
    for record in doomed.values():
        plan.mark(record, root.id)
    return root.id


@carry_out.register
def _(command: do.Restore, plan: Plan) -> Id:
    found = plan.records.buried(class_of(command.kind), command.id)
    if found is None:
        raise UnknownRecord(entity=command.kind)
    for record in plan.records.gone_with(found.id):
        plan.mark(record, False)
    return found.id


@carry_out.register
def _(command: do.Pick, plan: Plan) -> Id:
    found = plan.get(class_of(command.kind), command.id)
    if found.APPEND_ONLY:
        raise AppendOnly(entity=found.KIND)
    if command.cell not in found.cells:
        raise InvalidField(entity=found.KIND, field=command.cell[:40], reason="unknown")
    owner = next((kind for kind in found.FIELDS.values() if kind.owns(command.cell)), None)
    plain = owner is not None and owner.name == command.cell
    if plain and owner is not None:  # the same checks as for typing it
        revise(type(found), {}, {owner.name: owner.decode(command.value)})
    plan.raw(found, {command.cell: command.value}, seen=command.seen)
    return found.id


@carry_out.register
def _(command: do.Undo, plan: Plan) -> Id:
    last = ""
    for step in command.steps:
        found = plan.records.buried(class_of(step.kind), step.record)
        if found is None:
            continue
        last = found.id
        if step.created:
            if not found.gone:
                plan.mark(found, found.id)
            continue
        here = {GONE: False, **found.cells}
        back = {cell: step.was.get(cell) for cell, value in step.wrote.items() if here.get(cell) == value}
        if back:
            plan.raw(found, back)
    return last


_OF_MENTORSHIP: tuple[type[Entity], ...] = (
    Series,
    Meeting,
    Agenda,
    Participant,
    Attendance,
    Slot,
    Booking,
    Minutes,
    Note,
    Checklist,
    Comparison,
    Goal,
    Task,
    Evaluation,
    FilledForm,
    FairCopy,
    Signature,
    Retention,
    Fulfilment,
    SkillProfile,
)
_OF_MEETING: tuple[type[Entity], ...] = (Agenda, Attendance, Minutes, Checklist)
