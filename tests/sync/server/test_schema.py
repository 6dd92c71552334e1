"""The schema's steps: upwards from every one of them with what was in it, once, and nothing in it that tells on people."""

import os
import threading
from pathlib import Path

import pytest

from sync.server import schema
from sync.server.backup import TABLES
from sync.server.database import Database
from sync.server.log import Log, Row
from sync.server.postgres import Postgres
from sync.server.settings import Settings
from sync.server.sqlite import Sqlite

KEPT = {
    "space": {"id", "genesis", "head", "controls", "bytes", "purges", "made", "gone"},
    "log": {"space", "position", "device", "sequence", "kind", "mark", "envelope"},
    "tip": {"space", "device", "sequence", "id", "ended"},
    "purged": {"space", "id"},
    "introduced": {"space", "device", "sign", "made"},
    "session": {"space", "token", "nonce", "device", "root", "expires"},
    "ticket": {"token", "uses", "expires"},
    "common": {"name", "value"},
    "blob": {"space", "id", "device", "size", "stored", "made"},
    "blob_part": {"space", "id", "at", "bytes"},
    "invitation": {"id", "space", "device", "expires", "count"},
    "message": {"invitation", "number", "bytes"},
    "keyring": {"id", "secret", "bytes", "made"},
    "box": {"space", "secret"},
    "slip": {"space", "id", "day", "batch", "bytes"},
    "parcel": {"space", "id", "day", "bytes"},
    "reply": {"id", "space", "day", "bytes"},
    "schema_step": {"number"},
}
"""Every column that may exist: ids, keys, sealed bytes, sizes, positions, and dates no finer than a day (sessions and
letter boxes have an end). A new column is a decision, and it is made here."""


def open_at(settings: Settings) -> Database:
    return Postgres(settings.postgres) if settings.postgres else Sqlite(settings.sqlite)


def columns(database: Database) -> dict[str, set[str]]:
    with database.read() as work:
        if database.engine == "sqlite":
            tables = [row[0] for row in work.rows("select name from sqlite_master where type = 'table'")]
            return {table: {row[1] for row in work.rows(f"pragma table_info({table})")} for table in tables}
        found: dict[str, set[str]] = {}
        for table, column in work.rows(
            "select table_name::text, column_name::text from information_schema.columns where table_schema = 'public'"
        ):
            found.setdefault(table, set()).add(column)
        return found


def test_the_server_keeps_nothing_but_what_is_listed(database: Database) -> None:
    assert columns(database) == KEPT


def test_a_backup_has_every_table_and_column_that_is_worth_keeping(database: Database) -> None:
    short_lived = {"session", "common", "schema_step"}
    assert {table: set(names) for table, names in TABLES.items()} == {
        table: names for table, names in KEPT.items() if table not in short_lived
    }


@pytest.mark.parametrize("start", range(1, len(schema.steps("sqlite")) + 1))
def test_upwards_from_every_step_with_what_was_in_it(settings: Settings, start: int) -> None:
    database = open_at(settings)
    try:
        assert schema.version(database) == 0
        assert schema.migrate(database, start) == list(range(1, start + 1))
        assert schema.version(database) == start
        assert schema.ready(database) is (start == len(schema.steps(database.engine)))
        log, space, device = Log(database), os.urandom(16), os.urandom(16)
        log.found(space, b"genesis", 1)
        look = log.look(space, {})
        assert look is not None
        log.append(look, [Row(device, 1, os.urandom(32), 1, b"kept through all steps")], limit=1 << 20)
        assert schema.migrate(database) == list(range(start + 1, len(schema.steps(database.engine)) + 1))
        page = log.page(space, 0, limit=9, size=1 << 20)
        assert page is not None
        assert page.envelopes == [b"kept through all steps"]
        assert columns(database) == KEPT
        assert schema.migrate(database) == []
        assert schema.ready(database)
    finally:
        database.close()


def test_servers_that_start_at_once_take_the_steps_once(settings: Settings) -> None:
    databases = [open_at(settings) for _ in range(3)]
    taken: list[list[int]] = []
    threads = [
        threading.Thread(target=lambda database=database: taken.append(schema.migrate(database)))
        for database in databases
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for database in databases:
        database.close()
    assert sorted(step for steps in taken for step in steps) == [step.number for step in schema.steps("sqlite")]
    assert len(taken) == 3


def test_a_database_of_a_newer_server_is_left_alone(database: Database) -> None:
    with database.write() as work:
        work.run("insert into schema_step (number) values (?)", 999)
    assert not schema.ready(database)
    with pytest.raises(schema.TooNew):
        schema.migrate(database)


def test_both_engines_have_the_same_steps() -> None:
    folder = Path(schema.__file__).parent / "migrations"
    names = {engine: sorted(path.name for path in (folder / engine).iterdir()) for engine in ("sqlite", "postgres")}
    assert names["sqlite"] == names["postgres"]


def test_a_step_that_fails_leaves_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_at(settings)
    broken = schema.Step(2, "create table half (a integer);\ncreate table half (a integer);\n")
    monkeypatch.setattr(schema, "steps", lambda _engine: [schema.Step(1, "create table whole (a integer);\n"), broken])
    try:
        with pytest.raises(Exception, match=r"half|OperationalError|DuplicateTable"):
            schema.migrate(database)
        assert schema.version(database) == 1
        assert "half" not in columns(database)
        assert "whole" in columns(database)
    finally:
        database.close()
