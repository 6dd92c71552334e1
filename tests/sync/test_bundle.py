"""Bundles: whole, for us and once, or a typed refusal; as a file, as text, as a few pictures."""

import os
from random import Random

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import bundle, hpke
from sync.bundle import BoxKey, Item, ItemKind, Parts
from sync.errors import (
    BadCode,
    BundleDamaged,
    BundleNotForMe,
    BundleSeen,
    BundleTooLarge,
    CodeForElsewhere,
    NewerCode,
    SyncError,
    UnfitPublicKey,
)
from sync.hpke import Psk
from sync.pairing import code
from sync.pairing.code import Kind
from sync.pairing.transcript import seal
from tests.support.effort import effort

EPOCH, OTHER = bytes(range(32)), bytes(32)
ITEMS = (Item(ItemKind.ENVELOPE, b"signed and sealed " * 20), Item(ItemKind.CODE, b"FIKA:..."))
STEP = effort(7, 1)
items = st.lists(st.builds(Item, st.sampled_from(ItemKind), st.binary(max_size=400)), max_size=8)


def opened(raw: bytes, epochs: dict[bytes, bytes] | None = None, seen: frozenset[bytes] = frozenset()) -> bundle.Opened:
    return bundle.open_bundle(raw, {b"now": EPOCH} if epochs is None else epochs, {}, seen)


@settings(max_examples=50, deadline=None)
@given(items)
def test_what_is_sealed_for_a_space_is_read_there(content: list[Item]) -> None:
    raw = bundle.seal_for_space(content, EPOCH)
    found = opened(raw, {b"old": OTHER, b"now": EPOCH})
    assert (found.items, found.key) == (tuple(content), b"now")


@settings(max_examples=30, deadline=None)
@given(items, st.booleans())
def test_what_is_sealed_for_a_device_is_read_by_it_alone(content: list[Item], mixed: bool) -> None:
    private, public = hpke.generate()
    psk = Psk(bytes(32), b"pairing") if mixed else None
    raw = bundle.seal_for_device(content, public, psk)
    boxes = {b"other": BoxKey(hpke.generate()[0]), b"own": BoxKey(private, psk)}
    assert bundle.open_bundle(raw, {}, boxes, set()).items == tuple(content)
    with pytest.raises(BundleNotForMe):
        bundle.open_bundle(raw, {}, {b"own": BoxKey(private, Psk(b"x" * 32, b"pairing"))}, set())


def test_a_bundle_is_taken_once() -> None:
    raw = bundle.seal_for_space(ITEMS, EPOCH)
    first = opened(raw)
    with pytest.raises(BundleSeen):
        opened(raw, seen=frozenset({first.id}))
    assert opened(bundle.seal_for_space(ITEMS, EPOCH)).id != first.id


def test_for_others_and_for_nobody_here() -> None:
    raw = bundle.seal_for_space(ITEMS, EPOCH)
    for epochs in ({}, {b"old": OTHER}):
        with pytest.raises(BundleNotForMe):
            opened(raw, epochs)
    with pytest.raises(UnfitPublicKey):
        bundle.seal_for_device(ITEMS, bytes(32))


def test_a_file_tells_neither_who_nor_where_nor_how_much() -> None:
    one, other = (bundle.seal_for_space(ITEMS[1:] * count, EPOCH) for count in (1, 2))
    assert len(one) == len(other)
    assert one[26:] != bundle.seal_for_space(ITEMS[1:], EPOCH)[26:]
    assert b"FIKA:" not in one
    assert [bundle.padded(length) for length in (0, 256, 257, 300, 1000, 5000)] == [256, 256, 272, 304, 1024, 5120]
    assert all(length <= bundle.padded(length) <= length * 1.12 for length in range(257, 70_000, 131))


def test_every_flipped_bit_and_every_cut_is_refused() -> None:
    raw = bundle.seal_for_space(ITEMS, EPOCH)
    for at in range(0, len(raw), STEP):
        changed = raw[:at] + bytes([raw[at] ^ 1 << at % 8]) + raw[at + 1 :]
        with pytest.raises((BundleDamaged, BundleNotForMe, NewerCode)):
            opened(changed)
    for end in range(0, len(raw), STEP):
        with pytest.raises((BundleDamaged, BundleNotForMe)):
            opened(raw[:end])
    with pytest.raises(BundleDamaged):
        opened(raw + b"\0")


def test_every_flipped_bit_of_a_bundle_for_a_device_is_refused() -> None:
    private, public = hpke.generate()
    raw = bundle.seal_for_device(ITEMS, public)
    for at in range(0, len(raw), STEP):
        changed = raw[:at] + bytes([raw[at] ^ 1 << at % 8]) + raw[at + 1 :]
        with pytest.raises((BundleDamaged, BundleNotForMe, NewerCode)):
            bundle.open_bundle(changed, {}, {b"own": BoxKey(private)}, set())


def test_a_bundle_opens_under_one_key_only() -> None:
    """The cipher would fit many keys; the check beside it does not."""
    raw = bundle.seal_for_space(ITEMS, EPOCH)
    check = raw[26:42]
    for _ in range(50):
        assert bundle._space_keys(os.urandom(32), raw[10:26])[1] != check


def sealed(plain: bytes) -> bytes:
    """A bundle of a member who means harm: rightly sealed, with anything inside."""
    head = bundle._head(1)
    key, check = bundle._space_keys(EPOCH, head[-16:])
    return head + check + seal(key, plain, head + check)


@pytest.mark.parametrize(
    ("plain", "error"),
    [
        (b"", BundleDamaged),
        (b"\0\0\0", BundleDamaged),
        ((10_001).to_bytes(4, "big"), BundleDamaged),
        (b"\xff\xff\xff\xff", BundleDamaged),
        (b"\0\0\0\1", BundleDamaged),
        (b"\0\0\0\1\1\0\0\0\2a", BundleDamaged),
        (b"\0\0\0\1\1\0\2\0\1" + bytes(131_073), BundleDamaged),
        (b"\0\0\0\1\7\0\0\0\0", NewerCode),
        (b"\0\0\0\0\0\1", BundleDamaged),
    ],
)
def test_a_bag_that_is_none_is_refused_while_counting(plain: bytes, error: type[SyncError]) -> None:
    with pytest.raises(error):
        opened(sealed(plain))


def test_what_is_too_large_is_neither_made_nor_read() -> None:
    with pytest.raises(BundleTooLarge):
        bundle.seal_for_space([Item(ItemKind.ENVELOPE, bytes(bundle.MOST_ITEM + 1))], EPOCH)
    with pytest.raises(BundleTooLarge):
        bundle.seal_for_space([Item(ItemKind.CODE, b"")] * (bundle.MOST_ITEMS + 1), EPOCH)
    with pytest.raises(BundleTooLarge):
        bundle.seal_for_space([Item(ItemKind.ENVELOPE, bytes(bundle.MOST_ITEM))] * 129, EPOCH)
    with pytest.raises(BundleTooLarge):
        opened(bytes(bundle.MOST_BYTES + 1))


@pytest.mark.parametrize("raw", [b"", b"FIKABNDL", b"%PDF-1.7" + bytes(100)])
def test_a_file_that_is_none_is_refused(raw: bytes) -> None:
    with pytest.raises(BundleDamaged):
        opened(raw)


def test_a_newer_bundle_says_so() -> None:
    raw = bundle.seal_for_space(ITEMS, EPOCH)
    for changed in (raw[:8] + b"\2" + raw[9:], raw[:9] + b"\3" + raw[10:]):
        with pytest.raises(NewerCode):
            opened(changed)


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=1, max_size=40_000), st.randoms(use_true_random=False))
def test_as_text_in_any_order_in_several_pastes_and_twice(raw: bytes, random: Random) -> None:
    texts = bundle.as_text(raw).split("\n\n")
    shaken = texts + texts[:2]
    random.shuffle(shaken)
    parts = Parts()
    for text in shaken:
        parts = parts.add(f"Hej, här kommer lite till:\n{text.lower()}\n\nHälsningar")
    assert parts.missing == ()
    assert parts.whole() == raw
    assert Parts().add("\n\n".join(shaken)).whole() == raw


def test_what_is_missing_is_named() -> None:
    raw = os.urandom(30_000)
    texts = bundle.as_text(raw).split("\n\n")
    parts = Parts().add(texts[2]).add(texts[0])
    assert parts.missing == (2,)
    with pytest.raises(BundleDamaged):
        parts.whole()
    with pytest.raises(BundleDamaged):
        Parts().whole()


def part(name: bytes, number: int, count: int, piece: bytes) -> str:
    return code.write(Kind.PART, name + number.to_bytes(2, "big") + count.to_bytes(2, "big") + piece)


def test_parts_of_another_bundle_other_pieces_and_a_false_whole_are_refused() -> None:
    name = bytes(8)
    parts = Parts().add(part(name, 1, 2, b"one"))
    for other in (
        part(b"\1" * 8, 2, 2, b"two"),
        part(name, 2, 3, b"two"),
        part(name, 1, 2, b"uno"),
        part(name, 0, 2, b"two"),
        part(name, 3, 2, b"two"),
        part(name, 1, 2049, b"two"),
        part(name, 2, 2, b""),
        code.write(Kind.PART, b"short"),
    ):
        with pytest.raises(BundleDamaged):
            parts.add(other)
    with pytest.raises(BundleDamaged):
        parts.add(part(name, 2, 2, b"two")).whole()
    with pytest.raises(CodeForElsewhere):
        parts.add(code.write(Kind.ROOM, b""))
    with pytest.raises(BadCode):
        parts.add("inget här")


def test_a_text_of_another_bundle_begins_anew_and_nonsense_changes_nothing() -> None:
    raw, other = os.urandom(30_000), os.urandom(20_000)
    texts, others = bundle.as_text(raw).split("\n\n"), bundle.as_text(other).split("\n\n")
    parts, whole = Parts().take(texts[0])
    assert whole is None and parts.missing == (2, 3)
    with pytest.raises(BadCode):
        parts.take("inget här")
    parts, whole = parts.take("\n\n".join(texts[1:]))
    assert whole == raw and parts == Parts()
    parts, _ = parts.take(texts[0])
    parts, whole = parts.take(others[0])
    assert whole is None and parts.missing == (2,)
    assert parts.take(others[1]) == (Parts(), other)


def test_endless_parts_are_refused_by_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_BYTES", 100)
    with pytest.raises(BundleTooLarge):
        Parts().add(part(bytes(8), 1, 2, bytes(60))).add(part(bytes(8), 2, 2, bytes(60)))


def version(text: str) -> int:
    return int(segno.make(text, error="l", micro=False, boost_error=False).version)


def test_a_confirmation_fits_a_few_pictures_that_a_phone_reads() -> None:
    raw = bundle.seal_for_space([Item(ItemKind.ENVELOPE, bytes(900))], EPOCH)
    (picture,) = bundle.as_pictures(raw)
    assert version(picture) <= 26
    largest = bundle.as_pictures(bytes(bundle.PICTURE_BYTES * 8))
    assert len(largest) == 8
    assert version(largest[0]) == 26
    even = bundle.as_pictures(bytes(bundle.PICTURE_BYTES + 1))
    assert [version(text) for text in even] == [18, 18], "two alike, not one full and one nearly empty"
    whole = bytes(range(256)) * 20
    assert Parts().add(" ".join(reversed(bundle.as_pictures(whole)))).whole() == whole
    assert len(bundle.as_pictures(bytes(bundle.PICTURE_BYTES * bundle.MOST_PICTURES))) == bundle.MOST_PICTURES
    with pytest.raises(BundleTooLarge):
        bundle.as_pictures(bytes(bundle.PICTURE_BYTES * bundle.MOST_PICTURES + 1))
