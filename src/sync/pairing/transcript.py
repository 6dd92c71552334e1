"""The few keyed steps that all ways of pairing share: naming an exchange, MACs over whole messages, sealing once."""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync import labels
from sync.errors import BadCode, CannotOpen
from sync.hpke import Psk

ROOM: Final = 1
WORDS: Final = 2
INVITATION: Final = 3

MAC_BYTES: Final = 32
_ONCE: Final = bytes(12)


def joined(*parts: bytes) -> bytes:
    """Parts with their lengths: no two lists of parts give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def digest(label: bytes, *parts: bytes) -> bytes:
    """SHA-256 over a label and bytes that the caller has made unambiguous."""
    return hashlib.sha256(label + b"".join(parts)).digest()


def transcript(way: int, *messages: bytes) -> bytes:
    """The name of an exchange: the same on both sides if and only if both saw the same messages."""
    return digest(labels.PAIRING_TRANSCRIPT, bytes([way]), joined(*messages))


def secret_of(scanned: bytes, named: bytes) -> bytes:
    """What is mixed into the first seal of this exchange."""
    return derive(scanned, named, labels.PAIRING_PSK)


def psk_of(secret: bytes) -> Psk | None:
    """The same, as the seal takes it; nothing after spoken words."""
    return Psk(secret, labels.PAIRING_PSK) if secret else None


def derive(material: bytes, salt: bytes, info: bytes, length: int = 32) -> bytes:
    """A key for one use; the label stands at the front of `info`."""
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def mac(key: bytes, *parts: bytes) -> bytes:
    """A MAC over parts with their lengths. It commits to the key, which the cipher does not."""
    return hmac.digest(key, joined(*parts), "sha256")


def same(one: bytes, other: bytes) -> bool:
    """Whether two MACs are equal, in a time that tells nothing."""
    return hmac.compare_digest(one, other)


def seal(key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Seal under a key that seals nothing else: that is why the nonce may be zero."""
    return ChaCha20Poly1305(key).encrypt(_ONCE, plaintext, context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Open what `seal` made, or raise `CannotOpen`."""
    try:
        return ChaCha20Poly1305(key).decrypt(_ONCE, sealed, context)
    except (InvalidTag, ValueError) as exc:
        raise CannotOpen from exc


def cut(body: bytes, *sizes: int, tail: int = 0) -> Iterator[bytes]:
    """Fields of fixed length from the front, then the middle, then `tail` bytes from the end; else `BadCode`.

    The middle is given only when there is a tail; without one the fields must fill the body.
    """
    fixed = sum(sizes)
    if len(body) < fixed + tail or (not tail and len(body) != fixed):
        raise BadCode(reason="body")
    at = 0
    for size in sizes:
        yield body[at : at + size]
        at += size
    if tail:
        yield body[at : len(body) - tail]
        yield body[len(body) - tail :]
