"""Comparing: a few words that both read aloud, and that nobody in between could make equal.

Numbers of words here; the lists belong to the app.
"""

from typing import Final

from sync import labels
from sync.pairing.transcript import digest

WORD_BITS: Final = 11


def numbers(hashed: bytes, count: int) -> tuple[int, ...]:
    """The first words of a digest, as numbers from 0 to 2047."""
    value = int.from_bytes(hashed, "big") >> (8 * len(hashed) - WORD_BITS * count)
    return tuple(value >> WORD_BITS * place & (1 << WORD_BITS) - 1 for place in reversed(range(count)))


def twelve(one: bytes, other: bytes) -> tuple[int, ...]:
    """132 bits of two root keys: enough against somebody who makes keys until the words fit."""
    return numbers(digest(labels.COMPARE_ROOTS, *sorted((one, other))), 12)


def two(transcript: bytes) -> tuple[int, int]:
    """22 bits of an exchange: enough to find out that one photographed the wrong screen, and for nothing else."""
    first, second = numbers(digest(labels.PAIRING_CHECK, transcript), 2)
    return first, second
