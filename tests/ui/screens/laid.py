"""A table laid for two: Karin the mentor and Yusuf, with meetings, goals, tasks and notes, in a store in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.model.commands import (
    AddPerson,
    AddTask,
    EndMeeting,
    IntroduceMe,
    PlanMeeting,
    RecordProgress,
    SetGoal,
    StartMeeting,
    WriteNote,
)
from app.model.entities import PairRole
from tests.support.fake_session import FakeSession
from tests.support.store import MemoryStore, memory_store
from tests.ui.conftest import OpenStage, Stage

ZONE = "Europe/Stockholm"
LANGUAGES = ("sv", "en")


@dataclass
class Laid:
    """The ids of what is there."""

    store: MemoryStore
    pair: str
    goal: str
    task: str
    meeting: str
    past: str

    def session(self, language: str = "sv", role: str = "mentor") -> FakeSession:
        """An open session on this store."""
        session = FakeSession(store=self.store, role=role)
        session.preferences.language = language
        return session


def lay(my_role: PairRole = "mentor", other: str = "Yusuf") -> Laid:
    """Noon on 14 October 2026: one meeting held, one at 15, a goal half-way, a task and a note."""
    store = memory_store()
    store.execute(IntroduceMe(name="Karin", role=my_role))
    pair = store.execute(AddPerson(name=other, my_role=my_role, place="Biblioteket, grupprum 2")).record
    past = store.execute(PlanMeeting(mentorship=pair, starts=datetime(2026, 9, 30, 15), zone=ZONE)).record
    moment = datetime(2026, 9, 30, 15, 2, tzinfo=store.clock.at.tzinfo)
    store.execute(StartMeeting(meeting=past), now=moment)
    store.execute(EndMeeting(meeting=past), now=moment.replace(hour=16))
    meeting = store.execute(PlanMeeting(mentorship=pair, starts=datetime(2026, 10, 14, 15), zone=ZONE)).record
    goal = store.execute(
        SetGoal(
            title="Två intervjuer före jul",
            mentorship=pair,
            target=2,
            unit="intervjuer",
            due=date(2026, 12, 20),
            next_step="Ringa Lena på lagret i morgon",
            skills=frozenset({"listening"}),
        ),
        now=moment,
    ).record
    store.execute(RecordProgress(goal=goal, delta=1, comment="Svårt men gick bra"), now=moment.replace(day=30))
    task = store.execute(
        AddTask(text="Läsa Yusufs cv", mentorship=pair, owner=my_role, due=date(2026, 10, 14), meeting=past)
    ).record
    store.execute(WriteNote(body="Känns bättre än förra veckan", mentorship=pair))
    return Laid(store, pair, goal, task, meeting, past)


async def open_at(
    stage: OpenStage, laid: Laid, path: str, language: str = "sv", role: str = "mentor", **options: Any
) -> Stage:
    """The app, opened at a path."""
    clock: Callable[[], datetime] = laid.store.clock
    return await stage(session=laid.session(language, role), clock=clock, go=path, **options)


def identifiers(app: Stage, prefix: str) -> set[str]:
    """What follows this prefix in the identifiers in sight."""
    names = {str(getattr(control, "identifier", None) or "") for control in app.walk()}
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}
