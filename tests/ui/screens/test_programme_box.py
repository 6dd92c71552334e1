"""The programme's box on the screens of both sides, with a real server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.model.commands import SetSetting
from app.model.queries import SettingOf
from app.services.programme.answering import KEEPER
from app.services.programme.post import Standing
from sync.server.settings import Settings
from tests.support.boxes import Samira
from tests.support.members import Member
from tests.sync.server.running import Running, run
from tests.ui.conftest import OpenStage
from tests.ui.screens.entrance import made, window

pytestmark = pytest.mark.usefixtures("quick_kdf", "quick_keys")


@pytest.fixture(scope="module")
def carrier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    found = run(Settings(folder=tmp_path_factory.mktemp("server")))
    yield found
    found.stop()


async def test_a_member_is_asked_once_and_then_it_goes(stage: OpenStage, tmp_path: Path, carrier: Running) -> None:
    samira = Samira(carrier.base)
    session = made(tmp_path)
    session.programme.join(samira.card)
    package = session.programme.package()
    session.programme.handed_over()
    samira.coordination.take(package.data)
    (member,) = samira.coordination.members
    session.programme.ask_contact()
    app = await window(stage, session, go="/settings/programme")
    say = app.desk.say
    await app.type("programme-back", samira.coordination.answer(member.id).text)
    await app.until(lambda: app.has("box-yes"))
    samira.coordination.answered(member.id)
    assert app.has(say("box.ask.nameless")) and app.has(say("box.ask.sees")) and app.nameless() == []
    assert session.letters._thread is None and session.programme.waiting == 1
    await app.tap("box-no")
    assert session.programme.posting == "no" and session.programme_by_hand == 1
    await app.tap("box-change")
    await app.tap("box-yes")
    await app.until(lambda: session.programme.waiting == 0 and session.letters.member.condition == "calm")
    clock = app.desk.speech.value.clock(app.desk.now())
    host = carrier.base.partition("://")[2]
    await app.until(lambda: app.has(say("box.state.calm", host=host, when=clock)))
    assert app.nameless() == []
    samira.fetch()
    (word,) = samira.coordination.words_of("contact", unseen=True)
    samira.coordination.saw(word.id)
    samira.fetch()
    await app.tap("box-send-now")
    await app.until(lambda: app.has(say("programme.state.seen")) or _seen(session.programme.contact))
    app.desk.go("/contact")
    await app.until(lambda: app.has(say("contact.state.seen")))
    session.letters._may_go = lambda: False
    await app.tap("contact-ask")
    assert app.has(say("contact.state.goes")) and not app.has("contact-send")
    assert session.programme_waiting == 1 and session.programme_by_hand == 0
    session.letters._set("member", Standing("away", "sync-server-refuses"))
    assert session.programme_by_hand == 1, "the box was closed: somebody has to hand it over"
    app.desk.go("/settings/programme")
    await app.until(lambda: app.has("box-stop"))
    await app.tap("box-stop")
    assert not session.letters.sending.wanted
    await app.undo()
    assert session.letters.sending.wanted
    session.lock()


def _seen(contact: object) -> bool:
    return getattr(contact, "state", "") == "seen"


async def test_a_coordinator_opens_the_box_and_closes_it(stage: OpenStage, tmp_path: Path, carrier: Running) -> None:
    session = made(tmp_path, "en", role="coordinator")
    session.coordination.found("Spring")
    card = session.coordination.programme
    assert card is not None
    app = await window(stage, session, go="/programme")
    say = app.desk.say
    assert app.has(say("box.none"))
    await app.tap("programme-box")
    assert app.has(say("box.server")) and app.has("box-choose-server") and app.nameless() == []
    session.replication.connect(carrier.base)
    space = bytes.fromhex(session._open_spaces.personal)
    await app.until(lambda: carrier.server.log.space(space) is not None)
    app.desk.go("/programme/box")
    await app.until(lambda: app.has("box-open"))
    assert app.has(say("box.server.sees")) and not session.posts
    await app.tap("box-open")
    await app.until(lambda: app.has("box-close") and session.letters.coordinator.condition == "calm")
    box = session.coordination.box
    assert box is not None and app.nameless() == []
    yusuf = Member("Yusuf")
    yusuf.programme.join(card.text)
    session.coordination.take(yusuf.programme.package().data, posted=True)
    (member,) = session.coordination.members
    yusuf.programme.take(session.coordination.answer(member.id).data)
    session.coordination.answered(member.id)
    assert yusuf.programme.box == box
    await app.tap("box-close")
    await app.until(lambda: app.has("box-open"))
    assert session.coordination.box is None and carrier.server.post.held(space) == (0, 0)
    await app.undo()
    await app.until(lambda: app.has("box-close"))
    assert session.coordination.box == box, "whoever has not heard of it goes on as before"
    mine = session.store.ask(SettingOf(KEEPER))
    session.store.execute(SetSetting(key=KEEPER, value=f"{str(mine).split(' ')[0]} {'ab' * 16}"))
    await app.until(lambda: app.has(say("box.kept.device")) and not app.has("box-now"))
    session.letters.fetching.round()
    assert session.letters.fetching.keeper == "device", "a round that was about to begin takes nothing back"
    assert app.nameless() == []
    await app.tap("box-open")
    await app.until(lambda: app.has("box-now"))
    renewed = session.coordination.box
    assert renewed is not None and renewed.secret != box.secret, "what another device did meanwhile is not known here"
    box = renewed
    session.replication.disconnect()
    app.desk.go("/programme/box")
    await app.until(lambda: app.has("box-forget"))
    assert app.has(say("box.elsewhere", host=box.host)) and app.nameless() == []
    await app.tap("box-forget")
    assert session.coordination.box is None
    await app.undo()
    assert session.coordination.box == box
    session.lock()
