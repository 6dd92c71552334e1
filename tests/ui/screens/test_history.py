"""Earlier versions of a text: who, when, and back to any of them as a new one."""

from __future__ import annotations

from app.model.commands import Revise, WriteNote
from app.model.entities import Note, Task
from app.model.queries import One, TextHistory
from tests.support.asked import HistoryOf
from tests.support.conflicting import also_wrote
from tests.support.there import there
from tests.ui.conftest import OpenStage
from tests.ui.screens.table import lay


async def test_an_earlier_version_comes_back_as_a_new_one(stage: OpenStage) -> None:
    table = lay()
    note = table.store.execute(WriteNote(body="Första.")).record
    for body in ("Andra.", "Tredje."):
        table.clock.later(minutes=5)
        table.store.execute(WriteNote(id=note, body=body))
    app = await table.open(stage, go=f"/history/note/{note}?cell=body")
    texts = app.texts()
    written = [text for text in texts if text in ("Första.", "Andra.", "Tredje.")]
    assert list(dict.fromkeys(written)) == ["Tredje.", "Andra.", "Första."]
    assert texts.count("Gäller nu") == 1
    oldest = table.store.ask(HistoryOf("note", note))[-1].version
    await app.tap(f"restore-{oldest}")
    assert there(table.store.ask(One(Note, note))).body == "Första."
    assert len(table.store.ask(HistoryOf("note", note))) == 4
    assert "Versionen gäller igen." in app.texts()
    await app.undo()
    assert there(table.store.ask(One(Note, note))).body == "Tredje."
    assert not app.nameless()


async def test_who_wrote_what(stage: OpenStage) -> None:
    table = lay()
    table.store.execute(Revise(kind="task", id=table.task, values={"tried": "Mitt."}))
    also_wrote(table.store, "task", table.task, "tried", "Yusufs.", table.clock.at)
    app = await table.open(stage, go=f"/history/task/{table.task}?cell=tried", language="en")
    texts = app.texts()
    assert any(text.startswith("You · Today at") for text in texts)
    assert any(text.startswith("Yusuf · Today at") for text in texts)
    assert texts.count("In use now") == 2  # both are woven into what is shown


async def test_a_long_version_opens_on_demand_and_many_versions_come_in_pages(stage: OpenStage) -> None:
    table = lay()
    note = table.store.execute(WriteNote(body="Ord " * 500)).record
    for number in range(40):
        table.store.execute(WriteNote(id=note, body=f"Version {number}."))
    app = await table.open(stage, go=f"/history/note/{note}?cell=body")
    assert "Version 39." in app.texts() and "Version 5." not in app.texts()
    await app.tap("more-versions")
    assert "Version 5." in app.texts() and not app.has("more-versions")
    first = table.store.ask(HistoryOf("note", note))[-1].version
    assert any(text.endswith("…") for text in app.texts())
    await app.tap(f"whole-{first}")
    assert ("Ord " * 500).strip() in app.texts()


async def test_what_was_never_written_has_no_versions(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go="/history/task/none?cell=text")
    assert "Det finns inga versioner här." in app.texts()
    assert table.store.ask(TextHistory("nonsense", "x", "y")) is None
    assert table.store.ask(One(Task, "none")) is None
