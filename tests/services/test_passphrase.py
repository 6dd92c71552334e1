"""Passphrases: what is easy to guess is refused, what is hard is not, and the suggestions are really random."""

from collections import Counter
from pathlib import Path

import pytest

from app.services.content.wordlists import words
from app.services.passphrase import Level, strength, suggest

ASSETS = Path(__file__).resolve().parents[2] / "assets"


@pytest.mark.parametrize(
    "easy",
    [
        "",
        "short",
        "1234567",
        "12345678",
        "123456789012345",
        "password",
        "Password1",
        "P4ssword",
        "lösenord",
        "LÖSENORD123",
        "qwertyui",
        "qwertyuiop",
        "asdfghjkl",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "abcdefghijklmnop",
        "abc123abc123abc123",
        "sommar2026",
        "sommar 2026",
        "hej hej hej hej hej",
        "19850412",
        "850412-1234",
        "stockholm",
        "fika fika fika",
        "mamma pappa",
        "karin1985",
        "blåbär 2026 1999",
        "        ",
        "hejhejhej",
        "iloveyou2",
        "monkey123",
        "åååååååå",
    ],
)
def test_what_is_guessed_first_is_refused(easy: str) -> None:
    assert strength(ASSETS, easy).level is Level.REFUSED


@pytest.mark.parametrize("language", ["sv", "en"])
def test_five_suggested_words_are_good_and_three_will_do(language: str) -> None:
    for _ in range(50):
        five = strength(ASSETS, suggest(ASSETS, language))
        assert five.level is Level.GOOD or five.bits < 55
        assert five.bits <= 55.0
    three = " ".join(words(ASSETS, language)[at] for at in (3, 700, 1999))
    assert strength(ASSETS, three).level is Level.WEAK
    four = three + " " + words(ASSETS, language)[5]
    assert strength(ASSETS, four).level is Level.FAIR
    assert strength(ASSETS, three + " " + three).level is Level.WEAK


@pytest.mark.parametrize("hard", ["Xk7#qLp2vR!9", "gnvtzqkwmhxbrd", "min katt åt upp elva gröna stolar"])
def test_what_is_hard_to_guess_is_taken(hard: str) -> None:
    assert strength(ASSETS, hard).level >= Level.WEAK


def test_case_and_form_do_not_make_it_stronger() -> None:
    assert strength(ASSETS, "LÖSENORD") == strength(ASSETS, "lo\u0308senord")


def test_the_reason_says_what_to_do() -> None:
    assert strength(ASSETS, "kort").reason == "short"
    assert strength(ASSETS, "lösenord1").reason == "common"
    assert strength(ASSETS, "ananas ananas ananas").reason == "repeated"
    assert strength(ASSETS, "blåbärspaj").reason == "easy"
    assert strength(ASSETS, suggest(ASSETS, "sv", 7)).reason == "good"


def test_longer_never_counts_less() -> None:
    text, last = "", 0.0
    for word in words(ASSETS, "sv")[::300]:
        text = f"{text} {word}".strip()
        bits = strength(ASSETS, text).bits
        assert bits >= last
        last = bits


def test_suggestions_are_drawn_evenly_from_the_whole_list() -> None:
    drawn = Counter(word for _ in range(3000) for word in suggest(ASSETS, "sv").split(" "))
    listed = set(words(ASSETS, "sv"))
    assert set(drawn) <= listed
    assert len(drawn) > 1900  # of 2,048; the chance of fewer is beyond anything
    assert max(drawn.values()) < 30
    assert len(suggest(ASSETS, "en", 6).split(" ")) == 6
