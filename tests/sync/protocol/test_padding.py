"""Lengths tell little: each is filled up to one of few, and never by much."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.limits import PLAIN_MAX, PLAIN_MIN
from sync.protocol.padding import padded_length


@given(st.integers(0, 1 << 30))
def test_filling_up_is_bounded_and_settled(length: int) -> None:
    filled = padded_length(length)
    assert filled >= max(length, PLAIN_MIN)
    assert padded_length(filled) == filled
    if length > PLAIN_MIN:
        assert filled - length <= 0.12 * length
        exponent = int(math.log2(length))
        assert filled % (1 << exponent - exponent.bit_length()) == 0


def test_few_lengths_occur() -> None:
    assert len({padded_length(length) for length in range(PLAIN_MAX)}) == 128


@pytest.mark.parametrize(
    ("length", "filled"),
    [(0, 256), (256, 256), (257, 272), (1000, 1024), (1025, 1088), (9000, 9216), (PLAIN_MAX - 1, PLAIN_MAX)],
)
def test_some_lengths(length: int, filled: int) -> None:
    assert padded_length(length) == filled
