"""What is done when a vault has just been opened, before anybody sees it.

Whoever opens wants to read: nothing here keeps them from it. What fails for want of room is told or tried another time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.errors import InboxKeyChanged, VaultError
from app.services.opened import Opened

if TYPE_CHECKING:
    from app.vault.inbox import SealedNote
    from app.vault.vault import Notice, Vault

log = logging.getLogger(__name__)

Now = Callable[[], datetime]

_YEAR_3000: Final = 32_503_680_000_000


def stand_on(vault: Vault, assets: Path, now: Now) -> Opened:
    """The services on a vault; one that was put back from a copy gets a new device first."""
    from app.services.records.store import Store
    from app.services.spaces import Spaces

    spaces = Spaces(vault.documents)
    if vault.needs_new_device:
        from app.services.sharing.shelf import begin_anew

        with vault.documents.transaction():
            begin_anew(vault.documents, spaces.device)
            spaces.become_new_device()
            vault.has_new_device()
    return Opened(vault, Store(vault.documents, spaces, now=now), spaces, assets, now)


def settle(opened: Opened, now: Now) -> tuple[bool, list[Notice]]:
    """What is due goes, and notes come in. Whether the key of the letter box was exchanged, and what to tell."""
    _empty_trash(opened, now)
    _keep_promises(opened, now)
    return _take_in_notes(opened, now)


def notice(code: str, **facts: str | int) -> Notice:
    """Something to tell about an opening or a lock."""
    from app.vault.vault import Notice

    return Notice(code, tuple(facts.items()))


def _take_in_notes(opened: Opened, now: Now) -> tuple[bool, list[Notice]]:
    """Notes written while locked become private notes. The model knows a note it has seen, the vault too."""
    try:
        notes, closed = opened.vault.locked_notes()
    except InboxKeyChanged:
        return True, []
    told: list[Notice] = []
    try:
        _import(opened, notes, now)
    except VaultError as exc:
        # A full disk must not keep anybody from reading. The notes stay sealed and come in another time.
        told.append(notice("inbox-waiting", reason=exc.code, notes=len(notes)))
    if closed:
        told.append(notice("inbox-unreadable", notes=closed))
    return False, told


def _import(opened: Opened, notes: list[SealedNote], now: Now) -> None:
    from app.model.commands import ImportQuickNote

    for note in notes:
        # Anybody may have sealed a note, with any date: one beyond the year 3000 would be none.
        stamp = min(note.written, _YEAR_3000) / 1000
        written = datetime.fromtimestamp(stamp, UTC).astimezone(now().tzinfo)
        body = opened.programme.take_posted(note.id, note.text) if note.text.startswith("\0") else note.text
        if body:
            opened.store.execute(ImportQuickNote(id=note.id.hex(), body=body, written=written))
    opened.vault.notes_taken_in([note.id for note in notes])


def _empty_trash(opened: Opened, now: Now) -> None:
    """What was deleted more than thirty days ago goes for good."""
    from app.services import trash

    try:
        trash.empty(opened.store, now())
    except VaultError as exc:  # another time; it must not keep anybody from reading
        log.warning("the trash was not emptied: %s", exc.code)


def _keep_promises(opened: Opened, now: Now) -> None:
    """What two people decided to delete by now, and have been told of before, goes."""
    from app.services.closing import carry_out

    try:
        carry_out(opened.store, now())
    except VaultError as exc:
        log.warning("what is due was not deleted: %s", exc.code)  # another time, as the trash
