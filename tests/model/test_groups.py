"""A group: who is in it, who came, and that names are mine alone."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.errors import InvalidField, Refused, UnknownRecord
from app.model.commands import AddParticipants, AddPerson, Attend, Delete, IntroduceMe, PlanMeeting
from app.model.decide.groups import MOST
from app.model.entities import Participant
from app.model.queries import Group, GroupAt
from tests.support.store import MemoryStore, memory_store

SIX = ("Åsa", "Bo", "Cem", "Disa", "Eva", "Farid")


def laid(form: str = "group") -> tuple[MemoryStore, str, str]:
    store = memory_store()
    store.execute(IntroduceMe(name="Karin", role="mentor"))
    group = store.execute(AddPerson(name="Tisdagsgruppen", my_role="mentor", form=form)).record  # type: ignore[arg-type]
    meeting = store.execute(PlanMeeting(mentorship=group, starts=datetime(2026, 10, 20, 16))).record
    return store, group, meeting


def test_six_people_and_who_of_them_came() -> None:
    store, group, meeting = laid()
    assert store.ask(GroupAt(meeting)) == Group(is_group=True)
    store.execute(AddParticipants(mentorship=group, names=SIX))
    people = store.ask(GroupAt(meeting)).participants
    assert tuple(one.name for one in people) == SIX
    store.execute(Attend(meeting=meeting, participants=[people[0].id, people[3].id]))
    done = store.execute(Attend(meeting=meeting, participants=[people[0].id], here=False))
    assert store.ask(GroupAt(meeting)).here == {people[3].id}
    assert done.undo is not None
    store.execute(done.undo)
    assert store.again().ask(GroupAt(meeting)).here == {people[0].id, people[3].id}


def test_a_name_is_in_the_group_once_and_none_is_refused() -> None:
    store, group, meeting = laid()
    store.execute(AddParticipants(mentorship=group, names=[" Åsa ", "åsa", ""]))
    store.execute(AddParticipants(mentorship=group, names=["ÅSA", "Bo"]))
    assert [one.name for one in store.ask(GroupAt(meeting)).participants] == ["Åsa", "Bo"]
    with pytest.raises(InvalidField):
        store.execute(AddParticipants(mentorship=group, names=[" "]))
    with pytest.raises(Refused):
        store.execute(AddParticipants(mentorship=group, names=[f"Namn {number}" for number in range(MOST)]))


def test_whoever_left_the_group_is_not_counted_and_comes_back_with_undo() -> None:
    store, group, meeting = laid()
    store.execute(AddParticipants(mentorship=group, names=SIX))
    first = store.ask(GroupAt(meeting)).participants[0]
    store.execute(Attend(meeting=meeting, participants=[first.id]))
    done = store.execute(Delete(kind=Participant.KIND, id=first.id))
    assert len(store.ask(GroupAt(meeting)).participants) == 5 and not store.ask(GroupAt(meeting)).here
    assert done.undo is not None
    store.execute(done.undo)
    assert store.ask(GroupAt(meeting)).here == {first.id}
    with pytest.raises(UnknownRecord):
        store.execute(Attend(meeting=meeting, participants=["0" * 32]))


def test_names_and_attendance_are_in_no_shared_space() -> None:
    store, group, meeting = laid()
    store.execute(AddParticipants(mentorship=group, names=["Kanelbulle"]))
    (one,) = store.ask(GroupAt(meeting)).participants
    store.execute(Attend(meeting=meeting, participants=[one.id]))
    assert one.visibility == "only_me"
    shared = [row for row in store.memory.table("version") if not str(row["record"]).startswith(store.personal)]
    assert shared and "Kanelbulle" not in repr(shared) and one.id not in repr(shared)


def test_two_people_are_no_group() -> None:
    store, _, meeting = laid("one")
    assert not store.ask(GroupAt(meeting)).is_group and not store.ask(GroupAt("0" * 32)).is_group
