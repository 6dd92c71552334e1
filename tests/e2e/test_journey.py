"""First run → meeting → note → the power is pulled while typing → open again → everything is there."""

from __future__ import annotations

import signal
import time
from datetime import datetime, timedelta
from pathlib import Path

from app.model.commands import AddPerson, PlanMeeting, StartNow
from app.model.entities import Note
from app.model.queries import EvaluationsOf, ListOf, MeetingPage, MeetingsOf, NotesOf, One, PeopleList, TaskBoard
from app.services import zone
from app.services.content.library import Library
from app.services.session import Session
from tests.e2e.conftest import ASSETS, Place, opened, place, prepared

WORDS = "Ringde arbetsplatsen åäö ÅÄÖ och fick ett namn"
QUICK = "Hemlig iakttagelse"
SECOND = 1.0  # no key is ever older than this before it is on the disk
READING = 0.3  # for what lies between the keyboard and the app: two processes and a line


def notes_of(session: Session) -> list[str]:
    """The words of every note in a vault."""
    found = (session.store.ask(One(Note, row.id)) for row in session.store.ask(NotesOf()).rows)
    return [note.body for note in found if note]


def test_first_run_to_a_note_in_eight_taps_then_the_lock_and_a_quiet_end(home: Place) -> None:
    """T12, L1: fresh start to the first word of a note; nothing is asked of any other host; one tap locks; one sentence
    for a wrong passphrase; the end is clean, and the note is on the disk."""
    person = home.start()
    person.registers()
    person.tap("today-note")
    person.tap("write-free")
    person.writes("free-note", "Första ordet")
    assert person.taps <= 8, person.taps

    person.tap("lock")
    person.writes("passphrase", "fel fras helt fel")
    person.tap("unlock")
    person.reads("Lösenfrasen stämmer inte")
    person.rewrites("passphrase", person.phrase)
    person.visit.page.keyboard.press("Enter")
    person.gone("passphrase")
    person.sees("lock")
    blocked = [address for address in person.visit.foreign if "rive" not in address]
    assert blocked == []

    person.visit.page.close()
    person.app.process.send_signal(signal.SIGINT)
    assert person.app.process.wait(60) == 0
    with opened(home) as session:
        assert notes_of(session) == ["Första ordet"]


def test_the_passphrase_has_the_focus_and_keeps_it_for_whoever_just_types(tmp_path: Path) -> None:
    """T1: with a screen reader on and things moving as ever, the field is there to be typed into once the lock screen
    stands."""
    with place(tmp_path / "data", reduced_motion="no-preference", scale=1) as home:
        with prepared(home):
            pass
        person = home.start()
        person.sees("passphrase")
        person.visit.still("lock")
        person.visit.page.wait_for_function(HELD, arg="passphrase", polling="raf")
        person.visit.page.keyboard.type(person.phrase, delay=5)
        person.visit.page.keyboard.press("Enter")
        person.gone("passphrase")


# In the page, at every picture: whether a field has had the focus for a while. A field that had it before anything was read
# out keeps the engine's own input, which stands apart from what is read.
HELD = """id => {
  const e = document.activeElement, p = e && e.closest('[flt-semantics-identifier]');
  const here = e && e.matches('input, textarea') && (!p || p.getAttribute('flt-semantics-identifier') === id);
  window.fikaHeld = here ? (window.fikaHeld || 0) + 1 : 0;
  return window.fikaHeld > 30;
}"""


def test_nothing_called_saved_is_lost_when_the_power_is_pulled_locked_or_open(home: Place) -> None:
    """G3, T2: locked and cold, one tap, type, kill: nowhere readable before unlocking, and there after it. Then the note
    of a meeting: type, kill, and it is there."""
    with prepared(home) as session:
        pair = session.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
        session.store.execute(StartNow(mentorship=pair, zone="Europe/Stockholm"))
    cold = home.start()
    cold.tap("quick-note")
    assert cold.taps == 1
    cold.writes("quick-text", QUICK)
    time.sleep(SECOND + READING)
    cold.app.kill()
    assert cold.visit.field("quick-text").input_value() == QUICK, "a key did not arrive, or was taken back"
    cold.visit.page.close()
    for file in home.data.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for encoding in ("utf-8", "utf-16-le", "utf-32-le"):
                assert QUICK.encode(encoding) not in content, file

    warm = home.start()
    warm.unlocks()
    warm.tap("todo-inbox")
    warm.reads(QUICK)
    warm.tap("back")
    warm.tap("today-primary")
    warm.writes("shared-note", WORDS)
    time.sleep(SECOND + READING)
    warm.visit.page.keyboard.type(" och mer", delay=5)  # younger than a second: may be lost, must harm nothing
    home.pull_the_plug(warm)

    again = home.start()
    again.unlocks()
    again.tap("today-primary")
    again.sees("shared-note")
    assert again.value("shared-note").startswith(WORDS)
    assert again.visit.console == [line for line in again.visit.console if "Uncaught" not in line]
    home.pull_the_plug(again)
    with opened(home) as session:
        assert notes_of(session) == [QUICK]


def test_a_whole_meeting_in_english_from_its_checklist_to_minutes_both_confirm(home: Place) -> None:
    """The list before, notes, a task, the same time again, the worry question, feedback in three taps, the minutes, both
    names under them on one phone; read back from the vault."""
    with prepared(home, language="en") as session:
        pair = session.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
        now = zone.now()
        starts = min(now + timedelta(minutes=20), now.replace(hour=23, minute=59)).replace(tzinfo=None, microsecond=0)
        session.store.execute(PlanMeeting(mentorship=pair, starts=starts, zone=getattr(now.tzinfo, "key", "")))
    person = home.start()
    person.unlocks()
    ticked = person.tap_first("tick-").removeprefix("tick-")
    person.tap("today-primary")
    person.tap("begin-anyway")
    person.writes("shared-note", "Two calls, one name")
    person.tap("note-task")
    person.writes("task-text", "Call Lena on Monday")
    person.tap("task-save")
    person.gone("task-save")
    person.tap("note-end")
    person.tap("end-same")
    person.tap("worry-no")
    person.tap("end-ask")
    person.sees("evaluation-send")
    before = person.taps
    for answer in ("answer-useful-4", "answer-focus-5", "answer-secure-4", "evaluation-send"):
        person.tap(answer)
    assert person.taps - before == 4  # T7
    person.gone("evaluation-send")

    person.tap("today-meeting")
    person.tap("meeting-minutes")
    person.tap("minutes-hand")  # my name stands there since I asked; Yusuf's comes on my phone
    person.tap("sign-yes")
    person.gone("sign-yes")
    person.sees("minutes-reopen")  # the sheet is away and the page is read again
    assert person.visit.by_id("minutes-hand").count() == 0
    home.pull_the_plug(person)
    library = Library(ASSETS)
    with opened(home) as session:
        store = session.store
        now = datetime.now().astimezone()
        (row,) = store.ask(PeopleList(now))
        assert row.name == "Yusuf"
        assert row.next is not None, "the same time again"
        meetings = store.ask(MeetingsOf(row.mentorship, now))
        held = next(meeting for meeting in meetings.past if meeting.began)
        view = store.ask(MeetingPage(held.id, now))
        assert view is not None
        assert view.minutes is not None
        assert "Two calls, one name" in view.minutes.answers.values()
        assert [task.text for task in store.ask(TaskBoard(row.mentorship)).todo] == ["Call Lena on Monday"]
        minutes = view.minutes
        assert minutes.status == "finished"
        text = session.agreements(library).confirming(row.mentorship, minutes.id, minutes.document, minutes.answers)
        assert text.signed and text.current and [name.standing for name in text.current.names] == ["own", "handed"]
        assert store.ask(ListOf("checklist.before_session", held.id)).ticks == {ticked}
        (given,) = store.ask(EvaluationsOf(meeting=held.id))
        assert {given.answers[item] for item in ("useful", "focus", "secure")} == {4, 5}
