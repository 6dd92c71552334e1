"""Taking in what others wrote: one transaction with the cursor, told once, nothing misplaced is shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.errors import VaultFull
from app.model.changes import Change, Op
from app.model.commands import AddTask, Revise, WriteNote
from app.model.entities import FilledForm, Note, Task
from app.model.queries import One, TaskBoard
from app.services.records.store import OTHER, Documents, Refusal
from tests.support.asked import HistoryOf
from tests.support.replicas import Replica, exchange, two
from tests.support.there import there


def change(space: str, *ops: Op, device: str = "f" * 32, sequence: int = 1, hlc: int = 1 << 60) -> Change:
    return Change(space=space, device=device, sequence=sequence, hlc=hlc, ops=ops)


def rows(replica: Replica, table: str) -> list[Any]:
    return [dict(row) for row in replica.store.memory.table(table)]


def test_changes_and_cursor_are_one_transaction_and_listeners_hear_once() -> None:
    karin, yusuf, mentorship, space = two()
    for text in ("ring", "läs", "boka"):
        karin.store.execute(AddTask(text=text, mentorship=mentorship))
    told: list[object] = []
    yusuf.store.watch(TaskBoard(mentorship), told.append)
    before = len(yusuf.store.memory.commits)

    def cursor(documents: Documents) -> None:
        documents.table("_cursor").insert({"space": space, "at": 17})

    received = yusuf.store.receive(karin.waiting(space), cursor)
    assert yusuf.store.memory.commits[before:] == [True]
    assert len(told) == 1
    assert received.new == 3
    assert {kind for kind, _ in received.records} == {"task"}
    assert rows(yusuf, "_cursor") == [{"space": space, "at": 17}]
    assert yusuf.store.receive(karin.waiting(space)).new == 0


def test_when_the_cursor_cannot_be_written_nothing_of_the_page_is_there() -> None:
    karin, yusuf, mentorship, space = two()
    yusuf.store.memory.careful = True
    karin.store.execute(AddTask(text="ring", mentorship=mentorship))
    told: list[object] = []
    yusuf.store.watch(TaskBoard(mentorship), told.append)

    def full(documents: Documents) -> None:
        raise VaultFull

    with pytest.raises(VaultFull):
        yusuf.store.receive(karin.waiting(space), full)
    assert not rows(yusuf, "task") and not told
    yusuf.store.receive(karin.waiting(space))
    assert len(rows(yusuf, "task")) == 1 and len(told) == 1


def test_a_private_kind_in_a_shared_space_is_kept_and_not_shown() -> None:
    _, yusuf, _, space = two()
    note = Op(record="1" * 32, kind="note", fields={"body": "x"})
    received = yusuf.store.receive([change(space, note)])
    assert received.refused == (Refusal(change=f"{space}:{'f' * 32}:1", record="1" * 32, code="model-wrong-space"),)
    assert yusuf.store.ask(One(Note, "1" * 32)) is None
    assert [row["cells"] for row in rows(yusuf, OTHER)] == [{"body": "x"}]


def test_a_private_cell_in_a_shared_record_is_kept_and_not_counted() -> None:
    karin, yusuf, mentorship, space = two()
    form = {"document": "form.x", "mentorship": mentorship}
    yusuf.store.receive([change(space, Op(record="2" * 32, kind="form", fields=form))])
    bad = Op(
        record="2" * 32, kind="form", fields={"answers.private": "hemligt"}, parents=(f"{1 << 60:016x}{'f' * 32}",)
    )
    received = yusuf.store.receive([change(space, bad, sequence=2, hlc=(1 << 60) + 5)])
    assert [one.code for one in received.refused] == ["model-private-cell"]
    found = yusuf.store.ask(One(FilledForm, "2" * 32))
    assert found is not None and found.answers == {}
    assert [len(past.cells) for past in yusuf.store.ask(HistoryOf("form", "2" * 32))] == [2]
    later = Op(record="2" * 32, kind="form", fields={"answers.a": "öppet"}, parents=found.heads)
    yusuf.store.receive([change(space, later, sequence=3, hlc=(1 << 60) + 9)])
    again = yusuf.store.ask(One(FilledForm, "2" * 32))
    assert again is not None and again.answers == {"a": "öppet"}
    del karin


def test_kinds_and_cells_of_a_newer_version_are_kept_and_carried() -> None:
    karin, yusuf, mentorship, space = two()
    task = karin.store.execute(AddTask(text="ring", mentorship=mentorship)).record
    exchange(space, karin, yusuf)
    heads = there(karin.store.ask(One(Task, task))).heads
    newer = Op(record=task, kind="task", fields={"colour": "red"}, parents=heads, more={"why": 1})
    song = Op(record="3" * 32, kind="song", fields={"title": "x"})
    yusuf.store.receive([change(space, newer, song)])
    assert there(yusuf.store.ask(One(Task, task))).cells["colour"] == "red"
    assert yusuf.store.change(space, "f" * 32, 1) == change(space, newer, song)
    assert yusuf.store.change(space, "f" * 32, 2) is None


def test_a_clock_that_is_wrong_neither_blocks_nor_wins() -> None:
    karin, yusuf, mentorship, space = two()
    karin.clock.later(days=20 * 365)
    task = karin.store.execute(AddTask(text="från 2046", mentorship=mentorship)).record
    exchange(space, karin, yusuf)
    yusuf.store.execute(Revise(kind="task", id=task, values={"text": "sedd och ändrad"}))
    exchange(space, karin, yusuf)
    for one in (karin, yusuf):
        assert there(one.store.ask(One(Task, task))).text == "sedd och ändrad"
    assert (
        yusuf.store.execute(WriteNote(body="nu")).changes[0].hlc >> 16
        < (yusuf.clock.at + timedelta(minutes=6)).timestamp() * 1000
    )
