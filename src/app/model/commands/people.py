"""Who I am, with whom I have a mentorship, and how that ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.model.commands.base import Command
from app.model.entities import Form, Mode, PairRole, Role
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class IntroduceMe(Command):
    """Say who I am; later, say it anew. Only what is given changes."""

    name: str | None = None
    role: Role | None = None
    organisation: str | None = None


@dataclass(frozen=True, kw_only=True)
class AddPerson(Command):
    """Begin a mentorship with somebody: makes its space, the mentorship (`id`) and my record of the person."""

    name: str
    my_role: PairRole
    id: Id = ""
    form: Form = "one"
    focus: frozenset[str] = frozenset()
    aim: str = ""
    weeks: int = 2
    planned: int = 10
    length: int = 60
    place: str = ""
    mode: Mode = "in_person"
    starts: date | None = None
    ends: date | None = None
    reach: str = ""


@dataclass(frozen=True, kw_only=True)
class JoinMentorship(Command):
    """Keep, in my own words, whom I have come into a mentorship with: they began it, and its space is there."""

    mentorship: Id
    name: str
    my_role: PairRole


@dataclass(frozen=True, kw_only=True)
class EndMentorship(Command):
    """End a relationship, today or on the day given."""

    mentorship: Id
    on: date | None = None
