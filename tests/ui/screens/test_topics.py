"""Topics in their groups, on and off the agenda; questions one at a time; boundaries."""

from __future__ import annotations

import pytest

from app.model.commands import AddTopic, KeepForm, UseTopic
from app.model.queries import AgendaOf, FormOf
from app.services.content.library import Library
from tests.support.store import memory_store
from tests.ui.conftest import ASSETS, OpenStage
from tests.ui.screens.laid import LANGUAGES, Laid, identifiers, lay, open_at

TOPICS = Library(ASSETS).document("topics.library")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_thirty_four_topics_in_seven_groups(stage: OpenStage, language: str) -> None:
    app = await open_at(stage, lay(), "/topics", language)
    assert len(TOPICS.items) == 34 and len(TOPICS.groups) == 7
    assert identifiers(app, "topic-") >= {item.id for item in TOPICS.items}
    assert {group.title(language) for group in TOPICS.groups} <= set(app.texts())
    assert app.nameless() == []
    await app.tap("topic-group-growth")
    shown = identifiers(app, "topic-") & {item.id for item in TOPICS.items}
    assert shown == {item.id for item in TOPICS.items if item.group == "growth"}


async def test_one_tap_puts_a_topic_on_the_agenda(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/topics")
    await app.tap("agenda-hopes")
    assert [one.topic for one in laid.store.again().ask(AgendaOf(laid.meeting))] == ["hopes"]
    assert app.get("agenda-hopes").checked
    await app.tap("agenda-hopes")
    assert laid.store.ask(AgendaOf(laid.meeting)) == ()
    await app.undo()
    assert len(laid.store.ask(AgendaOf(laid.meeting))) == 1


async def test_a_topic_talked_about_is_marked(stage: OpenStage) -> None:
    laid = lay()
    agenda = laid.store.execute(AddTopic(mentorship=laid.pair, meeting=laid.past, topic="story")).record
    app = await open_at(stage, laid, "/topics")
    assert "Har använts" not in app.texts()
    laid.store.execute(UseTopic(agenda=agenda))
    await app.settle()
    assert app.texts().count("Har använts") == 1


async def test_without_a_meeting_the_way_is_to_book_one(stage: OpenStage) -> None:
    app = await open_at(stage, Laid(memory_store(), "", "", "", "", ""), "/topics")
    await app.tap("agenda-hopes")
    assert "Välj först vem du ska prata med." in app.texts()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_one_question_at_a_time(stage: OpenStage, language: str) -> None:
    document = Library(ASSETS).document("questions.grow")
    app = await open_at(stage, lay(), "/questions/questions.grow", language)
    first, second = document.items[:2]
    assert first.text(language) in app.texts() and second.text(language) not in app.texts()
    assert app.nameless() == []
    await app.tap("next")
    assert second.text(language) in app.texts() and first.text(language) not in app.texts()
    await app.tap("previous")
    assert first.text(language) in app.texts()
    for _ in document.items[1:]:
        await app.tap("next")
    assert document.items[-1].text(language) in app.texts()
    await app.tap("next")
    assert first.text(language) in app.texts()


async def test_the_questions_of_a_topic_come_first(stage: OpenStage) -> None:
    app = await open_at(stage, lay(), "/topics")
    await app.tap("topic-values")
    topic = TOPICS.item("values")
    assert topic.ask[0]("sv") in app.texts()
    assert topic.text("sv") in app.texts()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_boundaries_are_answered_skipped_and_kept_for_later(stage: OpenStage, language: str) -> None:
    laid = lay()
    items = Library(ASSETS).document("prompts.boundaries").items
    app = await open_at(stage, laid, f"/boundaries/{laid.pair}", language)
    assert items[0].text(language) in app.texts()
    assert app.nameless() == []
    await app.type("boundary-answer", "Så mycket som hjälper.")
    await app.tap(f"again-{items[0].id}")
    await app.tap("next")
    assert items[1].text(language) in app.texts()
    await app.tap("skip")
    assert items[2].text(language) in app.texts()
    form = laid.store.again().ask(FormOf("prompts.boundaries", laid.pair, False))
    assert form is not None
    assert form.answers[items[0].id] == "Så mycket som hjälper."
    assert form.answers[f"again-{items[0].id}"] is True
    assert form.skipped == {items[1].id}
    assert form.space == laid.store.personal
    await app.back()
    app.desk.go(f"/boundaries/{laid.pair}")
    await app.settle()
    assert items[2].text(language) in app.texts()
    await app.tap("previous")
    await app.tap("previous")
    assert app.field("boundary-answer").value == "Så mycket som hjälper."


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_shared_answer_lands_in_the_agreement_and_can_be_taken_back(stage: OpenStage, language: str) -> None:
    laid = lay()
    item = Library(ASSETS).document("prompts.boundaries").items[0]
    app = await open_at(stage, laid, f"/boundaries/{laid.pair}", language)
    await app.tap("boundary-seen-shared")
    assert app.has(app.desk.say("topic.boundary-first"))
    await app.type("boundary-answer", "Så mycket som hjälper.")
    assert laid.store.ask(FormOf("prompts.boundaries", laid.pair, True)) is None
    await app.tap("boundary-seen-shared")

    def line() -> object:
        form = laid.store.again().ask(FormOf("agreement.mentoring", laid.pair, True))
        return form.answers.get("boundaries") if form else None

    assert line() == f"{item.text(language)} Så mycket som hjälper."
    ours = laid.store.ask(FormOf("prompts.boundaries", laid.pair, True))
    assert ours is not None and ours.visibility == "shared" and ours.answers[item.id] == "Så mycket som hjälper."
    await app.type("boundary-answer", "Det som hjälper.")
    await app.tap("next")
    assert line() == f"{item.text(language)} Det som hjälper.", "what is shared stays what I say"
    await app.tap("previous")
    assert app.nameless() == []
    await app.tap("boundary-seen-only_me")
    assert line() in (None, "")
    await app.undo()
    assert line() == f"{item.text(language)} Det som hjälper."


async def test_an_answer_shared_in_two_languages_is_one_line(stage: OpenStage) -> None:
    laid = lay()
    item = Library(ASSETS).document("prompts.boundaries").items[0]
    for language, answer in (("sv", "Så mycket som hjälper."), ("en", "As much as helps.")):
        app = await open_at(stage, laid, f"/boundaries/{laid.pair}", language)
        if language == "en":
            await app.tap("again") if app.has("again") else await app.tap("previous")
        await app.type("boundary-answer", answer)
        await app.tap("boundary-seen-shared")
        app.desk.flush()
    form = laid.store.again().ask(FormOf("agreement.mentoring", laid.pair, True))
    assert form is not None and form.answers["boundaries"] == f"{item.text('en')} As much as helps."


async def test_what_is_looked_at_again_stays_in_its_place_when_it_is_settled(stage: OpenStage) -> None:
    laid = lay()
    items = Library(ASSETS).document("prompts.boundaries").items
    answers: dict[str, str | bool] = {f"again-{items[at].id}": True for at in (2, 5)}
    laid.store.execute(KeepForm(document="prompts.boundaries", mentorship=laid.pair, answers=answers))
    app = await open_at(stage, laid, f"/boundaries/{laid.pair}?again=1")
    await app.tap(f"again-{items[2].id}")
    assert items[2].text("sv") in app.texts(), "the question does not go from under one's hands"
    await app.tap("next")
    assert items[5].text("sv") in app.texts()


async def test_what_is_kept_for_half_way_is_looked_at_again(stage: OpenStage) -> None:
    laid = lay()
    items = Library(ASSETS).document("prompts.boundaries").items
    for at in (2, 5):
        answers: dict[str, str | bool] = {f"again-{items[at].id}": True, items[at].id: "ja"}
        laid.store.execute(KeepForm(document="prompts.boundaries", mentorship=laid.pair, answers=answers))
    app = await open_at(stage, laid, f"/boundaries/{laid.pair}?again=1")
    assert items[2].text("sv") in app.texts() and "1 av 2" in " ".join(app.texts())
    await app.tap("next")
    assert items[5].text("sv") in app.texts()
    await app.tap("next")
    assert app.has("boundaries-end") or app.has(app.desk.say("topic.boundary-end"))
