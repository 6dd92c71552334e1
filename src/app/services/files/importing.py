"""Reading an export back into an empty app: every record that was in it, in spaces of this phone's own.

The file is not sealed and proves nothing but what is signed in it, so it is read as something foreign: limits on every
size, all of it or nothing. What this phone is (keys, devices, whom it is paired with) is never in an export;
whoever shared these spaces has to be paired with again.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any, Final, cast

from app.errors import ExportForeign, ExportTooNew, InvalidField, NotEmpty
from app.model.changes import GONE, OTHERS, Op, hlc_of, is_version, version_id
from app.model.clock import reading
from app.model.commands import NewSpace
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
from app.model.entities.calendar import busy_id, handed_id
from app.model.entities.groups import attendance_id
from app.model.entities.wording import own_text_id
from app.model.erasing import ERASED
from app.model.ids import Id
from app.model.records import Written
from app.model.schema import KINDS, check_space
from app.services.files.export import DATA, FORMAT, VERSION, speaks_of_keys
from sync import strict_json
from sync.errors import BadJson

if TYPE_CHECKING:
    from app.services.records.store import Store

LARGEST: Final = 512 << 20
"""Bytes of JSON that are read in: what somebody writes in many years is a tenth of it."""
LONGEST: Final = 64 << 20
"""Bytes of one record with all its versions; of a whole file that has them on other lines than ours."""
MOST: Final = 500_000
"""Versions in a file. They become durable together, so all of them are held once."""
_ENTRY: Final = b"PK\1\2"
_ENTRIES: Final = 64
_RECORDS: Final = b',"records":[\n'
_OTHER: Final = b'],"other":[\n'
_END: Final = b"]}\n"
_LONGEST_ID: Final = 64
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    OverflowError,  # a place in the file that no number of a machine can say
    OSError,
    EOFError,
    RuntimeError,
    BadJson,
)
_MADE: Final = "0" * 32
"""The device of a version that does not say its own."""

Cells = Mapping[str, Any]
_NAMED: Final[Mapping[str, Callable[[str, Cells], Id]]] = {
    "me": lambda space, _: me_id(space),
    "setting": lambda space, cells: setting_id(space, str(cells.get("key"))),
    "checklist": lambda space, cells: checklist_id(
        space, str(cells.get("document")), str(cells.get("meeting") or cells.get("mentorship") or "")
    ),
    "form": lambda space, cells: form_id(space, str(cells.get("document")), str(cells.get("mentorship") or "")),
    "skills": lambda space, cells: skills_id(space, str(cells.get("mentorship")), cast(Any, str(cells.get("role")))),
    "handed": lambda space, cells: handed_id(space, str(cells.get("meeting"))),
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


@dataclass(frozen=True, slots=True)
class _Record:
    """One record of the file."""

    kind: str
    id: Id
    cells: Cells
    versions: tuple[Written, ...]
    known: bool

    def said(self) -> Iterator[Cells]:
        """What the file says that it says, and what each version does: it is these that come in."""
        yield self.cells
        for one in self.versions:
            yield one.op.fields


def is_empty(store: Store) -> bool:
    """Whether nothing has been written here that an import could get mixed up with."""
    return not any(next(iter(store.everything(cls, 1)), None) for cls in (Person, Mentorship, Meeting, Note))


def import_export(store: Store, data: bytes) -> Imported:
    """Take in everything, or nothing: `NotEmpty`, or `ExportForeign` for a file that is none of ours.

    Reads and writes a lot, so it belongs off the event loop.
    """
    if not is_empty(store):
        raise NotEmpty
    counts: dict[str, int] = {}
    spaces: dict[str, str] = {}
    by_space: dict[str, list[_Record]] = {}
    versions = 0
    for row, known in _rows(data):
        old, one = _record(row, known=known)
        if one.kind == "setting" and any(speaks_of_keys(cells.get("key")) for cells in one.said()):
            continue
        versions += len(one.versions)
        if versions > MOST:
            raise ExportForeign(part="size")
        if row.get("space_kind"):
            spaces.setdefault(old, str(row["space_kind"]))
        if one.known:
            counts[one.kind] = counts.get(one.kind, 0) + (not (row.get("deleted") or row.get("more")))
        by_space.setdefault(old, []).append(one)
    with store.writing():
        while by_space:
            old, records = by_space.popitem()
            space = _place(store, spaces.get(old, "personal"))
            for one in records:
                if one.known:
                    check_space(store.kind_of(space), one.kind, one.cells)
            store.bring_in(space, _moved(records, old, space))
    return Imported({kind: count for kind, count in counts.items() if kind in KINDS and count})


def _place(store: Store, kind: str) -> str:
    if kind == "personal":
        return store.personal
    if kind != "mentoring":
        raise ExportForeign(part="space")
    return store.perform(NewSpace(kind=kind)).record


def _moved(records: list[_Record], old: str, space: str) -> Iterator[Written]:
    """The versions of records under the ids that they have in their new space."""
    ids: dict[Id, Id] = {}
    for one in records:
        name = _NAMED.get(one.kind)
        if name is not None and name(old, one.cells) == one.id:
            ids[one.id] = name(space, one.cells)
    while records:  # the oldest first, and each goes as its versions come: what is on its way is not held twice
        for version in records.pop().versions:
            yield _under(version, ids)


def _under(one: Written, ids: Mapping[Id, Id]) -> Written:
    fields = one.op.fields
    if one.op.record not in ids and fields.get(GONE) not in ids:
        return one
    if fields.get(GONE) in ids:
        fields = {**fields, GONE: ids[str(fields[GONE])]}
    return replace(one, op=replace(one.op, record=ids.get(one.op.record, one.op.record), fields=fields))


def _record(row: Any, *, known: bool) -> tuple[str, _Record]:
    try:
        kind, space, id, cells = row["kind"], row["space"], row["id"], row.get("fields", row.get("cells"))
        told = row.get("versions")
    except (KeyError, TypeError, AttributeError) as exc:
        raise ExportForeign(part="record") from exc
    if not all(isinstance(one, str) for one in (kind, space, id)) or not isinstance(cells, dict):
        raise ExportForeign(part="record")
    if not 0 < len(id) <= _LONGEST_ID or not 0 < len(kind) <= _LONGEST_ID:
        raise InvalidField(entity=kind[:40], field="id", reason="unfit")
    said = {**cells, GONE: id} if row.get("deleted") else cells
    if told is None:  # a file that says only how things stand
        told = [{"version": version_id(_moment(row), _MADE), "fields": said}]
    if not isinstance(told, list) or not told:
        raise ExportForeign(part="versions")
    versions = tuple(_version(one, kind, id, cells) for one in told)
    if len({one.version for one in versions}) != len(versions):
        raise ExportForeign(part="versions")
    return space, _Record(kind, id, cells, versions, known)


def _version(row: Any, kind: str, id: Id, standing: Cells) -> Written:
    """One version; the only one of a record need not repeat what the record says."""
    if not isinstance(row, dict):
        raise ExportForeign(part="versions")
    name, parents, fields = row.get("version"), row.get("parents", []), row.get("fields", standing)
    if not isinstance(name, str) or not is_version(name) or hlc_of(name) >= 1 << 63 or not isinstance(parents, list):
        raise ExportForeign(part="versions")
    lacking = row.get("lacking", [])
    if not isinstance(lacking, list) or not all(is_version(one) for one in (*parents, *lacking)):
        raise ExportForeign(part="versions")
    if not isinstance(fields, dict):
        raise ExportForeign(part="versions")
    if not all(value is None or isinstance(value, str | int | float | bool) for value in fields.values()):
        raise InvalidField(entity=kind[:40], field="fields", reason="unfit")
    more: dict[str, Any] = {ERASED: True} if row.get("erased") is True else {}
    if row.get("by") == "other":
        more[OTHERS] = True
    op = Op(record=id, kind=kind, fields=fields, parents=tuple(parents), lacking=tuple(lacking), more=more)
    return Written(version=name, op=op)


def _moment(row: Mapping[str, Any]) -> int:
    try:
        return reading(datetime.fromisoformat(str(row.get("edited"))).astimezone(UTC))
    except (ValueError, OverflowError):
        return 0


# ------------------------------------------------------------------ the file


def _rows(data: bytes) -> Iterator[tuple[Any, bool]]:
    """The records in the file, and whether its writer knew their kind. All of it is read before the last has come.

    Ours has a line for each record, and then no more than one of them is held at a time. Another program may have laid
    it out anew: such a file is read in one piece.
    """
    try:
        with _opened(data) as file:
            first = file.readline(LONGEST + 1)
            if first.endswith(_RECORDS):
                _check(strict_json.read(first + b"]}", size=LONGEST))
                yield from _lines(file, _OTHER, known=True)
                yield from _lines(file, _END, known=False)
                if file.read(1):
                    raise ExportForeign(part="file")
                return
            tree = strict_json.read(first + file.read(LONGEST + 1), size=LONGEST)
            _check(tree)
            yield from ((row, True) for row in tree["records"])
            yield from ((row, False) for row in tree.get("other", []))
    except _UNREADABLE as exc:
        raise ExportForeign(part="file") from exc


def _lines(file: IO[bytes], end: bytes, *, known: bool) -> Iterator[tuple[Any, bool]]:
    """One list of records, up to the line that ends it."""
    more: bool | None = None
    while (line := file.readline(LONGEST + 1)) != end:
        if more is False:
            raise ExportForeign(part="file")
        more = line.endswith(b",\n")
        yield strict_json.read(line.removesuffix(b"\n").removesuffix(b","), size=LONGEST), known
    if more:
        raise ExportForeign(part="file")


def _check(tree: Any) -> None:
    if not isinstance(tree, dict) or tree.get("format") != FORMAT:
        raise ExportForeign(part="format")
    if tree.get("version") != VERSION:
        newer = isinstance(tree.get("version"), int) and tree["version"] > VERSION
        raise (ExportTooNew if newer else ExportForeign)(part="format")
    if not isinstance(tree.get("records"), list) or not isinstance(tree.get("other", []), list):
        raise ExportForeign(part="records")


@contextmanager
def _opened(data: bytes) -> Iterator[IO[bytes]]:
    """The records in the zip; or the bare file, since some browsers unpack what they fetch."""
    if data.startswith(b"{"):
        yield io.BytesIO(data)
        return
    if data.count(_ENTRY) > _ENTRIES:  # each would be built before anything of it is asked
        raise ExportForeign(part="file")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry = archive.getinfo(DATA)
        if entry.file_size > LARGEST:
            raise ExportForeign(part="size")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ExportForeign(part="file")  # others say themselves how much memory they want
        with archive.open(entry) as file:
            yield file
