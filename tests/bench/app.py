"""The app in headless Chromium: the targets T1-T15, memory, and bytes on the wire.

`python -m tests.bench.app [--records 0,2000,10000] [--runs 5] [--life no] [--quick] [--json file]`. What takes a vault
of years (T8, T10, T11, T14, T15, every screen, search) is in `tests/bench/life.py`. Beside each absolute figure
stands what an empty Flet page needs for the comparable step in the same run. Times are taken by the page's own clock,
from the tap to the change in what a screen reader meets, so that the way to the browser's driver is not in them. Taps
are counted by what the script had to tap. Modules are compiled beforehand, as they are from the second start on.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from app.model.commands import EndMeeting, PlanMeeting, SetGoal, SkipMeeting
from app.model.queries import MeetingsBetween, MinutesFor, TodayView
from app.services.records.store import Store
from app.services.session import Session
from app.vault.kdf import Cost
from tests.bench.timed import last_of
from tests.e2e.conftest import Person
from tests.support.browser import Browser, Running, Visit, enable_semantics, phone
from tests.support.browser import running as started
from tests.support.fill import fill

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "assets"
PHRASE = "tall regn moln stig fyr"
KEYS_A_SECOND = 12


EMPTY = "empty page"
TICKS = 3
T1 = "T1 process to a usable lock screen"
T2 = "T2 lock screen to the first letter of a note"
T3 = "T3 unlock to Today, without key stretching"
T4 = "T4 Today to the caret in the note"
T6 = "T6 tick"
T7 = "T7 feedback, 4 taps"
T9 = "T9 a goal one step on, 2 taps"
T12 = "T12 first run to the first word"
T13 = "T13 last letter to all hits"
TARGETS = {
    T1: "2 × the empty page; 1,500",
    T2: "300",
    T3: "300",
    T4: "300",
    T6: "100",
    T7: "20,000 for a person",
    T9: "5,000 for a person",
    T12: "60,000 for a person",
    T13: "300 at 2,000 notes, 1,000 at 20,000",
    "T8 ending a meeting: two tasks, next time, asked to confirm": "60,000 for a person; 7 taps",
    "T10 two phones paired, no network": "60,000; 6 taps each",
    "T11 an agreement signed by both": "20,000; 2 + 2 taps",
    "T14 everything in a file": "10,000; 3 taps",
    "T14 everything erased": "10,000; 3 taps and the passphrase",
    "T15 a number to call, from Today": "5,000; 2 taps with the call",
    "T15 a number to call, locked": "5,000; 2 taps with the call",
    "tick, bytes sent and received, with its Undo": "1,000 B for the tick",
}


@dataclass
class Sheet:
    """The figures of one run: by step, and by whose it is (the empty page, or the app with so many records)."""

    rows: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    facts: dict[str, float | int | str] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    def note(self, step: str, whose: str, value: float) -> None:
        self.rows.setdefault(step, {}).setdefault(whose, []).append(value)

    def open(self, process: AbstractContextManager[Running]) -> Running:
        return self.stack.enter_context(process)

    def close(self) -> None:
        self.stack.close()

    def summary(self) -> dict[str, dict[str, dict[str, float]]]:
        return {step: {whose: _spread(values) for whose, values in row.items()} for step, row in self.rows.items()}


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)]
    return {"p50": statistics.median(ordered), "p95": p95, "runs": len(ordered)}


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
    share = records // 5
    furnish(folder, over=over, people=5, meetings=share, tasks=2 * share, notes=2 * share, goals=5)


def furnish(folder: Path, *, over: bool = False, **amounts: int) -> None:
    """As `prepare`, with these amounts of each."""
    session = Session(folder / "vault", folder / "state", ASSETS, cost=Cost())
    session.preferences.set(language="sv", lock_after=15)
    session.create(PHRASE, name="Karin", role="mentor")
    store: Store = session.store
    now = datetime.now().astimezone()
    pairs = fill(store, now=now, **amounts)
    starts = (now + timedelta(minutes=-30 if over else 20)).replace(tzinfo=None, second=0, microsecond=0)
    for other in store.ask(MeetingsBetween(now.date(), now.date(), now)):  # the day belongs to the one meeting below
        store.execute(SkipMeeting(meeting=other.id))
    midnight = now.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    if starts.date() != midnight.date():  # a meeting of today, also when measuring around midnight
        starts = midnight if over else starts - timedelta(minutes=25)
    first = PlanMeeting(mentorship=pairs[0], starts=starts - timedelta(days=14), zone="")
    store.execute(EndMeeting(meeting=store.execute(first).record))  # the first of all asks whether one is ready
    meeting = store.execute(PlanMeeting(mentorship=pairs[0], starts=starts, zone="", place="Biblioteket")).record
    if over:
        store.execute(EndMeeting(meeting=meeting))
    store.execute(SetGoal(title="Två intervjuer", mentorship=pairs[0], measure="count", target=2))
    session.close()


# In the page: tap a control as a screen reader does, then say how long it took until something was there. What is
# waited for: a field with the focus, a control, another state of a box, some words, or any change at all.
_TAP = """async ([tap, how, wanted]) => {
  const find = id => document.querySelector(`[flt-semantics-identifier="${id}"]`);
  const node = find(tap);
  const inside = node.querySelector('[role="button"], [role="checkbox"], [role="radio"], [flt-tappable]');
  const target = inside && !node.hasAttribute('flt-tappable') ? inside : node;
  const box = () => { const n = find(tap); return n && (n.matches('[role=checkbox]') ? n : n.querySelector('[role=checkbox]')); };
  const state = () => box() ? box().getAttribute('aria-checked') : null;
  const was = how === 'state' ? state() : null;
  const done = {
    focus: () => { const e = document.activeElement, p = e && e.closest('[flt-semantics-identifier]');
      return p && p.getAttribute('flt-semantics-identifier') === wanted && e.matches('input, textarea'); },
    there: () => find(wanted),
    state: () => state() !== was,
    text: () => document.querySelector('flt-semantics-host').textContent.includes(wanted),
    change: () => true,
  }[how];
  return await new Promise((resolve, reject) => {
    const began = performance.now();
    window.fikaTapped = began;
    const late = setTimeout(() => reject(new Error(`${tap}: no ${how} ${wanted} within 60 s`)), 60000);
    const look = () => { if (!done()) return;
      const time = performance.now() - began;
      clearTimeout(late); seen.disconnect(); document.removeEventListener('focusin', look, true);
      resolve(time); };
    const seen = new MutationObserver(look);
    seen.observe(document.querySelector('flt-semantics-host'),
      {subtree: true, childList: true, attributes: true, characterData: true});
    document.addEventListener('focusin', look, true);
    target.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, composed: true}));
  });
}"""
# In the page: note when letters arrive in a field, when the first hit comes, and when the tree changed last.
_LISTEN = """hit => {
  const log = window.fikaLog = {letters: [], hit: 0, last: 0};
  const now = () => performance.now();
  const host = document.querySelector('flt-semantics-host');
  const there = () => hit.startsWith('text:') ? host.textContent.includes(hit.slice(5)) : document.querySelector(hit);
  document.addEventListener('input', () => log.letters.push(now()), true);
  new MutationObserver(() => {
    log.last = now();
    if (!log.hit && hit && there()) log.hit = log.last;
  }).observe(host, {subtree: true, childList: true, attributes: true, characterData: true});
}"""


def tap(visit: Visit, identifier: str, how: str = "there", wanted: str = "") -> float:
    """Tap as soon as the control is there; milliseconds until what is wanted."""
    attached(visit, identifier)
    return float(visit.page.evaluate(_TAP, [identifier, how, wanted]))


def press(visit: Visit, identifier: str) -> None:
    """Tap as soon as the control is there."""
    attached(visit, identifier)
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


def rest(visit: Visit, milliseconds: int = 800) -> None:
    """Let what was begun come to its end before the next thing is measured."""
    visit.page.wait_for_timeout(milliseconds)


def start_up(sheet: Sheet, browser: Browser, whose: str, *command: str) -> tuple[Running, Visit]:
    """T1: process and page from nothing to a focused field. The process goes on."""
    began = time.perf_counter()
    server = sheet.open(running(*command))
    sheet.note("process to its address", whose, (time.perf_counter() - began) * 1000)
    came = time.perf_counter()
    visit = browser.open(server)
    focused(visit, "passphrase")
    sheet.note("page to a focused field", whose, (time.perf_counter() - came) * 1000)
    sheet.note(T1, whose, (time.perf_counter() - began) * 1000)
    return server, visit


def empty_page(sheet: Sheet, browser: Browser) -> None:
    """What the bare steps cost that everything else is compared with."""
    _, visit = start_up(sheet, browser, EMPTY, "-m", "tests.bench.empty_page")
    rest(visit, 1_500)
    for step in (T2, T4):
        letter(sheet, visit, step, EMPTY, "to-field", "field")
        press(visit, "back")
        rest(visit)
    there = tap(visit, "to-button", "there", "there")
    rest(visit)
    sheet.note(T3, EMPTY, there)
    sheet.note(T9, EMPTY, there + tap(visit, "back", "there", "to-button"))
    rest(visit)
    for turn in range(TICKS):
        sheet.note(T6, EMPTY, tap(visit, "tick", "text", f"tick {turn + 1}"))
        rest(visit)
    search(sheet, visit, EMPTY, "ord", "text:found")
    visit.page.close()
    sheet.close()


def letter(sheet: Sheet, visit: Visit, step: str, whose: str, button: str, field: str) -> None:
    """From a tap to the caret in a field, and on to the first letter in it."""
    visit.page.evaluate(_LISTEN, "")
    caret = tap(visit, button, "focus", field)
    visit.page.keyboard.type("a")
    visit.page.wait_for_function("() => window.fikaLog.letters.length", timeout=30_000)
    came = visit.page.evaluate("() => window.fikaLog.letters[0] - window.fikaTapped")
    sheet.note(step, whose, came if step == T2 else caret)


def search(sheet: Sheet, visit: Visit, whose: str, word: str, hit: str) -> None:
    """T13: a word is typed at once; from its last letter until the list of its hits has stopped changing."""
    visit.type("search-field", "")
    visit.page.evaluate(_LISTEN, hit)
    visit.page.keyboard.type(word)
    visit.page.wait_for_function("() => window.fikaLog.hit", timeout=60_000)
    visit.page.wait_for_function("() => performance.now() - window.fikaLog.last > 700", timeout=60_000)
    log = visit.page.evaluate("() => window.fikaLog")
    assert len(log["letters"]) == len(word), "a letter was lost"
    sheet.note("T13 the first letter to the first hit", whose, log["hit"] - log["letters"][0])
    sheet.note(T13, whose, log["last"] - log["letters"][-1])


def find(sheet: Sheet, visit: Visit, whose: str, word: str) -> None:
    """T13 in the app: from Today to the hits."""
    press(visit, "search")
    focused(visit, "search-field")
    rest(visit, 1_000)
    search(sheet, visit, whose, word, '[flt-semantics-identifier^="hit-"]')


def unlocked(browser: Browser, app: Running) -> tuple[Visit, Wire]:
    visit = Visit(browser.context.new_page())
    wire = Wire(visit)
    visit.page.goto(app.address)
    enable_semantics(visit.page)
    attached(visit, "passphrase")
    visit.type("passphrase", PHRASE)
    return visit, wire


def daily(sheet: Sheet, browser: Browser, folder: Path, whose: str) -> None:
    """T3, T4, T6, T9, T13, bytes on the wire and memory on one started app.

    Stretching is timed in the app itself: T3 is what comes on top of it.
    """
    stretched = folder / "stretched"
    first = f"RSS ten seconds after unlock, MB ({whose})" not in sheet.facts
    with running("-m", "tests.bench.timed", str(stretched), *_start(folder)[1:]) as app:
        visit, wire = unlocked(browser, app)
        rest(visit, 1_000)
        spent = tap(visit, "unlock", "there", "today-primary")
        stretching = last_of(stretched)
        sheet.note("key stretching, in that unlocking", whose, stretching)
        sheet.note("T3 unlock to Today, all of it", whose, spent)
        sheet.note(T3, whose, spent - stretching)
        rest(visit, 10_000 if first else 3_000)  # the search index is begun meanwhile
        if first:
            memory(sheet, app, whose)
        line = visit.page.locator('[role="checkbox"]').first.evaluate(
            "box => box.closest('[flt-semantics-identifier]').getAttribute('flt-semantics-identifier')"
        )
        for _ in range(TICKS):
            counted = wire.since()
            sheet.note(T6, whose, tap(visit, line, "state"))
            rest(visit, 2_500)  # until Undo is gone
            sheet.note("tick, bytes sent and received, with its Undo", whose, sum(counted()))
        letter(sheet, visit, T4, whose, "today-primary", "shared-note")
        if first:
            keys_on_the_wire(sheet, visit, wire, whose)
        press(visit, "back")
        attached(visit, "search")
        rest(visit)
        find(sheet, visit, whose, "biblioteket")
        press(visit, "back")
        attached(visit, "today-goal")
        rest(visit)
        there = tap(visit, "today-goal", "there", "goal-more")
        rest(visit)
        sheet.note(T9, whose, there + tap(visit, "goal-more", "change"))
        visit.page.close()


def memory(sheet: Sheet, app: Running, whose: str) -> None:
    process = psutil.Process(app.process.pid)
    assert not process.children(), "every own process counts"
    status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
    figures = dict(line.split(":", 1) for line in status.splitlines())
    for name, kind in (("RSS ten seconds after unlock", "VmRSS"), ("RSS peak", "VmHWM")):
        sheet.facts[f"{name}, MB ({whose})"] = int(figures[kind].split()[0]) // 1024


def keys_on_the_wire(sheet: Sheet, visit: Visit, wire: Wire, whose: str) -> None:
    box = visit.field("shared-note")
    for length in (0, 2_000, 20_000):
        box.fill("å" * length)
        rest(visit, 1_500)
        counted = wire.since()
        visit.page.keyboard.type("abcdefghijkl", delay=80)
        rest(visit, 1_000)
        sent, received = counted()
        sheet.note(f"bytes a key at {length:,} characters, to Python", whose, sent / 12)
        sheet.note(f"bytes a key at {length:,} characters, to the screen", whose, received / 12)
    box.fill("a")
    rest(visit, 1_000)


def quick(sheet: Sheet, browser: Browser, folder: Path, whose: str) -> None:
    """T1, then T2: the lock screen to the first letter of a note, without the passphrase."""
    _, visit = start_up(sheet, browser, whose, *_start(folder))
    attached(visit, "quick-note")
    rest(visit, 1_500)  # as long as it takes to see where to tap
    letter(sheet, visit, T2, whose, "quick-note", "quick-text")
    visit.page.close()
    sheet.close()


def first_run(sheet: Sheet, browser: Browser, folder: Path) -> None:
    """T12: from nothing to the first word of a note."""
    with fika(folder) as app:
        began = time.perf_counter()
        person = Person(app, browser.open(app))
        person.registers()
        person.tap("today-note")
        person.tap("write-free")
        person.writes("free-note", "a")
        sheet.note(T12, "0", (time.perf_counter() - began) * 1000)
        sheet.facts["T12 taps"] = person.taps
        person.visit.page.close()


def feedback(sheet: Sheet, browser: Browser, folder: Path) -> None:
    """T7: three answers and send, after the meeting."""
    with fika(folder) as app:
        visit, _ = unlocked(browser, app)
        visit.tap("unlock")
        press(visit, "today-primary")
        attached(visit, "answer-useful-4")
        began = time.perf_counter()
        for tapped in ("answer-useful-4", "answer-focus-5", "answer-secure-4", "evaluation-send"):
            press(visit, tapped)
        visit.by_id("answer-secure-4").first.wait_for(state="detached", timeout=60_000)
        sheet.note(T7, "0", (time.perf_counter() - began) * 1000)
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


def measure(records: list[int], runs: int, seconds: int, life: str = "no") -> dict[str, Any]:
    """All of it; what was measured so far is printed when something breaks off. `life`: yes, no or only."""
    from tests.bench import life as lives  # it is made of what stands here

    sheet = Sheet()
    try:
        if life != "only":
            _measure(sheet, records, runs, seconds)
        if life != "no":
            lives.measure(sheet, runs)
        whose = "0" if life != "only" else lives.LIFE
        ratios = [ours / theirs for ours, theirs in zip(sheet.rows[T1][whose], sheet.rows[T1][EMPTY], strict=False)]
        sheet.facts["T1: the app to the empty page"] = round(statistics.median(ratios), 2)
        sheet.facts["load of the machine, 5 minutes"] = round(os.getloadavg()[1], 1)
    except BaseException:
        print(json.dumps({"rows": sheet.summary(), "facts": sheet.facts}, indent=1), file=sys.stderr)
        raise
    finally:
        sheet.close()
    return {"rows": sheet.summary(), "facts": sheet.facts}


def _measure(sheet: Sheet, records: list[int], runs: int, seconds: int) -> None:
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder, phone() as browser:
        folders = {count: Path(folder) / str(count) for count in records}
        for count in records:
            prepare(folders[count], count)
            _tell(f"prepared {count}")
        over = Path(folder) / "over"
        prepare(over, 0, over=True)
        for command in (("-m", "tests.bench.empty_page"), _start(over)):
            with running(*command) as server:  # compiles what it imports
                attached(browser.open(server), "passphrase")
        for run in range(runs):
            _tell(f"run {run + 1} of {runs}")
            empty_page(sheet, browser)
            quick(sheet, browser, folders[records[0]], "0")
            for count in records:
                daily(sheet, browser, folders[count], str(count))
        _tell("feedback, first run")
        feedback(sheet, browser, over)
        first_run(sheet, browser, Path(folder) / "first")
        _tell(f"typing for {seconds} s")
        keys_until_killed(sheet, browser, folders[records[-1]], seconds)


HEADING = "## The app in Chromium"


def markdown(result: dict[str, Any], runs: int) -> str:
    """The figures as a section of docs/benchmarks.md."""
    rows, facts = result["rows"], result["facts"]
    whose = list(dict.fromkeys([EMPTY, *(name for row in rows.values() for name in row)]))
    heads = [f"{int(name):,} records" if name.isdecimal() else name for name in whose]

    def cell(step: str, figures: dict[str, float] | None) -> str:
        if figures is None:
            return ""
        unit = " B" if "byte" in step else " ms"
        return f"{figures['p50']:,.0f} ({figures['p95']:,.0f}){unit}"

    return "\n".join(
        [
            f"Measured on {date.today().isoformat()}, headless, software rendering, 390 × 844, a screen reader's tree"
            f" on, {runs} runs: median (p95). By the page's own clock, from the tap to the change in the tree. The"
            " first column is what an empty Flet page needs in the same run for the bare step: another view with a"
            " field, with a button, a word that Python changes, one line of answer to a word.",
            "",
            f"| step | {' | '.join(heads)} | target |",
            f"|---|{'---|' * len(heads)}---|",
            *(
                f"| {step} | {' | '.join(cell(step, row.get(name)) for name in whose)} | {TARGETS.get(step, '')} |"
                for step, row in rows.items()
            ),
            "",
            "| once | |",
            "|---|---|",
            *(f"| {name} | {fact if isinstance(fact, str) else f'{fact:,}'} |" for name, fact in facts.items()),
        ]
    )


def _start(folder: Path) -> tuple[str, ...]:
    return ("main.py", "--no-browser", "--port", "0", "--data", str(folder))


def _tell(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen for this part."""
    parser.add_argument("--records", default="0,2000,10000")
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=60, help="how long to type before SIGKILL")
    parser.add_argument("--life", choices=["yes", "no", "only"], default="yes", help="with a vault of years as well")
    parser.add_argument("--quick", action="store_true", help="one run, without 10,000 records, 5 s of typing, no life")


def chosen(given: argparse.Namespace) -> tuple[list[int], int, int, str]:
    """Records, runs, seconds, and whether with a vault of years."""
    if given.quick:
        return [0, 2_000], 1, 5, "no"
    return [int(count) for count in given.records.split(",")], given.runs, given.seconds, given.life


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.app")
    options(parser)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    (ROOT / "build").mkdir(exist_ok=True)
    records, runs, seconds, life = chosen(given)
    result = measure(records, runs, seconds, life)
    if given.json:
        given.json.write_text(json.dumps(result, indent=1, ensure_ascii=False), "utf-8")
    print(markdown(result, runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
