"""A field that opens with the focus keeps it, also where the browser's engine lets it fall."""

from __future__ import annotations

import flet as ft
import pytest

from app.ui.parts import Field, entered
from app.ui.safe import component
from tests.ui.conftest import OpenStage, Stage


@component
def Form() -> ft.Control:
    """One field that one is in at once, and one that waits."""
    name, write = ft.use_state("")
    return ft.Column([Field("Namn", name, write, id="name", autofocus=True), Field("Ort", id="place")])


def entries(app: Stage) -> int:
    return [name for name, _ in app.line.calls].count("focus")


async def opened(stage: OpenStage, *, web: bool = True) -> Stage:
    app = await stage(screen=Form, web=web)
    assert app.field("name").autofocus and entries(app) == 0
    return app


async def lose(app: Stage) -> None:
    if app.page.web:
        await app.fire(app.field("name"), "focus")
    await app.blur("name")


async def test_what_falls_at_once_is_entered_again_and_only_once(stage: OpenStage) -> None:
    app = await opened(stage)
    await lose(app)
    assert entries(app) == 1
    await lose(app)
    assert entries(app) == 1, "somebody goes on by themselves and is held back"


async def test_who_has_typed_or_looked_around_is_left_alone(stage: OpenStage, monkeypatch: pytest.MonkeyPatch) -> None:
    app = await opened(stage)
    await app.fire(app.field("name"), "focus")
    await app.type("name", "Yusuf")
    await app.blur("name")
    assert entries(app) == 0
    monkeypatch.setattr(entered, "SOON", 0.0)
    app = await opened(stage)
    await lose(app)
    assert entries(app) == 0


async def test_a_window_of_its_own_needs_none_of_this(stage: OpenStage) -> None:
    app = await opened(stage, web=False)
    assert app.field("name").on_blur is None
    await lose(app)
    assert entries(app) == 0
