"""The store's tables: their names and indexes, how they are asked, and how a record's state becomes a document.

The store works on anything with tables and transactions: the vault's documents, or a stand-in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Literal, Protocol

from tinydb import Query, where
from tinydb.queries import QueryInstance, QueryLike

from app.model import entities
from app.model.changes import Op
from app.model.fields import Scalar
from app.model.merge import Piece, Wording
from app.model.records import State, Written
from app.model.schema import KINDS, Entity

VERSIONS = "version"
LOGS = "log"
OTHER = "other"
DRAFTS = "draft"
ERASED = "erased"
KEYED = "keyed"
UNSETTLED = "unsettled"
"""Tables beside those of the kinds: what travels, how far each space is, what we do not know, what is being typed, which
bodies were erased by whom, with which keys the records were written, and in which of them somebody has to choose.
"""
_BESIDE = frozenset({VERSIONS, LOGS, OTHER, DRAFTS, ERASED, KEYED, UNSETTLED})

Key = tuple[str, str, Scalar]
"""Something that was read or written: a kind, one of its keys (or nothing for all of it), a value."""


def card_table(kind: str) -> str:
    """Where the cards of a kind lie."""
    return f"{kind}_card"


def _indexes() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {
        VERSIONS: ("key", "record", "change"),
        LOGS: ("id",),
        OTHER: ("id",),
        DRAFTS: ("id", "record"),
        ERASED: ("id",),
        KEYED: ("id",),
        UNSETTLED: ("id",),
    }
    for kind, cls in KINDS.items():
        found[kind] = ("id", *cls.KEYS, "trash", "trashed")
        if cls.CARD:
            found[card_table(kind)] = ("id", *cls.KEYS)
    return found


assert entities.Me.KIND in KINDS  # the entities are declared when the module is imported
INDEXES: dict[str, tuple[str, ...]] = _indexes()
"""The equality indexes that the store's tables want, for opening the vault."""


ENVELOPES = "_envelope"
"""Every envelope that has its place, mine and others', as it travels."""
LINKS = "_link"
"""A row for each device of a space: how far its chain has come, what it has seen, when it was last heard."""
PLACES = "_place"
"""A row for each shared space: its genesis, and how far what is mine has been sealed and the server read."""
ASIDE = "_aside"
"""What stands in its chain and does not count, or cannot be opened: kept, never thrown away, tried again."""
ALARMS = "_alarm"
"""What must be told in words, until it has been."""
EPOCHS = "_epoch"
"""Keys under which spaces were and are written; they belong to the person."""
PSKS = "_paired"
"""The secrets that were scanned in the room, until the first epoch has been opened with them."""

SHARED = frozenset({ENVELOPES, LINKS, PLACES, ASIDE, ALARMS, PSKS})
"""What belongs to this device alone and goes into no backup: a restored vault is a new device."""

SHARED_INDEXES: dict[str, tuple[str, ...]] = {
    ENVELOPES: ("key", "control", "waiting", "own", "hollow", "purge"),
    LINKS: ("id", "space"),
    PLACES: ("id",),
    ASIDE: ("key", "space"),
    ALARMS: ("space",),
    EPOCHS: ("id", "space"),
    PSKS: ("space",),
}


class Table(Protocol):
    """The part of a TinyDB table that the store uses."""

    def insert(self, document: Mapping[str, Any]) -> int: ...
    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]: ...
    def insert_sound(self, documents: Sequence[dict[str, Any]]) -> None:
        """Insert what was made of JSON that the strict reader has read: it is not looked through once more."""
        ...

    def get(self, cond: QueryLike | None = None) -> Any: ...
    def search(self, cond: QueryLike) -> list[Any]: ...
    def update(self, fields: Any, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]: ...
    def remove(self, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]: ...
    def newest(self, count: int, before: int | None = None, cond: QueryLike | None = None) -> list[Any]: ...
    def tally(self, cond: QueryLike) -> int: ...
    def lacks(self, field: str, values: Sequence[str]) -> bool: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...


class Documents(Protocol):
    """TinyDB with transactions: the vault's, or a stand-in."""

    def table(self, name: str) -> Any: ...
    def tables(self) -> set[str]: ...
    def transaction(self, durable: Literal[True, "soon"] = True) -> AbstractContextManager[None]: ...
    def sync(self) -> None: ...
    def tidy(self) -> None:
        """Let go of what was written over or removed, soon and in the background."""
        ...


class _Uncached(QueryInstance):
    """A query whose answer TinyDB does not keep: copying what it keeps costs more than asking again."""

    def is_cacheable(self) -> bool:
        return False


@cache
def _field(name: str) -> Query:
    return where(name)


def all_equal(equal: Mapping[str, Scalar]) -> Any:
    """All of these, as one TinyDB query; nothing for nothing."""
    query: Any = None
    for name, value in equal.items():
        one = _field(name) == value
        query = one if query is None else query & one
    return None if query is None else _Uncached(query._test, query._hash)


def among(name: str, values: Iterable[Scalar]) -> Any:
    """Where a field has one of these values."""
    query = where(name).one_of(frozenset(values))  # type: ignore[arg-type]  # a list would be searched for each document
    return _Uncached(query._test, query._hash)


def is_(name: str, value: Scalar) -> Any:
    """Where a field has that value."""
    return all_equal({name: value})


def document_of(state: State, space: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": state.id,
        "space": space,
        "heads": list(state.heads),
        "made": state.made,
        "edited": state.edited,
        "cells": dict(state.cells),
    }
    if state.lacking:
        document["lacking"] = list(state.lacking)
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


def keyed(entity: Entity, document: dict[str, Any], gone: str | None, *, away: bool) -> dict[str, Any]:
    """The document of a record together with what lists look it up by; what is in the trash is found there alone."""
    keys = entity.keys()
    if entity.gone:
        keys = {"trashed": True, "away": True} if away else {"trashed": True, "trash": gone}
    return document | {name: value for name, value in keys.items() if value is not None}


def card_document(entity: Entity, document: Mapping[str, Any]) -> dict[str, Any]:
    """What lists need of a record, without its long texts."""
    cls = type(entity)
    card = {name: document[name] for name in ("id", "space", "made", "edited")}
    card |= {name: document[name] for name in cls.KEYS if name in document}
    values = {name: cls.FIELDS[name].encode(getattr(entity, name)) for name in cls.CARD if name in cls.FIELDS}
    values |= {name: getattr(entity, name) for name in cls.CARD if name not in cls.FIELDS}
    card["values"] = {name: value for name, value in values.items() if value is not None}
    return card


def state_of(kind: str, document: Mapping[str, Any]) -> State:
    return State(
        id=document["id"],
        kind=kind,
        heads=tuple(document["heads"]),
        lacking=tuple(document.get("lacking", ())),
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


def written_of(row: Mapping[str, Any]) -> Written:
    op = Op(
        record=row["id"],
        kind=row["kind"],
        fields=row.get("fields", {}),
        parents=tuple(row["parents"]),
        lacking=tuple(row.get("lacking", ())),
        more=row.get("more", {}),
    )
    return Written(version=row["version"], op=op)
