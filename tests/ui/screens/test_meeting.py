"""A meeting's page and its end: move, skip, the open tasks, the same time again, the worry."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.model.commands import PlanSeries, StartMeeting
from app.model.entities import Meeting, Task
from app.model.queries import ListOf, MeetingsOf, One, SettingOf
from app.ui.screens.ending import worry_key
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import MEETING, Table, lay

BOTH = pytest.mark.parametrize("language", ["sv", "en"])


async def page(stage: OpenStage, table: Table, language: str = "sv", end: bool = False) -> Stage:
    return await table.open(stage, go=f"/meeting/{table.meeting}" + ("/end" if end else ""), language=language)


def meeting_of(table: Table, id: str = "") -> Meeting:
    found = table.store.again().ask(One(Meeting, id or table.meeting))
    assert found is not None
    return found


@BOTH
async def test_it_says_when_where_what_for_and_what_is_open(stage: OpenStage, language: str) -> None:
    app = await page(stage, lay(), language)
    words = "\n".join(app.texts())
    assert "15:00–16:00" in words and "Biblioteket, grupprum 2" in words and "Välja vilka jobb" in words
    assert "Läsa Yusufs cv" in words
    assert app.nameless() == []


async def test_a_meeting_is_called_off_and_put_back(stage: OpenStage) -> None:
    table = lay()
    app = await page(stage, table)
    await app.tap("meeting-skip")
    assert meeting_of(table).status == "cancelled" and "Inställt" in app.texts()
    await app.undo()
    assert meeting_of(table).status == "planned"
    await app.tap("meeting-skip")
    await app.tap("meeting-back-on")
    assert meeting_of(table).status == "planned"


async def test_one_of_a_series_is_skipped_and_the_others_stay(stage: OpenStage) -> None:
    table = lay(meeting=False)
    table.store.execute(
        PlanSeries(mentorship=table.pair, starts=datetime(2026, 10, 20, 16), zone="Europe/Stockholm", weeks=2, count=10)
    )
    upcoming = table.store.ask(MeetingsOf(table.pair, table.clock.at)).upcoming
    app = await table.open(stage, go=f"/meeting/{upcoming[2].id}")
    assert any("Möte 3 av" in text for text in app.texts())
    await app.tap("meeting-skip")
    assert meeting_of(table, upcoming[2].id).status == "cancelled" and "Överhoppat" in app.texts()
    rest = [one for one in table.store.ask(MeetingsOf(table.pair, table.clock.at)).upcoming if one.status == "planned"]
    assert len(rest) == 9


async def test_a_task_is_settled_before_the_talk(stage: OpenStage) -> None:
    table = lay()
    app = await page(stage, table)
    await app.tap(f"review-done-{table.task}")
    task = table.store.again().ask(One(Task, table.task))
    assert task is not None and task.outcome == "done"


async def test_the_aim_can_be_reached_by_the_list(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/meeting/{table.meeting}?aim=1")
    await app.type("aim-text", "Prata om provjobbet")
    await app.tap("aim-save")
    assert meeting_of(table).aim == "Prata om provjobbet"


@pytest.mark.parametrize(("hour", "words"), [(14, "Anteckna"), (17, "Avsluta mötet")])
async def test_the_button_follows_the_clock(stage: OpenStage, hour: int, words: str) -> None:
    app = await page(stage, lay().at(hour))
    assert app.name(app.get("meeting-primary")) == words


async def test_a_meeting_that_is_gone_says_so(stage: OpenStage) -> None:
    app = await lay().open(stage, go="/meeting/nowhere")
    assert app.has("Mötet finns inte längre.")
    app = await lay().open(stage, go="/meeting/nowhere/end")
    assert app.has("Mötet finns inte längre.")


# ------------------------------------------------------------------ the end


@BOTH
async def test_two_tasks_the_next_time_and_the_end_in_seven_taps(stage: OpenStage, language: str) -> None:
    table = lay().at(15, 50)
    table.store.execute(StartMeeting(meeting=table.meeting))
    app = await page(stage, table, language, end=True)
    assert app.nameless() == []
    taps = 0
    for line in ("Klart cv", "Ringa Lena"):
        await app.tap("end-task")
        await app.type("task-text", line)
        await app.tap("task-save")
        taps += 2
    await app.tap("end-same")
    await app.tap("worry-no")
    await app.tap("end-finish")
    assert taps + 3 == 7
    fresh = table.store.again()
    assert {"Klart cv", "Ringa Lena"} <= {task.text for task in fresh.everything(Task) if task.meeting == table.meeting}
    following = fresh.ask(MeetingsOf(table.pair, table.clock.at)).upcoming
    assert [one.starts.replace(tzinfo=None) for one in following] == [MEETING + timedelta(days=14)]
    ended = meeting_of(table)
    assert ended.status == "held" and ended.ended is not None
    assert app.desk.places.value[-1] == f"/meeting/{table.meeting}/evaluate"


async def test_the_same_time_again_is_the_same_on_the_clock_when_summer_time_ends(stage: OpenStage) -> None:
    table = lay().at(15, 50)
    app = await page(stage, table, end=True)
    assert any("28 okt. kl. 15:00" in text for text in app.texts())  # the clocks change on 25 October
    await app.tap("end-same")
    (following,) = table.store.ask(MeetingsOf(table.pair, table.clock.at)).upcoming[-1:]
    assert following.starts.utcoffset() == timedelta(hours=1) and following.starts.hour == 15
    await app.tap("end-unbook")
    assert all(one.starts.day != 28 for one in table.store.again().ask(MeetingsOf(table.pair, table.clock.at)).upcoming)


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


async def test_before_the_first_meeting_it_says_how_much_is_in_place(stage: OpenStage) -> None:
    table = lay(before=False)
    app = await page(stage, table)
    assert "Innan ni börjar: 0 av 8" in app.texts()
    await app.tap("meeting-ready")
    await app.check("tick-goals")
    await app.back()
    assert "Innan ni börjar: 1 av 8" in app.texts()
    assert not (await page(stage, lay())).has("meeting-ready")
