"""What goes into a backup, and how it comes back: the person's tables, and nothing of the device or of the vault itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from app.errors import BackupDamaged

if TYPE_CHECKING:
    from sync.recovery import RecoveryKey

AT_ONCE: Final = 1000
"""Rows in one transaction while restoring."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup to hand to the share sheet. `words` open it, or, when there are none, the recovery key does."""

    data: bytes
    name: str
    words: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BackupTest:
    """What a test of a backup found: when it was made, and how many records of each kind."""

    made: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rescue:
    """What salvage found: how many documents of each table are whole, and how many places were lost."""

    kept: Mapping[str, int]
    lost: int


def rows_of(documents: Any) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Every document that belongs to the person and not to this device."""
    for name in sorted(documents.tables()):
        if belongs_to_person(name):
            for row in documents.table(name):
                yield name, row.doc_id, row


def belongs_to_person(table: str) -> bool:
    from app.services.records.tables import SHARED
    from app.services.spaces import DEVICE
    from app.vault.own import OWN_TABLE

    return table not in (OWN_TABLE, DEVICE) and table not in SHARED


def put_into(documents: Any, rows: Iterator[tuple[str, int, dict[str, Any]]]) -> None:
    """Put the rows of a backup into an empty vault, in transactions of a bounded size."""
    from tinydb.table import Document

    waiting: list[tuple[str, Document]] = []

    def put() -> None:
        with documents.transaction():
            for table, document in waiting:
                documents.table(table).insert(document)
        waiting.clear()

    for table, doc_id, document in rows:
        if not belongs_to_person(table):
            raise BackupDamaged(part="table")
        waiting.append((table, Document(document, doc_id)))
        if len(waiting) >= AT_ONCE:
            put()
    put()


def kinds(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts of what people know about, and not of the tables that we keep beside them."""
    from app.model.schema import KINDS

    return {table: count for table, count in counts.items() if table in KINDS}


def secrets_of(typed: str) -> tuple[Any, RecoveryKey | None]:
    """What somebody typed to open a backup: a recovery key when it reads as one, otherwise words."""
    from app.vault.backup import Secrets
    from sync.errors import BadRecoveryKey
    from sync.recovery import RecoveryKey

    try:
        key = RecoveryKey.parse(typed)
    except BadRecoveryKey:
        return Secrets(words=typed), None
    return Secrets(recovery=key.backup), key
