"""The profile of skills, mine and what the other person shows me."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.model.entities import Goal, PairRole, SkillProfile, entry_of
from app.model.fields import Answer
from app.model.ids import Id
from app.model.queries.asking import Query, Reader
from app.model.queries.look import Look
from app.model.schema import Visibility


@dataclass(frozen=True, kw_only=True)
class SkillLevel:
    """One skill: where it stood at the start, where it seems to have stood looking back, where it stands at the end."""

    skill: str
    start: int | None
    hindsight: int | None
    end: int | None
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class SkillsRow:
    """One person's profile."""

    id: Id
    role: PairRole
    levels: tuple[SkillLevel, ...]
    started: datetime | None
    ended: datetime | None
    visibility: Visibility


@dataclass(frozen=True, kw_only=True)
class SkillsView:
    """Both profiles as far as I may see them, and the goals that each skill is tied to (id and title)."""

    mentorship: Id
    name: str
    my_role: PairRole
    mine: SkillsRow | None
    theirs: SkillsRow | None
    goals: Mapping[str, tuple[tuple[Id, str], ...]]


@dataclass(frozen=True)
class SkillsOf(Query["SkillsView | None"]):
    """The profiles in a mentorship."""

    mentorship: Id

    def answer(self, read: Reader) -> SkillsView | None:
        look = Look(read, None)
        person = look.person(self.mentorship)
        if person is None:
            return None
        found = sorted(read.where(SkillProfile, mentorship=self.mentorship), key=lambda one: (one.edited, one.id))
        mine = [one for one in found if one.role == person.my_role]
        theirs = [one for one in found if one.role != person.my_role]
        tied: dict[str, list[tuple[Id, str]]] = {}
        for goal in read.where(Goal, mentorship=self.mentorship):
            for skill in goal.skills:
                tied.setdefault(skill, []).append((goal.id, goal.title))
        return SkillsView(
            mentorship=self.mentorship,
            name=person.name,
            my_role=person.my_role,
            mine=_row(mine[-1]) if mine else None,
            theirs=_row(theirs[-1]) if theirs else None,
            goals={skill: tuple(goals) for skill, goals in sorted(tied.items())},
        )


def _row(profile: SkillProfile) -> SkillsRow:
    return SkillsRow(
        id=profile.id,
        role=profile.role,
        levels=tuple(
            SkillLevel(
                skill=skill,
                start=_level(profile.at_start, skill),
                hindsight=_level(profile.hindsight, skill),
                end=_level(profile.at_end, skill),
                evidence=str(profile.evidence.get(entry_of(skill)) or ""),
            )
            for skill in sorted(profile.picked)
        ),
        started=profile.started,
        ended=profile.ended,
        visibility=profile.visibility,
    )


def _level(levels: Mapping[str, Answer], skill: str) -> int | None:
    found = levels.get(entry_of(skill))
    return int(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
