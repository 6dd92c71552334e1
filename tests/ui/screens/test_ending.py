"""The end of a meeting: tasks, the same time again with one tap, and a worry that nobody else reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from app.model.commands import AddPerson, FinishMinutes, KeepMinutes, PlanMeeting, PlanSeries, StartMeeting
from app.model.entities import Minutes, Task, meeting_id, minutes_id
from app.model.queries import CopiesOf, ListOf, MeetingsOf, One, SettingOf
from app.ui.screens.ending import worry_key
from tests.support.languages import BOTH
from tests.ui.conftest import OpenStage
from tests.ui.screens.entrance import Thumb
from tests.ui.screens.table import MEETING, lay
from tests.ui.screens.test_meeting import meeting_of, page

TAP, THINK, LETTER = 1.1, 1.35, 0.28
"""Seconds: to reach and press, to make up one's mind before it, and for a letter on a phone (keystroke-level model)."""


@BOTH
async def test_two_tasks_the_next_time_and_the_question_to_confirm_in_seven_taps(
    stage: OpenStage, language: str
) -> None:
    table = lay().at(15, 50)
    table.store.execute(StartMeeting(meeting=table.meeting))
    app = await page(stage, table, language, end=True)
    assert app.nameless() == []
    began, letters = perf_counter(), 0
    thumb = Thumb(app)
    for line in ("Klart cv", "Ringa Lena"):
        await thumb.tap("end-task")
        await app.type("task-text", line)
        letters += len(line)
        await thumb.tap("task-save")
    await thumb.tap("end-same")
    await thumb.tap("worry-no")
    await thumb.tap("end-ask")
    assert thumb.taps == 7
    assert perf_counter() - began + 7 * (TAP + THINK) + letters * LETTER <= 60
    fresh = table.store.again()
    assert {"Klart cv", "Ringa Lena"} <= {task.text for task in fresh.everything(Task) if task.meeting == table.meeting}
    following = fresh.ask(MeetingsOf(table.pair, table.clock.at)).upcoming
    assert [one.starts.replace(tzinfo=None) for one in following] == [MEETING + timedelta(days=14)]
    ended = meeting_of(table)
    assert ended.status == "held" and ended.ended is not None
    minutes = fresh.ask(One(Minutes, minutes_id(table.meeting)))
    assert minutes is not None and minutes.status == "finished"
    (copy,) = fresh.ask(CopiesOf(table.pair, minutes.id))
    assert {one.role for one in copy.signatures} == {"mentor"}, "it waits for the other one alone"
    assert "Klart cv" in copy.copy.text and "Ringa Lena" in copy.copy.text
    assert app.desk.places.value[-1] == f"/meeting/{table.meeting}/evaluate"
    after = fresh.ask(ListOf("checklist.after_session", table.meeting))
    assert {"minutes", "confirm", "worry"} <= after.ticks, "what was just done has not to be ticked"
    assert any(app.desk.say("meeting.end.asked.apart", name="Yusuf") in text for text in app.texts())


async def test_the_minutes_can_wait_and_finished_ones_are_not_asked_about_again(stage: OpenStage) -> None:
    table = lay().at(15, 50)
    app = await page(stage, table, end=True)
    await app.tap("end-finish")
    assert meeting_of(table).status == "held"
    assert table.store.again().ask(One(Minutes, minutes_id(table.meeting))) is None
    table.store.execute(KeepMinutes(meeting=table.meeting, document="minutes.quick", answers={"talked": "Kort."}))
    table.store.execute(FinishMinutes(meeting=table.meeting))
    app = await page(stage, table, end=True)
    assert not app.has("end-ask") and app.has("end-finish")
    await app.tap("end-finish")
    assert app.has("Mötet är avslutat."), "nothing is left to finish"


async def test_the_same_time_again_is_the_same_on_the_clock_when_summer_time_ends(stage: OpenStage) -> None:
    table = lay().at(15, 50)
    app = await page(stage, table, end=True)
    assert any("28 okt. kl. 15:00" in text for text in app.texts())  # the clocks change on 25 October
    await app.tap("end-same")
    (following,) = table.store.ask(MeetingsOf(table.pair, table.clock.at)).upcoming[-1:]
    assert following.starts.utcoffset() == timedelta(hours=1) and following.starts.hour == 15
    await app.tap("end-unbook")
    assert all(one.starts.day != 28 for one in table.store.again().ask(MeetingsOf(table.pair, table.clock.at)).upcoming)


async def test_far_from_home_the_button_says_what_it_books_and_what_is_in_the_way(stage: OpenStage) -> None:
    table = lay().at(15, 50)
    anna = table.store.execute(AddPerson(name="Anna", my_role="mentor")).record
    there = ZoneInfo("America/New_York")
    table.store.execute(PlanMeeting(mentorship=anna, starts=datetime(2026, 10, 28, 10, 30), zone=there.key))
    table.clock.at = table.clock.at.astimezone(there)
    app = await page(stage, table, end=True)
    assert any("28 okt. kl. 10:00, samma igen" in text for text in app.texts()), "the clocks there change later"
    assert "Du har redan ett möte då: Anna, ons 28 okt. kl. 10:30." in app.texts()
    await app.tap("end-same")
    (following,) = table.store.ask(MeetingsOf(table.pair, table.clock.at)).upcoming[-1:]
    assert following.starts.astimezone(UTC) == datetime(2026, 10, 28, 14, tzinfo=UTC)


async def test_after_the_last_of_a_series_the_button_books_what_it_says(stage: OpenStage) -> None:
    table = lay(meeting=False)
    series = table.store.execute(
        PlanSeries(mentorship=table.pair, starts=MEETING, zone="Europe/Stockholm", weeks=1, count=1)
    ).record
    table.meeting = meeting_id(series, 0)
    app = await page(stage, table.at(15, 50), end=True)
    assert any("28 okt. kl. 15:00" in text for text in app.texts())
    await app.tap("end-same")
    (following,) = table.store.ask(MeetingsOf(table.pair, table.clock.at)).upcoming[-1:]
    assert following.starts.replace(tzinfo=None) == MEETING + timedelta(days=14)


async def test_a_task_of_a_meeting_that_is_ended_late_is_not_due_in_the_past(stage: OpenStage) -> None:
    table = lay().at(9, day=date(2026, 11, 30))
    app = await page(stage, table, end=True)
    await app.tap("end-task")
    await app.type("task-text", "Ringa Lena")
    await app.tap("task-save")
    (task,) = [one for one in table.store.again().everything(Task) if one.text == "Ringa Lena"]
    assert task.due == date(2026, 12, 1)


async def test_what_is_booked_already_is_said_and_not_booked_again(stage: OpenStage) -> None:
    table = lay().at(15, 50)
    table.store.execute(
        PlanSeries(mentorship=table.pair, starts=datetime(2026, 10, 21, 16), zone="Europe/Stockholm", count=2)
    )
    app = await page(stage, table, end=True)
    assert not app.has("end-same") and any("Redan bokat" in text for text in app.texts())


@pytest.mark.parametrize(("worry", "last"), [("no", "evaluate"), ("little", "evaluate"), ("yes", "safety")])
async def test_the_worry_is_kept_for_me_alone_and_yes_leads_to_safety(stage: OpenStage, worry: str, last: str) -> None:
    table = lay().at(15, 50)
    app = await page(stage, table, end=True)
    await app.tap(f"worry-{worry}")
    assert app.has("worry-safety") == (worry != "no")
    app.forgiving = True  # the safety screen is tested with its own session
    await app.tap("end-finish")
    assert app.desk.places.value[-1].endswith(last)
    fresh = table.store.again()
    assert fresh.ask(SettingOf(worry_key(table.meeting))) == worry
    assert "worry" in fresh.ask(ListOf("checklist.after_session", table.meeting)).ticks
    shared = {row["space"] for row in table.store.memory.table("meeting")}
    rows = [row for row in table.store.memory.table("version") if row["record"].partition(":")[0] in shared]
    assert rows and all("worry" not in repr(row) for row in rows)


async def test_ending_without_a_word_about_worry_is_possible(stage: OpenStage) -> None:
    table = lay().at(15, 50)
    app = await page(stage, table, end=True)
    await app.tap("end-finish")
    assert meeting_of(table).status == "held"
    assert table.store.ask(SettingOf(worry_key(table.meeting))) is None
