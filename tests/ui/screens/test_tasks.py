"""The board: three columns, one at a time on a phone, moved with buttons."""

from __future__ import annotations

import pytest

from app.model.commands import AddPerson, AddTask, TaskOutcome
from app.model.entities import Task
from app.model.queries import One, TaskBoard
from app.services.content.speech import Speech
from tests.support.languages import either
from tests.ui.conftest import ASSETS, OpenStage
from tests.ui.screens.laid import LANGUAGES, lay, open_at


@either
async def test_a_task_moves_with_buttons(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/board/{laid.pair}", language)
    assert app.nameless() == []
    await app.tap(f"start-{laid.task}")
    assert [row.id for row in laid.store.ask(TaskBoard(laid.pair)).doing] == [laid.task]
    assert not app.has("Läsa Yusufs cv")
    await app.undo()
    assert [row.id for row in laid.store.ask(TaskBoard(laid.pair)).todo] == [laid.task]
    await app.tap(f"finish-{laid.task}")
    await app.tap("column-done")
    assert app.has("Läsa Yusufs cv")
    assert laid.store.ask(TaskBoard(laid.pair)).done[0].outcome == "done"
    await app.tap(f"reopen-{laid.task}")
    assert laid.store.again().ask(TaskBoard(laid.pair)).todo[0].id == laid.task


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_seen_on_a_button_is_in_what_is_heard(language: str) -> None:
    speech = Speech(language, ASSETS, strict=True)
    for word in ("start", "back", "reopen", "tried", "finish"):
        seen, heard = speech.say(f"task.{word}"), speech.say(f"task.{word}-name", title="x")
        assert heard.startswith(seen), (seen, heard)  # whoever speaks to the phone says what they see


async def test_three_columns_stand_beside_each_other_where_there_is_room(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/board/{laid.pair}", width=1100)
    assert {"Att göra (1)", "Pågår (0)", "Klart (0)"} <= set(app.texts())
    assert {"Inget på gång.", "Inget klart än.", "Läsa Yusufs cv"} <= set(app.texts())
    assert not app.has("column-done")


@either
async def test_a_task_in_one_line(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/board/{laid.pair}", language)
    await app.tap("add-task")
    await app.tap("save-task")
    assert len(laid.store.ask(TaskBoard(laid.pair)).todo) == 1
    await app.type("task-text", "Skicka ansökan")
    await app.tap("task-owner-mentee")
    await app.submit("task-text")
    (row,) = [row for row in laid.store.ask(TaskBoard(laid.pair)).todo if row.id != laid.task]
    assert (row.text, row.owner, row.visibility) == ("Skicka ansökan", "mentee", "shared")
    assert not app.has("save-task")


async def test_tried_and_learned_counts_as_done(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/board/{laid.pair}")
    await app.tap(f"tried-{laid.task}")
    await app.type("learned", "Kortare är bättre.")
    await app.tap("save-tried")
    (row,) = laid.store.ask(TaskBoard(laid.pair)).done
    assert (row.outcome, row.learned) == ("tried", "Kortare är bättre.")
    await app.tap("column-done")
    assert any("Provat. Kortare är bättre." in text for text in app.texts())
    app.desk.go(f"/task/{laid.task}")
    await app.settle()
    assert app.field("task-learned").value == "Kortare är bättre."
    await app.type("task-learned", "Ett ark räcker.")
    await app.tap("save-task")
    (row,) = laid.store.again().ask(TaskBoard(laid.pair)).done
    assert (row.outcome, row.learned) == ("tried", "Ett ark räcker.")


async def test_a_form_left_over_takes_nothing_away_that_was_written_elsewhere_meanwhile(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/task/{laid.task}")
    await app.type("task-text", "Läsa allt")
    await app.back()
    laid.store.execute(TaskOutcome(task=laid.task, outcome="tried", learned="Kortare är bättre."))
    app.desk.go(f"/task/{laid.task}")
    await app.settle()
    assert (app.field("task-text").value, app.field("task-learned").value) == ("Läsa allt", "Kortare är bättre.")
    await app.tap("save-task")
    kept = laid.store.ask(One(Task, laid.task))
    assert kept is not None and (kept.text, kept.learned) == ("Läsa allt", "Kortare är bättre.")


async def test_owner_goal_and_day_of_a_task(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/task/{laid.task}")
    assert app.nameless() == []
    assert any("30 sep." in text for text in app.texts())
    await app.type("task-text", "Läsa cv:t noga")
    await app.tap("task-owner-both")
    await app.tap(f"task-goal-{laid.goal}")
    await app.tap("clear-date")
    await app.tap("save-task")
    task = laid.store.again().ask(One(Task, laid.task))
    assert task is not None
    assert (task.text, task.owner, task.goal, task.due) == ("Läsa cv:t noga", "both", laid.goal, None)


async def test_a_task_begun_for_one_person_does_not_go_to_another(stage: OpenStage) -> None:
    laid = lay()
    other = laid.store.execute(AddPerson(name="Amal", my_role="mentee")).record
    app = await open_at(stage, laid, f"/task/new?person={laid.pair}")
    await app.type("task-text", "Ring Yusufs chef")
    app.desk.flush()
    app = await open_at(stage, laid, f"/task/new?person={other}")
    assert not app.has("Ring Yusufs chef")
    await app.type("task-text", "Läs artikeln")
    await app.tap("save-task")
    (row,) = laid.store.ask(TaskBoard(other)).todo
    assert (row.text, row.owner) == ("Läs artikeln", "mentee")
    app = await open_at(stage, laid, f"/task/new?person={laid.pair}")
    assert app.has("Ring Yusufs chef")


async def test_whoever_it_is_with_mine_stays_mine_and_a_goal_stays_with_its_own(stage: OpenStage) -> None:
    laid = lay()
    other = laid.store.execute(AddPerson(name="Amal", my_role="mentee")).record
    app = await open_at(stage, laid, "/task/new")
    await app.tap(f"task-person-{laid.pair}")
    await app.tap(f"task-goal-{laid.goal}")
    await app.tap(f"task-person-{other}")
    await app.type("task-text", "Läs artikeln")
    await app.tap("save-task")
    (row,) = laid.store.ask(TaskBoard(other)).todo
    task = laid.store.ask(One(Task, row.id))
    assert task is not None and (task.owner, task.goal) == ("mentee", None)


async def test_a_removed_task_comes_back(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/board/{laid.pair}")
    await app.tap(f"task-{laid.task}")
    await app.tap("remove-task")
    assert laid.store.ask(One(Task, laid.task)) is None
    await app.undo()
    assert laid.store.ask(One(Task, laid.task)) is not None


@pytest.mark.parametrize("language", LANGUAGES)
async def test_tried_counts_as_finished_on_the_board_and_on_the_goal(stage: OpenStage, language: str) -> None:
    laid = lay()
    store = laid.store
    for text, outcome in (("Ringa", "done"), ("Skriva", "tried"), ("Öva", "")):
        task = store.execute(AddTask(text=text, mentorship=laid.pair, goal=laid.goal)).record
        if outcome:
            store.execute(TaskOutcome(task=task, outcome=outcome))
    app = await open_at(stage, laid, f"/goal/{laid.goal}", language)
    said = "2 av 3 färdiga. En av dem provad." if language == "sv" else "2 of 3 finished. One of them tried."
    assert said in app.texts() and app.has("Öva")
    app.desk.go(f"/board/{laid.pair}")
    await app.settle()
    said = "2 av 4 färdiga. En av dem provad." if language == "sv" else "2 of 4 finished. One of them tried."
    assert said in app.texts()
