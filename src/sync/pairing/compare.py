"""Comparing: a few words that both read aloud, and that nobody in between could make equal.

Numbers of words here; the lists belong to the app.
"""

import hashlib
import os
from dataclasses import dataclass, field
from typing import Final

from sync import labels
from sync.errors import OwnCode, PairingFailed, PairingOver
from sync.pairing import code
from sync.pairing.code import Kind
from sync.pairing.state import State, Step, stored
from sync.pairing.transcript import cut, digest, same
from sync.signing import ID_BYTES, KEY_BYTES

WORD_BITS: Final = 11
_NONCE_BYTES: Final = 32


def numbers(hashed: bytes, count: int) -> tuple[int, ...]:
    """The first words of a digest, as numbers from 0 to 2047."""
    value = int.from_bytes(hashed, "big") >> (8 * len(hashed) - WORD_BITS * count)
    return tuple(value >> WORD_BITS * place & (1 << WORD_BITS) - 1 for place in reversed(range(count)))


def twelve(one: bytes, other: bytes) -> tuple[int, ...]:
    """132 bits of two root keys: enough against somebody who makes keys until the words fit."""
    return numbers(digest(labels.COMPARE_ROOTS, *sorted((one, other))), 12)


def two(transcript: bytes) -> tuple[int, int]:
    """22 bits of an exchange: enough to find out that one photographed the wrong screen, and for nothing else."""
    first, second = numbers(digest(labels.PAIRING_CHECK, transcript), 2)
    return first, second


@dataclass(frozen=True, slots=True)
class Comparing(State):
    """Comparing six words: each side has committed to a nonce before it sees the other's."""

    NAME = "comparing"
    space: bytes
    root: bytes
    other: bytes
    nonce: bytes = field(repr=False)
    commitment: bytes = b""
    told: bytes = b""

    def six(self) -> tuple[int, ...] | None:
        """The words, when both nonces are known."""
        if not self.told:
            return None
        sides = sorted([(self.root, self.nonce), (self.other, self.told)])
        return numbers(digest(labels.COMPARE_SIX, self.space, *(part for side in sides for part in side)), 6)

    def receive(self, text: str, now: int) -> Step:
        """A commitment, or a nonce that has to keep it."""
        del now
        if code.kind_of(text) is Kind.COMMITMENT:
            return self._committed(_theirs(text, Kind.COMMITMENT, self))
        nonce = _theirs(text, Kind.NONCE, self)
        if not self.commitment:
            raise PairingOver(reason="order")
        if not same(_commitment(self.space, self.other, self.root, nonce), self.commitment):
            raise PairingFailed(left=0)
        return Step(Comparing(self.space, self.root, self.other, self.nonce, self.commitment, nonce))

    def _committed(self, commitment: bytes) -> Step:
        """A second commitment would be one made after seeing what there is to see."""
        if self.commitment and not same(self.commitment, commitment):
            raise PairingOver(reason="order")
        state = Comparing(self.space, self.root, self.other, self.nonce, commitment, self.told)
        return Step(state, (code.write(Kind.NONCE, self.space + self.root + self.nonce),))


stored(Comparing)


def begin(space: bytes, root: bytes, other: bytes) -> Step:
    """Begin to compare with somebody whose root key one has: the commitment to send first."""
    if root == other:
        raise OwnCode(reason="root")
    state = Comparing(space, root, other, os.urandom(_NONCE_BYTES))
    commitment = _commitment(space, root, other, state.nonce)
    return Step(state, (code.write(Kind.COMMITMENT, space + root + commitment),))


def _commitment(space: bytes, own: bytes, other: bytes, nonce: bytes) -> bytes:
    return hashlib.sha256(labels.COMPARE_NONCE + space + own + other + nonce).digest()


def _theirs(text: str, kind: Kind, state: Comparing) -> bytes:
    space, root, value = cut(code.read(text, kind), ID_BYTES, KEY_BYTES, _NONCE_BYTES)
    if root == state.root:
        raise OwnCode(reason="root")
    if space != state.space or root != state.other:
        raise PairingOver(reason="session")
    return value
