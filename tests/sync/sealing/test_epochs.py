"""Epoch keys reach every member and nobody else, and every member can check that it is the same key."""

from dataclasses import replace

import pytest

from sync import hpke
from sync.authority import Role, read_record
from sync.errors import BadSeal, CannotOpen
from sync.protocol.control import Epoch, Public, Seal
from sync.sealing import (
    EpochKey,
    Inside,
    Keyring,
    dismiss,
    gather,
    hand_over,
    joined,
    open_inside,
    open_message,
    refuse,
)
from sync.sealing.epochs import checked, new_epoch, open_seal, seals_for
from sync.sealing.steps import FORMER_MAX, public_keys
from sync.signing import Device
from tests.support.circle import Person, Phone, Room

PSK = hpke.Psk(bytes(range(32)), b"scanned in the room")


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_newcomer_reads_what_was_written_before(room: Room) -> None:
    before = room.first.say("innan")
    room.log += before
    room.first.next_epoch()
    room.log.append(room.first.envelopes[room.first.id, room.first.sealer.last.sequence])
    bo = room.join(room.first, Person())
    assert open_message(before, bo.keyring).changes[0]["text"] == "innan"
    assert len(bo.keyring.keys) == 3
    assert not bo.keyring.bad


def test_with_a_secret_from_the_room_the_seal_opens_with_it_alone(room: Room) -> None:
    bo = room.join(room.first, Person(), psk=PSK)
    assert bo.key == room.first.key
    what = bo.authority.current.public.what  # type: ignore[union-attr]
    assert isinstance(what, Epoch)
    assert {seal.recipient: seal.mixed for seal in what.seals} == {room.first.id: False, bo.id: True}
    for psks in ((), (hpke.Psk(bytes(32), PSK.name),), (hpke.Psk(PSK.secret, b"another"),)):
        found = gather(bo.authority, bo.envelopes.values(), bo.keys, psks)
        assert not found.keys
        assert found.bad == (bo.authority.current.id,)  # type: ignore[union-attr]
    several = (hpke.Psk(bytes(32), b"x"), PSK)
    assert gather(bo.authority, bo.envelopes.values(), bo.keys, several).keys == bo.keyring.keys


def test_who_is_out_gets_no_key(room: Room) -> None:
    bo = room.join(room.first, Person())
    ledger = room.first.ledger
    assert ledger is not None
    goes = dismiss(room.first.sealer, room.first.authority, room.first.key, bo.person.party(room.space), ledger.heads)
    room.first.take(goes)
    after = room.first.next_epoch()
    bo.take(goes, after)
    assert bo.authority.current == room.first.authority.current
    assert room.first.key.commitment not in bo.keyring.keys
    assert not bo.keyring.bad


def test_a_key_that_is_not_the_promised_one_is_refused_told_and_handed_over_again(room: Room) -> None:
    """Bo makes an epoch in which Anna gets another key."""
    bo = room.join(room.first, Person())
    members = {device: member.keys for device, member in bo.authority.members.items()}
    what, key = new_epoch(room.space, bo.keys, bo.authority.heads, members, {})
    lie = EpochKey(bytes(32), what.commitment)
    seals = seals_for(room.space, bo.id, lie, {room.first.id: room.first.public}, {})
    mixed = tuple(seals[0] if seal.recipient == room.first.id else seal for seal in what.seals)
    made = bo.sealer.control(Public(bo.authority.heads, replace(what, seals=mixed)), Inside(), key)
    for phone in (bo, room.first):
        phone.take(made)
    assert bo.key == key
    assert room.first.keyring.bad == (made.id,)
    with pytest.raises(KeyError):
        room.first.key  # noqa: B018 - there is none
    told = refuse(room.first.sealer, room.first.authority, room.first.authority.epochs[made.id])
    bo.take(told)
    room.first.take(told)
    again = hand_over(bo.sealer, bo.authority, bo.authority.epochs[made.id], key, [room.first.id])
    bo.take(again)
    room.first.take(again)
    assert room.first.key == key
    assert not room.first.keyring.bad


def test_a_seal_is_for_one_device_one_sender_and_one_epoch(room: Room) -> None:
    bo = room.join(room.first, Person())
    current = bo.authority.current
    assert current is not None
    what = current.public.what
    assert isinstance(what, Epoch)
    seal = next(seal for seal in what.seals if seal.recipient == bo.id)
    assert open_seal(current, current.author, seal, bo.keys, ()) == bo.key
    with pytest.raises(CannotOpen):
        open_seal(current, bo.id, seal, bo.keys, ())
    with pytest.raises(CannotOpen):
        open_seal(current, current.author, seal, room.first.keys, ())
    with pytest.raises(CannotOpen):
        open_seal(replace(current, space=b"x" * 16), current.author, seal, bo.keys, ())
    for bit in range(0, 80 * 8, 3):
        bad = bytearray(seal.sealed)
        bad[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CannotOpen):
            open_seal(current, current.author, Seal(bo.id, False, bytes(bad)), bo.keys, ())


def test_a_key_fits_one_record(room: Room) -> None:
    current = room.first.authority.current
    assert current is not None
    assert checked(current, room.key.secret) == room.key
    for wrong in (
        replace(current, author=b"x" * 16),
        replace(current, space=b"x" * 16),
        replace(current, public=replace(current.public, parents=(b"x" * 32,))),
    ):
        with pytest.raises(BadSeal):
            checked(wrong, room.key.secret)
    for secret in (bytes(32), room.key.secret + b"\0", b""):
        with pytest.raises(BadSeal):
            checked(current, secret)
    with pytest.raises(TypeError):
        checked(room.first.authority.records[0], room.key.secret)


def test_former_keys_that_do_not_fit_count_for_nothing(room: Room) -> None:
    lies = {room.key.commitment: bytes(32), b"x" * 32: bytes(32)}
    members = {room.first.id: room.first.public}
    parents = room.first.authority.heads
    what, key = new_epoch(room.space, room.first.keys, parents, members, {})
    made = room.first.sealer.control(Public(parents, what), Inside(former=lies), key)
    room.first.take(made)
    alone = gather(room.first.authority, [made], room.first.keys)
    assert alone.keys == {key.commitment: key, room.key.commitment: room.key}  # its own seal gives the first
    blind = gather(room.first.authority, [made], Device.new().in_space(room.space), held=[key])
    assert blind.keys == {key.commitment: key}


def test_a_sealed_part_that_does_not_open_hands_on_nothing(room: Room) -> None:
    """A member seals nonsense where names and former keys should be."""
    nonsense = EpochKey(bytes(32), room.key.commitment)
    parents = room.first.authority.heads
    what, key = new_epoch(room.space, room.first.keys, parents, {room.first.id: room.first.public}, {})
    made = room.first.sealer.control(Public(parents, what), Inside(), replace(nonsense, commitment=key.commitment))
    room.first.take(made)
    assert set(room.first.keyring.keys) == {room.key.commitment, key.commitment}
    with pytest.raises(CannotOpen):
        open_inside(made, room.first.keyring)


def test_only_epochs_that_were_allowed_give_keys(room: Room) -> None:
    """A member of a group makes an epoch that leaves the mentor out."""
    bo = room.join(room.first, Person(), role=Role.MEMBER)
    parents = bo.authority.heads
    what, key = new_epoch(room.space, bo.keys, parents, {bo.id: public_keys(bo.keys)}, {})
    made = bo.sealer.control(Public(parents, what), Inside(), key)
    bo.take(made)
    assert bo.authority.refused == {made.id: "members"}
    assert key.commitment not in bo.keyring.keys


def test_keys_are_handed_on_up_to_a_number(room: Room) -> None:
    held = [room.first.key]
    assert FORMER_MAX == 128
    made = room.first.next_epoch()
    inside = open_inside(made, room.first.keyring)
    assert inside is not None
    assert inside.former == {held[0].commitment: held[0].secret}


def test_a_record_is_what_its_envelope_says(room: Room) -> None:
    assert joined(None, *room.log).current == read_record(room.log[1], room.first.authority.keys_of)
    assert "secret" not in repr(room.key)
    assert Keyring({}).named(room.key.key_id) == ()
    assert isinstance(room.first, Phone)
