"""Disks that fail, and disks as a power cut could leave them.

`Recorder` writes down every call by which a program changed a folder. `Crash` plays the calls up to any moment and
builds the disks that could be found afterwards: everything that was synced, and of the rest what the rules allow.

The rules. *posix*: a sync of a file makes its contents and size durable, a sync of a folder its names; whatever is not
covered may be there or not, each piece for itself, a write also in part, or as zeros. *ext4* (data=ordered): names and
sizes reach the disk in the order in which they were made, and a sync of any file takes all earlier ones along.
"""

import errno
import hashlib
import itertools
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.vault.files import Calls, StrPath
from tests.support.effort import LONG


class NoSync(Calls):
    """For looking at a disk: nothing has to last."""

    def sync(self, fd: int) -> None:
        pass

    def sync_folder(self, path: StrPath) -> None:
        pass


class Failing(Calls):
    """Fails from the n-th changing call on (or only at it), as a full or broken disk does."""

    def __init__(self, at: int, number: int = errno.EIO, *, lasting: bool = False, part: int | None = None) -> None:
        self.at, self.number, self.lasting, self.part = at, number, lasting, part
        self.made = 0
        self.failed: list[str] = []

    def _next(self, call: str) -> bool:
        self.made += 1
        failing = self.made == self.at or (self.lasting and self.made > self.at)
        if failing:
            self.failed.append(call)
        return failing

    def _perhaps(self, call: str) -> None:
        if self._next(call):
            raise OSError(self.number, os.strerror(self.number))

    def open(self, path: StrPath, flags: int) -> int:
        self._perhaps("open")
        return super().open(path, flags)

    def close(self, fd: int) -> None:
        """The system lets go of a file even where it says that closing it failed."""
        super().close(fd)
        self._perhaps("close")

    def read(self, fd: int, size: int, offset: int) -> bytes:
        self._perhaps("read")
        return super().read(fd, size, offset)

    def write(self, fd: int, data: bytes | memoryview, offset: int) -> int:
        if self._next("write"):
            if self.part is not None:
                super().write(fd, bytes(data)[: min(self.part, len(data) - 1)], offset)
            raise OSError(self.number, os.strerror(self.number))
        return super().write(fd, data, offset)

    def sync(self, fd: int) -> None:
        self._perhaps("sync")
        super().sync(fd)

    def sync_folder(self, path: StrPath) -> None:
        self._perhaps("sync_folder")
        super().sync_folder(path)

    def truncate(self, fd: int, size: int) -> None:
        self._perhaps("truncate")
        super().truncate(fd, size)

    def rename(self, source: StrPath, target: StrPath) -> None:
        self._perhaps("rename")
        super().rename(source, target)

    def unlink(self, path: StrPath) -> None:
        self._perhaps("unlink")
        super().unlink(path)

    def names(self, folder: StrPath) -> list[str]:
        self._perhaps("names")
        return super().names(folder)

    def size(self, fd: int) -> int:
        self._perhaps("size")
        return super().size(fd)


@dataclass(frozen=True, slots=True)
class Event:
    """One call. `file` is a number for the file itself, whatever its name."""

    kind: str
    file: int = 0
    name: str = ""
    other: str = ""
    at: int = 0
    data: bytes = b""
    fact: Any = None


class Recorder(Calls):
    """Carries out the calls and writes them down. `said` marks what the program had been told by then."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._files: dict[tuple[int, int], int] = {}
        self._kept: list[int] = []

    def _number(self, fd: int) -> int:
        found = os.fstat(fd)
        return self._files.setdefault((found.st_dev, found.st_ino), len(self._files) + 1)

    def said(self, fact: Any) -> None:
        self.events.append(Event("said", fact=fact))

    def open(self, path: StrPath, flags: int) -> int:
        there = Path(path).exists()
        fd = super().open(path, flags)
        # An inode's number must not be given to another file while we count by it.
        self._kept.append(os.open(path, os.O_RDONLY))
        number, name = self._number(fd), Path(path).name
        if not there:
            self.events.append(Event("create", number, name))
        elif flags & os.O_TRUNC:
            self.events.append(Event("truncate", number, at=0))
        return fd

    def write(self, fd: int, data: bytes | memoryview, offset: int) -> int:
        done = super().write(fd, data, offset)
        self.events.append(Event("write", self._number(fd), at=offset, data=bytes(data)[:done]))
        return done

    def truncate(self, fd: int, size: int) -> None:
        super().truncate(fd, size)
        self.events.append(Event("truncate", self._number(fd), at=size))

    def sync(self, fd: int) -> None:
        super().sync(fd)
        self.events.append(Event("sync", self._number(fd)))

    def sync_folder(self, path: StrPath) -> None:
        super().sync_folder(path)
        self.events.append(Event("sync_folder"))

    def rename(self, source: StrPath, target: StrPath) -> None:
        super().rename(source, target)
        found = Path(target).stat()
        number = self._files[found.st_dev, found.st_ino]
        self.events.append(Event("rename", number, Path(source).name, Path(target).name))

    def unlink(self, path: StrPath) -> None:
        super().unlink(path)
        self.events.append(Event("unlink", name=Path(path).name))

    def done(self) -> list[Event]:
        for fd in self._kept:
            os.close(fd)
        self._kept.clear()
        return self.events


class Forgetful(Recorder):
    """A recorder under a program that forgets some calls: the planted faults that the replay has to find."""

    def __init__(self, *forgotten: str) -> None:
        super().__init__()
        self.forgotten = forgotten

    def sync(self, fd: int) -> None:
        if "sync" not in self.forgotten:
            super().sync(fd)

    def sync_folder(self, path: StrPath) -> None:
        if "sync_folder" not in self.forgotten:
            super().sync_folder(path)


Disk = dict[str, bytes]


@dataclass
class _State:
    """What is on the disk for certain, and what is still on its way."""

    names: dict[str, int] = field(default_factory=dict)
    contents: dict[int, bytes] = field(default_factory=dict)
    pending: list[Event] = field(default_factory=list)


_NAMES = ("create", "rename", "unlink")


class Crash:
    """Every disk that a power cut could leave, moment by moment."""

    def __init__(self, events: list[Event], rule: str, *, tears: Callable[[int], list[int]], limit: int) -> None:
        self.events, self.rule, self.tears, self.limit = events, rule, tears, limit
        self._random = random.Random(1)

    def moments(self) -> Iterator[tuple[int, Disk]]:
        """After each call, each different disk that could be found if the power went there."""
        state = _State()
        seen: set[tuple[int, bytes]] = set()
        facts = 0
        for i, event in enumerate(self.events):
            self._advance(state, event)
            facts += event.kind == "said"
            if event.kind == "said":
                continue
            for disk in self._disks(state):
                known = hashlib.blake2b(repr(sorted(disk.items())).encode(), digest_size=16).digest()
                if (facts, known) not in seen:
                    seen.add((facts, known))
                    yield i, disk

    def _advance(self, state: _State, event: Event) -> None:
        if event.kind == "sync":
            self._settle(state, [e for e in state.pending if self._covered(e, event)])
        elif event.kind == "sync_folder":
            ordered = self.rule == "ext4"
            self._settle(state, [e for e in state.pending if e.kind in _NAMES or (ordered and e.kind == "truncate")])
        elif event.kind != "said":
            state.pending.append(event)

    def _covered(self, event: Event, sync: Event) -> bool:
        if event.kind in _NAMES:
            return self.rule == "ext4"
        return event.file == sync.file or (self.rule == "ext4" and event.kind == "truncate")

    @staticmethod
    def _settle(state: _State, events: list[Event]) -> None:
        for event in events:
            _play(state.names, state.contents, event)
        done = set(map(id, events))
        state.pending = [event for event in state.pending if id(event) not in done]

    def _disks(self, state: _State) -> Iterator[Disk]:
        for chosen in self._choices(state.pending):
            names, contents = dict(state.names), dict(state.contents)
            for event in chosen:
                _play(names, contents, event)
            yield {name: contents.get(file, b"") for name, file in names.items()}

    def _choices(self, pending: list[Event]) -> Iterator[list[Event]]:
        """Which of the pending calls made it, and how much of one that did not quite."""
        for kept in self._subsets(pending):
            yield kept
            for i, event in enumerate(kept):
                if event.kind != "write":
                    continue
                # Everywhere when all else made it, in the middle when something else is missing as well.
                length = len(event.data)
                for cut in self.tears(length) if len(kept) == len(pending) else [length // 2]:
                    torn = Event("write", event.file, at=event.at, data=event.data[:cut])
                    yield [*kept[:i], torn, *kept[i + 1 :]]
                    zeros = bytes(len(event.data) - cut)
                    if self.rule == "posix":
                        hole = Event("write", event.file, at=event.at, data=event.data[:cut] + zeros)
                        yield [*kept[:i], hole, *kept[i + 1 :]]

    def _subsets(self, pending: list[Event]) -> Iterator[list[Event]]:
        if self.rule == "ext4":
            ordered = [event for event in pending if event.kind != "write"]
            writes = [event for event in pending if event.kind == "write"]
            for upto in range(len(ordered) + 1):
                for some in self._some(writes):
                    kept = set(map(id, [*ordered[:upto], *some]))
                    yield [event for event in pending if id(event) in kept]
            return
        for some in self._some(pending):
            yield some

    def _some(self, pending: list[Event]) -> Iterator[list[Event]]:
        """All subsets while they are few, otherwise prefixes, all but one, one alone, and a sample."""
        if 1 << len(pending) <= self.limit:
            for size in range(len(pending) + 1):
                yield from map(list, itertools.combinations(pending, size))
            return
        for i in range(len(pending) + 1):
            yield pending[:i]
            yield pending[i:]
            yield pending[:i] + pending[i + 1 :]
            yield pending[i : i + 1]
        for _ in range(self.limit // 4):
            yield [event for event in pending if self._random.random() < 0.5]


def _play(names: dict[str, int], contents: dict[int, bytes], event: Event) -> None:
    if event.kind == "create":
        names[event.name] = event.file
    elif event.kind == "rename":
        names.pop(event.name, None)
        names[event.other] = event.file
    elif event.kind == "unlink":
        names.pop(event.name, None)
    elif event.kind == "truncate":
        contents[event.file] = contents.get(event.file, b"")[: event.at].ljust(event.at, b"\0")
    elif event.kind == "write":
        old = contents.get(event.file, b"").ljust(event.at, b"\0")
        contents[event.file] = old[: event.at] + event.data + old[event.at + len(event.data) :]


def put(folder: Path, disk: Disk) -> None:
    """Make the folder hold exactly this."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in disk:
            path.unlink()
    for name, content in disk.items():
        (folder / name).write_bytes(content)


def get(folder: Path) -> Disk:
    """What the folder holds; the lock says nothing."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "lock"}


_MEMORY = Path("/dev/shm")


@contextmanager
def fleeting_folder() -> Iterator[Path]:
    """A folder for what is only looked at: in memory where the system has such a place, on the disk in the long run."""
    where = _MEMORY if not LONG and os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="fika-test-", dir=where, ignore_cleanup_errors=True) as found:
        yield Path(found)
