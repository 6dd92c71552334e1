"""The word lists as the app uses them: whole or refused, and patient with what somebody types."""

from pathlib import Path

import pytest

from app.errors import DocumentInvalid, DocumentMissing
from app.services.content.wordlists import the_word, words

ASSETS = Path(__file__).parents[3] / "assets"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_word_is_understood(language: str) -> None:
    for word in words(ASSETS, language):
        assert the_word(ASSETS, language, word) == word
        assert the_word(ASSETS, language, f" {word[:4].upper()} ") == word


@pytest.mark.parametrize(
    ("typed", "word"), [("fält", "fält"), ("falt", "fält"), ("FALT", "fält"), ("fa\u0308lt", "fält")]
)
def test_dots_may_be_left_out(typed: str, word: str) -> None:
    assert the_word(ASSETS, "sv", typed) == word


@pytest.mark.parametrize("typed", ["", "fä", "fältx", "qqqq", "abborrer", "{", "😀"])
def test_what_is_no_word_is_none(typed: str) -> None:
    assert the_word(ASSETS, "sv", typed) is None


def test_a_list_that_lost_a_word_is_refused(tmp_path: Path) -> None:
    """It would still look like a list, and give fewer bits."""
    folder = tmp_path / "wordlists"
    folder.mkdir()
    (folder / "sv.txt").write_text("\n".join(words(ASSETS, "sv")[:-1]), encoding="utf-8")
    (folder / "en.txt").write_text("\n".join([*words(ASSETS, "en")[:-1], "able"]), encoding="utf-8")
    for language in ("sv", "en"):
        with pytest.raises(DocumentInvalid):
            words(tmp_path, language)
    with pytest.raises(DocumentMissing):
        words(tmp_path / "nowhere", "fi")
