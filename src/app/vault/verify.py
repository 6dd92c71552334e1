"""Check a vault: read everything from the disk again, prove every seal, and see that all of it agrees.

Opening proves what it reads, and blocks prove themselves when somebody asks for them; so damage in an old note may
stay unseen for years, while the backup that still has the note is overwritten. This looks at every byte.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.errors import VaultDamaged
from app.vault import journal as journals
from app.vault.blocks import DOCUMENTS, ENTRY_BYTES, INDEX, Block, entry, indexable
from app.vault.collection import Document
from app.vault.crypto import MAC_BYTES
from app.vault.generation import Reached
from app.vault.journal import Chain
from app.vault.snapshot import Snapshot, TablePart
from app.vault.tables import Tables


@dataclass(frozen=True, slots=True)
class Verified:
    """What was read and found whole."""

    size: int
    """Bytes of the snapshot and the journal."""
    transactions: int
    """Those in the journal."""
    tables: Mapping[str, int] = field(default_factory=dict)
    """How many documents each table has."""

    @property
    def documents(self) -> int:
        return sum(self.tables.values())


def verify(snapshot: Snapshot, journal: bytes, chain: Chain, reached: Reached, counts: Mapping[str, int]) -> Verified:
    """Raises `VaultDamaged` at the first thing that does not hold.

    `reached` and `counts` are what the open vault believes: how far the journal goes, and how many documents each
    table has.
    """
    for name, part in snapshot.tables.items():
        _verify_table(snapshot, name, part)
    if not journals.Head.proven(journal, chain.seal):
        raise VaultDamaged(part="journal", reason="head")
    found = journals.replay(journal, chain, journal[journals.HEAD_BYTES - MAC_BYTES : journals.HEAD_BYTES])
    if (found.sequence, found.tag, found.end) != (reached.sequence, reached.tag, reached.end):
        raise VaultDamaged(part="journal", reason="ends early", kept=found.sequence, saved=reached.sequence)
    tables = Tables(snapshot)
    for _, ops in found.transactions:
        for op in ops:
            tables.apply(op)
    seen = {name: table.live for name, table in tables.found.items()}
    if seen != counts:
        raise VaultDamaged(part="vault", reason="counts")
    return Verified(snapshot.size + len(journal), len(found.transactions), seen)


def _verify_table(snapshot: Snapshot, name: str, part: TablePart) -> None:
    """Every block and every page opens, and they agree with each other and with the lists."""
    entries: dict[str, list[bytes]] = {field: [] for field in part.indexes}
    documents, before = 0, -1
    for number in range(len(part.blocks)):
        block = Block(snapshot.read(part.blocks.place(number), DOCUMENTS))
        listed = part.blocks.first[number], part.blocks.last[number], part.blocks.documents[number]
        if block.table != name or (block.ids[0], block.ids[-1], len(block.ids)) != listed:
            raise VaultDamaged(part="snapshot", reason="list", number=number)
        for doc_id, document in _rows(block, number):
            if doc_id <= before:
                raise VaultDamaged(part="snapshot", reason="order", number=number)
            documents, before = documents + 1, doc_id
            for known, found in entries.items():
                if known in document and indexable(document[known]):
                    found.append(entry(document[known], doc_id))
    if documents != part.live or before > part.highest:
        raise VaultDamaged(part="snapshot", reason="counts")
    for known, found in entries.items():
        pages = part.indexes[known].pages
        stored = [snapshot.read(pages.place(number), INDEX)[1:] for number in range(len(pages))]
        if b"".join(stored) != b"".join(sorted(found)) or [page[:ENTRY_BYTES] for page in stored] != pages.first:
            raise VaultDamaged(part="snapshot", reason="index")


def _rows(block: Block, number: int) -> Iterator[tuple[int, Document]]:
    """The documents. They are read one by one, by their offsets, and as one array: both must do."""
    try:
        json.loads(block.body)
        for doc_id, raw in block.rows():
            yield doc_id, json.loads(raw)
    except ValueError as exc:
        raise VaultDamaged(part="snapshot", reason="block", number=number) from exc
