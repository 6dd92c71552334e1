"""A meeting's page and its end: move, skip, the open tasks, the same time again, the worry."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.model.commands import AddTask, PlanSeries
from app.model.entities import Meeting, Task
from app.model.queries import MeetingsOf, One
from app.ui.screens.sheets import REVIEWED
from tests.support.languages import BOTH
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import Table, lay


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
        PlanSeries(mentorship=table.pair, starts=datetime(2026, 10, 20, 16), zone="Europe/Stockholm", weeks=2, count=12)
    )
    upcoming = table.store.ask(MeetingsOf(table.pair, table.clock.at)).upcoming
    app = await table.open(stage, go=f"/meeting/{upcoming[2].id}")
    assert "Möte 3 av 12 i serien" in app.texts()
    await app.tap("meeting-skip")
    assert meeting_of(table, upcoming[2].id).status == "cancelled" and "Överhoppat" in app.texts()
    rest = [one for one in table.store.ask(MeetingsOf(table.pair, table.clock.at)).upcoming if one.status == "planned"]
    assert len(rest) == 11


async def test_a_task_is_settled_before_the_talk(stage: OpenStage) -> None:
    table = lay()
    app = await page(stage, table)
    await app.tap(f"review-done-{table.task}")
    task = table.store.again().ask(One(Task, table.task))
    assert task is not None and task.outcome == "done"


async def test_however_many_tasks_are_open_the_end_of_a_meeting_shows_a_handful(stage: OpenStage) -> None:
    table = lay().at(16, 5)
    with table.store.writing():
        for number in range(300):
            table.store.perform(AddTask(text=f"Uppgift {number}", mentorship=table.pair))
    app = await table.open(stage, go=f"/meeting/{table.meeting}/end")
    assert len([text for text in app.texts() if text.startswith("Uppgift ")]) == REVIEWED - 1  # one is from last time
    assert app.line.bytes_out < 100_000 and f"{301 - REVIEWED} uppgifter till" in app.texts()
    await app.tap("review-more")
    assert len([text for text in app.texts() if text.startswith("Uppgift ")]) == 5 * REVIEWED - 1


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


async def test_before_the_first_meeting_it_says_how_much_is_in_place(stage: OpenStage) -> None:
    table = lay(before=False)
    app = await page(stage, table)
    assert "Innan ni börjar: 0 av 8" in app.texts()
    await app.tap("meeting-ready")
    await app.check("tick-goals")
    await app.back()
    assert "Innan ni börjar: 1 av 8" in app.texts()
    assert not (await page(stage, lay())).has("meeting-ready")
