"""The word lists are what passphrases and pairing rest on: their size, their distance, their letters, their manners."""

import re
import unicodedata
from pathlib import Path

import pytest
from tools.make_wordlists import made

WORDLISTS = Path(__file__).parents[2] / "assets" / "wordlists"
LETTERS = {"sv": "[a-zåäö]{3,8}", "en": "[a-z]{3,8}"}

# Of words that sound alike at most one may be in a list: they are read aloud when two phones are paired.
SOUND_ALIKE = {
    "en": "pair/pear/pare bare/bear sea/see sun/son flour/flower hare/hair deer/dear dew/due/do two/to/too two/too "
    "root/route/rout right/write sight/site way/weigh week/weak wear/where which/witch thyme/time plane/plain "
    "sail/sale tail/tale steel/steal read/red piece/peace meat/meet muscle/mussel knight/night mail/male isle/aisle "
    "dual/duel dye/die sauce/source desert/dessert yolk/yoke cell/sell serial/cereal core/corps bury/berry "
    "vein/vain/vane stair/stare pedal/petal/peddle sole/soul shore/sure ant/aunt air/heir whole/hole rose/rows",
    "sv": "jord/hjord jul/hjul järn/gärna hjärna/gärna värd/värld ägg/egg enda/ända verk/värk ljung/jung vals/valls "
    "sopa/soppa ek/äk sen/sänd skruv/skriv",
}
# Words nobody should be given as their key. The lists were chosen by hand; this keeps the worst from coming back.
UNKIND = {
    "sv": "hora kåt kuk fitta neger bög död döda mord hat hata fet ful dum idiot slå slav nazi apa gris åsna svin häxa "
    "ras sjuk lik knark sperma skit jävla fan helvete våldta rån tjuv dräng dvärg",
    "en": "ass butt crap damn dead death die dumb fat gun hate hell idiot kill moron murder nazi nude pig porn rape "
    "sex shit slave slut stupid suicide ugly whore monkey gorilla ape negro gay cripple retard tribe savage",
}


def plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


@pytest.fixture(params=["sv", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def words(language: str) -> list[str]:
    return (WORDLISTS / f"{language}.txt").read_text(encoding="utf-8").split("\n")[:-1]


def test_a_list_has_eleven_bits_a_word(words: list[str]) -> None:
    assert len(words) == len(set(words)) == 2048


def test_four_letters_typed_on_any_keyboard_name_one_word(words: list[str]) -> None:
    assert len({plain(word)[:4] for word in words}) == len(words)


def test_words_are_short_lower_case_and_in_order(words: list[str], language: str) -> None:
    assert [word for word in words if not re.fullmatch(LETTERS[language], word)] == []
    assert words == sorted(words)
    assert [word for word in words if unicodedata.normalize("NFC", word) != word] == []


def test_most_swedish_words_need_no_dots() -> None:
    words = (WORDLISTS / "sv.txt").read_text(encoding="utf-8").split()
    assert sum(word.isascii() for word in words) >= 0.85 * len(words)


def test_no_two_words_sound_alike(words: list[str], language: str) -> None:
    twins = [group for group in SOUND_ALIKE[language].split() if len(set(group.split("/")) & set(words)) > 1]
    assert twins == []


def test_no_word_is_unkind(words: list[str], language: str) -> None:
    assert sorted(set(UNKIND[language].split()) & set(words)) == []


def test_the_list_is_what_the_command_makes(words: list[str], language: str) -> None:
    assert words == made(language)
