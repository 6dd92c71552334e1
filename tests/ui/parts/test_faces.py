"""The initial of a name, and the strip of steps in words."""

from __future__ import annotations

import pytest

from app.ui.parts.faces import Avatar, StatusStrip
from tests.ui.conftest import OpenStage


@pytest.mark.parametrize(("name", "letter"), [("åsa", "Å"), ("  yusuf", "Y"), ("«Bo»", "B"), ("", "•"), ("???", "•")])
async def test_the_initial(stage: OpenStage, name: str, letter: str) -> None:
    app = await stage(screen=lambda: Avatar(name))
    assert letter in app.texts()


async def test_the_strip_has_its_words(stage: OpenStage) -> None:
    app = await stage(screen=lambda: StatusStrip(["done", "now", "ahead"], "Igång."))
    assert "Igång." in app.texts()
