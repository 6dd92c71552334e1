"""The browser mode: Flet's own web app behind our guard, on this computer only.

Flet is started as an ASGI application without any call to a foreign host (no CDN, own fonts). Uvicorn writes no access
log, because the first address carries the start token.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import flet as ft

from app.ui.guard import App, Guard

HOST: Final = "127.0.0.1"
SAID: Final = ("closed", "elsewhere", "here", "taken", "ended")  # what the page around the app may have to say
RECONNECT: Final = 15  # seconds a window may be away (loading again, a sleeping tab) before it is closed for good
LARGEST_MESSAGE: Final = 64 * 1024 * 1024  # a backup file comes in through the window


def serve(main: Callable[[ft.Page], object], assets: Path, *, port: int = 0, open_browser: bool = True) -> None:
    """Serve the app until the process is told to stop. Prints the address to open, which works once."""
    import uvicorn

    try:
        listener = _listen(port)
    except OSError as exc:  # first of all: nothing is worth building for a port that is taken
        raise SystemExit(f"fika: {HOST}:{port}: {exc.strerror}") from None
    guard = Guard(_flet(main, assets), _page(assets), _words(assets))
    port = listener.getsockname()[1]
    guard.listen_on(port)

    def invite() -> str:
        address = f"http://{HOST}:{port}/?start={guard.new_token()}"
        print(address, flush=True)  # noqa: T201 - the address is for the person
        return address

    guard.on_tried = invite  # the address that was used is void; the new one opens the app again
    address = invite()
    if open_browser:
        webbrowser.open(address)
    config = uvicorn.Config(
        guard,
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,
        lifespan="on",
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        ws_per_message_deflate=False,
        h11_max_incomplete_event_size=16 * 1024,
        timeout_keep_alive=10,
        limit_concurrency=64,
        timeout_graceful_shutdown=2,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(64)
    except OSError:
        listener.close()
        raise
    return listener


def _flet(main: Callable[[ft.Page], object], assets: Path) -> App:
    for name in ("FLET_SESSION_TIMEOUT", "FLET_ASSETS_DIR", "FLET_UPLOAD_DIR", "FLET_WEB_NO_CDN"):
        os.environ.pop(name, None)  # these would win over what is said below
    import flet_web.fastapi as flet_web

    _mend_line()
    app: App = flet_web.app(
        main,
        assets_dir=str(assets),
        app_name="Fika",
        no_cdn=True,
        route_url_strategy=ft.RouteUrlStrategy.HASH,
        session_timeout_seconds=RECONNECT,
    )
    return app


def _mend_line() -> None:
    """Let what is drawn while a window is closing fall away: Flet 1.0.5 has no queue for it by then and raises.

    A window that comes back is drawn as a whole.
    """
    from flet_web.fastapi.flet_app import FletApp

    send = FletApp.send_message
    if hasattr(send, "flets"):
        return

    def send_message(self: Any, message: Any) -> None:
        if getattr(self, "_FletApp__send_queue", None) is not None:
            send(self, message)

    send_message.flets = send  # type: ignore[attr-defined]  # a mark, so that it is done once
    FletApp.send_message = send_message


def _page(assets: Path) -> str:
    """Our own index.html with what Flet writes into it, as it will be served."""
    from flet_web import patch_index_html

    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "index.html"
        page.write_text((assets / "index.html").read_text("utf-8"), "utf-8")
        patch_index_html(
            index_path=str(page),
            base_href="",
            websocket_endpoint_path="/ws",
            no_cdn=True,
            route_url_strategy=ft.RouteUrlStrategy.HASH,
        )
        return page.read_text("utf-8")


def _words(assets: Path) -> dict[str, dict[str, str]]:
    """The sentences of the page around the app, by language; `title` is how the page knows which one is spoken."""
    words: dict[str, dict[str, str]] = {}
    english: dict[str, Any] = json.loads((assets / "locales" / "en" / "frame.json").read_text("utf-8"))
    for folder in sorted((assets / "locales").iterdir(), reverse=True):
        said: dict[str, Any] = english | json.loads((folder / "frame.json").read_text("utf-8"))
        words[folder.name] = {word: said[f"frame.window-{word}"] for word in SAID}
        words[folder.name]["title"] = said["frame.title"]
    return words
