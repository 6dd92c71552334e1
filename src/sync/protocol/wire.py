"""Reading and writing fixed fields: numbers are unsigned and big-endian, and nothing may be left over."""

import itertools
from collections.abc import Callable, Sequence

from sync.errors import SyncError

Refuse = Callable[[str], SyncError]
"""Makes the error of the thing that is being read, from the reason."""


class Reader:
    """Bytes from outside, taken from the front; too few or too many is an error of the caller's kind."""

    def __init__(self, raw: bytes, refuse: Refuse) -> None:
        self._raw = raw
        self._at = 0
        self.refuse = refuse

    def take(self, size: int) -> bytes:
        """The next bytes, exactly that many."""
        end = self._at + size
        if end > len(self._raw):
            raise self.refuse("length")
        found = self._raw[self._at : end]
        self._at = end
        return found

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def count(self, size: int, most: int, least: int = 0) -> int:
        """How many of something follow, within bounds."""
        found = self.number(size)
        if not least <= found <= most:
            raise self.refuse("count")
        return found

    def ascending(self, size: int, count: int) -> tuple[bytes, ...]:
        """Fixed fields in ascending order, none twice: a set has one form."""
        found = tuple(self.take(size) for _ in range(count))
        if any(one >= other for one, other in itertools.pairwise(found)):
            raise self.refuse("order")
        return found

    @property
    def left(self) -> int:
        return len(self._raw) - self._at

    def end(self) -> None:
        """Nothing may follow."""
        if self.left:
            raise self.refuse("length")


def number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def counted(size: int, fields: Sequence[bytes]) -> bytes:
    """How many there are, then all of them."""
    return b"".join([number(len(fields), size), *fields])
