"""Waiting: something long runs in a thread, and after half a second the screen shows that it does."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import flet as ft

from app.ui import safe
from app.ui.hooks.context import use_desk

PATIENCE = 0.5

Run = Callable[..., None]


def use_busy(patience: float = PATIENCE) -> tuple[bool, Run]:
    """`busy` after half a second of waiting (or `patience`), and `run(work, then=None, failed=None)`.

    `work` is a function (run in a thread) or a coroutine function. `then(result)` and `failed(fault)` run on the page's
    loop; without `failed` the fault's sentence is shown. While one work runs, another one is not started.
    """
    desk = use_desk()
    busy, set_busy = ft.use_state(False)
    running = ft.use_ref(False)

    def run(
        work: Callable[[], Any],
        then: Callable[[Any], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        if running.current:
            return
        running.current = True
        timer = asyncio.get_running_loop().call_later(patience, lambda: set_busy(True))

        async def task() -> None:
            try:
                result = await (work() if inspect.iscoroutinefunction(work) else asyncio.to_thread(work))
            except Exception as fault:  # noqa: BLE001 - told to the person
                if failed:
                    failed(fault)
                else:
                    safe.tell(desk.page.session, fault)
            else:
                if then:
                    then(result)
            finally:
                timer.cancel()
                running.current = False
                set_busy(False)

        desk.later(task)

    return busy, run
