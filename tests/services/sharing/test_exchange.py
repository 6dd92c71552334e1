"""Shared spaces as a device keeps them: two people and several phones, and everything that could come between."""

import random
import threading
from itertools import permutations
from typing import Any

import pytest

from app.errors import NotShared
from app.model.commands import AddPerson, AddTask, Delete, Erase, Revise, SetGoal
from app.model.entities import Goal, Mentorship
from app.services.sharing import shelf
from app.services.sharing.shelf import Alarm, AlarmKind, Shelf
from sync.errors import BadRecord, NotAllowed
from sync.hpke import Psk
from sync.protocol import Envelope, Kind
from sync.sealing import Message, Sealer
from tests.support.pair import PSK, Person


def titles(person: Person) -> set[str]:
    return {goal.title for goal in person.store.everything(Goal)}


def mentorship_of(person: Person) -> str:
    return next(person.store.everything(Mentorship)).id


@pytest.fixture
def karin() -> Person:
    return Person("Karin")


@pytest.fixture
def yusuf() -> Person:
    return Person("Yusuf", "mentee")


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


def test_a_forged_page_does_not_take_my_words_for_sent(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    karin.exchange.sent(space, karin.exchange.unsent(space))
    karin.store.execute(SetGoal(title="Two interviews", mentorship=mentorship_of(karin)))
    karin.exchange.seal(space)
    (mine,) = karin.exchange.unsent(space)
    forged = Envelope.made(mine.header, bytes(len(mine.body or b"")), bytes(64))
    assert karin.exchange.take(space, [forged], there=True).refused == 1
    assert karin.exchange.unsent(space) == [mine]
    assert karin.exchange.waiting(space) == 1
    assert karin.exchange.take(space, [mine], there=True).repeated == 1


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


def test_everybody_knows_who_is_in(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    for person, other in ((karin, yusuf), (yusuf, karin)):
        found = {contact.name: contact for contact in person.exchange.people(space)}
        assert set(found) == {"Karin", "Yusuf"}
        assert found[person.name].mine
        assert found[person.name].own
        assert not found[other.name].mine
        assert found[other.name].root == other.spaces.root.hex()


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
    before = {name: ({n: dict(r) for n, r in t.rows.items()}, t.highest) for name, t in karin.documents._tables.items()}  # type: ignore[attr-defined]
    karin.store.execute(SetGoal(title="One thing", mentorship=mentorship_of(karin)))
    karin.tells(yusuf, space)
    for name, table in karin.documents._tables.items():  # the vault's folder, put back
        table.rows, table.highest = before.get(name, ({}, 0))  # type: ignore[attr-defined]
        table.by = {}  # type: ignore[attr-defined]
        for doc_id, row in table.rows.items():  # type: ignore[attr-defined]
            table._index(doc_id, row)  # type: ignore[attr-defined]
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


def test_nothing_is_sealed_twice_and_a_crash_between_costs_nothing(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    karin.store.execute(SetGoal(title="Once", mentorship=mentorship_of(karin)))
    assert karin.exchange.waiting(space) == 2  # the mentorship came first
    assert karin.exchange.seal(space) == 1
    assert karin.exchange.waiting(space) == 2
    sealed = [one.id for one in karin.exchange.unsent(space)]
    karin.start()
    assert karin.exchange.seal(space) == 0
    assert [one.id for one in karin.exchange.unsent(space)] == sealed
    karin.exchange.sent(space, karin.exchange.unsent(space))
    assert karin.exchange.unsent(space) == []
    assert karin.exchange.waiting(space) == 0


def test_a_failed_disk_leaves_no_trace(karin: Person, yusuf: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    space = karin.meets(yusuf)
    karin.store.execute(SetGoal(title="Safe", mentorship=mentorship_of(karin)))
    karin.exchange.seal(space)
    news = karin.exchange.outgoing(space)[-1:]
    with monkeypatch.context() as patch:
        patch.setattr(Shelf, "keep_links", _full)
        with pytest.raises(OSError, match="full"):
            yusuf.exchange.take(space, news, cursor=(7, news[-1].id))
    assert titles(yusuf) == set()
    assert yusuf.exchange.cursor(space) == (0, None)
    assert yusuf.exchange.take(space, news, cursor=(7, news[-1].id)).changes >= 1
    assert titles(yusuf) == {"Safe"}


def _full(*_: object) -> None:
    raise OSError("full")


def test_many_changes_go_in_few_envelopes(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    mentorship = mentorship_of(karin)
    for number in range(200):
        karin.store.execute(AddTask(text=f"Task {number}", mentorship=mentorship))
    assert karin.exchange.seal(space) <= 3
    assert karin.exchange.waiting(space) == 201
    yusuf.exchange.take(space, karin.exchange.outgoing(space))
    karin.tells(yusuf, space)
    assert yusuf.exchange.heads(space) == karin.exchange.heads(space)


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


def test_a_sign_of_life_says_what_was_seen(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    karin.tells(yusuf, space)
    assert yusuf.exchange.seal(space, heartbeat=True) == 1
    assert yusuf.exchange.outgoing(space)[-1].header.kind is Kind.CHANGE
    yusuf.tells(karin, space)
    assert karin.exchange.seal(space) == 0  # a sign of life is not answered
    assert {one.name: bool(one.heard) for one in karin.exchange.people(space)}["Yusuf"]


def test_a_server_that_lost_something_gets_it_back_and_it_is_told(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    karin.tells(yusuf, space)
    karin.exchange.sent(space, karin.exchange.unsent(space))
    heads = karin.exchange.heads(space)
    mine = next(device for device in heads if device == karin.exchange.keys(space).id)
    link = {mine: (1, karin.exchange.outgoing(space)[0].id)}
    comparison = karin.exchange.compare(space, link)
    assert comparison.behind[mine] == (2, heads[mine].sequence)
    back = karin.exchange.put_back(space, comparison.behind)
    assert [one.header.sequence for one in back] == list(range(2, heads[mine].sequence + 1))
    assert [alarm.kind for alarm in karin.exchange.alarms()] == [AlarmKind.ROLLBACK]


def test_a_space_of_ones_own_is_not_shared_until_it_is(karin: Person) -> None:
    with pytest.raises(NotShared):
        karin.exchange.cursor(karin.spaces.personal)
    with pytest.raises(NotShared):
        karin.exchange.people(karin.spaces.personal)
    assert karin.exchange.waiting(karin.spaces.personal) == 0
    karin.exchange.begin(karin.spaces.personal)
    karin.exchange.begin(karin.spaces.personal)
    assert karin.exchange.shared() == [karin.spaces.personal]


def test_a_second_phone_of_mine_reads_my_own_space(karin: Person) -> None:
    """The new phone is certified by the root, as when the recovery key was typed; the old one lets it in."""
    space = karin.spaces.personal
    karin.store.execute(SetGoal(title="Only for me", private=True))
    karin.exchange.begin(space)
    karin.exchange.seal(space)
    assert [contact.name for contact in karin.exchange.people(space)] == ["Karin"]


def words_in_envelopes(person: Person, space: str) -> str:
    """Everything that can still be read from the envelopes that somebody keeps."""
    from sync.sealing import open_message

    log = person.exchange._logs.of(space)
    found = []
    run: dict[bytes, list[Envelope]] = {}
    for envelope in person.exchange.outgoing(space):
        if envelope.header.kind is Kind.CHANGE and envelope.whole:
            pieces = run.setdefault(envelope.header.device, [])
            pieces.append(envelope)
            if not envelope.header.more:
                found += [str(change) for change in open_message(pieces, log.keyring).changes]
                run.pop(envelope.header.device)
    return " ".join(found)


def test_what_is_really_erased_leaves_every_envelope_and_nothing_else_goes(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    mentorship = mentorship_of(karin)
    stays = [karin.store.execute(SetGoal(title=f"Stays {number}", mentorship=mentorship)).record for number in range(3)]
    goes = karin.store.execute(SetGoal(title="A secret slip", mentorship=mentorship)).record
    karin.tells(yusuf, space)
    assert "secret slip" in words_in_envelopes(karin, space)
    assert "secret slip" in words_in_envelopes(yusuf, space)
    karin.store.execute(Delete(kind="goal", id=goes))
    karin.store.execute(Erase(kind="goal", id=goes))
    karin.start()
    karin.tells(yusuf, space)
    for person in (karin, yusuf):
        assert "secret slip" not in words_in_envelopes(person, space)
        assert {goal.id for goal in person.store.everything(Goal)} == set(stays)
        assert person.exchange.alarms() == []
    newcomer = Person("Somebody")
    karin.exchange.add(space, newcomer.spaces.introduction(space, "Somebody"), psk=PSK)
    newcomer.exchange.adopt(karin.spaces.genesis(space), karin.exchange.outgoing(space), karin.spaces.root, psks=[PSK])
    assert titles(newcomer) == {f"Stays {number}" for number in range(3)}
    assert karin.exchange.seal(space) == 0


def test_nobody_erases_what_another_wrote(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    goal = karin.store.execute(SetGoal(title="Karin wrote this", mentorship=mentorship_of(karin))).record
    karin.tells(yusuf, space)
    yusuf.store.execute(Delete(kind="goal", id=goal))
    yusuf.store.execute(Erase(kind="goal", id=goal))
    yusuf.tells(karin, space)
    assert "Karin wrote this" in words_in_envelopes(karin, space)


def test_a_disk_that_fails_while_sealing_forks_nothing(
    karin: Person, yusuf: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = karin.meets(yusuf)
    karin.store.execute(SetGoal(title="Kept", mentorship=mentorship_of(karin)))
    with monkeypatch.context() as patch:
        patch.setattr(Shelf, "keep_links", _full)
        with pytest.raises(OSError, match="full"):
            karin.exchange.seal(space)
    karin.tells(yusuf, space)
    assert titles(yusuf) == {"Kept"}
    assert yusuf.exchange.alarms() == []


def test_the_records_of_a_space_say_whose_a_device_is(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    mine, theirs = karin.exchange.keys(space).id.hex(), yusuf.exchange.keys(space).id.hex()
    for person in (karin, yusuf):
        person.start()
        assert person.spaces.same_person(space, mine, mine)
        assert not person.spaces.same_person(space, mine, theirs)
        assert not person.spaces.same_person(space, mine, "00" * 16)
    assert not karin.spaces.same_person(
        karin.store.execute(AddPerson(name="New", my_role="mentor")).changes[0].space, mine, theirs
    )


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


def test_what_all_others_have_seen_need_not_go_again(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    mine = bytes.fromhex(karin.store.device(space))
    karin.store.execute(SetGoal(title="One", mentorship=mentorship_of(karin)))
    karin.tells(yusuf, space)
    assert set(karin.exchange.known_to_others(space).values()) == {0}, "Yusuf has said nothing yet"
    yusuf.exchange.seal(space, heartbeat=True)
    yusuf.tells(karin, space)
    assert karin.exchange.known_to_others(space)[mine] == karin.exchange.heads(space)[mine].sequence
    karin.store.execute(SetGoal(title="Two", mentorship=mentorship_of(karin)))
    karin.exchange.seal(space)
    (last,) = karin.exchange.outgoing(space, karin.exchange.known_to_others(space))
    yusuf.exchange.take(space, [last])
    assert titles(yusuf) == {"One", "Two"}


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


def test_what_a_server_still_has_is_on_the_disk_soon_and_all_else_at_once(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    hers, his = karin.documents.commits, yusuf.documents.commits
    for there in (True, False):
        karin.store.execute(SetGoal(title=f"{there}", mentorship=mentorship_of(karin)))
        del hers[:], his[:]
        karin.exchange.seal(space)
        assert hers == [True], "what leaves is durable before it does"
        new = karin.exchange.unsent(space)[-1:]
        karin.exchange.sent(space, new)
        assert hers == [True, "soon"]
        yusuf.exchange.take(space, new, there=there)
        assert his == ["soon" if there else True]


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
