"""`fika-server`: run it, bring its database up to date, back it up, restore it, invite to it.

Without arguments and without configuration it serves on this machine alone, from one SQLite file.
"""

import argparse
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvicorn

from sync.server import backup, notes, schema
from sync.server.app import Door
from sync.server.database import Away, Database, Foreign
from sync.server.patience import HEAD_BYTES, PatientProtocol
from sync.server.routes import Server
from sync.server.settings import BadSetting, Settings, read_settings
from sync.server.sqlite import Sqlite

USES: Final = 100_000
DAYS: Final = 3_650


def main(arguments: list[str] | None = None) -> int:
    """Carry out a command line; 0 when it went well."""
    asked = _parser().parse_args(arguments)
    try:
        settings = read_settings(os.environ)
        return int(asked.run(settings, asked))
    except (BadSetting, backup.BadBackup) as exc:
        return _stop(str(exc))
    except schema.TooNew:
        return _stop("the database was made by a newer server")
    except Foreign:
        return _stop("the database is damaged, or is none")
    except Away:
        return _stop("the database does not answer")
    except OSError as exc:
        return _stop(f"{exc.filename}: {exc.strerror}")


def open_database(settings: Settings) -> Database:
    """The database that the settings name."""
    if settings.postgres:
        # Only where it is used: half of the time to start and a third of the memory.
        from sync.server.postgres import Postgres

        return Postgres(settings.postgres)
    return Sqlite(settings.sqlite)


def serve(settings: Settings, _asked: argparse.Namespace) -> int:
    """Serve until a signal says otherwise."""
    notes.start(settings.log_level)
    try:
        bound = bind(settings.host, settings.port)
    except OSError as exc:
        return _stop(f"{settings.host}:{settings.port}: {exc.strerror}")
    port = bound.getsockname()[1]
    database = open_database(settings)
    try:
        schema.migrate(database)
        server = Server(settings, database, origins=settings.known_as(port))
        server.accounts.start()
        shown = f"[{settings.host}]" if ":" in settings.host else settings.host
        notes.note("serving", address=f"http://{shown}:{port}", database=database.engine)
        door = Door(server)
        config = uvicorn.Config(
            door.application(),
            http=PatientProtocol.answering(door.at_once),
            ws="none",
            loop="auto",  # uvloop, wherever there is one
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=settings.proxies or None,
            limit_concurrency=settings.connections,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=10,
            h11_max_incomplete_event_size=HEAD_BYTES,
        )
        # What was loaded stays: the collector need not look at it again at every request.
        gc.collect()
        gc.freeze()
        # uvicorn stops in good order at a signal and raises it again afterwards; by then there is a database to close.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        uvicorn.Server(config).run(sockets=[bound])
    finally:
        database.close()
        bound.close()
    return 0


def migrate(settings: Settings, _asked: argparse.Namespace) -> int:
    """Bring the database up to date."""
    database = open_database(settings)
    try:
        taken = schema.migrate(database)
    finally:
        database.close()
    return _say(f"steps taken: {', '.join(map(str, taken)) or 'none'}")


def back_up(settings: Settings, asked: argparse.Namespace) -> int:
    """Write a backup while the server runs."""
    database = open_database(settings)
    try:
        schema.migrate(database)
        count = backup.write(database, asked.file)
    finally:
        database.close()
    return _say(f"{count} rows written to {asked.file}")


def restore(settings: Settings, asked: argparse.Namespace) -> int:
    """Put a backup into an empty database."""
    database = open_database(settings)
    try:
        count = backup.read(database, asked.file)
    finally:
        database.close()
    return _say(f"{count} rows restored")


def invite(settings: Settings, asked: argparse.Namespace) -> int:
    """Print a new invitation token for registration."""
    database = open_database(settings)
    try:
        schema.migrate(database)
        token = Server(settings, database).accounts.invite(asked.uses, asked.days)
    finally:
        database.close()
    return _say(token)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("fika-server", description=(__doc__ or "").splitlines()[0])
    parser.set_defaults(run=serve)
    commands = parser.add_subparsers(title="commands")
    for name, run in (
        ("serve", serve),
        ("migrate", migrate),
        ("backup", back_up),
        ("restore", restore),
        ("invite", invite),
    ):
        command = commands.add_parser(name, help=(run.__doc__ or "").splitlines()[0])
        command.set_defaults(run=run)
        if name in ("backup", "restore"):
            command.add_argument("file", type=Path)
        if name == "invite":
            command.add_argument("--uses", type=_within(USES), default=1, metavar=f"1-{USES}")
            command.add_argument("--days", type=_within(DAYS), default=14, metavar=f"1-{DAYS}")
    return parser


def _within(most: int) -> Callable[[str], int]:
    """A number from 1 up to `most`, as an argument."""

    def read(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text[:20]) <= most:
            raise argparse.ArgumentTypeError(f"a number from 1 to {most}")
        return int(text)

    return read


def bind(host: str, port: int) -> socket.socket:
    """The socket is bound before anything else happens, so that the port is known and a second server stops at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named: asyncio switches off the delay of small packets only where it stands.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _say(text: str) -> int:
    sys.stdout.write(text + "\n")
    return 0


def _stop(text: str) -> int:
    sys.stderr.write(f"fika-server: {text}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
