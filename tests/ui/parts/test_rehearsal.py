"""The rehearsal behind the lock screen: once, only in a browser, and nothing of it is heard, seen or pressed."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import flet as ft
import pytest

from app.ui import routes, theme
from app.ui.parts import Screen, rehearsal
from app.ui.safe import component
from tests.support.fake_session import FakeSession
from tests.ui.conftest import OpenStage, Stage


@component
def Plain() -> ft.Control:
    return Screen("", [])


class Pauses:
    """What it waits for before it begins and before it ends, which is over when the test says so."""

    def __init__(self) -> None:
        self.calm, self.lasts = asyncio.Event(), asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        await {rehearsal.CALM: self.calm, rehearsal.LASTS: self.lasts}[seconds].wait()


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    load, found = routes.Place.load, Pauses()
    monkeypatch.setattr(routes.Place, "load", lambda self: Plain if self.module == "today" else load(self))
    monkeypatch.setattr(rehearsal, "asyncio", SimpleNamespace(sleep=found.sleep, wait_for=asyncio.wait_for))
    return found


def unseen(app: Stage) -> list[Any]:
    """What is being rehearsed: by its tabs, which a lock screen never has."""
    return app.all(kind=ft.NavigationBar)


def around(control: Any) -> list[Any]:
    """What it lies in, the nearest first."""
    found = []
    while (control := getattr(control, "parent", None)) is not None:
        found.append(control)
    return found


@pytest.mark.parametrize("phase", ["locked", "absent"])
async def test_what_comes_next_is_drawn_once_behind_and_goes(stage: OpenStage, pauses: Pauses, phase: str) -> None:
    app = await stage(session=FakeSession(phase), web=True)
    assert not unseen(app)
    pauses.calm.set()
    await app.until(lambda: unseen(app))
    bar = unseen(app)[0]
    assert any(isinstance(one, ft.Semantics) and one.exclude_semantics for one in around(bar))
    assert any(getattr(one, "disabled", False) for one in around(bar))
    stack = next(one for one in around(bar) if isinstance(one, ft.Stack))
    below, above = [next(app.walk(part)) for part in stack.controls[:2]]
    assert below in around(bar) and above not in around(bar)
    assert isinstance(above, ft.Container) and above.bgcolor == theme.GROUND and above.visible
    pauses.lasts.set()
    await app.until(lambda: not unseen(app))
    await app.settle(0.1)
    assert not unseen(app)


async def test_a_device_that_draws_by_itself_needs_none(stage: OpenStage, pauses: Pauses) -> None:
    app = await stage(session=FakeSession("locked"))
    pauses.calm.set()
    await app.settle(0.1)
    assert not unseen(app) and not app.desk.rehearsed


async def test_it_is_not_repeated_at_the_next_lock(stage: OpenStage, pauses: Pauses) -> None:
    session = FakeSession("locked")
    app = await stage(session=session, web=True)
    pauses.calm.set()
    await app.until(lambda: unseen(app))
    pauses.lasts.set()
    await app.until(lambda: not unseen(app))
    session.unlock("tall regn moln")
    await app.settle()
    session.lock()
    await app.settle(0.1)
    assert app.has("unlock") and not unseen(app)


async def test_whoever_is_faster_loses_nothing(stage: OpenStage, pauses: Pauses) -> None:
    session = FakeSession("locked")
    app = await stage(session=session, web=True)
    session.unlock("tall regn moln")
    await app.settle()
    pauses.calm.set()
    await app.settle(0.1)
    assert not app.desk.rehearsed
    session.lock()
    await app.until(lambda: unseen(app))


async def test_it_goes_also_when_the_line_is_cut_in_the_midst_of_it(stage: OpenStage, pauses: Pauses) -> None:
    app = await stage(session=FakeSession("locked"), web=True)
    pauses.calm.set()
    answer = app.line.replies["get_accessibility_features"]
    app.line.replies["get_accessibility_features"] = lambda _: RuntimeError("cut") if app.desk.rehearsed else answer
    await app.until(lambda: app.desk.rehearsed)
    await app.settle(0.1)
    assert not unseen(app)
