"""The profile of skills: rated before, after and looking back; each person's own, and shared by choice."""

from __future__ import annotations

import pytest

from app.errors import InvalidField, Refused, UnknownRecord
from app.model.changes import Op
from app.model.commands import AddPerson, Delete, IntroduceMe, RateSkills, Restore, SetGoal, ShareSkills
from app.model.entities import Mentorship, Person, SkillProfile, entry_of, skill_of, skills_id
from app.model.queries import One, SkillLevel, SkillsOf, SkillsRow
from tests.services.records.test_store import foreign
from tests.support.store import NOON, MemoryStore, memory_store


@pytest.fixture
def store() -> MemoryStore:
    return memory_store()


@pytest.fixture
def pair(store: MemoryStore) -> str:
    store.execute(IntroduceMe(name="Karin", role="mentor"))
    return store.execute(AddPerson(name="Yusuf", my_role="mentor")).record


def mine(store: MemoryStore, pair: str) -> SkillsRow:
    view = store.ask(SkillsOf(pair))
    assert view is not None and view.mine is not None
    return view.mine


def test_start_end_and_hindsight_stand_beside_each_other(store: MemoryStore, pair: str) -> None:
    store.execute(RateSkills(mentorship=pair, phase="start", levels={"listening": 3, "speaking": 4, "HTML/CSS": 1}))
    began = mine(store, pair)
    assert (began.started, began.ended, began.visibility) == (NOON, None, "only_me")
    store.clock.later(days=100)
    later = store.clock.at
    store.execute(
        RateSkills(
            mentorship=pair, phase="end", levels={"listening": 4, "HTML/CSS": 3}, evidence={"HTML/CSS": "En sida"}
        )
    )
    store.execute(RateSkills(mentorship=pair, phase="then", levels={"listening": 2, "speaking": 2, "HTML/CSS": 1}))
    row = mine(store, pair)
    assert row.levels == (
        SkillLevel(skill="HTML/CSS", start=1, hindsight=1, end=3, evidence="En sida"),
        SkillLevel(skill="listening", start=3, hindsight=2, end=4),
        SkillLevel(skill="speaking", start=4, hindsight=2, end=None),
    )
    assert (row.started, row.ended) == (NOON, later)


def test_rating_the_start_again_says_which_skills_and_keeps_the_day(store: MemoryStore, pair: str) -> None:
    store.execute(RateSkills(mentorship=pair, phase="start", levels={"listening": 3, "speaking": 4}))
    store.clock.later(days=1)
    store.execute(RateSkills(mentorship=pair, phase="start", levels={"listening": 2, "writing": 2}))
    row = mine(store, pair)
    assert [(level.skill, level.start) for level in row.levels] == [("listening", 2), ("writing", 2)]
    assert row.started == NOON


def test_without_a_start_the_end_says_which_skills(store: MemoryStore, pair: str) -> None:
    store.execute(RateSkills(mentorship=pair, phase="end", levels={"listening": 3}))
    assert mine(store, pair).levels == (SkillLevel(skill="listening", start=None, hindsight=None, end=3),)


@pytest.mark.parametrize(
    ("phase", "levels"),
    [
        ("midterm", {"a": 1}),
        ("start", {}),
        ("start", {" ": 1}),
        ("start", {"a": 11}),
        ("start", {"a": -1}),
        ("start", {"a": True}),
        ("start", {"a": 2.5}),
    ],
)
def test_what_is_no_rating_is_refused(store: MemoryStore, pair: str, phase: str, levels: dict[str, int]) -> None:
    with pytest.raises(InvalidField):
        store.execute(RateSkills(mentorship=pair, phase=phase, levels=levels))  # type: ignore[arg-type]  # what a type checker would see
    with pytest.raises(UnknownRecord):
        store.execute(RateSkills(mentorship="nobody", phase="start", levels={"a": 1}))


def test_shared_by_choice_and_taken_back(store: MemoryStore, pair: str) -> None:
    with pytest.raises(Refused):
        store.execute(ShareSkills(mentorship=pair))
    store.execute(RateSkills(mentorship=pair, phase="start", levels={"listening": 3}))
    private = mine(store, pair).id
    shared = store.execute(ShareSkills(mentorship=pair)).record
    row = mine(store, pair)
    assert (row.id, row.visibility, row.started) == (shared, "shared", NOON)
    assert store.ask(One(SkillProfile, private)) is None
    assert store.execute(ShareSkills(mentorship=pair)).changes == ()
    store.execute(RateSkills(mentorship=pair, phase="end", levels={"listening": 4}))
    assert mine(store, pair).id == shared
    store.execute(ShareSkills(mentorship=pair, shared=False))
    row = mine(store, pair)
    assert (row.id, row.visibility, row.levels[0].end) == (private, "only_me", 4)
    assert store.ask(One(SkillProfile, shared)) is None


def test_what_the_other_shows_me_is_theirs(store: MemoryStore, pair: str) -> None:
    store.execute(RateSkills(mentorship=pair, phase="start", levels={"listening": 3}))
    mentorship = store.ask(One(Mentorship, pair))
    assert mentorship is not None
    id = skills_id(mentorship.space, pair, "mentee")
    cells = {"mentorship": pair, "role": "mentee", "picked.speaking": True, "at_start.speaking": 2}
    store.receive([foreign(mentorship.space, 1, NOON, Op(record=id, kind="skills", fields=cells, parents=()))])
    view = store.ask(SkillsOf(pair))
    assert view is not None and view.mine is not None and view.theirs is not None
    assert [level.skill for level in view.mine.levels] == ["listening"]
    assert view.theirs.levels == (SkillLevel(skill="speaking", start=2, hindsight=None, end=None),)
    store.execute(RateSkills(mentorship=pair, phase="end", levels={"listening": 5}))
    theirs = store.ask(One(SkillProfile, id))
    assert theirs is not None and not theirs.at_end


def test_the_goals_that_a_skill_is_tied_to(store: MemoryStore, pair: str) -> None:
    goal = store.execute(
        SetGoal(title="Två intervjuer", mentorship=pair, skills=frozenset({"speaking", "eget"}))
    ).record
    view = store.ask(SkillsOf(pair))
    assert view is not None
    assert view.goals == {"eget": ((goal, "Två intervjuer"),), "speaking": ((goal, "Två intervjuer"),)}
    assert store.ask(SkillsOf("nobody")) is None


def test_it_goes_and_comes_with_the_relationship(store: MemoryStore, pair: str) -> None:
    store.execute(RateSkills(mentorship=pair, phase="start", levels={"listening": 3}))
    id = mine(store, pair).id
    (found,) = store.everything(Person)
    store.execute(Delete(kind="person", id=found.id))
    assert store.ask(One(SkillProfile, id)) is None
    store.execute(Restore(kind="person", id=found.id))
    assert store.ask(One(SkillProfile, id)) is not None


@pytest.mark.parametrize("skill", ["listening", "HTML/CSS", "100 %", "a%2Fb", "åäö"])
def test_a_skill_in_ones_own_words_is_an_entry_and_comes_back(skill: str) -> None:
    assert "/" not in entry_of(skill)
    assert skill_of(entry_of(skill)) == skill
