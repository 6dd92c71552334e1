"""Several devices of one person: Karin's phone and her tablet, and Yusuf on the other side."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.errors import DeviceUnknown, NotShared, NoVault, SessionBusy, WrongPassphrase, WrongRecoveryKey
from app.model.commands import AddPerson, SetGoal, SetSetting
from app.model.entities import Mentorship
from app.model.queries import AboutMe, One
from app.services.session import Phase, Session
from app.services.sharing import joining
from app.services.sharing.joining import Joining, read_keyring
from app.services.spaces import DEVICE
from app.vault.kdf import Cost
from sync.errors import (
    BadRecord,
    BundleDamaged,
    BundleNotForMe,
    BundleSeen,
    CannotOpen,
    CodeForElsewhere,
    OwnCode,
    PairingExpired,
    PairingOver,
    SyncError,
)
from sync.protocol import Envelope
from sync.recovery import RecoveryKey
from tests.support.effort import effort
from tests.support.patience import PATIENCE
from tests.support.phones import (
    ASSETS,
    OTHER_PHRASE,
    PHRASE,
    Clock,
    Phone,
    add,
    devices,
    give,
    goals,
    in_the_room,
)
from tests.support.programme import CARD
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("quick_kdf")


@pytest.fixture
def empty(tmp_path: Path) -> Callable[[str], Phone]:
    def made(name: str) -> Phone:
        clock = Clock()
        folder = tmp_path / name
        return Phone(Session(folder / "vault", folder / "state", ASSETS, cost=Cost(), now=clock.now), folder, clock)

    return made


def goal(of: Phone, title: str, mentorship: str = "") -> None:
    of.session.store.execute(
        SetGoal(title=title, mentorship=mentorship) if mentorship else SetGoal(title=title, private=True)
    )


@pytest.fixture
def pair(karin: Phone, yusuf: Phone) -> str:
    mentorship, _, _ = in_the_room(karin, yusuf)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    return mentorship


def test_a_second_device_has_everything_without_a_network(
    karin: Phone, yusuf: Phone, pair: str, empty: Callable[[str], Phone]
) -> None:
    goal(karin, "Mine alone")
    goal(karin, "Ours", pair)
    karin.session.programme.join(CARD.text)
    tablet = empty("tablet")
    id = add(karin, tablet)
    assert tablet.session.programme.joined == karin.session.programme.joined is not None
    assert goals(tablet) == {"Mine alone", "Ours"}
    assert tablet.people() == ["Yusuf"]
    me = tablet.session.store.ask(AboutMe())
    assert me is not None
    assert (me.name, me.role) == ("Karin", "mentor")
    peer = tablet.pairing.peer(pair)
    assert peer is not None
    assert (peer.name, peer.compared) == ("Yusuf", True)
    assert [(one.name, one.this) for one in devices(tablet).all()] == [("Plattan", True), ("", False)]
    assert {one.id for one in devices(karin).all()} == {one.id for one in devices(tablet).all()}
    assert id == devices(tablet).all()[0].id

    goal(tablet, "From the tablet", pair)
    give(tablet, karin)
    assert "From the tablet" in goals(karin)
    yusuf.pairing.take(karin.pairing.package(pair).data)
    assert "From the tablet" in goals(yusuf)
    assert {one.name for one in devices(karin).all()} == {"Plattan", ""}
    heard = {one.name: one.heard for one in devices(karin).all()}
    assert heard["Plattan"] is not None


def test_it_has_a_passphrase_and_a_vault_of_its_own(karin: Phone, empty: Callable[[str], Phone]) -> None:
    tablet = empty("tablet")
    add(karin, tablet)
    tablet.session.lock()
    with pytest.raises(WrongPassphrase):
        tablet.session.unlock(PHRASE)
    tablet.session.unlock(OTHER_PHRASE)
    assert goals(tablet) == goals(karin)
    seeds = {
        row["seed"]
        for one in (karin, tablet)
        for row in one.session._open_vault.documents.table(DEVICE)
        if row["kind"] == "device"
    }
    assert len(seeds) == 2
    assert karin.session._open_spaces.device(karin.session._open_spaces.personal) != tablet.session._open_spaces.device(
        tablet.session._open_spaces.personal
    )
    code_of = tablet.session.joining()
    joined = code_of.hear(devices(karin).hear(code_of.text).text)
    with pytest.raises(SessionBusy):
        tablet.session.join(joined, PHRASE, name="once more")


def test_a_linked_device_takes_a_new_recovery_key_with_the_one_on_paper_at_hand(
    tmp_path: Path, empty: Callable[[str], Phone]
) -> None:
    folder, clock = tmp_path / "karin", Clock()
    session = Session(folder / "vault", folder / "state", ASSETS, cost=Cost(), now=clock.now)
    paper = session.create(PHRASE, name="Karin", role="mentor", language="sv")
    karin, tablet = Phone(session, folder, clock), empty("tablet")
    add(karin, tablet)
    root = tablet.session._open_spaces.root
    with pytest.raises(WrongRecoveryKey):
        tablet.session.replace_recovery(OTHER_PHRASE, RecoveryKey.new().text)
    new = tablet.session.replace_recovery(OTHER_PHRASE, paper.text)
    assert tablet.session._open_spaces.root == root
    give(tablet, karin)
    assert karin.session._open_spaces.root_key(new).public == root
    tablet.session.lock()
    tablet.session.recover(new.text, PHRASE)
    assert goals(tablet) == goals(karin)
    for one in (karin, tablet):
        one.session.lock()


def test_the_answer_can_wait_for_a_restart_on_both_sides(karin: Phone, empty: Callable[[str], Phone]) -> None:
    tablet = empty("tablet")
    code_of = tablet.session.joining()
    tablet.session.join(code_of.hear(devices(karin).hear(code_of.text).text), OTHER_PHRASE, name="Plattan")
    answer = devices(tablet).waiting
    assert answer is not None
    karin.restart()
    assert devices(karin)._rows("linking"), "a new phone was given something and has not answered yet"
    devices(karin).admit(answer.text)
    assert not devices(karin)._rows("linking")
    tablet.session.lock()
    tablet.session.unlock(OTHER_PHRASE)
    assert devices(tablet).waiting == answer
    devices(tablet).take(devices(karin).package().data)
    assert devices(tablet).waiting is None
    assert len(devices(tablet).all()) == 2


def test_a_space_that_one_founds_later_comes_to_the_other_by_itself(
    karin: Phone, yusuf: Phone, empty: Callable[[str], Phone]
) -> None:
    tablet = empty("tablet")
    add(karin, tablet)
    mentorship, _, _ = in_the_room(karin, yusuf)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    goal(karin, "Ours", mentorship)
    give(karin, tablet)  # tells of the space
    give(tablet, karin)  # asks to be let in
    give(karin, tablet)  # and is
    assert "Ours" in goals(tablet)
    assert tablet.people() == ["Yusuf"]
    goal(tablet, "Back", mentorship)
    yusuf.pairing.take(tablet.pairing.package(mentorship).data)
    assert "Back" in goals(yusuf)


def test_a_revoked_device_reads_nothing_newer_and_what_it_writes_does_not_count(
    karin: Phone, yusuf: Phone, pair: str, empty: Callable[[str], Phone]
) -> None:
    tablet = empty("tablet")
    id = add(karin, tablet)
    goal(tablet, "Before", pair)
    give(tablet, karin)
    devices(karin).revoke(id)
    assert [one.id for one in devices(karin).all()] == [devices(karin).all()[0].id]
    for space in karin.session.exchange.shared():  # a new key in each space at once, not when something is written
        authority = karin.session.exchange.authority(space)
        assert authority.current is not None
        assert tablet.session.exchange.keys(space).id not in authority.members
    goal(karin, "After, mine")
    goal(karin, "After, ours", pair)
    with pytest.raises(NotShared):
        devices(karin).package()
    yusuf.pairing.take(karin.pairing.package(pair).data)
    for space in tablet.session.exchange.shared():  # somebody hands it the envelopes all the same
        tablet.session.exchange.take(space, karin.session.exchange.outgoing(space))
    assert not {"After, mine", "After, ours"} & goals(tablet)
    assert [one.kind for one in devices(tablet).news()] == ["out"]
    for phone_ in (karin, yusuf):
        assert "Before" in goals(phone_)


def test_a_device_is_out_at_once_also_while_another_thread_looks_after_the_others(
    karin: Phone, empty: Callable[[str], Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    id = add(karin, empty("tablet"))
    mine = devices(karin)
    real = mine._said
    revoking = threading.Thread(target=mine.revoke, args=(id,), daemon=True)

    def said() -> dict[str, Any]:
        found = real()  # what was said before the removal
        if threading.current_thread() is not revoking and not revoking.ident:
            revoking.start()
            revoking.join(0.1)
        return found

    monkeypatch.setattr(mine, "_said", said)
    mine.tend()
    revoking.join(PATIENCE)
    assert not revoking.is_alive()
    assert id not in {one.id for one in mine.all()}


def test_whoever_tends_waits_for_nobody_who_takes_something_in(karin: Phone, empty: Callable[[str], Phone]) -> None:
    """What is taken in is told with the exchange's lock held, by whichever thread; another may be looking there."""
    add(karin, empty("tablet"))
    lock = karin.session.exchange._logs.one
    tending = threading.Thread(target=devices(karin).tend, daemon=True)
    told = threading.Event()

    def take() -> None:
        with lock:
            tending.start()
            tending.join(0.05)
            devices(karin)._came()
            told.set()

    threading.Thread(target=take, daemon=True).start()
    assert told.wait(PATIENCE)
    tending.join(PATIENCE)
    assert not tending.is_alive()


def test_what_a_revoked_device_had_sealed_before_it_heard_of_it_does_not_count(
    karin: Phone, yusuf: Phone, pair: str, empty: Callable[[str], Phone]
) -> None:
    tablet = empty("tablet")
    id = add(karin, tablet)
    devices(karin).revoke(id)
    goal(tablet, "Written by the thief", pair)
    space = there(karin.session.store.ask(One(Mentorship, pair))).space
    tablet.session.exchange.seal(space)
    forged = tablet.session.exchange.outgoing(space)
    for to in (karin, yusuf):
        to.session.exchange.take(space, karin.session.exchange.outgoing(space))
        to.session.exchange.take(space, forged)
        assert "Written by the thief" not in goals(to)
    assert "Written by the thief" in goals(tablet), "it stays on that device, for its person to export"


def test_the_others_are_told_in_plain_words(
    karin: Phone, yusuf: Phone, pair: str, empty: Callable[[str], Phone]
) -> None:
    tablet, laptop = empty("tablet"), empty("laptop")
    add(karin, tablet)
    assert devices(karin).news() == [], "who added it knows"
    assert devices(tablet).news() == []
    third = add(karin, laptop, "Datorn")
    give(karin, tablet)
    assert [(one.kind, one.id) for one in devices(tablet).news()] == [("added", third)]
    devices(tablet).told()
    assert devices(tablet).news() == []
    yusuf.pairing.take(karin.pairing.package(pair).data)
    assert [(one.kind, one.name) for one in devices(yusuf).news()] == [("theirs", "Karin")] * 2
    devices(yusuf).told()
    assert devices(yusuf).news() == []
    devices(karin).revoke(third)
    give(karin, tablet)
    assert [(one.kind, one.id) for one in devices(tablet).news()] == [("removed", third)]


def test_what_asks_to_be_let_in_and_is_not_that_device_is_not_let_in(
    karin: Phone, yusuf: Phone, pair: str, empty: Callable[[str], Phone]
) -> None:
    tablet = empty("tablet")
    id = add(karin, tablet)
    alone = karin.mentorship("Sara")  # a space in which the tablet is not yet
    found = karin.session.store.ask(One(Mentorship, alone))
    assert found is not None
    strange = yusuf.session._open_spaces.introduction(found.space, "Karin").to_bytes().hex()
    for value in (strange, "nonsense", "00", 7):
        karin.session.store.execute(SetSetting(key=f"entry.{found.space}.{id}", value=value))
        devices(karin).tend()
        if found.space in karin.session.exchange.shared():
            assert len(karin.session.exchange.authority(found.space).members) == 1
    for key, value in (
        ("space.zz", "{}"),
        (f"space.{'0' * 32}", '{"genesis":"00"}'),
        ("root", "[]"),
        ("root", '{"root":1}'),
    ):
        karin.session.store.execute(SetSetting(key=key, value=value))
        devices(karin).tend()
    assert {space for space, _ in karin.session._open_spaces.all()} >= {found.space}


def test_names_are_the_same_everywhere(karin: Phone, empty: Callable[[str], Phone]) -> None:
    tablet = empty("tablet")
    id = add(karin, tablet)
    give(tablet, karin)
    assert devices(karin).name(id) == "Plattan"
    devices(karin).rename(id, " Plattan\u202e i köket ")
    give(karin, tablet)
    assert devices(tablet).name(id) == "Plattan i köket"
    with pytest.raises(DeviceUnknown):
        devices(karin).rename("0" * 32, "Ingen")


def test_this_device_and_strangers_are_not_revoked(karin: Phone, empty: Callable[[str], Phone]) -> None:
    tablet = empty("tablet")
    add(karin, tablet)
    for id in (devices(karin).all()[0].id, "0" * 32, ""):
        with pytest.raises(DeviceUnknown):
            devices(karin).revoke(id)
    assert len(devices(karin).all()) == 2


def test_hostile_codes_change_nothing(karin: Phone, yusuf: Phone, empty: Callable[[str], Phone]) -> None:
    tablet, other = empty("tablet"), empty("other")
    code_of, second = tablet.session.joining(), other.session.joining()
    mentorship = karin.mentorship("Yusuf")
    for text in (karin.pairing.show(mentorship), karin.pairing.invite(mentorship)):
        with pytest.raises(CodeForElsewhere):
            devices(karin).hear(text)
        with pytest.raises(CodeForElsewhere):
            code_of.hear(text)
    with pytest.raises(CodeForElsewhere):
        yusuf.pairing.hear(code_of.text)
    grant = devices(karin).hear(code_of.text)
    with pytest.raises(CannotOpen):
        second.hear(grant.text)
    with pytest.raises(OwnCode):
        code_of.hear(code_of.text)
    with pytest.raises(PairingOver):
        devices(yusuf).admit(code_of.hear(grant.text).answer)
    stranger = second.hear(devices(yusuf).hear(second.text).text)
    with pytest.raises(CannotOpen):
        devices(karin).admit(stranger.answer)
    assert len(devices(karin).all()) == 1
    assert tablet.session.phase is Phase.ABSENT


def test_a_code_and_an_answer_live_for_an_hour_and_an_answer_once(karin: Phone, empty: Callable[[str], Phone]) -> None:
    tablet = empty("tablet")
    code_of = tablet.session.joining()
    grant = devices(karin).hear(code_of.text)
    tablet.clock.at += timedelta(hours=1, seconds=1)
    with pytest.raises(PairingExpired):
        code_of.hear(grant.text)
    tablet.clock.at -= timedelta(hours=1)
    answer = code_of.hear(grant.text).answer
    karin.clock.at += timedelta(hours=1, seconds=1)
    with pytest.raises(PairingExpired):
        devices(karin).admit(answer)
    karin.clock.at -= timedelta(hours=1)
    devices(karin).admit(answer)
    with pytest.raises(PairingOver):
        devices(karin).admit(answer)
    assert len(devices(karin).all()) == 2


def test_a_package_is_for_the_new_device_alone_and_is_read_once(
    karin: Phone, yusuf: Phone, empty: Callable[[str], Phone]
) -> None:
    tablet = empty("tablet")
    add(karin, tablet)
    goal(karin, "Later")
    data = devices(karin).package().data
    assert b"Later" not in data
    with pytest.raises(BundleNotForMe):
        devices(yusuf).take(data)
    for changed in (data[:-1], data[:200] + bytes([data[200] ^ 1]) + data[201:]):
        with pytest.raises((BundleDamaged, BundleNotForMe)):
            devices(tablet).take(changed)
    devices(tablet).take(data)
    with pytest.raises(BundleSeen):
        devices(tablet).take(data)
    assert "Later" in goals(tablet)
    text = devices(karin).package().text
    assert devices(tablet).read(text) == 0


def test_half_a_year_later_the_spaces_have_new_keys(
    karin: Phone, yusuf: Phone, pair: str, empty: Callable[[str], Phone]
) -> None:
    tablet = empty("tablet")
    add(karin, tablet)
    found = karin.session.store.ask(One(Mentorship, pair))
    assert found is not None
    space = found.space

    def epoch() -> bytes:
        current = karin.session.exchange.authority(space).current
        assert current is not None
        return current.id

    first = epoch()
    karin.clock.at += timedelta(days=179)
    goal(karin, "Under the first key", pair)
    karin.session.exchange.seal(space)
    assert epoch() == first
    karin.clock.at += timedelta(days=2)
    goal(karin, "Under a new one", pair)
    karin.session.exchange.seal(space)
    second = epoch()
    assert second != first
    goal(karin, "And the same", pair)
    karin.session.exchange.seal(space)
    assert epoch() == second
    give(karin, tablet)
    yusuf.pairing.take(karin.pairing.package(pair).data)
    for other in (tablet, yusuf):
        assert {"Under the first key", "Under a new one", "And the same"} <= goals(other)


def test_what_is_handed_over_holds_no_key_of_any_space(karin: Phone, empty: Callable[[str], Phone]) -> None:
    goal(karin, "Mine")
    code_of = empty("tablet").session.joining()
    joined = code_of.hear(devices(karin).hear(code_of.text).text)
    assert "keys" not in joined.keyring
    secrets = {row["secret"] for row in karin.session._open_vault.documents.table("_epoch")}
    whole = repr(joined.keyring)
    assert not any(secret in whole for secret in secrets)
    assert PHRASE not in whole


def test_what_is_handed_over_is_what_arrives_and_every_cut_is_refused(
    karin: Phone, empty: Callable[[str], Phone]
) -> None:
    spaces = karin.session._open_spaces
    given = spaces.handed_over() | {"server": {"address": "https://fika.example.org:443", "pin": "ab" * 32}}
    raw = joining.pack(given)
    assert joining.unpack(raw, spaces.root) == given
    for end in range(len(raw)):
        with pytest.raises(SyncError):
            joining.unpack(raw[:end], spaces.root)
    with pytest.raises(BadRecord):
        joining.unpack(raw + raw[-67:], spaces.root)
    with pytest.raises(BadRecord):
        joining.pack(given | {"spaces": given["spaces"] * 201})


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{}", b'{"root":1}', b'{"root":"' + b"0" * 64 + b'"}', b"\xff", b"{" * 100],
    ids=["nothing", "list", "empty", "number", "weak", "bytes", "deep"],
)
def test_a_keyring_that_is_none_is_refused(raw: bytes) -> None:
    with pytest.raises(Exception) as refused:
        read_keyring(raw)
    assert isinstance(refused.value, BadRecord) or refused.value.__class__.__name__ == "UnfitPublicKey"


def test_before_there_is_a_vault_there_is_none(empty: Callable[[str], Phone]) -> None:
    assert isinstance(empty("tablet").session.joining(), Joining)
    with pytest.raises(NoVault):
        empty("other").session.unlock(PHRASE)


def test_people_are_added_from_either_device(karin: Phone, empty: Callable[[str], Phone]) -> None:
    tablet = empty("tablet")
    add(karin, tablet)
    tablet.session.store.execute(AddPerson(name="Sara", my_role="mentor"))
    for one, other in ((tablet, karin), (karin, tablet), (tablet, karin)):
        give(one, other)
    assert len(karin.session.exchange.shared()) == 2
    assert karin.people() == ["Sara"]
    (mentorship,) = karin.session.store.everything(Mentorship)
    goal(karin, "With Sara", mentorship.id)
    give(karin, tablet)
    assert "With Sara" in goals(tablet)


@pytest.mark.parametrize("seed", range(effort(1, 40)))
def test_two_devices_and_a_partner_agree_after_anything(
    karin: Phone, yusuf: Phone, pair: str, empty: Callable[[str], Phone], seed: int
) -> None:
    """Envelopes are lost, doubled, late and in any order, between three phones; then three calm rounds."""
    dice = random.Random(seed)
    tablet = empty("tablet")
    add(karin, tablet)
    found = karin.session.store.ask(One(Mentorship, pair))
    assert found is not None
    ours, mine = found.space, karin.session._open_spaces.personal
    routes = [
        (one, other, ours) for one in (karin, tablet, yusuf) for other in (karin, tablet, yusuf) if one is not other
    ]
    routes += [(karin, tablet, mine), (tablet, karin, mine)]
    late: list[tuple[Phone, str, list[Envelope]]] = []
    written: set[str] = set()
    private: set[str] = set()

    def bring(to: Phone, space: str, envelopes: list[Envelope]) -> None:
        to.session.exchange.take(space, envelopes)

    for step in range(effort(40, 200)):
        who = dice.choice([karin, tablet, yusuf])
        title = f"{step} by {('Karin', 'tablet', 'Yusuf')[[karin, tablet, yusuf].index(who)]}"
        if who is not yusuf and dice.random() < 0.3:
            goal(who, title)
            private.add(title)
        elif dice.random() < 0.6:
            goal(who, title, pair)
            written.add(title)
        one, other, space = dice.choice(routes)
        one.session.exchange.seal(space)
        sent = one.session.exchange.outgoing(space)
        sent = [envelope for envelope in sent if dice.random() < 0.8] + dice.sample(sent, len(sent) // 3)
        dice.shuffle(sent)
        if dice.random() < 0.3:
            late.append((other, space, sent))
        else:
            bring(other, space, sent)
        if late and dice.random() < 0.3:
            bring(*late.pop(dice.randrange(len(late))))
    for held in late:
        bring(*held)
    for _ in range(3):
        for one, other, space in routes:
            one.session.exchange.seal(space)
            bring(other, space, one.session.exchange.outgoing(space))
    for phone_ in (karin, tablet, yusuf):
        there = goals(phone_)
        assert written <= there
        assert (private <= there) is (phone_ is not yusuf)
        assert not private & there or phone_ is not yusuf
        assert phone_.session.exchange.alarms() == []
        assert phone_.session.exchange.lacking(ours) == 0
    assert goals(karin) == goals(tablet)
