"""TinyDB over the sealed engine: its tables, its queries and its seams, without reading and rewriting everything.

`SealedTable` answers from single documents, blocks and indexes; `SealedStorage` is the whole-database view that TinyDB
asks for, for whoever uses it. What is handed out is freshly made, and what is handed in is serialised at once: nobody
holds a piece of the database in hand.
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final, cast

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Document, Table
from tinydb.utils import LRUCache

from app.vault import journal, strict_json
from app.vault.blocks import indexable
from app.vault.collection import load, load_all
from app.vault.journal import Op

if TYPE_CHECKING:
    from app.vault.engine import Durable, Engine, Transaction

Fields = Mapping[str, Any] | Callable[[MutableMapping[str, Any]], None]

_NOTHING: Final = object()

_PLAIN: Final = re.compile(r"[\w \-,:;!'\"@%&/=<>~]+")
"""Regular expressions that mean themselves."""


class SealedStorage(Storage):
    """The whole database as one value, as TinyDB's own tables read and write it."""

    def __init__(self, engine: "Engine") -> None:
        self.engine = engine

    def read(self) -> dict[str, dict[str, Any]] | None:
        engine = self.engine
        tables = {name: {str(k): doc for k, doc in engine.documents_of(name)} for name in engine.names()}
        return tables or None

    def write(self, data: Mapping[str, Mapping[Any, Mapping[str, Any]]]) -> None:
        """Store the difference between what is there and what should be."""
        engine = self.engine
        with engine.transaction():
            for name in engine.names():
                if name not in data:
                    engine.change(Op(journal.DROP, name))
            for name, table in data.items():
                engine.change(Op(journal.TABLE, name))
                _write_table(engine, name, {int(doc_id): document for doc_id, document in table.items()})

    def close(self) -> None:
        self.engine.close()


def _write_table(engine: "Engine", name: str, wanted: Mapping[int, Mapping[str, Any]]) -> None:
    """Change the table, inside a transaction, until it holds what is wanted and nothing else."""
    if not wanted:
        engine.change(Op(journal.TRUNCATE, name))
        return
    there = dict(engine.documents_of(name))
    for doc_id in there.keys() - wanted.keys():
        engine.change(Op(journal.DELETE, name, doc_id))
    for doc_id, document in wanted.items():
        if doc_id not in there:
            engine.change(Op(journal.INSERT, name, doc_id, strict_json.write(document)))
        elif there[doc_id] != document:
            engine.change(Op(journal.REPLACE, name, doc_id, strict_json.write(document)))


class SealedTable(Table):
    """A TinyDB table that reads what it needs and writes what has changed."""

    _next_id: int | None  # type: ignore[assignment]  # TinyDB infers less from its `None`
    _seen = -1
    """The engine's revision that the remembered answers (the ids of the documents that matched) belong to."""

    def __init__(
        self,
        storage: Storage,
        name: str,
        cache_size: int = Table.default_query_cache_capacity,
        persist_empty: bool = False,
    ) -> None:
        self._engine = cast(SealedStorage, storage).engine
        self._remembering = threading.Lock()
        super().__init__(storage, name, cache_size, persist_empty)

    # ------------------------------------------------------------ reading

    def __iter__(self) -> Iterator[Document]:
        for doc_id, document in self._engine.documents_of(self.name):
            yield self._document(doc_id, document)

    def __len__(self) -> int:
        return self._engine.count(self.name)

    def search(self, cond: QueryLike) -> list[Document]:
        revision = self._engine.revision
        answers = cast("LRUCache[QueryLike, list[int]]", self._query_cache)
        with self._remembering:
            if self._seen != revision:
                answers.clear()
                self._seen = revision
            known = answers.get(cond)
        if known is not None:
            return self._documents(load_all(self._engine.raws(self.name, known)))
        found = self._documents(self._matching(cond))
        if answers.capacity != 0 and getattr(cond, "is_cacheable", _yes)():
            with self._remembering:
                if self._seen == revision:  # else somebody has written and asked meanwhile
                    answers[cond] = [document.doc_id for document in found]
        return found

    def clear_cache(self) -> None:
        with self._remembering:
            super().clear_cache()

    def tally(self, cond: QueryLike) -> int:
        """How many documents match. A plain equality on an indexed field is answered without opening a document."""
        plain = _equality(getattr(cond, "_hash", None))
        if plain is not None and self._engine.indexed(self.name, plain[0]):
            return len(self._engine.equal(self.name, *plain))
        return sum(1 for _ in self._matching(cond))

    def lacks(self, field: str, values: Sequence[str]) -> bool:
        """Whether certainly no document has one of the values in an indexed field. Opens none."""
        return self._engine.indexed(self.name, field) and self._engine.lacks(self.name, field, values)

    def get(  # type: ignore[override]  # TinyDB declares overloads of the same
        self,
        cond: QueryLike | None = None,
        doc_id: int | None = None,
        doc_ids: Sequence[int] | None = None,
    ) -> Document | list[Document] | None:
        if doc_id is not None:
            if type(doc_id) is int:
                raw = self._engine.raw(self.name, doc_id)
                return None if raw is None else self._document(doc_id, load(raw))
            found_one = self._existing([doc_id])
            return self._document(doc_id, load(found_one[0][1])) if found_one else None
        if doc_ids is not None:
            return [self._document(known, load(raw)) for known, raw in sorted(set(self._existing(doc_ids)))]
        if cond is not None:
            found = next(iter(self._matching(cond)), None)
            return None if found is None else self._document(*found)
        raise RuntimeError("You have to pass either cond or doc_id or doc_ids")

    def newest(self, count: int, before: int | None = None, cond: QueryLike | None = None) -> list[Document]:
        """The documents with the highest ids, newest first; those below `before`, and those that match."""
        if cond is None:
            return self._documents(load_all(self._engine.newest(self.name, count, before)))
        found: list[Document] = []
        for doc_id, document in self._descending(cond, before):
            if len(found) == count:
                break
            if cond(document):
                found.append(self._document(doc_id, document))
        return found

    def containing(self, field: str, needle: str) -> list[Document]:
        """The documents whose text in the field contains the needle, letter for letter."""
        found: list[Document] = []
        for doc_id, raw in self._engine.containing(self.name, needle):
            document = load(raw)
            text = document.get(field)
            if isinstance(text, str) and needle in text:
                found.append(self._document(doc_id, document))
        return found

    def _existing(self, doc_ids: Iterable[object]) -> list[tuple[int, bytes]]:
        """Those of the ids that are there, in the order asked for; TinyDB takes anything that reads as a number."""
        return self._engine.raws(self.name, [int(known) for doc_id in doc_ids if (known := str(doc_id)).isdecimal()])

    def _document(self, doc_id: int, document: Mapping[str, Any]) -> Document:
        return self.document_class(document, self.document_id_class(doc_id))

    def _documents(self, rows: Iterable[tuple[int, dict[str, Any]]]) -> list[Document]:
        make, identify = self.document_class, self.document_id_class
        if make is not Document or identify is not int:
            return [make(document, identify(doc_id)) for doc_id, document in rows]
        found: list[Document] = []
        for doc_id, document in rows:  # what Document(document, doc_id) does, at half the price
            one = Document.__new__(Document)
            one |= document
            one.doc_id = doc_id
            found.append(one)
        return found

    def _matching(self, cond: QueryLike) -> Iterable[tuple[int, dict[str, Any]]]:
        """Documents that satisfy the query, ascending by id, by the shortest way that finds them all."""
        engine, name = self._engine, self.name
        known = getattr(cond, "_hash", None)
        plain = _equality(known)
        if plain is not None and engine.indexed(name, plain[0]):
            field, value = plain
            return [row for row in load_all(engine.having(name, field, value)) if row[1].get(field, _NOTHING) == value]
        return (row for row in self._candidates(cond, known) if cond(row[1]))

    def _candidates(self, cond: QueryLike, known: object) -> Iterable[tuple[int, dict[str, Any]]]:
        engine, name = self._engine, self.name
        ids = self._by_index(known)
        if ids is not None:
            return load_all(engine.raws(name, ids))
        words = _words(known)
        if words:
            return ((doc_id, load(raw)) for doc_id, raw in engine.containing(name, words, fold=True))
        return engine.documents_of(name)

    def _by_index(self, known: object) -> list[int] | None:
        """Ids, ascending, of all documents that can match by what the indexes know; None when they know nothing."""
        engine, name = self._engine, self.name
        found: list[list[int]] = []
        for field, values in _equalities(known):
            if engine.indexed(name, field):
                ids = engine.equal(name, field, values[0]) if len(values) == 1 else engine.among(name, field, values)
                found.append(ids)
        if not found:
            return None
        smallest = min(found, key=len)
        others = [set(ids) for ids in found if ids is not smallest]
        return [doc_id for doc_id in smallest if all(doc_id in ids for ids in others)]

    def _descending(self, cond: QueryLike, before: int | None) -> Iterator[tuple[int, dict[str, Any]]]:
        engine, name = self._engine, self.name
        ids = self._by_index(getattr(cond, "_hash", None))
        if ids is not None:
            for doc_id in reversed(ids):
                raw = engine.raw(name, doc_id) if before is None or doc_id < before else None
                if raw is not None:
                    yield doc_id, load(raw)
            return
        step = 64
        while rows := engine.newest(name, step, before):
            for doc_id, raw in rows:
                yield doc_id, load(raw)
            before, step = rows[-1][0], 1024

    # ------------------------------------------------------------ writing

    def _writing(self) -> "Transaction":
        if self._query_cache.cache:
            self.clear_cache()
        return self._engine.transaction()

    def insert(self, document: Mapping[str, Any]) -> int:
        """One document. The straight way: after a sync every step runs with cold caches, so there are few."""
        if type(document) is not dict:
            return self.insert_multiple((document,))[0]
        try:
            return self._engine.insert_one(self.name, self._get_next_id, strict_json.write(document))
        except BaseException:
            self._next_id = None
            raise

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        engine, name = self._engine, self.name
        ids: list[int] = []
        try:
            with self._writing():
                for document in documents:
                    if type(document) is dict:
                        doc_id = self._get_next_id()
                    elif isinstance(document, self.document_class):
                        doc_id = self._given_id(document)
                    elif isinstance(document, Mapping):
                        doc_id = self._get_next_id()
                    else:
                        raise ValueError("Document is not a Mapping")
                    engine.change(Op(journal.INSERT, name, int(doc_id), strict_json.write(document)))
                    ids.append(doc_id)
        except BaseException:
            self._next_id = None
            raise
        return ids

    def insert_sound(self, documents: Sequence[dict[str, Any]]) -> None:
        """Insert what was made of JSON that the strict reader has read: it is not looked through once more."""
        try:
            with self._writing():
                first = self._get_next_id()  # nobody else is writing now
                self._engine.insert(self.name, first, list(map(strict_json.write_sound, documents)), documents)
        except BaseException:
            self._next_id = None
            raise
        self._next_id = first + len(documents)

    def _given_id(self, document: Document) -> int:
        doc_id = document.doc_id
        if not 0 <= doc_id < 1 << 63:
            raise ValueError(f"Document ID {doc_id} is out of range")
        if self._engine.raw(self.name, doc_id) is not None:
            raise ValueError(f"Document with ID {doc_id} already exists")
        self._next_id = None
        return doc_id

    def update(self, fields: Fields, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        with self._writing():
            if doc_ids is not None:
                rows = self._existing(doc_ids)
                once = {doc_id: load(raw) for doc_id, raw in rows}
                return self._change_each([(doc_id, once[doc_id]) for doc_id, _ in rows], fields)
            found = self._matching(cond) if cond is not None else self._engine.documents_of(self.name)
            return self._change_each(list(found), fields)

    def _change_each(self, found: list[tuple[int, dict[str, Any]]], fields: Fields) -> list[int]:
        for doc_id, document in found:
            _update(document, fields)
            self._replace(doc_id, document)
        return [doc_id for doc_id, _ in found]

    def _replace(self, doc_id: int, document: Mapping[str, Any]) -> None:
        self._engine.change(Op(journal.REPLACE, self.name, doc_id, strict_json.write(document)))

    def update_multiple(self, updates: Iterable[tuple[Fields, QueryLike]]) -> list[int]:
        steps = list(updates)
        changed: list[int] = []
        with self._writing():
            for doc_id, document in list(self._engine.documents_of(self.name)):
                before = len(changed)
                for fields, cond in steps:
                    if cond(document):
                        _update(document, fields)
                        changed.append(doc_id)
                if len(changed) > before:
                    self._replace(doc_id, document)
        return changed

    def remove(self, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        if doc_ids is None and cond is None:
            raise RuntimeError("Use truncate() to remove all documents")
        with self._writing():
            if doc_ids is not None:
                gone = list(dict.fromkeys(doc_id for doc_id, _ in self._existing(doc_ids)))
            else:
                gone = [doc_id for doc_id, _ in self._matching(cast(QueryLike, cond))]
            for doc_id in gone:
                self._engine.change(Op(journal.DELETE, self.name, doc_id))
        return gone

    def truncate(self) -> None:
        with self._writing():
            self._engine.change(Op(journal.TRUNCATE, self.name))
        self._next_id = None

    # ------------------------------------------------------------ TinyDB's own seams

    def _get_next_id(self) -> int:
        """Ids are never used twice while the table lives, also not that of a removed document."""
        if self._next_id is None:
            self._next_id = self.document_id_class(self._engine.highest(self.name) + 1)
        found: int = self._next_id
        self._next_id = found + 1
        return found

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return {str(doc_id): document for doc_id, document in self._engine.documents_of(self.name)}

    def _update_table(self, updater: Callable[[dict[int, Mapping[str, Any]]], None]) -> None:
        engine = self._engine
        with self._writing():
            work: dict[int, Mapping[str, Any]] = {
                self.document_id_class(doc_id): document for doc_id, document in engine.documents_of(self.name)
            }
            updater(work)
            engine.change(Op(journal.TABLE, self.name))
            _write_table(engine, self.name, {int(doc_id): document for doc_id, document in work.items()})


class Documents(TinyDB):
    """TinyDB on an open engine. `close` closes the engine as well."""

    table_class = SealedTable

    def __init__(self, engine: "Engine") -> None:
        super().__init__(engine, storage=SealedStorage)
        self.engine = engine

    def table(self, name: str, **kwargs: Any) -> SealedTable:
        return cast(SealedTable, super().table(name, **kwargs))

    def tables(self) -> set[str]:
        return set(self.engine.names())

    def drop_tables(self) -> None:
        with self.engine.transaction():
            for name in self.engine.names():
                self.engine.change(Op(journal.DROP, name))
        self._tables.clear()

    def drop_table(self, name: str) -> None:
        self._tables.pop(name, None)
        if name in self.engine.names():
            with self.engine.transaction():
                self.engine.change(Op(journal.DROP, name))

    def transaction(self, durable: "Durable | None" = None) -> AbstractContextManager[None]:
        """Everything inside becomes durable together or not at all; `"soon"` is for drafts."""
        return self.engine.transaction(durable)

    def sync(self) -> None:
        """Make durable at once what was written to become durable soon."""
        self.engine.sync()

    def tidy(self) -> None:
        """Let go of what was removed or written over, soon and in the background."""
        self.engine.tidy()


def _yes() -> bool:
    return True


def _update(document: dict[str, Any], fields: Fields) -> None:
    if callable(fields):
        fields(document)
    else:
        document.update(fields)


def _equalities(known: object) -> Iterator[tuple[str, Sequence[Any]]]:
    """Fields, each with the values of which a query's documents must have one."""
    if not isinstance(known, tuple) or not known:
        return
    if known[0] == "and":
        for part in known[1]:
            yield from _equalities(part)
    elif known[0] == "one_of" and len(known) == 3 and len(known[1]) == 1 and type(known[1][0]) is str:
        if isinstance(known[2], tuple | frozenset) and all(map(indexable, known[2])):
            yield known[1][0], tuple(known[2])
    elif (plain := _equality(known)) is not None:
        yield plain[0], plain[1:]


def _equality(known: object) -> tuple[str, Any] | None:
    """Field and value of a query that asks for nothing but one equality, of a kind that indexes know."""
    if not isinstance(known, tuple) or len(known) != 3 or known[0] != "==":
        return None
    _, path, value = known
    if len(path) != 1 or type(path[0]) is not str or not indexable(value):
        return None
    return path[0], value


def _words(known: object) -> str:
    """ASCII words that the documents of a plain text search must contain, in any case; "" when there are none."""
    if not isinstance(known, tuple) or len(known) != 3 or known[0] != "search":
        return ""
    path, pattern = known[1], known[2]
    if len(path) != 1 or not isinstance(path[0], str) or not isinstance(pattern, str):
        return ""
    if not _PLAIN.fullmatch(pattern) or not re.search("[A-Za-z0-9]", pattern):
        return ""
    return pattern
