"""A generation is begun whole, and opened only when everything about it agrees."""

import os
from pathlib import Path

import pytest

from app.errors import VaultDamaged, VaultError, VaultTooNew
from app.vault import journal as journals
from app.vault import snapshot as snapshots
from app.vault.files import Calls, Files
from app.vault.generation import Generation, JournalFile, begin, journal_path, load, new_head, reopened, snapshot_path
from app.vault.journal import Op
from app.vault.key import Position, VaultKey
from tests.support.disk import Failing, NoSync, get, put

KEY = VaultKey(bytearray(range(32)), b"v" * 16, b"l" * 16, 1)
QUIET = Files(NoSync())
FIRST = [Op(journals.INSERT, "note", 1, b'{"n":1}')]
SECOND = [Op(journals.INSERT, "note", 2, b'{"n":2}'), Op(journals.DELETE, "note", 1)]


class Counted(NoSync):
    """Knows which files are open."""

    def __init__(self) -> None:
        self.opened: set[int] = set()

    def open(self, path: "str | Path", flags: int) -> int:  # type: ignore[override]
        fd = super().open(path, flags)
        self.opened.add(fd)
        return fd

    def close(self, fd: int) -> None:
        super().close(fd)
        self.opened.discard(fd)


def close(found: Generation) -> None:
    for one in (found.snapshot, found.journal, found.mark):
        one.close()


def made(folder: Path, *, marked: int = 2) -> None:
    """A first generation with two transactions, of which so many were acknowledged."""
    folder.mkdir()
    found = begin(QUIET, folder, KEY)
    for number, ops in enumerate((FIRST, SECOND), 1):
        found.journal.append(ops)
        if number <= marked:
            found.mark.write(found.reached.position)
    close(found)


def opened(folder: Path, key: VaultKey = KEY, calls: Calls | None = None) -> Generation:
    found = load(Files(calls or NoSync()), folder, key)
    close(found)
    return found


def test_a_beginning_is_empty_and_sweeps_what_lay_there(tmp_path: Path) -> None:
    for name in ("snapshot-00000007", "journal-00000007", "snapshot-00000008.new", "mark", "header", "journal-x"):
        (tmp_path / name).write_bytes(b"left")
    close(begin(QUIET, tmp_path, KEY))
    assert set(get(tmp_path)) == {"snapshot-00000001", "journal-00000001", "mark", "header", "journal-x"}
    found = opened(tmp_path)
    assert (found.number, found.since, found.notices) == (1, [], [])
    assert found.snapshot.tables == {}
    assert found.reached.position == Position(1, 0, (tmp_path / "journal-00000001").read_bytes()[-16:])


def test_what_the_journal_holds_comes_along(tmp_path: Path) -> None:
    made(tmp_path / "v")
    found = opened(tmp_path / "v")
    assert found.since == [FIRST, SECOND]
    assert found.notices == []
    assert found.reached.sequence == 2
    assert found.mark.position == found.reached.position


def test_what_lies_beyond_the_mark_is_kept_when_it_is_whole_and_cut_when_it_is_not(tmp_path: Path) -> None:
    made(tmp_path / "v", marked=1)
    whole = get(tmp_path / "v")
    assert opened(tmp_path / "v").since == [FIRST, SECOND]
    journal = whole["journal-00000001"]
    for cut in (1, 20):
        put(tmp_path / "v", {**whole, "journal-00000001": journal[:-cut]})
        found = opened(tmp_path / "v")
        assert found.since == [FIRST]
        [(code, facts)] = found.notices
        assert code == "tail-dropped"
        kept = (tmp_path / "v" / "journal-00000001").stat().st_size
        assert facts == {"bytes": len(journal) - cut - kept}
        assert opened(tmp_path / "v").notices == []


def test_each_thing_that_does_not_agree_is_named_and_nothing_is_touched(tmp_path: Path) -> None:
    made(tmp_path / "v")
    disk = get(tmp_path / "v")
    made(tmp_path / "other")
    other = get(tmp_path / "other")
    snapshot, journal = "snapshot-00000001", "journal-00000001"
    later = VaultKey(KEY.secret, KEY.vault, KEY.lineage, 2)
    stranger = VaultKey(KEY.secret, KEY.vault, b"m" * 16, 1)
    without = {name: content for name, content in disk.items() if name != journal}
    cases = [
        (disk, later, "snapshot", "missing"),
        (disk, stranger, "snapshot", "identity"),
        ({**without, "snapshot-00000002": disk[snapshot]}, KEY, "snapshot", "identity"),
        (without, KEY, "journal", "missing"),
        ({**disk, journal: other[journal]}, KEY, "journal", "identity"),
        ({**disk, journal: disk[journal][:90] + bytes(14) + disk[journal][104:]}, KEY, "journal", "head"),
        ({**disk, journal: disk[journal][:50]}, KEY, "journal", "head is cut"),
        ({**disk, journal: disk[journal][:-1]}, KEY, "journal", "ends before its mark"),
        ({n: c for n, c in {**disk, journal: disk[journal] + b"x"}.items() if n != "mark"}, KEY, "journal", "no mark"),
    ]
    for files, key, part, reason in cases:
        put(tmp_path / "v", files)
        calls = Counted()
        with pytest.raises(VaultDamaged) as raised:
            opened(tmp_path / "v", key, calls)
        assert raised.value.facts["part"] == part
        assert str(raised.value.facts["reason"]).startswith(reason)
        assert get(tmp_path / "v") == files
        assert calls.opened == set()
    put(tmp_path / "v", {**disk, snapshot: disk[snapshot][:8] + b"\0\2" + disk[snapshot][10:]})
    with pytest.raises(VaultTooNew):
        opened(tmp_path / "v")


def test_a_mark_that_is_gone_or_unreadable_is_told(tmp_path: Path) -> None:
    made(tmp_path / "v")
    disk = get(tmp_path / "v")
    put(tmp_path / "v", {name: content for name, content in disk.items() if name != "mark"})
    assert opened(tmp_path / "v").notices == [("mark-missing", {})]
    put(tmp_path / "v", {**disk, "mark": bytes(112)})
    assert opened(tmp_path / "v").notices == [("mark-unreadable", {})]
    assert opened(tmp_path / "v").notices == []


def test_the_mark_knows_a_journal_of_another_history_and_a_newer_generation(tmp_path: Path) -> None:
    made(tmp_path / "v")
    disk = get(tmp_path / "v")
    found = load(QUIET, tmp_path / "v", KEY)
    sequence, tag = found.journal.sequence, found.journal.tag
    for position, part in (
        (Position(1, sequence, b"t" * 16), "journal"),
        (Position(2, sequence, tag), "snapshot"),
        (Position(0, 1, tag), "snapshot"),
    ):
        put(tmp_path / "v", {**disk, "mark": found.mark.slot(position.generation, position.sequence, position.tag)})
        with pytest.raises(VaultDamaged) as raised:
            opened(tmp_path / "v")
        assert raised.value.facts["part"] == part
    close(found)


@pytest.mark.parametrize("start", [begin, load])
def test_a_failure_at_any_call_leaves_no_file_open(tmp_path: Path, start: object) -> None:
    class Both(Failing, Counted):
        def __init__(self, at: int) -> None:
            Counted.__init__(self)
            Failing.__init__(self, at)

    whole = Both(-1)
    folder = tmp_path / "v"
    made(folder)
    disk = get(folder)
    assert callable(start)
    found = start(Files(whole), folder, KEY)
    made_then = whole.made
    close(found)
    assert made_then > 8
    for at in range(1, made_then + 1):
        put(folder, disk)
        calls = Both(at)
        try:
            found = start(Files(calls), folder, KEY)
        except VaultError:
            assert start is begin or get(folder) == disk
        else:
            close(found)
        assert calls.failed
        assert calls.opened == set()


def test_files_of_other_generations_go_after_a_good_opening(tmp_path: Path) -> None:
    made(tmp_path / "v")
    for name in ("snapshot-00000000.new", "journal-00000009", "snapshot-x"):
        (tmp_path / "v" / name).write_bytes(b"left")
    opened(tmp_path / "v")
    assert set(get(tmp_path / "v")) == {"snapshot-00000001", "journal-00000001", "mark", "snapshot-x"}


def test_a_journal_belongs_to_its_snapshot(tmp_path: Path) -> None:
    head = new_head(KEY, 3, 40)
    snapshots.write_snapshot(QUIET, snapshot_path(tmp_path, 3), head, KEY, ())
    journal = JournalFile.after(QUIET, tmp_path, head, KEY)
    journal.append(FIRST)
    assert (journal.sequence, journal.end) == (41, (tmp_path / "journal-00000003").stat().st_size)
    journal.close()
    journal.close()
    assert journal_path(tmp_path, 3).endswith("/journal-00000003")
    assert opened(tmp_path).since == [FIRST]
    with pytest.raises(VaultDamaged):
        reopened(QUIET, snapshot_path(tmp_path, 3), VaultKey(KEY.secret, b"w" * 16, KEY.lineage, 1))


class Reading(NoSync):
    """Counts what is asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def read(self, fd: int, size: int, offset: int) -> bytes:
        self.asked += size
        return super().read(fd, size, offset)


@pytest.mark.parametrize("marked", [0, 1, 3])
def test_a_journal_longer_than_a_window_is_read_in_pieces_and_a_hole_behind_it_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marked: int
) -> None:
    monkeypatch.setattr(journals, "WINDOW", 300)
    long = [Op(journals.INSERT, "note", 3, b'"%s"' % (b"x" * 2000))]
    many = [Op(journals.INSERT, "note", number, b'{"n":%d}' % number) for number in range(4, 9)]
    (tmp_path / "v").mkdir()
    found = begin(QUIET, tmp_path / "v", KEY)
    for number, ops in enumerate((long, many, long), 1):
        found.journal.append(ops)
        if number <= marked:
            found.mark.write(found.reached.position)
    close(found)
    path = Path(journal_path(tmp_path / "v", 1))
    whole = path.read_bytes()
    assert opened(tmp_path / "v").since == [long, many, long]
    os.truncate(path, 64 << 30)
    calls = Reading()
    again = opened(tmp_path / "v", calls=calls)
    assert again.since == [long, many, long]
    assert again.notices == [("tail-dropped", {"bytes": (64 << 30) - len(whole)})]
    assert path.read_bytes() == whole
    assert calls.asked < 1 << 20
