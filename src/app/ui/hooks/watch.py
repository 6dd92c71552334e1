"""Watching: the part renders again when a `Signal` takes another value, whichever thread set it."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import flet as ft

from app.listeners import Stop
from app.ui.hooks.held import use_box
from app.ui.loop import post
from app.ui.signal import Signal

T = TypeVar("T")


def use_watch(signal: Signal[T]) -> T:
    """The value of `signal` now, and again after every change."""
    page, loop = ft.context.page, asyncio.get_running_loop()
    _, renew = ft.use_state((signal, signal.value))
    held = use_box(_none)

    def refresh() -> None:
        renew((signal, signal.value))

    def told() -> None:
        if _is_running(loop):
            refresh()
        else:
            post(page, loop, refresh)  # setting state in another thread would lose the change

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


def _is_running(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
