"""Whatever happens to the files between two openings: nothing is lost in silence and nothing wrong is read.

Every cut at every byte, every bit, every old file and old frame put back. A damaged vault says so and is not
touched; salvage takes out what is still authentic.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import VaultBusy, VaultDamaged, VaultError, VaultTooNew
from app.vault.engine import Engine
from app.vault.files import Files
from app.vault.salvage import salvage
from tests.support.disk import Disk, NoSync, fleeting_folder, get, put
from tests.support.effort import effort
from tests.support.story import FIRST, INDEXES, State, contents

QUIET = Files(NoSync())


class Sample:
    """A small vault, closed, with something in the snapshot and something in the journal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.history: list[tuple[Disk, State]] = []
        engine = Engine.create(folder, FIRST, indexes=INDEXES)
        table = engine.documents.table("note")
        table.insert_multiple([{"person": "ab"[n % 2], "body": f"{n} " * 9} for n in range(effort(6, 40))])
        engine.compact()
        for n in range(effort(4, 12)):
            table.insert({"person": "c", "body": f"senare {n} åäö"})
            self.history.append((get(folder), contents(engine)))
        table.update({"body": "ändrat"}, doc_ids=[1, 2])
        self.state = contents(engine)
        engine.close()
        self.disk = get(folder)

    def read(self) -> State:
        """What an opener would read, all of it."""
        with Engine.open(self.folder, FIRST, indexes=INDEXES, files=QUIET) as engine:
            return contents(engine)


@pytest.fixture(scope="module")
def sample() -> Iterator[Sample]:
    with fleeting_folder() as folder:
        yield Sample(folder / "vault")


def judge(sample: Sample, disk: Disk, *, told: bool) -> None:
    """Open the damaged vault: either everything is there, or it says what is wrong and stays as it is."""
    put(sample.folder, disk)
    engine = None
    try:
        engine = Engine.open(sample.folder, FIRST, indexes=INDEXES, files=QUIET)
        found = contents(engine)
    except VaultError as exc:
        assert isinstance(exc, VaultDamaged | VaultTooNew)
        if engine is None:
            assert get(sample.folder) == disk
    else:
        assert found == sample.state
        assert not told
    finally:
        if engine is not None:
            engine.close()


def flips(disk: Disk, name: str) -> Iterator[tuple[int, Disk]]:
    content = disk[name]
    step = effort(3 if len(content) > 400 else 1, 1)
    for bit in range(0, len(content) * 8, step):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        yield bit, {**disk, name: bytes(changed)}


NAMES = ("snapshot-00000002", "journal-00000002", "mark")


@pytest.mark.parametrize("name", NAMES)
def test_every_bit(sample: Sample, name: str) -> None:
    """A flip in the mark costs nothing, since its other slot is there; one in an index that nobody asks is not met."""
    for _, disk in flips(sample.disk, name):
        judge(sample, disk, told=name.startswith("journal"))


@pytest.mark.parametrize("name", NAMES)
def test_every_cut(sample: Sample, name: str) -> None:
    for end in range(len(sample.disk[name])):
        judge(sample, {**sample.disk, name: sample.disk[name][:end]}, told=name != "mark")


@pytest.mark.parametrize("name", NAMES)
def test_zeroed_doubled_and_missing_files(sample: Sample, name: str) -> None:
    content = sample.disk[name]
    judge(sample, {**sample.disk, name: bytes(len(content))}, told=name != "mark")
    judge(sample, {**sample.disk, name: content + content}, told=name.startswith("snap"))
    judge(sample, {k: v for k, v in sample.disk.items() if k != name}, told=name != "mark")


def test_an_old_file_put_back_is_noticed(sample: Sample) -> None:
    for disk, _ in sample.history:
        for name in ("snapshot-00000002", "journal-00000002"):
            judge(sample, {**sample.disk, name: disk[name]}, told=disk[name] != sample.disk[name])


def test_an_old_frame_put_back_is_noticed(sample: Sample) -> None:
    """Frames of equal length change places, and a frame stands twice."""
    journal = sample.disk["journal-00000002"]
    ends = [len(disk["journal-00000002"]) for disk, _ in sample.history]
    frames = [journal[a:b] for a, b in itertools.pairwise(ends)]
    swapped = journal[: ends[0]] + frames[1] + frames[0] + journal[ends[2] :]
    doubled = journal[: ends[1]] + frames[0] + journal[ends[1] :]
    without = journal[: ends[0]] + journal[ends[1] :]
    for changed in (swapped, doubled, without):
        judge(sample, {**sample.disk, "journal-00000002": changed}, told=True)


def test_a_frame_of_another_history_is_noticed(sample: Sample) -> None:
    """The same place, the same length, sealed under the same keys, and yet not what came before the next frame."""
    journal = "journal-00000002"
    start = len(sample.disk[journal])
    put(sample.folder, sample.disk)
    with Engine.open(sample.folder, FIRST, indexes=INDEXES, files=QUIET) as engine:
        engine.documents.table("note").insert({"body": "så var det"})
    one = get(sample.folder)[journal][start:]
    put(sample.folder, sample.disk)
    with Engine.open(sample.folder, FIRST, indexes=INDEXES, files=QUIET) as engine:
        engine.documents.table("note").insert({"body": "nej, så!!!"})
        engine.documents.table("note").insert({"body": "och sedan"})
    other = get(sample.folder)
    content = other[journal]
    mixed = {**other, journal: content[:start] + one + content[start + len(one) :]}
    assert len(mixed[journal]) == len(content)
    assert mixed != other
    judge(sample, mixed, told=True)


def test_old_blocks_put_back_into_the_snapshot_are_noticed(sample: Sample, tmp_path: Path) -> None:
    """The same documents, written once more: not a byte of the other file may take part."""
    other = Sample(tmp_path / "other")
    mine, theirs = sample.disk["snapshot-00000002"], other.disk["snapshot-00000002"]
    assert len(mine) == len(theirs)
    for start in range(0, len(mine), 512):
        mixed = mine[:start] + theirs[start : start + 512] + mine[start + 512 :]
        judge(sample, {**sample.disk, "snapshot-00000002": mixed}, told=False)


def test_a_whole_older_folder_opens_and_its_position_says_so(sample: Sample) -> None:
    """That is for the anchor to notice: position goes into it."""
    put(sample.folder, sample.disk)
    with Engine.open(sample.folder, FIRST, indexes=INDEXES, files=QUIET) as engine:
        now = engine.position
    disk, state = sample.history[0]
    put(sample.folder, disk)
    with Engine.open(sample.folder, FIRST, indexes=INDEXES, files=QUIET) as engine:
        assert contents(engine) == state
        assert engine.position < now


def test_a_missing_mark_is_told(sample: Sample) -> None:
    put(sample.folder, {name: content for name, content in sample.disk.items() if name != "mark"})
    with Engine.open(sample.folder, FIRST, indexes=INDEXES, files=QUIET) as engine:
        assert [code for code, _ in engine.notices] == ["mark-missing"]
    put(sample.folder, {**sample.disk, "mark": bytes(112)})
    with Engine.open(sample.folder, FIRST, indexes=INDEXES, files=QUIET) as engine:
        assert [code for code, _ in engine.notices] == ["mark-unreadable"]
    assert sample.read() == sample.state


@pytest.mark.parametrize("name", NAMES[:2])
def test_a_newer_format_is_refused_and_not_touched(sample: Sample, name: str) -> None:
    newer = {**sample.disk, name: sample.disk[name][:8] + b"\0\2" + sample.disk[name][10:]}
    put(sample.folder, newer)
    with pytest.raises(VaultTooNew):
        Engine.open(sample.folder, FIRST, indexes=INDEXES, files=QUIET)
    assert get(sample.folder) == newer


def test_two_openers(sample: Sample) -> None:
    put(sample.folder, sample.disk)
    with (
        Engine.open(sample.folder, FIRST, indexes=INDEXES, files=QUIET),
        pytest.raises(VaultBusy),
    ):
        Engine.open(sample.folder, FIRST, indexes=INDEXES, files=QUIET)
    assert sample.read() == sample.state


@pytest.mark.parametrize("name", NAMES)
def test_salvage_loses_nothing_to_a_flipped_bit(sample: Sample, name: str) -> None:
    for bit, disk in flips(sample.disk, name):
        if bit % effort(11, 5):
            continue
        put(sample.folder, disk)
        found = salvage(sample.folder, FIRST, QUIET)
        assert found.tables == sample.state
        assert found.losses == []
        assert get(sample.folder) == disk


def test_salvage_of_a_burst_costs_a_frame_and_says_so(sample: Sample) -> None:
    """Damage that is more than one bit: the frame it hit, at most one more, and no wrong value."""
    journal = sample.disk["journal-00000002"]
    documents = sample.state["note"]
    for start in range(104, len(journal) - 8, effort(29, 1)):
        broken = journal[:start] + bytes(byte ^ 0x5A for byte in journal[start : start + 8]) + journal[start + 8 :]
        put(sample.folder, {**sample.disk, "journal-00000002": broken})
        found = salvage(sample.folder, FIRST, QUIET)
        missing = [doc_id for doc_id in documents if doc_id not in found.tables["note"]]
        assert len(found.losses) <= 3
        if not found.losses:
            assert found.tables == sample.state
        assert len(missing) <= 3
        for doc_id, document in found.tables["note"].items():
            assert document == documents[doc_id] or doc_id in (1, 2)


def test_salvage_of_cut_files(sample: Sample) -> None:
    """Whole records that are gone are known by the mark."""
    journal = sample.disk["journal-00000002"]
    for end in range(0, len(journal), effort(37, 1)):
        put(sample.folder, {**sample.disk, "journal-00000002": journal[:end]})
        found = salvage(sample.folder, FIRST, QUIET)
        assert found.losses
        assert all(found.tables["note"][doc_id] for doc_id in range(3, effort(6, 40) + 1))


def test_salvage_without_a_snapshot_keeps_the_journal(sample: Sample) -> None:
    put(sample.folder, {name: content for name, content in sample.disk.items() if not name.startswith("snap")})
    with pytest.raises(VaultDamaged):
        salvage(sample.folder, FIRST, QUIET)
    put(sample.folder, {**sample.disk, "snapshot-00000002": b"nothing"})
    found = salvage(sample.folder, FIRST, QUIET)
    assert found.losses
    assert {"person": "c", "body": "senare 0 åäö"} in found.tables["note"].values()


def test_what_was_salvaged_becomes_a_new_vault(sample: Sample, tmp_path: Path) -> None:
    put(sample.folder, sample.disk)
    found = salvage(sample.folder, FIRST, QUIET)
    with Engine.create(tmp_path / "new", FIRST, indexes=INDEXES) as engine:
        found.into(engine.documents)
        assert contents(engine) == sample.state
