"""What is typed is saved within a second, also while the typing goes on, and nothing is lost on the way out."""

from __future__ import annotations

import asyncio
import time

import flet as ft
import pytest

from app.ui.hooks import Draft, use_draft
from app.ui.hooks.draft import PAUSE
from app.ui.parts import DraftField, SavedLine
from app.ui.safe import component
from tests.ui.conftest import OpenStage, Stage


class Disk:
    """Where the words go; it can be full."""

    def __init__(self) -> None:
        self.saved: list[str] = []
        self.full = False

    def save(self, text: str) -> None:
        if self.full:
            raise OSError(28, "full")
        self.saved.append(text)


def screen(disk: Disk, drafts: list[Draft]) -> ft.Control:
    @component
    def Writing() -> ft.Control:
        draft = use_draft("", disk.save)
        drafts.append(draft)
        return ft.Column([DraftField("Anteckning", draft, id="note"), SavedLine(draft)])

    return Writing()


async def opened(stage: OpenStage) -> tuple[Stage, Disk, Draft]:
    disk, drafts = Disk(), list[Draft]()
    app = await stage(screen=lambda: screen(disk, drafts))
    return app, disk, drafts[0]


async def test_the_oldest_unsaved_key_is_never_older_than_a_second_while_typing_goes_on(stage: OpenStage) -> None:
    app, disk, draft = await opened(stage)
    text, born, oldest = "", {}, 0.0
    end = time.monotonic() + 3
    while time.monotonic() < end:  # 12 keys a second, without a pause
        text += "å"
        born[len(text)] = time.monotonic()
        await app.type("note", text)
        await asyncio.sleep(1 / 12)
        saved = len(disk.saved[-1]) if disk.saved else 0
        if saved < len(text):
            oldest = max(oldest, time.monotonic() - born[saved + 1])
    assert oldest < 1.0
    assert len(disk.saved) >= 5, "the clock was moved by later keys"
    assert draft.text == text


async def test_a_key_costs_no_render(stage: OpenStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.hooks.draft.PAUSE", 60)  # the saved line is drawn when the pause ends, not at a key
    disk, drafts = Disk(), list[Draft]()
    app = await stage(screen=lambda: screen(disk, drafts))
    renders = len(drafts)
    await app.type("note", "a")
    app.line.bytes_out = 0
    for length in range(2, 30):
        await app.type("note", "a" * length)
    assert len(drafts) == renders
    assert app.line.bytes_out == 0


async def test_leaving_the_field_saves(stage: OpenStage) -> None:
    app, disk, _ = await opened(stage)
    await app.type("note", "hej")
    assert disk.saved == []
    await app.blur("note")
    assert disk.saved == ["hej"]
    assert any("Sparat" in text for text in app.texts())


async def test_back_lock_and_closing_save(stage: OpenStage) -> None:
    for leave in ("back", "go", "lock", "close"):
        app, disk, _ = await opened(stage)
        await app.type("note", "ord")
        if leave == "go":
            app.desk.go("/search")
        else:
            getattr(app.desk, leave)()
        assert disk.saved == ["ord"], leave


async def test_going_away_saves(stage: OpenStage) -> None:
    disk, drafts = Disk(), list[Draft]()

    @component
    def Switch() -> ft.Control:
        shown, show = ft.use_state(True)
        button = ft.Button("bort", key="off", on_click=lambda: show(False))
        return ft.Column([button, *([screen(disk, drafts)] if shown else [])])

    app = await stage(screen=Switch)
    await app.type("note", "sista ordet")
    await app.tap("off")
    assert not app.has("note")
    assert disk.saved == ["sista ordet"]
    assert not app.desk._unsaved


async def test_a_full_disk_is_told_and_no_word_is_lost(stage: OpenStage) -> None:
    app, disk, draft = await opened(stage)
    disk.full = True
    await app.type("note", "ett")
    await app.blur("note")
    assert draft.unsaved and draft.text == "ett"
    assert "Något gick fel här. Det du har sparat är kvar. Försök igen." in app.texts()
    disk.full = False
    await app.type("note", "ett två")
    await app.settle(PAUSE + 0.1)
    assert disk.saved == ["ett två"]
    assert not draft.unsaved
