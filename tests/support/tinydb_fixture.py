"""What TinyDB's own tests get for a database: our documents, or our storage under TinyDB's own table."""

from pathlib import Path
from typing import Any

from tinydb import TinyDB

from app.vault.documents import SealedStorage
from app.vault.engine import Engine
from app.vault.key import VaultKey

KEY = VaultKey(bytearray(range(32)), b"v" * 16, b"l" * 16, 1)


def open_db(kind: str, folder: Path) -> TinyDB:
    """A new, empty database of that kind."""
    engine = Engine.create(folder / "vault", KEY)
    if kind == "documents":
        return engine.documents
    return TinyDB(engine, storage=SealedStorage)


def reopened_contents(folder: Path) -> dict[str, dict[str, Any]]:
    """What the disk has."""
    with Engine.open(folder / "vault", KEY) as engine:
        return SealedStorage(engine).read() or {}
