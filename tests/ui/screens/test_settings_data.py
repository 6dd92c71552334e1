"""My data: three taps from Today to the dialog for the file; it says that it is not sealed."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.model.commands import AddPerson, AddTask, Delete, WriteNote
from app.services.files.export import DATA, PAGE
from app.services.session import Session
from tests.support.patience import PATIENCE
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.entrance import LANGUAGES, Thumb, everything_on_disk, made, window
from tests.ui.screens.table import lay

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


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_vault_is_read_again_and_said_to_be_whole(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session = filled(tmp_path, language)
    before = vault_files(tmp_path)
    app: Stage = await window(stage, session, go="/settings/data")
    await app.tap("data-check")
    whole = app.desk.say(
        "settings.check.whole", size=app.desk.say("settings.check.size", number=decimal(0.1, language))
    )
    await app.until(lambda: app.has(whole))
    assert app.nameless() == [] and vault_files(tmp_path) == before, "looking changes nothing"
    session.lock()


async def test_damage_is_told_with_what_to_do_and_again_when_it_is_mended(stage: OpenStage, tmp_path: Path) -> None:
    session = filled(tmp_path)
    journal = next(path for path in sorted(tmp_path.rglob("journal-*")) if path.stat().st_size > 400)
    kept = journal.read_bytes()
    app: Stage = await window(stage, session, go="/settings/data")
    journal.write_bytes(kept[:300] + bytes([kept[300] ^ 1]) + kept[301:])
    await app.tap("data-check")
    await app.until(lambda: any(app.desk.say("settings.check.damaged") in text for text in app.texts()))
    assert app.desk.say("error.vault-damaged") in " ".join(app.texts())
    journal.write_bytes(kept)
    await app.tap("data-check")
    await app.until(lambda: any(text.startswith("Allt är helt") for text in app.texts()))
    assert not any(app.desk.say("settings.check.damaged") in text for text in app.texts())
    session.lock()


async def test_while_it_is_being_read_the_screen_says_so(
    stage: OpenStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, go_on = filled(tmp_path), threading.Event()
    monkeypatch.setattr(session, "check", lambda: (go_on.wait(PATIENCE), 5_240_000)[1])
    app: Stage = await window(stage, session, go="/settings/data")
    await app.tap("data-check")
    await app.until(lambda: app.has(app.desk.say("settings.check.working")))
    go_on.set()
    await app.until(lambda: app.has("Allt är helt. 5,2 MB är läst."))
    session.lock()


def decimal(number: float, language: str) -> str:
    return str(number).replace(".", "," if language == "sv" else ".")


def vault_files(folder: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and "vault" in str(path)
    }


async def test_an_export_is_read_in_only_where_nothing_is_written(stage: OpenStage) -> None:
    full = lay()
    app = await full.open(stage, go="/settings/import")
    assert app.desk.say("error.import-not-empty") in app.texts() and not app.has("import-pick")
    app = await lay(people=False, meeting=False).open(stage, go="/settings/import")
    assert app.has("import-pick") and app.nameless() == []
