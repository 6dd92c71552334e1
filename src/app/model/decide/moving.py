"""Two people had each begun a mentorship with the other: the records of one go on in the other's space.

Names follow from the former names and the new space, so a second time makes nothing new, and no device doubles what
another one moved. Names that follow from a meeting, a document or a role follow from their new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from app.errors import Refused
from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.entities import (
    Attendance,
    Booking,
    Checklist,
    Comparison,
    FairCopy,
    FilledForm,
    Fulfilment,
    Goal,
    Meeting,
    Mentorship,
    Minutes,
    Person,
    Progress,
    Retention,
    Signature,
    SkillProfile,
    attendance_id,
    checklist_id,
    form_id,
    fulfilment_id,
    meeting_id,
    minutes_id,
    retention_id,
    skills_id,
    slot_meeting_id,
)
from app.model.fields import Prose, Ref, Text
from app.model.ids import Id, named_id
from app.model.schema import KINDS, Entity

_STAY: tuple[type[Entity], ...] = (Person, FairCopy, Signature, Comparison)
"""The person is revised by itself. What was signed holds in the space and under the name that it was signed for."""
_PLACES = 200
"""So many meetings of a series are looked through for the place of one."""


@carry_out.register
def _(command: do.GoOnIn, plan: Plan) -> Id:
    before, into = plan.get(Mentorship, command.mentorship), plan.get(Mentorship, command.into)
    if before.space == into.space:
        raise Refused(entity=Mentorship.KIND, reason="same")
    there = records_of(plan, before)
    names = _Names(before, into, there)
    for record in there:
        values = names.renamed(record)
        if record.space == before.space:
            plan.again(record, into.space, names.of(record), values)
            plan.mark(record, before.id)
        elif names.of(record) != record.id or record.APPEND_ONLY:
            plan.again(record, record.space, names.of(record), values)
            plan.mark(record, before.id)
        elif values:
            plan.raw(record, values)
    _agreed(plan, before, into)
    plan.mark(before, before.id)
    _person(plan, before, into)
    return into.id


def records_of(plan: Plan, before: Mentorship) -> list[Entity]:
    """All that belongs to a mentorship, whoever reads it."""
    found: dict[Id, Entity] = {}
    for cls in KINDS.values():
        if "mentorship" in cls.KEYS and cls not in _STAY:
            found |= {record.id: record for record in plan.records.where(cls, mentorship=before.id)}
    for goal in [record for record in found.values() if isinstance(record, Goal)]:
        found |= {record.id: record for record in plan.records.where(Progress, goal=goal.id)}
    return list(found.values())


class _Names:
    """What each record is called where it goes on."""

    def __init__(self, before: Mentorship, into: Mentorship, records: list[Entity]) -> None:
        self._before, self._into = before, into
        self._records = {record.id: record for record in records}
        self._slots = {record.meeting: record.slot for record in records if isinstance(record, Booking)}
        self._found: dict[Id, Id] = {before.id: into.id}

    def of(self, record: Entity) -> Id:
        if record.id not in self._found:
            self._found[record.id] = self._name(record)
        return self._found[record.id]

    def renamed(self, record: Entity) -> dict[str, Any]:
        """The cells of a record that name others, with their new names."""
        refs = {name: record.cells.get(name) for name, kind in record.FIELDS.items() if isinstance(kind, Ref)}
        return {name: new for name, old in refs.items() if isinstance(old, str) and (new := self._known(old)) != old}

    def _known(self, id: Id) -> Id:
        if id in self._found:
            return self._found[id]
        record = self._records.get(id)
        return id if record is None else self.of(record)

    def _name(self, record: Entity) -> Id:
        moves = record.space == self._before.space
        space = self._into.space if moves else record.space
        if isinstance(record, Meeting) and moves:
            return self._meeting(record)
        for was, will_be in self._derived(record, space):
            if record.id == was:
                return will_be
        return self._anew(record.id) if moves or record.APPEND_ONLY else record.id

    def _derived(self, record: Entity, space: str) -> Iterator[tuple[Id, Id]]:
        """Names that follow from something: as it follows from what was, and from what will be."""
        if isinstance(record, Minutes):
            yield minutes_id(record.meeting), minutes_id(self._known(record.meeting))
        if isinstance(record, Attendance):
            yield attendance_id(record.space, record.meeting), attendance_id(space, self._known(record.meeting))
        if isinstance(record, Checklist | FilledForm):
            made: Callable[[str, str, Id], Id] = checklist_id if isinstance(record, Checklist) else form_id
            for about in (getattr(record, "meeting", None), record.mentorship):
                if about:
                    yield made(record.space, record.document, about), made(space, record.document, self._known(about))
        if isinstance(record, SkillProfile):
            before, into = record.mentorship or "", self._into.id
            yield skills_id(record.space, before, record.role), skills_id(space, into, record.role)
        if isinstance(record, Retention):
            yield retention_id(record.mentorship), retention_id(self._into.id)
        if isinstance(record, Fulfilment):
            before, into = record.mentorship, self._into.id
            yield fulfilment_id(before, record.role, record.of), fulfilment_id(into, record.role, record.of)

    def _meeting(self, record: Meeting) -> Id:
        """A meeting of a series has its name from its place, one that was booked from its slot."""
        slot = self._slots.get(record.id)
        if slot is not None and record.id == slot_meeting_id(slot):
            return slot_meeting_id(self._known(slot))
        if record.series is not None:
            for place in range(_PLACES):
                if record.id == meeting_id(record.series, place):
                    return meeting_id(self._known(record.series), place)
        return self._anew(record.id)

    def _anew(self, id: Id) -> Id:
        return named_id("moved", self._into.space, id)


def _agreed(plan: Plan, before: Mentorship, into: Mentorship) -> None:
    """What the other left open in the mentorship itself is taken from mine; words that differ stand beside theirs."""
    mine: dict[str, Any] = {}
    for cell, value in before.cells.items():
        missing = cell not in into.cells and cell not in ("status", "ended")
        words = isinstance(into.FIELDS.get(cell), Text | Prose) and value and value != into.cells.get(cell)
        if missing or words:
            mine[cell] = value
    if mine:
        plan.beside(into, mine)


def _person(plan: Plan, before: Mentorship, into: Mentorship) -> None:
    """My record of the person stays the one I know them by; what coming in made for them goes."""
    known = plan.records.where(Person, mentorship=before.id)
    for person in plan.records.where(Person, mentorship=into.id) if known else ():
        plan.mark(person, person.id)
    for person in known:
        plan.revise(person, mentorship=into.id)
