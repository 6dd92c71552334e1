"""The single writer: decide, make durable, apply, then tell; and the reader that answers questions from the tables.

Nothing of the vault is held in memory. A command reads the records it names; its changes and the records they lead to
become durable in one transaction. Own changes keep their sequence in each space: they are the outbox of later.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from threading import RLock
from typing import Any, Generic, Literal, Protocol, TypeVar

from tinydb import where
from tinydb.queries import QueryInstance, QueryLike

from app.model import entities
from app.model.changes import Change, Op, device_of, hlc_of
from app.model.clock import Clock, milliseconds, moment_of, reading
from app.model.commands import Before, Command, Undo
from app.model.decide import Moment, Write, decide
from app.model.fields import Scalar
from app.model.ids import Id, new_id
from app.model.merge import Piece, Wording
from app.model.queries import Card, Past, Query, Trashed
from app.model.records import State, Written, advance, entity_of, fold
from app.model.schema import KINDS, Entity, accepts
from app.services.drafts import Drafts, Start, thread_timer

E = TypeVar("E", bound=Entity)
A = TypeVar("A")

VERSIONS = "version"
LOGS = "log"
OTHER = "other"
DRAFTS = "draft"
"""Tables beside those of the kinds: what travels, how far each space is, what we do not know, what is being typed."""
_BESIDE = frozenset({VERSIONS, LOGS, OTHER, DRAFTS})

Key = tuple[str, str, Scalar]
"""Something that was read or written: a kind, one of its keys (or nothing for all of it), a value."""

log = logging.getLogger(__name__)


def card_table(kind: str) -> str:
    """Where the cards of a kind lie."""
    return f"{kind}_card"


def _indexes() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {
        VERSIONS: ("key", "record", "change"),
        LOGS: ("id",),
        OTHER: ("id",),
        DRAFTS: ("id",),
    }
    for kind, cls in KINDS.items():
        found[kind] = ("id", *cls.KEYS, "trash", "trashed")
        if cls.CARD:
            found[card_table(kind)] = ("id", *cls.KEYS)
    return found


assert entities.Me.KIND in KINDS  # the entities are declared when the module is imported
INDEXES: dict[str, tuple[str, ...]] = _indexes()
"""The equality indexes that the store's tables want, for opening the vault."""


class Spaces(Protocol):
    """The spaces this person is in, and this device's id in each."""

    @property
    def personal(self) -> str:
        """My own space."""
        ...

    def kind(self, space: str) -> str:
        """What kind of space it is."""
        ...

    def device(self, space: str) -> str:
        """This device's id in that space, hexadecimal."""
        ...

    def create(self, kind: str) -> str:
        """A new space, written inside the transaction that is open."""
        ...


class Table(Protocol):
    """The part of a TinyDB table that the store uses."""

    def insert(self, document: Mapping[str, Any]) -> int: ...
    def get(self, cond: QueryLike | None = None) -> Any: ...
    def search(self, cond: QueryLike) -> list[Any]: ...
    def update(self, fields: Any, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]: ...
    def remove(self, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]: ...
    def newest(self, count: int, before: int | None = None, cond: QueryLike | None = None) -> list[Any]: ...
    def tally(self, cond: QueryLike) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...


class Documents(Protocol):
    """TinyDB with transactions: the vault's, or a stand-in."""

    def table(self, name: str) -> Any: ...
    def tables(self) -> set[str]: ...
    def transaction(self, durable: Literal[True, "soon"] = True) -> AbstractContextManager[None]: ...
    def sync(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a command did: the record it is about, what will travel, and how to take it back."""

    record: Id
    changes: tuple[Change, ...] = ()
    undo: Undo | None = None


@dataclass
class _Staged:
    """What a running transaction will have changed when it is durable."""

    sequences: dict[tuple[str, str], int]
    clock: Clock
    keys: set[Key] = field(default_factory=set)
    records: set[tuple[str, Id]] = field(default_factory=set)


class Store:
    """The records of an open vault."""

    def __init__(
        self,
        documents: Documents,
        spaces: Spaces,
        *,
        now: Callable[[], datetime],
        start: Start = thread_timer,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._documents = documents
        self._spaces = spaces
        self._now = now
        self._entropy = entropy
        self._lock = RLock()
        self._telling = RLock()
        self._heard: list[Live[Any]] = []
        self._commits = 0
        self._closed = False
        self._listeners: list[Callable[[frozenset[tuple[str, Id]]], None]] = []
        self._kinds: dict[str, str] = {}
        self._staged: _Staged | None = None
        rows = list(documents.table(LOGS))
        self._sequences: dict[tuple[str, str], int] = {
            (row["space"], row["device"]): row["sequence"] for row in rows if "space" in row
        }
        self._clock = Clock(max((row["hlc"] for row in rows), default=0))
        self.drafts = Drafts(self, documents.table(DRAFTS), start=start)
        self.drafts.settle_all()

    # ------------------------------------------------------------------ writing

    def execute(self, command: Command, *, now: datetime | None = None) -> Done:
        """Carry out a command: decide, make durable, apply, then tell.

        The order is the contract. A refusal leaves no trace; a full disk raises before anyone has seen the change; and
        a listener that fails cannot undo what is already on the disk.
        """
        with self.writing():
            return self.perform(command, now=now)

    def perform(
        self, command: Command, *, now: datetime | None = None, seen: Mapping[Id, Sequence[str]] | None = None
    ) -> Done:
        """Carry out a command inside `writing`. `seen` names the versions its author had before their eyes."""
        moment = Moment(now=now or self._now(), new_id=self.new_id, new_space=self._spaces.create)
        decision = decide(command, _Reader(self), moment)
        if not decision.writes:
            return Done(record=decision.record)
        changes = self._stamp(decision.writes, moment.now, seen or {})
        for change in changes:
            self._take_in(change)
        steps = tuple(
            Before(kind=write.kind, record=write.record, created=write.created, wrote=write.fields, was=write.was)
            for write in decision.writes
        )
        return Done(record=decision.record, changes=tuple(changes), undo=Undo(steps=steps))

    def apply(self, changes: Iterable[Change]) -> None:
        """Take in what other devices wrote, in any order; what is there already costs nothing."""
        with self.writing() as staged:
            for change in changes:
                staged.clock = staged.clock.meet(change.hlc, self._now())
                self._take_in(change)
            self._keep_log("clock", hlc=staged.clock.last)

    @contextmanager
    def writing(self, durable: Literal[True, "soon"] = True) -> Iterator[_Staged]:
        """One transaction of the single writer. Who watches is told when the outermost one is durable."""
        with self._lock:
            if self._staged is not None:
                yield self._staged
                return
            staged = self._staged = _Staged(dict(self._sequences), self._clock)
            try:
                with self._documents.transaction(durable):
                    yield staged
            finally:
                self._staged = None
            self._sequences, self._clock = staged.sequences, staged.clock
            self._commits += bool(staged.records)
        if staged.records:
            self._tell(staged)

    def new_id(self) -> Id:
        """A name for a record that is about to be made."""
        return new_id(milliseconds(reading(self._now())), self._entropy(10))

    def close(self) -> None:
        """Make what is being typed durable and let go; the documents belong to whoever opened them."""
        self.drafts.close()
        with self._lock:
            self._closed = True
        with self._telling:
            self._heard.clear()
            self._listeners.clear()

    # ------------------------------------------------------------------ reading

    def ask(self, query: Query[A]) -> A:
        """The answer to a question, as things stand."""
        with self._lock:
            return query.answer(_Reader(self))

    def live(self, query: Query[A]) -> Live[A]:
        """An answer that knows when it is out of date. Nothing is read before somebody wants it."""
        return Live(self, query)

    def watch(self, query: Query[A], listener: Callable[[A], None]) -> Callable[[], None]:
        """Be told the new answer whenever it changes, in the thread that changed it. Returns what stops it."""
        live = self.live(query)
        told = live.answer

        def compare() -> None:
            nonlocal told
            before, told = told, live.answer
            if told != before:
                listener(told)

        return live.listen(compare)

    def on_change(self, listener: Callable[[frozenset[tuple[str, Id]]], None]) -> Callable[[], None]:
        """Be told which records (kind and id) every commit touched. Returns what stops it."""
        with self._telling:
            self._listeners.append(listener)

        def stop() -> None:
            with self._telling:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def everything(self, cls: type[E], step: int = 200, *, deleted: bool = False) -> Iterator[E]:
        """All records of a kind, newest first, a few at a time: for the search index and for exports.

        What lies in the trash is left out unless `deleted` asks for it as well.
        """
        before: int | None = None
        while True:
            with self._lock:
                rows = self._documents.table(cls.KIND).newest(step, before)
                found = [self.shown(cls, row) for row in rows if deleted or "gone" not in row]
            yield from found
            if len(rows) < step:
                return
            before = rows[-1].doc_id

    def unknown(self, step: int = 200) -> Iterator[Mapping[str, Any]]:
        """What stands in no table of a kind: records of newer versions, and what did not belong where it came from."""
        before: int | None = None
        while True:
            with self._lock:
                rows = self._documents.table(OTHER).newest(step, before)
            yield from rows
            if len(rows) < step:
                return
            before = rows[-1].doc_id

    def written_after(self, space: str, sequence: int, limit: int = 500) -> list[Change]:
        """Own changes in a space beyond that sequence, in order, exactly as they will travel."""
        with self._lock:
            device = self._spaces.device(space)
            last = min(self._sequences.get((space, device), 0), sequence + limit)
            return [self._change(space, device, number) for number in range(sequence + 1, last + 1)]

    # ------------------------------------------------------------------ inside: changes and records

    def kind_of(self, space: str) -> str:
        """The kind of a space, asked for once."""
        if space not in self._kinds:
            self._kinds[space] = self._spaces.kind(space)
        return self._kinds[space]

    @property
    def personal(self) -> str:
        """My own space."""
        return self._spaces.personal

    @property
    def documents(self) -> Documents:
        """The tables."""
        return self._documents

    def device(self, space: str) -> str:
        """This device in a space."""
        return self._spaces.device(space)

    def heads_of(self, kind: str, id: Id) -> list[str]:
        """The newest versions of a record, as far as it exists."""
        with self._lock:
            document = self._documents.table(kind).get(_is("id", id)) if kind in KINDS else None
            return [] if document is None else list(document["heads"])

    def shown(self, cls: type[E], document: Mapping[str, Any]) -> E:
        """A stored document as its entity."""
        found = entity_of(_state(cls.KIND, document), document["space"], self.kind_of(document["space"]))
        assert isinstance(found, cls)
        return found

    def _stamp(self, writes: Sequence[Write], now: datetime, seen: Mapping[Id, Sequence[str]]) -> list[Change]:
        """The writes of one command as changes: one a space, all with the same reading of the clock."""
        assert self._staged is not None
        staged = self._staged
        staged.clock = staged.clock.tick(now)
        found: list[Change] = []
        for space in dict.fromkeys(write.space for write in writes):
            device = self._spaces.device(space)
            sequence = staged.sequences.get((space, device), 0) + 1
            staged.sequences[space, device] = sequence
            ops = tuple(
                Op(
                    record=write.record,
                    kind=write.kind,
                    fields=dict(write.fields),
                    parents=tuple(seen.get(write.record) or self._heads(write)),
                )
                for write in writes
                if write.space == space
            )
            change = Change(space=space, device=device, sequence=sequence, hlc=staged.clock.last, ops=ops)
            found.append(change)
            self._keep_log(f"{space}:{device}", space=space, device=device, sequence=sequence, hlc=change.hlc)
        return found

    def _keep_log(self, id: str, **row: str | int) -> None:
        if not self._documents.table(LOGS).update(row, _is("id", id)):
            self._documents.table(LOGS).insert({"id": id, **row})

    def _heads(self, write: Write) -> Sequence[str]:
        document = self._stored(write.space, write.kind, write.record)
        return () if document is None else document["heads"]

    def _take_in(self, change: Change) -> None:
        """A change becomes versions, and the versions lead to records."""
        assert self._staged is not None
        versions = self._documents.table(VERSIONS)
        for place, op in enumerate(change.ops):
            key = f"{change.version}:{change.space}:{op.record}"
            if versions.get(_is("key", key)) is not None:
                continue
            record = f"{change.space}:{op.kind}:{op.record}"
            row: dict[str, Any] = {
                "key": key,
                "record": record,
                "change": change.id,
                "version": change.version,
                "id": op.record,
                "kind": op.kind,
                "fields": dict(op.fields),
                "parents": list(op.parents),
            }
            if op.more:
                row["more"] = dict(op.more)
            if place == 0 and (change.seen or change.more):
                row["with"] = {"seen": dict(change.seen), "more": dict(change.more)}
            versions.insert(row)
            self._lead_to(change.space, op, Written(version=change.version, op=op), record)

    def _lead_to(self, space: str, op: Op, written: Written, record: str) -> None:
        """The record as it stands after one more version."""
        before = self._stored(space, op.kind, op.record)
        state = advance(None if before is None else _state(op.kind, before), written)
        if state is None:
            rows = self._documents.table(VERSIONS).search(_is("record", record))
            state = fold(_written(row) for row in rows)
        assert self._staged is not None
        known = KINDS.get(op.kind)
        document: dict[str, Any] = _document(state, space)
        self._staged.records.add((op.kind, op.record))
        if known is None or not self._belongs(space, op.kind, op.record):
            document |= {"id": f"{space}:{op.kind}:{op.record}", "kind": op.kind}
            self._put(OTHER, before, document)
            return
        entity = entity_of(state, space, self.kind_of(space))
        keys = {"trash": state.gone, "trashed": True} if entity.gone else entity.keys()
        document |= {name: value for name, value in keys.items() if value is not None}
        self._put(op.kind, before, document)
        self._note_keys(known, before, document)
        if known.CARD:
            self._keep_card(known, entity, document)

    def _belongs(self, space: str, kind: str, record: Id) -> bool:
        """Whether a record may stand in the table of its kind: its space takes the kind, and the name is not taken."""
        if not accepts(self.kind_of(space), kind):
            return False
        there = self._documents.table(kind).get(_is("id", record))
        return there is None or there["space"] == space

    def _stored(self, space: str, kind: str, record: Id) -> Any:
        """The document of a record in a space, wherever it stands."""
        if kind in KINDS:
            found = self._documents.table(kind).get(_is("id", record))
            if found is not None and found["space"] == space:
                return found
        return self._documents.table(OTHER).get(_is("id", f"{space}:{kind}:{record}"))

    def _put(self, table: str, before: Any, document: Mapping[str, Any]) -> None:
        if before is None:
            self._documents.table(table).insert(document)
            return

        def replace(stored: dict[str, Any]) -> None:
            stored.clear()
            stored.update(document)

        self._documents.table(table).update(replace, doc_ids=[before.doc_id])

    def _note_keys(self, cls: type[Entity], before: Any, document: Mapping[str, Any]) -> None:
        assert self._staged is not None
        kind = cls.KIND
        self._staged.keys |= {(kind, "", None), (kind, "id", document["id"])}
        for row in (before, document):
            if row is not None:
                self._staged.keys |= {(kind, name, row.get(name)) for name in cls.KEYS}
                if "gone" in row:
                    self._staged.keys.add(("trash", "", None))

    def _keep_card(self, cls: type[Entity], entity: Entity, document: Mapping[str, Any]) -> None:
        table = self._documents.table(card_table(cls.KIND))
        there = table.get(_is("id", entity.id))
        if entity.gone:
            if there is not None:
                table.remove(doc_ids=[there.doc_id])
            return
        card = {name: document[name] for name in ("id", "space", "made", "edited")}
        card |= {name: document[name] for name in cls.KEYS if name in document}
        values = {name: cls.FIELDS[name].encode(getattr(entity, name)) for name in cls.CARD if name in cls.FIELDS}
        values |= {name: getattr(entity, name) for name in cls.CARD if name not in cls.FIELDS}
        card["values"] = {name: value for name, value in values.items() if value is not None}
        self._put(card_table(cls.KIND), there, card)

    def _change(self, space: str, device: str, sequence: int) -> Change:
        rows = self._documents.table(VERSIONS).search(_is("change", f"{space}:{device}:{sequence}"))
        around = rows[0].get("with", {"seen": {}, "more": {}})
        return Change(
            space=space,
            device=device,
            sequence=sequence,
            hlc=hlc_of(rows[0]["version"]),
            ops=tuple(_written(row).op for row in rows),
            seen=around["seen"],
            more=around["more"],
        )

    # ------------------------------------------------------------------ inside: telling

    def _tell(self, staged: _Staged) -> None:
        with self._telling:
            for live in [live for live in self._heard if live.read & staged.keys]:
                live.stale = True
                for listener in list(live.listeners):
                    if listener in live.listeners:  # it may have been stopped by the one before
                        _call(listener)
            records = frozenset(staged.records)
            for told in list(self._listeners):
                _call(told, records)


class Live(Generic[A]):
    """The answer to a question for as long as somebody looks at it: read once, and again when it may have changed.

    Whoever listens is told that it may have, in the thread that wrote, and reads the new answer when there is time: who
    writes does not wait for what others show.
    """

    def __init__(self, store: Store, query: Query[A]) -> None:
        self.query = query
        self.stale = True
        self.read: frozenset[Key] = frozenset()
        self.listeners: list[Callable[[], None]] = []
        self.store = store
        self._commit = -1
        self._answer: A

    @property
    def answer(self) -> A:
        """As things stand; once the store is closed, as they last stood."""
        store = self.store
        with store._lock:
            if not self.listeners and self._commit != store._commits:  # nobody was told what has happened since
                self.stale = True
            if self.stale and not (store._closed and self._commit >= 0):
                reader = _Reader(store)
                self._answer = self.query.answer(reader)
                self.read, self.stale, self._commit = frozenset(reader.keys), False, store._commits
            return self._answer

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when the answer may have become another one. Returns what stops it."""
        store = self.store
        with store._telling, store._lock:
            if self._commit != store._commits:
                self.stale = True
            if self not in store._heard:
                store._heard.append(self)
            self.listeners.append(listener)

        def stop() -> None:
            with store._telling:
                if listener in self.listeners:
                    self.listeners.remove(listener)
                if not self.listeners and self in store._heard:
                    store._heard.remove(self)

        return stop


def _call(listener: Callable[..., None], *told: Any) -> None:
    try:
        listener(*told)
    except Exception as exc:  # noqa: BLE001 - what is on the disk stays; the writer must not think it failed
        log.error("a listener failed: %s", type(exc).__name__)


class _Reader:
    """What queries and decisions read through. It notes what was read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.keys: set[Key] = set()

    @property
    def personal(self) -> str:
        return self._store.personal

    def kind_of(self, space: str) -> str:
        return self._store.kind_of(space)

    def one(self, cls: type[E], id: Id) -> E | None:
        found = self.buried(cls, id)
        return None if found is None or found.gone else found

    def buried(self, cls: type[E], id: Id) -> E | None:
        self.keys.add((cls.KIND, "id", id))
        document = self._table(cls.KIND).get(_is("id", id))
        return None if document is None else self._store.shown(cls, document)

    def where(self, cls: type[E], **equal: Scalar) -> list[E]:
        return [self._store.shown(cls, row) for row in self._rows(cls.KIND, cls.KIND, equal)]

    def newest(self, cls: type[E], count: int, **equal: Scalar) -> list[E]:
        self._note(cls.KIND, equal)
        rows = self._table(cls.KIND).newest(count, None, _all_equal(equal))
        return [self._store.shown(cls, row) for row in rows if "gone" not in row]

    def cards(self, cls: type[Entity], **equal: Scalar) -> list[Card]:
        return [_card(cls, row) for row in self._rows(cls.KIND, card_table(cls.KIND), equal)]

    def newest_cards(
        self, cls: type[Entity], count: int, before: int | None, **equal: Scalar
    ) -> tuple[list[Card], int | None]:
        self._note(cls.KIND, equal)
        rows = self._table(card_table(cls.KIND)).newest(count + 1, before, _all_equal(equal))
        following = rows[count - 1].doc_id if len(rows) > count else None
        return [_card(cls, row) for row in rows[:count]], following

    def count(self, cls: type[Entity], **equal: Scalar) -> int:
        self._note(cls.KIND, equal)
        table = self._table(cls.KIND)
        if equal:
            return int(table.tally(_all_equal(equal)))
        return len(table) - int(table.tally(_is("trashed", True)))

    def history(self, kind: str, id: Id) -> list[Past]:
        self.keys.add((kind, "id", id))
        document = self._table(kind).get(_is("id", id))
        if document is None:
            return []
        space = document["space"]
        mine = self._store.device(space)
        rows = self._table(VERSIONS).search(_is("record", f"{space}:{kind}:{id}"))
        return [
            Past(
                version=row["version"],
                at=moment_of(hlc_of(row["version"])),
                device=device_of(row["version"]),
                mine=device_of(row["version"]) == mine,
                cells=row["fields"],
            )
            for row in sorted(rows, key=itemgetter("version"), reverse=True)
        ]

    def trash(self, kinds: Sequence[str]) -> list[Trashed]:
        self.keys.add(("trash", "", None))
        found: list[tuple[str, Trashed]] = []
        for kind in kinds:
            for row in self._table(kind).search(_is("trashed", True)):
                if row["trash"] == row["id"]:
                    entity = self._store.shown(KINDS[kind], row)
                    version = max(row["heads"])
                    one = Trashed(
                        kind=kind,
                        id=entity.id,
                        title=next(
                            (str(name) for word in _TITLES if (name := getattr(entity, word, ""))),
                            "",
                        ),
                        at=moment_of(hlc_of(version)),
                        mentorship=getattr(entity, "mentorship", None),
                    )
                    found.append((version, one))
        return [one for _, one in sorted(found, key=itemgetter(0), reverse=True)]

    def gone_with(self, id: Id) -> list[Entity]:
        return [
            self._store.shown(cls, row)
            for kind, cls in KINDS.items()
            for row in self._table(kind).search(_is("trash", id))
        ]

    def _rows(self, kind: str, table: str, equal: Mapping[str, Scalar]) -> list[Any]:
        self._note(kind, equal)
        if equal:
            return list(self._table(table).search(_all_equal(equal)))
        return [row for row in self._table(table) if "gone" not in row]

    def _note(self, kind: str, equal: Mapping[str, Scalar]) -> None:
        name, value = next(iter(equal.items()), ("", None))
        self.keys.add((kind, name, value))

    def _table(self, name: str) -> Any:
        return self._store.documents.table(name)


_TITLES = ("title", "name", "text", "aim", "document", "body")


class _Uncached(QueryInstance):
    """A query whose answer TinyDB does not keep: copying what it keeps costs more than asking again."""

    def is_cacheable(self) -> bool:
        return False


def _all_equal(equal: Mapping[str, Scalar]) -> Any:
    """All of these, as one TinyDB query; nothing for nothing."""
    query: Any = None
    for name, value in equal.items():
        one = where(name) == value
        query = one if query is None else query & one
    return None if query is None else _Uncached(query._test, query._hash)


def _is(name: str, value: Scalar) -> Any:
    """Where a field has that value."""
    return _all_equal({name: value})


def _card(cls: type[Entity], row: Mapping[str, Any]) -> Card:
    values = {
        name: cls.FIELDS[name].decode(value) if name in cls.FIELDS else value for name, value in row["values"].items()
    }
    return Card(id=row["id"], space=row["space"], made=row["made"], edited=row["edited"], values=values)


# ------------------------------------------------------------------ documents and states


def _document(state: State, space: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": state.id,
        "space": space,
        "heads": list(state.heads),
        "made": state.made,
        "edited": state.edited,
        "cells": dict(state.cells),
    }
    if state.also:
        document["also"] = {cell: [list(value) for value in values] for cell, values in state.also.items()}
    if state.woven:
        document["woven"] = {
            cell: [[piece.text, [[one.version, one.text] for one in piece.wordings]] for piece in pieces]
            for cell, pieces in state.woven.items()
        }
    if state.gone is not None:
        document["gone"] = state.gone
    if state.came_back:
        document["back"] = True
    return document


def _state(kind: str, document: Mapping[str, Any]) -> State:
    return State(
        id=document["id"],
        kind=kind,
        heads=tuple(document["heads"]),
        cells=document["cells"],
        also={
            cell: tuple((name, value) for name, value in values) for cell, values in document.get("also", {}).items()
        },
        woven={
            cell: tuple(Piece(text, tuple(Wording(*one) for one in wordings)) for text, wordings in pieces)
            for cell, pieces in document.get("woven", {}).items()
        },
        gone=document.get("gone"),
        came_back=document.get("back", False),
        made=document["made"],
        edited=document["edited"],
    )


def _written(row: Mapping[str, Any]) -> Written:
    op = Op(
        record=row["id"],
        kind=row["kind"],
        fields=row.get("fields", {}),
        parents=tuple(row["parents"]),
        more=row.get("more", {}),
    )
    return Written(version=row["version"], op=op)
