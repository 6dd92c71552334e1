"""My programme: joined by a code after a look, handed over, answered, and left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.languages import either
from tests.support.members import Coordinator
from tests.support.programme import CARD
from tests.ui.conftest import OpenStage
from tests.ui.screens.entrance import made, window

pytestmark = pytest.mark.usefixtures("quick_kdf", "quick_keys")


@either
async def test_join_hand_over_and_read_the_answer(stage: OpenStage, tmp_path: Path, language: str) -> None:
    samira = Coordinator()
    session = made(tmp_path, language)
    app = await window(stage, session, go="/settings")
    say = app.desk.say
    assert app.has(say("programme.mine.none"))
    await app.tap("settings-programme")
    assert app.nameless() == []
    await app.type("programme-join", "FIKA:HEJ")
    await app.type("programme-join", samira.card)
    await app.until(lambda: app.has("programme-yes"))
    assert app.has(say("programme.join.found", name=CARD.name)) and app.nameless() == []
    assert session.programme.joined is None
    await app.tap("programme-yes")
    await app.until(lambda: app.has("programme-package"))
    assert app.has(say("programme.not-ready")) and app.nameless() == []
    await app.tap("programme-package")
    await app.until(lambda: app.has("programme-out-copy"))
    await app.tap("programme-out-copy")
    await app.until(lambda: session.programme.waiting == 0)
    package = session.programme.package()
    session.programme.handed_over()
    samira.coordination.take(package.data)
    (member,) = samira.coordination.members
    assert member.name == "Karin"
    answer = samira.coordination.answer(member.id)
    await app.type("programme-back", answer.text)
    await app.until(lambda: app.has(say("programme.ready")) and app.has(say("programme.back.done")))
    await app.type("programme-back", answer.text)
    await app.until(lambda: app.has(say("error.sync-bundle-seen")))
    await app.tap("programme-words-show")
    assert app.has("programme-words") and app.nameless() == []
    await app.tap("programme-leave")
    assert session.programme.joined is None
    session.lock()


async def test_what_was_sent_says_how_far_it_is_and_can_be_taken_back(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    session.programme.join(CARD.text)
    session.programme.ask_contact()
    app = await window(stage, session)
    assert app.has("todo-programme")
    await app.tap("todo-programme")
    assert app.has(app.desk.say("programme.sent.contact")) and app.nameless() == []
    (sent,) = session.programme.sent()
    await app.tap("programme-package")
    await app.until(lambda: app.has("programme-out-copy"))
    await app.tap(f"withdraw-{sent.id}")
    assert session.programme.contact is None
    assert not app.has("programme-out-copy") and app.has("programme-package")  # it lay in the package
    await app.undo()
    assert session.programme.contact is not None
    session.lock()


async def test_somebody_elses_code_is_refused_in_words(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    app = await window(stage, session, go="/settings/programme")
    samira = Coordinator()
    from tests.support.members import Member

    other = Member("Amina")
    other.programme.join(samira.card)
    await app.type("programme-join", other.programme.package().text)
    await app.until(lambda: app.has(app.desk.say("error.sync-code-for-elsewhere")))
    assert session.programme.joined is None
    session.lock()
