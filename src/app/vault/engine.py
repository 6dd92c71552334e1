"""The open vault below the document layer: sealed files on the disk, tables over them, one writer at a time.

A change is serialised, sealed and appended to the journal; when the journal has been synced the change is durable, and
only then does the call return. Writers that wait together share one sync. When the journal has grown, a thread of its
own writes the next generation beside the old one; nobody waits for it.

Locks are taken in this order: `_renewing`, `_mutex`, `_syncing`.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from errno import ENOENT
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from app.errors import StorageFailed, VaultClosed, VaultDamaged, VaultError, VaultGone
from app.vault import collection as reading
from app.vault import journal
from app.vault import snapshot as snapshots
from app.vault.blocks import Scalar
from app.vault.collection import Document, View
from app.vault.documents import Documents
from app.vault.files import DISK, Files, remove, typed
from app.vault.generation import (
    Generation,
    JournalFile,
    Notice,
    Reached,
    begin,
    journal_path,
    load,
    new_head,
    reopened,
    snapshot_path,
)
from app.vault.journal import Op
from app.vault.key import Position, VaultKey
from app.vault.lock import FolderLock
from app.vault.mark import Mark
from app.vault.snapshot import Snapshot
from app.vault.tables import Tables, Undo
from app.vault.verify import Verified, verify

Durable = bool | Literal["soon"]
Indexes = Mapping[str, Sequence[str]]

SOON_SECONDS: Final = 0.4
"""When drafts reach the disk at the latest. Nobody's text may be older than a second, and a sync takes time."""
LOOKS_SECONDS: Final = 0.05
"""So often is it looked whether the vault's folder is still there, where changes follow faster than anybody writes."""

_JOURNAL_FLOOR: Final = 512 * 1024
_JOURNAL_LEFT: Final = 64 * 1024
"""A longer journal is not left behind when the vault is closed: reading it would take longer than all the rest."""
_JOURNAL_CEILING: Final = 4 * 1024 * 1024
_JOURNAL_FLOOD: Final = 16 * 1024 * 1024
"""While records come in by the page the journal may grow so far: writing everything anew between two pages is in vain."""
_PAGE: Final = 64
"""From so many changes in one transaction on, which need not be durable at once, others like it are expected."""


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


class _Pending:
    """The transaction that is being put together: what to write, and how to take it back."""

    __slots__ = ("durable", "ops", "thread", "undo")

    def __init__(self, durable: Durable) -> None:
        self.durable = durable
        self.ops: list[Op] = []
        self.undo: list[Undo] = []
        self.thread = threading.get_ident()


class Engine:
    """An open vault. Made by `create` or `open`."""

    def __init__(
        self, folder: Path, key: VaultKey, lock: FolderLock, indexes: Indexes, files: Files, found: Generation
    ) -> None:
        self._folder = folder
        self._key: VaultKey | None = key
        self._lock = lock
        self._indexes = {table: tuple(fields) for table, fields in indexes.items()}
        self._files = files
        self._renewing = threading.Lock()
        self._mutex = threading.RLock()
        self._syncing = threading.RLock()
        self._generation, self._snapshot, self._journal = found.number, found.snapshot, found.journal
        self._mark = found.mark
        self._tables = Tables(found.snapshot)
        for ops in found.since:
            for op in ops:
                self._tables.apply(op)
        self._written = self._synced = found.reached
        self._tidy_at = _tidy_at(found.snapshot)
        self._pending: _Pending | None = None
        self._unsynced: deque[tuple[int, list[Undo]]] = deque()
        self._since: list[list[Op]] | None = None
        self._failed: VaultError | None = None
        self._closed = False
        self._timer: threading.Timer | None = None
        self._looked_at = -1
        self._looks_at = 0.0
        """The sequence that the timer saw the last time."""
        self._worker: threading.Thread | None = None
        self._again = False
        self.notices: list[Notice] = found.notices
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
        return cls._with(begin, folder, key, lock, indexes, files)

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
        return cls._with(load, folder, key, lock, indexes, files)

    @classmethod
    def _with(
        cls,
        opener: Callable[[Files, Path, VaultKey], Generation],
        folder: Path,
        key: VaultKey,
        lock: FolderLock | None,
        indexes: Indexes | None,
        files: Files,
    ) -> "Engine":
        """An engine on what the opener gives; a lock that was handed in stays with its owner when that fails."""
        held = lock or FolderLock(folder, files)
        try:
            return cls(folder, key, held, indexes or {}, files, opener(files, folder, key))
        except BaseException:
            if lock is None:
                held.release()
            raise

    def close(self, *, for_good: bool = False) -> None:
        """Make everything durable, then forget keys and contents and let the next one in.

        `for_good`: nobody opens it again, so the next opening need not be made quick.
        """
        with self._mutex:
            if self._closed:
                return
            if self._pending is not None:
                raise RuntimeError("a transaction is open")
        self.settle()
        if not for_good and self._journal.end > _JOURNAL_LEFT and self._failed is None:
            self._renew_quietly()  # so that the next opening has little to read
        with self._renewing, self._mutex, self._syncing:
            if self._closed:
                return
            try:
                if self._failed is None:
                    self._sync_to(self._written.sequence)
                    self._mark.settle()
            finally:
                self._let_go()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _let_go(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for held in (self._snapshot, self._journal, self._mark):
            with suppress(VaultError):
                held.close()
        self._snapshot.forget()
        self._tables.found = {}
        self._unsynced.clear()
        self._since = None
        self._key = None
        self._lock.release()

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
        if self._closed or self._failed is not None:
            self._mutex.release()
            self._usable()
        pending = self._pending
        if pending is None:
            self._pending = _Pending(durable or True)
            return None
        if durable is True:
            pending.durable = True
        return len(pending.ops), len(pending.undo)

    def _leave(self, inner: tuple[int, int] | None, failed: bool) -> None:
        """End a transaction: append what it did, or take it back; then wait for the disk."""
        pending = self._pending
        assert pending is not None
        try:
            if inner is not None:
                if failed:
                    self._tables.take_back(pending.undo, inner[1])
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
                    self._tables.take_back(pending.undo)
                    pending.ops.clear()
            sequence = self._journal.sequence
        finally:
            self._mutex.release()
        if pending.ops:
            if pending.durable is True:
                self._sync_to(sequence)
            else:
                self._sync_soon()
            more_to_come = pending.durable is not True and len(pending.ops) >= _PAGE
            if self._journal.end > (max(self._tidy_at, _JOURNAL_FLOOD) if more_to_come else self._tidy_at):
                self._tidy()

    def insert_one(self, table: str, number: Callable[[], int], raw: bytes) -> int:
        """One new document in a transaction; its id is what `number` gives once nobody else is writing."""
        inner = self._enter(None)
        failed = True
        try:
            doc_id = number()
            self.change(Op(journal.INSERT, table, doc_id, raw))
            failed = False
        finally:
            self._leave(inner, failed)
        return doc_id

    def change(self, op: Op) -> None:
        """Apply one change inside the transaction that is open."""
        pending = self._pending
        if pending is None:
            raise RuntimeError("no transaction is open")
        pending.undo.append(self._tables.apply(op))
        pending.ops.append(op)

    def insert(self, table: str, first: int, raws: Sequence[bytes], documents: Sequence[Document]) -> None:
        """Many new documents, with ids from `first` on that were never used, inside the transaction that is open."""
        pending = self._pending
        if pending is None:
            raise RuntimeError("no transaction is open")
        pending.undo += self._tables.insert(table, first, raws, documents)
        pending.ops += [Op(journal.INSERT, table, doc_id, raw) for doc_id, raw in enumerate(raws, first)]

    def sync(self) -> None:
        """Make everything durable that was handed over so far."""
        self._usable()
        self._sync_to(self._written.sequence)

    def _usable(self) -> None:
        if self._closed:
            raise VaultClosed()
        if self._failed is not None:
            raise StorageFailed(**self._failed.facts) from self._failed

    def _append(self, pending: _Pending) -> None:
        journal = self._journal
        end = journal.end
        now = time.monotonic()
        if now >= self._looks_at:
            if not journal.is_at(journal_path(self._folder, self._generation)):
                raise VaultGone()  # moved or removed: nobody would find what is written there, and it may come back
            self._looks_at = now + LOOKS_SECONDS
        try:
            journal.append(pending.ops)
        except VaultError as exc:
            try:
                journal.cut(end)
            except VaultError:
                self._failed = exc
            raise
        self._written = Reached(journal, self._generation)
        self._unsynced.append((journal.sequence, pending.undo))
        if self._since is not None:
            self._since.append(pending.ops)

    def _sync_to(self, sequence: int) -> None:
        """Return when the disk has everything up to the sequence. One caller syncs for all who have written."""
        with self._syncing:
            if self._synced.sequence >= sequence:
                return
            if self._failed is None:
                written = self._written
                slot = self._mark.slot(written.generation, written.sequence, written.tag)
                try:
                    self._files.sync(written.journal.fd)
                    if written.journal.gone:
                        raise StorageFailed(call="fsync", errno=ENOENT)
                    self._synced = written
                    self._mark.put(slot)
                except VaultError as exc:
                    self._failed = exc
                else:
                    while self._unsynced and self._unsynced[0][0] <= written.sequence:
                        self._unsynced.popleft()
        if self._failed is not None:
            self._take_back_unsynced()
            raise StorageFailed(**self._failed.facts) from self._failed
        if self.listener is not None:
            self.listener(self._synced.position)

    def _take_back_unsynced(self) -> None:
        """After a failed sync nobody knows what the disk has: what was not called saved goes, here and in the file."""
        with self._mutex, self._syncing:
            if self._closed:
                return
            while self._unsynced and self._unsynced[-1][0] > self._synced.sequence:
                self._tables.take_back(self._unsynced.pop()[1])
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
            written = self._written
            with suppress(VaultError):  # the next write says so: the engine has failed
                self._sync_to(written.sequence)
                self._tidy_when_calm(written.sequence)

    def _tidy_when_calm(self, sequence: int) -> None:
        """What was put off while pages came in: as soon as none came between two looks."""
        if self._journal.end <= self._tidy_at:
            return
        if sequence == self._looked_at:
            self._tidy()
        else:
            self._looked_at = sequence
            self._sync_soon()

    # ------------------------------------------------------------ reading

    @property
    def revision(self) -> int:
        """Grows whenever anything in the tables changes, or is taken back."""
        return self._tables.revision

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
            return list(self._tables.found)

    def count(self, table: str) -> int:
        with self._mutex:
            self._open_only()
            found = self._tables.found.get(table)
            return found.live if found else 0

    def highest(self, table: str) -> int:
        """The highest id the table ever had."""
        with self._mutex:
            self._open_only()
            found = self._tables.found.get(table)
            return found.highest if found else 0

    def raw(self, table: str, doc_id: int) -> bytes | None:
        with self._mutex:
            self._open_only()
            found = self._tables.found.get(table)
            return found.raw(doc_id) if found else None

    def raws(self, table: str, doc_ids: Iterable[int]) -> list[tuple[int, bytes]]:
        """Those of the documents that exist, in the order asked for."""
        with self._mutex:
            self._open_only()
            found = self._tables.found.get(table)
            return found.raws(doc_ids) if found else []

    def newest(self, table: str, count: int, before: int | None = None) -> list[tuple[int, bytes]]:
        """The documents with the highest ids, descending."""
        with self._mutex:
            self._open_only()
            found = self._tables.found.get(table)
            return found.newest(count, before) if found else []

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
            found = self._tables.found.get(table)
            return found.equal(field, value) if found else []

    def among(self, table: str, field: str, values: Iterable[Scalar]) -> list[int]:
        """Ids of documents whose indexed field may have one of the values."""
        with self._mutex:
            self._open_only()
            found = self._tables.found.get(table)
            if found is None:
                return []
            return sorted({doc_id for value in values for doc_id in found.equal(field, value)})

    def lacks(self, table: str, field: str, values: Collection[Scalar]) -> bool:
        """Whether certainly no document's indexed field has one of the values."""
        with self._mutex:
            self._open_only()
            found = self._tables.found.get(table)
            return found is None or found.lacks(field, values)

    def having(self, table: str, field: str, value: Scalar) -> list[tuple[int, bytes]]:
        """Documents whose indexed field may have the value, ascending by id."""
        with self._mutex:
            self._open_only()
            found = self._tables.found.get(table)
            return found.raws(found.equal(field, value)) if found else []

    def containing(self, table: str, needle: str, *, fold: bool = False) -> Iterator[tuple[int, bytes]]:
        """Documents in whose JSON the text may stand."""
        view = self._view(table)
        return reading.containing(view, needle, fold=fold) if view else iter(())

    def _view(self, table: str) -> View | None:
        with self._mutex:
            self._open_only()
            found = self._tables.found.get(table)
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

    def verify(self) -> Verified:
        """Read the whole vault from the disk again and prove it. Raises `VaultDamaged`; changes nothing."""
        self._not_inside()
        with self._renewing:
            with self._mutex, self._syncing:
                self._usable()
                key, reached, files = self._key, self._written, self._files
                assert key is not None
                journal = files.read_all(journal_path(self._folder, reached.generation), reached.end)
                if Mark.look(files, self._folder, key) != self._synced.position:
                    raise VaultDamaged(part="mark", reason="not what was written")
                counts = {name: table.live for name, table in self._tables.found.items()}
            again = reopened(files, snapshot_path(self._folder, reached.generation), key)
            try:
                return verify(again, journal, reached.journal.chain, reached, counts)
            finally:
                again.close()

    def settle(self) -> None:
        """Wait until nothing is being tidied in the background."""
        worker = self._worker
        if worker is not None and worker is not threading.current_thread():
            worker.join()

    def _not_inside(self) -> None:
        pending = self._pending
        if pending is not None and pending.thread == threading.get_ident():
            raise RuntimeError("a transaction is open")

    def tidy(self) -> None:
        """Begin to write the next generation in the background, so that what was deleted leaves the disk soon."""
        self._tidy(again=True)

    def _tidy(self, *, again: bool = False) -> None:
        """Start writing the next generation; `again` if one that is being written now would come too early."""
        with self._mutex:
            if self._closed:
                return
            if self._worker is not None:
                self._again |= again
                return
            self._worker = threading.Thread(target=self._work, name="fika-vault-tidy", daemon=True)
            self._worker.start()

    def _work(self) -> None:
        while True:
            self._renew_quietly()
            with self._mutex:
                if not self._again or self._closed:
                    self._worker = None
                    return
                self._again = False

    def _renew_quietly(self) -> None:
        try:
            self._renew()
        except VaultError as exc:  # the journal still has everything: try again when it has grown
            self._tidy_at = self._journal.end * 5 // 4
            self.notices.append(("compaction-failed", dict(exc.facts)))

    def _renew(self, new: VaultKey | None = None, commit: Callable[[], None] | None = None) -> None:
        with self._renewing:
            try:
                if new is not None:
                    with self._mutex:
                        self._renew_to(new, commit)
                elif self._key is not None:
                    self._renew_to(self._key, None)
            except FileNotFoundError as exc:  # the whole folder is gone
                raise typed(exc, "open") from exc

    def _renew_to(self, key: VaultKey, commit: Callable[[], None] | None) -> None:
        files, folder = self._files, self._folder
        with self._mutex:
            self._usable()
            generation = self._generation + 1
            frozen = [(table.view(), table.name, table.highest) for table in self._tables.found.values()]
            head = new_head(key, generation, self._journal.sequence)
            self._since = []
        path = snapshot_path(folder, generation)
        beside = f"{path}.new"
        journal: JournalFile | None = None
        try:
            sources = (reading.source(name, view, high, self._indexes.get(name, ())) for view, name, high in frozen)
            snapshots.write_snapshot(files, beside, head, key, sources)
            journal = JournalFile.after(files, folder, head, key)
            files.sync_folder(folder)
            with self._mutex, self._syncing:
                self._switch(key, commit, journal, beside, path, generation)
        except BaseException:
            self._since = None
            if self._failed is None and self._generation != generation:  # else it may be, or is, the vault
                if journal is not None:
                    with suppress(VaultError):
                        journal.close()
                for left in (beside, path, journal_path(folder, generation)):
                    remove(left, files)
            raise

    def _switch(
        self,
        key: VaultKey,
        commit: Callable[[], None] | None,
        journal: JournalFile,
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
        written = Reached(journal, generation)
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
            snapshot = reopened(files, path, key)
        except BaseException as exc:
            if commit is None or committed:  # the new generation is the vault, whether we can read it now or not
                self._failed = exc if isinstance(exc, VaultError) else StorageFailed(call="renew", errno=0)
                self._take_back_unsynced()
            raise
        old_snapshot, old_journal, old = self._snapshot, self._journal, self._generation
        self._key, self._mark = key, mark
        self._snapshot, self._journal, self._generation = snapshot, journal, generation
        self._tidy_at = _tidy_at(snapshot)
        self._written = self._synced = written
        self._unsynced.clear()
        self._since = None
        self._tables.show(snapshot)
        for ops in since:
            for op in ops:
                self._tables.apply(op)
        old_snapshot.forget()
        with suppress(VaultError):  # nobody needs it any more
            old_journal.close()
        remove(snapshot_path(self._folder, old), files)
        remove(journal_path(self._folder, old), files)

    def _commit(self, commit: Callable[[], None]) -> None:
        try:
            commit()
        except StorageFailed as exc:
            self._failed = exc
            self._take_back_unsynced()
            raise


def _tidy_at(snapshot: Snapshot) -> int:
    """How long the journal may grow beside a snapshot: opening reads all of it, renewing writes all of the other."""
    return max(_JOURNAL_FLOOR, min(_JOURNAL_CEILING, snapshot.size // 2))
