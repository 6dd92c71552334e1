"""First run → meeting → note → the power is pulled while typing → open again → everything is there."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from app.model.queries import EvaluationsOf, MeetingPage, MeetingsOf, PeopleList, TaskBoard
from app.services.session import Session
from tests.e2e.conftest import Person, Place

ASSETS = Path(__file__).parents[2] / "assets"

WORDS = "Ringde arbetsplatsen åäö ÅÄÖ och fick ett namn"


def begin_a_note(person: Person) -> None:
    """From Today to the open note of a meeting that begins now; what is not in place yet is asked about once."""
    person.tap("today-note")
    person.tap_first("write-person-")
    person.tap("begin-anyway")
    person.sees("shared-note")


def test_nothing_called_saved_is_lost_when_the_power_is_pulled(home: Place) -> None:
    person = home.start()
    person.registers()
    person.adds("Yusuf")
    person.tap_tab("I dag")
    begin_a_note(person)
    person.writes("shared-note", WORDS)
    time.sleep(1.2)
    person.visit.page.keyboard.type(" och mer", delay=5)  # younger than a second: may be lost, must harm nothing
    home.pull_the_plug(person)

    again = home.start()
    again.phrase = person.phrase
    again.unlocks()
    again.tap("today-primary")
    again.sees("shared-note")
    assert again.value("shared-note").startswith(WORDS)
    assert again.visit.console == [line for line in again.visit.console if "Uncaught" not in line]


def test_the_first_note_takes_at_most_eight_taps_and_no_network(home: Place) -> None:
    """T12 and L1: fresh start to the first word of a note; nothing is asked of any other host."""
    person = home.start()
    person.registers()
    person.tap("today-note")
    person.tap("write-free")
    person.writes("free-note", "Första ordet")
    assert person.taps <= 8, person.taps
    blocked = [address for address in person.visit.foreign if "rive" not in address]
    assert blocked == []


def test_a_note_from_the_lock_screen_waits_sealed_and_comes_in(home: Place) -> None:
    """G3 and T2: locked and cold, one tap, type, kill; after unlocking the note is there, before that nowhere readable."""
    person = home.start()
    person.registers()
    person.tap("lock")
    person.sees("unlock")
    home.pull_the_plug(person)

    cold = home.start()
    cold.phrase = person.phrase
    cold.tap("quick-note")
    assert cold.taps == 1
    if cold.visit.by_id("quick-accept").count():
        cold.tap("quick-accept")
    cold.writes("quick-text", "Hemlig iakttagelse")
    time.sleep(1.3)
    home.pull_the_plug(cold)
    for file in home.data.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for encoding in ("utf-8", "utf-16-le", "utf-32-le"):
                assert "Hemlig iakttagelse".encode(encoding) not in content, file

    warm = home.start()
    warm.phrase = person.phrase
    warm.unlocks()
    warm.tap("todo-inbox")
    warm.reads("Hemlig iakttagelse")


def test_lock_on_one_tap_and_a_wrong_passphrase_says_one_sentence(home: Place) -> None:
    person = home.start()
    person.registers()
    person.tap("lock")
    person.writes("passphrase", "fel fras helt fel")
    person.tap("unlock")
    person.reads("Lösenfrasen stämmer inte")
    person.rewrites("passphrase", person.phrase)
    person.visit.page.keyboard.press("Enter")
    person.gone("passphrase")
    person.sees("lock")


def test_ending_is_clean_and_quiet(home: Place, tmp_path: Path) -> None:
    person = home.start()
    person.registers()
    person.visit.page.close()
    process = person.app.process
    process.send_signal(2)
    assert process.wait(15) == 0


def test_a_whole_meeting_in_english_is_on_the_disk(home: Place) -> None:
    """Notes, a task, the same time again, the worry question and feedback in three taps; read back from the vault."""
    person = home.start()
    person.registers(language="en")
    person.adds("Yusuf")
    person.tap_tab("Today")
    begin_a_note(person)
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
    home.pull_the_plug(person)

    session = Session(home.data / "vault", home.data / "state", ASSETS)
    session.unlock(person.phrase)
    try:
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
        (given,) = store.ask(EvaluationsOf(meeting=held.id))
        assert {given.answers[item] for item in ("useful", "focus", "secure")} == {4, 5}
    finally:
        session.close()
