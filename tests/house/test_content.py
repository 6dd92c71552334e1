"""The content is data that people sign and act on: one schema, both languages, and every reference leads somewhere."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tools.index_content import written

from app.services.content.documents import Document, Item, Phrase
from app.services.content.library import REGIONS, SCREEN_ACTIONS, DocumentAction, Library, action_of
from app.services.content.reading import TYPES, VISIBILITIES, read_document
from app.services.content.speech import Speech

ASSETS = Path(__file__).parents[2] / "assets"
CONTENT = ASSETS / "content"
FILES = sorted(path for path in CONTENT.glob("*.json") if path.name != "index.json")

library = Library(ASSETS)
documents = {path.stem: read_document(path.read_bytes(), name=path.stem.replace("_", ".", 1)) for path in FILES}


def each_item() -> Iterator[tuple[Document, Item]]:
    for document in documents.values():
        for item in document.items:
            yield document, item


def each_phrase() -> Iterator[tuple[str, Phrase]]:
    for document in documents.values():
        yield f"{document.id}/title", document.title
        if document.intro:
            yield f"{document.id}/intro", document.intro
        for group in document.groups:
            yield f"{document.id}/{group.id}", group.title
        for item in document.items:
            for phrase in item.phrases:
                yield f"{document.id}/{item.id}", phrase


def test_there_are_thirty_seven_documents() -> None:
    assert len(FILES) == 37
    assert [path.name for path in CONTENT.iterdir() if path.suffix != ".json"] == []


def test_a_file_is_named_after_its_document() -> None:
    assert [path.name for path in FILES if documents[path.stem].id.replace(".", "_") != path.stem] == []


def test_the_index_is_what_the_command_writes() -> None:
    assert (CONTENT / "index.json").read_text(encoding="utf-8") == written()


def test_the_index_opens_every_document() -> None:
    assert {entry.id for entry in library.entries()} == {document.id for document in documents.values()}
    assert {document.id for document in library.documents()} == {document.id for document in documents.values()}


def test_every_type_of_item_is_in_use() -> None:
    """A type without an item would be a rendering without a test."""
    assert {item.type for _, item in each_item()} == TYPES


def test_items_have_the_heading_they_need() -> None:
    """Where there are headings each line stands under one; surveys and the goal have lines of their own."""
    loose = [
        f"{document.id}/{item.id}"
        for document, item in each_item()
        if document.groups and item.group is None and document.kind not in ("survey", "goal")
    ]
    assert loose == []


def test_every_heading_has_something_under_it() -> None:
    empty = [
        f"{document.id}/{group.id}"
        for document in documents.values()
        for group in document.groups
        if not any(item.group == group.id for item in document.items)
    ]
    assert empty == []


def test_a_choice_has_something_to_choose() -> None:
    bare = [
        f"{document.id}/{item.id}"
        for document, item in each_item()
        if item.type in ("choice", "multi") and not (item.options or item.source or item.prefill)
    ]
    assert bare == []


def test_types_carry_what_they_are_drawn_from() -> None:
    needs = {"scale": "scale", "skill_rating": "scale", "contact": "group", "indicator": "formula", "module": "body"}
    lacking = [
        f"{document.id}/{item.id}"
        for document, item in each_item()
        if item.type in needs and getattr(item, needs[item.type]) is None
    ]
    assert lacking == []


def test_sources_and_picks_name_documents() -> None:
    ids = {document.id for document in documents.values()}
    named = {item.source for _, item in each_item() if item.source}
    named |= {document.pick.source for document in documents.values() if document.pick}
    named |= {document.example_of for document in documents.values() if document.example_of}
    assert named <= ids


def test_every_action_opens_a_document_or_a_known_screen() -> None:
    ids = {document.id for document in documents.values()}
    actions = {item.action for _, item in each_item() if item.action}
    actions |= {action for _, item in each_item() for _, action in item.actions}
    lost = [a for a in map(action_of, sorted(actions)) if isinstance(a, DocumentAction) and a.document not in ids]
    assert lost == []
    assert actions >= SCREEN_ACTIONS, "a screen that no line opens"


def test_answers_that_lead_somewhere_are_answers() -> None:
    wrong = [
        f"{document.id}/{item.id}"
        for document, item in each_item()
        if not {value for value, _ in item.actions} <= {option.value for option in item.options}
    ]
    assert wrong == []


def test_the_eight_are_numbered() -> None:
    eight = [item for item in documents["checklist_before_relationship"].items if item.seed_item]
    assert sorted(item.seed_item or 0 for item in eight) == list(range(1, 9))
    assert sum(item.critical for item in eight) == 2
    assert sum(item.critical for item in documents["checklist_before_relationship"].items) == 3


def test_everything_has_a_visibility() -> None:
    assert {item.visibility for _, item in each_item()} <= VISIBILITIES
    assert all(item.visibility == "shared" for item in documents["agreement_mentoring"].items)
    assert all(item.visibility == "safety_lead" for item in documents["form_concern"].items)
    assert documents["checklist_before_session"].items[0].visibility == "private"


def test_agreements_and_programmes_speak_of_the_same_forms() -> None:
    agreement = {o.value for o in documents["agreement_mentoring"].item("form").options}
    programme = {o.value for o in documents["programme_template"].item("form").options}
    assert agreement == programme


# ---------------------------------------------------------------------------------------------- words
def test_swedish_and_english_quotes_stay_at_home() -> None:
    assert [place for place, phrase in each_phrase() if "“" in phrase.sv] == []
    assert [place for place, phrase in each_phrase() if "”" in phrase.en and "“" not in phrase.en] == []
    assert [place for place, phrase in each_phrase() if '"' in phrase.sv + phrase.en] == []


def test_long_texts_are_translated() -> None:
    same = [place for place, phrase in each_phrase() if phrase.sv == phrase.en and len(phrase.sv) > 14]
    assert same == []


def test_words_have_no_stray_spaces() -> None:
    odd = re.compile(r"^\s|\s$|  |\s[.,;:?!](?!\w)|\t")
    assert [place for place, phrase in each_phrase() if odd.search(phrase.sv) or odd.search(phrase.en)] == []


def test_lines_to_tick_are_short_enough_to_read_while_talking() -> None:
    long = [
        f"{document.id}/{item.id}"
        for document, item in each_item()
        if item.type == "check" and document.kind == "checklist" and max(len(item.text.sv), len(item.text.en)) > 110
    ]
    assert long == []


@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_brace_is_ever_shown(language: str) -> None:
    """Strict: a placeholder without a fact and without a blank raises."""
    for region in REGIONS:
        speech = Speech(language, ASSETS, facts=library.facts(region), strict=True)
        shown = [speech.read(phrase) for _, phrase in each_phrase()]
        assert [text for text in shown if "{" in text or "}" in text] == []


# ---------------------------------------------------------------------------------------------- numbers to call
def test_every_region_has_an_emergency_number() -> None:
    assert {region: library.facts(region)["emergency"] for region in REGIONS} == {"SE": "112", "GB": "999", "EU": "112"}
    assert library.facts("SE")["crisis_line"] == "90101"
    assert library.facts("SE")["help_lines"] == "112 / 90101"
    assert library.facts("EU")["crisis_line"] == "112", "no line known: the emergency number stands in"
    assert library.facts("EU")["help_lines"] == "112", "the same number is not said twice"


def test_every_printed_number_asks_to_be_checked() -> None:
    contacts = documents["guidance_contacts"].items
    assert [c.id for c in contacts if c.phone and not c.verify_before_use] == []
    assert [c.id for c in contacts if not c.phone and not c.fill_in] == []


def test_numbers_stand_in_the_contacts_and_nowhere_else() -> None:
    """A number written into a sentence would stay wrong when the region changes."""
    numbers = {c.phone for c in documents["guidance_contacts"].items if c.phone and len(c.phone) > 3}
    strays = [
        place
        for place, phrase in each_phrase()
        if not place.startswith(("guidance.contacts", "glossary")) and any(n in phrase.sv + phrase.en for n in numbers)
    ]
    assert strays == []


def test_safety_opens_while_locked_and_nothing_else_does() -> None:
    assert {d.id for d in documents.values() if d.available_when_locked} == {
        "guidance.contacts",
        "guidance.safeguarding",
    }


# ---------------------------------------------------------------------------------------------- the page about it
def test_the_specification_names_every_field_and_type() -> None:
    page = (ASSETS.parent / "docs" / "spec" / "content.md").read_text(encoding="utf-8")

    def keys(tree: Any) -> Iterator[str]:
        if isinstance(tree, dict):
            for key, value in tree.items():
                if not {"sv", "en"} & tree.keys():
                    yield key
                if key != "actions":
                    yield from keys(value)
        elif isinstance(tree, list):
            for value in tree:
                yield from keys(value)

    used = {key for path in FILES for key in keys(json.loads(path.read_text(encoding="utf-8")))}
    unnamed = sorted(word for word in used - {"little", "yes", "maybe"} | TYPES if f"`{word}`" not in page)
    assert unnamed == []
