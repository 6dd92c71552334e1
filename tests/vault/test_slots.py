"""Key slots: they open for their secret, in their place, and for nothing else."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers import aead

from app.errors import HeaderDamaged, KdfOutOfBounds, KeystoreLost
from app.vault import slots
from app.vault.kdf import Cost
from app.vault.slots import Kind, Mode, Slot, SlotKey
from tests.support.keys import FLOOR, RECOVERY, Counted, flips

OWNER = bytes(range(16))
CONTENT = bytes(range(100, 132))


def recovery_slot() -> Slot:
    slot = Slot.new(Kind.RECOVERY)
    return slot.filled(OWNER, slot.derive(OWNER, RECOVERY), CONTENT)


def test_a_passphrase_slot_with_the_real_derivation() -> None:
    slot = Slot.new(Kind.PASSPHRASE, cost=FLOOR)
    filled = slot.filled(OWNER, slot.derive(OWNER, b"right"), CONTENT)
    assert filled.opened(OWNER, filled.derive(OWNER, b"right")) == CONTENT
    assert filled.opened(OWNER, filled.derive(OWNER, b"wrong")) is None


def test_a_slot_comes_back_from_its_bytes() -> None:
    slot = recovery_slot()
    assert Slot.read(slot.to_bytes()) == slot
    assert len(slot.to_bytes()) == slots.BYTES


def test_the_key_is_64_bytes_of_hkdf_over_everything_that_says_what_the_slot_is() -> None:
    """Recomputed with nothing but HMAC, from the page."""
    import hmac
    import struct

    slot = Slot(Kind.RECOVERY, Mode.UNBOUND, bytes(range(16, 32)), bytes(range(32)), None)
    info = b"fika/v1/slot\0" + OWNER + slot.id + struct.pack(">BBIIB", 2, 0, 0, 0, 0)
    prk = hmac.digest(slot.salt, RECOVERY, "sha256")
    one = hmac.digest(prk, info + b"\x01", "sha256")
    two = hmac.digest(prk, one + info + b"\x02", "sha256")
    assert slot.derive(OWNER, RECOVERY) == SlotKey(one, two)


def test_every_part_of_the_slot_takes_part_in_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the derivation itself gave the same for all of them: the parameters are bound by HKDF as well."""
    monkeypatch.setattr("app.vault.kdf.stretch", lambda secret, _salt, _cost: secret.ljust(32))
    slot = Slot.new(Kind.PASSPHRASE, cost=FLOOR, mode=Mode.BOUND)
    keys = {
        slot.derive(OWNER, b"secret", b"keystore").to_bytes(),
        slot.derive(bytes(16), b"secret", b"keystore").to_bytes(),
        slot.derive(OWNER, b"other", b"keystore").to_bytes(),
        slot.derive(OWNER, b"secret", b"another").to_bytes(),
        replace(slot, id=bytes(16)).derive(OWNER, b"secret", b"keystore").to_bytes(),
        replace(slot, salt=bytes(32)).derive(OWNER, b"secret", b"keystore").to_bytes(),
        replace(slot, kind=Kind.WORDS).derive(OWNER, b"secret", b"keystore").to_bytes(),
        replace(slot, cost=Cost(passes=4)).derive(OWNER, b"secret", b"keystore").to_bytes(),
        replace(slot, cost=Cost(lanes=1)).derive(OWNER, b"secret", b"keystore").to_bytes(),
        replace(slot, cost=Cost(memory=65 * 1024)).derive(OWNER, b"secret", b"keystore").to_bytes(),
        replace(slot, mode=Mode.UNBOUND).derive(OWNER, b"secret").to_bytes(),
    }
    assert len(keys) == 11


@pytest.mark.usefixtures("quick_kdf")
def test_a_bound_slot_needs_the_keystore_and_says_so() -> None:
    slot = Slot.new(Kind.PASSPHRASE, cost=FLOOR, mode=Mode.BOUND)
    filled = slot.filled(OWNER, slot.derive(OWNER, b"right", b"k" * 32), CONTENT)
    assert filled.opened(OWNER, filled.derive(OWNER, b"right", b"k" * 32)) == CONTENT
    assert filled.opened(OWNER, filled.derive(OWNER, b"right", b"x" * 32)) is None
    with pytest.raises(KeystoreLost):
        filled.derive(OWNER, b"right")


def test_the_proof_is_compared_before_the_cipher_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No partitioning oracle: a ciphertext that opens under many keys is never tried."""
    asked = []

    def cipher(key: bytes) -> object:
        asked.append(key)
        return aead.ChaCha20Poly1305(key)

    slot = recovery_slot()
    wrong, right = slot.derive(OWNER, bytes(32)), slot.derive(OWNER, RECOVERY)
    monkeypatch.setattr(slots, "ChaCha20Poly1305", cipher)
    assert slot.opened(OWNER, wrong) is None
    assert asked == []
    assert slot.opened(OWNER, right) == CONTENT
    assert asked == [right.wrap]


def test_every_flipped_bit_of_a_slot_keeps_it_shut() -> None:
    slot = recovery_slot()
    for _, raw in flips(slot.to_bytes()):
        try:
            changed = Slot.read(raw)
            assert changed.opened(OWNER, changed.derive(OWNER, RECOVERY)) is None
        except (HeaderDamaged, KdfOutOfBounds, KeystoreLost):
            continue


def test_a_slot_of_another_vault_opens_nothing() -> None:
    slot = recovery_slot()
    assert slot.opened(bytes(16), slot.derive(bytes(16), RECOVERY)) is None
    with pytest.raises(HeaderDamaged):
        slot.opened(bytes(16), slot.derive(OWNER, RECOVERY))


def test_a_set_of_slots_has_bounds() -> None:
    daily = Slot.new(Kind.PASSPHRASE, cost=FLOOR)
    spare = tuple(Slot.new(Kind.RECOVERY) for _ in range(7))
    assert slots.check_set((daily, *spare)) == (daily, *spare)
    for bad in (
        (),
        (daily, *spare, Slot.new(Kind.RECOVERY)),
        (daily, replace(daily, id=bytes(16))),
        (spare[0], spare[0]),
    ):
        with pytest.raises(HeaderDamaged):
            slots.check_set(bad)


def test_reading_derives_nothing(quick_kdf: Counted) -> None:
    slot = Slot.new(Kind.PASSPHRASE, cost=FLOOR)
    Slot.read(slot.to_bytes())
    assert quick_kdf.calls == 0


@pytest.mark.parametrize("field", ["memory", "passes", "lanes"])
def test_absurd_parameters_in_a_slot_are_a_typed_error(field: str) -> None:
    raw = bytearray(Slot.new(Kind.PASSPHRASE, cost=FLOOR).to_bytes())
    at = {"memory": slice(50, 54), "passes": slice(54, 58), "lanes": slice(58, 59)}[field]
    for value in (b"\0", b"\xff"):
        changed = bytearray(raw)
        changed[at] = value * (at.stop - at.start)
        with pytest.raises(KdfOutOfBounds):
            Slot.read(bytes(changed))
    free = bytearray(recovery_slot().to_bytes())
    free[at] = b"\x01" * (at.stop - at.start)
    with pytest.raises(KdfOutOfBounds):
        Slot.read(bytes(free))


def test_no_secret_shows_itself() -> None:
    key = recovery_slot().derive(OWNER, RECOVERY)
    assert key.wrap.hex() not in repr(key)
    assert repr(key.wrap) not in repr(key)
    assert SlotKey.read(key.to_bytes()) == key
