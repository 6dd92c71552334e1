"""A page to print: complete, escaped, without anything from elsewhere, and without what is only mine."""

from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from app.services.content.documents import Document
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.files.printing import CLOSING, Answer, filled, listed, opening, said

ASSETS = Path(__file__).parents[3] / "assets"
LIBRARY = Library(ASSETS)
SV = Speech("sv", ASSETS, LIBRARY.facts("SE"), strict=True)
EN = Speech("en", ASSETS, LIBRARY.facts("SE"), strict=True)


class Reader(HTMLParser):
    """Reads a page strictly: every element is closed in order; collects texts, tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: dict[str, str | None] = {}
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data.strip())


def page(document: Document, speech: Speech, *, answers: Mapping[str, Answer] | None = None, **options: Any) -> str:
    """A document alone on its page."""
    lines = filled(document, speech, LIBRARY, answers or {}, **options)
    return opening(speech.read(document.title), speech.language) + "\n".join(lines) + CLOSING


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("speech", [SV, EN], ids=["sv", "en"])
@pytest.mark.parametrize("id", [entry.id for entry in LIBRARY.entries()])
def test_every_document_can_be_printed(id: str, speech: Speech) -> None:
    document = LIBRARY.document(id)
    html = page(document, speech, mine=True)
    reader = read(html)
    assert reader.attributes["lang"] == speech.language
    for item in document.items:
        assert any(speech.read(item.text) in words for words in reader.words)
    assert "{" not in " ".join(reader.words)
    assert "://" not in html
    assert not {"script", "img", "link", "iframe"} & reader.tags


def test_what_somebody_wrote_is_only_text() -> None:
    hostile = '</dd><script>alert("x")</script>&amp;'
    minutes = LIBRARY.document("minutes.quick")
    html = opening(hostile, "sv") + listed([(hostile, hostile)])
    html += "".join(filled(minutes, SV, LIBRARY, {"talked": hostile})) + CLOSING
    reader = read(html)
    assert "script" not in reader.tags
    assert reader.words.count(hostile) == 5  # the title twice, a name, a value, an answer


def test_what_no_page_can_hold_is_seen_to_be_missing() -> None:
    words = read(opening("x", "sv") + listed([("a", "b\x00\x1b\ud800\u2028c\n\td")]) + CLOSING).words
    assert "b\ufffd\ufffd\ufffd\ufffdc\n\td" in words


def test_what_is_only_mine_is_left_out_for_others() -> None:
    answers = {"talked": "Om jobbet", "private": "bara mitt"}
    minutes = LIBRARY.document("minutes.regular")
    shared, own = (page(minutes, SV, answers=answers, mine=mine) for mine in (False, True))
    assert "bara mitt" not in shared
    assert "bara mitt" in own
    assert "Min privata anteckning" not in shared
    boundaries = LIBRARY.document("prompts.boundaries")
    answered = page(boundaries, SV, answers={"share": "bara mitt"})
    assert "bara mitt" not in answered
    assert SV.read(boundaries.item("town").text) in answered, "what nobody has answered may be handed out"


@pytest.mark.parametrize(
    ("document", "item", "answer", "words"),
    [
        ("agreement.mentoring", "frequency", "biweekly", "Varannan vecka"),
        (
            "agreement.mentoring",
            "focus",
            frozenset({"work", "studies", "eget"}),
            "Skola eller studier, Arbete och karriär och eget",
        ),
        ("agreement.mentoring", "count", 10, "10"),
        ("agreement.mentoring", "start", "2025-10-14", "tis 14 okt. 2025"),
        ("agreement.mentoring", "start", "i höst", "i höst"),
        ("minutes.quick", "date", "2025-10-14T16:00", "tis 14 okt. 2025 kl. 16:00"),
        ("survey.after_session_mentee", "useful", 4, "4 av 5"),
        ("survey.after_session_mentee", "contact_me", True, "Ja"),
        ("survey.after_session_mentee", "contact_me", False, "Nej"),
        ("minutes.quick", "talked", None, ""),
        ("minutes.quick", "talked", "", ""),
    ],
)
def test_an_answer_is_said_in_words(document: str, item: str, answer: Answer, words: str) -> None:
    assert said(LIBRARY.document(document).item(item), answer, SV, LIBRARY) == words


def test_ticks_and_empty_lines_are_seen() -> None:
    answers: Mapping[str, Answer] = {"checkin": True}
    words = read(page(LIBRARY.checklist("during_session"), SV, answers=answers, role="mentee", mine=True)).words
    assert "☑ Checka in: hur har det varit sedan sist?" in words
    assert sum(line.startswith("☐") for line in words) == 6
    assert 'class="blank"' in page(LIBRARY.document("minutes.quick"), SV)


def test_what_nobody_answered_can_be_left_out() -> None:
    minutes = LIBRARY.document("minutes.quick")
    html = "".join(filled(minutes, SV, LIBRARY, {"talked": "Om jobbet"}, blanks=False))
    assert html.count("<dt>") == 1 and "Om jobbet" in html
