"""The whole app on its example data in a real browser, with the test's hand on the desk.

The server runs in a thread of the test, so that a test can open any screen in any language, theme and size at once:

    with studio() as app:
        app.look(language="sv", theme="dark", text_size=200)
        visit = app.show("/goals")

The guard is not in the way here; it is tested in tests/e2e/test_guard.py against the app as people start it.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import flet as ft
import uvicorn

from app.services.library import Library, default_region
from app.services.session import Session
from app.services.speech import Speech
from app.ui import root
from app.ui.desk import HOME, Desk
from app.ui.serve import _flet, _listen
from app.vault.kdf import Cost
from tests.support.browser import Browser, Visit, phone

ASSETS = Path(__file__).parents[2] / "assets"
PASSPHRASE = "tall regn moln stig fyr"


@dataclass
class Studio:
    """A running app: its session, its desk once a window is open, and the page that shows it."""

    session: Session
    address: str
    desks: list[Desk] = field(default_factory=list)
    visit: Visit | None = None

    @property
    def desk(self) -> Desk:
        return self.desks[-1]

    @property
    def page(self) -> Visit:
        assert self.visit is not None, "open() comes first"
        return self.visit

    def open(self, browser: Browser) -> Visit:
        """Open a window on the app in this browser."""
        before = len(self.desks)
        self.visit = browser.open(self.address)
        deadline = time.monotonic() + 30
        while len(self.desks) == before and time.monotonic() < deadline:
            self.visit.page.wait_for_timeout(20)
        assert len(self.desks) > before, "the window did not open"
        return self.visit

    def do(self, work: Callable[[Desk], Any]) -> Any:
        """Do something on the window's own loop, as a handler would, and wait for it."""

        done: Future[Any] = Future()

        async def there() -> None:
            try:
                done.set_result(work(self.desk))
            except BaseException as fault:  # noqa: BLE001 - it is raised again in the waiting thread
                done.set_exception(fault)

        self.desk.later(there)
        return done.result(20)

    def look(self, **values: Any) -> None:
        """Language, theme and text size, as the settings do it."""
        self.do(lambda desk: desk.prefs.set(**values))

    def show(self, path: str) -> Visit:
        """Open the screen of this path straight above Today (or in its place, for a tab), and wait until it is drawn."""
        self.do(lambda desk: desk.home())
        if path != HOME:
            self.do(lambda desk: desk.go(path))
        self.settle()
        return self.page

    def settle(self, seconds: float = 12) -> bytes:
        """Wait until the picture stands still; returns it."""
        page, last, alike = self.page.page, b"", 0
        deadline = time.monotonic() + seconds
        while alike < 3 and time.monotonic() < deadline:
            page.wait_for_timeout(150)
            picture = page.screenshot()
            alike = alike + 1 if picture == last else 0
            last = picture
        return last


def _speech(library: Library) -> Callable[[str], Speech]:
    made: dict[str, Speech] = {}

    def speak(language: str) -> Speech:
        if language not in made:
            facts = MappingProxyType(dict(library.facts(default_region(language, None))))
            made[language] = Speech(language, ASSETS, facts=facts, strict=True)
        return made[language]

    return speak


@contextmanager
def served(session: Session, clock: Callable[[], Any] | None = None) -> Iterator[Studio]:
    """Serve the app of this session from a thread; the server ends with the block."""
    library = Library(ASSETS)
    speak = _speech(library)
    desks: list[Desk] = []

    def window(page: ft.Page) -> None:
        desk = Desk(page, session, library, speak, clock=clock)
        root.start(page, desk)
        desks.append(desk)

    listener = _listen(0)
    config = uvicorn.Config(_flet(window, ASSETS), log_level="error", access_log=False, ws="websockets-sansio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    try:
        yield Studio(session, f"http://127.0.0.1:{listener.getsockname()[1]}/", desks)
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(20)
        listener.close()


@contextmanager
def studio(
    phase: str = "example", role: str = "mentor", language: str = "sv", browser: Browser | None = None, **options: Any
) -> Iterator[Studio]:
    """The app in Chromium: `phase` is absent, locked, open (an own vault) or example (a temporary one, filled)."""
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Path(folder) / "vault", Path(folder) / "state", ASSETS, cost=Cost())
        session.preferences.set(language=language, theme="light", lock_after=15)
        if phase in ("locked", "open"):
            session.create(PASSPHRASE, name="Karin", role=role)
            if phase == "locked":
                session.lock()
        if phase == "example":
            session.open_example(role)
        try:
            with served(session) as app:
                if browser is not None:
                    app.open(browser)
                    yield app
                else:
                    with phone(**options) as own:
                        app.open(own)
                        yield app
        finally:
            session.close()
