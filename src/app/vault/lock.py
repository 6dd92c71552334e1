"""One opener at a time: a lock on the file `lock`, held as long as the vault is open.

The system drops the lock when its holder dies, so nothing has to be cleaned up. A second opener is told at once,
in the same process too.
"""

import errno
import os
import sys
from pathlib import Path
from types import TracebackType

from app.errors import NoVault, VaultBusy
from app.vault.files import DISK, Files, typed

_HELD = frozenset({errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK})


class FolderLock:
    """The right to open the vault in the folder. Raises `VaultBusy` when somebody has it."""

    def __init__(self, folder: Path, files: Files = DISK) -> None:
        self._files = files
        self._path = f"{folder}/lock"
        self._fd = self._take()

    def _take(self) -> int:
        while True:
            try:
                fd = self._files.open(self._path, create=True)
            except FileNotFoundError as exc:
                raise NoVault() from exc
            try:
                _hold(fd)
            except OSError as exc:
                self._files.close(fd)
                if exc.errno in _HELD:
                    raise VaultBusy() from exc
                raise typed(exc, "lock") from exc
            if self._is_still_ours(fd):
                return fd
            self._files.close(fd)

    def _is_still_ours(self, fd: int) -> bool:
        """Whether the file we hold is the one that has the name: it may have been removed meanwhile."""
        try:
            return os.path.samestat(os.fstat(fd), os.stat(self._path))  # noqa: PTH116 - a string, for speed
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Let the next one in; a second call does nothing."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            self._files.close(fd)

    def __enter__(self) -> "FolderLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _hold(fd: int) -> None:
        os.lseek(fd, 0, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _hold(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
