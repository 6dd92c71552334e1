"""The keys of a programme and of its members, its card, and a person's token."""

import json
from pathlib import Path

import pytest

from sync.errors import BadCode, BadRecord, BadSignature, CodeForElsewhere, SyncError, UnfitPublicKey
from sync.pairing import code
from sync.programme import keys
from sync.programme.blind import Signer
from sync.programme.keys import Card, ProgrammeKeys
from tests.support.programme import CARD, KEYS

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/programme/letters.json").read_text("utf-8"))


def test_the_card_of_the_vectors() -> None:
    vector = VECTORS["card"]
    card = Card.read(bytes.fromhex(vector["raw"]))
    assert (card.id.hex(), list(card.words), card.name) == (vector["id"], vector["words"], vector["name"])
    assert card == CARD and Card.parse(CARD.text) == CARD


def test_the_member_of_the_vectors() -> None:
    vector = VECTORS["member"]
    member = keys.member_keys(bytes.fromhex(vector["seed"]), CARD.id)
    assert (member.id.hex(), member.signing.public.hex(), member.box_public.hex()) == (
        vector["member"],
        vector["sign"],
        vector["box"],
    )
    assert keys.pair_tag(CARD.id, bytes(16)).hex() == vector["pair"]
    assert keys.member_keys(bytes.fromhex(vector["seed"]), bytes(16)).id != member.id


def test_a_name_changes_neither_the_words_nor_the_programme() -> None:
    other = KEYS.card("Höstens program")
    assert other.id == CARD.id and other.words == CARD.words


def test_every_key_changes_the_programme() -> None:
    fresh = ProgrammeKeys.new()
    assert fresh.card("A").id != CARD.id and fresh.append != KEYS.append
    mixed = Card(CARD.box, CARD.box, CARD.sign, CARD.modulus, CARD.name)
    assert mixed.id != CARD.id and mixed.words != CARD.words


@pytest.mark.parametrize("name", ["", "   ", "a" * 81, "a\u202eb", "a\nb\x00"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(BadRecord):
        Card.read(Card(CARD.box, CARD.safety, CARD.sign, CARD.modulus, "x").to_bytes()[:-2] + _named(name))


def _named(name: str) -> bytes:
    raw = name.encode()
    return bytes([len(raw)]) + raw


def test_a_name_is_brought_into_one_form() -> None:
    assert KEYS.card("  Va\u030arens \n program ").name == "Vårens program"


@pytest.mark.parametrize("cut", [0, 10, 351, 352])
def test_a_card_that_was_cut_is_refused(cut: int) -> None:
    with pytest.raises((BadCode, BadRecord)):
        Card.read(CARD.to_bytes()[:cut])


def test_bytes_left_over_are_refused() -> None:
    with pytest.raises(BadCode):
        Card.read(CARD.to_bytes() + b"x")


@pytest.mark.parametrize(
    ("at", "key", "error"),
    [
        (0, bytes(32), UnfitPublicKey),
        (32, bytes(32), UnfitPublicKey),
        (64, (1).to_bytes(32, "little"), UnfitPublicKey),
        (96, bytes(256), BadRecord),
    ],
)
def test_a_key_under_which_anything_fits_is_refused(at: int, key: bytes, error: type[SyncError]) -> None:
    raw = CARD.to_bytes()
    with pytest.raises(error):
        Card.read(raw[:at] + key + raw[at + len(key) :])


def test_a_code_for_pairing_is_no_card() -> None:
    with pytest.raises(CodeForElsewhere):
        Card.parse(code.write(code.Kind.ROOM, bytes(146)))


def test_a_token_says_nothing_about_who_asked() -> None:
    made = [keys.ask_for_token(CARD) for _ in range(3)]
    tokens = [
        keys.finish_token(CARD, serial, KEYS.signer.sign(hidden.message), hidden.factor) for serial, hidden in made
    ]
    for token, (serial, hidden) in zip(tokens, made, strict=True):
        token.check(CARD)
        assert token.serial == serial
        assert serial not in hidden.message and token.signature != hidden.message
    assert len({token.serial for token in tokens}) == 3


def test_any_signed_token_fits_any_blinded_message() -> None:
    """For whoever signed, no pairing of the two is likelier than another: for each pair there is a blinding factor."""
    n = int.from_bytes(CARD.modulus, "big")
    asked, signed = [], []
    for _ in range(2):
        serial, hidden = keys.ask_for_token(CARD)
        asked.append(int.from_bytes(hidden.message, "big"))
        token = keys.finish_token(CARD, serial, KEYS.signer.sign(hidden.message), hidden.factor)
        signed.append(int.from_bytes(token.signature, "big"))
    for message in asked:
        for signature in signed:
            encoded = pow(signature, 65_537, n)
            to_the_e = message * pow(encoded, -1, n) % n  # what the factor would have been, to the power of e
            factor = int.from_bytes(KEYS.signer.sign(to_the_e.to_bytes(256, "big")), "big")
            assert encoded * pow(factor, 65_537, n) % n == message


def test_a_token_of_another_programme_or_serial_is_none() -> None:
    serial, hidden = keys.ask_for_token(CARD)
    token = keys.finish_token(CARD, serial, KEYS.signer.sign(hidden.message), hidden.factor)
    with pytest.raises(BadSignature):
        keys.Token(bytes(32), token.signature).check(CARD)
    with pytest.raises(BadSignature):
        token.check(Card(CARD.safety, CARD.box, CARD.sign, CARD.modulus, CARD.name))
    with pytest.raises(BadSignature):
        keys.finish_token(CARD, serial, Signer.new().sign(b"\1" * 256), hidden.factor)
