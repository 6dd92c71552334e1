"""My data: three taps from Today to the dialog for the file; it says that it is not sealed."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.model.commands import AddPerson, AddTask, Delete, WriteNote
from app.services.export import DATA, PAGE
from app.services.session import Session
from tests.support.keys import quick_kdf  # noqa: F401  (a fixture)
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.entrance import LANGUAGES, Thumb, everything_on_disk, made, window

pytestmark = pytest.mark.usefixtures("quick_kdf")


def filled(folder: Path, language: str = "sv") -> Session:
    session = made(folder, language)
    pair = session.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
    session.store.execute(WriteNote(body="Kanelbulle", mentorship=pair))
    return session


@pytest.mark.parametrize("language", LANGUAGES)
async def test_everything_is_out_in_three_taps(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session, saved = filled(tmp_path, language), list[dict[str, Any]]()

    def save(arguments: dict[str, Any]) -> str:
        saved.append(arguments)
        return str(arguments["file_name"])

    app = await window(stage, session, replies={"save_file": save})
    await app.until(lambda: app.has("today-primary"))
    thumb = Thumb(app)
    await thumb.tap("title")
    await thumb.tap("settings-data")
    assert app.has(app.desk.say("export.warning")) and app.nameless() == []
    await thumb.tap("export-go")
    await app.until(lambda: bool(saved) and app.has(app.desk.say("export.made")))
    assert thumb.taps == 3
    with zipfile.ZipFile(io.BytesIO(saved[0]["src_bytes"])) as archive:
        bodies = [one["fields"].get("body") for one in json.loads(archive.read(DATA))["records"]]
        assert "Kanelbulle" in bodies and b"Kanelbulle" in archive.read(PAGE)
    assert saved[0]["file_name"].startswith("fika-") and saved[0]["file_name"].endswith(".zip")
    assert b"Kanelbulle" not in everything_on_disk(tmp_path), "it goes to where it is asked to go, and nowhere else"
    session.lock()


@pytest.mark.parametrize(("reply", "told"), [(RuntimeError("no dialog"), "export.failed"), (None, "export.stopped")])
async def test_a_dialog_that_is_closed_or_missing_is_told(
    stage: OpenStage, tmp_path: Path, reply: object, told: str
) -> None:
    session = filled(tmp_path)
    app = await window(stage, session, go="/settings/data", replies={"save_file": reply})
    await app.tap("export-go")
    await app.until(lambda: app.has(app.desk.say(told)))
    session.lock()


async def test_the_ways_on_are_there(stage: OpenStage, tmp_path: Path) -> None:
    session = filled(tmp_path)
    task = session.store.execute(AddTask(text="Köpa kardemumma")).record
    session.store.execute(Delete(kind="task", id=task))
    app: Stage = await window(stage, session, go="/settings/data")
    assert app.has("En sak")
    for tapped, path in (
        ("data-trash", "/settings/trash"),
        ("data-erase", "/settings/erase"),
        ("to-backup", "/settings/backup"),
    ):
        await app.tap(tapped)
        assert app.desk.places.value[-1] == path
        await app.tap("back")
    session.lock()
