"""Forms that are not saved yet: packed and read again whole, and never a half one."""

from __future__ import annotations

from dataclasses import dataclass
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
    assert unpacked(Form(), packed(form)) == form


@pytest.mark.parametrize(
    "text",
    [None, 3, "", "{", "[]", '{"text": "x"}', '{"text": "x", "day": {"day": "?"}, "several": [], "number": 1}'],
)
def test_what_is_no_form_is_left_alone(text: object) -> None:
    assert unpacked(Form(), text) is None
