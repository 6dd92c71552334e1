"""Who waits for news of which space, in this process. A poke says how far a log goes and nothing else."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping

LISTENERS = 4_000
SHARE = 4
"""Of these so many for one device in one space; its newest ones, since a phone may not know that a line is dead."""


class Crowded(Exception):
    """Too many wait already."""


class Ear:
    """One who waits: the newest head of each of its spaces that was not taken yet, each told once.

    `devices` says as whom it listens where. An ear that is `deaf` to them is not told what these devices write
    themselves: they hear that from the answer to it.
    """

    def __init__(self, spaces: Iterable[bytes], devices: Mapping[bytes, bytes], *, deaf: bool) -> None:
        self.spaces = frozenset(spaces)
        self.devices = devices
        self.deaf = deaf
        self.ended = False
        self._heads: dict[bytes, int] = {}
        self._told: dict[bytes, int] = {}
        self._news = asyncio.Event()

    def hear(self, space: bytes, head: int) -> None:
        if head > self._told.get(space, -1):
            self._told[space] = self._heads[space] = head
            self._news.set()

    def knows(self, space: bytes, head: int) -> None:
        """That far it need not be told any more."""
        self._told[space] = max(head, self._told.get(space, -1))

    def end(self) -> None:
        """Wake up for the last time: the server stops, or this device listens anew."""
        self.ended = True
        self._news.set()

    async def take(self) -> dict[bytes, int]:
        """Wait for news and take it: a slow reader gets the newest, never a queue."""
        await self._news.wait()
        self._news.clear()
        heads, self._heads = self._heads, {}
        return heads


class Hub:
    """Passes pokes on to those who wait. Belongs to one event loop; only `tell` may come from elsewhere."""

    def __init__(self) -> None:
        self._ears: dict[bytes, set[Ear]] = {}
        self._of: dict[tuple[bytes, bytes], deque[Ear]] = {}
        self._count = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def listeners(self) -> int:
        return self._count

    def start(self) -> None:
        """From now on `tell` reaches this event loop."""
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """Wake everybody, so that a server that stops is not held up by those who wait."""
        self._loop = None
        for ear in set().union(*self._ears.values()):
            self._forget(ear)

    @property
    def stopped(self) -> bool:
        return self._loop is None

    def join(self, spaces: Iterable[bytes], devices: Mapping[bytes, bytes] | None = None, *, deaf: bool = False) -> Ear:
        """Begin to listen. Whoever listens more often than its share ends what it began first."""
        ear = Ear(spaces, devices or {}, deaf=deaf)
        for one in ear.devices.items():
            if len(self._of.get(one, ())) == SHARE:
                self._forget(self._of[one][0])
        if self._count >= LISTENERS:
            raise Crowded
        self._count += 1
        for space in ear.spaces:
            self._ears.setdefault(space, set()).add(ear)
        for one in ear.devices.items():
            self._of.setdefault(one, deque()).append(ear)
        return ear

    def leave(self, ear: Ear) -> None:
        """Listen no more; nothing when that ear was ended already."""
        if not ear.ended:
            self._forget(ear)

    def _forget(self, ear: Ear) -> None:
        ear.end()
        self._count -= 1
        for space in ear.spaces:
            self._ears[space].discard(ear)
            if not self._ears[space]:
                del self._ears[space]
        for one in ear.devices.items():
            self._of[one].remove(ear)
            if not self._of[one]:
                del self._of[one]

    def watched(self) -> list[bytes]:
        """The spaces somebody waits for; a copy, since other threads ask."""
        return list(self._ears)

    def poke(self, space: bytes, head: int, by: bytes = b"") -> None:
        """From the event loop itself. `by` is the device that wrote."""
        for ear in self._ears.get(space, ()):
            if by and ear.deaf and ear.devices.get(space) == by:
                ear.knows(space, head)
            else:
                ear.hear(space, head)

    def tell(self, space: bytes, head: int) -> None:
        """From any thread."""
        loop = self._loop
        if loop is not None:
            try:
                loop.call_soon_threadsafe(self.poke, space, head)
            except RuntimeError:  # the loop closed in this moment: nobody waits any more
                return
