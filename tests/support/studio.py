"""The whole app on its example data in a real browser, with the test's hand on the desk.

The server runs in a thread of the test, so that a test can open any screen in any language, theme and size at once:

    with studio() as app:
        app.look(language="sv", theme="dark", text_size=200)
        visit = app.show("/goals")

The guard is not in the way here; it is tested in tests/e2e/test_guard.py against the app as people start it.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import flet as ft
import uvicorn
from flet.controls.services.semantics_service import AccessibilityFeatures

from app.services.content.library import Library, default_region
from app.services.content.speech import Speech
from app.services.session import Session
from app.ui import root
from app.ui.desk import HOME, Desk
from app.ui.guard import WORDS, App
from app.ui.serve import _flet, _listen, _page, _words
from app.vault.kdf import Cost
from tests.support.browser import Browser, Visit, phone
from tests.support.patience import PATIENCE

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
        deadline = time.monotonic() + PATIENCE
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
        return done.result(PATIENCE)

    def look(self, **values: Any) -> None:
        """Language, theme and text size, as the settings do it."""
        self.do(lambda desk: desk.prefs.set(**values))

    def show(self, path: str) -> Visit:
        """Open the screen of this path straight above Today (or in its place, for a tab), and wait until it is there."""

        def go(desk: Desk) -> None:
            desk.home()
            if path != HOME:
                desk.go(path)

        def where(desk: Desk) -> str:
            if len(desk.places.value) == 1 and desk.session.phase != "open":
                return "first" if desk.session.phase == "absent" else "lock"
            return desk.places.value[-1]

        self.do(go)
        while self.do(lambda desk: bool(desk._steps)):  # a sheet that is closing keeps it waiting for a moment
            self.page.page.wait_for_timeout(20)
        self.arrive(self.do(where))
        return self.page

    def arrive(self, name: str = "", seconds: float = PATIENCE) -> None:
        """Wait until the browser has drawn everything it was sent, this screen is the one that is read, and its
        semantics tree stands still."""
        for _ in range(2):  # the answer to the second question comes after what the first one let the screen draw
            self.ask(seconds)
        self.page.still(name, sheet=False, seconds=seconds)

    def arrives_at(self, identifier: str, seconds: float = PATIENCE) -> None:
        """Wait until this control is there, after a tap that led on."""
        self.page.by_id(identifier).first.wait_for(state="attached", timeout=seconds * 1000)
        self.arrive()

    def ask(self, seconds: float = PATIENCE) -> AccessibilityFeatures:
        """A question to the browser: the answer comes when everything sent before it has been taken in."""
        answer: Future[AccessibilityFeatures] = Future()

        async def there() -> None:
            try:
                answer.set_result(await ft.SemanticsService().get_accessibility_features())
            except BaseException as fault:  # noqa: BLE001 - it is raised again in the waiting thread
                answer.set_exception(fault)

        self.desk.later(there)
        return answer.result(seconds)

    def settle(self, seconds: float = 12) -> bytes:
        """Wait until the picture stands still, pixel by pixel (slow; for pictures); returns it."""
        page, last, alike = self.page.page, b"", 0
        page.wait_for_function("() => !document.getElementById('boot')")  # the cover of the first paint
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


def _with_words(app: App) -> App:
    """Serve the page around the app as the guard does: with its sentences, by which it knows the language spoken."""
    words = json.dumps(_words(ASSETS), ensure_ascii=False)
    page = WORDS.sub(lambda _: words, _page(ASSETS)).encode()

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await app(scope, receive, send)
            return
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": page})

    return answer


@contextmanager
def served(session: Session, clock: Callable[[], datetime] | None = None) -> Iterator[Studio]:
    """Serve the app of this session from a thread; the server ends with the block."""
    library = Library(ASSETS)
    speak = _speech(library)
    desks: list[Desk] = []

    def window(page: ft.Page) -> None:
        desk = Desk(page, session, library, speak, clock=clock)
        root.start(page, desk)
        desks.append(desk)

    listener = _listen(0)
    config = uvicorn.Config(
        _with_words(_flet(window, ASSETS)), log_level="error", access_log=False, ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    try:
        yield Studio(session, f"http://127.0.0.1:{listener.getsockname()[1]}/", desks)
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(PATIENCE)
        listener.close()


def session_in(folder: Path, clock: Callable[[], datetime] | None = None) -> Session:
    """The session of a phone whose data lie in this folder, with the least that a passphrase may cost."""
    return Session(folder / "vault", folder / "state", ASSETS, cost=Cost(), now=clock)


@contextmanager
def studio(
    phase: str = "example",
    role: str = "mentor",
    language: str = "sv",
    browser: Browser | None = None,
    *,
    folder: Path | None = None,
    clock: Callable[[], datetime] | None = None,
    **options: Any,
) -> Iterator[Studio]:
    """The app in Chromium: `phase` is absent, locked, open (an own vault) or example (a temporary one, filled).

    What is written goes with the block, unless it is given a `folder` of its own.
    """
    with ExitStack() as stack:
        session = session_in(folder or Path(stack.enter_context(tempfile.TemporaryDirectory())), clock)
        session.preferences.set(language=language, theme="light", lock_after=15)
        if phase in ("locked", "open"):
            session.create(PASSPHRASE, name="Karin", role=role)
            if phase == "locked":
                session.lock()
        if phase == "example":
            session.open_example(role)
        try:
            with served(session, clock) as app:
                if browser is not None:
                    app.open(browser)
                    yield app
                else:
                    with phone(**options) as own:
                        app.open(own)
                        yield app
        finally:
            session.close()
