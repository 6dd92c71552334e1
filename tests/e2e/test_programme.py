"""Three people answer on one phone, then somebody writes a concern while it is locked: in a real browser."""

from __future__ import annotations

import pytest

from tests.support.browser import FAINT
from tests.support.members import Coordinator
from tests.support.programme import CARD
from tests.support.studio import PASSPHRASE, Studio, studio

WORD = "Han vågar inte gå hem åäö"


def tap(app: Studio, identifier: str) -> None:
    """One tap, once the control is there and nothing moves."""
    app.arrives_at(identifier)
    app.page.tap(identifier)


@pytest.mark.usefixtures("quick_keys")
def test_feedback_by_three_on_one_phone_and_a_concern_while_locked() -> None:
    samira = Coordinator()
    with studio(phase="open", **FAINT) as app:
        session = app.session
        session.programme.join(CARD.text)
        samira.coordination.take(session.programme.package().data)
        session.programme.handed_over()
        session.programme.take(samira.coordination.answer(samira.coordination.members[0].id).data)
        app.show("/meeting/any/around")
        tap(app, "around-begin")
        tap(app, "around-answer")
        for person in range(3):
            if person:
                tap(app, "around-next")
            tap(app, f"answer-useful-{person + 3}")
            for item in ("safe", "use_it"):  # the same screen: nothing has to settle in between
                app.page.tap(f"answer-{item}-{person + 3}")
            app.page.tap("around-send")
        tap(app, "around-done")
        assert session.phase == "locked"

        tap(app, "safety")
        tap(app, "safety-concern")
        app.arrives_at("item-words")
        app.page.type("item-words", WORD, 2)
        tap(app, "item-danger-no")
        for answer in ("child-unknown", "told-notyet"):
            app.page.tap(f"item-{answer}")
        tap(app, "concern-seal")
        app.arrives_at("call-emergency")
        session.unlock(PASSPHRASE)
        assert session.programme.waiting == 4
        samira.coordination.take(session.programme.package().data)
        assert samira.coordination.results("survey.after_session_participant").waiting == 3
        (word,) = samira.coordination.words_of("concern")
        opened = samira.coordination.open_concern(word.id)
        assert opened is not None and opened.locked and opened.answers["words"] == WORD
