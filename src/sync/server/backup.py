"""A backup of everything a server keeps, in one file that either engine can read again.

Lines of JSON, packed: a first line with the schema, one a row, a last line with how many there were and the digest
of all before it, so that a file that was cut is noticed before anything is kept. Taken from one consistent look while the
server runs. Sessions, challenges and the key of the challenges stay out: they are worth nothing after minutes, and
a backup that leaks should open no door. The content is sealed as it is in the database.
"""

import base64
import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sync.server import schema
from sync.server.database import Database, Work

TABLES: Final[dict[str, tuple[str, ...]]] = {
    "space": ("id", "genesis", "head", "controls", "bytes", "purges", "made", "gone"),
    "log": ("space", "position", "device", "sequence", "kind", "mark", "envelope"),
    "tip": ("space", "device", "sequence", "id", "ended"),
    "purged": ("space", "id"),
    "introduced": ("space", "device", "sign", "made"),
    "ticket": ("token", "uses", "expires"),
    "blob": ("space", "id", "device", "size", "stored", "made"),
    "blob_part": ("space", "id", "at", "bytes"),
    "invitation": ("id", "space", "device", "expires", "count"),
    "message": ("invitation", "number", "bytes"),
    "keyring": ("id", "secret", "bytes", "made"),
    "box": ("space", "secret"),
    "slip": ("space", "id", "day", "batch", "bytes"),
    "parcel": ("space", "id", "day", "bytes"),
    "reply": ("id", "space", "day", "bytes"),
}
FORMAT: Final = 1
_FEW: Final = 500
_NAME: Final = re.compile(r"[a-z_]{1,32}")
_LINE_MAX: Final = 3 << 20


class BadBackup(Exception):
    """The file is not a whole backup, or the database is not empty; the message says which."""


def write(database: Database, target: Path) -> int:
    """Write a backup; how many rows. The file appears under its name only when it is whole and on the disk."""
    if target.is_dir():
        raise BadBackup(f"{target} is a folder")
    partial = target.with_name(target.name + ".partial")
    try:
        count = _written(database, partial)
        partial.replace(target)
    except BaseException as exc:
        partial.unlink(missing_ok=True)
        if isinstance(exc, OSError):
            raise BadBackup(f"{target}: {exc.strerror}") from exc
        raise
    _sync_folder(target.parent)
    return count


def _written(database: Database, partial: Path) -> int:
    count = 0
    digest = hashlib.sha256()
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0) as file:

            def put(value: object) -> None:
                line = json.dumps(value, separators=(",", ":")).encode() + b"\n"
                digest.update(line)
                file.write(line)

            put({"fika-server": FORMAT, "schema": len(schema.steps(database.engine)), "tables": TABLES})
            with database.read() as work:
                for table, columns in TABLES.items():
                    for row in work.each(f"select {', '.join(columns)} from {table}"):  # noqa: S608 - names from above
                        put([table, *(_out(value) for value in row)])
                        count += 1
            file.write(json.dumps({"rows": count, "sha256": digest.hexdigest()}).encode() + b"\n")
        raw.flush()
        os.fsync(raw.fileno())
    return count


def read(database: Database, source: Path) -> int:
    """Put a backup into an empty database; how many rows. All or nothing: the file is read to its end before.

    A backup of an older schema goes into that schema first and takes the later steps then. Devices notice by
    themselves what came after the backup and send it again.
    """
    step, tables = _check(source, len(schema.steps(database.engine)))
    if schema.version(database) > step:
        raise BadBackup("the database has a newer schema than the backup: use a new one")
    schema.migrate(database, step)
    with database.write() as work:
        for table in tables:
            if work.one(f"select 1 from {table} limit 1"):  # noqa: S608 - checked names
                raise BadBackup("the database is not empty")
        count = _fill(work, tables, source)
    schema.migrate(database)
    return count


def _check(source: Path, steps: int) -> tuple[int, dict[str, list[str]]]:
    """Read the whole file and keep nothing: the schema and the tables of a backup that is undamaged."""
    lines = _lines(source)
    line = next(lines, b"")
    step, tables = _first(line, steps)
    digest = hashlib.sha256(line)
    count = 0
    last: dict[str, Any] | None = None
    for line in lines:
        if last is not None:
            raise BadBackup("something follows the end")
        value = _loaded(line)
        if isinstance(value, dict):
            last = value
            continue
        table = str(value[0]) if isinstance(value, list) and value else ""
        if table not in tables or len(value) != len(tables[table]) + 1:
            raise BadBackup("a row is of no table we know")
        digest.update(line)
        count += 1
    if last is None or last.get("rows") != count or last.get("sha256") != digest.hexdigest():
        raise BadBackup("the end is missing or does not fit")
    return step, tables


def _fill(work: Work, tables: Mapping[str, Sequence[str]], source: Path) -> int:
    lines = _lines(source)
    next(lines)
    count = 0
    waiting: dict[str, list[tuple[Any, ...]]] = {}
    for line in lines:
        value = _loaded(line)
        if isinstance(value, dict):
            break
        table = value[0]
        rows = waiting.setdefault(table, [])
        rows.append(tuple(_in(one) for one in value[1:]))
        count += 1
        if len(rows) == _FEW:
            _insert(work, table, tables[table], waiting.pop(table))
    for table, rows in waiting.items():
        _insert(work, table, tables[table], rows)
    return count


def _first(line: bytes, steps: int) -> tuple[int, dict[str, list[str]]]:
    """The schema and the tables of a backup; names are checked before they come near a statement."""
    value = _loaded(line)
    if not isinstance(value, dict) or value.get("fika-server") != FORMAT:
        raise BadBackup("this is no backup of a server, or of a newer one")
    step, tables = value.get("schema"), value.get("tables")
    if not isinstance(step, int) or not 1 <= step <= steps or not isinstance(tables, dict):
        raise BadBackup("the backup has a schema that this server does not know")
    for table, columns in tables.items():
        if not isinstance(columns, list) or not all(_NAME.fullmatch(str(name)) for name in (table, *columns)):
            raise BadBackup("the backup has a schema that this server does not know")
    return step, tables


def _loaded(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise BadBackup("a line is damaged") from exc


def _lines(source: Path) -> Iterator[bytes]:
    try:
        with gzip.open(source, "rb") as file:
            while line := file.readline(_LINE_MAX):
                if not line.endswith(b"\n"):
                    raise BadBackup("a line is damaged")
                yield line
    except (OSError, EOFError, zlib.error) as exc:
        raise BadBackup("the file cannot be read") from exc


def _insert(work: Work, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(columns))
    work.many(f"insert into {table} ({', '.join(columns)}) values ({marks})", rows)  # noqa: S608 - checked names


def _out(value: Any) -> Any:
    return {"b": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _in(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    try:
        return base64.b64decode(value["b"], validate=True)
    except (KeyError, TypeError, ValueError) as exc:
        raise BadBackup("a line is damaged") from exc


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
