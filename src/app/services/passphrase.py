"""Passphrases: words to suggest, and an honest estimate of how hard a chosen one is to guess.

The estimate asks how somebody would guess who knows how people choose: common passwords first, then words,
repetitions, rows of keys and years, and only what is left letter by letter. It is careful rather than
clever, and errs on the low side. Refused is what is shorter than eight characters or would fall within days
on one graphics card (about 2,500 guesses a second at our floor): less than 30 bits. Everything above is the
person's own choice.
"""

import enum
import itertools
import math
import re
import secrets
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from app.errors import PassphraseUnfit
from app.services.content.wordlists import words

LETTERS_MIN: Final = 8
BITS_MIN: Final = 30.0
BITS_FAIR: Final = 40.0
BITS_GOOD: Final = 50.0
WORD_BITS: Final = 11.0
"""One word of our list of 2,048, when it was drawn at random."""

_CHOSEN_WORD_BITS: Final = 10.0
"""A word that somebody thought of: people choose from a thousand or so."""
_COMMON_BITS: Final = 8.0
_YEAR: Final = re.compile(r"(19|20)\d\d")
_ROWS: Final = ("1234567890", "qwertyuiopå", "asdfghjklöä", "zxcvbnm", "abcdefghijklmnopqrstuvwxyzåäö")


class Level(enum.IntEnum):
    """How a passphrase stands up to guessing."""

    REFUSED = 0
    WEAK = 1
    FAIR = 2
    GOOD = 3


@dataclass(frozen=True, slots=True)
class Strength:
    """An estimate; `reason` is a key: short, common, repeated, easy, more, good."""

    level: Level
    reason: str
    bits: float


@lru_cache(maxsize=1)
def common(assets: Path) -> frozenset[str]:
    """What people choose first, in both languages."""
    return frozenset((assets / "wordlists" / "common.txt").read_text("utf-8").split())


def suggest(assets: Path, language: str, count: int = 5) -> str:
    """Words drawn at random: five are 55 bits."""
    return " ".join(secrets.choice(words(assets, language)) for _ in range(count))


def strength(assets: Path, passphrase: str) -> Strength:
    """How hard it is to guess; the words of both languages count."""
    text = unicodedata.normalize("NFKC", passphrase).casefold().strip()
    if len(text) < LETTERS_MIN:
        return Strength(Level.REFUSED, "short", 0.0)
    bare = "".join(letter for letter in text if letter.isalnum())
    usual = common(assets)
    if bare in usual or bare.strip("0123456789") in usual:
        return Strength(Level.REFUSED, "common", _COMMON_BITS)
    listed = frozenset(words(assets, "sv")) | frozenset(words(assets, "en"))
    parts = re.findall(r"[^\W\d_]+|\d+|[^\w\s]|_", text)
    bits = 0.0
    seen: set[str] = set()
    for part in parts:
        bits += 1.0 if part in seen else _part_bits(part, listed, usual)
        seen.add(part)
    spread = len(set(text))
    if spread <= 4:
        bits = min(bits, 2.0 * spread)
    if bits < BITS_MIN:
        return Strength(Level.REFUSED, "repeated" if len(seen) < len(parts) or spread <= 4 else "easy", bits)
    if bits < BITS_FAIR:
        return Strength(Level.WEAK, "more", bits)
    return Strength(Level.FAIR, "more", bits) if bits < BITS_GOOD else Strength(Level.GOOD, "good", bits)


def accept(assets: Path, passphrase: str) -> None:
    """Raise `PassphraseUnfit` for one that would fall within days."""
    found = strength(assets, passphrase)
    if found.level is Level.REFUSED:
        raise PassphraseUnfit(reason=found.reason)


def _part_bits(part: str, listed: frozenset[str], usual: frozenset[str]) -> float:
    """What one run of letters or digits adds."""
    if part in listed:
        return WORD_BITS
    if part in usual:
        return _COMMON_BITS
    if _YEAR.fullmatch(part):
        return 6.0
    fresh = _without_rows(part)
    if part.isdigit():
        return min(len(part), fresh) * math.log2(10) * (0.6 if len(part) in (6, 8) else 1.0)
    if not part.isalpha():
        return 3.0
    # Letters that spell no word of ours may still be a word or a name; vowels in between say that they probably are.
    letter_bits = 4.0 * fresh
    spoken = 0.2 <= sum(letter in "aeiouyåäö" for letter in part) / len(part) <= 0.7
    return min(letter_bits, _CHOSEN_WORD_BITS + 0.5 * max(0, len(part) - 4)) if spoken else letter_bits


def _without_rows(part: str) -> int:
    """How many characters are left when runs of one letter, and of neighbours on a row, count once."""
    left = 1
    for before, after in itertools.pairwise(part):
        step = any(before + after in row or after + before in row for row in _ROWS)
        left += not (before == after or step)
    return left
