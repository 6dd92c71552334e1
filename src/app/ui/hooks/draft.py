"""Writing: what is being typed is on the disk within a second, also while the typing goes on.

The field is not controlled: a key costs no render. The first unsaved key starts a clock that later keys do not move, so
the oldest unsaved one is never older than the pause plus the store's own delay. Leaving the field, going back, locking,
hiding and closing save at once.
"""

from __future__ import annotations

import asyncio
import logging
import threading
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

    `another`: what it was begun on has changed elsewhere meanwhile; both are kept (see `use_settling`). `waits` says that
    saving waits for the disk: while the typing goes on it is then done in a thread, one after the other, and whoever
    leaves still waits until the last word is safe.
    """

    def __init__(
        self, text: str, save: Callable[[str], object], now: Callable[[], datetime], *, waits: bool = False
    ) -> None:
        self.text = text
        self.save = save
        self.kept: Signal[Kept] = Signal(Kept())
        self.another: Signal[bool] = Signal(False)
        self._now = now
        self._waits = waits
        self._edits = self._safe = 0
        """How often the text was changed, and up to where the changes are safe."""
        self._timer: asyncio.TimerHandle | None = None
        self._one = threading.Lock()
        self._away: asyncio.Task[None] | None = None

    def edit(self, event: Any) -> None:
        """The text is now this: an event of a field, or the text itself."""
        self.text = event if isinstance(event, str) else event.control.value or ""
        self._edits += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self._due)
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
        if not self.unsaved:
            return
        try:
            self._write(self._edits, self.text)
        except Exception as fault:  # noqa: BLE001 - told in the status line; the words are kept
            self._refused(fault)
        else:
            self.kept.set(Kept(self._now()))

    @property
    def unsaved(self) -> bool:
        """Whether there are words that the store does not have."""
        return self._safe < self._edits

    def _due(self) -> None:
        """The clock has run out. While something is on its way to the disk, that goes on with what has come by then."""
        self._timer = None
        if not self._waits:
            self.flush()
        elif self._away is None and self.unsaved:
            self._away = asyncio.get_running_loop().create_task(self._write_away())

    async def _write_away(self) -> None:
        """Save in a thread what there is; and at once what came meanwhile and whose clock has run out by then."""
        more = True
        try:
            while more:
                at, text = self._edits, self.text
                await asyncio.to_thread(self._write, at, text)
                self.kept.set(Kept(self._now(), typing=self._edits > at))
                more = self.unsaved and self._timer is None
        except Exception as fault:  # noqa: BLE001 - as in `flush`
            self._refused(fault)
        finally:
            self._away = None

    def _write(self, at: int, text: str) -> None:
        """Save, unless a later text has been; from the loop or from a thread, one at a time."""
        with self._one:
            if at > self._safe:
                self.save(text)
                self._safe = at

    def _refused(self, fault: Exception) -> None:
        log.error("a draft could not be saved: %s", type(fault).__name__)
        self.kept.set(Kept(self.kept.value.at, fault=fault))


def use_draft(saved: str, save: Callable[[str], object], *, waits: bool = False) -> Draft:
    """The draft of one field. `saved` is the text to start from; `save` is called with the whole text, in a thread while
    the typing goes on where it `waits` for the disk.
    """
    desk = use_desk()
    draft = use_box(lambda: Draft(saved, save, desk.now, waits=waits)).value
    draft.save = save  # the newest handler: it may close over newer values
    gone = use_box(lambda: desk.holds(draft)).value

    def leave() -> None:
        draft.flush()
        gone()

    ft.use_effect(_nothing, [], cleanup=leave)
    return draft


def _nothing() -> None:
    """An effect of which only the cleanup matters."""
