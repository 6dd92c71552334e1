"""Forms that are not saved yet: packed and read again whole, and never a half one."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.hooks.unfinished import packed, unpacked


@dataclass(frozen=True)
class Form:
    """One of each kind of value."""

    text: str = ""
    day: date | None = None
    several: frozenset[str] = frozenset()
    number: int = 0
    at: time = time(9)
    days: frozenset[date] = frozenset()


@given(
    st.builds(
        Form,
        st.text(),
        st.none() | st.dates(),
        st.frozensets(st.text()),
        st.integers(),
        st.times(),
        st.frozensets(st.dates()),
    )
)
def test_what_is_packed_is_read_again(form: Form) -> None:
    left = packed(form, Form())
    assert unpacked(Form(), left) == (form if left else None)


@given(st.text(), st.text(), st.dictionaries(st.sampled_from("abc"), st.text()))
def test_a_text_or_several_by_name_as_well(text: str, begun: str, several: dict[str, str]) -> None:
    left = packed(text, begun)
    assert unpacked(begun, left) == (text if left else None)
    empty = dict.fromkeys("abc", "")
    assert unpacked(empty, packed({**empty, **several}, empty)) in (None, {**empty, **several})


def test_what_was_not_touched_in_it_says_what_is_so_by_now() -> None:
    begun = Form("a", date(2026, 10, 14), frozenset({"b", "a"}), 1)
    left = packed(replace(begun, text="mine"), begun)
    meanwhile = Form("theirs", None, frozenset({"c"}), 2)
    assert unpacked(meanwhile, left) == replace(meanwhile, text="mine")
    assert packed(begun, begun) == "", "what was typed and taken back is nothing"


@dataclass(frozen=True)
class Later:
    """The same form after an update: one field is new, one is gone, one is of another kind, one was taken for granted."""

    text: str = ""
    day: date | None = None
    number: str = "?"
    place: str = "the library"


def test_what_still_fits_is_there_after_an_update() -> None:
    left = packed(Form("mine", date(2026, 10, 14), frozenset({"b"}), 3), Form())
    assert unpacked(Later(), left) == Later("mine", date(2026, 10, 14))


@pytest.mark.parametrize(
    "text",
    [None, 3, "", "{", "[]", '{"text": "x"}', '{"then": {}}', '{"now": 3, "then": 4}', '{"now": [], "then": {}}'],
)
def test_what_is_no_form_is_left_alone(text: object) -> None:
    assert unpacked(Form(), text) is None
    assert unpacked("", text) is None


@pytest.mark.parametrize("day", [3, "?", {}, {"day": "?"}, {"day": 3}, [1]])
def test_a_value_that_does_not_fit_is_left_alone(day: object) -> None:
    left = json.dumps({"now": {"text": "x", "day": day, "several": "y", "number": "1"}, "then": {}})
    assert unpacked(Form(), left) == Form("x")
