"""How wide words get, beside the typeface itself."""

from __future__ import annotations

from pathlib import Path

import flet as ft
import pytest

from app.services.files.pdf import font
from app.ui.parts import Row, Screen
from app.ui.parts.measure import LEAST, fitting, lines, pieces, wide
from tests.support.fake_session import FakeSession
from tests.ui.conftest import OpenStage

FONT = font(Path(__file__).parents[3] / "assets" / "fonts" / "AtkinsonHyperlegibleNext-Bold.ttf")
HALFWAY, PROMISE = "Halvtidsutvärdering", "Mentorskapsavtal"


@pytest.mark.parametrize(
    "text", [HALFWAY, PROMISE, "Återställningsnyckel", "Minutes: halfway review", "illfjärdig", "WMÅÄÖ 1234567890"]
)
def test_a_text_is_held_to_be_a_little_wider_than_it_is(text: str) -> None:
    real = FONT.width(text, 1)
    assert real <= wide(text) <= 1.1 * real


def test_a_word_that_has_no_room_is_written_smaller() -> None:
    assert fitting("Mål", 48, 300) == 48
    size = fitting(f"Vår {HALFWAY}", 48, 400)
    assert FONT.width(HALFWAY, size) <= 400 < FONT.width(HALFWAY, 48)
    assert fitting("Å" * 120, 48, 358) == 48 * LEAST, "a name of a single word may still be broken"
    assert fitting("", 48, 300) == 48


def test_lines() -> None:
    assert lines(pieces("Öppna med nyckeln"), 40, 202) == 3
    assert lines(pieces("Öppna med nyckeln"), 20, 264) == 1
    assert lines(pieces("e-post"), 100, 250) == 2, "a line may end after a hyphen"
    assert lines(["Å" * 14], 10, 20) == 5
    assert lines([], 10, 20) == 0


@pytest.mark.parametrize(("size", "smaller"), [(100, False), (200, True)])
async def test_a_title_and_a_row_keep_their_words_whole(stage: OpenStage, size: int, smaller: bool) -> None:
    session = FakeSession()
    session.preferences.text_size = size

    def screen() -> ft.Control:
        return Screen(HALFWAY, [Row(PROMISE, lambda _: None, icon=ft.Icons.HANDSHAKE)])

    app = await stage(screen=screen, session=session, width=390)
    for words, usual, room in ((HALFWAY, 24, 358), (PROMISE, 16, 250)):
        (shown,) = [one for one in app.walk() if isinstance(one, ft.Text) and one.value == words]
        assert (shown.size is not None) is smaller
        if shown.size is not None:
            assert shown.size < usual * 2
            assert FONT.width(words, shown.size) <= room
