"""What the server needs of a database, so small that two engines fit behind it.

Work is done in transactions: everything inside `write` happens or nothing does, and when the block is left
it is on the disk. Statements are written once, with `?` for values; where the engines differ they say so
with a word in braces that the engine fills in (`{lock}`). Every statement of a request touches one space,
so that the same schema can be spread over machines by the space's id.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Value = bytes | int | str | None
Poke = Callable[[bytes, int], None]
"""Told a space and how far its log goes. Pokes may be lost or doubled: whoever needs to know asks."""


class Away(Exception):
    """The database does not answer, or not now. What was being written may or may not have been kept."""


class Foreign(Away):
    """What lies where the database should be is none, or is damaged: waiting does not help."""


class Work(Protocol):
    """One transaction."""

    def rows(self, statement: str, *values: Value) -> list[tuple[Any, ...]]:
        """Every row of the answer."""
        ...

    def one(self, statement: str, *values: Value) -> tuple[Any, ...] | None:
        """The first row of the answer."""
        ...

    def run(self, statement: str, *values: Value) -> int:
        """How many rows were changed."""
        ...

    def many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        """The same statement for many rows."""
        ...

    def each(self, statement: str, *values: Value) -> Iterator[tuple[Any, ...]]:
        """The rows of the answer, a few at a time."""
        ...

    def script(self, text: str) -> None:
        """Several statements without values, for migrations."""
        ...


class Database(ABC):
    """A place that keeps what it was given. Used from several threads at once."""

    engine: str
    """The name of the folder with its migrations, and the label in the metrics."""

    near: bool
    """Whether it answers within this process, so that a small question costs less than handing it to a thread."""

    @abstractmethod
    def read(self) -> AbstractContextManager[Work]:
        """One consistent look; changes nothing."""

    @abstractmethod
    def ask(self, statement: str, *values: Value) -> list[tuple[Any, ...]]:
        """Every row of the answer to one question, which is a consistent look by itself: no transaction around it."""

    @abstractmethod
    def write(self) -> AbstractContextManager[Work]:
        """All or nothing, durable when the block was left. Raises `Away` when that is not certain."""

    @abstractmethod
    def poke(self, space: bytes, head: int) -> None:
        """Tell the other processes, soon; nothing waits for it."""

    @abstractmethod
    def listen(self, tell: Poke, watched: Callable[[], Iterable[bytes]]) -> None:
        """From now on tell of what other processes wrote. `watched` names the spaces somebody waits for."""

    @abstractmethod
    def scrub(self, *tables: str) -> None:
        """Make sure that what was just erased, from these tables or from any, is not lying about in a file."""

    @abstractmethod
    def close(self) -> None:
        """Let go of connections and threads. The database is not used afterwards."""
