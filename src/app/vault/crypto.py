"""How a file of the vault is sealed: AES-256-GCM under keys that belong to this one file.

Both keys come from the vault key, a random salt, and the file's kind and generation. A file is written under
fresh salt every time, so keys never meet twice, and a copied vault that goes on in two places draws its own nonces.
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.vault import labels
from app.vault.key import KEY_BYTES, VaultKey

Bytes = bytes | bytearray | memoryview

NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
SALT_BYTES: Final = 16
CHECK_BYTES: Final = 8
MAC_BYTES: Final = 16


def _sha256() -> Callable[[bytes], Any]:
    """The interpreter's own SHA-256, where it has one: for a few bytes after a sync, when nothing is in the processor's
    caches any more, it takes half the time of OpenSSL's, which has more to fetch.
    """
    for name in ("_sha2", "_sha256"):
        with suppress(ImportError):
            own: Callable[[bytes], Any] = import_module(name).sha256
            return own
    return hashlib.sha256


_SHA256: Final = _sha256()


class Mac:
    """HMAC-SHA256 under one key. Both halves are begun once: that saves two thirds of the time."""

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(64, b"\0")
        self._inner = _SHA256(padded.translate(_INNER))
        self._outer = _SHA256(padded.translate(_OUTER))

    def __call__(self, data: bytes) -> bytes:
        inner = self._inner.copy()
        inner.update(data)
        outer = self._outer.copy()
        outer.update(inner.digest())
        found: bytes = outer.digest()
        return found


_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))


class FileSeal:
    """The sealing key and the MAC key of one file."""

    def __init__(self, key: VaultKey, kind: bytes, generation: int, salt: bytes) -> None:
        context = kind + generation.to_bytes(8, "big")
        material = key.subkey(labels.FILE, salt, context, 2 * KEY_BYTES)
        self._cipher = AESGCM(material[:KEY_BYTES])
        self._mac = Mac(material[KEY_BYTES:])

    def seal(self, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        """Ciphertext and tag."""
        return self._cipher.encrypt(nonce, plain, context)

    def open(self, nonce: Bytes, sealed: Bytes, context: bytes) -> bytes | None:
        """The content, or None when not every bit is as it was sealed in this context."""
        try:
            return self._cipher.decrypt(nonce, sealed, context)
        except (InvalidTag, ValueError):
            return None

    def check(self, frame: bytes) -> bytes:
        """Eight bytes that prove a frame's length and place, so that no flipped bit can move the end of a file."""
        return self._mac(frame)[:CHECK_BYTES]

    def mac(self, head: bytes) -> bytes:
        """Sixteen bytes that prove a file's first or last bytes."""
        return self._mac(head)[:MAC_BYTES]

    def proves(self, head: bytes, mac: bytes) -> bool:
        return hmac.compare_digest(self.mac(head), mac)


def new_salt() -> bytes:
    return os.urandom(SALT_BYTES)


def new_nonce() -> bytes:
    return os.urandom(NONCE_BYTES)
