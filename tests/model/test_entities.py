"""Every entity: it comes back as it was, refuses what does not fit, and lives only where it may."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model import entities
from app.model import fields as f
from app.model.entities import Meeting, Note, Task, list_item_id, me_id, meeting_id, note_id, setting_id, title_of
from app.model.fields import Field
from app.model.schema import KINDS, Entity, begin, field_of, revise, show
from tests.support.effort import effort

UTC = UTC
_words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip)
_entry = st.text("abcdefghij_", min_size=1, max_size=8)


def values_for(field: Field) -> st.SearchStrategy[Any]:
    """Values that fit a field."""
    found: st.SearchStrategy[Any]
    match field:
        case f.Zone():
            found = st.sampled_from(["Europe/Stockholm", "UTC"])
        case f.Text():
            found = _words
        case f.Choice(options=options):
            found = st.sampled_from(options)
        case f.Day():
            found = st.dates()
        case f.Moment():
            found = st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)).map(
                lambda at: at.replace(microsecond=0, tzinfo=UTC)
            )
        case f.WallTime():
            found = st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)).map(
                lambda at: at.replace(second=0, microsecond=0)
            )
        case f.Number(least=least, most=most):
            found = st.integers(int(max(least, -1000)), int(min(most, 1000)))
        case f.Flag():
            found = st.booleans()
        case f.Ref():
            found = st.text("0123456789abcdef", min_size=32, max_size=32)
        case f.Index():
            found = st.sampled_from(["i", "0i", "z1"])
        case f.Labels(most=limit):
            found = st.frozensets(_entry, max_size=limit or 5)
        case f.Answers():
            found = st.dictionaries(_entry, _words | st.integers(-5, 5) | st.frozensets(_entry, min_size=1, max_size=3))
        case f.Reasons():
            found = st.dictionaries(_entry, _words)
        case _:
            found = st.booleans() | st.integers(-5, 5) | _words
    return found


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=effort(40, 500))
@given(st.data())
def test_every_entity_comes_back_as_it_was(kind: str, data: st.DataObject) -> None:
    cls = KINDS[kind]
    values = {
        name: data.draw(values_for(field))
        for name, field in cls.FIELDS.items()
        if field.required or data.draw(st.booleans())
    }
    cells = begin(cls, values)
    shown = show(cls, cells)
    assert {name: getattr(shown, name) for name in values} == values
    assert revise(cls, cells, values) == {}
    others = {name: data.draw(values_for(field)) for name, field in cls.FIELDS.items()}
    after = show(cls, {**cells, **revise(cls, cells, others)})
    for name, value in others.items():
        merged = {**getattr(shown, name), **value} if isinstance(value, dict) else value
        assert getattr(after, name) == merged, name
    assert all(field_of(kind, cell) is not None for cell in cells)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_record_from_elsewhere_can_be_shown(kind: str) -> None:
    shown = show(KINDS[kind], {"colour": "red"}, id="1" * 32)
    assert shown.id == "1" * 32
    assert isinstance(shown.keys(), dict)
    assert all(getattr(shown, name) is not None for name, field in KINDS[kind].FIELDS.items() if field.required)


def test_a_meeting_without_a_time_can_still_be_shown() -> None:
    found = show(Meeting, {"mentorship": "m"}, id="1" * 32)
    assert isinstance(found.starts, datetime) and found.keys()["mentorship"] == "m"


def test_keys_are_plain_values() -> None:
    meeting = show(Meeting, begin(Meeting, {"mentorship": "m", "starts": datetime(2026, 10, 14, 16)}))
    assert meeting.keys() == {
        "mentorship": "m", "series": None, "day": "2026-10-14", "month": "2026-10",
        "standing": "m/planned", "in_month": "m/2026-10",
    }  # fmt: skip
    for cls in KINDS.values():
        assert set(cls.KEYS) <= set(cls.FIELDS) | {"day", "month", "standing", "in_month", "open", "open_by", "overall"}
        assert set(cls.CARD) <= set(cls.FIELDS) | {"title"}


def test_a_title_is_the_first_line_with_words_cut_at_a_word() -> None:
    assert Note(body="\n  \n Hej du \nmer").title == "Hej du"
    assert title_of("") == ""
    assert title_of("ord " * 40) == "ord " * 19 + "ord…"
    assert title_of("å" * 100) == "å" * 80 + "…"


def test_ids_that_follow_from_what_they_are_about_are_all_different() -> None:
    ids = {
        me_id("p"), setting_id("p", "k"), note_id("m"), note_id("m", 2), entities.minutes_id("m"), meeting_id("s", 1),
        entities.checklist_id("p", "d", "m"), list_item_id("d", "i"), entities.form_id("p", "d", "m"),
    }  # fmt: skip
    assert len(ids) == 9


def test_entities_are_frozen_values() -> None:
    task = Task(text="a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        task.text = "b"  # type: ignore[misc]
    assert task == Task(text="a") and task != Task(text="a", due=date(2026, 1, 1))
    assert Entity.FIELDS == {}
    assert field_of("song", "x") is None and field_of("task", "x") is None
