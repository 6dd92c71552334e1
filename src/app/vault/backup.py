"""A backup: everything the vault holds for its person, in one sealed file.

Opened by the recovery key or by six generated words, never by the daily passphrase: a file that was once mailed can
be guessed at for ever. It holds no private key of a device and nothing that the vault keeps of itself. The parts are
sealed one by one, each bound to its place and the last one marked, so a cut or a swap is found, and reading never
needs the whole file in memory. Nothing is unpacked before it is authentic.
"""

import hmac
import json
import os
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import (
    BackupDamaged,
    BackupTooLarge,
    BackupTooNew,
    HeaderDamaged,
    JsonRefused,
    NotABackup,
    WrongBackupSecret,
)
from app.vault import kdf, labels, slots, strict_json
from app.vault.kdf import Cost
from app.vault.slots import Kind, Mode, Slot

MAGIC: Final = b"FIKABKUP"
FORMAT: Final = 1
SUFFIX: Final = ".fika"
PART_BYTES: Final = 64 * 1024
FILE_BYTES_MAX: Final = 512 * 1024 * 1024
DOCUMENT_BYTES_MAX: Final = 32 * 1024 * 1024
DOCUMENTS_MAX: Final = 2_000_000
TABLES_MAX: Final = 256

_FRONT: Final = struct.Struct(">8sH16sQB")
_PART: Final = struct.Struct(">IB")
_MAC_BYTES: Final = 32
_TAG_BYTES: Final = 16

Rows = Iterable[tuple[str, int, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Secrets:
    """What may open a backup: the recovery key's secret for backups, six words, or both."""

    recovery: bytes | None = field(default=None, repr=False)
    words: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a test of a backup says: when it was made, and how many documents each table holds."""

    made: int
    counts: Mapping[str, int]


def write(target: BinaryIO, rows: Rows, secrets: Secrets, made: int, *, cost: Cost | None = None) -> Contents:
    """Write a backup of the rows (table, id, document); `made` is in milliseconds since 1970."""
    owner, key = os.urandom(16), os.urandom(32)
    filled = []
    if secrets.recovery is not None:
        slot = Slot.new(Kind.RECOVERY)
        filled.append(slot.filled(owner, slot.derive(owner, secrets.recovery), key))
    if secrets.words is not None:
        slot = Slot.new(Kind.WORDS, cost=cost or kdf.calibrate())
        filled.append(slot.filled(owner, slot.derive(owner, _normal_words(secrets.words)), key))
    if not filled:
        raise ValueError("a backup that nothing opens is no backup")
    front = _FRONT.pack(MAGIC, FORMAT, owner, made, len(filled)) + b"".join(slot.to_bytes() for slot in filled)
    mac = hmac.digest(_subkey(key, labels.BACKUP_MAC, owner), front, "sha256")
    target.write(front + mac)
    counts: dict[str, int] = {}
    cipher = ChaCha20Poly1305(_subkey(key, labels.BACKUP_BODY, owner))
    number = 0
    waiting = bytearray()
    for table, doc_id, document in rows:
        counts[table] = counts.get(table, 0) + 1
        waiting += _line(table, doc_id, document)
        while len(waiting) > PART_BYTES:
            target.write(_sealed(cipher, mac, number, bytes(waiting[:PART_BYTES]), last=False))
            del waiting[:PART_BYTES]
            number += 1
    target.write(_sealed(cipher, mac, number, bytes(waiting), last=True))
    return Contents(made, counts)


def test(source: BinaryIO, secrets: Secrets) -> Contents:
    """Read a whole backup and count; nothing is written anywhere."""
    made, rows = read(source, secrets)
    counts: dict[str, int] = {}
    for table, _, _ in rows:
        counts[table] = counts.get(table, 0) + 1
    return Contents(made, counts)


def read(source: BinaryIO, secrets: Secrets) -> tuple[int, Iterator[tuple[str, int, dict[str, Any]]]]:
    """Open a backup: when it was made, and its rows as they are unpacked.

    The rows raise `BackupDamaged` where the file does not hold, possibly late: take none for true before the last.
    """
    front, slot_list, owner, made = _read_front(source)
    mac = source.read(_MAC_BYTES)
    key = _unlock(owner, slot_list, secrets)
    if not hmac.compare_digest(hmac.digest(_subkey(key, labels.BACKUP_MAC, owner), front, "sha256"), mac):
        raise BackupDamaged(part="front")
    return made, _rows(source, ChaCha20Poly1305(_subkey(key, labels.BACKUP_BODY, owner)), mac)


def _read_front(source: BinaryIO) -> tuple[bytes, tuple[Slot, ...], bytes, int]:
    raw = source.read(_FRONT.size)
    if raw[: len(MAGIC)] != MAGIC:
        raise NotABackup
    if len(raw) < _FRONT.size:
        raise BackupDamaged(part="front")
    _, version, owner, made, count = _FRONT.unpack(raw)
    if version > FORMAT:
        raise BackupTooNew(format=version)
    if version != FORMAT or not 1 <= count <= slots.SLOTS_MAX:
        raise BackupDamaged(part="front")
    body = source.read(count * slots.BYTES)
    if len(body) != count * slots.BYTES:
        raise BackupDamaged(part="front")
    try:
        found = slots.check_set(
            tuple(Slot.read(body[at : at + slots.BYTES]) for at in range(0, len(body), slots.BYTES))
        )
    except HeaderDamaged as exc:
        raise BackupDamaged(part="slots") from exc
    # One stretching at most: a file with eight slots of twenty passes is somebody's joke. No keystore travels with it.
    if sum(slot.cost is not None for slot in found) > 1 or any(slot.mode is Mode.BOUND for slot in found):
        raise BackupDamaged(part="slots")
    return raw + body, found, owner, made


def _unlock(owner: bytes, found: tuple[Slot, ...], secrets: Secrets) -> bytes:
    for slot in found:
        secret = None
        if slot.kind is Kind.RECOVERY:
            secret = secrets.recovery
        elif slot.kind is Kind.WORDS and secrets.words is not None:
            secret = _normal_words(secrets.words)
        if secret is None:
            continue
        try:
            key = slot.opened(owner, slot.derive(owner, secret))
        except HeaderDamaged as exc:
            raise BackupDamaged(part="slots") from exc
        if key is not None:
            return key
    raise WrongBackupSecret


def _rows(source: BinaryIO, cipher: ChaCha20Poly1305, mac: bytes) -> Iterator[tuple[str, int, dict[str, Any]]]:
    rest = bytearray()
    tables: set[str] = set()
    documents = 0
    for part in _parts(source, cipher, mac):
        start = 0
        while (end := part.find(b"\n", start)) >= 0:
            rest += part[start:end]
            start = end + 1
            table, doc_id, document = _row(bytes(rest))
            rest.clear()
            tables.add(table)
            documents += 1
            if len(tables) > TABLES_MAX or documents > DOCUMENTS_MAX:
                raise BackupTooLarge(what="documents")
            yield table, doc_id, document
        rest += part[start:]
        if len(rest) > DOCUMENT_BYTES_MAX:
            raise BackupTooLarge(what="document")
    if rest:
        raise BackupDamaged(part="end")


def _parts(source: BinaryIO, cipher: ChaCha20Poly1305, mac: bytes) -> Iterator[bytes]:
    read_bytes = 0
    number = 0
    while True:
        head = source.read(_PART.size)
        if len(head) != _PART.size:
            raise BackupDamaged(part="end")
        length, last = _PART.unpack(head)
        if length > PART_BYTES + _TAG_BYTES or last > 1:
            raise BackupDamaged(part="length")
        sealed = source.read(length)
        read_bytes += length
        if read_bytes > FILE_BYTES_MAX:
            raise BackupTooLarge(what="file")
        try:
            yield cipher.decrypt(_nonce(number), sealed, labels.BACKUP_PART + mac + head)
        except InvalidTag as exc:
            raise BackupDamaged(part="body") from exc
        if last:
            if source.read(1):
                raise BackupDamaged(part="end")
            return
        number += 1


def _line(table: str, doc_id: int, document: Mapping[str, Any]) -> bytes:
    """One document a line: JSON writes no line break of its own."""
    row = [table, doc_id, dict(document)]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _row(line: bytes) -> tuple[str, int, dict[str, Any]]:
    try:
        row = strict_json.read(line, size=DOCUMENT_BYTES_MAX, depth=strict_json.DEPTH_MAX + 2)
    except JsonRefused as exc:
        raise BackupDamaged(part="document") from exc
    if not (
        isinstance(row, list)
        and len(row) == 3
        and isinstance(row[0], str)
        and isinstance(row[1], int)
        and not isinstance(row[1], bool)
        and 0 < row[1] < 1 << 63
        and isinstance(row[2], dict)
    ):
        raise BackupDamaged(part="document")
    return row[0], row[1], row[2]


def _sealed(cipher: ChaCha20Poly1305, mac: bytes, number: int, part: bytes, *, last: bool) -> bytes:
    head = _PART.pack(len(part) + _TAG_BYTES, last)
    return head + cipher.encrypt(_nonce(number), part, labels.BACKUP_PART + mac + head)


def _nonce(number: int) -> bytes:
    """The place of a part is its nonce: the key is new for every file, so none comes twice."""
    return number.to_bytes(12, "big")


def _subkey(key: bytes, label: bytes, owner: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, owner, label).derive(key)


_BETWEEN = str.maketrans("-,.;", "    ")


def _normal_words(words: str) -> bytes:
    """Six words as typed: case and what stands between them do not matter, also the commas they are read aloud with."""
    return kdf.normalise(" ".join(words.translate(_BETWEEN).casefold().split()))
