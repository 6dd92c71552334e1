"""The same work for everybody: fill a device, hand it to the server, read it on a fresh device, then one change at a time.

No figure leaves this module before what was carried has been counted and compared, on the device that wrote it and on the
one that read it.
"""

from __future__ import annotations

import hashlib
import random
import statistics
import string
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.sync.contestants import Contestant, Device, Failed, Running, server
from tests.bench.sync.wire import Wire

ITEM_BYTES = 200
LETTERS = string.ascii_letters + string.digits + " !#$%&()*+,-./:;<=>?@[]^_{|}~"
"""All signs of the keyboard at random: an eighth at most can be squeezed out of it, of what people write a half."""


def items(count: int, seed: int) -> list[str]:
    """Texts of 200 bytes, each another one."""
    draw = random.Random(seed)
    return ["".join(draw.choices(LETTERS, k=ITEM_BYTES)) for _ in range(count)]


def hash_of(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()


def check(what: str, found: dict[str, object], wanted: Sequence[str]) -> None:
    """Nothing is missing, nothing is changed, nothing is there twice."""
    if found["count"] != len(wanted):
        raise Failed(f"{what}: {found['count']} items instead of {len(wanted)}")
    if found["hash"] != hash_of(wanted):
        raise Failed(f"{what}: the items are not those that were written")


PACE = 0.3
"""Seconds between a person's changes where they are pushed."""


@dataclass
class Changes:
    """One change after the other: milliseconds, and bytes on the wire."""

    writes: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    write_bytes: list[int] = field(default_factory=list)
    read_bytes: list[int] = field(default_factory=list)
    server_cpu: float = 0.0
    """Milliseconds for a change, written and read."""
    device_cpu: float = 0.0

    @property
    def write(self) -> float:
        return statistics.median(self.writes)

    @property
    def read(self) -> float:
        return statistics.median(self.reads)

    def with_(self, more: Changes) -> Changes:
        """These and others, as if they had been made in one go."""
        here, there = len(self.writes), len(more.writes)
        return Changes(
            self.writes + more.writes,
            self.reads + more.reads,
            self.write_bytes + more.write_bytes,
            self.read_bytes + more.read_bytes,
            (self.server_cpu * here + more.server_cpu * there) / (here + there),
            (self.device_cpu * here + more.device_cpu * there) / (here + there),
        )


@dataclass
class Figures:
    """What one contestant needed for one number of items."""

    items: int
    fill: float = 0.0
    upload: float = 0.0
    upload_server_cpu: float = 0.0
    upload_device_cpu: float = 0.0
    upload_wire: float = 0.0
    disk: float = 0.0
    download: float = 0.0
    download_server_cpu: float = 0.0
    download_device_cpu: float = 0.0
    download_wire: float = 0.0
    download_after_cpu: float = 0.0
    """What the device still did by itself once everything was in its store, in processor time."""
    changes: Changes = field(default_factory=Changes)
    pushes: list[float] = field(default_factory=list)
    paced: Changes = field(default_factory=Changes)
    """Changes at the pace of the pushes: after a pause every cache is cold, for these as for those."""
    memory: float = 0.0


class Table:
    """One contestant with two devices, a server, and the line between them."""

    def __init__(self, who: Contestant, seed: int) -> None:
        self._who = who
        self._seed = seed
        self._stack = ExitStack()
        self._texts: list[str] = []
        self._number = 0

    def __enter__(self) -> Table:
        stack = self._stack
        try:
            self.wire = Wire()
            stack.callback(self.wire.close)
            self.server: Running = stack.enter_context(server(self._who, self.wire.address))
            self.wire.server_port = self.server.port
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fika-bench-")))
            self.one, self.other = (self._device(folder / name) for name in ("one", "other"))
            hello = self.other.ask("hello", **_facts(self.one.ask("found")))
            account = self.one.ask("invite", address=self.wire.address, hello=_facts(hello))["account"]
            self.other.ask("join", address=self.wire.address, account=account)
        except BaseException:
            stack.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, *fault: Any) -> None:
        self._stack.__exit__(*fault)

    def _device(self, folder: Path) -> Device:
        device = Device(self._who, folder)
        self._stack.callback(device.close)
        return device

    def carry(self, count: int) -> Figures:
        """Fill one device, hand everything over, and read it on the other."""
        texts = items(count, self._seed + self._number)
        figures = Figures(count)
        figures.fill = _seconds(self.one.ask("fill", items=texts, number=self._number))
        self._texts += texts
        self._number += count
        self.wire.taken()
        server_cpu, device_cpu = self.server.cpu, self.one.cpu
        figures.upload = _seconds(self.one.ask("upload"))
        figures.upload_server_cpu = self.server.cpu - server_cpu
        figures.upload_device_cpu = self.one.cpu - device_cpu
        figures.upload_wire = self.wire.taken() / count
        figures.disk = self.server.disk / self._number
        server_cpu, device_cpu = self.server.cpu, self.other.cpu
        figures.download = _seconds(self.other.ask("download"))
        figures.download_server_cpu = self.server.cpu - server_cpu
        figures.download_device_cpu = self.other.cpu - device_cpu
        figures.download_wire = self.wire.taken() / count
        device_cpu = self.other.cpu
        self.other.ask("rest")
        figures.download_after_cpu = self.other.cpu - device_cpu
        self.one.ask("rest")
        figures.memory = self.server.memory / 2**20
        self.check()
        return figures

    def change(self, count: int, *, last: bool = True, pause: float = 0.0) -> Changes:
        """One change, read on the other device before the next is written; `pause` seconds between them.

        Compared with what was written at the `last`.
        """
        found = Changes()
        texts = self._more(count)
        server_cpu, device_cpu = self.server.cpu, self.one.cpu + self.other.cpu
        for number, text in enumerate(texts, self._number):
            self.wire.taken()
            found.writes.append(_seconds(self.one.ask("write", text=text, number=number)) * 1000)
            found.write_bytes.append(self.wire.taken())
            found.reads.append(_seconds(self.other.ask("read")) * 1000)
            found.read_bytes.append(self.wire.taken())
            time.sleep(pause)
        self._number += count
        found.server_cpu = (self.server.cpu - server_cpu) / count * 1000
        found.device_cpu = (self.one.cpu + self.other.cpu - device_cpu) / count * 1000
        if last:
            self.check()
        return found

    def push(self, count: int) -> list[float]:
        """From the moment somebody writes to the moment it can be shown on the other screen, in milliseconds."""
        self.one.ask("send")
        self.other.ask("listen")
        found: list[float] = []
        for heard, text in enumerate(self._more(count), 1):
            wrote = self.one.ask("put", text=text, number=self._number)
            self._number += 1
            found.append((self.other.ask("heard", count=heard)["at"] - wrote["began"]) * 1000)
            time.sleep(PACE)
        self.one.ask("hush")
        self.other.ask("hush")
        self.check()
        return found

    def check(self) -> None:
        """Both devices have everything, opened and readable in their own store."""
        check(f"{self._who.name}, the device that wrote", self.one.ask("digest"), self._texts)
        check(f"{self._who.name}, the device that read", self.other.ask("digest"), self._texts)

    def _more(self, count: int) -> list[str]:
        texts = items(count, self._seed + self._number)
        self._texts += texts
        return texts


def _seconds(answer: dict[str, object]) -> float:
    began, ended = answer["began"], answer["ended"]
    assert isinstance(began, float) and isinstance(ended, float)
    return ended - began


def _facts(answer: dict[str, object]) -> dict[str, object]:
    """What a device said beside when."""
    return {name: value for name, value in answer.items() if name not in ("began", "ended")}
