"""What the recovery key finds on a server: found by it alone, opened by it alone, renewed by every device."""

import json
from pathlib import Path

import pytest

from sync import hpke, labels, paper
from sync.errors import BadContent, BadRecord, CannotOpen, UnfitPublicKey
from sync.paper import Place, open_keyring, place_of
from sync.protocol import REPLACED
from sync.recovery import RecoveryKey
from tests.support.effort import effort

PAPER, OTHER = RecoveryKey(bytes(range(16))), RecoveryKey(bytes(range(1, 17)))
VECTOR = Path(__file__).parents[1] / "vectors" / "sync" / "keyring.json"
STEP = effort(5, 1)


def test_the_place_follows_from_the_paper_and_from_nothing_else() -> None:
    place = place_of(PAPER)
    assert place == place_of(RecoveryKey.parse(PAPER.text))
    assert {len(place.id), len(place.secret), len(place.box_public)} == {16, 32}
    assert place.id != place_of(OTHER).id
    assert Place.read(place.to_bytes()) == place
    known = json.loads(VECTOR.read_text())
    assert place.to_bytes().hex() == known["place"]
    assert open_keyring(PAPER, bytes.fromhex(known["sealed"])).decode() == known["keyring"]


@pytest.mark.parametrize("keyring", [b"", b"{}", bytes(5000)], ids=len)
def test_a_keyring_goes_in_and_comes_out_and_twice_it_looks_different(keyring: bytes) -> None:
    place = place_of(PAPER)
    one, two = place.seal(keyring), place.seal(keyring)
    assert one != two
    assert open_keyring(PAPER, one) == open_keyring(PAPER, two) == keyring


def test_its_length_tells_little() -> None:
    assert len({len(place_of(PAPER).seal(bytes(size))) for size in range(200)}) == 1


def test_another_paper_a_changed_byte_and_a_cut_open_nothing() -> None:
    sealed = place_of(PAPER).seal(b'{"root":"..."}')
    with pytest.raises(CannotOpen):
        open_keyring(OTHER, sealed)
    for at in range(0, len(sealed), STEP):
        for changed in (sealed[:at], sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]):
            with pytest.raises((CannotOpen, BadContent)):
                open_keyring(PAPER, changed)


def test_what_a_device_keeps_opens_nothing() -> None:
    place = place_of(PAPER)
    sealed = place.seal(b"{}")
    for held in (place.secret, place.box_public, place.id * 2):
        with pytest.raises(CannotOpen):
            hpke.open_sealed(held, sealed[1:], info=labels.KEYRING_SEAL + place.id)


def test_what_is_too_long_or_claims_to_be_longer_than_it_is_is_refused() -> None:
    place = place_of(PAPER)
    with pytest.raises(BadContent):
        place.seal(bytes(paper.MOST_BYTES))
    for plain in (b"\0\0\1\0" + bytes(10), b"\0\0\0\2abc", b""):
        sealed = bytes([paper.VERSION]) + hpke.seal(place.box_public, plain, info=labels.KEYRING_SEAL + place.id)
        with pytest.raises(BadContent):
            open_keyring(PAPER, sealed)
    with pytest.raises(BadContent):
        open_keyring(PAPER, REPLACED)
    with pytest.raises(BadRecord):
        Place.read(bytes(79))
    with pytest.raises(UnfitPublicKey):
        Place.read(bytes(80))
