"""Tasks as a table: out with one button, in after a look at what it would do."""

from __future__ import annotations

import csv
import io
from typing import Any

import flet as ft
import pytest

from app.model.commands import AddTask, Delete
from app.model.entities import Task
from app.model.queries import One, TaskBoard
from tests.support.languages import either
from tests.ui.conftest import OpenStage
from tests.ui.screens.laid import LANGUAGES, lay, open_at


class Files:
    """The device's file dialogs: what was saved, and what is picked."""

    def __init__(self, picked: bytes | None = None) -> None:
        self.saved: list[dict[str, Any]] = []
        self.picked = picked

    @property
    def replies(self) -> dict[str, Any]:
        return {"save_file": self.save, "pick_files": self.pick}

    def save(self, arguments: dict[str, Any]) -> str:
        self.saved.append(arguments)
        return str(arguments["file_name"])

    def pick(self, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"id": 1, "name": "tasks.csv", "size": len(self.picked or b""), "path": None, "bytes": self.picked}]


@either
async def test_out_deleted_and_in_again(stage: OpenStage, language: str) -> None:
    laid = lay()
    laid.store.execute(AddTask(text="=1+1", mentorship=laid.pair))
    before = {row.text: (row.owner, row.due) for row in laid.store.ask(TaskBoard(laid.pair)).todo}
    files = Files()
    app = await open_at(stage, laid, f"/board/{laid.pair}", language, replies=files.replies)
    await app.tap("tasks-table")
    assert app.nameless() == []
    await app.tap("table-write")
    await app.until(lambda: bool(files.saved))
    raw = files.saved[0]["src_bytes"]
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert {row["Name"] for row in rows} == {"Läsa Yusufs cv", "'=1+1"}
    for row in laid.store.ask(TaskBoard(laid.pair)).todo:
        laid.store.execute(Delete(kind="task", id=row.id))
    files.picked = raw
    await app.tap("table-read")
    await app.until(lambda: app.has("table-bring"))
    assert "· =1+1" in app.texts() and app.nameless() == []
    await app.tap("table-bring")
    await app.until(lambda: not app.has("table-bring"))
    assert {row.text: (row.owner, row.due) for row in laid.store.again().ask(TaskBoard(laid.pair)).todo} == before


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("raw", "error"),
    [(b"\x00\x01", "tasks-foreign"), (b"a,b\n1,2\n", "tasks-no-name"), (b"Name\na,b\n", "tasks-broken")],
)
async def test_what_cannot_be_read_is_said(stage: OpenStage, language: str, raw: bytes, error: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/tasks/file", language, replies=Files(raw).replies)
    await app.tap("table-read")
    said = app.desk.say(f"error.{error}", line=2)
    await app.until(lambda: said in app.texts())
    assert not app.has("table-bring")
    assert len(list(laid.store.everything(Task))) == 1


async def test_what_is_here_already_is_said_and_nothing_is_brought(stage: OpenStage) -> None:
    laid = lay()
    raw = "Name,Section/Column,Due Date,Projects\nNy,Väntar,snart,Yusuf\nAnnan,,,Ingen här\n".encode()
    app = await open_at(stage, laid, "/tasks/file", replies=Files(raw).replies)
    await app.tap("table-read")
    await app.until(lambda: app.has("table-bring"))
    said = " ".join(app.texts())
    assert all(
        word in said for word in ("En ny uppgift", "En kolumn är okänd", "Ett datum går inte", "En rad hör till")
    )
    await app.tap("table-bring")
    await app.until(lambda: not app.has("table-bring"))
    await app.tap(f"table-whose-{laid.pair}")
    await app.tap("table-read")
    await app.until(lambda: app.has("table-bring"))
    assert "Ta in en uppgift" in app.texts() and any("finns redan här" in text for text in app.texts())


async def test_a_device_without_dialogs_says_so(stage: OpenStage) -> None:
    laid = lay()
    fault = RuntimeError("no dialog")
    app = await open_at(stage, laid, "/tasks/file", replies={"save_file": fault, "pick_files": fault})
    await app.tap("table-write")
    await app.until(lambda: app.has(app.desk.say("export.failed")))
    await app.tap("table-read")
    await app.until(lambda: app.has(app.desk.say("backup.pick.failed")))


async def test_a_card_is_dragged_where_there_is_room(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/board/{laid.pair}", width=1100)
    (handle,) = [c for c in app.walk() if isinstance(c, ft.Draggable)]
    columns = [c for c in app.walk() if isinstance(c, ft.DragTarget)]
    place = {"x": 0.0, "y": 0.0}
    await app.fire(columns[0], "accept", {"src_id": handle._i, "l": place, "g": place})
    assert len(laid.store.ask(TaskBoard(laid.pair)).todo) == 1
    await app.fire(columns[1], "accept", {"src_id": handle._i, "l": place, "g": place})
    assert [row.id for row in laid.store.again().ask(TaskBoard(laid.pair)).doing] == [laid.task]
    await app.undo()
    assert [row.id for row in laid.store.ask(TaskBoard(laid.pair)).todo] == [laid.task]
    await app.resize(390)
    assert not [c for c in app.walk() if isinstance(c, ft.Draggable | ft.DragTarget)]


async def test_the_notes_of_a_task(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/task/{laid.task}")
    await app.type("task-notes", "Två sidor\nrubriker först")
    await app.tap("save-task")
    task = laid.store.again().ask(One(Task, laid.task))
    assert task is not None and task.notes == "Två sidor\nrubriker först"
