"""Reading an export back into an empty app: every record that was in it, in spaces of this phone's own.

The file is not sealed and proves nothing but what is signed in it, so it is read as something foreign: limits on every
size, all of it or nothing. What this phone is (keys, devices, whom it is paired with) is never in an export;
whoever shared these spaces has to be paired with again.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.errors import ExportForeign, NotEmpty
from app.model.changes import GONE
from app.model.commands import BringBack, Brought, NewSpace
from app.model.entities import (
    Meeting,
    Mentorship,
    Note,
    Person,
    checklist_id,
    form_id,
    me_id,
    setting_id,
    skills_id,
)
from app.model.entities.calendar import busy_id
from app.model.entities.groups import attendance_id
from app.model.entities.wording import own_text_id
from app.model.ids import Id
from app.model.schema import KINDS
from app.services.files.export import DATA, FORMAT, VERSION
from sync import strict_json
from sync.errors import BadJson

if TYPE_CHECKING:
    from app.services.records.store import Store

LARGEST: Final = 256 << 20
AT_ONCE: Final = 200
_OWN_STATE: Final = frozenset({"recovery.later", "backup.last"})
"""Settings about this phone's own keys and backups: what another phone had done says nothing here."""

Cells = Mapping[str, Any]
_NAMED: Final[Mapping[str, Callable[[str, Cells], Id]]] = {
    "me": lambda space, _: me_id(space),
    "setting": lambda space, cells: setting_id(space, str(cells.get("key"))),
    "checklist": lambda space, cells: checklist_id(
        space, str(cells.get("document")), str(cells.get("meeting") or cells.get("mentorship") or "")
    ),
    "form": lambda space, cells: form_id(space, str(cells.get("document")), str(cells.get("mentorship") or "")),
    "skills": lambda space, cells: skills_id(space, str(cells.get("mentorship")), cells.get("role", "")),
    "busy": lambda space, cells: busy_id(space, str(cells.get("month"))),
    "attendance": lambda space, cells: attendance_id(space, str(cells.get("meeting"))),
    "own_text": lambda space, cells: own_text_id(
        space, *(str(cells.get(name) or "") for name in ("document", "item", "field", "language"))
    ),
}
"""Records whose id says in which space they are: in another space they have another id."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in: how many records of each kind."""

    counts: Mapping[str, int]


def is_empty(store: Store) -> bool:
    """Whether nothing has been written here that an import could get mixed up with."""
    return not any(next(iter(store.everything(cls, 1)), None) for cls in (Person, Mentorship, Meeting, Note))


def import_export(store: Store, data: bytes) -> Imported:
    """Take in everything, or nothing: `NotEmpty`, or `ExportForeign` for a file that is none of ours.

    Reads and writes a lot, so it belongs off the event loop.
    """
    if not is_empty(store):
        raise NotEmpty
    tree = _read(data)
    counts: dict[str, int] = {}
    spaces = {str(row.get("space")): str(row.get("space_kind")) for row in tree["records"] if isinstance(row, dict)}
    by_space: dict[str, list[Brought]] = {}
    for row in reversed([*tree["records"], *tree.get("other", [])]):  # the oldest first: lists keep their order
        kind, old, id, cells = _record(row)
        if kind == "setting" and cells.get("key") in _OWN_STATE:
            continue
        if row.get("deleted"):
            cells = {**cells, GONE: id}
        else:
            counts[kind] = counts.get(kind, 0) + 1
        by_space.setdefault(old, []).append(Brought(kind=kind, id=id, cells=cells))
    with store.writing():
        for old, records in by_space.items():
            space = _place(store, spaces.get(old, "personal"))
            moved = [_moved(one, old, space) for one in records]
            for at in range(0, len(moved), AT_ONCE):
                store.perform(BringBack(space=space, records=tuple(moved[at : at + AT_ONCE])))
    return Imported({kind: count for kind, count in counts.items() if kind in KINDS})


def _place(store: Store, kind: str) -> str:
    if kind == "personal":
        return store.personal
    if kind != "mentoring":
        raise ExportForeign(part="space")
    return store.perform(NewSpace(kind=kind)).record


def _moved(one: Brought, old: str, space: str) -> Brought:
    """The record under the id that it has in its new space."""
    name = _NAMED.get(one.kind)
    if name is None or name(old, one.cells) != one.id:
        return one
    id = name(space, one.cells)
    cells = {**one.cells, GONE: id} if one.cells.get(GONE) == one.id else one.cells
    return Brought(kind=one.kind, id=id, cells=cells)


def _record(row: Any) -> tuple[str, str, Id, dict[str, Any]]:
    try:
        kind, space, id, cells = row["kind"], row["space"], row["id"], row.get("fields", row.get("cells"))
    except (KeyError, TypeError, AttributeError) as exc:
        raise ExportForeign(part="record") from exc
    if not all(isinstance(one, str) for one in (kind, space, id)) or not isinstance(cells, dict):
        raise ExportForeign(part="record")
    return kind, space, id, cells


def _read(data: bytes) -> Mapping[str, Any]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entry = archive.getinfo(DATA)
            if entry.file_size > LARGEST:
                raise ExportForeign(part="size")
            with archive.open(entry) as file:
                raw = file.read(LARGEST + 1)
        tree = strict_json.read(raw, size=LARGEST)
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, EOFError, RuntimeError, BadJson) as exc:
        raise ExportForeign(part="file") from exc
    if not isinstance(tree, dict) or tree.get("format") != FORMAT or tree.get("version") != VERSION:
        raise ExportForeign(part="format")
    if not _lists(tree.get("records"), tree.get("other", [])):
        raise ExportForeign(part="records")
    return tree


def _lists(*values: Iterable[Any] | None) -> bool:
    return all(isinstance(one, list) for one in values)
