"""Sheets: closing one, opening the next, and going elsewhere from inside it."""

from __future__ import annotations

import flet as ft
import pytest

from app.ui import desk as desks
from app.ui import theme
from app.ui.hooks import use_desk
from app.ui.parts import Footed, PrimaryButton, Rows, Screen, Words, use_sheet
from app.ui.safe import component
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import lay


@component
def Two() -> ft.Control:
    """A place for two sheets; from both one can go on."""
    up, show = ft.use_state("")
    desk = use_desk()

    def goes(_: object) -> None:
        desk.go("/plan")

    inside = [Words(f"blad {up}"), PrimaryButton("vidare", goes, id="on")]
    use_sheet(
        (lambda: ft.Column(inside)) if up not in ("", "inget") else None,
        lambda: show(""),
    )
    return ft.Column(
        [PrimaryButton(name, lambda _, name=name: show(name), id=name) for name in ("ett", "två", "inget")]
    )


def path(app: Stage) -> str:
    """The screen on top."""
    return app.desk.places.value[-1]


def sheets(app: Stage) -> list[ft.BottomSheet]:
    return [one for one in app.page._dialogs.controls if isinstance(one, ft.BottomSheet)]


async def test_a_screen_opened_from_a_sheet_waits_until_the_sheet_is_gone(stage: OpenStage) -> None:
    app = await stage(screen=Two)
    await app.tap("ett")
    seen: list[int] = []
    app.desk.places.watch(lambda: seen.append(len(sheets(app))))
    await app.tap("on")
    assert path(app) == "/plan"
    assert seen == [0]


async def test_no_sheet_lies_over_today_when_one_comes_back_from_the_note(stage: OpenStage) -> None:
    """The client cannot close a sheet once another screen is above its own."""
    table = lay(meeting=False)
    app = await table.open(stage)
    await app.tap("today-note")
    await app.tap("write-free")
    assert app.has("free-note")
    await app.back()
    assert not sheets(app)
    await app.tap("today-note")
    assert app.has("write-free")


async def test_a_sheet_that_does_not_answer_holds_nobody_back(
    stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "LOWERING", 0.05)
    app = await stage(screen=Two)
    app.line.slides = False
    await app.tap("ett")
    seen: list[int] = []
    app.desk.places.watch(lambda: seen.append(len(sheets(app))))
    await app.tap("on")
    await app.until(lambda: path(app) == "/plan")
    assert seen == [1], "it was gone, so nothing was waited for"


async def test_several_steps_are_taken_in_their_order(stage: OpenStage) -> None:
    app = await stage(screen=Two)
    await app.tap("ett")
    app.desk.go("/search")
    app.desk.home()
    app.desk.go("/plan")
    assert path(app) == "/"
    await app.settle()
    assert path(app) == "/plan"


async def test_locking_waits_for_no_sheet(stage: OpenStage) -> None:
    app = await stage(screen=Two)
    await app.tap("ett")
    app.desk.go("/search")
    app.desk.lock()
    assert app.desk.session.phase == "locked"
    await app.settle(0.05)
    assert path(app) == "/"
    app.desk.go("/safety")
    assert path(app) == "/safety", "a sheet of before is still waited for"


async def test_the_end_of_one_sheet_does_not_close_the_next(stage: OpenStage) -> None:
    app = await stage(screen=Two)
    app.line.slides = False
    await app.tap("ett")
    (first,) = sheets(app)
    await app.tap("inget")
    assert not first.open
    await app.tap("två")
    await app.fire(first, "dismiss", open=False)
    assert app.has("blad två")
    assert [one.open for one in sheets(app)] == [True]


async def test_a_sheet_that_goes_with_its_screen_is_not_waited_for(stage: OpenStage) -> None:
    @component
    def Holder() -> ft.Control:
        there, put = ft.use_state(True)
        return ft.Column([Two() if there else Words("tomt"), PrimaryButton("bort", lambda: put(False), id="away")])

    app = await stage(screen=Holder)
    app.line.slides = False
    await app.tap("ett")
    await app.tap("away")
    app.desk.go("/plan")
    assert path(app) == "/plan"


@component
def Long() -> ft.Control:
    """A footed sheet that is up."""
    lines = [Words(f"rad {at}") for at in range(60)]
    use_sheet(lambda: Footed(lines, PrimaryButton("klar", print, id="done")), print, footed=True)
    return ft.Container()


async def test_the_button_of_a_footed_sheet_stays_while_what_is_over_it_scrolls(stage: OpenStage) -> None:
    app = await stage(screen=Long)
    scrolling = [one for one in app.walk() if isinstance(one, ft.Column) and one.scroll]
    inside = [{str(getattr(part, "identifier", "")) for part in app.walk(one)} for one in scrolling]
    assert len(scrolling) == 1 and "done" not in inside[0] and app.has("rad 59") and app.has("done")


def test_the_edge_of_a_card_of_rows_takes_no_room_from_them() -> None:
    """Tab goes from left to right among what is equally high: a row has to begin before the button under the list."""
    card = Rows([Words("rad")])
    assert isinstance(card, ft.Container)
    assert card.border is None and not card.padding and card.foreground_decoration is not None


async def test_what_scrolls_fades_into_its_ground_and_lets_every_touch_through(stage: OpenStage) -> None:
    app = await stage(screen=lambda: Screen("Blad", [Words(str(n)) for n in range(40)]))
    (fading,) = [one for one in app.all(kind=ft.Stack) if one.fit == ft.StackFit.EXPAND]
    scrolls, edge = fading.controls
    assert isinstance(scrolls, ft.Column) and scrolls.scroll
    last = scrolls.controls[-1]
    assert isinstance(last, ft.Container) and last.height
    assert edge.bottom == 0 and edge.ignore_interactions
    assert edge.gradient.colors[-1] == theme.GROUND
