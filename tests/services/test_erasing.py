"""Really erasing: no body is left, what others wrote stays theirs, and everybody agrees whatever came first."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from app.errors import Refused, UnknownRecord
from app.model.commands import (
    AddPerson,
    AddTask,
    Delete,
    EmptyTrash,
    Erase,
    IntroduceMe,
    PlanMeeting,
    Restore,
    Revise,
    WriteNote,
)
from app.model.entities import Erasure, Note, Receipt, Task
from app.model.erasing import KEPT, bodies
from app.model.queries import Counts, NotesOf, One, TrashList
from app.services.records.drafts import Target, begun
from app.services.records.store import VERSIONS
from tests.support.replicas import Replica, exchange, two
from tests.support.store import NOON, MemoryStore, memory_store
from tests.support.there import there

SECRET = "Vårkänsla"


@pytest.fixture
def store() -> MemoryStore:
    found = memory_store()
    found.execute(IntroduceMe(name="Karin", role="mentor"))
    return found


def everywhere(store: MemoryStore) -> str:
    """All that the store holds, as text."""
    return "\n".join(repr(dict(row)) for name in store.memory.tables() for row in store.memory.table(name))


def note(store: MemoryStore, body: str = f"Om {SECRET}.") -> str:
    return store.execute(WriteNote(body=body)).record


# ------------------------------------------------------------------ the trash


def test_the_trash_says_since_when_until_when_and_how_much(store: MemoryStore) -> None:
    person = store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
    store.execute(PlanMeeting(mentorship=person, starts=(NOON + timedelta(days=1)).replace(tzinfo=None)))
    store.clock.later(hours=1)
    store.execute(Delete(kind="mentorship", id=person))
    (row,) = store.ask(TrashList())
    assert (row.kind, row.with_it) == ("mentorship", 2)
    assert row.until - row.at == KEPT == timedelta(days=30)
    assert abs(row.at - store.clock.at) < timedelta(seconds=1)


def test_only_what_lies_in_the_trash_can_be_erased(store: MemoryStore) -> None:
    id = note(store)
    with pytest.raises(Refused):
        store.execute(Erase(kind="note", id=id))
    with pytest.raises(UnknownRecord):
        store.execute(Erase(kind="note", id="0" * 32))


def test_what_is_erased_is_nowhere_and_cannot_be_taken_back(store: MemoryStore) -> None:
    id = note(store)
    store.execute(WriteNote(id=id, body=f"Mer om {SECRET}."))
    store.drafts.keep(Target(kind="note", id=id), f"Ännu mer om {SECRET}")
    store.drafts.keep(begun(f"form.{id}.x"), f"Och ännu mer om {SECRET}", seen=())
    store.drafts.keep(begun("form.x"), "om något annat", seen=())
    store.drafts.flush()
    other = note(store, "Kvar.")
    store.execute(Delete(kind="note", id=id))
    assert SECRET in everywhere(store)
    done = store.execute(Erase(kind="note", id=id))
    assert SECRET not in everywhere(store)
    assert "tidy" in store.memory.commits  # the disk lets go of it as well
    assert done.undo is None and done.erased is not None
    assert done.erased.records == {("note", id)}
    assert [number for _, _, number in done.erased.changes] == [2, 3]
    assert store.ask(TrashList()) == () and store.ask(One(Note, id)) is None
    assert [row.id for row in store.ask(NotesOf()).rows] == [other]
    assert store.ask(Counts())["note"] == 1 and store.drafts.unsaved() == ("om något annat",)
    again = store.again()
    assert again.ask(TrashList()) == () and SECRET not in everywhere(again)


def test_listeners_hear_that_it_is_gone(store: MemoryStore) -> None:
    id = note(store)
    store.execute(Delete(kind="note", id=id))
    lists: list[object] = []
    records: list[frozenset[tuple[str, str]]] = []
    store.watch(TrashList(), lists.append)
    store.on_change(records.append)
    store.execute(Erase(kind="note", id=id))
    assert lists == [()] and ("note", id) in records[0]


def test_emptying_takes_what_was_deleted_before_a_moment_and_all_of_it(store: MemoryStore) -> None:
    person = store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
    task = store.execute(AddTask(text=SECRET, mentorship=person)).record
    store.execute(Delete(kind="mentorship", id=person))
    store.clock.later(days=29)
    young = note(store, "Ung.")
    store.execute(Delete(kind="note", id=young))
    store.clock.later(days=2)
    done = store.execute(EmptyTrash(before=store.clock.at - KEPT))
    assert done.erased is not None
    assert {kind for kind, _ in done.erased.records} == {"mentorship", "person", "task"}
    assert ("task", task) in done.erased.records
    assert SECRET not in everywhere(store)
    assert [row.id for row in store.ask(TrashList())] == [young]
    store.execute(EmptyTrash())
    assert store.ask(TrashList()) == ()
    assert store.execute(EmptyTrash()).erased is None and store.execute(EmptyTrash()).changes == ()


def test_very_many_bodies_are_named_by_several_erasures() -> None:
    store = memory_store(careful=False)
    id = note(store, "0")
    for number in range(1, 350):
        store.execute(WriteNote(id=id, body=str(number)))
    store.execute(Delete(kind="note", id=id))
    done = store.execute(Erase(kind="note", id=id))
    named = [len(bodies(op.fields)) for change in done.changes for op in change.ops]
    assert sorted(named) == [50, 300]
    rows = [row for row in store.memory.table(VERSIONS) if row["id"] == id]
    assert len(rows) == 351 and all(not row["fields"].keys() - {"gone"} for row in rows)


def test_what_was_erased_can_be_begun_anew_under_the_same_name(store: MemoryStore) -> None:
    id = note(store)
    store.execute(Delete(kind="note", id=id))
    store.execute(Erase(kind="note", id=id))
    store.execute(WriteNote(id=id, body="Nytt."))
    found = store.ask(One(Note, id))
    assert found is not None and found.body == "Nytt." and not found.came_back
    assert SECRET not in everywhere(store)
    other = memory_store(spaces=store.places)
    other.receive(store.written_after(store.personal, 0))
    there = other.ask(One(Note, id))
    assert there is not None and there.body == "Nytt." and not there.came_back


def test_a_change_is_issued_again_without_what_was_erased_from_it(store: MemoryStore) -> None:
    id = note(store)
    store.execute(Delete(kind="note", id=id))
    done = store.execute(Erase(kind="note", id=id))
    assert done.erased is not None
    for place in done.erased.changes:
        change = store.change(*place)
        assert change is not None and SECRET not in repr(change.plain())
        assert all(op.more == {"erased": True} for op in change.ops if op.record == id)
    assert SECRET not in repr([change.plain() for change in store.written_after(store.personal, 0)])


# ------------------------------------------------------------------ with others


def shared(*replicas: Replica) -> list[Any]:
    return [one.store.ask(One(Task, TASK)) for one in replicas]


TASK = "7" * 32


def test_the_other_device_drops_what_its_author_erased_and_says_so() -> None:
    karin, yusuf, mentorship, space = two()
    karin.store.execute(AddTask(id=TASK, text=SECRET, mentorship=mentorship))
    exchange(space, karin, yusuf)
    karin.store.execute(Delete(kind="task", id=TASK))
    karin.store.execute(Erase(kind="task", id=TASK))
    received = yusuf.receive(karin.waiting(space))
    assert SECRET not in everywhere(yusuf.store)
    assert received.erased is not None and received.erased.changes == ()  # not mine to purge
    assert yusuf.store.ask(TrashList()) == ()
    karin.receive(yusuf.waiting(space))
    (erasure,) = karin.store.everything(Erasure)
    (receipt,) = karin.store.everything(Receipt)
    assert (receipt.erasure, receipt.dropped, receipt.kept) == (erasure.id, 1, 0)
    before = len(yusuf.waiting(space))
    exchange(space, karin, yusuf)
    assert len(yusuf.waiting(space)) == before  # one receipt, and none for a receipt


def test_what_the_other_wrote_stays_the_others_until_they_erase_it_too() -> None:
    karin, yusuf, mentorship, space = two()
    karin.store.execute(AddTask(id=TASK, text=SECRET, mentorship=mentorship))
    exchange(space, karin, yusuf)
    yusuf.store.execute(Revise(kind="task", id=TASK, values={"tried": "Yusufs ord."}))
    exchange(space, karin, yusuf)
    karin.store.execute(Delete(kind="task", id=TASK))
    karin.store.execute(Erase(kind="task", id=TASK))
    assert karin.store.ask(TrashList()) == ()  # it does not lie in my trash any more
    exchange(space, karin, yusuf)
    for one in (karin, yusuf):
        assert SECRET not in everywhere(one.store)
        assert "Yusufs ord." in everywhere(one.store)
    (receipt,) = karin.store.everything(Receipt)
    assert (receipt.dropped, receipt.kept) == (1, 1)
    assert karin.store.execute(EmptyTrash()).changes == ()  # wished once is enough
    yusuf.store.execute(Restore(kind="task", id=TASK))
    exchange(space, karin, yusuf)
    for found in shared(karin, yusuf):
        assert found is not None and (found.tried, found.text) == ("Yusufs ord.", "")
    yusuf.store.execute(Delete(kind="task", id=TASK))
    yusuf.store.execute(Erase(kind="task", id=TASK))
    exchange(space, karin, yusuf)
    assert "Yusufs ord." not in everywhere(karin.store) + everywhere(yusuf.store)


def test_nobody_can_erase_what_somebody_else_wrote() -> None:
    karin, yusuf, mentorship, space = two()
    yusuf.store.execute(AddTask(id=TASK, text=SECRET, mentorship=mentorship))
    exchange(space, karin, yusuf)
    karin.store.execute(Delete(kind="task", id=TASK))
    karin.store.execute(Erase(kind="task", id=TASK))
    exchange(space, karin, yusuf)
    assert [row.id for row in yusuf.store.ask(TrashList())] == [TASK]
    yusuf.store.execute(Restore(kind="task", id=TASK))
    assert there(yusuf.store.ask(One(Task, TASK))).text == SECRET


def test_a_concurrent_edit_brings_back_what_is_left() -> None:
    karin, yusuf, mentorship, space = two()
    karin.store.execute(AddTask(id=TASK, text=SECRET, mentorship=mentorship))
    exchange(space, karin, yusuf)
    karin.store.execute(Delete(kind="task", id=TASK))
    karin.store.execute(Erase(kind="task", id=TASK))
    yusuf.store.execute(Revise(kind="task", id=TASK, values={"text": "Ring ändå"}))
    exchange(space, karin, yusuf)
    for found in shared(karin, yusuf):
        assert found is not None and found.text == "Ring ändå" and found.came_back


def test_whatever_comes_first_all_agree_and_the_body_is_dropped_on_arrival() -> None:
    karin, yusuf, mentorship, space = two()
    start = len(karin.waiting(space))
    karin.store.execute(AddTask(id=TASK, text=SECRET, mentorship=mentorship))
    karin.store.execute(Revise(kind="task", id=TASK, values={"text": f"{SECRET} 2"}))
    full = karin.waiting(space, start)
    karin.store.execute(Delete(kind="task", id=TASK))
    karin.store.execute(Erase(kind="task", id=TASK))
    late = karin.waiting(space, start)[2:]
    expected = karin.versions(space)
    for order in permutations([*full, *late]):
        fresh = Replica("Yusuf", "z", yusuf.places.people)
        fresh.join(space)
        fresh.receive(karin.waiting(space)[:start])
        for change in order:
            fresh.receive([change])
        assert SECRET not in everywhere(fresh.store)
        assert fresh.store.ask(One(Task, TASK)) is None and fresh.store.ask(TrashList()) == ()
        theirs = [row for row in fresh.versions(space) if row["kind"] != "receipt"]
        assert theirs == expected
