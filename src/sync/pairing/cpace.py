"""CPace: two who know the same few words agree on a key, and whoever guesses gets one guess a message.

CPACE-X25519-SHA512 of draft-irtf-cfrg-cpace-21, checked against the draft's own vectors. The exchange itself is
`cryptography`'s X25519 and takes the same time for every secret. Only the map from the words' hash to the curve
is ours: a few powers of numbers of fixed size, computed without a branch. Python's integers make no promise about
time; what could be measured there is a hash with fresh randomness in it, once a session (docs/adr/0008-pake.md).
"""

import hashlib
import os
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from sync.errors import UnfitPublicKey

SHARE_BYTES: Final = 32
SID_BYTES: Final = 16

_DSI: Final = b"CPace255"
_BLOCK: Final = 128
_PRIME: Final = 2**255 - 19
_A: Final = 486662
_HALF: Final = pow(2, -1, _PRIME)


def scalar() -> bytes:
    """A secret for one session."""
    return os.urandom(SHARE_BYTES)


def generator(secret: bytes, channel: bytes, sid: bytes) -> bytes:
    """The point that both compute from the words, the channel and the session."""
    padding = max(0, _BLOCK - 1 - len(_lv(secret)) - len(_lv(_DSI)))
    string = _lv(_DSI) + _lv(secret) + _lv(bytes(padding)) + _lv(channel) + _lv(sid)
    hashed = hashlib.sha512(string).digest()[:SHARE_BYTES]
    return _map(int.from_bytes(hashed, "little") & (1 << 255) - 1).to_bytes(SHARE_BYTES, "little")


def share(own: bytes, base: bytes) -> bytes:
    """What is sent: the generator times one's scalar."""
    return _times(own, base)


def agree(own: bytes, theirs: bytes, sid: bytes, first: tuple[bytes, bytes], second: tuple[bytes, bytes]) -> bytes:
    """The session key: the same on both sides if words, channel, session and messages were.

    `first` and `second` are share and associated data of who began and of who answered. A share of small order is
    refused: it would give a key that everybody knows.
    """
    point = _times(own, theirs)
    transcript = b"".join(_lv(part) for part in (*first, *second))
    return hashlib.sha512(_lv(_DSI + b"_ISK") + _lv(sid) + _lv(point) + transcript).digest()


def _times(own: bytes, theirs: bytes) -> bytes:
    if len(theirs) != SHARE_BYTES:
        raise UnfitPublicKey(reason="length")
    try:
        return X25519PrivateKey.from_private_bytes(own).exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError as exc:
        raise UnfitPublicKey(reason="order") from exc


def _map(r: int) -> int:
    """Elligator 2 onto Curve25519 (RFC 9380, 6.7.1): a field element to the u of a point.

    2 is no square, so 1 + 2r² is never zero.
    """
    v = -_A * pow(1 + 2 * r * r, _PRIME - 2, _PRIME) % _PRIME
    square = pow((v * v + _A * v + 1) * v, (_PRIME - 1) // 2, _PRIME)
    return (square * v - (1 - square) * _A * _HALF) % _PRIME


def _lv(part: bytes) -> bytes:
    """A part with its length before it (LEB128)."""
    length = len(part)
    head = bytearray()
    while True:
        low, length = length & 0x7F, length >> 7
        head.append(low | (0x80 if length else 0))
        if not length:
            return bytes(head) + part
