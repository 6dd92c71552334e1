"""A note while locked: sealed as one types, gone from the screen when one leaves, in the vault after unlocking."""

from __future__ import annotations

import shutil
from pathlib import Path

import flet as ft
import pytest

from app.errors import VaultFull
from app.model.entities import Note
from app.model.queries import NotesOf, One
from app.ui.screens import quick
from app.vault import inbox
from tests.support.languages import either
from tests.ui.conftest import OpenStage
from tests.ui.screens.entrance import (
    LANGUAGES,
    PHRASE,
    Thumb,
    again,
    everything_on_disk,
    locked,
    session_in,
    window,
)

pytestmark = pytest.mark.usefixtures("quick_kdf")
WORDS = "Ring Lena på måndag"


def _bodies(folder: Path) -> list[str]:
    session = again(folder)
    rows = session.store.ask(NotesOf()).rows
    bodies = [note.body for row in rows if (note := session.store.ask(One(Note, row.id)))]
    assert all(row.origin == "locked" for row in rows)
    session.lock()
    return bodies


@either
async def test_one_tap_to_write_and_sealed_within_a_second(stage: OpenStage, tmp_path: Path, language: str) -> None:
    locked(tmp_path, language)
    session = session_in(tmp_path, language)  # a cold start
    app = await window(stage, session)
    thumb = Thumb(app)
    await thumb.tap("quick-note")
    await app.until(lambda: app.has("quick-text"))
    assert thumb.taps == 1
    assert app.field("quick-text").autofocus
    assert app.nameless() == []
    assert session.phase == "locked"
    await app.type("quick-text", WORDS)
    sealed = app.desk.say("quick.saved", clock="")
    await app.until(lambda: any(text.startswith(sealed) and text[-1].isdigit() for text in app.texts()))
    found = everything_on_disk(tmp_path)
    for encoding in ("utf-8", "utf-16-le", "utf-32-le", "latin-1"):
        assert WORDS.encode(encoding) not in found
    # As when the process is killed here: nothing more is written, and it is there after unlocking.
    copy = tmp_path / "killed"
    for part in ("vault", "state"):
        shutil.copytree(tmp_path / part, copy / part)
    assert _bodies(copy) == [WORDS]


async def test_nothing_can_be_read_back_after_leaving(stage: OpenStage, tmp_path: Path) -> None:
    locked(tmp_path)
    session = session_in(tmp_path)
    app = await window(stage, session)
    await app.tap("quick-note")
    await app.type("quick-text", WORDS)
    await app.tap("quick-done")  # at once: leaving seals what is still unsaved
    assert app.has("unlock")
    await app.tap("quick-note")
    assert app.field("quick-text").value == ""
    assert not any(WORDS in text for text in app.texts())
    await app.type("quick-text", "En till")
    await app.back()
    await app.type("passphrase", PHRASE)
    await app.tap("unlock")
    await app.until(lambda: session.phase == "open")
    session.lock()
    assert sorted(_bodies(tmp_path)) == ["En till", WORDS]


@either
async def test_the_end_of_the_room_is_said_and_another_note_offered(
    stage: OpenStage, tmp_path: Path, language: str
) -> None:
    locked(tmp_path, language)
    app = await window(stage, session_in(tmp_path, language))
    await app.tap("quick-note")
    assert app.field("quick-text").max_length == quick.LONGEST
    full = "å" * quick.LONGEST
    await app.type("quick-text", full)
    await app.until(lambda: app.has(app.desk.say("quick.left", count=0)))
    await app.tap("quick-another")
    assert app.field("quick-text").value == ""
    await app.type("quick-text", "mer")
    await app.tap("quick-done")
    assert sorted(_bodies(tmp_path), key=len) == ["mer", full]


def test_the_longest_note_fits_however_it_is_written() -> None:
    assert len(("\U0001f600" * quick.LONGEST).encode()) <= inbox.NOTE_BYTES_MAX


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_full_inbox_says_so_and_leads_to_the_lock(
    stage: OpenStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(inbox, "NOTES_MAX", 1)
    locked(tmp_path, language)
    app = await window(stage, session_in(tmp_path, language))
    await app.tap("quick-note")
    await app.type("quick-text", WORDS)
    await app.tap("quick-done")
    await app.tap("quick-note")
    assert app.has(app.desk.say("error.vault-inbox-full"))
    assert not app.has("quick-text")
    assert app.nameless() == []
    await app.tap("quick-closed-action")
    assert app.has("unlock")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_cold_start_says_once_what_it_cannot_check(stage: OpenStage, tmp_path: Path, language: str) -> None:
    locked(tmp_path, language)
    app = await window(stage, session_in(tmp_path, language))
    await app.tap("quick-note")
    assert app.has(app.desk.say("quick.trust"))
    await app.tap("quick-done")
    unwritten = await window(stage, session_in(tmp_path, language))
    await unwritten.tap("quick-note")
    assert unwritten.has(app.desk.say("quick.trust"))  # nothing was written, so nothing was accepted
    await unwritten.type("quick-text", WORDS)
    await unwritten.tap("quick-done")
    later = await window(stage, session_in(tmp_path, language))
    await later.tap("quick-note")
    assert later.has("quick-text")
    assert not later.has(app.desk.say("quick.trust"))
    assert _bodies(tmp_path) == [WORDS]


async def test_who_locked_it_here_is_not_asked(stage: OpenStage, tmp_path: Path) -> None:
    app = await window(stage, locked(tmp_path))
    await app.tap("quick-note")
    assert app.has("quick-text")
    assert not app.has(app.desk.say("quick.trust"))


async def test_an_exchanged_key_is_an_alarm_and_no_field(stage: OpenStage, tmp_path: Path) -> None:
    locked(tmp_path)
    stranger = tmp_path / "stranger"
    locked(stranger)
    ours, theirs = (folder / "vault" / "inbox" / "key" for folder in (tmp_path, stranger))
    found = bytearray(ours.read_bytes())
    found[-32:] = theirs.read_bytes()[-32:]
    ours.write_bytes(found)
    app = await window(stage, session_in(tmp_path))
    await app.tap("quick-note")
    assert app.has(app.desk.say("error.vault-inbox-key-changed"))
    assert not app.all(kind=ft.TextField)


async def test_a_disk_that_refuses_is_told_and_the_words_stay(
    stage: OpenStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked(tmp_path)
    app = await window(stage, session_in(tmp_path))
    await app.tap("quick-note")

    def full(*_: object, **__: object) -> None:
        raise VaultFull

    with monkeypatch.context() as disk:
        disk.setattr(inbox, "write_atomically", full)
        await app.type("quick-text", WORDS)
        await app.until(lambda: any(text.startswith("Det sista är inte sparat") for text in app.texts()))
        assert app.field("quick-text").value == WORDS
        assert any(app.desk.say("error.vault-full") in text for text in app.texts())
    await app.type("quick-text", WORDS + "!")
    await app.tap("quick-done")
    assert _bodies(tmp_path) == [WORDS + "!"]
