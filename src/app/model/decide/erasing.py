"""Really erasing what is in the trash."""

from __future__ import annotations

from collections.abc import Iterable

from app.errors import Refused, UnknownRecord
from app.model import commands as do
from app.model.changes import GONE
from app.model.decide.moving import records_of
from app.model.decide.plan import Plan, carry_out, class_of
from app.model.entities import Erasure, Mentorship
from app.model.erasing import AT_ONCE, body
from app.model.ids import Id
from app.model.schema import Entity


@carry_out.register
def _(command: do.Erase, plan: Plan) -> Id:
    found = plan.records.buried(class_of(command.kind), command.id)
    if found is None:
        raise UnknownRecord(entity=command.kind)
    if not found.gone:
        raise Refused(entity=command.kind, reason="not-in-trash")
    _erase([found, *plan.records.gone_with(found.id)], plan)
    return found.id


@carry_out.register
def _(command: do.EmptyTrash, plan: Plan) -> Id:
    _erase(plan.records.deleted(command.before), plan)
    return ""


@carry_out.register
def _(command: do.EraseShared, plan: Plan) -> Id:
    mentorship = plan.get(Mentorship, command.mentorship)
    shared = [one for one in records_of(plan, mentorship) if one.space == mentorship.space]
    _erase(shared, plan)
    for record in shared:
        if all(past.mine for past in plan.records.history(record.KIND, record.id)):
            plan.mark(record, record.id)
    return mentorship.id


def _erase(records: Iterable[Entity], plan: Plan) -> None:
    """One erasure in each space (more for very many bodies) that names every version which still says something."""
    plan.final = True
    found: dict[str, list[str]] = {}
    for record in {record.id: record for record in records}.values():
        for past in plan.records.history(record.KIND, record.id):
            if not past.erased and past.cells.keys() != {GONE}:
                found.setdefault(record.space, []).append(body(record.id, past.version))
    for space, names in found.items():
        for start in range(0, len(names), AT_ONCE):
            plan.add(Erasure, space, at=plan.moment.now, bodies=frozenset(names[start : start + AT_ONCE]))
