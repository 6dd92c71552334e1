"""Two people stop sharing: one takes the other out, or leaves; what each keeps, what each is told, and the way back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.errors import NotShared
from app.model.commands import AddTask
from app.model.entities import Mentorship, Task
from app.model.queries import One
from app.services.session import Session
from app.services.sharing.parting import How, Parting
from app.vault.kdf import Cost
from sync.errors import SyncError
from tests.support.patience import until
from tests.support.phones import ASSETS, Clock, Phone, add, give, in_the_room
from tests.sync.server.running import Running

pytestmark = pytest.mark.usefixtures("quick_kdf")


@pytest.fixture
def pair(karin: Phone, yusuf: Phone) -> str:
    mentorship, _, _ = in_the_room(karin, yusuf)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    karin.pairing.take(yusuf.pairing.package(mentorship).data)
    return mentorship


@contextmanager
def tablet_of(folder: Path) -> Iterator[Phone]:
    """A second device, not set up yet."""
    clock = Clock()
    at = folder / "tablet"
    made = Phone(Session(at / "vault", at / "state", ASSETS, cost=Cost(), now=clock.now), at, clock)
    yield made
    made.session.lock()


def parting(of: Phone) -> Parting:
    return of.session.parting


def write(of: Phone, mentorship: str, text: str) -> None:
    of.session.store.execute(AddTask(text=text, mentorship=mentorship))


def tasks(of: Phone) -> set[str]:
    return {one.text for one in of.session.store.everything(Task)}


def space_of(of: Phone, mentorship: str) -> str:
    found = of.session.store.ask(One(Mentorship, mentorship))
    assert found is not None
    return found.space


def news(of: Phone) -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in of.session.devices.news()]


def how(of: Phone, mentorship: str) -> How | None:
    found = parting(of).of(mentorship)
    return found.how if found else None


def test_nothing_has_ended_where_two_share_and_where_nobody_does(karin: Phone, yusuf: Phone, pair: str) -> None:
    alone = karin.mentorship("Åsa")
    for one, mentorship in ((karin, pair), (yusuf, pair), (karin, alone)):
        assert how(one, mentorship) is None
    assert parting(karin).shares(pair) and parting(yusuf).shares(pair) and not parting(karin).shares(alone)
    with pytest.raises(NotShared):
        parting(karin).dismiss(alone)
    with pytest.raises(NotShared):
        parting(karin).leave(alone)


def test_whoever_is_taken_out_keeps_what_there_was_and_gets_nothing_more(karin: Phone, yusuf: Phone, pair: str) -> None:
    write(karin, pair, "Before")
    yusuf.pairing.take(karin.pairing.package(pair).data)
    write(karin, pair, "Typed and not sent")
    space = space_of(karin, pair)
    parting(karin).dismiss(pair)
    write(karin, pair, "After")
    assert how(karin, pair) is How.DISMISSED and karin.pairing.peer(pair) is None
    assert tasks(karin) == {"Before", "Typed and not sent", "After"}
    everything = karin.session.exchange.outgoing(space)
    yusuf.pairing.take(parting(karin).farewell(pair).data)
    assert how(yusuf, pair) is How.OUT and news(yusuf) == [("dismissed", "Karin")]
    yusuf.session.exchange.take(
        space, everything
    )  # and if somebody brings it all: it is under a key that they have not
    assert tasks(yusuf) == {"Before"}
    assert yusuf.session.devices.outside() == []  # their phone is a good one
    write(yusuf, pair, "Stays here")
    assert yusuf.session.exchange.seal(space) == 0 and yusuf.pairing.peer(pair) is None
    assert news(karin) == []  # whoever did it knows
    yusuf.session.devices.told()
    assert news(yusuf) == []


def test_taking_somebody_out_can_be_undone(karin: Phone, yusuf: Phone, pair: str) -> None:
    parting(karin).dismiss(pair)
    write(karin, pair, "While out")
    parting(karin).again(pair)
    assert how(karin, pair) is None and karin.pairing.peer(pair) is not None
    yusuf.pairing.take(karin.pairing.package(pair).data)
    assert how(yusuf, pair) is None and news(yusuf) == [] and tasks(yusuf) == {"While out"}
    write(yusuf, pair, "Back")
    karin.pairing.take(yusuf.pairing.package(pair).data)
    assert "Back" in tasks(karin)


@pytest.mark.parametrize("lost", ["none", "the first", "the second"])
def test_undo_brings_back_every_device_that_was_in_and_none_that_its_owner_had_taken_out(
    karin: Phone, yusuf: Phone, pair: str, tmp_path: Path, lost: str
) -> None:
    with tablet_of(tmp_path) as tablet:
        second = add(yusuf, tablet)
        left = yusuf
        if lost == "the first":
            left = tablet
            tablet.session.devices.revoke(next(one.id for one in tablet.session.devices.all() if not one.this))
        elif lost == "the second":
            yusuf.session.devices.revoke(second)
        karin.pairing.take(left.pairing.package(pair).data)
        in_there = {one.device for one in karin.session.exchange.people(space_of(karin, pair))}
        assert len(in_there) == (3 if lost == "none" else 2)
        parting(karin).dismiss(pair)
        ways = karin.session.exchange.ways_out(space_of(karin, pair))
        assert {one for one, way in ways.items() if way.way == "dismissed"} == in_there & ways.keys()
        parting(karin).again(pair)
        assert {one.device for one in karin.session.exchange.people(space_of(karin, pair))} == in_there
        write(karin, pair, "For you both")
        left.pairing.take(karin.pairing.package(pair).data)
        assert how(left, pair) is None and "For you both" in tasks(left)


def test_whoever_leaves_says_so_and_what_they_had_written_arrives(karin: Phone, yusuf: Phone, pair: str) -> None:
    write(yusuf, pair, "My last words")
    parting(yusuf).leave(pair)
    write(yusuf, pair, "Mine alone")
    assert how(yusuf, pair) is How.LEFT and yusuf.session.devices.outside() == [] and news(yusuf) == []
    karin.pairing.take(parting(yusuf).farewell(pair).data)
    assert how(karin, pair) is How.THEY_LEFT and karin.pairing.peer(pair) is None
    assert news(karin) == [("they-left", "Yusuf")] and tasks(karin) == {"My last words"}
    write(karin, pair, "On my own")
    space = space_of(karin, pair)
    assert karin.session.exchange.seal(space)
    yusuf.session.exchange.take(space, karin.session.exchange.outgoing(space))
    assert "On my own" not in tasks(yusuf)
    with pytest.raises(NotShared):
        parting(yusuf).leave(pair)


@pytest.mark.parametrize("way", ["left", "dismissed"])
def test_the_way_back_is_the_code_of_the_one_who_is_still_there(
    karin: Phone, yusuf: Phone, pair: str, way: str
) -> None:
    if way == "left":
        parting(yusuf).leave(pair)
        karin.pairing.take(parting(yusuf).farewell(pair).data)
    else:
        parting(karin).dismiss(pair)
        yusuf.pairing.take(parting(karin).farewell(pair).data)
    write(yusuf, pair, "Written meanwhile")
    back = yusuf.pairing.hear(karin.pairing.show(pair), mentorship=pair)
    karin.pairing.hear(back.send, mentorship=pair)
    assert yusuf.pairing.take(karin.pairing.package(pair).data).mentorship == pair
    for one in (karin, yusuf):
        assert how(one, pair) is None and one.pairing.peer(pair) is not None
    karin.pairing.take(yusuf.pairing.package(pair).data)
    assert tasks(karin) == {"Written meanwhile"}
    assert yusuf.people() == ["Karin"]


def test_another_device_of_mine_hears_what_i_did(karin: Phone, yusuf: Phone, pair: str, tmp_path: Path) -> None:
    with tablet_of(tmp_path) as tablet:
        add(karin, tablet)
        parting(karin).leave(pair)
        give(karin, tablet)
        assert how(tablet, pair) is How.LEFT and tablet.session.devices.outside() == []
        assert news(tablet) == [("i-left", "Karin")]


def test_taken_out_at_the_server_too_and_told_so_although_the_reason_cannot_be_read(
    karin: Phone, yusuf: Phone, pair: str, carrier: Running
) -> None:
    for one in (karin, yusuf):
        one.session.replication.connect(carrier.base)
    write(karin, pair, "By the server")
    until(lambda: "By the server" in tasks(yusuf))
    parting(karin).dismiss(pair)
    karin.session.replication.now()
    write(karin, pair, "Not for him")
    until(lambda: karin.session.replication.standing.waiting == 0)

    def asks() -> bool:
        yusuf.session.replication.now(asked=True)
        time.sleep(0.2)
        return how(yusuf, pair) in (How.SHUT, How.OUT)

    until(asks)
    found = parting(yusuf).of(pair)
    assert found is not None and found.name == "Karin"
    assert news(yusuf) == [("shut" if found.how is How.SHUT else "dismissed", "Karin")]
    rest = "shut" if found.how is How.SHUT else "calm"
    until(lambda: yusuf.session.replication.standing.condition == rest)  # what is his own is carried as before
    assert "Not for him" not in tasks(yusuf)
    parting(karin).again(pair)
    karin.session.replication.now()
    until(lambda: karin.session.replication.standing.waiting == 0)

    def is_back() -> bool:
        yusuf.session.replication.now(asked=True)
        time.sleep(0.2)
        return how(yusuf, pair) is None and "Not for him" in tasks(yusuf)

    until(is_back)
    for one in (karin, yusuf):
        one.session.replication.stop()


def shut_out(of: Phone, pair: str, *, allowed: bool = False) -> None:
    """What a server says, honest or not."""
    space = [space_of(of, pair)]
    of.session.exchange.refused([] if allowed else space, but_for=space if allowed else [])


def test_a_server_that_says_no_without_a_reason_takes_nothing_from_a_pair(
    karin: Phone, yusuf: Phone, pair: str
) -> None:
    shut_out(karin, pair)
    assert how(karin, pair) is How.SHUT and news(karin) == [("shut", "Yusuf")]
    assert parting(karin).where(space_of(karin, pair)) == pair
    write(karin, pair, "Written while shut out")
    karin.restart()
    assert how(karin, pair) is How.SHUT, "that the app was closed is no answer of the server"
    assert parting(karin).shares(pair) and parting(karin).may_dismiss(pair) and karin.pairing.peer(pair) is not None
    yusuf.pairing.take(karin.pairing.package(pair).data)
    karin.pairing.take(yusuf.pairing.package(pair).data)
    assert tasks(yusuf) == {"Written while shut out"} and how(yusuf, pair) is None
    shut_out(karin, pair, allowed=True)
    assert how(karin, pair) is None and news(karin) == []


@pytest.mark.parametrize("way", ["left", "dismissed"])
def test_who_is_shut_out_can_end_it_and_the_word_of_that_goes_by_package(
    karin: Phone, yusuf: Phone, pair: str, way: str
) -> None:
    shut_out(karin, pair)
    (parting(karin).leave if way == "left" else parting(karin).dismiss)(pair)
    ended = parting(karin).of(pair)
    assert ended is not None and (ended.how, ended.by_package) == (How(way), True)
    yusuf.pairing.take(parting(karin).farewell(pair).data)
    assert how(yusuf, pair) is (How.THEY_LEFT if way == "left" else How.OUT)


def test_somebody_whose_certificates_cannot_be_read_can_be_taken_out_as_well(
    karin: Phone, yusuf: Phone, pair: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = space_of(karin, pair)
    me = karin.session.exchange.keys(space).id
    karin.session.exchange.seal(space)
    log = karin.session.exchange._logs.of(space)
    monkeypatch.setattr(log, "people", {id: who for id, who in log.people.items() if id == me})
    assert [one.root for one in karin.session.exchange.people(space) if not one.mine] == [""]
    parting(karin).dismiss(pair)
    assert set(karin.session.exchange.authority(space).members) == {me}


def test_leaving_reaches_the_other_by_the_server(karin: Phone, yusuf: Phone, pair: str, carrier: Running) -> None:
    for one in (karin, yusuf):
        one.session.replication.connect(carrier.base)
    write(yusuf, pair, "Hello")
    until(lambda: "Hello" in tasks(karin))
    parting(yusuf).leave(pair)
    yusuf.session.replication.now()
    karin.session.replication.now()
    until(lambda: how(karin, pair) is How.THEY_LEFT)
    assert how(yusuf, pair) is How.LEFT
    until(lambda: yusuf.session.replication.standing.condition == "calm")
    for one in (karin, yusuf):
        one.session.replication.stop()


def test_who_left_cannot_be_made_to_come_back_by_old_records(karin: Phone, yusuf: Phone, pair: str) -> None:
    before = yusuf.session.exchange.outgoing(space_of(yusuf, pair))
    parting(yusuf).leave(pair)
    try:
        yusuf.session.exchange.take(space_of(yusuf, pair), before)
    except SyncError as exc:
        raise AssertionError from exc
    assert how(yusuf, pair) is How.LEFT
