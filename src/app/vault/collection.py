"""One table in memory: the unchanging part in the snapshot, and what has changed since laid over it."""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Collection as Collected
from typing import Any, Final, NamedTuple

from app.vault.blocks import (
    BLOCK_BYTES,
    ENTRY_BYTES,
    PAGE_BYTES,
    Block,
    Scalar,
    entry,
    hash_of,
    ids_in,
    indexable,
    two_offsets,
)
from app.vault.snapshot import IndexPart, Snapshot, TablePart, TableSource

Document = dict[str, Any]

_decode: Final = json.JSONDecoder().raw_decode


def load(raw: bytes) -> Document:
    """A document of our own making: authentic, so there is nothing to limit."""
    found: Document = _decode(raw.decode())[0]
    return found


def load_all(rows: list[tuple[int, bytes]]) -> Iterator[tuple[int, Document]]:
    """Many documents, read in one go."""
    found = _decode((b"[%b]" % b",".join([raw for _, raw in rows])).decode())[0]
    return zip([doc_id for doc_id, _ in rows], found, strict=True)


class View(NamedTuple):
    """A table as it was at one moment, readable while others go on writing."""

    snapshot: Snapshot
    part: TablePart
    overlay: dict[int, bytes | None]
    """What changed since: JSON, or None for a document that is gone."""


class Collection:
    """The current state of a table. Its methods are called under the engine's lock; views are not."""

    def __init__(self, name: str, snapshot: Snapshot, part: TablePart | None = None) -> None:
        self.name = name
        self._snapshot = snapshot
        self._part = part or TablePart()
        self.overlay: dict[int, bytes | None] = {}
        self.live = self._part.live
        self.highest = self._part.highest
        self._changed: set[int] = set()
        self._recent: dict[str, _Recent] = {}
        self._scanned: dict[str, bytes] = {}

    def view(self) -> View:
        return View(self._snapshot, self._part, dict(self.overlay))

    def raw(self, doc_id: int) -> bytes | None:
        """The document's JSON, or None."""
        if doc_id in self.overlay:
            return self.overlay[doc_id]
        return self._snapshot.raw(self._part, doc_id)

    def raws(self, doc_ids: Iterable[int]) -> list[tuple[int, bytes]]:
        """The JSON of those of the documents that exist. Lists wait for this, so it calls as little as it can."""
        overlay, part, snapshot = self.overlay, self._part, self._snapshot
        last, numbers, kept, position = part.blocks.ends, part.blocks.numbers, snapshot.kept, bisect.bisect_left
        rows: list[tuple[int, bytes]] = []
        i, ids, plain, start, offsets_at = -1, part.blocks.first, b"", 0, 0
        for doc_id in doc_ids:
            if doc_id in overlay:
                raw = overlay[doc_id]
                if raw is not None:
                    rows.append((doc_id, raw))
                continue
            known, i = i, position(last, doc_id)
            if i == len(last):
                continue
            if i != known:
                block = kept.get(numbers[i]) or snapshot.block(part, i, keep=True)
                ids, plain, start, offsets_at = block.ids, block.plain, block.start, block.offsets_at
            row = position(ids, doc_id)
            if ids[row] == doc_id:
                begin, end = two_offsets(plain, offsets_at + 4 * row)
                rows.append((doc_id, plain[start + begin : start + end - 1]))
        return rows

    def set(self, doc_id: int, raw: bytes | None) -> None:
        """Lay a document, or its absence, over the snapshot."""
        self.overlay[doc_id] = raw
        self._changed.add(doc_id)
        if doc_id > self.highest:
            self.highest = doc_id

    def insert(self, first: int, raws: Iterable[bytes], documents: Sequence[Document]) -> None:
        """Lay many new documents over the snapshot. Indexes that somebody has asked for take their values as they pass."""
        if self._changed:  # an id that was taken back comes again
            self._enter(self._changed, self._recent)
            self._changed.clear()
        numbers = range(first, first + len(documents))
        self.overlay.update(zip(numbers, raws, strict=True))
        self.highest = max(self.highest, numbers[-1]) if documents else self.highest
        for field, index in self._recent.items():
            for doc_id, document in zip(numbers, documents, strict=True):
                if _has(document, field):
                    index.add(doc_id, document[field])

    def unset(self, doc_id: int) -> None:
        """Take back what was laid over the snapshot."""
        self.overlay.pop(doc_id, None)
        self._changed.add(doc_id)

    def newest(self, count: int, before: int | None = None) -> list[tuple[int, bytes]]:
        """Documents by descending id, from below `before`."""
        upper = self.highest + 1 if before is None else before
        overlay, blocks = self.overlay, self._part.blocks
        changed = sorted(doc_id for doc_id in overlay if doc_id < upper)
        found: list[tuple[int, bytes]] = []
        i = len(blocks) if before is None else bisect.bisect_left(blocks.first, upper)
        while i > 0 and len(found) < count:
            i -= 1
            rows = self._snapshot.block(self._part, i, keep=True).descending(upper, count - len(found) + len(changed))
            if not changed:
                found += rows
                continue
            for doc_id, raw in rows:
                while changed and changed[-1] >= doc_id:
                    found += self._changed_row(changed.pop())
                if doc_id not in overlay:
                    found.append((doc_id, raw))
        while changed and len(found) < count:
            found += self._changed_row(changed.pop())
        return found[:count]

    def _changed_row(self, doc_id: int) -> list[tuple[int, bytes]]:
        raw = self.overlay[doc_id]
        return [] if raw is None else [(doc_id, raw)]

    # ------------------------------------------------------------ equality

    def equal(self, field: str, value: Scalar) -> list[int]:
        """Ids of the documents whose field may have the value, ascending; a few more may be among them."""
        found = self._stored(field, value)
        overlay = self.overlay
        if not overlay:
            return found
        found = [doc_id for doc_id in found if doc_id not in overlay]
        recent = self._up_to_date(field).ids(value)
        return sorted([*found, *recent]) if recent else found

    def lacks(self, field: str, values: Collected[Scalar]) -> bool:
        """Whether certainly no document's field has one of the values."""
        overlay = self.overlay
        if overlay and self._up_to_date(field).has(values):
            return False
        return not any(doc_id not in overlay for value in values for doc_id in self._stored(field, value))

    def _stored(self, field: str, value: Scalar) -> list[int]:
        """What the snapshot's index has under the hash of a value, ascending."""
        if not len(self._part.blocks):
            return []
        known = hash_of(value)
        index = self._part.indexes.get(field)
        if index is None:
            if field not in self._scanned:
                self._scanned[field] = _joined(_scan(View(self._snapshot, self._part, {}), field))
            return ids_in(self._scanned[field], known)
        found: list[int] = []
        first = index.pages.first
        for i in range(max(0, bisect.bisect_left(first, known) - 1), len(first)):
            if first[i][:8] > known:
                break
            found += ids_in(self._snapshot.page(index, i, keep=True), known)
        return found

    def _up_to_date(self, field: str) -> _Recent:
        """The index of what lies over the snapshot, as it is now: a write pays nothing, the next question does.

        Only fields that somebody has asked for have one.
        """
        if self._changed:
            self._enter(self._changed, self._recent)
            self._changed.clear()
        found = self._recent.get(field)
        if found is None:
            found = self._recent[field] = _Recent()
            self._enter(self.overlay, {field: found})
        return found

    def _enter(self, changed: Iterable[int], indexes: dict[str, _Recent]) -> None:
        if not indexes:
            return
        for doc_id in changed:
            raw = self.overlay.get(doc_id)
            document = {} if raw is None else load(raw)
            for field, index in indexes.items():
                index.forget(doc_id)
                if _has(document, field):
                    index.add(doc_id, document[field])


class _Recent:
    """One field of the documents that lie over the snapshot: which have which value."""

    __slots__ = ("_by_value", "_values")

    def __init__(self) -> None:
        self._values: dict[int, Scalar] = {}
        self._by_value: dict[Scalar, int | set[int]] = {}
        """Most values are those of one document: then its id stands there itself."""

    def add(self, doc_id: int, value: Scalar) -> None:
        self._values[doc_id] = value
        there = self._by_value.setdefault(value, doc_id)
        if isinstance(there, set):
            there.add(doc_id)
        elif there != doc_id:
            self._by_value[value] = {there, doc_id}

    def forget(self, doc_id: int) -> None:
        if doc_id not in self._values:
            return
        value = self._values.pop(doc_id)
        there = self._by_value[value]
        if isinstance(there, set) and len(there) > 1:
            there.discard(doc_id)
        else:
            del self._by_value[value]

    def ids(self, value: Scalar) -> Collected[int]:
        """The documents that have the value."""
        there = self._by_value.get(value)
        return () if there is None else there if isinstance(there, set) else (there,)

    def has(self, values: Iterable[Scalar]) -> bool:
        """Whether a document has one of the values."""
        return not self._by_value.keys().isdisjoint(values)


# ---------------------------------------------------------------- reading a view


def ids(view: View) -> list[int]:
    """Every id, ascending."""
    found: list[int] = []
    for i in range(len(view.part.blocks)):
        found += view.snapshot.block(view.part, i).ids
    if view.overlay:
        found = [doc_id for doc_id in found if doc_id not in view.overlay]
        found += [doc_id for doc_id, raw in view.overlay.items() if raw is not None]
        found.sort()
    return found


def documents(view: View) -> Iterator[tuple[int, Document]]:
    """Every document, ascending by id, each freshly made."""
    for block, changes in _segments(view):
        if block is not None and not changes:
            yield from zip(block.ids, json.loads(block.body), strict=True)
        else:
            for doc_id, raw in _merged(view, block, changes):
                yield doc_id, load(raw)


def containing(view: View, needle: str, *, fold: bool = False) -> Iterator[tuple[int, bytes]]:
    """Documents in whose JSON the text may stand, ascending by id; the caller looks again.

    The decrypted bytes are searched as they are, and only hits are parsed. With `fold` the search is for the longest
    run of ASCII letters and digits, in any case; then nothing that a case-blind comparison would find is missed.
    """
    known, haystack = _searcher(needle, fold)
    for block, changes in _segments(view):
        if block is None or changes:
            for doc_id, raw in _merged(view, block, changes):
                if known in haystack(raw) or (fold and _folds_oddly(raw)):
                    yield doc_id, raw
        elif fold and _folds_oddly(block.plain):
            yield from block.rows()
        else:
            yield from block.rows_with(known, haystack(block.plain))


def _searcher(needle: str, fold: bool) -> tuple[bytes, Callable[[bytes], bytes]]:
    if not fold:
        return json.dumps(needle, ensure_ascii=False)[1:-1].encode(), lambda raw: raw
    run = max(re.findall(r"[A-Za-z0-9]+", needle), key=len, default="")
    return run.lower().encode(), bytes.lower


_ODD: Final = tuple(letter.encode() for letter in "\u0130\u0131\u017f\u212a")
"""The letters outside ASCII that a case-blind comparison takes for ASCII ones."""


def _folds_oddly(raw: bytes) -> bool:
    return any(letter in raw for letter in _ODD)


def _segments(view: View) -> Iterator[tuple[Block | None, list[int]]]:
    """The snapshot's blocks in order, each with the changed ids that belong in or before it."""
    changed = sorted(view.overlay)
    at = 0
    blocks = len(view.part.blocks)
    for i in range(blocks):
        end = len(changed) if i == blocks - 1 else bisect.bisect_right(changed, view.part.blocks.last[i], at)
        yield view.snapshot.block(view.part, i), changed[at:end]
        at = end
    if at < len(changed):
        yield None, changed[at:]


def _merged(view: View, block: Block | None, changes: list[int]) -> list[tuple[int, bytes]]:
    """A block's documents with the changes applied, ascending."""
    rows: dict[int, bytes] = dict(block.rows()) if block is not None else {}
    for doc_id in changes:
        raw = view.overlay[doc_id]
        if raw is None:
            rows.pop(doc_id, None)
        else:
            rows[doc_id] = raw
    return sorted(rows.items())


# ---------------------------------------------------------------- the next snapshot


def source(name: str, view: View, highest: int, fields: Iterable[str]) -> TableSource:
    """What the next snapshot holds of the table. Untouched blocks are copied as they are, without parsing."""
    fresh = {doc_id: load(raw) for doc_id, raw in view.overlay.items() if raw is not None}
    indexes: dict[str, Iterable[bytes]] = {field: _entries(view, field, fresh) for field in fields}
    return TableSource(name, highest, _blocks(name, view), indexes)


def _blocks(name: str, view: View) -> Iterator[tuple[bytes, int, int, int]]:
    waiting: list[tuple[int, bytes]] = []
    size = 0
    for block, changes in _segments(view):
        if block is not None and not changes and size == 0:
            yield block.plain, block.ids[0], block.ids[-1], len(block.ids)
            continue
        for row in _merged(view, block, changes):
            waiting.append(row)
            size += len(row[1]) + 1
            if size >= BLOCK_BYTES:
                yield Block.pack(name, waiting), waiting[0][0], waiting[-1][0], len(waiting)
                waiting, size = [], 0
        if size >= BLOCK_BYTES // 2:
            yield Block.pack(name, waiting), waiting[0][0], waiting[-1][0], len(waiting)
            waiting, size = [], 0
    if waiting:
        yield Block.pack(name, waiting), waiting[0][0], waiting[-1][0], len(waiting)


def _entries(view: View, field: str, fresh: dict[int, Document]) -> Iterator[bytes]:
    """The pages of a field's index."""
    index = view.part.indexes.get(field)
    old = _scan(view._replace(overlay={}), field) if index is None else _pages(view.snapshot, index)
    if not view.overlay and index is not None:
        yield from old
        return
    gone = {doc_id.to_bytes(8, "big") for doc_id in view.overlay}
    kept = [
        page[at : at + ENTRY_BYTES]
        for page in old
        for at in range(0, len(page), ENTRY_BYTES)
        if page[at + 8 : at + ENTRY_BYTES] not in gone
    ]
    kept += [entry(document[field], doc_id) for doc_id, document in fresh.items() if _has(document, field)]
    kept.sort()
    step = PAGE_BYTES // ENTRY_BYTES
    for at in range(0, len(kept), step):
        yield b"".join(kept[at : at + step])


def _pages(snapshot: Snapshot, index: IndexPart) -> Iterator[bytes]:
    for i in range(len(index.pages)):
        yield snapshot.page(index, i)


def _scan(view: View, field: str) -> Iterator[bytes]:
    """The entries of a field that the snapshot has no index for, as one page."""
    found = [entry(document[field], doc_id) for doc_id, document in documents(view) if _has(document, field)]
    yield b"".join(sorted(found))


def _joined(pages: Iterable[bytes]) -> bytes:
    return b"".join(pages)


def _has(document: Document, field: str) -> bool:
    return field in document and indexable(document[field])
