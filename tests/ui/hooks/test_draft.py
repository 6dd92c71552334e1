"""What is typed is saved within a second, also while the typing goes on, and nothing is lost on the way out."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import flet as ft
import pytest

from app.ui.hooks import Draft, use_draft
from app.ui.hooks.draft import PAUSE
from app.ui.parts import DraftField, SavedLine
from app.ui.safe import component
from tests.support.patience import PATIENCE
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
    text, oldest = "", 0
    for _ in range(36):  # 12 keys a second, without a pause
        text += "å"
        await app.type("note", text)
        await asyncio.sleep(1 / 12)
        oldest = max(oldest, len(text) - len("".join(disk.saved[-1:])))
    assert oldest < 12, "in keys and not by the clock: while the machine stands still nobody types"
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


class Slow:
    """A disk that takes as long as a test wants."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.saved: list[str] = []
        self.go = threading.Semaphore(0)
        self.fault: OSError | None = None

    def save(self, text: str) -> None:
        self.begun.append(text)
        self.go.acquire(timeout=PATIENCE)  # on the loop nobody would let it go on
        if self.fault is not None:
            raise self.fault
        self.saved.append(text)


async def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        await asyncio.sleep(0.005)


@pytest.fixture
def slow() -> Iterator[tuple[Slow, Draft]]:
    disk = Slow()
    yield disk, Draft("", disk.save, lambda: datetime.now().astimezone(), waits=True)
    disk.go.release(100)


async def test_keys_are_taken_while_a_slow_disk_saves_and_follow_in_their_order(slow: tuple[Slow, Draft]) -> None:
    disk, draft = slow
    draft.edit("a")
    await until(lambda: disk.begun == ["a"])
    draft.edit("ab")  # nobody waits for the disk
    draft.edit("abc")
    await until(lambda: draft._timer is None)  # their clock has run out as well
    assert (disk.begun, disk.saved, draft.unsaved, draft.kept.value.at) == (["a"], [], True, None)
    disk.go.release()
    await until(lambda: disk.begun == ["a", "abc"])
    assert disk.saved == ["a"] and draft.unsaved and draft.kept.value.typing
    disk.go.release()
    await until(lambda: not draft.unsaved and draft._away is None)
    assert disk.saved == ["a", "abc"] and not draft.kept.value.typing


async def test_whoever_leaves_waits_for_the_last_word_and_nothing_older_comes_after_it(
    slow: tuple[Slow, Draft],
) -> None:
    disk, draft = slow
    draft.edit("a")
    await until(lambda: disk.begun == ["a"])
    draft.edit("ab")
    disk.go.release(2)
    draft.leave()
    assert disk.saved == ["a", "ab"] and not draft.unsaved
    await until(lambda: draft._away is None)
    draft._write(1, "a")  # a thread that was late
    assert disk.begun == ["a", "ab"]


async def test_what_a_slow_disk_refuses_is_told_and_tried_again_with_the_next_key(slow: tuple[Slow, Draft]) -> None:
    disk, draft = slow
    disk.fault = OSError(28, "full")
    draft.edit("a")
    disk.go.release()
    await until(lambda: draft.kept.value.fault is not None)
    assert draft.unsaved and disk.saved == []
    disk.fault = None
    draft.edit("ab")
    disk.go.release()
    await until(lambda: disk.saved == ["ab"])
    await until(lambda: draft._away is None)
