"""The optional server, chosen and left again on the screen, with a real one on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from app.model.commands import SetGoal
from app.model.entities import Goal
from sync.server.settings import Settings
from tests.support.languages import either
from tests.sync.server.running import Running, run
from tests.ui.conftest import OpenStage
from tests.ui.screens.entrance import PHRASE, again, made, window


@pytest.fixture
def carrier(tmp_path: Path) -> Iterator[Running]:
    found = run(Settings(folder=tmp_path))
    yield found
    found.stop()


@pytest.mark.usefixtures("quick_kdf")
@either
async def test_connecting_carrying_and_leaving(
    stage: OpenStage, tmp_path: Path, carrier: Running, language: str
) -> None:
    session = made(tmp_path / "me", language)
    app = await window(stage, session, go="/settings/server")
    say = app.desk.say
    assert app.nameless() == []
    assert app.has(say("server.about"))
    await app.type("server-address", carrier.base)
    await app.tap("server-connect")
    await app.until(lambda: app.has(carrier.base))
    await app.until(lambda: session.replication.standing.condition == "calm")
    await app.until(lambda: app.has(say("server.state.calm", when=app.desk.speech.value.clock(app.desk.now()))))
    assert app.nameless() == []
    await app.until(lambda: session.replication._timed is not None)  # this server's clock is right
    for hours, where in ((3, "behind"), (-3, "ahead")):
        session.replication.skew = timedelta(hours=hours)
        session.replication._listeners.tell()
        told = say(f"server.clock.{where}", time=app.desk.speech.value.duration(180))
        await app.until(partial(app.has, told))
    session.store.execute(SetGoal(title="Carried", private=True))
    await app.until(lambda: session.replication.standing.waiting == 0)
    assert app.has(say("server.wifi.blind" if app.desk.page.web else "server.wifi.help"))
    await app.tap("server-wifi")
    await app.tap("server-delay")
    await app.until(lambda: session.replication.delayed and session.replication.wifi_only)
    session.store.execute(SetGoal(title="At a random moment", private=True))
    await app.until(lambda: any(line.startswith(say("server.state.later")) for line in app.texts()))
    await app.tap("server-now")
    await app.until(lambda: session.replication.standing.waiting == 0)
    await app.tap("server-leave")
    await app.until(lambda: app.has(say("server.about")))
    assert session.replication.choice is None
    session.lock()


@pytest.mark.usefixtures("quick_kdf")
async def test_an_address_that_is_none_says_so_and_changes_nothing(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    app = await window(stage, session, go="/settings/server")
    for address in ("", "fika", "http://fika.example.org"):
        await app.type("server-address", address)
        await app.tap("server-connect")
        await app.until(lambda: app.field("server-address").error == app.desk.say("error.bad-address"))
    await app.tap("server-more")
    await app.type("server-address", "https://127.0.0.1:1")
    assert not app.field("server-address").error, "it was said of another address"
    await app.type("server-pin", "not a fingerprint")
    await app.tap("server-connect")
    await app.until(lambda: app.field("server-address").error == app.desk.say("error.bad-address"))
    assert session.replication.choice is None
    await app.type("server-pin", "")
    await app.tap("server-connect")
    # nobody is there: nothing was chosen, so nothing is tried again by itself
    await app.until(lambda: app.field("server-address").error == app.desk.say("server.away"))
    assert session.replication.choice is None
    session.lock()


@pytest.mark.usefixtures("quick_kdf")
async def test_the_server_is_there_again_after_unlocking_and_today_says_when_it_is_away(
    stage: OpenStage, tmp_path: Path, carrier: Running
) -> None:
    first = made(tmp_path / "me")
    first.replication.connect(carrier.base)
    first.lock()
    carrier.stop()
    session = again(tmp_path / "me", PHRASE)
    app = await window(stage, session)
    session.replication.start()
    await app.until(lambda: session.replication.standing.condition == "away")
    session.store.execute(SetGoal(title="In the basement", private=True))
    words = app.desk.say("server.state.away")
    await app.until(lambda: any(words in line for line in app.texts()))
    session.lock()


def held(carrier: Running) -> int:
    with carrier.server.database.read() as work:
        return sum(int(work.one(f"select count(*) from {table}")[0]) for table in ("log", "keyring"))  # type: ignore[index, misc]


@pytest.mark.usefixtures("quick_kdf")
async def test_leaving_for_good_deletes_there_and_keeps_everything_here(
    stage: OpenStage, tmp_path: Path, carrier: Running
) -> None:
    session = made(tmp_path / "me")
    session.store.execute(SetGoal(title="Stays", private=True))
    session.replication.connect(carrier.base)
    app = await window(stage, session, go="/settings/server")
    await app.until(lambda: session.replication.standing.condition == "calm" and held(carrier) > 0)
    await app.tap("server-delete")
    for key in ("line", "lost"):
        assert app.has(app.desk.say(f"server.delete.{key}"))
    assert app.nameless() == []
    await app.type("server-delete-phrase", "nej nej nej nej nej")
    await app.tap("server-delete-go")
    await app.until(lambda: app.field("server-delete-phrase").error)
    assert held(carrier) and session.replication.choice is not None
    await app.type("server-delete-phrase", PHRASE)
    await app.tap("server-delete-go")
    await app.until(lambda: app.has(app.desk.say("server.deleted")))
    assert held(carrier) == 0 and session.replication.choice is None
    assert [goal.title for goal in session.store.everything(Goal)] == ["Stays"]
    session.lock()


@pytest.mark.usefixtures("quick_kdf")
@pytest.mark.parametrize("away", [False, True])
async def test_erasing_everything_reaches_the_server_or_says_that_it_did_not(
    stage: OpenStage, tmp_path: Path, carrier: Running, away: bool
) -> None:
    session = made(tmp_path / "me")
    session.store.execute(SetGoal(title="Goes", private=True))
    session.replication.connect(carrier.base)
    app = await window(stage, session, go="/settings/erase")
    await app.until(lambda: session.replication.standing.condition == "calm" and held(carrier) > 0)
    await app.until(lambda: app.has(app.desk.say("settings.erase.server.help", address=carrier.base)))
    await app.type("erase-passphrase", PHRASE)
    if away:
        carrier.stop()
    await app.tap("erase-go")
    if away:
        await app.until(lambda: app.has("erase-here"))
        count = len(session.exchange.shared())
        why = app.desk.say("error.left-on-server", count=count)
        assert app.has(app.desk.say("settings.erase.server.kept", why=why)) and session.phase == "open"
        await app.tap("erase-here")
    else:
        await app.until(lambda: held(carrier) == 0)
    await app.until(lambda: session.phase == "absent")
