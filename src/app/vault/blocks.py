"""What the frames of a snapshot hold: blocks of documents, pages of an index, and the lists that say where those lie.

A list is as long as the table is large, so its columns are unpacked one by one, when somebody asks for them.
"""

import bisect
import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Final

BLOCK_BYTES: Final = 8 * 1024
ENTRY_BYTES: Final = 16
PAGE_BYTES: Final = 512 * ENTRY_BYTES

DOCUMENTS: Final = b"D"
INDEX: Final = b"I"
LIST: Final = b"L"
DIRECTORY: Final = b"T"

Scalar = str | int | float | bool | None
Place = tuple[int, int, int]
"""Where a sealed frame lies: its offset, its length and its number in the file."""

_LONG: Final = struct.Struct(">Q")
_SHORT: Final = struct.Struct(">I")


class Block:
    """Documents of one table, ascending by id: a table of ids, a table of offsets, and a JSON array."""

    __slots__ = ("ids", "offsets_at", "plain", "start")

    def __init__(self, plain: bytes) -> None:
        _, name_length, count = _BLOCK.unpack_from(plain)
        at = _BLOCK.size + name_length
        self.plain = plain
        self.ids = unpacked("Q", plain[at : at + 8 * count])
        at += 8 * count
        self.offsets_at = at
        self.start = at + 4 * count + 4

    @property
    def offsets(self) -> "array[int]":
        return unpacked("I", self.plain[self.offsets_at : self.start])

    @property
    def table(self) -> str:
        _, name_length, _ = _BLOCK.unpack_from(self.plain)
        return self.plain[_BLOCK.size : _BLOCK.size + name_length].decode()

    @property
    def body(self) -> bytes:
        """The documents as one JSON array."""
        return self.plain[self.start :]

    @staticmethod
    def pack(table: str, rows: list[tuple[int, bytes]]) -> bytes:
        """The content of a block. Each offset is that of a document's first byte, the last one of the end."""
        name = table.encode()
        offsets = array("I")
        at = 1
        for _, raw in rows:
            offsets.append(at)
            at += len(raw) + 1
        offsets.append(at)
        ids = array("Q", [doc_id for doc_id, _ in rows])
        head = _BLOCK.pack(DOCUMENTS, len(name), len(rows))
        body = b",".join([raw for _, raw in rows])
        return b"".join((head, name, packed(ids), packed(offsets), b"[", body, b"]"))

    def find(self, doc_id: int) -> bytes | None:
        """One document's JSON."""
        ids = self.ids
        row = bisect.bisect_left(ids, doc_id)
        return self._raw(row) if row < len(ids) and ids[row] == doc_id else None

    def _raw(self, row: int) -> bytes:
        first, last = two_offsets(self.plain, self.offsets_at + 4 * row)
        return self.plain[self.start + first : self.start + last - 1]

    def descending(self, before: int, count: int) -> list[tuple[int, bytes]]:
        """At most so many documents with ids below `before`, the highest first."""
        ids, plain, offsets, start = self.ids, self.plain, self.offsets, self.start
        upper = len(ids) if ids[-1] < before else bisect.bisect_left(ids, before)
        return [
            (ids[row], plain[start + offsets[row] : start + offsets[row + 1] - 1])
            for row in range(upper - 1, max(-1, upper - 1 - count), -1)
        ]

    def rows(self) -> Iterator[tuple[int, bytes]]:
        plain, start, offsets = self.plain, self.start, self.offsets
        for row, doc_id in enumerate(self.ids):
            yield doc_id, plain[start + offsets[row] : start + offsets[row + 1] - 1]

    def rows_with(self, known: bytes, haystack: bytes) -> Iterator[tuple[int, bytes]]:
        """The documents in which the bytes stand; `haystack` is the block's content, or its lower case."""
        at = haystack.find(known, self.start)
        if at < 0:
            return
        offsets = self.offsets
        while at >= 0:
            row = bisect.bisect_right(offsets, at - self.start) - 1
            if row >= len(self.ids):
                return
            yield self.ids[row], self._raw(row)
            at = haystack.find(known, self.start + offsets[row + 1])


two_offsets: Final = struct.Struct(">II").unpack_from
_BLOCK: Final = struct.Struct(">cHI")


# ---------------------------------------------------------------- lists


class _List:
    """Where so many frames lie, by columns: offsets, lengths, numbers, and what else is known of each frame."""

    def __init__(self, plain: bytes, count: int) -> None:
        self.plain = plain
        self.count = count

    def __len__(self) -> int:
        return self.count

    def place(self, i: int) -> Place:
        plain, count = self.plain, self.count
        return (
            _LONG.unpack_from(plain, 1 + 8 * i)[0],
            _SHORT.unpack_from(plain, 1 + 8 * count + 4 * i)[0],
            _SHORT.unpack_from(plain, 1 + 12 * count + 4 * i)[0],
        )

    @cached_property
    def numbers(self) -> "array[int]":
        return self._column("I", 12)

    def _column(self, code: str, at: int) -> "array[int]":
        """The column that begins so many bytes a frame behind the first one."""
        width = 8 if code == "Q" else 4
        start = 1 + at * self.count
        return unpacked(code, self.plain[start : start + width * self.count])


class Blocks(_List):
    """The blocks of one table: where they lie, their first and last ids, and how many documents each has."""

    @classmethod
    def none(cls) -> "Blocks":
        return cls(LIST, 0)

    @cached_property
    def first(self) -> "array[int]":
        return self._column("Q", 16)

    @cached_property
    def last(self) -> "array[int]":
        return self._column("Q", 24)

    @cached_property
    def ends(self) -> list[int]:
        """The last ids once more, for whoever asks often: a list holds numbers ready-made."""
        return self.last.tolist()

    @cached_property
    def documents(self) -> "array[int]":
        return self._column("I", 32)


class Pages(_List):
    """The pages of one index: where they lie, and the first entry of each."""

    @classmethod
    def none(cls) -> "Pages":
        return cls(LIST, 0)

    @cached_property
    def first(self) -> list[bytes]:
        start, end = 1 + 16 * self.count, 1 + 32 * self.count
        return [self.plain[at : at + ENTRY_BYTES] for at in range(start, end, ENTRY_BYTES)]


def pack_blocks(rows: Sequence[tuple[Place, int, int, int]]) -> bytes:
    """The list of a table: for each block its place, first id, last id and number of documents."""
    first = array("Q", [row[1] for row in rows])
    last = array("Q", [row[2] for row in rows])
    counts = array("I", [row[3] for row in rows])
    return _places([row[0] for row in rows]) + packed(first) + packed(last) + packed(counts)


def pack_pages(rows: Sequence[tuple[Place, bytes]]) -> bytes:
    """The list of an index: for each page its place and its first entry."""
    return _places([row[0] for row in rows]) + b"".join([row[1] for row in rows])


def _places(found: Sequence[Place]) -> bytes:
    columns = [array(code, [place[n] for place in found]) for n, code in enumerate("QII")]
    return b"".join([LIST, *map(packed, columns)])


# ---------------------------------------------------------------- values in an index


def hash_of(value: Scalar) -> bytes:
    """Eight bytes for a value, equal for values that Python calls equal. A hit is compared again by the query."""
    if isinstance(value, str):
        known = b"s" + value.encode("utf-8", "surrogatepass")
    elif value is None:
        known = b"z"
    else:
        known = b"n" + repr(int(value) if value == value // 1 else value).encode()
    return blake2b(known, digest_size=8).digest()


def indexable(value: object) -> bool:
    """Whether an index holds values of this kind: texts, numbers, truth values and null."""
    return value is None or type(value) in (str, int, float, bool)


def entry(value: Scalar, doc_id: int) -> bytes:
    return hash_of(value) + doc_id.to_bytes(8, "big")


def ids_in(page: bytes, known: bytes) -> list[int]:
    """The ids that a page of entries has under a hash, ascending."""
    at = page.find(known)
    while at >= 0 and at % ENTRY_BYTES:
        at = page.find(known, at + 1)
    if at < 0:
        return []
    low, high = at // ENTRY_BYTES + 1, len(page) // ENTRY_BYTES
    while low < high:  # all of them stand together: find where they end
        middle = (low + high) // 2
        if page[middle * ENTRY_BYTES : middle * ENTRY_BYTES + 8] == known:
            low = middle + 1
        else:
            high = middle
    end = low * ENTRY_BYTES
    return unpacked("Q", page[at:end])[1::2].tolist()


# ---------------------------------------------------------------- numbers, big-endian


def packed(numbers: "array[int]") -> bytes:
    if sys.byteorder == "little":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def unpacked(code: str, raw: bytes) -> "array[int]":
    numbers = array(code)
    numbers.frombytes(raw)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
