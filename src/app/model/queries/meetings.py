"""Meetings, their agenda and their lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from app.model.entities import (
    Agenda,
    Meeting,
    Mentorship,
    Minutes,
    Note,
    Person,
    Task,
    minutes_id,
)
from app.model.ids import Id
from app.model.queries.asking import Query, Reader
from app.model.queries.look import (
    TASKS_READ,
    WHEN,
    Look,
    in_place,
    list_view,
    months,
)
from app.model.queries.rows import (
    GoalRow,
    ListView,
    MeetingRow,
    TaskRow,
)
from app.model.schedule import LISTS


@dataclass(frozen=True, kw_only=True)
class Meetings:
    """The meetings of a mentorship: those to come, soonest first, and those past, latest first."""

    upcoming: tuple[MeetingRow, ...]
    past: tuple[MeetingRow, ...]
    more: bool


@dataclass(frozen=True)
class MeetingsOf(Query[Meetings]):
    """The meetings of a mentorship. `limit` and `skip` page through the past."""

    mentorship: Id
    now: datetime
    limit: int = 50
    skip: int = 0

    def answer(self, read: Reader) -> Meetings:
        look = Look(read, self.now)
        coming: list[Id] = []
        past: list[tuple[datetime, Id]] = []
        for id, _, *when in read.outlines(Meeting, *WHEN, mentorship=self.mentorship):
            starts, phase = look.phase(*when)
            if phase == "after":
                past.append((starts, id))
            else:
                coming.append(id)
        past.sort(reverse=True)
        shown = [id for _, id in past[self.skip : self.skip + self.limit]]
        return Meetings(
            upcoming=tuple(look.rows(look.meetings(coming))),
            past=tuple(reversed(look.rows(look.meetings(shown)))),
            more=len(past) > self.skip + self.limit,
        )


@dataclass(frozen=True)
class MeetingsBetween(Query[tuple[MeetingRow, ...]]):
    """All meetings from one local day to another, both included."""

    first: date
    last: date
    now: datetime

    def answer(self, read: Reader) -> tuple[MeetingRow, ...]:
        look = Look(read, self.now)
        found = [
            meeting
            for month in months(self.first, self.last)
            for meeting in read.where(Meeting, month=month)
            if self.first <= meeting.starts.date() <= self.last
        ]
        return tuple(look.rows(found))


@dataclass(frozen=True, kw_only=True)
class MeetingView:
    """Everything that a meeting's page shows."""

    row: MeetingRow
    meeting: Meeting
    mentorship: Mentorship
    person: Person | None
    minutes: Minutes | None
    note: Note | None
    agenda: tuple[Agenda, ...]
    tasks: tuple[TaskRow, ...]
    open_tasks: tuple[TaskRow, ...]
    """What else is open between the two, the first of it."""
    open_count: int
    """How much that is in all."""
    goals: tuple[GoalRow, ...]
    lists: Mapping[str, ListView]
    evaluated: bool
    following: date
    """The day of the next meeting: the one that is booked, or a rhythm after this one."""


@dataclass(frozen=True)
class MeetingPage(Query["MeetingView | None"]):
    """A meeting with all that belongs to it."""

    meeting: Id
    now: datetime
    tasks: int = TASKS_READ
    """So many of the open tasks are read. Where it is none, they are only counted, and none is put in order."""
    besides: frozenset[Id] = frozenset()
    """Tasks that are not to count as open, because they are shown as answered."""

    def answer(self, read: Reader) -> MeetingView | None:
        look = Look(read, self.now)
        meeting = read.one(Meeting, self.meeting)
        mentorship = None if meeting is None else read.one(Mentorship, meeting.mentorship)
        if meeting is None or mentorship is None:
            return None
        row = look.row(meeting)
        new = in_place(read.where(Task, meeting=meeting.id))
        if self.tasks or self.besides:
            still = [task.id for task in look.open_with(meeting.mentorship) if task.meeting != meeting.id]
            still = [id for id in still if id not in self.besides]
            count = len(still)
        else:
            still = []
            count = read.count(Task, open=meeting.mentorship)
            count -= sum(task.keys()["open"] == meeting.mentorship for task in new)
        return MeetingView(
            row=row,
            meeting=meeting,
            mentorship=mentorship,
            person=look.person(meeting.mentorship),
            minutes=read.one(Minutes, minutes_id(meeting.id)),
            note=look.note(meeting.id),
            agenda=look.agenda(meeting.id),
            tasks=tuple(look.task_row(task) for task in new),
            open_tasks=look.task_rows(still[: self.tasks]),
            open_count=count,
            goals=tuple(look.goals(meeting.mentorship, closed=False)),
            lists={document: look.list_view(document, meeting.id) for document in LISTS.values()},
            evaluated=look.evaluated(row),
            following=look.day_after(row, mentorship),
        )


@dataclass(frozen=True)
class AskedFirst(Query["TaskRow | None"]):
    """Of what else is open with somebody, the one to ask about first at a meeting: due before a day, or without one."""

    mentorship: Id
    meeting: Id
    before: date

    def answer(self, read: Reader) -> TaskRow | None:
        look = Look(read, None)
        asked = (
            task.id
            for task in look.open_with(self.mentorship)
            if task.meeting != self.meeting and (task.due is None or task.due < self.before)
        )
        return next(iter(look.task_rows(islice(asked, 1))), None)


@dataclass(frozen=True)
class AgendaOf(Query[tuple[Agenda, ...]]):
    """The topics of a meeting, in order."""

    meeting: Id

    def answer(self, read: Reader) -> tuple[Agenda, ...]:
        return tuple(in_place(read.where(Agenda, meeting=self.meeting)))


@dataclass(frozen=True)
class TopicsUsed(Query[frozenset[str]]):
    """The topics of the library that were talked about before, with somebody or at all."""

    mentorship: Id | None = None

    def answer(self, read: Reader) -> frozenset[str]:
        found = read.where(Agenda, **({"mentorship": self.mentorship} if self.mentorship else {}))
        return frozenset(one.topic for one in found if one.used and one.topic)


@dataclass(frozen=True)
class ListOf(Query[ListView]):
    """A list as it stands, for a meeting or mentorship (`about`), or in itself."""

    document: str
    about: Id = ""

    def answer(self, read: Reader) -> ListView:
        return list_view(read, self.document, self.about)
