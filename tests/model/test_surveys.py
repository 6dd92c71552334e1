"""Which evaluations are due: halfway, at the end, and each of them once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.model.commands import (
    AddPerson,
    EndMeeting,
    EndMentorship,
    GiveFeedback,
    IntroduceMe,
    PlanMeeting,
    StartMeeting,
)
from app.model.queries.surveys import SurveysDue
from tests.support.store import STOCKHOLM, MemoryStore, memory_store


def begun(planned: int = 4) -> tuple[MemoryStore, str]:
    store = memory_store(careful=False)
    store.clock.at = datetime(2026, 9, 1, 15, tzinfo=STOCKHOLM)
    store.execute(IntroduceMe(name="Karin", role="mentor"))
    return store, store.execute(AddPerson(name="Yusuf", my_role="mentor", planned=planned)).record


def meet(store: MemoryStore, pair: str) -> None:
    at = store.clock.at + timedelta(days=7)
    store.clock.at = at
    found = store.execute(PlanMeeting(mentorship=pair, starts=at.replace(tzinfo=None), zone="Europe/Stockholm"))
    store.execute(StartMeeting(meeting=found.record))
    store.execute(EndMeeting(meeting=found.record))


def due(store: MemoryStore) -> list[tuple[str, str]]:
    return [(one.which, one.name) for one in store.ask(SurveysDue(store.clock.at))]


def answer(store: MemoryStore, pair: str, which: str) -> None:
    store.execute(GiveFeedback(survey=f"survey.{which}", role="mentor", answers={"useful": 4}, mentorship=pair))


def test_halfway_once() -> None:
    store, pair = begun()
    assert due(store) == []
    meet(store, pair)
    assert due(store) == []
    meet(store, pair)
    assert due(store) == [("midterm", "Yusuf")]
    answer(store, pair, "midterm")
    assert due(store) == []


def test_at_the_end_once_and_not_for_ever() -> None:
    store, pair = begun()
    meet(store, pair)
    store.execute(EndMentorship(mentorship=pair, on=store.clock.at.date()))
    assert due(store) == [("end", "Yusuf")]
    store.clock.at += timedelta(days=61)
    assert due(store) == []
    store.clock.at -= timedelta(days=61)
    answer(store, pair, "end")
    assert due(store) == []


def test_when_all_planned_meetings_are_held() -> None:
    store, pair = begun(planned=2)
    meet(store, pair)
    meet(store, pair)
    assert due(store) == [("end", "Yusuf")]


def test_an_ending_without_meetings_asks_nothing() -> None:
    store, pair = begun()
    store.execute(EndMentorship(mentorship=pair, on=date(2026, 9, 2)))
    assert due(store) == []
