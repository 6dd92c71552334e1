"""Introductions: every certificate rebuilt and checked, names that show what they are."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import BadCode, BadRecord, OwnCode, SyncError, UnfitPublicKey
from sync.pairing import introduction
from sync.pairing.introduction import Introduction
from sync.signing import MASTER, Certificate, DeviceKeys, Genesis, SigningKey
from tests.support.effort import effort
from tests.sync.pairing.people import NOW, Person

KARIN = Person.new("Karin", via=1)
SPACE = KARIN.found().space
OWN = KARIN.introduce(SPACE)
RAW = OWN.to_bytes()


def test_what_is_written_is_read() -> None:
    found = introduction.read(RAW, SPACE)
    assert found == KARIN.introduce(SPACE)
    assert (found.root, found.name, found.space) == (KARIN.root.public, "Karin", SPACE)
    assert found.master == KARIN.device.master().signing.public
    assert found.to_bytes() == RAW


def test_every_flipped_bit_and_every_cut_is_refused_or_stands_in_the_name() -> None:
    """A changed name is held by the MAC around it."""
    free = len(RAW) - len("Karin") - 1
    for at in range(0, len(RAW), effort(7, 1)):
        changed = RAW[:at] + bytes([RAW[at] ^ 1 << at % 8]) + RAW[at + 1 :]
        if at <= free:
            with pytest.raises(SyncError):
                introduction.read(changed, SPACE)
    for end in range(0, len(RAW), effort(7, 1)):
        with pytest.raises(SyncError):
            introduction.read(RAW[:end], SPACE)
    with pytest.raises(BadCode):
        introduction.read(RAW + b"\0", SPACE)


def test_an_introduction_is_for_one_space() -> None:
    with pytest.raises(BadRecord):
        introduction.read(RAW, bytes(15) + b"\1")


def test_one_s_own_root_key_is_refused() -> None:
    with pytest.raises(OwnCode):
        introduction.read(RAW, SPACE, own=KARIN.root.public)


def test_a_chain_that_another_person_began_is_refused() -> None:
    mallory = Person.new("Mallory")
    stolen = Introduction(mallory.masters, KARIN.certificate(SPACE), bytes(64), "Karin")
    with pytest.raises(BadRecord):
        introduction.read(stolen.to_bytes(), SPACE)
    claimed = replace(stolen, masters=KARIN.masters, certificate=mallory.certificate(SPACE))
    with pytest.raises(SyncError):
        introduction.read(claimed.to_bytes(), SPACE)


def test_a_chain_has_one_to_eight_certificates() -> None:
    longest = Person.new("Karin", via=7)
    assert len(longest.introduce(SPACE).masters) == 8
    nine = Person.new("Karin", via=8)
    with pytest.raises(BadCode):
        introduction.read(Introduction(nine.masters, nine.certificate(SPACE), bytes(64), "").to_bytes(), SPACE)
    with pytest.raises(BadCode):
        introduction.read(KARIN.root.public + b"\0" + RAW[33:], SPACE)


def test_a_box_key_to_which_nothing_can_be_sealed_is_refused() -> None:
    class Weak(DeviceKeys):
        @property
        def box_public(self) -> bytes:
            return bytes(32)

    master, signing = KARIN.device.master().signing, SigningKey.new()
    keys = Weak(signing, bytes(32))
    weak = Certificate.issue(space=SPACE, root=KARIN.root.public, certifier=master, keys=keys, made=NOW)
    with pytest.raises(UnfitPublicKey):
        introduction.read(Introduction(KARIN.masters, weak, bytes(64), "").to_bytes(), SPACE)


@pytest.mark.parametrize("name", ["Karin\u202e", "Ka\u200brin", "Karin\n", "Kari\u0301n", "\x00", "\udcff"])
def test_a_name_that_is_not_what_it_shows_is_refused(name: str) -> None:
    raw = name.encode("utf-8", "surrogatepass")
    with pytest.raises(BadRecord):
        introduction.read(RAW[: -len("Karin") - 1] + bytes([len(raw)]) + raw, SPACE)


def test_a_name_that_is_too_long_is_refused() -> None:
    with pytest.raises(BadCode):
        introduction.read(RAW[: -len("Karin") - 1] + bytes([49]) + b"a" * 49, SPACE)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
def test_any_name_can_be_made_to_fit(name: str) -> None:
    fit = introduction.fitting(name)
    assert len(fit.encode("utf-8")) <= introduction.MOST_NAME
    assert unicodedata.is_normalized("NFC", fit)
    assert introduction.make(OWN.masters, OWN.certificate, OWN.consent, name).name == fit


@pytest.mark.parametrize(
    "raw", [b"", bytes(66), bytes([1, 9]) + bytes(64), bytes([2, 2]) + bytes(64), bytes([1, 1]) + bytes(64)]
)
def test_only_a_genesis_record_of_a_space_for_others_is_taken(raw: bytes) -> None:
    with pytest.raises((BadRecord, BadCode)):
        introduction.genesis_of(raw)


def test_the_space_of_a_genesis_record_is_its_digest() -> None:
    genesis = Genesis.found("mentoring", bytes(32))
    assert introduction.genesis_of(genesis.to_bytes()) == genesis
    assert genesis.space != MASTER
