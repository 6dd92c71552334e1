"""PostgreSQL, for more than one machine can carry. Several server processes share nothing but this.

Each worker thread has a connection of its own. A connection that broke is thrown away and the next use makes
a new one, so that the server goes on by itself after a restart or a failover of the database.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

import psycopg
from psycopg import pq, sql

from sync.server.database import Away, Database, Poke, Value

CHANNEL: Final = "fika"
CONNECT_SECONDS: Final = 5
STATEMENT_MS: Final = 10_000
_FEW: Final = 64
_ERASED_FROM: Final = ("log", "blob_part", "message", "keyring", "slip", "parcel", "reply")
Found = TypeVar("Found")
# What says "not here, not now" although the connection lives: a leader that became a standby.
_AWAY: Final = (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.AdminShutdown)


class _Work:
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor(binary=True)

    def rows(self, statement: str, *values: Value) -> list[tuple[Any, ...]]:
        return self._run(statement, values).fetchall()

    def one(self, statement: str, *values: Value) -> tuple[Any, ...] | None:
        return self._run(statement, values).fetchone()

    def run(self, statement: str, *values: Value) -> int:
        return self._run(statement, values).rowcount

    def many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        self._cursor.executemany(_ours(statement), rows)

    def each(self, statement: str, *values: Value) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(name="each", binary=True) as cursor:
            cursor.itersize = _FEW
            yield from cursor.execute(_ours(statement), values)

    def script(self, text: str) -> None:
        self._connection.execute(text.encode())

    def _run(self, statement: str, values: tuple[Value, ...]) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._cursor.execute(_ours(statement), values)


class Postgres(Database):
    """A database reached by an address, `postgresql://…`; several hosts in it are tried in turn."""

    engine = "postgres"
    near = False

    def __init__(self, address: str) -> None:
        self._address = address
        self._local = threading.local()
        self._all: set[psycopg.Connection] = set()
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._pokes: dict[bytes, int] = {}
        self._poked = threading.Condition()
        self._connection()  # a wrong address is said at once

    @contextmanager
    def read(self) -> Iterator[_Work]:
        with self._transaction(b"begin isolation level repeatable read read only") as work:
            yield work

    def ask(self, statement: str, *values: Value) -> list[tuple[Any, ...]]:
        with _translated():
            return self._first(lambda connection: _Work(connection).rows(statement, *values))

    @contextmanager
    def write(self) -> Iterator[_Work]:
        with self._transaction(b"begin") as work:
            yield work

    def poke(self, space: bytes, head: int) -> None:
        """After the commit and from a thread of its own: a notification inside would put all commits in one queue."""
        if self._threads:
            with self._poked:
                self._pokes[space] = head
                self._poked.notify()

    def listen(self, tell: Poke, watched: Callable[[], Iterable[bytes]]) -> None:
        for name, work in (("listener", lambda: self._hear(tell)), ("poker", self._say)):
            thread = threading.Thread(target=work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def scrub(self, *tables: str) -> None:
        """Vacuum clears what updates and deletions left behind; autovacuum would, later."""
        names = sql.SQL(", ").join(map(sql.Identifier, tables or _ERASED_FROM))
        with _translated(), self._connect() as connection:
            connection.execute(sql.SQL("vacuum {}").format(names))

    def close(self) -> None:
        self._stop.set()
        with self._poked:
            self._poked.notify()
        for thread in self._threads:
            thread.join()
        with self._guard:
            for connection in self._all:
                connection.close()
            self._all.clear()

    def _connect(self) -> psycopg.Connection:
        connection = psycopg.connect(
            self._address,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="fika-server",
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=2,
            tcp_user_timeout=15_000,
        )
        connection.execute(f"set statement_timeout = {STATEMENT_MS}".encode())
        return connection

    def _connection(self) -> psycopg.Connection:
        connection: psycopg.Connection | None = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            with _translated():
                connection = self._local.connection = self._connect()
            with self._guard:
                self._all.add(connection)
        return connection

    @contextmanager
    def _transaction(self, begin: bytes) -> Iterator[_Work]:
        with _translated():
            connection = self._begun(begin)
            try:
                yield _Work(connection)
                connection.execute("commit")
            except BaseException as exc:
                self._give_up(connection, broken=isinstance(exc, _AWAY))
                raise

    def _begun(self, begin: bytes) -> psycopg.Connection:
        """A connection in a transaction."""
        self._first(lambda connection: connection.execute(begin))
        return self._connection()

    def _first(self, ask: Callable[[psycopg.Connection], Found]) -> Found:
        """Ask first something; a connection that died while nobody used it costs a second try and nothing else."""
        used = getattr(self._local, "connection", None) is not None
        connection = self._connection()
        try:
            return ask(connection)
        except _AWAY:
            self._give_up(connection, broken=True)
            if not used:
                raise
            return ask(self._connection())

    def _give_up(self, connection: psycopg.Connection, *, broken: bool) -> None:
        if not broken and connection.info.transaction_status != pq.TransactionStatus.UNKNOWN:
            with suppress(psycopg.OperationalError):
                connection.execute("rollback")
                return
        self._local.connection = None
        with self._guard:
            self._all.discard(connection)
        connection.close()

    def _hear(self, tell: Poke) -> None:
        while not self._stop.is_set():
            try:
                with self._connect() as connection:
                    connection.execute(f"listen {CHANNEL}")
                    while not self._stop.is_set():
                        for note in connection.notifies(timeout=0.5):
                            space, _, head = note.payload.partition(" ")
                            tell(bytes.fromhex(space), int(head))
            except _AWAY:
                self._stop.wait(0.5)

    def _say(self) -> None:
        connection: psycopg.Connection | None = None
        while not self._stop.is_set():
            with self._poked:
                while not self._pokes and not self._stop.is_set():
                    self._poked.wait()
                pokes, self._pokes = self._pokes, {}
            try:
                connection = connection or self._connect()
                with connection.pipeline():
                    for space, head in pokes.items():
                        connection.execute("select pg_notify(%s, %s)", (CHANNEL, f"{space.hex()} {head}"))
            except _AWAY:  # the pokes are lost, which the cursors heal
                if connection is not None:
                    connection.close()
                connection = None
                time.sleep(0.1)
        if connection is not None:
            connection.close()


_TRANSLATED: dict[str, bytes] = {}


def _ours(statement: str) -> bytes:
    """The statement with psycopg's sign for a value; each is translated once."""
    found = _TRANSLATED.get(statement)
    if found is None:
        found = statement.replace("{lock}", "for update").replace("?", "%s").encode()
        _TRANSLATED[statement] = found
    return found


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (*_AWAY, psycopg.IntegrityError) as exc:  # two who did the same at once: the second tries again
        raise Away(type(exc).__name__) from exc
