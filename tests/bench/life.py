"""The fifteen jobs on a vault of years: 2,000 meetings, 10,000 tasks and 5,000 notes; and a search in 20,000 notes.

Besides the daily steps: every screen that one opens, ending a meeting, signing, pairing, export, erasing and a number
to call. Taps are counted by what the script had to tap; before each it waits until nothing moves any more.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.model.commands import AddPerson, KeepForm, PlanMeeting, SkipMeeting
from app.model.queries import MeetingsBetween, MeetingsOf, PeopleList
from app.services.agreements import AGREEMENT
from app.services.content.library import Library
from app.services.session import Session
from app.vault.kdf import Cost
from tests.bench.app import (
    ASSETS,
    PHRASE,
    ROOT,
    Sheet,
    _tell,
    attached,
    daily,
    empty_page,
    fika,
    find,
    furnish,
    press,
    quick,
    rest,
    tap,
    unlocked,
)
from tests.e2e import test_two_phones as phones
from tests.e2e.conftest import Person, Place
from tests.support.agreement import ANSWERS
from tests.support.browser import Browser, Visit, phone

LIFE = "2,000 meetings, 10,000 tasks, 5,000 notes"
NOTES = "20,000 notes"
T8 = "T8 ending a meeting: two tasks, next time, asked to confirm"
T10 = "T10 two phones paired, no network"
T11 = "T11 an agreement signed by both"
EXPORT = "T14 everything in a file"
ERASE = "T14 everything erased"
SAFETY = "T15 a number to call, from Today"
LOCKED = "T15 a number to call, locked"


def measure(sheet: Sheet, runs: int) -> None:
    """All of it."""
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder, phone() as browser:
        whole, evening, notes = (Path(folder) / name for name in ("life", "evening", "notes"))
        began = time.monotonic()
        furnish(whole, people=10, meetings=2_000, tasks=10_000, notes=5_000, goals=40, progress=400)
        shutil.copytree(whole, evening)
        pair = later(evening)
        _tell(f"prepared {LIFE} in {time.monotonic() - began:.0f} s")
        for _ in range(runs):
            empty_page(sheet, browser)
            quick(sheet, browser, whole, LIFE)
            daily(sheet, browser, whole, LIFE)
            screens(sheet, browser, whole, pair)
        _tell("ending a meeting, signing, export, safety")
        ending(sheet, browser, evening)
        signing(sheet, browser, evening, pair)
        numbers(sheet, browser, evening)
        export(sheet, browser, evening)
        erasing(sheet, browser, evening)
        _tell("pairing")
        pairing(sheet, browser, whole, Path(folder))
        furnish(notes, people=5, notes=20_000)
        _tell(f"prepared {NOTES}")
        searching(sheet, browser, notes)


def later(folder: Path) -> str:
    """The meeting of the day is over and not ended, and an agreement is filled in with the same person: who it is."""
    session = Session(folder / "vault", folder / "state", ASSETS, cost=Cost())
    session.unlock(PHRASE)
    store, now = session.store, datetime.now().astimezone()
    for other in store.ask(MeetingsBetween(now.date(), now.date(), now)):
        store.execute(SkipMeeting(meeting=other.id))
    pair: str = sorted(store.ask(PeopleList(now=now)), key=lambda row: row.mentorship)[0].mentorship
    for coming in store.ask(MeetingsOf(pair, now)).upcoming:  # else the next time is not asked for
        store.execute(SkipMeeting(meeting=coming.id))
    starts = max(now - timedelta(minutes=70), now.replace(hour=0, minute=0)).replace(
        tzinfo=None, second=0, microsecond=0
    )
    store.execute(PlanMeeting(mentorship=pair, starts=starts, length=60, zone="", place="Biblioteket"))
    clauses = {item.id: True for item in Library(ASSETS).document(AGREEMENT).items if item.type == "clause"}
    store.execute(KeepForm(document=AGREEMENT, version=2, mentorship=pair, shared=True, answers={**ANSWERS, **clauses}))
    session.close()
    return pair


def screens(sheet: Sheet, browser: Browser, folder: Path, pair: str) -> None:
    """From the tap to what the screen is for, one after the other."""
    with fika(folder) as app:
        visit, _ = unlocked(browser, app)
        visit.tap("unlock")
        attached(visit, "today-primary")
        rest(visit, 3_000)

        def opens(name: str, tapped: str, there: str, *, back: bool = True) -> None:
            attached(visit, tapped)
            rest(visit)
            sheet.note(f"opens: {name}", LIFE, tap(visit, tapped, "there", there))
            if back:
                rest(visit)
                press(visit, "back")

        tab(sheet, visit, "People", "Personer", f"person-{pair}")
        opens("a person", f"person-{pair}", "section-goals", back=False)
        opens("a person's tasks", "section-board", "board", back=False)
        opens("the board, a thousand of them open", "board", "column-done")
        opens("a person's meetings", "section-meetings", "more-meetings", back=False)
        press(visit, "back")
        tab(sheet, visit, "Goals", "Mål", "add-goal")
        tab(sheet, visit, "Library", "Bibliotek", "search")
        tab(sheet, visit, "Today", "I dag", "today-primary")
        opens("settings", "title", "settings-data", back=False)
        opens("my data", "settings-data", "export-go")
        visit.page.close()


def tab(sheet: Sheet, visit: Visit, name: str, words: str, there: str) -> None:
    """A tab by its words, as a screen reader finds it."""
    rest(visit)
    node = visit.page.get_by_role("tab", name=words).first
    node.wait_for(state="attached")
    began = visit.page.evaluate("() => performance.now()")
    node.dispatch_event("click")
    attached(visit, there)
    sheet.note(f"opens: {name}", LIFE, visit.page.evaluate("() => performance.now()") - began)


def person_on(browser: Browser, app: Any) -> Person:
    """Somebody on Today, whose taps count from now on."""
    visit, _ = unlocked(browser, app)
    visit.tap("unlock")
    person = Person(app, visit, phrase=PHRASE)
    person.sees("lock")
    rest(visit, 2_000)
    return person


def ending(sheet: Sheet, browser: Browser, folder: Path) -> None:
    """T8: two tasks with a line each, the same time again, and the other is asked to confirm."""
    with fika(folder) as app:
        person = person_on(browser, app)
        began = time.monotonic()
        person.tap("today-primary")
        for words in ("Ringa Lena på måndag", "Läsa annonsen högt"):
            person.tap("end-task")
            person.writes("task-text", words, delay=80)
            person.tap("task-save")
            person.gone("task-save")
        person.tap("end-same")
        person.tap("end-ask")
        person.gone("end-ask")
        sheet.note(T8, LIFE, (time.monotonic() - began) * 1000)
        sheet.facts["T8 taps"] = person.taps
        person.visit.page.close()


def signing(sheet: Sheet, browser: Browser, folder: Path, pair: str) -> None:
    """T11: both on one phone, from the filled agreement on."""
    with fika(folder) as app:
        person = person_on(browser, app)
        person.tap_tab("Personer")
        for way in (f"person-{pair}", "section-agreement", f"document-{AGREEMENT}"):
            person.tap(way)
        person.sees("agreement-sign")
        began, person.taps = time.monotonic(), 0
        for first in ("agreement-sign", "agreement-hand"):
            person.tap(first)
            person.tap("sign-yes")
            person.gone("sign-yes")
        sheet.note(T11, LIFE, (time.monotonic() - began) * 1000)
        sheet.facts["T11 taps"] = person.taps
        person.visit.page.close()


def numbers(sheet: Sheet, browser: Browser, folder: Path) -> None:
    """T15: from Today and from the lock screen."""
    with fika(folder) as app:
        visit, _ = unlocked(browser, app)
        rest(visit, 1_500)
        sheet.note(LOCKED, LIFE, tap(visit, "safety", "there", "call-emergency"))
        press(visit, "back")
        rest(visit)
        visit.tap("unlock")  # what was typed is still there
        attached(visit, "today-primary")
        rest(visit, 2_000)
        sheet.note(SAFETY, LIFE, tap(visit, "safety", "there", "call-emergency"))
        visit.page.close()


def export(sheet: Sheet, browser: Browser, folder: Path) -> None:
    """T14: everything in a file that opens without the app."""
    with fika(folder) as app:
        person = person_on(browser, app)
        began = time.monotonic()
        person.tap("title")
        person.tap("settings-data")
        with person.visit.page.expect_download(timeout=120_000) as waiting:
            person.tap("export-go")
        size = Path(waiting.value.path()).stat().st_size
        sheet.note(EXPORT, LIFE, (time.monotonic() - began) * 1000)
        sheet.facts["T14 taps to the file"] = person.taps
        sheet.facts["T14 bytes of the file"] = size
        person.visit.page.close()


def erasing(sheet: Sheet, browser: Browser, folder: Path) -> None:
    """T14: everything gone from this device."""
    with fika(folder) as app:
        person = person_on(browser, app)
        began = time.monotonic()
        person.tap("title")
        person.tap("settings-erase")
        person.writes("erase-passphrase", PHRASE)
        person.tap("erase-go")
        person.sees("continue")
        sheet.note(ERASE, LIFE, (time.monotonic() - began) * 1000)
        sheet.facts["T14 taps to nothing"] = person.taps
        person.visit.page.close()
    left = {file.name for file in (folder / "vault").iterdir()} - {"lock"}
    assert not left, left


def pairing(sheet: Sheet, browser: Browser, whole: Path, folder: Path) -> None:
    """T10: somebody new on this phone and their own, empty one, both from the lock screen; nothing leaves this machine.

    What the other one's camera reads from a screen comes by copying here, which is no tap of anybody.
    """
    yusufs = Session(folder / "other" / "vault", folder / "other" / "state", ASSETS, cost=Cost())
    yusufs.create(PHRASE, name="Yusuf", role="mentee", language="sv")
    yusufs.close()
    mine = Session(whole / "vault", whole / "state", ASSETS, cost=Cost())
    mine.unlock(PHRASE)
    new = mine.store.execute(AddPerson(name="Alva", my_role="mentor")).record
    mine.close()
    chromium = browser.context.browser
    assert chromium is not None
    with ExitStack() as stack:
        two: list[Person] = []
        for data in (whole, folder / "other"):
            context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="sv-SE")
            stack.callback(context.close)
            place = Place(data, Browser(context), stack)
            phones.in_the_basement(place)
            two.append(place.start())
        karin, yusuf = two
        began = time.monotonic()
        for person, ways in ((karin, (f"person-{new}", "pair-with")), (yusuf, ("pair",))):
            person.phrase = PHRASE
            person.visit.page.bring_to_front()
            person.unlocks()
            person.taps += 1
            person.sees("lock")
            person.tap_tab("Personer")
            for way in ways:
                person.tap(way)
            person.sees("pair-in-paste")
        for of, by in ((karin, yusuf), (yusuf, karin)):
            phones.camera(of, "pair-code-copy")
            phones.photographs(by)
            by.sees("pair-same")
        for person in two:
            person.visit.page.bring_to_front()
            person.tap("pair-same")
        phones.camera(karin, "pair-package-copy")
        phones.photographs(yusuf)
        yusuf.sees("pair-with")
        sheet.note(T10, LIFE, (time.monotonic() - began) * 1000)
        sheet.facts["T10 taps, one and the other"] = f"{karin.taps} and {yusuf.taps}"
        for person in two:
            person.visit.page.close()


def searching(sheet: Sheet, browser: Browser, folder: Path) -> None:
    """T13 in 20,000 notes: a word that many have, and one of a few."""
    with fika(folder) as app:
        person = person_on(browser, app)
        rest(person.visit, 15_000)  # the index is made meanwhile
        find(sheet, person.visit, NOTES, "kalendern")
        person.visit.page.close()
