"""The snapshot: everything up to one moment, in a file that is written once and never changed.

Documents lie in blocks of about 32 KiB, ascending by id, each sealed by itself. The directory at the end knows first
and last id of each block, so that opening costs as many steps as there are blocks, and a document is opened when it is
asked for. Equality indexes are sorted lists of (hash of the value, id) in blocks of the same kind.
"""

import bisect
import struct
import sys
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Final

from app.errors import VaultClosed, VaultDamaged, VaultError, VaultTooNew
from app.vault.crypto import CHECK_BYTES, MAC_BYTES, TAG_BYTES, FileSeal
from app.vault.files import Files, StrPath
from app.vault.key import VaultKey

KIND: Final = b"S"
MAGIC: Final = b"FIKASNAP"
FORMAT: Final = 1

_HEAD: Final = struct.Struct(">8sH6x16s16sQQQ16s16sQ")
HEAD_BYTES: Final = _HEAD.size + MAC_BYTES
_TAIL: Final = struct.Struct(">QII")
TAIL_BYTES: Final = HEAD_BYTES + _TAIL.size + MAC_BYTES
_PLACE: Final = struct.Struct(">II")
FRAME_BYTES: Final = _PLACE.size + CHECK_BYTES
_CONTEXT: Final = struct.Struct(">16sII8s")

BLOCK_BYTES: Final = 8 * 1024
ENTRY_BYTES: Final = 16
PAGE_BYTES: Final = 512 * ENTRY_BYTES

DOCUMENTS: Final = b"D"
INDEX: Final = b"I"
LIST: Final = b"L"
DIRECTORY: Final = b"T"

_CHUNK: Final = 1 << 20
_CACHED_BLOCKS: Final = 1024
"""About 8 MiB, as much as SQLCipher takes."""
_CACHED_PAGES: Final = 64

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Head:
    """The first bytes of a snapshot, repeated near its end; proven by a MAC."""

    vault: bytes
    lineage: bytes
    counter: int
    generation: int
    sequence: int
    salt: bytes
    journal_salt: bytes
    written: int
    """Unix time in milliseconds, for people to read; nothing is decided by it."""

    def to_bytes(self, seal: FileSeal) -> bytes:
        body = _HEAD.pack(
            MAGIC,
            FORMAT,
            self.vault,
            self.lineage,
            self.counter,
            self.generation,
            self.sequence,
            self.salt,
            self.journal_salt,
            self.written,
        )
        return body + seal.mac(body)

    @classmethod
    def read(cls, raw: bytes) -> "Head":
        if len(raw) < HEAD_BYTES:
            raise VaultDamaged(part="snapshot", reason="head is cut")
        magic, form, *rest = _HEAD.unpack_from(raw)
        if magic != MAGIC:
            raise VaultDamaged(part="snapshot", reason="not a snapshot")
        if form > FORMAT:
            raise VaultTooNew(format=form)
        return cls(*rest)

    def seal(self, key: VaultKey) -> FileSeal:
        return FileSeal(key, KIND, self.generation, self.salt)

    @staticmethod
    def proven(raw: bytes, seal: FileSeal) -> bool:
        return seal.proves(raw[: _HEAD.size], raw[_HEAD.size : HEAD_BYTES])


@dataclass(slots=True)
class Places:
    """Where sealed frames lie: for each its offset, length and number in the file."""

    at: "array[int]" = field(default_factory=lambda: array("Q"))
    length: "array[int]" = field(default_factory=lambda: array("I"))
    number: "array[int]" = field(default_factory=lambda: array("I"))

    def add(self, place: tuple[int, int, int]) -> None:
        self.at.append(place[0])
        self.length.append(place[1])
        self.number.append(place[2])

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, i: int) -> tuple[int, int, int]:
        return self.at[i], self.length[i], self.number[i]


@dataclass(slots=True)
class Blocks:
    """The blocks of one table: where they lie, their first and last ids, and how many documents each has."""

    places: Places = field(default_factory=Places)
    first: "array[int]" = field(default_factory=lambda: array("Q"))
    last: "array[int]" = field(default_factory=lambda: array("Q"))
    count: "array[int]" = field(default_factory=lambda: array("I"))

    def to_bytes(self) -> bytes:
        arrays = (self.places.at, self.places.length, self.places.number, self.first, self.last, self.count)
        return b"".join([LIST, *map(_packed, arrays)])

    @classmethod
    def read(cls, plain: bytes, count: int) -> "Blocks":
        source = _Reader(plain, 1)
        found = cls(source.places(count))
        found.first, found.last, found.count = (source.array(code, count) for code in "QQI")
        return found


@dataclass(slots=True)
class Pages:
    """The pages of one index: where they lie, and the first entry of each."""

    places: Places = field(default_factory=Places)
    first: list[bytes] = field(default_factory=list)

    def to_bytes(self) -> bytes:
        arrays = (self.places.at, self.places.length, self.places.number)
        return b"".join([LIST, *map(_packed, arrays), *self.first])

    @classmethod
    def read(cls, plain: bytes, count: int) -> "Pages":
        source = _Reader(plain, 1)
        return cls(source.places(count), [source.take(ENTRY_BYTES) for _ in range(count)])


@dataclass
class IndexPart:
    """One field's index. Its list of pages is read when somebody first asks."""

    fetch: Callable[[], Pages] = Pages

    @cached_property
    def pages(self) -> Pages:
        return self.fetch()


@dataclass
class TablePart:
    """What the snapshot has of one table. Its list of blocks is read when somebody first asks."""

    live: int = 0
    highest: int = 0
    indexes: dict[str, IndexPart] = field(default_factory=dict)
    fetch: Callable[[], Blocks] = Blocks

    @cached_property
    def blocks(self) -> Blocks:
        return self.fetch()


class Block:
    """Documents of one table, ascending by id: a table of ids, a table of offsets, and a JSON array."""

    __slots__ = ("_offsets_at", "_start", "ids", "plain")

    def __init__(self, plain: bytes) -> None:
        _, name_length, count = _BLOCK.unpack_from(plain)
        at = _BLOCK.size + name_length
        self.plain = plain
        self.ids = _unpacked("Q", plain[at : at + 8 * count])
        at += 8 * count
        self._offsets_at = at
        self._start = at + 4 * count + 4

    @property
    def offsets(self) -> "array[int]":
        return _unpacked("I", self.plain[self._offsets_at : self._start])

    @property
    def table(self) -> str:
        _, name_length, _ = _BLOCK.unpack_from(self.plain)
        return self.plain[_BLOCK.size : _BLOCK.size + name_length].decode()

    @property
    def body(self) -> bytes:
        """The documents as one JSON array."""
        return self.plain[self._start :]

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
        return b"".join((head, name, _packed(ids), _packed(offsets), b"[", body, b"]"))

    def row(self, doc_id: int) -> int:
        """The position of an id, or -1."""
        at = bisect.bisect_left(self.ids, doc_id)
        return at if at < len(self.ids) and self.ids[at] == doc_id else -1

    def raw(self, row: int) -> bytes:
        first, last = _OFFSETS.unpack_from(self.plain, self._offsets_at + 4 * row)
        return self.plain[self._start + first : self._start + last - 1]

    def rows(self) -> Iterator[tuple[int, bytes]]:
        plain, start, offsets = self.plain, self._start, self.offsets
        for row, doc_id in enumerate(self.ids):
            yield doc_id, plain[start + offsets[row] : start + offsets[row + 1] - 1]

    def rows_with(self, known: bytes, haystack: bytes) -> Iterator[tuple[int, bytes]]:
        """The documents in which the bytes stand; `haystack` is the block's content, or its lower case."""
        at = haystack.find(known, self._start)
        if at < 0:
            return
        offsets = self.offsets
        while at >= 0:
            row = bisect.bisect_right(offsets, at - self._start) - 1
            if row >= len(self.ids):
                return
            yield self.ids[row], self.raw(row)
            at = haystack.find(known, self._start + offsets[row + 1])


_OFFSETS: Final = struct.Struct(">II")
_BLOCK: Final = struct.Struct(">cHI")


class Snapshot:
    """An open snapshot. Closes its file when nobody holds it any more."""

    head: Head
    seal: FileSeal
    size: int
    tables: dict[str, TablePart]

    def __init__(self, files: Files, fd: int) -> None:
        self._files = files
        self._fd = fd
        self._cache: OrderedDict[int, Block] = OrderedDict()
        self._pages: OrderedDict[int, bytes] = OrderedDict()

    @classmethod
    def of(cls, files: Files, path: StrPath, key: VaultKey) -> "Snapshot | None":
        """The snapshot in the file, proven; None when it names another vault or another counter."""
        found = cls(files, files.open(path))
        try:
            raw = files.read(found._fd, HEAD_BYTES, 0)
            found.head = Head.read(raw)
            if (found.head.vault, found.head.counter) != (key.vault, key.counter):
                found.close()
                return None
            found._load(key, raw)
        except VaultError:
            found.close()
            raise
        return found

    def _load(self, key: VaultKey, raw: bytes) -> None:
        self._salt = self.head.salt
        self.size = self._files.size(self._fd)
        self.seal = self.head.seal(key)
        self._open = self.seal.open
        if not Head.proven(raw, self.seal):
            raise VaultDamaged(part="snapshot", reason="head")
        tail = self._files.read(self._fd, TAIL_BYTES, max(0, self.size - TAIL_BYTES))
        if self.size < HEAD_BYTES + TAIL_BYTES or tail[:HEAD_BYTES] != raw:
            raise VaultDamaged(part="snapshot", reason="tail")
        pointer, mac = tail[HEAD_BYTES:-MAC_BYTES], tail[-MAC_BYTES:]
        if not self.seal.proves(pointer, mac):
            raise VaultDamaged(part="snapshot", reason="tail")
        at, length, number = _TAIL.unpack(pointer)
        if at + FRAME_BYTES + length + TAIL_BYTES != self.size:
            raise VaultDamaged(part="snapshot", reason="length")
        directory = self.read((at, length, number), DIRECTORY)
        self.tables = {name: self._part(entry) for name, entry in read_directory(directory).items()}

    def _part(self, entry: "TableEntry") -> TablePart:
        def blocks() -> Blocks:
            return Blocks.read(self.read(entry.place, LIST), entry.count)

        indexes = {name: self._index(count, place) for name, (count, place) in entry.indexes.items()}
        return TablePart(entry.live, entry.highest, indexes, blocks)

    def _index(self, count: int, place: tuple[int, int, int]) -> IndexPart:
        return IndexPart(lambda: Pages.read(self.read(place, LIST), count))

    def read(self, place: tuple[int, int, int], kind: bytes) -> bytes:
        """The content of one sealed frame."""
        if self._fd < 0:
            raise VaultClosed()
        at, length, number = place
        raw = self._files.read(self._fd, FRAME_BYTES + length, at)
        start = raw[:FRAME_BYTES]
        plain = None
        if len(raw) == FRAME_BYTES + length and start[: _PLACE.size] == _PLACE.pack(length, number):
            context = _CONTEXT.pack(self._salt, number, length, start[_PLACE.size :])
            plain = self._open(number.to_bytes(12, "big"), memoryview(raw)[FRAME_BYTES:], context)
        if plain is None or plain[:1] != kind:
            raise VaultDamaged(part="snapshot", reason="frame", number=number)
        return plain

    def block(self, part: TablePart, i: int, *, keep: bool = False) -> Block:
        """One block of a table. Blocks that are kept stay open for the next reader; callers hold the lock then."""
        places = part.blocks.places
        found = self._cache.get(places.number[i])
        if found is None:
            found = Block(self.read(places[i], DOCUMENTS))
            if keep:
                self._keep(places.number[i], found)
        return found

    def _keep(self, number: int, found: Block) -> None:
        self._cache[number] = found
        if len(self._cache) > _CACHED_BLOCKS:
            self._cache.popitem(last=False)

    def page(self, index: IndexPart, i: int, *, keep: bool = False) -> bytes:
        """The entries of one page of an index."""
        places = index.pages.places
        found = self._pages.get(places.number[i])
        if found is None:
            found = self.read(places[i], INDEX)[1:]
            if keep:
                self._pages[places.number[i]] = found
                if len(self._pages) > _CACHED_PAGES:
                    self._pages.popitem(last=False)
        return found

    def raw(self, part: TablePart, doc_id: int) -> bytes | None:
        """One document's JSON."""
        blocks = part.blocks
        i = bisect.bisect_left(blocks.last, doc_id)
        if i >= len(blocks.last) or doc_id < blocks.first[i]:
            return None
        block = self.block(part, i, keep=True)
        row = block.row(doc_id)
        return None if row < 0 else block.raw(row)

    def forget(self) -> None:
        """Drop what was opened."""
        self._cache.clear()
        self._pages.clear()

    def close(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            self._files.close(fd)

    def __del__(self) -> None:
        if getattr(self, "_fd", -1) >= 0:
            self.close()


def context_of(salt: bytes, start: bytes) -> bytes:
    """The associated data of a frame that begins like this."""
    length, number = _PLACE.unpack_from(start)
    return _CONTEXT.pack(salt, number, length, start[_PLACE.size :])


def place(length: int, number: int, seal: FileSeal) -> bytes:
    """The first bytes of a frame: how long and which, and a check that proves both."""
    known = _PLACE.pack(length, number)
    return known + seal.check(known)


def place_at(data: bytes, at: int, seal: FileSeal) -> tuple[int, int] | None:
    """Length and number of a frame that begins here, judged by its check alone."""
    known = data[at : at + _PLACE.size]
    if len(known) < _PLACE.size or seal.check(known) != data[at + _PLACE.size : at + FRAME_BYTES]:
        return None
    length, number = _PLACE.unpack(known)
    return length, number


def nonce(number: int) -> bytes:
    """The frame's number. Safe because a snapshot's keys come from fresh salt and each number is used once."""
    return number.to_bytes(12, "big")


@dataclass(slots=True)
class TableSource:
    """What a new snapshot is to hold of one table."""

    name: str
    highest: int
    blocks: Iterable[tuple[bytes, int, int, int]]
    """Content, first id, last id and number of documents of each block."""
    indexes: dict[str, "Iterable[bytes]"]
    """For each field its entries, sorted, as chunks of whole entries."""


def write_snapshot(files: Files, path: StrPath, head: Head, key: VaultKey, tables: Iterable[TableSource]) -> None:
    """Write a whole snapshot and return once it is on the disk. The file's name is not: the caller syncs the folder."""
    seal = head.seal(key)
    fd = files.open(path, fresh=True)
    try:
        first = head.to_bytes(seal)
        out = _Writer(files, fd, seal, head.salt, first)
        entries = {table.name: _write_table(out, table) for table in tables}
        pointer = _TAIL.pack(*out.frame(_write_directory(entries)))
        out.raw(first + pointer + seal.mac(pointer))
        out.flush()
        files.sync(fd)
    finally:
        files.close(fd)


def _write_table(out: "_Writer", table: TableSource) -> "TableEntry":
    blocks, live = Blocks(), 0
    for plain, low, high, count in table.blocks:
        blocks.places.add(out.frame(plain))
        blocks.first.append(low)
        blocks.last.append(high)
        blocks.count.append(count)
        live += count
    entry = TableEntry(live, table.highest, len(blocks.places), out.frame(blocks.to_bytes()))
    for name, found in table.indexes.items():
        pages = Pages()
        for page in found:
            pages.places.add(out.frame(INDEX + page))
            pages.first.append(page[:ENTRY_BYTES])
        entry.indexes[name] = len(pages.places), out.frame(pages.to_bytes())
    return entry


class _Writer:
    """Collects sealed frames and hands them to the disk about a mebibyte at a time."""

    def __init__(self, files: Files, fd: int, seal: FileSeal, salt: bytes, first: bytes) -> None:
        self._files, self._fd, self._seal, self._salt = files, fd, seal, salt
        self._parts = [first]
        self._waiting = len(first)
        self._written = 0
        self._number = 0

    def frame(self, plain: bytes) -> tuple[int, int, int]:
        self._number += 1
        number, length = self._number, len(plain) + TAG_BYTES
        start = place(length, number, self._seal)
        sealed = self._seal.seal(nonce(number), plain, context_of(self._salt, start))
        at = self._written + self._waiting
        self._parts += (start, sealed)
        self._waiting += FRAME_BYTES + length
        if self._waiting >= _CHUNK:
            self.flush()
        return at, length, number

    def raw(self, data: bytes) -> None:
        self._parts.append(data)
        self._waiting += len(data)

    def flush(self) -> None:
        self._files.write(self._fd, b"".join(self._parts), self._written)
        self._written += self._waiting
        self._parts, self._waiting = [], 0


# ---------------------------------------------------------------- the directory

_TABLE: Final = struct.Struct(">HQQIHQII")
_FIELD: Final = struct.Struct(">HIQII")


@dataclass(slots=True)
class TableEntry:
    """What the directory says of one table: how much there is, and where the lists are."""

    live: int
    highest: int
    count: int
    place: tuple[int, int, int]
    indexes: dict[str, tuple[int, tuple[int, int, int]]] = field(default_factory=dict)


def _write_directory(tables: dict[str, TableEntry]) -> bytes:
    out = [DIRECTORY, len(tables).to_bytes(4, "big")]
    for name, entry in tables.items():
        known = name.encode()
        out.append(
            _TABLE.pack(len(known), entry.live, entry.highest, entry.count, len(entry.indexes), *entry.place) + known
        )
        for fieldname, (count, place) in entry.indexes.items():
            known = fieldname.encode()
            out.append(_FIELD.pack(len(known), count, *place) + known)
    return b"".join(out)


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at

    def take(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at]

    def fields(self, layout: struct.Struct) -> tuple[int, ...]:
        return layout.unpack(self.take(layout.size))

    def array(self, code: str, count: int) -> "array[int]":
        return _unpacked(code, self.take(count * (8 if code == "Q" else 4)))

    def places(self, count: int) -> Places:
        return Places(self.array("Q", count), self.array("I", count), self.array("I", count))


def read_directory(plain: bytes) -> dict[str, TableEntry]:
    """The tables; the bytes are authentic, so they are as `_write_directory` left them."""
    tables: dict[str, TableEntry] = {}
    source = _Reader(plain, 5)
    for _ in range(int.from_bytes(plain[1:5], "big")):
        name_length, live, highest, count, fields, at, length, number = source.fields(_TABLE)
        name = source.take(name_length).decode()
        entry = tables[name] = TableEntry(live, highest, count, (at, length, number))
        for _ in range(fields):
            name_length, count, at, length, number = source.fields(_FIELD)
            entry.indexes[source.take(name_length).decode()] = count, (at, length, number)
    return tables


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
    """The ids that a page of entries has under a hash."""
    found: list[int] = []
    at = page.find(known)
    while at >= 0 and at % ENTRY_BYTES:
        at = page.find(known, at + 1)
    while at >= 0 and page[at : at + 8] == known:
        found.append(int.from_bytes(page[at + 8 : at + ENTRY_BYTES], "big"))
        at += ENTRY_BYTES
    return found


# ---------------------------------------------------------------- numbers, big-endian


def _packed(numbers: "array[int]") -> bytes:
    if sys.byteorder == "little":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def _unpacked(code: str, raw: bytes) -> "array[int]":
    numbers = array(code)
    numbers.frombytes(raw)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
