"""The app in a real browser: Chromium on Flutter's semantics tree, as a screen reader meets it.

with running("main.py", "--no-browser", "--data", folder) as app, phone() as browser:
    page = browser.open(app)
    page.tap("save")
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Locator, Page, TimeoutError, sync_playwright

from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LIGHT = ["--js-flags=--liftoff-only"]
"""For tests that measure nothing: what runs for seconds only is not worth compiling twice."""
STILL = 8
"""Pictures drawn without a change in the semantics tree: on a busy machine they take longer, as everything does."""
FAINT: dict[str, Any] = {"scale": 0.25, "reduced_motion": "reduce"}
"""For `phone`, where nobody looks at the picture: all sizes as ever, a sixteenth of the points, no sliding frames."""
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Mobile Safari/537.36"
)


@dataclass
class Running:
    """A server of ours: its process and the address that it printed last."""

    process: subprocess.Popen[str]
    address: str
    started: float

    @property
    def root(self) -> str:
        return self.address.partition("?")[0]

    @property
    def port(self) -> int:
        return int(re.findall(r":(\d+)/", self.address)[0])

    def next_address(self) -> str:
        """The address printed after the last one was used."""
        self.address = _line(self.process, PATIENCE)
        return self.address

    def kill(self) -> None:
        """As when the power goes."""
        self.process.kill()
        self.process.wait(PATIENCE)


@contextmanager
def running(*command: str, **environment: str) -> Iterator[Running]:
    """Start a Python program that prints its address; end it by its own process id."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Running(process, _line(process, PATIENCE), began)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(PATIENCE)
        if process.stdout:
            process.stdout.close()


def _line(process: subprocess.Popen[str], seconds: float) -> str:
    assert process.stdout
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    if not ready or not (line := process.stdout.readline().strip()):
        raise AssertionError(f"the server said nothing within {seconds} s (ended: {process.poll()})")
    return line


@dataclass
class Visit:
    """A page with the app on it. Everything asked of another host is in `foreign`, whatever became of it."""

    page: Page
    foreign: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def see(self, words: str, **options: Any) -> Locator:
        return self.page.locator("flt-semantics-host").get_by_text(words, **options).first

    def by_id(self, identifier: str) -> Locator:
        return self.page.locator(f'[flt-semantics-identifier="{identifier}"]')

    def still(self, screen: str = "", *, sheet: bool = True, seconds: float = PATIENCE) -> None:
        """Wait until nothing has changed in the semantics tree for a moment, and one screen alone is read out: this one,
        if it is named. Under an open sheet none is read; with `sheet=False` that is waited for as well."""
        self.page.evaluate("() => { window.fikaCalm = 0; }")
        arguments = [f"at:{screen}" if screen else "", sheet and not screen, STILL]
        self.page.wait_for_function(_STILL, arg=arguments, timeout=seconds * 1000, polling="raf")

    def tap(self, identifier: str) -> None:
        """The click of a screen reader on the node with this identifier, or on the button inside it."""
        node = self.by_id(identifier).first
        node.wait_for(state="attached")
        inside = node.locator('[role="button"], [role="checkbox"], [role="radio"], [flt-tappable]').first
        (inside if inside.count() and node.get_attribute("flt-tappable") is None else node).dispatch_event("click")

    def field(self, identifier: str) -> Locator:
        return self.by_id(identifier).locator("input, textarea").first

    def type(self, identifier: str, text: str, delay: float = 5) -> Locator:
        """Tap the field as a thumb does, wait until it really has the focus (else the first letters are lost), type.

        The focus must come by a tap: where only the page's focus() sets it, the engine may not listen to the keys.
        """
        self.page.wait_for_timeout(700)  # while a screen slides in, Flutter ignores taps that the page itself takes
        box = self.field(identifier)
        handle = box.element_handle()
        for _ in range(20):
            place = box.bounding_box()
            assert place, f"{identifier} is not in sight"
            self.page.mouse.click(place["x"] + place["width"] / 3, place["y"] + min(place["height"] / 2, 30))
            with suppress(TimeoutError):
                self.page.wait_for_function(_HAS_FOCUS, arg=handle, timeout=400)
                break
        self.page.wait_for_function(_HAS_FOCUS, arg=handle)
        self.page.wait_for_timeout(150)
        self.page.keyboard.type(text, delay=delay)
        return box

    def nodes(self) -> list[str]:
        """role | name | words | identifier of every node: what a test, and a screen reader, can see."""
        return list(self.page.evaluate(_NODES))


# Asked at every picture. True when the wanted screen is the only one that is read, and nothing has changed for a moment.
_STILL = """([wanted, sheet, calm]) => {
  const host = document.querySelector('flt-semantics-host');
  if (!host) return false;
  if (window.fikaWatched !== host) {
    window.fikaWatched = host;
    const changed = () => { window.fikaCalm = 0; };
    new MutationObserver(changed).observe(host, {subtree: true, childList: true, attributes: true, characterData: true});
    changed();
  }
  const here = [...host.querySelectorAll('[flt-semantics-identifier^="at:"]')]
    .map(node => node.getAttribute('flt-semantics-identifier'));
  const one = here.length === 1 ? !wanted || here[0] === wanted : sheet && !here.length;
  return window.fikaCalm++ >= calm && one;
}"""
_HAS_FOCUS = "e => document.activeElement === e"
# On a phone the placeholder covers the window and believes only in a click at its very centre.
_WAKE = """() => {
  const placeholder = document.querySelector('flt-semantics-placeholder');
  const box = placeholder.getBoundingClientRect();
  const centre = {clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, bubbles: true};
  placeholder.dispatchEvent(new MouseEvent('click', centre));
}"""
_NODES = """() => [...document.querySelectorAll('flt-semantics')].map(e => {
  const own = [...e.childNodes].filter(n => n.nodeType == 3 || n.tagName == 'SPAN')
    .map(n => n.textContent).join('').trim();
  const field = e.querySelector(':scope > input, :scope > textarea');
  const state = e.getAttribute('aria-checked') || e.getAttribute('aria-selected') || '';
  const box = e.getBoundingClientRect();
  return [e.getAttribute('role') || '', e.getAttribute('aria-label') || '', own,
    e.getAttribute('flt-semantics-identifier') || '', state,
    field ? field.tagName + ':' + (field.getAttribute('aria-label') || '') + '=' + field.value : '',
    e.getAttribute('flt-tappable') !== null ? `tap ${Math.round(box.width)}x${Math.round(box.height)}` : ''].join('|');
}).filter(s => s.replace(/\\|/g, '') != '')"""


@dataclass
class Browser:
    """One browser profile."""

    context: BrowserContext

    def open(self, app: Running | str, semantics: bool = True) -> Visit:
        address = app if isinstance(app, str) else app.address
        visit = Visit(self.context.new_page())
        home = address.partition("?")[0].rstrip("/")
        visit.page.on("request", lambda r: _foreign(visit, r.url, home))
        visit.page.on("console", lambda m: visit.console.append(m.text))
        visit.page.goto(address)
        if semantics:
            enable_semantics(visit.page)
        return visit


def _foreign(visit: Visit, url: str, home: str) -> None:
    if not url.startswith((home, home.replace("http", "ws", 1), "blob:", "data:")):
        visit.foreign.append(url)


def enable_semantics(page: Page) -> None:
    """Turn the semantics tree on, as a screen reader does."""
    page.wait_for_selector("flt-semantics-placeholder", state="attached")
    page.evaluate(_WAKE)
    page.wait_for_selector("flt-semantics-host flt-semantics", state="attached")


_kept: list[Chromium] = []


@contextmanager
def kept() -> Iterator[None]:
    """One Chromium for every `phone` inside: each has a profile of its own, none waits for another start."""
    with _chromium(LIGHT) as browser:
        _kept.append(browser)
        try:
            yield
        finally:
            _kept.clear()


@contextmanager
def _chromium(flags: Sequence[str] = ()) -> Iterator[Chromium]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        raise AssertionError("Chromium is missing: install the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def phone(
    width: int = 390, height: int = 844, *, android: bool = False, scale: float = 1, **options: Any
) -> Iterator[Browser]:
    """A browser of the size of a phone; `android=True` with its user agent and touch (targets of 48 px)."""
    if android:
        options |= {"user_agent": ANDROID, "has_touch": True, "is_mobile": True}
    with nullcontext(_kept[0]) if _kept else _chromium() as browser:
        context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=scale, locale="sv-SE", **options
        )
        context.set_default_timeout(PATIENCE * 1000)
        try:
            yield Browser(context)
        finally:
            context.close()
