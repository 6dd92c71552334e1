"""The schema's steps, as numbered SQL beside this file, one folder an engine; each step is one transaction.

A step that was released is never edited: a change is a new step, tested from every earlier one.
"""

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from sync.server.database import Database, Work

_NAME: Final = re.compile(r"(\d{4})-[a-z-]+\.sql")
_VERSION: Final = "create table if not exists schema_step (number integer primary key)"


class TooNew(Exception):
    """The database was made by a newer server; this one leaves it alone."""


@dataclass(frozen=True, slots=True, order=True)
class Step:
    number: int
    text: str


def steps(engine: str) -> list[Step]:
    """The steps of an engine, in order, without a gap."""
    folder = files("sync.server") / "migrations" / engine
    found = sorted(
        Step(int(match[1]), entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if (match := _NAME.fullmatch(entry.name))
    )
    if [step.number for step in found] != list(range(1, len(found) + 1)):
        raise AssertionError("a step is missing")
    return found


def version(database: Database) -> int:
    """The last step that the database has taken; 0 for an empty one."""
    with database.write() as work:
        _alone(database, work)
        work.script(_VERSION)
        row = work.one("select max(number) from schema_step")
    return int(row[0]) if row and row[0] else 0


def migrate(database: Database, upto: int | None = None) -> list[int]:
    """Take the missing steps and say which. Two servers that start at once do it once."""
    known = steps(database.engine)
    if version(database) > len(known):
        raise TooNew
    taken: list[int] = []
    for step in known[:upto]:
        with database.write() as work:
            _alone(database, work)
            if work.one("select number from schema_step where number = ?", step.number) is None:
                work.script(step.text)
                work.run("insert into schema_step (number) values (?)", step.number)
                taken.append(step.number)
    return taken


def ready(database: Database) -> bool:
    """Whether the database answers and has exactly the schema this server knows."""
    with database.read() as work:
        row = work.one("select max(number) from schema_step")
    return row is not None and row[0] == len(steps(database.engine))


def _alone(database: Database, work: Work) -> None:
    """SQLite's writer is alone anyway; PostgreSQL is asked, so that two servers do not create one table."""
    if database.engine == "postgres":
        work.script("select pg_advisory_xact_lock(4646541)")
