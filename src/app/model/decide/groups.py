"""Groups: who is in them, and who came."""

from __future__ import annotations

from typing import Final

from app.errors import InvalidField, Refused
from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.entities import Attendance, Meeting, Mentorship, Participant, attendance_id
from app.model.ids import Id

MOST: Final = 100
"""People in a group; more than that is a hall."""


@carry_out.register
def _(command: do.AddParticipants, plan: Plan) -> Id:
    mentorship = plan.get(Mentorship, command.mentorship)
    there = plan.records.where(Participant, mentorship=mentorship.id)
    known = {one.name.casefold() for one in there}
    names = [name.strip() for name in command.names if name.strip()]
    if not names:
        raise InvalidField(entity=Participant.KIND, field="name", reason="missing")
    last = ""
    for name in names:
        if name.casefold() in known:
            continue
        known.add(name.casefold())
        if len(known) > MOST:
            raise Refused(entity=Participant.KIND, reason="too-many")
        last = plan.add(Participant, plan.records.personal, mentorship=mentorship.id, name=name)
    return last


@carry_out.register
def _(command: do.Attend, plan: Plan) -> Id:
    meeting = plan.get(Meeting, command.meeting)
    personal = plan.records.personal
    id = attendance_id(personal, meeting.id)
    found = plan.records.one(Attendance, id)
    before = found.here if found is not None else frozenset[str]()
    changed = {plan.get(Participant, one).id for one in command.participants}
    about = {"mentorship": meeting.mentorship, "meeting": meeting.id}
    return plan.put(Attendance, personal, id, about, here=before | changed if command.here else before - changed)
