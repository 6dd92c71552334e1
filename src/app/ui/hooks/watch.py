"""Watching: the part renders again when a `Signal` takes another value, whichever thread set it."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import flet as ft

from app.ui.hooks.state import use_held
from app.ui.signal import Signal, Stop

T = TypeVar("T")


def use_watch(signal: Signal[T]) -> T:
    """The value of `signal` now, and again after every change."""
    page = ft.context.page
    _, renew = ft.use_state((signal, signal.value))
    held = use_held(_none)

    async def refresh() -> None:
        renew((signal, signal.value))

    def told() -> None:
        if _on_loop(page):
            renew((signal, signal.value))
        else:
            page.run_task(refresh)  # setting state in another thread would lose the change

    def listen() -> None:
        held.value = signal.watch(told)
        renew((signal, signal.value))  # it may have changed since the render

    def stop() -> None:
        if held.value:
            held.value()
            held.value = None

    ft.use_effect(listen, [id(signal)], cleanup=stop)
    return signal.value


def _none() -> Stop | None:
    return None


def _on_loop(page: ft.Page) -> bool:
    try:
        running = asyncio.get_running_loop()
    except RuntimeError:
        return False
    connection = page.session.connection
    return connection is None or connection.loop is running
