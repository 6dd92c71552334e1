"""The recovery key: every slip of the pen is found, and everything that is not a slip is forgiven."""

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import recovery
from sync.errors import BadRecoveryKey
from sync.recovery import ALPHABET, RecoveryKey, same_group

KNOWN = RecoveryKey(bytes(range(16)))
LETTERS = 32


def test_a_known_key_is_written_like_this() -> None:
    assert KNOWN.text == "qqqs yqcy q5rq wzqf pg9s crgw putp xrs0"
    assert len(KNOWN.groups) == 8
    assert {len(group) for group in KNOWN.groups} == {4}
    assert RecoveryKey.parse(KNOWN.text) == KNOWN


@given(st.binary(min_size=16, max_size=16))
def test_every_key_comes_back_however_it_is_typed(secret: bytes) -> None:
    key = RecoveryKey(secret)
    for typed in (
        key.text,
        key.text.upper(),
        key.text.replace(" ", ""),
        key.text.replace(" ", "-"),
        key.text.replace(" ", " – \n"),
        key.text.replace("0", "O").replace("l", "1"),
        key.text.replace("0", "o").replace("l", "I"),
    ):
        assert RecoveryKey.parse(typed) == key


def test_the_alphabet_has_32_letters_and_no_look_alike_is_one_of_them() -> None:
    assert len(set(ALPHABET)) == LETTERS
    for letter, meant in recovery._LOOK_ALIKES.items():
        assert letter not in ALPHABET
        assert meant in ALPHABET
    assert "b" not in ALPHABET  # it could be 6 or 8: it is nobody's look-alike and is refused
    with pytest.raises(BadRecoveryKey) as caught:
        RecoveryKey.parse("b" + KNOWN.text[1:])
    assert caught.value.facts["reason"] == "letters"


def _letters(key: RecoveryKey) -> list[int]:
    return [ALPHABET.index(letter) for letter in "".join(key.groups)]


def _syndrome(place: int, change: int) -> int:
    """What one changed letter does to the remainder. The code is linear, so changes add up by exclusive or."""
    prefix = recovery._prefix_values()
    zeros = [0] * LETTERS
    changed = list(zeros)
    changed[place] = change
    return recovery._polymod([*prefix, *changed]) ^ recovery._polymod([*prefix, *zeros])


def test_any_four_wrong_letters_are_found_exhaustively() -> None:
    """Two different pairs of changes never do the same to the remainder: so no one to four changes cancel out.

    These are all pairs of places with all changes, which is every error of up to four letters, met in the middle.
    """
    single = {(place, change): _syndrome(place, change) for place in range(LETTERS) for change in range(1, 32)}
    seen = {0: "no change at all"}
    for error, remainder in single.items():
        assert remainder not in seen, (error, seen[remainder])
        seen[remainder] = str(error)
    for (one, first), (other, second) in combinations(single.items(), 2):
        if one[0] == other[0]:
            continue
        remainder = first ^ second
        assert remainder not in seen, ((one, other), seen[remainder])
        seen[remainder] = "pair"
    assert len(seen) == 1 + 32 * 31 + 32 * 31 // 2 * 31 * 31


def test_the_code_is_linear_as_the_exhaustive_test_assumes() -> None:
    draw = random.Random(7)
    prefix = recovery._prefix_values()
    for _ in range(200):
        key = _letters(RecoveryKey(draw.randbytes(16)))
        places = draw.sample(range(LETTERS), 4)
        changed, expected = list(key), recovery._BECH32M
        for place in places:
            change = draw.randrange(1, 32)
            changed[place] ^= change
            expected ^= _syndrome(place, change)
        assert recovery._polymod([*prefix, *changed]) == expected


def test_any_two_letters_that_changed_places_are_found_exhaustively() -> None:
    draw = random.Random(8)
    for _ in range(20):
        key = _letters(RecoveryKey(draw.randbytes(16)))
        for one, other in combinations(range(LETTERS), 2):
            swapped = list(key)
            swapped[one], swapped[other] = key[other], key[one]
            if swapped == key:
                continue
            with pytest.raises(BadRecoveryKey):
                RecoveryKey.parse("".join(ALPHABET[value] for value in swapped))


def test_groups_that_changed_places_and_missing_or_doubled_letters_are_found() -> None:
    groups = list(KNOWN.groups)
    for one, other in combinations(range(8), 2):
        swapped = list(groups)
        swapped[one], swapped[other] = groups[other], groups[one]
        if swapped != groups:
            with pytest.raises(BadRecoveryKey):
                RecoveryKey.parse(" ".join(swapped))
    text = "".join(groups)
    for place in range(LETTERS):
        for typed in (text[:place] + text[place + 1 :], text[:place] + text[place] + text[place:]):
            with pytest.raises(BadRecoveryKey) as caught:
                RecoveryKey.parse(typed)
            assert caught.value.facts["reason"] == "length"


def test_spare_bits_must_be_zero() -> None:
    """A whole checksum over a key whose two spare bits are set is still no key: each secret has one spelling."""
    data = [*_letters(KNOWN)[:25], _letters(KNOWN)[25] | 1]
    check = recovery._polymod([*recovery._prefix_values(), *data, *[0] * 6]) ^ recovery._BECH32M
    values = data + [check >> 5 * place & 31 for place in reversed(range(6))]
    with pytest.raises(BadRecoveryKey):
        RecoveryKey.parse("".join(ALPHABET[value] for value in values))


def test_every_use_has_a_subkey_of_its_own() -> None:
    subkeys = [KNOWN.vault, KNOWN.backup, KNOWN.root, KNOWN.server, KNOWN.keyring]
    assert len(set(subkeys)) == 5
    assert {len(subkey) for subkey in subkeys} == {32}
    assert RecoveryKey(bytes(16)).vault != KNOWN.vault


def test_a_group_is_asked_back_with_the_same_tolerance() -> None:
    assert same_group("0a2l", " OA21 ")
    assert not same_group("0a2l", "0a2")
    assert not same_group("0a2l", "0a2b")


def test_it_does_not_show_itself_and_has_one_length() -> None:
    assert KNOWN.secret.hex() not in repr(KNOWN)
    assert RecoveryKey.new() != RecoveryKey.new()
    with pytest.raises(ValueError, match="16 bytes"):
        RecoveryKey(bytes(15))
