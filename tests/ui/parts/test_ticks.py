"""A line to tick: at once, with Undo in the row for two seconds, and never showing what was not kept."""

from __future__ import annotations

import pytest

from app.ui.parts import ticks
from app.ui.parts.ticks import TickLine
from tests.ui.conftest import OpenStage


async def test_undo_stands_in_the_row_and_goes(stage: OpenStage, monkeypatch: pytest.MonkeyPatch) -> None:
    turned: list[bool] = []
    monkeypatch.setattr(ticks, "SECONDS", 600)
    app = await stage(screen=lambda: TickLine("Checka in", False, turned.append, id="line"))
    await app.check("line")
    assert turned == [True] and app.checked("line") and app.has("line-undo")
    await app.tap("line-undo")
    assert turned == [True, False] and not app.checked("line") and not app.has("line-undo")
    monkeypatch.setattr(ticks, "SECONDS", 0.1)
    await app.check("line")
    await app.until(lambda: not app.has("line-undo"))
    assert app.checked("line")


async def test_the_whole_row_is_the_box_and_has_one_name(stage: OpenStage) -> None:
    turned: list[bool] = []
    app = await stage(screen=lambda: TickLine("Checka in", True, turned.append, id="line", mark="Viktig"))
    await app.fire(app.usable("line", "click"), "click")
    assert turned == [False]
    assert app.nameless() == [] and "Checka in" in app.name(app.get("line")) and "Viktig" in app.name(app.get("line"))


async def test_what_could_not_be_kept_is_not_shown_as_ticked(stage: OpenStage) -> None:
    def refuse(done: bool) -> None:
        raise OSError(28, "No space left on device")

    app = await stage(screen=lambda: TickLine("Checka in", False, refuse, id="line"))
    app.forgiving = True
    await app.check("line")
    assert not app.checked("line") and not app.has("line-undo") and app.faults


@pytest.mark.parametrize("done", [True, False])
async def test_it_shows_what_it_is_given(stage: OpenStage, done: bool) -> None:
    app = await stage(screen=lambda: TickLine("Checka in", done, print, id="line", subtitle="Egen punkt"))
    assert app.checked("line") == done and "Egen punkt" in app.texts()
