"""The app as people start it, in a real browser, with a data folder that is gone after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, TimeoutError

from app.services.session import Session
from tests.support.browser import FAINT, Browser, Running, Visit, kept, phone, running

ASSETS = Path(__file__).parents[2] / "assets"
PHRASE = "lugn älv bär sju åror"
PATIENCE = 60_000  # milliseconds; machines are shared and noisy


@dataclass
class Person:
    """Somebody with a phone in the hand: what they tap is counted."""

    app: Running
    visit: Visit
    taps: int = 0
    phrase: str = ""
    said: list[str] = field(default_factory=list)

    def sees(self, identifier: str) -> Locator:
        """Wait until this control is there."""
        node = self.visit.by_id(identifier).first
        try:
            node.wait_for(state="attached", timeout=PATIENCE)
        except TimeoutError as late:
            raise AssertionError(f"{identifier} did not come; in sight: {self.visit.nodes()}") from late
        return node

    def reads(self, words: str) -> None:
        """Wait until these words are on the screen."""
        self.visit.see(words).wait_for(state="attached", timeout=PATIENCE)

    def gone(self, identifier: str) -> None:
        """Wait until this control is no longer there."""
        self.visit.by_id(identifier).first.wait_for(state="detached", timeout=PATIENCE)

    def tap(self, identifier: str) -> None:
        """One tap on the control with this identifier, once nothing moves any more: nobody is quicker with a thumb."""
        self.sees(identifier)
        self.visit.still()
        self.visit.tap(identifier)
        self.taps += 1

    def tap_tab(self, words: str) -> None:
        """One tap on a tab."""
        self.visit.still()
        self.visit.page.get_by_role("tab", name=words).dispatch_event("click")
        self.taps += 1

    def tap_first(self, beginning: str) -> str:
        """One tap on the first control whose identifier begins so; returns the whole identifier."""
        node = self.visit.page.locator(f'[flt-semantics-identifier^="{beginning}"]').first
        node.wait_for(state="attached", timeout=PATIENCE)
        identifier = str(node.get_attribute("flt-semantics-identifier"))
        self.tap(identifier)
        return identifier

    def writes(self, identifier: str, text: str, delay: float = 5) -> None:
        """Type into a field that may need a tap first (not counted when the field has the focus)."""
        self.sees(identifier)
        self.visit.type(identifier, text, delay)

    def value(self, identifier: str) -> str:
        """What stands in a field; the tree holds it only while the field has the focus."""
        self.sees(identifier)
        box = self.visit.field(identifier)
        box.focus()
        self.visit.still()
        self.visit.page.wait_for_timeout(400)  # the words come into the field without a change in the tree
        return box.input_value()

    def rewrites(self, identifier: str, text: str) -> None:
        """Replace what stands in a field."""
        self.sees(identifier)
        self.visit.type(identifier, "")
        self.visit.page.keyboard.press("Control+A")
        self.visit.page.keyboard.type(text, delay=5)

    def registers(self, name: str = "Karin", role: str = "mentor", language: str = "sv") -> None:
        """First run, with the recovery key for later: lands on Today."""
        self.sees("continue")
        if language != "sv":
            self.tap(f"language-{language}")
        self.tap(f"role-{role}")
        self.taps += 1  # into the field
        self.writes("name", name)
        self.rewrites("new-passphrase", PHRASE)
        self.tap("continue")
        self.tap("key-later")
        self.sees("lock")

    def adds(self, name: str) -> None:
        """A person, from the empty Today; lands on the person's page."""
        self.tap("start-person")
        self.writes("person-name", name)
        self.tap("save-person")
        self.sees("do-book")

    def unlocks(self) -> None:
        """Type the passphrase and press Enter (the button's node loses its identifier once it was disabled)."""
        self.writes("passphrase", self.phrase)
        self.visit.page.keyboard.press("Enter")
        self.gone("passphrase")


@dataclass
class Place:
    """A data folder, and the app started on it as often as the power is pulled."""

    data: Path
    browser: Browser
    stack: ExitStack
    started: list[Running] = field(default_factory=list)

    def start(self, **environment: str) -> Person:
        """Start the app and open its window."""
        app = self.stack.enter_context(
            running("main.py", "--no-browser", "--port", "0", "--data", str(self.data), **environment)
        )
        self.started.append(app)
        return Person(app, self.browser.open(app), phrase=PHRASE)

    def pull_the_plug(self, person: Person) -> None:
        """SIGKILL, and the window goes with it."""
        person.app.kill()
        person.visit.page.close()


@contextmanager
def opened(
    place: Place, how: Callable[[Session], object] = lambda session: session.unlock(PHRASE)
) -> Iterator[Session]:
    """The vault of a phone whose app is not running: what lies on its disk."""
    session = Session(place.data / "vault", place.data / "state", ASSETS)
    how(session)
    try:
        yield session
    finally:
        session.close()


@contextmanager
def prepared(place: Place, name: str = "Karin", role: str = "mentor", language: str = "sv") -> Iterator[Session]:
    """A vault as the first run leaves it (which has journeys of its own), open to put something into it."""
    with opened(place, lambda session: session.create(PHRASE, name=name, role=role, language=language)) as session:
        yield session


@contextmanager
def place(folder: Path, **options: Any) -> Iterator[Place]:
    with ExitStack() as stack:
        browser = stack.enter_context(phone(**(FAINT | options)))
        yield Place(folder, browser, stack)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Place]:
    """A phone-sized browser and an empty data folder."""
    with place(tmp_path / "data") as there:
        yield there


@pytest.fixture(scope="package", autouse=True)
def _one_chromium() -> Iterator[None]:
    """One for all journeys of a process; it ends before other tests, which have event loops of their own."""
    with kept():
        yield


@pytest.fixture(autouse=True)
def _marked(request: pytest.FixtureRequest) -> None:
    request.node.add_marker(pytest.mark.e2e)
