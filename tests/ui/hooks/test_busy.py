"""Something long runs aside, shows that it does, and tells what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import flet as ft

from app.ui.hooks import use_busy
from app.ui.parts import Busy, PrimaryButton, Words
from app.ui.safe import component
from tests.ui.conftest import OpenStage


def waiting(work: Callable[[], Any], **ends: Callable[[Any], object]) -> ft.Control:
    @component
    def Waits() -> ft.Control:
        busy, run = use_busy()
        return ft.Column(
            [Busy("Öppnar …") if busy else Words("still"), PrimaryButton("kör", lambda: run(work, **ends), id="run")]
        )

    return Waits()


async def test_it_shows_after_half_a_second_and_starts_once(stage: OpenStage) -> None:
    free, started = threading.Event(), list[int]()
    done: list[Any] = []

    def work() -> str:
        started.append(1)
        free.wait(5)
        return "klart"

    app = await stage(screen=lambda: waiting(work, then=done.append))
    await app.tap("run")
    await app.tap("run")
    assert app.has("still")
    await app.until(lambda: app.has("Öppnar …"))
    free.set()
    await app.until(lambda: done == ["klart"])
    await app.until(lambda: app.has("still"))
    assert started == [1]


async def test_a_quick_one_never_shows(stage: OpenStage) -> None:
    done: list[Any] = []
    app = await stage(screen=lambda: waiting(lambda: 1, then=done.append))
    await app.tap("run")
    await app.until(lambda: done == [1])
    assert app.has("still")


async def test_a_fault_goes_where_it_is_wanted_or_is_told(stage: OpenStage) -> None:
    def fail() -> None:
        raise ValueError("x")

    faults: list[Any] = []
    app = await stage(screen=lambda: waiting(fail, failed=faults.append))
    await app.tap("run")
    await app.until(lambda: len(faults) == 1)
    other = await stage(screen=lambda: waiting(fail))
    other.forgiving = True
    app.forgiving = True
    await other.tap("run")
    await other.until(lambda: other.has("Något gick fel här. Det du har sparat är kvar. Försök igen."))
