"""A throwaway PostgreSQL in a folder, reached by a socket in that folder alone; started, and stopped by its process id."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

SECONDS = 60


def binaries() -> Path | None:
    """The folder with PostgreSQL's programs: Debian's newest, or wherever `postgres` is on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if debian:
        return debian[-1].parent
    found = shutil.which("postgres")
    return Path(found).parent if found else None


def account() -> pwd.struct_passwd | None:
    """Whom it runs as, when the tests run as root: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("there is no account to run PostgreSQL as")


class Cluster:
    """One PostgreSQL server with its own folder."""

    def __init__(self, programs: Path, folder: Path | None = None, **settings: str) -> None:
        self.programs = programs
        self.folder = folder or Path(tempfile.mkdtemp(prefix="fika-pg-"))
        self.settings = settings
        self._owner = account()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def address(self, database: str = "postgres") -> str:
        return f"postgresql://fika@/{database}?host={self.folder}"

    def give(self) -> None:
        """The folder belongs to whom the server runs as."""
        if self._owner:
            os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)

    def make(self) -> None:
        """Create the cluster."""
        self.give()
        self.run("initdb", "-D", str(self.data), "-U", "fika", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "shared_buffers": "32MB",
            "max_connections": "60",
            **self.settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self.programs / "postgres"), "-D", str(self.data), *options],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                **self._as_owner(),  # type: ignore[call-overload]
            )
        self.wait()

    def wait(self) -> None:
        until = time.monotonic() + SECONDS
        while True:
            try:
                with psycopg.connect(self.address(), connect_timeout=2) as connection:
                    connection.execute("select 1")
                return
            except psycopg.OperationalError:
                if time.monotonic() > until or (self._process and self._process.poll() is not None):
                    raise
                time.sleep(0.05)

    def kill(self) -> None:
        """As if the power went, for the whole cluster: the postmaster and, with it, its processes."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(SECONDS)
        self._process = None

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # fast shutdown
            self._process.wait(SECONDS)
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True,
            capture_output=True,
            cwd=self.folder,
            timeout=SECONDS,
            **self._as_owner(),  # type: ignore[call-overload]
        )

    def create(self, database: str) -> str:
        """A new, empty database; its address."""
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(f'create database "{database}"')
        return self.address(database)

    def _as_owner(self) -> dict[str, object]:
        if self._owner is None:
            return {}
        return {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}
