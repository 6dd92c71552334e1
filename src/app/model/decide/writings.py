"""Notes, minutes, forms and feedback."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.errors import Refused
from app.model import commands as do
from app.model.decide.plan import Plan, carry_out, mentorship_of
from app.model.entities import (
    Evaluation,
    FilledForm,
    Meeting,
    Minutes,
    Note,
    form_id,
    minutes_id,
    note_id,
)
from app.model.ids import Id
from app.model.schedule import apart, aware, following


@carry_out.register
def _(command: do.WriteNote, plan: Plan) -> Id:
    found = plan.records.buried(Note, command.id) if command.id else None
    about = {name: one for name in ("mentorship", "meeting") if (one := getattr(command, name))}
    if found is not None:
        return plan.put(Note, found.space, found.id, {}, body=command.body, **about)
    if not command.body.strip():
        return ""
    about |= mentorship_of(command.meeting, about, plan)
    return plan.add(
        Note,
        plan.records.personal,
        command.id,
        body=command.body,
        origin=command.origin,
        written=plan.moment.now,
        **about,
    )


@carry_out.register
def _(command: do.ImportQuickNote, plan: Plan) -> Id:
    if plan.records.buried(Note, command.id) is not None:
        return command.id
    zone = plan.moment.now.tzinfo
    here = command.written.astimezone(zone)

    def distance(meeting: Meeting) -> timedelta:
        starts = aware(meeting.starts, meeting.zone, zone)
        ends = following(starts, timedelta(minutes=meeting.length))
        return max(apart(starts, here), apart(here, ends), timedelta(0))

    of_day = [
        meeting for meeting in plan.records.where(Meeting, day=here.date().isoformat()) if meeting.status != "cancelled"
    ]
    nearest = min(of_day, key=distance, default=None)
    about = {} if nearest is None else {"meeting": nearest.id, "mentorship": nearest.mentorship}
    personal = plan.records.personal
    return plan.add(Note, personal, command.id, body=command.body, origin="locked", written=command.written, **about)


@carry_out.register
def _(command: do.KeepMinutes, plan: Plan) -> Id:
    meeting = plan.get(Meeting, command.meeting)
    id = minutes_id(meeting.id)
    if command.answers or command.private is None:
        plan.put(
            Minutes,
            meeting.space,
            id,
            {
                "mentorship": meeting.mentorship,
                "meeting": meeting.id,
                "version": command.version,
                "begun": plan.moment.now,
            },
            document=command.document,
            answers=command.answers,
        )
    if command.private is not None:
        note = note_id(meeting.id)
        if plan.records.buried(Note, note) is not None or command.private.strip():
            about = {"meeting": meeting.id, "mentorship": meeting.mentorship, "written": plan.moment.now}
            plan.put(Note, plan.records.personal, note, about, body=command.private)
    return id


@carry_out.register
def _(command: do.FinishMinutes, plan: Plan) -> Id:
    found = plan.get(Minutes, minutes_id(command.meeting))
    if command.finished:
        by = plan.my_role(found.mentorship)
        plan.revise(found, status="finished", finished=plan.moment.now, finished_by=by)
    else:
        plan.revise(found, status="draft", finished=None, finished_by=None)
    return found.id


@carry_out.register
def _(command: do.KeepForm, plan: Plan) -> Id:
    if command.shared and command.mentorship is None:
        raise Refused(entity=FilledForm.KIND, reason="nobody-to-share-with")
    space = plan.space_of(command.mentorship, private=not command.shared)
    values: dict[str, Any] = {"answers": command.answers}
    if command.skipped is not None:
        values["skipped"] = command.skipped
    if command.done is not None:
        values["status"] = "done" if command.done else "draft"
    return plan.put(
        FilledForm,
        space,
        form_id(space, command.document, command.mentorship or ""),
        {"document": command.document, "mentorship": command.mentorship},
        version=command.version,
        **values,
    )


@carry_out.register
def _(command: do.GiveFeedback, plan: Plan) -> Id:
    about: dict[str, Any] = {
        "survey": command.survey,
        "version": command.version,
        "role": command.role,
        "meeting": command.meeting,
        "mentorship": command.mentorship,
        "audience": command.audience,
        "at": plan.moment.now,
    }
    about |= mentorship_of(command.meeting, {"mentorship": command.mentorship or ""}, plan)
    mine = plan.add(Evaluation, plan.records.personal, command.id, **about, answers=command.answers)
    if command.audience == "both" and about["mentorship"]:
        told = {item: answer for item, answer in command.answers.items() if item not in command.private}
        plan.add(Evaluation, plan.space_of(about["mentorship"]), **about, answers=told)
    return mine
