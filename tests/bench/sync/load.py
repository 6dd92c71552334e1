"""A thousand devices at one server: each listens, writes one change a minute, and reads what its partner wrote.

The devices are simulated in one process: sockets and envelopes that were made and signed beforehand, nothing of the client.
They come at random moments, whether the server is still busy with others or not.
"""

from __future__ import annotations

import asyncio
import random
import resource
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.sync.contestants import FIKA, Failed, Running, server
from tests.sync.server.actors import Phone, cut, frames, hang_up, pair

MINUTE = 60.0
CONNECTIONS_EACH = 2
ANSWER_SECONDS = 20.0


@dataclass
class Load:
    """What a server did under load; times in milliseconds."""

    devices: int
    seconds: float
    changes: int = 0
    writes: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    """From the beginning of a write to the moment when the other had read it."""
    errors: list[str] = field(default_factory=list)
    memory: float = 0.0
    cpu: float = 0.0
    """Share of one processor."""

    def p99(self) -> float:
        return statistics.quantiles([*self.writes, *self.reads], n=100)[98]


class Line:
    """One connection that asks one thing after the other."""

    def __init__(self, phone: Phone, port: int) -> None:
        self._port = port
        self._head = f"host: 127.0.0.1:{port}\r\nauthorization: Bearer {phone.token}\r\n"
        self._is_open = False

    async def open(self) -> None:
        """Connect, at the first question as devices do: the server cuts whoever connects and says nothing."""
        if not self._is_open:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._port)
            self._is_open = True

    async def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        await self.open()
        head = f"{method} {path} HTTP/1.1\r\n{self._head}"
        if body:
            head += f"content-type: application/octet-stream\r\ncontent-length: {len(body)}\r\n"
        self.writer.write(head.encode() + b"\r\n" + body)
        answered = await self.head()
        length = next(int(line[15:]) for line in answered if line.startswith(b"content-length:"))
        found = await self.reader.readexactly(length)
        if not answered[0].startswith(b"HTTP/1.1 200"):
            raise Failed(f"{method}: {answered[0].decode()} {found[:200].decode('utf-8', 'replace')}")
        return found

    async def head(self) -> list[bytes]:
        return (await self.reader.readuntil(b"\r\n\r\n")).lower().replace(b"http/1.1", b"HTTP/1.1").split(b"\r\n")

    async def listen(self) -> None:
        """Ask for the stream of events; `news` reads it."""
        await self.open()
        self.writer.write(f"GET /v1/events HTTP/1.1\r\n{self._head}\r\n".encode())
        answered = await self.head()
        if not answered[0].startswith(b"HTTP/1.1 200"):
            raise Failed(f"events: {answered[0].decode()}")

    async def news(self) -> int:
        """The next head that the server tells of."""
        while True:
            line = await self.reader.readline()
            if not line:
                raise Failed("the stream of events has ended")
            if line.startswith(b"data: "):
                return int(line.split()[2])


class Simulated:
    """One device: a line to ask and one to listen, and the change that it will write."""

    def __init__(self, phone: Phone, port: int, load: Load, changes: int) -> None:
        self._phone = phone
        self._load = load
        self._asking, self._listening = Line(phone, port), Line(phone, port)
        self._log = f"/v1/spaces/{phone.space}/log"
        self._changes = [phone.actor.change() for _ in range(changes)]
        self._one = asyncio.Lock()
        self.head = 0
        self.wrote: dict[bytes, float] = {}
        self.other: Simulated

    async def start(self) -> None:
        await self._listening.listen()
        self.head = await self._listening.news()

    async def write(self, when: float) -> None:
        """Write at that moment; the time runs from then, also while an earlier question is still open."""
        clock = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, when - clock.time()))
        raw = self._changes.pop(0)
        self.wrote[raw] = when
        await self._timed(self._load.writes, when, "POST", self._log, frames(raw))
        self._load.changes += 1

    async def read(self) -> None:
        """Read whatever the server tells of, for as long as this is let run."""
        while True:
            told = await self._listening.news()
            if told <= self.head:
                continue
            began = asyncio.get_running_loop().time()
            found = await self._timed(self._load.reads, began, "GET", f"{self._log}?after={self.head}&limit=500")
            for raw in cut(found[8:]) if found else ():
                self.head += 1
                if raw in self.other.wrote:
                    wrote = self.other.wrote.pop(raw)
                    self._load.told.append((asyncio.get_running_loop().time() - wrote) * 1000)

    async def _timed(self, times: list[float], began: float, method: str, path: str, body: bytes = b"") -> bytes:
        try:
            async with self._one, asyncio.timeout(ANSWER_SECONDS):
                found = await self._asking.ask(method, path, body)
        except (Failed, OSError, TimeoutError, asyncio.IncompleteReadError) as exc:
            self._load.errors.append(f"{type(exc).__name__}: {exc}")
            return b""
        times.append((asyncio.get_running_loop().time() - began) * 1000)
        return found


def measure(devices: int = 1_000, seconds: float = 60.0) -> Load:
    """Let so many devices live for so long."""
    with _many_files(4 * CONNECTIONS_EACH * devices), server(FIKA) as running:
        base = f"http://127.0.0.1:{running.port}"
        try:
            pairs = [pair(base) for _ in range(devices // 2)]
        finally:
            hang_up(base)
        return asyncio.run(_live(running, pairs, Load(devices, seconds)))


async def _live(running: Running, pairs: list[tuple[Phone, Phone]], load: Load) -> Load:
    each = round(load.seconds / MINUTE) or 1
    found: list[Simulated] = []
    for one, other in pairs:
        two = [Simulated(phone, running.port, load, each) for phone in (one, other)]
        two[0].other, two[1].other = two[1], two[0]
        found += two
    for device in found:
        await device.start()
    cpu = running.cpu
    now = asyncio.get_running_loop().time() + 0.5
    draw = random.Random(1)
    # In less than a minute not everybody's turn comes: as many write as would.
    writing = found if load.seconds >= MINUTE else draw.sample(found, round(len(found) * load.seconds / MINUTE))
    listening = [asyncio.create_task(device.read()) for device in found]
    await asyncio.gather(
        *(
            device.write(now + minute * MINUTE + draw.uniform(0, min(load.seconds, MINUTE)))
            for device in writing
            for minute in range(each)
        )
    )
    await asyncio.sleep(2)
    load.cpu = (running.cpu - cpu) / (load.seconds + 2)
    load.memory = running.memory / 2**20
    ended = [task for task in listening if task.done()]
    for task in listening:
        task.cancel()
    load.errors += [f"a listener has ended: {task.exception()}" for task in ended]
    left = sum(len(device.wrote) for device in found)
    if not load.errors and (left or load.changes != len(writing) * each or len(load.told) != load.changes):
        raise Failed(f"load: of {load.changes} changes {left} were never read by the other, as they were written")
    return load


@contextmanager
def _many_files(wanted: int) -> Iterator[None]:
    """Room for so many connections, here and in the processes that are started."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
