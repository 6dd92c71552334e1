"""Reading: a part that asks a question renders again when the answer changes, and only then."""

from __future__ import annotations

import asyncio
from typing import Any

import flet as ft

from app.listeners import Stop
from app.ui.hooks.context import use_desk
from app.ui.hooks.held import use_box
from app.ui.loop import post


def use_query(query: Any) -> Any:
    """The store's answer to `query` now, and again after every commit that changes it.

    The answer is read once and kept between renders. A commit, from whichever thread, only says that it may have
    changed: it is read again on the page's own loop, after what the person did has been drawn.
    """
    desk, page, loop = use_desk(), ft.context.page, asyncio.get_running_loop()
    live = use_box(lambda: desk.store.live(query))
    _, draw = ft.use_state(0)
    drawn = use_box(_none)
    listening = use_box(_no_stop)
    if desk.session.phase == "open":  # else: drawn once more while it is being locked, with the last answer
        if live.value.query != query or live.value.store is not desk.store:
            live.value = desk.store.live(query)
        drawn.value = live.value.answer

    def renew() -> None:
        now = live.value
        if listening.value and desk.session.phase == "open" and now.answer != drawn.value:
            draw(lambda times: times + 1)

    def listen() -> None:
        listening.value = live.value.listen(lambda: post(page, loop, renew))
        desk.until_closed(stop)
        renew()  # a commit may have slipped in since the render

    def stop() -> None:
        if listening.value:
            listening.value()
            listening.value = None

    ft.use_effect(listen, [live.value], cleanup=stop)
    return drawn.value


def _none() -> Any:
    return None


def _no_stop() -> Stop | None:
    return None
