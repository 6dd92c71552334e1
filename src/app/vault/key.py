"""The raw key of a vault: what lies below the slots, and what the engine is opened with."""

import hashlib
import os
import time
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class VaultKey:
    """The random secret of one vault, with the identity that every derivation binds.

    `lineage` changes when somebody continues from an older copy, `counter` grows with every new secret: a
    snapshot or journal that names another counter belongs to another key.
    """

    secret: bytearray = field(repr=False)
    vault: bytes
    lineage: bytes
    counter: int

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES or len(self.vault) != ID_BYTES or len(self.lineage) != ID_BYTES:
            raise ValueError("a vault key has 32 secret bytes and two ids of 16")
        if not 0 <= self.counter < 1 << 64:
            raise ValueError("the counter is a number of 64 bits")

    @classmethod
    def new(cls) -> "VaultKey":
        """The key of a vault that has never been."""
        return cls(bytearray(os.urandom(KEY_BYTES)), os.urandom(ID_BYTES), os.urandom(ID_BYTES), 1)

    def successor(self, *, lineage: bytes | None = None, after: int = 0) -> "VaultKey":
        """A fresh secret for the same vault, one step on; `after` is a counter that must be passed as
        well.
        """
        counter = max(self.counter, after) + 1
        return VaultKey(bytearray(os.urandom(KEY_BYTES)), self.vault, lineage or self.lineage, counter)

    def subkey(self, label: bytes, salt: bytes, context: bytes = b"", length: int = KEY_BYTES) -> bytes:
        """HKDF-SHA256 of the secret; the label and the vault's id stand in front of the caller's context."""
        if self._wiped:
            raise ValueError("the key has been wiped")
        return HKDF(hashes.SHA256(), length, salt, label + self.vault + context).derive(bytes(self.secret))

    def wipe(self) -> None:
        """Overwrite the secret. Copies that Python made on the way are beyond our reach."""
        self.secret[:] = bytes(KEY_BYTES)

    @property
    def _wiped(self) -> bool:
        return not any(self.secret)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """How far the vault has come: the last record that an fsync has confirmed."""

    generation: int
    sequence: int
    tag: bytes


def milliseconds_now() -> int:
    """Since 1970, for people to read; a clock from before that says 1970, since no field here holds less."""
    return max(0, time.time_ns() // 1_000_000)


def digest(label: bytes, *parts: bytes) -> bytes:
    """SHA-256 over a label and parts whose lengths are fixed by the caller's format."""
    return hashlib.sha256(label + b"".join(parts)).digest()
