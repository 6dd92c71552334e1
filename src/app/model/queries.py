"""What screens ask. A query is a frozen value; its answer is one too, and reads only the tables and keys it needs.

`answer` gets a `Reader`, which notes what was read: a listener is woken when one of exactly these things has changed.
`now` is an aware datetime in the zone of the person who asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Generic, Literal, Protocol, TypeVar

from app.model.clock import moment_of
from app.model.entities import (
    Agenda,
    Checklist,
    Evaluation,
    FilledForm,
    Goal,
    GoalStatus,
    ListItem,
    Me,
    Measure,
    Meeting,
    MeetingStatus,
    Mentorship,
    MentorshipStatus,
    Minutes,
    MinutesStatus,
    Mode,
    Note,
    Origin,
    Outcome,
    Owner,
    PairRole,
    Person,
    Progress,
    Setting,
    Task,
    TaskStatus,
    checklist_id,
    form_id,
    me_id,
    minutes_id,
    note_id,
    setting_id,
)
from app.model.fields import Scalar
from app.model.ids import Id
from app.model.schedule import LISTS, NEAR, Phase, aware, overlapping, phase
from app.model.schema import KINDS, Entity, Visibility

E = TypeVar("E", bound=Entity)
A = TypeVar("A", covariant=True)
R = TypeVar("R")

DRAFT_AGE = timedelta(hours=24)
BACKUP_EVERY = timedelta(days=7)
MONTHS_AHEAD = 6
MONTHS_BACK = 2


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a list shows of a record that carries long text."""

    id: Id
    space: str
    made: int
    edited: int
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Past:
    """One version of a record."""

    version: str
    at: datetime
    device: str
    mine: bool
    cells: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Trashed:
    """A deleted record."""

    kind: str
    id: Id
    title: str
    at: datetime
    mentorship: Id | None


class Reader(Protocol):
    """The records as they stand. What is in the trash is not there, except where a method says so."""

    @property
    def personal(self) -> str:
        """The personal space."""
        ...

    def one(self, cls: type[E], id: Id) -> E | None:
        """The record with that id."""
        ...

    def where(self, cls: type[E], **equal: Scalar) -> list[E]:
        """The records whose keys have these values, those made first coming first."""
        ...

    def newest(self, cls: type[E], count: int, **equal: Scalar) -> list[E]:
        """Of the records with these values, those made last, newest first."""
        ...

    def cards(self, cls: type[Entity], **equal: Scalar) -> list[Card]:
        """The same as cards: no body is read."""
        ...

    def newest_cards(
        self, cls: type[Entity], count: int, before: int | None, **equal: Scalar
    ) -> tuple[list[Card], int | None]:
        """The newest cards, and where to go on."""
        ...

    def count(self, cls: type[Entity], **equal: Scalar) -> int:
        """How many there are, of a kind or with these values; nothing is read where an index knows."""
        ...

    def history(self, kind: str, id: Id) -> list[Past]:
        """The versions of a record, newest first."""
        ...

    def trash(self, kinds: Sequence[str]) -> list[Trashed]:
        """What has been deleted, newest first."""
        ...


@dataclass(frozen=True, kw_only=True)
class Query(Generic[A]):
    """A question with one kind of answer."""

    def answer(self, read: Reader) -> A:
        """The answer, from what the reader gives."""
        raise NotImplementedError


# ------------------------------------------------------------------ rows


@dataclass(frozen=True, kw_only=True)
class MeetingRow:
    """A meeting in a list."""

    id: Id
    mentorship: Id
    name: str
    my_role: PairRole
    starts: datetime
    ends: datetime
    length: int
    place: str
    mode: Mode
    aim: str
    status: MeetingStatus
    phase: Phase
    began: datetime | None
    ended: datetime | None
    series: Id | None
    number: int | None
    overlaps: bool = False

    @property
    def checklist(self) -> str:
        """The list for this phase."""
        return LISTS[self.phase]


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """A task in a list."""

    id: Id
    text: str
    mentorship: Id | None
    name: str
    owner: Owner
    mine: bool
    due: date | None
    status: TaskStatus
    outcome: Outcome
    learned: str
    meeting: Id | None
    goal: Id | None
    visibility: Visibility


@dataclass(frozen=True, kw_only=True)
class GoalRow:
    """A goal in a list, with how far it has come."""

    id: Id
    title: str
    mentorship: Id | None
    name: str
    owner: PairRole
    mine: bool
    visibility: Visibility
    measure: Measure
    value: float
    start: float
    target: float | None
    unit: str
    fraction: float | None
    due: date | None
    status: GoalStatus
    next_step: str
    skills: frozenset[str]
    steps: int


@dataclass(frozen=True, kw_only=True)
class ProgressRow:
    """One entry in the history of a goal; `total` is where it stood after it."""

    id: Id
    at: datetime
    by: PairRole
    mine: bool
    name: str
    delta: float | None
    value: float | None
    total: float
    comment: str


@dataclass(frozen=True, kw_only=True)
class MinutesRow:
    """Minutes in a list."""

    id: Id
    meeting: Id
    mentorship: Id
    name: str
    document: str
    status: MinutesStatus
    at: datetime
    begun: datetime
    edited: datetime


@dataclass(frozen=True, kw_only=True)
class NoteRow:
    """A note in a list."""

    id: Id
    title: str
    mentorship: Id | None
    meeting: Id | None
    name: str
    origin: Origin
    at: datetime
    edited: datetime


@dataclass(frozen=True, kw_only=True)
class Page(Generic[R]):
    """A piece of a long list; `next` asks for the following one."""

    rows: tuple[R, ...] = ()
    next: int | None = None


@dataclass(frozen=True, kw_only=True)
class PairRow:
    """A mentorship by its name."""

    mentorship: Id
    person: Id
    name: str
    my_role: PairRole


@dataclass(frozen=True, kw_only=True)
class PersonRow(PairRow):
    """A mentorship in the list of people."""

    status: MentorshipStatus
    form: str
    next: MeetingRow | None
    last_met: datetime | None
    open_tasks: int
    open_goals: int
    held: int
    planned: int


@dataclass(frozen=True, kw_only=True)
class ListView:
    """A list as it stands for one meeting or mentorship. Which items there are, the library knows."""

    document: str
    ticks: frozenset[str] = frozenset()
    set_aside: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    places: Mapping[str, str] = field(default_factory=dict)
    own: tuple[ListItem, ...] = ()


# ------------------------------------------------------------------ one record, me, settings


@dataclass(frozen=True)
class One(Query["E | None"], Generic[E]):
    """One record by kind and id."""

    cls: type[E]
    id: Id

    def answer(self, read: Reader) -> E | None:
        return read.one(self.cls, self.id)


@dataclass(frozen=True, kw_only=True)
class AboutMe(Query["Me | None"]):
    """Who I am."""

    def answer(self, read: Reader) -> Me | None:
        return read.one(Me, me_id(read.personal))


@dataclass(frozen=True)
class SettingOf(Query[Scalar]):
    """A choice about the app."""

    key: str
    default: Scalar = None

    def answer(self, read: Reader) -> Scalar:
        found = read.one(Setting, setting_id(read.personal, self.key))
        return self.default if found is None else found.value


@dataclass(frozen=True)
class HistoryOf(Query[tuple[Past, ...]]):
    """All versions of a record, newest first."""

    kind: str
    id: Id

    def answer(self, read: Reader) -> tuple[Past, ...]:
        return tuple(read.history(self.kind, self.id))


@dataclass(frozen=True)
class TrashList(Query[tuple[Trashed, ...]]):
    """What can be restored, newest first."""

    kinds: tuple[str, ...] = ("mentorship", "meeting", "minutes", "note", "goal", "task", "form", "list_item")

    def answer(self, read: Reader) -> tuple[Trashed, ...]:
        return tuple(read.trash(self.kinds))


@dataclass(frozen=True)
class Counts(Query[Mapping[str, int]]):
    """How many records there are of each kind."""

    kinds: tuple[str, ...] = ("person", "meeting", "minutes", "note", "goal", "task", "evaluation")

    def answer(self, read: Reader) -> Mapping[str, int]:
        return {kind: read.count(KINDS[kind]) for kind in self.kinds}


# ------------------------------------------------------------------ today


@dataclass(frozen=True, kw_only=True)
class TodayMeeting:
    """The meeting that the day is about now."""

    row: MeetingRow
    phase: Phase
    checklist: str
    run: ListView
    goal: GoalRow | None
    minutes: Id | None
    note: Id | None
    evaluated: bool
    agenda: tuple[Agenda, ...]


@dataclass(frozen=True, kw_only=True)
class OpenCritical:
    """A critical item that is neither ticked nor set aside."""

    document: str
    item: str
    meeting: Id | None
    mentorship: Id
    name: str


PrimaryAction = Literal["add_person", "plan", "prepare", "note", "end", "evaluate", "minutes"]


@dataclass(frozen=True, kw_only=True)
class Primary:
    """What the one wide button does now."""

    action: PrimaryAction
    mentorship: Id | None = None
    meeting: Id | None = None


@dataclass(frozen=True, kw_only=True)
class Today:
    """Everything that Today shows."""

    me: Me | None
    meeting: TodayMeeting | None
    later: tuple[MeetingRow, ...]
    upcoming: MeetingRow | None
    tasks: tuple[TaskRow, ...]
    unfinished: tuple[MinutesRow, ...]
    open_critical: tuple[OpenCritical, ...]
    unbooked: tuple[PairRow, ...]
    reminders: tuple[str, ...]
    people: int
    primary: Primary


@dataclass(frozen=True)
class TodayView(Query[Today]):
    """What now? `critical` lists the critical items of the lists: (document, item, roles it is for or none for all)."""

    now: datetime
    critical: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    def answer(self, read: Reader) -> Today:
        look = _Look(read, self.now)
        people = look.people()
        rows = look.around(self.now)
        today = [row for row in rows if row.starts.astimezone(self.now.tzinfo).date() == self.now.date()]
        current = _current(look, today, self.now)
        meeting = None if current is None else look.today(current)
        later = tuple(row for row in today if row is not current and row.phase == "before")
        ahead = [row for row in look.ahead() if row.starts.astimezone(self.now.tzinfo).date() > self.now.date()]
        upcoming = ahead[0] if ahead else None
        booked = {row.mentorship for row in [*ahead, *later] if row.status == "planned"}
        if current is not None and current.phase != "after":
            booked.add(current.mentorship)
        unbooked = tuple(
            look.pair_row(person)
            for person in people
            if person.mentorship not in booked and look.active(person.mentorship)
        )
        unfinished = look.unfinished()
        return Today(
            me=read.one(Me, me_id(read.personal)),
            meeting=meeting,
            later=later,
            upcoming=upcoming,
            tasks=tuple(row for row in look.open_tasks() if row.mine and row.due and row.due <= self.now.date()),
            unfinished=unfinished,
            open_critical=tuple(look.open_critical(self.critical)),
            unbooked=unbooked,
            reminders=look.reminders(),
            people=len(people),
            primary=_primary(meeting, unbooked, unfinished, upcoming, len(people), self.now),
        )


def _current(look: _Look, today: list[MeetingRow], now: datetime) -> MeetingRow | None:
    """The meeting of the day that matters now: running, then about to begin, then to be wrapped up, then next."""
    running = [row for row in today if row.phase == "during"]
    if running:
        return running[-1]
    coming = [row for row in today if row.phase == "before"]
    past = [row for row in today if row.phase == "after"]
    if coming and (not past or coming[0].starts - now <= NEAR):
        return coming[0]
    if past and (not coming or past[-1].ended is None or not look.evaluated(past[-1])):
        return past[-1]
    return coming[0] if coming else None


def _primary(
    meeting: TodayMeeting | None,
    unbooked: tuple[PairRow, ...],
    unfinished: tuple[MinutesRow, ...],
    upcoming: MeetingRow | None,
    people: int,
    now: datetime,
) -> Primary:
    if meeting is not None:
        row = meeting.row
        about: dict[str, Any] = {"mentorship": row.mentorship, "meeting": row.id}
        if meeting.phase == "before":
            return Primary(action="note" if row.starts - now <= NEAR else "prepare", **about)
        if meeting.phase == "during":
            return Primary(action="note", **about)
        if row.ended is None:
            return Primary(action="end", **about)
        if not meeting.evaluated:
            return Primary(action="evaluate", **about)
    if not people:
        return Primary(action="add_person")
    if unfinished:
        return Primary(action="minutes", mentorship=unfinished[0].mentorship, meeting=unfinished[0].meeting)
    if unbooked:
        return Primary(action="plan", mentorship=unbooked[0].mentorship)
    if upcoming is not None:
        return Primary(action="prepare", mentorship=upcoming.mentorship, meeting=upcoming.id)
    return Primary(action="plan")


# ------------------------------------------------------------------ people


@dataclass(frozen=True)
class PeopleList(Query[tuple[PersonRow, ...]]):
    """Everybody, in the order they were added."""

    now: datetime

    def answer(self, read: Reader) -> tuple[PersonRow, ...]:
        look = _Look(read, self.now)
        return tuple(look.person_row(person) for person in look.people())


StepState = Literal["done", "now", "ahead"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the way of a relationship, and what it still takes."""

    name: str
    state: StepState
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """Everything that a person's page shows."""

    row: PersonRow
    person: Person
    mentorship: Mentorship
    steps: tuple[Step, ...]
    next: MeetingRow | None
    tasks: tuple[TaskRow, ...]
    goals: tuple[GoalRow, ...]
    preparation: ListView


@dataclass(frozen=True)
class PersonPage(Query["PersonView | None"]):
    """A person's page. `seeds` are the items of the list before the relationship that make it ready."""

    mentorship: Id
    now: datetime
    seeds: tuple[str, ...] = ()

    def answer(self, read: Reader) -> PersonView | None:
        look = _Look(read, self.now)
        person = look.person(self.mentorship)
        mentorship = read.one(Mentorship, self.mentorship)
        if person is None or mentorship is None:
            return None
        row = look.person_row(person)
        preparation = look.list_view("checklist.before_relationship", self.mentorship)
        return PersonView(
            row=row,
            person=person,
            mentorship=mentorship,
            steps=_steps(look, row, mentorship, preparation, self.seeds),
            next=row.next,
            tasks=tuple(task for task in look.open_tasks() if task.mentorship == self.mentorship),
            goals=tuple(look.goals(self.mentorship, closed=False)),
            preparation=preparation,
        )


def _steps(
    look: _Look, row: PersonRow, mentorship: Mentorship, preparation: ListView, seeds: tuple[str, ...]
) -> tuple[Step, ...]:
    settled = preparation.ticks | preparation.set_aside.keys()
    agreement = look.read.one(FilledForm, form_id(mentorship.space, "agreement.mentoring", row.mentorship))
    agreed = "agreement" in settled or (agreement is not None and agreement.status == "done")
    ended = mentorship.status == "ended"
    missing: list[tuple[str, tuple[str, ...]]] = [
        ("ready", tuple(seed for seed in seeds if seed not in settled) if seeds or settled else ("preparation",)),
        ("agreed", () if agreed else ("agreement",)),
        ("started", () if row.held else ("first_meeting",)),
        ("rhythm", () if row.held > 1 and (row.next or ended) else ("next_meeting",)),
        ("halfway", () if row.held * 2 >= row.planned else ("half_of_meetings",)),
        ("ending", () if ended or mentorship.status == "ending" or row.planned - row.held <= 3 else ("last_three",)),
        ("ended", () if ended else ("closing",)),
    ]
    current = next((place for place, (_, lacks) in enumerate(missing) if lacks), len(missing))
    return tuple(
        Step(name=name, state="done" if not lacks else "now" if place == current else "ahead", missing=lacks)
        for place, (name, lacks) in enumerate(missing)
    )


# ------------------------------------------------------------------ meetings


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
        look = _Look(read, self.now)
        rows = look.rows(read.where(Meeting, mentorship=self.mentorship))
        past = [row for row in reversed(rows) if row.phase == "after"]
        return Meetings(
            upcoming=tuple(row for row in rows if row.phase != "after"),
            past=tuple(past[self.skip : self.skip + self.limit]),
            more=len(past) > self.skip + self.limit,
        )


@dataclass(frozen=True)
class MeetingsBetween(Query[tuple[MeetingRow, ...]]):
    """All meetings from one local day to another, both included."""

    first: date
    last: date
    now: datetime

    def answer(self, read: Reader) -> tuple[MeetingRow, ...]:
        look = _Look(read, self.now)
        found = [
            meeting
            for month in _months(self.first, self.last)
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
    goals: tuple[GoalRow, ...]
    lists: Mapping[str, ListView]
    evaluated: bool


@dataclass(frozen=True)
class MeetingPage(Query["MeetingView | None"]):
    """A meeting with all that belongs to it."""

    meeting: Id
    now: datetime

    def answer(self, read: Reader) -> MeetingView | None:
        look = _Look(read, self.now)
        meeting = read.one(Meeting, self.meeting)
        mentorship = None if meeting is None else read.one(Mentorship, meeting.mentorship)
        if meeting is None or mentorship is None:
            return None
        row = look.row(meeting)
        return MeetingView(
            row=row,
            meeting=meeting,
            mentorship=mentorship,
            person=look.person(meeting.mentorship),
            minutes=read.one(Minutes, minutes_id(meeting.id)),
            note=look.note(meeting.id),
            agenda=look.agenda(meeting.id),
            tasks=tuple(look.task_row(task) for task in _in_place(read.where(Task, meeting=meeting.id))),
            open_tasks=tuple(
                task
                for task in look.open_tasks()
                if task.mentorship == meeting.mentorship and task.meeting != meeting.id
            ),
            goals=tuple(look.goals(meeting.mentorship, closed=False)),
            lists={document: look.list_view(document, meeting.id) for document in LISTS.values()},
            evaluated=look.evaluated(row),
        )


@dataclass(frozen=True)
class AgendaOf(Query[tuple[Agenda, ...]]):
    """The topics of a meeting, in order."""

    meeting: Id

    def answer(self, read: Reader) -> tuple[Agenda, ...]:
        return tuple(_in_place(read.where(Agenda, meeting=self.meeting)))


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
        return _list_view(read, self.document, self.about)


# ------------------------------------------------------------------ notes, minutes, forms, feedback


@dataclass(frozen=True, kw_only=True)
class NotesOf(Query[Page[NoteRow]]):
    """Notes, newest first: all, or those of a mentorship, of a meeting, or of one origin (such as `locked`)."""

    mentorship: Id | None = None
    meeting: Id | None = None
    origin: Origin | None = None
    limit: int = 50
    before: int | None = None

    def answer(self, read: Reader) -> Page[NoteRow]:
        look = _Look(read, None)
        asked = {"mentorship": self.mentorship, "meeting": self.meeting, "origin": self.origin}
        equal: dict[str, Scalar] = {name: value for name, value in asked.items() if value}
        cards, following = read.newest_cards(Note, self.limit, self.before, **equal)
        return Page(rows=tuple(look.note_row(card) for card in cards), next=following)


@dataclass(frozen=True)
class NoteOf(Query["Note | None"]):
    """My note of a meeting."""

    meeting: Id

    def answer(self, read: Reader) -> Note | None:
        return _Look(read, None).note(self.meeting)


@dataclass(frozen=True)
class MinutesFor(Query["Minutes | None"]):
    """The minutes of a meeting."""

    meeting: Id

    def answer(self, read: Reader) -> Minutes | None:
        return read.one(Minutes, minutes_id(self.meeting))


@dataclass(frozen=True, kw_only=True)
class MinutesList(Query[Page[MinutesRow]]):
    """Minutes, newest first, of a mentorship or all."""

    mentorship: Id | None = None
    limit: int = 50
    before: int | None = None

    def answer(self, read: Reader) -> Page[MinutesRow]:
        look = _Look(read, None)
        equal: dict[str, Scalar] = {"mentorship": self.mentorship} if self.mentorship else {}
        cards, following = read.newest_cards(Minutes, self.limit, self.before, **equal)
        return Page(rows=tuple(look.minutes_row(card) for card in cards), next=following)


@dataclass(frozen=True)
class LastMinutes(Query["Minutes | None"]):
    """The minutes of the latest meeting of a mentorship before a meeting (or at all) that has any."""

    mentorship: Id
    before: Id | None = None

    def answer(self, read: Reader) -> Minutes | None:
        limit = None if self.before is None else read.one(Meeting, self.before)
        latest: tuple[datetime, Id] | None = None
        for card in read.cards(Minutes, mentorship=self.mentorship):
            meeting = read.one(Meeting, card.values["meeting"])
            if meeting is None or (limit is not None and meeting.starts >= limit.starts):
                continue
            if latest is None or meeting.starts > latest[0]:
                latest = (meeting.starts, card.id)
        return None if latest is None else read.one(Minutes, latest[1])


@dataclass(frozen=True)
class FormOf(Query["FilledForm | None"]):
    """A form as it was filled in: mine, or the one of the two of us."""

    document: str
    mentorship: Id = ""
    shared: bool = False

    def answer(self, read: Reader) -> FilledForm | None:
        space = read.personal
        if self.shared:
            mentorship = read.one(Mentorship, self.mentorship)
            if mentorship is None:
                return None
            space = mentorship.space
        return read.one(FilledForm, form_id(space, self.document, self.mentorship))


@dataclass(frozen=True, kw_only=True)
class EvaluationsOf(Query[tuple[Evaluation, ...]]):
    """Feedback on a meeting or in a mentorship: mine in full, and what the other person shared."""

    meeting: Id | None = None
    mentorship: Id | None = None

    def answer(self, read: Reader) -> tuple[Evaluation, ...]:
        equal: dict[str, Scalar] = {"meeting": self.meeting} if self.meeting else {"mentorship": self.mentorship}
        found = read.where(Evaluation, **equal)
        mine = {one.role for one in found if one.space == read.personal}
        return tuple(one for one in found if one.space == read.personal or one.role not in mine)


# ------------------------------------------------------------------ goals and tasks


@dataclass(frozen=True)
class GoalsList(Query[tuple[GoalRow, ...]]):
    """Goals, those due first coming first; closed ones at the end where they are asked for."""

    mentorship: Id | None = None
    closed: bool = False

    def answer(self, read: Reader) -> tuple[GoalRow, ...]:
        return tuple(_Look(read, None).goals(self.mentorship, self.closed))


@dataclass(frozen=True, kw_only=True)
class GoalView:
    """Everything that a goal's page shows; the history has the newest entry first."""

    row: GoalRow
    goal: Goal
    history: tuple[ProgressRow, ...]


@dataclass(frozen=True)
class GoalPage(Query["GoalView | None"]):
    """A goal with its history."""

    goal: Id

    def answer(self, read: Reader) -> GoalView | None:
        goal = read.one(Goal, self.goal)
        if goal is None:
            return None
        look = _Look(read, None)
        return GoalView(row=look.goal_row(goal), goal=goal, history=tuple(look.goal_history(goal)))


@dataclass(frozen=True, kw_only=True)
class Board:
    """The three columns; of what is done, the latest."""

    todo: tuple[TaskRow, ...]
    doing: tuple[TaskRow, ...]
    done: tuple[TaskRow, ...]
    more_done: bool


@dataclass(frozen=True)
class TaskBoard(Query[Board]):
    """The tasks of a mentorship, or all, by column."""

    mentorship: Id | None = None
    done: int = 50

    def answer(self, read: Reader) -> Board:
        look = _Look(read, None)

        equal: dict[str, Scalar] = {"mentorship": self.mentorship} if self.mentorship else {}
        done = read.newest(Task, self.done + 1, status="done", **equal)

        def column(status: TaskStatus) -> tuple[TaskRow, ...]:
            return tuple(look.task_row(task) for task in _in_place(read.where(Task, status=status, **equal)))

        return Board(
            todo=column("todo"),
            doing=column("doing"),
            done=tuple(look.task_row(task) for task in done[: self.done]),
            more_done=len(done) > self.done,
        )


@dataclass(frozen=True)
class TasksMine(Query[tuple[TaskRow, ...]]):
    """What I have promised, the earliest day first."""

    now: datetime

    def answer(self, read: Reader) -> tuple[TaskRow, ...]:
        return tuple(row for row in _Look(read, self.now).open_tasks() if row.mine)


# ------------------------------------------------------------------ how answers are put together


class _Look:
    """One answer being put together: names and rows, each read once."""

    def __init__(self, read: Reader, now: datetime | None) -> None:
        self.read = read
        self.now = now
        self._people: dict[Id, Person | None] = {}
        self._mentorships: dict[Id, Mentorship | None] = {}
        self._ahead: list[MeetingRow] | None = None
        self._near: list[MeetingRow] | None = None

    # ---- people

    def people(self) -> list[Person]:
        found = self.read.where(Person)
        self._people |= {person.mentorship: person for person in found}
        return found

    def person(self, mentorship: Id | None) -> Person | None:
        if mentorship is None:
            return None
        if mentorship not in self._people:
            found = self.read.where(Person, mentorship=mentorship)
            self._people[mentorship] = found[0] if found else None
        return self._people[mentorship]

    def name(self, mentorship: Id | None) -> str:
        person = self.person(mentorship)
        return "" if person is None else person.name

    def my_role(self, mentorship: Id | None) -> PairRole:
        person = self.person(mentorship)
        return "mentor" if person is None else person.my_role

    def active(self, mentorship: Id) -> bool:
        if mentorship not in self._mentorships:
            self._mentorships[mentorship] = self.read.one(Mentorship, mentorship)
        found = self._mentorships[mentorship]
        return found is not None and found.status != "ended"

    def pair_row(self, person: Person) -> PairRow:
        return PairRow(mentorship=person.mentorship, person=person.id, name=person.name, my_role=person.my_role)

    def person_row(self, person: Person) -> PersonRow:
        mentorship = self.read.one(Mentorship, person.mentorship) or Mentorship()
        held = self.read.count(Meeting, standing=f"{person.mentorship}/held")
        return PersonRow(
            mentorship=person.mentorship,
            person=person.id,
            name=person.name,
            my_role=person.my_role,
            status=mentorship.status,
            form=mentorship.form,
            next=self.next_of(person.mentorship),
            last_met=self.last_met(person.mentorship) if held else None,
            open_tasks=self.read.count(Task, open=person.mentorship),
            open_goals=self.read.count(Goal, open=person.mentorship),
            held=held,
            planned=mentorship.planned,
        )

    def next_of(self, mentorship: Id) -> MeetingRow | None:
        """The planned meeting that is on, or the next one."""
        assert self.now is not None
        if self._near is None:
            self._near = [row for row in self.around(self.now) if row.status == "planned" and row.phase == "during"]
        return next((row for row in [*self._near, *self.ahead()] if row.mentorship == mentorship), None)

    def last_met(self, mentorship: Id) -> datetime | None:
        """When the latest meeting that was held began: month by month backwards, then all of them."""
        assert self.now is not None
        today = self.now.date()
        for month in reversed(_months(today - timedelta(days=366), today)):
            found = self.read.where(Meeting, in_month=f"{mentorship}/{month}")
            rows = [row for row in self.rows(found) if row.status == "held"]
            if rows:
                return rows[-1].began or rows[-1].starts
        rows = self.rows(self.read.where(Meeting, standing=f"{mentorship}/held"))
        return rows[-1].began or rows[-1].starts if rows else None

    # ---- meetings

    def row(self, meeting: Meeting) -> MeetingRow:
        starts = aware(meeting.starts, meeting.zone, None if self.now is None else self.now.tzinfo)
        ends = starts + timedelta(minutes=meeting.length)
        return MeetingRow(
            id=meeting.id,
            mentorship=meeting.mentorship,
            name=self.name(meeting.mentorship),
            my_role=self.my_role(meeting.mentorship),
            starts=starts,
            ends=ends,
            length=meeting.length,
            place=meeting.place,
            mode=meeting.mode,
            aim=meeting.aim,
            status=meeting.status,
            phase="before" if self.now is None else phase(starts, ends, self.now, meeting.began, meeting.ended),
            began=meeting.began,
            ended=meeting.ended,
            series=meeting.series,
            number=meeting.number,
        )

    def rows(self, meetings: list[Meeting]) -> list[MeetingRow]:
        """Rows in order of time, each knowing whether it touches another of them."""
        rows = sorted((self.row(meeting) for meeting in meetings), key=lambda row: (row.starts, row.id))
        busy = [row for row in rows if row.status != "cancelled"]
        touching: set[Id] = set()
        latest: MeetingRow | None = None
        for row in busy:
            if latest is not None and overlapping([(latest.starts, latest.ends)], (row.starts, row.ends)):
                touching |= {latest.id, row.id}
            if latest is None or row.ends > latest.ends:
                latest = row
        return [replace(row, overlaps=True) if row.id in touching else row for row in rows]

    def around(self, now: datetime) -> list[MeetingRow]:
        """What is not cancelled, yesterday, today and tomorrow: enough for every zone."""
        days = [(now.date() + timedelta(days=offset)).isoformat() for offset in (-1, 0, 1)]
        found = [meeting for day in days for meeting in self.read.where(Meeting, day=day)]
        return [row for row in self.rows(found) if row.status != "cancelled"]

    def ahead(self) -> list[MeetingRow]:
        """Planned meetings of the months to come, soonest first."""
        if self._ahead is None:
            assert self.now is not None
            first = self.now.date()
            found = [
                meeting
                for month in _months(first, first + timedelta(days=30 * MONTHS_AHEAD))
                for meeting in self.read.where(Meeting, month=month)
                if meeting.status == "planned"
            ]
            self._ahead = [row for row in self.rows(found) if row.starts > self.now]
        return self._ahead

    def today(self, row: MeetingRow) -> TodayMeeting:
        meeting = self.read.one(Meeting, row.id)
        assert meeting is not None
        goal = None if meeting.goal is None else self.read.one(Goal, meeting.goal)
        goals = [self.goal_row(goal)] if goal is not None else self.goals(row.mentorship, closed=False)
        minutes = minutes_id(row.id)
        note = next((card.id for card in self.read.cards(Note, meeting=row.id)), None)
        return TodayMeeting(
            row=row,
            phase=row.phase,
            checklist=row.checklist,
            run=self.list_view(row.checklist, row.id),
            goal=goals[0] if goals else None,
            minutes=minutes if self.read.cards(Minutes, meeting=row.id) else None,
            note=note,
            evaluated=self.evaluated(row),
            agenda=self.agenda(row.id),
        )

    def evaluated(self, row: MeetingRow) -> bool:
        return any(
            one.space == self.read.personal or one.role == row.my_role
            for one in self.read.where(Evaluation, meeting=row.id)
        )

    def agenda(self, meeting: Id) -> tuple[Agenda, ...]:
        return tuple(_in_place(self.read.where(Agenda, meeting=meeting)))

    def list_view(self, document: str, about: Id) -> ListView:
        return _list_view(self.read, document, about)

    def open_critical(self, critical: tuple[tuple[str, str, tuple[str, ...]], ...]) -> list[OpenCritical]:
        """Critical items left open: after each meeting that was held lately, and before each relationship."""
        if not critical:
            return []
        assert self.now is not None
        found: list[OpenCritical] = []
        after = [entry for entry in critical if entry[0] == LISTS["after"]]
        before = [entry for entry in critical if entry[0] == "checklist.before_relationship"]
        if after:
            today = self.now.date()
            for month in _months(today - timedelta(days=30 * MONTHS_BACK), today):
                for row in self.rows(self.read.where(Meeting, month=month)):
                    if row.phase == "after" and (row.status == "held" or (row.began and row.status != "cancelled")):
                        found += self._left_open(after, row.id, row.mentorship, row.id)
        if before:
            for person in self.people():
                if self.active(person.mentorship):
                    found += self._left_open(before, person.mentorship, person.mentorship, None)
        return found

    def _left_open(
        self, entries: list[tuple[str, str, tuple[str, ...]]], about: Id, mentorship: Id, meeting: Id | None
    ) -> list[OpenCritical]:
        role = self.my_role(mentorship)
        run = self.read.one(Checklist, checklist_id(self.read.personal, entries[0][0], about))
        settled = frozenset[str]() if run is None else run.ticks | run.set_aside.keys()
        return [
            OpenCritical(
                document=document, item=item, meeting=meeting, mentorship=mentorship, name=self.name(mentorship)
            )
            for document, item, roles in entries
            if (not roles or role in roles) and item not in settled
        ]

    def unfinished(self) -> tuple[MinutesRow, ...]:
        """Drafts of minutes that are a day old."""
        assert self.now is not None
        rows = [self.minutes_row(card) for card in self.read.cards(Minutes, status="draft")]
        return tuple(sorted((row for row in rows if self.now - row.begun > DRAFT_AGE), key=lambda row: row.begun))

    def reminders(self) -> tuple[str, ...]:
        """The recovery key until it is kept; the backup when the last one is a week old."""
        assert self.now is not None
        found: list[str] = []
        if SettingOf("recovery.later").answer(self.read) is True:
            found.append("recovery")
        last = SettingOf("backup.last").answer(self.read)
        if isinstance(last, str) and self.now - datetime.fromisoformat(last) > BACKUP_EVERY:
            found.append("backup")
        return tuple(found)

    # ---- tasks and goals

    def task_row(self, task: Task) -> TaskRow:
        role = self.my_role(task.mentorship)
        return TaskRow(
            id=task.id,
            text=task.text,
            mentorship=task.mentorship,
            name=self.name(task.mentorship),
            owner=task.owner,
            mine=task.owner in (role, "both") or task.mentorship is None,
            due=task.due,
            status=task.status,
            outcome=task.outcome,
            learned=task.learned,
            meeting=task.meeting,
            goal=task.goal,
            visibility=task.visibility,
        )

    def open_tasks(self) -> list[TaskRow]:
        """What is not done, the earliest day first, without a day last."""
        found = [*self.read.where(Task, status="todo"), *self.read.where(Task, status="doing")]
        ordered = sorted(found, key=lambda task: (task.due or date.max, task.made, task.id))
        return [self.task_row(task) for task in ordered]

    def goals(self, mentorship: Id | None, closed: bool) -> list[GoalRow]:
        if mentorship is not None:
            found = self.read.where(Goal, **({"mentorship": mentorship} if closed else {"open": mentorship}))
        else:
            statuses: tuple[GoalStatus, ...] = ("active", "changed", "reached", "let_go")
            found = [goal for status in statuses[: 4 if closed else 2] for goal in self.read.where(Goal, status=status)]
        opened = [goal for goal in found if goal.status in ("active", "changed")]
        settled = [goal for goal in found if goal.status in ("reached", "let_go")] if closed else []
        opened.sort(key=lambda goal: (goal.due or date.max, goal.made, goal.id))
        settled.sort(key=lambda goal: (goal.edited, goal.id), reverse=True)
        return [self.goal_row(goal) for goal in opened + settled]

    def goal_row(self, goal: Goal) -> GoalRow:
        steps = self.read.where(Progress, goal=goal.id)
        totals = _totals(goal, steps)
        value = totals[-1][1] if totals else goal.start
        target = goal.target if goal.target is not None else {"done": 1.0, "percent": 100.0}.get(goal.measure)
        fraction: float | None = None
        if goal.status == "reached":
            fraction = 1.0
        elif target is not None and target != goal.start:
            fraction = min(max((value - goal.start) / (target - goal.start), 0.0), 1.0)
        return GoalRow(
            id=goal.id,
            title=goal.title,
            mentorship=goal.mentorship,
            name=self.name(goal.mentorship),
            owner=goal.owner,
            mine=goal.mentorship is None or goal.owner == self.my_role(goal.mentorship),
            visibility=goal.visibility,
            measure=goal.measure,
            value=value,
            start=goal.start,
            target=target,
            unit=goal.unit,
            fraction=fraction,
            due=goal.due,
            status=goal.status,
            next_step=goal.next_step,
            skills=goal.skills,
            steps=len(steps),
        )

    def goal_history(self, goal: Goal) -> list[ProgressRow]:
        role = self.my_role(goal.mentorship)
        me = self.read.one(Me, me_id(self.read.personal))
        rows = []
        for step, total in _totals(goal, self.read.where(Progress, goal=goal.id)):
            mine = goal.mentorship is None or step.by == role
            rows.append(
                ProgressRow(
                    id=step.id,
                    at=step.at or moment_of(step.made),
                    by=step.by,
                    mine=mine,
                    name=(me.name if me else "") if mine else self.name(goal.mentorship),
                    delta=step.delta,
                    value=step.value,
                    total=total,
                    comment=step.comment,
                )
            )
        return rows[::-1]

    # ---- notes and minutes

    def note(self, meeting: Id) -> Note | None:
        own = self.read.one(Note, note_id(meeting))
        if own is not None:
            return own
        card = next(iter(self.read.cards(Note, meeting=meeting)), None)
        return None if card is None else self.read.one(Note, card.id)

    def note_row(self, card: Card) -> NoteRow:
        mentorship = card.values.get("mentorship")
        return NoteRow(
            id=card.id,
            title=card.values.get("title") or "",
            mentorship=mentorship,
            meeting=card.values.get("meeting"),
            name=self.name(mentorship),
            origin=card.values.get("origin") or "typed",
            at=_moment(card.values.get("written"), card.made),
            edited=moment_of(card.edited),
        )

    def minutes_row(self, card: Card) -> MinutesRow:
        meeting = self.read.one(Meeting, card.values["meeting"])
        begun = _moment(card.values.get("begun"), card.made)
        return MinutesRow(
            id=card.id,
            meeting=card.values["meeting"],
            mentorship=card.values["mentorship"],
            name=self.name(card.values["mentorship"]),
            document=card.values["document"],
            status=card.values["status"],
            at=begun
            if meeting is None
            else aware(meeting.starts, meeting.zone, None if self.now is None else self.now.tzinfo),
            begun=begun,
            edited=moment_of(card.edited),
        )


def _list_view(read: Reader, document: str, about: Id) -> ListView:
    run = read.one(Checklist, checklist_id(read.personal, document, about)) if about else None
    items = read.where(ListItem, document=document)
    return ListView(
        document=document,
        ticks=frozenset() if run is None else run.ticks,
        set_aside={} if run is None else run.set_aside,
        hidden=frozenset(item.item or item.id for item in items if item.hidden),
        places={item.item or item.id: item.place for item in items if item.place},
        own=tuple(_in_place([item for item in items if not item.item])),
    )


P = TypeVar("P", Agenda, Task, ListItem)


def _in_place(records: list[P]) -> list[P]:
    """In their order; what nobody placed comes in the order it was made."""
    return sorted(records, key=lambda record: (record.place, record.made, record.id))


def _totals(goal: Goal, steps: list[Progress]) -> list[tuple[Progress, float]]:
    """Each step with where the goal stood after it."""
    total = goal.start
    found: list[tuple[Progress, float]] = []
    for step in sorted(steps, key=lambda step: (step.at or moment_of(step.made), step.made, step.id)):
        total = step.value if step.value is not None else total + (step.delta or 0)
        found.append((step, total))
    return found


def _months(first: date, last: date) -> list[str]:
    months: list[str] = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        months.append(f"{year:04}-{month:02}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return months


def _moment(value: object, otherwise: int) -> datetime:
    return value if isinstance(value, datetime) else moment_of(otherwise)
