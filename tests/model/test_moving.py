"""Two mentorships with one person become one: every record goes on, once, under names that follow from the former."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.errors import Refused, UnknownRecord
from app.model.commands import (
    AddPerson,
    AddTask,
    AddTopic,
    GiveFeedback,
    GoOnIn,
    IntroduceMe,
    KeepForm,
    KeepMinutes,
    PlanMeeting,
    PlanSeries,
    RecordProgress,
    Revise,
    SameTimeAgain,
    SetGoal,
    TickItem,
    Undo,
    WriteNote,
)
from app.model.entities import (
    Agenda,
    Checklist,
    Evaluation,
    FilledForm,
    Goal,
    Meeting,
    Mentorship,
    Minutes,
    Note,
    Person,
    Progress,
    Series,
    Task,
    checklist_id,
    form_id,
    meeting_id,
    minutes_id,
)
from app.model.queries import One, TrashList
from app.model.schema import Entity
from tests.support.store import MemoryStore, memory_store
from tests.support.there import there

MINE, THEIRS = "0" * 31 + "1", "0" * 31 + "2"


@pytest.fixture
def store() -> MemoryStore:
    """Somebody who began with Karin, and came into what Karin had begun."""
    store = memory_store()
    store.execute(IntroduceMe(name="Yusuf", role="mentee"))
    store.execute(
        AddPerson(id=MINE, name="Karin på jobbet", my_role="mentee", aim="Hitta jobb", place="Biblioteket", reach="070")
    )
    store.execute(AddPerson(id=THEIRS, name="Karin", my_role="mentee", aim="Ett jobb till jul", weeks=3))
    return store


def everything(store: MemoryStore, cls: type[Entity]) -> list[Entity]:
    return list(store.everything(cls))


def fill(store: MemoryStore) -> dict[str, str]:
    """One of each kind that belongs to the mentorship, shared or mine alone."""
    ids: dict[str, str] = {}
    ids["series"] = store.execute(PlanSeries(mentorship=MINE, starts=datetime(2026, 10, 15, 15), count=2)).record
    ids["meeting"] = store.execute(PlanMeeting(mentorship=MINE, starts=datetime(2026, 10, 14, 15))).record
    ids["agenda"] = store.execute(AddTopic(mentorship=MINE, meeting=ids["meeting"], title="Cv")).record
    ids["minutes"] = store.execute(
        KeepMinutes(meeting=ids["meeting"], document="minutes.short", answers={"talked": "Vi pratade om cv."})
    ).record
    ids["goal"] = store.execute(SetGoal(title="Två intervjuer", mentorship=MINE)).record
    ids["progress"] = store.execute(RecordProgress(goal=ids["goal"], delta=1)).record
    ids["task"] = store.execute(AddTask(text="Ring Lena", mentorship=MINE, owner="mentee", goal=ids["goal"])).record
    ids["own goal"] = store.execute(SetGoal(title="Bara mitt", mentorship=MINE, private=True)).record
    ids["note"] = store.execute(WriteNote(meeting=ids["meeting"], body="Bara för mig")).record
    ids["list"] = store.execute(TickItem(document="checklist.during", meeting=ids["meeting"], item="aim")).record
    ids["form"] = store.execute(KeepForm(document="agreement.mentoring", mentorship=MINE, answers={"x": "y"})).record
    ids["evaluation"] = store.execute(
        GiveFeedback(
            survey="evaluation.quick", meeting=ids["meeting"], mentorship=MINE, answers={"useful": 4}, role="mentee"
        )
    ).record
    return ids


def test_everything_goes_on_in_the_others_space_and_nothing_stays_behind(store: MemoryStore) -> None:
    ids = fill(store)
    space = there(store.ask(One(Mentorship, THEIRS))).space
    store.execute(GoOnIn(mentorship=MINE, into=THEIRS))
    for cls in (Series, Meeting, Agenda, Minutes, Goal, Task, Note, Checklist, FilledForm, Evaluation):
        found = everything(store, cls)
        assert found, cls
        assert {one.keys()["mentorship"] for one in found} <= {THEIRS}, cls
        shared = [one for one in found if one.space != store.personal]
        assert all(one.space == space for one in shared), cls
    assert store.ask(One(Mentorship, MINE)) is None
    (goal,) = [one for one in store.everything(Goal) if one.title == "Två intervjuer"]
    (task,) = store.everything(Task)
    (progress,) = store.everything(Progress)
    assert task.goal == progress.goal == goal.id
    (meeting,) = [one for one in store.everything(Meeting) if one.series is None]
    (minutes,) = store.everything(Minutes)
    assert (minutes.id, minutes.answers["talked"]) == (minutes_id(meeting.id), "Vi pratade om cv.")
    (note,) = store.everything(Note)
    assert (note.id, note.meeting, note.body) == (ids["note"], meeting.id, "Bara för mig")
    (run,) = store.everything(Checklist)
    assert run.id == checklist_id(run.space, run.document, meeting.id)
    (form,) = store.everything(FilledForm)
    assert form.id == form_id(form.space, form.document, THEIRS)
    (series,) = store.everything(Series)
    assert {one.id for one in store.everything(Meeting) if one.series} == {meeting_id(series.id, at) for at in range(2)}


def test_what_is_mine_alone_stays_mine(store: MemoryStore) -> None:
    ids = fill(store)
    before = {one.id for cls in (Note, Goal) for one in store.everything(cls) if one.space == store.personal}
    assert {ids["note"], ids["own goal"]} <= before
    store.execute(GoOnIn(mentorship=MINE, into=THEIRS))
    assert {one.id for cls in (Note, Goal) for one in store.everything(cls) if one.space == store.personal} == before


def test_the_person_stays_as_i_know_them(store: MemoryStore) -> None:
    store.execute(GoOnIn(mentorship=MINE, into=THEIRS))
    (person,) = store.everything(Person)
    assert (person.name, person.reach, person.mentorship) == ("Karin på jobbet", "070", THEIRS)


def test_what_they_agreed_on_stays_and_my_words_stand_beside_it(store: MemoryStore) -> None:
    store.execute(GoOnIn(mentorship=MINE, into=THEIRS))
    (found,) = store.everything(Mentorship)
    assert (found.weeks, found.place) == (3, "Biblioteket")
    assert {one.value for one in found.also["aim"]} == {"Hitta jobb", "Ett jobb till jul"}


def test_a_series_goes_on_where_it_was(store: MemoryStore) -> None:
    fill(store)
    store.execute(GoOnIn(mentorship=MINE, into=THEIRS))
    last = max((one for one in store.everything(Meeting) if one.series), key=lambda one: one.starts)
    made = store.execute(SameTimeAgain(meeting=last.id)).record
    assert made not in {one.id for one in store.everything(Meeting, deleted=True) if one.mentorship == MINE}


def test_a_second_time_nothing_is_there_to_move(store: MemoryStore) -> None:
    fill(store)
    store.execute(GoOnIn(mentorship=MINE, into=THEIRS))
    with pytest.raises(UnknownRecord):
        store.execute(GoOnIn(mentorship=MINE, into=THEIRS))
    with pytest.raises(Refused):
        store.execute(GoOnIn(mentorship=THEIRS, into=THEIRS))


def test_taken_back_it_stands_as_before(store: MemoryStore) -> None:
    fill(store)
    kinds = (Person, Mentorship, Series, Meeting, Agenda, Minutes, Goal, Progress, Task, Note, Checklist, FilledForm)
    before = {one.id: dict(one.cells) for cls in kinds for one in store.everything(cls)}
    undo = store.execute(GoOnIn(mentorship=MINE, into=THEIRS)).undo
    assert isinstance(undo, Undo)
    store.execute(undo)
    after = {one.id: dict(one.cells) for cls in kinds for one in store.everything(cls)}
    assert after.keys() == before.keys()
    for id in before.keys() - {THEIRS}:
        assert after[id] == before[id], id


def test_the_former_one_lies_in_the_trash_as_one_thing(store: MemoryStore) -> None:
    fill(store)
    store.execute(Revise(kind="goal", id=next(store.everything(Goal)).id, values={"next_step": "Fråga"}))
    store.execute(GoOnIn(mentorship=MINE, into=THEIRS))
    assert [one.kind for one in store.ask(TrashList())] == ["mentorship"]
