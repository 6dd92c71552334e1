"""What two people put their names to: the fair copy of an agreement or of minutes, and the signatures under it."""

from __future__ import annotations

from datetime import datetime

from app.model.entities.words import PAIR_ROLES, PairRole
from app.model.fields import choice, flag, labels, moment, prose, ref
from app.model.fields import number as count
from app.model.fields import text as line
from app.model.ids import Id
from app.model.schema import Entity, entity


@entity(
    "fair_copy",
    spaces=("mentoring",),
    keys=("mentorship", "about"),
    card=("mentorship", "about", "document", "number"),
    append_only=True,
)
class FairCopy(Entity):
    """A text as it was put up for signing. It never changes: a changed word is another version."""

    mentorship: Id = ref("mentorship")
    about: str = line(longest=80)
    document: str = line(longest=80)
    number: int = count(least=1, whole=True, default=1)
    roles: frozenset[str] = labels(most=2, default=frozenset())
    text: str = prose(default="")
    salt: str = line(longest=64, default="")
    at: datetime | None = moment(default=None)


@entity("signature", spaces=("mentoring",), keys=("mentorship", "copy"), append_only=True)
class Signature(Entity):
    """One name under one fair copy. Whether it holds is for `proof` to show."""

    mentorship: Id = ref("mentorship")
    copy: Id = ref("fair_copy")
    role: PairRole = choice(PAIR_ROLES)
    handed: bool = flag(default=False)
    at: datetime | None = moment(default=None)
    proof: str = line(longest=8_000)
