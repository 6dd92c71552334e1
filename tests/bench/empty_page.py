"""The least that Flet can show: the measure for every absolute time of the app.

A field with the focus, and one bare example of each thing that the app is measured at: another view with a field, one
with a button, a word that Python changes, an answer to what is typed.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import flet as ft
import uvicorn

from app.ui.serve import HOST, _listen


def named(identifier: str, content: ft.Control) -> ft.Semantics:
    return ft.Semantics(identifier=identifier, content=content)


def window(page: ft.Page) -> None:
    """One window."""
    still = ft.PageTransitionTheme.NONE
    page.theme = ft.Theme(page_transitions=ft.PageTransitionsTheme(linux=still, android=still, ios=still))
    answer = ft.Text("0")
    ticks: list[int] = []

    def show(*controls: ft.Control) -> None:
        back = named("back", ft.Button("back", on_click=close))
        page.views.append(ft.View(route=f"/{len(page.views)}", controls=[back, *controls]))
        page.update()

    def close(_: Any) -> None:
        page.views.pop()
        page.update()

    def say(words: str) -> None:
        answer.value = words
        answer.update()

    def tick(_: Any) -> None:
        ticks.append(1)
        say(f"tick {len(ticks)}")

    page.add(
        named("passphrase", ft.TextField(label="x", autofocus=True)),
        named("to-field", ft.Button("a", on_click=lambda _: show(named("field", ft.TextField(autofocus=True))))),
        named("to-button", ft.Button("b", on_click=lambda _: show(named("there", ft.Button("c"))))),
        named("tick", ft.Button("d", on_click=tick)),
        named("search-field", ft.TextField(label="y", on_change=lambda e: say(f"found {e.control.value}"))),
        answer,
    )


def main() -> None:
    """Serve it until the process is told to stop."""
    import flet_web.fastapi as flet_web

    listener = _listen(0)
    print(f"http://{HOST}:{listener.getsockname()[1]}/", flush=True)
    app = flet_web.app(window, no_cdn=True, route_url_strategy=ft.RouteUrlStrategy.HASH)
    config = uvicorn.Config(app, log_level="error", access_log=False)
    with suppress(KeyboardInterrupt):
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
