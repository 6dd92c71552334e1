"""Several of many, and one of many."""

from __future__ import annotations

import flet as ft

from app.ui.parts import Choice
from app.ui.parts.toggles import Picks, Toggles
from app.ui.safe import component
from tests.ui.conftest import OpenStage

CHOICES = [Choice("a", "Läsa"), Choice("b", "Skriva"), Choice("c", "Räkna")]


@component
def Both() -> ft.Control:
    several, set_several = ft.use_state(frozenset({"a"}))
    one, set_one = ft.use_state("a")
    return ft.Column(
        [
            Toggles(CHOICES, several, set_several, label="Flera", id="several", most=2),
            Picks(CHOICES, one, set_one, label="En", id="one"),
        ]
    )


async def test_no_more_than_the_most(stage: OpenStage) -> None:
    app = await stage(screen=Both)
    assert app.nameless() == []
    await app.tap("several-b")
    await app.tap("several-c")
    assert [app.get(f"several-{value}").checked for value in "abc"] == [True, True, False]
    await app.tap("several-a")
    await app.tap("several-c")
    assert [app.get(f"several-{value}").checked for value in "abc"] == [False, True, True]


async def test_one_holds_and_is_a_radio_button(stage: OpenStage) -> None:
    app = await stage(screen=Both)
    group = next(control for control in app.walk() if isinstance(control, ft.RadioGroup))
    assert group.value == "a"
    await app.tap("one-c")
    group = next(control for control in app.walk() if isinstance(control, ft.RadioGroup))
    assert group.value == "c"
    assert {control.value for control in app.walk() if isinstance(control, ft.Radio)} == {"a", "b", "c"}


@component
def OneOfMany() -> ft.Control:
    one, choose = ft.use_state("n299")
    return Picks(
        [*(Choice(f"n{n}", f"Ärlig {n}") for n in range(300)), Choice("", "Ingen")], one, choose, label="En", id="one"
    )


async def test_of_very_many_a_few_are_shown_and_the_others_found(stage: OpenStage) -> None:
    """Three hundred chips take seconds to lay out."""
    app = await stage(screen=OneOfMany)
    chips = [control for control in app.walk() if isinstance(control, ft.Radio)]
    assert len(chips) == 14 and {"n299", ""} <= {chip.value for chip in chips}
    assert app.nameless() == []
    await app.type("one-find", "ÄRLIG 257")
    await app.tap("one-n257")
    await app.type("one-find", "")
    assert next(control for control in app.walk() if isinstance(control, ft.RadioGroup)).value == "n257"
    assert app.has("one-n257") and not app.has("one-n299")
