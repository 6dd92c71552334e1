"""The phone goes round: six answer in a row, the owner can open none, and there is no way out but the passphrase."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.session import Session
from tests.support.members import Coordinator
from tests.support.programme import CARD
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.entrance import LANGUAGES, PHRASE, again, everything_on_disk, made, window

pytestmark = pytest.mark.usefixtures("quick_kdf", "quick_keys")

SURVEY = "survey.after_session_participant"
WORD = "planteratordrunt"


def admitted(folder: Path, samira: Coordinator, language: str = "sv") -> Session:
    """A vault whose owner has joined, and has the coordinator's answer."""
    session = made(folder, language)
    session.programme.join(CARD.text)
    samira.coordination.take(session.programme.package().data)
    session.programme.handed_over()
    (member,) = samira.coordination.members
    session.programme.take(samira.coordination.answer(member.id).data)
    return session


async def one_answers(app: Stage, useful: int, wish: str = "") -> None:
    for item, value in (("useful", useful), ("safe", 4), ("use_it", 5)):
        await app.tap(f"answer-{item}-{value}")
    if wish:
        await app.type("item-wish", wish)  # sealed with the next tap: no phone leaves the field for it
    await app.tap("around-send")
    await app.until(lambda: app.has("around-next"))


async def test_six_answer_in_a_row(stage: OpenStage, tmp_path: Path) -> None:
    samira = Coordinator()
    session = admitted(tmp_path, samira)
    app = await window(stage, session, go="/meeting/any/around")
    assert app.nameless() == []
    await app.tap("around-begin")
    await app.until(lambda: app.has("around-answer"))
    assert session.phase == "locked" and app.nameless() == []
    await app.tap("around-answer")
    await app.tap("around-send")
    assert app.has(app.desk.say("around.missing", count=3)) and app.has("left-useful")
    await app.tap("answer-useful-4")
    await app.tap("around-send")
    assert app.has(app.desk.say("around.missing", count=2)) and not app.has("left-useful") and app.has("left-safe")
    await app.until(
        lambda: [told["scroll_key"] for name, told in app.line.calls if name == "scroll_to"][-1:] == ["safe"]
    )
    await app.type("item-wish", "plant")
    await app.blur("item-wish")
    assert app.nameless() == []
    await one_answers(app, 1, wish=WORD)
    for useful in (2, 3, 4, 5, 5):
        await app.tap("around-next")
        assert not any(WORD in text for text in app.texts())  # the one before left nothing on the screen
        await one_answers(app, useful)
    assert app.has(app.desk.say("around.count", count=6)) and app.nameless() == []
    assert WORD.encode() not in everything_on_disk(tmp_path)
    await app.tap("around-done")
    await app.until(lambda: app.has("unlock"))
    later = again(tmp_path)
    assert later.programme.waiting == 6
    assert WORD not in str([dict(row) for row in later.store.documents.table("_letter")])
    samira.coordination.take(later.programme.package().data)
    found = samira.coordination.results(SURVEY)
    assert (found.count, found.means["useful"]) == (6, 20 / 6) and found.comments["wish"] == (WORD,)
    days = {row["day"] for row in samira.documents.table("_slip")}
    assert all(len(day) == len("2026-10-14") for day in days)
    later.lock()


async def test_there_is_no_way_to_anything_else(stage: OpenStage, tmp_path: Path) -> None:
    session = admitted(tmp_path, Coordinator())
    app = await window(stage, session, go="/meeting/any/around")
    await app.tap("around-begin")
    await app.until(lambda: app.has("around-answer"))
    await app.back()
    for path in ("/people", "/settings", "/programme", "/notes"):
        app.desk.go(path)
        await app.settle()
        assert app.has("around-answer") and not app.has("lock")
    assert session.phase == "locked"
    await app.tap("around-done")
    await app.until(lambda: app.has("passphrase"))
    await app.type("passphrase", PHRASE)
    await app.tap("unlock")
    await app.until(lambda: session.phase == "open")
    session.lock()


async def test_what_was_answered_survives_when_the_process_dies(stage: OpenStage, tmp_path: Path) -> None:
    session = admitted(tmp_path, Coordinator())
    app = await window(stage, session, go="/meeting/any/around")
    await app.tap("around-begin")
    await app.until(lambda: app.has("around-answer"))
    await app.tap("around-answer")
    await one_answers(app, 3)
    later = again(tmp_path)  # another process: the phone was switched off in between
    assert later.programme.waiting == 1
    later.lock()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_without_a_programme_it_says_why(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session = made(tmp_path, language)
    app = await window(stage, session, go="/meeting/any/around")
    assert app.has(app.desk.say("programme.none.why")) and not app.has("around-begin")
    session.programme.join(CARD.text)
    app = await window(stage, session, go="/meeting/any/around")
    assert app.has(app.desk.say("programme.not-ready")) and not app.has("around-begin")
    session.lock()
