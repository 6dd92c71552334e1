"""Notes written while the app is locked: sealed to the vault's public key, readable only once it is open.

The pair is new at every lock and its private half lies inside the seal. While locked nothing here can be
read back, not even by the process that wrote it a second ago. Anybody who can write to the folder can also
seal a note; so what comes in is marked as written while locked, and is never more than a private note.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.errors import InboxFull, InboxKeyChanged, NoteTooLong, VaultError
from app.vault import labels
from app.vault.files import DISK, Files, write_atomically
from app.vault.key import digest
from sync import hpke
from sync.errors import CannotOpen

FOLDER: Final = "inbox"
KEY_FILE: Final = "key"
ACCEPTED_FILE: Final = "inbox-accepted"
"""Outside the folder: the vault whose unchecked key somebody has accepted on this computer."""

NOTE_SUFFIX: Final = ".note"
NOTES_MAX: Final = 200
NOTE_BYTES_MAX: Final = 64 * 1024
STEP: Final = 1024

_KEY_LAYOUT: Final = struct.Struct(">8sH16s32s")
_KEY_MAGIC: Final = b"FIKAINBX"
_NOTE_LAYOUT: Final = struct.Struct(">8sH16s16sQ")
_NOTE_MAGIC: Final = b"FIKANOTE"
_INNER: Final = struct.Struct(">QI")
_FORMAT: Final = 1
_FILE_BYTES_MAX: Final = _NOTE_LAYOUT.size + hpke.OVERHEAD + NOTE_BYTES_MAX + 2 * STEP


@dataclass(frozen=True, slots=True)
class InboxKey:
    """The public half, as the folder shows it to a locked app."""

    vault: bytes
    public: bytes

    @property
    def id(self) -> bytes:
        return digest(labels.INBOX_KEY_ID, self.vault, self.public)[:16]

    def to_bytes(self) -> bytes:
        return _KEY_LAYOUT.pack(_KEY_MAGIC, _FORMAT, self.vault, self.public)


@dataclass(frozen=True, slots=True)
class InboxPair:
    """Both halves; the private one is kept inside the seal."""

    key: InboxKey
    private: bytes = field(repr=False)

    @classmethod
    def new(cls, vault: bytes) -> "InboxPair":
        private, public = hpke.generate()
        return cls(InboxKey(vault, public), private)

    @classmethod
    def of(cls, vault: bytes, private: bytes) -> "InboxPair":
        """The pair of a private key: the public half is computed, never believed."""
        return cls(InboxKey(vault, hpke.public_of(private)), private)


@dataclass(frozen=True, slots=True)
class SealedNote:
    """A note that came out of the inbox. `written` is in milliseconds since 1970, by the clock of that moment."""

    id: bytes
    number: int
    written: int
    text: str


class Inbox:
    """The inbox of one vault folder; knows no secret."""

    def __init__(self, folder: Path, files: Files = DISK) -> None:
        self.folder = folder / FOLDER
        self._files = files

    def key(self) -> InboxKey | None:
        """The key that lies in the folder, or None when there is none that can be read."""
        try:
            raw = DISK.read_all(self.folder / KEY_FILE, _KEY_LAYOUT.size + 1)
        except (FileNotFoundError, VaultError):
            return None
        if len(raw) != _KEY_LAYOUT.size:
            return None
        magic, version, vault, public = _KEY_LAYOUT.unpack(raw)
        if magic != _KEY_MAGIC or version != _FORMAT:
            return None
        return InboxKey(vault, public)

    def publish(self, key: InboxKey) -> None:
        """Put a new public key in place; its private half is already durable inside the vault."""
        self._files.make_folder(self.folder)
        self._files.sync_folder(self.folder.parent)
        write_atomically(self.folder / KEY_FILE, key.to_bytes(), self._files)

    def begin(self, key: InboxKey, note: bytes) -> "LockedNote":
        """Begin a note, sealed to a key that the caller trusts."""
        if sum(1 for _ in self._notes()) >= NOTES_MAX:
            raise InboxFull(notes=NOTES_MAX)
        return LockedNote(self, key, note)

    def keep(self, key: InboxKey, note: bytes, number: int, written: int, text: str) -> None:
        """One autosave, durable when this returns; it takes the place of the one before it."""
        body = text.encode("utf-8", "replace")
        if len(body) > NOTE_BYTES_MAX:
            raise NoteTooLong(bytes=len(body), most=NOTE_BYTES_MAX)
        inner = _INNER.pack(max(0, written), len(body)) + body
        inner += bytes(-len(inner) % STEP)
        sealed = hpke.seal(key.public, inner, info=_info(key), aad=_place(note, number))
        head = _NOTE_LAYOUT.pack(_NOTE_MAGIC, _FORMAT, key.id, note, number)
        write_atomically(self.folder / (note.hex() + NOTE_SUFFIX), head + sealed, self._files)

    def read(self, pairs: list[InboxPair]) -> tuple[list[SealedNote], int]:
        """Every note that one of the pairs opens, oldest first, and how many stay sealed.

        A box that cannot be looked into counts as one of these, and keeps nobody from the vault.
        """
        by_id = {pair.key.id: pair for pair in pairs}
        found: list[SealedNote] = []
        closed = 0
        try:
            paths = list(self._notes())
        except OSError:
            return [], 1
        for path in paths:
            note = self._read_one(path, by_id)
            if note is None:
                closed += 1
            else:
                found.append(note)
        return sorted(found, key=lambda note: (note.written, note.id)), closed

    def waiting_for(self) -> set[bytes] | None:
        """The ids of the keys that the notes in the folder are sealed to; None where one of them cannot be read now."""
        try:
            heads = [_head(path) for path in self._notes()]
        except (OSError, VaultError):
            return None
        return {head[0] for head in heads if head is not None}

    def forget(self, notes: list[bytes]) -> None:
        """Remove notes that are durable inside the vault."""
        for note in notes:
            path = self.folder / (note.hex() + NOTE_SUFFIX)
            if path.exists():
                self._files.unlink(path)
        if notes:
            self._files.sync_folder(self.folder)

    def _notes(self) -> Iterator[Path]:
        if self.folder.is_dir():
            found = (path for path in self.folder.iterdir() if path.name.endswith(NOTE_SUFFIX))
            yield from sorted(path for path in found if path.is_file())  # a pipe would be waited for

    def _read_one(self, path: Path, pairs: dict[bytes, InboxPair]) -> SealedNote | None:
        try:
            head = _head(path)
            if head is None or head[0] not in pairs:
                return None
            key_id, note, number = head
            pair = pairs[key_id]
            raw = DISK.read_all(path, _FILE_BYTES_MAX + 1)
            if len(raw) > _FILE_BYTES_MAX:
                return None
            inner = hpke.open_sealed(
                pair.private, raw[_NOTE_LAYOUT.size :], info=_info(pair.key), aad=_place(note, number)
            )
        except (CannotOpen, FileNotFoundError, VaultError):  # one that cannot be read keeps nobody from the others
            return None
        if len(inner) < _INNER.size or path.name != note.hex() + NOTE_SUFFIX:
            return None
        written, length = _INNER.unpack_from(inner)
        body = inner[_INNER.size : _INNER.size + length]
        if len(body) != length:
            return None
        return SealedNote(note, number, written, body.decode("utf-8", "replace"))


class LockedNote:
    """A note being written while the app is locked. It remembers nothing that could be read back."""

    def __init__(self, inbox: Inbox, key: InboxKey, note: bytes) -> None:
        self.id = note
        self._inbox = inbox
        self._key = key
        self._number = 0

    def write(self, text: str, written: int) -> None:
        """Seal what the note says now; durable when this returns. An empty note leaves nothing behind."""
        if not text and not self._number:
            return
        self._number += 1
        self._inbox.keep(self._key, self.id, self._number, written, text)


def trusted_key(
    inbox: Inbox, *, remembered: InboxKey | None, pinned: frozenset[bytes], accepted: bool
) -> tuple[InboxKey | None, bool]:
    """The key to seal to, and whether the person must first accept that nobody can check who can read it.

    In this order: the memory of the process that locked; what has been pinned outside the folder; the folder alone.
    A folder that contradicts the memory or the pin is an alarm.
    """
    found = inbox.key()
    if remembered is not None:
        if found != remembered:
            raise InboxKeyChanged
        return remembered, False
    if found is None:
        return None, False
    if pinned and found.public not in pinned:
        raise InboxKeyChanged
    return found, not accepted


def is_ours(name: str) -> bool:
    """Whether a file in the inbox has a name that we give."""
    bare = name.removesuffix(".new")
    return bare == KEY_FILE or bare.endswith(NOTE_SUFFIX)


def is_accepted(state: Path, key: InboxKey) -> bool:
    """Whether somebody has accepted, on this computer, that nobody can check who can read the notes."""
    try:
        return DISK.read_all(state / ACCEPTED_FILE, len(key.vault) + 1) == key.vault
    except (FileNotFoundError, VaultError):
        return False


def accept(state: Path, key: InboxKey, files: Files = DISK) -> None:
    """Remember that it was accepted."""
    files.make_folder(state)
    write_atomically(state / ACCEPTED_FILE, key.vault, files)


def seal_words(key: InboxKey, words: bytes) -> bytes:
    """What the disk refused as the vault was locked, for whoever opens it again: it stays in memory, never on the disk."""
    return hpke.seal(key.public, words, info=labels.INBOX_WORDS + key.vault + key.id)


def open_words(pairs: list[InboxPair], sealed: bytes) -> bytes | None:
    """The same again, with the pair that it was sealed to; `None` where that is another vault's."""
    for pair in pairs:
        try:
            return hpke.open_sealed(pair.private, sealed, info=labels.INBOX_WORDS + pair.key.vault + pair.key.id)
        except CannotOpen:
            continue
    return None


def _head(path: Path) -> tuple[bytes, bytes, int] | None:
    raw = DISK.read_all(path, _NOTE_LAYOUT.size)
    if len(raw) != _NOTE_LAYOUT.size:
        return None
    magic, version, key_id, note, number = _NOTE_LAYOUT.unpack(raw)
    return (key_id, note, number) if magic == _NOTE_MAGIC and version == _FORMAT else None


def _info(key: InboxKey) -> bytes:
    return labels.INBOX_NOTE + key.vault + key.id


def _place(note: bytes, number: int) -> bytes:
    return note + number.to_bytes(8, "big")
