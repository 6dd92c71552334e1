"""Ending on the screen: announced, gone through, decided, receipted; early in three taps; a certificate to keep."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from app.model.commands import (
    AddPerson,
    DecideFate,
    EndMeeting,
    EndMentorship,
    KeepMinutes,
    PlanMeeting,
    RateSkills,
    Revise,
    WriteNote,
)
from app.model.entities import Mentorship
from app.model.queries import ClosingOf, One
from app.services.records.drafts import BEGUN
from app.services.records.tables import DRAFTS
from tests.support.languages import BOTH
from tests.support.signing import Coordinated
from tests.ui.conftest import OpenStage
from tests.ui.screens.table import DAY, MEETING, Table, lay


def nearly_over(left: int = 3) -> Table:
    table = lay(meeting=False)
    table.store.execute(Revise(kind="mentorship", id=table.pair, values={"planned": 1 + left}))
    return table


def status(table: Table) -> str:
    found = table.store.ask(One(Mentorship, table.pair))
    assert found is not None
    return found.status


@BOTH
async def test_today_says_that_three_meetings_are_left_and_leads_to_the_ending(stage: OpenStage, language: str) -> None:
    table = nearly_over()
    app = await table.open(stage, language=language)
    assert app.desk.say("closing.soon", name="Yusuf", count=3) in app.texts()
    await app.tap(f"closing-soon-{table.pair}")
    assert app.desk.say("closing.title") in app.texts() and app.desk.say("closing.left", count=3) in app.texts()
    assert "{" not in "".join(app.texts()) and app.nameless() == []


@BOTH
async def test_many_endings_are_announced_in_one_line_and_each_is_a_tap_away(stage: OpenStage, language: str) -> None:
    table = nearly_over()
    others = [table.store.execute(AddPerson(name=name, my_role="mentor", planned=2)).record for name in ("Åsa", "Liv")]
    for pair in others:
        held = PlanMeeting(mentorship=pair, starts=MEETING - timedelta(days=20), zone="Europe/Stockholm")
        table.store.execute(EndMeeting(meeting=table.store.execute(held).record))
    app = await table.open(stage, language=language)
    assert app.desk.say("closing.soon.many", count=3) in app.texts()
    assert not any(app.has(f"closing-soon-{pair}") for pair in (table.pair, *others))
    await app.tap("closing-more")
    assert all(app.has(f"closing-soon-{pair}") for pair in (table.pair, *others)) and not app.has("closing-more")


async def test_nothing_is_announced_while_there_is_time(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage)
    assert not app.has(f"closing-soon-{table.pair}")


async def test_the_way_to_a_good_ending_says_where_each_thing_stands(stage: OpenStage) -> None:
    table = nearly_over(0)
    app = await table.open(stage, go=f"/closing/{table.pair}")
    assert "Ett mål är öppet: nått, på väg eller släppt?" in app.texts()
    assert "Alla planerade möten är hållna. Ta ett riktigt avslut." in app.texts()
    assert "Skrivs när ni ses sista gången" in app.texts()  # those of the meeting before are finished as they are
    await app.tap("closing-minutes")
    assert app.desk.places.value[-1].startswith("/plan")


@pytest.mark.parametrize("under_way", [False, True])
async def test_the_last_minutes_are_those_of_a_meeting_that_has_none_yet(stage: OpenStage, under_way: bool) -> None:
    table = lay()
    table.at(15, 20 if under_way else 5, day=DAY)
    if not under_way:
        table.store.execute(EndMeeting(meeting=table.meeting))
    app = await table.open(stage, go=f"/closing/{table.pair}")
    await app.tap("closing-minutes")
    assert app.desk.places.value[-1].startswith(f"/meeting/{table.meeting}/minutes")
    assert app.desk.read(app.desk.library.document("minutes.closing").title) in app.texts()


async def test_the_survey_of_the_end_leads_to_the_skills_and_is_done_once_answered(stage: OpenStage) -> None:
    table = nearly_over(0)
    table.store.execute(RateSkills(mentorship=table.pair, phase="start", levels={"listening": 2}))
    app = await table.open(stage, go=f"/closing/{table.pair}")
    await app.tap("closing-survey")
    await app.tap("survey-skills")
    assert app.desk.places.value[-1] == f"/skills/{table.pair}/rate?phase=end"
    app.desk.back()
    await app.settle()
    for item in app.desk.library.document("survey.end").items_for("mentor"):
        if item.required and not item.programme:
            await app.tap(f"answer-{item.id}-{item.scale.max if item.scale else item.options[0].value}")
    await app.tap("evaluation-send")
    app.desk.go(f"/closing/{table.pair}")
    await app.settle()
    assert "Besvarad" in app.texts()


async def test_finished_minutes_are_read_in_the_template_they_were_written_in(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/meeting/{table.earlier}/minutes?template=minutes.closing")
    assert app.desk.read(app.desk.library.document("minutes.quick").title) in app.texts()


async def test_the_decision_about_notes_is_one_tap_and_shows_its_day(stage: OpenStage) -> None:
    table = nearly_over()
    app = await table.open(stage, go=f"/closing/{table.pair}")
    assert "Inte bestämt. Avtalet föreslår: Raderas tre månader efter avslutet" in app.texts()
    await app.tap("closing-fate")
    await app.tap("fate-12m")
    assert "Raderas tolv månader efter avslutet" in app.texts()
    assert "Är ett möte bokat ställs det in." in app.texts()
    await app.tap("closing-end")
    assert status(table) == "ended"
    assert "Raderas tolv månader efter avslutet (tors 14 okt. 2027)" in app.texts()


async def test_an_early_ending_takes_three_taps_and_the_coordinator_hears_only_that(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/person/{table.pair}")
    app.desk.session.programme = told = Coordinated()
    for taps in ("closing", "closing-early"):
        await app.tap(taps)
    words = "\n".join(app.texts())
    assert "Ord du kan använda" in words and "Tack för din tid och ditt förtroende." in words
    await app.tap("early-end")
    assert status(table) == "ended" and told.told == [(table.pair, "ended")]
    await app.undo()
    assert status(table) == "active" and told.told == []  # it had not left yet
    await app.tap("closing-end")
    assert told.told == [(table.pair, "ended")]
    app.desk.go(f"/person/{table.pair}")
    await app.settle()
    await app.tap("restore")
    assert status(table) == "active" and told.told == []


@BOTH
async def test_nobody_is_told_that_nothing_is_deleted_when_it_was_decided(stage: OpenStage, language: str) -> None:
    table = lay()
    app = await table.open(stage, go=f"/closing/{table.pair}/early", language=language)
    assert app.desk.say("closing.early.after") in app.texts()
    table.store.execute(DecideFate(mentorship=table.pair, fate="end"))
    await app.settle()
    assert app.desk.say("closing.early.after") not in app.texts()
    assert app.desk.say("closing.early.after-fate", fate=app.desk.say("closing.fate.end")) in app.texts()


async def test_corrected_minutes_are_not_said_to_be_confirmed_by_both(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    path = f"/meeting/{table.meeting}/minutes?template=minutes.closing"
    app = await table.open(stage, go=path)
    for one in ("minutes-finish", "minutes-confirm", "sign-yes", "minutes-hand", "sign-yes"):
        await app.tap(one)
    app.desk.go(f"/closing/{table.pair}")
    await app.settle()
    assert "Bekräftat av båda" in app.texts()
    answers = {"steps": "Söka tre jobb"}
    table.store.execute(KeepMinutes(meeting=table.meeting, document="minutes.closing", version=1, answers=answers))
    await app.settle()
    assert "Bekräftat av båda" not in app.texts() and "Väntar på att ni bekräftar" in app.texts()


async def test_without_a_programme_ending_works_and_says_that_nobody_is_told(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/closing/{table.pair}/early")
    assert app.desk.say("programme.none.notify") in app.texts()
    await app.tap("early-end")
    assert status(table) == "ended"


def ended(later: int, fate: str = "3m") -> Table:
    table = nearly_over()
    table.store.execute(WriteNote(body="om Yusuf", mentorship=table.pair))
    table.store.execute(DecideFate(mentorship=table.pair, fate=fate))  # type: ignore[arg-type]
    table.store.execute(EndMentorship(mentorship=table.pair, on=DAY))
    return table.at(9, day=date(2027, 1, 14) + timedelta(days=later))


async def test_before_the_day_it_is_said_and_nothing_is_gone(stage: OpenStage) -> None:
    table = ended(-10)
    app = await table.open(stage)
    assert any("raderas dina privata anteckningar om Yusuf" in words for words in app.texts())
    assert not app.has(f"deleting-now-{table.pair}")
    view = table.store.ask(ClosingOf(table.pair))
    assert view is not None and view.notes == 1 and view.warned


async def test_when_the_day_has_passed_while_nobody_looked_it_is_said_first(stage: OpenStage) -> None:
    table = ended(40)
    app = await table.open(stage)
    view = table.store.ask(ClosingOf(table.pair))
    assert view is not None and view.notes == 1
    await app.tap(f"deleting-now-{table.pair}")
    view = table.store.ask(ClosingOf(table.pair))
    assert view is not None and view.notes == 0 and not app.has(f"deleting-now-{table.pair}")
    app.desk.go(f"/closing/{table.pair}")
    await app.settle()
    assert app.has("receipt-mentor") and any("Raderade en privat anteckning" in words for words in app.texts())


async def test_the_decision_can_be_changed_until_then(stage: OpenStage) -> None:
    table = ended(-3)
    app = await table.open(stage)
    await app.tap(f"deleting-change-{table.pair}")
    await app.tap("closing-fate")
    await app.tap("fate-keep")
    view = table.store.ask(ClosingOf(table.pair))
    assert view is not None and view.day is None


@BOTH
async def test_a_certificate_is_shown_before_it_is_saved_in_either_language(stage: OpenStage, language: str) -> None:
    table = lay()
    other = table.store.execute(PlanMeeting(mentorship=table.pair, starts=MEETING - timedelta(days=7))).record
    table.store.execute(EndMeeting(meeting=other))
    app = await table.open(stage, go=f"/closing/{table.pair}/certificate", language=language)
    assert app.nameless() == []
    await app.type("certificate-name", "Åsa Öström")
    await app.type("certificate-programme", "Vårens program")
    words = "\n".join(app.texts())
    assert "Åsa Öström" in words and "Vårens program" in words and "2 m" in words and "Yusuf" not in words
    await app.tap("certificate-language-en" if language == "sv" else "certificate-language-sv")
    words = "\n".join(app.texts())
    assert ("has been a mentor" in words) == (language == "sv")
    await app.tap("certificate-list")
    assert "1. " in "\n".join(app.texts())


async def test_without_a_meeting_there_is_nothing_to_certify(stage: OpenStage) -> None:
    table = lay(before=False)
    app = await table.open(stage, go=f"/closing/{table.pair}/certificate")
    assert app.desk.say("certificate.none") in app.texts()


@BOTH
async def test_a_certificate_for_a_name_with_any_letters_is_a_page_and_what_was_saved_is_told(
    stage: OpenStage, language: str
) -> None:
    table = lay()
    other = table.store.execute(PlanMeeting(mentorship=table.pair, starts=MEETING - timedelta(days=7))).record
    table.store.execute(EndMeeting(meeting=other))
    saved: list[dict[str, Any]] = []

    def save(arguments: dict[str, Any]) -> str | None:
        saved.append(arguments)
        return f"/hem/{arguments['file_name']}" if len(saved) < 3 else None

    app = await table.open(
        stage, go=f"/closing/{table.pair}/certificate", language=language, replies={"save_file": save}
    )
    say = app.desk.say
    await app.type("certificate-name", "Åsa Öström " * 9)
    await app.tap("certificate-pdf")
    await app.until(lambda: bool(saved) and app.has(say("print.saved", where=f"/hem/{saved[0]['file_name']}")))
    assert saved[0]["file_name"].endswith(".pdf")
    await app.type("certificate-name", "محمد 李 😀")
    await app.tap("certificate-pdf")
    await app.until(lambda: app.has(say("error.letters-missing")))
    assert len(saved) == 1
    for told, left in (
        (say("print.saved", where=f"/hem/{saved[0]['file_name'][:-3]}html"), 0),
        (say("export.stopped"), 1),
    ):
        await app.type("certificate-name", f"محمد 李 😀{' ' * len(saved)}")
        await app.tap("certificate-html")
        await app.until(partial(app.has, told))
        app.desk.flush()
        begun = [row for row in table.store.again().documents.table(DRAFTS) if row["kind"] == BEGUN]
        assert len(begun) == left, "what was made is no longer begun, what was stopped is"
    assert "محمد 李 😀" in str(saved[1]["src_bytes"].decode() if isinstance(saved[1]["src_bytes"], bytes) else "")
