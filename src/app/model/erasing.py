"""Really erasing: how long the trash keeps, and how a body that is erased is named.

A body is what one version said of one record. Erasing drops bodies and keeps the versions: their names, parents and
whether they deleted the record, so that what was written by others still knows what it has seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from app.model.changes import GONE, is_version
from app.model.fields import DOT, Json
from app.model.ids import Id

KEPT = timedelta(days=30)
"""So long something lies in the trash."""
ERASED = "erased"
"""What an op without its body says beside its fields."""
AT_ONCE = 300
"""Bodies that one erasure names: it must fit into an envelope with room to spare."""
_BODIES = "bodies" + DOT


def body(record: Id, version: str) -> str:
    """The name of a body."""
    return f"{record}/{version}"


def bodies(fields: Mapping[str, Json]) -> list[tuple[Id, str]]:
    """The bodies that the cells of an erasure name: record and version. What has another shape names nothing."""
    found: list[tuple[Id, str]] = []
    for cell, named in fields.items():
        record, slash, version = cell.removeprefix(_BODIES).partition("/")
        if named is True and cell.startswith(_BODIES) and slash and record and is_version(version):
            found.append((record, version))
    return found


def without_body(fields: Mapping[str, Json]) -> dict[str, Json]:
    """What stays of a version: whether it deleted the record."""
    return {cell: value for cell, value in fields.items() if cell == GONE}
