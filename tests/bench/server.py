"""What the server itself costs: processor time an item, time of one change, bytes on the disk, memory.

    python -m tests.bench.server [--postgres] [--items 10000]

Envelopes are made beforehand and random inside, so that only the server is measured. Bundled means as an import or a
first sync does it: two hundred changes of 200 bytes in an envelope; single means one change in each envelope.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from sync.protocol.limits import BATCH_BYTES
from tests.sync.server.actors import Phone, hang_up, pair
from tests.sync.server.cluster import Cluster, binaries

ROOT = Path(__file__).resolve().parents[2]
IN_ONE = 200
ITEM = 280
"""Bytes of one change of 200 bytes within the JSON of an envelope."""


@contextmanager
def server(folder: Path, **settings: str) -> Iterator[tuple[str, psutil.Process]]:
    """The server as it is run, on SQLite or on what the settings say."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "FIKA_PORT": "0", "FIKA_FOLDER": str(folder), **settings}
    process = subprocess.Popen([sys.executable, "-m", "sync.server"], env=env, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        base = json.loads(process.stdout.readline())["address"]
        drain = threading.Thread(target=process.stdout.read, daemon=True)
        drain.start()
        _until_it_listens(base)
        yield base, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)
        hang_up(base)


def _until_it_listens(base: str) -> None:
    """The address is told as soon as it is taken; a moment later somebody answers there."""
    host, _, port = base.removeprefix("http://").partition(":")
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection((host, int(port)), 1).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < end
            time.sleep(0.02)


def cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def batches(envelopes: list[bytes]) -> list[list[bytes]]:
    """As many in one push as are allowed."""
    found: list[list[bytes]] = [[]]
    size = 0
    for raw in envelopes:
        if len(found[-1]) == 500 or size + len(raw) + 4 > BATCH_BYTES:
            found.append([])
            size = 0
        found[-1].append(raw)
        size += len(raw) + 4
    return found


def upload(one: Phone, process: psutil.Process, envelopes: list[bytes], items: int) -> dict[str, float]:
    pushes = batches(envelopes)
    before, began = cpu(process), time.perf_counter()
    for push in pushes:
        answer = one.push(*push)
        assert answer.status_code == 200, answer.text
    seconds, used = time.perf_counter() - began, cpu(process) - before
    return {
        "seconds": round(seconds, 3),
        "cpu_ms_an_item": round(used / items * 1000, 4),
        "items_a_second": round(items / seconds),
    }


def single(one: Phone, other: Phone, process: psutil.Process, count: int) -> dict[str, float]:
    """One change after the other: written by one, read by the other."""
    head = len(one.all())
    writes, reads = [], []
    before = cpu(process)
    for _ in range(count):
        raw = one.actor.change()
        began = time.perf_counter()
        assert one.push(raw).status_code == 200
        writes.append(time.perf_counter() - began)
        began = time.perf_counter()
        assert other.pulled(head) == [raw]
        reads.append(time.perf_counter() - began)
        head += 1
    return {
        "write_p50_ms": round(statistics.median(writes) * 1000, 2),
        "read_p50_ms": round(statistics.median(reads) * 1000, 2),
        "cpu_ms_a_change": round((cpu(process) - before) / count * 1000, 3),
    }


def measure(base: str, process: psutil.Process, folder: Path, items: int) -> dict[str, Any]:
    one, other = pair(base)
    bundled = [one.actor.change(ITEM * IN_ONE) for _ in range(items // IN_ONE)]
    found: dict[str, Any] = {"bundled": upload(one, process, bundled, items)}
    found["bundled"]["disk_bytes_an_item"] = round(size(folder) / items)
    found["wire_bytes_an_item"] = round(sum(map(len, bundled)) / items)
    found["one_change"] = single(one, other, process, 60)
    lone, _ = pair(base)
    raws = [lone.actor.change() for _ in range(items)]
    before = size(folder)
    found["single"] = upload(lone, process, raws, items)
    found["single"]["disk_bytes_an_item"] = round((size(folder) - before) / items)
    began = time.perf_counter()
    assert len(lone.all()) == items + 4
    found["fresh_device_pull_seconds"] = round(time.perf_counter() - began, 3)
    found["one_change_after"] = single(lone, lone, process, 60)
    found["memory_mb"] = round(process.memory_info().rss / 2**20)
    return found


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--items", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fika-bench-") as name:
        folder = Path(name)
        if not asked.postgres:
            with server(folder) as (base, process):
                print(json.dumps(measure(base, process, folder, asked.items), indent=1))
            return
        programs = binaries()
        assert programs is not None, "PostgreSQL is missing: sh tools/setup.sh postgres"
        cluster = Cluster(programs)
        try:
            cluster.make()
            cluster.start()
            with server(folder, FIKA_DATABASE_URL=cluster.create("fika")) as (base, process):
                print(json.dumps(measure(base, process, cluster.folder / "data" / "base", asked.items), indent=1))
        finally:
            cluster.remove()


if __name__ == "__main__":
    main()
