"""A purge names envelopes in one form only."""

import pytest

from sync.errors import BadEnvelope
from sync.protocol.envelope import Envelope, Header, Kind
from sync.protocol.purge import read_purged, write_purged

IDS = [bytes([number]) * 32 for number in (3, 1, 2)]


def purge(body: bytes, kind: Kind = Kind.PURGE) -> Envelope:
    header = Header(kind=kind, space=b"s" * 16, device=b"d" * 16, sequence=2, key_id=b"k" * 16, previous=b"p" * 32)
    return Envelope.made(header, body, bytes(64))


def test_what_is_written_is_read() -> None:
    assert read_purged(purge(write_purged([*IDS, IDS[0]]))) == tuple(sorted(IDS))


@pytest.mark.parametrize("ids", [[], [number.to_bytes(32, "big") for number in range(501)]])
def test_a_purge_names_one_to_five_hundred(ids: list[bytes]) -> None:
    with pytest.raises(ValueError, match="one to five hundred"):
        write_purged(ids)


@pytest.mark.parametrize(
    ("reason", "body"),
    [
        ("purge-length", b""),
        ("purge-count", b"\0\0"),
        ("purge-count", b"\x01\xf5" + bytes(501 * 32)),
        ("purge-length", b"\0\x02" + IDS[1] + IDS[2][:31]),
        ("purge-length", b"\0\x01" + IDS[1] + b"x"),
        ("purge-order", b"\0\x02" + IDS[2] + IDS[1]),
        ("purge-order", b"\0\x02" + IDS[1] + IDS[1]),
    ],
)
def test_what_is_no_purge_is_refused_by_name(reason: str, body: bytes) -> None:
    with pytest.raises(BadEnvelope) as raised:
        read_purged(purge(body))
    assert raised.value.facts == {"reason": reason}


def test_nothing_else_is_a_purge() -> None:
    for kind in (Kind.CHANGE, Kind.CONTROL):
        with pytest.raises(BadEnvelope):
            read_purged(purge(write_purged(IDS), kind))
