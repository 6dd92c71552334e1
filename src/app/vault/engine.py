"""The open vault below the document layer: sealed files on the disk, tables over them, one writer at a time.

A change is serialised, sealed and appended to the journal; when the journal has been synced the change is durable, and
only then does the call return. Writers that wait together share one sync. When the journal has grown, a thread of its
own writes the next generation beside the old one; nobody waits for it.

Locks are taken in this order: `_renewing`, `_mutex`, `_syncing`.
"""

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from app.errors import StorageFailed, VaultClosed, VaultDamaged, VaultError
from app.vault import collection as reading
from app.vault import journal as journals
from app.vault import snapshot as snapshots
from app.vault.collection import Collection, Document, View
from app.vault.crypto import new_salt
from app.vault.documents import Documents
from app.vault.files import DISK, Files, remove
from app.vault.journal import Chain, Op
from app.vault.key import Position, VaultKey
from app.vault.lock import FolderLock
from app.vault.mark import Mark
from app.vault.snapshot import Scalar, Snapshot

Durable = bool | Literal["soon"]
Indexes = Mapping[str, Sequence[str]]

SOON_SECONDS: Final = 0.4
"""When drafts reach the disk at the latest. Nobody's text may be older than a second, and a sync takes time."""

_JOURNAL_FLOOR: Final = 512 * 1024
_JOURNAL_LEFT: Final = 64 * 1024
"""A longer journal is not left behind when the vault is closed: reading it would take longer than all the rest."""
_JOURNAL_CEILING: Final = 4 * 1024 * 1024

_SNAPSHOT: Final = re.compile(r"snapshot-\d{8,19}")
_OURS: Final = re.compile(r"(?:snapshot|journal)-\d{8,19}(?:\.new)?")


def _snapshot(folder: Path, generation: int) -> str:
    return f"{folder}/snapshot-{generation:08d}"


def _journal(folder: Path, generation: int) -> str:
    return f"{folder}/journal-{generation:08d}"


class _Journal:
    """The journal that is being written."""

    def __init__(self, files: Files, fd: int, chain: Chain, sequence: int, tag: bytes, end: int) -> None:
        self._files = files
        self.fd = fd
        self.chain = chain
        self.sequence, self.tag, self.end = sequence, tag, end

    @classmethod
    def create(cls, files: Files, path: str, head: journals.Head, key: VaultKey) -> "_Journal":
        seal = head.seal(key)
        raw = head.to_bytes(seal)
        fd = files.open(path, fresh=True)
        try:
            files.write(fd, raw, 0)
            files.sync(fd)
        except VaultError:
            files.close(fd)
            raise
        return cls(files, fd, Chain(seal, head.salt, head.base), head.base, raw[-16:], len(raw))

    def append(self, ops: Sequence[Op]) -> None:
        """Hand the transaction to the system, or leave the file as it was."""
        data, sequence, tag = self.chain.frames(journals.encode(ops), self.sequence, self.tag)
        self._files.write(self.fd, data, self.end)
        self.sequence, self.tag, self.end = sequence, tag, self.end + len(data)

    def cut(self, end: int) -> None:
        self._files.truncate(self.fd, end)

    def close(self) -> None:
        if self.fd >= 0:
            fd, self.fd = self.fd, -1
            self._files.close(fd)


class _Written:
    """How far the journal had been handed to the system at one moment."""

    __slots__ = ("end", "journal", "position")

    def __init__(self, journal: _Journal, generation: int) -> None:
        self.journal = journal
        self.end = journal.end
        self.position = Position(generation, journal.sequence, journal.tag)


class Transaction:
    """What `with engine.transaction():` holds on to."""

    __slots__ = ("_durable", "_engine", "_inner")

    def __init__(self, engine: "Engine", durable: Durable | None) -> None:
        self._engine = engine
        self._durable: Durable | None = durable

    def __enter__(self) -> None:
        self._inner = self._engine._enter(self._durable)

    def __exit__(self, kind: object, exc: object, trace: object) -> None:
        self._engine._leave(self._inner, failed=kind is not None)


Undo = tuple[Collection | None, str, int, bool, bytes | None, int, int]
"""How one change is taken back: the table as it was (None: there was none) and its name; for a document its id (-1: the
table was emptied, dropped or made), whether and what lay over the snapshot, and the table's count and highest id."""


class _Pending:
    """The transaction that is being put together: what to write, and how to take it back."""

    def __init__(self, durable: Durable) -> None:
        self.durable = durable
        self.ops: list[Op] = []
        self.undo: list[Undo] = []
        self.thread = threading.get_ident()


class Engine:
    """An open vault. Made by `create` or `open`."""

    def __init__(self, folder: Path, key: VaultKey, lock: FolderLock, indexes: Indexes, files: Files) -> None:
        self._folder = folder
        self._key: VaultKey | None = key
        self._lock = lock
        self._indexes = {table: tuple(fields) for table, fields in indexes.items()}
        self._files = files
        self._renewing = threading.Lock()
        self._mutex = threading.RLock()
        self._syncing = threading.RLock()
        self._tables: dict[str, Collection] = {}
        self._pending: _Pending | None = None
        self._unsynced: deque[tuple[int, list[Undo]]] = deque()
        self._since: list[list[Op]] | None = None
        self._failed: VaultError | None = None
        self._closed = False
        self.revision = 0
        """Grows whenever anything in the tables changes, or is taken back."""
        self._timer: threading.Timer | None = None
        self._worker: threading.Thread | None = None
        self._tidy_at = _JOURNAL_FLOOR
        self.notices: list[tuple[str, dict[str, str | int]]] = []
        self.listener: Callable[[Position], None] | None = None

    # ------------------------------------------------------------ a vault's life

    @classmethod
    def create(
        cls,
        folder: Path,
        key: VaultKey,
        lock: FolderLock | None = None,
        *,
        indexes: Indexes | None = None,
        files: Files = DISK,
    ) -> "Engine":
        """An empty vault in the folder, on the disk when this returns. Left-overs are overwritten."""
        files.make_folder(folder)
        own = lock is None
        lock = lock or FolderLock(folder, files)
        engine = cls(folder, key, lock, indexes or {}, files)
        try:
            remove(f"{folder}/mark", files)
            for name in files.names(folder):
                if _OURS.fullmatch(name):
                    remove(f"{folder}/{name}", files)
            engine._begin(key)
        except BaseException:
            engine._let_go(lock=own)
            raise
        return engine

    @classmethod
    def open(
        cls,
        folder: Path,
        key: VaultKey,
        lock: FolderLock | None = None,
        *,
        indexes: Indexes | None = None,
        files: Files = DISK,
    ) -> "Engine":
        """The vault in the folder. When this raises, not a byte has changed."""
        own = lock is None
        lock = lock or FolderLock(folder, files)
        engine = cls(folder, key, lock, indexes or {}, files)
        try:
            engine._load(key)
        except BaseException:
            engine._let_go(lock=own)
            raise
        return engine

    def close(self) -> None:
        """Make everything durable, then forget keys and contents and let the next one in."""
        with self._mutex:
            if self._closed:
                return
            if self._pending is not None:
                raise RuntimeError("a transaction is open")
        self.settle()
        if self._journal.end > _JOURNAL_LEFT and self._failed is None:
            self._tidy_quietly()  # so that the next opening has little to read
        with self._renewing, self._mutex, self._syncing:
            if self._closed:
                return
            try:
                if self._failed is None:
                    self._sync_to(self._written.position.sequence)
                    self._mark.settle()
            finally:
                self._let_go(lock=True)

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _let_go(self, *, lock: bool) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for held in ("_snapshot", "_journal", "_mark"):
            if hasattr(self, held):
                with suppress(VaultError):
                    getattr(self, held).close()
        if hasattr(self, "_snapshot"):
            self._snapshot.forget()
        self._tables = {}
        self._unsynced.clear()
        self._since = None
        self._key = None
        if lock:
            self._lock.release()

    def _begin(self, key: VaultKey) -> None:
        self._generation = 1
        head = _new_head(key, 1, 0)
        path = _snapshot(self._folder, 1)
        self._journal = self._new_journal(head, key)
        snapshots.write_snapshot(self._files, path, head, key, ())
        self._snapshot = _reopened(self._files, path, key)
        mark = Mark.open(self._files, self._folder, key, create=True)
        assert mark is not None
        self._mark = mark
        self._written = self._synced = _Written(self._journal, 1)
        self._mark.write(self._synced.position, sync=True)
        self._files.sync_folder(self._folder)

    def _load(self, key: VaultKey) -> None:
        names = self._files.names(self._folder)
        self._snapshot = self._newest(key, names)
        self._tidy_at = _tidy_at(self._snapshot)
        head = self._snapshot.head
        self._generation = head.generation
        self._journal, data, found = self._read_journal(head, key)
        acknowledged = self._check_mark(key, found, len(data))
        # Everything was read and proven: from here on we write.
        for name, part in self._snapshot.tables.items():
            self._tables[name] = Collection(name, self._snapshot, part)
        for _, ops in found.transactions:
            for op in ops:
                self._carry_out(op)
        if found.end < len(data):
            self.notices.append(("tail-dropped", {"bytes": len(data) - found.end}))
            self._journal.cut(found.end)
            self._files.sync(self._journal.fd)
        if found.sequence > acknowledged:
            # Nobody knows whether a sync ever covered these: write them again, so that the next one does.
            start = found.tags[acknowledged][1]
            self._files.write(self._journal.fd, data[start : found.end], start)
            self._files.sync(self._journal.fd)
        self._written = self._synced = _Written(self._journal, self._generation)
        if self._mark.position != self._synced.position:
            self._mark.write(self._synced.position, sync=True)
        current = {f"{kind}-{self._generation:08d}" for kind in ("snapshot", "journal")}
        for name in names:
            if name not in current and name.startswith(("snapshot-", "journal-")) and _OURS.fullmatch(name):
                remove(f"{self._folder}/{name}", self._files)

    def _newest(self, key: VaultKey, names: list[str]) -> Snapshot:
        """The newest snapshot of this key. Those that name another counter were never committed, or are over."""
        generations = sorted(
            (int(n[9:]) for n in names if n.startswith("snapshot-") and _SNAPSHOT.fullmatch(n)), reverse=True
        )
        for generation in generations:
            found = Snapshot.of(self._files, _snapshot(self._folder, generation), key)
            if found is None:
                continue
            if (found.head.lineage, found.head.generation) != (key.lineage, generation):
                raise VaultDamaged(part="snapshot", reason="identity")
            return found
        raise VaultDamaged(part="snapshot", reason="missing")

    def _read_journal(self, head: snapshots.Head, key: VaultKey) -> tuple[_Journal, bytes, journals.Replay]:
        path = _journal(self._folder, head.generation)
        try:
            fd = self._files.open(path, write=True)
        except FileNotFoundError as exc:
            raise VaultDamaged(part="journal", reason="missing") from exc
        try:
            data = self._files.read(fd, self._files.size(fd), 0)
            stated = journals.Head.read(data)
            if stated != journals.Head.after(head):
                raise VaultDamaged(part="journal", reason="identity")
            seal = stated.seal(key)
            if not journals.Head.proven(data, seal):
                raise VaultDamaged(part="journal", reason="head")
            chain = Chain(seal, stated.salt, stated.base)
            found = journals.replay(data, chain, data[journals.HEAD_BYTES - 16 : journals.HEAD_BYTES])
        except BaseException:
            self._files.close(fd)
            raise
        return _Journal(self._files, fd, chain, found.sequence, found.tag, found.end), data, found

    def _check_mark(self, key: VaultKey, found: journals.Replay, size: int) -> int:
        """The sequence that was certainly acknowledged; raises when saved data is missing."""
        whole = found.end == size
        base = self._snapshot.head.sequence
        mark = Mark.open(self._files, self._folder, key)
        if mark is None:
            if not whole:
                raise VaultDamaged(part="journal", reason="no mark tells a torn end from a loss")
            self.notices.append(("mark-missing", {}))
            made = Mark.open(self._files, self._folder, key, create=True)
            assert made is not None
            self._mark = made
            return base
        self._mark = mark
        if mark.position is None:
            self.notices.append(("mark-unreadable", {}))
            return base
        generation, sequence, tag = mark.position.generation, mark.position.sequence, mark.position.tag
        if generation > self._generation or (generation < self._generation and sequence > base):
            raise VaultDamaged(part="snapshot", reason="older than its mark")
        if generation < self._generation:
            return base
        if sequence > found.sequence:
            raise VaultDamaged(part="journal", reason="ends before its mark", kept=found.sequence, saved=sequence)
        if found.tags.get(sequence, (b"", 0))[0] != tag:
            raise VaultDamaged(part="journal", reason="another history than its mark")
        return sequence

    @cached_property
    def documents(self) -> Documents:
        """The vault as TinyDB."""
        return Documents(self)

    # ------------------------------------------------------------ writing

    def transaction(self, durable: Durable | None = None) -> "Transaction":
        """Everything inside becomes durable together or not at all.

        Inside another transaction it becomes a part of that one; raising out of it takes back this part. With
        `"soon"` the call returns when the system has the bytes, and the disk has them within half a second; with
        None it is as durable as the one outside, and durable at once when there is none.
        """
        return Transaction(self, durable)

    def _enter(self, durable: Durable | None) -> tuple[int, int] | None:
        """Begin a transaction; inside another one, say how far that has come."""
        self._mutex.acquire()
        try:
            self._usable()
        except BaseException:
            self._mutex.release()
            raise
        pending = self._pending
        if pending is None:
            self._pending = _Pending(durable or True)
            return None
        pending.durable = True if durable is True else pending.durable
        return len(pending.ops), len(pending.undo)

    def _leave(self, inner: tuple[int, int] | None, failed: bool) -> None:
        """End a transaction: append what it did, or take it back; then wait for the disk."""
        pending = self._pending
        assert pending is not None
        try:
            if inner is not None:
                if failed:
                    self._take_back(pending.undo, inner[1])
                    del pending.ops[inner[0] :]
                return
            self._pending = None
            try:
                if pending.ops and not failed:
                    self._append(pending)
                else:
                    failed = True
            except BaseException:
                failed = True
                raise
            finally:
                if failed:
                    self._take_back(pending.undo)
                    pending.ops.clear()
            sequence = self._journal.sequence
        finally:
            self._mutex.release()
        if pending.ops:
            if pending.durable is True:
                self._sync_to(sequence)
            else:
                self._sync_soon()
            if self._journal.end > self._tidy_at:
                self._tidy()

    def change(self, op: Op) -> None:
        """Apply one change inside the transaction that is open."""
        pending = self._pending
        if pending is None:
            raise RuntimeError("no transaction is open")
        pending.undo.append(self._apply(op))
        pending.ops.append(op)

    def sync(self) -> None:
        """Make everything durable that was handed over so far."""
        self._usable()
        self._sync_to(self._written.position.sequence)

    def _usable(self) -> None:
        if self._closed:
            raise VaultClosed()
        if self._failed is not None:
            raise StorageFailed(**self._failed.facts) from self._failed

    def _append(self, pending: _Pending) -> None:
        journal = self._journal
        end = journal.end
        try:
            journal.append(pending.ops)
        except VaultError as exc:
            try:
                journal.cut(end)
            except VaultError:
                self._failed = exc
            raise
        self._written = _Written(journal, self._generation)
        self._unsynced.append((journal.sequence, pending.undo))
        if self._since is not None:
            self._since.append(pending.ops)

    def _sync_to(self, sequence: int) -> None:
        """Return when the disk has everything up to the sequence. One caller syncs for all who have written."""
        with self._syncing:
            if self._synced.position.sequence >= sequence:
                return
            if self._failed is None:
                written = self._written
                try:
                    self._files.sync(written.journal.fd)
                    self._synced = written
                    self._mark.write(written.position)
                except VaultError as exc:
                    self._failed = exc
                else:
                    while self._unsynced and self._unsynced[0][0] <= written.position.sequence:
                        self._unsynced.popleft()
        if self._failed is not None:
            self._take_back_unsynced()
            raise StorageFailed(**self._failed.facts) from self._failed
        if self.listener is not None:
            self.listener(self.position)

    def _take_back_unsynced(self) -> None:
        """After a failed sync nobody knows what the disk has: what was not called saved goes, here and in the file."""
        with self._mutex, self._syncing:
            if self._closed:
                return
            while self._unsynced and self._unsynced[-1][0] > self._synced.position.sequence:
                self._take_back(self._unsynced.pop()[1])
            with suppress(VaultError):
                self._synced.journal.cut(self._synced.end)

    def _sync_soon(self) -> None:
        with self._mutex:
            if self._timer is None and not self._closed:
                self._timer = threading.Timer(SOON_SECONDS, self._on_timer)
                self._timer.daemon = True
                self._timer.start()

    def _on_timer(self) -> None:
        self._timer = None
        if not self._closed:
            with suppress(VaultError):  # the next write says so: the engine has failed
                self._sync_to(self._written.position.sequence)

    def _apply(self, op: Op) -> Undo:
        """Change the tables in memory; returns how to take it back."""
        self.revision += 1
        table = self._tables.get(op.table)
        undo: Undo
        if table is None or op.kind > journals.DELETE:
            undo = (table, op.table, -1, False, None, 0, 0)
        else:
            over = table.overlay
            undo = (table, op.table, op.id, op.id in over, over.get(op.id), table.live, table.highest)
        self._carry_out(op)
        return undo

    def _take_back(self, undo: list[Undo], upto: int = 0) -> None:
        """Undo the changes, the last one first."""
        self.revision += 1
        while len(undo) > upto:
            table, name, doc_id, known, old, live, highest = undo.pop()
            if table is None:
                self._tables.pop(name, None)
            elif doc_id < 0:
                self._tables[name] = table
            else:
                if known:
                    table.set(doc_id, old)
                else:
                    table.unset(doc_id)
                table.live, table.highest = live, highest

    def _carry_out(self, op: Op) -> None:
        kind, name, doc_id, raw = op
        table = self._tables.get(name)
        if kind <= journals.DELETE:
            if table is None:
                table = self._tables[name] = Collection(name, self._snapshot)
            if kind == journals.DELETE:
                table.live -= 1
                table.set(doc_id, None)
            else:
                table.live += kind == journals.INSERT
                table.set(doc_id, raw)
        elif kind == journals.DROP:
            self._tables.pop(name, None)
        elif kind == journals.TRUNCATE or table is None:
            self._tables[name] = Collection(name, self._snapshot)

    # ------------------------------------------------------------ reading

    @property
    def position(self) -> Position:
        """How far the disk has everything."""
        return self._synced.position

    @property
    def failed(self) -> bool:
        """Whether a sync has failed, so that nothing can be saved until the vault is opened again."""
        return self._failed is not None

    def names(self) -> list[str]:
        """Every table that was ever written to and not dropped."""
        with self._mutex:
            self._open_only()
            return list(self._tables)

    def count(self, table: str) -> int:
        with self._mutex:
            self._open_only()
            found = self._tables.get(table)
            return found.live if found else 0

    def highest(self, table: str) -> int:
        """The highest id the table ever had."""
        with self._mutex:
            self._open_only()
            found = self._tables.get(table)
            return found.highest if found else 0

    def raw(self, table: str, doc_id: int) -> bytes | None:
        with self._mutex:
            self._open_only()
            found = self._tables.get(table)
            return found.raw(doc_id) if found else None

    def raws(self, table: str, doc_ids: Iterable[int]) -> list[tuple[int, bytes]]:
        """Those of the documents that exist, in the order asked for."""
        with self._mutex:
            self._open_only()
            found = self._tables.get(table)
            return found.raws(doc_ids) if found else []

    def newest(self, table: str, count: int, before: int | None = None) -> list[tuple[int, bytes]]:
        """The documents with the highest ids, descending."""
        with self._mutex:
            self._open_only()
            found = self._tables.get(table)
            return [] if found is None else [row for row, _ in zip(found.newest(before), range(count), strict=False)]

    def ids(self, table: str) -> list[int]:
        view = self._view(table)
        return reading.ids(view) if view else []

    def documents_of(self, table: str) -> Iterator[tuple[int, Document]]:
        """Every document, ascending by id, as the table was when the iteration began."""
        view = self._view(table)
        return reading.documents(view) if view else iter(())

    def indexed(self, table: str, field: str) -> bool:
        return field in self._indexes.get(table, ())

    def equal(self, table: str, field: str, value: Scalar) -> list[int]:
        """Ids of documents whose indexed field may have the value."""
        with self._mutex:
            self._open_only()
            found = self._tables.get(table)
            return found.equal(self._indexes.get(table, ()), field, value) if found else []

    def containing(self, table: str, needle: str, *, fold: bool = False) -> Iterator[tuple[int, bytes]]:
        """Documents in whose JSON the text may stand."""
        view = self._view(table)
        return reading.containing(view, needle, fold=fold) if view else iter(())

    def _view(self, table: str) -> View | None:
        with self._mutex:
            self._open_only()
            found = self._tables.get(table)
            return found.view() if found else None

    def _open_only(self) -> None:
        if self._closed:
            raise VaultClosed()

    # ------------------------------------------------------------ the next generation

    def compact(self) -> None:
        """Write the next generation now."""
        self._not_inside()
        self._renew()

    def rekey(self, new: VaultKey, commit: Callable[[], None]) -> None:
        """Move the vault to another key: a whole new generation under it, and `commit` makes it the vault.

        Until `commit` the old key opens the old generation, afterwards the new key the new one. If `commit` raises
        `StorageFailed`, nobody knows which header the disk has: both generations stay, and the vault must be opened
        again. If it raises anything else, the header is still the old one: the new generation goes, the old goes on.
        """
        self._not_inside()
        self._renew(new, commit)

    def settle(self) -> None:
        """Wait until nothing is being tidied in the background."""
        worker = self._worker
        if worker is not None and worker is not threading.current_thread():
            worker.join()

    def _not_inside(self) -> None:
        pending = self._pending
        if pending is not None and pending.thread == threading.get_ident():
            raise RuntimeError("a transaction is open")

    def _tidy(self) -> None:
        """Start writing the next generation: the journal has grown enough."""
        with self._mutex:
            if self._closed or (self._worker is not None and self._worker.is_alive()):
                return
            self._worker = threading.Thread(target=self._tidy_quietly, name="fika-vault-tidy", daemon=True)
            self._worker.start()

    def _tidy_quietly(self) -> None:
        try:
            self._renew()
        except VaultError as exc:  # the journal still has everything: try again when it has grown
            self._tidy_at = self._journal.end * 5 // 4
            self.notices.append(("compaction-failed", dict(exc.facts)))

    def _new_journal(self, head: snapshots.Head, key: VaultKey) -> _Journal:
        path = _journal(self._folder, head.generation)
        return _Journal.create(self._files, path, journals.Head.after(head), key)

    def _renew(self, new: VaultKey | None = None, commit: Callable[[], None] | None = None) -> None:
        with self._renewing:
            if new is not None:
                with self._mutex:
                    self._renew_to(new, commit)
            elif self._key is not None:
                self._renew_to(self._key, None)

    def _renew_to(self, key: VaultKey, commit: Callable[[], None] | None) -> None:
        files, folder = self._files, self._folder
        with self._mutex:
            self._usable()
            generation = self._generation + 1
            frozen = [(table.view(), table.name, table.highest) for table in self._tables.values()]
            head = _new_head(key, generation, self._journal.sequence)
            self._since = []
        path = _snapshot(folder, generation)
        beside = f"{path}.new"
        journal: _Journal | None = None
        try:
            sources = (reading.source(name, view, high, self._indexes.get(name, ())) for view, name, high in frozen)
            snapshots.write_snapshot(files, beside, head, key, sources)
            journal = self._new_journal(head, key)
            files.sync_folder(folder)
            with self._mutex, self._syncing:
                self._switch(key, commit, journal, beside, path, generation)
        except BaseException:
            self._since = None
            if self._failed is None:
                if journal is not None:
                    journal.close()
                for left in (beside, path, _journal(folder, generation)):
                    remove(left, files)
            raise

    def _switch(
        self,
        key: VaultKey,
        commit: Callable[[], None] | None,
        journal: _Journal,
        beside: str,
        path: str,
        generation: int,
    ) -> None:
        """Carry over what was written meanwhile, and make the new generation the vault."""
        self._usable()
        files = self._files
        since = self._since or []
        for ops in since:
            journal.append(ops)
        if since:
            files.sync(journal.fd)
        written = _Written(journal, generation)
        committed = False
        try:
            files.rename(beside, path)
            files.sync_folder(self._folder)
            if commit is None:
                mark = self._mark
                mark.write(written.position, sync=True)
            else:
                mark = self._mark.rekeyed(key)
                mark.write(written.position, sync=True)
                self._commit(commit)
                committed = True
            snapshot = _reopened(files, path, key)
        except VaultError as exc:
            if commit is None or committed:  # the new generation is the vault, whether we can read it now or not
                self._failed = exc
                self._take_back_unsynced()
            raise
        old_snapshot, old_journal, old = self._snapshot, self._journal, self._generation
        self._key, self._mark = key, mark
        self._snapshot, self._journal, self._generation = snapshot, journal, generation
        self._tidy_at = _tidy_at(snapshot)
        self._written = self._synced = written
        self._unsynced.clear()
        self._since = None
        self._tables = {name: Collection(name, snapshot, part) for name, part in snapshot.tables.items()}
        for ops in since:
            for op in ops:
                self._carry_out(op)
        old_snapshot.forget()
        old_journal.close()
        remove(_snapshot(self._folder, old), files)
        remove(_journal(self._folder, old), files)

    def _commit(self, commit: Callable[[], None]) -> None:
        try:
            commit()
        except StorageFailed as exc:
            self._failed = exc
            self._take_back_unsynced()
            raise


def _reopened(files: Files, path: str, key: VaultKey) -> Snapshot:
    """A snapshot that was just written."""
    found = Snapshot.of(files, path, key)
    if found is None:
        raise VaultDamaged(part="snapshot", reason="identity")
    return found


def _tidy_at(snapshot: Snapshot) -> int:
    """How long the journal may grow beside a snapshot: opening reads all of it, renewing writes all of the other."""
    return max(_JOURNAL_FLOOR, min(_JOURNAL_CEILING, snapshot.size // 8))


def _new_head(key: VaultKey, generation: int, sequence: int) -> snapshots.Head:
    now = time.time_ns() // 1_000_000
    salts = new_salt(), new_salt()
    return snapshots.Head(key.vault, key.lineage, key.counter, generation, sequence, *salts, now)
