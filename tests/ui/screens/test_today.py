"""Today, driven without a browser; what happened is read from the store."""

from __future__ import annotations

from datetime import date, datetime

import flet as ft
import pytest

from app.model.commands import (
    AddPerson,
    AddTask,
    EndMeeting,
    EndMentorship,
    FinishMinutes,
    GiveFeedback,
    ImportQuickNote,
    KeepMinutes,
    MoveMeeting,
    PlanMeeting,
    SetAside,
    SetSetting,
    StartMeeting,
)
from app.model.entities import Meeting, Note, Task
from app.model.queries import ListOf, One, TodayView, anyway
from app.ui.parts import ticks
from tests.support.languages import BOTH
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import DAY, lay


def words_on(app: Stage, identifier: str) -> str:
    return app.name(app.get(identifier))


@BOTH
async def test_it_shows_the_next_meeting_its_list_and_what_to_do(stage: OpenStage, language: str) -> None:
    app = await lay().open(stage, language=language)
    card = words_on(app, "today-meeting")
    assert "15:00 Yusuf" in card and "Biblioteket, grupprum 2" in card
    assert ("Om 20 minuter" if language == "sv" else "In 20 minutes") in card
    assert app.has("Två intervjuer före jul")
    assert app.has("Fem till" if language == "sv" else "Five more")
    assert "Läsa Yusufs cv" in app.texts()
    assert app.nameless() == []


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (9, 0, "Förbered"),
        (14, 40, "Anteckna"),
        (15, 5, "Anteckna"),
        (16, 10, "Avsluta mötet"),
    ],
)
async def test_the_words_of_the_wide_button_follow_the_clock(
    stage: OpenStage, hour: int, minute: int, words: str
) -> None:
    app = await lay().at(hour, minute).open(stage)
    assert words_on(app, "today-primary") == words


async def test_after_the_meeting_it_asks_for_the_evaluation_and_then_for_the_minutes(stage: OpenStage) -> None:
    table = lay().at(15, 5)
    table.store.execute(StartMeeting(meeting=table.meeting))
    table.at(15, 55)
    table.store.execute(EndMeeting(meeting=table.meeting))
    app = await table.open(stage)
    assert words_on(app, "today-primary") == "Utvärdera"
    assert app.has("Slutade 15:55")
    await app.tap("today-primary")
    assert app.desk.places.value[-1] == f"/meeting/{table.meeting}/evaluate"


@pytest.mark.parametrize(
    ("hour", "minute", "title"), [(14, 0, "Före mötet"), (15, 5, "Under mötet"), (16, 10, "Efter mötet")]
)
async def test_the_list_of_the_moment_comes_without_a_tap(stage: OpenStage, hour: int, minute: int, title: str) -> None:
    app = await lay().at(hour, minute).open(stage)
    assert title in app.texts()


@BOTH
async def test_one_tap_from_today_puts_the_caret_in_the_right_note(stage: OpenStage, language: str) -> None:
    table = lay()
    app = await table.open(stage, language=language)
    await app.tap("today-primary")
    field = app.field("shared-note")
    assert field.autofocus and app.desk.places.value[-1] == f"/meeting/{table.meeting}/note"


async def test_early_in_the_day_one_tap_reaches_the_note_too(stage: OpenStage) -> None:
    table = lay().at(9)
    app = await table.open(stage)
    await app.tap("today-note")
    assert app.field("shared-note").autofocus
    meeting = table.store.ask(One(Meeting, table.meeting))
    assert meeting is not None and meeting.began is None  # six hours before, nothing has begun


async def test_without_a_meeting_today_two_taps_begin_one(stage: OpenStage) -> None:
    table = lay(meeting=False)
    app = await table.open(stage)
    await app.tap("today-note")
    await app.tap(f"write-person-{table.pair}")
    assert app.field("shared-note").autofocus
    meeting = app.desk.places.value[-1].split("/")[2]
    begun = table.store.ask(One(Meeting, meeting))
    assert begun is not None and begun.began == table.clock.at and begun.mentorship == table.pair


async def test_two_taps_reach_a_note_that_only_i_read(stage: OpenStage) -> None:
    table = lay(meeting=False)
    app = await table.open(stage)
    await app.tap("today-note")
    await app.tap("write-free")
    await app.type("free-note", "En tanke på väg hem")
    await app.back()
    notes = list(table.store.everything(Note))
    assert [note.body for note in notes] == ["En tanke på väg hem"]
    assert notes[0].visibility == "only_me"


async def test_ticking_the_first_line_is_kept_and_can_be_undone(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage)
    await app.check("tick-last_minutes")
    assert table.store.ask(ListOf("checklist.before_session", table.meeting)).ticks == {"last_minutes"}
    assert app.has("1 av 8")
    await app.tap("tick-last_minutes-undo")
    assert table.store.again().ask(ListOf("checklist.before_session", table.meeting)).ticks == frozenset()


async def test_undo_goes_away_after_a_while(stage: OpenStage, monkeypatch: pytest.MonkeyPatch) -> None:
    app = await lay().open(stage)
    await app.check("tick-last_minutes")
    assert app.has("tick-last_minutes-undo")
    await app.check("tick-last_minutes", False)
    monkeypatch.setattr(ticks, "SECONDS", 0.1)
    await app.check("tick-last_minutes")
    await app.until(lambda: not app.has("tick-last_minutes-undo"))
    assert app.checked("tick-last_minutes")


async def test_ticking_a_row_sends_less_than_a_kilobyte(stage: OpenStage) -> None:
    app = await lay().open(stage)
    app.line.bytes_out = 0
    await app.check("tick-last_minutes")
    assert app.line.bytes_out < 1_000, app.line.bytes_out


async def test_the_three_lines_stay_where_they_are_while_they_are_ticked(stage: OpenStage) -> None:
    app = await lay().open(stage)
    for line in ("last_minutes", "my_tasks", "confirm"):
        await app.check(f"tick-{line}")
    assert all(app.checked(f"tick-{line}") for line in ("last_minutes", "my_tasks", "confirm"))


async def test_when_it_opens_again_it_begins_with_what_is_open(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage)
    await app.check("tick-last_minutes")
    again = await table.open(stage)
    assert not again.has("tick-last_minutes") and again.has("tick-private_place")


def rows_above_the_fold(app: Stage) -> int:
    """The meeting, the lines of its list, and the rows of what there is to do."""
    fixed = ("today-meeting", "today-next", "today-plan", "today-list", "today-more")
    named = [c.identifier for c in app.walk() if isinstance(getattr(c, "identifier", None), str)]
    return sum(
        name in fixed or (name.startswith(("tick-", "todo-", "closing-")) and not name.endswith("-undo"))
        for name in set(named)
    )


@pytest.mark.parametrize(("hour", "width"), [(9, 390), (15, 390), (17, 390), (15, 1100)])
async def test_never_more_than_seven_rows(stage: OpenStage, hour: int, width: int) -> None:
    table = lay()
    for number in range(12):
        table.store.execute(AddTask(text=f"Sak {number}", mentorship=table.pair, owner="mentor", due=DAY))
    table.store.execute(ImportQuickNote(id="n" * 32, body="Kom ihåg", written=table.clock.at))
    for name in ("Åsa", "Örjan", "Amina"):  # and with three others the end is near
        pair = table.store.execute(AddPerson(name=name, my_role="mentor", planned=1)).record
        held = PlanMeeting(mentorship=pair, starts=datetime(2026, 10, 1, 9), zone="Europe/Stockholm")
        table.store.execute(EndMeeting(meeting=table.store.execute(held).record))
    app = await table.at(hour).open(stage, width=width)
    assert app.has("closing-more")
    assert rows_above_the_fold(app) <= 7
    await app.tap("today-more")
    assert rows_above_the_fold(app) > 7  # only when somebody asks


async def test_a_task_is_done_from_here_and_comes_back_with_undo(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage)
    await app.check(f"todo-task-{table.task}")
    task = table.store.ask(One(Task, table.task))
    assert task is not None and (task.status, task.outcome) == ("done", "done")
    await app.undo()
    task = table.store.again().ask(One(Task, table.task))
    assert task is not None and task.status == "todo"


async def test_a_task_waits_until_tomorrow_and_comes_back_with_undo(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage)
    await app.tap(f"later-task-{table.task}")
    task = table.store.again().ask(One(Task, table.task))
    assert task is not None and (task.status, task.due) == ("todo", date(2026, 10, 15))
    assert not app.has(f"todo-task-{table.task}")
    await app.fire(app.all(kind=ft.SnackBar)[-1], "action")
    assert app.has(f"todo-task-{table.task}") and app.nameless() == []


async def test_what_must_not_be_missed_before_a_relationship_is_counted_until_it_is_settled_or_there_is_a_reason(
    stage: OpenStage,
) -> None:
    table = lay(before=False, meeting=False)
    app = await table.open(stage)
    row = f"todo-critical-{table.pair}"
    words = words_on(app, row)
    assert "3 viktiga punkter är kvar" in words and "Innan relationen börjar, Yusuf" in words
    await app.tap(row)
    for line in ("agreement", "confidentiality"):
        await app.check(f"tick-{line}")
    await app.back()
    assert "En viktig punkt är kvar" in words_on(app, row)
    reason = table.store.execute(SetSetting(key=anyway(table.pair), value="Det är klart på papper"))
    await app.settle()
    assert not app.has(row)
    assert reason.undo is not None
    table.store.execute(reason.undo)
    document, item = "checklist.before_relationship", "concern_route"
    table.store.execute(SetAside(document=document, item=item, mentorship=table.pair, reason="Programmet har sagt det"))
    await app.settle()
    assert not app.has(row)


async def test_a_critical_line_left_open_is_counted_until_it_is_settled(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage)
    assert "En viktig punkt är kvar" in words_on(app, f"todo-critical-{table.earlier}")
    await app.tap(f"todo-critical-{table.earlier}")
    await app.check("tick-worry")
    app.desk.home()
    await app.settle()
    assert not app.has(f"todo-critical-{table.earlier}")


@pytest.mark.parametrize("answer", ["end", "skip", "move"])
async def test_what_became_of_a_meeting_that_nobody_ended_is_asked_until_it_is_said(
    stage: OpenStage, answer: str
) -> None:
    table = lay().at(9, day=date(2026, 10, 15))
    row = f"todo-unended-{table.meeting}"
    app = await table.open(stage)
    assert "Yusuf, i går kl. 15:00. Avsluta, flytta eller ställ in" in app.texts()
    await app.tap(row)
    if answer == "end":
        await app.tap("meeting-primary")
        await app.tap("end-finish")
    elif answer == "skip":
        await app.tap("meeting-skip")
    else:
        table.store.execute(MoveMeeting(meeting=table.meeting, starts=datetime(2026, 10, 16, 15)))
    app.desk.home()
    await app.settle()
    assert not app.has(row)
    for day in (date(2026, 10, 15), date(2026, 11, 3)):
        assert table.at(9, day=day).store.ask(TodayView(now=table.clock.at)).unended == ()


async def test_a_meeting_of_long_ago_or_with_somebody_it_has_ended_with_is_not_asked_about(stage: OpenStage) -> None:
    table = lay()
    for day, asked in ((date(2026, 10, 14), 0), (date(2026, 10, 28), 1), (date(2026, 10, 29), 0)):
        table.at(20, day=day)
        assert len(table.store.ask(TodayView(now=table.clock.at)).unended) == asked, day
    table.at(20, day=date(2026, 10, 20)).store.execute(EndMentorship(mentorship=table.pair))
    assert table.store.ask(TodayView(now=table.clock.at)).unended == ()


async def test_minutes_left_for_a_day_ask_to_be_finished(stage: OpenStage) -> None:
    table = lay(meeting=False)
    table.store.execute(FinishMinutes(meeting=table.earlier, finished=False))
    app = await table.open(stage)
    assert "Gör klart protokollet" in words_on(app, f"todo-draft-{table.earlier}")
    fresh = lay()
    fresh.store.execute(KeepMinutes(meeting=fresh.meeting, document="minutes.quick", answers={"talked": "Nyss"}))
    app = await fresh.open(stage)
    assert not app.has(f"todo-draft-{fresh.meeting}")


@BOTH
async def test_the_first_day_offers_three_ways_to_begin(stage: OpenStage, language: str) -> None:
    app = await lay(people=False).open(stage, language=language)
    assert app.has("start-person") and app.has("start-plan") and app.has("start-library")
    assert words_on(app, "today-primary") == ("Lägg till en person" if language == "sv" else "Add a person")
    assert app.nameless() == []
    await app.tap("start-library")
    assert app.desk.places.value == ("/library",)


async def test_progress_on_the_goal_is_two_taps_away(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage)
    await app.tap("today-goal")
    assert app.desk.places.value[-1] == f"/goal/{table.goal}"


async def test_the_name_leads_to_the_settings_and_the_glass_to_the_search(stage: OpenStage) -> None:
    app = await lay().open(stage)
    app.forgiving = True  # what those screens need of a session is tested with them
    await app.tap("title")
    assert app.desk.places.value[-1] == "/settings"
    app.desk.home()
    await app.settle()
    await app.tap("search")
    assert app.desk.places.value[-1] == "/search"


@BOTH
async def test_switching_the_language_needs_no_restart(stage: OpenStage, language: str) -> None:
    app = await lay().open(stage, language=language)
    app.desk.session.preferences.set(language="en" if language == "sv" else "sv")
    await app.until(lambda: app.has("Before the meeting" if language == "sv" else "Före mötet"))


async def test_a_meeting_with_nobody_evaluated_yet_is_not_asked_twice(stage: OpenStage) -> None:
    table = lay().at(15, 55)
    table.store.execute(StartMeeting(meeting=table.meeting))
    table.store.execute(EndMeeting(meeting=table.meeting))
    table.store.execute(
        GiveFeedback(
            survey="survey.after_session_mentor",
            role="mentor",
            meeting=table.meeting,
            mentorship=table.pair,
            answers={"useful": 4},
            audience="none",
        )
    )
    app = await table.open(stage)
    assert words_on(app, "today-primary") != "Utvärdera"


async def test_the_recovery_key_is_asked_for_until_it_is_kept(stage: OpenStage) -> None:
    table = lay(before=False)
    table.store.execute(SetSetting(key="recovery.later", value=True))
    app = await table.open(stage)
    assert app.has("todo-recovery")
    table.store.execute(SetSetting(key="recovery.later", value=False))
    await app.settle()
    assert not app.has("todo-recovery")


async def test_a_backup_is_asked_for_every_week_and_not_on_the_day_of_a_meeting(stage: OpenStage) -> None:
    table = lay(meeting=False)
    app = await table.open(stage)
    await app.tap("today-more") if app.has("today-more") else None
    assert app.has("todo-backup")  # twenty days without one
    table.store.execute(SetSetting(key="backup.last", value=table.clock.at.isoformat()))
    await app.settle()
    assert not app.has("todo-backup")
    busy = await lay().open(stage)
    await busy.tap("today-more") if busy.has("today-more") else None
    assert not busy.has("todo-backup")


async def test_when_everybody_has_ended_no_meeting_is_asked_for(stage: OpenStage) -> None:
    table = lay(meeting=False)
    table.store.execute(EndMentorship(mentorship=table.pair))
    app = await table.open(stage)
    assert app.has("today-over") and not app.has("today-plan")
    await app.tap("today-primary")
    assert app.desk.places.value[-1] == "/people/new"
