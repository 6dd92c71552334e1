"""How answers are put together: names and rows, each read once an answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, TypeVar

from app.model.clock import moment_of
from app.model.entities import (
    OWNERS,
    Agenda,
    Checklist,
    Evaluation,
    Goal,
    GoalStatus,
    ListItem,
    Me,
    Meeting,
    Mentorship,
    Minutes,
    Note,
    PairRole,
    Person,
    ProgrammeItem,
    Progress,
    Supervision,
    Task,
    checklist_id,
    me_id,
    minutes_id,
    note_id,
)
from app.model.ids import Id
from app.model.queries.asking import Card, Reader
from app.model.queries.records import SettingOf, anyway
from app.model.queries.rows import (
    GoalRow,
    ListView,
    MeetingRow,
    MinutesRow,
    NoteRow,
    OpenCritical,
    PairRow,
    PersonRow,
    ProgressRow,
    TaskRow,
    TodayMeeting,
)
from app.model.schedule import LISTS, Phase, apart, aware, following, overlapping, phase, seen

DRAFT_AGE = timedelta(hours=24)
BACKUP_EVERY = timedelta(days=7)
MONTHS_AHEAD = 6
MONTHS_BACK = 2
UNSAID = timedelta(days=14)
"""So long one is asked what became of a meeting."""
WHEN: Final = ("starts", "zone", "length", "began", "ended")
"""The fields of a meeting that say when it is."""
BOOKED_AHEAD: Final = timedelta(days=92)
"""So far ahead a booked meeting is looked for as the next one."""
TASKS_READ: Final = 20
"""So many open tasks a page reads; of the rest it knows how many there are."""
MANY = 30
"""People from which on a list of all of them reads whole pages of the calendar instead of each one's own."""


class OpenTask(NamedTuple):
    """A task that is not done, before it is read: when it is due, and where it was agreed."""

    id: Id
    due: date | None
    meeting: Id | None


class Look:
    """One answer being put together: names and rows, each read once."""

    def __init__(self, read: Reader, now: datetime | None) -> None:
        self.read = read
        self.now = now
        self._everybody: list[Person] | None = None
        self._people: dict[Id, Person | None] = {}
        self._mentorships: dict[Id, Mentorship | None] = {}
        self._ahead: list[MeetingRow] | None = None
        self._near: list[MeetingRow] | None = None
        self._months: dict[str, list[Meeting]] = {}
        self._met: dict[Id, datetime] | None = None
        self._lacking: dict[Id, frozenset[str]] = {}

    # ---- people

    def people(self) -> list[Person]:
        if self._everybody is None:
            self._everybody = self.read.where(Person)
            self._people |= {person.mentorship: person for person in self._everybody}
        return self._everybody

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

    def mentorship(self, id: Id) -> Mentorship | None:
        if id not in self._mentorships:
            self._mentorships[id] = self.read.one(Mentorship, id)
        return self._mentorships[id]

    def active(self, mentorship: Id) -> bool:
        found = self.mentorship(mentorship)
        return found is not None and found.status != "ended"

    def pair_row(self, person: Person) -> PairRow:
        return PairRow(mentorship=person.mentorship, person=person.id, name=person.name, my_role=person.my_role)

    def people_rows(self) -> tuple[PersonRow, ...]:
        """Everybody. What can be read for all of them at once is, when they are many."""
        people = self.people()
        if len(people) > MANY:
            self._mentorships |= {mentorship.id: mentorship for mentorship in self.read.where(Mentorship)}
            self._meet_all()
        return tuple(self.person_row(person) for person in people)

    def person_row(self, person: Person) -> PersonRow:
        mentorship = self.mentorship(person.mentorship) or Mentorship()
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
        found = next((row for row in [*self._near, *self.ahead()] if row.mentorship == mentorship), None)
        if found is not None:
            return found
        planned = self.rows(self.read.where(Meeting, standing=f"{mentorship}/planned"))  # however far ahead it is
        return next((row for row in planned if apart(row.starts, self.now) > timedelta(0)), None)

    def day_after(self, row: MeetingRow, mentorship: Mentorship) -> date:
        """The day of the next meeting after this one: the one that is booked, or a rhythm on while none is."""
        day = row.starts.date()
        for month in months(day, day + BOOKED_AHEAD):
            booked = self.rows(self.read.where(Meeting, in_month=f"{row.mentorship}/{month}"))
            found = next((one for one in booked if one.status == "planned" and one.starts > row.starts), None)
            if found is not None:
                return found.starts.date()
        return day + timedelta(weeks=mentorship.weeks)

    def last_met(self, mentorship: Id) -> datetime | None:
        """When the latest meeting that was held began: month by month backwards, then all of them."""
        if self._met is not None and mentorship in self._met:
            return self._met[mentorship]
        for month in self._year_back() if self._met is None else ():
            found = self.read.where(Meeting, in_month=f"{mentorship}/{month}")
            rows = [row for row in self.rows(found) if row.status == "held"]
            if rows:
                return rows[-1].began or rows[-1].starts
        rows = self.rows(self.read.where(Meeting, standing=f"{mentorship}/held"))
        return rows[-1].began or rows[-1].starts if rows else None

    def _meet_all(self) -> None:
        """When the latest meeting with everybody began, as far as it was within a year."""
        met: dict[Id, datetime] = {}
        for month in self._year_back():
            held = [meeting for meeting in self.read.where(Meeting, month=month) if meeting.status == "held"]
            rows = self.rows([meeting for meeting in held if meeting.mentorship not in met])
            met |= {row.mentorship: row.began or row.starts for row in rows}
        self._met = met

    def _year_back(self) -> list[str]:
        assert self.now is not None
        today = self.now.date()
        return months(today - timedelta(days=366), today)[::-1]

    # ---- meetings

    def meetings(self, ids: Iterable[Id]) -> list[Meeting]:
        found = (self.read.one(Meeting, id) for id in ids)
        return [meeting for meeting in found if meeting is not None]

    def phase(
        self, starts: datetime, zone: str, length: int, began: datetime | None, ended: datetime | None
    ) -> tuple[datetime, Phase]:
        """When a meeting with these fields (`WHEN`) begins, and what the clock says of it."""
        begins, ends = self._from_to(starts, zone, length)
        return begins, "before" if self.now is None else phase(begins, ends, self.now, began, ended)

    def _from_to(self, wall: datetime, zone: str, length: int) -> tuple[datetime, datetime]:
        here = None if self.now is None else self.now.tzinfo
        starts = seen(aware(wall, zone, here), here)
        return starts, following(starts, timedelta(minutes=length))

    def row(self, meeting: Meeting) -> MeetingRow:
        starts, ends = self._from_to(meeting.starts, meeting.zone, meeting.length)
        pair = self.mentorship(meeting.mentorship)
        off = meeting.status == "planned" and called_off(self.read, meeting, pair, starts)
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
            status="cancelled" if off else meeting.status,
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

    def month(self, month: str) -> list[Meeting]:
        """The meetings of one page of the calendar."""
        if month not in self._months:
            self._months[month] = self.read.where(Meeting, month=month)
        return self._months[month]

    def ahead(self) -> list[MeetingRow]:
        """Planned meetings of the months to come, soonest first."""
        if self._ahead is None:
            assert self.now is not None
            first = self.now.date()
            found = [
                meeting
                for month in months(first, first + timedelta(days=30 * MONTHS_AHEAD))
                for meeting in self.month(month)
                if meeting.status == "planned"
            ]
            rows = self.rows(found)
            self._ahead = [
                row for row in rows if row.status == "planned" and apart(row.starts, self.now) > timedelta(0)
            ]
        return self._ahead

    def unended(self) -> tuple[MeetingRow, ...]:
        """With each person the last meeting before today that nobody has said anything about since its time came."""
        assert self.now is not None
        today = self.now.date()
        first = today - UNSAID
        latest: dict[Id, MeetingRow] = {}
        for month in months(first, today):
            past = [one for one in self.month(month) if one.status == "planned" and first <= one.starts.date() <= today]
            for row in map(self.row, past):
                before = latest.get(row.mentorship)
                over = row.phase == "after" and row.ended is None and row.starts.date() < today
                if over and self.active(row.mentorship) and (before is None or before.starts < row.starts):
                    latest[row.mentorship] = row
        return tuple(sorted(latest.values(), key=lambda row: (row.starts, row.id)))

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
        return tuple(in_place(self.read.where(Agenda, meeting=meeting)))

    def list_view(self, document: str, about: Id) -> ListView:
        if about not in self._lacking:
            self._lacking[about] = lacking(self.read, about)
        return list_view(self.read, document, about, self._lacking[about])

    def open_critical(self, critical: tuple[tuple[str, str, tuple[str, ...]], ...]) -> list[OpenCritical]:
        """Critical items left open: after each meeting that was held lately, and before each relationship, unless a
        reason was given for meeting anyway.

        What I took off a list is not counted: there would be nothing to tick.
        """
        if not critical:
            return []
        documents = dict.fromkeys(document for document, _, _ in critical)
        away = {(id, item.item) for id in documents for item in self.read.where(ListItem, document=id) if item.hidden}
        critical = tuple(entry for entry in critical if entry[:2] not in away)
        assert self.now is not None
        found: list[OpenCritical] = []
        after = [entry for entry in critical if entry[0] == LISTS["after"]]
        before = [entry for entry in critical if entry[0] == "checklist.before_relationship"]
        if after:
            today = self.now.date()
            for month in months(today - timedelta(days=30 * MONTHS_BACK), today):
                met = [one for one in self.month(month) if one.began or one.status == "held"]
                for row in sorted(map(self.row, met), key=lambda row: (row.starts, row.id)):
                    if row.phase == "after" and row.status != "cancelled":
                        found += self._left_open(after, row.id, row.mentorship, row.id, row.starts)
        if before:
            for person in self.people():
                told = SettingOf(anyway(person.mentorship)).answer(self.read)
                if self.active(person.mentorship) and not told:
                    found += self._left_open(before, person.mentorship, person.mentorship, None)
        return found

    def _left_open(
        self,
        entries: list[tuple[str, str, tuple[str, ...]]],
        about: Id,
        mentorship: Id,
        meeting: Id | None,
        starts: datetime | None = None,
    ) -> list[OpenCritical]:
        role = self.my_role(mentorship)
        run = self.read.one(Checklist, checklist_id(self.read.personal, entries[0][0], about))
        settled = frozenset[str]() if run is None else run.ticks | run.set_aside.keys()
        return [
            OpenCritical(
                document=document,
                item=item,
                meeting=meeting,
                mentorship=mentorship,
                name=self.name(mentorship),
                starts=starts,
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
        """The recovery key until it is kept; the backup when the last one is a week old; supervision from the day before."""
        assert self.now is not None
        found: list[str] = []
        if SettingOf("recovery.later").answer(self.read) is True:
            found.append("recovery")
        last = SettingOf("backup.last").answer(self.read)
        if isinstance(last, str) and self.now - datetime.fromisoformat(last) > BACKUP_EVERY:
            found.append("backup")
        tomorrow = self.now.date() + timedelta(days=1)
        if any(not one.held and one.on is not None and one.on <= tomorrow for one in self.read.where(Supervision)):
            found.append("supervision")
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

    def open_with(self, mentorship: Id) -> list[OpenTask]:
        """What is not done with one person, the earliest day first, without a day last; none of it is read yet."""
        found = self.read.outlines(Task, "due", "meeting", open=mentorship)
        found.sort(key=lambda task: (task[2] or date.max, task[1], task[0]))
        return [OpenTask(id, due, meeting) for id, _, due, meeting in found]

    def task_rows(self, ids: Iterable[Id]) -> tuple[TaskRow, ...]:
        found = (self.read.one(Task, id) for id in ids)
        return tuple(self.task_row(task) for task in found if task is not None)

    def my_tasks(self, by: date) -> list[TaskRow]:
        """What I have to do by a day and have not done; what others have to do is not even read."""
        mine = [f"/{owner}" for owner in OWNERS]  # with nobody else: mine whoever it names
        for person in self.people():
            mine += [f"{person.mentorship}/{owner}" for owner in (person.my_role, "both")]
        found = [task for whose in mine for task in self.read.where(Task, open_by=whose)]
        return self._in_time([task for task in found if task.due is not None and task.due <= by])

    def _in_time(self, tasks: list[Task]) -> list[TaskRow]:
        ordered = sorted(tasks, key=lambda task: (task.due or date.max, task.made, task.id))
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
            at=begun if meeting is None else self.row(meeting).starts,
            begun=begun,
            edited=moment_of(card.edited),
        )


def called_off(read: Reader, meeting: Meeting, mentorship: Mentorship | None, starts: datetime) -> bool:
    """Whether a meeting would have come after its relationship had ended, and so does not.

    Ending cancels what lies ahead; this is one that the other planned or took meanwhile, before the word had come.
    If the two go on, it stands again.
    """
    if mentorship is None or mentorship.status != "ended" or mentorship.ended is None:
        return False
    if meeting.began is not None or meeting.ended is not None:
        return False
    # what has been corrected since, such as the aim, does not move when it was said
    words = (past.at for past in read.history(Mentorship.KIND, mentorship.id) if "status" in past.cells)
    said = next(words, moment_of(mentorship.edited)).astimezone(starts.tzinfo)
    return apart(starts, said) > timedelta(0) and (
        mentorship.ended <= said.date() or meeting.starts.date() > mentorship.ended
    )


def list_view(read: Reader, document: str, about: Id, known: frozenset[str] | None = None) -> ListView:
    """A list about a meeting or a mentorship. `known`: what is `lacking`, where that has been asked for."""
    run = read.one(Checklist, checklist_id(read.personal, document, about)) if about else None
    items = read.where(ListItem, document=document)
    return ListView(
        document=document,
        ticks=frozenset() if run is None else run.ticks,
        set_aside={} if run is None else run.set_aside,
        hidden=frozenset(item.item or item.id for item in items if item.hidden),
        places={item.item or item.id: item.place for item in items if item.place},
        own=tuple(in_place([item for item in items if not item.item])),
        lacking=lacking(read, about) if known is None else known,
    )


def lacking(read: Reader, about: Id) -> frozenset[str]:
    """Of what a line may depend on, that which is not so of a meeting: before the first one there was no last time."""
    meeting = read.one(Meeting, about) if about else None
    if meeting is None:
        return frozenset()
    pair, limit = meeting.mentorship, meeting.starts
    held = (starts for _, _, starts in read.outlines(Meeting, "starts", standing=f"{pair}/held"))
    told = (read.one(Meeting, card.values["meeting"]) for card in read.cards(Minutes, mentorship=pair))
    so = {
        "met_before": any(starts < limit for starts in held),
        "minutes_before": any(one is not None and one.starts < limit for one in told),
    }
    return frozenset(name for name, is_so in so.items() if not is_so)


P = TypeVar("P", Agenda, Task, ListItem, ProgrammeItem)


def in_place(records: list[P]) -> list[P]:
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


def months(first: date, last: date) -> list[str]:
    months: list[str] = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        months.append(f"{year:04}-{month:02}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return months


def _moment(value: object, otherwise: int) -> datetime:
    return value if isinstance(value, datetime) else moment_of(otherwise)
