"""The few calls by which the vault touches the disk, in one place.

`Calls` speaks to the operating system and hides what differs between systems; `Files` sits on it, finishes short
writes and turns what the system says into the app's errors. Tests put a `Calls` of their own below: one that
fails, one that writes down what it was asked.
"""

import errno
import os
import stat
import sys
import threading
from pathlib import Path

from app.errors import StorageFailed, VaultDamaged, VaultError, VaultFull, VaultNotWritable

StrPath = str | os.PathLike[str]

_ALWAYS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
"""A pipe that somebody put in a file's place is not waited for, and a terminal not made ours."""
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_NO_FILE = frozenset({errno.EISDIR, errno.ELOOP, errno.ENXIO})
"""What opening says of a folder, of a link that leads back to itself, and of what is no file at all."""
_NO_FOLDER = frozenset({errno.EEXIST, errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})
"""What making a folder says where there can be none: a file stands there, or the place has no room for one."""


class Calls:
    """The system calls themselves; every one may raise `OSError`."""

    def open(self, path: StrPath, flags: int) -> int:
        """A file that is one: what stands in its place instead could be waited for, or read without end."""
        fd = os.open(path, flags | _ALWAYS | _AT_ONCE, 0o600)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise OSError(errno.ENXIO, "no regular file")
        return fd

    def close(self, fd: int) -> None:
        os.close(fd)

    def size(self, fd: int) -> int:
        return os.fstat(fd).st_size

    def named(self, fd: int) -> bool:
        return os.fstat(fd).st_nlink > 0

    def place(self, path: StrPath | int) -> tuple[int, int]:
        found = os.fstat(path) if isinstance(path, int) else Path(path).stat()
        return found.st_dev, found.st_ino

    def names(self, folder: StrPath) -> list[str]:
        return os.listdir(folder)  # noqa: PTH208 - half the time of a `Path` for each name

    def make_folder(self, path: StrPath) -> None:
        Path(path).mkdir(mode=0o700, parents=True, exist_ok=True)

    def rename(self, source: StrPath, target: StrPath) -> None:
        Path(source).replace(target)

    def unlink(self, path: StrPath) -> None:
        Path(path).unlink()

    def truncate(self, fd: int, size: int) -> None:
        os.ftruncate(fd, size)

    if sys.platform == "win32":
        _seeking = threading.Lock()

        def read(self, fd: int, size: int, offset: int) -> bytes:
            with self._seeking:
                os.lseek(fd, offset, os.SEEK_SET)
                return os.read(fd, size)

        def write(self, fd: int, data: bytes | memoryview, offset: int) -> int:
            with self._seeking:
                os.lseek(fd, offset, os.SEEK_SET)
                return os.write(fd, data)

        def sync_folder(self, path: StrPath) -> None:
            """Windows has no such call: NTFS keeps its own journal of names."""
    else:

        def read(self, fd: int, size: int, offset: int) -> bytes:
            return os.pread(fd, size, offset)

        def write(self, fd: int, data: bytes | memoryview, offset: int) -> int:
            return os.pwrite(fd, data, offset)

        def sync_folder(self, path: StrPath) -> None:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)

    if sys.platform in ("darwin", "ios"):
        import fcntl

        def sync(self, fd: int, _fcntl=fcntl) -> None:  # type: ignore[no-untyped-def]  # a module has no type to write
            """On Apple's systems fsync() stops at the drive's cache; this one does not."""
            _fcntl.fcntl(fd, _fcntl.F_FULLFSYNC)
    elif hasattr(os, "fdatasync"):

        def sync(self, fd: int) -> None:
            """Contents and size; the times, which nobody reads, may come later."""
            os.fdatasync(fd)
    else:

        def sync(self, fd: int) -> None:
            os.fsync(fd)


def typed(exc: OSError, call: str) -> VaultError:
    """What the system says, as an error of ours."""
    number = exc.errno or 0
    if number in _FULL:
        return VaultFull(call=call)
    if number in _FORBIDDEN:
        return VaultNotWritable(call=call)
    if call == "open" and number in _NO_FILE:
        return VaultDamaged(part="file", reason="kind")
    if call == "mkdir" and number in _NO_FOLDER:
        return VaultNotWritable(call=call)
    return StorageFailed(call=call, errno=number)


class Files:
    """What the vault asks of the disk. Errors are the app's, except `FileNotFoundError`, which callers await."""

    def __init__(self, calls: Calls | None = None) -> None:
        self.calls = calls or Calls()

    def open(self, path: StrPath, *, write: bool = False, create: bool = False, fresh: bool = False) -> int:
        """A file descriptor; `create` makes a missing file, `fresh` empties an old one as well."""
        flags = os.O_RDWR if write or create or fresh else os.O_RDONLY
        flags |= os.O_CREAT if create or fresh else 0
        flags |= os.O_TRUNC if fresh else 0
        try:
            return self.calls.open(path, flags)
        except FileNotFoundError:
            raise
        except OSError as exc:
            raise typed(exc, "open") from exc

    def close(self, fd: int) -> None:
        try:
            self.calls.close(fd)
        except OSError as exc:
            raise typed(exc, "close") from exc

    def size(self, fd: int) -> int:
        try:
            return self.calls.size(fd)
        except OSError as exc:
            raise typed(exc, "stat") from exc

    def named(self, fd: int) -> bool:
        """Whether anybody who looks into the folder finds the file that is open here."""
        try:
            return self.calls.named(fd)
        except OSError as exc:
            raise typed(exc, "stat") from exc

    def place(self, fd: int) -> tuple[int, int]:
        """Which file is open here, as the system tells files apart: device and number."""
        try:
            return self.calls.place(fd)
        except OSError as exc:
            raise typed(exc, "stat") from exc

    def leads(self, path: StrPath, place: tuple[int, int]) -> bool:
        """Whether the path still leads to that file. Where nobody may look, writing will tell."""
        try:
            return self.calls.place(path) == place
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True

    def read(self, fd: int, size: int, offset: int) -> bytes:
        """Up to `size` bytes; fewer only at the end of the file."""
        try:
            found = self.calls.read(fd, size, offset)
            if len(found) == size or not found:
                return found
            parts = [found]
            while found := self.calls.read(fd, size - sum(map(len, parts)), offset + sum(map(len, parts))):
                parts.append(found)
            return b"".join(parts)
        except OSError as exc:
            raise typed(exc, "read") from exc
        except MemoryError as exc:  # no file of ours is that long
            raise VaultDamaged(part="file", reason="size") from exc

    def read_all(self, path: StrPath, most: int | None = None) -> bytes:
        """The file, or so many bytes of it at the most: how long it says it is costs a stranger nothing."""
        fd = self.open(path)
        try:
            size = self.size(fd)
            return self.read(fd, size if most is None else min(size, most), 0)
        finally:
            self.close(fd)

    def write(self, fd: int, data: bytes, offset: int) -> None:
        """All of it, or an error."""
        try:
            done = self.calls.write(fd, data, offset)
            while done < len(data):
                done += self.calls.write(fd, memoryview(data)[done:], offset + done)
        except OSError as exc:
            raise typed(exc, "write") from exc

    def sync(self, fd: int) -> None:
        """Return once the file's contents are on the disk. After an error nobody knows what is there."""
        try:
            self.calls.sync(fd)
        except OSError as exc:
            raise StorageFailed(call="fsync", errno=exc.errno or 0) from exc

    def sync_folder(self, path: StrPath) -> None:
        """Return once the names in the folder are on the disk."""
        try:
            self.calls.sync_folder(path)
        except OSError as exc:
            raise StorageFailed(call="fsync", errno=exc.errno or 0) from exc

    def truncate(self, fd: int, size: int) -> None:
        try:
            self.calls.truncate(fd, size)
        except OSError as exc:
            raise typed(exc, "truncate") from exc

    def rename(self, source: StrPath, target: StrPath) -> None:
        try:
            self.calls.rename(source, target)
        except FileNotFoundError:
            raise
        except OSError as exc:
            raise typed(exc, "rename") from exc

    def unlink(self, path: StrPath) -> None:
        try:
            self.calls.unlink(path)
        except FileNotFoundError:
            raise
        except OSError as exc:
            raise typed(exc, "unlink") from exc

    def names(self, folder: StrPath) -> list[str]:
        try:
            return self.calls.names(folder)
        except FileNotFoundError:
            raise
        except OSError as exc:
            raise typed(exc, "list") from exc

    def make_folder(self, path: StrPath) -> None:
        try:
            self.calls.make_folder(path)
        except OSError as exc:
            raise typed(exc, "mkdir") from exc


DISK = Files()


def write_atomically(path: Path, data: bytes, files: Files = DISK) -> None:
    """Replace the file as one step: after a power cut there is the old content or the new, never a mixture.

    When this returns the new content is on the disk. When the error is `StorageFailed` from an fsync, either
    may be; with any other the old file is untouched.
    """
    beside = path.with_name(path.name + ".new")
    try:
        fd = files.open(beside, fresh=True)
        try:
            files.write(fd, data, 0)
            files.sync(fd)
        finally:
            files.close(fd)
        files.rename(beside, path)
    except VaultError:
        remove(beside, files)
        raise
    files.sync_folder(path.parent)


def remove(path: StrPath, files: Files = DISK) -> bool:
    """Delete a file that nobody needs any more. A file that will not go is left for the next opening."""
    try:
        files.unlink(path)
    except (FileNotFoundError, VaultError):
        return False
    return True
