"""Every document of the library, opened in both languages: nothing raw, nothing unresolved, nothing nameless."""

from __future__ import annotations

import re

import flet as ft
import pytest

from app.model.commands import AddPerson
from app.services.content.library import Library
from app.services.content.reading import TYPES
from app.ui import routes
from app.ui.parts.reading import READERS
from app.ui.ways import NO_SCREEN, way
from tests.support.store import memory_store
from tests.ui.conftest import ASSETS, OpenStage, Stage
from tests.ui.screens.laid import LANGUAGES, Laid, identifiers, lay, open_at

DOCUMENTS = tuple(entry.id for entry in Library(ASSETS).entries())
RAW = re.compile(r"[{}]|\b(?:[a-z]+_[a-z_]+|[a-z]+\.[a-z_]+\.[a-z_]+)\b|==|count\(|\bNone\b|\bTrue\b|Phrase\(")
NAMES = re.compile(r"imy\.se")  # an address that people are meant to read


def test_every_type_of_line_has_its_own_way() -> None:
    assert set(READERS) == TYPES
    assert len(DOCUMENTS) == 37


@pytest.mark.parametrize("document", DOCUMENTS)
async def test_a_document_opens_in_both_languages(stage: OpenStage, document: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/document/{document}")
    shown = Library(ASSETS).document(document)
    for language in LANGUAGES:
        app.desk.prefs.set(language=language)
        await app.settle()
        texts = app.texts()
        assert shown.title(language) in texts
        for item in shown.items:
            words = app.desk.read(item.text)
            assert any(words in text for text in texts), words
        for text in texts:
            assert not RAW.search(NAMES.sub("", text)), text
        assert app.nameless() == []
        assert [app.name(one) for one in headings(app)] == [shown.title(language)]
    gone_to: list[str] = []
    app.desk.go = lambda path, **_: gone_to.append(path)  # type: ignore[method-assign]
    ways = [one for one in app.walk() if isinstance(one, ft.Semantics) and str(one.identifier).startswith("open-")]
    for one in ways:
        await app.fire(app.usable(one, "click"), "click")
    assert len(gone_to) == len(ways)
    assert all(routes.find(path) for path in gone_to), gone_to


def headings(app: Stage) -> list[ft.Semantics]:
    """The h1 of the screen: there is one."""
    return [one for one in app.walk() if isinstance(one, ft.Semantics) and one.heading_level == 1]


async def test_a_line_whose_screen_does_not_exist_has_no_button(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/document/guidance.safeguarding")
    items = Library(ASSETS).document("guidance.safeguarding").items
    later = {item.id for item in items if item.action in NO_SCREEN}
    assert later
    assert identifiers(app, "open-") == {
        item.id for item in items if item.action and way(item.action, app.desk.library, person=laid.pair)
    }
    assert not identifiers(app, "open-") & later


async def test_a_way_to_nowhere_is_not_offered(stage: OpenStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.screens.document.way", lambda *_, **__: "/nowhere")
    app = await open_at(stage, lay(), "/document/checklist.before_relationship")
    assert identifiers(app, "open-") == set()


async def test_nobody_there_yet_and_everything_can_be_read(stage: OpenStage) -> None:
    app = await open_at(stage, Laid(memory_store(), "", "", "", "", ""), "/document/prompts.boundaries")
    assert not app.has("start-boundaries")
    assert app.nameless() == []


async def test_a_missing_document_says_so(stage: OpenStage) -> None:
    app = await open_at(stage, lay(), "/document/nothing.here")
    assert "Dokumentet finns inte i den här versionen av appen." in app.texts()


async def test_an_agreement_in_the_library_leads_to_the_one_with_this_person(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/document/agreement.mentoring")
    await app.tap(app.get("start-agreement"))
    assert app.desk.places.value[-1] == f"/agreement/{laid.pair}/agreement.mentoring"


async def test_with_several_people_one_is_asked_whom_it_is_about(stage: OpenStage) -> None:
    laid = lay()
    other = laid.store.execute(AddPerson(name="Åsa", my_role="mentor")).record
    app = await open_at(stage, laid, "/document/checklist.closing")
    await app.tap(app.get("start-checklist"))
    await app.tap(app.get(f"with-{other}"))
    assert app.desk.places.value[-1] == f"/checklist/{other}/closing"


async def test_with_nobody_there_yet_the_way_to_somebody_is_offered(stage: OpenStage) -> None:
    app = await open_at(stage, Laid(memory_store(), "", "", "", "", ""), "/document/agreement.mentoring")
    await app.tap(app.get("start-person"))
    assert app.desk.places.value[-1] == "/people/new"
