"""The word lists: 2,048 words a language, for passphrases that can be remembered and codes that can be read aloud.

The words differ in their first four letters, also without the dots of å, ä and ö, so `the_word` understands what
somebody types on any keyboard, and half a word.
"""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from app.errors import DocumentInvalid, DocumentMissing
from app.services.content.languages import COMPLETE

COUNT: Final = 2048
PREFIX: Final = 4


@cache
def words(assets: Path, language: str) -> tuple[str, ...]:
    """The words of a language in their order; a list that lost a word would lose bits, and is refused."""
    name = f"wordlists/{language}"
    if language not in COMPLETE and not (assets / "wordlists" / f"{language}.txt").exists():
        return words(assets, "en")  # a language whose words nobody has chosen yet
    try:
        listed = tuple((assets / "wordlists" / f"{language}.txt").read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError) as exc:
        raise DocumentMissing(document=name) from exc
    if len(set(listed)) != COUNT or len(listed) != COUNT:
        raise DocumentInvalid(document=name, reason="has not all its words")
    return listed


def the_word(assets: Path, language: str, typed: str) -> str | None:
    """The word somebody means: whole, or its first four letters, with or without dots, in any case."""
    by_prefix = _by_prefix(assets, language)
    plain = _plain(typed.strip())
    word = by_prefix.get(plain[:PREFIX])
    return word if word is not None and _plain(word).startswith(plain) else None


@cache
def _by_prefix(assets: Path, language: str) -> dict[str, str]:
    return {_plain(word)[:PREFIX]: word for word in words(assets, language)}


def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(c))
