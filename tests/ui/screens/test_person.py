"""A person's page: where the two stand, what comes next, their notes, what they agreed on; put away and back."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.model.commands import PlanSeries, SkipMeeting, TickItem
from app.model.entities import Mentorship, Note, Person
from app.model.queries import NotesOf, One, PersonPage
from app.services.content.library import Library
from app.services.records.drafts import begun
from tests.support.signing import Coordinated
from tests.ui.conftest import ASSETS, OpenStage
from tests.ui.screens.laid import LANGUAGES, lay, open_at

SEEDS = [item.id for item in Library(ASSETS).checklist("before_relationship").items if item.seed_item]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", ["meetings", "goals", "board", "agreement", "about"])
async def test_every_section_opens(stage: OpenStage, language: str, section: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/person/{laid.pair}", language)
    assert app.has("Yusuf") and app.has(f"task-{laid.task}")
    await app.tap(f"section-{section}")
    assert app.nameless() == []
    there = {
        "meetings": f"meeting-{laid.past}",
        "goals": f"goal-{laid.goal}",
        "board": "board",
        "agreement": "document-agreement.mentoring",
        "about": "edit-person",
    }
    assert app.has(there[section])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_strip_says_what_is_missing(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/person/{laid.pair}", language)
    said = next(
        str(c.label)
        for c in app.walk()
        if "steg" in str(getattr(c, "label", "")) or "steps" in str(getattr(c, "label", ""))
    )
    assert (
        "Igång. I rytm när ni setts en gång till" if language == "sv" else "Started. In rhythm when you have met once"
    ) in said
    await app.tap("steps")
    left = "8 saker återstår innan ni är redo." if language == "sv" else "8 things left before you are ready."
    assert left in app.texts()
    laid.store.execute(TickItem(document="checklist.before_relationship", item=SEEDS[0], mentorship=laid.pair))
    await app.settle()
    assert left not in app.texts()
    await app.tap("step-ready")
    assert app.desk.places.value[-1] == f"/checklist/{laid.pair}/before_relationship"


async def test_the_button_follows_the_clock(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/person/{laid.pair}")
    assert app.has("do-prepare")
    for hour, minute, button in ((14, 45, "do-write"), (15, 10, "do-write"), (16, 30, "do-finish")):
        app.desk.minute.set(laid.store.clock.at.replace(hour=hour, minute=minute))
        laid.store.clock.at = laid.store.clock.at.replace(hour=hour, minute=minute)
        await app.settle()
        assert app.has(button), (hour, minute)
    laid.store.execute(SkipMeeting(meeting=laid.meeting))
    await app.settle()
    await app.tap("do-book")
    assert app.desk.places.value[-1] == f"/plan?person={laid.pair}"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_my_own_notes_are_only_mine(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/person/{laid.pair}", language)
    assert ("1 egen anteckning" if language == "sv" else "1 note of my own") in app.texts()
    assert "Känns bättre än förra veckan" not in app.texts()
    await app.tap("private-notes")
    assert "Känns bättre än förra veckan" in app.texts()
    assert ("Bara jag" if language == "sv" else "Only me") in app.texts()
    assert app.nameless() == []
    (row,) = laid.store.ask(NotesOf(mentorship=laid.pair)).rows
    note = laid.store.ask(One(Note, row.id))
    assert note is not None and note.space == laid.store.personal


async def test_what_the_two_have_agreed_on(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/person/{laid.pair}")
    await app.tap("section-about")
    await app.tap("edit-person")
    assert app.nameless() == []
    await app.type("edit-name", "Yusuf A")
    await app.type("edit-reach", "070-123")
    await app.tap("edit-focus-work")
    await app.tap("edit-focus-studies")
    await app.tap("edit-focus-studies")
    await app.tap("edit-weeks-1")
    await app.type("edit-count", "hundra")
    await app.tap("save-person")
    assert "Skriv ett tal mellan 1 och 100." in app.texts()
    await app.type("edit-count", "12")
    await app.tap("edit-length-90")
    await app.tap("edit-mode-video")
    await app.type("edit-place", "Hemma")
    await app.tap("save-person")
    store = laid.store.again()
    one = store.ask(One(Mentorship, laid.pair))
    view = store.ask(PersonPage(laid.pair, store.clock.at))
    assert one is not None and view is not None
    assert (one.weeks, one.planned, one.length, one.mode, one.place) == (1, 12, 90, "video", "Hemma")
    assert one.focus == {"work"}
    person = store.ask(One(Person, view.person.id))
    assert person is not None and (person.name, person.reach) == ("Yusuf A", "070-123")
    assert person.space == store.personal
    assert {"Varje vecka", "1 tim 30 min", "Arbete och karriär"} <= set(app.texts())


async def test_putting_away_is_undone_with_one_tap(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/person/{laid.pair}")
    app.desk.session.programme = told = Coordinated()
    await app.tap("section-about")
    view = laid.store.ask(PersonPage(laid.pair, laid.store.clock.at))
    assert view is not None and view.next is not None
    await app.tap("archive")
    assert told.told == [(laid.pair, "ended")]
    assert "Yusuf är undanlagd. Bokade möten är inställda." in app.texts()
    one = laid.store.ask(One(Mentorship, laid.pair))
    assert one is not None and one.status == "ended"
    await app.undo()
    one = laid.store.ask(One(Mentorship, laid.pair))
    assert one is not None and one.status == "active" and told.told == []
    await app.tap("archive")
    await app.tap("restore")
    one = laid.store.again().ask(One(Mentorship, laid.pair))
    assert one is not None and (one.status, one.ended) == ("active", None)


async def test_a_form_that_was_locked_goes_on_where_it_was_left(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/goal/new")
    await app.type("goal-title", "Läsa högt")
    await app.tap("letter-r")
    await app.type("goal-why", "För min syster")
    app.desk.lock()
    await app.settle()
    app.desk.session.unlock("tall regn moln")
    await app.settle()
    app.desk.go("/goal/new")
    await app.settle()
    assert app.field("goal-title").value == "Läsa högt"
    await app.tap("letter-r")
    assert app.field("goal-why").value == "För min syster"
    await app.tap("anew")
    assert laid.store.again().drafts.read(begun("goal.new")) is None
    await app.tap("letter-s")
    assert app.field("goal-title").value == ""


async def test_meetings_of_a_series_are_counted_as_on_their_own_pages(stage: OpenStage) -> None:
    laid = lay()
    laid.store.execute(
        PlanSeries(mentorship=laid.pair, starts=datetime(2026, 10, 20, 16), zone="Europe/Stockholm", count=2)
    )
    app = await open_at(stage, laid, f"/person/{laid.pair}")
    numbered = [text.partition(" · ")[0] for text in app.texts() if text.startswith("Möte ")]
    assert numbered == ["Möte 1", "Möte 2"]


async def test_what_is_saved_is_not_left_over(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/task/{laid.task}")
    await app.type("task-text", "Läsa allt")
    await app.tap("save-task")
    assert laid.store.drafts.read(begun(f"task.{laid.task}")) is None


async def test_a_person_who_is_gone(stage: OpenStage) -> None:
    app = await open_at(stage, lay(), "/person/nobody")
    assert "Personen finns inte längre här." in app.texts()


async def test_left_over_words_are_pointed_out(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/person/{laid.pair}/edit")
    assert not app.has("anew")
    await app.type("edit-place", "Kaféet")
    app.desk.back()
    await app.settle()
    app.desk.go(f"/person/{laid.pair}/edit")
    await app.settle()
    assert "Det du började på finns kvar." in app.texts()
    assert app.field("edit-place").value == "Kaféet"
    await app.tap("anew")
    assert app.field("edit-place").value == "Biblioteket, grupprum 2" and not app.has("anew")
    assert laid.store.drafts.read(begun(f"person.{laid.pair}")) is None
    await app.tap("anew-undo")
    assert app.field("edit-place").value == "Kaféet" and app.has("anew")
    assert laid.store.drafts.read(begun(f"person.{laid.pair}")) is not None
