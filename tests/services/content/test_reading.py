"""Whatever the bytes are, reading a document gives a document or a `ContentError` that names the place."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import (
    ContentError,
    DocumentInvalid,
    DocumentNewer,
    DocumentUnreadable,
    LanguageMissing,
)
from app.services.content.documents import Document
from app.services.content.reading import BIGGEST, bytes_of, read_document, read_index
from tests.support.effort import effort

ASSETS = Path(__file__).parents[3] / "assets"
FILES = sorted(path for path in (ASSETS / "content").glob("*.json") if path.name != "index.json")

GOOD: dict[str, Any] = {
    "schema": 1,
    "id": "tests.good",
    "kind": "survey",
    "version": 1,
    "title": {"sv": "Prov", "en": "Test"},
    "groups": [{"id": "one", "title": {"sv": "Ett", "en": "One"}}],
    "items": [
        {
            "id": "useful",
            "type": "scale",
            "text": {"sv": "Nytta, {name}?", "en": "Useful, {name}?"},
            "group": "one",
            "scale": {
                "min": 1,
                "max": 5,
                "min_label": {"sv": "Liten", "en": "Little"},
                "max_label": {"sv": "Stor", "en": "Great"},
            },
        },
        {
            "id": "form",
            "type": "choice",
            "text": {"sv": "Form", "en": "Form"},
            "options": [
                {"value": "a", "label": {"sv": "A", "en": "A"}},
                {"value": "b", "label": {"sv": "B", "en": "B"}},
            ],
            "default": "a",
            "match": {"rule": "weight", "how": "overlap", "weight": 3},
            "target": 0.5,
        },
    ],
    "pick": {"min": 1, "max": 3, "from": "skills.catalogue"},
}


def read(tree: object) -> Document:
    return read_document(json.dumps(tree).encode(), name="tests.good")


def changed(path: str, value: object) -> dict[str, Any]:
    """The good document with one thing different; `...` takes it away."""
    tree = copy.deepcopy(GOOD)
    *way, last = path.split("/")
    place: Any = tree
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    if value is ...:
        del place[last]
    elif isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return tree


def test_a_good_document_is_read() -> None:
    document = read(GOOD)
    assert document.items[0].scale is not None
    assert document.items[0].visibility == "private"
    assert document.items[1].default == "a"
    assert document.pick is not None
    assert document.pick.source == "skills.catalogue"


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("surprise", 1, "surprise"),
        ("items/0/surprise", 1, "surprise"),
        ("items/0/says_visibility", True, "says_visibility"),
        ("id", ..., "id"),
        ("id", " ", "id"),
        ("id", 5, "id"),
        ("version", ..., "version"),
        ("version", True, "version"),
        ("version", 10**30, "version"),
        ("schema", ..., "schema"),
        ("schema", 0, "schema"),
        ("schema", "1", "schema"),
        ("title", "Prov", "title"),
        ("title/french", "Essai", "title"),
        ("when", "sometimes", "when"),
        ("visibility", "everybody", "visibility"),
        ("roles", ["boss"], "roles"),
        ("roles", "mentor", "roles"),
        ("items", ..., "items"),
        ("items", [], "items"),
        ("items", [1], "items"),
        ("items/0/type", "dance", "type"),
        ("items/0/group", "two", "group"),
        ("items/1/id", "useful", "items"),
        ("groups/0/id", None, "id"),
        ("groups", [GOOD["groups"][0]] * 2, "groups"),
        ("items/0/required", "yes", "required"),
        ("items/0/scale", [], "scale"),
        ("items/0/scale/max", 1, "max"),
        ("items/0/scale/max", 10**6, "max"),
        ("items/1/options/1/value", "a", "options"),
        ("items/1/default", "c", "default"),
        ("items/1/default", ["a", "c"], "default"),
        ("items/1/default", {"a": 1}, "default"),
        ("items/1/match/rule", "whim", "rule"),
        ("items/1/target", "half", "target"),
        ("items/1/target", True, "target"),
        ("items/1/actions", ["x"], "actions"),
        ("items/1/needs", [1], "needs"),
        ("items/0/text/en", "Useful?", "text"),
        ("items/0/ask", ["Why?"], "ask"),
        ("pick", 3, "pick"),
    ],
)
def test_what_departs_from_the_schema_is_named(path: str, value: object, field: str) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        read(changed(path, value))
    assert caught.value.facts["field"] == field
    assert caught.value.facts["document"] == "tests.good"


@pytest.mark.parametrize("path", ["title", "items/0/text", "items/1/options/0/label", "items/0/scale/min_label"])
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("value", [..., "", "  ", None])
def test_a_missing_language_is_named(path: str, language: str, value: object) -> None:
    with pytest.raises(LanguageMissing) as caught:
        read(changed(f"{path}/{language}", value))
    assert caught.value.facts["language"] == language


def test_a_newer_schema_is_not_half_read() -> None:
    with pytest.raises(DocumentNewer):
        read(changed("schema", 2))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"schema": 1, "schema": 1}',
        b'{"schema": NaN}',
        b'{"schema": -Infinity}',
        b'{"schema": 1, "id": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"schema": ' + b"9" * 5_000 + b"}",
        b" " * (BIGGEST + 1),
    ],
    ids=lambda raw: repr(raw[:16]),
)
def test_what_is_no_plain_json_is_unreadable(raw: bytes) -> None:
    with pytest.raises(DocumentUnreadable):
        read_document(raw, name="tests.bad")


def test_an_unreadable_file_is_one_typed_error(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable):
        bytes_of(tmp_path, "a.folder")


def test_an_index_is_read_as_strictly() -> None:
    index = (ASSETS / "content" / "index.json").read_bytes()
    assert len(read_index(index)) == 37
    with pytest.raises(LanguageMissing):
        read_index(index.replace(b'"sv": "Innan relationen', b'"no": "Innan relationen', 1))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=12,
)


def places(tree: object, way: tuple[str, ...] = ()) -> list[str]:
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return ["/".join(way)] * bool(way) + [p for key, value in inside for p in places(value, (*way, str(key)))]


@given(st.sampled_from(places(GOOD)), json_values)
def test_any_value_at_any_place_is_read_or_refused(path: str, value: object) -> None:
    try:
        read(changed(path, value))
    except ContentError as error:
        assert error.facts["document"] == "tests.good"


@pytest.mark.parametrize("path", FILES[:: effort(6, 1)], ids=lambda path: str(path.stem))
def test_a_real_document_cut_short_is_refused(path: Path) -> None:
    raw = path.read_bytes().rstrip()
    for end in range(0, len(raw), effort(max(1, len(raw) // 40), 1)):
        with pytest.raises(ContentError):
            read_document(raw[:end], name=path.stem)
