"""Changes are carried out, and taken back in the opposite order, as if they had never been."""

import json
from pathlib import Path

import pytest

from app.vault import journal
from app.vault.files import DISK
from app.vault.journal import Op
from app.vault.snapshot import Snapshot, TableSource, write_snapshot
from app.vault.tables import Tables, Undo
from tests.vault.test_snapshot import HEAD, KEY, written

CHANGES = [
    Op(journal.INSERT, "note", 100, b'{"n":100}'),
    Op(journal.REPLACE, "note", 100, b'{"n":101}'),
    Op(journal.REPLACE, "note", 1, b'{"n":-1}'),
    Op(journal.DELETE, "note", 11),
    Op(journal.DELETE, "note", 100),
    Op(journal.INSERT, "task", 1, b"{}"),
    Op(journal.INSERT, "task", 2, b"{}"),
    Op(journal.TABLE, "goal"),
    Op(journal.TABLE, "note"),
    Op(journal.TRUNCATE, "note"),
    Op(journal.INSERT, "note", 1, b'{"n":1}'),
    Op(journal.TRUNCATE, "new"),
    Op(journal.DROP, "note"),
    Op(journal.DROP, "never"),
    Op(journal.INSERT, "note", 3, b'{"n":3}'),
]

Shown = dict[str, tuple[int, int, list[tuple[int, bytes]]]]


def shown(tables: Tables) -> Shown:
    """For every table its count, its highest id and its documents."""
    return {name: (found.live, found.highest, found.newest(1000)) for name, found in tables.found.items()}


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    found = Snapshot.of(DISK, written(tmp_path), KEY)
    assert found is not None
    return Tables(found)


def test_every_change_can_be_taken_back(tables: Tables) -> None:
    """After each number of changes, back to each state that was before."""
    undo: list[Undo] = []
    states = [shown(tables)]
    for op in CHANGES:
        undo.append(tables.apply(op))
        states.append(shown(tables))
    assert len({repr(state) for state in states}) >= len(CHANGES) - 2
    for upto in range(len(CHANGES) - 1, -1, -1):
        tables.take_back(undo, upto)
        assert shown(tables) == states[upto]
    for upto in range(len(CHANGES)):
        undo = [tables.apply(op) for op in CHANGES]
        tables.take_back(undo, upto)
        assert shown(tables) == states[upto]
        tables.take_back(undo)
    assert shown(tables) == states[0]


def test_counts_and_ids_follow(tables: Tables) -> None:
    assert (tables.found["note"].live, tables.found["note"].highest) == (10, 99)
    tables.apply(Op(journal.INSERT, "note", 100, b"{}"))
    tables.apply(Op(journal.REPLACE, "note", 100, b"{}"))
    assert (tables.found["note"].live, tables.found["note"].highest) == (11, 100)
    tables.apply(Op(journal.DELETE, "note", 100))
    assert (tables.found["note"].live, tables.found["note"].highest) == (10, 100)
    assert tables.found["note"].raw(100) is None


def test_the_revision_grows_with_every_change_and_every_undo(tables: Tables) -> None:
    seen = [tables.revision]
    undo = []
    for op in CHANGES:
        undo.append(tables.apply(op))
        seen.append(tables.revision)
    tables.take_back(undo)
    seen.append(tables.revision)
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("name", ["note", "new"])
@pytest.mark.parametrize("asked", [False, True])
def test_many_at_once_are_what_they_are_one_by_one(tables: Tables, tmp_path: Path, name: str, asked: bool) -> None:
    documents = [{"n": number % 3, "deep": {"n": 9}} | ({"odd": [1]} if number else {}) for number in range(7)]
    raws = [json.dumps(document).encode() for document in documents]
    found = Snapshot.of(DISK, written(tmp_path), KEY)
    assert found is not None
    other = Tables(found)
    first = max((one.highest for one in tables.found.values()), default=0) + 2
    if asked:  # what somebody has asked for has an index, of which the others know nothing
        for one in (tables, other):
            one.apply(Op(journal.INSERT, name, first - 1, b'{"n":1}'))
            assert one.found[name].equal("n", 1)[-1:] == [first - 1]
    before = shown(tables)
    undo = tables.insert(name, first, raws, documents)
    again = [other.apply(Op(journal.INSERT, name, first + number, raw)) for number, raw in enumerate(raws)]
    assert shown(tables) == shown(other)
    assert len(undo) == len(again)
    for value in range(4):
        assert tables.found[name].equal("n", value) == other.found[name].equal("n", value)
    for upto in range(len(undo) - 1, -1, -1):
        tables.take_back(undo, upto)
        other.take_back(again, upto)
        assert shown(tables) == shown(other)
        if upto:
            assert tables.found[name].equal("n", 1) == other.found[name].equal("n", 1)
    assert shown(tables) == before


def test_another_snapshot_begins_anew(tables: Tables, tmp_path: Path) -> None:
    tables.apply(CHANGES[0])
    write_snapshot(DISK, tmp_path / "other", HEAD, KEY, [TableSource("goal", 7, [], {})])
    found = Snapshot.of(DISK, tmp_path / "other", KEY)
    assert found is not None
    tables.show(found)
    assert shown(tables) == {"goal": (0, 7, [])}
