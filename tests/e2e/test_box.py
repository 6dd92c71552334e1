"""A member says yes to the programme's box; a wish and a concern go by themselves and the receipt returns: in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.server.settings import Settings
from tests.support.boxes import Samira
from tests.support.browser import FAINT
from tests.support.studio import studio
from tests.sync.server.running import run


@pytest.mark.usefixtures("quick_keys")
def test_a_wish_and_a_concern_go_by_themselves_and_the_receipt_comes_back(tmp_path: Path) -> None:
    carrier = run(Settings(folder=tmp_path))
    try:
        samira = Samira(carrier.base)
        with studio(phase="open", **FAINT) as app:
            session, say = app.session, app.desk.say
            session.programme.join(samira.card)
            samira.coordination.take(session.programme.package().data)
            session.programme.handed_over()
            (member,) = samira.coordination.members
            session.programme.take(samira.coordination.answer(member.id).data)
            samira.coordination.answered(member.id)
            app.show("/settings/programme")
            app.page.tap("box-yes")
            app.arrives_at("box-send-now")
            session.programme.concern({"words": "oro"}, 1)
            app.show("/contact")
            app.page.tap("contact-ask")
            app.page.see(say("contact.state.sent")).wait_for(state="attached", timeout=60_000)
            samira.fetch()
            (word,) = samira.coordination.words_of("contact", unseen=True)
            assert len(samira.coordination.words_of("concern")) == 1
            samira.coordination.saw(word.id)
            samira.fetch()
            app.show("/settings/programme")
            app.page.tap("box-send-now")
            app.page.see(say("programme.state.seen")).wait_for(state="attached", timeout=60_000)
    finally:
        carrier.stop()
