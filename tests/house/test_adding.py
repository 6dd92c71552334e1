"""Adding a survey, a checklist or a language needs files and no code: one of each is added to a copy, and opened."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.model.queries import EvaluationsOf, ListOf
from app.services.content.languages import languages, locale_of, name_of
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.content.wordlists import words
from app.services.preferences import Preferences
from app.ui import root
from app.ui.desk import Desk
from app.ui.serve import _words
from tests.support.fletsim import Window
from tests.ui.screens.laid import Laid, lay

ASSETS = Path(__file__).parents[2] / "assets"

SURVEY: dict[str, Any] = {
    "schema": 1,
    "id": "survey.coffee",
    "kind": "survey",
    "version": 1,
    "title": {"sv": "Om kaffet", "en": "About the coffee", "fi": "Kahvista"},
    "roles": ["mentor", "mentee"],
    "when": "any",
    "items": [
        {
            "id": "taste",
            "type": "scale",
            "required": True,
            "text": {"sv": "Hur smakade det?", "en": "How did it taste?", "fi": "Miltä se maistui?"},
            "scale": {
                "min": 1,
                "max": 5,
                "min_label": {"sv": "Inte gott", "en": "Not good"},
                "max_label": {"sv": "Gott", "en": "Good"},
            },
        }
    ],
}
CHECKLIST: dict[str, Any] = {
    "schema": 1,
    "id": "checklist.coffee",
    "kind": "checklist",
    "version": 1,
    "title": {"sv": "Innan kaffet", "en": "Before the coffee"},
    "when": "any",
    "items": [
        {"id": "beans", "type": "check", "text": {"sv": "Mal bönorna", "en": "Grind the beans", "fi": "Jauha pavut"}},
        {"id": "water", "type": "check", "text": {"sv": "Koka vattnet", "en": "Boil the water"}},
    ],
}
FINNISH = {
    "language": {"language.name": "Suomi", "language.locale": "fi_FI"},
    "frame": {"frame.title": "Fika (suomi)", "frame.tab-today": "Tänään"},
    "library": {"library.title": "Kirjasto"},
}


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A copy with one more of each."""
    copy = tmp_path / "assets"
    for part in ("content", "locales", "wordlists"):
        shutil.copytree(ASSETS / part, copy / part)
    index = copy / "content" / "index.json"
    listed = json.loads(index.read_text("utf-8"))
    for document in (SURVEY, CHECKLIST):
        file = f"{document['id'].replace('.', '_')}.json"
        (copy / "content" / file).write_text(json.dumps(document), "utf-8")
        about = {name: document[name] for name in ("id", "kind", "version", "title", "when")}
        listed["items"].append({**about, "file": file, "items": len(document["items"])})
    index.write_text(json.dumps(listed), "utf-8")
    for area, texts in FINNISH.items():
        path = copy / "locales" / "fi" / f"{area}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(texts), "utf-8")
    return copy


async def opened(assets: Path, laid: Laid, path: str, language: str) -> Any:
    """The app on these assets."""
    library = Library(assets)
    desks: list[Desk] = []

    def main(page: Any) -> None:
        def speak(language: str) -> Speech:
            return Speech(language, assets, facts=library.facts("SE"), strict=True)

        desk = Desk(page, laid.session(language, "mentor"), library, speak, clock=laid.store.clock)
        root.start(page, desk)
        desks.append(desk)

    window: Any = await Window.open(main)
    window.desk = desks[0]
    window.desk.go(path)
    await window.settle()
    return window


@pytest.mark.parametrize("language", ["sv", "en", "fi"])
async def test_a_survey_is_files(assets: Path, language: str) -> None:
    laid = lay()
    app = await opened(assets, laid, "/library", language)
    try:
        await app.tap("document-survey.coffee")
        assert app.nameless() == []
        await app.tap("start-survey")
        said = {"sv": "Hur smakade det?", "en": "How did it taste?", "fi": "Miltä se maistui?"}[language]
        assert said in app.texts()
        await app.tap("answer-taste-4")
        await app.tap("evaluation-send")
        (given,) = laid.store.again().ask(EvaluationsOf(mentorship=laid.pair))
        assert (given.survey, given.answers) == ("survey.coffee", {"taste": 4})
    finally:
        await app.close()


@pytest.mark.parametrize("language", ["sv", "en", "fi"])
async def test_a_checklist_is_files(assets: Path, language: str) -> None:
    laid = lay()
    app = await opened(assets, laid, "/document/checklist.coffee", language)
    try:
        await app.tap("start-checklist")
        assert {"sv": "Mal bönorna", "en": "Grind the beans", "fi": "Jauha pavut"}[language] in app.texts()
        await app.check("tick-beans")
        assert laid.store.again().ask(ListOf("checklist.coffee", laid.pair)).ticks == {"beans"}
        assert app.nameless() == []
    finally:
        await app.close()


async def test_a_language_is_files(assets: Path, tmp_path: Path) -> None:
    assert languages(assets) == ("sv", "en", "fi") and languages(ASSETS) == ("sv", "en")
    assert (name_of(assets, "fi"), locale_of(assets, "fi")) == ("Suomi", "fi_FI")
    finnish = Speech("fi", assets, strict=True)
    assert finnish.say("library.title") == "Kirjasto"
    assert finnish.say("goal.title") == "Goals", "English stands in for what is not there yet"
    assert finnish.number(4.5) == "4,5"
    assert _words(assets)["fi"]["title"] == "Fika (suomi)"
    assert words(assets, "fi") == words(assets, "en")
    kept = Preferences(tmp_path / "state", languages=languages(assets))
    kept.set(language="fi")
    assert Preferences(tmp_path / "state", languages=languages(assets)).language == "fi"
    assert Preferences(tmp_path / "state").language == "sv", "where the language is gone, Swedish"
    laid = lay()
    app = await opened(assets, laid, "/settings/look", "en")
    try:
        assert {"Svenska", "English", "Suomi"} <= set(app.texts())
        await app.tap("language-fi")
        app.desk.go("/library")
        await app.settle()
        assert {"Kirjasto", "Tänään", "Kahvista"} <= set(app.texts())
        assert app.nameless() == []
    finally:
        await app.close()


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_complete_languages_say_what_they_are_called(language: str) -> None:
    assert name_of(ASSETS, language) == {"sv": "Svenska", "en": "English"}[language]
    assert locale_of(ASSETS, language) == {"sv": "sv_SE", "en": "en_GB"}[language]
