"""Sentences: nothing is torn, nothing is lost, and a stop that ends nothing does not cut."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.sentences import sentences
from tests.support.effort import effort


def words(text: str) -> list[str]:
    return [one.words for one in sentences(text)]


@settings(max_examples=effort(300, 5000))
@given(st.text(alphabet="abA1 .!?…\n\r\t\u2028🙂👩‍👩‍👧å\u0301\u200f؟”)-", max_size=60))
def test_sentences_are_the_text(text: str) -> None:
    parts = sentences(text)
    assert "".join(part.text for part in parts) == text
    assert all(part.words == part.words.strip() for part in parts)
    assert all(part.words for part in parts[1:])
    assert all(part.space for part in parts[:-1])  # cut at white space only


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vi ses kl. 15 på torget. Ta med CV:t.", ["Vi ses kl. 15 på torget.", "Ta med CV:t."]),
        ("Prova t.ex. att ringa. Eller bl.a. skriva.", ["Prova t.ex. att ringa.", "Eller bl.a. skriva."]),
        ("Kl. 16.30 på CV:t… Va?! Ja", ["Kl. 16.30 på CV:t…", "Va?!", "Ja"]),
        ("Te, kaffe osv. och mer. Kaffe m.m. Sedan hem.", ["Te, kaffe osv. och mer.", "Kaffe m.m.", "Sedan hem."]),
        ("Tåg fr.o.m. 1 okt. 2026. Bra.", ["Tåg fr.o.m. 1 okt. 2026.", "Bra."]),
        ("Dr. Ek och K. Berg kom. De gick.", ["Dr. Ek och K. Berg kom.", "De gick."]),
        (
            "We meet at 3 p.m. on Friday, e.g. in St. Mary's. OK?",
            ["We meet at 3 p.m. on Friday, e.g. in St. Mary's.", "OK?"],
        ),
        ("Call Mr. Hill at 5 p.m. Then go.", ["Call Mr. Hill at 5 p.m.", "Then go."]),
        ("Item No. 4 is done. No. It is not.", ["Item No. 4 is done.", "No.", "It is not."]),
        ("Hon sa: ”Hej.” Han gick. (Fort.) Slut", ["Hon sa: ”Hej.”", "Han gick.", "(Fort.)", "Slut"]),
        ("Vänta... kanske. Nej... Jo.", ["Vänta... kanske.", "Nej...", "Jo."]),
        ("Ring p. g. a. det. Kom i. Ok, bl. a. nu.", ["Ring p. g. a. det.", "Kom i.", "Ok, bl. a. nu."]),
        ("ringde. inget svar. provar igen", ["ringde.", "inget svar.", "provar igen"]),
        (
            "- mjölk\n* bröd\n[ ] ost\n1. ring Åsa\n2) skriv\n",
            ["- mjölk", "* bröd", "[ ] ost", "1. ring Åsa", "2) skriv"],
        ),
        ("Ett\r\nTvå\rTre\u2028Fyra\x85Fem", ["Ett", "Två", "Tre", "Fyra", "Fem"]),
        ("Bra! 🎉 Vi ses. 🙂🙂 Hej", ["Bra! 🎉", "Vi ses. 🙂🙂", "Hej"]),
        ("Bra!🎉 Hej 🙂 du. – Nej.", ["Bra!🎉 Hej 🙂 du.", "– Nej."]),
        ("هل أنت بخير؟ نعم. شكرا", ["هل أنت بخير؟", "نعم.", "شكرا"]),
        ("3.5 st. 12.50 kr. Dyrt.", ["3.5 st. 12.50 kr.", "Dyrt."]),
        ("Kl.\u00a015 går vi.", ["Kl.\u00a015 går vi."]),
        ("  \n Hej. ", ["", "Hej."]),
        ("", []),
        (" ", [""]),
    ],
)
def test_what_a_sentence_is(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_row_of_stops_takes_time_that_grows_with_its_length() -> None:
    """Eight seconds for 20,000 dots, when the end is looked for from each of them."""
    began = time.process_time()
    for row in ("." * 20_000, '."' * 20_000, "." + ")" * 20_000):
        assert words(f"Se {row}x y") == [f"Se {row}x y"]
    assert time.process_time() - began < 3
