"""The least that Flet can show: one text field with the focus. The measure for every absolute time of the app."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import flet as ft
import uvicorn

from app.ui.serve import HOST, _listen


def window(page: ft.Page) -> None:
    page.add(ft.Semantics(identifier="passphrase", content=ft.TextField(label="x", autofocus=True)))


def main() -> None:
    import flet_web.fastapi as flet_web

    listener = _listen(0)
    print(f"http://{HOST}:{listener.getsockname()[1]}/", flush=True)
    app = flet_web.app(window, no_cdn=True, route_url_strategy=ft.RouteUrlStrategy.HASH)
    config = uvicorn.Config(app, log_level="error", access_log=False)
    with suppress(KeyboardInterrupt):
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
