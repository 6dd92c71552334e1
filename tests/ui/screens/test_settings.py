"""Settings: each takes effect at once and is still there after a restart."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import flet as ft
import pytest

from app.errors import WrongPassphrase
from app.model.commands import AddPerson, WriteNote
from app.model.queries import AboutMe, NotesOf
from app.services.preferences import Preferences
from app.services.records.store import Store
from app.vault.vault import Vault
from tests.support.languages import either
from tests.ui.conftest import OpenStage
from tests.ui.screens.entrance import LANGUAGES, OTHER, PHRASE, Thumb, again, made, window

PAGES = ("me", "look", "lock", "phrase", "recovery", "backup", "data", "erase")


@pytest.mark.usefixtures("quick_kdf")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_opens_has_names_and_comes_back(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session = made(tmp_path, language)
    app = await window(stage, session, go="/settings")
    assert app.nameless() == []
    for page in PAGES:
        await app.tap(f"settings-{page}")
        assert app.nameless() == [], page
        headings = [c for c in app.walk() if isinstance(c, ft.Semantics) and c.heading_level == 1]
        assert len(headings) == 1, page
        await app.tap("back")
        assert app.has("settings-about"), page
    session.lock()


@pytest.mark.usefixtures("quick_kdf")
async def test_name_and_role(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    app = await window(stage, session, go="/settings/me")
    await app.type("me-name", "   ")
    await app.tap("me-save")
    assert app.field("me-name").error == app.desk.say("first.name.missing")
    await app.type("me-name", " Åsa ")
    await app.tap("me-role-coordinator")
    await app.tap("me-save")
    session.lock()
    after = again(tmp_path)
    me = after.store.ask(AboutMe())
    assert me is not None
    assert (me.name, me.role) == ("Åsa", "coordinator")
    after.lock()


@pytest.mark.usefixtures("quick_kdf")
async def test_language_theme_and_size_at_once_and_kept(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    app = await window(stage, session, go="/settings/look")
    assert app.has("Textstorlek")
    await app.tap("language-en")
    await app.until(lambda: app.has("Text size"))
    assert not app.has("Textstorlek")
    await app.tap("theme-dark")
    await app.until(lambda: app.page.theme_mode == ft.ThemeMode.DARK)
    small = app.page.theme.text_theme.body_medium.size
    await app.tap("text-size-200")
    await app.until(lambda: app.page.theme.text_theme.body_medium.size == 2 * small)
    assert app.nameless() == []
    kept = Preferences(tmp_path / "state")
    assert (kept.language, kept.theme, kept.text_size) == ("en", "dark", 200)
    await app.tap("language-sv")
    await app.until(lambda: app.has("Textstorlek"))
    session.lock()


@pytest.mark.usefixtures("quick_kdf")
async def test_lock_times(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    app = await window(stage, session, go="/settings/lock")
    for minutes in (0, 1, 15, 5):
        await app.tap(f"lock-after-{minutes}")
        assert Preferences(tmp_path / "state").lock_after == minutes
        assert app.checked(f"lock-after-{minutes}")
    for seconds in (0, 60, 20):
        await app.tap(f"lock-grace-{seconds}")
        assert Preferences(tmp_path / "state").grace == seconds
    session.lock()


@pytest.mark.usefixtures("quick_kdf")
async def test_when_i_leave_means_at_once_whatever_the_grace(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    app = await window(stage, session, go="/settings/lock")
    await app.tap("lock-grace-60")
    await app.lifecycle("hide")
    await app.settle(0.2)
    assert session.phase == "open"
    await app.lifecycle("show")
    await app.tap("lock-after-0")
    await app.lifecycle("hide")
    await app.until(lambda: session.phase == "locked")


@pytest.mark.usefixtures("quick_kdf")
@either
async def test_a_new_passphrase_and_the_old_one_is_dead(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session = made(tmp_path, language)
    session.store.execute(WriteNote(body="Kvar"))
    app = await window(stage, session, go="/settings/phrase")
    await app.tap("phrase-change")
    assert app.field("old-passphrase").error == app.desk.say("lock.empty")
    assert app.field("new-passphrase").error == app.desk.say("first.phrase.missing")
    await app.type("old-passphrase", "inte den")
    await app.type("new-passphrase", OTHER)
    await app.tap("phrase-change")
    await app.until(lambda: app.field("old-passphrase").error)
    assert app.field("old-passphrase").error == app.desk.say("error.vault-wrong-passphrase")
    await app.type("old-passphrase", PHRASE)
    await app.type("new-passphrase", "hejsan")
    await app.tap("phrase-change")
    await app.until(lambda: app.field("new-passphrase").error)
    await app.type("new-passphrase", OTHER)
    await app.tap("phrase-change")
    await app.until(lambda: app.has(app.desk.say("settings.phrase.done")))
    session.lock()
    with pytest.raises(WrongPassphrase):
        again(tmp_path, PHRASE)
    after = again(tmp_path, OTHER)
    assert [row.title for row in after.store.ask(NotesOf()).rows] == ["Kvar"]
    after.lock()


@pytest.mark.usefixtures("quick_kdf")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_everything_is_erased_in_three_taps_and_the_passphrase(
    stage: OpenStage,
    tmp_path: Path,
    language: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    session = made(tmp_path, language)
    app = await window(stage, session)
    thumb = Thumb(app)
    await thumb.tap("title")
    await thumb.tap("settings-erase")
    await thumb.type("erase-passphrase", OTHER)
    await app.tap("erase-go")
    await app.until(lambda: app.field("erase-passphrase").error)
    assert app.field("erase-passphrase").error == app.desk.say("error.vault-wrong-passphrase")
    assert (tmp_path / "vault" / "header").exists()
    await thumb.type("erase-passphrase", PHRASE)
    with halfway(monkeypatch, Vault, "erase_confirmed"):
        await thumb.tap("erase-go")
        await app.until(lambda: app.has(app.desk.say("settings.erase.working")))
        await app.until(lambda: session.phase == "closing")
        app.desk.speak(language)  # every part of the screen is drawn once more
        await app.settle()
        assert app.has("erase-passphrase"), "what cannot be drawn stays as it was"
    await app.until(lambda: session.phase == "absent")
    assert "failed" not in caplog.text
    assert thumb.taps == 3
    await app.until(lambda: app.has("continue"))
    left = {path.name: path.read_bytes() for path in (tmp_path / "vault").rglob("*") if path.is_file()}
    assert left in ({}, {"lock": b""})


@pytest.mark.usefixtures("quick_kdf")
@pytest.mark.parametrize("path", ["/", "/person/{pair}", "/settings/devices"])
async def test_a_screen_drawn_while_the_vault_closes_stays_as_it_was(
    stage: OpenStage, tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session = made(tmp_path)
    pair = session.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
    session.store.execute(WriteNote(body="Kvar"))
    app = await window(stage, session, go=path.format(pair=pair))
    await app.settle(0.1)
    with halfway(monkeypatch, Store, "close"):
        locking = asyncio.create_task(asyncio.to_thread(session.lock))
        await app.until(lambda: session.phase == "closing")
        app.desk.speak("en")
        app.desk.go("/goals")  # somebody taps at that very moment
        await app.settle(0.1)
        assert not app.has("passphrase")
        assert app.desk.say("frame.went-wrong") not in app.texts()
    await locking
    await app.until(lambda: app.has("passphrase"))
    assert "failed" not in caplog.text


@contextmanager
def halfway(monkeypatch: pytest.MonkeyPatch, kind: type, name: str) -> Iterator[None]:
    """Inside, whoever calls this method of the vault waits in it: as on a slow disk."""
    go_on = threading.Event()
    method = getattr(kind, name)

    def slow(self: Any, *args: Any) -> Any:
        assert go_on.wait(20)
        return method(self, *args)

    monkeypatch.setattr(kind, name, slow)
    try:
        yield
    finally:
        go_on.set()


async def test_about_tests_itself_and_says_what_it_cannot(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    app = await window(stage, session, go="/settings/about")
    await app.until(lambda: app.has(app.desk.say("settings.about.selftest.ok")))
    assert app.has(app.desk.say("settings.about.cannot.browser"))
    assert {"cryptography", "argon2-cffi"} <= set(app.texts())
    assert app.nameless() == []
    session.lock()


async def test_about_says_it_when_the_cryptography_is_wrong(
    stage: OpenStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = made(tmp_path)
    monkeypatch.setattr(session, "self_test", lambda: False)
    app = await window(stage, session, go="/settings/about")
    await app.until(lambda: app.has(app.desk.say("settings.about.selftest.failed")))
    session.lock()
