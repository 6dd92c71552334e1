"""The anchor: what this computer remembers of the vault, outside its folder, so that an older copy is
noticed.

A file in the user's state folder, with a MAC under a subkey of the vault, written only after the journal's
fsync. It never opens or refuses anything: missing, unreadable or foreign is one grey line, an older copy is
a question. Somebody who puts back both the folder and this file is not noticed.
"""

import enum
import hmac
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from app.errors import VaultError
from app.vault import labels
from app.vault.files import DISK, Files, write_atomically
from app.vault.key import Position, VaultKey

FILE: Final = "anchor"
MAGIC: Final = b"FIKAANCH"
FORMAT: Final = 1

_LAYOUT: Final = struct.Struct(">8sH16s16sQQQ16s32s32sQ")
_MAC_BYTES: Final = 32
_TAG_BYTES: Final = 16
NO_INBOX: Final = bytes(32)


class Verdict(enum.Enum):
    """What the anchor says about the folder that has just been opened."""

    KNOWN = "known"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    FOREIGN = "foreign"
    """It remembers another vault."""
    OLDER = "older"
    """It remembers a later state of this vault, or another continuation of it."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The last state this computer has seen. `when` is in milliseconds since 1970.

    While the inbox gets a new key both stand here, so that a crash in between is no alarm; otherwise they are the same.
    """

    vault: bytes
    lineage: bytes
    counter: int
    position: Position
    inbox: bytes
    inbox_before: bytes
    when: int
    mac: bytes = b""

    @classmethod
    def of(
        cls, key: VaultKey, position: Position, inbox: bytes, when: int, inbox_before: bytes | None = None
    ) -> "Anchor":
        bare = cls(key.vault, key.lineage, key.counter, position, inbox, inbox_before or inbox, when)
        return replace(bare, mac=bare._mac(key))

    def to_bytes(self) -> bytes:
        return self._content() + self.mac

    @property
    def inbox_keys(self) -> frozenset[bytes]:
        """The public keys that the inbox may have; none when nothing was pinned."""
        return frozenset({self.inbox, self.inbox_before}) - {NO_INBOX}

    def judge(self, key: VaultKey, position: Position) -> Verdict:
        """Compare with a vault that has just been opened."""
        if self.vault != key.vault:
            return Verdict.FOREIGN
        if not hmac.compare_digest(self._mac(key), self.mac):
            # Sealed under another key of the same vault. A later one cannot be checked from an older copy,
            # so what it claims is believed: the worst a forger gains is a question.
            return Verdict.OLDER if self.counter > key.counter else Verdict.UNREADABLE
        if self.lineage != key.lineage or self.counter > key.counter:
            return Verdict.OLDER
        if self.counter == key.counter and not self._reached(position):
            return Verdict.OLDER
        return Verdict.KNOWN

    def _reached(self, position: Position) -> bool:
        then = (self.position.generation, self.position.sequence)
        now = (position.generation, position.sequence)
        return now > then or (now == then and _padded(position.tag) == _padded(self.position.tag))

    def _content(self) -> bytes:
        return _LAYOUT.pack(
            MAGIC,
            FORMAT,
            self.vault,
            self.lineage,
            self.counter,
            self.position.generation,
            self.position.sequence,
            _padded(self.position.tag),
            self.inbox,
            self.inbox_before,
            self.when,
        )

    def _mac(self, key: VaultKey) -> bytes:
        return hmac.digest(key.subkey(labels.ANCHOR_MAC, b""), self._content(), "sha256")


def read(path: Path) -> Anchor | Verdict:
    """The anchor at that path, or why there is none: never an error."""
    try:
        raw = DISK.read_all(path, _LAYOUT.size + _MAC_BYTES + 1)
    except FileNotFoundError:
        return Verdict.MISSING
    except VaultError:
        return Verdict.UNREADABLE
    if len(raw) != _LAYOUT.size + _MAC_BYTES:
        return Verdict.UNREADABLE
    magic, version, vault, lineage, counter, generation, sequence, tag, inbox, before, when = _LAYOUT.unpack_from(raw)
    if magic != MAGIC or version != FORMAT:
        return Verdict.UNREADABLE
    position = Position(generation, sequence, tag)
    return Anchor(vault, lineage, counter, position, inbox, before, when, raw[_LAYOUT.size :])


def write(path: Path, anchor: Anchor, files: Files = DISK) -> None:
    """Put the anchor in place; the caller has made durable what it speaks of."""
    files.make_folder(path.parent)
    write_atomically(path, anchor.to_bytes(), files)


def _padded(tag: bytes) -> bytes:
    return tag[:_TAG_BYTES].ljust(_TAG_BYTES, b"\0")
