"""A server that runs in this process, on a port of its own, with real sockets."""

import threading
from dataclasses import dataclass
from typing import Any

import uvicorn

from sync.server import schema
from sync.server.__main__ import bind, open_database
from sync.server.app import Door
from sync.server.patience import HEAD_BYTES, PatientProtocol
from sync.server.routes import Server
from sync.server.settings import Settings
from tests.support.patience import PATIENCE, until
from tests.sync.server.actors import hang_up


@dataclass
class Running:
    """A server, where it can be reached, and its insides."""

    base: str
    server: Server
    door: Door
    stop: Any


def run(settings: Settings, protocol: type[PatientProtocol] = PatientProtocol, **more: Any) -> Running:
    """Start a server in a thread; `stop()` ends it."""
    bound = bind("127.0.0.1", 0)
    port = bound.getsockname()[1]
    database = open_database(settings)
    schema.migrate(database)
    server = Server(settings, database, origins=settings.known_as(port), **more)
    server.accounts.start()
    door = Door(server)
    config = uvicorn.Config(
        door.application(),
        http=protocol.answering(door.at_once),
        ws="none",
        loop="auto",
        lifespan="on",
        log_config=None,
        date_header=False,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=HEAD_BYTES,
    )
    web = uvicorn.Server(config)
    thread = threading.Thread(target=web.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    until(lambda: web.started)

    def stop() -> None:
        hang_up(base)
        web.should_exit = True
        thread.join(PATIENCE)
        database.close()
        bound.close()

    base = f"http://127.0.0.1:{port}"
    return Running(base, server, door, stop)
