"""A page of new records comes to what its changes come to one by one, and whoever watches hears of the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.model.changes import Change, Op
from app.model.commands import AddTask, Delete, Revise
from app.model.erasing import body
from app.services.records.arriving import Arriving
from app.services.records.tables import Key
from tests.support.replicas import Replica, two
from tests.support.store import NOON


def change(space: str, *ops: Op, device: str = "f" * 32, sequence: int = 1, hlc: int = 1 << 60) -> Change:
    return Change(space=space, device=device, sequence=sequence, hlc=hlc, ops=ops)


def everything(replica: Replica) -> dict[str, list[str]]:
    """All tables, whatever the order in which their rows were written."""
    memory = replica.store.memory
    return {name: sorted(str(sorted(row.items())) for row in memory.table(name)) for name in sorted(memory.tables())}


def story() -> tuple[list[Change], str]:
    """A device's whole outbox: records that begin, go on, are deleted, are taken for known, and a liar's repetitions."""
    karin, _, mentorship, space = two()
    for number in range(30):
        task = karin.store.execute(AddTask(text=f"task {number}", mentorship=mentorship)).record
        if number % 3 == 0:
            karin.store.execute(Revise(kind="task", id=task, values={"text": f"task {number}, again"}))
        if number % 7 == 0:
            karin.store.execute(Delete(kind="task", id=task))
    found = karin.waiting(space)
    last = found[-1]
    odd = [
        replace(last, sequence=last.sequence + 1, hlc=last.hlc, ops=(replace(last.ops[0], kind="goal"),)),
        change(space, Op(record="new", kind="nobody-knows", fields={"x": 1}), device=last.device, sequence=900),
        change(
            space,
            Op(record="new", kind="task", fields={"text": "t"}, more={"later": 1}),
            device=last.device,
            sequence=901,
        ),
        change(space, Op(record="n" * 32, kind="note", fields={"body": "private"}), device=last.device, sequence=902),
        change(
            space,
            Op(record="a" * 32, kind="task", fields={"text": "two"}),
            Op(record="b" * 32, kind="task", fields={"text": "at once"}),
            device=last.device,
            sequence=903,
            hlc=1 << 59,
        ),
    ]
    return [*found, *odd, *found[:3]], space


def test_a_record_that_was_erased_earlier_on_the_same_page_comes_without_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, _, mentorship, space = two()
    said = change(space, Op(record="a" * 32, kind="task", fields={"text": "hemligt", "mentorship": mentorship}))
    named = {f"bodies.{body('a' * 32, said.version)}": True}
    erasing = change(space, Op(record="e" * 32, kind="erasure", fields=named), sequence=2, hlc=(1 << 60) + 1)
    replica = Replica("yusuf", "y", {})
    replica.join(space)
    begun: list[str] = []
    begin = Arriving._begin

    def counting(*at: Any) -> None:
        begun.append(at[4].record)
        begin(*at)

    monkeypatch.setattr(Arriving, "_begin", counting)
    beside = change(space, Op(record="b" * 32, kind="task", fields={"text": "inget hemligt"}), sequence=3)
    replica.receive([erasing, said, beside], NOON)
    assert str(everything(replica)).count("hemligt") == 2  # the record and its version
    assert begun == ["b" * 32]


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize("backwards", [False, True])
def test_whole_pages_of_new_records_come_to_what_one_by_one_comes_to(
    size: int, backwards: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes, space = story()
    if backwards:
        changes = changes[::-1]
    found = []
    for one_by_one in (False, True):
        if one_by_one:
            monkeypatch.setattr(Arriving, "takes", lambda *_: False)
        replica = Replica("yusuf", "y", {})
        replica.join(space)
        told: set[Key] = set()
        monkeypatch.setattr(replica.store, "_tell", lambda staged, told=told: told.update(staged.keys))
        new = sum(replica.receive(changes[at : at + size], NOON).new for at in range(0, len(changes), size))
        found.append((new, everything(replica), replica.visible(space), told))
    assert found[0] == found[1]
    assert found[0][0] > 30 and len(found[0][3]) > 40
