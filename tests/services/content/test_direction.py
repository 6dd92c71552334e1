"""Words in their own direction inside a sentence of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.content.direction import END, FIRST_STRONG, apart

SIGNS = "\u2066\u2067\u2068\u2069\u202a\u202b\u202d\u202e\u202c"


@pytest.mark.parametrize("words", ["", "Åsa", "a\nb", "Łukasz 李雷 👩‍👩‍👧"])
def test_what_turns_nothing_stays_what_it_is(words: str) -> None:
    assert apart(words) is words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("שרה", "\u2068שרה\u2069"),
        ("\u202eadA", "\u2068\u202eadA\u2069"),
        ("A\u2067b", "\u2068A\u2067b\u2069\u2069"),
        ("A\u2069b", "\u2068Ab\u2069"),
        ("\u2069\u2067a\u2069\u2069", "\u2068\u2067a\u2069\u2069"),
    ],
    ids=["letters", "override", "left open", "closed too soon", "both"],
)
def test_it_ends_where_it_ends(words: str, said: str) -> None:
    assert apart(words) == said


@given(st.text(alphabet="aå ש" + SIGNS, max_size=12))
def test_whatever_stands_in_it_the_rest_of_the_sentence_is_outside(words: str) -> None:
    said, depth = apart(words), 0
    for at, sign in enumerate(said):
        depth += (sign in "\u2066\u2067\u2068") - (sign == END)
        assert depth >= 0 and (depth or said[:1] != FIRST_STRONG or at == len(said) - 1)
    assert not depth
    assert [sign for sign in said if sign not in SIGNS] == [sign for sign in words if sign not in SIGNS]
