"""Signing."""

from __future__ import annotations

from app.errors import Refused
from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.entities import FairCopy, Mentorship, Signature
from app.model.ids import Id


@carry_out.register
def _(command: do.Sign, plan: Plan) -> Id:
    mentorship = plan.get(Mentorship, command.mentorship)
    new = command.new
    if new is not None:
        values = {name: getattr(new, name) for name in ("about", "document", "number", "roles", "text", "salt")}
        plan.add(FairCopy, mentorship.space, command.copy, mentorship=mentorship.id, at=command.at, **values)
        roles = new.roles
    else:
        copy = plan.get(FairCopy, command.copy)
        roles = copy.roles
        if copy.mentorship != mentorship.id:
            raise Refused(entity=Signature.KIND, reason="another-mentorship")
        if any(one.role == command.role for one in plan.records.where(Signature, copy=copy.id)):
            raise Refused(entity=Signature.KIND, reason="signed-already")
    if command.role not in roles:
        raise Refused(entity=Signature.KIND, reason="not-asked")
    plan.add(
        Signature,
        mentorship.space,
        mentorship=mentorship.id,
        copy=command.copy,
        role=command.role,
        handed=command.handed,
        at=command.at,
        proof=command.proof,
    )
    if command.agreed:
        plan.revise(mentorship, **dict(command.agreed))
    return command.copy
