"""The journal: every change since the snapshot, one sealed frame after the other.

A frame's associated data names the file's salt, the frame's sequence and length, and the stored tag of the frame before
it. So nothing can be cut out, swapped or put back; and since the tag is taken as stored, a damaged frame costs itself
and at most its follower, and the rest still opens.
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from app.errors import VaultDamaged, VaultTooNew
from app.vault.crypto import CHECK_BYTES, MAC_BYTES, NONCE_BYTES, SALT_BYTES, TAG_BYTES, FileSeal, new_nonce
from app.vault.key import VaultKey

if TYPE_CHECKING:
    from app.vault import snapshot

KIND: Final = b"J"
MAGIC: Final = b"FIKAJRNL"
FORMAT: Final = 1

_HEAD: Final = struct.Struct(">8sH6x16s16sQQQ16s")
HEAD_BYTES: Final = _HEAD.size + MAC_BYTES
_PLACE: Final = struct.Struct(">II")
FRAME_BYTES: Final = _PLACE.size + CHECK_BYTES + NONCE_BYTES
_CONTEXT: Final = struct.Struct(">16sQI8s16s")
_OP: Final = struct.Struct(">BBQI")

BATCH_BYTES: Final = 32 * 1024
"""A longer transaction is spread over frames of about this size, so that damage stays local."""

WINDOW: Final = 16 * 1024 * 1024
"""How much of a journal is read at once. Tidying keeps it shorter; only a flood of records, or a stranger, makes it longer."""

MORE: Final = b"\0"
LAST: Final = b"\1"

INSERT: Final = 1
REPLACE: Final = 2
DELETE: Final = 3
TABLE: Final = 4
TRUNCATE: Final = 5
DROP: Final = 6


class Op(NamedTuple):
    """One change: a document written or deleted, or a table made, emptied or dropped."""

    kind: int
    table: str
    id: int = 0
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Head:
    """The first bytes of a journal, in the open and proven by a MAC."""

    vault: bytes
    lineage: bytes
    counter: int
    generation: int
    base: int
    salt: bytes

    def to_bytes(self, seal: FileSeal) -> bytes:
        body = _HEAD.pack(MAGIC, FORMAT, self.vault, self.lineage, self.counter, self.generation, self.base, self.salt)
        return body + seal.mac(body)

    @classmethod
    def read(cls, raw: bytes) -> "Head":
        """The head as it stands; `check` proves it."""
        if len(raw) < HEAD_BYTES:
            raise VaultDamaged(part="journal", reason="head is cut")
        magic, form, vault, lineage, counter, generation, base, salt = _HEAD.unpack_from(raw)
        if magic != MAGIC:
            raise VaultDamaged(part="journal", reason="not a journal")
        if form > FORMAT:
            raise VaultTooNew(format=form)
        return cls(vault, lineage, counter, generation, base, salt)

    @classmethod
    def after(cls, head: "snapshot.Head") -> "Head":
        """The head of the journal that belongs to a snapshot: the snapshot names its salt."""
        return cls(head.vault, head.lineage, head.counter, head.generation, head.sequence, head.journal_salt)

    def seal(self, key: VaultKey) -> FileSeal:
        return FileSeal(key, KIND, self.generation, self.salt)

    @staticmethod
    def proven(raw: bytes, seal: FileSeal) -> bool:
        return seal.proves(raw[: _HEAD.size], raw[_HEAD.size : HEAD_BYTES])


class Frame(NamedTuple):
    """A frame that opened: its content, where it ends, and the tag that the next one names."""

    plain: bytes
    end: int
    tag: bytes


@dataclass(slots=True)
class Chain:
    """Seals and opens frames; knows nothing of files. One chain for each journal."""

    seal: FileSeal
    salt: bytes
    base: int

    def frames(self, plains: Iterable[bytes], sequence: int, tag: bytes) -> tuple[bytes, int, bytes]:
        """The bytes to append after `sequence` and `tag`, and both as they are afterwards."""
        parts: list[bytes] = []
        for plain in plains:
            sequence += 1
            start = place(len(plain) + TAG_BYTES, sequence - self.base, self.seal)
            nonce = new_nonce()
            context = self.context(sequence, len(plain) + TAG_BYTES, start[_PLACE.size :], tag)
            sealed = self.seal.seal(nonce, plain, context)
            tag = sealed[-TAG_BYTES:]
            parts += (start, nonce, sealed)
        return b"".join(parts), sequence, tag

    def context(self, sequence: int, length: int, check: bytes, tag: bytes) -> bytes:
        """The associated data of a frame: its place in the file, and the tag of the one before as it is stored."""
        return _CONTEXT.pack(self.salt, sequence, length, check, tag)

    def open(self, data: bytes, at: int, sequence: int, tag: bytes) -> Frame | None:
        """The frame at an offset, if it is whole and the one that follows `sequence - 1` and `tag`."""
        if at + FRAME_BYTES > len(data):
            return None
        length, number = _PLACE.unpack_from(data, at)
        start = at + FRAME_BYTES
        end = start + length
        if end > len(data) or length < TAG_BYTES or self.base + number != sequence:
            return None
        check = data[at + _PLACE.size : start - NONCE_BYTES]
        context = self.context(sequence, length, check, tag)
        plain = self.seal.open(data[start - NONCE_BYTES : start], memoryview(data)[start:end], context)
        return None if plain is None else Frame(plain, end, data[end - TAG_BYTES : end])


@dataclass(slots=True)
class Replay:
    """What a journal holds from its beginning to the last whole transaction."""

    sequence: int
    tag: bytes
    end: int
    transactions: list[tuple[int, list[Op]]]
    """Each with the sequence of its last frame."""
    tags: dict[int, tuple[bytes, int]]
    """For each of those sequences its tag and where it ends."""


def replay(data: bytes, chain: Chain, tag: bytes, more: Callable[[int, int], bytes] | None = None) -> Replay:
    """Read frames from the head's end for as long as they follow each other.

    `more` reads so many bytes from a place on, where `data` is only the beginning of a file: what no frame of ours says
    is there is never read, however long the file claims to be.
    """
    sequence, at, begun = chain.base, HEAD_BYTES, 0
    found = Replay(sequence, tag, at, [], {sequence: (tag, at)})
    waiting: list[Op] = []
    while True:
        frame = chain.open(data, at - begun, sequence + 1, tag)
        if frame is None and more is not None and (size := _cut_off(data, at - begun, chain)):
            data, begun = more(size, at), at
            frame = chain.open(data, 0, sequence + 1, tag)
        if frame is None:
            break
        sequence, at, tag = sequence + 1, begun + frame.end, frame.tag
        waiting += decode(frame.plain)
        if frame.plain[:1] == LAST:
            found.transactions.append((sequence, waiting))
            found.tags[sequence] = (tag, at)
            found.sequence, found.tag, found.end = sequence, tag, at
            waiting = []
    return found


def _cut_off(data: bytes, at: int, chain: Chain) -> int:
    """How much to read for a frame of which the bytes at hand hold only the beginning; 0 when that is not so."""
    if at + FRAME_BYTES > len(data):
        return WINDOW
    if frame_at(data, at, chain) is None:
        return 0
    size = FRAME_BYTES + length_at(data, at)
    return max(WINDOW, size) if at + size > len(data) else 0


def encode(ops: Sequence[Op]) -> Iterable[bytes]:
    """The contents of the frames of one transaction, each made when it is asked for."""
    if len(ops) == 1:  # most of them: nothing is gathered
        ((kind, table, doc_id, raw),) = ops
        name = table.encode()
        return [b"".join((LAST, _OP.pack(kind, len(name), doc_id, len(raw)), name, raw))]
    return _several(ops)


def _several(ops: Sequence[Op]) -> Iterator[bytes]:
    parts: list[bytes] = []
    size = 0
    for kind, table, doc_id, raw in ops:
        if size and size + len(raw) > BATCH_BYTES:
            yield b"".join([MORE, *parts])
            parts, size = [], 0
        name = table.encode()
        parts += (_OP.pack(kind, len(name), doc_id, len(raw)), name, raw)
        size += _OP.size + len(name) + len(raw)
    yield b"".join([LAST, *parts])


def decode(plain: bytes) -> list[Op]:
    """The changes in a frame's content, which is authentic: what does not fit is a fault of ours."""
    ops: list[Op] = []
    at, end = 1, len(plain)
    while at < end:
        kind, name_length, doc_id, length = _OP.unpack_from(plain, at)
        start = at + _OP.size + name_length
        at = start + length
        ops.append(Op(kind, plain[start - name_length : start].decode(), doc_id, plain[start:at]))
    return ops


def place(length: int, number: int, seal: FileSeal) -> bytes:
    """The first bytes of a frame: how long and which, and a check that proves both."""
    known = _PLACE.pack(length, number)
    return known + seal.check(known)


def length_at(data: bytes, at: int) -> int:
    return int(_PLACE.unpack_from(data, at)[0])


def frame_at(data: bytes, at: int, chain: Chain) -> int | None:
    """The sequence of a frame that begins here, judged by its check alone: how salvage finds its feet again."""
    if at + FRAME_BYTES > len(data):
        return None
    known = data[at : at + _PLACE.size]
    if chain.seal.check(known) != data[at + _PLACE.size : at + _PLACE.size + CHECK_BYTES]:
        return None
    return chain.base + int(_PLACE.unpack(known)[1])


assert _HEAD.size == 88 and FRAME_BYTES == 28 and SALT_BYTES == 16
