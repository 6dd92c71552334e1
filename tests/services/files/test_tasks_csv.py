"""Tasks as a table: there and back with nothing lost, and nothing that comes in does harm."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import NoNameColumn, NotATable, TableBroken, TableTooLarge, TransferError
from app.model.commands import (
    AddPerson,
    AddTask,
    Delete,
    EmptyTrash,
    IntroduceMe,
    MoveTask,
    PlanMeeting,
    Revise,
    SetGoal,
    TaskOutcome,
)
from app.model.entities import Task
from app.services.files.tasks_csv import (
    COLUMNS,
    LARGEST,
    MOST,
    ROWS_MOST,
    WIDEST,
    armed,
    disarmed,
    plan_tasks,
    read_tasks,
    take_in,
    write_tasks,
)
from tests.support.effort import effort
from tests.support.store import NOON, STOCKHOLM, MemoryStore, memory_store

ASANA = (
    "Task ID,Created At,Completed At,Last Modified,Name,Section/Column,Assignee,Assignee Email,Start Date,Due Date,"
    "Tags,Notes,Projects,Parent task\r\n"
    '1203948571029384,2026-09-20,,2026-09-21,"Skriv cv, kort",Doing,Yusuf,y@example.com,,2026-10-28,jobb,"Två\nrader",Vi,\r\n'
    "1203948571029385,2026-09-20,2026-10-01,2026-10-01,Ring Lena,Done,Karin,,2026-09-30,,,,Vi,Skriv cv\r\n"
)


@pytest.fixture
def store() -> MemoryStore:
    store = memory_store(careful=False)
    store.execute(IntroduceMe(name="Karin", role="mentor"))
    return store


@pytest.fixture
def pair(store: MemoryStore) -> str:
    return store.execute(AddPerson(name="Yusuf", my_role="mentor")).record


def tasks(store: MemoryStore) -> dict[str, Task]:
    return {task.text: task for task in store.everything(Task)}


def told(task: Task) -> tuple[object, ...]:
    """All that a person sees of a task."""
    return (
        task.text, task.mentorship, task.meeting, task.goal, task.owner, task.due, task.status, task.outcome,
        task.tried, task.learned, task.notes, task.settled, task.visibility,
    )  # fmt: skip


def bring(store: MemoryStore, raw: bytes, mentorship: str | None = None) -> int:
    return take_in(store, plan_tasks(store, read_tasks(raw), store.clock(), mentorship), store.clock())


def lay(store: MemoryStore, pair: str) -> None:
    goal = store.execute(SetGoal(title="Två intervjuer", mentorship=pair)).record
    meeting = store.execute(PlanMeeting(mentorship=pair, starts=datetime(2026, 10, 14, 15))).record
    add = store.execute
    add(AddTask(text="Läsa cv", mentorship=pair, owner="mentor", due=date(2026, 10, 22), goal=goal, meeting=meeting))
    doing = add(AddTask(text='Söka; jobb, "snart"', mentorship=pair, owner="both", due=date(2026, 11, 1))).record
    add(MoveTask(task=doing, status="doing"))
    add(Revise(kind="task", id=doing, values={"notes": "Rad ett\nRad två"}))
    tried = add(AddTask(text='=HYPERLINK("x")', mentorship=pair)).record
    add(TaskOutcome(task=tried, outcome="tried", tried="Ringde", learned="-kortare är bättre"))
    done = add(AddTask(text="Åka öster", mentorship=pair, owner="mentee")).record
    add(TaskOutcome(task=done))
    add(AddTask(text="Bara min", mentorship=pair, private=True, owner="mentor"))
    add(AddTask(text="Utan någon", owner="mentor"))


@pytest.mark.parametrize("emptied", [False, True])
def test_export_delete_import_gives_the_same_tasks(store: MemoryStore, pair: str, emptied: bool) -> None:
    lay(store, pair)
    before = {text: told(task) for text, task in tasks(store).items()}
    made = write_tasks(store, store.clock())
    assert made.count == len(before) == 6
    store.clock.later(days=3)
    for task in tasks(store).values():
        store.execute(Delete(kind="task", id=task.id))
    if emptied:
        store.execute(EmptyTrash())
    assert tasks(store) == {}
    assert bring(store, made.data) == 6
    after = {text: told(task) for text, task in tasks(store.again()).items()}
    assert after.keys() == before.keys()
    for text, one in before.items():
        assert after[text] == one, text
    assert bring(store, made.data) == 0, "importing twice changes nothing"


def test_one_relationship_at_a_time(store: MemoryStore, pair: str) -> None:
    lay(store, pair)
    other = store.execute(AddPerson(name="Åsa / Öl", my_role="mentee")).record
    store.execute(AddTask(text="Annat", mentorship=other))
    made = write_tasks(store, store.clock(), other)
    assert (made.count, made.name) == (1, "fika-tasks-Åsa-Öl-2026-10-14.csv")
    assert bring(store, made.data, pair) == 1
    assert {task.mentorship for task in tasks(store.again()).values()} == {pair, other, None}
    assert sum(task.text == "Annat" for task in store.everything(Task)) == 2


def test_the_columns_are_those_of_asana_in_its_order(store: MemoryStore, pair: str) -> None:
    lay(store, pair)
    raw = write_tasks(store, store.clock(), pair).data
    assert raw.startswith(b"\xef\xbb\xbf") and b"\r\n" in raw
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == COLUMNS and COLUMNS[:14] == tuple(ASANA.splitlines()[0].split(","))
    by_name = {row["Name"]: row for row in rows}
    row = by_name["Läsa cv"]
    assert (row["Section/Column"], row["Assignee"], row["Due Date"], row["Projects"]) == (
        "To do",
        "Karin",
        "2026-10-22",
        "Yusuf",
    )
    assert (row["Goal"], row["Meeting"], row["Created At"]) == ("Två intervjuer", "2026-10-14 15:00", "2026-10-14")
    assert by_name['Söka; jobb, "snart"']["Assignee"] == "Karin, Yusuf"


def test_no_cell_is_a_formula(store: MemoryStore, pair: str) -> None:
    bad = [
        "=1+1",
        "+46 70",
        "-x",
        "@SUM(A1)",
        "\t=1",
        "'=1",
        " =1",
        "＝1",
        "''=a",
        " '=1",
        "'\n'-",
        "'t är så",
        "vanlig",
    ]
    for text in bad:
        assert armed(disarmed(text)) == text
        assert not disarmed(text).lstrip().startswith(("=", "+", "-", "@", "\t", "＝"))
    assert disarmed("'t är så") == "'t är så"
    store.execute(AddTask(text="=cmd|' /C calc'!A1", mentorship=pair, owner="both"))
    store.execute(AddTask(text='Köp bröd; =HYPERLINK("http://x")', mentorship=pair, owner="both"))
    made = write_tasks(store, store.clock()).data
    assert [cell for parts in PARTED for cell in cells(made.decode("utf-8-sig"), parts) if FORMULA.match(cell)] == []
    assert 'Köp bröd; =HYPERLINK("http://x")' in {line.name for line in read_tasks(made).lines}


PARTED = (",", ";", "\t")
FORMULA = re.compile(r"[\s\"]*[=+\-@＝＋－＠]")


def cells(text: str, parts: str) -> list[str]:
    """The cells as a spreadsheet has them that parts lines by this, whatever the file says."""
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=parts) for cell in row]


@given(st.text(max_size=20) | st.text("'=+-@ \t\r\na＝;\",", max_size=12))
@settings(max_examples=effort(200, 20_000))
def test_any_cell_comes_back_and_begins_no_formula_however_it_is_parted(text: str) -> None:
    assert armed(disarmed(text)) == text
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(("a", disarmed(text), disarmed(text)))
    assert [(parts, cell) for parts in PARTED for cell in cells(out.getvalue(), parts) if FORMULA.match(cell)] == []


def test_a_cell_of_nothing_but_line_ends_holds_up_nobody() -> None:
    before = process_time()
    for text in ("a" + "\n'" * 20_000, "a" + "\n" * 40_000, ";'" * 20_000):
        assert armed(disarmed(text)) == text
    assert process_time() - before < 2  # looked through again at each of them: half a minute


def test_what_asana_writes_is_read(store: MemoryStore, pair: str) -> None:
    assert bring(store, ASANA.encode(), pair) == 2
    found = tasks(store.again())
    first, second = found["Skriv cv, kort"], found["Ring Lena"]
    assert (first.status, first.owner, first.due) == ("doing", "mentee", date(2026, 10, 28))
    assert first.notes == "Två\nrader\nTags: jobb" and first.visibility == "shared"
    assert (second.status, second.outcome, second.owner) == ("done", "done", "mentor")
    assert second.settled == datetime(2026, 10, 1, 12, tzinfo=STOCKHOLM)
    assert second.notes == "Parent task: Skriv cv\nStart Date: 2026-09-30"
    assert bring(store, ASANA.encode(), pair) == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_what_parts_the_cells(encoding: str, delimiter: str) -> None:
    text = f"sep\r\nName{delimiter}Due Date{delimiter}Section\r\nÅka öster{delimiter}2026-10-28{delimiter}Pågår\r\n"
    (line,) = read_tasks(text.encode(encoding)).lines
    assert (line.name, line.due, line.section) == ("Åka öster", "2026-10-28", "Pågår")


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", NoNameColumn),
        (b"Due Date,Notes\r\n2026-10-28,x\r\n", NoNameColumn),
        (b"PK\x03\x04\x00\x00binary", NotATable),
        (b"\xff\xfeN\x00a", NotATable),
        (b"Name\r\n\x81\x8d\r\n", NotATable),
        (b"Name,Notes\r\na,b,c\r\n", TableBroken),
        (b'Name,Notes\r\na,"b\r\nc\r\n', TableBroken),
        (b'Name,Notes\r\na,"b"c\r\n', TableBroken),
        (b"Name\r\n" + b"x" * LARGEST, TableTooLarge),
        (b"Name\r\n" + b"".join(b"t%d\r\n" % n for n in range(MOST + 1)), TableTooLarge),
        (b"Name\r\n" + b"again\r\n" * (MOST + 2), TableTooLarge),
        (b"Name\r\n" + b"\r\n" * (ROWS_MOST + 2), TableTooLarge),
        (b"Name" + b",;\t" * WIDEST + b"\r\nx\r\n", NoNameColumn),
        (b"Name," + b"h" * 100_000 + b"\r\n" + b"".join(b"t%d,1\r\n" % n for n in range(500)), TableTooLarge),
    ],
    ids=[
        "empty",
        "columns",
        "archive",
        "half",
        "bytes",
        "cells",
        "open",
        "quote",
        "large",
        "many",
        "again",
        "empty lines",
        "wide",
        "heading",
    ],
)
def test_what_is_no_table_of_tasks_is_refused(raw: bytes, error: type[TransferError]) -> None:
    with pytest.raises(error):
        read_tasks(raw)


def test_a_broken_line_is_named_and_nothing_is_taken(store: MemoryStore, pair: str) -> None:
    with pytest.raises(TableBroken) as caught:
        read_tasks(b"Name,Notes\r\nen,1\r\ntv\xc3\xa5,2,3\r\n")
    assert caught.value.facts == {"line": 3}
    assert tasks(store) == {}


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_the_bytes_are_they_are_read_or_refused(raw: bytes) -> None:
    for head in (b"", b"Name,Due Date,Owner\r\n"):
        try:
            read_tasks(head + raw)
        except TransferError:
            continue


@pytest.mark.parametrize(
    ("dates", "read"),
    [
        (("2026-10-28", "2026-10-28 16:00", "2026-1-2"), (date(2026, 10, 28), date(2026, 10, 28), date(2026, 1, 2))),
        (("10/2/2026", "1/31/26", ""), (date(2026, 10, 2), date(2026, 1, 31), None)),
        (("2/10/2026", "17/9/2026", "1/2/2026"), (date(2026, 10, 2), date(2026, 9, 17), date(2026, 2, 1))),
        (("2.10.2026", "17.09.2026 08:00", "31.2.2026"), (date(2026, 10, 2), date(2026, 9, 17), None)),
        (("2026-02-30", "snart", "13/13/2026"), (None, None, None)),
        (("0206-10-28", "9999-12-31"), (None, None)),
    ],
)
def test_dates(store: MemoryStore, pair: str, dates: tuple[str, ...], read: tuple[date | None, ...]) -> None:
    raw = "Name,Due Date\n" + "".join(f"t{at},{text}\n" for at, text in enumerate(dates))
    plan = plan_tasks(store, read_tasks(raw.encode()), NOON, pair)
    assert tuple(task.due for task in plan.tasks[pair]) == read
    unread = [text for text, day in zip(dates, read, strict=True) if text and day is None]
    assert plan.dates == len(unread)
    done = read_tasks(b"Name,Completed At\n" + "".join(f"t,{text}\n" for text in dates).encode())
    take_in(store, plan_tasks(store, done, NOON, pair), NOON)  # no date refuses the table
    assert [task.notes for task in plan.tasks[pair] if task.notes] == [f"Due Date: {text}" for text in unread]


def test_lines_that_say_the_same_are_taken_once(store: MemoryStore, pair: str) -> None:
    raw = b"Task ID,Name,Due Date\n1,a,\n1,a,\n,b,2026-10-28\n,b,2026-10-28\n,b,2026-10-29\n1.21E+15,c,\n1.21E+15,d,\n,,\n"
    read = read_tasks(raw)
    assert ([line.name for line in read.lines], read.repeated) == (["a", "b", "b", "c", "d"], 2)
    store.execute(AddTask(text="b", mentorship=pair, owner="both", due=date(2026, 10, 28)))
    plan = plan_tasks(store, read, NOON, pair)
    assert (plan.new, plan.here, plan.titles) == (4, 1, ("a", "b", "c", "d"))


def test_what_is_not_known_is_counted_and_kept_as_words(store: MemoryStore, pair: str) -> None:
    raw = (
        "Name,Section/Column,Assignee,Goal,Meeting,Prioritet,name,\n"
        "x,Väntar,Någon Annan,Okänt mål,2026-01-01 10:00,'=Hög,y,\n" + "å" * 400 + ",,,,,,,"
    )
    plan = plan_tasks(store, read_tasks(raw.encode()), NOON, pair)
    one, long = plan.tasks[pair]
    assert (plan.sections, plan.strangers, one.status, one.owner) == (1, 1, "todo", "both")
    assert one.notes.splitlines() == [
        "Prioritet: =Hög",
        "name: y",
        "Section/Column: Väntar",
        "Assignee: Någon Annan",
        "Goal: Okänt mål",
        "Meeting: 2026-01-01 10:00",
    ]
    assert len(long.text) <= 300 and long.text.endswith("…") and "å" * 400 in long.notes


def test_a_line_of_somebody_who_is_not_here_is_counted_and_left(store: MemoryStore, pair: str) -> None:
    plan = plan_tasks(store, read_tasks(b"Name,Projects\na,Yusuf\nb,Nobody\nc,\n"), NOON)
    assert ({into: len(some) for into, some in plan.tasks.items()}, plan.elsewhere) == ({pair: 1, "": 1}, 1)


def test_an_id_of_another_record_takes_nothing_over(store: MemoryStore, pair: str) -> None:
    other = store.execute(AddPerson(name="Åsa", my_role="mentor")).record
    theirs = store.execute(AddTask(text="Åsas", mentorship=other)).record
    goal = store.execute(SetGoal(title="m", mentorship=pair)).record
    assert bring(store, f"Task ID,Name\n{theirs},mitt\n{goal},också\n".encode(), pair) == 2
    found = {task.text: task.mentorship for task in store.everything(Task)}
    assert found == {"Åsas": other, "mitt": pair, "också": pair}


def test_ten_thousand_tasks(store: MemoryStore, pair: str) -> None:
    count = effort(600, 10_000)
    raw = "Name,Due Date\n" + "".join(f"Uppgift {n},2026-10-28\n" for n in range(count))
    assert bring(store, raw.encode(), pair) == count
    assert write_tasks(store, store.clock(), pair).count == count


def test_the_page_names_every_column() -> None:
    page = (Path(__file__).parents[3] / "docs/spec/tasks-csv.md").read_text("utf-8")
    assert [column for column in COLUMNS if f"`{column}`" not in page] == []
