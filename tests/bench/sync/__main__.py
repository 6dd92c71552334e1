"""`make bench-sync`: Fika's server and client beside two peers from the npm registry; writes its part of docs/benchmarks.md.

    python -m tests.bench.sync [--quick] [--items 1000,10000] [--only sides,growth,load,postgres] [--dry]

The full form takes about seven minutes on two calm processors, `--quick` three; building the peers comes on top, once.
It ends with 1 when a server does not start, an item is missing, or one is not what was written; a target that was missed
is said, and ends it with 0.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path

from tests.bench.sync import contestants, load, report, side_by_side
from tests.bench.sync.contestants import FIKA, PEERS, ROOT, Contestant, Failed
from tests.bench.sync.report import Found
from tests.bench.sync.side_by_side import PACE, Figures, Table
from tests.bench.sync.wire import Wire

SEED = 20261122
TURNS = 12
PARTS = ("sides", "growth", "load", "postgres")


def sides(sizes: Sequence[int], runs: int, changes: int, pushes: int) -> dict[str, dict[int, Figures]]:
    """Everybody at every size, by turns; whoever was first is last in the next run."""
    everybody: list[Contestant] = [FIKA, *PEERS]
    found: dict[str, dict[int, list[Figures]]] = {who.name: {size: [] for size in sizes} for who in everybody}
    for run in range(runs):
        turn = run % len(everybody)
        for size in sizes:
            for who in everybody[turn:] + everybody[:turn]:
                say(f"{who.name}, {size:,} items, run {run + 1} of {runs}")
                with Table(who, SEED + 1_000_000 * run) as table:
                    figures = table.carry(size)
                    figures.changes = table.change(changes)
                    if who.pushes:
                        figures.paced = table.change(pushes, pause=PACE)
                        figures.pushes = table.push(pushes)
                found[who.name][size].append(figures)
    return {name: {size: median(rows) for size, rows in kept.items()} for name, kept in found.items()}


def median(rows: Sequence[Figures]) -> Figures:
    """The middle of each figure; single changes of all runs go together."""
    found = Figures(rows[0].items)
    for field in fields(Figures):
        if field.type == "float":
            setattr(found, field.name, statistics.median(getattr(row, field.name) for row in rows))
    for row in rows:
        found.pushes += row.pushes
        if row.pushes:
            found.paced = found.paced.with_(row.paced)
        for name in ("writes", "reads", "write_bytes", "read_bytes"):
            getattr(found.changes, name).extend(getattr(row.changes, name))
    found.changes.server_cpu = statistics.median(row.changes.server_cpu for row in rows)
    found.changes.device_cpu = statistics.median(row.changes.device_cpu for row in rows)
    return found


def growth(sizes: Sequence[int], changes: int) -> dict[int, side_by_side.Changes]:
    """What one change costs as the log grows: all sizes stand side by side and take turns, whatever the machine does."""
    found = {size: side_by_side.Changes() for size in sizes}
    with ExitStack() as stack:
        tables = {}
        for size in sizes:
            say(f"{size:,} items, for one change among them")
            tables[size] = stack.enter_context(Table(FIKA, SEED + size))
            tables[size].carry(size)
        for turn in range(TURNS):
            for size, table in tables.items():
                found[size] = found[size].with_(table.change(changes // TURNS, last=turn == TURNS - 1))
    return found


def batched(items: int) -> float:
    """Changes a second that PostgreSQL takes in batches."""
    from tests.bench import server as bench
    from tests.sync.server.actors import pair
    from tests.sync.server.cluster import Cluster, binaries

    programs = binaries()
    if programs is None:
        raise Failed("PostgreSQL is missing: sh tools/setup.sh postgres")
    cluster = Cluster(programs)
    try:
        cluster.make()
        cluster.start()
        with (
            tempfile.TemporaryDirectory(prefix="fika-bench-") as name,
            bench.server(Path(name), FIKA_DATABASE_URL=cluster.create("fika")) as (base, process),
        ):
            one, other = pair(base)
            raws = [one.actor.change(bench.ITEM * bench.IN_ONE) for _ in range(items // bench.IN_ONE)]
            found = bench.upload(one, process, raws, items)
            if other.all()[-len(raws) :] != raws:
                raise Failed("PostgreSQL: what was read is not what was written")
            return found["items_a_second"]
    finally:
        cluster.remove()


def failover() -> str:
    """The test that kills a leader under load, once more."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        "tests/sync/server/test_failover.py",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    last = (done.stdout.strip().splitlines() or ["nothing was said"])[-1]
    if done.returncode or "skipped" in last:
        raise Failed(f"failover: {done.stdout[-2000:]}")
    return "0 lost, devices went on by themselves"


def bare() -> tuple[float, float]:
    """What the machine takes for an append with fsync, and for a question over the counting line and back."""
    with tempfile.TemporaryDirectory(prefix="fika-bench-") as name:
        handle = os.open(Path(name) / "file", os.O_CREAT | os.O_WRONLY | os.O_APPEND)

        def append() -> None:
            os.write(handle, bytes(512))
            os.fdatasync(handle)

        writes = [_taken(append) for _ in range(50)]
        os.close(handle)
    wire = Wire()
    with socket.create_server(("127.0.0.1", 0)) as door:
        wire.server_port = door.getsockname()[1]
        device = socket.create_connection(("127.0.0.1", wire.port))
        server, _ = door.accept()

        def echo() -> None:
            while data := server.recv(4096):
                server.sendall(data)

        thread = threading.Thread(target=echo, daemon=True)
        thread.start()

        def ask() -> None:
            device.sendall(bytes(512))
            device.recv(4096)

        questions = [_taken(ask) for _ in range(200)]
        device.close()
        thread.join(5)
        server.close()
    wire.close()
    return statistics.median(writes), statistics.median(questions)


def _taken(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


def machine() -> str:
    name = platform.processor() or platform.machine()
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    today = time.strftime("%Y-%m-%d")
    return f"Measured on {today} by `make bench-sync`: {os.cpu_count()} × {name}, {memory} GiB, {platform.system()}, Python {platform.python_version()}"


def main(arguments: list[str] | None = None) -> int:
    """Measure and write down; 1 when something was not what it should be."""
    parser = argparse.ArgumentParser(prog="bench-sync")
    parser.add_argument("--quick", action="store_true", help="one run, growth to 10,000, a quarter of a minute of load")
    parser.add_argument("--items", default="1000,10000", help="the sizes that are compared")
    parser.add_argument("--only", default=",".join(PARTS), help="some of the parts; nothing is written down then")
    parser.add_argument("--dry", action="store_true", help="print, and leave docs/benchmarks.md as it is")
    asked = parser.parse_args(arguments)
    parts = set(asked.only.split(","))
    if parts - set(PARTS):
        parser.error(f"parts are {', '.join(PARTS)}")
    sizes = [int(size) for size in asked.items.split(",")]
    quick: bool = asked.quick
    found = Found(machine=machine(), runs=1 if quick else 2)
    try:
        contestants.build()
        found.versions = contestants.versions()
        found.bare = bare()
        before = os.getloadavg()[0]
        if "sides" in parts:
            found.sides = sides(sizes, found.runs, 20 if quick else 40, 10 if quick else 30)
        if "growth" in parts:
            found.growth = growth([1_000, 10_000] if quick else [1_000, 10_000, 100_000], 48 if quick else 240)
        if "load" in parts:
            say("1,000 devices")
            found.load = load.measure(1_000, 15 if quick else 60)
        if "postgres" in parts:
            say("PostgreSQL")
            found.batched = batched(10_000 if quick else 40_000)
            found.failover = failover()
        found.busy = before, os.getloadavg()[0]
    except Failed as exc:
        print(f"bench-sync: {exc}", file=sys.stderr)
        return 1
    if "sides" not in parts:
        print(report.parts(found))
        return 0
    text = report.markdown(found)
    print(text)
    if parts == set(PARTS) and not asked.dry:
        from tests.bench.__main__ import renew

        renew(report.HEADING, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
