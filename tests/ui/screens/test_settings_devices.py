"""My devices on the screen: one more by codes and a package, the list, one less in two taps, and everything back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.errors import NotShared, VaultFull
from app.model.commands import SetGoal
from app.model.entities import Goal
from app.services.session import Phase, Session
from app.services.sharing.pairing import Package
from app.ui.screens.settings_devices import _Over
from sync.recovery import RecoveryKey
from sync.server.settings import Settings
from tests.support.fake_session import FakeSession
from tests.support.languages import either
from tests.sync.server.running import Running, run
from tests.ui.conftest import OpenStage
from tests.ui.screens.entrance import OTHER, PHRASE, made, session_in, window
from tests.ui.screens.test_pair import Clipboard, Phone

pytestmark = pytest.mark.usefixtures("quick_kdf")


async def open_phone(stage: OpenStage, session: Session, go: str = "") -> Phone:
    clipboard = Clipboard()
    replies: dict[str, Any] = {"set": clipboard.set, "get": clipboard.get}
    return Phone(await window(stage, session, go=go, replies=replies), session, clipboard)


async def hand(of: Phone, by: Phone, out: str, into: str) -> None:
    """One phone shows or sends what stands there, the other one pastes it."""
    await of.app.until(lambda: of.app.has(f"{out}-copy"))
    await of.tap(f"{out}-copy")
    by.clipboard.text = of.clipboard.text
    await by.tap(f"{into}-paste")


def goals(session: Session) -> set[str]:
    return {one.title for one in session.store.everything(Goal)}


async def joined(stage: OpenStage, tmp_path: Path, language: str = "sv") -> tuple[Phone, Phone]:
    """Karin's phone and her new tablet, over codes and a package, by what one taps."""
    session = made(tmp_path / "phone", language)
    session.store.execute(SetGoal(title="Mine alone", private=True))
    phone = await open_phone(stage, session, "/settings/devices/add")
    tablet = await open_phone(stage, session_in(tmp_path / "tablet", language))
    assert tablet.app.nameless() == []
    await tablet.tap("join")
    await tablet.app.type("join-name", "Plattan")
    await tablet.app.type("join-passphrase", OTHER)
    assert tablet.app.nameless() == []
    await tablet.tap("join-next")
    await hand(tablet, phone, "join-code", "add-code")
    await phone.app.until(lambda: phone.app.has("add-passphrase"))
    assert phone.says("devices.add.warn")
    assert phone.app.nameless() == []
    await phone.app.type("add-passphrase", "fel")
    await phone.tap("add-go")
    await phone.app.until(lambda: bool(phone.app.field("add-passphrase").error))
    await phone.app.type("add-passphrase", PHRASE)
    await phone.tap("add-go")
    await phone.app.until(lambda: phone.app.has("add-grant-copy"))
    assert phone.app.nameless() == []
    await hand(phone, tablet, "add-grant", "join-grant")
    await tablet.app.until(lambda: tablet.app.has("devices-answer-copy"))
    assert tablet.app.nameless() == []
    both = {text for text in tablet.app.texts() if len(text.split()) == 6 and "," not in text} & set(phone.app.texts())
    assert len(both) == 1, "the same six words on both screens"
    await hand(tablet, phone, "devices-answer", "add-answer")
    await phone.app.until(lambda: phone.says("devices.add.done"))
    assert phone.app.nameless() == []
    await hand(phone, tablet, "add-package", "devices-package-in")
    await tablet.app.until(lambda: tablet.app.desk.places.value == ("/",) and not tablet.app.desk.entering.value)
    assert goals(tablet.session) == {"Mine alone"}
    return phone, tablet


@either
async def test_one_more_device_and_one_less_in_two_taps(stage: OpenStage, tmp_path: Path, language: str) -> None:
    phone, tablet = await joined(stage, tmp_path, language)
    await phone.tap("add-finish")
    phone.app.desk.home()
    await phone.app.settle()
    phone.app.desk.go("/settings/devices")
    await phone.app.settle()
    other = next(one for one in phone.session.devices.all() if not one.this)
    before = phone.taps
    await phone.tap(f"device-{other.id}")
    assert phone.says("devices.revoke.how")
    assert phone.app.nameless() == []
    await phone.tap("device-revoke")
    await phone.app.until(lambda: len(phone.session.devices.all()) == 1)
    assert phone.taps - before == 2
    await phone.app.until(lambda: not phone.app.has(f"device-{other.id}"))

    # The tablet hears of it, and says so in plain words on Today and in the list.
    personal = phone.session._open_spaces.personal
    tablet.session.exchange.take(personal, phone.session.exchange.outgoing(personal))
    await tablet.app.until(lambda: tablet.says("devices.news.out"))
    assert tablet.app.nameless() == []
    tablet.app.desk.go("/settings/devices")
    await tablet.app.until(lambda: tablet.says("devices.outside.copy"))
    assert tablet.app.nameless() == []
    for one in (phone, tablet):
        one.session.lock()


async def test_names_and_packages_both_ways(stage: OpenStage, tmp_path: Path) -> None:
    session, other_session = made(tmp_path / "phone"), session_in(tmp_path / "tablet")
    code = other_session.joining()
    other_session.join(code.hear(session.devices.hear(code.text).text), OTHER, name="Plattan")
    answer = other_session.devices.waiting
    assert answer is not None
    other_session.devices.take(session.devices.package(session.devices.admit(answer.text)).data)
    phone = await open_phone(stage, session, "/settings/devices")
    tablet = await open_phone(stage, other_session, "/settings/devices")
    assert phone.app.has("Ny enhet") and not phone.app.has("Plattan")  # nothing has come from it yet
    tablet.session.store.execute(SetGoal(title="From the tablet", private=True))
    await tablet.tap("devices-make")
    await hand(tablet, phone, "devices-package", "devices-package-in")
    await phone.app.until(lambda: "From the tablet" in goals(phone.session))
    other = next(one for one in phone.session.devices.all() if not one.this)
    await phone.app.until(lambda: phone.app.has("Plattan"))
    assert not phone.app.has("Ny enhet")
    await phone.tap(f"device-{other.id}")
    await phone.app.type("device-name", "Plattan i köket")
    await phone.tap("device-name-save")
    await phone.app.until(lambda: phone.app.has("Plattan i köket"))
    this = next(one for one in phone.session.devices.all() if one.this)
    phone.session.devices.rename(this.id, "plattan i köket")  # two that look alike are told apart
    await phone.app.until(lambda: phone.app.has(f"Plattan i köket ({other.id[:4]})"))
    assert phone.app.has(f"plattan i köket ({this.id[:4]})")
    assert phone.app.nameless() == []
    for one in (phone, tablet):
        one.session.lock()


async def test_a_new_phone_that_was_closed_in_between_goes_on(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path / "phone")
    fresh = session_in(tmp_path / "tablet")
    code = fresh.joining()
    grant = session.devices.hear(code.text)
    fresh.join(code.hear(grant.text), OTHER, name="Plattan")
    tablet = await open_phone(stage, fresh)
    await tablet.app.until(lambda: tablet.app.has("devices-go-on"))
    await tablet.tap("devices-go-on")
    answer = fresh.devices.waiting
    assert answer is not None
    id = session.devices.admit(answer.text)
    tablet.clipboard.text = session.devices.package(id).text
    await tablet.tap("devices-package-in-paste")
    await tablet.app.until(lambda: fresh.devices.waiting is None)
    for one in (session, fresh):
        one.lock()


async def test_what_is_wrong_is_said_in_words(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path / "phone")
    phone = await open_phone(stage, session, "/settings/devices/add")
    for text in (phone.session.joining().text[:-4], "hej"):
        phone.clipboard.text = text
        await phone.tap("add-code-paste")
        await phone.app.until(lambda: phone.says("error.sync-bad-code"))
    tablet = await open_phone(stage, session_in(tmp_path / "tablet"), "/join")
    await tablet.tap("join-next")
    assert tablet.says("devices.join.name.missing")
    assert tablet.session.phase is Phase.ABSENT
    session.lock()


async def test_a_restored_phone_says_that_it_is_outside_and_the_recovery_key_lets_it_in(
    stage: OpenStage, tmp_path: Path
) -> None:
    old = session_in(tmp_path / "old")
    paper = old.create(PHRASE, name="Karin", role="mentor", language="sv")
    old.store.execute(SetGoal(title="Mine alone", private=True))
    old.exchange.begin(old._open_spaces.personal)
    backup = old.make_backup().data
    old.lock()
    session = session_in(tmp_path / "new")
    session.restore(backup, paper.text, OTHER)
    phone = await open_phone(stage, session)
    await phone.app.until(lambda: phone.app.has("devices-outside"))
    await phone.tap("devices-outside")
    assert phone.says("devices.outside.first")
    assert phone.app.nameless() == []
    await phone.app.type("outside-key", RecoveryKey.new().text)
    await phone.tap("outside-go")
    await phone.app.until(
        lambda: phone.app.field("outside-key").error == phone.app.desk.say("error.vault-wrong-recovery-key")
    )
    await phone.app.type("outside-key", paper.text)
    await phone.tap("outside-go")
    await phone.app.until(lambda: not phone.app.has("outside-key"))
    assert session.devices.outside() == []
    assert goals(session) == {"Mine alone"}
    session.lock()


@pytest.fixture
def carrier(tmp_path: Path) -> Iterator[Running]:
    found = run(Settings(folder=tmp_path / "server"))
    yield found
    found.stop()


async def test_everything_back_from_a_server(stage: OpenStage, tmp_path: Path, carrier: Running) -> None:
    old = session_in(tmp_path / "old", "en")
    paper = old.create(PHRASE, name="Karin", role="mentor", language="en")
    old.store.execute(SetGoal(title="Mine alone", private=True))
    old.replication.connect(carrier.base)
    first = await open_phone(stage, old)
    await first.app.until(lambda: any(row["kind"] == "keyring-put" for row in _device_rows(old)))
    old.lock()

    new = await open_phone(stage, session_in(tmp_path / "new", "en"))
    await new.tap("return")
    assert new.app.nameless() == []
    await new.app.type("return-address", "http://127.0.0.1:1")
    await new.app.type("return-key", RecoveryKey.new().text)
    await new.app.type("return-passphrase", OTHER)
    await new.tap("return-go")
    await new.app.until(lambda: new.app.field("return-address").error == new.app.desk.say("devices.return.away"))
    await new.app.type("return-address", carrier.base)
    assert not new.app.field("return-address").error
    await new.tap("return-go")
    await new.app.until(lambda: new.app.field("return-key").error == new.app.desk.say("error.nothing-on-server"))
    assert new.session.phase is Phase.ABSENT
    await new.app.type("return-key", paper.text.upper().replace(" ", "-"))
    await new.tap("return-go")
    await new.app.until(lambda: new.app.desk.places.value == ("/",) and not new.app.desk.entering.value)
    assert goals(new.session) == {"Mine alone"}
    assert new.app.nameless() == []
    new.session.lock()


def _device_rows(session: Session) -> list[Any]:
    return list(session._open_vault.documents.table("_device"))


@pytest.mark.parametrize("fault", [VaultFull(), NotShared()])
async def test_the_last_package_can_be_tried_again_unless_the_new_device_is_out(
    stage: OpenStage, fault: Exception
) -> None:
    faults = [fault]

    def package(_: str) -> Package:
        if faults:
            raise faults.pop()
        return Package("fika.fika", b"sealed")

    session: Any = FakeSession()
    session.devices = SimpleNamespace(package=package)
    app = await stage(screen=lambda: _Over("new", False), session=session)
    await app.until(lambda: not faults)
    await app.settle()
    if isinstance(fault, NotShared):
        assert not app.has("add-package-make") and not app.has("add-package-copy")
        return
    assert app.has(app.desk.sentence(fault)) and app.nameless() == []
    await app.tap("add-package-make")
    await app.until(lambda: app.has("add-package-copy"))
    assert not app.has("add-package-make") and not app.has(app.desk.sentence(fault))
