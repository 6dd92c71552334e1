"""Who I am, whom I have a mentorship with, and what the two have agreed on."""

from __future__ import annotations

from datetime import date

from app.model.entities.words import FORMS, MODES, PAIR_ROLES, ROLES, Form, MentorshipStatus, Mode, PairRole, Role
from app.model.fields import choice, day, labels, number, ref, text
from app.model.ids import Id, named_id
from app.model.schema import Entity, entity


@entity("me", spaces=("personal",))
class Me(Entity):
    """The person whose app this is. One record."""

    name: str = text(longest=120)
    role: Role = choice(ROLES)
    organisation: str = text(default="")


@entity("person", spaces=("personal",), keys=("mentorship",))
class Person(Entity):
    """Somebody I have a mentorship with, as I call them. My own record: the other person keeps theirs about me."""

    name: str = text(longest=120)
    mentorship: Id = ref("mentorship")
    my_role: PairRole = choice(PAIR_ROLES)
    reach: str = text(default="")


@entity("mentorship", spaces=("mentoring",))
class Mentorship(Entity):
    """The relationship itself: what the two have agreed on."""

    form: Form = choice(FORMS, default="one")
    focus: frozenset[str] = labels(default=frozenset())
    aim: str = text(longest=500, default="")
    weeks: int = number(least=1, most=26, whole=True, default=2)
    planned: int = number(least=1, most=100, whole=True, default=10)
    length: int = number(least=5, most=600, whole=True, default=60)
    place: str = text(default="")
    mode: Mode = choice(MODES, default="in_person")
    starts: date | None = day(default=None)
    ends: date | None = day(default=None)
    status: MentorshipStatus = choice(("active", "ending", "ended"), strong=("ending", "ended"), default="active")
    ended: date | None = day(default=None)


def me_id(personal: str) -> Id:
    """The one record about myself."""
    return named_id("me", personal)
