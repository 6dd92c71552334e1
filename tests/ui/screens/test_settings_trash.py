"""The trash: what was deleted, until when, and back with one tap; read from the store."""

from __future__ import annotations

from app.model.commands import AddTask, Delete, KeepMinutes
from app.model.entities import Goal, Minutes, Task, minutes_id
from app.model.erasing import KEPT
from app.model.queries import One, TrashList
from tests.support.languages import BOTH
from tests.ui.conftest import OpenStage
from tests.ui.screens.table import lay


@BOTH
async def test_what_was_deleted_can_be_had_back(stage: OpenStage, language: str) -> None:
    table = lay()
    table.store.execute(Delete(kind="task", id=table.task))
    app = await table.open(stage, go="/settings/trash", language=language)
    texts = " ".join(app.texts())
    assert "Läsa Yusufs cv" in texts and "Yusuf" in texts and app.nameless() == []
    assert ("Försvinner fre 13 nov." if language == "sv" else "Goes Fri 13 Nov") in texts
    await app.tap(f"restore-{table.task}")
    assert table.store.ask(One(Task, table.task)) is not None
    assert "30" in " ".join(app.texts())
    await app.undo()
    assert table.store.ask(One(Task, table.task)) is None


async def test_what_hung_on_it_comes_back_with_it_and_everything_has_a_title(stage: OpenStage) -> None:
    table = lay()
    table.store.execute(KeepMinutes(meeting=table.meeting, document="minutes.quick", answers={"talked": "Kvar"}))
    minutes = minutes_id(table.meeting)
    plain = table.store.execute(AddTask(text="x" * 300)).record
    for kind, id in (("minutes", minutes), ("goal", table.goal), ("task", plain)):
        table.clock.later(minutes=1)
        table.store.execute(Delete(kind=kind, id=id))
    app = await table.open(stage, go="/settings/trash")
    assert "Snabbprotokoll" in app.texts() and "minutes.quick" not in " ".join(app.texts())
    assert [one.id for one in table.store.ask(TrashList())] == [plain, table.goal, minutes]
    await app.tap(f"restore-{table.goal}")
    await app.tap(f"restore-{minutes}")
    assert table.store.ask(One(Goal, table.goal)) and table.store.ask(One(Minutes, minutes))


async def test_an_empty_trash_says_how_long_things_stay(stage: OpenStage) -> None:
    app = await lay().open(stage, go="/settings/trash")
    assert str(KEPT.days) in " ".join(app.texts()) and app.nameless() == []


async def test_emptying_it_takes_a_second_tap_and_is_for_good(stage: OpenStage) -> None:
    table = lay()
    table.store.execute(Delete(kind="task", id=table.task))
    app = await table.open(stage, go="/settings/trash")
    await app.tap("trash-now")
    assert table.store.ask(TrashList()) and app.nameless() == []
    await app.tap("trash-cancel")
    assert app.has("trash-now") and not app.has("trash-go")
    await app.tap("trash-now")
    await app.tap("trash-go")
    assert table.store.ask(TrashList()) == () and any("tom" in text for text in app.texts())
    assert "Läsa Yusufs cv" not in str([dict(row) for row in table.store.memory.table("version")])
