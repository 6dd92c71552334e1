"""What follows from a command: the writes it makes, decided on the records it names and on nothing else.

A decision never writes. It returns the cells that change; the store gives them their parents, their stamp and their
place in the journal. A refusal is a `ModelError` and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import singledispatch
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from app.errors import AlreadyThere, AppendOnly, InvalidField, Refused, UnknownRecord
from app.model import commands as do
from app.model.changes import GONE
from app.model.entities import (
    PAIR_ROLES,
    Agenda,
    Checklist,
    Evaluation,
    FilledForm,
    Goal,
    ListItem,
    Me,
    Meeting,
    Mentorship,
    Minutes,
    Note,
    PairRole,
    Person,
    Progress,
    Series,
    Setting,
    Task,
    checklist_id,
    form_id,
    list_item_id,
    me_id,
    meeting_id,
    minutes_id,
    note_id,
    setting_id,
)
from app.model.fields import Json, Scalar
from app.model.ids import Id
from app.model.schedule import again, apart, aware, following, rhythm
from app.model.schema import KINDS, Entity, begin, check_space, revise

E = TypeVar("E", bound=Entity)

FORGOTTEN = timedelta(hours=6)
"""A meeting that is ended so much later than planned was over when it was planned to be."""


class Records(Protocol):
    """What a decision may look at."""

    @property
    def personal(self) -> str:
        """The personal space."""
        ...

    def one(self, cls: type[E], id: Id) -> E | None:
        """The record with that id, unless it is in the trash."""
        ...

    def buried(self, cls: type[E], id: Id) -> E | None:
        """The record with that id, also from the trash."""
        ...

    def where(self, cls: type[E], **equal: Scalar) -> list[E]:
        """The records whose keys have these values."""
        ...

    def gone_with(self, id: Id) -> list[Entity]:
        """What went into the trash together with that record."""
        ...

    def kind_of(self, space: str) -> str:
        """The kind of a space."""
        ...


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a decision takes from the world: the time, names for new records, and a new space when one is needed."""

    now: datetime
    new_id: Callable[[], Id]
    new_space: Callable[[str], str]

    @property
    def zone(self) -> str:
        """The name of the zone that `now` is in, if it has one."""
        return getattr(self.now.tzinfo, "key", "") or ""

    def wall(self, zone: str) -> datetime:
        """What the clock on the wall shows now in a zone."""
        there = ZoneInfo(zone) if zone else self.now.tzinfo
        return self.now.astimezone(there).replace(tzinfo=None, second=0, microsecond=0)


@dataclass(frozen=True, kw_only=True)
class Write:
    """The cells of one record that change."""

    space: str
    kind: str
    record: Id
    fields: Mapping[str, Json]
    was: Mapping[str, Json] = field(default_factory=dict)
    created: bool = False


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The writes that follow from a command, and the record it is about."""

    record: Id = ""
    writes: tuple[Write, ...] = ()


def decide(command: do.Command, records: Records, moment: Moment) -> Decision:
    """What follows from a command; `ModelError` if it is refused."""
    plan = _Plan(records, moment)
    record = _carry_out(command, plan)
    return Decision(record=record, writes=tuple(plan.writes.values()))


class _Plan:
    """The writes of one command as they come together, one a record."""

    def __init__(self, records: Records, moment: Moment) -> None:
        self.records = records
        self.moment = moment
        self.writes: dict[Id, Write] = {}

    def get(self, cls: type[E], id: Id) -> E:
        found = self.records.one(cls, id)
        if found is None:
            raise UnknownRecord(entity=cls.KIND)
        return found

    def add(self, cls: type[Entity], space: str, id: Id = "", **values: Any) -> Id:
        """A new record. A given id must be free."""
        id = id or self.moment.new_id()
        if self.records.buried(cls, id) is not None:
            raise AlreadyThere(entity=cls.KIND)
        self._write(space, cls.KIND, id, begin(cls, values), {}, created=True)
        return id

    def revise(self, record: Entity, **values: Any) -> None:
        """New values for fields of a record."""
        if record.APPEND_ONLY:
            raise AppendOnly(entity=record.KIND)
        cells = revise(type(record), record.cells, values)
        if cells:
            was = {cell: record.cells.get(cell) for cell in cells}
            self._write(record.space, record.KIND, record.id, cells, was)

    def put(self, cls: type[E], space: str, id: Id, new: Mapping[str, Any], **values: Any) -> Id:
        """Revise the record with that id, or begin it (also with `new`); one from the trash comes back."""
        found = self.records.buried(cls, id)
        if found is None:
            return self.add(cls, space, id, **{**new, **values})
        self.revise(found, **values)
        if found.gone:
            self.mark(found, False)
        return id

    def mark(self, record: Entity, gone: Id | bool) -> None:
        """Put a record into the trash, or take it out."""
        self._write(record.space, record.KIND, record.id, {GONE: gone}, {GONE: record.cells.get(GONE, False)})

    def raw(self, record: Entity, cells: Mapping[str, Json]) -> None:
        """Write cells as they are; only for cells that the record had before."""
        was = {cell: record.cells.get(cell) for cell in cells}
        self._write(record.space, record.KIND, record.id, cells, was)

    def space_of(self, mentorship: Id | None, private: bool = False) -> str:
        """Where something about a mentorship is written: its own space, or mine."""
        if private or mentorship is None:
            return self.records.personal
        return self.get(Mentorship, mentorship).space

    def my_role(self, mentorship: Id | None) -> PairRole:
        if mentorship is not None:
            for person in self.records.where(Person, mentorship=mentorship):
                return person.my_role
        me = self.records.one(Me, me_id(self.records.personal))
        return me.role if me is not None and me.role in PAIR_ROLES else "mentee"  # type: ignore[return-value]  # mypy does not narrow by `in`

    def _write(
        self,
        space: str,
        kind: str,
        record: Id,
        fields: Mapping[str, Json],
        was: Mapping[str, Json],
        created: bool = False,
    ) -> None:
        check_space(self.records.kind_of(space), kind, fields)
        earlier = self.writes.get(record)
        if earlier is None:
            self.writes[record] = Write(space=space, kind=kind, record=record, fields=fields, was=was, created=created)
        else:
            self.writes[record] = Write(
                space=space,
                kind=kind,
                record=record,
                fields={**earlier.fields, **fields},
                was={**was, **earlier.was},
                created=earlier.created,
            )


@singledispatch
def _carry_out(command: do.Command, plan: _Plan) -> Id:
    raise TypeError(f"nobody decides {type(command).__name__}")


# ------------------------------------------------------------------ me, people, settings


@_carry_out.register
def _(command: do.IntroduceMe, plan: _Plan) -> Id:
    given = {"name": command.name, "role": command.role, "organisation": command.organisation}
    personal = plan.records.personal
    return plan.put(Me, personal, me_id(personal), {}, **{name: one for name, one in given.items() if one is not None})


@_carry_out.register
def _(command: do.AddPerson, plan: _Plan) -> Id:
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


@_carry_out.register
def _(command: do.EndMentorship, plan: _Plan) -> Id:
    found = plan.get(Mentorship, command.mentorship)
    plan.revise(found, status="ended", ended=command.on or plan.moment.now.date())
    return found.id


@_carry_out.register
def _(command: do.SetSetting, plan: _Plan) -> Id:
    personal = plan.records.personal
    id = setting_id(personal, command.key)
    return plan.put(Setting, personal, id, {"key": command.key}, value=command.value)


@_carry_out.register
def _(command: do.Revise, plan: _Plan) -> Id:
    found = plan.get(_class(command.kind), command.id)
    plan.revise(found, **dict(command.values))
    return found.id


@_carry_out.register
def _(command: do.Delete, plan: _Plan) -> Id:
    root = plan.get(_class(command.kind), command.id)
    doomed: dict[Id, Entity] = {root.id: root}
    if isinstance(root, Person) and (mentorship := plan.records.one(Mentorship, root.mentorship)) is not None:
        doomed[mentorship.id] = mentorship
    if isinstance(root, Mentorship):
        doomed |= {person.id: person for person in plan.records.where(Person, mentorship=root.id)}
    for record in list(doomed.values()):
        if isinstance(record, Mentorship):
            for cls in _OF_MENTORSHIP:
                doomed |= {one.id: one for one in plan.records.where(cls, mentorship=record.id)}
    for record in list(doomed.values()):
        if isinstance(record, Meeting):
            for cls in _OF_MEETING:
                doomed |= {one.id: one for one in plan.records.where(cls, meeting=record.id)}
        if isinstance(record, Goal):
            doomed |= {one.id: one for one in plan.records.where(Progress, goal=record.id)}
    for record in doomed.values():
        plan.mark(record, root.id)
    return root.id


@_carry_out.register
def _(command: do.Restore, plan: _Plan) -> Id:
    found = plan.records.buried(_class(command.kind), command.id)
    if found is None:
        raise UnknownRecord(entity=command.kind)
    for record in plan.records.gone_with(found.id):
        plan.mark(record, False)
    return found.id


@_carry_out.register
def _(command: do.Pick, plan: _Plan) -> Id:
    found = plan.get(_class(command.kind), command.id)
    if found.APPEND_ONLY:
        raise AppendOnly(entity=found.KIND)
    if command.cell not in found.cells:
        raise InvalidField(entity=found.KIND, field=command.cell[:40], reason="unknown")
    owner = next((kind for kind in found.FIELDS.values() if kind.owns(command.cell)), None)
    plain = owner is not None and owner.name == command.cell
    if plain and owner is not None:  # the same checks as for typing it
        revise(type(found), {}, {owner.name: owner.decode(command.value)})
    plan.raw(found, {command.cell: command.value})
    return found.id


# ------------------------------------------------------------------ meetings


@_carry_out.register
def _(command: do.PlanMeeting, plan: _Plan) -> Id:
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


@_carry_out.register
def _(command: do.PlanSeries, plan: _Plan) -> Id:
    mentorship = plan.get(Mentorship, command.mentorship)
    common = _as_agreed(mentorship, command, plan)
    about = {"starts": command.starts, "weeks": command.weeks, "count": command.count, "zone": common["zone"]}
    series = plan.add(Series, mentorship.space, command.id, mentorship=mentorship.id, **about)
    for place, starts in enumerate(rhythm(command.starts, command.weeks, command.count)):
        plan.add(
            Meeting, mentorship.space, meeting_id(series, place), starts=starts, series=series, number=place, **common
        )
    return series


@_carry_out.register
def _(command: do.SkipMeeting, plan: _Plan) -> Id:
    found = plan.get(Meeting, command.meeting)
    if found.status == "held":
        raise Refused(entity=Meeting.KIND, reason="held")
    plan.revise(found, status="cancelled", why=command.why)
    return found.id


@_carry_out.register
def _(command: do.MoveMeeting, plan: _Plan) -> Id:
    found = plan.get(Meeting, command.meeting)
    if found.status == "held":
        raise Refused(entity=Meeting.KIND, reason="held")
    zone = {} if command.zone is None else {"zone": command.zone}
    plan.revise(found, starts=command.starts, status="planned", **zone)
    return found.id


@_carry_out.register
def _(command: do.StartMeeting, plan: _Plan) -> Id:
    found = plan.get(Meeting, command.meeting)
    if found.began is None:
        plan.revise(found, began=plan.moment.now, status="planned" if found.status == "cancelled" else found.status)
    return found.id


@_carry_out.register
def _(command: do.StartNow, plan: _Plan) -> Id:
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


@_carry_out.register
def _(command: do.EndMeeting, plan: _Plan) -> Id:
    found = plan.get(Meeting, command.meeting)
    if found.status == "held" and found.ended is not None:
        return found.id
    now = plan.moment.now
    starts = aware(found.starts, found.zone, now.tzinfo)
    planned_end = following(starts, timedelta(minutes=found.length))
    ended = planned_end if apart(now, planned_end) > FORGOTTEN and found.began is None else now
    plan.revise(found, status="held", began=found.began or min(starts, ended), ended=ended)
    return found.id


@_carry_out.register
def _(command: do.SameTimeAgain, plan: _Plan) -> Id:
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


@_carry_out.register
def _(command: do.AddTopic, plan: _Plan) -> Id:
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


@_carry_out.register
def _(command: do.UseTopic, plan: _Plan) -> Id:
    found = plan.get(Agenda, command.agenda)
    plan.revise(found, used=command.used)
    return found.id


# ------------------------------------------------------------------ lists


@_carry_out.register
def _(command: do.TickItem, plan: _Plan) -> Id:
    run = _run(command, plan)
    ticks = (run.ticks if run else frozenset()) | {command.item}
    reasons = {"set_aside": {command.item: ""}} if run and command.item in run.set_aside else {}
    return _keep_run(command, plan, ticks=ticks, **reasons)


@_carry_out.register
def _(command: do.UntickItem, plan: _Plan) -> Id:
    run = _run(command, plan)
    return "" if run is None else _keep_run(command, plan, ticks=run.ticks - {command.item})


@_carry_out.register
def _(command: do.SetAside, plan: _Plan) -> Id:
    run = _run(command, plan)
    if run is None and not command.reason.strip():
        return ""
    return _keep_run(command, plan, set_aside={command.item: command.reason.strip()})


@_carry_out.register
def _(command: do.AddOwnItem, plan: _Plan) -> Id:
    if not command.text.strip():
        raise InvalidField(entity=ListItem.KIND, field="text", reason="missing")
    return plan.add(
        ListItem,
        plan.records.personal,
        command.id,
        document=command.document,
        text=command.text,
        place=command.place,
    )


@_carry_out.register
def _(command: do.PlaceItem, plan: _Plan) -> Id:
    return _keep_item(command.document, command.item, plan, place=command.place)


@_carry_out.register
def _(command: do.HideItem, plan: _Plan) -> Id:
    return _keep_item(command.document, command.item, plan, hidden=command.hidden)


@_carry_out.register
def _(command: do.RestoreShipped, plan: _Plan) -> Id:
    for item in plan.records.where(ListItem, document=command.document):
        if item.item:
            plan.revise(item, hidden=False, place="")
        else:
            plan.mark(item, item.id)
    return ""


# ------------------------------------------------------------------ notes and minutes


@_carry_out.register
def _(command: do.WriteNote, plan: _Plan) -> Id:
    found = plan.records.buried(Note, command.id) if command.id else None
    about = {name: one for name in ("mentorship", "meeting") if (one := getattr(command, name))}
    if found is not None:
        return plan.put(Note, found.space, found.id, {}, body=command.body, **about)
    if not command.body.strip():
        return ""
    about |= _mentorship_of(command.meeting, about, plan)
    return plan.add(
        Note,
        plan.records.personal,
        command.id,
        body=command.body,
        origin=command.origin,
        written=plan.moment.now,
        **about,
    )


@_carry_out.register
def _(command: do.ImportQuickNote, plan: _Plan) -> Id:
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


@_carry_out.register
def _(command: do.KeepMinutes, plan: _Plan) -> Id:
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


@_carry_out.register
def _(command: do.FinishMinutes, plan: _Plan) -> Id:
    found = plan.get(Minutes, minutes_id(command.meeting))
    if command.finished:
        by = plan.my_role(found.mentorship)
        plan.revise(found, status="finished", finished=plan.moment.now, finished_by=by)
    else:
        plan.revise(found, status="draft", finished=None, finished_by=None)
    return found.id


@_carry_out.register
def _(command: do.KeepForm, plan: _Plan) -> Id:
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


# ------------------------------------------------------------------ goals and tasks

_GOAL = ("owner", "skills", "measure", "start", "target", "unit", "due", "next_step", "support", "answers")


@_carry_out.register
def _(command: do.SetGoal, plan: _Plan) -> Id:
    values = {name: getattr(command, name) for name in _GOAL}
    space = plan.space_of(command.mentorship, command.private)
    return plan.add(Goal, space, command.id, title=command.title, mentorship=command.mentorship, **values)


@_carry_out.register
def _(command: do.ShareGoal, plan: _Plan) -> Id:
    found = plan.get(Goal, command.goal)
    mentorship = command.mentorship or found.mentorship
    if mentorship is None or found.space != plan.records.personal:
        raise Refused(entity=Goal.KIND, reason="nobody-to-share-with" if mentorship is None else "shared-already")
    space = plan.space_of(mentorship)
    values = {name: getattr(found, name) for name in (*_GOAL, "title", "status", "reason", "settled")}
    shared = plan.add(Goal, space, command.id, mentorship=mentorship, **values)
    for step in plan.records.where(Progress, goal=found.id):
        told = {name: getattr(step, name) for name in ("at", "by", "delta", "value", "comment")}
        plan.add(Progress, space, goal=shared, **told)
        plan.mark(step, found.id)
    for task in plan.records.where(Task, goal=found.id):
        plan.revise(task, goal=shared)
    plan.mark(found, found.id)
    return shared


@_carry_out.register
def _(command: do.RecordProgress, plan: _Plan) -> Id:
    goal = plan.get(Goal, command.goal)
    if (command.delta is None) == (command.value is None):
        raise InvalidField(entity=Progress.KIND, field="delta", reason="missing")
    return plan.add(
        Progress,
        goal.space,
        command.id,
        goal=goal.id,
        at=plan.moment.now,
        by=plan.my_role(goal.mentorship),
        delta=command.delta,
        value=command.value,
        comment=command.comment,
    )


@_carry_out.register
def _(command: do.ReachGoal, plan: _Plan) -> Id:
    found = plan.get(Goal, command.goal)
    plan.revise(found, status="reached", settled=plan.moment.now)
    return found.id


@_carry_out.register
def _(command: do.LetGoOfGoal, plan: _Plan) -> Id:
    found = plan.get(Goal, command.goal)
    plan.revise(found, status="let_go", reason=command.reason, settled=plan.moment.now)
    return found.id


@_carry_out.register
def _(command: do.ReopenGoal, plan: _Plan) -> Id:
    found = plan.get(Goal, command.goal)
    plan.revise(found, status="active", reason="", settled=None)
    return found.id


@_carry_out.register
def _(command: do.AddTask, plan: _Plan) -> Id:
    return plan.add(
        Task,
        plan.space_of(command.mentorship, command.private),
        command.id,
        text=command.text,
        mentorship=command.mentorship,
        meeting=command.meeting,
        goal=command.goal,
        owner=command.owner,
        due=command.due,
    )


@_carry_out.register
def _(command: do.MoveTask, plan: _Plan) -> Id:
    found = plan.get(Task, command.task)
    values: dict[str, Any] = {} if command.due is None else {"due": command.due}
    if command.status is not None and command.status != found.status:
        values["status"] = command.status
        done = command.status == "done"
        values["settled"] = plan.moment.now if done else None
        values["outcome"] = (found.outcome or "done") if done else ""
    plan.revise(found, **values)
    return found.id


@_carry_out.register
def _(command: do.TaskOutcome, plan: _Plan) -> Id:
    found = plan.get(Task, command.task)
    if command.outcome not in ("done", "tried"):
        raise InvalidField(entity=Task.KIND, field="outcome", reason="not-an-option")
    told = {name: one for name in ("tried", "learned") if (one := getattr(command, name))}
    plan.revise(found, status="done", outcome=command.outcome, settled=plan.moment.now, **told)
    return found.id


# ------------------------------------------------------------------ feedback


@_carry_out.register
def _(command: do.GiveFeedback, plan: _Plan) -> Id:
    about: dict[str, Any] = {
        "survey": command.survey,
        "version": command.version,
        "role": command.role,
        "meeting": command.meeting,
        "mentorship": command.mentorship,
        "audience": command.audience,
        "at": plan.moment.now,
    }
    about |= _mentorship_of(command.meeting, {"mentorship": command.mentorship or ""}, plan)
    mine = plan.add(Evaluation, plan.records.personal, command.id, **about, answers=command.answers)
    if command.audience == "both" and about["mentorship"]:
        told = {item: answer for item, answer in command.answers.items() if item not in command.private}
        plan.add(Evaluation, plan.space_of(about["mentorship"]), **about, answers=told)
    return mine


# ------------------------------------------------------------------ taking back


@_carry_out.register
def _(command: do.Undo, plan: _Plan) -> Id:
    last = ""
    for step in command.steps:
        found = plan.records.buried(_class(step.kind), step.record)
        if found is None:
            continue
        last = found.id
        if step.created:
            if not found.gone:
                plan.mark(found, found.id)
            continue
        here = {GONE: False, **found.cells}
        back = {cell: step.was.get(cell) for cell, value in step.wrote.items() if here.get(cell) == value}
        if back:
            plan.raw(found, back)
    return last


# ------------------------------------------------------------------ what several of them need

_OF_MENTORSHIP: tuple[type[Entity], ...] = (
    Series,
    Meeting,
    Agenda,
    Minutes,
    Note,
    Checklist,
    Goal,
    Task,
    Evaluation,
    FilledForm,
)
_OF_MEETING: tuple[type[Entity], ...] = (Agenda, Minutes, Checklist)


def _class(kind: str) -> type[Entity]:
    if kind not in KINDS:
        raise UnknownRecord(entity=kind[:40])
    return KINDS[kind]


def _as_agreed(mentorship: Mentorship, command: do.PlanMeeting | do.PlanSeries, plan: _Plan) -> dict[str, Any]:
    return {
        "mentorship": mentorship.id,
        "zone": command.zone or plan.moment.zone,
        "length": mentorship.length if command.length is None else command.length,
        "place": mentorship.place if command.place is None else command.place,
        "mode": mentorship.mode if command.mode is None else command.mode,
    }


def _mentorship_of(meeting: Id | None, about: Mapping[str, Id], plan: _Plan) -> dict[str, Id]:
    """What is about a meeting is about its mentorship."""
    if meeting is None or about.get("mentorship"):
        return {}
    found = plan.records.one(Meeting, meeting)
    return {} if found is None else {"mentorship": found.mentorship}


def _run_id(command: do._OnList, plan: _Plan) -> Id:
    about = command.meeting or command.mentorship
    if not about:
        raise InvalidField(entity=Checklist.KIND, field="meeting", reason="missing")
    return checklist_id(plan.records.personal, command.document, about)


def _run(command: do._OnList, plan: _Plan) -> Checklist | None:
    return plan.records.one(Checklist, _run_id(command, plan))


def _keep_run(command: do._OnList, plan: _Plan, **values: Any) -> Id:
    about: dict[str, Any] = {"document": command.document, "version": command.version, "meeting": command.meeting}
    about |= {"mentorship": command.mentorship}
    about |= _mentorship_of(command.meeting, {"mentorship": command.mentorship or ""}, plan)
    return plan.put(Checklist, plan.records.personal, _run_id(command, plan), about, **values)


def _keep_item(document: str, item: str, plan: _Plan, **values: Any) -> Id:
    own = plan.records.one(ListItem, item)
    if own is not None and own.document == document and not own.item:
        plan.revise(own, **values)
        return own.id
    return plan.put(
        ListItem,
        plan.records.personal,
        list_item_id(document, item),
        {"document": document, "item": item},
        **values,
    )
