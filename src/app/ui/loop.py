"""Back to the window's own loop from any thread: state set elsewhere is lost, and so is a task while the line is cut.
And the way to know that the other end has drawn something."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import flet as ft
from flet.controls.context import _context_page


def post(page: ft.Page, loop: asyncio.AbstractEventLoop, task: Callable[[], Awaitable[None] | None]) -> None:
    """Call `task` soon on `loop`, with `page` as the page that is meant. Flet's `run_task` fails without a connection."""

    async def run() -> None:
        _context_page.set(page)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # declared for a page of one kind
        waiting = task()
        if waiting is not None:
            await waiting

    if not loop.is_closed():
        asyncio.run_coroutine_threadsafe(run(), loop)


async def drawn() -> None:
    """Return once the other end has drawn what was sent before: it answers in that order.

    Raises `RuntimeError` when the line is cut meanwhile.
    """
    await ft.SemanticsService().get_accessibility_features()
