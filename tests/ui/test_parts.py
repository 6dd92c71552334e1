"""The kit: every part has a name, answers, and is large enough."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.ui.parts import Screen, Words
from app.ui.safe import component
from tests.ui.conftest import OpenStage
from tests.ui.gallery import Gallery


async def test_no_part_is_nameless(stage: OpenStage) -> None:
    app = await stage(screen=Gallery)
    assert app.nameless() == []


async def test_a_nameless_button_is_found(stage: OpenStage) -> None:
    app = await stage(screen=lambda: ft.IconButton(ft.Icons.DELETE, on_click=lambda: None))
    assert app.nameless() == ["'IconButton'"]


async def test_there_is_one_h1(stage: OpenStage) -> None:
    app = await stage(screen=Gallery)
    headings = [c for c in app.walk() if isinstance(c, ft.Semantics) and c.heading_level == 1]
    assert [app.name(h) for h in headings] == ["I dag\nInställningar"]  # the way to the settings, and it says so


async def test_a_tick_shows_at_once_and_can_be_undone(stage: OpenStage) -> None:
    app = await stage(screen=Gallery)
    assert not app.checked("tick")
    await app.tap("tick")
    assert app.checked("tick")
    assert "Avbockat: Läs protokollet från sist" in app.texts()
    await app.undo()
    assert not app.checked("tick")
    await app.check("tick")
    assert app.checked("tick")


async def test_one_choice_holds_at_a_time(stage: OpenStage) -> None:
    app = await stage(screen=Gallery)
    await app.tap("role-coordinator")
    assert [app.checked(f"role-{r}") for r in ("mentor", "mentee", "coordinator")] == [False, False, True]
    await app.tap("scale-2")
    assert [app.checked(f"scale-{n}") for n in range(1, 6)] == [False, True, False, False, False]
    assert app.name(app.get("scale-1")).startswith("1, Ingen nytta")


async def test_who_sees_it_has_words_and_an_icon(stage: OpenStage) -> None:
    app = await stage(screen=Gallery)
    await app.tap("visibility-only_me")
    assert app.checked("visibility-only_me") and not app.checked("visibility-shared")
    assert {"Delat med Karin", "Bara jag", "Ses i sammanställningen"} <= set(app.texts())


async def test_a_sheet_opens_and_closes(stage: OpenStage) -> None:
    app = await stage(screen=Gallery)
    await app.tap("primary")
    assert app.has("Kom överens om syftet")
    sheet = next(c for c in app.walk() if isinstance(c, ft.BottomSheet))
    await app.fire(sheet, "dismiss")
    assert not app.has("Kom överens om syftet")


async def test_an_error_is_also_read_out(stage: OpenStage) -> None:
    app = await stage(screen=Gallery)
    live = [c for c in app.walk() if isinstance(c, ft.Semantics) and c.live_region and c.label]
    assert "Skriv ett namn." in [c.label for c in live]
    await app.type("name", "Karin")
    live = [c for c in app.walk() if isinstance(c, ft.Semantics) and c.live_region and c.label]
    assert "Skriv ett namn." not in [c.label for c in live]


async def test_the_passphrase_can_be_shown(stage: OpenStage) -> None:
    app = await stage(screen=Gallery)
    assert app.field("passphrase").password
    await app.tap("passphrase-show")
    assert not app.field("passphrase").password
    assert "Dölj" in app.texts()


async def test_no_keyboard_learns(stage: OpenStage) -> None:
    app = await stage(screen=Gallery)
    fields = [c for c in app.walk() if isinstance(c, ft.TextField)]
    assert len(fields) == 3
    for field in fields:
        assert not field.autocorrect
        assert not field.enable_suggestions
        assert not field.enable_ime_personalized_learning


async def test_each_page_of_several_on_one_screen_begins_at_its_top(stage: OpenStage) -> None:
    turn: list[Callable[[int], object]] = []

    @component
    def Pages() -> ft.Control:
        page, go = ft.use_state(0)
        turn[:] = [go]
        return Screen("Frågor", [Words(f"Sida {page}")], page=page)

    app = await stage(screen=Pages)
    tops = []
    for page in (0, 1, 2, 1):
        turn[0](page)
        await app.settle()
        (column,) = (one for one in app.walk() if isinstance(one, ft.Column) and one.scroll)
        tops.append(column.key)
    assert len(set(tops)) == 3 and tops[1] == tops[3], "where one has scrolled to goes with the page it was on"
