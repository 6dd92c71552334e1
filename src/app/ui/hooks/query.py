"""Reading: a part that asks a question renders again when the answer changes, and only then."""

from __future__ import annotations

import asyncio
from typing import Any

import flet as ft

from app.ui.hooks.context import use_desk
from app.ui.hooks.state import use_held
from app.ui.loop import post
from app.ui.signal import Stop


def use_query(query: Any) -> Any:
    """The store's answer to `query` now, and again after every commit that changes it.

    Commits may come from another thread, so the news is posted to the page's own loop. The answer is kept between
    renders: a part that renders for another reason does not read the disk again.
    """
    desk, page, loop = use_desk(), ft.context.page, asyncio.get_running_loop()
    first = use_held(lambda: (desk.store, query, desk.store.ask(query))).value
    held, hold = ft.use_state(first)
    watching = use_held(_none)
    locked = desk.session.phase != "open"
    store = held[0] if locked else desk.store  # drawn once more while it is being locked: with the last answer
    if locked:
        pass
    elif held[0] is not store or held[1] != query:
        held = (store, query, store.ask(query))

    def renew(*told: Any) -> None:
        if watching.value and desk.session.phase == "open":  # not after the part has gone or the vault was locked
            hold((store, query, told[0] if told else store.ask(query)))

    def listen() -> None:
        watching.value = store.watch(query, lambda *told: post(page, loop, lambda: renew(*told)))
        desk.until_closed(stop)
        renew()  # a commit may have slipped in since the render

    def stop() -> None:
        if watching.value:
            watching.value()
            watching.value = None

    ft.use_effect(listen, [id(store), query], cleanup=stop)
    return held[2]


def _none() -> Stop | None:
    return None
