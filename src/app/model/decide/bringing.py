"""Bringing back what was taken out."""

from __future__ import annotations

from app.errors import InvalidField
from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.fields import Json
from app.model.ids import Id
from app.model.schema import KINDS

_LONGEST_ID = 64


@carry_out.register
def _(command: do.NewSpace, plan: Plan) -> Id:
    return plan.moment.new_space(command.kind)


@carry_out.register
def _(command: do.BringBack, plan: Plan) -> Id:
    for one in command.records:
        if not 0 < len(one.id) <= _LONGEST_ID or not all(_fits(value) for value in one.cells.values()):
            raise InvalidField(entity=one.kind[:40], field="id", reason="unfit")
        known = KINDS.get(one.kind)
        there = plan.records.buried(known, one.id) if known is not None else None
        if there is not None and there.APPEND_ONLY:
            continue
        plan.bring(command.space, one.kind, one.id, one.cells, there)
    return command.space


def _fits(value: Json) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
