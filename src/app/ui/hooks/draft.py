"""Writing: what is being typed is on the disk within a second, also while the typing goes on.

The field is not controlled: a key costs no render. The first unsaved key starts a clock that later keys do not move, so
the oldest unsaved one is never older than the pause plus the store's own delay. Leaving the field, going back, locking,
hiding and closing save at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import flet as ft

from app.ui.hooks.context import use_desk
from app.ui.hooks.held import use_box
from app.ui.signal import Signal

PAUSE = 0.4  # seconds from the first unsaved key; the store may take another half until the disk has it

log = logging.getLogger("app.ui")


@dataclass(frozen=True)
class Kept:
    """How it stands: saved at a time, still being typed, or refused by the disk."""

    at: datetime | None = None
    typing: bool = False
    fault: BaseException | None = None


class Draft:
    """A text being written. Give `edit` to the field's `on_change` and `leave` to its `on_blur`.

    `another`: what it was begun on has changed elsewhere meanwhile; both are kept (see `use_settling`).
    """

    def __init__(self, text: str, save: Callable[[str], object], now: Callable[[], datetime]) -> None:
        self.text = text
        self.save = save
        self.kept: Signal[Kept] = Signal(Kept())
        self.another: Signal[bool] = Signal(False)
        self._now = now
        self._unsaved = False
        self._timer: asyncio.TimerHandle | None = None

    def edit(self, event: Any) -> None:
        """The text is now this: an event of a field, or the text itself."""
        self.text = event if isinstance(event, str) else event.control.value or ""
        self._unsaved = True
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self.flush)
            self.kept.set(Kept(self.kept.value.at, typing=True))

    def take(self, text: str) -> None:
        """The text is another one by now, and nothing of one's own is lost by it: the field shows it."""
        self.text = text
        self.another.set(False)

    def leave(self, _: Any = None) -> None:
        """The field was left."""
        self.flush()

    def flush(self) -> None:
        """Save now what is unsaved. When the disk refuses, the words stay and are tried again with the next key."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if not self._unsaved:
            return
        try:
            self.save(self.text)
        except Exception as fault:  # noqa: BLE001 - told in the status line; the words are kept
            log.error("a draft could not be saved: %s", type(fault).__name__)
            self.kept.set(Kept(self.kept.value.at, fault=fault))
            return
        self._unsaved = False
        self.kept.set(Kept(self._now()))

    @property
    def unsaved(self) -> bool:
        """Whether there are words that the store does not have."""
        return self._unsaved


def use_draft(saved: str, save: Callable[[str], object]) -> Draft:
    """The draft of one field. `saved` is the text to start from; `save` is called with the whole text."""
    desk = use_desk()
    draft = use_box(lambda: Draft(saved, save, desk.now)).value
    draft.save = save  # the newest handler: it may close over newer values
    gone = use_box(lambda: desk.holds(draft)).value

    def leave() -> None:
        draft.flush()
        gone()

    ft.use_effect(_nothing, [], cleanup=leave)
    return draft


def _nothing() -> None:
    """An effect of which only the cleanup matters."""
