"""The library: all of it, found and filtered, beside what is read where there is room."""

from __future__ import annotations

import pytest

from app.services.content.library import Library
from tests.ui.conftest import ASSETS, OpenStage
from tests.ui.screens.laid import LANGUAGES, identifiers, lay, open_at


@pytest.mark.parametrize("language", LANGUAGES)
async def test_all_documents_and_those_for_me(stage: OpenStage, language: str) -> None:
    app = await open_at(stage, lay(), "/library", language)
    entries = Library(ASSETS).entries()
    mine = [entry for entry in entries if entry.is_for("mentor")]
    assert identifiers(app, "document-") == {entry.id for entry in mine}
    await app.tap("library-for-all")
    assert identifiers(app, "document-") == {entry.id for entry in entries}
    assert len(entries) == 37
    assert app.nameless() == []


async def test_a_document_is_found_without_its_dots(stage: OpenStage) -> None:
    app = await open_at(stage, lay(), "/library")
    await app.type("find-document", "granser")
    assert app.has("document-prompts.boundaries") and not app.has("document-goal.smart")
    await app.tap("document-prompts.boundaries")
    assert app.desk.places.value[-1] == "/document/prompts.boundaries"


async def test_nothing_found_shows_the_way_back(stage: OpenStage) -> None:
    app = await open_at(stage, lay(), "/library")
    await app.type("find-document", "zzz")
    await app.tap("library-empty-action")
    assert app.has("document-checklist.programme")


async def test_list_and_text_beside_each_other(stage: OpenStage) -> None:
    app = await open_at(stage, lay(), "/library", width=1100)
    await app.tap("document-policy.code_of_conduct")
    assert app.desk.places.value == ("/library",)
    assert any("Jag bemöter alla med respekt." in text for text in app.texts())
