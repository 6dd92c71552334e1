"""What the vault asks of the disk: short answers are completed, and what the system says becomes an error of ours."""

import errno
import importlib.util
import os
import socket
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from app.errors import StorageFailed, VaultDamaged, VaultError, VaultFull, VaultNotWritable
from app.vault import files as module
from app.vault.files import DISK, Calls, Files, StrPath, remove, write_atomically
from tests.support.disk import Event, Recorder, get

CALLS: dict[str, Callable[[Files, Path], object]] = {
    "open": lambda files, folder: files.open(folder / "f", create=True),
    "close": lambda files, folder: files.close(-1),
    "size": lambda files, folder: files.size(-1),
    "named": lambda files, folder: files.named(-1),
    "read": lambda files, folder: files.read(-1, 1, 0),
    "write": lambda files, folder: files.write(-1, b"x", 0),
    "sync": lambda files, folder: files.sync(-1),
    "sync_folder": lambda files, folder: files.sync_folder(folder),
    "truncate": lambda files, folder: files.truncate(-1, 0),
    "rename": lambda files, folder: files.rename(folder / "f", folder / "g"),
    "unlink": lambda files, folder: files.unlink(folder / "f"),
    "names": lambda files, folder: files.names(folder),
    "make_folder": lambda files, folder: files.make_folder(folder / "d"),
}
FORGIVING = ("open", "rename", "unlink", "names")


def refusing(call: str, number: int) -> Files:
    """A disk that refuses one kind of call."""

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    calls = Calls()
    setattr(calls, call, refuse)
    return Files(calls)


@pytest.mark.parametrize("call", CALLS)
def test_what_the_system_says_becomes_an_error_of_ours(tmp_path: Path, call: str) -> None:
    syncing = call.startswith("sync")
    for number, expected in [
        (errno.ENOSPC, VaultFull),
        (errno.EDQUOT, VaultFull),
        (errno.EFBIG, VaultFull),
        (errno.EACCES, VaultNotWritable),
        (errno.EPERM, VaultNotWritable),
        (errno.EROFS, VaultNotWritable),
        (errno.EIO, StorageFailed),
        (errno.EBADF, StorageFailed),
    ]:
        with pytest.raises(VaultError) as raised:
            CALLS[call](refusing(call, number), tmp_path)
        assert type(raised.value) is (StorageFailed if syncing else expected)
        assert isinstance(raised.value.__cause__, OSError)
        if type(raised.value) is StorageFailed:
            assert raised.value.facts["errno"] == number


@pytest.mark.parametrize("call", FORGIVING)
def test_a_file_that_is_not_there_is_for_the_caller_to_judge(tmp_path: Path, call: str) -> None:
    with pytest.raises(FileNotFoundError):
        CALLS[call](refusing(call, errno.ENOENT), tmp_path)


def test_an_error_without_a_number_is_one_too(tmp_path: Path) -> None:
    class Odd(Calls):
        def size(self, fd: int) -> int:
            raise OSError("odd")

    with pytest.raises(StorageFailed) as raised:
        Files(Odd()).size(0)
    assert raised.value.facts == {"call": "stat", "errno": 0}


class Short(Calls):
    """Reads and writes at most three bytes at a time, as the system may."""

    def read(self, fd: int, size: int, offset: int) -> bytes:
        return super().read(fd, min(size, 3), offset)

    def write(self, fd: int, data: bytes | memoryview, offset: int) -> int:
        return super().write(fd, bytes(data)[:3], offset)


def test_short_reads_and_writes_are_completed(tmp_path: Path) -> None:
    files = Files(Short())
    content = bytes(range(20))
    fd = files.open(tmp_path / "f", fresh=True)
    files.write(fd, content, 0)
    files.write(fd, b"0123456789", 5)
    expected = content[:5] + b"0123456789" + content[15:]
    assert (tmp_path / "f").read_bytes() == expected
    assert files.read(fd, 20, 0) == expected
    assert files.read(fd, 7, 2) == expected[2:9]
    assert files.read(fd, 100, 18) == expected[18:]
    assert files.read(fd, 5, 20) == b""
    files.close(fd)
    assert files.read_all(tmp_path / "f") == expected


def test_how_a_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "f"
    with pytest.raises(FileNotFoundError):
        DISK.open(path, write=True)
    fd = DISK.open(path, create=True)
    DISK.write(fd, b"one", 0)
    DISK.close(fd)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    fd = DISK.open(path, create=True)
    assert DISK.size(fd) == 3
    DISK.truncate(fd, 1)
    assert DISK.size(fd) == 1
    assert not os.get_inheritable(fd)
    DISK.close(fd)
    fd = DISK.open(path)
    with pytest.raises(StorageFailed):
        DISK.write(fd, b"x", 0)
    DISK.close(fd)
    fd = DISK.open(path, fresh=True)
    assert DISK.size(fd) == 0
    DISK.close(fd)


def open_at(*places: str) -> list[str]:
    """Which of these places this process has open, where the system tells; what other threads open and close is not asked."""
    found: list[str] = []
    table = Path("/proc/self/fd")
    for one in table.iterdir() if table.exists() else ():
        with suppress(FileNotFoundError):  # another thread has closed it
            found.append(str(one.readlink()))
    return [place for place in found if place in places]


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


@pytest.mark.parametrize(
    "put",
    [
        os.mkfifo,
        Path.mkdir,
        a_socket,
        partial(Path.symlink_to, target="/dev/zero"),
        lambda path: path.symlink_to(path.name),
    ],
    ids=["pipe", "folder", "socket", "device", "loop"],
)
def test_what_stands_in_a_files_place_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put: Callable[[Path], object]
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path has to be short
    path = Path("f")
    put(path)
    for how in ({}, {"write": True}, {"create": True}):
        with pytest.raises(VaultDamaged):
            DISK.open(path, **how)
    with pytest.raises(VaultDamaged):
        DISK.read_all(path, 10)
    assert not open_at(str(path.absolute()), "/dev/zero"), "nothing of it stays open"


def test_folders_are_made_private_and_listed(tmp_path: Path) -> None:
    DISK.make_folder(tmp_path / "a" / "b")
    DISK.make_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    (tmp_path / "a" / "x").write_bytes(b"")
    assert sorted(DISK.names(tmp_path / "a")) == ["b", "x"]


def test_where_no_folder_can_be_is_said_to_be_no_place_to_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "loop").symlink_to("loop")
    for place in ("file", "file/d", "loop", "loop/d", "n" * 300):
        with pytest.raises(VaultNotWritable):
            DISK.make_folder(tmp_path / place)
    for number in (errno.ENOENT, errno.ENOTDIR):
        with pytest.raises(VaultNotWritable):
            refusing("make_folder", number).make_folder(tmp_path / "d")


def test_replacing_a_file_is_write_sync_rename_sync(tmp_path: Path) -> None:
    """In this order: the new content is on the disk before it has the name, and the name before anybody is told."""
    recorder = Recorder()
    (tmp_path / "f").write_bytes(b"old")
    write_atomically(tmp_path / "f", b"new", Files(recorder))
    assert [event.kind for event in recorder.done()] == ["create", "write", "sync", "rename", "sync_folder"]
    rename = next(event for event in recorder.events if event.kind == "rename")
    assert rename == Event("rename", 1, "f.new", "f")
    assert get(tmp_path) == {"f": b"new"}


@pytest.mark.parametrize("call", ["open", "write", "sync", "close", "rename"])
def test_a_replacement_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path, call: str) -> None:
    (tmp_path / "f").write_bytes(b"old")
    with pytest.raises(VaultError):
        write_atomically(tmp_path / "f", b"new", refusing(call, errno.EIO))
    assert get(tmp_path) == {"f": b"old"}


def test_removing_says_whether_it_went(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    assert not remove(tmp_path / "f", refusing("unlink", errno.EACCES))
    assert remove(tmp_path / "f")
    assert not remove(tmp_path / "f")


# ---------------------------------------------------------------- other systems


def on(platform: str, monkeypatch: pytest.MonkeyPatch, *, without: str = "", **modules: ModuleType) -> ModuleType:
    """The same source, read as on another system."""
    for name, found in modules.items():
        monkeypatch.setitem(sys.modules, name, found)
    monkeypatch.setattr(sys, "platform", platform)
    if without:
        monkeypatch.delattr(os, without)
    assert module.__file__
    spec = importlib.util.spec_from_file_location(f"files_on_{platform}", module.__file__)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


class Asked(ModuleType):
    """A `fcntl` that writes down what it is asked for."""

    F_FULLFSYNC = 51

    def __init__(self) -> None:
        super().__init__("fcntl")
        self.calls: list[tuple[int, int]] = []

    def fcntl(self, fd: int, command: int) -> None:
        self.calls.append((fd, command))


@pytest.mark.parametrize("platform", ["darwin", "ios"])
def test_on_apples_systems_a_sync_reaches_the_flash(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked()
    found: Any = on(platform, monkeypatch, fcntl=asked)
    found.Files().sync(7)
    assert asked.calls == [(7, Asked.F_FULLFSYNC)]


def test_where_there_is_no_fdatasync_everything_is_synced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found: Any = on("plan9", monkeypatch, without="fdatasync")
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    found.Files().sync(9)
    assert synced == [9]


def test_on_windows_a_place_is_sought_before_it_is_read_or_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """There is no pread and no pwrite, and a folder needs no sync of its own."""
    found: Any = on("win32", monkeypatch)
    for missing in ("pread", "pwrite"):
        monkeypatch.delattr(os, missing)
    files = found.Files()
    fd = files.open(tmp_path / "f", fresh=True)
    files.write(fd, b"0123456789", 0)
    files.write(fd, b"xy", 4)
    assert files.read(fd, 4, 3) == b"3xy6"
    assert files.read(fd, 10, 0) == b"0123xy6789"
    files.sync(fd)
    files.close(fd)
    files.sync_folder(tmp_path / "not" / "there")


def test_a_path_leads_to_a_file_until_it_is_moved_or_another_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "d" / "f"
    path.parent.mkdir()
    fd = DISK.open(path, fresh=True)
    place = DISK.place(fd)
    assert DISK.leads(path, place)
    path.parent.rename(tmp_path / "e")
    assert not DISK.leads(path, place)
    (tmp_path / "d").write_bytes(b"a file in the folder's place")
    assert not DISK.leads(path, place)
    (tmp_path / "d").unlink()
    path.parent.mkdir()
    path.write_bytes(b"another")
    assert not DISK.leads(path, place)
    assert refusing("place", errno.EACCES).leads(path, place)  # nobody may look: writing will tell
    DISK.close(fd)


def test_the_stand_in_of_other_tests_speaks_the_same_language(tmp_path: Path) -> None:
    """Every call of `Calls` is one that `Files` makes: nothing reaches the system by another way."""

    class Silent(Calls):
        def __getattribute__(self, name: str) -> Any:
            asked.add(name)
            return super().__getattribute__(name)

    asked: set[str] = set()
    files = Files(Silent())
    path: StrPath = tmp_path / "f"
    fd = files.open(path, fresh=True)
    files.write(fd, b"x", 0)
    files.read(fd, 1, 0)
    files.size(fd)
    assert files.named(fd) and files.leads(path, files.place(fd))
    files.truncate(fd, 0)
    files.sync(fd)
    files.close(fd)
    files.rename(path, tmp_path / "g")
    files.names(tmp_path)
    files.sync_folder(tmp_path)
    files.unlink(tmp_path / "g")
    files.make_folder(tmp_path / "d")
    public = {name for name in vars(Calls) if not name.startswith("_") and callable(getattr(Calls, name))}
    assert public <= asked
