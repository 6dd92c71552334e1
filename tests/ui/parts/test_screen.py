"""The frame of a screen: where the title and the buttons of the header stand."""

from __future__ import annotations

import flet as ft
import pytest

from app.ui.parts import Screen
from app.ui.parts.screen import MOST_LINES
from tests.support.fake_session import FakeSession
from tests.ui.conftest import OpenStage, Stage


async def opened(stage: OpenStage, title: str, size: int) -> Stage:
    session = FakeSession()
    session.preferences.text_size = size
    return await stage(screen=lambda: Screen(title, [], back=True), session=session, width=390)


def beside(app: Stage) -> bool:
    """Whether the title and the buttons share a row."""
    rows = [control for control in app.walk() if isinstance(control, ft.Row)]
    both = {"safety", "heading"}

    def holds(row: ft.Row) -> set[str]:
        inside = list(app.walk(row))
        found = {str(getattr(control, "identifier", "")) for control in inside}
        headed = any(isinstance(control, ft.Semantics) and control.heading_level == 1 for control in inside)
        return found & both | ({"heading"} if headed else set())

    return any(holds(row) == both for row in rows)


@pytest.mark.parametrize(
    ("title", "size", "expected"),
    [
        ("Mål", 100, True),
        ("Innan relationen börjar", 100, True),
        ("Exempel: så kan ett riktigt bra protokoll se ut", 100, False),
        ("Återställningsnyckelinställningar", 100, False),  # one word that would be cut
        ("Mål", 200, True),
        ("Egna anteckningar", 200, False),
    ],
)
async def test_a_title_that_would_be_squeezed_gets_a_line_of_its_own(
    stage: OpenStage, title: str, size: int, expected: bool
) -> None:
    app = await opened(stage, title, size)
    assert beside(app) is expected
    assert app.get("safety") and app.has(title)


async def test_a_title_of_a_very_long_name_leaves_room_for_the_screen(stage: OpenStage) -> None:
    """A person's name may have 120 letters; no title of our own is ever cut."""
    for title, most in (("Å" * 120, MOST_LINES), ("Exempel: så kan ett bra protokoll se ut", None)):
        app = await opened(stage, title, 200)
        (shown,) = [one for one in app.walk() if isinstance(one, ft.Text) and one.value == title]
        assert shown.max_lines == most
