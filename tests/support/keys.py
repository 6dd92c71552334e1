"""Stand-ins for tests of keys and folders: a derivation that costs nothing and is counted, and a process that dies."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from app.vault.files import Calls, Files, StrPath
from app.vault.kdf import Cost

PASSPHRASE = "tall regn moln fyr lönn"
OTHER = "räv sol stig bäck and"
RECOVERY = bytes(range(32))
FLOOR = Cost()


class Died(BaseException):
    """The process is gone at this call. Not an `Exception`: nothing may catch it and go on."""


class Mortal(Calls):
    """System calls that stop at the n-th one: the process dies there, or the call fails and the process lives on.

    A dead process does nothing more, also not what its `finally` clauses would like to; only its descriptors close.
    """

    def __init__(self, dies_at: int = 0, fails_at: int = 0, error: int = 0) -> None:
        self.count = 0
        self.dies_at = dies_at
        self.fails_at = fails_at
        self.error = error
        self.log: list[str] = []
        self.armed = False
        self._fds: set[int] = set()

    def bury(self) -> None:
        """What the system does for a dead process: close what it had open, and so let go of its lock."""
        for fd in self._fds:
            os.close(fd)
        self._fds.clear()

    def _call(self, name: str) -> None:
        if not self.armed:
            return
        self.count += 1
        self.log.append(name)
        if self.dies_at and self.count >= self.dies_at:
            raise Died
        if self.count == self.fails_at:
            raise OSError(self.error, "planted")

    def open(self, path: StrPath, flags: int) -> int:
        self._call(f"open {Path(path).name}")
        fd = super().open(path, flags)
        self._fds.add(fd)
        return fd

    def close(self, fd: int) -> None:
        if fd in self._fds:  # after the burial the number may already be somebody else's
            self._fds.discard(fd)
            super().close(fd)

    def size(self, fd: int) -> int:
        self._call("size")
        return super().size(fd)

    def names(self, folder: StrPath) -> list[str]:
        self._call("names")
        return super().names(folder)

    def make_folder(self, path: StrPath) -> None:
        self._call(f"make_folder {Path(path).name}")
        super().make_folder(path)

    def rename(self, source: StrPath, target: StrPath) -> None:
        self._call(f"rename {Path(target).name}")
        super().rename(source, target)

    def unlink(self, path: StrPath) -> None:
        self._call(f"unlink {Path(path).name}")
        super().unlink(path)

    def truncate(self, fd: int, size: int) -> None:
        self._call("truncate")
        super().truncate(fd, size)

    def read(self, fd: int, size: int, offset: int) -> bytes:
        self._call("read")
        return super().read(fd, size, offset)

    def write(self, fd: int, data: bytes | memoryview, offset: int) -> int:
        if self.armed and self.dies_at and self.count + 1 == self.dies_at and len(data) > 1:
            super().write(fd, data[: len(data) // 2], offset)  # torn: half of it got through
        self._call("write")
        return super().write(fd, data, offset)

    def sync(self, fd: int) -> None:
        self._call("sync")
        super().sync(fd)

    def sync_folder(self, path: StrPath) -> None:
        self._call(f"sync_folder {Path(path).name}")
        super().sync_folder(path)


def mortal(**how: int) -> tuple[Mortal, Files]:
    """Calls that can be armed, and the files on top of them."""
    calls = Mortal(**how)
    return calls, Files(calls)


class Counted:
    """How often a passphrase was stretched."""

    def __init__(self) -> None:
        self.calls = 0

    def stretch(self, passphrase: bytes, salt: bytes, cost: Cost) -> bytes:
        self.calls += 1
        return hashlib.sha256(repr((passphrase, salt, cost)).encode()).digest()


def flips(raw: bytes, step: int = 1) -> Iterator[tuple[int, bytes]]:
    """The bytes with one bit turned, for every bit, or every `step`-th."""
    for place in range(0, len(raw) * 8, step):
        changed = bytearray(raw)
        changed[place // 8] ^= 1 << place % 8
        yield place, bytes(changed)


def everything(folder: Path) -> dict[str, bytes]:
    """All files of a folder with their contents."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def outcome(call: Callable[[], object]) -> object:
    """What a call gives, or the error it raises."""
    try:
        return call()
    except Exception as exc:  # noqa: BLE001 - the tests compare what came
        return exc
