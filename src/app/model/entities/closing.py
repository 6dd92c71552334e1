"""How a relationship ends: what becomes of private notes, and that it was done."""

from __future__ import annotations

from datetime import datetime

from app.model.entities.words import PAIR_ROLES, Fate, PairRole
from app.model.fields import choice, moment, number, ref, text
from app.model.ids import Id, named_id
from app.model.schema import Entity, entity

FATES = ("keep", "end", "3m", "12m")


@entity("retention", spaces=("mentoring",), keys=("mentorship",))
class Retention(Entity):
    """What the two have decided about the private notes of each: kept, or deleted so long after the end."""

    mentorship: Id = ref("mentorship")
    fate: Fate = choice(FATES, default="3m")
    by: PairRole | None = choice(PAIR_ROLES, default=None)
    at: datetime | None = moment(default=None)


@entity("fulfilment", spaces=("mentoring",), keys=("mentorship",), append_only=True)
class Fulfilment(Entity):
    """The receipt: one of the two has deleted their private notes, as both decided. A number, no word of them."""

    mentorship: Id = ref("mentorship")
    role: PairRole = choice(PAIR_ROLES)
    at: datetime | None = moment(default=None)
    of: str = text(longest=64, default="")
    """The version by which the relationship ended: one that goes on and ends again has its notes deleted again."""
    dropped: int = number(least=0, whole=True, default=0)


def retention_id(mentorship: Id) -> Id:
    """The one decision of the two."""
    return named_id("retention", mentorship)


def fulfilment_id(mentorship: Id, role: PairRole, of: str = "") -> Id:
    """The receipt of one of them for one ending: two phones of one person write the same."""
    return named_id("fulfilment", mentorship, role, *([of] if of else []))
