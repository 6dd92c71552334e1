"""The recovery key: later, copied, saved, photographed, replaced, and the way in when the passphrase is forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flet as ft
import pytest

from app.errors import WrongPassphrase, WrongRecoveryKey
from app.model.commands import WriteNote
from app.model.queries import NotesOf, SettingOf
from app.ui.parts import secret
from tests.ui.conftest import OpenStage
from tests.ui.screens.entrance import LANGUAGES, OTHER, PHRASE, again, kept_aside, made, session_in, window

pytestmark = pytest.mark.usefixtures("quick_kdf")


def kept_key(folder: Path, language: str = "sv") -> tuple[str, ...]:
    """A vault whose key somebody has saved; returns its groups, the session is locked again."""
    session = made(folder, language)
    session.store.execute(WriteNote(body="Kvar"))
    key = session.unsaved_recovery
    assert key is not None
    session.confirm_recovery()
    session.lock()
    return key.groups


@pytest.mark.parametrize("language", LANGUAGES)
async def test_forgotten_the_passphrase(stage: OpenStage, tmp_path: Path, language: str) -> None:
    groups = kept_key(tmp_path, language)
    session = session_in(tmp_path, language)
    app = await window(stage, session)
    await app.tap("forgot")
    assert app.nameless() == []
    written = "-".join(groups).upper() + "  "  # as people type: capitals, dashes, spaces
    await app.type("recovery-key", written[:10])
    await app.tap("recovery-next")
    await app.until(lambda: app.field("recovery-key").error)
    assert app.field("recovery-key").error == app.desk.say("error.sync-bad-recovery-key")
    await app.type("recovery-key", written)
    assert not app.field("recovery-key").error
    await app.tap("recovery-next")
    await app.until(lambda: app.has("recovery-open"))
    assert app.nameless() == []
    await app.type("new-passphrase", "kort")
    await app.tap("recovery-open")
    assert app.field("new-passphrase").error == app.desk.say("first.strength.short")
    assert session.phase == "locked"
    await app.type("new-passphrase", OTHER)
    await app.tap("recovery-open")
    await app.until(lambda: app.has("lock"))
    session.lock()
    with pytest.raises(WrongPassphrase):
        again(tmp_path, PHRASE)
    after = again(tmp_path, OTHER)
    assert [row.title for row in after.store.ask(NotesOf()).rows] == ["Kvar"]
    after.lock()


async def test_a_slip_and_somebody_elses_key_are_told_apart(stage: OpenStage, tmp_path: Path) -> None:
    groups = kept_key(tmp_path)
    other = kept_key(tmp_path / "other")
    session = session_in(tmp_path)
    app = await window(stage, session)
    await app.tap("forgot")
    slip = " ".join([groups[1], groups[0], *groups[2:]])
    await app.type("recovery-key", slip)
    await app.tap("recovery-next")
    await app.until(lambda: app.field("recovery-key").error)
    assert app.field("recovery-key").error == app.desk.say("error.sync-bad-recovery-key")
    await app.type("recovery-key", " ".join(other))
    await app.tap("recovery-next")
    await app.until(lambda: app.field("recovery-key").error)
    assert app.field("recovery-key").error == app.desk.say("error.vault-wrong-recovery-key")
    assert session.phase == "locked"


async def test_an_older_copy_asks_here_too(stage: OpenStage, tmp_path: Path) -> None:
    groups = kept_key(tmp_path)
    kept_aside(tmp_path)
    session = session_in(tmp_path)
    session.unlock(PHRASE)
    session.store.execute(WriteNote(body="Nytt"))
    session.lock()
    from tests.ui.screens.entrance import put_back

    put_back(tmp_path)
    session = session_in(tmp_path)
    app = await window(stage, session)
    await app.tap("forgot")
    await app.type("recovery-key", " ".join(groups))
    await app.tap("recovery-next")
    await app.until(lambda: app.has("recovery-open"))
    await app.type("new-passphrase", OTHER)
    await app.tap("recovery-open")
    await app.until(lambda: app.field("new-passphrase").error)
    assert app.field("new-passphrase").error == app.desk.say("error.vault-older-copy")
    assert app.has(app.desk.say("lock.older.continue"))
    assert session.phase == "locked"
    await app.tap("recovery-open")
    await app.until(lambda: session.phase == "open")
    session.lock()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_later_leaves_it_in_the_settings_until_it_is_saved(
    stage: OpenStage, tmp_path: Path, language: str
) -> None:
    session = made(tmp_path, language)
    key = session.unsaved_recovery
    assert key is not None
    app = await window(stage, session, go="/settings")
    assert app.has(app.desk.say("settings.recovery.unconfirmed"))
    await app.tap("settings-recovery")
    assert not set(key.groups) & set(app.texts())  # not before one asks
    await app.tap("key-reveal")
    assert set(key.groups) <= set(app.texts())
    assert app.nameless() == []
    await app.check("key-saved")
    for place in range(1, 9):
        if app.has(f"key-group-{place}"):
            await app.type(f"key-group-{place}", key.groups[place - 1])
    await app.tap("key-finish")
    assert app.has(app.desk.say("settings.recovery.confirmed"))
    session.lock()
    after = again(tmp_path)
    assert after.unsaved_recovery is None
    assert after.store.ask(SettingOf("recovery.later")) is False
    after.lock()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_new_key_for_the_old_one(stage: OpenStage, tmp_path: Path, language: str) -> None:
    groups = kept_key(tmp_path, language)
    session = session_in(tmp_path, language)
    session.unlock(PHRASE)
    app = await window(stage, session, go="/settings/recovery")
    assert not set(groups) & set(app.texts())
    await app.tap("key-replace")
    assert app.nameless() == []
    await app.type("replace-passphrase", OTHER)
    await app.tap("key-replace-go")
    await app.until(lambda: app.field("replace-passphrase").error)
    await app.type("replace-passphrase", PHRASE)
    await app.type("replace-former", "inte en nyckel")
    await app.tap("key-replace-go")
    await app.until(lambda: app.field("replace-former").error)
    await app.type("replace-former", " ".join(groups))
    await app.tap("key-replace-go")
    await app.until(lambda: app.has("key-saved"))
    new = session.unsaved_recovery
    assert new is not None
    assert new.groups != groups
    assert set(new.groups) <= set(app.texts())
    session.lock()
    fresh = session_in(tmp_path)
    with pytest.raises(WrongRecoveryKey):
        fresh.check_recovery(" ".join(groups))
    fresh.check_recovery(" ".join(new.groups))


async def test_three_ways_to_keep_it(stage: OpenStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret, "KEPT", 600)
    session = made(tmp_path)
    key = session.unsaved_recovery
    assert key is not None
    board: list[str] = []
    files: list[dict[str, Any]] = []

    def put(arguments: dict[str, Any]) -> None:
        board.append(arguments["data"])

    def save(arguments: dict[str, Any]) -> str:
        files.append(arguments)
        return "fil"

    app = await window(
        stage,
        session,
        go="/settings/recovery",
        replies={"set": put, "get": lambda _: board[-1], "save_file": save},
    )
    await app.tap("key-reveal")
    await app.tap("key-copy")
    assert board == [key.text]
    monkeypatch.setattr(secret, "KEPT", 0.05)
    await app.tap("key-copy")
    await app.until(lambda: board[-1] == "")  # emptied after its minute
    await app.tap("key-copy")
    board.append("något annat")
    await app.settle(0.2)
    assert board[-1] == "något annat"  # what somebody else put there stays
    await app.tap("key-file")
    assert key.text.encode() in files[0]["src_bytes"]
    assert files[0]["file_name"] == "fika-nyckel.txt"
    await app.tap("key-qr")
    (picture,) = app.all(kind=ft.Image)
    assert picture.src == secret.code_picture(key.text)
    assert picture.semantics_label
    assert app.nameless() == []
    await app.tap("key-qr-close")
    assert not app.all(kind=ft.Image)
    session.lock()


async def test_locking_empties_the_clipboard_and_a_closed_window_cannot(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    board: list[str] = []
    replies = {"set": lambda arguments: board.append(arguments["data"]), "get": lambda _: board[-1]}
    app = await window(stage, session, go="/settings/recovery", replies=replies)
    await app.tap("key-reveal")
    await app.tap("key-copy")
    assert len(board) == 1 and board[0]
    app.desk.lock()
    await app.until(lambda: board[-1] == "")
    session.unlock(PHRASE)
    app = await window(stage, session, go="/settings/recovery", replies=replies)
    await app.tap("key-reveal")
    await app.tap("key-copy")
    before = list(board)
    app.desk.close()
    session.lock()
    await app.settle(0.1)
    assert board == before and not app.faults


async def test_a_device_without_a_file_dialog_says_so(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    app = await window(
        stage, session, go="/settings/recovery", replies={"save_file": RuntimeError("none"), "set": None}
    )
    await app.tap("key-reveal")
    await app.tap("key-file")
    assert app.has(app.desk.say("recovery.file.failed"))
    session.lock()
