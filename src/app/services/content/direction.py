"""Somebody's words inside a sentence of ours: written in their own direction, they turn nothing around them.

A name in Hebrew or Arabic letters, or one with a sign that changes the direction of writing, would otherwise take the
words that follow it along. It is put between two signs that nobody sees, as the Unicode standard has it for this
(UAX 9, "isolates"); what it opened itself and did not close is closed, and what it closes without having opened goes.
"""

import re
from typing import Final

FIRST_STRONG: Final = "\u2068"
END: Final = "\u2069"

_TURNING: Final = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Letters that are written from right to left, and the signs that change the direction."""
_SIGNS: Final = re.compile("[\u2066-\u2069]")


def apart(words: str) -> str:
    """The words so that they turn nothing but themselves; most are, and stay what they were."""
    if words.isascii() or not _TURNING.search(words):
        return words
    depth = 0

    def balanced(match: re.Match[str]) -> str:
        nonlocal depth
        if match[0] != END:
            depth += 1
            return match[0]
        if not depth:
            return ""
        depth -= 1
        return END

    whole = _SIGNS.sub(balanced, words)
    return f"{FIRST_STRONG}{whole}{END * depth}{END}"
