"""Shared spaces as a device keeps them: two people, and what goes between them."""

import random

import pytest

from app.model.commands import SetGoal
from app.services.sharing import shelf
from sync.protocol import Envelope, Kind
from tests.support import pair
from tests.support.pair import Person, mentorship_of, titles

karin, yusuf = pair.karin, pair.yusuf


def test_what_one_writes_the_other_reads(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    karin.store.execute(SetGoal(title="Two interviews", mentorship=mentorship_of(karin)))
    karin.store.execute(SetGoal(title="Only for me", private=True))
    karin.tells(yusuf, space)
    assert titles(yusuf) == {"Two interviews"}
    yusuf.store.execute(SetGoal(title="Learn to listen", mentorship=mentorship_of(yusuf)))
    yusuf.tells(karin, space)
    assert titles(karin) == {"Two interviews", "Learn to listen", "Only for me"}
    assert karin.exchange.alarms() == yusuf.exchange.alarms() == []


def test_everything_is_there_after_a_restart(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    for person in (karin, yusuf, karin, yusuf):
        person.store.execute(SetGoal(title=f"{person.name} {random.random()}", mentorship=mentorship_of(person)))
        person.start()
        other = yusuf if person is karin else karin
        person.tells(other, space)
        other.start()
    assert titles(karin) == titles(yusuf)
    assert len(titles(karin)) == 4
    assert karin.exchange.heads(space) == yusuf.exchange.heads(space)


def test_a_sign_of_life_says_what_was_seen(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    karin.tells(yusuf, space)
    assert yusuf.exchange.seal(space, heartbeat=True) == 1
    assert yusuf.exchange.outgoing(space)[-1].header.kind is Kind.CHANGE
    yusuf.tells(karin, space)
    assert karin.exchange.seal(space) == 0  # a sign of life is not answered
    assert {one.name: bool(one.heard) for one in karin.exchange.people(space)}["Yusuf"]


def test_handing_over_looks_only_at_what_is_lacking(
    karin: Person, yusuf: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = karin.meets(yusuf)
    for number in range(30):
        karin.store.execute(SetGoal(title=f"goal {number}", mentorship=mentorship_of(karin)))
        karin.exchange.seal(space)
    everything = karin.exchange.outgoing(space)
    theirs = {device: link.sequence for device, link in karin.exchange.heads(space).items()}
    theirs[bytes.fromhex(karin.store.device(space))] -= 3
    read: list[object] = []

    def counted(row: dict[str, str]) -> Envelope:
        read.append(row)
        return shelf.envelope_of(row)

    monkeypatch.setattr("app.services.sharing.exchange.envelope_of", counted)
    assert karin.exchange.outgoing(space, theirs) == everything[-3:]
    assert len(read) == 3
