"""Files are sealed under keys of their own; these tests also run with the cryptography that phones get."""

import hmac
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from app.vault.crypto import FileSeal, Mac, new_nonce, new_salt
from app.vault.key import VaultKey

KEY = VaultKey(bytearray(range(32)), b"v" * 16, b"l" * 16, 1)
NONCE = bytes(12)


def test_the_keys_are_those_of_the_page() -> None:
    info = b"fika/v1/vault-file\0" + b"v" * 16 + b"S" + (7).to_bytes(8, "big")
    material = HKDF(hashes.SHA256(), 64, b"s" * 16, info).derive(bytes(range(32)))
    seal = FileSeal(KEY, b"S", 7, b"s" * 16)
    assert seal.seal(NONCE, b"content", b"context") == AESGCM(material[:32]).encrypt(NONCE, b"content", b"context")
    assert seal.mac(b"head") == hmac.digest(material[32:], b"head", "sha256")[:16]
    assert seal.check(b"frame") == hmac.digest(material[32:], b"frame", "sha256")[:8]


@given(st.binary(min_size=1, max_size=64), st.binary(max_size=300))
def test_the_mac_is_hmac(key: bytes, data: bytes) -> None:
    assert Mac(key)(data) == hmac.digest(key, data, "sha256")


def test_every_input_makes_other_keys() -> None:
    other = VaultKey(bytearray(range(1, 33)), b"v" * 16, b"l" * 16, 1)
    foreign = VaultKey(bytearray(range(32)), b"w" * 16, b"l" * 16, 1)
    seals = [
        FileSeal(KEY, b"S", 1, b"s" * 16),
        FileSeal(KEY, b"J", 1, b"s" * 16),
        FileSeal(KEY, b"S", 2, b"s" * 16),
        FileSeal(KEY, b"S", 1, b"t" * 16),
        FileSeal(other, b"S", 1, b"s" * 16),
        FileSeal(foreign, b"S", 1, b"s" * 16),
    ]
    assert len({seal.mac(b"") for seal in seals}) == len(seals)
    sealed = seals[0].seal(NONCE, b"content", b"")
    assert [seal.open(NONCE, sealed, b"") for seal in seals] == [b"content", None, None, None, None, None]


def test_every_bit_of_a_sealed_content_counts() -> None:
    seal = FileSeal(KEY, b"S", 1, b"s" * 16)
    sealed = seal.seal(NONCE, b"content", b"context")
    assert seal.open(NONCE, sealed, b"context") == b"content"
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        assert seal.open(NONCE, bytes(changed), b"context") is None
    assert seal.open(NONCE, sealed, b"other") is None
    assert seal.open(b"\1" * 12, sealed, b"context") is None
    assert seal.open(NONCE, sealed[:7], b"context") is None


def test_a_proof_fits_one_head() -> None:
    seal = FileSeal(KEY, b"S", 1, b"s" * 16)
    assert seal.proves(b"head", seal.mac(b"head"))
    assert not seal.proves(b"other", seal.mac(b"head"))


def test_salts_and_nonces_are_random() -> None:
    assert len({new_salt() for _ in range(50)}) == len({new_nonce() for _ in range(50)}) == 50
    assert (len(new_salt()), len(new_nonce())) == (16, 12)
    assert os.urandom(4) != os.urandom(4)
