"""Please contact me: two taps from anywhere, no reason; waiting, sent, seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.session import Session
from tests.support.languages import either
from tests.support.members import Coordinator
from tests.support.programme import CARD
from tests.ui.conftest import OpenStage
from tests.ui.screens.entrance import LANGUAGES, Thumb, made, window

pytestmark = pytest.mark.usefixtures("quick_kdf", "quick_keys")


def carried(session: Session, samira: Coordinator) -> None:
    """What waits goes to the coordinator, and what is owed comes back."""
    data = session.programme.package().data
    session.programme.handed_over()
    samira.coordination.take(data)
    for member in samira.coordination.members:
        session.programme.take(samira.coordination.answer(member.id).data)
        samira.coordination.answered(member.id)


@either
async def test_two_taps_and_no_reason(stage: OpenStage, tmp_path: Path, language: str) -> None:
    samira = Coordinator()
    session = made(tmp_path, language, role="mentee")
    session.programme.join(CARD.text)
    app = await window(stage, session)
    thumb, say = Thumb(app), app.desk.say
    await thumb.tap("safety")
    assert any(say("contact.name") in text for text in app.texts()), "who learns of it is said before"
    await thumb.tap("safety-contact")
    assert thumb.taps == 2 and app.nameless() == [] and app.has("contact-withdraw")
    assert session.programme.contact is not None
    assert app.has(say("contact.state.waiting"))
    carried(session, samira)
    await app.until(lambda: app.has(say("contact.state.sent")))
    (word,) = samira.coordination.words_of("contact", unseen=True)
    samira.coordination.saw(word.id)
    carried(session, samira)
    await app.until(lambda: app.has(say("contact.state.seen")))
    assert app.has(say("contact.again"))
    session.lock()


async def test_it_can_be_taken_back_while_it_waits(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    session.programme.join(CARD.text)
    app = await window(stage, session, go="/contact")
    await app.tap("contact-ask")
    await app.tap("contact-withdraw")
    assert session.programme.contact is None and app.has("contact-ask")
    session.lock()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_without_a_programme_it_says_why_and_the_way_in(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session = made(tmp_path, language)
    app = await window(stage, session, go="/contact")
    assert app.has(app.desk.say("programme.none.why")) and not app.has("contact-ask")
    assert app.nameless() == []
    await app.tap("needs-programme-action")
    assert app.desk.places.value[-1] == "/settings/programme"
    session.lock()
