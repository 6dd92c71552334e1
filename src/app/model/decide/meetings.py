"""Meetings, series and agendas."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.errors import InvalidField, Refused
from app.model import commands as do
from app.model.decide.plan import FORGOTTEN, Plan, carry_out
from app.model.entities import (
    Agenda,
    Meeting,
    Mentorship,
    Series,
    meeting_id,
)
from app.model.ids import Id
from app.model.schedule import again, apart, aware, following, rhythm


@carry_out.register
def _(command: do.PlanMeeting, plan: Plan) -> Id:
    mentorship = plan.get(Mentorship, command.mentorship)
    return plan.add(
        Meeting,
        mentorship.space,
        command.id,
        starts=command.starts,
        aim=command.aim,
        goal=command.goal,
        **_as_agreed(mentorship, command, plan),
    )


@carry_out.register
def _(command: do.PlanSeries, plan: Plan) -> Id:
    mentorship = plan.get(Mentorship, command.mentorship)
    common = _as_agreed(mentorship, command, plan)
    about = {"starts": command.starts, "weeks": command.weeks, "count": command.count, "zone": common["zone"]}
    series = plan.add(Series, mentorship.space, command.id, mentorship=mentorship.id, **about)
    for place, starts in enumerate(rhythm(command.starts, command.weeks, command.count)):
        plan.add(
            Meeting, mentorship.space, meeting_id(series, place), starts=starts, series=series, number=place, **common
        )
    return series


@carry_out.register
def _(command: do.SkipMeeting, plan: Plan) -> Id:
    found = plan.get(Meeting, command.meeting)
    if found.status == "held":
        raise Refused(entity=Meeting.KIND, reason="held")
    plan.revise(found, status="cancelled", why=command.why)
    return found.id


@carry_out.register
def _(command: do.MoveMeeting, plan: Plan) -> Id:
    found = plan.get(Meeting, command.meeting)
    if found.status == "held":
        raise Refused(entity=Meeting.KIND, reason="held")
    zone = {} if command.zone is None else {"zone": command.zone}
    plan.revise(found, starts=command.starts, status="planned", **zone)
    return found.id


@carry_out.register
def _(command: do.StartMeeting, plan: Plan) -> Id:
    found = plan.get(Meeting, command.meeting)
    if found.began is None:
        plan.revise(found, began=plan.moment.now, status="planned" if found.status == "cancelled" else found.status)
    return found.id


@carry_out.register
def _(command: do.StartNow, plan: Plan) -> Id:
    mentorship = plan.get(Mentorship, command.mentorship)
    zone = command.zone or plan.moment.zone
    return plan.add(
        Meeting,
        mentorship.space,
        command.id,
        mentorship=mentorship.id,
        starts=plan.moment.wall(zone),
        zone=zone,
        length=mentorship.length,
        place=mentorship.place,
        mode=mentorship.mode,
        aim=command.aim,
        began=plan.moment.now,
    )


@carry_out.register
def _(command: do.EndMeeting, plan: Plan) -> Id:
    found = plan.get(Meeting, command.meeting)
    if found.status == "held" and found.ended is not None:
        return found.id
    now = plan.moment.now
    starts = aware(found.starts, found.zone, now.tzinfo)
    likely = following(found.began or starts, timedelta(minutes=found.length))
    ended = likely if apart(now, likely) > FORGOTTEN else now
    plan.revise(found, status="held", began=found.began or min(starts, ended), ended=ended)
    return found.id


@carry_out.register
def _(command: do.SameTimeAgain, plan: Plan) -> Id:
    found = plan.get(Meeting, command.meeting)
    mentorship = plan.get(Mentorship, found.mentorship)
    weeks = command.weeks
    if weeks is None:
        series = None if found.series is None else plan.records.one(Series, found.series)
        weeks = mentorship.weeks if series is None else series.weeks
    if not 1 <= weeks <= 52:
        raise InvalidField(entity=Meeting.KIND, field="weeks", reason="out-of-range")
    return plan.add(
        Meeting,
        found.space,
        command.id,
        mentorship=found.mentorship,
        starts=again(found.starts, weeks, plan.moment.wall(found.zone)),
        zone=found.zone,
        length=found.length,
        place=found.place,
        mode=found.mode,
    )


@carry_out.register
def _(command: do.AddTopic, plan: Plan) -> Id:
    if bool(command.topic) == bool(command.title.strip()):
        raise InvalidField(entity=Agenda.KIND, field="title", reason="missing")
    mentorship = plan.get(Mentorship, command.mentorship)
    return plan.add(
        Agenda,
        mentorship.space,
        command.id,
        mentorship=mentorship.id,
        meeting=command.meeting,
        topic=command.topic,
        title=command.title,
    )


@carry_out.register
def _(command: do.UseTopic, plan: Plan) -> Id:
    found = plan.get(Agenda, command.agenda)
    plan.revise(found, used=command.used)
    return found.id


def _as_agreed(mentorship: Mentorship, command: do.PlanMeeting | do.PlanSeries, plan: Plan) -> dict[str, Any]:
    return {
        "mentorship": mentorship.id,
        "zone": command.zone or plan.moment.zone,
        "length": mentorship.length if command.length is None else command.length,
        "place": mentorship.place if command.place is None else command.place,
        "mode": mentorship.mode if command.mode is None else command.mode,
    }
