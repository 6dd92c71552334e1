"""Ids: ordered by time, and equal for equal names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.ids import named_id, new_id


@given(st.integers(0, 1 << 48), st.integers(0, 1 << 48), st.binary(min_size=10, max_size=10))
def test_later_ids_sort_after_earlier_ones(one: int, other: int, entropy: bytes) -> None:
    first, second = sorted((one, other))
    assert new_id(first, entropy) <= new_id(second, entropy)
    assert re.fullmatch("[0-9a-f]{32}", new_id(one, entropy))


def test_a_clock_before_1970_or_after_for_ever_still_gives_ids() -> None:
    assert new_id(-5, bytes(10)) == "0" * 32
    assert new_id(1 << 80, bytes(10)) == "f" * 12 + "0" * 20


def test_an_id_takes_ten_random_bytes() -> None:
    with pytest.raises(ValueError, match="ten"):
        new_id(0, b"short")


def test_names_cannot_run_into_each_other() -> None:
    assert named_id("a", "b") == named_id("a", "b")
    assert len({named_id("a", "b"), named_id("ab"), named_id("ab", ""), named_id("", "ab"), named_id("b", "a")}) == 5


def test_half_a_letter_in_a_name_makes_an_id_like_any_other() -> None:
    assert re.fullmatch("[0-9a-f]{32}", named_id("a\ud800")) and named_id("a\ud800") != named_id("a\udfff") != named_id(
        "a?"
    )
