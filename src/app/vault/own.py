"""What the vault keeps of itself, in a table that is never exported: the keys of its slots, the private halves of the
inbox, and which notes were taken in.
"""

from collections.abc import Collection, Iterable
from typing import Final

from tinydb.table import Document

from app.vault.documents import Documents
from app.vault.inbox import InboxPair
from app.vault.key import milliseconds_now
from app.vault.slots import Slot, SlotKey

OWN_TABLE: Final = "_vault"
REMEMBERED_NOTES: Final = 512


class Own:
    """The table, by what stands in it. Every change is durable when it returns."""

    def __init__(self, documents: Documents, vault: bytes) -> None:
        self._documents = documents
        self._table = documents.table(OWN_TABLE)
        self._vault = vault

    def _rows(self, kind: str) -> list[Document]:
        return [row for row in self._table if row["kind"] == kind]

    def _forget(self, rows: Iterable[Document]) -> None:
        ids = [row.doc_id for row in rows]
        if ids:
            self._table.remove(doc_ids=ids)

    # ------------------------------------------------------------------ slots

    def slot_keys(self) -> dict[bytes, SlotKey]:
        """The keys of slots, by slot id, so that a new vault key needs no secret that is not at hand."""
        rows = self._rows("slot-key")
        return {bytes.fromhex(row["slot"]): SlotKey.read(bytes.fromhex(row["key"])) for row in rows}

    def keep_slot_keys(self, keys: Iterable[tuple[Slot, SlotKey]]) -> None:
        """Keep those that are not known yet, together."""
        known = self.slot_keys()
        rows = [
            {"kind": "slot-key", "slot": slot.id.hex(), "key": key.to_bytes().hex()}
            for slot, key in keys
            if slot.id not in known
        ]
        if rows:
            self._table.insert_multiple(rows)

    def forget_slot_keys(self, except_for: Iterable[Slot]) -> None:
        kept = {slot.id.hex() for slot in except_for}
        self._forget(row for row in self._rows("slot-key") if row["slot"] not in kept)

    # ------------------------------------------------------------------ the inbox

    def pairs(self) -> list[InboxPair]:
        return [InboxPair.of(self._vault, bytes.fromhex(row["private"])) for row in self._rows("inbox-key")]

    def keep_pair(self, pair: InboxPair) -> None:
        made = milliseconds_now()
        row = {"kind": "inbox-key", "id": pair.key.id.hex(), "private": pair.private.hex(), "made": made}
        self._table.insert(row)

    def last_pair_made(self) -> int:
        """When the latest pair was made, which is when the vault was last locked: milliseconds since 1970, or 0."""
        return max((int(row["made"]) for row in self._rows("inbox-key")), default=0)

    def forget_pairs(self, except_for: Collection[bytes]) -> None:
        """Private halves whose key ids nobody needs any more."""
        self._forget(row for row in self._rows("inbox-key") if bytes.fromhex(row["id"]) not in except_for)

    def taken_in(self) -> list[bytes]:
        """Ids of notes that are inside already, the latest last."""
        return [bytes.fromhex(note) for row in self._rows("imported") for note in row["ids"]]

    def remember_taken_in(self, notes: Iterable[bytes]) -> None:
        """Remember these as well; of all of them the latest 512."""
        kept = [*self.taken_in(), *notes][-REMEMBERED_NOTES:]
        with self._documents.transaction():
            self._forget(self._rows("imported"))
            self._table.insert({"kind": "imported", "ids": [note.hex() for note in kept]})

    # ------------------------------------------------------------------ the device

    def needs_new_device(self) -> bool:
        """Whether the vault went on from an older copy, and this device still bears its old name."""
        return bool(self._rows("new-device"))

    def ask_for_new_device(self) -> None:
        self._table.insert({"kind": "new-device"})

    def has_new_device(self) -> None:
        self._forget(self._rows("new-device"))
