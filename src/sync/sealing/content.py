"""What stands inside: the plaintext of an envelope, and the JSON in it.

    plaintext  u32: its highest bit says "deflated", the rest is a length · that many bytes · zeros

Only a member can have written what opens, and a member may be hostile: everything is read within limits.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sync import strict_json
from sync.errors import BadContent
from sync.ledger import Seen
from sync.protocol.limits import MESSAGE_DEPTH, MESSAGE_MAX, PLAIN_MAX, SEQUENCE_MAX
from sync.protocol.padding import padded_length

PIECE_MAX: Final = PLAIN_MAX - 4
PIECES_MAX: Final = -(-MESSAGE_MAX // PIECE_MAX)
SEEN_MAX: Final = 1_024
"""Devices that one message says it has heard of."""

_DEFLATED: Final = 1 << 31
_HEX: Final = frozenset("0123456789abcdef")
_MESSAGE_KEYS: Final = frozenset({"first", "seen", "changes"})
_INSIDE_KEYS: Final = frozenset({"introductions", "former", "reason"})

Json = Any


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a device says: changes in order, and what it had seen. Without changes it is a sign of life.

    `first` is the author's own number of the first change (envelopes are counted by themselves). `seen` names only
    devices of which the author has heard since its last message. What we do not know is kept in `more`.
    """

    first: int
    changes: tuple[Mapping[str, Json], ...] = ()
    seen: Mapping[bytes, Seen] = field(default_factory=dict)
    more: Mapping[str, Json] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        seen = {device.hex(): [one.sequence, one.id.hex()] for device, one in sorted(self.seen.items())}
        known = {"first": self.first, **({"seen": seen} if seen else {}), "changes": list(self.changes)}
        return write({**self.more, **known})

    @classmethod
    def read(cls, raw: bytes) -> "Message":
        """Read a message, or `BadContent` or `BadJson`. What the changes say is for the model to judge."""
        found = _object(raw)
        first, changes = found.get("first"), found.get("changes")
        if type(first) is not int or not 1 <= first <= SEQUENCE_MAX:
            raise BadContent(reason="first")
        if not isinstance(changes, list) or not all(isinstance(change, dict) for change in changes):
            raise BadContent(reason="changes")
        if first + len(changes) - 1 > SEQUENCE_MAX:
            raise BadContent(reason="first")
        seen = found.get("seen", {})
        if not isinstance(seen, dict) or len(seen) > SEEN_MAX:
            raise BadContent(reason="seen")
        more = {name: value for name, value in found.items() if name not in _MESSAGE_KEYS}
        return cls(first=first, changes=tuple(changes), seen=dict(map(_seen, seen.items())), more=more)


@dataclass(frozen=True, kw_only=True)
class Inside:
    """The sealed part of a control record: who they are, former keys, and why.

    An introduction is bytes here: certificates from the person's root key down to the device, and a name. `former`
    has keys of earlier epochs by their commitment, so that who comes in later can read what was written before.
    """

    introductions: tuple[bytes, ...] = ()
    former: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    reason: str = ""
    more: Mapping[str, Json] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        return write(
            {
                **self.more,
                "introductions": [one.hex() for one in self.introductions],
                "former": {commitment.hex(): key.hex() for commitment, key in sorted(self.former.items())},
                "reason": self.reason,
            }
        )

    @classmethod
    def read(cls, raw: bytes) -> "Inside":
        """Read the sealed part of a control record, or `BadContent` or `BadJson`."""
        found = _object(raw)
        introductions, former, reason = (found.get(name) for name in ("introductions", "former", "reason"))
        if not isinstance(introductions, list) or not isinstance(former, dict) or not isinstance(reason, str):
            raise BadContent(reason="inside")
        return cls(
            introductions=tuple(_bytes(one, "introduction") for one in introductions),
            former={_bytes(name, "former", 32): _bytes(key, "former", 32) for name, key in former.items()},
            reason=reason,
            more={name: value for name, value in found.items() if name not in _INSIDE_KEYS},
        )


def fill(piece: bytes, deflated: bool = False) -> bytes:
    """The plaintext of an envelope: a piece of a message behind its length, filled up."""
    if len(piece) > PIECE_MAX:
        raise ValueError("a piece fits into one envelope")
    head = (len(piece) | (_DEFLATED if deflated else 0)).to_bytes(4, "big")
    return (head + piece).ljust(padded_length(4 + len(piece)), b"\0")


def unfill(plain: bytes) -> tuple[bytes, bool]:
    """The piece in a plaintext and whether it is deflated, or `BadContent`: there is one right filling."""
    head = int.from_bytes(plain[:4], "big")
    size = head & (_DEFLATED - 1)
    if len(plain) < 4 or padded_length(4 + size) != len(plain) or plain[4 + size :].strip(b"\0"):
        raise BadContent(reason="filling")
    return plain[4 : 4 + size], bool(head & _DEFLATED)


DEFLATE_LEVEL: Final = 4
"""Of what people write, 6 would save another thirtieth, at twice the time."""


def split(text: bytes, deflate: bool) -> tuple[Sequence[bytes], bool]:
    """The pieces of a message, one for each envelope. Deflated only when asked, and only when that is shorter."""
    if len(text) > MESSAGE_MAX:
        raise BadContent(reason="size")
    smaller = zlib.compress(text, DEFLATE_LEVEL) if deflate else text
    deflated = len(smaller) < len(text)
    whole = smaller if deflated else text
    return [whole[at : at + PIECE_MAX] for at in range(0, len(whole), PIECE_MAX)], deflated


def join(pieces: Sequence[tuple[bytes, bool]]) -> bytes:
    """The message that the pieces make, inflated under a cap, or `BadContent`."""
    if not 1 <= len(pieces) <= PIECES_MAX or len({deflated for _, deflated in pieces}) != 1:
        raise BadContent(reason="pieces")
    whole = b"".join(piece for piece, _ in pieces)
    return _inflated(whole) if pieces[0][1] else whole


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False)


def write(value: Mapping[str, Json]) -> bytes:
    """JSON without spaces. It is sealed as it is and never written again."""
    return _ENCODER.encode(value).encode()


def _inflated(raw: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        found = inflater.decompress(raw, MESSAGE_MAX + 1)
    except zlib.error as exc:
        raise BadContent(reason="deflated") from exc
    if len(found) > MESSAGE_MAX:
        raise BadContent(reason="size")
    if not inflater.eof or inflater.unused_data:
        raise BadContent(reason="deflated")
    return found


def _object(raw: bytes) -> dict[str, Json]:
    found = strict_json.read(raw, size=MESSAGE_MAX, depth=MESSAGE_DEPTH)
    if not isinstance(found, dict):
        raise BadContent(reason="object")
    return found


def _seen(item: tuple[str, Json]) -> tuple[bytes, Seen]:
    device, value = item
    if not isinstance(value, list) or len(value) != 2:
        raise BadContent(reason="seen")
    sequence, id = value
    if type(sequence) is not int or not 1 <= sequence <= SEQUENCE_MAX:
        raise BadContent(reason="seen")
    return _bytes(device, "seen", 16), Seen(sequence, _bytes(id, "seen", 16))


def _bytes(value: Json, reason: str, size: int | None = None) -> bytes:
    """Bytes written in small hexadecimal letters."""
    if not isinstance(value, str) or not set(value) <= _HEX or len(value) % 2:
        raise BadContent(reason=reason)
    if size is not None and len(value) != 2 * size:
        raise BadContent(reason=reason)
    return bytes.fromhex(value)
