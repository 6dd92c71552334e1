"""Safety: two taps from everywhere, also locked, and nothing on it tells who uses the app."""

from __future__ import annotations

import json
import re
import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.model.commands import AddPerson, StartNow
from app.model.queries import SettingOf
from app.services.content.library import Library
from tests.ui.conftest import ASSETS, OpenStage, Stage
from tests.ui.screens.entrance import LANGUAGES, PHRASE, again, locked, made, session_in, window

pytestmark = pytest.mark.usefixtures("quick_kdf")


def _link(app: Stage, identifier: str) -> str:
    (link,) = {str(c.url) for c in app.walk(app.get(identifier)) if getattr(c, "url", None)}
    return link


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_number_in_two_taps_while_locked(stage: OpenStage, tmp_path: Path, language: str) -> None:
    locked(tmp_path, language)
    app = await window(stage, session_in(tmp_path, language))
    await app.tap("safety")  # the first tap; the second one calls
    assert app.nameless() == []
    emergency = {"sv": "112", "en": "112"}[language]
    assert _link(app, "call-emergency") == f"tel:{emergency}"
    assert app.has(app.desk.say("safety.verify"))
    texts = " ".join(app.texts())
    assert "{" not in texts
    assert app.has(app.desk.say("safety.own.locked"))
    assert not app.has("lock")
    await app.back()
    assert app.has("unlock")


async def test_documents_that_lack_a_language_close_neither_safety_nor_today_nor_the_note(
    stage: OpenStage, tmp_path: Path
) -> None:
    shutil.copytree(ASSETS / "content", tmp_path / "content")
    for name in ("guidance_safeguarding", "guidance_contacts", "checklist_during_session"):
        file = tmp_path / "content" / f"{name}.json"
        tree = json.loads(file.read_text(encoding="utf-8"))
        del tree["items"][1]["text"]["en"]
        file.write_text(json.dumps(tree), encoding="utf-8")
    session, library = made(tmp_path, "en"), Library(tmp_path)
    session.store.execute(StartNow(mentorship=session.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record))
    app = await window(stage, session, library=library)
    assert app.has("today-meeting")
    await app.tap("today-primary")
    await app.until(lambda: app.has("shared-note"))
    assert app.has("note-question") and not app.has("note-list")
    for _ in ("open", "locked"):
        app.desk.go("/safety")
        await app.settle()
        assert _link(app, "call-emergency") == "tel:112" and app.has("back") and app.nameless() == []
        assert any("lacks text in one of the languages" in text for text in app.texts())
        app.desk.lock()
        await app.settle()


@pytest.mark.parametrize("path", ["/", "/people", "/goals", "/library", "/settings", "/settings/erase", "/plan"])
async def test_two_taps_from_every_screen(stage: OpenStage, tmp_path: Path, path: str) -> None:
    session = made(tmp_path)
    app = await window(stage, session, go=path if path != "/" else "")
    await app.tap("safety")
    assert _link(app, "call-emergency") == "tel:112"
    session.lock()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_first_steps_stand_there_for_everybody(stage: OpenStage, tmp_path: Path, language: str) -> None:
    locked(tmp_path, language)
    app = await window(stage, session_in(tmp_path, language))
    await app.tap("safety")
    guidance = Library(ASSETS).document("guidance.safeguarding")
    facts = Library(ASSETS).facts("SE" if language == "sv" else "EU")
    first = [item for item in guidance.items if item.group in ("now", "talk", "after") and item.region is None]
    for item in first:
        assert app.has(app.desk.read(item.text, **facts)), item.id
    hidden = guidance.item("not1")
    assert not app.has(app.desk.read(hidden.text))
    await app.tap("safety-more")
    for item in guidance.items:
        if item.region is None:
            assert app.has(app.desk.read(item.text, **facts)), item.id


@pytest.mark.parametrize("language", LANGUAGES)
async def test_locked_it_shows_nothing_of_the_person(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session = made(tmp_path, language, name="Karin Ask", role="mentee")
    app = await window(stage, session, go="/safety")
    await app.tap("fill-safety_lead")
    assert app.nameless() == []
    await app.type("contact-name", "Eva Lind")
    await app.type("contact-phone", "070-123 45 67")
    await app.tap("contact-save")
    assert _link(app, "call-safety_lead") == "tel:0701234567"
    opened = app.texts()
    assert any("Eva Lind" in text for text in opened)
    session.lock()
    closed = await window(stage, session_in(tmp_path, language))
    await closed.tap("safety")
    shown = closed.texts()
    assert not any("Eva" in text or "Karin" in text or "070" in text for text in shown)
    fresh = await window(stage, session_in(tmp_path / "nobody", language))  # a computer where nobody has begun
    await fresh.tap("safety")
    assert fresh.texts() == shown
    after = again(tmp_path)
    assert after.store.ask(SettingOf("contact.safety_lead.name")) == "Eva Lind"
    assert after.store.ask(SettingOf("contact.safety_lead.phone")) == "070-123 45 67"
    after.lock()


@pytest.mark.parametrize(("zone", "found"), [("Europe/Stockholm", True), ("Europe/Oslo", False)])
async def test_who_reads_english_in_sweden_has_the_numbers_of_sweden(
    stage: OpenStage, tmp_path: Path, zone: str, found: bool
) -> None:
    locked(tmp_path, "en")
    app = await window(
        stage, session_in(tmp_path, "en"), clock=lambda: datetime(2026, 10, 14, 15, tzinfo=ZoneInfo(zone))
    )
    await app.tap("safety")
    assert app.has("call-se1177") is found and app.has("call-emergency")


async def test_the_country_is_chosen_once(stage: OpenStage, tmp_path: Path) -> None:
    locked(tmp_path)
    app = await window(stage, session_in(tmp_path))
    await app.tap("safety")
    assert app.has("call-se1177")
    await app.tap("region-change")
    await app.tap("region-GB")
    assert _link(app, "call-emergency") == "tel:999"
    assert not app.has("call-se1177")
    assert any("999" in text for text in app.texts() if "operat" not in text)
    later = await window(stage, session_in(tmp_path))
    await later.tap("safety")
    assert _link(later, "call-emergency") == "tel:999"
    await later.back()
    await later.type("passphrase", PHRASE)
    await later.tap("unlock")
    await later.until(lambda: later.has("lock"))
    later.desk.lock()
    await later.until(lambda: later.has("unlock"))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_number_says_that_nobody_has_confirmed_it(stage: OpenStage, tmp_path: Path, language: str) -> None:
    locked(tmp_path, language)
    app = await window(stage, session_in(tmp_path, language))
    await app.tap("safety")
    calls = [text for text in app.texts() if text == app.desk.say("safety.unverified")]
    shown = [c for c in app.walk() if str(getattr(c, "identifier", "") or "").startswith("call-")]
    assert len(calls) >= len(shown) > 1


def test_every_screen_has_the_shield_but_those_that_lie_beside_it() -> None:
    screens = sorted((ASSETS.parent / "src/app/ui/screens").glob("*.py"))
    without = {file.stem for file in screens if re.search(r"\bsafety=(?!True)", file.read_text())}
    # Safety itself and the concern above it; a phone that goes around while somebody answers; a device that is not in yet
    assert without == {"safety", "concern", "around", "join"}
