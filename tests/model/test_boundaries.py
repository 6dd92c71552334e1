"""Sharing an answer: beside its question for both, and as a line of the agreement that nothing else loses."""

from __future__ import annotations

import pytest

from app.errors import UnknownRecord
from app.model.commands import AddPerson, KeepForm, ShareAnswer
from app.model.queries import FormOf
from tests.support.store import MemoryStore, memory_store


@pytest.fixture
def store() -> MemoryStore:
    return memory_store()


@pytest.fixture
def pair(store: MemoryStore) -> str:
    return store.execute(AddPerson(name="Yusuf", my_role="mentor")).record


def share(store: MemoryStore, pair: str, item: str, question: str, answer: str, *also: str) -> None:
    store.execute(
        ShareAnswer(
            mentorship=pair,
            document="prompts",
            item=item,
            question=question,
            answer=answer,
            into="agreement",
            line="ours",
            also=also,
        )
    )


def line(store: MemoryStore, pair: str) -> str:
    form = store.again().ask(FormOf("agreement", pair, True))
    return str(form.answers.get("ours") or "") if form else ""


def test_each_answer_is_a_line_and_sharing_again_replaces_it(store: MemoryStore, pair: str) -> None:
    share(store, pair, "a", "Hur?", "Så\nhär ")
    share(store, pair, "b", "När?", "Dagtid")
    share(store, pair, "a", "Hur?", "Annorlunda")
    assert line(store, pair) == "Hur? Annorlunda\nNär? Dagtid"
    share(store, pair, "a", "Hur?", "")
    assert line(store, pair) == "När? Dagtid"
    ours = store.ask(FormOf("prompts", pair, True))
    assert ours is not None and (ours.answers["a"], ours.answers["b"]) == ("", "Dagtid")


def test_the_same_question_in_another_language_is_the_same_line(store: MemoryStore, pair: str) -> None:
    share(store, pair, "a", "Hur?", "Så")
    share(store, pair, "b", "När?", "Dagtid")
    share(store, pair, "a", "How?", "Like this", "Hur?", "How?", " ")
    assert line(store, pair) == "How? Like this\nNär? Dagtid"


def test_what_else_stands_there_stays(store: MemoryStore, pair: str) -> None:
    store.execute(
        KeepForm(document="agreement", mentorship=pair, shared=True, answers={"ours": "Vi ses ute.", "place": "X"})
    )
    share(store, pair, "a", "Hur?", "Så")
    assert line(store, pair) == "Vi ses ute.\nHur? Så"
    share(store, pair, "a", "Hur?", "")
    assert line(store, pair) == "Vi ses ute."
    form = store.ask(FormOf("agreement", pair, True))
    assert form is not None and form.answers["place"] == "X"


def test_without_a_relationship_there_is_nobody_to_share_with(store: MemoryStore) -> None:
    with pytest.raises(UnknownRecord):
        share(store, "nobody", "a", "Hur?", "Så")
