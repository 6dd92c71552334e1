"""The log on both engines: positions without gaps under many writers, all or nothing, room that is counted."""

import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from sync.server.database import Database
from sync.server.log import ALLOWANCE, Erasure, Full, Gone, Log, Look, Page, Row, Stale, Tip, mark
from tests.support.effort import effort

LIMIT = 1 << 20


@pytest.fixture
def log(database: Database) -> Log:
    return Log(database)


def space_of(log: Log) -> bytes:
    space = os.urandom(16)
    log.found(space, b"genesis", 7)
    return space


def row(device: bytes, sequence: int, size: int = 100, kind: int = 1) -> Row:
    return Row(device, sequence, os.urandom(32), kind, os.urandom(size))


def look(log: Log, space: bytes) -> Look:
    found = log.look(space, {})
    assert found is not None
    return found


def page(log: Log, space: bytes, after: int = 0, limit: int = 10, size: int = LIMIT, *, previous: bool = False) -> Page:
    found = log.page(space, after, limit=limit, size=size, previous=previous)
    assert found is not None
    return found


def test_positions_follow_each_other_and_the_head_is_the_last(log: Log) -> None:
    space, device = space_of(log), os.urandom(16)
    rows = [row(device, sequence) for sequence in (1, 2, 3)]
    assert log.append(look(log, space), rows[:2], limit=LIMIT).head == 2
    assert log.append(look(log, space), rows[2:], limit=LIMIT).head == 3
    first = page(log, space, 0, 10, LIMIT)
    assert (first.head, first.envelopes) == (3, [one.envelope for one in rows])
    assert page(log, space, 2, 10, LIMIT).envelopes == [rows[2].envelope]
    assert page(log, space, 3, 10, LIMIT).envelopes == []
    assert page(log, space, 99, 10, LIMIT).head == 3
    assert log.heads(space) == (3, {device: Tip(3, rows[2].id)})
    assert log.at(space, device, 2) == rows[1].envelope
    assert log.at(space, device, 9) is None


def test_a_page_keeps_to_its_count_and_size_but_has_one_at_least(log: Log) -> None:
    space, device = space_of(log), os.urandom(16)
    log.append(look(log, space), [row(device, sequence, 1000) for sequence in range(1, 11)], limit=LIMIT)
    assert len(page(log, space, 0, 3, LIMIT).envelopes) == 3
    assert len(page(log, space, 0, 10, 2_100).envelopes) == 2
    assert len(page(log, space, 0, 10, 1).envelopes) == 1


def test_the_envelope_before_a_page_is_told_when_asked(log: Log) -> None:
    space, device = space_of(log), os.urandom(16)
    rows = [row(device, sequence) for sequence in (1, 2)]
    log.append(look(log, space), rows, limit=LIMIT)
    assert page(log, space, 1, 10, LIMIT, previous=True).previous == rows[0].envelope
    assert page(log, space, 5, 10, LIMIT, previous=True).previous is None
    assert page(log, space, 0, 10, LIMIT, previous=True).previous is None


def test_what_was_looked_at_must_still_be_so(log: Log) -> None:
    space, one, other = space_of(log), os.urandom(16), os.urandom(16)
    before = look(log, space)
    log.append(before, [row(one, 1)], limit=LIMIT)
    with pytest.raises(Stale):
        log.append(before, [row(one, 1)], limit=LIMIT)
    # Another device's envelope does not depend on the first one's …
    assert log.append(before, [row(other, 1)], limit=LIMIT).head == 2
    # … but every judgement depends on the control records.
    before = look(log, space)
    log.append(before, [row(one, 2, kind=2)], limit=LIMIT)
    with pytest.raises(Stale):
        log.append(before, [row(other, 2)], limit=LIMIT)
    with pytest.raises(Stale):
        log.append(
            Look(before.space.__class__(os.urandom(16), b"", 0, 0, 0, False), {}, {}), [row(one, 1)], limit=LIMIT
        )


def test_control_records_are_found_again_in_order(log: Log) -> None:
    space, device = space_of(log), os.urandom(16)
    rows = [row(device, sequence, kind=2 if sequence in (1, 3) else 1) for sequence in range(1, 5)]
    log.append(look(log, space), rows, limit=LIMIT)
    found = log.space(space)
    assert found is not None
    assert found.controls == 3
    assert log.controls(space, 0, 3) == [rows[0].envelope, rows[2].envelope]
    assert log.controls(space, 1, 3) == [rows[2].envelope]


def test_a_full_space_takes_nothing_and_stays_as_it_was(log: Log) -> None:
    space, device = space_of(log), os.urandom(16)
    room = 2 * (100 + ALLOWANCE)
    log.append(look(log, space), [row(device, 1)], limit=room)
    with pytest.raises(Full):
        log.append(look(log, space), [row(device, 2), row(device, 3)], limit=room)
    assert log.heads(space)[0] == 1
    assert log.append(look(log, space), [row(device, 2)], limit=room).head == 2


def test_erased_bodies_give_their_room_back_and_are_remembered(log: Log) -> None:
    space, device = space_of(log), os.urandom(16)
    rows = [row(device, sequence, 500) for sequence in (1, 2)]
    log.append(look(log, space), rows, limit=LIMIT)
    before = look(log, space).space.bytes
    log.append(look(log, space), [], [Erasure(device, 1, b"shell")], purged=[rows[0].id], limit=LIMIT)
    assert page(log, space, 0, 9, LIMIT).envelopes == [b"shell", rows[1].envelope]
    assert look(log, space).space.bytes == before - 495
    assert log.is_purged(space, rows[0].id)
    assert not log.is_purged(space, rows[1].id)
    assert log.marked(space, [mark(rows[1].id)]) == [rows[1].envelope]


def test_a_space_that_is_gone_stays_gone(log: Log) -> None:
    space, device = space_of(log), os.urandom(16)
    log.append(look(log, space), [row(device, 1)], limit=LIMIT)
    before = look(log, space)
    log.end(before.space, device, others=(), today=8, kinds=(1,), strip=lambda raw: raw[:5])
    log.found(space, b"genesis", 9)
    found = log.space(space)
    assert found is not None
    assert found.gone
    assert page(log, space, 0, 9, LIMIT).envelopes == []
    with pytest.raises((Gone, Stale)):
        log.append(before, [row(device, 2)], limit=LIMIT)


def test_the_last_two_who_end_at_once_leave_nothing(log: Log) -> None:
    """Who is the last is seen where it is written, or each of two would leave the space to the other."""
    space, one, other = space_of(log), os.urandom(16), os.urandom(16)
    log.append(look(log, space), [row(one, 1, kind=2), row(other, 1)], limit=LIMIT)
    before = look(log, space).space
    facts: dict[str, Any] = {"today": 8, "kinds": (1,), "strip": lambda raw: raw[:5]}
    log.end(before, one, others={other}, **facts)
    assert look(log, space).space == before
    log.end(before, other, others={one}, **facts)
    assert look(log, space).space.gone
    space = space_of(log)
    before = look(log, space).space
    log.append(look(log, space), [row(one, 1, kind=2)], limit=LIMIT)
    with pytest.raises(Stale):  # somebody may have come in
        log.end(before, one, others=(), **facts)


def test_a_look_that_anything_has_changed_since_is_not_believed(log: Log, database: Database) -> None:
    """A batch that meets its space as it was looked at is appended without looking again: the conditions must hold all."""

    def changed(space: bytes, column: str, value: int) -> None:
        with database.write() as work:
            work.run(f"update space set {column} = ? where id = ?", value, space)

    def place() -> tuple[bytes, bytes, Look]:
        space, device = space_of(log), os.urandom(16)
        log.append(look(log, space), [row(device, 1)], limit=LIMIT)
        return space, device, look(log, space)

    for column, fault in (("controls", Stale), ("purges", Stale), ("gone", Gone)):
        space, device, before = place()
        changed(space, column, 9)
        with pytest.raises(fault):
            log.append(before, [row(device, 2)], limit=LIMIT)
        assert log.heads(space)[0] == 1
    space, device, before = place()
    log.end(before.space, device, others=(bytes(16),), today=8, kinds=(1,), strip=lambda raw: raw)
    with pytest.raises(Stale):
        log.append(before._replace(space=look(log, space).space), [row(device, 2)], limit=LIMIT)
    assert (log.heads(space)[0], page(log, space).head) == (1, 1)
    space, device, before = place()  # room that something else has taken meanwhile stays counted
    changed(space, "bytes", before.space.bytes + 1_000)
    told = log.append(before, [row(device, 2)], limit=LIMIT)
    assert told.head == 2
    assert told == look(log, space).space  # what is told is what is remembered: else no later batch met its space so
    more = log.append(look(log, space), [row(device, 3)], limit=LIMIT)
    assert more == look(log, space).space == told._replace(head=3, bytes=told.bytes + 100 + ALLOWANCE)
    assert told.bytes == before.space.bytes + 1_000 + 100 + ALLOWANCE


def test_many_writers_in_one_space_lose_nothing_and_readers_step_over_nothing(log: Log) -> None:
    """What a database sequence gets wrong: a reader with a cursor must meet every row, whoever was slow to commit."""
    space = space_of(log)
    writers, each = 8, effort(12, 120)
    wrong: list[Exception] = []
    written: set[bytes] = set()
    done = threading.Event()
    seen: list[bytes] = []

    def write() -> None:
        device = os.urandom(16)
        try:
            for sequence in range(1, each + 1):
                one = row(device, sequence, 64)
                while True:
                    try:
                        log.append(look(log, space), [one], limit=LIMIT * 64)
                        break
                    except Stale:
                        continue
                written.add(one.envelope)
        except Exception as exc:  # noqa: BLE001 - told by the test below
            wrong.append(exc)

    def read() -> None:
        try:
            while True:
                last = done.is_set()
                while more := page(log, space, len(seen), 50, LIMIT).envelopes:
                    seen.extend(more)
                if last:
                    return
        except Exception as exc:  # noqa: BLE001 - told by the test below
            wrong.append(exc)

    threads = [threading.Thread(target=write) for _ in range(writers)]
    reader = threading.Thread(target=read)
    for thread in (*threads, reader):
        thread.start()
    for thread in threads:
        thread.join(60)
    done.set()
    reader.join(60)
    assert not wrong
    assert log.heads(space)[0] == writers * each == len(seen)
    assert set(seen) == written


def test_everything_of_a_device_is_found_in_its_order(log: Log) -> None:
    space, one, other = space_of(log), os.urandom(16), os.urandom(16)
    rows = [row(one, sequence) for sequence in range(1, 131)]
    log.append(look(log, space), rows[:70], limit=LIMIT)
    log.append(look(log, space), [row(other, 1)], limit=LIMIT)
    log.append(look(log, space), rows[70:], limit=LIMIT)
    found: Iterator[tuple[int, bytes]] = log.of_device(space, one)
    assert [envelope for _, envelope in found] == [one.envelope for one in rows]
