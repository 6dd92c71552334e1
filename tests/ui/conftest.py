"""Windows for the tests of the screens: `stage` opens the app, or one screen of it, on a fake or a real session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import flet as ft
import pytest

from app.services.content.library import Library
from app.services.content.speech import Speech
from app.ui import desk as desks
from app.ui import root
from app.ui.desk import Desk
from app.ui.hooks import DeskContext
from app.ui.parts import ticks
from app.ui.safe import component
from tests.support.fake_session import FakeSession
from tests.support.fletsim import Window

ASSETS = Path(__file__).parents[2] / "assets"


class Stage(Window):
    """A window and the desk behind it."""

    desk: Desk


OpenStage = Callable[..., Awaitable[Stage]]


LIBRARY = Library(ASSETS)
"""The documents that ship, read once for all tests: nothing changes them."""


def desk_for(page: ft.Page, session: Any, clock: Any = None, library: Library | None = None) -> Desk:
    """A desk on the real texts and documents, or on another library; a missing text fails the test."""
    library = library or LIBRARY
    facts = library.facts("SE")
    return Desk(
        page, session, library, lambda language: Speech(language, ASSETS, facts=facts, strict=True), clock=clock
    )


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OpenStage]:
    """`await stage()` opens the whole app; `await stage(screen=lambda: Card(…))` one screen of it.

    What is said stays said, an Undo stays, and a sheet is waited for, however slow the machine is: a test of one of them
    sets its own time.
    """
    monkeypatch.setattr(desks, "LINGERS", 600.0)
    monkeypatch.setattr(desks, "LOWERING", 600.0)
    monkeypatch.setattr(ticks, "SECONDS", 600.0)
    opened: list[Stage] = []

    async def open_stage(
        screen: Callable[[], ft.Control] | None = None,
        *,
        session: Any = None,
        clock: Any = None,
        go: str = "",
        library: Library | None = None,
        **options: Any,
    ) -> Stage:
        session = session or FakeSession()
        desks: list[Desk] = []

        def main(page: ft.Page) -> None:
            desk = desk_for(page, session, clock, library)
            desks.append(desk)
            if screen is None:
                root.start(page, desk)
            else:
                shown = screen

                @component
                def Only() -> Any:
                    return DeskContext(desk, lambda: ft.Column([shown()], expand=True))

                page.render(Only)

        window: Any = await Stage.open(main, **options)
        window.desk = desks[0]
        if go:
            window.desk.go(go)
            await window.settle()
        opened.append(window)
        return window  # type: ignore[no-any-return]

    yield open_stage
    for window in opened:
        await window.close()
