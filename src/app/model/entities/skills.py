"""How somebody rates their own skills: at the start, at the end, and where they now think they began."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.model.entities.words import PAIR_ROLES, PairRole
from app.model.fields import Answer, answers, choice, labels, moment, ref
from app.model.ids import Id, named_id
from app.model.schema import Entity, entity


@entity("skills", spaces=("personal", "mentoring"), keys=("mentorship",))
class SkillProfile(Entity):
    """One person's ratings in one mentorship. Mine alone or shared is the space it lives in."""

    mentorship: Id = ref("mentorship")
    role: PairRole = choice(PAIR_ROLES)
    picked: frozenset[str] = labels(default=frozenset())
    at_start: Mapping[str, Answer] = answers(factory=dict)
    at_end: Mapping[str, Answer] = answers(factory=dict)
    hindsight: Mapping[str, Answer] = answers(factory=dict)
    evidence: Mapping[str, Answer] = answers(factory=dict)
    started: datetime | None = moment(default=None)
    ended: datetime | None = moment(default=None)


def skills_id(space: str, mentorship: Id, role: PairRole) -> Id:
    """The profile of one of the two, in my space or in that of the two of us."""
    return named_id("skills", space, mentorship, role)


def entry_of(skill: str) -> str:
    """The name of a skill as an entry of a map: in one's own words there may be a slash, which parts options there."""
    return skill.replace("%", "%25").replace("/", "%2F")


def skill_of(entry: str) -> str:
    """The skill again."""
    return entry.replace("%2F", "/").replace("%25", "%")
