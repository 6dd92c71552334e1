"""HPKE against the RFC's vectors, against another implementation, and against everything that must not open."""

import json
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync import hpke
from sync.errors import CannotOpen, UnfitPublicKey

INFO, AAD = b"where it belongs", b"which one it is"
PSK = hpke.Psk(b"sixteen bytes or more", b"scanned in the room")

SMALL_ORDER = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


def vectors() -> list[dict[str, Any]]:
    path = Path(cryptography_vectors.__file__).parent / "HPKE" / "test-vectors.json"
    suite = (0x0020, 0x0001, 0x0003)
    every = json.loads(path.read_text("utf-8"))
    return [v for v in every if (v["kem_id"], v["kdf_id"], v["aead_id"]) == suite and v["mode"] in (0, 1)]


@pytest.mark.parametrize("vector", vectors(), ids=lambda v: f"mode-{v['mode']}")
def test_the_rfc_vectors_of_this_suite(vector: dict[str, Any]) -> None:
    take = {name: bytes.fromhex(value) for name, value in vector.items() if isinstance(value, str)}
    psk = hpke.Psk(take["psk"], take["psk_id"]) if vector["mode"] else None
    first = {name: bytes.fromhex(value) for name, value in vector["encryptions"][0].items()}
    shared = hpke._shared_secret(
        X25519PrivateKey.from_private_bytes(take["skEm"]), take["pkRm"], take["enc"] + take["pkRm"]
    )
    assert shared == take["shared_secret"]
    assert hpke._schedule(shared, take["info"], psk) == (take["key"], take["base_nonce"])
    ephemeral = X25519PrivateKey.from_private_bytes(take["skEm"])
    sealed = hpke._seal(ephemeral, take["pkRm"], first["pt"], take["info"], first["aad"], psk)
    assert sealed == take["enc"] + first["ct"]
    assert hpke.open_sealed(take["skRm"], sealed, info=take["info"], aad=first["aad"], psk=psk) == first["pt"]


def test_both_modes_have_a_vector() -> None:
    assert {vector["mode"] for vector in vectors()} == {0, 1}


def test_another_implementation_opens_ours_and_we_open_theirs() -> None:
    """Where `cryptography` has HPKE of its own; older versions are covered by the vectors, which are the same bytes."""
    try:
        from cryptography.hazmat.primitives import hpke as theirs
    except ImportError:
        assert len(vectors()) >= 2
        return
    suite = theirs.Suite(theirs.KEM.X25519, theirs.KDF.HKDF_SHA256, theirs.AEAD.CHACHA20_POLY1305)
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    assert suite.decrypt(hpke.seal(public, b"hej", info=INFO), private, info=INFO) == b"hej"
    sealed = suite.encrypt(b"hej", private.public_key(), info=INFO)
    assert hpke.open_sealed(private.private_bytes_raw(), sealed, info=INFO) == b"hej"


@pytest.mark.parametrize("psk", [None, PSK], ids=["base", "psk"])
def test_what_is_sealed_opens_and_no_two_are_alike(psk: hpke.Psk | None) -> None:
    private, public = hpke.generate()
    assert hpke.public_of(private) == public
    for text in (b"", b"x", "åäö 🫖".encode() * 999):
        one = hpke.seal(public, text, info=INFO, aad=AAD, psk=psk)
        other = hpke.seal(public, text, info=INFO, aad=AAD, psk=psk)
        assert one != other
        assert len(one) == len(text) + hpke.OVERHEAD
        assert hpke.open_sealed(private, one, info=INFO, aad=AAD, psk=psk) == text


def test_every_flipped_bit_and_every_cut_is_found() -> None:
    private, public = hpke.generate()
    sealed = hpke.seal(public, b"en rad", info=INFO, aad=AAD)
    for place in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(CannotOpen):
            hpke.open_sealed(private, bytes(changed), info=INFO, aad=AAD)
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            hpke.open_sealed(private, sealed[:length], info=INFO, aad=AAD)


def test_the_bit_that_x25519_ignores_is_bound_by_the_context() -> None:
    private, public = hpke.generate()
    sealed = bytearray(hpke.seal(public, b"en rad", info=INFO, aad=AAD))
    sealed[31] ^= 0x80
    with pytest.raises(CannotOpen):
        hpke.open_sealed(private, bytes(sealed), info=INFO, aad=AAD)


def test_another_place_another_key_or_another_secret_opens_nothing() -> None:
    private, public = hpke.generate()
    sealed = hpke.seal(public, b"x", info=INFO, aad=AAD, psk=PSK)
    wrong: list[dict[str, Any]] = [
        {"info": b"elsewhere", "aad": AAD, "psk": PSK},
        {"info": INFO, "aad": b"another", "psk": PSK},
        {"info": INFO, "aad": AAD, "psk": None},
        {"info": INFO, "aad": AAD, "psk": hpke.Psk(b"another sixteen bytes", PSK.name)},
        {"info": INFO, "aad": AAD, "psk": hpke.Psk(PSK.secret, b"another name")},
    ]
    for context in wrong:
        with pytest.raises(CannotOpen):
            hpke.open_sealed(private, sealed, **context)
    with pytest.raises(CannotOpen):
        hpke.open_sealed(hpke.generate()[0], sealed, info=INFO, aad=AAD, psk=PSK)


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_a_key_of_small_order_is_refused_on_both_sides(point: str) -> None:
    with pytest.raises(UnfitPublicKey):
        hpke.seal(bytes.fromhex(point), b"x", info=INFO)
    private, public = hpke.generate()
    sealed = hpke.seal(public, b"x", info=INFO)
    with pytest.raises(CannotOpen):
        hpke.open_sealed(private, bytes.fromhex(point) + sealed[32:], info=INFO)


def test_a_key_of_another_length_and_a_weak_secret_are_refused() -> None:
    with pytest.raises(UnfitPublicKey):
        hpke.seal(bytes(31), b"x", info=INFO)
    for secret, name in ((b"too short", b"name"), (bytes(16), b"")):
        with pytest.raises(ValueError, match="shared secret"):
            hpke.Psk(secret, name)
    assert "sixteen" not in repr(PSK)
