"""Frames follow each other, and only whole transactions count."""

import pytest

from app.errors import VaultDamaged, VaultTooNew
from app.vault import journal
from app.vault.journal import BATCH_BYTES, Chain, Head, Op
from app.vault.key import VaultKey

KEY = VaultKey(bytearray(range(32)), b"v" * 16, b"l" * 16, 1)
HEAD = Head(b"v" * 16, b"l" * 16, 1, 3, 40, b"s" * 16)
SEAL = HEAD.seal(KEY)
CHAIN = Chain(SEAL, HEAD.salt, HEAD.base)


def written(*transactions: list[Op]) -> bytes:
    raw = HEAD.to_bytes(SEAL)
    sequence, tag = HEAD.base, raw[-16:]
    for ops in transactions:
        data, sequence, tag = CHAIN.frames(journal.encode(ops), sequence, tag)
        raw += data
    return raw


def replay(data: bytes) -> journal.Replay:
    return journal.replay(data, CHAIN, data[journal.HEAD_BYTES - 16 : journal.HEAD_BYTES])


def test_a_head_reads_back_and_proves_itself() -> None:
    raw = HEAD.to_bytes(SEAL)
    assert len(raw) == journal.HEAD_BYTES == 104
    assert Head.read(raw) == HEAD
    assert Head.proven(raw, SEAL)
    assert not Head.proven(raw[:20] + b"x" + raw[21:], SEAL)
    with pytest.raises(VaultDamaged):
        Head.read(raw[:100])
    with pytest.raises(VaultDamaged):
        Head.read(b"x" + raw[1:])
    with pytest.raises(VaultTooNew):
        Head.read(raw[:9] + b"\2" + raw[10:])


def test_transactions_come_back_with_their_sequence_and_place() -> None:
    first = [Op(journal.INSERT, "å" * 20, 1, b"{}"), Op(journal.DELETE, "note", 2)]
    second = [Op(journal.TABLE, "empty"), Op(journal.TRUNCATE, "note"), Op(journal.DROP, "task")]
    data = written(first, second)
    found = replay(data)
    assert found.transactions == [(41, first), (42, second)]
    assert (found.sequence, found.end, found.tag) == (42, len(data), data[-16:])
    assert found.tags[41][1] < found.tags[42][1] == len(data)


def test_a_long_transaction_is_spread_over_frames_and_counts_as_one() -> None:
    ops = [Op(journal.INSERT, "note", n, b"x" * 1000) for n in range(100)]
    plains = list(journal.encode(ops))
    assert len(plains) > 2
    assert max(map(len, plains)) <= BATCH_BYTES + 100
    data = written(ops)
    found = replay(data)
    assert found.transactions == [(40 + len(plains), ops)]
    last = len(data) - len(plains[-1]) - 16 - journal.FRAME_BYTES
    unfinished = replay(data[:last])
    assert (unfinished.transactions, unfinished.sequence, unfinished.end) == ([], 40, journal.HEAD_BYTES)


def test_replay_stops_where_a_frame_does_not_follow() -> None:
    one, two = [Op(journal.INSERT, "n", 1, b"1")], [Op(journal.INSERT, "n", 2, b"2")]
    data = written(one, two)
    cut = replay(written(one)).end
    for end in range(cut, len(data)):
        assert replay(data[:end]).end == cut
    for broken in (data[:cut] + data[cut:][:4] + b"\xff" + data[cut + 5 :], data[:cut] + bytes(50)):
        assert replay(broken).end == cut


def test_a_frame_is_recognised_by_its_check_alone() -> None:
    data = written([Op(journal.INSERT, "n", 1, b"1")])
    assert journal.frame_at(data, journal.HEAD_BYTES, CHAIN) == 41
    assert [at for at in range(len(data)) if journal.frame_at(data, at, CHAIN) is not None] == [journal.HEAD_BYTES]
    assert journal.length_at(data, journal.HEAD_BYTES) == len(data) - journal.HEAD_BYTES - journal.FRAME_BYTES
