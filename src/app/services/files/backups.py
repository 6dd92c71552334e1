"""What goes into a backup, and how it comes back: the person's tables, and nothing of the device or of the vault itself."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from app.errors import BackupDamaged
from app.services.quick_notes import milliseconds

if TYPE_CHECKING:
    from app.services.spaces import Spaces
    from app.vault.backup import Rows, Secrets
    from app.vault.kdf import Cost
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


def rows_of(documents: Any) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Every document that belongs to the person and not to this device."""
    for name in sorted(documents.tables()):
        if belongs_to_person(name):
            for row in documents.table(name):
                yield name, row.doc_id, row


def packed(rows: Rows, locks: Secrets, now: datetime, cost: Cost | None) -> Backup:
    """One sealed file of these rows. Stretches the words, if it is they that open it."""
    from app.vault import backup

    target = io.BytesIO()
    contents = backup.write(target, rows, locks, milliseconds(now), cost=cost)
    name = f"fika-{now:%Y-%m-%d}{backup.SUFFIX}"
    return Backup(target.getvalue(), name, locks.words, kinds(contents.counts))


def tested(data: bytes, secret: str) -> BackupTest:
    """Open a backup read-only and count. Nothing is changed anywhere. Stretches when it is words."""
    from app.vault import backup

    contents = backup.test(io.BytesIO(data), secrets_of(secret)[0])
    try:
        made = datetime.fromtimestamp(contents.made / 1000, UTC)
    except (ValueError, OverflowError, OSError) as exc:  # a time that no calendar has
        raise BackupDamaged(part="front") from exc
    return BackupTest(made, kinds(contents.counts))


def restoring(
    data: bytes, locks: Secrets, typed: RecoveryKey | None, recovery: RecoveryKey, now: Callable[[], datetime]
) -> Callable[[Any], None]:
    """What fills an empty vault from a backup, as a new device: `BackupDamaged` before anything of it can be met.

    `typed` is the recovery key that opened it, if one did; otherwise `recovery` is a new one with a new root key.
    """

    def fill(documents: Any) -> None:
        from app.services.spaces import Spaces
        from app.vault import backup
        from sync.errors import SyncError

        rows = backup.read(io.BytesIO(data), locks)[1]
        spaces = Spaces(documents)
        try:
            put_into(documents, rows)
            spaces.become_new_device(typed)
            if typed is None:
                spaces.replace_root(recovery)
            spaces.look_elsewhere()
            _read_everything(documents, spaces, now, later=typed is None)
        except (LookupError, ValueError, TypeError, AttributeError, StopIteration, SyncError) as exc:
            raise BackupDamaged(part="records") from exc

    return fill


def _read_everything(documents: Any, spaces: Spaces, now: Callable[[], datetime], *, later: bool) -> None:
    """Every record once, before a restored vault becomes one: what cannot be read now must not be met later.

    `later`: its recovery key is a new one, which Today asks for until it is on paper, whatever becomes of this restoring.
    """
    from app.model.commands import SetSetting
    from app.model.schema import KINDS
    from app.services.records.store import Store

    if spaces.kind(spaces.personal) != "personal":
        raise LookupError("no personal space")
    store = Store(documents, spaces, now=now)
    for kind in KINDS.values():
        for _ in store.everything(kind):
            pass
    store.execute(SetSetting(key="recovery.later", value=later))
    store.close()


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
