"""Something long runs aside, shows that it does, and tells what became of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import flet as ft
import pytest

from app.ui.hooks import use_busy
from app.ui.hooks.busy import PATIENCE
from app.ui.parts import Busy, PrimaryButton, Words
from app.ui.safe import component
from tests.support import patience
from tests.ui.conftest import OpenStage

Bells = list[tuple[asyncio.TimerHandle, Callable[[], None]]]


def waiting(work: Callable[[], Any], **ends: Callable[[Any], object]) -> ft.Control:
    @component
    def Waits() -> ft.Control:
        busy, run = use_busy()
        return ft.Column(
            [Busy("Öppnar …") if busy else Words("still"), PrimaryButton("kör", lambda: run(work, **ends), id="run")]
        )

    return Waits()


@pytest.fixture
async def bells(monkeypatch: pytest.MonkeyPatch) -> Bells:
    """What is to be shown after half a second, which comes when the test says so."""
    loop = asyncio.get_running_loop()
    rung: Bells = []
    later = loop.call_later

    def call_later(after: float, do: Callable[..., None], *args: Any, **more: Any) -> asyncio.TimerHandle:
        if after != PATIENCE:
            return later(after, do, *args, **more)
        rung.append((later(600, do), do))
        return rung[-1][0]

    monkeypatch.setattr(loop, "call_later", call_later)
    return rung


async def test_it_shows_after_half_a_second_and_starts_once(stage: OpenStage, bells: Bells) -> None:
    free, started = threading.Event(), list[int]()
    done: list[Any] = []

    def work() -> str:
        started.append(1)
        free.wait(patience.PATIENCE)
        return "klart"

    app = await stage(screen=lambda: waiting(work, then=done.append))
    await app.tap("run")
    await app.tap("run")
    assert app.has("still")
    ((_, show),) = bells
    show()
    await app.settle()
    assert app.has("Öppnar …")
    free.set()
    await app.until(lambda: done == ["klart"])
    await app.until(lambda: app.has("still"))
    assert started == [1]


async def test_a_quick_one_never_shows(stage: OpenStage, bells: Bells) -> None:
    done: list[Any] = []
    app = await stage(screen=lambda: waiting(lambda: 1, then=done.append))
    await app.tap("run")
    await app.until(lambda: done == [1])
    await app.settle()
    assert app.has("still") and bells[0][0].cancelled()


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
