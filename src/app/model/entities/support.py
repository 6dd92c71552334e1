"""Support for whoever supports: the days on which a mentor talks with somebody about being one."""

from __future__ import annotations

from datetime import date

from app.model.fields import day, flag, prose, text
from app.model.schema import Entity, entity


@entity("supervision", spaces=("personal",))
class Supervision(Entity):
    """A talk with the coordinator or a supervisor, on a day. Only mine."""

    on: date | None = day(default=None)
    whom: str = text(longest=120, default="")
    held: bool = flag(yes_wins=True, default=False)
    note: str = prose(default="")
