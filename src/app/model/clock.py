"""A hybrid clock: it follows the wall where it can, never runs backwards, and never refuses or waits.

A reading is one integer: milliseconds since 1970 in the upper bits and a counter in the lower sixteen. Version vectors
decide what replaced what; the clock only puts edits in an order that really were made at the same time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

COUNTER_BITS = 16
LEEWAY = timedelta(minutes=5)
"""How far a clock of somebody else may pull ours forward."""
WORTH_TELLING = timedelta(minutes=2)
"""From this difference on, people are told that a clock is wrong."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HIGHEST = (1 << 62) - 1
_LATEST = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)


def reading(moment: datetime) -> int:
    """The reading that a moment on the wall corresponds to; before 1970 it is zero."""
    return min(max(int((moment - _EPOCH) / timedelta(milliseconds=1)), 0) << COUNTER_BITS, _HIGHEST)


def milliseconds(hlc: int) -> int:
    """The wall-clock part of a reading."""
    return hlc >> COUNTER_BITS


def moment_of(hlc: int) -> datetime:
    """When that was, as far as the clock of that device can be believed."""
    return _EPOCH + timedelta(milliseconds=min(milliseconds(hlc), _LATEST))


@dataclass(frozen=True)
class Clock:
    """The last reading of this device. A new clock is made of every tick; nothing changes in place."""

    last: int = 0

    def tick(self, now: datetime) -> "Clock":
        """The next reading, later than every earlier one whatever the wall says."""
        return Clock(min(max(self.last, reading(now) - 1) + 1, _HIGHEST))

    def meet_all(self, remotes: Iterable[int], now: datetime) -> "Clock":
        """After readings of others, one after the other: ours is later, but theirs pull no further than `LEEWAY`."""
        last, most = self.last, reading(now + LEEWAY)
        for remote in remotes:
            last = min(max(last, min(remote, most)) + 1, _HIGHEST)
        return Clock(last)


def skew(remote: int, now: datetime) -> timedelta | None:
    """How far off a clock is (positive: the other one is ahead), or nothing if it is not worth telling."""
    difference = moment_of(remote) - now
    return difference if abs(difference) > WORTH_TELLING else None
