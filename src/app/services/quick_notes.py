"""Notes written while the vault is locked: sealed to its public key, so that they can be written and not read."""

from __future__ import annotations

import enum
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import SessionBusy

if TYPE_CHECKING:
    from app.vault.inbox import InboxKey, LockedNote


class Trust(enum.StrEnum):
    """Whether notes can be written while locked, and what must be said first."""

    KNOWN = "known"
    ASK = "ask"
    """Nobody can check who can read them; the person accepts that once."""
    NONE = "none"


class QuickNote:
    """A note written while locked. Each `write` is durable when it returns; nothing of it can be read back."""

    def __init__(self, note: LockedNote, now: Callable[[], datetime]) -> None:
        self._note = note
        self._now = now

    def write(self, text: str) -> None:
        """Seal the whole text as it is now. Waits for the disk."""
        self._note.write(text, milliseconds(self._now()))

    def close(self) -> None:
        """Nothing more is to come. What was written stays sealed until the vault is opened."""


class LetterBox:
    """The slot in the door of a locked vault. `locked` says whether it is; nothing goes in while it is open.

    `remembered` is the key that this process has seen inside the vault; it is believed before the folder's.
    """

    def __init__(self, folder: Path, state: Path, now: Callable[[], datetime], locked: Callable[[], bool]) -> None:
        self.remembered: InboxKey | None = None
        self._folder = folder
        self._state = state
        self._now = now
        self._locked = locked

    @property
    def trust(self) -> Trust:
        """Whether a note can be written; `InboxKeyChanged` when the key in the folder was exchanged."""
        key, ask = self._key()
        if key is None:
            return Trust.NONE
        return Trust.ASK if ask else Trust.KNOWN

    def accept(self) -> None:
        """The person has read that nobody can check who can read the notes; this computer remembers it."""
        from app.vault import inbox

        key, _ = self._key()
        if key is not None:
            inbox.accept(self._state, key)

    def begin(self) -> QuickNote:
        """An empty note. `SessionBusy` when it may not be written (yet)."""
        stamp = milliseconds(self._now())
        note = min(max(stamp, 0), (1 << 48) - 1).to_bytes(6, "big") + os.urandom(10)
        return QuickNote(self._slot(note), self._now)

    def post(self, text: str) -> None:
        """Put something in that says nothing about its hour: an answer of a phone that is passed on.

        Waits for the disk. `SessionBusy` when nothing may be written (yet).
        """
        day = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        self._slot(os.urandom(16)).write(text, milliseconds(day))

    def _slot(self, note: bytes) -> LockedNote:
        from app.vault.inbox import Inbox

        key, ask = self._key()
        if key is None or ask:
            raise SessionBusy(state="locked" if self._locked() else "open")
        return Inbox(self._folder).begin(key, note)

    def _key(self) -> tuple[InboxKey | None, bool]:
        from app.vault import anchor, inbox

        if not self._locked():
            return None, False
        box = inbox.Inbox(self._folder)
        found = box.key()
        known = anchor.read(self._state / anchor.FILE)
        mine = isinstance(known, anchor.Anchor) and found is not None and known.vault == found.vault
        pinned = known.inbox_keys if isinstance(known, anchor.Anchor) and mine else frozenset[bytes]()
        accepted = found is not None and inbox.is_accepted(self._state, found)
        return inbox.trusted_key(box, remembered=self.remembered, pinned=pinned, accepted=accepted)


def milliseconds(when: datetime) -> int:
    """Milliseconds since 1970, never before it."""
    return max(0, int(when.timestamp() * 1000))
