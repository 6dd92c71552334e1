"""Ending a relationship well: the decision about private notes, and carrying it out."""

from __future__ import annotations

from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.entities import Fulfilment, Mentorship, Note, Retention, fulfilment_id, retention_id
from app.model.ids import Id
from app.model.queries.closing import standings


@carry_out.register
def _(command: do.DecideFate, plan: Plan) -> Id:
    mentorship = plan.get(Mentorship, command.mentorship)
    by = plan.my_role(mentorship.id)
    about = {"mentorship": mentorship.id}
    return plan.put(
        Retention, mentorship.space, retention_id(mentorship.id), about, fate=command.fate, by=by, at=plan.moment.now
    )


@carry_out.register
def _(command: do.DropPrivate, plan: Plan) -> Id:
    mentorship = plan.get(Mentorship, command.mentorship)
    notes = plan.records.where(Note, mentorship=mentorship.id)
    for note in notes:
        plan.mark(note, note.id)
    role = plan.my_role(mentorship.id)
    said = standings(plan.records, mentorship.id)
    ended = max((version for version, status in said.items() if status == "ended"), default="")
    receipt = fulfilment_id(mentorship.id, role, ended)
    if plan.records.buried(Fulfilment, receipt) is None:
        plan.add(
            Fulfilment,
            mentorship.space,
            receipt,
            mentorship=mentorship.id,
            role=role,
            at=plan.moment.now,
            of=ended,
            dropped=len(notes),
        )
    return receipt
