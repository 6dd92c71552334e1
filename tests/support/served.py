"""Serves the gallery, or the app on a fake session, to a browser.

python -m tests.support.served [gallery|app] [text_size=200 …]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import flet as ft

from app.services.content.library import Library
from app.services.content.speech import Speech
from app.ui import root, theme
from app.ui.desk import Desk
from app.ui.hooks import DeskContext
from app.ui.safe import component
from app.ui.serve import serve
from tests.support.fake_session import FakeSession
from tests.ui.gallery import Gallery

ASSETS = Path(__file__).parents[2] / "assets"


def main() -> None:
    what, *settings = sys.argv[1:] or ["gallery"]
    session = FakeSession(phase="locked" if what == "app" else "open")
    for setting in settings:
        name, _, value = setting.partition("=")
        setattr(session.preferences, name, int(value) if value.isdecimal() else value)

    def window(page: ft.Page) -> None:
        desk = Desk(page, session, Library(ASSETS), lambda language: Speech(language, ASSETS))
        if what == "app":
            root.start(page, desk)
            return
        root.apply_look(page, desk)
        page.on_resize = lambda e: desk.wide.set(e.width >= theme.WIDE)

        @component
        def Only() -> Any:
            def draw() -> list[ft.View]:
                return [ft.View(route="/", padding=0, controls=[ft.SafeArea(Gallery(), expand=True)])]

            ft.use_effect(lambda: root.entitle(desk), [])
            return DeskContext(desk, draw)

        page.render_views(Only)

    serve(window, ASSETS, open_browser=False)


if __name__ == "__main__":
    main()
