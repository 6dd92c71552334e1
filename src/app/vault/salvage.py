"""Salvage: take out of a damaged vault whatever is still authentic, and say what is not.

It only reads. What it finds goes into a new vault; the damaged one stays as it is, for whoever wants to look again.
Every frame is judged by itself. One flipped bit is searched for and turned back, since a seal that fits proves that it
was the right one; a frame with more damage is left behind, and said so.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.errors import NothingToSalvage, VaultError
from app.vault import blocks, strict_json
from app.vault import journal as journals
from app.vault import snapshot as snapshots
from app.vault.collection import load
from app.vault.crypto import CHECK_BYTES, NONCE_BYTES, TAG_BYTES, Bytes, FileSeal
from app.vault.files import DISK, Files
from app.vault.journal import Chain, Frame, Op
from app.vault.key import Position, VaultKey
from app.vault.mark import Mark

if TYPE_CHECKING:
    from app.vault.documents import Documents

FILE_BYTES: Final = 1 << 30
"""So much of a file is looked at; what is behind it is counted as lost."""

REPAIR_BYTES: Final = 64 * 1024
"""Longer frames are not searched for a flipped bit: it would take minutes."""

_NOTHING: Final = bytes(journals.WINDOW)

Tables = dict[str, dict[int, bytes]]


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that was left behind: in which file, which frame, and how many documents if that is known."""

    part: str
    number: int
    documents: int | None = None


@dataclass(slots=True)
class Salvaged:
    """What was found, and what was not."""

    raw: Tables = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    mended: int = 0
    """Frames in which one bit was turned back; nothing of them is lost."""

    @property
    def tables(self) -> dict[str, dict[int, dict[str, Any]]]:
        return {name: {doc_id: load(raw) for doc_id, raw in rows.items()} for name, rows in self.raw.items()}

    @property
    def count(self) -> int:
        return sum(map(len, self.raw.values()))

    def into(self, documents: "Documents") -> None:
        """Put everything into a fresh vault, under the same ids, in one transaction."""
        engine = documents.engine
        with documents.transaction():
            for name, rows in self.raw.items():
                engine.change(Op(journals.TABLE, name))
                for doc_id, raw in rows.items():
                    engine.change(Op(journals.INSERT, name, doc_id, strict_json.write(load(raw))))


def salvage(folder: Path, key: VaultKey, files: Files = DISK) -> Salvaged:
    """Everything in the folder that is authentic under the key. Raises only if there is nothing to read at all."""
    found = Salvaged()
    generations = sorted(
        (int(m[1]) for name in files.names(folder) if (m := re.fullmatch(r"snapshot-(\d{8,19})", name))), reverse=True
    )
    head = None
    for generation in generations:
        data = b""
        with suppress(FileNotFoundError, VaultError):  # what cannot be read is lost, and keeps nobody from the rest
            data = _read(files, folder / f"snapshot-{generation:08d}", "snapshot", found)
        head = _snapshot_head(data, key, generation)
        if head is not None:
            _read_snapshot(data, head, head.seal(key), found)
            break
        found.losses.append(Loss("snapshot", 0))
    journal = _find_journal(files, folder, key, head, generations, found)
    if journal is None and head is None:
        raise NothingToSalvage(part="vault")
    if journal is None:
        found.losses.append(Loss("journal", 0))
        reached = Position(head.generation, head.sequence, b"") if head else Position(0, 0, b"")
    else:
        data, stated = journal
        reached = Position(stated.generation, _read_journal(data, stated, key, found), b"")
    _compare_mark(files, folder, key, reached, found)
    return found


def _find_journal(
    files: Files,
    folder: Path,
    key: VaultKey,
    head: snapshots.Head | None,
    generations: list[int],
    found: Salvaged,
) -> tuple[bytes, journals.Head] | None:
    """The journal of the snapshot, or the newest one that proves itself when there is no snapshot."""
    for generation in [head.generation] if head else generations:
        try:
            data = _read(files, folder / f"journal-{generation:08d}", "journal", found)
        except (FileNotFoundError, VaultError):
            continue
        if head is not None:
            return data, journals.Head.after(head)
        with suppress(VaultError):
            stated = journals.Head.read(data)
            if journals.Head.proven(data, stated.seal(key)) and stated.vault == key.vault:
                return data, stated
    return None


def _read(files: Files, path: Path, part: str, found: Salvaged) -> bytes:
    """The file as far as anything is in it: a hole behind that, which may be many times larger, is none of ours."""
    fd = files.open(path)
    try:
        data = files.read(fd, journals.WINDOW, 0)
        if len(data) < journals.WINDOW:
            return data
        pieces, hole = [data], 0
        for at in range(journals.WINDOW, min(files.size(fd), FILE_BYTES), journals.WINDOW):
            data = files.read(fd, journals.WINDOW, at)
            if data == _NOTHING[: len(data)]:
                hole += len(data)
                continue
            pieces += (bytes(hole), data)
            hole = 0
        if not hole and files.size(fd) > FILE_BYTES:
            found.losses.append(Loss(part, 0))
    finally:
        files.close(fd)
    pieces[-1] = pieces[-1].rstrip(b"\0") + bytes(TAG_BYTES)  # a seal may end with zeros
    return b"".join(pieces)


def _compare_mark(files: Files, folder: Path, key: VaultKey, reached: Position, found: Salvaged) -> None:
    """Whole records that are gone from the journal's end are known by the mark alone."""
    mark = None
    with suppress(VaultError):  # no file of ours stands there any more
        mark = Mark.look(files, folder, key)
    if mark is not None and (mark.generation, mark.sequence) > (reached.generation, reached.sequence):
        found.losses.append(Loss("journal", mark.sequence))


# ---------------------------------------------------------------- the snapshot


def _snapshot_head(data: bytes, key: VaultKey, generation: int) -> snapshots.Head | None:
    """The head at the beginning, or its copy near the end."""
    for at in (0, max(0, len(data) - snapshots.TAIL_BYTES)):
        raw = data[at : at + snapshots.HEAD_BYTES]
        with suppress(VaultError):
            head = snapshots.Head.read(raw)
            known = (head.vault, head.counter, head.generation) == (key.vault, key.counter, generation)
            if known and snapshots.Head.proven(raw, head.seal(key)):
                return head
    return None


def _read_snapshot(data: bytes, head: snapshots.Head, seal: FileSeal, found: Salvaged) -> None:
    lists: dict[int, bytes] = {}
    tables: dict[str, snapshots.TableEntry] | None = None
    missing: list[int] = []
    for at, end, number in _snapshot_frames(data, seal):
        plain = _snapshot_frame(data, at, end, number, head, seal, found)
        if plain is None:
            missing.append(number)
        elif plain[:1] == blocks.DOCUMENTS:
            block = blocks.Block(plain)
            found.raw.setdefault(block.table, {}).update(block.rows())
        elif plain[:1] == blocks.LIST:
            lists[number] = plain
        elif plain[:1] == blocks.DIRECTORY:
            tables = snapshots.read_directory(plain)
            for name in tables:
                found.raw.setdefault(name, {})
    found.losses += _lost_blocks(missing, tables, lists)


def _lost_blocks(
    missing: list[int], tables: dict[str, snapshots.TableEntry] | None, lists: dict[int, bytes]
) -> list[Loss]:
    """Which of the frames that do not open held documents, and how many, as far as the directory still knows."""
    if tables is None:
        return [Loss("snapshot", number) for number in missing or [0]]
    expected: dict[int, int] = {}
    harmless = {place[2] for entry in tables.values() for _, place in entry.indexes.values()}
    harmless |= {entry.place[2] for entry in tables.values()}
    whole = True
    for entry in tables.values():
        whole &= entry.place[2] in lists
        if entry.place[2] in lists:
            listed = blocks.Blocks(lists[entry.place[2]], entry.count)
            expected.update(zip(listed.numbers, listed.documents, strict=True))
    return [
        Loss("snapshot", number, expected.get(number))
        for number in missing
        if number in expected or not (whole or number in harmless)
    ]


def _snapshot_frames(data: bytes, seal: FileSeal) -> Iterator[tuple[int, int, int]]:
    """Where each frame begins and ends, and its number; one whose beginning is damaged ends where the next begins."""
    at, number = snapshots.HEAD_BYTES, 0
    limit = len(data) - snapshots.TAIL_BYTES
    while at < limit:
        place = snapshots.place_at(data, at, seal)
        if place is not None and place[1] > number and at + snapshots.FRAME_BYTES + place[0] <= len(data):
            end, number = at + snapshots.FRAME_BYTES + place[0], place[1]
        else:
            number += 1
            end = at + 1
            while end < limit and ((other := snapshots.place_at(data, end, seal)) is None or other[1] <= number):
                end += 1
            end = min(end, limit)
        yield at, end, number
        at = end


def _snapshot_frame(
    data: bytes, at: int, end: int, number: int, head: snapshots.Head, seal: FileSeal, found: Salvaged
) -> bytes | None:
    length = end - at - snapshots.FRAME_BYTES
    if length < TAG_BYTES:
        return None
    context = snapshots.context_of(head.salt, snapshots.place(length, number, seal))
    nonce = snapshots.nonce(number)
    return _opened_or_mended(
        data[at + snapshots.FRAME_BYTES : end], lambda sealed: seal.open(nonce, sealed, context), found
    )


# ---------------------------------------------------------------- the journal


def _read_journal(data: bytes, stated: journals.Head, key: VaultKey, found: Salvaged) -> int:
    """Apply every frame that opens; returns the sequence of the last one that is there at all."""
    seal = stated.seal(key)
    chain = Chain(seal, stated.salt, stated.base)
    tag = stated.to_bytes(seal)[-16:]
    at, sequence = journals.HEAD_BYTES, stated.base
    while at < len(data):
        frame = chain.open(data, at, sequence + 1, tag)
        if frame is None:
            end, following = _next_frame(data, at, sequence + 1, chain)
            frame = _mended_frame(data[at:end], sequence + 1, tag, chain, found)
            if frame is None:
                last = following - 1 if following else sequence + 1
                found.losses += [Loss("journal", n) for n in range(sequence + 1, last + 1)]
                sequence, tag, at = last, data[end - TAG_BYTES : end], end
                continue
            frame = frame._replace(end=end)
        sequence, tag, at = sequence + 1, frame.tag, frame.end
        for op in journals.decode(frame.plain):
            _apply(op, found.raw)
    return sequence


def _next_frame(data: bytes, at: int, sequence: int, chain: Chain) -> tuple[int, int | None]:
    """Where the damaged frame ends, and the sequence of the one behind it."""
    if journals.frame_at(data, at, chain) == sequence:
        end = at + journals.FRAME_BYTES + journals.length_at(data, at)
        if end >= len(data):
            return len(data), None
        following = journals.frame_at(data, end, chain)
        if following is not None and following > sequence:
            return end, following
    for other in range(at + 1, len(data)):
        following = journals.frame_at(data, other, chain)
        if following is not None and following > sequence:
            return other, following
    return len(data), None


def _mended_frame(raw: bytes, sequence: int, tag: bytes, chain: Chain, found: Salvaged) -> Frame | None:
    length = len(raw) - journals.FRAME_BYTES
    if length < TAG_BYTES:
        return None
    check = journals.place(length, sequence - chain.base, chain.seal)[-CHECK_BYTES:]
    context = chain.context(sequence, length, check, tag)

    def attempt(rest: Bytes) -> bytes | None:
        return chain.seal.open(rest[:NONCE_BYTES], memoryview(rest)[NONCE_BYTES:], context)

    rest = bytearray(raw[journals.FRAME_BYTES - NONCE_BYTES :])
    plain = _opened_or_mended(rest, attempt, found)
    return None if plain is None else Frame(plain, len(raw), bytes(rest[-TAG_BYTES:]))


def _apply(op: Op, tables: Tables) -> None:
    if op.kind == journals.DROP:
        tables.pop(op.table, None)
        return
    table = tables.setdefault(op.table, {})
    if op.kind == journals.TRUNCATE:
        table.clear()
    elif op.kind == journals.DELETE:
        table.pop(op.id, None)
    elif op.kind != journals.TABLE:
        table[op.id] = op.raw


def _opened_or_mended(sealed: Bytes, attempt: Callable[[Bytes], bytes | None], found: Salvaged) -> bytes | None:
    """The content, if need be with one bit turned back (in place, where that is possible)."""
    plain = attempt(sealed)
    if plain is not None:
        return plain
    if len(sealed) > REPAIR_BYTES:
        return None
    trial = sealed if isinstance(sealed, bytearray) else bytearray(sealed)
    for i in range(len(trial)):
        for bit in range(8):
            trial[i] ^= 1 << bit
            plain = attempt(trial)
            if plain is not None:
                found.mended += 1
                return plain
            trial[i] ^= 1 << bit
    return None
