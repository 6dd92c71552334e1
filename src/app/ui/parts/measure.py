"""How wide words get, near enough: where a long one has no room it is written smaller, not broken in the middle."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

LEAST: Final = 0.7
"""What has no room even at this share of its size is broken after all: a name may be one word of 120 letters."""

_EMS: Final = {
    letter: width
    for width, letters in (
        (0.32, " \u00a0.,:;!'’”\"ijl·"),
        (0.38, "frt-–()"),
        (0.44, "I1/"),
        (0.54, "csvxyz7"),
        (0.57, "aehknuåäéLFJ9"),
        (0.66, "ABCKRVYÅÄ04568"),
        (0.72, "DGHNUX"),
        (0.76, "OQwÖ"),
        (0.89, "mMW"),
    )
    for letter in letters
}
_OTHER: Final = 0.61
"""The bold letters of the app's typeface as parts of its size, rounded up; and any other letter."""

_PLACES = re.compile(r"(?<=-)|\s+")


def wide(text: str) -> float:
    """How wide the text gets on one line, as parts of the size of its letters."""
    return sum(_EMS.get(letter, _OTHER) for letter in text)


def pieces(text: str) -> list[str]:
    """The words of a text: between them a line may end."""
    return [piece for piece in _PLACES.split(text) if piece]


def fitting(text: str, size: float, room: float) -> float:
    """The size, or a smaller one at which the longest word has room."""
    longest = max((wide(word) for word in pieces(text)), default=0) * size
    return size if longest <= room else size * max(LEAST, room / longest)


def lines(words: Sequence[str], size: float, room: float) -> int:
    """How many lines these words take; one that is wider than the room counts as many as it is broken into."""
    taken, used = 0, room
    for word in words:
        width = wide(word) * size
        if used + wide(" ") * size + width <= room:
            used += wide(" ") * size + width
        else:
            taken += max(1, -int(-width // room))
            used = width
    return taken
