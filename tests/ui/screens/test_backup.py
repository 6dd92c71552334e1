"""A backup: made, proved to open, and begun again from."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.model.commands import AddPerson, WriteNote
from app.model.queries import AboutMe, Counts, NotesOf
from app.services.session import Session
from tests.support.languages import either
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.entrance import LANGUAGES, OTHER, again, everything_on_disk, made, session_in, window

pytestmark = pytest.mark.usefixtures("quick_kdf")


def filled(folder: Path, language: str = "sv") -> tuple[Session, str]:
    """An open vault with something in it, and its key, which has been saved."""
    session = made(folder, language)
    session.store.execute(AddPerson(name="Yusuf", my_role="mentor"))
    session.store.execute(WriteNote(body="Kvar"))
    key = session.unsaved_recovery
    assert key is not None
    session.confirm_recovery()
    return session, key.text


def hand_over(app: Stage, data: bytes, name: str = "fika.fika") -> None:
    """What the next file dialog answers."""
    app.line.replies["pick_files"] = [{"id": 0, "name": name, "size": len(data), "bytes": data}]


TOKYO = ZoneInfo("Asia/Tokyo")


def far_east() -> datetime:
    """A clock that shows another hour than the file keeps."""
    return datetime.now(TOKYO)


async def a_backup(stage: OpenStage, session: Session) -> tuple[Stage, bytes]:
    saved: list[bytes] = []

    def save(arguments: dict[str, Any]) -> str:
        saved.append(arguments["src_bytes"])
        return str(arguments["file_name"])

    app = await window(stage, session, go="/settings/backup", replies={"save_file": save}, clock=far_east)
    await app.tap("backup-make")
    await app.until(lambda: app.has(app.desk.say("backup.made")))
    return app, saved[0]


@either
async def test_made_proved_and_begun_again_from(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session, key = filled(tmp_path, language)
    counts = dict(session.store.ask(Counts()))
    app, data = await a_backup(stage, session)
    assert app.nameless() == []
    assert b"Kvar" not in data
    assert b"Yusuf" not in data
    assert session.last_backup is not None

    hand_over(app, data)
    await app.tap("test-file")
    await app.tap("test-go")
    assert app.field("test-secret").error == app.desk.say("backup.restore.secret.missing")
    await app.type("test-secret", key)
    before = everything_on_disk(tmp_path / "vault")
    await app.tap("test-go")
    await app.until(lambda: app.has(app.desk.say("backup.test.ok")))
    assert session.last_backup is not None
    spoken = app.desk.speech.value
    when = {
        spoken.near((session.last_backup - ago).astimezone(TOKYO), far_east())
        for ago in (timedelta(), timedelta(minutes=1))
    }
    assert any(app.desk.say("backup.test.when", moment=one) in app.texts() for one in when)
    assert any(app.desk.say("backup.kind.note", count=1) in text for text in app.texts())
    assert any(app.desk.say("backup.kind.person", count=1) in text for text in app.texts())
    assert everything_on_disk(tmp_path / "vault") == before
    session.lock()

    empty = session_in(tmp_path / "new", language)
    fresh = await window(stage, empty)
    await fresh.tap("restore")
    assert fresh.nameless() == []
    hand_over(fresh, data)
    await fresh.tap("restore-file")
    await fresh.type("restore-secret", key)
    await fresh.type("restore-passphrase", OTHER)
    await fresh.tap("restore-go")
    await fresh.until(lambda: fresh.has("lock"))
    assert fresh.has(fresh.desk.say("backup.restore.done"))
    empty.lock()
    after = again(tmp_path / "new", OTHER)
    me = after.store.ask(AboutMe())
    assert me is not None
    assert me.name == "Karin"
    assert [row.title for row in after.store.ask(NotesOf()).rows] == ["Kvar"]
    found = dict(after.store.ask(Counts()))
    assert {kind: found.get(kind) for kind in counts if kind != "setting"} == {
        kind: count for kind, count in counts.items() if kind != "setting"
    }
    after.lock()


@either
async def test_what_is_wrong_is_said_where_it_is_wrong(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session, key = filled(tmp_path, language)
    _, data = await a_backup(stage, session)
    session.lock()
    empty = session_in(tmp_path / "new", language)
    app = await window(stage, empty)
    await app.tap("restore")
    await app.tap("restore-go")
    assert app.has(app.desk.say("backup.restore.file.missing"))
    assert app.field("restore-secret").error == app.desk.say("backup.restore.secret.missing")
    assert app.field("restore-passphrase").error == app.desk.say("first.phrase.missing")

    await app.type("restore-secret", key)
    await app.type("restore-passphrase", OTHER)
    assert not app.field("restore-secret").error and not app.field("restore-passphrase").error
    hand_over(app, b"a photograph of a cat")
    await app.tap("restore-file")
    await app.tap("restore-go")
    await app.until(lambda: app.has(app.desk.say("error.backup-foreign")))

    changed = bytearray(data)
    changed[len(changed) // 2] ^= 1
    hand_over(app, bytes(changed))
    await app.tap("restore-file")
    await app.tap("restore-go")
    await app.until(lambda: app.has(app.desk.say("error.backup-damaged")))

    hand_over(app, data)
    await app.tap("restore-file")
    await app.type("restore-secret", "sex ord som inte alls stämmer")
    await app.tap("restore-go")
    await app.until(lambda: app.field("restore-secret").error == app.desk.say("error.backup-wrong-secret"))
    assert empty.phase == "absent"
    assert not (tmp_path / "new" / "vault" / "header").exists()
    await app.type("restore-secret", key)
    await app.tap("restore-go")
    await app.until(lambda: app.has("lock"))
    empty.lock()


@pytest.mark.parametrize("reply", [RuntimeError("no dialog"), None])
async def test_a_backup_that_was_not_saved_does_not_count(stage: OpenStage, tmp_path: Path, reply: object) -> None:
    session, _ = filled(tmp_path)
    app = await window(stage, session, go="/settings/backup", replies={"save_file": reply})
    await app.tap("backup-make")
    told = "backup.made.stopped" if reply is None else "backup.made.failed"
    await app.until(lambda: app.has(app.desk.say(told)))
    assert session.last_backup is None
    session.lock()


async def test_the_key_comes_first(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    app = await window(stage, session, go="/settings/backup")
    assert app.has(app.desk.say("backup.key.first"))
    await app.tap("backup-key")
    assert app.has("key-reveal")
    session.lock()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_six_words_open_one_where_the_key_is_not_saved_yet(
    stage: OpenStage, tmp_path: Path, language: str
) -> None:
    session = made(tmp_path, language)
    session.store.execute(WriteNote(body="Kvar"))
    saved: list[bytes] = []

    def save(arguments: dict[str, Any]) -> str:
        saved.append(arguments["src_bytes"])
        return "fil"

    app = await window(stage, session, go="/settings/backup", replies={"save_file": save})
    await app.tap("backup-words")
    await app.until(lambda: app.has(app.desk.say("backup.words")))
    words = next(text for text in app.texts() if len(text.split()) == 6 and text.islower())
    assert app.nameless() == [] and not saved, "the words come before the dialog, which may lock the app"
    await app.tap("backup-words-save")
    await app.until(lambda: app.has(app.desk.say("backup.made")))
    assert app.has("backup-words") and session.last_backup is not None
    session.lock()

    empty = session_in(tmp_path / "new", language)
    fresh = await window(stage, empty, go="/restore")
    hand_over(fresh, saved[0])
    await fresh.tap("restore-file")
    await fresh.type("restore-secret", words)
    await fresh.type("restore-passphrase", OTHER)
    await fresh.tap("restore-go")
    await fresh.until(lambda: fresh.has("key-later"))  # the old key is not at hand, so there is a new one to save
    key = empty.unsaved_recovery
    assert key is not None
    assert set(key.groups) <= set(fresh.texts())
    await fresh.tap("key-later")
    await fresh.until(lambda: fresh.has("lock"))
    assert [row.title for row in empty.store.ask(NotesOf()).rows] == ["Kvar"]
    empty.lock()
