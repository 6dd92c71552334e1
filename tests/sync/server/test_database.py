"""The two engines keep the same promises: all or nothing, one consistent look, pokes across processes, honest absence."""

import contextlib
import itertools
import threading

import pytest

from sync.server import schema
from sync.server.database import Away, Database
from sync.server.postgres import Postgres
from sync.server.settings import Settings
from sync.server.sqlite import Sqlite
from tests.support.patience import PATIENCE, until
from tests.sync.server.cluster import Cluster


def another(settings: Settings) -> Database:
    return Postgres(settings.postgres) if settings.postgres else Sqlite(settings.sqlite)


def count(database: Database) -> int:
    with database.read() as work:
        row = work.one("select count(*) from common")
    assert row is not None
    return int(row[0])


def put(database: Database, name: str) -> None:
    with database.write() as work:
        work.run("insert into common (name, value) values (?, ?)", name, b"x")


def test_what_fails_leaves_nothing_behind_and_the_next_one_works(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as work:
        work.run("insert into common (name, value) values (?, ?)", "a", b"x")
        raise ZeroDivisionError
    assert count(database) == 0
    put(database, "a")
    assert count(database) == 1


def test_a_look_is_consistent_while_others_write(database: Database) -> None:
    wrote = threading.Event()

    def write() -> None:
        put(database, "later")
        wrote.set()

    with database.read() as work:
        before = work.rows("select name from common")
        thread = threading.Thread(target=write)
        thread.start()
        assert wrote.wait(PATIENCE)
        assert work.rows("select name from common") == before
    thread.join()
    assert count(database) == 1


def test_a_question_sees_what_was_kept_and_nothing_of_what_is_being_written(database: Database) -> None:
    statement = "select name from common order by name"
    put(database, "a")
    writing, asked = threading.Event(), threading.Event()

    def write() -> None:
        with database.write() as work:
            work.run("insert into common (name, value) values (?, ?)", "b", b"x")
            writing.set()
            assert asked.wait(PATIENCE)

    thread = threading.Thread(target=write)
    thread.start()
    assert writing.wait(PATIENCE)
    assert database.ask(statement) == [("a",)]
    asked.set()
    thread.join()
    assert database.ask(statement) == [("a",), ("b",)]
    with database.write() as work:
        work.run("insert into common (name, value) values (?, ?)", "c", b"x")
        others: list[list[tuple[str]]] = []
        thread = threading.Thread(target=lambda: others.append(database.ask(statement)))
        thread.start()
        thread.join(PATIENCE)
    assert others == [[("a",), ("b",)]]


def test_many_rows_are_read_a_few_at_a_time(database: Database) -> None:
    with database.write() as work:
        work.many("insert into common (name, value) values (?, ?)", [(str(number), b"") for number in range(300)])
    with database.read() as work:
        assert sum(1 for _ in work.each("select name from common where value = ?", b"")) == 300
        # A reader that stops early is no trouble for the next.
        assert next(work.each("select name from common order by name"))[0] == "0"
    assert count(database) == 300


def test_another_process_is_poked(database: Database, settings: Settings) -> None:
    other = another(settings)
    space = bytes(range(16))
    heard: list[tuple[bytes, int]] = []
    try:
        with database.write() as work:
            work.run(
                "insert into space (id, genesis, head, controls, bytes, purges, made) values (?, ?, 0, 0, 0, 0, 1)",
                space,
                b"",
            )
        database.listen(lambda *_: None, lambda: [])
        other.listen(lambda *news: heard.append(news), lambda: [space])

        def heard_of(head: int) -> bool:
            with database.write() as work:
                work.run("update space set head = ? where id = ?", head, space)
            database.poke(space, head)
            return bool(heard)

        heads = itertools.count(1)
        until(lambda: heard_of(next(heads)))  # when the other begins to listen, nobody is told
        last = next(heads)
        heard_of(last)
        until(lambda: (space, last) in heard)
    finally:
        other.close()


def test_a_database_that_is_not_there_is_said_at_once() -> None:
    with pytest.raises(Away):
        Postgres("postgresql://fika@127.0.0.1:1/nothing")


def test_after_a_restart_of_the_database_the_server_goes_on(cluster: Cluster) -> None:
    own = Cluster(cluster.programs)
    try:
        own.make()
        own.start()
        database = Postgres(own.create("restart"))
        schema.migrate(database)
        put(database, "before")
        own.kill()
        with pytest.raises(Away):  # the process at the other end of this line may outlive its parent for a moment
            until(lambda: count(database) < 0)
        with pytest.raises(Away):
            put(database, "while it is away")
        own.start()
        # The connection of this thread died with the old server; it is replaced without a fault that anybody sees.
        put(database, "after")
        assert count(database) == 2
        assert database.ask("select count(*) from common") == [(2,)]
        own.kill()
        own.start()
        assert database.ask("select count(*) from common where name = ?", "after") == [(1,)]
        database.close()
    finally:
        own.remove()


def test_a_database_that_lies_in_the_hand_of_another_is_waited_for_and_then_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = another(settings)
    if settings.postgres:
        monkeypatch.setattr("sync.server.postgres.STATEMENT_MS", 200)
    else:
        monkeypatch.setattr("sync.server.sqlite.BUSY_SECONDS", 0.2)
    other = another(settings)
    try:
        schema.migrate(one)
        put(one, "a")
        with one.write() as work:
            work.run("update common set value = ?", b"y")
            with pytest.raises(Away):
                other_write(other)

        def written() -> bool:
            with contextlib.suppress(Away):  # a fifth of a second is little on a busy machine
                other_write(other)
                return True
            return False

        until(written)
    finally:
        one.close()
        other.close()


def other_write(database: Database) -> None:
    with database.write() as work:
        work.run("update common set value = ?", b"z")
