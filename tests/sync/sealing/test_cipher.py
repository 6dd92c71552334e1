"""The inside of an envelope opens with its key, its commitment, its header and what stands beside it: all four."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.errors import CannotOpen
from sync.protocol.envelope import Header, Kind
from sync.sealing import cipher

KEY, COMMITMENT = bytes(range(32)), bytes(range(32, 64))
HEADER = Header(kind=Kind.CHANGE, space=b"s" * 16, device=b"d" * 16, sequence=7, key_id=b"k" * 16, previous=b"p" * 32)
SEALED = cipher.seal_inside(KEY, COMMITMENT, HEADER, b"hej" * 99, b"beside")


def test_what_is_sealed_opens() -> None:
    assert cipher.open_sealed_inside(KEY, COMMITMENT, HEADER, SEALED, b"beside") == b"hej" * 99
    assert len(SEALED) == 16 + 297 + 16


def test_the_key_is_hkdf_as_the_page_says() -> None:
    """Against another implementation of RFC 5869."""
    info = b"fika/v1/envelope-key\0" + HEADER.to_bytes() + COMMITMENT
    okm = HKDF(hashes.SHA256(), 44, SEALED[:16], info).derive(KEY)
    opened = ChaCha20Poly1305(okm[:32]).decrypt(okm[32:], SEALED[16:], HEADER.to_bytes() + b"beside")
    assert opened == b"hej" * 99


def test_two_of_the_same_are_never_alike() -> None:
    again = cipher.seal_inside(KEY, COMMITMENT, HEADER, b"hej" * 99, b"beside")
    assert again[:16] != SEALED[:16]
    assert again[16:] != SEALED[16:]


@pytest.mark.parametrize(
    "changed",
    [
        {"space": b"x" * 16},
        {"device": b"x" * 16},
        {"sequence": 8},
        {"previous": b"x" * 32},
        {"key_id": b"x" * 16},
        {"kind": Kind.SNAPSHOT},
        {"flags": 1},
    ],
)
def test_nothing_of_the_header_can_be_another(changed: dict[str, object]) -> None:
    with pytest.raises(CannotOpen):
        cipher.open_sealed_inside(KEY, COMMITMENT, replace(HEADER, **changed), SEALED, b"beside")  # type: ignore[arg-type]


def test_key_commitment_and_what_stands_beside_are_bound() -> None:
    for key, commitment, beside in (
        (bytes(32), COMMITMENT, b"beside"),
        (KEY, bytes(32), b"beside"),
        (KEY, COMMITMENT[:16] + bytes(16), b"beside"),
        (KEY, COMMITMENT, b""),
    ):
        with pytest.raises(CannotOpen):
            cipher.open_sealed_inside(key, commitment, HEADER, SEALED, beside)


def test_every_bit_and_every_cut_is_noticed() -> None:
    for bit in range(len(SEALED) * 8):
        bad = bytearray(SEALED)
        bad[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CannotOpen):
            cipher.open_sealed_inside(KEY, COMMITMENT, HEADER, bytes(bad), b"beside")
    for end in range(len(SEALED)):
        with pytest.raises(CannotOpen):
            cipher.open_sealed_inside(KEY, COMMITMENT, HEADER, SEALED[:end], b"beside")


def test_a_commitment_is_to_one_key_one_space_and_one_record() -> None:
    found = {
        cipher.commit(KEY, b"s" * 16, b"r" * 32),
        cipher.commit(bytes(32), b"s" * 16, b"r" * 32),
        cipher.commit(KEY, b"x" * 16, b"r" * 32),
        cipher.commit(KEY, b"s" * 16, b"x" * 32),
    }
    assert len(found) == 4
    assert cipher.same(b"a", b"a")
    assert not cipher.same(b"a", b"b")
    assert cipher.new_secret() != cipher.new_secret()
