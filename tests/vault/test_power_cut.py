"""Whenever the power goes, whatever the disk did with what was on its way: what was called saved is there, all of it
and nothing else, and the vault opens.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.vault.crypto import FileSeal
from app.vault.engine import Engine
from app.vault.files import Calls, Files
from tests.support import story, strace
from tests.support.disk import Crash, Disk, Event, Forgetful, Recorder, put
from tests.support.effort import effort


def tears(length: int) -> list[int]:
    """Where a write may be torn: in the middle, or at each of the first bytes and at many places after them."""
    everywhere = [*range(1, min(length, 64)), *range(64, length, max(1, length // 64))]
    return effort([length // 2], everywhere)


def crash(events: list[Event], rule: str) -> Crash:
    return Crash(events, rule, tears=tears, limit=effort(32, 128))


@pytest.mark.parametrize("rule", ["ext4", "posix"])
def test_no_disk_that_a_power_cut_leaves_is_a_bad_one(tmp_path: Path, rule: str) -> None:
    events = story.recorded(tmp_path / "vault")
    checked, bad = story.bad_disks(events, crash(events, rule).moments(), tmp_path / "disk")
    assert bad == []
    assert checked > 300


@pytest.mark.parametrize("rule", ["ext4", "posix"])
def test_the_replay_finds_a_forgotten_sync_of_the_file(tmp_path: Path, rule: str) -> None:
    events = story.recorded(tmp_path / "vault", Forgetful("sync"))
    _, bad = story.bad_disks(events, crash(events, rule).moments(), tmp_path / "disk")
    assert bad


def test_the_replay_finds_a_forgotten_sync_of_the_folder(tmp_path: Path) -> None:
    events = story.recorded(tmp_path / "vault", Forgetful("sync_folder"))
    _, bad = story.bad_disks(events, crash(events, "posix").moments(), tmp_path / "disk")
    assert bad


@pytest.mark.parametrize("rule", ["ext4", "posix"])
def test_the_replay_finds_the_obvious_design_wanting(tmp_path: Path, rule: str) -> None:
    """One sealed file, replaced by rename without a sync, survives every kill and loses saved data in power cuts."""
    recorder = Recorder()
    _one_sealed_file(tmp_path / "vault", recorder)
    lost = 0
    events = recorder.done()
    for moment, disk in crash(events, rule).moments():
        saved = [event.fact for event in events[: moment + 1] if event.kind == "said"]
        if saved and _read_sealed(disk) < saved[-1]:
            lost += 1
    assert lost


def _one_sealed_file(folder: Path, calls: Calls) -> None:
    folder.mkdir()
    files, seal = Files(calls), FileSeal(story.FIRST, b"S", 1, bytes(16))
    for number in range(1, 5):
        fd = files.open(folder / "whole.new", fresh=True)
        plain = json.dumps({"saved": number}).encode()
        files.write(fd, seal.seal(bytes(12), plain, b""), 0)
        files.close(fd)
        files.rename(folder / "whole.new", folder / "whole")
        files.sync_folder(folder)
        assert isinstance(calls, Recorder)
        calls.said(number)


def _read_sealed(disk: Disk) -> int:
    plain = FileSeal(story.FIRST, b"S", 1, bytes(16)).open(bytes(12), disk.get("whole", b""), b"")
    return int(json.loads(plain)["saved"]) if plain else 0


def test_the_calls_are_those_that_the_system_sees(disk_path: Path) -> None:
    """Recorded once below Python: the same story under strace, rebuilt from what the kernel was asked."""
    facts = disk_path / "facts.json"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    code = "import sys; from tests.support import story; story.tell(sys.argv[1], sys.argv[2])"
    events = strace.events(
        [sys.executable, "-c", code, str(disk_path / "vault"), str(facts)], disk_path, disk_path / "vault", environment
    )
    told: list[Any] = json.loads(facts.read_text())
    for event in events:
        if event.kind == "said":
            kind, state = told[event.fact]
            object.__setattr__(event, "fact", (kind, _with_numbers(state)))
    ours = story.recorded(disk_path / "again")
    assert [event.kind for event in events] == [event.kind for event in ours]
    for rule in ("ext4", "posix"):
        checked, bad = story.bad_disks(events, crash(events, rule).moments(), disk_path / "disk")
        assert bad == []
        assert checked > 300


def test_a_call_that_strace_tells_in_two_lines_is_one_call() -> None:
    """So it tells each one during which another thread ended, as a cancelled timer does just before the last sync."""
    name = "".join(f"\\x{byte:02x}" for byte in b"/v/journal")
    trace = (
        f'11 openat(AT_FDCWD, "{name}", O_RDWR|O_CREAT <unfinished ...>\n12 close(9) = 0\n11 <... openat resumed>, 0600) = 3\n'
        '11 pwrite64(3, "\\x61", 1, 0) = 1\n'
        "11 fdatasync(3 <unfinished ...>\n12 +++ exited with 0 +++\n11 <... fdatasync resumed>)  = 0\n"
        "11 fdatasync(3) = 0\n"
    )
    assert [event.kind for event in strace.read(trace, "/v")] == ["create", "write", "sync", "sync"]


def _with_numbers(state: dict[str, dict[str, Any]]) -> story.State:
    return {name: {int(doc_id): document for doc_id, document in rows.items()} for name, rows in state.items()}


def test_kill_at_any_moment_loses_nothing_saved(disk_path: Path) -> None:
    """The process is killed in the middle of writing; everything it was told about is there."""
    for turn in range(effort(4, 60)):
        folder = disk_path / f"vault{turn}"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        code = "import sys; from tests.support import story; story.write_for_ever(sys.argv[1])"
        with subprocess.Popen(
            [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, env=environment, text=True
        ) as process:
            assert process.stdout is not None
            told = [int(process.stdout.readline()) for _ in range(40 + 37 * turn)]
            process.kill()
            told += [int(line) for line in process.stdout.read().split("\n")[:-1]]
        with Engine.open(folder, story.FIRST) as engine:
            found = [document["n"] for document in engine.documents.table("note")]
        assert found[: told[-1] + 1] == told
        assert len(found) <= told[-1] + 2


def test_put_makes_a_folder_hold_exactly_that(tmp_path: Path) -> None:
    put(tmp_path / "a", {"x": b"1"})
    put(tmp_path / "a", {"y": b"2"})
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["y"]
