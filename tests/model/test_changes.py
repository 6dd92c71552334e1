"""A change survives the journey as it is; whatever is none is refused with a typed error."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadChange
from app.model.changes import Change, Op, device_of, hlc_of, is_version, version_id

SPACE, DEVICE = "5" * 32, "d" * 32
GOOD: dict[str, Any] = {"record": "1" * 32, "kind": "task", "fields": {"text": "x"}, "parents": []}

json = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 53), 1 << 53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
versions = st.builds(version_id, st.integers(0, (1 << 63) - 1), st.text("0123456789abcdef", min_size=32, max_size=32))
unknown = st.dictionaries(st.sampled_from(["x", "y", "z"]), json, max_size=2)
ops = st.builds(
    Op,
    record=st.text("0123456789abcdef", min_size=32, max_size=32),
    kind=st.sampled_from(["task", "note", "song"]),
    fields=st.dictionaries(st.text(max_size=8), json, max_size=4),
    parents=st.lists(versions, max_size=3).map(tuple),
    more=unknown,
)
changes = st.builds(
    Change,
    space=st.just(SPACE),
    device=st.just(DEVICE),
    sequence=st.integers(1, 1 << 60),
    hlc=st.integers(0, (1 << 63) - 1),
    ops=st.lists(ops, max_size=4, unique_by=lambda op: op.record).map(tuple),
    seen=unknown,
    more=unknown,
)


@given(changes)
def test_a_change_comes_back_as_it_was_with_all_that_is_unknown(change: Change) -> None:
    parsed = Change.parse(change.plain(), space=SPACE, device=DEVICE, sequence=change.sequence)
    assert parsed == change
    assert parsed.plain() == change.plain()


def test_names_of_versions_sort_by_clock_and_then_by_device() -> None:
    names = [version_id(1, "b" * 32), version_id(2, "a" * 32), version_id(2, "b" * 32), version_id(1 << 62, "0" * 32)]
    assert sorted(names) == names
    assert (hlc_of(names[1]), device_of(names[1])) == (2, "a" * 32)
    assert is_version(names[0]) and not is_version(names[0][1:]) and not is_version(None) and not is_version("g" * 48)


def parse(value: object, **header: Any) -> Change:
    return Change.parse(value, **{"space": SPACE, "device": DEVICE, "sequence": 1, **header})


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "change"),
        ([], "change"),
        ({"hlc": "1", "ops": []}, "clock"),
        ({"hlc": True, "ops": []}, "clock"),
        ({"hlc": -1, "ops": []}, "clock"),
        ({"hlc": 1 << 63, "ops": []}, "clock"),
        ({"hlc": 1, "seen": [], "ops": []}, "seen"),
        ({"hlc": 1}, "ops"),
        ({"hlc": 1, "ops": "abc"}, "ops"),
        ({"hlc": 1, "ops": ["x"]}, "op"),
        ({"hlc": 1, "ops": [GOOD, GOOD]}, "record-twice"),
        ({"hlc": 1, "ops": [GOOD | {"record": ""}]}, "record"),
        ({"hlc": 1, "ops": [GOOD | {"record": 5}]}, "record"),
        ({"hlc": 1, "ops": [GOOD | {"kind": "k" * 65}]}, "kind"),
        ({"hlc": 1, "ops": [GOOD | {"fields": []}]}, "fields"),
        ({"hlc": 1, "ops": [GOOD | {"fields": {1: 2}}]}, "fields"),
        ({"hlc": 1, "ops": [GOOD | {"parents": ["x"]}]}, "parents"),
        ({"hlc": 1, "ops": [GOOD | {"parents": None}]}, "parents"),
    ],
)
def test_what_is_no_change_is_refused(value: object, reason: str) -> None:
    with pytest.raises(BadChange) as refused:
        parse(value)
    assert refused.value.facts == {"reason": reason}


@pytest.mark.parametrize("header", [{"device": "short"}, {"sequence": 0}])
def test_a_header_that_makes_no_sense_is_refused(header: dict[str, Any]) -> None:
    with pytest.raises(BadChange):
        parse({"hlc": 1, "ops": []}, **header)
