"""A version that somebody wrote at the same time as the newest one of mine."""

from __future__ import annotations

from datetime import datetime

from app.model.changes import Change, Op
from app.model.clock import reading
from app.model.ids import Id
from app.services.records.store import VERSIONS, Store

OTHER = "f" * 32


def also_wrote(
    store: Store, kind: str, id: Id, cell: str, text: str, at: datetime, *, device: str = OTHER, sequence: int = 1
) -> None:
    """A device that knew what the newest version of a record knew, but not that version itself, wrote this."""
    (record,) = [row for row in store.documents.table(kind) if row["id"] == id]
    space, head = str(record["space"]), max(record["heads"])
    rows = [row for row in store.documents.table(VERSIONS) if row["id"] == id and row["version"] == head]
    op = Op(record=id, kind=kind, fields={cell: text}, parents=tuple(rows[0]["parents"]))
    store.receive([Change(space=space, device=device, sequence=sequence, hlc=reading(at), ops=(op,))])
