"""Bringing back what was taken out."""

from __future__ import annotations

from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.ids import Id


@carry_out.register
def _(command: do.NewSpace, plan: Plan) -> Id:
    return plan.moment.new_space(command.kind)
