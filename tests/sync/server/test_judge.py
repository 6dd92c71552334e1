"""What a process remembers of a space never decides: others write to it as well, and each batch is held against the table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.authority import read_record
from sync.protocol.envelope import Envelope
from sync.server import schema
from sync.server.log import Log
from sync.server.refusal import Refusal
from sync.server.routes import Request, Server
from sync.server.routes.spaces import found, pull, push
from sync.server.settings import Settings
from sync.server.sqlite import Sqlite
from tests.sync.server.actors import Actor, cut, frames, new_place


class Process:
    """One server process on a shared database, asked without a network."""

    def __init__(self, path: Path) -> None:
        self.database = Sqlite(path)
        schema.migrate(self.database)
        self.server = Server(Settings(), self.database)
        self.server.accounts.start()

    def ask(self, actor: Actor, raw: bytes) -> tuple[int, bytes]:
        try:
            return 200, push(self.server, Request(*self._who(actor), body=raw)).body
        except Refusal as refusal:
            return refusal.status, refusal.code.encode()

    def log(self, actor: Actor) -> list[bytes]:
        return cut(pull(self.server, Request(*self._who(actor))).body[8:])

    def _who(self, actor: Actor) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        token, _ = self.server.accounts.open(actor.place.id, actor.id, os.urandom(8).hex())
        return {"space": actor.place.id.hex()}, {}, {"authorization": f"Bearer {token}"}


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    both = Process(tmp_path / "db"), Process(tmp_path / "db")
    yield both
    for process in both:
        process.database.close()


@pytest.fixture
def pair(two: tuple[Process, Process]) -> tuple[Actor, Actor]:
    one = Actor(new_place())
    other = Actor(one.place)
    process = two[0]
    process.server.accounts.introduce(one.place.id, one.id, one.public.sign, None)
    where, query, who = process._who(one)
    start = frames(one.founding(), one.epoch(), one.add(other), one.epoch())
    assert found(process.server, Request(where, query, who, one.place.genesis.to_bytes() + start)).status == 201
    return one, other


def test_a_space_is_looked_at_once_and_then_remembered(
    two: tuple[Process, Process], pair: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair
    looked: list[bytes] = []
    look = Log.look

    def counted(log: Log, space: bytes, spans: Any) -> Any:
        looked.append(space)
        return look(log, space, spans)

    monkeypatch.setattr(Log, "look", counted)
    for number in range(5):
        assert two[0].ask((one, other)[number % 2], frames((one, other)[number % 2].change()))[0] == 200
    assert len(looked) == 1
    again = frames(one.change())
    assert two[0].ask(one, again) == (200, b'{"head":10,"new":1}')
    assert two[0].ask(one, again) == (200, b'{"head":10,"new":0}')
    assert len(looked) == 2


def test_what_another_process_took_is_seen(two: tuple[Process, Process], pair: tuple[Actor, Actor]) -> None:
    one, other = pair
    for number in range(12):
        actor = (one, other)[number // 2 % 2]
        assert two[number % 2].ask(actor, frames(actor.change()))[0] == 200
    assert two[0].log(one) == two[1].log(other)
    assert len(two[0].log(one)) == 4 + 12
    skipped = one.change()
    late = frames(one.change())
    assert two[0].ask(one, late) == (409, b"gap")
    assert two[1].ask(one, frames(skipped))[0] == 200
    assert two[0].ask(one, late)[0] == 200


@pytest.mark.parametrize("purger", [0, 1])
def test_a_purge_is_no_reason_to_judge_all_records_anew(
    two: tuple[Process, Process], pair: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch, purger: int
) -> None:
    """Of a space with a thousand of them that takes a second, and who is in it may send fifty purges in that time."""
    one, other = pair
    for process in two:
        assert process.ask(one, frames(one.change()))[0] == 200
    judged: list[Envelope] = []

    def counted(envelope: Envelope, keys_of: Any) -> Any:
        judged.append(envelope)
        return read_record(envelope, keys_of)

    monkeypatch.setattr("sync.server.judge.read_record", counted)
    assert two[purger].ask(one, frames(one.purge(one.written[-1])))[0] == 200
    assert two[0].ask(other, frames(other.change()))[0] == 200
    assert judged == []
    assert two[0].ask(one, frames(one.remove(other)))[0] == 200
    assert two[0].ask(other, frames(other.change())) == (403, b"forbidden")
    assert len(judged) == 1


def test_of_a_space_that_was_founded_again_elsewhere_nothing_is_remembered(
    two: tuple[Process, Process], pair: tuple[Actor, Actor]
) -> None:
    one, other = pair
    assert two[0].ask(other, frames(other.change()))[0] == 200
    log, place = two[1].server.log, one.place
    there = log.space(place.id)
    assert there is not None
    log.end(there, one.id, others=(), today=1, kinds=(), strip=bytes)
    log.begin_again(place.id, one.id, place.genesis.to_bytes())
    again, third = Actor(place, one.root), Actor(place)
    again.keys = one.keys
    place.heads = ()
    place.members.clear()
    start = frames(again.founding(), again.epoch(), again.add(third), again.epoch())
    where, query, who = two[1]._who(one)
    assert found(two[1].server, Request(where, query, who, place.genesis.to_bytes() + start)).status == 201
    assert two[0].ask(third, frames(third.change()))[0] == 200, "as many records, at the same places"
    assert two[0].ask(other, frames(other.change())) == (403, b"forbidden")


def test_whoever_another_process_took_out_writes_no_more(
    two: tuple[Process, Process], pair: tuple[Actor, Actor]
) -> None:
    one, other = pair
    assert two[0].ask(other, frames(other.change()))[0] == 200
    assert two[0].ask(other, frames(other.change()))[0] == 200
    assert two[1].ask(one, frames(one.remove(other)))[0] == 200
    assert two[0].ask(other, frames(other.change())) == (403, b"forbidden")


def test_what_another_process_purged_comes_without_its_body(
    two: tuple[Process, Process], pair: tuple[Actor, Actor]
) -> None:
    one, other = pair
    assert two[0].ask(other, frames(other.change()))[0] == 200
    unsent = one.change()
    gone = frames(unsent)
    sequence, previous = one.sequence, one.previous
    assert two[0].ask(other, frames(other.change()))[0] == 200
    with two[1].database.write() as work:  # a purge that named it before it was here
        work.run("insert into purged (space, id) values (?, ?)", one.place.id, Envelope.read(unsent).id)
        work.run("update space set purges = purges + 1 where id = ?", one.place.id)
    assert two[0].ask(one, gone)[0] == 200
    assert (one.sequence, one.previous) == (sequence, previous)
    stored = Envelope.read(two[1].log(one)[-1])
    assert stored.id == Envelope.read(unsent).id and not stored.whole


def test_a_device_whose_account_ended_elsewhere_is_not_taken_back(
    two: tuple[Process, Process], pair: tuple[Actor, Actor]
) -> None:
    one, other = pair
    assert two[0].ask(other, frames(other.change()))[0] == 200
    with two[1].database.write() as work:
        work.run("update tip set ended = 1 where space = ? and device = ?", one.place.id, other.id)
    later = other.change()
    assert two[0].ask(other, frames(later)) == (410, b"gone")
    assert two[0].ask(one, frames(later))[0] == 200, "others may bring its place in the chain"
    assert two[0].log(one)[-1] == Envelope.read(later).stripped().to_bytes(), "and no words"
