"""Control records in one form only: what is written is read, and everything else is refused by name."""

from dataclasses import replace

import pytest

from sync.errors import BadControl
from sync.protocol.control import (
    Addition,
    CutOff,
    Departure,
    Epoch,
    Founding,
    Handover,
    Public,
    PublicKeys,
    Refusal,
    Reset,
    Revocation,
    Seal,
    epoch_statement,
    party_of,
    read_public,
    split_control,
    write_control,
)
from sync.protocol.envelope import NO_KEY, Envelope, Header, Kind
from tests.support.circle import named, phone

ONE, OTHER = sorted([phone("one"), phone("other")], key=lambda keys: keys.id)
CUTS = (CutOff(ONE.id, 0, bytes(32)), CutOff(OTHER.id, 9, b"i" * 32))
SEALS = (Seal(ONE.id, False, b"a" * 80), Seal(OTHER.id, True, b"b" * 80))
PARENTS = (b"\1" * 32, b"\2" * 32)
RECORDS = [
    Public((), Founding(b"g" * 66, b"p" * 16, ONE)),
    Public(PARENTS, Addition(b"p" * 16, 2, (OTHER, ONE), (b"c" * 64, b"d" * 64))),
    Public(PARENTS, Revocation(b"p" * 16, CUTS)),
    Public(PARENTS, Departure(b"p" * 16, ())),
    Public(PARENTS, Epoch((ONE.id, OTHER.id), b"c" * 32, SEALS)),
    Public(PARENTS[:1], Handover(b"e" * 32, SEALS[:1])),
    Public(PARENTS, Reset(b"r" * 32, (ONE,), CUTS[1:], b"s" * 64)),
    Public(PARENTS, Refusal(b"e" * 32)),
]
SEALED = bytes(16 + 256 + 16)


def envelope(body: bytes, key_id: bytes = NO_KEY, kind: Kind = Kind.CONTROL) -> Envelope:
    header = Header(kind=kind, space=b"s" * 16, device=b"d" * 16, sequence=2, key_id=key_id, previous=b"p" * 32)
    return Envelope.made(header, body, bytes(64))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record.what).__name__)
def test_what_is_written_is_read(record: Public) -> None:
    assert Public.read(record.to_bytes()) == record
    assert record.to_bytes()[0] == RECORDS.index(record) + 1
    assert read_public(envelope(write_control(record))) == record
    both = envelope(write_control(record, SEALED), b"k" * 16)
    assert split_control(both) == (record.to_bytes(), SEALED)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record.what).__name__)
def test_every_cut_and_every_byte_more_is_refused(record: Public) -> None:
    raw = record.to_bytes()
    for end in range(len(raw)):
        with pytest.raises(BadControl):
            Public.read(raw[:end])
    with pytest.raises(BadControl):
        Public.read(raw + b"\0")


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record.what).__name__)
def test_every_bit_makes_another_record_or_none(record: Public) -> None:
    raw = record.to_bytes()
    for bit in range(len(raw) * 8):
        bad = bytearray(raw)
        bad[bit // 8] ^= 1 << bit % 8
        try:
            found = Public.read(bytes(bad))
        except BadControl:
            continue
        assert found != record
        assert found.to_bytes() == bytes(bad), "there is one form for each record"


def seal(recipient: PublicKeys, suite: int = 1, mode: int = 0) -> bytes:
    return recipient.id + bytes([suite, mode]) + bytes(80)


def head(kind: int, *parents: bytes) -> bytes:
    return bytes([kind, len(parents)]) + b"".join(parents)


BEHIND = head(5, PARENTS[0]) + b"\1" + ONE.id + bytes(32)


@pytest.mark.parametrize(
    ("reason", "raw"),
    [
        ("length", b""),
        ("kind", head(0, PARENTS[0])),
        ("kind", head(9, PARENTS[0])),
        ("parents", head(8) + bytes(32)),
        ("parents", head(1, PARENTS[0]) + RECORDS[0].what.to_bytes()),
        ("order", head(8, PARENTS[1], PARENTS[0]) + bytes(32)),
        ("order", head(8, PARENTS[0], PARENTS[0]) + bytes(32)),
        ("count", head(8, *(number.to_bytes(32, "big") for number in range(65))) + bytes(32)),
        ("count", head(2, PARENTS[0]) + b"p" * 16 + b"\1\0"),
        ("count", head(2, PARENTS[0]) + b"p" * 16 + b"\1\x11" + bytes(17 * 128)),
        ("twice", head(2, PARENTS[0]) + b"p" * 16 + b"\1\2" + (ONE.to_bytes() + bytes(64)) * 2),
        ("count", head(3, PARENTS[0]) + b"p" * 16 + b"\0"),
        ("order", head(3, PARENTS[0]) + b"p" * 16 + b"\2" + CUTS[1].to_bytes() + CUTS[0].to_bytes()),
        ("cut-off", head(4, PARENTS[0]) + b"p" * 16 + b"\1" + ONE.id + bytes(8) + b"i" * 32),
        ("cut-off", head(4, PARENTS[0]) + b"p" * 16 + b"\1" + ONE.id + bytes(7) + b"\1" + bytes(32)),
        ("cut-off", head(4, PARENTS[0]) + b"p" * 16 + b"\1" + ONE.id + b"\x80" + bytes(7) + b"i" * 32),
        ("count", head(5, PARENTS[0]) + b"\0" + bytes(32) + b"\0"),
        ("order", head(5, PARENTS[0]) + b"\2" + OTHER.id + ONE.id + bytes(32) + b"\0"),
        ("recipient", BEHIND + b"\1" + seal(OTHER)),
        ("suite", BEHIND + b"\1" + seal(ONE, suite=2)),
        ("suite", BEHIND + b"\1" + seal(ONE, mode=2)),
        ("order", BEHIND + b"\2" + seal(ONE) + seal(ONE)),
        ("count", head(6, PARENTS[0]) + bytes(32) + b"\0"),
        ("count", head(7, PARENTS[0]) + bytes(32) + b"\0\0" + bytes(64)),
    ],
)
def test_what_is_no_record_is_refused_by_name(reason: str, raw: bytes) -> None:
    with pytest.raises(BadControl) as raised:
        Public.read(raw)
    assert raised.value.facts == {"reason": reason}


@pytest.mark.parametrize(
    ("reason", "bad"),
    [
        ("length", envelope(b"\0\0\0")),
        ("length", envelope(b"\0\0\0\x09" + bytes(8))),
        ("length", envelope(b"\xff\xff\xff\xff")),
        ("key", envelope(write_control(RECORDS[7]), b"k" * 16)),
        ("key", envelope(write_control(RECORDS[7], SEALED))),
        ("length", envelope(write_control(RECORDS[7], SEALED[:-1]), b"k" * 16)),
        ("envelope", envelope(write_control(RECORDS[7]), b"k" * 16, Kind.PURGE)),
    ],
)
def test_a_body_that_is_no_control_record_is_refused_by_name(reason: str, bad: Envelope) -> None:
    with pytest.raises(BadControl) as raised:
        read_public(bad)
    assert raised.value.facts == {"reason": reason}


def test_statements_bind_every_field() -> None:
    members = (ONE.id, OTHER.id)
    statements = {
        epoch_statement(b"a" * 16, PARENTS, members),
        epoch_statement(b"b" * 16, PARENTS, members),
        epoch_statement(b"a" * 16, PARENTS[:1], members),
        epoch_statement(b"a" * 16, PARENTS, members[:1]),
    }
    assert len(statements) == 4


def test_a_party_is_another_in_every_space_and_for_every_person() -> None:
    root = named("root")
    assert len({party_of(b"a" * 16, root), party_of(b"b" * 16, root), party_of(b"a" * 16, named("r"))}) == 3


def test_a_device_has_the_id_of_both_keys() -> None:
    assert replace(ONE, sign=OTHER.sign).id != ONE.id
    assert replace(ONE, box=OTHER.box).id != ONE.id
