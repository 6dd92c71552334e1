"""A backup holds everything, goes into either engine, and a damaged one is refused as a whole."""

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server import backup, schema
from sync.server.backup import TABLES, BadBackup
from sync.server.database import Database
from sync.server.letters import Blobs, Boxes, Keyrings, Letters
from sync.server.log import Log, Row
from sync.server.post import Post
from sync.server.settings import Settings
from sync.server.sqlite import Sqlite
from tests.sync.server.test_schema import open_at


def fill(database: Database) -> bytes:
    """Something in every table that a backup holds."""
    log, space, device = Log(database), os.urandom(16), os.urandom(16)
    log.found(space, b"genesis", 1)
    look = log.look(space, {})
    assert look is not None
    rows = [Row(device, number, os.urandom(32), 1, os.urandom(300)) for number in range(1, 700)]
    log.append(look, rows, purged=[rows[0].id], limit=1 << 30)
    Blobs(database).put(space, os.urandom(32), device, b"part", at=0, size=9, limit=1 << 30, today=1)
    letters = Letters(database)
    letters.open(b"letterbox", space, device, 100, 1)
    letters.put(b"letterbox", b"message", 1)
    Keyrings(database).put(b"id", b"secret", b"sealed", admit=lambda: None, today=1)
    boxes = Boxes(database)
    boxes.open(space, b"secret")
    boxes.put(space, b"secret", b"slip", 1)
    post = Post(database)
    post.put(space, b"secret", b"parcel", 1)
    post.answer(b"answer", space, b"sealed", 1)
    with database.write() as work:
        work.run("insert into introduced (space, device, sign, made) values (?, ?, ?, 1)", space, device, b"key")
        work.run("insert into ticket (token, uses, expires) values (?, 1, 2)", b"token")
    return space


def contents(database: Database) -> dict[str, list[str]]:
    with database.read() as work:
        return {
            table: sorted(repr(row) for row in work.rows(f"select {', '.join(columns)} from {table}"))
            for table, columns in TABLES.items()
        }


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Sqlite]:
    """An empty SQLite database, where every backup can go."""
    found = Sqlite(tmp_path / "elsewhere" / "fika.db")
    yield found
    found.close()


def test_everything_comes_back_on_the_other_engine_too(
    database: Database, elsewhere: Sqlite, tmp_path: Path, settings: Settings
) -> None:
    space = fill(database)
    file = tmp_path / "backup"
    count = backup.write(database, file)
    assert file.stat().st_mode & 0o777 == 0o600
    before = contents(database)
    assert all(before.values())
    assert count == sum(map(len, before.values()))
    assert backup.read(elsewhere, file) == count
    assert contents(elsewhere) == before
    # And writing goes on where it stopped.
    log = Log(elsewhere)
    look = log.look(space, {})
    assert look is not None
    assert log.append(look, [Row(os.urandom(16), 1, os.urandom(32), 1, b"next")], limit=1 << 30).head == 700


def test_from_sqlite_to_the_engine_that_grows(elsewhere: Sqlite, settings: Settings, tmp_path: Path) -> None:
    schema.migrate(elsewhere)
    fill(elsewhere)
    backup.write(elsewhere, tmp_path / "backup")
    target = open_at(settings)
    try:
        backup.read(target, tmp_path / "backup")
        assert contents(target) == contents(elsewhere)
        with pytest.raises(BadBackup, match=r"newer schema|not empty"):
            backup.read(target, tmp_path / "backup")
    finally:
        target.close()


def test_a_backup_of_an_older_schema_takes_the_later_steps(elsewhere: Sqlite, tmp_path: Path) -> None:
    old = Sqlite(tmp_path / "old.db")
    schema.migrate(old, 1)
    log, space = Log(old), os.urandom(16)
    log.found(space, b"genesis", 1)
    first = {table: columns for table, columns in TABLES.items() if table in ("space", "log", "tip", "purged")}
    file = tmp_path / "backup"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backup, "TABLES", first)
        patch.setattr(schema, "steps", lambda _engine, real=schema.steps: real(_engine)[:1])
        backup.write(old, file)
    old.close()
    assert backup.read(elsewhere, file) == 1
    assert Log(elsewhere).space(space) is not None
    assert schema.ready(elsewhere)


def test_no_session_and_no_key_of_challenges_is_in_a_backup(elsewhere: Sqlite, tmp_path: Path) -> None:
    schema.migrate(elsewhere)
    with elsewhere.write() as work:
        work.run("insert into common (name, value) values ('challenge', ?)", b"very secret key")
        work.run(
            "insert into session (space, token, nonce, device, expires) values (?, ?, ?, ?, 9)",
            b"s",
            b"tok",
            b"n",
            b"d",
        )
    backup.write(elsewhere, tmp_path / "backup")
    text = gzip.decompress((tmp_path / "backup").read_bytes())
    assert text.count(b"\n") == 2


def damaged(lines: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    yield "the end is missing", lines[:-1]
    yield "a row is missing", [*lines[:3], *lines[4:]]
    yield "a row is doubled", [*lines[:4], lines[3], *lines[4:]]
    yield "a byte is changed", [*lines[:3], lines[3].replace(b"A", b"B", 1), *lines[4:]]
    yield "something follows", [*lines, lines[1]]
    yield "no json", [lines[0], b"{\n", *lines[1:]]
    yield "another table", [lines[0], b'["session",1]\n', *lines[1:]]
    yield "a bomb", [lines[0], b"[" * 100_000 + b"\n", *lines[1:]]
    yield "not a list", [lines[0], b"3\n", *lines[1:]]
    yield "no line end", [*lines[:-1], lines[-1].rstrip()]
    yield "newer", [lines[0].replace(b'"schema":3', b'"schema":99'), *lines[1:]]
    yield "not ours", [b'{"fika-server":7}\n', *lines[1:]]
    yield "a statement in a name", [lines[0].replace(b'"tip"', b'"tip; drop table log"'), *lines[1:]]
    yield "empty", []


@pytest.mark.parametrize("value", [{"b": "?"}, {"b": 3}, {"c": ""}])
def test_a_value_that_no_backup_holds_is_refused(elsewhere: Sqlite, tmp_path: Path, value: object) -> None:
    first = {"fika-server": backup.FORMAT, "schema": 2, "tables": {"purged": ["space", "id"]}}
    front = b"".join(json.dumps(one, separators=(",", ":")).encode() + b"\n" for one in (first, ["purged", value, 1]))
    end = json.dumps({"rows": 1, "sha256": hashlib.sha256(front).hexdigest()}).encode() + b"\n"
    (tmp_path / "backup").write_bytes(gzip.compress(front + end))
    with pytest.raises(BadBackup):
        backup.read(elsewhere, tmp_path / "backup")


def test_a_damaged_backup_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    source = Sqlite(tmp_path / "source.db")
    schema.migrate(source)
    fill(source)
    backup.write(source, tmp_path / "backup")
    source.close()
    lines = gzip.decompress((tmp_path / "backup").read_bytes()).splitlines(keepends=True)
    for number, (what, wrong) in enumerate(damaged(lines)):
        file = tmp_path / f"wrong{number}"
        file.write_bytes(gzip.compress(b"".join(wrong), 1))
        target = Sqlite(tmp_path / f"target{number}.db")
        with pytest.raises(BadBackup):
            pytest.fail(f"{what} was taken: {backup.read(target, file)}")
        if schema.version(target) == 2:
            assert not any(contents(target).values()), what
        target.close()
    file = tmp_path / "cut"
    file.write_bytes((tmp_path / "backup").read_bytes()[:-200])
    target = Sqlite(tmp_path / "cut.db")
    with pytest.raises(BadBackup):
        backup.read(target, file)
    target.close()


def test_a_backup_whose_packing_is_damaged_is_refused(elsewhere: Sqlite, tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(b"{}\n" * 100, mtime=0))
    packed[10] = 0xFF  # behind the head: a kind of block that there is not
    (tmp_path / "backup").write_bytes(packed)
    with pytest.raises(BadBackup):
        backup.read(elsewhere, tmp_path / "backup")


def test_a_backup_appears_only_when_it_is_whole(
    elsewhere: Sqlite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.migrate(elsewhere)
    fill(elsewhere)
    file = tmp_path / "backup"
    file.write_bytes(b"the one from yesterday")
    monkeypatch.setattr(json, "dumps", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        backup.write(elsewhere, file)
    assert file.read_bytes() == b"the one from yesterday"
