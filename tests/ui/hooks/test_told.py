"""A part that watches a service renders again when it tells, from any thread, and stops when it is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable

import flet as ft

from app.ui.hooks.told import use_told
from app.ui.parts import PrimaryButton, Words
from app.ui.safe import component
from tests.ui.conftest import OpenStage


class Service:
    """Counts, and tells."""

    def __init__(self) -> None:
        self.count = 0
        self.listeners: list[Callable[[], None]] = []

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def more(self) -> None:
        self.count += 1
        for listener in tuple(self.listeners):
            listener()


async def test_it_renders_again_and_lets_go(stage: OpenStage) -> None:
    service = Service()

    @component
    def Inner() -> ft.Control:
        use_told(service.watch)
        return Words(str(service.count))

    @component
    def Outer() -> ft.Control:
        shown, show = ft.use_state(True)
        inner = [Inner()] if shown else []
        return ft.Column([*inner, PrimaryButton("bort", lambda: show(False), id="away")])

    app = await stage(screen=Outer)
    assert app.has("0")
    thread = threading.Thread(target=service.more)
    thread.start()
    thread.join()
    await app.until(lambda: app.has("1"))
    await app.tap("away")
    assert service.listeners == []
