"""How a file of the vault is sealed: AES-256-GCM under keys that belong to this one file.

Both keys come from the vault key, a random salt, and the file's kind and generation. A file is written under
fresh salt every time, so keys never meet twice, and a copied vault that goes on in two places draws its own nonces.
"""

import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.vault import labels
from app.vault.key import KEY_BYTES, VaultKey

NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
SALT_BYTES: Final = 16
CHECK_BYTES: Final = 8
MAC_BYTES: Final = 16


class FileSeal:
    """The sealing key and the MAC key of one file."""

    def __init__(self, key: VaultKey, kind: bytes, generation: int, salt: bytes) -> None:
        context = kind + generation.to_bytes(8, "big")
        material = key.subkey(labels.FILE, salt, context, 2 * KEY_BYTES)
        self._cipher = AESGCM(material[:KEY_BYTES])
        self._mac = material[KEY_BYTES:]

    def seal(self, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        """Ciphertext and tag."""
        return self._cipher.encrypt(nonce, plain, context)

    def open(self, nonce: bytes, sealed: bytes | memoryview, context: bytes) -> bytes | None:
        """The content, or None when not every bit is as it was sealed in this context."""
        try:
            return self._cipher.decrypt(nonce, sealed, context)
        except (InvalidTag, ValueError):
            return None

    def check(self, frame: bytes) -> bytes:
        """Eight bytes that prove a frame's length and place, so that no flipped bit can move the end of a file."""
        return hmac.digest(self._mac, frame, "sha256")[:CHECK_BYTES]

    def mac(self, head: bytes) -> bytes:
        """Sixteen bytes that prove a file's first or last bytes."""
        return hmac.digest(self._mac, head, "sha256")[:MAC_BYTES]

    def proves(self, head: bytes, mac: bytes) -> bool:
        return hmac.compare_digest(self.mac(head), mac)


def new_salt() -> bytes:
    return os.urandom(SALT_BYTES)


def new_nonce() -> bytes:
    return os.urandom(NONCE_BYTES)
