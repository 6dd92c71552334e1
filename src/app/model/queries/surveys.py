"""Which evaluations that are not about one meeting are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from app.model.entities import Evaluation, Meeting, Mentorship
from app.model.ids import Id
from app.model.queries.asking import Query, Reader
from app.model.queries.look import Look

AFTERWARDS: Final = timedelta(days=60)
"""For so long after an ending one is asked how it was."""


@dataclass(frozen=True, kw_only=True)
class SurveyDue:
    """A survey that nobody here has answered yet."""

    which: Literal["midterm", "end"]
    mentorship: Id
    name: str


@dataclass(frozen=True)
class SurveysDue(Query[tuple[SurveyDue, ...]]):
    """Halfway through the planned meetings, and when a mentorship is ending or has just ended."""

    now: datetime

    def answer(self, read: Reader) -> tuple[SurveyDue, ...]:
        look = Look(read, self.now)
        due: list[SurveyDue] = []
        for person in look.people():
            mentorship = read.one(Mentorship, person.mentorship)
            which = None if mentorship is None else self._which(read, mentorship)
            if which is not None and not _answered(read, person.mentorship, f"survey.{which}"):
                due.append(SurveyDue(which=which, mentorship=person.mentorship, name=person.name))
        return tuple(due)

    def _which(self, read: Reader, mentorship: Mentorship) -> Literal["midterm", "end"] | None:
        held = read.count(Meeting, standing=f"{mentorship.id}/held")
        if not held:
            return None
        if mentorship.status != "active":
            recent = mentorship.ended is None or self.now.date() - mentorship.ended <= AFTERWARDS
            return "end" if recent else None
        if held >= mentorship.planned:
            return "end"
        return "midterm" if held * 2 >= mentorship.planned else None


def _answered(read: Reader, mentorship: Id, survey: str) -> bool:
    return bool(read.count(Evaluation, overall=f"{read.personal}/{mentorship}/{survey}"))
