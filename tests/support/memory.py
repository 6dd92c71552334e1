"""Documents and spaces without a disk: TinyDB in memory with real transactions, and spaces with made-up ids.

One thread at a time writes, from the beginning of a transaction to its end, and nobody reads in the middle of a write.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import MemoryStorage
from tinydb.table import Document, Table

Copy = dict[str, tuple[dict[int, dict[str, Any]], int]]

P = ParamSpec("P")
R = TypeVar("R")


class Shared(MemoryStorage):
    """What all tables of one database have in common: whoever writes, and whoever looks."""

    def __init__(self) -> None:
        self.memory = None
        self.writing = threading.RLock()
        self.looking = threading.RLock()


def alone(method: Callable[Concatenate[MemoryTable, P], R]) -> Callable[Concatenate[MemoryTable, P], R]:
    """A method during which no other thread looks or writes."""

    def held(self: MemoryTable, /, *args: P.args, **more: P.kwargs) -> R:
        with self.shared.looking:
            return method(self, *args, **more)

    return held


def writes(method: Callable[Concatenate[MemoryTable, P], R]) -> Callable[Concatenate[MemoryTable, P], R]:
    """A method that waits for the end of another thread's transaction as well."""

    def held(self: MemoryTable, /, *args: P.args, **more: P.kwargs) -> R:
        with self.shared.writing, self.shared.looking:
            return method(self, *args, **more)

    return held


class MemoryTable(Table):
    """TinyDB's table without its costs: documents in a dict, equality without scanning for `id` and the like."""

    def __init__(self, storage: Any, name: str, **kwargs: Any) -> None:
        super().__init__(storage, name, **kwargs)
        self.shared: Shared = storage
        self.rows: dict[int, dict[str, Any]] = {}
        self.by: dict[tuple[str, Any], dict[int, None]] = {}
        self.highest = 0

    def _keys(self, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        return ((name, value) for name, value in row.items() if isinstance(value, str | int | float | bool))

    def _index(self, doc_id: int, row: Mapping[str, Any]) -> None:
        for key in self._keys(row):
            self.by.setdefault(key, {})[doc_id] = None

    def _forget(self, doc_id: int, row: Mapping[str, Any]) -> None:
        for key in self._keys(row):
            self.by[key].pop(doc_id)

    def _found(self, cond: QueryLike) -> list[int]:
        known = getattr(cond, "_hash", None)
        candidates: Iterable[int] = self.rows
        if known and known[0] == "==" and len(known[1]) == 1:
            candidates = sorted(self.by.get((known[1][0], known[2]), ()))
        return [doc_id for doc_id in candidates if cond(self.rows[doc_id])]

    def _out(self, doc_id: int) -> Document:
        return Document(deepcopy(self.rows[doc_id]), doc_id)

    @writes
    def insert(self, document: Mapping[str, Any]) -> int:
        self.highest += 1
        self.rows[self.highest] = deepcopy(dict(document))
        self._index(self.highest, self.rows[self.highest])
        return self.highest

    @alone
    def get(self, cond: Any = None, doc_id: Any = None, doc_ids: Any = None) -> Any:
        assert cond is not None and doc_id is None and doc_ids is None
        found = self._found(cond)
        return self._out(found[0]) if found else None

    @alone
    def search(self, cond: QueryLike) -> list[Document]:
        return [self._out(doc_id) for doc_id in self._found(cond)]

    @alone
    def tally(self, cond: QueryLike) -> int:
        return len(self._found(cond))

    @alone
    def lacks(self, field: str, values: Iterable[str]) -> bool:
        return not any(self.by.get((field, value)) for value in values)

    @writes
    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        return [self.insert(document) for document in documents]

    def insert_sound(self, documents: Iterable[dict[str, Any]]) -> None:
        self.insert_multiple(documents)

    @alone
    def newest(self, count: int, before: int | None = None, cond: QueryLike | None = None) -> list[Document]:
        found = self._found(cond) if cond is not None else list(self.rows)
        return [self._out(doc_id) for doc_id in reversed(found) if before is None or doc_id < before][:count]

    @writes
    def update(self, fields: Any, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        found = list(doc_ids) if doc_ids is not None else self._found(cond) if cond is not None else list(self.rows)
        for doc_id in found:
            row = self.rows[doc_id]
            self._forget(doc_id, row)
            fields(row) if callable(fields) else row.update(deepcopy(dict(fields)))
            self._index(doc_id, row)
        return found

    @writes
    def remove(self, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        found = list(doc_ids) if doc_ids is not None else self._found(cond) if cond is not None else []
        for doc_id in found:
            self._forget(doc_id, self.rows.pop(doc_id))
        return found

    @alone
    def __iter__(self) -> Iterator[Document]:
        return iter([self._out(doc_id) for doc_id in self.rows])

    @alone
    def __len__(self) -> int:
        return len(self.rows)


class MemoryDocuments(TinyDB):
    """All-or-nothing transactions by keeping a copy; `careful=False` saves the copy where nothing fails."""

    table_class: type[Table] = MemoryTable

    def __init__(self, *, careful: bool = True) -> None:
        super().__init__(storage=Shared)
        self.shared: Shared = vars(self)["_storage"]
        self.careful = careful
        self.depth = 0
        self.commits: list[object] = []

    def table(self, name: str, **kwargs: Any) -> Table:
        with self.shared.looking:
            return super().table(name, **kwargs)

    def tables(self) -> set[str]:
        with self.shared.looking:
            return {name for name, table in self._tables.items() if len(table)}

    def copy(self) -> Copy:
        """Everything as it is now, as a copy of a vault's folder is."""
        with self.shared.looking:
            return {
                name: (deepcopy(table.rows), table.highest)
                for name, table in self._tables.items()
                if isinstance(table, MemoryTable)
            }

    def put_back(self, before: Copy) -> None:
        """Everything as it was then."""
        with self.shared.writing, self.shared.looking:
            for name, table in self._tables.items():
                assert isinstance(table, MemoryTable)
                table.rows, table.highest = before.get(name, ({}, 0))
                table.by = {}
                for doc_id, row in table.rows.items():
                    table._index(doc_id, row)

    @contextmanager
    def transaction(self, durable: Literal[True, "soon"] = True) -> Iterator[None]:
        with self.shared.writing:
            before = self.copy() if self.careful else {}
            self.depth += 1
            try:
                yield
            except BaseException:
                if self.careful:
                    self.put_back(before)
                raise
            finally:
                self.depth -= 1
            if not self.depth:
                self.commits.append(durable)

    def sync(self) -> None:
        """Nothing waits here."""
        self.commits.append("sync")

    def tidy(self) -> None:
        """Nothing is left behind here."""
        self.commits.append("tidy")


class MemorySpaces:
    """A personal space from the start; others as they are made. Device ids differ from space to space."""

    def __init__(self, documents: MemoryDocuments | None = None, device: str = "a") -> None:
        self._documents = documents
        self._name = device
        self.kinds: dict[str, str] = {f"{1:032x}": "personal"}

    @property
    def personal(self) -> str:
        return f"{1:032x}"

    def kind(self, space: str) -> str:
        return self.kinds[space]

    def device(self, space: str) -> str:
        return (self._name * 4).encode().hex()[:8].ljust(8, "0") + space[-24:]

    def same_person(self, space: str, one: str, other: str) -> bool:
        return one == other or self.kinds[space] == "personal"

    def create(self, kind: str) -> str:
        space = f"{len(self.kinds) + 1:032x}"
        self.kinds[space] = kind
        return space
