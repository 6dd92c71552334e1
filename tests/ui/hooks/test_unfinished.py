"""Forms that are not saved yet: packed and read again whole, and never a half one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

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


@given(st.builds(Form, st.text(), st.none() | st.dates(), st.frozensets(st.text()), st.integers()))
def test_what_is_packed_is_read_again(form: Form) -> None:
    assert unpacked(Form(), packed(form, Form())) == form


def test_what_was_not_touched_in_it_says_what_is_so_by_now() -> None:
    begun = Form("a", date(2026, 10, 14), frozenset({"b", "a"}), 1)
    left = packed(replace(begun, text="mine"), begun)
    meanwhile = Form("theirs", None, frozenset({"c"}), 2)
    assert unpacked(meanwhile, left) == replace(meanwhile, text="mine")
    assert unpacked(meanwhile, packed(begun, begun)) == meanwhile, "what was typed and taken back is nothing"


@pytest.mark.parametrize(
    "text",
    [
        None,
        3,
        "",
        "{",
        "[]",
        '{"text": "x"}',
        '{"text": "x", "day": {"day": "?"}, "several": [], "number": 1}',
        '{"then": {}}',
    ],
)
def test_what_is_no_form_is_left_alone(text: object) -> None:
    assert unpacked(Form(), text) is None
