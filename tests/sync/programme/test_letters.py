"""Letters to and from a programme: the vectors, every bit, and what a letter never says."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync import hpke
from sync.errors import BadRecord, SyncError
from sync.programme import keys, letters
from sync.programme.letters import Lock
from tests.support.programme import CARD, KEYS

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/programme/letters.json").read_text("utf-8"))
MEMBER = keys.member_keys(bytes.fromhex(VECTORS["member"]["seed"]), CARD.id)


def of(group: str) -> list[Any]:
    return [pytest.param(vector, id=name) for name, vector in VECTORS[group].items()]


def opened(raw: bytes) -> letters.Letter:
    return letters.open_letter(raw, CARD, box=KEYS.box, safety=KEYS.safety)


def refused(vector: Any, raised: SyncError) -> None:
    assert {"refused": raised.code, **raised.facts} == vector["expect"]


@pytest.mark.parametrize("vector", of("letters"))
def test_letters(vector: Any) -> None:
    raw, expect = bytes.fromhex(vector["raw"]), vector["expect"]
    if "refused" in expect:
        with pytest.raises(SyncError) as raised:
            opened(raw)
        refused(vector, raised.value)
        return
    letter = opened(raw)
    assert (letter.lock.name.lower(), letter.says) == (expect["lock"], expect["says"])
    if "member" in expect:
        assert letter.member.hex() == expect["member"]
    else:
        assert (letter.sign, letter.box) == (b"", b"")
    assert letters.number_of(raw) == letter.number and letters.programme_of(raw) == CARD.id


@pytest.mark.parametrize("vector", of("answers"))
def test_answers(vector: Any) -> None:
    raw, expect = bytes.fromhex(vector["raw"]), vector["expect"]
    if "refused" in expect:
        with pytest.raises(SyncError) as raised:
            letters.open_answer(raw, CARD, MEMBER)
        refused(vector, raised.value)
        return
    assert letters.open_answer(raw, CARD, MEMBER).says == expect["says"]


@pytest.mark.parametrize("concern", [False, True])
def test_no_bit_can_be_changed(concern: bool) -> None:
    raw = letters.write(CARD, MEMBER, {"what": "contact"}, concern=concern)
    for at in range(len(raw)):
        with pytest.raises(SyncError):
            opened(raw[:at] + bytes([raw[at] ^ 1 << at % 8]) + raw[at + 1 :])


def test_the_coordinators_key_does_not_open_a_concern() -> None:
    raw = letters.write(CARD, MEMBER, {"what": "concern"}, concern=True)
    with pytest.raises(SyncError):
        letters.open_letter(raw, CARD, box=KEYS.box, safety=KEYS.box)
    assert opened(raw).lock is Lock.CONCERN


def test_every_slip_has_the_same_size_and_says_not_from_whom() -> None:
    short = letters.write_slip(CARD, {"answers": {}})
    long = letters.write_slip(CARD, {"answers": {"comment": "å" * 1500}})
    assert len(short) == len(long) == letters.SLIP_BYTES
    assert opened(long).says["answers"]["comment"] == "å" * 1500
    for raw in (short, long):
        letter = opened(raw)
        assert (letter.sign, letter.box) == (b"", b"")
        assert MEMBER.signing.public not in raw and MEMBER.box_public not in raw


def test_a_slip_that_needs_more_room_is_refused() -> None:
    with pytest.raises(BadRecord):
        letters.write_slip(CARD, {"answers": {"comment": "x" * 4_000}})


def test_a_letter_beyond_what_is_taken_is_refused() -> None:
    with pytest.raises(BadRecord):
        letters.write(CARD, MEMBER, {"what": "x" * letters.MOST_BYTES})
    with pytest.raises(SyncError):
        opened(b"\1\1" + CARD.id + bytes(letters.MOST_BYTES))


def test_json_that_is_no_object_is_refused() -> None:
    head = letters._head(Lock.SLIP, CARD.id, b"")
    body = b"[1]"
    plain = (len(body).to_bytes(4, "big") + body).ljust(letters._SLIP_ROOM, b"\0")
    raw = head + hpke.seal(CARD.box, plain, info=letters._info(head))
    with pytest.raises(SyncError):
        opened(raw)


def test_a_length_that_lies_is_refused() -> None:
    head = letters._head(Lock.SLIP, CARD.id, b"")
    for plain in (b"\xff\xff\xff\xff" + bytes(letters._SLIP_ROOM - 4), bytes(letters._SLIP_ROOM - 1) + b"x"):
        raw = head + hpke.seal(CARD.box, plain, info=letters._info(head))
        with pytest.raises(SyncError):
            opened(raw)


def test_an_answer_is_for_one_member() -> None:
    other = keys.member_keys(bytes(32), CARD.id)
    raw = letters.write_answer(KEYS.signing, CARD.id, MEMBER.box_public, {"seen": []})
    with pytest.raises(SyncError):
        letters.open_answer(raw, CARD, other)
