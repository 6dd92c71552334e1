"""Kinds of field: what fits, what comes back, which cells change, and the order that is text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model import fields as f
from tests.support.effort import effort

UTC = UTC
KINDS: dict[str, tuple[f.Field, st.SearchStrategy[Any]]] = {
    "text": (f.Text(name="x"), st.text(max_size=50)),
    "prose": (f.Prose(name="x"), st.text(max_size=200)),
    "choice": (f.Choice(name="x", options=("a", "b")), st.sampled_from(["a", "b", None])),
    "day": (f.Day(name="x"), st.none() | st.dates()),
    "moment": (
        f.Moment(name="x"),
        st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(
            lambda at: at.replace(tzinfo=UTC, microsecond=at.microsecond // 1000 * 1000)
        ),
    ),
    "wall": (
        f.WallTime(name="x"),
        st.none()
        | st.datetimes(datetime(1900, 1, 1), datetime(3999, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0)),
    ),
    "zone": (f.Zone(name="x"), st.sampled_from(["", "Europe/Stockholm", "UTC"])),
    "number": (f.Number(name="x"), st.none() | st.integers(-(1 << 53), 1 << 53) | st.floats(-1e6, 1e6)),
    "flag": (f.Flag(name="x"), st.booleans()),
    "ref": (f.Ref(name="x"), st.none() | st.text("0123456789abcdef", min_size=32, max_size=32)),
    "index": (f.Index(name="x"), st.sampled_from(["", "i", "0i", "z1"])),
    "scalar": (f.Any_(name="x"), st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9)),
    "labels": (f.Labels(name="x"), st.frozensets(st.text(min_size=1, max_size=9), max_size=5)),
    "answers": (
        f.Answers(name="x"),
        st.dictionaries(
            st.text("abc_", min_size=1, max_size=5),
            st.text(max_size=9) | st.booleans() | st.integers(-9, 9)
            | st.frozensets(st.text(min_size=1, max_size=4), min_size=1, max_size=3),
            max_size=4,
        ),
    ),
    "reasons": (f.Reasons(name="x"), st.dictionaries(st.text(min_size=1, max_size=5), st.text(min_size=1, max_size=9))),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
@given(st.data())
def test_what_goes_in_comes_out(name: str, data: st.DataObject) -> None:
    kind, values = KINDS[name]
    value = data.draw(values)
    cells = kind.cells(value)
    assert all(kind.owns(cell) for cell in cells)
    read = kind.read(cells, None)
    assert read == value
    assert kind.changed(cells, value) == {}
    other = data.draw(values)
    assert kind.read({**cells, **kind.changed(cells, other)}, None) == (
        {**value, **other} if isinstance(value, dict) else other
    )


BAD: list[tuple[f.Field, Any, str]] = [
    (f.Text(name="x", required=True), "  ", "missing"),
    (f.Text(name="x", longest=3), "åäöå", "too-long"),
    (f.Text(name="x"), 5, "not-text"),
    (f.Text(name="x"), "\ud800", "not-text"),
    (f.Prose(name="x"), "a" * (f.LONGEST_PROSE + 1), "too-long"),
    (f.Choice(name="x", options=("a",)), "b", "not-an-option"),
    (f.Choice(name="x", options=("a",), required=True), None, "not-an-option"),
    (f.Day(name="x"), datetime(2026, 1, 1), "not-a-date"),
    (f.Day(name="x"), "2026-01-01", "not-a-date"),
    (f.Moment(name="x"), datetime(2026, 1, 1), "not-a-moment"),
    (f.WallTime(name="x"), datetime(2026, 1, 1, tzinfo=UTC), "not-a-wall-time"),
    (f.WallTime(name="x", required=True), None, "not-a-wall-time"),
    (f.WallTime(name="x"), datetime(1, 1, 1), "out-of-range"),
    (f.Moment(name="x"), datetime(9999, 1, 1, tzinfo=UTC), "out-of-range"),
    (f.Zone(name="x"), "Europe/Fika", "not-a-zone"),
    (f.Zone(name="x"), "e" * 65, "not-a-zone"),
    (f.Zone(name="x"), "../../etc/passwd", "not-a-zone"),
    (f.Number(name="x"), True, "not-a-number"),
    (f.Number(name="x"), "5", "not-a-number"),
    (f.Number(name="x"), float("nan"), "out-of-range"),
    (f.Number(name="x"), float("inf"), "out-of-range"),
    (f.Number(name="x", least=1), 0, "out-of-range"),
    (f.Number(name="x", whole=True), 1.5, "not-whole"),
    (f.Number(name="x", required=True), None, "not-a-number"),
    (f.Flag(name="x"), 1, "not-a-flag"),
    (f.Ref(name="x", required=True), None, "missing"),
    (f.Ref(name="x"), "a" * 65, "not-a-reference"),
    (f.Ref(name="x"), 5, "not-a-reference"),
    (f.Index(name="x"), "a0", "not-an-index"),
    (f.Index(name="x"), "Å", "not-an-index"),
    (f.Index(name="x"), None, "not-an-index"),
    (f.Any_(name="x"), object(), "not-a-number"),
    (f.Labels(name="x"), "abc", "not-labels"),
    (f.Labels(name="x"), 5, "not-labels"),
    (f.Labels(name="x"), [""], "bad-entry"),
    (f.Labels(name="x"), ["a" * 201], "bad-entry"),
    (f.Labels(name="x", required=True), frozenset(), "missing"),
    (f.Labels(name="x", most=3), {"a", "b", "c", "d"}, "too-many"),
    (f.Answers(name="x"), ["a"], "not-answers"),
    (f.Answers(name="x"), {"a/b": "c"}, "bad-entry"),
    (f.Answers(name="x"), {"": "c"}, "bad-entry"),
    (f.Answers(name="x"), {"a": [5]}, "not-text"),
    (f.Answers(name="x"), {"a": "b" * (f.LONGEST_PROSE + 1)}, "too-long"),
    (f.Answers(name="x"), {"a": {"b": "c"}}, "not-a-number"),
    (f.Reasons(name="x"), "a", "not-reasons"),
    (f.Reasons(name="x"), {"a": 5}, "not-text"),
]


@pytest.mark.parametrize(("kind", "value", "reason"), BAD, ids=[f"{type(k).__name__}-{r}" for k, _, r in BAD])
def test_what_does_not_fit_is_refused_with_a_reason(kind: f.Field, value: Any, reason: str) -> None:
    with pytest.raises(f.Unfit, match=f"^{reason}$"):
        kind.cells(value)


@pytest.mark.parametrize("name", KINDS)
@given(st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers()), st.floats()))
def test_what_another_version_wrote_is_read_or_left_alone(name: str, value: Any) -> None:
    kind, _ = KINDS[name]
    kind.read({"x": value, "x.a": value, "x.a/b": value}, None)


def test_answers_read_what_they_understand() -> None:
    kind = f.Answers(name="x")
    cells = {"x.when": "2026-01-01", "x.m/a": True, "x.m/b": False, "x.no/a": False, "x.odd": [1], "x.gone": None}
    assert kind.read(cells, None) == {"when": "2026-01-01", "m": frozenset({"a"}), "no": frozenset()}
    assert kind.cells(
        {"d": date(2026, 1, 2), "w": datetime(2026, 1, 2, 16), "m": datetime(2026, 1, 2, tzinfo=UTC)}
    ) == {
        "x.d": "2026-01-02",
        "x.w": "2026-01-02T16:00",
        "x.m": "2026-01-02T00:00:00.000Z",
    }
    assert kind.changed({"x.m/a": True, "x.mm/a": True}, {"m": frozenset({"b"})}) == {"x.m/b": True, "x.m/a": False}
    assert kind.changed({"x.a": "b"}, {}) == {}


def test_labels_take_away_only_what_is_there() -> None:
    kind = f.Labels(name="x")
    assert kind.changed({"x.a": True, "x.b": False, "y.c": True}, {"c"}) == {"x.c": True, "x.a": False}


def test_a_day_is_told_in_the_zone_it_was_meant() -> None:
    stockholm = timezone(timedelta(hours=2))
    assert f.Moment(name="x").encode(datetime(2026, 10, 14, 16, tzinfo=stockholm)) == "2026-10-14T14:00:00.000Z"
    assert f.Moment(name="x").decode("2026-10-14T14:00") is None
    assert f.WallTime(name="x").decode("2026-10-14T14:00Z") is None


def test_what_would_break_a_screen_is_not_read() -> None:
    assert f.Zone(name="x").decode("Europe/Fika") is None
    assert f.WallTime(name="x").decode("0001-01-01T00:00") is None
    assert f.Moment(name="x").decode("9999-12-31T23:59Z") is None
    assert f.Number(name="x", most=600).decode(1e300) is None
    assert f.Choice(name="x", options=("a",)).decode("b") is None


def test_a_bare_field_is_nobodys() -> None:
    with pytest.raises(NotImplementedError):
        f.Field(name="x").encode(1)
    with pytest.raises(NotImplementedError):
        f.Field(name="x").decode(1)
    assert f.Field(name="x").beats(1) == 0


def test_there_is_always_room_between() -> None:
    assert f.between() < f.between(f.between())
    assert f.between("", f.between()) < f.between()
    assert "a" < f.between("a", "b") < "b"
    assert "a" < f.between("a", "a1") < "a1"
    with pytest.raises(ValueError, match="order"):
        f.between("b", "a")
    with pytest.raises(ValueError, match="order"):
        f.between("a", "a")
    with pytest.raises(ValueError, match="order"):
        f.between("a", "a0")


@pytest.mark.parametrize("seed", range(effort(20, 200)))
def test_an_order_holds_however_it_was_made(seed: int) -> None:
    chance = Random(seed)
    order: list[str] = []
    for _ in range(200):
        at = chance.choice((0, len(order), chance.randint(0, len(order))))
        new = f.between(order[at - 1] if at else "", order[at] if at < len(order) else "")
        f.Index(name="x").encode(new)
        order.insert(at, new)
    assert order == sorted(order) and len(set(order)) == len(order)
    assert max(map(len, order)) < 60
