"""The user guide says what the app says: its names of buttons are the app's words, its pictures are there."""

import json
import re
from pathlib import Path

import pytest

from tests.guide import GUIDE, LANGUAGES, wanted

LOCALES = GUIDE.parents[1] / "assets" / "locales"
_EMPHASIS = re.compile(r"(?<!\*)(\*{1,2})([^*\n]+)\1(?!\*)")


def _words(language: str) -> set[str]:
    return {
        str(value)
        for file in (LOCALES / language).glob("*.json")
        for value in json.loads(file.read_text(encoding="utf-8")).values()
    }


def unknown(page: str, words: set[str]) -> list[str]:
    """What a page sets apart as a name on a screen and no screen says."""
    said = re.compile("|".join(_pattern(word) for word in sorted(words) if re.sub(r"\{\w+\}|\W", "", word)))
    named = (part.strip() for _, phrase in _EMPHASIS.findall(page) for part in phrase.split("→"))
    return [part for part in named if not said.fullmatch(part)]


def _pattern(word: str) -> str:
    return re.sub(r"\\{\w+\\}", "[^ ]+", re.escape(word))


def _page(language: str) -> str:
    return (GUIDE / f"{language}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_guide_names_is_on_a_screen(language: str) -> None:
    assert unknown(_page(language), _words(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_of_the_guide_is_there(language: str) -> None:
    names = wanted(language)
    assert len(names) > 5
    assert [name for name in names if not (GUIDE / "pictures" / f"{name}-{language}.png").is_file()] == []
    assert _page(language).count("![") == len(names), "a picture is named in another way than `make guide` reads"


def test_both_languages_tell_the_same() -> None:
    sv, en = (_page(language) for language in LANGUAGES)
    assert wanted("sv") == wanted("en")
    assert [line.split(" ")[0] for line in sv.splitlines() if line.startswith("#")] == [
        line.split(" ")[0] for line in en.splitlines() if line.startswith("#")
    ]


def test_a_name_that_no_screen_says_is_found() -> None:
    assert unknown("Tryck på *Spara allt* i **Inställningar → Server**.", {"Inställningar", "Server"}) == ["Spara allt"]


def test_pictures_are_small() -> None:
    assert [file.name for file in Path(GUIDE / "pictures").glob("*.png") if file.stat().st_size > 120_000] == []
