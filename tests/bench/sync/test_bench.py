"""What keeps the figures honest: the line that counts, the comparison before any figure, peers that are dead."""

import json
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.sync import contestants, report
from tests.bench.sync.contestants import Contestant, Device, Failed, server
from tests.bench.sync.load import Load
from tests.bench.sync.report import Found, markdown, targets
from tests.bench.sync.side_by_side import Changes, Figures, check, hash_of, items
from tests.bench.sync.wire import Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    found = Wire()
    yield found
    found.close()


def test_every_byte_is_counted_both_ways_and_none_is_changed(wire: Wire) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        wire.server_port = door.getsockname()[1]
        sent = bytes(range(256)) * 20_000

        def shout() -> None:
            line, _ = door.accept()
            with line:
                found = b""
                while len(found) < len(sent):
                    found += line.recv(65536)
                line.sendall(found[::-1])

        thread = threading.Thread(target=shout)
        thread.start()
        with socket.create_connection(("127.0.0.1", wire.port), 10) as line:
            line.sendall(sent)
            found = b""
            while part := line.recv(65536):
                found += part
        thread.join()
    assert found == sent[::-1]
    assert wire.taken() == 2 * len(sent)
    assert wire.taken() == 0


def test_a_server_that_is_gone_ends_the_line(wire: Wire) -> None:
    wire.server_port = 1
    with socket.create_connection(("127.0.0.1", wire.port), 10) as line:
        line.settimeout(10)
        assert line.recv(1) == b""


def test_what_is_missing_changed_or_doubled_stops_everything() -> None:
    wanted = items(5, 1)
    assert all(len(text) == 200 for text in wanted)
    assert len(set(wanted)) == 5
    check("whole", {"count": 5, "hash": hash_of(wanted[::-1])}, wanted)
    with pytest.raises(Failed, match="4 items instead of 5"):
        check("missing", {"count": 4, "hash": hash_of(wanted[:4])}, wanted)
    with pytest.raises(Failed, match="not those"):
        check("changed", {"count": 5, "hash": hash_of([*wanted[:4], wanted[4][:-1] + "x"])}, wanted)
    with pytest.raises(Failed, match="not those"):
        check("doubled", {"count": 5, "hash": hash_of([*wanted[:4], wanted[0]])}, wanted)


@pytest.mark.parametrize("script", ["raise SystemExit('no database')", "import time; time.sleep(60)"])
def test_a_peer_that_does_not_start_stops_everything(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contestants, "START_SECONDS", 1.0)
    dead = Contestant("Nobody", lambda *_: ([sys.executable, "-c", script], {}), [])
    with pytest.raises(Failed, match="the server of Nobody does not start"), server(dead):
        pass


def device(tmp_path: Path, answers: str) -> Device:
    """A device that says that and ends."""
    script = f"import sys; sys.stdin.readline(); print({answers!r}, flush=True); sys.stdin.readline()"
    who = Contestant("Nobody", lambda *_: ([], {}), [sys.executable, "-c", script])
    return Device(who, tmp_path / "device")


def test_a_device_that_fails_or_ends_stops_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contestants, "BUILT", tmp_path)
    with pytest.raises(Failed, match="open: out of sync"):
        device(tmp_path / "a", json.dumps({"fault": "out of sync"}))
    found = device(tmp_path / "b", json.dumps({"began": 0.0, "ended": 0.0}))
    with pytest.raises(Failed, match="the device has ended"):
        found.ask("upload")
    found.close()


def figures(**changed: Any) -> Figures:
    changes = Changes([4.0], [2.0], [800], [700], 1.5, 5.0)
    kept = {"items": 10, "upload": 1.0, "download": 1.0, "changes": changes, "paced": changes, "pushes": [6.0]}
    return Figures(**{**kept, **changed})


def test_the_report_says_what_was_missed() -> None:
    found = Found(sides={"Fika": {10: figures()}, "Peer": {10: figures(upload=2.0, download=2.0)}})
    found.load = Load(10, 60, 10, [1.0, 2.0], [1.0, 2.0], [3.0], [], 80, 0.1)
    found.growth = {10: Changes([1.0], [1.0], [1], [1], 1.0, 1.0), 100: Changes([1.0], [1.0], [1], [1], 1.0, 1.0)}
    found.batched = 20_000
    assert [row.name for row in targets(found) if not row.met] == []
    assert "None was missed." in markdown(found)
    found.sides["Fika"][10].download = 3.0
    found.growth[100].writes = [9.0]
    found.load.errors.append("late")
    found.sides["Fika"][10].pushes = [7.3]
    found.batched = 9_999
    missed = {row.name for row in targets(found) if not row.met}
    assert missed == {
        "fresh device, 10",
        "push to the other screen ÷ (one write + one read) at the same pace",
        "one change at 100 ÷ at 10 items, time",
        "… errors",
        "PostgreSQL, changes a second in batches",
    }
    assert "**missed**" in markdown(found)
    assert report.HEADING.startswith("## ")


def test_turns_count_by_how_many_changes_they_had() -> None:
    few, many = Changes([1.0], [2.0], [3], [4], 1.0, 4.0), Changes([5.0] * 3, [6.0] * 3, [7] * 3, [8] * 3, 5.0, 8.0)
    found = Changes().with_(few).with_(many)
    assert (found.write, found.read) == (5.0, 6.0)
    assert (found.server_cpu, found.device_cpu) == (4.0, 7.0)
    assert found.read_bytes == [4, 8, 8, 8]
