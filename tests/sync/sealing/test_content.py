"""What stands inside: one filling, one form, within limits, whoever wrote it."""

import json
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import BadContent, BadJson
from sync.ledger import Seen
from sync.protocol.limits import MESSAGE_MAX, PLAIN_MAX
from sync.sealing import content
from sync.sealing.content import PIECE_MAX, PIECES_MAX, Inside, Message, fill, join, split, unfill

MESSAGE = Message(
    first=7,
    changes=({"hlc": 1, "ops": [], "new": "å"}, {"hlc": 2}),
    seen={b"d" * 16: Seen(3, b"i" * 16), b"a" * 16: Seen(1, b"j" * 16)},
    more={"later": [1, {"x": None}]},
)


def test_what_is_written_is_read_and_what_we_do_not_know_is_kept() -> None:
    assert Message.read(MESSAGE.to_bytes()) == MESSAGE
    assert Message.read(Message(first=1).to_bytes()) == Message(first=1)
    inside = Inside(introductions=(b"one", b""), former={b"c" * 32: b"k" * 32}, reason="sold", more={"x": 1})
    assert Inside.read(inside.to_bytes()) == inside
    assert "k" * 32 not in repr(inside)


def test_the_json_is_the_one_of_the_page() -> None:
    assert json.loads(MESSAGE.to_bytes()) == {
        "later": [1, {"x": None}],
        "first": 7,
        "seen": {(b"a" * 16).hex(): [1, (b"j" * 16).hex()], (b"d" * 16).hex(): [3, (b"i" * 16).hex()]},
        "changes": [{"hlc": 1, "ops": [], "new": "å"}, {"hlc": 2}],
    }


HEX = "ab" * 16
GOOD: dict[str, Any] = {"first": 1, "seen": {}, "changes": []}


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        ("first", {"first": 0}),
        ("first", {"first": True}),
        ("first", {"first": "1"}),
        ("first", {"first": (1 << 63) - 1, "changes": [{}, {}]}),
        ("changes", {"changes": {}}),
        ("changes", {"changes": [[]]}),
        ("changes", {"changes": None}),
        ("seen", {"seen": []}),
        ("seen", {"seen": {HEX: [1]}}),
        ("seen", {"seen": {HEX: [0, HEX]}}),
        ("seen", {"seen": {HEX: [1.0, HEX]}}),
        ("seen", {"seen": {HEX: [True, HEX]}}),
        ("seen", {"seen": {HEX: [1, HEX.upper()]}}),
        ("seen", {"seen": {HEX: [1, HEX + "00"]}}),
        ("seen", {"seen": {HEX[:-1]: [1, HEX]}}),
        ("seen", {"seen": {HEX[:-1] + "å": [1, HEX]}}),
        ("seen", {"seen": {HEX: [1, 2]}}),
        ("seen", {"seen": {f"{number:032x}": [1, HEX] for number in range(1025)}}),
    ],
)
def test_a_message_in_another_form_is_refused_by_name(reason: str, changed: dict[str, Any]) -> None:
    with pytest.raises(BadContent) as raised:
        Message.read(json.dumps(GOOD | changed).encode())
    assert raised.value.facts == {"reason": reason}


@pytest.mark.parametrize(
    ("reason", "raw"),
    [
        ("object", b"[]"),
        ("inside", b"{}"),
        ("inside", b'{"introductions":[],"former":{},"reason":1}'),
        ("introduction", b'{"introductions":[1],"former":{},"reason":""}'),
        ("introduction", b'{"introductions":["a"],"former":{},"reason":""}'),
        ("former", b'{"introductions":[],"former":{"00":"00"},"reason":""}'),
        ("former", b'{"introductions":[],"former":{"%s":"00"},"reason":""}' % (b"00" * 32)),
    ],
)
def test_a_sealed_part_in_another_form_is_refused_by_name(reason: str, raw: bytes) -> None:
    with pytest.raises(BadContent) as raised:
        Inside.read(raw)
    assert raised.value.facts == {"reason": reason}


def test_hostile_json_is_refused() -> None:
    for raw in (b"\xff", b'{"first":1,"first":2}', b'{"first":NaN}', b"[" * 50, b'"\\ud800"'):
        with pytest.raises(BadJson):
            Message.read(raw)


@settings(deadline=None)
@given(st.binary(max_size=2000), st.booleans())
def test_filling_goes_both_ways(piece: bytes, deflated: bool) -> None:
    plain = fill(piece, deflated)
    assert unfill(plain) == (piece, deflated)
    assert len(plain) in (256, *range(272, 4096, 16))


def test_the_longest_piece() -> None:
    assert len(fill(bytes(PIECE_MAX))) == PLAIN_MAX
    with pytest.raises(ValueError, match="one envelope"):
        fill(bytes(PIECE_MAX + 1))


def test_there_is_one_right_filling() -> None:
    good = fill(b"hej")
    for at in range(7, 256):
        with pytest.raises(BadContent):
            unfill(good[:at] + b"\1" + good[at + 1 :])
    for bad in (b"", b"\0\0\0", good[:-1], good + b"\0", good + bytes(16), b"\0\0\1\xff" + bytes(252), bytes(272)):
        with pytest.raises(BadContent) as raised:
            unfill(bad)
        assert raised.value.facts == {"reason": "filling"}


def test_long_messages_are_cut_and_joined() -> None:
    text = MESSAGE.to_bytes() + b" " * 200_000
    pieces, deflated = split(text, deflate=False)
    assert [len(piece) for piece in pieces] == [PIECE_MAX] * 3 + [len(text) - 3 * PIECE_MAX]
    assert not deflated
    assert join([(piece, False) for piece in pieces]) == text
    small, deflated = split(text, deflate=True)
    assert deflated
    assert len(small) == 1
    assert join([(small[0], True)]) == text


def test_what_does_not_shrink_is_not_deflated() -> None:
    assert split(b"x", deflate=True) == ([b"x"], False)


def test_pieces_must_fit_each_other() -> None:
    for pieces in ([], [(b"a", True), (b"b", False)], [(b"", False)] * (PIECES_MAX + 1)):
        with pytest.raises(BadContent) as raised:
            join(pieces)
        assert raised.value.facts == {"reason": "pieces"}


@pytest.mark.parametrize(
    ("reason", "raw"),
    [
        ("deflated", b""),
        ("deflated", b"no zlib"),
        ("deflated", zlib.compress(b"hej" * 99)[:-1]),
        ("deflated", zlib.compress(b"hej") + b"more"),
        ("size", zlib.compress(bytes(MESSAGE_MAX + 1))),
    ],
)
def test_bombs_and_broken_pieces_are_refused(reason: str, raw: bytes) -> None:
    with pytest.raises(BadContent) as raised:
        join([(raw, True)])
    assert raised.value.facts == {"reason": reason}


def test_a_bomb_is_not_inflated_before_it_is_refused() -> None:
    bomb = zlib.compress(bytes(6 * MESSAGE_MAX))
    tracemalloc.start()
    try:
        with pytest.raises(BadContent):
            join([(bomb, True)])
        assert tracemalloc.get_traced_memory()[1] < 3 * MESSAGE_MAX
    finally:
        tracemalloc.stop()


def test_the_largest_message_passes_and_a_larger_one_is_not_sent() -> None:
    text = bytes(MESSAGE_MAX)
    pieces, deflated = split(text, deflate=True)
    assert join([(piece, deflated) for piece in pieces]) == text
    with pytest.raises(BadContent):
        split(text + b"x", deflate=False)


def test_nothing_that_is_no_number_is_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        content.write({"x": float("nan")})
