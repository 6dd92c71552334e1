"""How often: buckets that fill up again. Kept in this process's memory, bounded, and forgotten at a restart."""

import ipaddress
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

KEPT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second afterwards."""

    burst: float
    each_second: float


WRONG: Final = Rate(30, 0.5)
CHALLENGES: Final = Rate(2_000, 20)
INTRODUCTIONS: Final = Rate(1_000, 2)
LETTERS: Final = Rate(120, 2)
DEVICE: Final = Rate(2_000, 50)
KEYRINGS: Final = Rate(12, 12 / 86_400)
"""New keyrings that the members of a space may put there: they count against no quota, since they name no space."""


class Buckets:
    """One bucket a caller, with the time as an argument."""

    def __init__(self, rate: Rate, kept: int = KEPT) -> None:
        self._rate = rate
        self._kept = kept
        self._levels: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._guard = threading.Lock()

    def take(self, caller: bytes, now: float, amount: float = 1) -> float:
        """0 when it is allowed, else after how many seconds it would be."""
        with self._guard:
            level, since = self._levels.get(caller, (self._rate.burst, now))
            level = min(self._rate.burst, level + max(0.0, now - since) * self._rate.each_second)
            allowed = level >= amount
            self._levels[caller] = (level - amount if allowed else level, now)
            self._levels.move_to_end(caller)
            if len(self._levels) > self._kept:
                self._levels.popitem(last=False)
        return 0 if allowed else (amount - level) / self._rate.each_second


def neighbourhood(address: str) -> bytes:
    """Whom a limit by address means: an IPv4 address, or the /64 that one household of IPv6 has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address.encode()[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        return parsed.ipv4_mapped.packed if parsed.ipv4_mapped else parsed.packed[:8]
    return parsed.packed
