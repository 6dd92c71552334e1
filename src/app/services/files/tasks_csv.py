"""Tasks as a table: out to a file that Asana and every spreadsheet read, and in again with nothing lost.

The page for others is `docs/spec/tasks-csv.md`. What comes in may have been made by anybody: whatever the bytes are, the
answer is a table of tasks or a `TransferError`, and nothing is changed before the whole of it has been read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Final

from app.errors import NoNameColumn, NotATable, TableBroken, TableTooLarge
from app.model.clock import moment_of
from app.model.commands import BringTasks, BroughtTask
from app.model.entities import Goal, Me, Meeting, Outcome, Owner, Person, Task, TaskStatus
from app.model.fields import YEARS
from app.model.ids import Id, named_id
from app.model.queries import AboutMe
from app.services.records.store import Store

LARGEST: Final = 10_000_000
MOST: Final = 20_000
AT_ONCE: Final = 50
"""Tasks in one change: what travels stays small."""
LONGEST: Final = 300
"""Letters that the name of a task takes."""
HEADING_WITHIN: Final = 10
WIDEST: Final = 1_000
"""No heading has so many cells: a line of nothing but commas is not looked at name by name."""
ROWS_MOST: Final = 10 * MOST
"""Lines without a task count as well: ten million empty ones take half a minute."""
HEADINGS_MOST: Final = 4 * LARGEST
"""Letters of headings that come along into the notes, each as often as it is said: a long one, said by every line, would be gigabytes."""

COLUMNS: Final = (
    "Task ID", "Created At", "Completed At", "Last Modified", "Name", "Section/Column", "Assignee", "Assignee Email",
    "Start Date", "Due Date", "Tags", "Notes", "Projects", "Parent task",
    "Owner", "Outcome", "Tried", "Learned", "Goal", "Meeting", "Visibility",
)  # fmt: skip
"""Asana's own columns in its order, then ours."""

_ALSO: Final[Mapping[str, str]] = {
    "taskname": "name", "task": "name", "title": "name", "namn": "name", "uppgift": "name",
    "section": "sectioncolumn", "column": "sectioncolumn", "status": "sectioncolumn", "kolumn": "sectioncolumn",
    "assignedto": "assignee", "ansvarig": "assignee",
    "due": "duedate", "deadline": "duedate", "klartsenast": "duedate",
    "description": "notes", "anteckningar": "notes",
}  # fmt: skip
_SECTIONS: Final[Mapping[TaskStatus, str]] = {"todo": "To do", "doing": "Doing", "done": "Done"}
_SECTION_OF: Final[Mapping[str, TaskStatus]] = {
    "": "todo", "to do": "todo", "todo": "todo", "att göra": "todo", "backlog": "todo", "not started": "todo",
    "untitled section": "todo", "doing": "doing", "in progress": "doing", "pågår": "doing",
    "done": "done", "completed": "done", "complete": "done", "klart": "done", "klar": "done", "färdigt": "done",
}  # fmt: skip
_DANGEROUS: Final = re.compile(r"[\s'\"]*[=+\-@\t\r＝＋－＠]")
_BEHIND: Final = re.compile(r"(;|(?<![\s'\"]))([\s'\"]*+)(?=[=+\-@＝＋－＠])")
"""What stands before a sign, where a cell of its own may begin if a spreadsheet parts them by something else than commas.
Each run of blanks and marks is looked through once: a cell of nothing but line ends would take minutes otherwise.
"""
_ENDS: Final = re.compile(r"([\t\r\n])")
_KEPT: Final = re.compile(r"([\t\r\n])'")
_ROUNDED: Final = re.compile(r"\d+([.,]\d+)?E[+-]?\d+", re.IGNORECASE)
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_DOTTED: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: .*)?")
_SLASHED: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?: .*)?")

# ------------------------------------------------------------------ out


@dataclass(frozen=True, slots=True)
class Table:
    """The file to hand over, its name, and how many tasks are in it."""

    data: bytes
    name: str
    count: int


def write_tasks(store: Store, now: datetime, mentorship: Id | None = None) -> Table:
    """All tasks of a relationship, or of all, as a table. Reads them all: it belongs off the event loop."""
    people = {person.mentorship: person for person in store.everything(Person)}
    goals = {goal.id: goal.title for goal in store.everything(Goal)}
    meetings = {meeting.id: meeting.starts for meeting in store.everything(Meeting)}
    me = _my_name(store)
    out = io.StringIO(newline="")
    lines = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    count = 0
    for task in sorted(store.everything(Task), key=lambda task: (task.made, task.id)):
        if mentorship is not None and task.mentorship != mentorship:
            continue
        person = people.get(task.mentorship or "")
        lines.writerow(disarmed(cell) for cell in _cells(task, person, me, goals, meetings, now))
        count += 1
    whose = "" if mentorship is None or mentorship not in people else "-" + _plain(people[mentorship].name)
    return Table(b"\xef\xbb\xbf" + out.getvalue().encode("utf-8"), f"fika-tasks{whose}-{now:%Y-%m-%d}.csv", count)


def _cells(
    task: Task,
    person: Person | None,
    me: str,
    goals: Mapping[Id, str],
    meetings: Mapping[Id, datetime],
    now: datetime,
) -> Iterator[str]:
    def day(at: datetime) -> str:
        return at.astimezone(now.tzinfo).date().isoformat()

    role = person.my_role if person else task.owner
    names = {role: me} | ({"mentee" if role == "mentor" else "mentor": person.name} if person else {})
    met = meetings.get(task.meeting or "")
    yield task.id
    yield day(moment_of(task.made))
    yield day(task.settled or moment_of(task.edited)) if task.status == "done" else ""
    yield day(moment_of(task.edited))
    yield task.text
    yield _SECTIONS[task.status]
    yield ", ".join(filter(None, names.values())) if task.owner == "both" else names.get(task.owner, "")
    yield from ("", "")
    yield task.due.isoformat() if task.due else ""
    yield ""
    yield task.notes
    yield person.name if person else ""
    yield ""
    yield task.owner
    yield task.outcome
    yield task.tried
    yield task.learned
    yield goals.get(task.goal or "", "")
    yield met.isoformat(" ", "minutes") if met else ""
    yield "Only me" if task.visibility == "only_me" else "Shared"


def disarmed(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula, nor the part of it behind a semicolon, a tab or a line end:
    a Swedish one, opening the file by itself, parts the cells there.
    """
    cell = _BEHIND.sub(_marked, cell)
    return "'" + cell if _DANGEROUS.match(cell) else cell


def armed(cell: str) -> str:
    """The cell as it was."""
    cell = cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell) else cell
    return _BEHIND.sub(_plain_again, cell)


def _marked(found: re.Match[str]) -> str:
    return (found[1] and found[1] + "'") + _ENDS.sub(r"\1'", found[2])


def _plain_again(found: re.Match[str]) -> str:
    return found[1] + _KEPT.sub(r"\1", found[2].removeprefix("'") if found[1] else found[2])


def _plain(name: str) -> str:
    """A name as part of a file's name."""
    return re.sub(r"[^\w]+", "-", name).strip("-")[:40] or "x"


# ------------------------------------------------------------------ in


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One task as the table tells it."""

    number: int
    id: str = ""
    name: str
    section: str = ""
    completed: str = ""
    assignee: str = ""
    due: str = ""
    notes: str = ""
    project: str = ""
    owner: str = ""
    outcome: str = ""
    tried: str = ""
    learned: str = ""
    goal: str = ""
    meeting: str = ""
    private: bool = False
    beside: tuple[tuple[str, str], ...] = ()
    """What Fika has no field for, with the name of its column."""


@dataclass(frozen=True, slots=True)
class Read:
    """A table that was read: its lines, how it was written, and how many lines stood in it twice."""

    lines: tuple[Line, ...]
    encoding: str
    repeated: int = 0


def read_tasks(raw: bytes) -> Read:
    """The tasks of a table, or a `TransferError` that says why there are none."""
    if len(raw) > LARGEST:
        raise TableTooLarge(reason="bytes")
    text, encoding = _decoded(raw)
    columns, others, width, rows = _below_heading(text)
    found: list[Line] = []
    seen: set[tuple[object, ...]] = set()
    repeated = headings = 0
    for count, (number, row) in enumerate(rows):
        if count > ROWS_MOST:
            raise TableTooLarge(reason="rows")
        if "".join(row[width:]).strip():
            raise TableBroken(line=number)
        more = tuple((name, cell) for at, name in others.items() if at < len(row) and (cell := armed(row[at]).strip()))
        line = _line(number, {name: armed(row[at]).strip() for name, at in columns.items() if at < len(row)}, more)
        if line is None:
            continue
        headings += sum(len(name) for name, _ in more)
        if headings > HEADINGS_MOST:
            raise TableTooLarge(reason="headings")
        same: tuple[object, ...] = (line.id, line.project) if line.id else (replace(line, number=0),)
        if same in seen:
            repeated += 1
            if repeated > MOST:
                raise TableTooLarge(reason="tasks")
            continue
        seen.add(same)
        found.append(line)
        if len(found) > MOST:
            raise TableTooLarge(reason="tasks")
    return Read(tuple(found), encoding, repeated)


def _decoded(raw: bytes) -> tuple[str, str]:
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, encoding.removesuffix("-sig")
    raise NotATable


def _below_heading(text: str) -> tuple[dict[str, int], dict[int, str], int, Iterator[tuple[int, list[str]]]]:
    """Where each column stands that we know, what the others are called, how wide the heading is, and the lines below."""
    best: tuple[int, str, int, list[str], list[str]] | None = None
    for delimiter in (",", ";", "\t"):
        for at, (_, row) in enumerate(_rows(text, delimiter, HEADING_WITHIN)):
            names = [_column(cell) for cell in row] if len(row) < WIDEST else []
            known = sum(name in _KNOWN for name in names)
            if "name" in names and (best is None or known > best[0]):
                best = (known, delimiter, at, names, row)
    if best is None:
        raise NoNameColumn
    _, delimiter, at, names, heading = best
    columns = {name: names.index(name) for name in names if name in _KNOWN}
    kept = set(columns.values())
    others = {place: armed(cell).strip() for place, cell in enumerate(heading) if names[place] and place not in kept}
    below = (row for place, row in enumerate(_rows(text, delimiter)) if place > at)
    return columns, others, len(names), below


def _rows(text: str, delimiter: str, most: int | None = None) -> Iterator[tuple[int, list[str]]]:
    """The lines with their numbers; of the first few, those before one that cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    read = 0
    while most is None or read < most:
        try:
            row = next(reader, None)
        except csv.Error as exc:
            if most is not None:
                return
            raise TableBroken(line=reader.line_num) from exc
        if row is None:
            return
        read += 1
        yield reader.line_num, row


def _column(cell: str) -> str:
    """The name of a column, whatever its case and blanks."""
    plain = "".join(letter for letter in cell.casefold() if letter.isalnum())
    return _ALSO.get(plain, plain)


_KNOWN: Final = frozenset(map(_column, COLUMNS))


def _line(number: int, cells: Mapping[str, str], more: tuple[tuple[str, str], ...]) -> Line | None:
    def cell(name: str) -> str:
        return cells.get(_column(name), "")

    name = " ".join(cell("Name").split())
    if not name:
        return None
    id = cell("Task ID")
    beside = ("Parent task", "Tags", "Start Date")
    return Line(
        number=number,
        id="" if _ROUNDED.fullmatch(id) else id[:100],
        name=name,
        section=cell("Section/Column"),
        completed=cell("Completed At"),
        assignee=cell("Assignee"),
        due=cell("Due Date"),
        notes=cell("Notes"),
        project=cell("Projects"),
        owner=cell("Owner").casefold(),
        outcome=cell("Outcome").casefold(),
        tried=cell("Tried"),
        learned=cell("Learned"),
        goal=cell("Goal"),
        meeting=cell("Meeting"),
        private=cell("Visibility").casefold() in ("only me", "bara jag"),
        beside=(*((column, cell(column)) for column in beside if cell(column)), *more),
    )


# ------------------------------------------------------------------ what it comes to


@dataclass(frozen=True, slots=True, kw_only=True)
class Bringing:
    """What taking a table in would do: the tasks by relationship (my own under the empty name), and what had to be decided about them."""

    tasks: Mapping[Id, tuple[BroughtTask, ...]]
    new: int = 0
    back: int = 0
    here: int = 0
    repeated: int = 0
    strangers: int = 0
    """Lines whose task is somebody's whom we do not know: they become both people's."""
    elsewhere: int = 0
    """Lines of a relationship that is not here: they are not taken in."""
    sections: int = 0
    dates: int = 0
    titles: tuple[str, ...] = ()
    """The first names of what is new or comes back."""


@dataclass
class _Counts:
    new: int = 0
    back: int = 0
    here: int = 0
    strangers: int = 0
    elsewhere: int = 0
    sections: int = 0
    dates: int = 0
    titles: list[str] = field(default_factory=list)


def plan_tasks(store: Store, read: Read, now: datetime, mentorship: Id | None = None) -> Bringing:
    """What taking it in would do, into one relationship, or each line into that which `Projects` names."""
    people = {person.mentorship: person for person in store.everything(Person)}
    goals: dict[tuple[Id | None, str], Id] = {}
    for goal in store.everything(Goal):
        goals.setdefault((goal.mentorship, goal.title), goal.id)
    meetings: dict[tuple[Id, str], Id] = {}
    for meeting in store.everything(Meeting):
        meetings.setdefault((meeting.mentorship, meeting.starts.isoformat(" ", "minutes")), meeting.id)
    there: dict[Id, Task] = {task.id: task for task in store.everything(Task, deleted=True)}
    alike = {(task.mentorship, task.text, task.owner, task.due) for task in there.values() if not task.gone}
    day = _dates(read.lines)
    me = _my_name(store)
    counts = _Counts()
    found: dict[Id, list[BroughtTask]] = {}
    for line in read.lines:
        into = mentorship if mentorship is not None else _whom(line.project, people)
        person = people.get(into or "")
        if into is None or (into and person is None):
            counts.elsewhere += 1
            continue
        task = _brought(line, into, person, me, day, goals, meetings, now, counts)
        kept = there.get(line.id)
        if kept is not None and (kept.mentorship or "") == into:
            task = replace(task, id=kept.id)
        kept = there.get(task.id)
        if (kept is not None and not kept.gone) or (
            kept is None and (into or None, task.text, task.owner, task.due) in alike
        ):
            counts.here += 1
            continue
        counts.back += kept is not None
        counts.new += kept is None
        counts.titles.append(task.text)
        found.setdefault(into, []).append(task)
    return Bringing(
        tasks={into: tuple(tasks) for into, tasks in found.items()},
        new=counts.new,
        back=counts.back,
        here=counts.here,
        repeated=read.repeated,
        strangers=counts.strangers,
        elsewhere=counts.elsewhere,
        sections=counts.sections,
        dates=counts.dates,
        titles=tuple(counts.titles[:5]),
    )


def take_in(store: Store, bringing: Bringing, now: datetime) -> int:
    """Take it all in, in one transaction; how many tasks that were."""
    with store.writing():
        for mentorship, tasks in bringing.tasks.items():
            for at in range(0, len(tasks), AT_ONCE):
                store.perform(BringTasks(mentorship=mentorship or None, tasks=tasks[at : at + AT_ONCE]), now=now)
    return bringing.new + bringing.back


def _brought(
    line: Line,
    mentorship: Id,
    person: Person | None,
    me: str,
    day: Callable[[str], date | None],
    goals: Mapping[tuple[Id | None, str], Id],
    meetings: Mapping[tuple[Id, str], Id],
    now: datetime,
    counts: _Counts,
) -> BroughtTask:
    beside = list(line.beside)
    completed = day(line.completed)
    due = day(line.due)
    for column, text, read in (("Due Date", line.due, due), ("Completed At", line.completed, completed)):
        if text and read is None:
            counts.dates += 1
            beside.append((column, text))
    section = _SECTION_OF.get(line.section.casefold())
    if section is None:
        counts.sections += 1
        beside.append(("Section/Column", line.section))
    status: TaskStatus = "done" if line.completed else section or "todo"
    owner = _owner(line, person, me)
    if owner is None:
        counts.strangers += 1
        beside.append(("Assignee", line.assignee))
    goal = goals.get((mentorship, line.goal)) if line.goal else None
    meeting = meetings.get((mentorship, line.meeting)) if line.meeting else None
    if line.goal and goal is None:
        beside.append(("Goal", line.goal))
    if line.meeting and meeting is None:
        beside.append(("Meeting", line.meeting))
    name = _short(line.name)
    if name != line.name:
        beside.insert(0, ("Name", line.name))
    outcome: Outcome = "" if status != "done" else "tried" if line.outcome == "tried" else "done"
    settled = datetime.combine(completed, time(12), now.tzinfo) if completed and status == "done" else None
    rest = [text for text in (f"{column}: {text}" for column, text in beside) if text not in line.notes]
    return BroughtTask(
        id=named_id("task-in", mentorship, line.id) if line.id else _by_words(mentorship, line),
        text=name,
        owner=owner or "both",
        due=due,
        status=status,
        outcome=outcome,
        tried=line.tried,
        learned=line.learned,
        notes="\n".join([*([line.notes] if line.notes else []), *rest]),
        settled=settled or (now if status == "done" else None),
        goal=goal,
        meeting=meeting,
        private=line.private,
    )


def _by_words(mentorship: Id, line: Line) -> Id:
    """The id of a line that has none: what it says."""
    return named_id("task-in", mentorship, repr(replace(line, number=0)))


def _owner(line: Line, person: Person | None, me: str) -> Owner | None:
    said: Mapping[str, Owner] = {"mentor": "mentor", "mentee": "mentee", "both": "both"}
    if line.owner in said:
        return said[line.owner]
    if person is None:
        return "both"
    theirs: Owner = "mentee" if person.my_role == "mentor" else "mentor"
    known: Mapping[str, Owner] = {me.casefold(): person.my_role, person.name.casefold(): theirs}
    named: set[Owner | None] = {known.get(name.strip().casefold()) for name in line.assignee.split(",") if name.strip()}
    if not named:
        return "both"
    if None in named:
        return None
    return "both" if len(named) > 1 else named.pop()


def _whom(project: str, people: Mapping[Id, Person]) -> Id | None:
    """The relationship that a line names, where exactly one has that name; without a name, what is only my own."""
    if not project:
        return ""
    found = [id for id, person in people.items() if person.name.casefold() == project.casefold()]
    return found[0] if len(found) == 1 else None


def _dates(lines: Sequence[Line]) -> Callable[[str], date | None]:
    """How the dates of this table are read: whether the day stands first is told by all of them together."""
    slashed = [match for text in _all_dates(lines) if (match := _SLASHED.fullmatch(text))]
    day_first = any(int(match[1]) > 12 for match in slashed)

    def read(text: str) -> date | None:
        parts: tuple[int, int, int]
        if iso := _ISO.fullmatch(text):
            parts = (int(iso[1]), int(iso[2]), int(iso[3]))
        elif dotted := _DOTTED.fullmatch(text):
            parts = (int(dotted[3]), int(dotted[2]), int(dotted[1]))  # with dots the day stands first everywhere
        elif match := _SLASHED.fullmatch(text):
            year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
            first, second = int(match[1]), int(match[2])
            parts = (year, second, first) if day_first else (year, first, second)
        else:
            return None
        try:
            found = date(*parts)
        except ValueError:
            return None
        return found if found.year in YEARS else None  # a slip of the pen refuses no table

    return read


def _all_dates(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        yield from (line.due, line.completed)
        yield from (text for column, text in line.beside if column == "Start Date")


def _short(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    return name[: LONGEST - 1].rsplit(" ", 1)[0].rstrip() + "…"


def _my_name(store: Store) -> str:
    me: Me | None = store.ask(AboutMe())
    return me.name if me else ""
