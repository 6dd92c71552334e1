"""Every table as it is at this moment, and how each change to it is taken back."""

from collections.abc import Sequence
from typing import Final

from app.vault import journal
from app.vault.collection import Collection, Document
from app.vault.journal import Op
from app.vault.snapshot import Snapshot

_WHOLE: Final = -1
_GROWTH: Final = {journal.INSERT: 1, journal.REPLACE: 0, journal.DELETE: -1}


Undo = tuple[Collection | None, str, int, bool, bytes | None, int, int]
"""How one change is taken back: the table as it was (None: there was none) and its name; for a document its id (-1: the
table itself was made, emptied or dropped), whether and what lay over the snapshot, and the table's count and highest id."""


class Tables:
    """What a snapshot holds, with every change since carried out. Used under the engine's lock."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.revision = 0
        """Grows whenever anything changes or is taken back."""
        self.show(snapshot)

    def show(self, snapshot: Snapshot) -> None:
        """Begin again with what the snapshot holds."""
        self._snapshot = snapshot
        self.found = {name: Collection(name, snapshot, part) for name, part in snapshot.tables.items()}

    def apply(self, op: Op) -> Undo:
        """Carry out a change; returns how to take it back."""
        self.revision += 1
        kind, name, doc_id, raw = op
        table = self.found.get(name)
        if table is None or kind not in _GROWTH:
            undo: Undo = (table, name, _WHOLE, False, None, 0, 0)
            if kind == journal.DROP:
                self.found.pop(name, None)
            elif table is None or kind == journal.TRUNCATE:
                table = self.found[name] = Collection(name, self._snapshot)
            if table is None or kind not in _GROWTH:
                return undo
        else:
            over = table.overlay
            undo = (table, name, doc_id, doc_id in over, over.get(doc_id), table.live, table.highest)
        table.live += _GROWTH[kind]
        table.set(doc_id, None if kind == journal.DELETE else raw)
        return undo

    def insert(self, name: str, first: int, raws: Sequence[bytes], documents: Sequence[Document]) -> list[Undo]:
        """Many new documents, as `apply` would carry them out one by one; `documents` are what the bytes say."""
        self.revision += 1
        table = self.found.get(name)
        made = table is None
        if table is None:
            table = self.found[name] = Collection(name, self._snapshot)
        live, highest = table.live, table.highest
        undo: list[Undo] = [
            (table, name, doc_id, False, None, live + number, doc_id - 1 if number else highest)
            for number, doc_id in enumerate(range(first, first + len(raws)))
        ]
        if made and undo:
            undo[0] = (None, name, _WHOLE, False, None, 0, 0)
        table.live += len(raws)
        table.insert(first, raws, documents)
        return undo

    def take_back(self, undo: list[Undo], upto: int = 0) -> None:
        """Undo the changes, the last one first, until `upto` of them are left."""
        self.revision += 1
        while len(undo) > upto:
            table, name, doc_id, known, old, live, highest = undo.pop()
            if table is None:
                self.found.pop(name, None)
            elif doc_id == _WHOLE:
                self.found[name] = table
            else:
                if known:
                    table.set(doc_id, old)
                else:
                    table.unset(doc_id)
                table.live, table.highest = live, highest
