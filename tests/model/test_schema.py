"""What a declaration gives: what is required, what is written, where it may live, how it is read."""

import pytest

from app.errors import InvalidField, WrongSpace
from app.model import entities
from app.model.entities import Task
from app.model.schema import KINDS, VISIBILITY, accepts, begin, check_space, revise, show

assert entities.Me.KIND in KINDS  # declaring happens at import


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_required_must_be_there(kind: str) -> None:
    cls = KINDS[kind]
    required = [name for name, field in cls.FIELDS.items() if field.required]
    if required:
        with pytest.raises(InvalidField) as refused:
            begin(cls, {})
        assert refused.value.facts == {"entity": kind, "field": required[0], "reason": "missing"}
    with pytest.raises(InvalidField) as refused:
        begin(cls, {"colour": "red"})
    assert refused.value.facts["reason"] == "unknown"
    with pytest.raises(InvalidField):
        revise(cls, {}, {"colour": "red"})


def test_what_equals_the_default_is_not_written() -> None:
    assert begin(Task, {"text": "ring", "owner": "mentee", "due": None, "tried": ""}) == {"text": "ring"}
    assert revise(Task, {"text": "ring"}, {"owner": "mentee", "status": "todo"}) == {}
    assert revise(Task, {"owner": "mentor"}, {"owner": "mentee"}) == {"owner": "mentee"}


def test_a_value_that_another_version_wrote_shows_the_default() -> None:
    shown = show(Task, {"text": 5, "due": "soon", "status": "paused", "owner": 7})
    assert (shown.text, shown.due, shown.status, shown.owner) == ("", None, "todo", "mentee")


def test_the_table_of_kinds_and_spaces() -> None:
    personal_only = {
        "me",
        "person",
        "note",
        "list_item",
        "setting",
        "busy",
        "handed",
        "participant",
        "attendance",
        "supervision",
        "own_text",
        "programme_item",
    }
    shared_only = {
        "mentorship",
        "series",
        "meeting",
        "agenda",
        "minutes",
        "slot",
        "booking",
        "comparison",
        "fair_copy",
        "signature",
        "programme_item",
        "retention",
        "fulfilment",
    }
    assert {kind for kind in KINDS if not accepts("mentoring", kind)} == personal_only
    assert {kind for kind in KINDS if not accepts("personal", kind)} == shared_only
    for space, kinds in (("programme", {"programme_item", "own_text"}), ("dropbox", set[str]())):
        assert {kind for kind in KINDS if accepts(space, kind)} == kinds
    assert accepts("mentoring", "song")
    assert {cls.KIND for cls in KINDS.values() if cls.APPEND_ONLY} == {
        "progress",
        "booking",
        "comparison",
        "fair_copy",
        "signature",
        "fulfilment",
        "evaluation",
        "erasure",
        "receipt",
    }
    assert VISIBILITY["personal"] == "only_me" and VISIBILITY["mentoring"] == "shared"


def test_the_writer_of_a_shared_space_refuses_what_is_private() -> None:
    check_space("personal", "note", {"body": "x"})
    check_space("mentoring", "minutes", {"answers.talked": "x"})
    for kind, cells in (
        ("note", {"body": "x"}),
        ("minutes", {"answers.private": "x"}),
        ("minutes", {"answers.private/x": True}),
        ("form", {"answers.private": "x"}),
    ):
        with pytest.raises(WrongSpace):
            check_space("mentoring", kind, cells)
