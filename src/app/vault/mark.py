"""The mark: how far the journal was when somebody was last told "saved".

It is written after every fsync of the journal and not synced itself. When a journal ends before its mark, saved
data is gone and we say so; what lies beyond the mark was never called saved. Two slots take turns, so that a torn
write leaves the one before.
"""

import hmac
import struct
from typing import Final

from app.errors import VaultError
from app.vault import labels
from app.vault.crypto import MAC_BYTES, Mac
from app.vault.files import Files, StrPath
from app.vault.key import Position, VaultKey

FILE: Final = "mark"
MAGIC: Final = b"FkMk"
FORMAT: Final = 1

_BODY: Final = struct.Struct(">4sIQQ16s")
SLOT_BYTES: Final = _BODY.size + MAC_BYTES


class Mark:
    """The open mark file. `position` is what it said when it was opened, None when no slot could be read."""

    def __init__(self, files: Files, fd: int, key: VaultKey) -> None:
        self._files = files
        self._fd = fd
        self._waiting = False
        self._mac = Mac(key.subkey(labels.MARK, key.vault))
        raw = files.read(fd, 2 * SLOT_BYTES, 0)
        slots = [self._read(raw[:SLOT_BYTES]), self._read(raw[SLOT_BYTES:])]
        self.position = max((slot for slot in slots if slot is not None), default=None)
        self._next = 1 if self.position is not None and slots[0] == self.position else 0

    @classmethod
    def open(cls, files: Files, folder: StrPath, key: VaultKey) -> "Mark | None":
        """The mark of the folder; None when there is no such file."""
        try:
            fd = files.open(f"{folder}/{FILE}", write=True)
        except FileNotFoundError:
            return None
        return cls._of(files, fd, key)

    @classmethod
    def made(cls, files: Files, folder: StrPath, key: VaultKey) -> "Mark":
        """The mark of the folder, made if there is none."""
        return cls._of(files, files.open(f"{folder}/{FILE}", create=True), key)

    @classmethod
    def _of(cls, files: Files, fd: int, key: VaultKey) -> "Mark":
        try:
            return cls(files, fd, key)
        except VaultError:
            files.close(fd)
            raise

    @classmethod
    def look(cls, files: Files, folder: StrPath, key: VaultKey) -> Position | None:
        """What the mark says, for somebody who will not write."""
        try:
            fd = files.open(f"{folder}/{FILE}")
        except FileNotFoundError:
            return None
        mark = cls(files, fd, key)
        mark.close()
        return mark.position

    def rekeyed(self, key: VaultKey) -> "Mark":
        """The same file under another key, which overwrites the older slot first."""
        other = Mark(self._files, self._fd, key)
        other._next = self._next
        return other

    def slot(self, generation: int, sequence: int, tag: bytes) -> bytes:
        """What to write for a position."""
        body = _BODY.pack(MAGIC, FORMAT, generation, sequence, tag)
        return body + self._mac(body)[:MAC_BYTES]

    def write(self, position: Position, *, sync: bool = False) -> None:
        self.put(self.slot(position.generation, position.sequence, position.tag), sync=sync)

    def put(self, slot: bytes, *, sync: bool = False) -> None:
        """Write what `slot` made."""
        self._files.write(self._fd, slot, self._next * SLOT_BYTES)
        self._next ^= 1
        self._waiting = not sync
        if sync:
            self._files.sync(self._fd)

    def settle(self) -> None:
        """Sync what was written; nothing when nothing was."""
        if self._waiting:
            self._files.sync(self._fd)
            self._waiting = False

    def close(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            self._files.close(fd)

    def _read(self, slot: bytes) -> Position | None:
        if len(slot) != SLOT_BYTES:
            return None
        body, mac = slot[: _BODY.size], slot[_BODY.size :]
        if not hmac.compare_digest(self._mac(body)[:MAC_BYTES], mac):
            return None
        magic, form, generation, sequence, tag = _BODY.unpack(body)
        return Position(generation, sequence, tag) if (magic, form) == (MAGIC, FORMAT) else None
