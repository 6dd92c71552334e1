"""Sealing to a public key: HPKE (RFC 9180), base and PSK mode, in single shot.

One suite, DHKEM(X25519, HKDF-SHA256) with HKDF-SHA256 and ChaCha20-Poly1305, built from what `cryptography`
43 has, since that is what phones get. One message a context, so the nonce is the context's base nonce and
never repeats: every seal makes a new ephemeral key. Checked against the RFC's vectors and against
`cryptography`'s own HPKE where that exists.

What it does not give: base mode says nothing about the sender.
"""

import hmac
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sync.errors import CannotOpen, UnfitPublicKey

SUITE: Final = 1
"""The number by which our formats name this suite."""

ENC_BYTES: Final = 32
OVERHEAD: Final = ENC_BYTES + 16

_HASH_BYTES: Final = 32
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_MODE_BASE: Final = b"\x00"
_MODE_PSK: Final = b"\x01"
_KEM_SUITE: Final = b"KEM" + bytes.fromhex("0020")
_HPKE_SUITE: Final = b"HPKE" + bytes.fromhex("002000010003")


@dataclass(frozen=True, slots=True)
class Psk:
    """A secret both sides already share, and the name by which they mean it. At least 16 bytes of real
    randomness.
    """

    secret: bytes = field(repr=False)
    name: bytes

    def __post_init__(self) -> None:
        if len(self.secret) < 16 or not self.name:
            raise ValueError("a shared secret needs 16 bytes and a name")


def public_of(private: bytes) -> bytes:
    """The public key of an X25519 private key."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def generate() -> tuple[bytes, bytes]:
    """A new X25519 pair: private, public."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def check_public(key: bytes) -> bytes:
    """The key itself, when something can be sealed to it; else `UnfitPublicKey`."""
    _shared_secret(X25519PrivateKey.from_private_bytes(bytes(_KEY_BYTES)), key, b"")
    return key


def seal(recipient: bytes, plaintext: bytes, *, info: bytes, aad: bytes = b"", psk: Psk | None = None) -> bytes:
    """Seal to a public key: the encapsulated key, then the ciphertext. Only the private key opens it."""
    return _seal(X25519PrivateKey.generate(), recipient, plaintext, info, aad, psk)


def open_sealed(private: bytes, sealed: bytes, *, info: bytes, aad: bytes = b"", psk: Psk | None = None) -> bytes:
    """Open what was sealed to the private key's public half, or raise `CannotOpen` and tell nothing more."""
    if len(sealed) < OVERHEAD:
        raise CannotOpen
    enc, ciphertext = sealed[:ENC_BYTES], sealed[ENC_BYTES:]
    own = X25519PrivateKey.from_private_bytes(private)
    try:
        shared = _shared_secret(own, enc, enc + own.public_key().public_bytes_raw())
        key, nonce = _schedule(shared, info, psk)
        return ChaCha20Poly1305(key).decrypt(nonce, ciphertext, aad)
    except (InvalidTag, UnfitPublicKey) as exc:
        raise CannotOpen from exc


def _seal(
    ephemeral: X25519PrivateKey, recipient: bytes, plaintext: bytes, info: bytes, aad: bytes, psk: Psk | None
) -> bytes:
    enc = ephemeral.public_key().public_bytes_raw()
    shared = _shared_secret(ephemeral, recipient, enc + recipient)
    key, nonce = _schedule(shared, info, psk)
    return enc + ChaCha20Poly1305(key).encrypt(nonce, plaintext, aad)


def _shared_secret(own: X25519PrivateKey, theirs: bytes, context: bytes) -> bytes:
    """The KEM: the exchange refuses a key of small order, whose result would be zero for everybody."""
    if len(theirs) != ENC_BYTES:
        raise UnfitPublicKey(reason="length")
    try:
        exchanged = own.exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError as exc:
        raise UnfitPublicKey(reason="order") from exc
    prk = _extract(_KEM_SUITE, b"", b"eae_prk", exchanged)
    return _expand(_KEM_SUITE, prk, b"shared_secret", context, _HASH_BYTES)


def _schedule(shared: bytes, info: bytes, psk: Psk | None) -> tuple[bytes, bytes]:
    """Key and base nonce of a context (RFC 9180, section 5.1)."""
    mode, secret, name = (_MODE_PSK, psk.secret, psk.name) if psk else (_MODE_BASE, b"", b"")
    context = mode + _extract(_HPKE_SUITE, b"", b"psk_id_hash", name) + _extract(_HPKE_SUITE, b"", b"info_hash", info)
    prk = _extract(_HPKE_SUITE, shared, b"secret", secret)
    key = _expand(_HPKE_SUITE, prk, b"key", context, _KEY_BYTES)
    return key, _expand(_HPKE_SUITE, prk, b"base_nonce", context, _NONCE_BYTES)


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt or bytes(_HASH_BYTES), b"HPKE-v1" + suite + label + material, "sha256")


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """One block of HKDF-Expand: nothing here is longer than a hash."""
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(prk, labelled + b"\x01", "sha256")[:length]
