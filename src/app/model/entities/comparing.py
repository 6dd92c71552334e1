"""That somebody has compared words with the other, told to the other."""

from __future__ import annotations

from datetime import datetime

from app.model.fields import moment, ref, text
from app.model.ids import Id
from app.model.schema import Entity, entity


@entity("comparison", spaces=("mentoring",), keys=("mentorship",), append_only=True)
class Comparison(Entity):
    """One of the two has found the words on both phones the same. `digest` is that of them: others do not count.

    It is for showing only. Whom a phone trusts, its own person says.
    """

    mentorship: Id = ref("mentorship")
    digest: str = text(longest=64)
    at: datetime | None = moment(default=None)
