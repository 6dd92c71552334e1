"""A certificate: dates and a number, in either language, as a page and as PDF, for any name."""

from __future__ import annotations

import re
import zlib
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.errors import LettersMissing
from app.services.content.direction import apart
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.files.certificate import Facts, as_page, as_pdf, certificate_words, list_words, sentence
from app.services.files.pdf import HEIGHT, Words, font, pdf

ASSETS = Path(__file__).parents[3] / "assets"
LIBRARY = Library(ASSETS)
SPEECH = {language: Speech(language, ASSETS, strict=True) for language in ("sv", "en")}
DAYS = tuple(date(2026, 10, 14) + timedelta(days=14 * at) for at in range(12))


def facts(name: str = "Åsa Öström-Łuczak", **other: object) -> Facts:
    values: dict[str, object] = {"name": name, "role": "mentor", "programme": "Vårens program", "days": DAYS}
    return Facts(**{**values, "today": date(2027, 4, 1), **other})  # type: ignore[arg-type]


def streams(data: bytes) -> list[bytes]:
    """What stands in the streams of a PDF that are not a font."""
    found = re.findall(rb"<</Filter/FlateDecode/Length (\d+)(/Length1 \d+)?>>\nstream\n", data)
    assert found
    out: list[bytes] = []
    for match in re.finditer(rb"<</Filter/FlateDecode/Length (\d+)>>\nstream\n", data):
        out.append(zlib.decompress(data[match.end() : match.end() + int(match[1])]))
    return out


def read(data: bytes) -> str:
    """The text of a PDF, back through its own tables from glyphs to letters."""
    text, letters = "", {}
    for stream in streams(data):
        for glyph, letter in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", stream):
            letters[glyph] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    for stream in streams(data):
        for codes in re.findall(rb"<([0-9A-F]+)> Tj", stream):
            text += "".join(letters[codes[at : at + 4]] for at in range(0, len(codes), 4)) + "\n"
    return text


def test_the_sentence_in_both_languages() -> None:
    said = sentence(facts("Karin"), LIBRARY, SPEECH["sv"])
    assert said.startswith("Karin har varit mentor i Vårens program från ") and said.endswith("genomfört 12 möten.")
    assert "has been a mentor in" in sentence(facts("Karin"), LIBRARY, SPEECH["en"])
    assert "{" not in sentence(facts(programme="", role="mentee"), LIBRARY, SPEECH["sv"])


def test_one_meeting_is_one_day_and_no_plural() -> None:
    said = {one: sentence(facts("Karin", days=DAYS[:1]), LIBRARY, SPEECH[one]) for one in ("sv", "en")}
    assert said["sv"].endswith("och genomfört ett möte, den 14 oktober 2026.")
    assert said["en"].endswith("and held one meeting, on 14 October 2026.")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_pdf_says_what_the_page_says(language: str) -> None:
    speech = SPEECH[language]
    for words in (certificate_words(facts(), LIBRARY, speech), list_words(facts(), LIBRARY, speech)):
        said = read(as_pdf(words, ASSETS, speech)).replace("\n", " ")
        page = as_page(words, speech)
        for one in words:
            assert " ".join(one.text.split()) in " ".join(said.split())
            assert one.text in page
        assert f'lang="{language}"' in page


def test_a_long_list_goes_on_over_pages_and_nothing_is_lost() -> None:
    days = tuple(date(2020, 1, 1) + timedelta(days=7 * at) for at in range(150))
    data = as_pdf(list_words(facts(days=days), LIBRARY, SPEECH["sv"]), ASSETS, SPEECH["sv"])
    assert b"/Count 4" in data or b"/Count 3" in data or b"/Count 5" in data
    assert "150. " in read(data)
    heights = [float(y) for stream in streams(data) for y in re.findall(rb"Td|([\d.]+) Td", stream) if y]
    assert all(0 < y < HEIGHT for y in heights)


@pytest.mark.parametrize("name", ["Ивана Петровић", "محمد علي", "王小明", "Nguyễn Thị Hồng Ánh ☕"])
def test_a_name_with_any_letters_is_on_the_page_and_refused_in_words_as_pdf(name: str) -> None:
    words = certificate_words(facts(name), LIBRARY, SPEECH["sv"])
    assert name in as_page(words, SPEECH["sv"]) and f'<h2 dir="auto">{name}</h2>' in as_page(words, SPEECH["sv"])
    assert f"<p>{apart(name)} har varit" in as_page(
        words, SPEECH["sv"]
    )  # the sentence does not turn around with the name
    with pytest.raises(LettersMissing):
        as_pdf(words, ASSETS, SPEECH["sv"])


def test_marks_that_nobody_sees_do_not_keep_a_name_off_paper() -> None:
    copied = "\u200eJa\u00adcob\u200b O\u0308st\x00\u2028Berg"
    made = as_pdf(certificate_words(facts(copied), LIBRARY, SPEECH["sv"]), ASSETS, SPEECH["sv"])
    assert "Jacob Öst\nBerg\n" in read(made)


def test_markup_in_a_name_is_a_name() -> None:
    words = certificate_words(facts("<b>Bo</b> & co"), LIBRARY, SPEECH["sv"])
    assert "<b>Bo" not in as_page(words, SPEECH["sv"])
    assert "<b>Bo</b> & co" in read(as_pdf(words, ASSETS, SPEECH["sv"]))


def test_a_word_wider_than_the_page_is_cut_and_the_offsets_are_true() -> None:
    data = pdf([Words("å" * 300, 20), Words("Å (\\) <x>")], ASSETS / "fonts", "T", "sv")
    assert read(data).replace("\n", "").count("å") == 300
    start = int(data.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    assert data[start : start + 4] == b"xref"
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", data), 1):
        assert data[int(place) :].startswith(b"%d 0 obj" % number)


def test_the_font_knows_our_letters() -> None:
    regular = font(ASSETS / "fonts" / "AtkinsonHyperlegibleNext-Regular.ttf")
    assert all(regular.glyph(letter) for letter in "åäöÅÄÖéüłŞğ–’")
    assert regular.width("mm", 10) > regular.width("ii", 10) > 0
