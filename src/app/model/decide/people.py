"""Me, the people I meet with, and the settings."""

from __future__ import annotations

from datetime import timedelta

from app.errors import AlreadyThere
from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.entities import (
    Booking,
    Me,
    Meeting,
    Mentorship,
    Person,
    Setting,
    Slot,
    me_id,
    setting_id,
)
from app.model.entities.calendar import holder
from app.model.ids import Id
from app.model.schedule import apart, aware
from app.model.schema import begin


@carry_out.register
def _(command: do.IntroduceMe, plan: Plan) -> Id:
    given = {"name": command.name, "role": command.role, "organisation": command.organisation}
    personal = plan.records.personal
    return plan.put(Me, personal, me_id(personal), {}, **{name: one for name, one in given.items() if one is not None})


@carry_out.register
def _(command: do.AddPerson, plan: Plan) -> Id:
    # The person's record is checked first: a refusal must not leave a space behind.
    begin(Person, {"name": command.name, "my_role": command.my_role, "mentorship": "0" * 32, "reach": command.reach})
    names = ("form", "focus", "aim", "weeks", "planned", "length", "place", "mode", "starts", "ends")
    values = {name: getattr(command, name) for name in names}
    begin(Mentorship, values)
    if command.id and plan.records.buried(Mentorship, command.id) is not None:
        raise AlreadyThere(entity=Mentorship.KIND)
    mentorship = plan.add(Mentorship, plan.moment.new_space("mentoring"), command.id, **values)
    plan.add(
        Person,
        plan.records.personal,
        name=command.name,
        my_role=command.my_role,
        mentorship=mentorship,
        reach=command.reach,
    )
    return mentorship


@carry_out.register
def _(command: do.JoinMentorship, plan: Plan) -> Id:
    mentorship = plan.get(Mentorship, command.mentorship)
    if plan.records.where(Person, mentorship=mentorship.id):
        raise AlreadyThere(entity=Person.KIND)
    return plan.add(Person, plan.records.personal, name=command.name, my_role=command.my_role, mentorship=mentorship.id)


@carry_out.register
def _(command: do.EndMentorship, plan: Plan) -> Id:
    found = plan.get(Mentorship, command.mentorship)
    now = plan.moment.now
    ended = command.on or now.date()
    for meeting in plan.records.where(Meeting, standing=f"{found.id}/planned"):  # nobody is to come, nothing to ring
        starts = aware(meeting.starts, meeting.zone, now.tzinfo)
        if apart(starts, now) > timedelta(0) and (ended <= now.date() or meeting.starts.date() > ended):
            plan.revise(meeting, status="cancelled")
    for slot in plan.records.where(Slot, mentorship=found.id):  # a time that nobody is to take is free for others
        ahead = apart(aware(slot.starts, slot.zone, now.tzinfo), now) > timedelta(0)
        if ahead and not slot.withdrawn and holder(slot, plan.records.where(Booking, slot=slot.id)) is None:
            plan.revise(slot, withdrawn=True)
    plan.revise(found, status="ended", ended=ended)
    return found.id


@carry_out.register
def _(command: do.SetSetting, plan: Plan) -> Id:
    personal = plan.records.personal
    id = setting_id(personal, command.key)
    return plan.put(Setting, personal, id, {"key": command.key}, value=command.value)
