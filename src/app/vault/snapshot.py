"""The snapshot: everything up to one moment, in a file that is written once and never changed.

Documents lie in blocks of about 32 KiB, ascending by id, each sealed by itself. The directory at the end knows first
and last id of each block, so that opening costs as many steps as there are blocks, and a document is opened when it is
asked for. Equality indexes are sorted lists of (hash of the value, id) in blocks of the same kind.
"""

import bisect
import struct
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from app.errors import VaultClosed, VaultDamaged, VaultError, VaultTooNew
from app.vault.blocks import (
    DIRECTORY,
    DOCUMENTS,
    ENTRY_BYTES,
    INDEX,
    LIST,
    Block,
    Blocks,
    Pages,
    Place,
    pack_blocks,
    pack_pages,
)
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

_CHUNK: Final = 1 << 20
_CACHED_BLOCKS: Final = 1024
"""About 8 MiB, as much as SQLCipher takes."""
_CACHED_PAGES: Final = 64


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


@dataclass
class IndexPart:
    """One field's index. Its list of pages is read when somebody first asks."""

    fetch: Callable[[], Pages] = Pages.none

    @cached_property
    def pages(self) -> Pages:
        return self.fetch()


@dataclass
class TablePart:
    """What the snapshot has of one table. Its list of blocks is read when somebody first asks."""

    live: int = 0
    highest: int = 0
    indexes: dict[str, IndexPart] = field(default_factory=dict)
    fetch: Callable[[], Blocks] = Blocks.none

    @cached_property
    def blocks(self) -> Blocks:
        return self.fetch()


class Snapshot:
    """An open snapshot. Closes its file when nobody holds it any more."""

    head: Head
    seal: FileSeal
    size: int
    tables: dict[str, TablePart]

    def __init__(self, files: Files, fd: int) -> None:
        self._files = files
        self._fd = fd
        self.kept: OrderedDict[int, Block] = OrderedDict()
        """Blocks that stay open for the next reader, by their numbers."""
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
            return Blocks(self.read(entry.place, LIST), entry.count)

        indexes = {name: self._index(count, place) for name, (count, place) in entry.indexes.items()}
        return TablePart(entry.live, entry.highest, indexes, blocks)

    def _index(self, count: int, place: Place) -> IndexPart:
        return IndexPart(lambda: Pages(self.read(place, LIST), count))

    def read(self, place: Place, kind: bytes) -> bytes:
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
        number = part.blocks.numbers[i]
        found = self.kept.get(number)
        if found is None:
            found = Block(self.read(part.blocks.place(i), DOCUMENTS))
            if keep:
                self.kept[number] = found
                if len(self.kept) > _CACHED_BLOCKS:
                    self.kept.popitem(last=False)
        return found

    def page(self, index: IndexPart, i: int, *, keep: bool = False) -> bytes:
        """The entries of one page of an index."""
        number = index.pages.numbers[i]
        found = self._pages.get(number)
        if found is None:
            found = self.read(index.pages.place(i), INDEX)[1:]
            if keep:
                self._pages[number] = found
                if len(self._pages) > _CACHED_PAGES:
                    self._pages.popitem(last=False)
        return found

    def raw(self, part: TablePart, doc_id: int) -> bytes | None:
        """One document's JSON."""
        last = part.blocks.last
        i = bisect.bisect_left(last, doc_id)
        return self.block(part, i, keep=True).find(doc_id) if i < len(last) else None

    def forget(self) -> None:
        """Drop what was opened."""
        self.kept.clear()
        self._pages.clear()

    def close(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            self._files.close(fd)

    def __del__(self) -> None:
        if getattr(self, "_fd", -1) >= 0:
            with suppress(VaultError):  # nobody is there to be told
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
    blocks: list[tuple[Place, int, int, int]] = []
    live = 0
    for plain, first, last, count in table.blocks:
        blocks.append((out.frame(plain), first, last, count))
        live += count
    entry = TableEntry(live, table.highest, len(blocks), out.frame(pack_blocks(blocks)))
    for name, found in table.indexes.items():
        pages = [(out.frame(INDEX + page), page[:ENTRY_BYTES]) for page in found]
        entry.indexes[name] = len(pages), out.frame(pack_pages(pages))
    return entry


class _Writer:
    """Collects sealed frames and hands them to the disk about a mebibyte at a time."""

    def __init__(self, files: Files, fd: int, seal: FileSeal, salt: bytes, first: bytes) -> None:
        self._files, self._fd, self._seal, self._salt = files, fd, seal, salt
        self._parts = [first]
        self._waiting = len(first)
        self._written = 0
        self._number = 0

    def frame(self, plain: bytes) -> Place:
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
    place: Place
    indexes: dict[str, tuple[int, Place]] = field(default_factory=dict)


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
