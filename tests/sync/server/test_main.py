"""The server as it is run: a process of its own, its commands, and what an acknowledgement is worth when it is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from sync.server import schema
from sync.server.__main__ import main
from sync.server.settings import Settings
from sync.server.sqlite import Sqlite
from tests.support.effort import effort
from tests.support.patience import PATIENCE, until
from tests.sync.server.actors import Phone, hang_up, pair
from tests.sync.server.conftest import settings_for

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def process(settings: Settings, **more: str) -> Iterator[tuple[str, subprocess.Popen[str], list[str]]]:
    """`fika-server` as a process; where it is, and the lines it writes."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("FIKA_")}
    env |= {"PYTHONPATH": str(ROOT / "src"), "FIKA_PORT": "0", "FIKA_FOLDER": str(settings.folder), **more}
    if settings.database:
        env["FIKA_DATABASE_URL"] = settings.database
    running = subprocess.Popen(
        [sys.executable, "-m", "sync.server"], env=env, stdout=subprocess.PIPE, text=True, cwd=settings.folder
    )
    assert running.stdout is not None
    lines = [running.stdout.readline()]
    stdout = running.stdout
    reader = threading.Thread(target=lambda: lines.extend(stdout), daemon=True)
    reader.start()
    base = json.loads(lines[0])["address"]
    try:
        yield base, running, lines
    finally:
        hang_up(base)
        running.terminate()
        running.wait(PATIENCE)
        reader.join(PATIENCE)
        stdout.close()


def answered(base: str) -> None:
    def there() -> bool:
        try:
            return httpx.get(f"{base}/readyz", timeout=PATIENCE, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    until(there)


def test_without_configuration_it_serves_this_machine_alone(tmp_path: Path) -> None:
    with process(Settings(folder=tmp_path)) as (base, running, _):
        answered(base)
        assert base.startswith("http://127.0.0.1:")
        assert (tmp_path / "fika.db").stat().st_mode & 0o077 == 0
        one, other = pair(base)
        written = one.actor.change()
        assert one.push(written).status_code == 200
        assert other.pulled(4) == [written]
        running.send_signal(signal.SIGTERM)
        assert running.wait(PATIENCE) == 0


@pytest.mark.parametrize("engine", effort(["sqlite"], ["sqlite", "postgres"]))
def test_what_was_acknowledged_is_there_after_a_kill(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """SIGKILL in the middle of pushes, again and again; the same bytes are sent again and nothing is doubled."""
    settings = settings_for(engine, tmp_path, request)
    acknowledged: list[bytes] = []
    written: list[bytes] = []
    one: Phone | None = None
    for round_ in range(effort(2, 20)):
        with process(settings) as (base, running, _):
            answered(base)
            if one is None:
                one, _ = pair(base)
            else:
                hang_up(one.base)
                one.base, one.http = base, Phone(one.actor, base).http
                assert one.sign_in().status_code == 200
                # Everything that was acknowledged is there, in order, and what was not is sent again.
                held = one.all()[4:]
                assert held[: len(acknowledged)] == acknowledged
                assert held == written[: len(held)]
                if written[len(acknowledged) :]:
                    assert one.push(*written[len(acknowledged) :]).status_code == 200
                acknowledged = list(written)
                assert one.all()[4:] == written
            killer = threading.Timer(0.15 + 0.07 * round_, lambda running=running: os.kill(running.pid, signal.SIGKILL))
            killer.start()
            try:
                for _ in range(400):
                    batch = [one.actor.change() for _ in range(5)]
                    written += batch
                    if one.push(*batch).status_code == 200:
                        acknowledged += batch
                    else:
                        break
            except httpx.HTTPError:
                pass
            killer.join()
    assert acknowledged


def test_two_processes_share_only_the_database(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    settings = settings_for(engine, tmp_path, request)
    with process(settings) as (first, _, _), process(settings) as (second, _, _):
        answered(first)
        answered(second)
        one, other = pair(first)
        other.base, other.http = second, Phone(other.actor, second).http
        assert other.sign_in().status_code == 200
        # News from one process reach whoever waits at the other.
        written = one.actor.change()
        timer = threading.Timer(0.5, lambda: one.push(written))
        timer.start()
        answer = other.ask("POST", "/v1/wait", content=json.dumps({"after": {other.space: 4}, "seconds": 50}))
        timer.join()
        assert answer.json() == {"heads": {other.space: 5}}
        assert other.pulled(4) == [written]
        # A session of one counts at the other, and a removal is known at once.
        token, one.base = one.token, second
        one.http = Phone(one.actor, second).http
        assert (one.pull().status_code, one.token) == (200, token)
        one.base, one.http = first, Phone(one.actor, first).http
        assert one.push(one.actor.remove(other.actor)).status_code == 200
        assert other.pull().status_code == 403


def test_nothing_that_was_written_stands_in_the_log_lines(tmp_path: Path) -> None:
    with process(Settings(folder=tmp_path), FIKA_LOG_LEVEL="debug") as (base, running, lines):
        answered(base)
        one, other = pair(base)
        one.push(one.actor.change(mark=b"CANARY-content"))
        other.ask("GET", "/v1/CANARY-path?CANARY-query", headers={"x": "CANARY-header"})
        other.ask("POST", "/v1/challenge", content='{"space": "CANARY-body"}')
        one.http.get("/v1/info", headers={"authorization": "Bearer CANARY-token"})
        one.ask("GET", f"/v1/invitations/{'ab' * 16}")
        running.send_signal(signal.SIGTERM)
    text = "".join(lines)  # all of them: whoever reads them has come to the end
    assert "CANARY" not in text
    assert one.token not in text
    assert one.space not in text
    assert "ab" * 16 not in text
    assert "127.0.0.1" not in "".join(lines[1:])
    notes = [json.loads(line) for line in lines]
    assert {"request", "serving"} <= {note["what"] for note in notes}
    assert all(note["ms"] >= 0 for note in notes if note["what"] == "request")
    assert any(note.get("code") == "unknown" for note in notes)


# ------------------------------------------------------------------------------------------------ commands


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in list(os.environ):
        if name.startswith("FIKA_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FIKA_FOLDER", str(settings.folder))
    if settings.database:
        monkeypatch.setenv("FIKA_DATABASE_URL", settings.database)
    return settings


def test_the_commands(
    environment: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["migrate"]) == 0
    assert "1, 2" in capsys.readouterr().out
    assert main(["migrate"]) == 0
    assert "none" in capsys.readouterr().out
    assert main(["invite", "--uses", "3"]) == 0
    assert len(capsys.readouterr().out.strip()) == 24
    assert main(["backup", str(tmp_path / "backup")]) == 0
    assert "1 rows" in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "backup")]) == 2
    assert "not empty" in capsys.readouterr().err
    monkeypatch.setenv("FIKA_DATABASE_URL", f"sqlite:{tmp_path / 'new.db'}")
    assert main(["restore", str(tmp_path / "backup")]) == 0
    assert "1 rows" in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "nothing")]) == 2


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FIKA_PORT", "many", "FIKA_PORT"),
        ("FIKA_PORT", "65536", "at most 65535"),
        ("FIKA_PORTT", "1", "no such setting"),
        ("FIKA_DATABASE_URL", "sqlite:/dev/null/x.db", "/dev/null: "),
        ("FIKA_DATABASE_URL", "postgresql://fika@127.0.0.1:1/x", "does not answer"),
        ("FIKA_DATABASE_URL", "mysql://x", "sqlite:FILE"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    environment: Settings,
    name: str,
    value: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(name, value)
    assert main(["migrate"]) == 2
    found = capsys.readouterr().err
    assert said in found
    assert found.count("\n") == 1


def test_a_file_that_is_no_database_is_told_from_one_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fika.db").write_bytes(b"these bytes are a letter and no database" * 9)
    monkeypatch.setenv("FIKA_FOLDER", str(tmp_path))
    assert main(["migrate"]) == main(["backup", str(tmp_path / "b")]) == 2
    assert "the database is damaged, or is none\n" in capsys.readouterr().err


def test_a_damaged_page_is_told_in_a_sentence_and_leaves_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIKA_FOLDER", str(tmp_path))
    file = tmp_path / "fika.db"
    database = Sqlite(file)
    schema.migrate(database)
    with database.write() as work:
        rows = [(bytes([number]) * 32, bytes(32), bytes(4000), 1) for number in range(40)]
        work.many("insert into keyring (id, secret, bytes, made) values (?, ?, ?, ?)", rows)
        page = work.one("select rootpage from sqlite_master where name = 'keyring'")
    database.scrub()
    database.close()
    assert page is not None
    raw = bytearray(file.read_bytes())
    size = int.from_bytes(raw[16:18], "big")
    raw[(page[0] - 1) * size : page[0] * size] = os.urandom(size)
    file.write_bytes(bytes(raw))
    target = tmp_path / "backup"
    assert main(["backup", str(target)]) == 2
    assert "the database is damaged, or is none\n" in capsys.readouterr().err
    assert [path for path in tmp_path.iterdir() if path.name.startswith("backup")] == []


def test_a_backup_that_cannot_be_written_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIKA_FOLDER", str(tmp_path))
    for target, why in ((tmp_path / "no" / "b", "No such file"), (tmp_path, "is a folder")):
        assert main(["backup", str(target)]) == 2
        assert why in capsys.readouterr().err
    monkeypatch.setattr("os.fsync", full)
    assert main(["backup", str(tmp_path / "b")]) == 2
    assert "No space left" in capsys.readouterr().err
    assert not [path for path in tmp_path.rglob("*") if "partial" in path.name or path.name == "b"]


def full(_: int) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("many", ["0", "-1", "99999999999999999999999", "x", "²"])
def test_an_invitation_is_for_somebody_and_for_some_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIKA_FOLDER", str(tmp_path))
    for what in ("--uses", "--days"):
        with pytest.raises(SystemExit) as stopped:
            main(["invite", what, many])
        assert stopped.value.code == 2
        assert "number from 1" in capsys.readouterr().err or many == "-1"


def test_a_port_that_is_taken_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("FIKA_PORT", str(taken.getsockname()[1]))
        monkeypatch.setenv("FIKA_FOLDER", str(tmp_path))
        monkeypatch.setattr("sync.server.notes.start", lambda _level: None)
        assert main([]) == 2
    assert "in use" in capsys.readouterr().err
    assert not (tmp_path / "fika.db").exists()


def test_a_database_of_a_newer_server_is_not_touched(
    environment: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["migrate"]) == 0
    monkeypatch.setattr("sync.server.schema.steps", lambda _engine: [])
    assert main(["migrate"]) == 2
    assert "newer" in capsys.readouterr().err
