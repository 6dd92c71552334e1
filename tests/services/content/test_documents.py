"""Documents are plain values: equal when they say the same, and usable as keys."""

from pathlib import Path

from app.services.content.library import Library

ASSETS = Path(__file__).parents[3] / "assets"


def test_documents_are_values() -> None:
    first, second = Library(ASSETS).documents(), Library(ASSETS).documents()
    assert first == second
    assert len({*first, *second}) == len(first) == 37


def test_every_phrase_of_a_line_is_found() -> None:
    contact = Library(ASSETS).document("guidance.contacts").item("sesoc")
    assert [phrase.sv for phrase in contact.phrases] == [contact.text.sv, contact.help.sv if contact.help else ""]
    scale = next(item for item in Library(ASSETS).survey_after("mentee").items if item.scale)
    assert scale.scale is not None
    assert scale.scale.min_label in list(scale.phrases)


def test_a_document_knows_whom_it_is_for() -> None:
    library = Library(ASSETS)
    plan = library.document("checklist.programme")
    assert (plan.is_for("coordinator"), plan.is_for("mentor"), plan.is_for(None)) == (True, False, True)
    assert [group for group, _ in library.document("texts.messages").in_groups()] == [None]
