"""A field that one is in when its screen opens, and stays in.

Flutter's browser engine gives a list that scrolls another element a moment after it was first drawn, once it knows what
there is to scroll. Everything in it is put into the new element, and a field that had the focus loses it: somebody who
listens to the screen (only then are there elements) would type into nothing. So a field that is left within a second,
before anything was typed, is entered once more.
"""

from __future__ import annotations

import time
from typing import Any

import flet as ft

from app.ui.hooks.context import use_desk
from app.ui.hooks.held import use_held
from app.ui.safe import component

SOON = 1.0
"""Seconds from the focus to its loss; whoever goes on by themselves so quickly is taken back once and no more."""


class _Entry:
    """The field as it was drawn last, since when one is in it, and whether it was entered again."""

    def __init__(self) -> None:
        self.field: ft.TextField | None = None
        self.since: float | None = None
        self.again = False

    def come(self) -> None:
        """The field has the focus."""
        self.since = time.monotonic()

    def lost(self) -> bool:
        """Whether the focus went without anybody's doing."""
        lost = not self.again and self.since is not None and time.monotonic() - self.since < SOON
        self.again = self.again or lost
        return lost


@component
def Entered(field: ft.TextField) -> ft.Control:
    """The field, which has `autofocus`: in a window of its own that is all, in a browser it is entered again if need be."""
    desk = use_desk()
    entry = use_held(_Entry)
    begun = use_held(lambda: field.value)
    entry.field = field
    if not desk.page.web:
        return field

    async def enter() -> None:
        if entry.field is not None:
            await entry.field.focus()  # type: ignore[no-untyped-call]

    def left(e: Any) -> None:
        if e.control.value == begun and entry.lost():
            desk.later(enter)

    field.on_focus = lambda _: entry.come()
    field.on_blur = left
    return field
