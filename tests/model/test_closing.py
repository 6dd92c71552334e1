"""Ending a relationship: what is proposed, what is decided, when the day comes."""

from __future__ import annotations

from datetime import date

import pytest

from app.model.commands import AddPerson, DecideFate, EndMeeting, EndMentorship, KeepForm, PlanMeeting, WriteNote
from app.model.queries import ClosingNews, ClosingOf, ClosingView
from app.model.queries.closing import months_on
from tests.support.store import NOON, MemoryStore, memory_store


@pytest.fixture
def store() -> MemoryStore:
    return memory_store()


@pytest.fixture
def pair(store: MemoryStore) -> str:
    return store.execute(AddPerson(name="Yusuf", my_role="mentor", planned=5)).record


def meet(store: MemoryStore, pair: str, times: int) -> None:
    for _ in range(times):
        meeting = store.execute(PlanMeeting(mentorship=pair, starts=NOON.replace(tzinfo=None))).record
        store.execute(EndMeeting(meeting=meeting))


def view(store: MemoryStore, pair: str) -> ClosingView:
    found = store.ask(ClosingOf(pair))
    assert found is not None
    return found


def test_the_ending_is_announced_when_three_meetings_are_left(store: MemoryStore, pair: str) -> None:
    meet(store, pair, 1)
    assert not view(store, pair).soon and store.ask(ClosingNews(NOON)) == ()
    meet(store, pair, 1)
    (news,) = store.ask(ClosingNews(NOON))
    assert news.soon and news.left == 3 and news.name == "Yusuf"


def test_a_short_relationship_is_not_announced_before_the_first_meeting(store: MemoryStore) -> None:
    pair = store.execute(AddPerson(name="Amina", my_role="mentor", planned=2)).record
    assert store.ask(ClosingNews(NOON)) == ()
    meet(store, pair, 1)
    assert [one.name for one in store.ask(ClosingNews(NOON))] == ["Amina"]


def test_the_agreement_proposes_and_only_a_decision_has_a_day(store: MemoryStore, pair: str) -> None:
    answers = {"retention": "12m"}
    store.execute(KeepForm(document="agreement.confidentiality", mentorship=pair, shared=True, answers=answers))
    store.execute(EndMentorship(mentorship=pair))
    found = view(store, pair)
    assert (found.fate, found.decided, found.day) == ("12m", False, None)
    store.execute(DecideFate(mentorship=pair, fate="3m"))
    assert view(store, pair).day == date(2027, 1, 14)
    store.execute(DecideFate(mentorship=pair, fate="keep"))
    assert view(store, pair).day is None


def test_the_day_is_counted_from_the_end_whenever_it_was_decided(store: MemoryStore, pair: str) -> None:
    store.execute(DecideFate(mentorship=pair, fate="end"))
    assert view(store, pair).day is None
    store.execute(EndMentorship(mentorship=pair, on=date(2026, 12, 1)))
    assert view(store, pair).day == date(2026, 12, 1)


def test_the_day_is_said_two_weeks_before(store: MemoryStore, pair: str) -> None:
    store.execute(WriteNote(body="x", mentorship=pair))
    store.execute(DecideFate(mentorship=pair, fate="3m"))
    store.execute(EndMentorship(mentorship=pair))
    found = view(store, pair)
    assert not found.near(date(2026, 12, 30)) and found.near(date(2026, 12, 31))
    assert not found.due(date(2027, 1, 13)) and found.due(date(2027, 1, 14)) and found.due(date(2028, 1, 1))
    assert store.ask(ClosingNews(NOON)) == ()


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 1, 5), 0, date(2026, 1, 5)),
    ],
)
def test_months_are_counted_as_people_do(day: date, months: int, then: date) -> None:
    assert months_on(day, months) == then
