"""A disk that is full, broken or read-only, at every single call: a typed error, nothing called saved in error, and the
vault opens again with everything that was.
"""

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from app.errors import NoVault, StorageFailed, VaultError, VaultFull, VaultGone, VaultNotWritable
from app.vault import generation
from app.vault.engine import Engine
from app.vault.files import Calls, Files, StrPath, write_atomically
from app.vault.lock import FolderLock
from tests.support.disk import Failing, NoSync, get
from tests.support.story import FIRST, INDEXES, KEYS, SECOND, State, contents, live

SOON: Literal["soon"] = "soon"
EXPECTED = {errno.ENOSPC: VaultFull, errno.EIO: StorageFailed, errno.EACCES: VaultNotWritable}


class Looking(NoSync):
    """Counts how often it is looked where a file is."""

    looks = 0

    def place(self, path: StrPath | int) -> tuple[int, int]:
        self.looks += not isinstance(path, int)
        return super().place(path)


class Quick(Failing):
    """Fails where it should, and syncs nothing: these tests look at what the program does, not at the disk."""

    def sync(self, fd: int) -> None:
        self._perhaps("sync")

    def sync_folder(self, path: StrPath) -> None:
        self._perhaps("sync_folder")


def whole_story(tmp_path: Path) -> tuple[int, list[tuple[str, State]]]:
    """How many calls there are when nothing fails, and what is told then."""
    calls = Quick(at=-1)
    told: list[tuple[str, State]] = []
    live(tmp_path / "whole", calls, told.append)
    return calls.made, told


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "for-good"])
@pytest.mark.parametrize("part", [None, 5])
def test_at_every_call(tmp_path: Path, number: int, lasting: bool, part: int | None) -> None:
    """What was called saved is there; the change that was refused is there as a whole or not at all."""
    made, whole = whole_story(tmp_path)
    assert made > 100
    for at in range(1, made + 1):
        folder = tmp_path / str(at)
        calls = Quick(at, number, lasting=lasting, part=part)
        told: list[tuple[str, State]] = []
        try:
            live(folder, calls, told.append)
        except VaultError as exc:
            assert isinstance(exc, EXPECTED[number] | StorageFailed)
        assert calls.failed or at >= made - 1  # a former snapshot is closed by the collector, whenever it comes round
        assert told == whole[: len(told)]
        certain = max((i for i, (kind, _) in enumerate(told) if kind == "saved"), default=None)
        if certain is not None:
            key = KEYS[(folder / "header").read_bytes()]
            with Engine.open(folder, key, indexes=INDEXES, files=Files(NoSync())) as engine:
                assert contents(engine) in [state for _, state in whole[certain : len(told) + 1]]


def test_a_full_disk_leaves_no_trace_and_the_next_save_works(tmp_path: Path) -> None:
    calls = Quick(at=-1)
    with Engine.create(tmp_path / "v", FIRST, files=Files(calls)) as engine:
        table = engine.documents.table("note")
        table.insert({"n": 1})
        before = get(tmp_path / "v")
        for part in (None, 1, 30):
            calls.at, calls.made, calls.number, calls.part = 1, 0, errno.ENOSPC, part
            with pytest.raises(VaultFull):
                table.insert({"n": 2})
            assert get(tmp_path / "v") == before
            assert len(table) == 1
        assert table.insert({"n": 3}) == 2
        assert [document["n"] for document in table] == [1, 3]


def test_after_a_failed_sync_nothing_is_saved_until_the_vault_is_opened_again(tmp_path: Path) -> None:
    calls = Quick(at=-1)
    engine = Engine.create(tmp_path / "v", FIRST, files=Files(calls))
    table = engine.documents.table("note")
    table.insert({"n": 1})
    saved = get(tmp_path / "v")["journal-00000001"]
    position = engine.position
    calls.at, calls.made = 2, 0
    with pytest.raises(StorageFailed):
        table.insert({"n": 2})
    assert calls.failed == ["sync"]
    assert engine.failed
    for _ in range(2):
        with pytest.raises(StorageFailed):
            table.insert({"n": 3})
    with pytest.raises(StorageFailed):
        engine.compact()
    assert [document["n"] for document in table] == [1]
    assert engine.position == position
    engine.close()
    assert get(tmp_path / "v")["journal-00000001"] == saved
    with Engine.open(tmp_path / "v", FIRST) as engine:
        assert contents(engine) == {"note": {1: {"n": 1}}}
        engine.documents.table("note").insert({"n": 4})


@pytest.mark.usefixtures("not_yet")
def test_a_failed_sync_of_a_draft_is_told_at_the_next_save(tmp_path: Path) -> None:
    calls = Quick(at=-1)
    engine = Engine.create(tmp_path / "v", FIRST, files=Files(calls))
    table = engine.documents.table("note")
    with engine.transaction("soon"):
        table.insert({"n": 1})
    calls.at, calls.made = 1, 0
    with pytest.raises(StorageFailed):
        engine.sync()
    with pytest.raises(StorageFailed):
        table.insert({"n": 2})
    assert len(table) == 0
    engine.close()


def test_a_compaction_that_fails_changes_nothing_and_is_tried_again(tmp_path: Path) -> None:
    calls = Quick(at=-1)
    with Engine.create(tmp_path / "v", FIRST, files=Files(calls)) as engine:
        table = engine.documents.table("note")
        table.insert({"n": 1})
        before = get(tmp_path / "v")
        calls.at, calls.made, calls.number = 2, 0, errno.ENOSPC
        with pytest.raises(VaultFull):
            engine.compact()
        assert get(tmp_path / "v") == before
        engine.compact()
        assert contents(engine) == {"note": {1: {"n": 1}}}
        table.insert_multiple({"n": n, "body": "x" * 1000} for n in range(300))
        calls.at, calls.made = 1_000_000, 0
        engine.settle()
    with Engine.open(tmp_path / "v", FIRST) as engine:
        assert engine.count("note") == 301


def test_a_background_compaction_that_fails_is_a_notice(tmp_path: Path) -> None:
    class NoSnapshots(NoSync):
        def open(self, path: StrPath, flags: int) -> int:
            if str(path).endswith(".new"):
                raise OSError(errno.ENOSPC, "full")
            return super().open(path, flags)

    with Engine.create(tmp_path / "v", FIRST, files=Files(NoSnapshots())) as engine:
        table = engine.documents.table("note")
        table.insert_multiple({"n": n, "body": "x" * 1000} for n in range(700))
        engine.settle()
        assert [code for code, _ in engine.notices] == ["compaction-failed"]
        table.insert({"n": 1})
        engine.settle()
        assert len(engine.notices) == 1
        assert engine.count("note") == 701


@pytest.fixture
def folder_without_permission(tmp_path: Path) -> Iterator[tuple[Path, Files]]:
    """Root may write everywhere, so the refusal is played."""

    class ReadOnly(Calls):
        def open(self, path: StrPath, flags: int) -> int:
            if flags & 3:
                raise OSError(errno.EROFS, "read-only")
            return super().open(path, flags)

    Engine.create(tmp_path / "v", FIRST).close()
    yield tmp_path / "v", Files(ReadOnly())


def test_a_folder_without_write_permission(folder_without_permission: tuple[Path, Files]) -> None:
    folder, files = folder_without_permission
    before = get(folder)
    with pytest.raises(VaultNotWritable):
        Engine.open(folder, FIRST, files=files)
    with pytest.raises(VaultNotWritable):
        write_atomically(folder / "header", b"x", files)
    assert get(folder) == before


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoVault):
        Engine.open(tmp_path / "nothing", FIRST)
    with pytest.raises(NoVault):
        FolderLock(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_write_atomically_leaves_the_old_file_when_it_fails(tmp_path: Path) -> None:
    write_atomically(tmp_path / "f", b"old")
    for at in range(1, 4):
        with pytest.raises(VaultError):
            write_atomically(tmp_path / "f", b"new content", Files(Quick(at, errno.ENOSPC, part=3)))
        assert get(tmp_path) == {"f": b"old"}
    write_atomically(tmp_path / "f", b"new content")
    assert get(tmp_path) == {"f": b"new content"}


@pytest.fixture
def looks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests write faster than people do."""
    monkeypatch.setattr("app.vault.engine.LOOKS_SECONDS", 0.0)


@pytest.mark.usefixtures("looks_each_time")
def test_nothing_is_called_saved_in_a_folder_that_somebody_has_removed(tmp_path: Path) -> None:
    engine = Engine.create(tmp_path / "v", FIRST, files=Files(NoSync()))
    table = engine.documents.table("note")
    table.insert({"n": 1})
    shutil.rmtree(tmp_path / "v")
    for renew in (engine.compact, lambda: engine.rekey(SECOND, lambda: None)):
        with pytest.raises(StorageFailed):
            renew()
    engine.tidy()
    engine.settle()
    assert [code for code, _ in engine.notices] == ["compaction-failed"]
    with pytest.raises(VaultGone):
        table.insert({"n": 2})
    assert [document["n"] for document in table] == [1]
    engine.close()


@pytest.mark.parametrize(("seconds", "looks"), [(0.0, 10), (1e9, 1)])
def test_changes_that_follow_each_other_fast_look_for_the_folder_once_in_a_while(
    seconds: float, looks: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.vault.engine.LOOKS_SECONDS", seconds)
    calls = Looking()
    with Engine.create(tmp_path / "v", FIRST, files=Files(calls)) as engine:
        for number in range(10):
            engine.documents.table("note").insert({"n": number})
    assert calls.looks == looks


@pytest.mark.usefixtures("looks_each_time")
def test_a_folder_that_was_moved_is_told_at_the_next_word_and_goes_on_once_it_is_back(tmp_path: Path) -> None:
    here, there = tmp_path / "v", tmp_path / "w"
    engine = Engine.create(here, FIRST, files=Files(NoSync()))
    table = engine.documents.table("note")
    table.insert({"n": 1})
    for another in ("", "dir", "vault"):
        here.rename(there)
        if another == "dir":
            here.mkdir()
        elif another:  # a copy that somebody put in its place
            shutil.copytree(there, here)
        for durable in (True, SOON):
            with pytest.raises(VaultGone), engine.documents.transaction(durable):
                table.insert({"n": 2})
        assert [document["n"] for document in table] == [1]
        if another:
            shutil.rmtree(here)
        there.rename(here)
    table.insert({"n": 3})
    engine.close()
    again = Engine.open(here, FIRST)
    assert [document["n"] for document in again.documents.table("note")] == [1, 3]
    again.close()


class Photographed(NoSync):
    """Keeps the folder as it is after each write: that is what a process that is killed then leaves behind."""

    def __init__(self, folder: Path, into: Path) -> None:
        self.folder, self.into, self.taken = folder, into, 0
        self.on = False

    def write(self, fd: int, data: bytes | memoryview, offset: int) -> int:
        written = super().write(fd, data, offset)
        if self.on:
            self.taken += 1
            shutil.copytree(self.folder, self.into / str(self.taken))
        return written


def test_a_very_large_transaction_goes_in_pieces_and_is_there_as_a_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "FRAMES_AT_ONCE", 2)
    folder, copies = tmp_path / "v", tmp_path / "copies"
    calls = Photographed(folder, copies)
    with Engine.create(folder, FIRST, files=Files(calls)) as engine:
        table = engine.documents.table("note")
        table.insert({"n": 0})
        calls.on = True
        with engine.documents.transaction():
            for number in range(12):
                table.insert({"n": number + 1, "body": "x" * 30_000})
        calls.on = False
    assert calls.taken >= 6
    found = []
    for at in range(1, calls.taken + 1):
        with Engine.open(copies / str(at), FIRST, files=Files(NoSync())) as engine:
            table = engine.documents.table("note")
            found.append(len(table))
            table.insert({"n": 99})
        with Engine.open(copies / str(at), FIRST, files=Files(NoSync())) as engine:
            assert len(engine.documents.table("note")) == found[-1] + 1, "what is written next is there"
    assert set(found) == {1, 13}
    assert found == sorted(found)
    assert found.count(1) >= 5, "the last piece alone makes it count"


def test_a_disk_that_is_full_in_the_middle_of_a_large_transaction_keeps_none_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "FRAMES_AT_ONCE", 2)
    calls = Quick(at=-1)
    with Engine.create(tmp_path / "v", FIRST, files=Files(calls)) as engine:
        table = engine.documents.table("note")
        table.insert({"n": 0})
        before = get(tmp_path / "v")
        for at in (1, 2, 4):
            calls.at, calls.made, calls.number = at, 0, errno.ENOSPC
            with pytest.raises(VaultFull), engine.documents.transaction():
                for number in range(12):
                    table.insert({"n": number + 1, "body": "x" * 30_000})
            assert get(tmp_path / "v") == before
            assert len(table) == 1
        calls.at = -1
        table.insert({"n": 1})
    with Engine.open(tmp_path / "v", FIRST, files=Files(NoSync())) as engine:
        assert len(engine.documents.table("note")) == 2
