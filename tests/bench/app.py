"""The app in headless Chromium: the targets T1-T7, T9, T12 and T13, memory, and bytes on the wire.

`python -m tests.bench.app [--records 0,2000,10000] [--runs 5] [--json file]`. Every absolute figure stands beside the same
run's empty Flet page. Taps are counted by what the script had to tap. Modules are compiled beforehand, as they are from
the second start on. Milliseconds, unless a row says otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from app.model.commands import EndMeeting, PlanMeeting, SetGoal
from app.model.queries import MinutesFor, TodayView
from app.services.session import Session
from app.services.store import Store
from app.vault.kdf import Cost, normalise, stretch
from tests.e2e.conftest import Person
from tests.support.browser import Browser, Running, Visit, enable_semantics, phone
from tests.support.browser import running as started
from tests.support.fill import fill

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "assets"
PHRASE = "tall regn moln stig fyr"
KEYS_A_SECOND = 12


@dataclass
class Sheet:
    """The figures of one run, by name."""

    rows: dict[str, list[float]] = field(default_factory=dict)
    facts: dict[str, float | int | str] = field(default_factory=dict)

    def note(self, name: str, value: float) -> None:
        self.rows.setdefault(name, []).append(value)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.note(name, (time.perf_counter() - began) * 1000)

    def summary(self) -> dict[str, dict[str, float]]:
        made = {}
        for name, values in self.rows.items():
            ordered = sorted(values)
            p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
            made[name] = {"p50": statistics.median(ordered), "p95": p95, "runs": len(ordered)}
        return made


class Wire:
    """What passes over the WebSocket of a page, in bytes."""

    def __init__(self, visit: Visit) -> None:
        self.sent = self.received = 0
        visit.page.on("websocket", self._attach)

    def _attach(self, socket: Any) -> None:
        socket.on("framesent", lambda data: self._count("sent", data))
        socket.on("framereceived", lambda data: self._count("received", data))

    def _count(self, way: str, data: bytes | str) -> None:
        setattr(self, way, getattr(self, way) + len(data))

    def since(self) -> Callable[[], tuple[int, int]]:
        sent, received = self.sent, self.received
        return lambda: (self.sent - sent, self.received - received)


@contextmanager
def running(*command: str) -> Iterator[Running]:
    """A process whose modules are compiled, as on everybody's machine from the second start on."""
    with started(*command, PYTHONDONTWRITEBYTECODE="", PYTHONPYCACHEPREFIX=str(ROOT / "build" / "compiled")) as process:
        yield process


@contextmanager
def fika(folder: Path) -> Iterator[Running]:
    """The app on the vault in this folder."""
    with running(*_start(folder)) as app:
        yield app


def prepare(folder: Path, records: int, *, over: bool = False) -> None:
    """A vault of a mentor with that many records, a meeting within the hour (or one just ended) and a goal."""
    session = Session(folder / "vault", folder / "state", ASSETS, cost=Cost())
    session.preferences.set(language="sv", lock_after=15)
    session.create(PHRASE, name="Karin", role="mentor")
    store: Store = session.store
    now = datetime.now().astimezone()
    share = records // 5
    pairs = fill(store, now=now, people=5, meetings=share, tasks=2 * share, notes=2 * share, goals=5)
    starts = (now + timedelta(minutes=-30 if over else 20)).replace(tzinfo=None, second=0, microsecond=0)
    meeting = store.execute(PlanMeeting(mentorship=pairs[0], starts=starts, zone="", place="Biblioteket")).record
    if over:
        store.execute(EndMeeting(meeting=meeting))
    store.execute(SetGoal(title="Två intervjuer", mentorship=pairs[0], measure="count", target=2))
    session.close()


def press(visit: Visit, identifier: str) -> None:
    """Tap as soon as the control is there."""
    visit.by_id(identifier).first.wait_for(state="attached", timeout=60_000)
    visit.tap(identifier)


def focused(visit: Visit, identifier: str) -> None:
    """Wait until the field inside this identifier has the focus."""
    visit.page.wait_for_function(
        """id => { const e = document.activeElement; const p = e && e.closest('[flt-semantics-identifier]');
             return !!p && p.getAttribute('flt-semantics-identifier') === id && e.matches('input, textarea'); }""",
        arg=identifier,
        timeout=60_000,
    )


def attached(visit: Visit, identifier: str) -> None:
    visit.by_id(identifier).first.wait_for(state="attached", timeout=60_000)


def start_up(sheet: Sheet, browser: Browser, name: str, *command: str) -> None:
    """T1: process and page from nothing to a focused field."""
    began = time.perf_counter()
    with running(*command) as server:
        sheet.note(f"{name}: process to address", (time.perf_counter() - began) * 1000)
        came = time.perf_counter()
        visit = browser.open(server)
        focused(visit, "passphrase")
        sheet.note(f"{name}: page to focused field", (time.perf_counter() - came) * 1000)
        sheet.note(f"{name}: process to focused field", (time.perf_counter() - began) * 1000)
        visit.page.close()


def unlocked(browser: Browser, app: Running) -> tuple[Visit, Wire]:
    visit = Visit(browser.context.new_page())
    wire = Wire(visit)
    visit.page.goto(app.address)
    enable_semantics(visit.page)
    attached(visit, "passphrase")
    visit.type("passphrase", PHRASE)
    return visit, wire


def daily(sheet: Sheet, browser: Browser, folder: Path, records: int) -> None:
    """T2-T7, T9, T13, bytes on the wire and memory on one started app."""
    with fika(folder) as app:
        visit, wire = unlocked(browser, app)
        with sheet.timed(f"T3 unlock to Today ({records})"):
            visit.tap("unlock")
            attached(visit, "today-primary")
        if f"RSS ten seconds after unlock ({records})" not in sheet.facts:
            visit.page.wait_for_timeout(10_000)
            process = psutil.Process(app.process.pid)
            status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
            figures = dict(line.split(":", 1) for line in status.splitlines())
            sheet.facts[f"RSS ten seconds after unlock ({records})"] = int(figures["VmRSS"].split()[0]) // 1024
            sheet.facts[f"RSS peak ({records})"] = int(figures["VmHWM"].split()[0]) // 1024
        tick = visit.page.locator('[role="checkbox"]').first
        was = tick.get_attribute("aria-checked")
        identifier = visit.page.evaluate(
            """() => document.querySelector('[role="checkbox"]').closest('[flt-semantics-identifier]')
            .getAttribute('flt-semantics-identifier')"""
        )
        spent = wire.since()
        with sheet.timed(f"T6 tick ({records})"):
            tick.dispatch_event("click")
            visit.page.wait_for_function(
                """([id, was]) => { const p = document.querySelector(`[flt-semantics-identifier="${id}"]`);
                     const c = p && (p.matches('[role=checkbox]') ? p : p.querySelector('[role=checkbox]'));
                     return !c || c.getAttribute('aria-checked') !== was; }""",
                arg=[identifier, was],
                timeout=30_000,
            )
        visit.page.wait_for_timeout(400)
        sent, received = spent()
        sheet.note(f"tick on Today, bytes sent + received ({records})", sent + received)
        with sheet.timed(f"T4 Today to the caret in the note ({records})"):
            visit.tap("today-primary")
            focused(visit, "shared-note")
        box = visit.field("shared-note")
        for length in (0, 2_000, 20_000):
            box.fill("å" * length)
            visit.page.wait_for_timeout(1_500)
            spent = wire.since()
            visit.page.keyboard.type("abcdefghijkl", delay=80)
            visit.page.wait_for_timeout(1_000)
            sent, received = spent()
            sheet.note(f"bytes a key at {length} characters: to Python ({records})", sent / 12)
            sheet.note(f"bytes a key at {length} characters: to the screen ({records})", received / 12)
        visit.tap("back")
        attached(visit, "search")
        visit.tap("search")
        focused(visit, "search-field")
        visit.page.wait_for_timeout(1_000)
        visit.type("search-field", "")
        with sheet.timed(f"T13 a word to its results ({records})"):
            visit.page.keyboard.type("biblioteket")
            visit.page.locator('[flt-semantics-identifier^="hit-"]').first.wait_for(state="attached", timeout=60_000)
        visit.page.wait_for_timeout(1_500)  # the hits of the last letter
        visit.tap("back")
        attached(visit, "today-goal")
        with sheet.timed(f"T9 Today to a goal one step on, 2 taps ({records})"):
            visit.tap("today-goal")
            attached(visit, "goal-more")
            before = visit.nodes()
            visit.tap("goal-more")
            while visit.nodes() == before:
                visit.page.wait_for_timeout(10)
        visit.page.close()


def quick(sheet: Sheet, browser: Browser, folder: Path) -> None:
    """T2: the lock screen to the first letter of a note, without the passphrase."""
    with fika(folder) as app:
        visit = browser.open(app)
        attached(visit, "quick-note")
        with sheet.timed("T2 lock screen to the first letter"):
            visit.tap("quick-note")
            visit.page.locator(
                '[flt-semantics-identifier="quick-text"], [flt-semantics-identifier="quick-accept"]'
            ).first.wait_for(state="attached")
            if visit.by_id("quick-accept").count():
                visit.tap("quick-accept")
            focused(visit, "quick-text")
            visit.page.keyboard.type("a")
            visit.page.wait_for_function(
                "() => document.activeElement && document.activeElement.value === 'a'", timeout=30_000
            )
        visit.page.close()


def first_run(sheet: Sheet, browser: Browser, folder: Path) -> None:
    """T12: from nothing to the first word of a note."""
    with fika(folder) as app:
        began = time.perf_counter()
        person = Person(app, browser.open(app))
        person.registers()
        person.tap("today-note")
        person.tap("write-free")
        person.writes("free-note", "a")
        sheet.note("T12 first run to the first word, ms", (time.perf_counter() - began) * 1000)
        sheet.facts["T12 taps"] = person.taps
        person.visit.page.close()


def feedback(sheet: Sheet, browser: Browser, folder: Path) -> None:
    """T7: three answers and send, after the meeting."""
    with fika(folder) as app:
        visit, _ = unlocked(browser, app)
        visit.tap("unlock")
        press(visit, "today-primary")
        attached(visit, "answer-useful-4")
        with sheet.timed("T7 feedback, 4 taps"):
            for tap in ("answer-useful-4", "answer-focus-5", "answer-secure-4", "evaluation-send"):
                press(visit, tap)
            visit.by_id("answer-secure-4").first.wait_for(state="detached", timeout=60_000)
        visit.page.close()


def keys_until_killed(sheet: Sheet, browser: Browser, folder: Path, seconds: int) -> None:
    """T5: 12 keys a second, then SIGKILL: how old was the oldest key that is not on the disk?"""
    with fika(folder) as app:
        visit, _ = unlocked(browser, app)
        visit.tap("unlock")
        press(visit, "today-primary")
        attached(visit, "shared-note")
        visit.page.wait_for_timeout(1_000)  # until the screen stands still
        visit.type("shared-note", "")
        visit.page.keyboard.press("Control+A")
        visit.page.keyboard.press("Delete")
        typed: list[tuple[float, str]] = []
        began = time.monotonic()
        number = 0
        while time.monotonic() - began < seconds:
            letter = "abcdefghijklmnopqrstuvwxyzåäö"[number % 29]
            visit.page.keyboard.insert_text(letter) if letter in "åäö" else visit.page.keyboard.press(letter)
            typed.append((time.monotonic(), letter))
            number += 1
            time.sleep(max(0.0, began + number / KEYS_A_SECOND - time.monotonic()))
        killed = time.monotonic()
        app.kill()
        visit.page.close()
    session = Session(folder / "vault", folder / "state", ASSETS, cost=Cost())
    session.unlock(PHRASE)
    today = session.store.ask(TodayView(now=datetime.now().astimezone())).meeting
    assert today is not None
    minutes = session.store.ask(MinutesFor(today.row.id))  # what was a draft is settled when the store opens
    kept = max((str(v) for v in minutes.answers.values()), key=len, default="") if minutes else ""
    session.close()
    whole = "".join(letter for _, letter in typed)
    assert whole.startswith(kept), "what was kept is not what was typed"
    lost = typed[len(kept) :]
    sheet.facts["T5 keys typed"] = len(typed)
    sheet.facts["T5 keys lost by SIGKILL"] = len(lost)
    sheet.facts["T5 age of the oldest lost key, ms"] = round((killed - lost[0][0]) * 1000) if lost else 0


def measure(records: list[int], runs: int, seconds: int) -> dict[str, Any]:
    sheet = Sheet()
    try:
        _measure(sheet, records, runs, seconds)
    except BaseException:
        print(json.dumps({"rows": sheet.summary(), "facts": sheet.facts}, indent=1), file=sys.stderr)  # so far
        raise
    return {"rows": sheet.summary(), "facts": sheet.facts}


def _measure(sheet: Sheet, records: list[int], runs: int, seconds: int) -> None:
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder, phone() as browser:
        folders = {}
        for count in records:
            folders[count] = Path(folder) / str(count)
            prepare(folders[count], count)
            _tell(f"prepared {count}")
        over = Path(folder) / "over"
        prepare(over, 0, over=True)
        for command in (("-m", "tests.bench.empty_page"), _start(over)):
            with running(*command) as server:  # compiles what it imports
                attached(browser.open(server), "passphrase")
        began = time.perf_counter()
        stretch(normalise(PHRASE), b"0" * 16, Cost())  # the key stretching of the same run
        sheet.facts["key stretching alone, ms"] = round((time.perf_counter() - began) * 1000)
        for run in range(runs):
            _tell(f"run {run + 1} of {runs}")
            start_up(sheet, browser, "empty Flet page", "-m", "tests.bench.empty_page")
            start_up(sheet, browser, "T1 Fika", *_start(folders[records[0]]))
            quick(sheet, browser, folders[records[0]])
            for count in records:
                daily(sheet, browser, folders[count], count)
        feedback(sheet, browser, over)
        first_run(sheet, browser, Path(folder) / "first")
        keys_until_killed(sheet, browser, folders[records[-1]], seconds)
    ratios = [
        ours / theirs
        for ours, theirs in zip(
            sheet.rows["T1 Fika: process to focused field"],
            sheet.rows["empty Flet page: process to focused field"],
            strict=True,
        )
    ]
    sheet.facts["T1 Fika : empty Flet page"] = round(statistics.median(ratios), 2)
    sheet.facts["load of the machine, 5 minutes"] = round(os.getloadavg()[1], 1)


def _start(folder: Path) -> tuple[str, ...]:
    return ("main.py", "--no-browser", "--port", "0", "--data", str(folder))


def _tell(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.app")
    parser.add_argument("--records", default="0,2000,10000")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    (ROOT / "build").mkdir(exist_ok=True)
    result = measure([int(n) for n in options.records.split(",")], options.runs, options.seconds)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1, ensure_ascii=False), "utf-8")
    for name, row in result["rows"].items():
        print(f"{name:62} p50 {row['p50']:9.1f}  p95 {row['p95']:9.1f}  n={row['runs']}")
    for name, fact in result["facts"].items():
        print(f"{name:62} {fact}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
