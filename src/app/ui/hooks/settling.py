"""Writing a cell of a record: a draft of the store while one types, a version of it once the screen is left.

What comes from elsewhere meanwhile, another device or another screen, is taken over where nothing of one's own is
unsettled. Else one's own words go on from the version they were begun on: both are kept side by side, and
`draft.another` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import flet as ft

from app.errors import AppError
from app.ui.hooks.context import use_desk
from app.ui.hooks.draft import Draft, use_draft
from app.ui.hooks.held import use_held

if TYPE_CHECKING:
    from app.services.records.drafts import Target
    from app.ui.desk import Desk


@dataclass
class _Ground:
    """What stood in the record when one last agreed with it: the text, and the versions that it came from."""

    saved: str
    heads: tuple[str, ...]


class _Settles:
    """Makes a version of the words when the screen is left, after the draft itself has been flushed."""

    def __init__(self, desk: Desk, target: Target) -> None:
        self._desk, self._target = desk, target

    def flush(self) -> None:
        """Settle; a refusal is told, and the words stay a draft."""
        if self._desk.session.phase != "open":
            return
        try:
            self._desk.store.drafts.settle(self._target)
        except AppError as fault:
            self._desk.notice(self._desk.sentence(fault))


def use_settling(target: Target, saved: str, heads: Sequence[str] = ()) -> Draft:
    """The draft of one cell. `saved` is what the record says now, and `heads` are the versions that say it."""
    desk = use_desk()
    drafts = desk.store.drafts if desk.session.phase == "open" else None  # drawn once more while it is being locked
    ground = use_held(lambda: _Ground(saved, tuple(heads)))
    begun = use_held(lambda: drafts.read(target) if drafts else None)

    def keep(words: str) -> None:
        desk.store.drafts.keep(target, words, seen=ground.heads)
        desk.store.drafts.flush()

    draft = use_draft(saved if begun is None else begun, keep)
    settles = use_held(lambda: _Settles(desk, target))
    release = use_held(lambda: desk.holds(settles))

    def leave() -> None:
        draft.flush()
        release()
        settles.flush()

    ft.use_effect(_nothing, [], cleanup=leave)
    if drafts is not None:
        mine = draft.unsaved or drafts.read(target) is not None
        if not mine:
            if saved != ground.saved:
                draft.take(saved)
            ground.saved, ground.heads = saved, tuple(heads)
        elif saved != ground.saved and saved != draft.text:
            draft.another.set(True)
    return draft


def _nothing() -> None:
    """An effect of which only the cleanup matters."""
