"""Bundles: everything that can go by a server, as a sealed file, as text to paste, or as a few pictures.

A bundle is only a bag. What lies in it is signed and ordered by itself, so a bundle may be lost, come twice or late.
It says neither from whom nor for whom it is. Reading counts before it believes, and changes nothing by itself.
"""

import enum
import hashlib
import os
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sync import hpke, labels
from sync.errors import BundleDamaged, BundleNotForMe, BundleSeen, BundleTooLarge, CannotOpen, NewerCode, SyncError
from sync.hpke import Psk
from sync.pairing import code
from sync.pairing.code import Kind
from sync.pairing.transcript import derive, same, seal, unseal

SUFFIX: Final = ".fikabundle"
VERSION: Final = 1
MOST_BYTES: Final = 16 * 1024 * 1024
MOST_ITEMS: Final = 10_000
MOST_ITEM: Final = 128 * 1024
MOST_PARTS: Final = 2048
PICTURE_BYTES: Final = 1_218
"""What a QR code of version 26 holds as our text (121 squares a side): a camera still reads it from a phone beside it.
The first package of a pair is four of them, finished minutes of a page with a task and a name eight.
"""
MOST_PICTURES: Final = 24
"""What somebody has the patience for. Whatever is larger goes as a file or as text."""

_MAGIC: Final = b"FIKABNDL"
_ID_BYTES: Final = 16
_CHECK_BYTES: Final = 16
_HEAD_BYTES: Final = len(_MAGIC) + 2 + _ID_BYTES
_SPACE: Final = 1
_DEVICE: Final = 2
_PIECE_BYTES: Final = 12_000
_DIGEST_BYTES: Final = 8
_PART_HEAD: Final = _DIGEST_BYTES + 4


class ItemKind(enum.IntEnum):
    """What an item of a bundle is."""

    ENVELOPE = 1
    CODE = 2
    LETTER = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a bundle."""

    kind: ItemKind
    content: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """What was in a bundle, under which of the given keys it opened, and the id to remember once it is taken in."""

    id: bytes
    key: bytes
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class BoxKey:
    """A key of this device to which others seal: its private half, and the secret of the pairing if there was one."""

    private: bytes = field(repr=False)
    psk: Psk | None = field(default=None, repr=False)


# ---------------------------------------------------------------------------------------------- sealing


def seal_for_space(items: Sequence[Item], epoch: bytes) -> bytes:
    """A file for everybody who holds the epoch's key."""
    head = _head(_SPACE)
    key, check = _space_keys(epoch, head[-_ID_BYTES:])
    return _sized(head + check + seal(key, _pack(items), head + check))


def seal_for_device(items: Sequence[Item], box_public: bytes, psk: Psk | None = None) -> bytes:
    """A file for one device, which does not hold an epoch's key yet."""
    head = _head(_DEVICE)
    return _sized(head + hpke.seal(box_public, _pack(items), info=labels.BUNDLE_DEVICE + head, psk=psk))


def open_bundle(
    raw: bytes, epochs: Mapping[bytes, bytes], boxes: Mapping[bytes, BoxKey], seen: Container[bytes]
) -> Opened:
    """What is in a file, with whichever of one's keys opens it; `Opened.key` is that key's name in the mapping.

    Changed or cut: `BundleDamaged`. For others: `BundleNotForMe`. Taken in before: `BundleSeen`.
    """
    if len(raw) > MOST_BYTES:
        raise BundleTooLarge(limit=MOST_BYTES)
    if len(raw) < _HEAD_BYTES or not raw.startswith(_MAGIC):
        raise BundleDamaged(reason="head")
    version, lock = raw[len(_MAGIC)], raw[len(_MAGIC) + 1]
    if version != VERSION:
        raise NewerCode(version=version)
    number = number_of(raw)
    if lock == _SPACE:
        name, plain = _open_for_space(raw, number, epochs)
    elif lock == _DEVICE:
        name, plain = _open_for_device(raw, boxes)
    else:
        raise NewerCode(lock=lock)
    if number in seen:
        raise BundleSeen
    return Opened(number, name, tuple(_unpack(plain)))


def number_of(raw: bytes) -> bytes:
    """The id of a file, without opening it."""
    return raw[_HEAD_BYTES - _ID_BYTES : _HEAD_BYTES]


def _open_for_space(raw: bytes, number: bytes, epochs: Mapping[bytes, bytes]) -> tuple[bytes, bytes]:
    end = _HEAD_BYTES + _CHECK_BYTES
    for name, epoch in epochs.items():
        key, check = _space_keys(epoch, number)
        if same(check, raw[_HEAD_BYTES:end]):
            try:
                return name, unseal(key, raw[end:], raw[:end])
            except CannotOpen as exc:
                raise BundleDamaged(reason="seal") from exc
    raise BundleNotForMe


def _open_for_device(raw: bytes, boxes: Mapping[bytes, BoxKey]) -> tuple[bytes, bytes]:
    info = labels.BUNDLE_DEVICE + raw[:_HEAD_BYTES]
    for name, box in boxes.items():
        try:
            return name, hpke.open_sealed(box.private, raw[_HEAD_BYTES:], info=info, psk=box.psk)
        except CannotOpen:
            continue  # sealed to another of one's keys, or to nobody here: the end of the loop says so
    raise BundleNotForMe


def _head(lock: int) -> bytes:
    return _MAGIC + bytes([VERSION, lock]) + os.urandom(_ID_BYTES)


def _space_keys(epoch: bytes, number: bytes) -> tuple[bytes, bytes]:
    """The key of this one bundle and the check that commits to it."""
    both = derive(epoch, number, labels.BUNDLE_SPACE, 32 + _CHECK_BYTES)
    return both[:32], both[32:]


def _sized(raw: bytes) -> bytes:
    if len(raw) > MOST_BYTES:
        raise BundleTooLarge(limit=MOST_BYTES)
    return raw


# ---------------------------------------------------------------------------------------------- the bag


def _pack(items: Sequence[Item]) -> bytes:
    if len(items) > MOST_ITEMS or any(len(item.content) > MOST_ITEM for item in items):
        raise BundleTooLarge(limit=MOST_ITEMS)
    parts = [len(items).to_bytes(4, "big")]
    for item in items:
        parts += [bytes([item.kind]), len(item.content).to_bytes(4, "big"), item.content]
    packed = b"".join(parts)
    return packed + bytes(padded(len(packed)) - len(packed))


def _unpack(plain: bytes) -> Iterator[Item]:
    count, at = int.from_bytes(plain[:4], "big"), 4
    if len(plain) < 4 or count > MOST_ITEMS:
        raise BundleDamaged(reason="count")
    for _ in range(count):
        length = int.from_bytes(plain[at + 1 : at + 5], "big")
        end = at + 5 + length
        if length > MOST_ITEM or end > len(plain):
            raise BundleDamaged(reason="item")
        try:
            yield Item(ItemKind(plain[at]), plain[at + 5 : end])
        except ValueError as exc:
            raise NewerCode(item=plain[at]) from exc
        at = end
    if any(plain[at:]):
        raise BundleDamaged(reason="rest")


def padded(length: int) -> int:
    """The length that is shown to others: at least 256, then as Padmé rounds."""
    if length <= 256:
        return 256
    exponent = length.bit_length() - 1
    low = exponent - exponent.bit_length()
    return (length + (1 << low) - 1) >> low << low


# ---------------------------------------------------------------------------------------------- as text


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bundle as text: of which bundle (`name`), which one, of how many."""

    name: bytes
    number: int
    count: int
    piece: bytes = field(repr=False)


def read_parts(text: str) -> list[Part]:
    """Every part that stands in a pasted text."""
    return [_part(body) for body in code.read_all(text, Kind.PART)]


def _part(body: bytes) -> Part:
    name, piece = body[:_DIGEST_BYTES], body[_PART_HEAD:]
    number, count = (int.from_bytes(body[at : at + 2], "big") for at in (_DIGEST_BYTES, _DIGEST_BYTES + 2))
    if not piece or not 1 <= number <= count <= MOST_PARTS:
        raise BundleDamaged(reason="part")
    return Part(name, number, count, piece)


@dataclass(frozen=True, slots=True)
class Parts:
    """A bundle that arrives as text, part by part, in any order. Begin with `Parts()`."""

    name: bytes = b""
    count: int = 0
    pieces: Mapping[int, bytes] = field(default_factory=dict)

    def add(self, text: str) -> "Parts":
        """With everything that stands in a pasted text; parts that are there already cost nothing."""
        parts = self
        for part in read_parts(text):
            parts = parts.plus(part)
        return parts

    def plus(self, part: Part) -> "Parts":
        """With one part more. One of another bundle, or another piece in its place, is refused."""
        if self.count and (part.name, part.count) != (self.name, self.count):
            raise BundleDamaged(reason="another")
        if self.pieces.get(part.number, part.piece) != part.piece:
            raise BundleDamaged(reason="text")
        if sum(map(len, self.pieces.values())) + len(part.piece) > MOST_BYTES:
            raise BundleTooLarge(limit=MOST_BYTES)
        return replace(self, name=part.name, count=part.count, pieces={**self.pieces, part.number: part.piece})

    def take(self, text: str) -> tuple["Parts", bytes | None]:
        """With a pasted text: what to keep until the next one, and the file, once nothing is missing.

        With a text of another bundle, or one that fits nowhere, what was here of the former is let go of.
        """
        try:
            parts = self.add(text)
        except SyncError:
            parts = Parts().add(text)
        return (parts, None) if parts.missing else (Parts(), parts.whole())

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers of the parts that have not come yet."""
        return tuple(number for number in range(1, self.count + 1) if number not in self.pieces)

    def whole(self) -> bytes:
        """The file, once nothing is missing."""
        if not self.count or self.missing:
            raise BundleDamaged(reason="parts")
        raw = b"".join(self.pieces[number] for number in range(1, self.count + 1))
        if name_of(raw) != self.name:
            raise BundleDamaged(reason="text")
        return raw


def as_text(raw: bytes) -> str:
    """A file as text to paste, one part a paragraph."""
    return "\n\n".join(_parts(raw, _PIECE_BYTES))


def as_pictures(raw: bytes) -> tuple[str, ...]:
    """A file as the texts of QR codes; `BundleTooLarge` says that these would be too many, and it has to be a file."""
    if len(raw) > PICTURE_BYTES * MOST_PICTURES:
        raise BundleTooLarge(limit=PICTURE_BYTES * MOST_PICTURES)
    count = -(-len(raw) // PICTURE_BYTES)
    return tuple(_parts(raw, -(-len(raw) // count)))  # all of one size: none is harder to read than it has to be


def _parts(raw: bytes, size: int) -> Iterator[str]:
    name, pieces = name_of(raw), [raw[at : at + size] for at in range(0, len(raw), size)]
    for number, piece in enumerate(pieces, start=1):
        head = name + number.to_bytes(2, "big") + len(pieces).to_bytes(2, "big")
        yield code.write(Kind.PART, head + piece)


def name_of(raw: bytes) -> bytes:
    """What each part of a file as text says that it is a part of."""
    return hashlib.sha256(labels.BUNDLE_TEXT + raw).digest()[:_DIGEST_BYTES]
