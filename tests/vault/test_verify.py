"""Checking a vault reads every byte again: what is whole is counted, what is not is found, wherever it lies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import VaultClosed, VaultDamaged, VaultError
from app.vault import blocks, generation, snapshot
from app.vault.blocks import Block
from app.vault.engine import Engine
from app.vault.files import Files
from app.vault.generation import reopened, snapshot_path
from app.vault.snapshot import TableSource, write_snapshot
from app.vault.verify import verify
from tests.support.disk import NoSync, get
from tests.support.effort import effort
from tests.support.story import FIRST, INDEXES

QUIET = Files(NoSync())


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Several blocks and indexes in the snapshot, and changes of every kind in the journal."""
    made = Engine.create(tmp_path / "v", FIRST, indexes=INDEXES, files=QUIET)
    table = made.documents.table("note")
    table.insert_multiple({"person": "abc"[n % 3], "n": n, "body": "x" * 300} for n in range(60))
    made.documents.table("task").insert({"person": None})
    made.compact()
    table.insert({"person": "d"})
    table.update({"person": "e"}, doc_ids=[5])
    table.remove(doc_ids=[6, 7])
    made.documents.table("empty", persist_empty=True)
    yield made
    made.close()


def test_a_whole_vault_is_counted(engine: Engine, tmp_path: Path) -> None:
    found = engine.verify()
    assert found.tables == {"note": 59, "task": 1, "empty": 0}
    assert found.documents == 60
    assert found.transactions == 4
    disk = get(tmp_path / "v")
    assert found.size == sum(len(content) for name, content in disk.items() if name != "mark")
    engine.compact()
    assert engine.verify().tables == found.tables
    assert engine.verify().transactions == 0


@pytest.mark.usefixtures("not_yet")
def test_it_changes_nothing_and_saving_goes_on(engine: Engine, tmp_path: Path) -> None:
    before = get(tmp_path / "v")
    engine.verify()
    assert get(tmp_path / "v") == before
    with engine.transaction("soon"):
        engine.documents.table("note").insert({"n": "not synced yet"})
    assert engine.verify().tables["note"] == 60
    with engine.transaction(), pytest.raises(RuntimeError):
        engine.verify()


def test_a_closed_vault_cannot_be_checked(tmp_path: Path) -> None:
    engine = Engine.create(tmp_path / "v", FIRST, files=QUIET)
    engine.close()
    with pytest.raises(VaultClosed):
        engine.verify()


@pytest.mark.parametrize("name", ["snapshot-00000002", "journal-00000002"])
def test_every_flipped_bit_is_found(engine: Engine, tmp_path: Path, name: str) -> None:
    """Also in a block that nobody asks for, and in an index."""
    path = tmp_path / "v" / name
    whole = path.read_bytes()
    for bit in range(0, len(whole) * 8, effort(211, 3)):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        with pytest.raises(VaultError):
            engine.verify()
    path.write_bytes(whole)
    engine.verify()


@pytest.mark.parametrize("name", ["snapshot-00000002", "journal-00000002", "mark"])
def test_every_cut_is_found(engine: Engine, tmp_path: Path, name: str) -> None:
    path = tmp_path / "v" / name
    whole = path.read_bytes()
    for end in range(0, len(whole), effort(37, 1)):
        path.write_bytes(whole[:end])
        if name == "mark" and end >= 56 * (1 + engine.position.sequence % 2):
            continue  # the older slot may go: it says nothing any more
        with pytest.raises(VaultError):
            engine.verify()
    path.write_bytes(whole)
    engine.verify()


def test_a_journal_that_lost_a_change_is_found_when_the_counts_stay_the_same(engine: Engine, tmp_path: Path) -> None:
    engine.documents.table("note").update({"person": "z"}, doc_ids=[1])
    path = tmp_path / "v" / "journal-00000002"
    end = engine._journal.end
    engine.documents.table("note").update({"person": "y"}, doc_ids=[1])
    whole = path.read_bytes()
    path.write_bytes(whole[:end])
    with pytest.raises(VaultDamaged) as raised:
        engine.verify()
    assert raised.value.facts["reason"] == "ends early"
    path.write_bytes(whole)
    engine.verify()


def test_an_older_mark_is_found(engine: Engine, tmp_path: Path) -> None:
    older = (tmp_path / "v" / "mark").read_bytes()
    engine.documents.table("note").insert({"n": 1})
    (tmp_path / "v" / "mark").write_bytes(older)
    with pytest.raises(VaultDamaged) as raised:
        engine.verify()
    assert raised.value.facts["part"] == "mark"


ROWS = [(n, b'{"person":"%d"}' % (n % 2)) for n in range(1, 7)]
LOW, HIGH = Block.pack("note", ROWS[:3]), Block.pack("note", ROWS[3:])
GOOD = [(LOW, 1, 3, 3), (HIGH, 4, 6, 3)]
PAGE = b"".join(sorted(blocks.entry(str(n % 2), n) for n in range(1, 7)))


@pytest.mark.parametrize(
    ("source", "pages", "reason"),
    [
        (GOOD, [PAGE], None),
        (GOOD, [PAGE[:32], PAGE[32:]], None),
        ([(HIGH, 4, 6, 3), (LOW, 1, 3, 3)], [PAGE], "order"),
        ([(LOW, 1, 3, 3), (LOW, 1, 3, 3)], [PAGE], "order"),
        ([(LOW, 1, 2, 3), (HIGH, 4, 6, 3)], [PAGE], "list"),
        ([(LOW, 1, 3, 2), (HIGH, 4, 6, 3)], [PAGE], "list"),
        ([(Block.pack("task", ROWS[:3]), 1, 3, 3), (HIGH, 4, 6, 3)], [PAGE], "list"),
        ([(LOW.replace(b"},{", b"} ,{"), 1, 3, 3), (HIGH, 4, 6, 3)], [PAGE], "block"),
        ([(LOW.replace(b'"},{', b'","x":[]},{', 1), 1, 3, 3), (HIGH, 4, 6, 3)], [PAGE], "block"),
        ([(LOW.replace(b'"},{', b'"} {', 1), 1, 3, 3), (HIGH, 4, 6, 3)], [PAGE], "block"),
        ([(LOW.replace(b'"1"', b'"2"'), 1, 3, 3), (HIGH, 4, 6, 3)], [PAGE], "index"),
        (GOOD, [PAGE[16:]], "index"),
        (GOOD, [PAGE + blocks.entry("1", 7)], "index"),
        (GOOD, [PAGE[16:32] + PAGE[:16] + PAGE[32:]], "index"),
        (GOOD[:1], [PAGE[:48]], "index"),
    ],
)
def test_what_is_sealed_but_does_not_agree_is_found(
    tmp_path: Path, source: list[tuple[bytes, int, int, int]], pages: list[bytes], reason: str | None
) -> None:
    """A snapshot that we ourselves would have written wrongly."""
    engine = Engine.create(tmp_path / "v", FIRST, files=QUIET)
    path = snapshot_path(tmp_path / "v", 1)
    highest = 6 if source[-1][2] == 6 else 3
    tables = [TableSource("note", highest, source, {"person": pages})]
    write_snapshot(QUIET, path, engine._snapshot.head, FIRST, tables)
    found = reopened(QUIET, path, FIRST)
    journal = (tmp_path / "v" / "journal-00000001").read_bytes()
    counts = {"note": sum(row[3] for row in source)}
    reached = generation.Reached(engine._journal, 1)
    if reason is None:
        assert verify(found, journal, engine._journal.chain, reached, counts).tables == counts
        with pytest.raises(VaultDamaged) as raised:
            verify(found, journal, engine._journal.chain, reached, {"note": 5})
        assert raised.value.facts == {"part": "vault", "reason": "counts"}
    else:
        with pytest.raises(VaultDamaged) as wrong:
            verify(found, journal, engine._journal.chain, reached, counts)
        assert wrong.value.facts["reason"] == reason
    found.close()
    engine.close()


def test_ids_beyond_the_highest_are_found(tmp_path: Path) -> None:
    """The next document would be given the id of one that is there."""
    engine = Engine.create(tmp_path / "v", FIRST, files=QUIET)
    path = snapshot_path(tmp_path / "v", 1)
    write_snapshot(QUIET, path, engine._snapshot.head, FIRST, [TableSource("note", 5, GOOD, {})])
    found = snapshot.Snapshot.of(QUIET, path, FIRST)
    assert found is not None
    with pytest.raises(VaultDamaged) as raised:
        verify(found, b"", engine._journal.chain, generation.Reached(engine._journal, 1), {"note": 6})
    assert raised.value.facts["reason"] == "counts"
    found.close()
    engine.close()
