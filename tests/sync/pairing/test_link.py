"""A device of one's own: certified by the old one, signed by the new one, refused everywhere else."""

from dataclasses import replace

import pytest

from sync import hpke, labels
from sync.errors import (
    BadCode,
    BadRecord,
    CannotOpen,
    CodeForElsewhere,
    OwnCode,
    PairingExpired,
    SyncError,
    UnfitPublicKey,
)
from sync.hpke import Psk
from sync.pairing import code, introduction, invitation, link, room, words
from sync.pairing.code import Kind
from sync.pairing.link import Granted, Linking
from sync.pairing.state import HOUR, Over, from_row
from sync.signing import MASTER, Device, SigningKey
from tests.support.effort import effort
from tests.sync.pairing.people import NOW, WORDS, Person

KARIN, MALLORY = Person.new("Karin"), Person.new("Mallory")
STEP = effort(7, 1)


def granted(
    linking: Linking, person: Person = KARIN, keyring: bytes = b"keyring"
) -> tuple[Granted, str, tuple[int, ...]]:
    master = person.device.master().signing
    return link.grant(link.scan(linking.text, master.public), person.masters, master, keyring, NOW)


def test_the_new_device_is_certified_and_holds_the_keyring() -> None:
    device = Device.new()
    linking = link.show(device.master(), NOW)
    state, text, shown = granted(linking)
    linked, step = linking.open(text, device.master(), NOW + 60_000)
    assert (linked.root, linked.keyring, linked.words) == (KARIN.root.public, b"keyring", shown)
    assert len(linked.masters) == 2
    receipt, done = state.receive(step.send[0], KARIN.device.master())
    certificate = receipt.certificate
    assert certificate == linked.masters[-1]
    assert receipt.introductions(KARIN.masters, "Karin") == []
    assert linking.secret == state.secret != link.show(device.master(), NOW).secret
    assert (certificate.space, certificate.root) == (MASTER, KARIN.root.public)
    assert done.state == step.state == Over("done")
    assert from_row(linking.to_row()) == linking
    assert from_row(state.to_row()) == state


def test_the_new_device_introduces_itself_as_the_same_person() -> None:
    device = Device.new()
    linking = link.show(device.master(), NOW)
    linked, _ = linking.open(granted(linking)[1], device.master(), NOW)
    person = Person("Karin", KARIN.root, device, linked.masters)
    space = KARIN.found().space
    found = introduction.read(person.introduce(space).to_bytes(), space)
    assert (found.root, len(found.masters)) == (KARIN.root.public, 2)


def test_with_its_certificate_it_says_who_it_is_in_each_space() -> None:
    device = Device.new()
    linking = link.show(device.master(), NOW)
    state, text, _ = granted(linking)
    spaces = [KARIN.found().space for _ in range(3)]

    def entries(linked: link.Linked) -> list[introduction.Introduction]:
        person = Person("Karin", KARIN.root, device, linked.masters)
        return [person.introduce(space) for space in spaces]

    linked, step = linking.open(text, device.master(), NOW, entries)
    receipt, _ = state.receive(step.send[0], KARIN.device.master())
    found = receipt.introductions(KARIN.masters, "Karin")
    assert [one.space for one in found] == spaces
    assert [one.masters for one in found] == [linked.masters] * 3
    assert {one.root for one in found} == {KARIN.root.public}
    for place in range(0, len(receipt.entries), STEP):
        raw = bytearray(receipt.entries)
        raw[place] ^= 1
        with pytest.raises((BadRecord, UnfitPublicKey, SyncError)):
            replace(receipt, entries=bytes(raw)).introductions(KARIN.masters, "Karin")


def test_every_other_screen_refuses_this_code_and_this_screen_every_other() -> None:
    linking = link.show(Device.new().master(), NOW)
    genesis = KARIN.found()
    own = KARIN.introduce(genesis.space)
    showing, inviting = room.show(own, genesis, NOW), invitation.invite(own, genesis, NOW)
    for take in (
        lambda: room.scan(linking.text, KARIN.root.public),
        lambda: showing.receive(linking.text, NOW),
        lambda: words.read_offer(linking.text),
        lambda: words.show(WORDS, own, genesis, NOW).receive(linking.text, NOW),
        lambda: invitation.read(linking.text, KARIN.root.public, NOW),
        lambda: inviting.receive(linking.text, NOW),
    ):
        with pytest.raises(CodeForElsewhere) as refused:
            take()
        assert refused.value.facts == {"got": "link"}
    for text in (showing.text, inviting.text, words.show(WORDS, own, genesis, NOW).text):
        with pytest.raises(CodeForElsewhere):
            link.scan(text, KARIN.device.master().signing.public)
        with pytest.raises(CodeForElsewhere):
            linking.open(text, Device.new().master(), NOW)


def test_one_s_own_device_and_one_s_own_messages_are_refused() -> None:
    keys = KARIN.device.master()
    with pytest.raises(OwnCode):
        link.scan(link.show(keys, NOW).text, keys.signing.public)
    device = Device.new()
    linking = link.show(device.master(), NOW)
    state, text, _ = granted(linking)
    with pytest.raises(OwnCode):
        linking.open(linking.text, device.master(), NOW)
    with pytest.raises(OwnCode):
        state.receive(text, keys)
    with pytest.raises(OwnCode):
        link.scan(text, keys.signing.public)


def test_a_grant_is_for_one_device_one_code_and_one_hour() -> None:
    device, other = Device.new(), Device.new()
    linking, again = link.show(device.master(), NOW), link.show(device.master(), NOW)
    _, text, _ = granted(linking)
    with pytest.raises(CannotOpen):
        again.open(text, device.master(), NOW)
    with pytest.raises(CannotOpen):
        linking.open(text, other.master(), NOW)
    with pytest.raises(PairingExpired):
        linking.open(text, device.master(), NOW + HOUR + 1)


def test_somebody_who_never_saw_the_code_can_hand_over_nothing() -> None:
    """Knowing the public keys is not enough: the secret of the code is in the seal."""
    device = Device.new()
    linking = link.show(device.master(), NOW)
    blind = link.NewDevice(bytes(16), linking.shown[16:48], linking.shown[48:])
    master = MALLORY.device.master().signing
    _, text, _ = link.grant(blind, MALLORY.masters, master, b"", NOW)
    with pytest.raises(CannotOpen):
        linking.open(text, device.master(), NOW)


def test_somebody_who_saw_the_code_shows_other_words() -> None:
    linking = link.show(Device.new().master(), NOW)
    assert granted(linking)[2] != granted(linking, MALLORY)[2]


def test_every_changed_byte_and_every_cut_of_a_grant_is_refused() -> None:
    device = Device.new()
    linking = link.show(device.master(), NOW)
    body = code.read(granted(linking)[1], Kind.LINK_GRANT)
    flipped = [body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :] for at in range(0, len(body), STEP)]
    for changed in flipped + [body[:end] for end in range(0, len(body), STEP)]:
        with pytest.raises(CannotOpen):
            linking.open(code.write(Kind.LINK_GRANT, changed), device.master(), NOW)


def test_a_grant_that_opens_and_does_not_hold_is_refused() -> None:
    """Whoever saw the code can seal, but cannot sign for a person they are not."""
    device = Device.new()
    linking = link.show(device.master(), NOW)
    new = link.scan(linking.text, bytes(32))
    for chain in (KARIN.masters, ()):
        plain = KARIN.root.public + introduction.chain_bytes(chain) + NOW.to_bytes(8, "big")
        plain += MALLORY.root.sign(b"", b"") + b"keyring"
        info, psk = labels.LINK_DEVICE + b"\1" + linking.shown, Psk(new.secret, labels.LINK_DEVICE)
        sealed = hpke.seal(new.box_public, plain, info=info, psk=psk)
        with pytest.raises((BadRecord, BadCode)):
            linking.open(code.write(Kind.LINK_GRANT, sealed), device.master(), NOW)


def test_a_receipt_of_another_grant_or_with_other_keys_is_refused() -> None:
    device, other = Device.new(), Device.new()
    one, two = link.show(device.master(), NOW), link.show(other.master(), NOW)
    state, text, _ = granted(one)
    _, second, _ = granted(two)
    _, receipt = two.open(second, other.master(), NOW)
    with pytest.raises(CannotOpen):
        state.receive(receipt.send[0], KARIN.device.master())
    _, right = one.open(text, device.master(), NOW)
    with pytest.raises(CannotOpen):
        state.receive(right.send[0], MALLORY.device.master())
    changed = replace(state, shown=state.shown[:16] + two.shown[16:])
    with pytest.raises(BadRecord):
        changed.receive(right.send[0], KARIN.device.master())


def test_what_cannot_be_granted_is_not_granted() -> None:
    linking = link.show(Device.new().master(), NOW)
    new = link.scan(linking.text, bytes(32))
    with pytest.raises(ValueError, match="another device"):
        link.grant(new, KARIN.masters, SigningKey.new(), b"", NOW)
    long = Person.new("Karin", via=7)
    with pytest.raises(BadRecord):
        link.grant(new, long.masters, long.device.master().signing, b"", NOW)
    with pytest.raises(BadCode):
        link.grant(new, KARIN.masters, KARIN.device.master().signing, bytes(link.MOST_KEYRING + 1), NOW)


def test_a_code_with_weak_keys_is_refused() -> None:
    for body in (bytes(80), bytes(79)):
        with pytest.raises((UnfitPublicKey, BadCode)):
            link.scan(code.write(Kind.LINK, body), bytes(32))
    weak = link.NewDevice(bytes(16), SigningKey.new().public, bytes(32))
    with pytest.raises(SyncError):
        link.grant(weak, KARIN.masters, KARIN.device.master().signing, b"", NOW)
