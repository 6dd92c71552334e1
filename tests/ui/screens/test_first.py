"""First run: from nothing to the first note, with the key later or at once."""

from __future__ import annotations

from pathlib import Path

import flet as ft
import pytest

from app.errors import VaultFull, VaultNotWritable
from app.model.queries import AboutMe, NotesOf, SettingOf
from app.services.content.wordlists import words
from app.services.preferences import Preferences
from tests.ui.conftest import ASSETS, OpenStage
from tests.ui.screens.entrance import LANGUAGES, Thumb, again, made, session_in, window

pytestmark = pytest.mark.usefixtures("quick_kdf")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_from_nothing_to_the_first_note_in_eight_taps(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session = session_in(tmp_path, language)
    app = await window(stage, session)
    assert app.nameless() == []
    phrase = app.field("new-passphrase").value
    assert len(phrase.split()) == 5
    assert set(phrase.split()) <= set(words(ASSETS, language))
    thumb = Thumb(app)
    await thumb.tap("role-mentor")
    await thumb.type("name", "Karin")
    await thumb.tap("continue")
    await app.until(lambda: app.has("key-later"))
    assert app.nameless() == []
    assert app.has(phrase)  # a passphrase that nobody has typed is shown once more
    await thumb.tap("key-later")
    await app.until(lambda: app.has("lock"))
    await thumb.tap("today-note")
    if app.has("write-free"):
        await thumb.tap("write-free")
    await app.until(lambda: app.all(kind=ft.TextField))
    (note,) = app.all(kind=ft.TextField)
    await thumb.type(note, "Ringde Lena")
    assert thumb.taps <= 8
    app.desk.lock()
    await app.until(lambda: session.phase == "locked")
    after = again(tmp_path, phrase)
    me = after.store.ask(AboutMe())
    assert me is not None
    assert (me.name, me.role) == ("Karin", "mentor")
    assert [row.title for row in after.store.ask(NotesOf()).rows] == ["Ringde Lena"]
    assert after.store.ask(SettingOf("recovery.later")) is True
    assert after.unsaved_recovery is not None
    after.lock()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_key_is_asked_back(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session = session_in(tmp_path, language)
    app = await window(stage, session)
    phrase = app.field("new-passphrase").value
    await app.tap("role-mentee")
    await app.type("name", "Yusuf")
    await app.tap("continue")
    await app.until(lambda: app.has("key-finish"))
    key = session.unsaved_recovery
    assert key is not None
    assert set(key.groups) <= set(app.texts())
    await app.tap("key-finish")  # not ticked yet: said, and nothing happens
    assert app.has(app.desk.say("recovery.tick"))
    await app.check("key-saved")
    asked = [place for place in range(1, 9) if app.has(f"key-group-{place}")]
    assert len(asked) == 2
    assert not set(key.groups) & set(app.texts())  # asked from the paper, not from the screen
    assert app.nameless() == []
    first, second = asked
    await app.type(f"key-group-{first}", key.groups[first - 1].upper())
    await app.type(f"key-group-{second}", "nono")
    await app.tap("key-finish")
    assert app.field(f"key-group-{second}").error == app.desk.say("recovery.check.wrong", number=second)
    assert not app.field(f"key-group-{first}").error
    assert not session.recovery_confirmed
    await app.type(f"key-group-{second}", " " + key.groups[second - 1] + " ")
    await app.tap("key-finish")
    await app.until(lambda: app.has("lock"))
    app.desk.lock()
    await app.until(lambda: session.phase == "locked")
    after = again(tmp_path, phrase)
    assert after.recovery_confirmed
    assert after.store.ask(SettingOf("recovery.later")) is False
    after.lock()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_missing_is_said_and_nothing_is_made(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session = session_in(tmp_path, language)
    app = await window(stage, session)
    await app.type("new-passphrase", "hejhej")
    await app.tap("continue")
    assert app.has(app.desk.say("first.role.missing"))
    assert app.field("name").error == app.desk.say("first.name.missing")
    assert app.field("new-passphrase").error == app.desk.say("first.strength.short")
    await app.tap("role-mentor")
    await app.type("name", "Karin")
    await app.type("new-passphrase", "lösenord123")
    await app.tap("continue")
    assert app.field("new-passphrase").error == app.desk.say("first.strength.common")
    await app.settle(0.1)
    assert session.phase == "absent"
    assert not (tmp_path / "vault").exists()


async def test_another_suggestion_takes_the_place_of_the_first(stage: OpenStage, tmp_path: Path) -> None:
    app = await window(stage, session_in(tmp_path))
    before = app.field("new-passphrase").value
    await app.tap("new-passphrase-another")
    after = app.field("new-passphrase").value
    assert after != before
    assert len(after.split()) == 5
    assert app.has(app.desk.say("first.strength.suggested"))


async def test_a_language_is_taken_at_once_and_kept(stage: OpenStage, tmp_path: Path) -> None:
    app = await window(stage, session_in(tmp_path))
    await app.type("name", "Karin")
    assert app.has("Fortsätt")
    await app.tap("language-en")
    assert app.has("Continue")
    assert not app.has("Fortsätt")
    assert app.field("name").value == "Karin"
    assert set(app.field("new-passphrase").value.split()) <= set(words(ASSETS, "en"))
    assert Preferences(tmp_path / "state").language == "en"


async def test_where_nothing_can_be_written_that_is_said_in_the_language_chosen(
    stage: OpenStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = session_in(tmp_path)
    app = await window(stage, session)

    def refuse(**_: object) -> None:
        raise VaultNotWritable()

    monkeypatch.setattr(session.preferences, "set", refuse)
    await app.tap("language-en")
    assert app.has("Continue")
    assert app.has(app.desk.sentence(VaultNotWritable())) and app.desk.speech.value.language == "en"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_one_can_look_around_and_leave_with_one_tap(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session = session_in(tmp_path, language)
    app = await window(stage, session)
    await app.tap("role-mentor")
    await app.tap("example")
    await app.until(lambda: session.phase == "open", 20)
    await app.until(lambda: app.has("example-leave"))
    assert app.has(app.desk.say("first.example.ribbon"))
    folder = session._open_vault.folder
    assert folder.exists()
    app.desk.go("/settings")
    await app.until(lambda: app.has("settings-about"))
    assert not app.has("settings-erase")
    app.desk.back()
    await app.settle()
    await app.tap("example-leave")
    await app.until(lambda: session.phase == "absent")
    await app.until(lambda: app.has("continue"))
    assert not folder.exists()
    assert not (tmp_path / "vault").exists()


async def test_an_empty_today_lets_one_look_around_while_ones_own_is_locked(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path, role="mentee")
    app = await window(stage, session)
    await app.until(lambda: app.has("start-example"))
    await app.tap("start-example")
    await app.until(lambda: app.has("example-leave"), 20)
    assert session.example and session.role == "mentee"
    assert app.has("today-meeting") and not app.has("start-example")
    await app.tap("example-leave")
    await app.until(lambda: app.has("unlock"))
    assert again(tmp_path).store.ask(AboutMe()) is not None, "what is one's own is as it was"


async def test_safety_opens_before_there_is_a_vault(stage: OpenStage, tmp_path: Path) -> None:
    app = await window(stage, session_in(tmp_path))
    await app.tap("safety")
    assert app.has("call-emergency")
    await app.back()
    assert app.has("continue")


async def test_a_key_on_the_screen_is_gone_when_it_locks_by_itself(stage: OpenStage, tmp_path: Path) -> None:
    session = session_in(tmp_path)
    app = await window(stage, session)
    await app.tap("role-mentor")
    await app.type("name", "Karin")
    await app.tap("continue")
    await app.until(lambda: app.has("key-later"))
    key = session.unsaved_recovery
    assert key is not None
    session.lock()  # nobody was here for a while
    await app.until(lambda: app.has("unlock"))
    assert not set(key.groups) & set(app.texts())


async def test_a_vault_that_cannot_be_made_is_told_and_the_answers_stay(
    stage: OpenStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = session_in(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise VaultFull

    monkeypatch.setattr(session, "create", refuse)
    app = await window(stage, session)
    await app.tap("role-mentor")
    await app.type("name", "Karin")
    await app.tap("continue")
    await app.until(lambda: app.has(app.desk.say("error.vault-full")))
    assert app.field("name").value == "Karin"
    assert not app.desk.entering.value
    assert session.phase == "absent"
