"""How many changes go into one envelope: a batch pays for header, signature and filling once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sync.protocol.limits import KIBIBYTE
from sync.sealing.content import write

PORTION_BYTES: Final = 96 * KIBIBYTE
"""JSON that a portion takes in before it is closed: deflated, that is about one envelope."""

BATCH_CHANGES: Final = 8
"""From that many changes on a portion is a batch and deflated. A change by itself never is: somebody who can put
words of their own beside a secret could tell from the length whether they guessed it."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Changes that follow each other and go into one message."""

    first: int
    changes: tuple[Mapping[str, Any], ...]

    @property
    def deflate(self) -> bool:
        return len(self.changes) >= BATCH_CHANGES


def portions(first: int, changes: Iterable[Mapping[str, Any]]) -> Iterator[Portion]:
    """Cut the outbox, which begins with the own change of that number, into messages."""
    taken: list[Mapping[str, Any]] = []
    size = 0
    for change in changes:
        length = len(write(change)) + 1
        if taken and size + length > PORTION_BYTES:
            yield Portion(first, tuple(taken))
            first, taken, size = first + len(taken), [], 0
        taken.append(change)
        size += length
    if taken:
        yield Portion(first, tuple(taken))
