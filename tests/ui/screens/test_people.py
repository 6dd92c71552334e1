"""People: the list, the only one, and somebody new."""

from __future__ import annotations

import pytest

from app.model.commands import AddPerson, EndMentorship
from app.model.queries import PeopleList
from tests.support.store import memory_store
from tests.ui.conftest import OpenStage
from tests.ui.screens.laid import LANGUAGES, Laid, lay, open_at


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_only_person_stands_there_at_once(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/people", language)
    assert app.has("Yusuf")
    line = "Möte 2 av 10, i dag kl. 15:00" if language == "sv" else "Meeting 2 of 10, today at 15:00"
    assert line in app.texts()
    assert app.nameless() == []
    assert app.has("private-notes")
    await app.tap("do-prepare")
    assert app.desk.places.value[-1] == f"/meeting/{laid.meeting}"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_names_follow_the_language(stage: OpenStage, language: str) -> None:
    store = memory_store()
    for name in ("Östen", "Åsa", "Zara", "Anna", "Ärla"):
        store.execute(AddPerson(name=name, my_role="mentor"))
    app = await open_at(stage, Laid(store, "", "", "", "", ""), "/people", language)
    names = [text for text in app.texts() if text in {"Östen", "Åsa", "Zara", "Anna", "Ärla"}]
    swedish = ["Anna", "Zara", "Åsa", "Ärla", "Östen"]
    assert names == (swedish if language == "sv" else ["Anna", "Ärla", "Åsa", "Östen", "Zara"])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_somebody_new_in_three_taps(stage: OpenStage, language: str) -> None:
    store = memory_store()
    app = await open_at(stage, Laid(store, "", "", "", "", ""), "/people", language)
    assert app.nameless() == []
    await app.tap("add-person")
    await app.tap("save-person")
    assert store.ask(PeopleList(now=store.clock.at)) == ()
    await app.type("person-name", "  Lena ")
    await app.tap("person-role-mentee")
    await app.tap("save-person")
    (row,) = store.ask(PeopleList(now=store.clock.at))
    assert (row.name, row.my_role) == ("Lena", "mentee")
    assert app.desk.places.value[-1] == f"/person/{row.mentorship}"
    again = store.again().ask(PeopleList(now=store.clock.at))
    assert [one.name for one in again] == ["Lena"]


async def test_those_who_have_ended_are_put_away(stage: OpenStage) -> None:
    laid = lay()
    gone = laid.store.execute(AddPerson(name="Bo", my_role="mentor")).record
    laid.store.execute(EndMentorship(mentorship=gone))
    app = await open_at(stage, laid, "/people")
    assert not app.has("Bo")
    await app.tap("show-ended")
    assert app.has("Bo")


async def test_where_nobody_else_is_left_those_who_have_ended_stand_there(stage: OpenStage) -> None:
    store = memory_store()
    store.execute(EndMentorship(mentorship=store.execute(AddPerson(name="Lina", my_role="mentor")).record))
    app = await open_at(stage, Laid(store, "", "", "", "", ""), "/people")
    assert app.has("Lina") and not app.has("show-ended")
    assert app.desk.say("people.no-match") not in app.texts()
