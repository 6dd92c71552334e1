"""Throwing something away: it goes at once, one tap brings it back, and for thirty days it lies in the trash."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.model.commands import Delete, Restore
from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import QuietButton


def remover(desk: Desk, kind: str, id: str, leave: Callable[[], object] | None = None, **facts: str) -> ft.Control:
    """The quiet button at the end of a page that throws its record away, with what hangs on it, and leaves the page."""

    def remove(_: object) -> None:
        desk.flush()  # what is being typed goes with it; written later it would bring the record back
        desk.store.execute(Delete(kind=kind, id=id))
        (leave or desk.back)()
        desk.notice(
            desk.say(f"remove.{kind}.done", **facts),
            undo=lambda: desk.store.execute(Restore(kind=kind, id=id)),
            seconds=6,
        )

    words = desk.say(f"remove.{kind}", **facts)
    button = QuietButton(words, remove, ft.Icons.DELETE_OUTLINE, id=f"remove-{kind}", color=theme.INK_SOFT)
    return ft.Row([button], wrap=True)
