"""Salvage at its edges; what it does with every flip and cut is in test_damage."""

import os
from pathlib import Path

import pytest

from app.errors import VaultDamaged
from app.vault import journal as journals
from app.vault import salvage as salvages
from app.vault.engine import Engine
from app.vault.key import VaultKey
from app.vault.salvage import Loss, salvage
from tests.support.disk import get, put
from tests.support.story import FIRST, INDEXES, SECOND


def made(folder: Path) -> dict[str, bytes]:
    with Engine.create(folder, FIRST, indexes=INDEXES) as engine:
        table = engine.documents.table("note")
        table.insert_multiple({"person": "ab"[n % 2], "body": "x" * 900} for n in range(200))
        engine.documents.table("empty", persist_empty=True)
        engine.compact()
        table.remove(doc_ids=[3])
        table.insert({"person": "c"})
        table.insert({"person": "d"})
    return get(folder)


def test_a_block_that_is_gone_is_counted_in_documents(tmp_path: Path) -> None:
    """A burst of damage in one block: its documents and no others."""
    disk = made(tmp_path / "v")
    snapshot = disk["snapshot-00000002"]
    put(tmp_path / "v", {**disk, "snapshot-00000002": snapshot[:5000] + bytes(600) + snapshot[5600:]})
    found = salvage(tmp_path / "v", FIRST)
    (loss,) = found.losses
    assert loss.part == "snapshot"
    assert loss.documents is not None
    assert found.count == 201 - loss.documents + 1  # document 3 was deleted and lay in the lost block
    assert found.tables["empty"] == {}


def test_a_lost_directory_and_a_lost_index_cost_nothing(tmp_path: Path) -> None:
    disk = made(tmp_path / "v")
    snapshot = disk["snapshot-00000002"]
    for start, end in ((len(snapshot) - 300, len(snapshot) - 200), (len(snapshot) - 150, len(snapshot))):
        put(tmp_path / "v", {**disk, "snapshot-00000002": snapshot[:start] + bytes(end - start) + snapshot[end:]})
        found = salvage(tmp_path / "v", FIRST)
        assert found.count == 201


def test_a_file_that_is_none_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    disk = made(tmp_path / "v")
    for name, there in (("snapshot-00000002", 2), ("journal-00000002", 200), ("mark", 201)):
        put(tmp_path / "v", disk)
        (tmp_path / "v" / name).unlink()
        os.mkfifo(tmp_path / "v" / name)
        with pytest.raises(VaultDamaged):
            Engine.open(tmp_path / "v", FIRST)
        found = salvage(tmp_path / "v", FIRST)
        assert found.count == there, name
        assert bool(found.losses) == (name != "mark"), name
        (tmp_path / "v" / name).unlink()


def test_both_heads_gone_leaves_the_journal(tmp_path: Path) -> None:
    disk = made(tmp_path / "v")
    snapshot = bytes(128) + disk["snapshot-00000002"][128:-160] + bytes(160)
    put(tmp_path / "v", {**disk, "snapshot-00000002": snapshot})
    found = salvage(tmp_path / "v", FIRST)
    assert Loss("snapshot", 0) in found.losses
    assert [document["person"] for document in found.tables["note"].values()] == ["c", "d"]


def test_a_journal_that_is_gone_is_told(tmp_path: Path) -> None:
    disk = made(tmp_path / "v")
    put(tmp_path / "v", {name: content for name, content in disk.items() if not name.startswith("journal")})
    found = salvage(tmp_path / "v", FIRST)
    assert found.count == 200
    assert [loss.part for loss in found.losses] == ["journal", "journal"]


def test_the_journals_head_is_known_from_the_snapshot(tmp_path: Path) -> None:
    disk = made(tmp_path / "v")
    put(tmp_path / "v", {**disk, "journal-00000002": bytes(104) + disk["journal-00000002"][104:]})
    found = salvage(tmp_path / "v", FIRST)
    assert (found.count, found.losses) == (201, [])


@pytest.mark.parametrize("key", [SECOND, VaultKey(bytearray(range(1, 33)), b"v" * 16, b"l" * 16, 1)])
def test_another_key_finds_nothing(tmp_path: Path, key: VaultKey) -> None:
    made(tmp_path / "v")
    with pytest.raises(VaultDamaged):
        salvage(tmp_path / "v", key)


def test_a_file_that_claims_to_be_long_is_looked_at_so_far_and_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hole behind what is ours costs nothing; what lies behind the limit is counted as lost."""
    disk = made(tmp_path / "v")
    snapshot = disk["snapshot-00000002"]
    put(tmp_path / "v", {**disk, "snapshot-00000002": snapshot[:8192] + bytes(8192) + snapshot[16384:]})
    holed = salvage(tmp_path / "v", FIRST)
    monkeypatch.setattr(journals, "WINDOW", 4096)
    monkeypatch.setattr(salvages, "FILE_BYTES", 1 << 20)
    assert salvage(tmp_path / "v", FIRST) == holed
    put(tmp_path / "v", disk)
    for name in ("snapshot-00000002", "journal-00000002"):
        os.truncate(tmp_path / "v" / name, 64 << 30)
    found = salvage(tmp_path / "v", FIRST)
    assert found.count == 201
    monkeypatch.setattr(salvages, "FILE_BYTES", 8192)
    assert Loss("snapshot", 0) in salvage(tmp_path / "v", FIRST).losses
