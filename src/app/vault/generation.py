"""One generation of the vault on the disk: its snapshot, its journal and the mark, begun, opened and proven.

Opening reads and proves everything before it writes a byte. What it finds wrong it says, and leaves as it is.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from app.errors import VaultDamaged, VaultError
from app.vault import journal as journals
from app.vault import snapshot as snapshots
from app.vault.crypto import MAC_BYTES, new_salt
from app.vault.files import Files, StrPath, remove
from app.vault.journal import Chain, Op
from app.vault.key import Position, VaultKey, milliseconds_now
from app.vault.mark import FILE as MARK
from app.vault.mark import Mark
from app.vault.snapshot import Snapshot

Notice = tuple[str, dict[str, str | int]]

FRAMES_AT_ONCE: Final = 32
"""Frames of one transaction that are sealed and handed over together: a mebibyte, where it is a very large one."""

_SNAPSHOT: Final = re.compile(r"snapshot-\d{8,19}")
_OURS: Final = re.compile(r"(?:snapshot|journal)-\d{8,19}(?:\.new)?")


def snapshot_path(folder: StrPath, generation: int) -> str:
    return f"{folder}/snapshot-{generation:08d}"


def journal_path(folder: StrPath, generation: int) -> str:
    return f"{folder}/journal-{generation:08d}"


class JournalFile:
    """The journal that is being written."""

    def __init__(self, files: Files, fd: int, chain: Chain, sequence: int, tag: bytes, end: int) -> None:
        self._files = files
        self.fd = fd
        self.chain = chain
        self.sequence, self.tag, self.end = sequence, tag, end
        self._named = files.named(fd)  # some systems say that of no file
        self._place = files.place(fd)

    @property
    def gone(self) -> bool:
        """Whether somebody has removed the file since it was opened: what is written to it now nobody finds again."""
        return self._named and not self._files.named(self.fd)

    def is_at(self, path: StrPath) -> bool:
        """Whether that is still where it stands. Each transaction asks, so what the system calls the file is remembered; it
        is asked again only where that seems to be another one, since some systems call a file anew.
        """
        if self._files.leads(path, self._place):
            return True
        self._place = self._files.place(self.fd)
        return self._files.leads(path, self._place)

    @classmethod
    def after(cls, files: Files, folder: Path, head: snapshots.Head, key: VaultKey) -> "JournalFile":
        """A new journal that belongs to a snapshot, on the disk when this returns; its name is not yet."""
        stated = journals.Head.after(head)
        seal = stated.seal(key)
        raw = stated.to_bytes(seal)
        fd = files.open(journal_path(folder, head.generation), fresh=True)
        try:
            files.write(fd, raw, 0)
            files.sync(fd)
        except VaultError:
            files.close(fd)
            raise
        return cls(files, fd, Chain(seal, stated.salt, stated.base), stated.base, raw[-16:], len(raw))

    def append(self, ops: Sequence[Op]) -> None:
        """Hand the transaction to the system. What failed on the way is for the caller to cut off.

        A very large one goes in pieces, so that it is not held a second and a third time: it counts with its last frame.
        """
        sequence, tag, end = self.sequence, self.tag, self.end
        plains = iter(journals.encode(ops))
        while some := list(islice(plains, FRAMES_AT_ONCE)):
            data, sequence, tag = self.chain.frames(some, sequence, tag)
            self._files.write(self.fd, data, end)
            end += len(data)
        self.sequence, self.tag, self.end = sequence, tag, end

    def cut(self, end: int) -> None:
        self._files.truncate(self.fd, end)

    def close(self) -> None:
        if self.fd >= 0:
            fd, self.fd = self.fd, -1
            self._files.close(fd)


class Reached:
    """How far the journal had been handed to the system at one moment."""

    __slots__ = ("end", "generation", "journal", "sequence", "tag")

    def __init__(self, journal: JournalFile, generation: int) -> None:
        self.journal = journal
        self.generation = generation
        self.sequence, self.tag, self.end = journal.sequence, journal.tag, journal.end

    @property
    def position(self) -> Position:
        return Position(self.generation, self.sequence, self.tag)


@dataclass(slots=True)
class Generation:
    """An open generation, and what opening it had to tell."""

    number: int
    snapshot: Snapshot
    journal: JournalFile
    mark: Mark
    since: list[list[Op]] = field(default_factory=list)
    """The transactions that the journal holds."""
    notices: list[Notice] = field(default_factory=list)

    @property
    def reached(self) -> Reached:
        return Reached(self.journal, self.number)


def new_head(key: VaultKey, generation: int, sequence: int) -> snapshots.Head:
    now = milliseconds_now()
    salts = new_salt(), new_salt()
    return snapshots.Head(key.vault, key.lineage, key.counter, generation, sequence, *salts, now)


def reopened(files: Files, path: str, key: VaultKey) -> Snapshot:
    """A snapshot that was just written."""
    found = Snapshot.of(files, path, key)
    if found is None:
        raise VaultDamaged(part="snapshot", reason="identity")
    return found


def begin(files: Files, folder: Path, key: VaultKey) -> Generation:
    """The first generation, empty, on the disk when this returns. Left-overs are removed."""
    remove(f"{folder}/{MARK}", files)
    for name in files.names(folder):
        if _OURS.fullmatch(name):
            remove(f"{folder}/{name}", files)
    head = new_head(key, 1, 0)
    path = snapshot_path(folder, 1)
    held: list[_Open] = []
    try:
        journal = JournalFile.after(files, folder, head, key)
        held.append(journal)
        snapshots.write_snapshot(files, path, head, key, ())
        snapshot = reopened(files, path, key)
        held.append(snapshot)
        mark = Mark.made(files, folder, key)
        held.append(mark)
        mark.write(Reached(journal, 1).position, sync=True)
        files.sync_folder(folder)
    except BaseException:
        _close(held)
        raise
    return Generation(1, snapshot, journal, mark)


def load(files: Files, folder: Path, key: VaultKey) -> Generation:
    """The newest generation of this key, proven. When this raises, not a byte has changed."""
    held: list[_Open] = []
    try:
        return _Loading(files, folder, key, held).load()
    except BaseException:
        _close(held)
        raise


class _Open(Protocol):
    def close(self) -> None: ...


def _close(held: list[_Open]) -> None:
    for one in held:
        with suppress(VaultError):
            one.close()


class _Loading:
    """What is known so far while a generation is opened. What it opens stands in `held`."""

    def __init__(self, files: Files, folder: Path, key: VaultKey, held: list[_Open]) -> None:
        self._files, self._folder, self._key, self._held = files, str(folder), key, held
        self._notices: list[Notice] = []

    def load(self) -> Generation:
        files = self._files
        names = files.names(self._folder)
        snapshot = self._newest(names)
        fd, size, data = self._journal_of(snapshot.head.generation)
        head, chain = self._proven_head(data, snapshot.head)
        more = (lambda length, at: files.read(fd, length, at)) if len(data) < size else None
        found = journals.replay(data, chain, data[journals.HEAD_BYTES - MAC_BYTES : journals.HEAD_BYTES], more)
        mark, acknowledged = self._checked_mark(head, found, size)
        # Everything was read and proven: from here on we write.
        if found.end < size:
            self._notices.append(("tail-dropped", {"bytes": size - found.end}))
            files.truncate(fd, found.end)
            files.sync(fd)
        if found.sequence > acknowledged:
            # Nobody knows whether a sync ever covered these: write them again, so that the next one does.
            for at in range(found.tags[acknowledged][1], found.end, journals.WINDOW):
                end = min(at + journals.WINDOW, found.end)
                files.write(fd, data[at:end] if end <= len(data) else files.read(fd, end - at, at), at)
            files.sync(fd)
        journal = JournalFile(files, fd, chain, found.sequence, found.tag, found.end)
        position = Position(head.generation, found.sequence, found.tag)
        if mark.position != position:
            mark.write(position, sync=True)
        self._sweep(names, head.generation)
        since = [ops for _, ops in found.transactions]
        return Generation(head.generation, snapshot, journal, mark, since, self._notices)

    def _newest(self, names: list[str]) -> Snapshot:
        """The newest snapshot of this key. Those that name another counter were never committed, or are over."""
        key = self._key
        numbers = [int(n[9:]) for n in names if n.startswith("snapshot-") and _SNAPSHOT.fullmatch(n)]
        for generation in sorted(numbers, reverse=True):
            found = Snapshot.of(self._files, snapshot_path(self._folder, generation), key)
            if found is None:
                continue
            self._held.append(found)
            if (found.head.lineage, found.head.generation) != (key.lineage, generation):
                raise VaultDamaged(part="snapshot", reason="identity")
            return found
        raise VaultDamaged(part="snapshot", reason="missing")

    def _journal_of(self, generation: int) -> tuple[int, int, bytes]:
        """The journal, how long it says it is, and its beginning: all of it, unless it is longer than ours are."""
        files = self._files
        try:
            fd = files.open(journal_path(self._folder, generation), write=True)
        except FileNotFoundError as exc:
            raise VaultDamaged(part="journal", reason="missing") from exc
        self._held.append(_Descriptor(files, fd))
        size = files.size(fd)
        return fd, size, files.read(fd, min(size, journals.WINDOW), 0)

    def _proven_head(self, data: bytes, head: snapshots.Head) -> tuple[journals.Head, Chain]:
        stated = journals.Head.read(data)
        if stated != journals.Head.after(head):
            raise VaultDamaged(part="journal", reason="identity")
        seal = stated.seal(self._key)
        if not journals.Head.proven(data, seal):
            raise VaultDamaged(part="journal", reason="head")
        return stated, Chain(seal, stated.salt, stated.base)

    def _checked_mark(self, head: journals.Head, found: journals.Replay, size: int) -> tuple[Mark, int]:
        """The mark, and the sequence that was certainly acknowledged; raises when saved data is missing."""
        mark = Mark.open(self._files, self._folder, self._key)
        if mark is None:
            if found.end < size:
                raise VaultDamaged(part="journal", reason="no mark tells a torn end from a loss")
            self._notices.append(("mark-missing", {}))
            made = Mark.made(self._files, self._folder, self._key)
            self._held.append(made)
            return made, head.base
        self._held.append(mark)
        if mark.position is None:
            self._notices.append(("mark-unreadable", {}))
            return mark, head.base
        generation, sequence, tag = mark.position.generation, mark.position.sequence, mark.position.tag
        if generation > head.generation or (generation < head.generation and sequence > head.base):
            raise VaultDamaged(part="snapshot", reason="older than its mark")
        if generation < head.generation:
            return mark, head.base
        if sequence > found.sequence:
            raise VaultDamaged(part="journal", reason="ends before its mark", kept=found.sequence, saved=sequence)
        if found.tags.get(sequence, (b"", 0))[0] != tag:
            raise VaultDamaged(part="journal", reason="another history than its mark")
        return mark, sequence

    def _sweep(self, names: list[str], generation: int) -> None:
        """Remove the files of other generations, and those that were never finished."""
        current = {f"{kind}-{generation:08d}" for kind in ("snapshot", "journal")}
        for name in names:
            if name not in current and name.startswith(("snapshot-", "journal-")) and _OURS.fullmatch(name):
                remove(f"{self._folder}/{name}", self._files)


class _Descriptor:
    """A file that nobody has wrapped yet."""

    def __init__(self, files: Files, fd: int) -> None:
        self._files, self._fd = files, fd

    def close(self) -> None:
        self._files.close(self._fd)
