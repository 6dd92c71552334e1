"""A document in one's own words, an update that brings something else, and words that are called something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.model.commands import Reword
from app.model.queries import AgendaOf, OwnContentOf
from app.services.content.library import Library
from app.ui.finder import finder_of
from tests.services.content.test_wording import ASSETS, updated
from tests.support.languages import either
from tests.ui.conftest import OpenStage
from tests.ui.screens.laid import LANGUAGES, lay, open_at

TOPICS = "/document/topics.library/texts"


@either
async def test_a_text_is_changed_and_stands_where_it_is_read(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/document/topics.library", language)
    await app.tap("own-texts")
    assert app.nameless() == []
    await app.tap("text-story-text")
    await app.type("text-own", "Vi berättar om oss")
    await app.tap("text-save")
    assert app.has("Vi berättar om oss")
    app.desk.go("/topics")
    await app.settle()
    assert app.has("Vi berättar om oss")
    shipped = Library(ASSETS).document("topics.library").item("story").text.words(language)
    assert shipped not in app.texts()
    app.desk.go(TOPICS)
    await app.settle()
    await app.tap("text-story-text")
    assert shipped in app.texts(), "what ships stands beside mine"
    await app.tap("text-restore")
    assert shipped in app.texts() and laid.store.again().ask(OwnContentOf()).texts == ()
    await app.undo()
    assert app.has("Vi berättar om oss")


@either
async def test_an_own_topic_goes_on_the_agenda_with_one_tap(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, TOPICS, language)
    await app.tap("line-add")
    assert app.has(app.desk.say("text.line-needed"))
    await app.type("line-text", "Vår hund")
    await app.tap("line-add")
    (item,) = laid.store.ask(OwnContentOf()).items
    app.desk.go("/topics", meeting=laid.meeting, person=laid.pair)
    await app.settle()
    await app.tap(f"agenda-{item.id}")
    assert [one.topic for one in laid.store.ask(AgendaOf(laid.meeting))] == [item.id]
    app.desk.go(TOPICS)
    await app.settle()
    await app.tap(f"line-remove-{item.id}")
    assert not app.has("Vår hund")
    await app.undo()
    assert app.has("Vår hund")
    assert app.nameless() == []


async def test_an_own_line_of_a_list_stands_where_the_list_is_ticked(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/document/checklist.before_session/texts")
    assert app.desk.say("text.lines-ticked") in app.texts()
    await app.type("line-text", "Ta med kartan")
    await app.tap("line-add")
    (item,) = laid.store.ask(OwnContentOf()).items
    assert app.has(f"line-remove-{item.id}")
    app.desk.go(f"/meeting/{laid.meeting}/checklist")
    await app.settle()
    await app.check(f"tick-{item.id}")
    assert app.texts().count("Ta med kartan") == 1 and app.checked(f"tick-{item.id}")


async def test_a_shipped_line_is_hidden_and_shown_again(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, TOPICS)
    await app.tap("text-story-text")
    await app.tap("text-hide")
    app.desk.go("/topics")
    await app.settle()
    assert not app.has("topic-story") and app.has("topic-hopes")
    app.desk.go(TOPICS)
    await app.settle()
    await app.tap("text-story-text")
    await app.tap("text-show")
    app.desk.go("/topics")
    await app.settle()
    assert app.has("topic-story")


@pytest.mark.parametrize("choice", ["keep", "take"])
async def test_what_an_update_brings_is_offered_beside_mine(stage: OpenStage, tmp_path: Path, choice: str) -> None:
    laid = lay()
    there = Library(ASSETS).document("topics.library").item("story").text.sv
    about = {"document": "topics.library", "item": "story", "field": "text", "language": "sv"}
    laid.store.execute(Reword(**about, words="Mina ord", shipped=there))  # type: ignore[arg-type]  # all of it is text
    app = await open_at(stage, laid, "/library", library=updated(tmp_path, "Berättelser på fem minuter"))
    await app.tap("text-news")
    assert {"Mina ord", "Berättelser på fem minuter"} <= set(app.texts()) and app.nameless() == []
    await app.tap(f"{choice}-story-text")
    assert not app.has("keep-story-text")
    app.desk.go("/topics")
    await app.settle()
    assert app.has("Mina ord" if choice == "keep" else "Berättelser på fem minuter")
    await app.undo()
    app.desk.go("/library")
    await app.settle()
    assert app.has("text-news")


@pytest.mark.parametrize("id", ["guidance.safeguarding", "agreement.mentoring", "no.such"])
async def test_what_is_the_same_for_everybody_cannot_be_changed(stage: OpenStage, id: str) -> None:
    app = await open_at(stage, lay(), f"/document/{id}/texts")
    assert not app.has("line-add") and app.nameless() == []
    app.desk.go(f"/document/{id}")
    await app.settle()
    assert not app.has("own-texts")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_word_is_called_something_else_on_every_screen_at_once(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/settings/words", language)
    assert app.nameless() == []
    old, new, several = ("adept", "kompis", "kompiser") if language == "sv" else ("mentee", "learner", "learners")
    await app.tap("word-mentee")
    await app.type("word-base", new)
    await app.tap("word-save")
    own = {text.field: text.words for text in laid.store.again().ask(OwnContentOf()).texts}
    assert (own["base"], own["plural"]) == (new, several)
    app.desk.go("/goal/new")
    await app.settle()
    app.desk.go("/document/goal.smart")
    await app.settle()
    assert any(new in text.casefold() for text in app.texts())
    assert not any(old in text.casefold() for text in app.texts())
    app.desk.speak("en" if language == "sv" else "sv")
    await app.settle()
    assert app.desk.speech.value.renaming is None, "it holds for the language one reads in"
    app.desk.speak(language)
    app.desk.go("/settings/words")
    await app.settle()
    await app.tap("word-mentee")
    await app.tap("word-restore")
    assert laid.store.ask(OwnContentOf()).texts == ()
    await app.undo()
    assert len(laid.store.ask(OwnContentOf()).texts) >= 1


async def test_what_is_locked_speaks_as_it_ships(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/settings/words")
    await app.tap("word-mentee")
    await app.type("word-base", "elev")
    await app.tap("word-save")
    assert app.desk.speech.value.renaming is not None
    app.desk.lock()
    await app.settle()
    assert app.desk.speech.value.renaming is None


async def test_what_was_said_otherwise_is_found_by_its_words(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, TOPICS)
    await app.tap("text-story-text")
    await app.type("text-own", "Vi berättar om kardemumma")
    await app.tap("text-save")
    finder = finder_of(app.desk)
    finder.speak(app.desk)
    await app.until(lambda: any(hit.text.id == "topics.library" for hit in finder.search.find("kardemumma").hits))
