"""Two wide buttons: next to each other, and under each other where words would break."""

from __future__ import annotations

import flet as ft
import pytest

from app.ui.parts import Choice, ChoiceButtons, Stepper
from tests.support.fake_session import FakeSession
from tests.ui.conftest import OpenStage


@pytest.mark.parametrize(("size", "kind"), [(100, ft.Row), (130, ft.Row), (150, ft.Column), (200, ft.Column)])
async def test_wide_buttons_stand_under_each_other_in_large_text(
    stage: OpenStage, size: int, kind: type[ft.Control]
) -> None:
    session, pressed = FakeSession(), list[str]()
    session.preferences.text_size = size
    app = await stage(
        screen=lambda: Stepper(
            "1 mindre", "1 till", lambda _: pressed.append("-"), lambda _: pressed.append("+"), id="s"
        ),
        session=session,
    )
    both = {"s-less", "s-more"}

    def holds(control: ft.Control) -> bool:
        return both <= {str(getattr(one, "identifier", "")) for one in app.walk(control)}

    inmost = [control for control in app.walk() if isinstance(control, ft.Row | ft.Column) and holds(control)][-1]
    assert type(inmost) is kind
    await app.tap("s-more")
    await app.tap("s-less")
    assert pressed == ["+", "-"] and app.nameless() == []


@pytest.mark.parametrize(
    ("size", "words", "columns"),
    [(100, "Samordnare", 2), (200, "Samordnare", 1), (200, "Åsa", 2)],
)
async def test_choices_stand_beside_each_other_where_their_words_have_room(
    stage: OpenStage, size: int, words: str, columns: int
) -> None:
    session = FakeSession()
    session.preferences.text_size = size
    two = [Choice("a", words), Choice("b", words)]
    app = await stage(screen=lambda: ChoiceButtons(two, "a", print, label="Vem?", id="who"), session=session)
    cells = [one.col for one in app.walk() if isinstance(one, ft.Container) and one.col != 12]
    assert [12 // cell for cell in cells if isinstance(cell, int)] == ([columns] * 2 if columns > 1 else [])
