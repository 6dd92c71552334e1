"""A vault that does not open any more: what is whole in it is counted and carried out, and nothing is written to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.files.backups import belongs_to_person, kinds

if TYPE_CHECKING:
    from app.vault.backup import Rows
    from app.vault.salvage import Salvaged


@dataclass(frozen=True, slots=True)
class Rescue:
    """What salvage found: how many documents of each table are whole, and how many places were lost."""

    kept: Mapping[str, int]
    lost: int


def salvaged(folder: Path, passphrase: str) -> Salvaged:
    """Everything in a damaged vault that proves itself whole. Stretches the passphrase and waits for the disk."""
    from app.vault.salvage import salvage
    from app.vault.vault import Vault

    key = Vault.raw_key(folder, passphrase)
    try:
        return salvage(folder, key)
    finally:
        key.wipe()


def counted(found: Salvaged) -> Rescue:
    """How much that is, for the person to decide on."""
    return Rescue(kinds({name: len(rows) for name, rows in found.raw.items()}), len(found.losses))


def rows_saved(found: Salvaged) -> Rows:
    """What of it goes into a backup."""
    return (
        (name, doc_id, document)
        for name, documents in sorted(found.tables.items())
        if belongs_to_person(name)
        for doc_id, document in sorted(documents.items())
    )


def set_aside(folder: Path, now: datetime) -> Path:
    """Move the folder out of the way, byte for byte; `VaultBusy` while somebody has it open."""
    from app.vault.files import DISK
    from app.vault.lock import FolderLock

    with FolderLock(folder):
        place = folder.with_name(f"{folder.name}-damaged-{now:%Y-%m-%d-%H%M%S}")
        DISK.rename(folder, place)
        DISK.sync_folder(place.parent)
    return place
