"""A laid table for the meeting's screens: Karin, who is Yusuf's mentor, and their meeting at 15.00 on 14 October 2026."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.model.commands import (
    AddPerson,
    AddTask,
    EndMeeting,
    FinishMinutes,
    IntroduceMe,
    KeepMinutes,
    PlanMeeting,
    RecordProgress,
    SetGoal,
    StartMeeting,
)
from app.model.entities import PairRole
from app.services.programme.membership import Programme
from tests.support.fake_session import FakeSession
from tests.support.store import STOCKHOLM, MemoryStore, Now, memory_store
from tests.ui.conftest import ASSETS, OpenStage, Stage

DAY = date(2026, 10, 14)
MEETING = datetime(2026, 10, 14, 15, 0)


@dataclass
class Table:
    """The store and the ids of what lies on the table."""

    store: MemoryStore
    clock: Now
    pair: str = ""
    meeting: str = ""
    earlier: str = ""
    goal: str = ""
    task: str = ""

    @property
    def programme(self) -> Programme:
        """My side of a programme; joined by nobody until a test does."""
        return Programme(self.store, ASSETS, self.clock)

    def at(self, hour: int, minute: int = 0, day: date = DAY) -> Table:
        """It is this time now."""
        self.clock.at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=STOCKHOLM)
        return self

    async def open(self, stage: OpenStage, go: str = "", *, language: str = "sv", **options: Any) -> Stage:
        """The app on this table."""
        session = FakeSession(store=self.store, role=options.pop("role", "mentor"))
        session.preferences.language = language
        session.programme = session.programme if session.programme.joined else self.programme
        return await stage(session=session, go=go, clock=self.clock, **options)


def lay(*, role: PairRole = "mentor", people: bool = True, meeting: bool = True, before: bool = True) -> Table:
    """Lay the table: by default with an earlier meeting, its minutes, a goal and a task from it."""
    store = memory_store(careful=False)
    table = Table(store, store.clock)
    table.at(9, day=DAY - timedelta(days=20))
    store.execute(IntroduceMe(name="Karin" if role == "mentor" else "Yusuf", role=role))
    if people:
        name = "Yusuf" if role == "mentor" else "Karin"
        table.pair = store.execute(
            AddPerson(name=name, my_role=role, place="Biblioteket, grupprum 2", weeks=2, planned=10)
        ).record
    if people and before:
        then = MEETING - timedelta(days=14)
        table.at(then.hour, then.minute, then.date())
        table.earlier = store.execute(PlanMeeting(mentorship=table.pair, starts=then, zone="Europe/Stockholm")).record
        store.execute(StartMeeting(meeting=table.earlier))
        table.at(then.hour, 50, then.date())
        store.execute(
            KeepMinutes(meeting=table.earlier, document="minutes.quick", answers={"talked": "Ringde arbetsplatsen."})
        )
        table.task = store.execute(
            AddTask(text="Läsa Yusufs cv", mentorship=table.pair, meeting=table.earlier, owner="mentor", due=DAY)
        ).record
        table.goal = store.execute(
            SetGoal(title="Två intervjuer före jul", mentorship=table.pair, target=2, unit="intervjuer")
        ).record
        store.execute(RecordProgress(goal=table.goal, delta=1))
        store.execute(EndMeeting(meeting=table.earlier))
        store.execute(FinishMinutes(meeting=table.earlier))
    if people and meeting:
        table.meeting = store.execute(
            PlanMeeting(
                mentorship=table.pair,
                starts=MEETING,
                zone="Europe/Stockholm",
                aim="Välja vilka jobb Yusuf ska söka",
                goal=table.goal or None,
            )
        ).record
    return table.at(14, 40)
