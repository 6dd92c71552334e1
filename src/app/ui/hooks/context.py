"""The desk of this window, and the small things that follow from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

import flet as ft

from app.ui.desk import Desk, desk_of
from app.ui.hooks.watch import use_watch

DeskContext = ft.create_context(cast("Desk | None", None))


def use_desk() -> Desk:
    """The desk of this window."""
    return ft.use_context(DeskContext) or the_desk()


def the_desk() -> Desk:
    """The same without a hook: for a plain function, which a component may call in one drawing and not in the next."""
    desk = desk_of(ft.context.page)
    if desk is None:
        raise LookupError("no desk: render the screen inside App")
    return desk


def use_wide() -> bool:
    """Whether there is room for a rail and two columns."""
    return use_watch(use_desk().wide)


def use_clock() -> datetime:
    """The time on the minute: the part renders again when it changes."""
    return use_watch(use_desk().minute)


def use_undo() -> Callable[[str, Callable[[], object]], None]:
    """A function that tells what was done and offers to undo it, instead of asking before."""
    desk = use_desk()
    return lambda text, undo: desk.notice(text, undo=undo, seconds=6)
