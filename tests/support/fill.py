"""A vault full of plausible records, for benches and for tests that need a long list."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from app.model.commands import (
    AddPerson,
    AddTask,
    Command,
    EndMeeting,
    FinishMinutes,
    IntroduceMe,
    KeepMinutes,
    MoveTask,
    PlanMeeting,
    ReachGoal,
    RecordProgress,
    SetGoal,
    WriteNote,
)
from app.model.ids import Id
from app.services.records.store import Store

NAMES = ("Yusuf", "Åsa", "Örjan", "Amina", "Erik", "Liv", "Samira", "Nils", "Zeynep", "Maja")
SENTENCES = (
    "Vi gick igenom förra veckans uppgifter.",
    "Hon ringde arbetsplatsen och fick ett namn.",
    "Mötet slutade i god tid.",
    "The next step is a short phone call.",
    "CV:t är nästan klart, bara utbildningen saknas.",
    "Vi pratade om hur man säger nej.",
    "He wants to try a presentation in class.",
    "Nästa gång tar vi med kalendern.",
)


def fill(
    store: Store,
    *,
    now: datetime,
    people: int = 5,
    meetings: int = 0,
    tasks: int = 0,
    notes: int = 0,
    goals: int = 0,
    progress: int = 0,
    seed: int = 1,
    batch: int = 200,
) -> list[Id]:
    """Add that many records, spread over the people and over the time before `now`; returns the mentorships.

    As in life, most of what is old is over: meetings were held, nine tasks of ten are done, four goals of five reached.
    """
    chance = random.Random(seed)
    store.execute(IntroduceMe(name="Karin", role="mentor"), now=now)
    pairs = [
        store.execute(
            AddPerson(name=f"{NAMES[n % len(NAMES)]} {n // len(NAMES) + 1}", my_role="mentor"), now=now
        ).record
        for n in range(people)
    ]
    written: list[Id] = []
    aims: list[Id] = []
    walls = now.replace(tzinfo=None, minute=0, second=0, microsecond=0)
    zone = getattr(now.tzinfo, "key", "")

    def body() -> str:
        return " ".join(chance.choices(SENTENCES, k=chance.randint(3, 10)))

    def commands() -> Iterator[tuple[Command, datetime]]:
        for n in range(meetings):
            pair, id = pairs[n % people], store.new_id()
            back = timedelta(days=(meetings - n) * 900 / max(meetings, 1) - 7)
            starts = walls - timedelta(days=back.days)
            yield PlanMeeting(mentorship=pair, starts=starts, zone=zone, id=id, place="Biblioteket"), now
            if back.days > 0:
                yield EndMeeting(meeting=id), now
                if n % 2 == 0:
                    answers = {"talked": body(), "agreed": body()}
                    yield KeepMinutes(meeting=id, document="minutes.quick", answers=answers), now
                    yield FinishMinutes(meeting=id), now
            written.append(id)
        for n in range(notes):
            meeting = written[n % len(written)] if written and n % 3 else None
            about = None if meeting else pairs[n % people]
            yield WriteNote(body=f"Anteckning {n}\n{body()}", meeting=meeting, mentorship=about), now
        for n in range(goals):
            id = store.new_id()
            aims.append(id)
            yield SetGoal(title=f"Mål {n}", mentorship=pairs[n % people], target=10, id=id), now
            if n % 5:
                yield ReachGoal(goal=id), now
        for n in range(progress if aims else 0):
            yield RecordProgress(goal=aims[n % len(aims)], delta=1, comment="svårt men gick bra"), now
        for n in range(tasks):
            due, id = now.date() + timedelta(days=n % 60 - 30), store.new_id()
            yield AddTask(text=f"Uppgift {n}: ring upp", mentorship=pairs[n % people], due=due, id=id), now
            if n % 10:
                yield MoveTask(task=id, status="done"), now

    coming = commands()
    while some := list(islice(coming, batch)):
        with store.writing():
            for command, at in some:
                store.perform(command, now=at)
    return pairs
