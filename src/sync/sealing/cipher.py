"""The one place where the inside of an envelope is sealed and opened.

Every message has a key and a nonce of its own, both derived from the epoch key and 16 random bytes, so a phone
that was restored and repeats its sequence numbers repeats no nonce. The cipher would open one text under two keys
that somebody prepared; that is why header and whole commitment of the epoch go into the derivation.
"""

import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sync import labels
from sync.errors import CannotOpen
from sync.protocol.envelope import SALT_BYTES, TAG_BYTES, Header

KEY_BYTES: Final = 32


def seal_inside(secret: bytes, commitment: bytes, header: Header, plain: bytes, beside: bytes = b"") -> bytes:
    """Salt and ciphertext. `beside` is what stands in the open in the same envelope."""
    salt = os.urandom(SALT_BYTES)
    front = header.to_bytes()
    key, nonce = _derive(secret, salt, front + commitment)
    return salt + ChaCha20Poly1305(key).encrypt(nonce, plain, front + beside)


def open_sealed_inside(secret: bytes, commitment: bytes, header: Header, sealed: bytes, beside: bytes = b"") -> bytes:
    """What was sealed, or `CannotOpen`."""
    if len(sealed) < SALT_BYTES + TAG_BYTES:
        raise CannotOpen
    front = header.to_bytes()
    key, nonce = _derive(secret, sealed[:SALT_BYTES], front + commitment)
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed[SALT_BYTES:], front + beside)
    except InvalidTag as exc:
        raise CannotOpen from exc


def commit(secret: bytes, space: bytes, statement: bytes) -> bytes:
    """The commitment of an epoch record to its key. Nobody finds another key for it."""
    return hmac.digest(secret, labels.EPOCH_COMMITMENT + space + statement, "sha256")


def same(one: bytes, other: bytes) -> bool:
    """Whether two commitments are the same, in a time that tells nothing."""
    return hmac.compare_digest(one, other)


def new_secret() -> bytes:
    """An epoch key that nobody has had."""
    return os.urandom(KEY_BYTES)


def _derive(secret: bytes, salt: bytes, context: bytes) -> tuple[bytes, bytes]:
    """HKDF-SHA256 (RFC 5869) to 44 bytes: two blocks."""
    info = labels.ENVELOPE_KEY + context
    prk = hmac.digest(salt, secret, "sha256")
    first = hmac.digest(prk, info + b"\x01", "sha256")
    second = hmac.digest(prk, first + info + b"\x02", "sha256")
    return first, second[:12]
