"""The embedded database: one file, no configuration, every acknowledged write on the disk."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sync.server.database import Away, Database, Foreign, Poke, Value

BUSY_SECONDS: Final = 5.0
POLL_SECONDS: Final = 0.25
_OURS: Final[dict[str, str]] = {}
_FEW: Final = 64


class _Work:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, *values: Value) -> list[tuple[Any, ...]]:
        return self._run(statement, values).fetchall()

    def one(self, statement: str, *values: Value) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._run(statement, values).fetchone()
        return found

    def run(self, statement: str, *values: Value) -> int:
        return self._run(statement, values).rowcount

    def many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        self._connection.executemany(_ours(statement), rows)

    def each(self, statement: str, *values: Value) -> Iterator[tuple[Any, ...]]:
        cursor = self._run(statement, values)
        while few := cursor.fetchmany(_FEW):
            yield from few

    def script(self, text: str) -> None:
        # Not executescript: that would commit first, and a migration is one transaction.
        for statement in text.split(";\n"):
            if statement.strip():
                self._connection.execute(statement)

    def _run(self, statement: str, values: tuple[Value, ...]) -> sqlite3.Cursor:
        return self._connection.execute(_OURS.get(statement) or _ours(statement), values)


class Sqlite(Database):
    """One writer at a time in this process and, by SQLite's own lock, among all; any number of readers."""

    engine = "sqlite"
    near = True

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._opening = threading.Lock()
        self._writing = threading.Lock()
        self._thread = threading.get_ident()
        self._stop = threading.Event()
        self._watcher: threading.Thread | None = None
        path.touch(mode=0o600)
        self._writer = self._connect()

    def read(self) -> _Transaction:
        return _Transaction(self._own(), "begin")

    def ask(self, statement: str, *values: Value) -> list[tuple[Any, ...]]:
        """The thread that answers small questions on the spot asks the connection that writes, whenever that is free: it
        has the pages that were just written, and another one would read them anew.
        """
        borrowed = threading.get_ident() == self._thread and self._writing.acquire(blocking=False)
        try:
            return (self._writer if borrowed else self._own()).execute(statement, values).fetchall()
        except sqlite3.Error as exc:
            _translate(exc)
            raise
        finally:
            if borrowed:
                self._writing.release()

    def write(self) -> _Transaction:
        return _Transaction(self._writer, "begin immediate", self._writing)

    def poke(self, space: bytes, head: int) -> None:
        """Nothing to do: the others look at the file's version a few times a second."""

    def listen(self, tell: Poke, watched: Callable[[], Iterable[bytes]]) -> None:
        self._watcher = threading.Thread(target=self._watch, args=(tell, watched), name="watcher", daemon=True)
        self._watcher.start()

    def scrub(self, *_tables: str) -> None:
        """`secure_delete` has overwritten it in the file; this empties the log beside the file."""
        with self._writing, _translated():
            self._writer.execute("pragma wal_checkpoint(truncate)")

    def close(self) -> None:
        self._stop.set()
        if self._watcher is not None:
            self._watcher.join()
        with self._opening:
            for connection in self._all:
                connection.close()
            self._all.clear()

    def _own(self) -> sqlite3.Connection:
        """The connection with which this thread reads."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = self._connect()
        return found

    def _connect(self) -> sqlite3.Connection:
        with _translated(), self._opening:
            connection = sqlite3.connect(
                self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
            )
            for setting in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "secure_delete=on"):
                connection.execute(f"pragma {setting}")
            self._all.append(connection)
        return connection

    def _watch(self, tell: Poke, watched: Callable[[], Iterable[bytes]]) -> None:
        """Other processes change the file's version; only then is it worth asking for heads."""
        connection = self._connect()
        version: int | None = None
        told: dict[bytes, int] = {}
        while not self._stop.wait(POLL_SECONDS):
            spaces = set(watched())
            if not spaces:
                continue
            now = connection.execute("pragma data_version").fetchone()[0]
            if now == version:
                continue
            version = now
            told = {space: head for space, head in told.items() if space in spaces}
            for space in spaces:
                row = connection.execute("select head from space where id = ?", (space,)).fetchone()
                if row and told.get(space) != row[0]:
                    told[space] = row[0]
                    tell(space, row[0])


class _Transaction:
    """All or nothing. Of a class of its own, since each question has two of them and each step in Python counts."""

    __slots__ = ("_begin", "_connection", "_lock")

    def __init__(self, connection: sqlite3.Connection, begin: str, lock: threading.Lock | None = None) -> None:
        self._connection, self._begin, self._lock = connection, begin, lock

    def __enter__(self) -> _Work:
        if self._lock is not None:
            self._lock.acquire()
        try:
            self._connection.execute(self._begin)
        except BaseException as exc:
            self._release()
            _translate(exc)
            raise
        return _Work(self._connection)

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        try:
            if fault is None:
                self._connection.execute("commit")
        except sqlite3.Error as exc:
            _translate(exc)
            raise
        finally:
            try:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
            finally:
                self._release()
        _translate(fault)

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()


def _ours(statement: str) -> str:
    """The statement without the word for a lock: a writing transaction has the file to itself."""
    return _OURS.setdefault(statement, statement.replace("{lock}", ""))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as exc:
        _translate(exc)
        raise


def _translate(fault: BaseException | None) -> None:
    """Raise what a fault of SQLite means; what is wrong with a statement has kinds of its own and means nothing else."""
    if isinstance(fault, sqlite3.OperationalError):
        raise Away(type(fault).__name__) from fault
    if type(fault) is sqlite3.DatabaseError:  # no database, or a damaged page
        raise Foreign(type(fault).__name__) from fault
