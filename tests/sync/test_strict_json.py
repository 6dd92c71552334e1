"""JSON from outside is read within limits."""

import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import strict_json
from sync.errors import BadJson

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(values)
def test_it_reads_what_the_library_writes(value: Any) -> None:
    assert strict_json.read(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"[" * 100_000, "depth"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "depth"),
        (b'"' + b"x" * 2000 + b'"', "size"),
        (b"\xff\xfe", "encoding"),
        (b"{", "syntax"),
        (b"", "syntax"),
        (b"[1,]", "syntax"),
        (b"1 2", "syntax"),
        (b"NaN", "number"),
        (b"[-Infinity]", "number"),
        (b"1e999", "number"),
        (b"1" * 900, "number"),
        (b"9223372036854775808", "number"),
        (b"0." + b"1" * 900, "number"),
        (b'{"a":1,"a":1}', "twice"),
        (b'{"a":"\\ud800"}', "letters"),
        (b'{"\\udc00":1}', "letters"),
        (b'{"a":[["\\ud800"]]}', "letters"),
        (b'["\\ud800"]', "letters"),
        (b'"\\ud800"', "letters"),
        ("\ud800", "letters"),
    ],
)
def test_hostile_json_is_refused_with_a_reason(text: bytes | str, reason: str) -> None:
    with pytest.raises(BadJson) as raised:
        strict_json.read(text, size=1000 if reason == "size" else 1 << 20)
    assert raised.value.facts == {"reason": reason}


def test_brackets_in_texts_do_not_count_as_depth() -> None:
    assert strict_json.read(json.dumps(["[" * 500, '\\"[' * 100])) == ["[" * 500, '\\"[' * 100]


def test_a_text_that_never_ends_is_refused_whatever_stands_in_it_and_soon() -> None:
    began = time.process_time()
    for text in (
        b'{"a":"[[[[',
        b'"' + b"\\" * 9,
        b'["a", "b\\"]',
        b'["' + b'\\"' * 30_000,
        b'["' + b"\\" * 1_000_001,
    ):
        with pytest.raises(BadJson):
            strict_json.read(text)
    assert time.process_time() - began < 5


def test_depth_is_counted_exactly() -> None:
    assert strict_json.read(b"[[[]]]", depth=3) == [[[]]]
    with pytest.raises(BadJson):
        strict_json.read(b"[[[]]]", depth=2)
    assert strict_json.read(b"[[],[],{}]", depth=2) == [[], [], {}]


def test_a_reader_that_runs_out_of_stack_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who calls from far down may have little stack left, however flat the text is."""

    def deep(*_: Any, **__: Any) -> Any:
        raise RecursionError

    monkeypatch.setattr(json, "loads", deep)
    with pytest.raises(BadJson) as raised:
        strict_json.read(b"[]")
    assert raised.value.facts == {"reason": "depth"}


@pytest.mark.parametrize("value", [b"[]", b"0", b'""'])
def test_a_bomb_of_many_small_values_is_counted_before_it_is_built(value: bytes) -> None:
    bomb = b"[" + b",".join([value] * (2_000_001)) + b"]"
    tracemalloc.start()
    with pytest.raises(BadJson) as raised:
        strict_json.read(bomb, size=len(bomb))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert raised.value.facts == {"reason": "values"}
    assert peak < 4 * len(bomb)


def test_quotes_without_end_are_counted_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "VALUES_MAX", 1000)
    assert strict_json.read(json.dumps({str(n): str(n) for n in range(999)}))
    with pytest.raises(BadJson) as raised:
        strict_json.read(b'"' * 4004)
    assert raised.value.facts == {"reason": "values"}


@settings(deadline=None)
@given(values, st.integers(1, 40), st.integers(0, 12))
def test_it_makes_no_difference_where_a_slice_ends(value: Any, slice_: int, depth: int) -> None:
    text = json.dumps([value, '"\\[{,'], ensure_ascii=False)

    def said() -> object:
        try:
            return strict_json.read(text, depth=depth)
        except BadJson as exc:
            return exc.facts

    whole = said()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_json, "_SLICE", slice_)
        assert said() == whole


def test_what_stands_in_a_text_is_no_value() -> None:
    text = json.dumps(["[{,"] * 3 + [",[{" * 700_000])
    assert strict_json.read(text) == json.loads(text)
