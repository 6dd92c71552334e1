"""Days for supervision."""

from __future__ import annotations

from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.entities import Supervision
from app.model.ids import Id


@carry_out.register
def _(command: do.PlanSupervision, plan: Plan) -> Id:
    return plan.add(Supervision, plan.records.personal, command.id, on=command.on, whom=command.whom)
