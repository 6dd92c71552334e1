"""A store on documents in memory, with a clock that a test moves and a timer that a test lets ring."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from app.services.records.store import Store
from tests.support.memory import MemoryDocuments, MemorySpaces

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOON = datetime(2026, 10, 14, 12, 0, tzinfo=STOCKHOLM)


class Now:
    """A clock on the wall that stands still until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def later(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


class Timers:
    """Timers that ring when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Running] = []

    def __call__(self, seconds: float, call: Callable[[], None]) -> Running:
        timer = Running(self, seconds, call)
        self.waiting.append(timer)
        return timer

    def ring(self) -> int:
        """Let all that wait ring; how many did."""
        due, self.waiting = self.waiting, []
        for timer in due:
            timer.call()
        return len(due)


class Running:
    def __init__(self, timers: Timers, seconds: float, call: Callable[[], None]) -> None:
        self.timers, self.seconds, self.call = timers, seconds, call

    def cancel(self) -> None:
        if self in self.timers.waiting:
            self.timers.waiting.remove(self)


class MemoryStore(Store):
    """A store with its stand-ins at hand: `clock`, `timers`, `memory`, `places`."""

    clock: Now
    timers: Timers
    memory: MemoryDocuments
    places: MemorySpaces

    def again(self) -> MemoryStore:
        """Another store on the same documents, as after a restart: nothing of this one is left in memory."""
        return memory_store(documents=self.memory, spaces=self.places, now=self.clock)


_numbers = count()


def memory_store(
    *,
    documents: MemoryDocuments | None = None,
    spaces: MemorySpaces | None = None,
    now: Now | None = None,
    careful: bool = True,
) -> MemoryStore:
    """An empty store, or one on documents that are there already."""
    memory = documents if documents is not None else MemoryDocuments(careful=careful)
    clock = now or Now()
    places = spaces or MemorySpaces(memory)
    timers = Timers()
    store = MemoryStore(
        memory, places, now=clock, start=timers, entropy=lambda size: next(_numbers).to_bytes(size, "big")
    )
    store.clock, store.timers, store.memory, store.places = clock, timers, memory, places
    return store
