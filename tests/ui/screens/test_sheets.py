"""What comes up from below during a meeting, each read back from the store."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import flet as ft

from app.model.entities import Meeting, Task
from app.model.queries import MeetingPage, One
from app.services.records.drafts import BEGUN
from app.services.records.tables import DRAFTS
from app.ui.screens.sheets import Pair, owner_words
from tests.support.languages import BOTH
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import DAY, Table, lay


async def opened(stage: OpenStage, sheet: str, *, language: str = "sv") -> tuple[Stage, Table]:
    table = lay().at(15, 5)
    app = await table.open(stage, go=f"/meeting/{table.meeting}/note", language=language)
    await app.tap(sheet)
    return app, table


def new_tasks(table: Table) -> list[Task]:
    return [task for task in table.store.everything(Task) if task.id != table.task]


def is_open(app: Stage) -> bool:
    return bool(app.all(kind=ft.BottomSheet))


@BOTH
async def test_a_task_is_what_who_and_when(stage: OpenStage, language: str) -> None:
    app, table = await opened(stage, "note-task", language=language)
    assert app.nameless() == []
    await app.tap("task-save")
    assert app.desk.say("note.task.needed") in app.texts() and is_open(app)
    await app.type("task-text", "  Ringa Lena  ")
    await app.tap("task-owner-both")
    await app.tap("task-when-two-weeks")
    await app.tap(f"task-goal-{table.goal}")
    await app.tap("task-save")
    assert not is_open(app)
    (task,) = new_tasks(table)
    assert (task.text, task.owner, task.due, task.goal) == ("Ringa Lena", "both", DAY + timedelta(days=14), table.goal)
    assert task.meeting == table.meeting


async def test_enter_saves_and_no_date_is_no_date(stage: OpenStage) -> None:
    app, table = await opened(stage, "note-task")
    await app.tap("task-when-no-date")
    assert not app.has("task-day")
    await app.type("task-text", "Tänka")
    await app.submit("task-text")
    (task,) = new_tasks(table)
    assert task.due is None and task.owner == "mentee"
    assert not is_open(app)


async def test_a_sheet_that_is_swept_down_saves_nothing_and_loses_nothing(stage: OpenStage) -> None:
    app, table = await opened(stage, "note-task")
    await app.type("task-text", "Kanske")
    (sheet,) = app.all(kind=ft.BottomSheet)
    await app.fire(sheet, "dismiss", open=False)
    assert not is_open(app) and new_tasks(table) == []
    await app.tap("note-task")
    assert app.field("task-text").value == "Kanske" and "Det du började på finns kvar." in app.texts()
    await app.tap("anew")
    assert app.field("task-text").value == "" and _left(table) == []
    await app.tap("anew-undo")
    assert app.field("task-text").value == "Kanske" and _left(table) != []
    await app.tap("task-save")
    assert [task.text for task in new_tasks(table)] == ["Kanske"] and _left(table) == []


async def test_words_in_a_sheet_outlive_the_lock_and_a_crash(stage: OpenStage) -> None:
    app, table = await opened(stage, "note-task")
    await app.type("task-text", "Kanske")
    app.desk.lock()
    await app.settle()
    assert not is_open(app)
    begun_before = table.store.again()  # as another start of the app finds it
    (left,) = begun_before.documents.table(DRAFTS)
    assert left["kind"] == BEGUN and "Kanske" in left["text"] and begun_before.drafts.waiting() == ()
    assert table.pair in left["record"].split("."), "named after whom it is about, to go with them"


async def test_a_day_chosen_for_a_task_outlives_the_lock_until_it_has_gone_by(stage: OpenStage) -> None:
    app, table = await opened(stage, "note-task")
    await app.type("task-text", "Ringa")
    await app.tap("task-day")
    (picker,) = app.all(kind=ft.DatePicker)
    await app.fire(picker, "change", None, value=datetime(2026, 10, 20).astimezone())
    app.desk.lock()
    await app.settle()
    for today, expected in ((date(2026, 10, 16), date(2026, 10, 20)), (date(2026, 10, 21), date(2026, 10, 28))):
        table.at(16, 10, day=today)
        again = await table.open(stage, go=f"/meeting/{table.meeting}/note")
        await again.tap("note-task")
        shown = again.name(again.get("task-day"))
        assert f"{expected.day} oktober" in shown, shown
    await again.tap("task-when-two-weeks")
    again.desk.lock()
    await again.settle()
    last = await table.open(stage, go=f"/meeting/{table.meeting}/note")
    await last.tap("note-task")
    await last.tap("task-save")
    assert [task.due for task in new_tasks(table)] == [date(2026, 11, 4)] and _left(table) == []


def _left(table: Table) -> list[Any]:
    return [row for row in table.store.again().documents.table(DRAFTS) if row["kind"] == BEGUN]


async def test_the_questions_go_round_and_stay_where_one_was(stage: OpenStage) -> None:
    app, _ = await opened(stage, "note-question")
    first = app.name(app.get("question"))
    await app.tap("question-previous")
    last = app.name(app.get("question"))
    assert last != first
    (sheet,) = app.all(kind=ft.BottomSheet)
    await app.fire(sheet, "dismiss", open=False)
    await app.tap("note-question")
    assert app.name(app.get("question")) == last
    await app.tap("question-next")
    assert app.name(app.get("question")) == first


async def test_the_aim_is_changed_in_one_line(stage: OpenStage) -> None:
    app, table = await opened(stage, "note-aim")
    await app.type("aim-text", " Öva på intervjun ")
    await app.tap("aim-save")
    meeting = table.store.ask(One(Meeting, table.meeting))
    assert meeting is not None and meeting.aim == "Öva på intervjun" and not is_open(app)


async def test_a_task_from_last_time_is_settled_and_taken_back(stage: OpenStage) -> None:
    app, table = await opened(stage, "note-tasks")

    def task() -> Task:
        found = table.store.ask(One(Task, table.task))
        assert found is not None
        return found

    due = task().due
    await app.tap(f"review-move-{table.task}")
    view = table.store.ask(MeetingPage(table.meeting, table.clock.at))
    assert view is not None and task().due == view.following
    await app.tap(f"review-undo-{table.task}")
    assert task().due == due
    await app.tap(f"review-done-{table.task}")
    assert task().status == "done"
    await app.tap("review-done")
    assert not is_open(app)


async def test_who_does_it_is_said_by_name(stage: OpenStage) -> None:
    app, _ = await opened(stage, "note-task")
    pair = Pair("m", "Yusuf", "mentor")
    said = [owner_words(app.desk, pair, owner) for owner in ("mentee", "mentor", "both")]
    assert said == ["Yusuf", app.desk.say("note.task.me"), app.desk.say("note.task.together")]
    assert Pair("m", "Karin", "mentee").their_role == "mentor"
