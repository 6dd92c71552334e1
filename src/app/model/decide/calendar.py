"""Busy times, offered slots and who gets them, a series that moves, and what another calendar was told."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Final

from app.errors import InvalidField, Refused, SlotInTheWay, SlotTaken
from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.entities import Booking, Busy, Handed, Meeting, Mentorship, Series, Slot
from app.model.entities.calendar import Span, busy_id, handed_id, holder, place_mark, said, slot_meeting_id
from app.model.entities.people import Me, me_id
from app.model.ids import Id
from app.model.queries.calendar import in_the_way
from app.model.schedule import apart, aware, following, overlapping

MOST_SLOTS: Final = 20


@carry_out.register
def _(command: do.KeepBusy, plan: Plan) -> Id:
    months: dict[str, set[str]] = {one.month: set() for one in plan.records.where(Busy)}
    for span in command.spans:
        if not span[0] < span[1]:
            raise InvalidField(entity=Busy.KIND, field="spans", reason="not-a-span")
        months.setdefault(f"{span[0].astimezone(UTC):%Y-%m}", set()).add(said(span))
    personal = plan.records.personal
    for month, spans in months.items():
        plan.put(Busy, personal, busy_id(personal, month), {"month": month}, spans=frozenset(spans))
    return ""


@carry_out.register
def _(command: do.HandOver, plan: Plan) -> Id:
    personal = plan.records.personal
    for meeting, starts in command.left.items():
        new = {"meeting": meeting, "month": f"{starts.astimezone(UTC):%Y-%m}"}
        plan.put(Handed, personal, handed_id(personal, meeting), new, starts=None, ends=None)
    for one in command.told:
        if not one.starts < one.ends:
            raise InvalidField(entity=Handed.KIND, field="starts", reason="not-a-span")
        plan.put(
            Handed,
            personal,
            handed_id(personal, one.meeting),
            {"meeting": one.meeting},
            month=f"{one.starts.astimezone(UTC):%Y-%m}",
            sequence=one.sequence,
            starts=one.starts,
            ends=one.ends,
            zone=one.zone,
            floating=one.floating,
            cancelled=one.cancelled,
            alarms=one.alarms,
            place=place_mark(one.place),
        )
    return ""


@carry_out.register
def _(command: do.OfferSlots, plan: Plan) -> Id:
    mentorship = plan.get(Mentorship, command.mentorship)
    if not 1 <= len(command.starts) <= MOST_SLOTS:
        raise InvalidField(entity=Slot.KIND, field="starts", reason="out-of-range")
    zone = command.zone or plan.moment.zone
    length = mentorship.length if command.length is None else command.length
    now = plan.moment.now
    taken: list[Span] = []
    last = ""
    for wall in command.starts:
        starts = aware(wall, zone, now.tzinfo)
        span = (starts, following(starts, timedelta(minutes=length)))
        if apart(starts, now) <= timedelta(0):
            raise Refused(entity=Slot.KIND, reason="past")
        if overlapping(taken, span) or in_the_way(plan.records, span, now) is not None:
            raise SlotInTheWay(entity=Slot.KIND)
        taken.append(span)
        last = plan.add(
            Slot,
            mentorship.space,
            mentorship=mentorship.id,
            starts=wall,
            zone=zone,
            length=length,
            place=mentorship.place if command.place is None else command.place,
            mode=mentorship.mode if command.mode is None else command.mode,
        )
    return last


@carry_out.register
def _(command: do.WithdrawSlot, plan: Plan) -> Id:
    found = plan.get(Slot, command.slot)
    plan.revise(found, withdrawn=command.withdrawn)
    return found.id


@carry_out.register
def _(command: do.BookSlot, plan: Plan) -> Id:
    slot = plan.get(Slot, command.slot)
    if slot.withdrawn or holder(slot, plan.records.where(Booking, slot=slot.id)) is not None:
        raise SlotTaken(entity=Slot.KIND)
    if apart(aware(slot.starts, slot.zone, plan.moment.now.tzinfo), plan.moment.now) <= timedelta(0):
        raise Refused(entity=Slot.KIND, reason="past")
    me = plan.records.one(Me, me_id(plan.records.personal))
    meeting = slot_meeting_id(slot.id)
    plan.add(
        Booking,
        slot.space,
        command.id,
        mentorship=slot.mentorship,
        slot=slot.id,
        meeting=meeting,
        at=plan.moment.now,
        name="" if me is None else me.name,
    )
    about = {"mentorship": slot.mentorship, "starts": slot.starts, "zone": slot.zone, "length": slot.length}
    plan.put(Meeting, slot.space, meeting, {**about, "place": slot.place, "mode": slot.mode}, status="planned")
    if command.instead:
        plan.revise(plan.get(Meeting, command.instead), status="cancelled")
    return meeting


@carry_out.register
def _(command: do.GiveSlot, plan: Plan) -> Id:
    booking = plan.get(Booking, command.booking)
    plan.revise(plan.get(Slot, booking.slot), given=booking.id)
    return booking.slot


@carry_out.register
def _(command: do.MoveSeries, plan: Plan) -> Id:
    found = plan.get(Meeting, command.meeting)
    if found.status == "held":
        raise Refused(entity=Meeting.KIND, reason="held")
    by = command.starts - found.starts
    later = [] if found.series is None else plan.records.where(Meeting, series=found.series)
    for meeting in later:
        ahead = (meeting.number or 0) > (found.number or 0) and meeting.status == "planned" and meeting.began is None
        if ahead and meeting.id != found.id:
            plan.revise(meeting, starts=meeting.starts + by)
    plan.revise(found, starts=command.starts, status="planned")
    series = None if found.series is None else plan.records.one(Series, found.series)
    if series is not None and not found.number:
        plan.revise(series, starts=command.starts)
    return found.id
