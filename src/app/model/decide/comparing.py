"""That words were compared."""

from __future__ import annotations

from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.entities import Comparison, Mentorship
from app.model.ids import Id


@carry_out.register
def _(command: do.SayCompared, plan: Plan) -> Id:
    found = plan.get(Mentorship, command.mentorship)
    for one in plan.records.where(Comparison, mentorship=found.id):
        if one.digest == command.digest and plan.records.history(one.KIND, one.id)[-1].mine:
            return one.id
    return plan.add(Comparison, found.space, mentorship=found.id, digest=command.digest, at=plan.moment.now)
