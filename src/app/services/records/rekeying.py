"""Records written by another version of the app get the keys that this one looks them up by.

Keys and cards lie beside each record and follow from it. A vault tells with which ones it was written, in one document;
when they are not ours, older or newer, the kinds concerned are written again. It makes no versions and sends nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from app.model.records import entity_of
from app.model.schema import KINDS, Entity
from app.services.records.choosing import keep_choosing
from app.services.records.tables import KEYED, OTHER, card_document, card_table, document_of, is_, keyed, state_of

if TYPE_CHECKING:
    from app.services.records.store import Store

AT_ONCE: Final = 500
"""So many records are written again in one transaction."""
_WHOLE: Final = "kinds"
_SHAPE: Final = 2
"""Goes up when what is written beside every record means something else."""


def fingerprints() -> dict[str, str]:
    """What each kind is looked up by, in short: equal as long as its keys, its card and where it may live are."""
    found = {}
    for kind, cls in KINDS.items():
        told = json.dumps([_SHAPE, cls.REVISION, cls.KEYS, cls.CARD, cls.SPACES])
        found[kind] = hashlib.sha256(told.encode()).hexdigest()[:12]
    return found


def rekey(store: Store) -> None:
    """Write again what was written with other keys than ours. One look when there is nothing to do.

    The fingerprints come last: whatever interrupts it, the next opening does it again.
    """
    table, ours = store.documents.table(KEYED), fingerprints()
    row = table.get(is_("id", _WHOLE))
    theirs = {} if row is None else row["prints"]
    if theirs == ours:
        return
    for kind, cls in KINDS.items():
        if theirs.get(kind) != ours[kind]:
            _renew(store, cls)
    _take_home(store)
    with store.writing():
        if not table.update({"prints": ours}, is_("id", _WHOLE)):
            table.insert({"id": _WHOLE, "prints": ours})


def _renew(store: Store, cls: type[Entity]) -> None:
    """All records of a kind and their cards, in the order in which they were written: lists go by it."""
    for rows in _parts(store.documents.table(cls.KIND)):
        with store.writing() as staged:
            for row in rows:
                state = state_of(cls.KIND, row)
                entity = entity_of(state, row["space"], store.kind_of(row["space"]))
                document = keyed(entity, document_of(state, row["space"]), state.gone, away=row.get("away", False))
                _put(store.documents.table(cls.KIND), row, document)
                keep_choosing(store.documents, cls.KIND, entity.id, entity, staged.keys)
                if cls.CARD and not entity.gone:
                    cards = store.documents.table(card_table(cls.KIND))
                    _put(cards, cards.get(is_("id", entity.id)), card_document(entity, document))


def _take_home(store: Store) -> None:
    """Records that stood apart because their kind was not known, or not taken where they are, and now is."""
    for rows in _parts(store.documents.table(OTHER)):
        with store.writing():
            for row in rows:
                if row["kind"] in KINDS:
                    store.settle_in(row["kind"], row["id"].removeprefix(f"{row['space']}:{row['kind']}:"), row)


def _parts(table: Any) -> Iterator[list[Any]]:
    rows = iter(list(table))
    while part := list(islice(rows, AT_ONCE)):
        yield part


def _put(table: Any, before: Any, document: dict[str, Any]) -> None:
    """What is as it should be is not written again."""
    if before is None:
        table.insert(document)
    elif dict(before) != document:

        def replace(stored: dict[str, Any]) -> None:
            stored.clear()
            stored.update(document)

        table.update(replace, doc_ids=[before.doc_id])
