"""A line to tick with one thumb: the whole row is the checkbox, and for two seconds *Undo* stands at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import flet as ft

from app.ui import theme
from app.ui.hooks import use_desk, use_held
from app.ui.parts.buttons import LARGE, QuietButton
from app.ui.parts.surfaces import tick_face
from app.ui.parts.text import Words
from app.ui.safe import component
from app.ui.theme import Style

SECONDS = 2.0


@component
def TickLine(
    text: str,
    done: bool,
    on_change: Callable[[bool], object],
    *,
    id: str,
    subtitle: str = "",
    mark: str = "",
    trailing: ft.Control | None = None,
    wordy: bool = False,
    key: str | None = None,
) -> ft.Control:
    """One line. The tick shows at once; `on_change(bool)` does the work. Undo is in the row and covers nothing.

    `mark` is a word over the text in the colour of what needs a look; `trailing` a button of its own at the end:
    a `wordy` one stands under the text where that is large, or there would be no room for its words.
    """
    desk = use_desk()
    shown, show = ft.use_state(done)
    undoable, offer = ft.use_state(False)
    was = ft.use_ref(done)
    timers: list[asyncio.TimerHandle] = use_held(list)
    if was.current != done:  # the answer has come, or it changed elsewhere
        was.current = done
        shown = done
        show(done)

    def stop() -> None:
        while timers:
            timers.pop().cancel()

    def turn(value: bool) -> None:
        stop()
        show(value)
        try:
            on_change(value)
        except Exception:
            show(not value)  # the row shows what is kept
            raise
        offer(value)
        desk.announce(desk.say("checklist.ticked" if value else "checklist.unticked"))
        if value:
            timers.append(asyncio.get_running_loop().call_later(SECONDS, lambda: offer(False)))

    ft.use_effect(_nothing, [], cleanup=stop)
    words: list[ft.Control] = []
    if mark:
        words.append(Words(mark, Style.LABEL, theme.ACCENT))
    words.append(Words(text, Style.BODY, theme.INK_SOFT if shown else theme.INK))
    if subtitle:
        words.append(Words(subtitle, Style.SMALL, theme.INK_SOFT))
    ends_at = 4 if trailing or undoable else 14
    row = tick_face(shown, turn, words, ft.Padding.only(left=10, right=ends_at, top=8, bottom=8))
    below = wordy and desk.prefs.text_size >= LARGE
    tick = ft.MergeSemantics(content=ft.Semantics(identifier=id, content=row), expand=None if below else True)
    line: list[ft.Control] = [tick]
    if undoable:
        line.append(QuietButton(desk.say("checklist.undo"), lambda _: turn(False), id=f"{id}-undo"))
    elif trailing:
        line.append(ft.Container(trailing, padding=ft.Padding.only(right=6)))  # its words end where the rows do
    if below:
        ends = ft.Row(line[1:], alignment=ft.MainAxisAlignment.END)
        return ft.Column([tick, ends], spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Row(line, spacing=0, vertical_alignment=ft.CrossAxisAlignment.CENTER)


def _nothing() -> None:
    """An effect of which only the cleanup matters."""
