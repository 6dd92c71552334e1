"""An envelope is read as it was written, and whatever is not one is refused by name."""

import pytest

from sync import errors
from sync.errors import BadEnvelope, NewerVersion
from sync.protocol.envelope import (
    MORE,
    NO_KEY,
    NOTHING,
    Envelope,
    Header,
    Kind,
)
from sync.protocol.limits import ENVELOPE_MAX

STRIPPED_BYTES = 188  # header, digest of the body, signature
HEADER = Header(kind=Kind.CHANGE, space=b"s" * 16, device=b"d" * 16, sequence=7, key_id=b"k" * 16, previous=b"p" * 32)
BODY = bytes(range(256)) + bytes(32)
WHOLE = Envelope.made(HEADER, BODY, b"S" * 64)


def raw(**changed: object) -> bytes:
    """An envelope with some fields of its header changed."""
    values: dict[str, object] = {name: getattr(HEADER, name) for name in Header.__slots__}
    header = Header(**(values | changed))  # type: ignore[arg-type]
    return header.to_bytes() + BODY + b"S" * 64


def test_the_header_stands_where_the_table_says() -> None:
    front = raw(flags=MORE)[:92]
    assert front == b"\x01\x01\x00\x01" + b"s" * 16 + b"d" * 16 + bytes(7) + b"\x07" + b"k" * 16 + b"p" * 32


def test_what_is_written_is_read() -> None:
    assert Envelope.read(WHOLE.to_bytes()) == WHOLE
    assert WHOLE.whole
    assert WHOLE.statement == WHOLE.to_bytes()[:92] + WHOLE.body_hash
    assert Envelope.read(raw(flags=MORE)).header.more
    assert not WHOLE.header.more
    assert Envelope.read(raw(flags=0x8001)).header.unknown_flags == 0x8000


def test_a_stripped_envelope_keeps_id_place_and_signature() -> None:
    stripped = WHOLE.stripped()
    assert not stripped.whole
    assert (stripped.id, stripped.header, stripped.signature) == (WHOLE.id, WHOLE.header, WHOLE.signature)
    assert stripped.statement == WHOLE.statement
    assert len(stripped.to_bytes()) == STRIPPED_BYTES
    assert Envelope.read(stripped.to_bytes()) == stripped


def test_every_bit_changes_the_id_or_the_signature_or_is_refused() -> None:
    good = WHOLE.to_bytes()
    for bit in range(len(good) * 8):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        try:
            found = Envelope.read(bytes(bad))
        except (BadEnvelope, NewerVersion):
            continue
        assert (found.id, found.signature) != (WHOLE.id, WHOLE.signature)
        assert found.statement != WHOLE.statement or found.signature != WHOLE.signature


def test_every_cut_and_every_longer_one_is_refused_or_another_envelope() -> None:
    good = WHOLE.to_bytes()
    for end in range(len(good)):
        if end == STRIPPED_BYTES:
            assert Envelope.read(good[:end]).id != WHOLE.id
            continue
        with pytest.raises(BadEnvelope):
            Envelope.read(good[:end])
    with pytest.raises(BadEnvelope):
        Envelope.read(good + b"\0")


@pytest.mark.parametrize(
    ("reason", "bad"),
    [
        ("length", b""),
        ("length", raw()[:155]),
        ("size", raw() + bytes(ENVELOPE_MAX)),
        ("version", b"\0" + raw()[1:]),
        ("kind", b"\x01\x00" + raw()[2:]),
        ("kind", b"\x01\x05" + raw()[2:]),
        ("sequence", raw(sequence=0, previous=NOTHING)),
        ("sequence", raw(sequence=1 << 63)),
        ("previous", raw(previous=NOTHING)),
        ("previous", raw(sequence=1)),
        ("key", raw(key_id=NO_KEY)),
        ("key", raw(kind=Kind.SNAPSHOT, key_id=NO_KEY)),
        ("key", raw(kind=Kind.PURGE, key_id=NO_KEY)),
        ("flags", raw(kind=Kind.CONTROL, flags=MORE)),
        ("flags", raw(kind=Kind.PURGE, flags=MORE)),
        ("length", HEADER.to_bytes() + bytes(16 + 255 + 16) + bytes(64)),
        ("length", HEADER.to_bytes() + bytes(16 + 257 + 16) + bytes(64)),
    ],
)
def test_what_is_no_envelope_is_refused_by_name(reason: str, bad: bytes) -> None:
    with pytest.raises(BadEnvelope) as raised:
        Envelope.read(bad)
    assert raised.value.facts == {"reason": reason}


def test_a_newer_version_is_told_apart() -> None:
    with pytest.raises(NewerVersion) as raised:
        Envelope.read(b"\x02" + raw()[1:])
    assert raised.value.facts == {"version": 2}
    assert errors.NewerVersion.code == "sync-newer-version"


def test_a_control_record_and_a_purge_are_never_taken_for_stripped_ones() -> None:
    for kind in (Kind.CONTROL, Kind.PURGE):
        values = {name: getattr(HEADER, name) for name in Header.__slots__} | {"kind": kind}
        short = Header(**values).to_bytes() + bytes(32) + bytes(64)
        found = Envelope.read(short)
        assert found.whole
        assert found.body == bytes(32)
