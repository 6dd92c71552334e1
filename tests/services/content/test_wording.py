"""The content in one's own words: what is said otherwise stays through an update, and the difference is offered."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app.model.commands import AddOwnItem, HideItem, Reword
from app.model.entities import WORDS, ListItem, OwnText, ProgrammeItem
from app.model.queries import OwnContent, OwnContentOf
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.content.wording import (
    FORMS,
    TERMS,
    Renaming,
    adapted,
    differences,
    guessed,
    places,
    put_in,
    renaming,
)
from tests.support.store import MemoryStore, memory_store

ASSETS = Path(__file__).parents[3] / "assets"
KOMPIS = Renaming((("adept", "kompis"), ("adepten", "kompisen"), ("adepter", "kompisar"), ("adepterna", "kompisarna")))
APPRENTICE = Renaming((("mentee", "apprentice"), ("mentees", "apprentices")))


@pytest.fixture
def store() -> MemoryStore:
    return memory_store()


def own(store: MemoryStore) -> OwnContent:
    return store.ask(OwnContentOf())


def say(store: MemoryStore, words: str, *, item: str = "story", field: str = "text", shipped: str = "") -> None:
    library = Library(ASSETS)
    place = next(p for p in places(library.document("topics.library")) if (p.item, p.field) == (item, field))
    there = shipped or place.phrase.sv
    store.execute(Reword(document="topics.library", item=item, field=field, language="sv", words=words, shipped=there))


# ------------------------------------------------------------------ renamed words


@pytest.mark.parametrize(
    ("renaming", "template", "said"),
    [
        (KOMPIS, "Adepten väljer, och adeptens mål gäller.", "Kompisen väljer, och kompisens mål gäller."),
        (KOMPIS, "En adept av flera adepter; adepterna.", "En kompis av flera kompisar; kompisarna."),
        (KOMPIS, "{adept} är adept", "{adept} är kompis"),
        (KOMPIS, "en adepts tid", "en kompis tid"),
        (KOMPIS, "adeptprogrammet", "adeptprogrammet"),
        (
            APPRENTICE,
            "A mentee and the mentee’s goal. Mentees!",
            "An apprentice and the apprentice’s goal. Apprentices!",
        ),
        (Renaming((("mentor", "adept"), ("adept", "mentor"))), "mentor och adept", "adept och mentor"),
        (Renaming(), "adept", "adept"),
    ],
)
def test_a_word_is_renamed_in_every_form_and_nowhere_else(renaming: Renaming, template: str, said: str) -> None:
    assert renaming(template) == said


@pytest.mark.parametrize(
    ("base", "language", "forms"),
    [
        ("kompis", "sv", ("kompis", "kompisen", "kompiser", "kompiserna")),
        ("flicka", "sv", ("flicka", "flickan", "flickor", "flickorna")),
        ("elev", "sv", ("elev", "eleven", "elever", "eleverna")),
        ("buddy", "en", ("buddy", "buddy", "buddies", "buddies")),
        ("apprentice", "en", ("apprentice", "apprentice", "apprentices", "apprentices")),
    ],
)
def test_how_a_word_is_bent_is_guessed(base: str, language: str, forms: tuple[str, ...]) -> None:
    assert guessed(base, language) == forms


@pytest.mark.parametrize("language", ["sv", "en"])
def test_renamed_words_are_said_and_read_and_never_put_into_facts(store: MemoryStore, language: str) -> None:
    plain = Speech(language, ASSETS, strict=True)
    for term in TERMS:
        for form in FORMS:
            assert plain.shipped(f"word.{term}.{form}")
    for form in FORMS:
        store.execute(
            Reword(document=WORDS, item="mentee", field=form, language=language, words=f"x{form}", shipped="…")
        )
    speech = replace(plain, renaming=renaming(own(store), language, plain.shipped))
    library = Library(ASSETS)
    phrase = library.document("goal.smart").intro
    assert phrase is not None
    shipped = plain.shipped("word.mentee.base")
    assert shipped in plain.read(phrase) and shipped not in speech.read(phrase).replace(f"x{shipped}", "")
    assert "xdefinite" in speech.read(phrase) or "xbase" in speech.read(phrase)
    assert speech.say("goal.quote", words=shipped) == plain.say("goal.quote", words=shipped)


def test_a_word_that_is_the_same_for_one_and_several_is_renamed_for_one(store: MemoryStore) -> None:
    plain = Speech("sv", ASSETS, strict=True)
    forms = ("koordinator", "koordinatorn", "koordinatorer", "koordinatorerna")
    for form, words in zip(FORMS, forms, strict=True):
        store.execute(
            Reword(document=WORDS, item="coordinator", field=form, language="sv", words=words, shipped="samordnare")
        )
    renamed = renaming(own(store), "sv", plain.shipped)
    assert (
        renamed("Ring din samordnare, eller fråga samordnarna.") == "Ring din koordinator, eller fråga koordinatorerna."
    )


# ------------------------------------------------------------------ own texts


def test_a_text_in_own_words_stands_in_its_document_and_nowhere_else(store: MemoryStore) -> None:
    library = Library(ASSETS)
    assert adapted(library, own(store)) is library
    say(store, "Vi berättar om oss")
    say(store, "Vad gjorde dig {galen}?", field="ask.0")
    mine = adapted(library, own(store))
    story = mine.document("topics.library").item("story")
    assert story.text("sv") == "Vi berättar om oss"
    assert story.text.en == library.document("topics.library").item("story").text.en
    assert story.ask[0].sv == "Vad gjorde dig (galen)?" and len(story.ask) == 2
    assert mine.topics()[0].text.sv == "Vi berättar om oss"
    assert library.document("topics.library").item("story").text.sv != "Vi berättar om oss"
    assert mine.document("questions.grow") == library.document("questions.grow")


def test_the_shipped_words_take_mine_away(store: MemoryStore) -> None:
    shipped = Library(ASSETS).document("topics.library").item("story").text.sv
    for words in ("", shipped):
        say(store, "mitt")
        assert len(own(store).texts) == 1
        say(store, words)
        assert own(store).texts == ()


def test_own_lines_are_added_and_shipped_ones_hidden(store: MemoryStore) -> None:
    library = Library(ASSETS)
    store.execute(AddOwnItem(document="topics.library", text="Vår hund"))
    store.execute(HideItem(document="topics.library", item="story"))
    store.execute(AddOwnItem(document="checklist.before_session", text="Ta med kaffe"))
    mine = adapted(library, own(store))
    assert len(mine.topics()) == 34
    last = mine.topics()[-1]
    assert (last.text.sv, last.type, last.ask[0].sv) == ("Vår hund", "topic", "Vår hund")
    assert "story" not in {item.id for item in mine.topics()}
    assert mine.document("checklist.before_session") == library.document("checklist.before_session")


@pytest.mark.parametrize("document", ["guidance.safeguarding", "guidance.contacts", "agreement.mentoring"])
def test_what_keeps_people_safe_and_what_is_signed_stays_as_it_ships(document: str) -> None:
    library = Library(ASSETS)
    there = library.document(document)
    text = OwnText(
        document=document, item=there.items[0].id, field="text", language="sv", words="annat", shipped="", id="1"
    )
    assert put_in(there, OwnContent(texts=(text,))) == there


def test_the_programmes_texts_and_lines_are_read_and_mine_go_before_them() -> None:
    library = Library(ASSETS)
    theirs = OwnText(
        document="topics.library", item="story", field="text", language="sv", words="Programmets", visibility="shared"
    )
    mine = replace(theirs, words="Mitt", visibility="only_me")
    line = ProgrammeItem(
        id="p1",
        document="checklist.before_session",
        sv="Ring samordnaren",
        en="Call",
        critical=True,
        roles=frozenset({"mentor"}),
    )
    content = OwnContent(texts=(theirs, mine), programme=(line,))
    changed = adapted(library, content)
    assert changed.document("topics.library").item("story").text.sv == "Mitt"
    assert (
        adapted(library, replace(content, texts=(theirs,))).document("topics.library").item("story").text.sv
        == "Programmets"
    )
    added = changed.document("checklist.before_session").item("p1")
    assert (added.text.en, added.critical, added.is_for("mentee"), added.type) == ("Call", True, False, "check")


# ------------------------------------------------------------------ an update of the app


def updated(folder: Path, words: str) -> Library:
    """A later version of the app: one topic of the library says something else, and its version is raised."""
    later = folder / "assets"
    shutil.copytree(ASSETS / "content", later / "content")
    path = later / "content" / "topics_library.json"
    tree = json.loads(path.read_text("utf-8"))
    tree["version"] += 1
    tree["items"][0]["text"]["sv"] = words
    path.write_text(json.dumps(tree), "utf-8")
    index = later / "content" / "index.json"
    listed = json.loads(index.read_text("utf-8"))
    next(one for one in listed["items"] if one["id"] == "topics.library")["version"] += 1
    index.write_text(json.dumps(listed), "utf-8")
    return Library(later)


def test_an_update_keeps_my_words_and_offers_the_difference(store: MemoryStore, tmp_path: Path) -> None:
    say(store, "Mina ord")
    store.execute(AddOwnItem(document="topics.library", text="Vår hund"))
    assert differences(Library(ASSETS), own(store)) == ()
    later = updated(tmp_path, "Berättelser på fem minuter")
    assert later.document("topics.library").version == Library(ASSETS).document("topics.library").version + 1
    mine = adapted(later, own(store.again()))
    assert mine.document("topics.library").item("story").text.sv == "Mina ord"
    assert mine.topics()[-1].text.sv == "Vår hund"
    (one,) = differences(later, own(store))
    assert (one.own.words, one.now) == ("Mina ord", "Berättelser på fem minuter")
    say(store, "Mina ord", shipped=one.now)  # keep mine: it is said again over the new text
    assert differences(later, own(store)) == ()
    assert own(store).texts[0].words == "Mina ord"
    say(store, "")
    assert adapted(later, own(store)).document("topics.library").item("story").text.sv == "Berättelser på fem minuter"


def test_an_own_text_whose_place_is_gone_is_kept_and_not_told(store: MemoryStore) -> None:
    store.execute(Reword(document="topics.library", item="gone", field="text", language="sv", words="x", shipped="y"))
    store.execute(Reword(document="no.such", field="title", language="sv", words="x", shipped="y"))
    library = Library(ASSETS)
    assert differences(library, own(store)) == ()
    assert adapted(library, own(store)).document("topics.library").items == library.document("topics.library").items
    assert len(own(store).texts) == 2


def test_a_title_is_renamed_in_the_list_as_well(store: MemoryStore) -> None:
    library = Library(ASSETS)
    store.execute(
        Reword(document="topics.library", field="title", language="sv", words="Våra ämnen", shipped="Ämnen för samtal")
    )
    mine = adapted(library, own(store))
    assert next(e for e in mine.entries() if e.id == "topics.library").title.sv == "Våra ämnen"
    assert len(mine.entries()) == len(library.entries())


def test_a_hidden_own_line_is_not_there() -> None:
    item = ListItem(id="1", document="topics.library", text="x", hidden=True)
    document = Library(ASSETS).document("topics.library")
    assert put_in(document, OwnContent(items=(item,))) == document
