"""The lock screen: one field, one clear sentence when it does not fit, and a way on when the vault does not open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flet as ft
import pytest

from app import errors
from app.model.commands import WriteNote
from app.model.queries import NotesOf
from app.vault import labels
from app.vault.key import digest
from tests.support.fake_session import FakeSession
from tests.support.patience import PATIENCE
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.entrance import (
    LANGUAGES,
    OTHER,
    PHRASE,
    again,
    everything_on_disk,
    kept_aside,
    locked,
    made,
    put_back,
    session_in,
    window,
)

pytestmark = pytest.mark.usefixtures("quick_kdf")


async def try_to_open(app: Stage, phrase: str = PHRASE) -> None:
    await app.type("passphrase", phrase)
    await app.tap("unlock")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_passphrase_opens_and_a_wrong_one_is_one_sentence(
    stage: OpenStage, tmp_path: Path, language: str
) -> None:
    locked(tmp_path, language)
    session = session_in(tmp_path, language)
    app = await window(stage, session)
    assert app.nameless() == []
    assert app.field("passphrase").autofocus
    assert app.field("passphrase").password
    assert not any("Karin" in text for text in app.texts())
    await try_to_open(app, OTHER)
    await app.until(lambda: app.field("passphrase").error)
    assert app.field("passphrase").error == app.desk.say("error.vault-wrong-passphrase")
    assert session.phase == "locked"
    await app.type("passphrase", PHRASE)
    assert not app.field("passphrase").error
    await app.submit("passphrase")
    await app.until(lambda: app.has("lock"))
    assert session.phase == "open"
    await app.tap("lock")
    await app.until(lambda: app.has("unlock"))
    assert app.field("passphrase").value == ""


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_older_copy_with_another_passphrase_is_hinted_at(
    stage: OpenStage, tmp_path: Path, language: str
) -> None:
    session = made(tmp_path, language)
    session.lock()
    kept_aside(tmp_path)
    session.unlock(PHRASE)
    session.change_passphrase(PHRASE, OTHER)
    session.lock()
    put_back(tmp_path)
    app = await window(stage, session_in(tmp_path, language))
    await try_to_open(app, OTHER)
    await app.until(lambda: app.field("passphrase").error)
    field = app.field("passphrase")
    assert field.error == app.desk.say("error.vault-older-passphrase")
    assert field.error_max_lines >= 6, "in the largest text on a small phone, too"
    assert app.desk.session.phase == "locked"


async def test_the_other_language_is_one_tap_away_and_stays(stage: OpenStage, tmp_path: Path) -> None:
    locked(tmp_path)
    session = session_in(tmp_path)
    app = await window(stage, session)
    assert app.has("English") and not app.has("Svenska")
    await try_to_open(app, OTHER)
    await app.until(lambda: app.field("passphrase").error)
    await app.type("passphrase", PHRASE)
    await app.tap("language-en")
    await app.until(lambda: app.has("Unlock"))
    assert app.has("Svenska") and not app.has("English") and app.nameless() == []
    assert app.field("passphrase").value == PHRASE and not app.field("passphrase").error
    assert session_in(tmp_path, "en").preferences.language == "en"
    await app.tap("unlock")
    await app.until(lambda: app.has("lock"))
    assert app.desk.speech.value.language == "en", "it is the choice of the settings"
    session.lock()


async def test_an_empty_field_is_said_without_asking_the_vault(stage: OpenStage, tmp_path: Path) -> None:
    locked(tmp_path)
    app = await window(stage, session_in(tmp_path))
    await app.tap("unlock")
    assert app.field("passphrase").error == app.desk.say("lock.empty")


async def test_what_one_types_can_be_shown(stage: OpenStage, tmp_path: Path) -> None:
    locked(tmp_path)
    app = await window(stage, session_in(tmp_path))
    await app.tap("passphrase-show")
    assert not app.field("passphrase").password
    assert app.has("Dölj")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_older_copy_is_a_question(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session = made(tmp_path, language)
    session.store.execute(WriteNote(body="Det gamla"))
    session.lock()
    kept_aside(tmp_path)
    session.unlock(PHRASE)
    session.store.execute(WriteNote(body="Det nya"))
    session.lock()
    put_back(tmp_path)
    before = everything_on_disk(tmp_path / "vault")

    session = session_in(tmp_path, language)
    app = await window(stage, session)
    await try_to_open(app)
    await app.until(lambda: app.has("older-continue"))
    assert app.has(app.desk.say("lock.older.title"))
    assert app.nameless() == []
    assert session.phase == "locked"
    assert everything_on_disk(tmp_path / "vault") == before
    await app.tap("older-stop")
    assert not app.has("older-continue")
    await app.tap("unlock")
    await app.until(lambda: app.has("older-continue"))
    await app.tap("older-continue")
    await app.until(lambda: session.phase == "open")
    assert [row.title for row in session.store.ask(NotesOf()).rows] == ["Det gamla"]
    session.lock()
    after = again(tmp_path)  # answered once: the next opening asks nothing
    after.lock()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_second_window_is_told_that_it_is_busy(stage: OpenStage, tmp_path: Path, language: str) -> None:
    first = made(tmp_path, language)
    session = session_in(tmp_path, language)
    app = await window(stage, session)
    await try_to_open(app)
    await app.until(lambda: app.has("again"))
    assert app.has(app.desk.say("lock.busy.title"))
    first.lock()
    await app.tap("again")
    await app.until(lambda: session.phase == "open")
    session.lock()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_damaged_vault_can_be_rescued_without_being_touched(
    stage: OpenStage, tmp_path: Path, language: str
) -> None:
    session = made(tmp_path, language)
    for at in range(20):
        session.store.execute(WriteNote(body=f"Anteckning {at}"))
    session.lock()
    journal = max((tmp_path / "vault").glob("journal-*"), key=lambda path: path.stat().st_size)
    raw = bytearray(journal.read_bytes())
    raw[len(raw) // 2] ^= 1
    journal.write_bytes(raw)
    before = everything_on_disk(tmp_path / "vault")

    session = session_in(tmp_path, language)
    saved: list[bytes] = []

    def save_file(arguments: dict[str, Any]) -> str:
        saved.append(arguments["src_bytes"])
        return "fil"

    app = await window(stage, session, replies={"save_file": save_file})
    await try_to_open(app)
    await app.until(lambda: app.has("salvage"))
    assert app.has(app.desk.say("lock.damaged.title"))
    await app.tap("salvage")
    await app.until(lambda: app.has("rescue-save"))
    assert everything_on_disk(tmp_path / "vault") == before
    await app.tap("rescue-save")
    await app.until(lambda: app.has("rescue-aside"))
    words = next(text for text in app.texts() if len(text.split()) == 6 and text.islower())
    await app.tap("rescue-aside")
    await app.until(lambda: session.phase == "absent")
    aside = next(tmp_path.glob("vault-damaged-*"))
    assert everything_on_disk(aside) == before

    app.desk.go("/restore")
    await app.settle()
    app.line.replies["pick_files"] = [{"id": 0, "name": "fil", "size": len(saved[0]), "bytes": saved[0]}]
    await app.tap("restore-file")
    await app.type("restore-secret", words)
    await app.type("restore-passphrase", OTHER)
    await app.tap("restore-go")
    await app.until(lambda: session.phase == "open", 20)
    titles = {row.title for row in session.store.ask(NotesOf()).rows}
    assert len(titles) >= 18
    session.lock()


def _header(vault: Path, content: bytes) -> None:
    (vault / "header").write_bytes(content)


def _absurd(vault: Path) -> None:
    """A header with a right digest that asks for two tebibytes of memory."""
    raw = (vault / "header").read_bytes()
    body = bytearray(raw[: len(raw) // 2 - 16])
    body[51 + 50 : 51 + 54] = b"\x7f\xff\xff\xff"
    _header(vault, (bytes(body) + digest(labels.HEADER_SUM, bytes(body))[:16]) * 2)


def _nothing_whole(vault: Path) -> None:
    for path in (*vault.glob("snapshot-*"), *vault.glob("journal-*")):
        path.write_bytes(bytes(path.stat().st_size))


def _cut(vault: Path) -> None:
    """All of a small vault lies in its journal."""
    journal = next(vault.glob("journal-*"))
    journal.write_bytes(journal.read_bytes()[:104])


BEYOND: dict[str, tuple[Callable[[Path], None], str]] = {
    "header zeroed in part": (lambda vault: _header(vault, b"FIKAHEAD" + bytes(600)), "vault-header-damaged"),
    "header gone": (lambda vault: (vault / "header").unlink(), "vault-header-damaged"),
    "something else": (lambda vault: _header(vault, b"SQLite format 3\0" * 40), "vault-foreign"),
    "absurd parameters": (_absurd, "vault-kdf-out-of-bounds"),
    "nothing whole": (_nothing_whole, "vault-nothing-to-salvage"),
    "nothing left": (_cut, ""),
}


@pytest.mark.parametrize("case", BEYOND)
async def test_where_nothing_opens_one_begins_again_from_a_backup_and_what_is_here_is_kept(
    stage: OpenStage, tmp_path: Path, case: str
) -> None:
    session = made(tmp_path)
    session.store.execute(WriteNote(body="Kvar"))
    backup = session.make_backup(words=True)
    assert backup.words
    session.lock()
    damage, code = BEYOND[case]
    damage(tmp_path / "vault")
    before = everything_on_disk(tmp_path / "vault")

    session = session_in(tmp_path)
    app = await window(stage, session)
    await try_to_open(app)
    if case.startswith("nothing"):
        await app.until(lambda: app.has("salvage"))
        await app.tap("salvage")
    await app.until(lambda: app.has("lost-aside"))
    assert app.has(app.desk.say("lock.lost.title" if code else "lock.salvaged.title"))
    assert not code or app.has(app.desk.say(f"error.{code}"))
    assert app.nameless() == []
    assert everything_on_disk(tmp_path / "vault") == before
    await app.tap("lost-aside")
    await app.until(lambda: session.phase == "absent")
    assert everything_on_disk(next(tmp_path.glob("vault-damaged-*"))) == before
    session.restore(backup.data, backup.words, OTHER)
    assert [row.title for row in session.store.ask(NotesOf()).rows] == ["Kvar"]
    session.lock()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (errors.VaultTooNew(), "newer"),
        (errors.VaultNotWritable(), "readonly"),
        (errors.VaultFull(), "readonly"),
        (errors.OtherVault(), "other"),
        (errors.VaultDamaged(part="journal"), "damaged"),
    ],
)
async def test_each_trouble_has_its_own_words(
    stage: OpenStage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    fault: errors.AppError,
    kind: str,
) -> None:
    locked(tmp_path, language)
    session = session_in(tmp_path, language)

    def refuse(phrase: str, **_: object) -> None:
        raise fault

    monkeypatch.setattr(session, "unlock", refuse)
    app = await window(stage, session)
    await try_to_open(app)
    await app.until(lambda: app.has(app.desk.say(f"lock.{kind}.title")))
    assert app.has(app.desk.say(f"lock.{kind}.text"))
    assert app.nameless() == []
    assert app.field("passphrase").value == PHRASE  # what was typed is still there


async def test_something_else_is_told_in_its_own_sentence(
    stage: OpenStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked(tmp_path)
    session = session_in(tmp_path)

    def refuse(phrase: str, **_: object) -> None:
        raise errors.KeystoreLost

    monkeypatch.setattr(session, "unlock", refuse)
    app = await window(stage, session)
    await try_to_open(app)
    await app.until(lambda: app.has(app.desk.say("error.vault-keystore-lost")))


async def test_progress_shows_while_it_takes_its_time(
    stage: OpenStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    locked(tmp_path)
    session = session_in(tmp_path)
    wait = threading.Event()
    monkeypatch.setattr(session, "unlock", lambda phrase, **_: wait.wait(PATIENCE))
    app = await window(stage, session)
    await try_to_open(app)
    await app.until(lambda: app.has("Låser upp"))
    assert app.all(kind=ft.ProgressRing)
    wait.set()
    await app.until(lambda: not app.has("Låser upp"))


async def test_a_wrong_answer_leaves_every_byte(stage: OpenStage, tmp_path: Path) -> None:
    locked(tmp_path)
    before = everything_on_disk(tmp_path)
    app = await window(stage, session_in(tmp_path))
    await try_to_open(app, OTHER)
    await app.until(lambda: app.field("passphrase").error)
    assert everything_on_disk(tmp_path) == before


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_the_vault_noticed_is_one_grey_line_on_today(
    stage: OpenStage, tmp_path: Path, language: str
) -> None:
    locked(tmp_path, language)
    (tmp_path / "state" / "anchor").unlink()
    session = session_in(tmp_path, language)
    app = await window(stage, session)
    await try_to_open(app)
    await app.until(lambda: app.has("notices-close"))
    assert app.has(app.desk.say("lock.notice.anchor-missing"))
    assert app.nameless() == []
    await app.tap("notices-close")
    assert not app.has(app.desk.say("lock.notice.anchor-missing"))
    session.lock()
    await app.until(lambda: app.has("unlock"))
    await try_to_open(app)
    await app.until(lambda: app.has("today-note"))
    assert not app.has("notices-close")
    session.lock()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_exchanged_inbox_key_is_an_alarm_before_anything_is_read_in(
    stage: OpenStage, tmp_path: Path, language: str
) -> None:
    locked(tmp_path, language)
    locked(tmp_path / "stranger", language)
    ours, theirs = (folder / "vault" / "inbox" / "key" for folder in (tmp_path, tmp_path / "stranger"))
    found = bytearray(ours.read_bytes())
    found[-32:] = theirs.read_bytes()[-32:]
    ours.write_bytes(found)
    session = session_in(tmp_path, language)
    app = await window(stage, session)
    await try_to_open(app)
    await app.until(lambda: app.has("alarm-accept"))
    assert app.has(app.desk.say("lock.alarm.title"))
    assert app.nameless() == []
    await app.tap("alarm-accept")
    await app.until(lambda: not app.has("alarm-accept"))
    assert not session.inbox_alarm
    session.lock()
    after = again(tmp_path)
    assert not after.inbox_alarm
    after.lock()


def test_every_notice_of_the_vault_has_its_sentence() -> None:
    """The codes stand as literals where they are raised; a new one has to be put into words, or be left out by name."""
    import ast
    import json

    from tests.ui.conftest import ASSETS

    silent = {"lock-incomplete"}  # told while locking, when there is no screen to tell it on
    source = ASSETS.parent / "src" / "app"
    codes: set[str] = {"anchor-missing", "anchor-unreadable"}
    services = (source / "services" / name for name in ("session.py", "opening.py"))
    for path in (*sorted((source / "vault").glob("*.py")), *services):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if called == "append" and isinstance(first, ast.Tuple):
                first = first.elts[0]
            elif called not in ("Notice", "notice"):
                continue
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                codes.add(first.value)
    assert {"mark-missing", "tail-dropped", "header-mended", "inbox-unreadable", "lock-incomplete"} <= codes
    for language in LANGUAGES:
        said = json.loads((ASSETS / "locales" / language / "lock.json").read_text())
        missing = {
            code
            for code in codes - silent
            if f"lock.notice.{code}" not in said and f"lock.notice.{code}.other" not in said
        }
        assert missing == set()


async def test_words_that_wait_in_memory_are_told_of(stage: OpenStage) -> None:
    session = FakeSession("locked")
    app = await stage(session=session)
    assert not app.has(app.desk.say("lock.kept"))
    session.keeps_words = True
    app = await stage(session=session)
    assert app.has(app.desk.say("lock.kept"))
