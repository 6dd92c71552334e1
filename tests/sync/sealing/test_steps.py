"""The steps of a space, from its founding to the recovery key, between people with real keys."""

import pytest

from sync.authority import Role, read_record
from sync.errors import NotAllowed
from sync.protocol.control import Departure, Epoch, Founding, Reset, Revocation
from sync.sealing import (
    Inside,
    Sealer,
    add,
    begin,
    dismiss,
    epoch,
    gather,
    joined,
    open_inside,
    open_message,
    reset,
    revoke,
)
from sync.sealing.steps import cuts, public_keys
from sync.signing import Device, Genesis, SigningKey
from tests.support.circle import Link, Person, Phone, Room


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_space_begins_with_its_founding_and_an_epoch_for_its_founder(room: Room) -> None:
    founding, first = room.log
    authority = room.first.authority
    what = authority.records[0].public.what
    assert isinstance(what, Founding)
    assert Genesis.read(what.genesis, room.space) == room.genesis
    assert authority.current is not None
    assert authority.current.id == first.id
    assert open_inside(founding, room.first.keyring) is None
    assert open_inside(first, room.first.keyring) == Inside(introductions=(b"introduction",))


def test_a_space_that_was_written_before_it_was_shared_keeps_its_key() -> None:
    device = Device.new()
    genesis = Genesis.found("personal", device.master().signing.public)
    sealer = Sealer(genesis.space, device.in_space(genesis.space))
    made, key = begin(sealer, genesis, SigningKey.new().public, b"", bytes(range(32)))
    assert key.secret == bytes(range(32))
    authority = joined(None, *made)
    assert gather(authority, made, sealer.keys).keys == {key.commitment: key}


def test_without_a_founding_there_is_nothing() -> None:
    with pytest.raises(NotAllowed):
        joined(None)


def test_two_people_write_and_read(room: Room) -> None:
    bo = room.join(room.first, Person())
    mine = room.first.say("från Anna")
    bo.take(*mine)
    theirs = bo.say("från Bo")
    room.first.take(*theirs)
    for phone in (room.first, bo):
        assert [open_message([one], phone.keyring).changes[0]["text"] for one in (*mine, *theirs)] == [
            "från Anna",
            "från Bo",
        ]


def test_an_addition_has_the_consent_and_the_introduction_inside(room: Room) -> None:
    bo = room.join(room.first, Person())
    inside = open_inside(room.log[2], bo.keyring)
    assert inside == Inside(introductions=(b"introduction",))
    assert bo.authority.members[bo.id].role is Role.STEWARD


def test_a_lost_phone_is_revoked_and_reads_nothing_new(room: Room) -> None:
    bo = room.join(room.first, Person())
    second = room.join(bo, bo.person)
    room.first.take(*room.log)
    lost = second.say("sist")[0]
    for phone in (bo, room.first):
        phone.take(lost)
    assert bo.ledger is not None
    gone = revoke(bo.sealer, bo.authority, bo.key, [second.id], bo.ledger.heads, "borttappad")
    bo.take(gone)
    with pytest.raises(AssertionError):
        bo.key  # noqa: B018 - a new epoch has to be made first
    fresh = bo.next_epoch()
    for phone in (room.first, second):
        phone.take(gone, fresh)
    assert room.first.key == bo.key
    assert bo.key.commitment not in second.keyring.keys
    what = room.first.authority.records[-2].public.what
    assert isinstance(what, Revocation)
    assert what.devices == cuts([second.id], {second.id: Link(lost.header.sequence, lost.id)})
    inside = open_inside(gone, room.first.keyring)
    assert inside is not None
    assert inside.reason == "borttappad"
    with pytest.raises(NotAllowed):
        revoke(second.sealer, second.authority, bo.key, [bo.id], {})


def test_somebody_leaves_and_nobody_of_theirs_stays(room: Room) -> None:
    bo = room.join(room.first, Person())
    second = room.join(bo, bo.person)
    room.first.take(*room.log)
    assert bo.ledger is not None
    leaves = dismiss(bo.sealer, bo.authority, bo.key, bo.person.party(room.space), bo.ledger.heads)
    for phone in (bo, second, room.first):
        phone.take(leaves)
        assert phone.authority.members.keys() == {room.first.id}
    what = read_record(leaves, room.first.authority.keys_of).public.what
    assert isinstance(what, Departure)
    assert {cut.device for cut in what.devices} == {bo.id}  # the second phone never said anything


def test_the_recovery_key_brings_a_new_phone_in_and_the_old_ones_out(room: Room) -> None:
    bo = room.join(room.first, Person())
    new = Phone(bo.person, room.space)
    new.take(*room.log)
    assert not new.keyring.keys
    assert new.ledger is not None
    held = bo.keyring.keys[bo.key.commitment]  # as a keyring under the recovery key has it
    made = reset(
        new.sealer,
        new.authority,
        bo.person.root,
        [new.public],
        new.ledger.heads,
        Inside(introductions=(b"new phone",)),
        held,
    )
    new.take(made)
    assert new.authority.members.keys() == {room.first.id, new.id}
    after, key = epoch(new.sealer, new.authority, [held])
    new.take(after)
    room.first.take(made, after)
    assert room.first.key == key
    what = room.first.authority.records[-2].public.what
    assert isinstance(what, Reset)
    assert what.cuts == ()
    inside = open_inside(made, room.first.keyring)
    assert inside is not None
    assert inside.introductions == (b"new phone",)


def test_a_reset_without_any_key_still_counts(room: Room) -> None:
    new = Phone(room.founder, room.space)
    new.take(*room.log)
    assert new.ledger is not None
    room.first.take(reset(new.sealer, new.authority, room.founder.root, [new.public], new.ledger.heads))
    assert room.first.authority.members.keys() == {new.id}
    what = room.first.authority.records[-1].public.what
    assert isinstance(what, Reset)
    assert [cut.sequence for cut in what.cuts] == [2]


def test_epochs_are_for_those_who_are_in(room: Room) -> None:
    bo = room.join(room.first, Person())
    assert isinstance(bo.authority.current, type(room.first.authority.current))
    what = bo.authority.current.public.what if bo.authority.current else None
    assert isinstance(what, Epoch)
    assert set(what.members) == {room.first.id, bo.id}
    assert public_keys(bo.keys) == bo.public
    assert add.__doc__
