"""The header: two copies, one truth, and nothing in it that can be changed without being told."""

from dataclasses import replace

import pytest

from app.errors import HeaderDamaged, KdfOutOfBounds, NotAVault, VaultTooNew
from app.vault import header, labels, slots
from app.vault.header import Header
from app.vault.key import VaultKey, digest
from app.vault.slots import Kind, Slot
from tests.support.keys import FLOOR, RECOVERY, Counted, flips


def key_and_header() -> tuple[VaultKey, Header]:
    key = VaultKey(bytearray(range(32)), bytes(range(16)), bytes(range(16, 32)), 7)
    spare = Slot.new(Kind.RECOVERY)
    filled = spare.filled(key.vault, spare.derive(key.vault, RECOVERY), bytes(key.secret))
    daily = Slot.new(Kind.PASSPHRASE, cost=FLOOR)
    return key, Header(key.vault, key.lineage, key.counter, (daily, filled)).sealed(key)


KEY, HEADER = key_and_header()
RAW = HEADER.to_bytes()
HALF = len(RAW) // 2


def one_copy(body: bytes) -> bytes:
    """A copy with a right digest over whatever it says: what a stranger could write."""
    return body + digest(labels.HEADER_SUM, body)[:16]


def test_a_header_comes_back_whole() -> None:
    assert header.read(RAW) == (HEADER, True)
    HEADER.check(KEY)
    assert HEADER.key(bytes(KEY.secret)) == KEY
    assert HEADER.slot(Kind.RECOVERY) == HEADER.slots[1]
    assert HEADER.slot(Kind.WORDS) is None


def test_every_flipped_bit_is_told_and_mended_by_the_other_copy() -> None:
    for place, raw in flips(RAW):
        found, whole = header.read(raw)
        assert found == HEADER, place
        assert not whole, place


def test_every_bit_flipped_in_both_copies_is_a_typed_error() -> None:
    for place in range(HALF * 8):
        changed = bytearray(RAW)
        for start in (0, HALF):
            changed[start + place // 8] ^= 1 << place % 8
        with pytest.raises((HeaderDamaged, NotAVault, VaultTooNew, KdfOutOfBounds)):
            header.read(bytes(changed))


def test_every_cut_is_told() -> None:
    for length in range(len(RAW)):
        try:
            found, whole = header.read(RAW[:length])
        except (HeaderDamaged, NotAVault):
            assert length < HALF
            continue
        assert found == HEADER
        assert not whole


def test_bytes_added_are_told() -> None:
    assert header.read(RAW + b"\0") == (HEADER, False)
    with pytest.raises(HeaderDamaged):
        header.read(RAW + bytes(header.BYTES_MAX))


def test_two_whole_copies_that_differ_are_refused() -> None:
    other = replace(HEADER, counter=6).sealed(replace(KEY, counter=6)).to_bytes()
    for raw in (RAW[:HALF] + other[HALF:], other[:HALF] + RAW[HALF:]):
        with pytest.raises(HeaderDamaged):
            header.read(raw)


def test_what_a_stranger_writes_with_a_right_digest_fails_the_mac() -> None:
    body = RAW[: HALF - 16]
    for place in range(10 * 8, (len(body) - 32) * 8):
        changed = bytearray(body)
        changed[place // 8] ^= 1 << place % 8
        copy = one_copy(bytes(changed))
        try:
            found, _ = header.read(copy + copy)
        except (HeaderDamaged, KdfOutOfBounds):
            continue
        with pytest.raises(HeaderDamaged):
            found.check(KEY)


def test_slots_that_changed_places_fail_the_mac() -> None:
    swapped = replace(HEADER, slots=HEADER.slots[::-1])
    found, whole = header.read(swapped.to_bytes())
    assert whole
    with pytest.raises(HeaderDamaged):
        found.check(KEY)


def test_a_header_of_another_key_counter_or_lineage_fails_the_mac() -> None:
    for key in (replace(KEY, secret=bytearray(32 * b"x")), VaultKey.new()):
        with pytest.raises(HeaderDamaged):
            HEADER.check(key)
    for changed in (replace(HEADER, counter=8), replace(HEADER, lineage=bytes(16)), replace(HEADER, vault=bytes(16))):
        with pytest.raises(HeaderDamaged):
            changed.key(bytes(KEY.secret))


def test_a_newer_format_is_told_as_such() -> None:
    copy = one_copy(header.MAGIC + (2).to_bytes(2, "big") + bytes(400))
    with pytest.raises(VaultTooNew) as caught:
        header.read(copy + copy)
    assert caught.value.facts["format"] == 2


def test_a_foreign_file_is_told_as_such() -> None:
    with pytest.raises(NotAVault):
        header.read(b"SQLite format 3\0" * 40)
    for raw in (b"", b"FIKA"):
        with pytest.raises(HeaderDamaged):
            header.read(raw)


def test_absurd_parameters_are_refused_before_anything_is_derived(quick_kdf: Counted) -> None:
    body = bytearray(RAW[: HALF - 16])
    first = 8 + 2 + 41
    body[first + 50 : first + 54] = (2**31).to_bytes(4, "big")
    copy = one_copy(bytes(body))
    with pytest.raises(KdfOutOfBounds):
        header.read(copy + copy)
    assert quick_kdf.calls == 0


def test_a_count_of_slots_that_the_file_does_not_hold_is_damage() -> None:
    for count in (0, 1, 3, 8, 9, 255):
        body = bytearray(RAW[: HALF - 16])
        body[8 + 2 + 40] = count
        copy = one_copy(bytes(body))
        with pytest.raises(HeaderDamaged):
            header.read(copy + copy)
    assert slots.SLOTS_MAX == 8
