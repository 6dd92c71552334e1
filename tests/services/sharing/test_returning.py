"""The recovery key and a server: everything comes back on a new phone, and nobody else's."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadAddress, NothingOnServer, PassphraseUnfit, WrongRecoveryKey
from app.model.commands import SetGoal
from app.model.schema import KINDS
from app.services.session import Phase, Session
from app.services.sharing import returning
from app.services.sharing.joining import read_keyring
from app.vault.kdf import Cost
from sync.client.http import Server
from sync.errors import BadRecoveryKey, NoAnswer, ServerRefuses
from sync.paper import place_of
from sync.protocol import REPLACED
from sync.recovery import RecoveryKey
from tests.support.patience import until
from tests.support.phones import ASSETS, OTHER_PHRASE, PHRASE, Clock, Phone, add, devices, give, goals, in_the_room
from tests.sync.server.running import Running

pytestmark = pytest.mark.usefixtures("quick_kdf")


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    made: list[Phone] = []

    def phone(name: str, role: str = "", recovery: list[RecoveryKey] | None = None) -> Phone:
        folder, clock = tmp_path / name, Clock()
        session = Session(folder / "vault", folder / "state", ASSETS, cost=Cost(), now=clock.now)
        if role:
            key = session.create(PHRASE, name=name, role=role, language="sv")
            if recovery is not None:
                recovery.append(key)
        made.append(Phone(session, folder, clock))
        return made[-1]

    yield phone
    for one in made:
        one.session.lock()


def calm(*phones: Phone) -> None:
    for one in phones:
        one.session.replication.now()
    for one in phones:
        until(lambda one=one: _rests(one))  # type: ignore[misc]


def _rests(one: Phone) -> bool:
    standing = one.session.replication.standing
    return standing.condition == "calm" and standing.waiting == 0


def counts(of: Phone) -> dict[str, int]:
    """How many records of each kind, without what devices tell each other."""
    found = {name: sum(1 for _ in of.session.store.everything(kind)) for name, kind in KINDS.items()}
    found.pop("setting")
    return found


def goal(of: Phone, title: str, mentorship: str = "") -> None:
    command = SetGoal(title=title, mentorship=mentorship) if mentorship else SetGoal(title=title, private=True)
    of.session.store.execute(command)


def test_a_brand_new_phone_ends_with_equal_counts(carrier: Running, phones: Callable[..., Phone]) -> None:
    paper: list[RecoveryKey] = []
    karin, yusuf = phones("Karin", "mentor", paper), phones("Yusuf", "mentee")
    mentorship, _, _ = in_the_room(karin, yusuf)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    for number in range(30):
        goal(karin, f"Mine {number}")
        goal(karin, f"Ours {number}", mentorship)
    for one in (karin, yusuf):
        one.session.replication.connect(carrier.base)
    calm(karin, yusuf)
    goal(yusuf, "Yusuf's", mentorship)
    until(lambda: "Yusuf's" in goals(karin))
    calm(karin, yusuf)
    before, titles = counts(karin), goals(karin)
    karin.session.lock()

    new = phones("new")
    assert new.session.return_with(carrier.base, "", paper[0].text, OTHER_PHRASE) == []
    assert new.session.notices == []
    assert counts(new) == before
    assert goals(new) == titles
    assert new.people() == ["Yusuf"]
    peer = new.pairing.peer(mentorship)
    assert peer is not None
    assert peer.name == "Yusuf"
    assert new.session.recovery_confirmed

    # It is a device like any other, and the lost one is none any more.
    assert len(devices(new).all()) == 1
    new.session.replication.start()
    goal(new, "From the new phone", mentorship)
    until(lambda: "From the new phone" in goals(yusuf))
    assert [(one.kind, one.name) for one in devices(yusuf).news()] == [("reset", "Karin")]
    karin.session.unlock(PHRASE)
    goal(karin, "Written by whoever found the old phone", mentorship)
    karin.session.replication.start()
    until(lambda: karin.session.replication.standing.condition == "stuck")
    calm(new, yusuf)
    assert "Written by whoever found the old phone" not in goals(yusuf) | goals(new)

    # Its own vault opens with its own passphrase and with the same paper.
    new.session.lock()
    new.session.unlock(OTHER_PHRASE)
    assert counts(new)["goal"] == before["goal"] + 1
    new.session.lock()
    new.session.check_recovery(paper[0].text)


def test_a_fingerprint_is_kept_as_it_is_used_however_it_was_copied(
    phones: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device that is added next is handed it in bytes."""
    paper: list[RecoveryKey] = []
    karin, new = phones("Karin", "mentor", paper), phones("new")
    keyring = read_keyring(json.dumps(karin.session._open_spaces.for_paper()).encode())
    monkeypatch.setattr(returning, "look", lambda *_: keyring)
    monkeypatch.setattr(returning, "bring_back", lambda *_: [])
    new.session.return_with("https://127.0.0.1:1", ":".join(["AB"] * 32), paper[0].text, OTHER_PHRASE)
    choice = new.session.replication.choice
    assert choice is not None
    assert choice.pin == "ab" * 32
    joining = phones("third").session.joining()
    devices(new).hear(joining.text, {"address": choice.address, "pin": choice.pin})


def test_a_second_device_comes_by_the_server(carrier: Running, phones: Callable[..., Phone]) -> None:
    karin, yusuf, tablet = phones("Karin", "mentor"), phones("Yusuf", "mentee"), phones("tablet")
    mentorship, _, _ = in_the_room(karin, yusuf)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    goal(karin, "Ours", mentorship)
    karin.session.replication.connect(carrier.base)
    calm(karin)
    choice = karin.session.replication.choice
    assert choice is not None
    joining = tablet.session.joining()
    grant = devices(karin).hear(joining.text, {"address": choice.address, "pin": choice.pin})
    tablet.session.join(joining.hear(grant.text), OTHER_PHRASE, name="Plattan")
    tablet.session.replication.start()
    waiting = devices(tablet).waiting
    assert waiting is not None
    id = devices(karin).admit(waiting.text)
    calm(karin)

    def came() -> bool:
        tablet.session.replication.now()
        return devices(tablet).waiting is None and "Ours" in goals(tablet)

    until(came)
    goal(tablet, "From the tablet", mentorship)
    until(lambda: "From the tablet" in goals(karin))

    devices(karin).revoke(id)
    calm(karin)
    goal(karin, "After", mentorship)
    calm(karin)
    goal(tablet, "Too late", mentorship)
    tablet.session.replication.now()
    until(lambda: tablet.session.replication.standing.condition in ("stuck", "calm"))
    time.sleep(0.3)
    calm(karin)
    assert "After" not in goals(tablet)
    assert "Too late" not in goals(karin)


def test_what_is_wrong_is_said_and_leaves_the_app_empty(carrier: Running, phones: Callable[..., Phone]) -> None:
    paper: list[RecoveryKey] = []
    karin = phones("Karin", "mentor", paper)
    karin.session.replication.connect(carrier.base)
    calm(karin)
    new = phones("new")
    for address, key, phrase, fault in (
        ("nonsense", paper[0].text, OTHER_PHRASE, BadAddress),
        (carrier.base, "not a key", OTHER_PHRASE, BadRecoveryKey),
        (carrier.base, RecoveryKey.new().text, OTHER_PHRASE, NothingOnServer),
        (carrier.base, paper[0].text, "kort", PassphraseUnfit),
        ("http://127.0.0.1:1", paper[0].text, OTHER_PHRASE, NoAnswer),
    ):
        with pytest.raises(fault):
            new.session.return_with(address, "", key, phrase)
        assert new.session.phase is Phase.ABSENT
    assert new.session.return_with(carrier.base, "", paper[0].text, OTHER_PHRASE) == []


def test_a_restored_backup_is_a_new_device_and_the_recovery_key_lets_it_in(
    carrier: Running, phones: Callable[..., Phone]
) -> None:
    paper: list[RecoveryKey] = []
    karin, yusuf = phones("Karin", "mentor", paper), phones("Yusuf", "mentee")
    mentorship, _, _ = in_the_room(karin, yusuf)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    goal(karin, "In the backup", mentorship)
    for one in (karin, yusuf):
        one.session.replication.connect(carrier.base)
    calm(karin, yusuf)
    backup = karin.session.make_backup().data
    goal(karin, "After the backup", mentorship)
    calm(karin, yusuf)
    karin.session.lock()
    new = phones("new")
    new.session.restore(backup, paper[0].text, OTHER_PHRASE)
    assert len(devices(new).outside()) == 2
    new.session.replication.start()
    until(lambda: new.session.replication.standing.condition in ("calm", "stuck"))
    assert len(devices(new).outside()) == 2, "no second founding, and not let in by itself"
    with pytest.raises(WrongRecoveryKey):
        new.session.bring_back(RecoveryKey.new().text)
    assert new.session.bring_back(paper[0].text) == []
    assert devices(new).outside() == []
    assert goals(new) == {"In the backup", "After the backup"}
    goal(new, "From the restored phone", mentorship)
    until(lambda: "From the restored phone" in goals(yusuf))
    assert yusuf.session.exchange.alarms() == []


def test_without_a_server_the_other_s_package_and_the_recovery_key_are_enough(phones: Callable[..., Phone]) -> None:
    paper: list[RecoveryKey] = []
    karin, yusuf = phones("Karin", "mentor", paper), phones("Yusuf", "mentee")
    mentorship, _, _ = in_the_room(karin, yusuf)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    goal(karin, "In the backup", mentorship)
    karin.pairing.take(yusuf.pairing.package(mentorship).data)
    backup = karin.session.make_backup().data
    goal(karin, "After the backup", mentorship)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    goal(yusuf, "From Yusuf", mentorship)
    karin.session.lock()

    new = phones("new")
    new.session.restore(backup, paper[0].text, OTHER_PHRASE)
    assert goals(new) == {"In the backup"}
    assert len(new.session.bring_back(paper[0].text)) == 1, "the shared space is with Yusuf"
    new.pairing.take(yusuf.pairing.package(mentorship, whole=True).data)
    assert goals(new) == {"In the backup", "After the backup", "From Yusuf"}
    assert len(devices(new).outside()) == 1
    assert new.session.bring_back(paper[0].text) == []
    assert devices(new).outside() == []
    goal(new, "From the restored phone", mentorship)
    yusuf.pairing.take(new.pairing.package(mentorship).data)
    assert "From the restored phone" in goals(yusuf)
    assert yusuf.session.exchange.alarms() == []
    assert [(one.kind, one.name) for one in devices(yusuf).news()] == [("reset", "Karin")]
    goal(yusuf, "And back", mentorship)
    new.pairing.take(yusuf.pairing.package(mentorship).data)
    assert "And back" in goals(new)


def test_a_copy_that_went_on_is_a_new_device_and_is_let_in_by_the_recovery_key(
    phones: Callable[..., Phone], tmp_path: Path
) -> None:
    paper: list[RecoveryKey] = []
    karin, yusuf = phones("Karin", "mentor", paper), phones("Yusuf", "mentee")
    mentorship, _, _ = in_the_room(karin, yusuf)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    goal(karin, "Before the copy", mentorship)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    karin.session.lock()
    karin.session.unlock(PHRASE)
    goal(karin, "Not sealed when it was copied", mentorship)
    karin.session.lock()
    shutil.copytree(tmp_path / "Karin" / "vault", tmp_path / "copy")
    karin.session.unlock(PHRASE)
    goal(karin, "After the copy", mentorship)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    before = devices(karin).all()[0].id
    karin.session.lock()
    shutil.rmtree(tmp_path / "Karin" / "vault")
    (tmp_path / "copy").rename(tmp_path / "Karin" / "vault")

    karin.session.unlock(PHRASE, accept_older=True)
    assert devices(karin).all()[0].id != before
    assert len(devices(karin).outside()) == 1
    goal(karin, "Written on the copy", mentorship)
    # First what others have of the time after the copy: what is not known when the key is typed, is cut off.
    karin.pairing.take(yusuf.pairing.package(mentorship, whole=True).data)
    assert karin.session.bring_back(paper[0].text) == []
    everything = {"Before the copy", "Not sealed when it was copied", "After the copy", "Written on the copy"}
    assert everything <= goals(karin)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    assert everything <= goals(yusuf)
    assert yusuf.session.exchange.alarms() == karin.session.exchange.alarms() == []


def test_what_only_the_backup_holds_reaches_the_others_all_the_same(phones: Callable[..., Phone]) -> None:
    """Written on the lost phone, never handed to anybody: the restored one says it."""
    paper: list[RecoveryKey] = []
    karin, yusuf, tablet = phones("Karin", "mentor", paper), phones("Yusuf", "mentee"), phones("tablet")
    mentorship, _, _ = in_the_room(karin, yusuf)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    karin.pairing.take(yusuf.pairing.package(mentorship).data)
    goal(karin, "Never sent", mentorship)
    goal(karin, "Mine, before there was a second device")
    backup = karin.session.make_backup().data
    karin.session.lock()
    new = phones("new")
    new.session.restore(backup, paper[0].text, OTHER_PHRASE)
    new.pairing.take(yusuf.pairing.package(mentorship, whole=True).data)
    assert new.session.bring_back(paper[0].text) == []
    yusuf.pairing.take(new.pairing.package(mentorship).data)
    assert "Never sent" in goals(yusuf)
    add(new, tablet)
    assert {"Never sent", "Mine, before there was a second device"} <= goals(tablet)
    written = new.session.exchange.waiting(new.session._open_spaces.personal)
    new.session.lock()
    new.session.unlock(OTHER_PHRASE)
    assert new.session.exchange.waiting(new.session._open_spaces.personal) == written, "said once"


def test_a_backup_from_before_anything_was_shared_founds_for_a_second_device(phones: Callable[..., Phone]) -> None:
    paper: list[RecoveryKey] = []
    karin, tablet = phones("Karin", "mentor", paper), phones("tablet")
    goal(karin, "Before")
    backup = karin.session.make_backup().data
    karin.session.lock()
    new = phones("new")
    new.session.restore(backup, paper[0].text, OTHER_PHRASE)
    goal(new, "After")
    add(new, tablet)
    assert goals(tablet) == {"Before", "After"}
    assert tablet.session.role == "mentor"


def test_a_replaced_recovery_key_finds_nothing_any_more(carrier: Running, phones: Callable[..., Phone]) -> None:
    paper: list[RecoveryKey] = []
    karin, tablet = phones("Karin", "mentor", paper), phones("tablet")
    add(karin, tablet)
    for one in (karin, tablet):
        one.session.replication.connect(carrier.base)
    until(lambda: _put(karin) and _put(tablet))
    new = karin.session.replace_recovery(PHRASE, paper[0].text)
    goal(karin, "After the change")
    karin.session.replication.now()

    def replaced() -> bool:
        karin.session.replication.now()
        return not karin.session._open_spaces.former_papers()

    until(replaced)
    goal(tablet, "Later still")

    until(lambda: "Later still" in goals(karin))
    until(lambda: _has_no_paper(tablet))
    assert tablet.session._open_spaces.sealed_root == karin.session._open_spaces.sealed_root
    phone_ = phones("new")
    with pytest.raises(NothingOnServer):
        phone_.session.return_with(carrier.base, "", paper[0].text, OTHER_PHRASE)
    assert phone_.session.return_with(carrier.base, "", new.text, OTHER_PHRASE) == []
    assert "After the change" in goals(phone_)


def test_a_device_that_puts_its_keyring_in_the_very_moment_of_the_replacement_does_not_undo_it(
    carrier: Running, phones: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    paper: list[RecoveryKey] = []
    karin = phones("Karin", "mentor", paper)
    karin.session.replication.connect(carrier.base)
    until(lambda: _put(karin))
    former = place_of(paper[0])
    real = Server.put_keyring

    def late(self: Server, id: bytes, secret: bytes, sealed: bytes, token: Any) -> None:
        real(self, id, secret, REPLACED, token)  # another device of hers
        real(self, id, secret, sealed, token)

    monkeypatch.setattr(Server, "put_keyring", late)
    until(lambda: _has_no_paper(karin))
    assert Server(carrier.base).keyring(former.id, former.secret) == REPLACED


@pytest.mark.parametrize("fails", [False, True])
def test_the_new_keyring_is_there_before_the_former_one_goes_and_that_goes_in_any_case(
    carrier: Running, phones: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    paper: list[RecoveryKey] = []
    karin = phones("Karin", "mentor", paper)
    add(karin, phones("tablet"))
    karin.session.replication.connect(carrier.base)
    until(lambda: _put(karin))
    former = place_of(paper[0]).id
    real, put = Server.put_keyring, list[tuple[bool, bool]]()

    def recording(self: Server, id: bytes, secret: bytes, sealed: bytes, token: Any) -> None:
        put.append((id == former, sealed == REPLACED))
        if fails and id != former:
            raise NoAnswer
        real(self, id, secret, sealed, token)

    monkeypatch.setattr(Server, "put_keyring", recording)
    new = karin.session.replace_recovery(PHRASE, paper[0].text)

    def replaced() -> bool:
        karin.session.replication.now()
        return not karin.session._open_spaces.former_papers()

    until(replaced)
    before = (True, False)  # what was on its way when she asked for a new key
    assert [one for one in put if one != before][:2] == [(False, False), (True, True)]
    back = phones("new")
    with pytest.raises(NothingOnServer):
        back.session.return_with(carrier.base, "", paper[0].text, OTHER_PHRASE)
    if not fails:
        assert back.session.return_with(carrier.base, "", new.text, OTHER_PHRASE) == []


@pytest.mark.parametrize("moment", ["before it is sealed", "while it is sent"])
def test_a_recovery_key_that_is_replaced_while_a_keyring_is_on_its_way_finds_one_and_the_former_none(
    phones: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    paper: list[RecoveryKey] = []
    karin = phones("Karin", "mentor", paper)
    spaces, documents = karin.session._open_spaces, karin.session._open_vault.documents
    replaced: list[RecoveryKey] = []
    put: list[tuple[bytes, bool]] = []

    def replace() -> None:
        if not replaced:
            replaced.append(karin.session.replace_recovery(PHRASE, paper[0].text))

    class Places:
        origin = "http://127.0.0.1:1"

        def put_keyring(self, id: bytes, _secret: bytes, sealed: bytes, _token: Any) -> None:
            put.append((id, sealed == REPLACED))
            if moment == "while it is sent":
                replace()

    for_paper = spaces.for_paper
    if moment == "before it is sealed":

        def late() -> dict[str, Any]:
            replace()
            return for_paper()

        monkeypatch.setattr(spaces, "for_paper", late)
    for _ in range(3):
        returning.keep(Places(), spaces, documents, None)  # type: ignore[arg-type]  # only what it asks for
    former, new = place_of(paper[0]).id, place_of(replaced[0]).id
    assert put == [(former, False), (new, False), (former, True)]
    assert spaces.former_papers() == []


def test_a_refusal_meant_for_the_former_key_does_not_take_the_one_that_came_meanwhile(
    phones: Callable[..., Phone],
) -> None:
    paper: list[RecoveryKey] = []
    karin = phones("Karin", "mentor", paper)
    spaces, documents = karin.session._open_spaces, karin.session._open_vault.documents
    replaced: list[RecoveryKey] = []
    former = place_of(paper[0])

    class Places:
        origin = "http://127.0.0.1:1"

        def put_keyring(self, id: bytes, _secret: bytes, sealed: bytes, _token: Any) -> None:
            if id == former.id and sealed != REPLACED:
                replaced.append(karin.session.replace_recovery(PHRASE, paper[0].text))
                raise ServerRefuses(status=409, reason="replaced")

    assert not returning.keep(Places(), spaces, documents, None)  # type: ignore[arg-type]  # only what it asks for
    assert spaces.paper == place_of(replaced[0])
    assert returning.keep(Places(), spaces, documents, None)  # type: ignore[arg-type]  # as above


def _device(of: Phone) -> list[Any]:
    return list(of.session._open_vault.documents.table("_device"))


def _has_no_paper(of: Phone) -> bool:
    """Whether it has been told that there is a new recovery key; it puts its keyring anew, also where one is on its way."""
    documents = of.session._open_vault.documents
    with documents.transaction():
        documents.table("_device").remove(doc_ids=[row.doc_id for row in _device(of) if row["kind"] == "keyring-put"])
    of.session.replication.now()
    return of.session._open_spaces.paper is None


def _put(of: Phone) -> bool:
    of.session.replication.now()
    return any(row["kind"] == "keyring-put" for row in _device(of))


def test_a_stolen_device_cannot_read_the_keyring_that_it_could_renew(
    carrier: Running, phones: Callable[..., Phone]
) -> None:
    from app.services.sharing import returning

    karin, tablet = phones("Karin", "mentor"), phones("tablet")
    add(karin, tablet)
    give(tablet, karin)
    place = tablet.session._open_spaces.paper
    assert place is not None
    assert place == karin.session._open_spaces.paper
    karin.session.replication.connect(carrier.base)
    calm(karin)
    server = returning.reach(carrier.base)

    def kept() -> bytes | None:
        return server.keyring(place.id, place.secret)

    until(lambda: kept() is not None)
    sealed = kept()
    assert sealed is not None
    documents = tablet.session._open_vault.documents
    held = {value for row in documents.table("_device") for value in row.values() if isinstance(value, str)}
    from sync import hpke, labels
    from sync.errors import CannotOpen

    for secret in held:
        try:
            raw = bytes.fromhex(secret)[:32]
        except ValueError:
            continue
        if len(raw) == 32:
            with pytest.raises(CannotOpen):
                hpke.open_sealed(raw, sealed[1:], info=labels.KEYRING_SEAL + place.id)
    server.close()
