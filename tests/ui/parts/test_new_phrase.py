"""What is said about a passphrase while somebody chooses it."""

from __future__ import annotations

import flet as ft
import pytest

from app.ui.parts import QuietButton
from app.ui.parts.new_phrase import NewPassphrase, refusal, strength_in_words, suggestion
from app.ui.safe import component
from tests.ui.conftest import OpenStage

SAID = {
    "": ("empty", False),
    "   ": ("empty", False),
    "kort": ("short", False),
    "password1": ("common", False),
    "aaaaaaaaaaaa": ("repeated", False),
    "tallregn1987": ("easy", False),
    "tall regn moln stig": ("more", False),
    "tall regn moln stig fyr": ("good", True),
}
TAKEN = ("tall regn moln stig", "tall regn moln stig fyr")


@pytest.mark.parametrize("language", ["sv", "en"])
async def test_every_strength_has_its_words(stage: OpenStage, language: str) -> None:
    app = await stage(screen=lambda: NewPassphrase("Lösenfras", "", lambda _: None))
    app.desk.speak(language)
    for phrase, (reason, calm) in SAID.items():
        assert strength_in_words(app.desk, phrase) == (calm, app.desk.say(f"first.strength.{reason}")), phrase
        assert bool(refusal(app.desk, phrase)) == (phrase not in TAKEN), phrase


async def test_what_is_suggested_is_told_and_shown(stage: OpenStage) -> None:
    chosen: list[str] = []
    offered: list[str] = []
    app = await stage(screen=lambda: NewPassphrase("Lösenfras", "", chosen.append, suggest=offered.append))
    assert app.field("new-passphrase").password
    await app.tap("new-passphrase-another")
    assert chosen == offered
    assert len(chosen[0].split()) == 5
    assert not app.field("new-passphrase").password
    assert app.nameless() == []
    assert suggestion(app.desk) != suggestion(app.desk)


async def test_words_that_were_read_out_do_not_outlast_the_field(stage: OpenStage) -> None:
    @component
    def Page() -> ft.Control:
        shown, show = ft.use_state(True)
        gone = QuietButton("Klart", lambda _: show(False), id="gone")
        return ft.Column([gone, *([NewPassphrase("Lösenfras", "", lambda _: None)] if shown else [])])

    app = await stage(screen=Page)
    await app.tap("new-passphrase-another")
    assert app.desk.status.value
    await app.tap("gone")
    assert app.desk.status.value == ""
