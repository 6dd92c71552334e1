"""Who signs: keys that mean something, certificates that hold, spaces that cannot be claimed."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync import labels, signing
from sync.errors import BadRecord, CannotOpen, UnfitPublicKey
from sync.recovery import RecoveryKey
from sync.signing import MASTER, Certificate, Device, Genesis, SigningKey

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P

Point = tuple[int, int]


def _add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    both = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + x2 * y1) * pow(1 + both, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - both, -1, P) % P


def _times(number: int, point: Point) -> Point:
    found: Point = (0, 1)
    while number:
        if number & 1:
            found = _add(found, point)
        point = _add(point, point)
        number >>= 1
    return found


def _on_curve(y: int) -> Point | None:
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (x, y) if (x * x - xx) % P == 0 else None


def small_order() -> set[Point]:
    """The eight points of small order, computed and not copied: large multiples of whatever lies on the curve."""
    order = 2**252 + 27742317777372353535851937790883648493
    found: set[Point] = set()
    y = 2
    while len(found) < 8:
        point = _on_curve(y)
        if point is not None:
            torsion = _times(order, point)
            found |= {_times(number, torsion) for number in range(8)}
        y += 1
    return found


def encodings_of_small_order() -> list[bytes]:
    """Every way to write them: with both signs, and with y beyond the prime where that fits."""
    found = set()
    for _, y in small_order():
        for value in (y, y + P):
            if value < 2**255:
                for sign in (0, 1 << 255):
                    found.add((value | sign).to_bytes(32, "little"))
    return sorted(found)


def test_every_key_of_small_order_is_refused_however_it_is_written() -> None:
    assert len(small_order()) == 8
    assert len(encodings_of_small_order()) >= 14
    for key in encodings_of_small_order():
        with pytest.raises(UnfitPublicKey):
            signing.check_public(key)


def test_without_the_check_one_signature_fits_any_message() -> None:
    """The reason for the refusal, seen: R = S = 0 verifies under the neutral element, for two different messages."""
    neutral = (1).to_bytes(32, "little")
    forged = neutral + bytes(32)
    key = Ed25519PublicKey.from_public_bytes(neutral)
    key.verify(forged, b"one message")
    key.verify(forged, b"another message")
    for message in (b"one message", b"another message"):
        with pytest.raises(UnfitPublicKey):
            signing.verify(neutral, forged, b"", message)


def test_a_key_that_is_not_canonical_or_too_short_is_refused() -> None:
    for y in (P, P + 1, P + 18, 2**255 - 1):
        with pytest.raises(UnfitPublicKey):
            signing.check_public(y.to_bytes(32, "little"))
    with pytest.raises(UnfitPublicKey):
        signing.check_public(bytes(31))
    honest = SigningKey.new().public
    assert signing.check_public(honest) == honest


def test_a_signature_holds_for_its_key_label_and_message_only() -> None:
    key = SigningKey.new()
    signature = key.sign(labels.CERTIFIED, b"message")
    assert signing.verify(key.public, signature, labels.CERTIFIED, b"message")
    assert not signing.verify(key.public, signature, labels.CERTIFIED_OWN, b"message")
    assert not signing.verify(key.public, signature, labels.CERTIFIED, b"another")
    assert not signing.verify(SigningKey.new().public, signature, labels.CERTIFIED, b"message")


def test_a_device_has_other_keys_in_every_space_and_the_same_ones_again() -> None:
    device = Device.new()
    one, other = bytes(range(16)), bytes(range(1, 17))
    here, there, master = device.in_space(one), device.in_space(other), device.master()
    assert len({here.id, there.id, master.id}) == 3
    assert len({here.signing.seed, here.box, there.signing.seed, there.box, master.signing.seed, master.box}) == 6
    assert Device(device.seed).in_space(one).id == here.id
    assert here.id == signing.device_id(here.signing.public, here.box_public)
    for bad in (MASTER, b"short"):
        with pytest.raises(ValueError, match="16 bytes"):
            device.in_space(bad)


def test_the_keys_follow_from_the_seed_as_the_page_says() -> None:
    """HKDF-SHA256 with the space as salt, recomputed here with nothing but HMAC."""
    import hmac

    seed, space = bytes(range(32)), bytes(range(16))
    prk = hmac.digest(space, seed, "sha256")
    expected = hmac.digest(prk, b"fika/v1/device-sign\0\x01", "sha256")
    assert Device(seed).in_space(space).signing.seed == expected


def certificate() -> Certificate:
    root, device = SigningKey.new(), Device.new()
    return Certificate.issue(
        space=MASTER, root=root.public, certifier=root, keys=device.master(), made=1_700_000_000_000
    )


def test_a_certificate_comes_back_equal() -> None:
    issued = certificate()
    assert Certificate.read(issued.to_bytes()) == issued
    assert issued.device == signing.device_id(issued.sign_public, issued.box_public)
    assert len(issued.to_bytes()) == Certificate.BYTES


def test_every_flipped_bit_and_every_length_of_a_certificate_is_refused() -> None:
    raw = certificate().to_bytes()
    for place in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises((BadRecord, UnfitPublicKey)):
            Certificate.read(bytes(changed))
    for length in (0, len(raw) - 1):
        with pytest.raises(BadRecord):
            Certificate.read(raw[:length])
    with pytest.raises(BadRecord):
        Certificate.read(raw + b"\0")


def test_nobody_can_certify_a_device_that_did_not_sign() -> None:
    """The certifier alone is not enough: otherwise an admin could claim somebody else's keys as a device of their
    own.
    """
    root, victim, own = SigningKey.new(), Device.new().master(), Device.new().master()
    bare = Certificate(MASTER, root.public, root.public, victim.signing.public, victim.box_public, 1)
    forged = replace(
        bare,
        by_certifier=root.sign(labels.CERTIFIED, bare.statement()),
        by_device=own.signing.sign(labels.CERTIFIED_OWN, bare.statement()),
    )
    with pytest.raises(BadRecord) as caught:
        Certificate.read(forged.to_bytes())
    assert caught.value.facts["reason"] == "device"


def test_the_two_signatures_cannot_stand_in_for_each_other() -> None:
    root = SigningKey.new()
    keys = signing.DeviceKeys(root, Device.new().master().box)
    issued = Certificate.issue(space=MASTER, root=root.public, certifier=root, keys=keys, made=1)
    swapped = replace(issued, by_certifier=issued.by_device, by_device=issued.by_certifier)
    with pytest.raises(BadRecord):
        Certificate.read(swapped.to_bytes())


def test_a_space_is_known_by_its_genesis_record_and_no_other() -> None:
    master = Device.new().master().signing.public
    genesis = Genesis.found("mentoring", master)
    assert genesis.kind_name == "mentoring"
    assert genesis.founded_by(master)
    assert not genesis.founded_by(Device.new().master().signing.public)
    raw = genesis.to_bytes()
    assert Genesis.read(raw, genesis.space) == genesis
    for place in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(BadRecord):
            Genesis.read(bytes(changed), genesis.space)
    with pytest.raises(BadRecord):
        Genesis.read(raw[:-1], genesis.space)
    assert Genesis.found("mentoring", master).space != genesis.space


def test_the_root_key_opens_with_the_recovery_key_alone() -> None:
    root, recovery = SigningKey.new(), RecoveryKey.new()
    sealed = signing.seal_root(root, recovery.root)
    assert signing.open_root(sealed, recovery.root, root.public) == root
    for wrong in (RecoveryKey.new().root, recovery.vault):
        with pytest.raises(CannotOpen):
            signing.open_root(sealed, wrong, root.public)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(CannotOpen):
            signing.open_root(bytes(changed), recovery.root, root.public)
    with pytest.raises(CannotOpen):
        signing.open_root(sealed, recovery.root, SigningKey.new().public)
    with pytest.raises(CannotOpen):
        signing.open_root(b"", recovery.root, root.public)


def test_no_private_key_shows_itself() -> None:
    device = Device.new()
    keys = device.master()
    for shown, secret in ((repr(device), device.seed), (repr(keys), keys.box), (repr(keys), keys.signing.seed)):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
