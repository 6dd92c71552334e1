"""Builds the real parts and starts the app: in a window of its own on a phone, in the local browser on a computer.

main.py [--data FOLDER] [--port PORT] [--no-browser]
"""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Timer
from types import MappingProxyType

import flet as ft

from app.services.content.library import Library, default_region
from app.services.content.speech import Speech
from app.services.session import Session
from app.services.zone import now
from app.ui import collector, root
from app.ui.desk import Desk

ASSETS = Path(__file__).resolve().parents[2] / "assets"

FIRST_CONTROLS = (
    "IconButton",
    "Checkbox",
    "OutlinedButton",
    "Radio",
    "RadioGroup",
    "memo",
    "use_dialog",
    "BottomSheet",
)
"""What the first screens show that the lock screen does not."""

ON_TODAY = ("screens.closing", "parts.devices", "parts.carrying")
"""What Today shows only where there is something to tell, and therefore loads by itself."""

CALM = 1.0
"""Seconds after a window was begun until what comes after the lock screen is loaded: the first paint comes first."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Start the app. On a computer this serves it to the local browser until the process ends."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    options = _options(arguments)
    vault, state = _folders(options.data)
    session = Session(vault, state, ASSETS, now=now)
    library = Library(ASSETS)

    @cache
    def speech(language: str) -> Speech:
        region = default_region(language, None)
        return Speech(language, ASSETS, facts=MappingProxyType(dict(library.facts(region))))

    def window(page: ft.Page) -> None:
        root.start(page, Desk(page, session, library, speech, clock=now))
        warming = Timer(CALM, _warm, [session, library])
        warming.daemon = True
        warming.start()

    try:
        if _packaged():
            ft.run(window, assets_dir=str(ASSETS))
        else:
            from app.ui.serve import serve

            serve(window, ASSETS, port=options.port, open_browser=options.browser)
    finally:
        session.close()


def _warm(session: Session, library: Library) -> None:
    """Load what comes after the lock screen, so that nobody waits for it once the passphrase is typed."""
    for name in FIRST_CONTROLS:
        getattr(ft, name)  # Flet loads a control when it is first named
    import_module("app.ui.screens.quick")
    session.warm()
    for name in ("screens.today", "screens.note", "screens.checklist", "screens.search", *ON_TODAY):
        import_module(f"app.ui.{name}")
    library.documents(kind="checklist", broken=False)
    collector.settle_beside(session)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fika")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="keep everything in this folder")
    parser.add_argument("--port", type=_port, default=0, help="listen on this port; by default on any that is free")
    parser.add_argument("--no-browser", dest="browser", action="store_false", help="print the address, open nothing")
    return parser.parse_args(arguments if arguments is not None or not _packaged() else [])


def _port(text: str) -> int:
    if not text.isdecimal() or not int(text[:6]) <= 65_535:
        raise argparse.ArgumentTypeError("a port is a number up to 65535")
    return int(text)


def _packaged() -> bool:
    """Whether this is an app on a phone or a desktop: Flet sets its platform there."""
    return bool(os.environ.get("FLET_PLATFORM"))


def _folders(given: Path | None) -> tuple[Path, Path]:
    """Where the vault lies, and outside of it what tells an older copy apart and how the app looks."""
    kept = os.environ.get("FLET_APP_STORAGE_DATA")
    if given is not None or kept:
        folder = given.expanduser().absolute() if given else Path(str(kept))
        return folder / "vault", folder / "state"
    from platformdirs import user_data_path, user_state_path

    return user_data_path("Fika", appauthor=False) / "vault", user_state_path("Fika", appauthor=False) / "state"
