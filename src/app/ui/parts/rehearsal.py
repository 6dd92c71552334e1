"""What comes after the lock screen, drawn once behind it and never seen.

A browser compiles what draws a list, a tick or the tabs when each is first needed: at the very moment when somebody
waits for Today. So the same parts are drawn here while nobody waits: covered, silent, and with nothing to press.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import flet as ft

from app.ui import routes, theme
from app.ui.hooks import use_desk
from app.ui.hooks.held import use_box
from app.ui.loop import drawn
from app.ui.parts.buttons import Beside, HeaderButton, PrimaryButton, SecondaryButton
from app.ui.parts.fields import Field
from app.ui.parts.screen import Screen
from app.ui.parts.surfaces import Row, Rows
from app.ui.parts.text import SectionTitle
from app.ui.parts.ticks import TickLine
from app.ui.safe import component

CALM = 0.25
"""Seconds from when the browser has drawn the lock screen until its first field has the focus."""
LASTS = 0.1
"""Seconds that what was drawn stays: it is over before anybody has found where to tap."""
AT_MOST = 5.0
"""Seconds to wait for it to be drawn: a line that was cut never answers."""


@component
def Rehearsal() -> ft.Control:
    """Once in the life of a window, and only where a browser draws."""
    desk = use_desk()
    on, show = ft.use_state(False)
    here = use_box(lambda: True)

    def turn(wanted: bool) -> bool:
        if shown := here.value and not desk.closed:
            desk.rehearsed = True
            show(wanted)
        return shown

    async def rehearse() -> None:
        await drawn()
        await asyncio.sleep(CALM)
        if turn(True):
            try:
                await asyncio.wait_for(drawn(), AT_MOST)
                await asyncio.sleep(LASTS)
            finally:
                turn(False)  # whatever became of the line: it would lie under the lock screen until somebody unlocks

    async def try_to() -> None:
        with suppress(RuntimeError, TimeoutError):  # the line is cut: the window is drawn anew, and nothing is lost
            await rehearse()

    def begin() -> None:
        if desk.page.web and not desk.rehearsed:
            desk.later(try_to)

    def leave() -> None:
        here.value = False

    ft.use_effect(begin, [], cleanup=leave)
    unseen = ft.Semantics(exclude_semantics=True, content=Stage()) if on else None
    return ft.Container(unseen, left=0, top=0, right=0, bottom=0)


@component
def Stage() -> ft.Control:
    """The kinds of things that Today and a note are made of, with words that anybody may see."""
    desk = use_desk()
    words, more = desk.say("frame.settings"), desk.say("frame.safety")
    rows = [Row(words, _rest, subtitle=more, icon=ft.Icons.EVENT), Row(more, _rest)]
    ticks = [TickLine(words, done, _rest, id=f"unseen-{done}") for done in (False, True)]
    bar = ft.NavigationBar(
        destinations=[
            ft.NavigationBarDestination(icon=tab.icon, selected_icon=tab.chosen, label=desk.say(tab.word))
            for tab in routes.TABS["mentor"]
        ]
    )
    screen = Screen(
        words,
        [Rows(rows), SectionTitle(words, more), Rows(ticks), Field(words, lines=3, hint=more)],
        primary=Beside([SecondaryButton(more, _rest, ft.Icons.EDIT), PrimaryButton(words, _rest, ft.Icons.FLAG)]),
        subtitle=more,
        title_tap=_rest,
        actions=[HeaderButton(more, ft.Icons.SEARCH, _rest)],
        safety=False,
        lock=False,
    )
    whole = ft.Column([ft.Container(screen, expand=True), bar], spacing=0)
    return ft.Container(whole, bgcolor=theme.GROUND, disabled=True)


def _rest(*_: object) -> None:
    """It is only drawn."""
