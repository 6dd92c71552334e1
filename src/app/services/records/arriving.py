"""Records that begin with what comes in: nothing of them is here, so nothing is read, and all are written down together.

That is most of what a new phone reads at first, thousands of records in one go. What such a record amounts to is what
the store would say of it one by one, and a test holds them against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from app.model.changes import GONE, Change, Op
from app.model.entities import Erasure
from app.model.ids import Id
from app.model.schema import KINDS, VISIBILITY, Entity, accepts, is_private, show
from app.services.records.tables import (
    ERASED,
    OTHER,
    VERSIONS,
    Documents,
    Key,
    Table,
    card_document,
    card_table,
    keyed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN: Final = frozenset({"personal"})
"""Spaces in which nothing is private from anybody else who reads them."""


class Staged(Protocol):
    """What the running transaction will have changed."""

    keys: set[Key]
    records: set[tuple[str, Id]]


class Arriving:
    """One page of changes on its way into the tables, inside a transaction."""

    def __init__(
        self,
        documents: Documents,
        staged: Staged,
        kind_of: Callable[[str], str],
        changes: Sequence[Change],
        *,
        sound: bool = False,
    ) -> None:
        """`sound`: all that is in the changes was read within the limits of the strict reader."""
        self._documents = documents
        self._sound = sound
        self._staged = staged
        self._kind_of = kind_of
        self._nothing_erased = not len(documents.table(ERASED))
        self._kinds: dict[tuple[str, str], type[Entity] | None] = {}
        self._tables: dict[str, Table] = {}
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._begun: set[tuple[str, Id]] = set()
        self._versions: set[str] = set()
        self._told: set[tuple[Any, ...]] = set()
        self._changes = 0
        self._all_unknown = self._are_unknown(changes)

    def takes(self, change: Change) -> bool:
        """Whether a change does nothing but begin records that are not known here; then they are ready."""
        found: list[tuple[type[Entity], Op, str, str]] = []
        space, version = change.space, change.version
        for op in change.ops:
            known = self._known(space, op.kind)
            if known is None or op.parents or op.lacking or op.more or GONE in op.fields:
                return False
            key, record = f"{version}:{space}:{op.record}", f"{space}:{op.kind}:{op.record}"
            if (op.kind, op.record) in self._begun or key in self._versions:
                return False
            if self._kind_of(space) not in _PLAIN and is_private(op.fields):
                return False
            if not self._all_unknown and not self._is_unknown(op, key, record):
                return False
            if not self._nothing_erased and not self._table(ERASED).lacks("id", [key]):
                return False
            found.append((known, op, key, record))
        for place, (known, op, key, record) in enumerate(found):
            self._begin(change, place, known, op, key, record)
        self._changes += bool(found)
        return True

    def put_down(self) -> int:
        """Write down what has begun; how many changes that were."""
        for table, rows in self._rows.items():
            if self._sound:
                self._table(table).insert_sound(rows)
            else:
                self._table(table).insert_multiple(rows)
        self._staged.records |= self._begun
        changes, self._rows, self._changes = self._changes, {}, 0
        return changes

    def look_closely(self) -> None:
        """Something else was taken in: from now on each record is asked for, and it may have erased what is still to come."""
        self._all_unknown = False
        self._nothing_erased = not len(self._documents.table(ERASED))

    # ------------------------------------------------------------------ inside

    def _begin(self, change: Change, place: int, known: type[Entity], op: Op, key: str, record: str) -> None:
        space, version, hlc = change.space, change.version, change.hlc
        row = row_of(change, place, key, record)
        entity = show(
            known,
            op.fields,
            id=op.record,
            space=space,
            visibility=VISIBILITY.get(self._kind_of(space), "only_me"),
            heads=(version,),
            cells=op.fields,
            made=hlc,
            edited=hlc,
        )
        plain = {
            "id": op.record,
            "space": space,
            "heads": [version],
            "made": hlc,
            "edited": hlc,
            "cells": op.fields,
        }
        document = keyed(entity, plain, None, away=False)
        self._begun.add((op.kind, op.record))
        self._versions.add(key)
        self._rows.setdefault(VERSIONS, []).append(row)
        self._rows.setdefault(op.kind, []).append(document)
        if known.CARD:
            self._rows.setdefault(card_table(op.kind), []).append(card_document(entity, document))
        self._note(known, document)

    def _note(self, known: type[Entity], document: Mapping[str, Any]) -> None:
        """Whoever watches one of its keys is told; most records of a page have the same."""
        kind, keys = known.KIND, self._staged.keys
        keys.add((kind, "id", document["id"]))
        values = (kind, *[document.get(name) for name in known.KEYS])
        if values not in self._told:
            self._told.add(values)
            keys.add((kind, "", None))
            keys.update(zip([kind] * len(known.KEYS), known.KEYS, values[1:], strict=True))

    def _known(self, space: str, kind: str) -> type[Entity] | None:
        """The kind, where records of it may begin in that space like any other."""
        key = space, kind
        if key not in self._kinds:
            usual = kind in KINDS and kind != Erasure.KIND and accepts(self._kind_of(space), kind)
            self._kinds[key] = KINDS[kind] if usual else None
        return self._kinds[key]

    def _table(self, name: str) -> Table:
        found = self._tables.get(name)
        if found is None:
            found = self._tables[name] = self._documents.table(name)
        return found

    def _are_unknown(self, changes: Iterable[Change]) -> bool:
        """Whether nothing is here of any record that these changes name: then they need not be asked for one by one."""
        keys: list[str] = []
        records: list[str] = []
        ids: dict[str, list[Id]] = {}
        for change in changes:
            space, version = change.space, change.version
            for op in change.ops:
                keys.append(f"{version}:{space}:{op.record}")
                records.append(f"{space}:{op.kind}:{op.record}")
                ids.setdefault(op.kind, []).append(op.record)
        return (
            self._table(VERSIONS).lacks("record", records)
            and self._table(VERSIONS).lacks("key", keys)
            and self._table(OTHER).lacks("id", records)
            and all(self._table(kind).lacks("id", names) for kind, names in ids.items() if kind in KINDS)
        )

    def _is_unknown(self, op: Op, key: str, record: str) -> bool:
        return (
            self._table(VERSIONS).lacks("key", [key])
            and self._table(VERSIONS).lacks("record", [record])
            and self._table(op.kind).lacks("id", [op.record])
            and self._table(OTHER).lacks("id", [record])
        )


def row_of(change: Change, place: int, key: str, record: str) -> dict[str, Any]:
    """A version as it is kept; what its change has seen stands with the first."""
    op = change.ops[place]
    row: dict[str, Any] = {
        "key": key,
        "record": record,
        "change": change.id,
        "version": change.version,
        "id": op.record,
        "kind": op.kind,
        "fields": op.fields,
        "parents": list(op.parents),
    }
    if op.lacking:
        row["lacking"] = list(op.lacking)
    if op.more:
        row["more"] = dict(op.more)
    if place == 0 and (change.seen or change.more):
        row["with"] = {"seen": dict(change.seen), "more": dict(change.more)}
    return row
