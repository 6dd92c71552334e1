"""What a phone says becomes envelopes, one behind the other, that members open and nobody changes."""

import pytest

from sync.authority import Link
from sync.errors import BadContent, CannotOpen, NoKey
from sync.protocol.control import Public, Refusal
from sync.protocol.envelope import MORE, NO_KEY, NOTHING, Envelope, Kind
from sync.protocol.purge import read_purged
from sync.sealing import EpochKey, Inside, Keyring, Message, Sealer, open_inside, open_message
from tests.support.circle import Person, Room

ROOM = Room()
KEY = ROOM.first.key
RING = ROOM.first.keyring
LONG = Message(first=1, changes=({"text": "lång " * 30_000},))


def sealer() -> Sealer:
    return Sealer(ROOM.space, ROOM.first.keys)


def test_envelopes_follow_each_other() -> None:
    hand = sealer()
    one = hand.message(Message(first=1), KEY)[0]
    two = hand.control(Public((b"x" * 32,), Refusal(b"x" * 32)))
    three = hand.purge([one.id], KEY)
    assert [(e.header.sequence, e.header.previous) for e in (one, two, three)] == [
        (1, NOTHING),
        (2, one.id),
        (3, two.id),
    ]
    assert hand.last == Link(3, three.id)
    assert [e.header.kind for e in (one, two, three)] == [Kind.CHANGE, Kind.CONTROL, Kind.PURGE]
    assert [e.header.key_id for e in (one, two, three)] == [KEY.key_id, NO_KEY, KEY.key_id]
    assert read_purged(three) == (one.id,)
    for envelope in (one, two, three):
        assert Envelope.read(envelope.to_bytes()) == envelope
        assert envelope.header.device == ROOM.first.id


def test_a_message_opens_for_who_has_the_key() -> None:
    message = Message(first=3, changes=({"text": "hej"},))
    made = sealer().message(message, KEY)
    assert open_message(made, RING) == message
    with pytest.raises(NoKey):
        open_message(made, Keyring({}))
    wrong = EpochKey(bytes(32), KEY.commitment)
    with pytest.raises(CannotOpen):
        open_message(made, Keyring({KEY.commitment: wrong}))


def test_two_keys_of_one_name_are_both_tried() -> None:
    """Somebody who grinds commitments can give two epochs one key id; the whole commitment decides."""
    twin = EpochKey(bytes(32), KEY.key_id + bytes(16))
    made = sealer().message(Message(first=3), KEY)
    assert open_message(made, Keyring({twin.commitment: twin, KEY.commitment: KEY})) == Message(first=3)


def test_a_long_message_goes_on_in_the_next_envelopes() -> None:
    made = sealer().message(LONG, KEY)
    assert [envelope.header.flags for envelope in made] == [MORE, MORE, 0]
    assert open_message(made, RING) == LONG
    assert max(len(envelope.to_bytes()) for envelope in made) <= 65_536
    small = sealer().message(LONG, KEY, deflate=True)
    assert len(small) == 1
    assert open_message(small, RING) == LONG


def test_pieces_that_do_not_belong_together_are_refused() -> None:
    made, other = sealer().message(LONG, KEY), sealer().message(LONG, KEY, deflate=True)
    bo = ROOM.join(ROOM.first, Person())
    theirs = bo.sealer.message(Message(first=1), bo.key)
    for pieces in ([], made[:1], made[:2], [*made, *other], [*made[:2], *theirs], [made[1], made[0], made[2]]):
        with pytest.raises(BadContent):
            open_message(pieces, bo.keyring)


def test_a_stripped_envelope_has_nothing_to_open() -> None:
    made = sealer().message(Message(first=1), KEY)
    with pytest.raises(BadContent):
        open_message([made[0].stripped()], RING)
    with pytest.raises(BadContent):
        open_message([sealer().purge([made[0].id], KEY)], RING)


def test_the_sealed_part_of_a_control_record_is_bound_to_its_public_part() -> None:
    public, inside = Public((b"x" * 32,), Refusal(b"x" * 32)), Inside(reason="därför")
    made = sealer().control(public, inside, KEY)
    assert open_inside(made, RING) == inside
    assert open_inside(sealer().control(public), RING) is None
    assert made.body is not None
    other = made.body.replace(b"x" * 32, b"y" * 32)
    with pytest.raises(CannotOpen):
        open_inside(Envelope.made(made.header, other, made.signature), RING)


def test_nothing_is_sealed_without_a_key_and_no_key_is_named_for_nothing() -> None:
    public = Public((b"x" * 32,), Refusal(b"x" * 32))
    for inside, key in ((Inside(), None), (None, KEY)):
        with pytest.raises(ValueError, match="key"):
            sealer().control(public, inside, key)
