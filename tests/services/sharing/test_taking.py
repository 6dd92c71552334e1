"""What somebody brings is taken in whole, once and in any order, or not at all."""

from itertools import permutations

import pytest

from app.model.commands import Revise, SetGoal
from app.model.entities import Goal
from app.services.sharing.shelf import Alarm, AlarmKind, Shelf
from sync.protocol import Envelope
from sync.sealing import Message, Sealer
from tests.support import pair
from tests.support.pair import PSK, Person, full_disk, mentorship_of, titles

karin, yusuf = pair.karin, pair.yusuf


def test_repetition_costs_nothing(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    karin.store.execute(SetGoal(title="Once", mentorship=mentorship_of(karin)))
    karin.exchange.seal(space)
    everything = karin.exchange.outgoing(space)
    for _ in range(3):
        taken = yusuf.exchange.take(space, everything)
    assert (taken.placed, taken.repeated, taken.alarms) == (0, len(everything), [])
    assert titles(yusuf) == {"Once"}


def test_any_order_comes_to_the_same(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    for title in ("one", "two", "three"):
        karin.store.execute(SetGoal(title=title, mentorship=mentorship_of(karin)))
        karin.exchange.seal(space)
    last = karin.exchange.outgoing(space)[-3:]
    for order in permutations(last):
        again = Person("Yusuf", "mentee")
        other = Person("Karin")
        there = other.meets(again)
        for title in ("one", "two", "three"):
            other.store.execute(SetGoal(title=title, mentorship=mentorship_of(other)))
            other.exchange.seal(there)
        fresh = other.exchange.outgoing(there)[-3:]
        again.exchange.take(there, [fresh[last.index(one)] for one in order])
        assert titles(again) == {"one", "two", "three"}


def test_what_comes_too_early_is_not_kept_and_comes_again(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    for title in ("one", "two"):
        karin.store.execute(SetGoal(title=title, mentorship=mentorship_of(karin)))
        karin.exchange.seal(space)
    first, second = karin.exchange.outgoing(space)[-2:]
    taken = yusuf.exchange.take(space, [second], cursor=(9, second.id))
    assert (taken.placed, taken.early) == (0, 1)
    assert yusuf.exchange.cursor(space) == (0, None)
    assert yusuf.exchange.take(space, [first, second], cursor=(9, second.id)).placed == 2
    assert yusuf.exchange.cursor(space) == (9, second.id)


def test_a_changed_byte_is_told_and_never_taken(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    karin.store.execute(SetGoal(title="As written", mentorship=mentorship_of(karin)))
    karin.exchange.seal(space)
    good = karin.exchange.outgoing(space)[-1]
    raw = bytearray(good.to_bytes())
    raw[-1] ^= 1
    bad = Envelope.read(bytes(raw))
    taken = yusuf.exchange.take(space, [bad])
    assert [alarm.kind for alarm in taken.alarms] == [AlarmKind.FOREIGN]
    assert titles(yusuf) == set()
    assert yusuf.exchange.take(space, [good]).placed == 1
    assert titles(yusuf) == {"As written"}
    assert yusuf.exchange.alarms() == [Alarm(space, AlarmKind.FOREIGN, good.header.device.hex())]
    yusuf.exchange.told(space)
    assert yusuf.exchange.alarms() == []


def test_what_cannot_be_read_is_told_once_however_often_it_is_tried(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    keys = karin.exchange.keys(space)
    log = karin.exchange._logs.of(space)
    sealer = Sealer(bytes.fromhex(space), keys, karin.exchange.heads(space)[keys.id])
    nonsense = sealer.message(Message(first=1, changes=({"hlc": "never"},)), karin.exchange._sealing.writing_key(log))
    for one in (karin, yusuf):
        one.exchange.take(space, nonsense)
    assert yusuf.exchange.alarms() == [Alarm(space, AlarmKind.UNREADABLE, keys.id.hex())]
    yusuf.exchange.told(space)
    yusuf.exchange.add(space, (samira := Person("Samira")).spaces.introduction(space, samira.name), psk=PSK)
    yusuf.tells(karin, space)
    karin.exchange.dismiss(space, party_of_root=samira.spaces.root.hex())
    karin.tells(yusuf, space)
    assert yusuf.exchange.alarms() == []


def test_a_device_that_says_two_things_in_one_place_is_told_of(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    before = karin.documents.copy()
    karin.store.execute(SetGoal(title="One thing", mentorship=mentorship_of(karin)))
    karin.tells(yusuf, space)
    karin.documents.put_back(before)  # the vault's folder
    karin.start()
    karin.store.execute(SetGoal(title="Another thing", mentorship=mentorship_of(karin)))
    karin.exchange.seal(space)
    taken = yusuf.exchange.take(space, karin.exchange.outgoing(space))
    assert [alarm.kind for alarm in taken.alarms] == [AlarmKind.FORK]
    assert titles(yusuf) == {"One thing"}


def test_a_stranger_gets_nothing_in(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    eve = Person("Eve")
    eve.meets(Person("Mallory"))
    foreign = eve.exchange.outgoing(eve.exchange.shared()[0])
    taken = yusuf.exchange.take(space, foreign)
    assert taken.placed == 0
    assert {alarm.kind for alarm in taken.alarms} == {AlarmKind.FOREIGN}


def test_a_failed_disk_leaves_no_trace(karin: Person, yusuf: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    space = karin.meets(yusuf)
    karin.store.execute(SetGoal(title="Safe", mentorship=mentorship_of(karin)))
    karin.exchange.seal(space)
    news = karin.exchange.outgoing(space)[-1:]
    with monkeypatch.context() as patch:
        patch.setattr(Shelf, "keep_links", full_disk)
        with pytest.raises(OSError, match="full"):
            yusuf.exchange.take(space, news, cursor=(7, news[-1].id))
    assert titles(yusuf) == set()
    assert yusuf.exchange.cursor(space) == (0, None)
    assert yusuf.exchange.take(space, news, cursor=(7, news[-1].id)).changes >= 1
    assert titles(yusuf) == {"Safe"}


def test_pieces_of_one_message_wait_for_each_other(
    karin: Person, yusuf: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sync.sealing import content

    space = karin.meets(yusuf)
    monkeypatch.setattr(content, "PIECE_MAX", 300)
    monkeypatch.setattr(content, "PIECES_MAX", 50)
    karin.store.execute(SetGoal(title="Long " * 30, mentorship=mentorship_of(karin)))
    assert karin.exchange.seal(space) == 2
    for envelope in karin.exchange.outgoing(space):
        assert titles(yusuf) == set()
        yusuf.exchange.take(space, [envelope])
        yusuf.start()
    assert titles(yusuf) == {"Long " * 30}


def test_what_was_written_after_a_removal_is_withdrawn_once_the_removal_is_heard_of(
    karin: Person, yusuf: Person
) -> None:
    space = karin.meets(yusuf)
    mallory = Person("Mallory", "mentee")
    karin.exchange.add(space, mallory.spaces.introduction(space, "Mallory"), psk=PSK)
    mallory.exchange.adopt(karin.spaces.genesis(space), karin.exchange.outgoing(space), karin.spaces.root, psks=[PSK])
    karin.tells(yusuf, space)
    before = mallory.store.execute(SetGoal(title="Before", mentorship=mentorship_of(mallory))).record
    mallory.tells(karin, space)
    mallory.tells(yusuf, space)
    out = next(one.root for one in karin.exchange.people(space) if one.name == "Mallory")
    karin.exchange.dismiss(space, party_of_root=out)

    mallory.store.execute(SetGoal(title="After", mentorship=mentorship_of(mallory)))
    mallory.store.execute(Revise(kind="goal", id=before, values={"next_step": "Changed after"}))
    mallory.tells(yusuf, space)
    yusuf.store.execute(Revise(kind="goal", id=before, values={"unit": "Yusuf's own words"}))
    assert titles(yusuf) == {"Before", "After"}, "Yusuf has not heard of it yet"

    heard: list[frozenset[tuple[str, str]]] = []
    yusuf.store.on_change(heard.append)
    karin.tells(yusuf, space)
    yusuf.tells(karin, space)
    for person in (karin, yusuf):
        person.start()
        (goal,) = person.store.everything(Goal)
        assert (goal.title, goal.next_step, goal.unit) == ("Before", "", "Yusuf's own words")
    assert ("goal", before) in set().union(*heard)
    assert titles(mallory) == {"Before", "After"}, "nobody takes Mallory's own words from Mallory"
    assert yusuf.exchange.take(space, yusuf.exchange.outgoing(space)).changes == 0
    assert titles(yusuf) == {"Before"}
