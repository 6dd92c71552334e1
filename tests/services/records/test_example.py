"""The example tells a whole story in both languages and for every role, through ordinary commands."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.model.queries import GoalsList, NotesOf, PeopleList, TaskBoard, TodayView
from app.services.records import example
from tests.support.store import Now, memory_store

ASSETS = Path(__file__).parents[3] / "assets"
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("role", ["mentor", "mentee", "coordinator", "participant"])
def test_the_table_is_laid(language: str, role: str) -> None:
    now = Now(datetime(2026, 11, 21, 9, 3, tzinfo=STOCKHOLM))
    store = memory_store(now=now)
    example.fill(store, ASSETS, role=role, language=language, now=now.at)
    today = store.ask(TodayView(now.at))
    assert today.me is not None and today.me.role == role
    assert today.meeting is not None and today.meeting.phase == "before"
    assert today.primary.action == "note"
    assert today.upcoming is not None
    assert any(task.text for task in today.tasks) is True
    assert len(store.ask(PeopleList(now.at))) == (1 if role == "mentee" else 3)
    assert {goal.status for goal in store.ask(GoalsList(closed=True))} == {"active", "reached"}
    assert any(goal.visibility == "only_me" for goal in store.ask(GoalsList()))
    board = store.ask(TaskBoard())
    assert board.todo and board.doing and {task.outcome for task in board.done} == {"done", "tried"}
    assert store.ask(NotesOf()).rows
    if role != "mentee":
        assert [row.name for row in today.unfinished] == ["Örjan"]
        assert [row.name for row in today.unbooked] == ["Åsa"]


@pytest.mark.parametrize("hour", [0, 6, 12, 18, 22, 23])
def test_today_has_a_meeting_at_every_hour(hour: int) -> None:
    now = Now(datetime(2026, 3, 29, hour, 58, tzinfo=STOCKHOLM))
    store = memory_store(now=now)
    example.fill(store, ASSETS, role="mentor", language="sv", now=now.at)
    today = store.ask(TodayView(now.at))
    assert today.meeting is not None
    assert today.meeting.row.starts.date() == now.at.date()
