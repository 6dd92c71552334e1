"""How the members of a shared space come to be others: coming in, being taken out, coming back."""

import threading
from typing import Any

import pytest

from app.model.commands import AddPerson, SetGoal
from app.services.sharing.shelf import Shelf
from sync.errors import BadRecord, NotAllowed
from sync.hpke import Psk
from sync.signing import Genesis
from tests.support import pair
from tests.support.pair import PSK, Person, mentorship_of, titles

karin, yusuf = pair.karin, pair.yusuf


def test_coming_in_needs_the_right_inviter_and_founder(karin: Person, yusuf: Person) -> None:
    eve = Person("Eve")
    space = karin.meets(Person("Somebody"))
    karin.exchange.add(space, yusuf.spaces.introduction(space, "Yusuf"), psk=PSK)
    envelopes, genesis = karin.exchange.outgoing(space), karin.spaces.genesis(space)
    with pytest.raises(BadRecord):
        yusuf.exchange.adopt(genesis, envelopes, eve.spaces.root, psks=[PSK])
    with pytest.raises(BadRecord):
        yusuf.exchange.adopt(eve.spaces.genesis(eve.spaces.personal), envelopes, karin.spaces.root, psks=[PSK])
    with pytest.raises(NotAllowed):
        yusuf.exchange.adopt(genesis, envelopes[:1], karin.spaces.root, psks=[PSK])
    with pytest.raises(NotAllowed):
        yusuf.exchange.adopt(genesis, envelopes, karin.spaces.root, psks=[Psk(bytes(32), b"test")])
    assert yusuf.exchange.shared() == []
    assert [kind for _, kind in yusuf.spaces.all()] == ["personal"]
    yusuf.exchange.adopt(genesis, envelopes, karin.spaces.root, psks=[PSK])
    assert yusuf.exchange.shared() == [space]


def test_a_founder_who_is_neither_known_nor_in_the_genesis_is_believed_nothing(
    karin: Person, yusuf: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = karin.meets(yusuf)
    samira = Person("Samira")
    yusuf.exchange.add(space, samira.spaces.introduction(space, "Samira"), psk=PSK)
    genesis, envelopes = yusuf.spaces.genesis(space), yusuf.exchange.outgoing(space)
    monkeypatch.setattr(Genesis, "founded_by", lambda *_: False)
    with pytest.raises(BadRecord) as refused:
        samira.exchange.adopt(genesis, envelopes, yusuf.spaces.root, psks=[PSK])
    assert refused.value.facts == {"reason": "founder"} and samira.exchange.shared() == []
    samira.exchange.adopt(genesis, envelopes, yusuf.spaces.root, psks=[PSK], known=[karin.spaces.root])
    assert samira.exchange.shared() == [space]


def test_somebody_who_was_not_let_in_reads_nothing(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    karin.store.execute(SetGoal(title="Between us", mentorship=mentorship_of(karin)))
    karin.exchange.seal(space)
    eve = Person("Eve")
    with pytest.raises((NotAllowed, BadRecord)):
        eve.exchange.adopt(karin.spaces.genesis(space), karin.exchange.outgoing(space), karin.spaces.root)
    assert titles(eve) == set()


def test_the_newcomer_reads_what_was_written_before(karin: Person, yusuf: Person) -> None:
    space = karin.meets(Person("Somebody"))
    karin.store.execute(SetGoal(title="Long ago", mentorship=mentorship_of(karin)))
    karin.exchange.seal(space)
    karin.exchange.add(space, yusuf.spaces.introduction(space, "Yusuf"), psk=PSK)
    yusuf.exchange.adopt(karin.spaces.genesis(space), karin.exchange.outgoing(space), karin.spaces.root, psks=[PSK])
    assert titles(yusuf) == {"Long ago"}


def test_whoever_was_taken_out_reads_nothing_new_and_writes_nothing_accepted(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    yusuf.store.execute(SetGoal(title="Before", mentorship=mentorship_of(yusuf)))
    yusuf.tells(karin, space)
    karin.exchange.dismiss(space, party_of_root=yusuf.spaces.root.hex())
    karin.store.execute(SetGoal(title="After", mentorship=mentorship_of(karin)))
    karin.exchange.seal(space)
    yusuf.store.execute(SetGoal(title="Too late", mentorship=mentorship_of(yusuf)))
    yusuf.exchange.seal(space)
    late = yusuf.exchange.outgoing(space)
    taken = karin.exchange.take(space, late)
    assert (taken.changes, taken.aside) == (0, 1)
    assert titles(karin) == {"Before", "After"}
    yusuf.exchange.take(space, karin.exchange.outgoing(space))
    assert "After" not in titles(yusuf)
    assert [contact.name for contact in yusuf.exchange.people(space)] == ["Karin"]
    waiting = yusuf.exchange.waiting(space)
    yusuf.store.execute(SetGoal(title="Only here", mentorship=mentorship_of(yusuf)))
    assert yusuf.exchange.seal(space) == 0  # it stays on this device
    assert yusuf.exchange.waiting(space) == waiting + 1


def test_a_phone_that_was_restored_before_anything_was_shared_founds_for_others(karin: Person, yusuf: Person) -> None:
    karin.store.execute(AddPerson(name="Yusuf", my_role="mentor"))
    karin.spaces.become_new_device(karin.recovery)
    karin.start()
    space = next(id for id, kind in karin.spaces.all() if kind == "mentoring")
    karin.exchange.add(space, yusuf.spaces.introduction(space, "Yusuf"), psk=PSK)
    yusuf.exchange.adopt(karin.spaces.genesis(space), karin.exchange.outgoing(space), karin.spaces.root, psks=[PSK])
    karin.tells(yusuf, space)
    karin.store.execute(SetGoal(title="From the new phone", mentorship=mentorship_of(karin)))
    karin.tells(yusuf, space)
    assert titles(yusuf) == {"From the new phone"}


def test_a_screen_may_ask_while_somebody_comes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    karin, amina = Person("Karin"), Person("Amina", careful=False)
    space = karin.meets(Person("Yusuf", "mentee"))
    karin.exchange.add(space, amina.spaces.introduction(space, "Amina"), psk=PSK)
    answers: list[object] = []
    keep = Shelf.keep

    def ask() -> None:
        try:
            answers.append([amina.exchange.is_out(one) for one in amina.exchange.shared()])
        except Exception as exc:  # noqa: BLE001 - whatever it is, it is no answer
            answers.append(exc)

    def ask_elsewhere() -> None:
        screen = threading.Thread(target=ask)
        screen.start()
        screen.join()

    def kept(shelf: Shelf, *args: Any, **more: Any) -> None:
        ask_elsewhere()
        keep(shelf, *args, **more)
        ask_elsewhere()

    monkeypatch.setattr(Shelf, "keep", kept)
    genesis, log = karin.spaces.genesis(space), karin.exchange.outgoing(space)
    amina.exchange.adopt(genesis, log, karin.spaces.root, psks=[PSK])
    assert answers[:2] == [[], []] and all(one in ([], [False]) for one in answers) and answers[-1] == [False]
