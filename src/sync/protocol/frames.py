"""Envelopes one after the other: a batch that is pushed, a page that is pulled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync.errors import BadFrames
from sync.protocol.envelope import Envelope
from sync.protocol.limits import BATCH_BYTES, BATCH_ENVELOPES, ENVELOPE_MAX
from sync.protocol.wire import number

_LENGTH_BYTES = 4
_HEAD_BYTES = 8


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a space's log as a server tells it: how long the log is, and envelopes without a gap."""

    head: int
    envelopes: tuple[Envelope, ...]

    def to_bytes(self) -> bytes:
        return number(self.head, _HEAD_BYTES) + write_frames(self.envelopes)

    @classmethod
    def read(cls, raw: bytes) -> "Page":
        """Read a page, or `BadFrames`, or what is wrong with the first bad envelope in it."""
        if len(raw) < _HEAD_BYTES:
            raise BadFrames(reason="length")
        return cls(int.from_bytes(raw[:_HEAD_BYTES], "big"), read_frames(raw[_HEAD_BYTES:]))


def write_frames(envelopes: Iterable[Envelope]) -> bytes:
    """Envelopes as they travel, each with its length before it."""
    whole = [envelope.to_bytes() for envelope in envelopes]
    return b"".join(part for raw in whole for part in (number(len(raw), _LENGTH_BYTES), raw))


def read_frames(raw: bytes) -> tuple[Envelope, ...]:
    """The envelopes of a batch. All or nothing: the first fault refuses the whole."""
    return tuple(Envelope.read(one) for one in cut_frames(raw))


def cut_frames(raw: bytes) -> list[bytes]:
    """The bytes of each envelope, with every limit of a batch checked first."""
    if len(raw) > BATCH_BYTES + _LENGTH_BYTES * BATCH_ENVELOPES:
        raise BadFrames(reason="size")
    found: list[bytes] = []
    at, end = 0, len(raw)
    while at < end:
        if len(found) == BATCH_ENVELOPES:
            raise BadFrames(reason="count")
        begin = at + _LENGTH_BYTES
        if begin > end:
            raise BadFrames(reason="length")
        length = int.from_bytes(raw[at:begin], "big")
        if length > ENVELOPE_MAX:
            raise BadFrames(reason="count")
        at = begin + length
        if at > end:
            raise BadFrames(reason="length")
        found.append(raw[begin:at])
    return found


def batches(envelopes: Sequence[bytes], most: int = BATCH_BYTES) -> list[list[bytes]]:
    """Cut a sequence of envelopes into batches that a server takes, in order, each of about so many bytes at the most."""
    found: list[list[bytes]] = []
    size = 0
    for raw in envelopes:
        if not found or len(found[-1]) == BATCH_ENVELOPES or size + len(raw) + _LENGTH_BYTES > most:
            found.append([])
            size = 0
        found[-1].append(raw)
        size += len(raw) + _LENGTH_BYTES
    return found
