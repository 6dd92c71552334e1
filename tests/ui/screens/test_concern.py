"""A concern: sealed to one reader, open or locked, and in no place where notes are."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from app.model.entities import Note
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.files import export
from app.services.session import Session
from tests.support.languages import either
from tests.support.members import Coordinator
from tests.support.programme import CARD
from tests.ui.conftest import ASSETS, OpenStage, Stage
from tests.ui.screens.entrance import LANGUAGES, PHRASE, again, everything_on_disk, made, session_in, window

pytestmark = pytest.mark.usefixtures("quick_kdf", "quick_keys")

WORD = "planteratoroligtord"
LAST = "sistaordet"


async def fill(app: Stage) -> None:
    await app.type("item-words", f"{WORD} och")
    await app.blur("item-words")
    for answer in ("danger-no", "child-unknown", "told-notyet"):
        await app.tap(f"item-{answer}")
    await app.type("item-words", f"{WORD} och {LAST}")  # sealed with the next tap: no phone leaves the field for it
    await app.tap("concern-seal")


def opened(session: Session, samira: Coordinator) -> str:
    """What the person responsible for safety reads."""
    data = session.programme.package().data
    session.programme.handed_over()
    samira.coordination.take(data)
    (word,) = samira.coordination.words_of("concern")
    found = samira.coordination.open_concern(word.id)
    assert found is not None
    return json.dumps(found.answers)


@either
async def test_it_is_sealed_and_is_nowhere_else(stage: OpenStage, tmp_path: Path, language: str) -> None:
    samira = Coordinator()
    session = made(tmp_path, language)
    session.programme.join(CARD.text)
    app = await window(stage, session, go="/concern")
    assert app.nameless() == []
    await app.tap("concern-seal")
    document = app.desk.library.document("form.concern")
    first = next(item for item in document.items if item.required and item.id != "when")
    missing = app.desk.say("concern.missing", count=4, question=app.desk.read(first.text))
    assert app.has(missing) and session.programme.sent() == []
    await fill(app)
    await app.until(lambda: bool(session.programme.sent()))
    await app.until(lambda: app.desk.places.value == ("/",))
    assert not list(session.store.everything(Note))
    speech = Speech(language, ASSETS, facts=Library(ASSETS).facts("SE"))
    made_file = export.export(session.store, Library(ASSETS), speech, app.desk.now())
    assert WORD.encode() not in _unpacked(made_file.data)
    assert session.programme.draft == {}
    app.desk.go("/settings/erase")
    await app.settle()
    assert app.has("erase-programme"), "what waits would reach nobody"
    assert f"{WORD} och {LAST}" in opened(session, samira)
    await app.until(lambda: not app.has("erase-programme") and app.has(app.desk.say("settings.erase.concern")))
    session.lock()


def _unpacked(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_can_be_written_while_locked(stage: OpenStage, tmp_path: Path, language: str) -> None:
    samira = Coordinator()
    session = made(tmp_path, language)
    session.programme.join(CARD.text)
    session.lock()
    app = await window(stage, session)
    await app.tap("safety")
    await app.tap("safety-concern")
    assert app.nameless() == []
    await fill(app)
    await app.until(lambda: app.has("call-emergency") or app.has("unlock"))
    assert WORD.encode() not in everything_on_disk(tmp_path)
    fresh = session_in(tmp_path, language)
    fresh.unlock(PHRASE)
    (sent,) = fresh.programme.sent()
    assert sent.locked and sent.what == "concern" and not list(fresh.store.everything(Note))
    assert f"{WORD} och {LAST}" in opened(fresh, samira)
    fresh.lock()


async def test_half_a_concern_stays_when_the_app_is_closed(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    session.programme.join(CARD.text)
    app = await window(stage, session, go="/concern")
    await app.type("item-words", WORD)
    await app.blur("item-words")
    session.lock()
    later = again(tmp_path)
    assert later.programme.draft["words"] == WORD and later.programme.sent() == []
    shown = await window(stage, later, go="/concern")
    assert shown.field("item-words").value == WORD
    later.lock()


async def test_half_a_concern_written_while_locked_is_a_note(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    session.programme.join(CARD.text)
    session.lock()
    app = await window(stage, session, go="/concern")
    await app.type("item-words", WORD)
    await app.blur("item-words")
    await app.tap("item-told-notyet")
    later = again(tmp_path)
    assert later.programme.sent() == []
    (note,) = later.store.everything(Note)
    item = app.desk.library.document("form.concern").item
    assert f"{app.desk.read(item('words').text)}\n{WORD}" in note.body
    assert f"{app.desk.read(item('told').text)}\n{app.desk.read(item('told').options[3].label)}" in note.body
    later.lock()


async def test_without_a_programme_it_says_why(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    app = await window(stage, session, go="/concern")
    assert app.has(app.desk.say("programme.none.why")) and not app.has("concern-seal")
    session.lock()


async def test_where_nobody_has_begun_nothing_can_be_written(stage: OpenStage, tmp_path: Path) -> None:
    app = await window(stage, session_in(tmp_path), go="/concern")
    assert app.has(app.desk.say("concern.none"))


async def test_on_a_cold_start_it_says_what_nobody_can_check(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    session.programme.join(CARD.text)
    session.lock()
    (tmp_path / "state" / "anchor").unlink()  # nothing is remembered of the key in the folder
    cold = session_in(tmp_path)
    assert cold.quick_notes_trust == "ask"
    app = await window(stage, cold, go="/concern")
    assert app.has(app.desk.say("quick.trust")) and app.nameless() == []
    await fill(app)
    await app.until(lambda: cold.quick_notes_trust == "known")
    cold.unlock(PHRASE)
    assert [one.what for one in cold.programme.sent()] == ["concern"]
    cold.lock()
