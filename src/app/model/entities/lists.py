"""How far a list has come, and what I made of it."""

from __future__ import annotations

from collections.abc import Mapping

from app.model.fields import flag, index, labels, number, reasons, ref, text
from app.model.ids import Id, named_id
from app.model.schema import Entity, entity


@entity("checklist", spaces=("personal", "mentoring"), keys=("mentorship", "meeting"))
class Checklist(Entity):
    """How far a list has come, for one meeting or one mentorship."""

    document: str = text(longest=80)
    version: int = number(least=1, whole=True, default=1)
    mentorship: Id | None = ref("mentorship", default=None)
    meeting: Id | None = ref("meeting", default=None)
    ticks: frozenset[str] = labels(default=frozenset())
    set_aside: Mapping[str, str] = reasons(factory=dict)


@entity("list_item", spaces=("personal",), keys=("document",))
class ListItem(Entity):
    """An own item of a list, or what I changed about a shipped one (`item` says which): hidden, another place."""

    document: str = text(longest=80)
    item: str = text(default="")
    text: str = text(longest=300, default="")
    place: str = index(default="")
    hidden: bool = flag(default=False)


def checklist_id(space: str, document: str, about: Id) -> Id:
    """The run of a list for a meeting or a mentorship. The space is in the name: nobody else can begin mine."""
    return named_id("checklist", space, document, about)


def list_item_id(document: str, item: str) -> Id:
    """What I changed about a shipped item."""
    return named_id("list_item", document, item)
