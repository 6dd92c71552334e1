"""Key slots: the vault key, wrapped once for each secret that may open it.

HKDF turns a slot's secret into 64 bytes. The first half wraps; the second is stored and compared in
constant time *before* the cipher is asked, because ChaCha20-Poly1305 does not commit to its key: without
the comparison one forged slot could open under thousands of guesses at once. Everything that says what a
slot is takes part in the derivation.
"""

import enum
import hmac
import os
import struct
from dataclasses import dataclass, field, replace
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import HeaderDamaged, KdfOutOfBounds, KeystoreLost
from app.vault import kdf, labels
from app.vault.kdf import Cost

SLOTS_MAX: Final = 8
SALT_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_HALF: Final = 32
_LAYOUT: Final = struct.Struct(">BB16s32sIIB32s12s48s")
BYTES: Final = _LAYOUT.size


class Kind(enum.IntEnum):
    """Whose secret opens the slot."""

    PASSPHRASE = 1
    RECOVERY = 2
    WORDS = 3
    """Six generated words, for a backup file."""


class Mode(enum.IntEnum):
    """Whether the file alone can be guessed."""

    UNBOUND = 0
    BOUND = 1
    """A secret of the platform's keystore is mixed in."""


@dataclass(frozen=True, slots=True)
class SlotKey:
    """The 64 bytes of a slot: one half wraps, the other proves that the secret is the right one."""

    wrap: bytes = field(repr=False)
    proof: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        return self.wrap + self.proof

    @classmethod
    def read(cls, raw: bytes) -> "SlotKey":
        return cls(raw[:_HALF], raw[_HALF:])


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot as it stands in a header. `cost` is None for secrets that nobody could guess."""

    kind: Kind
    mode: Mode
    id: bytes
    salt: bytes
    cost: Cost | None
    proof: bytes = bytes(_HALF)
    nonce: bytes = bytes(_NONCE_BYTES)
    wrapped: bytes = bytes(_HALF + 16)

    @classmethod
    def new(cls, kind: Kind, *, cost: Cost | None = None, mode: Mode = Mode.UNBOUND) -> "Slot":
        """An empty slot of that kind, with a salt of its own."""
        return cls(kind, mode, os.urandom(16), os.urandom(SALT_BYTES), cost)

    def derive(self, owner: bytes, secret: bytes, keystore: bytes | None = None) -> SlotKey:
        """The slot's key from the secret that opens it: slow for a passphrase, and the only slow step."""
        if self.cost is not None:
            secret = kdf.stretch(secret, self.salt, self.cost)
        if self.mode is Mode.BOUND:
            if keystore is None:
                raise KeystoreLost
            secret += keystore
        raw = HKDF(hashes.SHA256(), 2 * _HALF, self.salt, self._context(labels.SLOT, owner)).derive(secret)
        return SlotKey.read(raw)

    def filled(self, owner: bytes, key: SlotKey, content: bytes) -> "Slot":
        """The same slot, with the content wrapped under its key."""
        nonce = os.urandom(_NONCE_BYTES)
        wrapped = ChaCha20Poly1305(key.wrap).encrypt(nonce, content, self._context(labels.SLOT_WRAP, owner))
        return replace(self, proof=key.proof, nonce=nonce, wrapped=wrapped)

    def opened(self, owner: bytes, key: SlotKey) -> bytes | None:
        """What is wrapped, or None when the key is another one; damage behind the proof is
        `HeaderDamaged`.
        """
        if not hmac.compare_digest(key.proof, self.proof):
            return None
        try:
            return ChaCha20Poly1305(key.wrap).decrypt(self.nonce, self.wrapped, self._context(labels.SLOT_WRAP, owner))
        except InvalidTag as exc:
            raise HeaderDamaged(part="slot") from exc

    def to_bytes(self) -> bytes:
        cost = (self.cost.memory, self.cost.passes, self.cost.lanes) if self.cost else (0, 0, 0)
        return _LAYOUT.pack(self.kind, self.mode, self.id, self.salt, *cost, self.proof, self.nonce, self.wrapped)

    @classmethod
    def read(cls, raw: bytes) -> "Slot":
        """Read one slot strictly: a kind we know, and parameters within bounds, before anything is
        derived.
        """
        kind, mode, slot, salt, memory, passes, lanes, proof, nonce, wrapped = _LAYOUT.unpack(raw)
        try:
            found = Kind(kind), Mode(mode)
        except ValueError as exc:
            raise HeaderDamaged(part="slot") from exc
        cost = None
        if found[0] is not Kind.RECOVERY:
            cost = Cost(memory, passes, lanes)
        elif (memory, passes, lanes) != (0, 0, 0):
            raise KdfOutOfBounds(memory=memory, passes=passes, lanes=lanes)
        return cls(found[0], found[1], slot, salt, cost, proof, nonce, wrapped)

    def _context(self, label: bytes, owner: bytes) -> bytes:
        """All that says what the slot is: whose, which, of what kind, and every parameter."""
        cost = (self.cost.memory, self.cost.passes, self.cost.lanes) if self.cost else (0, 0, 0)
        return label + owner + self.id + struct.pack(">BBIIB", self.kind, self.mode, *cost)


def check_set(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """The slots themselves, when there are neither too many nor two passphrases nor two of one id."""
    passphrases = sum(slot.kind is Kind.PASSPHRASE for slot in slots)
    if not 1 <= len(slots) <= SLOTS_MAX or passphrases > 1 or len({slot.id for slot in slots}) != len(slots):
        raise HeaderDamaged(part="slots")
    return slots
