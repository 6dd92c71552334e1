"""What is found in a real store: every kind with words, and nothing that only looks like words."""

from datetime import datetime
from pathlib import Path

import pytest

from app.model import commands, entities
from app.model.queries import One
from app.model.schema import Version
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.records.findable import SEARCHED, StoreTexts, document_texts, text_of
from app.services.records.search import Search
from tests.support.store import MemoryStore, memory_store

ASSETS = Path(__file__).parents[3] / "assets"


@pytest.fixture
def store() -> MemoryStore:
    return memory_store()


def search_of(store: MemoryStore) -> Search:
    search = Search(StoreTexts(store), breath=lambda _: None)
    search.build()
    return search


def kinds(search: Search, word: str) -> set[str]:
    return {hit.text.kind for hit in search.find(word).hits}


def filled(store: MemoryStore) -> str:
    pair = store.execute(commands.AddPerson(name="Yusuf Kanelbulle", my_role="mentor", aim="Kardemumma")).record
    meeting = store.execute(
        commands.PlanMeeting(mentorship=pair, starts=datetime(2026, 10, 15, 15), aim="Lingonkaka", place="Biblioteket")
    ).record
    store.execute(commands.WriteNote(body="Ringde om saffran\noch mer", mentorship=pair))
    store.execute(commands.SetGoal(title="Baka pepparkaka", mentorship=pair))
    store.execute(commands.AddTask(text="Köpa vetemjöl", mentorship=pair))
    store.execute(
        commands.KeepMinutes(meeting=meeting, document="minutes.quick", version=1, answers={"talked": "Om blåbärspaj"})
    )
    store.execute(commands.AddOwnItem(document="checklist.before_session", text="Ta med hallonkräm"))
    return pair


def test_every_kind_with_words_is_found(store: MemoryStore) -> None:
    pair = filled(store)
    search = search_of(store)
    found = {word: kinds(search, word) for word in ("kanelbulle", "kardemumma", "lingonkaka", "saffran", "pepparkaka")}
    assert found == {
        "kanelbulle": {"person"},
        "kardemumma": {"mentorship"},
        "lingonkaka": {"meeting"},
        "saffran": {"note"},
        "pepparkaka": {"goal"},
    }
    assert (kinds(search, "vetemjol"), kinds(search, "blabarspaj"), kinds(search, "hallonkräm")) == (
        {"task"},
        {"minutes"},
        {"list_item"},
    )
    [hit] = search.find("saffran").hits
    assert hit.text.mentorship == pair
    assert hit.text.private
    assert hit.text.at is not None


def test_the_index_follows_the_store(store: MemoryStore) -> None:
    pair = filled(store)
    search = search_of(store)
    done = store.execute(commands.WriteNote(body="Nytt om rabarber", mentorship=pair))
    assert kinds(search, "rabarber") == {"note"}
    assert done.undo is not None
    store.execute(done.undo)
    assert search.find("rabarber").total == 0


def test_settings_are_not_searched(store: MemoryStore) -> None:
    store.execute(commands.SetSetting(key="theme", value="hemligtema"))
    assert search_of(store).find("hemligtema").total == 0
    assert "setting" not in SEARCHED


def test_the_first_line_is_the_title_where_there_is_none(store: MemoryStore) -> None:
    id = store.execute(commands.WriteNote(body="Rad ett\nRad två")).record
    record = store.ask(One(entities.Note, id))
    assert record is not None
    text = text_of(record)
    assert text is not None
    assert (text.title, text.body) == ("Rad ett", "Rad två")


@pytest.mark.parametrize(("language", "word"), [("sv", "trygghetsansvarig"), ("en", "responsible for safety")])
def test_the_library_is_found_in_the_readers_language(store: MemoryStore, language: str, word: str) -> None:
    library = Library(ASSETS)
    search = search_of(store)
    search.set_documents(document_texts(library, Speech(language, ASSETS, library.facts("SE"), strict=True), "mentor"))
    hits = search.find(word).hits
    assert "guidance.contacts" in {hit.text.id for hit in hits}
    assert not any("{" in hit.snippet for hit in hits)


def test_what_has_no_words_or_is_gone_is_not_there(store: MemoryStore) -> None:
    texts = StoreTexts(store)
    done = store.execute(commands.WriteNote(body="Kort"))
    found = texts.text("note", done.record)
    assert found is not None
    store.execute(commands.Delete(kind="note", id=done.record))
    assert texts.text("note", done.record) is None
    assert texts.text("setting", "theme") is None
    assert texts.text("note", "nowhere") is None
    assert text_of(entities.Note(body="  ", written=None)) is None


def test_every_wording_written_at_the_same_time_is_found() -> None:
    """Until somebody has picked one, the other one must not be lost to the search."""
    both = (Version(version="2" * 32, value="Körkort"), Version(version="1" * 32, value="Truckkort"))
    goal = entities.Goal(id="g", title="Körkort", also={"title": both})
    text = text_of(goal)
    assert text is not None
    assert (text.title, text.body) == ("Körkort", "Körkort\nTruckkort")


def test_only_words_are_searched_not_the_options_that_were_taken() -> None:
    form = entities.FilledForm(
        id="f",
        document="agreement.mentoring",
        answers={"frequency": "biweekly", "place": "Biblioteket", "start": "2025-10-14", "unknown": "kvar"},
    )
    text = text_of(form, Library(ASSETS))
    assert text is not None
    assert f"{text.title}\n{text.body}" == "Biblioteket\nkvar"
    assert (
        text_of(
            entities.Evaluation(id="e", survey="survey.end", role="mentor", answers={"goals": "some"}), Library(ASSETS)
        )
        is None
    )


def test_records_of_content_that_is_not_here_are_searched_whole() -> None:
    text = text_of(entities.FilledForm(id="f", document="form.other", answers={"a": "ord"}), Library(ASSETS))
    assert text is not None
    assert text.title == "ord"


def test_a_concern_is_never_found() -> None:
    assert text_of(entities.FilledForm(id="f", document="form.concern", answers={"words": "hemligt"})) is None
