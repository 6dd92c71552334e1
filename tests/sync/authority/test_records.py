"""A control record is believed when every signature in it verifies, and not before."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sync.authority import START, Role, consent, consented, read_record, sign_reset
from sync.authority.records import check_signature, party_by
from sync.errors import BadControl, BadRecord, BadSignature, NotAllowed, SyncError, UnfitPublicKey
from sync.protocol.control import Addition, Founding, Public, PublicKeys, Reset, What, party_of, write_control
from sync.protocol.envelope import Envelope
from sync.sealing import reset
from sync.signing import Device, SigningKey
from tests.support.circle import Person, Phone, Room
from tests.support.effort import effort

ROOM = Room()
BO = ROOM.join(ROOM.first, Person())
FOUNDING, ADDITION = ROOM.log[0], ROOM.log[2]
LOW_ORDER = bytes(32)


def say(what: What, by: Phone = ROOM.first) -> Envelope:
    """A control envelope that says this, signed as it should be."""
    parents = () if isinstance(what, Founding) else by.authority.heads
    last = by.sealer.last
    if isinstance(what, Founding):
        by.sealer.last = START
    made = by.sealer.control(Public(parents, what))
    by.sealer.last = last
    return made


def late(what: Founding) -> Envelope:
    """A founding that is not its device's first envelope."""
    last = ROOM.first.sealer.last
    made = ROOM.first.sealer.control(Public((), what))
    ROOM.first.sealer.last = last
    return made


def added(change: Callable[[Addition], Addition] = lambda what: what) -> Envelope:
    new = Device.new().in_space(ROOM.space)
    party = Person().party(ROOM.space)
    keys = PublicKeys(new.signing.public, new.box_public)
    return say(change(Addition(party, Role.STEWARD, (keys,), (consent(new, ROOM.space, party),))))


def resetting(change: Callable[[Reset], Reset] = lambda what: what, root: SigningKey | None = None) -> Envelope:
    phone = Phone(BO.person, ROOM.space)
    bare = change(Reset(BO.person.root.public, (phone.public,), (), b""))
    parents = ROOM.first.authority.heads
    signed = sign_reset(root or BO.person.root, ROOM.space, phone.id, parents, bare)
    return phone.sealer.control(Public(parents, signed))


def test_records_are_read_from_their_envelopes() -> None:
    for envelope in (*ROOM.log, added(), resetting()):
        record = read_record(envelope, ROOM.first.authority.keys_of)
        assert (record.id, record.author) == (envelope.id, envelope.header.device)
        assert (record.space, record.sequence) == (ROOM.space, envelope.header.sequence)


def test_an_author_whom_nobody_brought_in_is_a_stranger() -> None:
    with pytest.raises(NotAllowed) as raised:
        read_record(ADDITION, lambda device: None)
    assert raised.value.facts == {"reason": "stranger"}


def test_every_bit_of_a_control_envelope_is_noticed() -> None:
    good = ADDITION.to_bytes()
    known = read_record(ADDITION, ROOM.first.authority.keys_of)
    for bit in range(0, len(good) * 8, effort(7, 1)):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SyncError):
            read_record(Envelope.read(bytes(bad)), ROOM.first.authority.keys_of)
    assert read_record(ADDITION, ROOM.first.authority.keys_of) == known


def test_a_signature_is_the_devices_own() -> None:
    check_signature(FOUNDING, ROOM.first.public)
    with pytest.raises(BadSignature):
        check_signature(FOUNDING, BO.public)
    forged = Envelope.made(replace(FOUNDING.header, device=BO.id), FOUNDING.body or b"", FOUNDING.signature)
    with pytest.raises(BadSignature):
        check_signature(forged, BO.public)


@pytest.mark.parametrize(
    ("error", "make"),
    [
        (BadSignature, lambda: added(lambda what: replace(what, party=b"x" * 16))),
        (BadSignature, lambda: added(lambda what: replace(what, consents=(bytes(64),)))),
        (BadSignature, lambda: resetting(root=SigningKey.new())),
        (BadControl, lambda: resetting(lambda what: replace(what, devices=(BO.public,)))),
        (BadControl, lambda: say(Founding(ROOM.genesis.to_bytes(), bytes(16), BO.public))),
        (BadControl, lambda: late(Founding(ROOM.genesis.to_bytes(), bytes(16), ROOM.first.public))),
        (BadRecord, lambda: say(Founding(b"\1\1" + bytes(64), bytes(16), ROOM.first.public))),
    ],
)
def test_what_is_said_wrongly_is_refused(error: type[SyncError], make: Callable[[], Envelope]) -> None:
    with pytest.raises(error):
        read_record(make(), ROOM.first.authority.keys_of)


def test_keys_under_which_anything_holds_are_refused() -> None:
    weak = [
        lambda what: replace(what, devices=(replace(what.devices[0], box=LOW_ORDER),)),
        lambda what: replace(what, devices=(replace(what.devices[0], sign=LOW_ORDER),)),
    ]
    for change in weak:
        with pytest.raises(UnfitPublicKey):
            read_record(added(change), ROOM.first.authority.keys_of)

    def also(other: PublicKeys) -> Callable[[Reset], Reset]:
        return lambda what: replace(what, devices=(*what.devices, other))

    for other in (replace(BO.public, sign=LOW_ORDER), replace(BO.public, box=LOW_ORDER)):
        with pytest.raises(UnfitPublicKey):
            read_record(resetting(also(other)), ROOM.first.authority.keys_of)
    with pytest.raises(UnfitPublicKey):
        read_record(resetting(lambda what: replace(what, root=LOW_ORDER)), ROOM.first.authority.keys_of)


def test_a_consent_is_for_one_space_one_party_and_one_device() -> None:
    party = BO.person.party(ROOM.space)
    given = consent(BO.keys, ROOM.space, party)
    assert consented(ROOM.space, party, BO.public, given)
    assert not consented(b"x" * 16, party, BO.public, given)
    assert not consented(ROOM.space, b"x" * 16, BO.public, given)
    assert not consented(ROOM.space, party, replace(BO.public, box=ROOM.first.public.box), given)
    assert not consented(ROOM.space, party, ROOM.first.public, given)


def test_the_signature_of_a_reset_binds_its_place() -> None:
    phone = Phone(BO.person, ROOM.space)
    good = reset(phone.sealer, ROOM.first.authority, BO.person.root, [phone.public], ROOM.first.ledger.heads)  # type: ignore[union-attr]
    record = read_record(good, ROOM.first.authority.keys_of)
    assert party_by(record) == party_of(ROOM.space, BO.person.root.public)
    moved = phone.sealer.control(replace(record.public, parents=(FOUNDING.id,)))
    with pytest.raises(BadSignature):
        read_record(moved, ROOM.first.authority.keys_of)
    assert write_control(record.public) in good.to_bytes()
