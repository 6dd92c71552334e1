"""Texts and words of one's own in the place of those that ship, and lines that a programme adds."""

from __future__ import annotations

from app.model.entities.words import ROLES
from app.model.fields import flag, index, labels, number, prose, text
from app.model.ids import Id, named_id
from app.model.schema import Entity, entity

WORDS = "words"
"""The name under which renamed words are kept, in the place of a document's id."""


@entity("own_text", spaces=("personal", "programme"), keys=("document",))
class OwnText(Entity):
    """A text of the content in other words, in one language. Mine goes before the programme's, that before what ships.

    `shipped` is what stood there when it was changed: where an update of the app brings something else, the difference
    is offered. In the place of a document `words` holds a renamed word: `item` names it, `field` its form.
    """

    document: str = text(longest=80)
    item: str = text(default="")
    field: str = text(longest=120)
    language: str = text(longest=40)
    words: str = prose(default="")
    shipped: str = prose(default="")
    version: int = number(least=1, whole=True, default=1)


@entity("programme_item", spaces=("programme",), keys=("document",))
class ProgrammeItem(Entity):
    """A line that the programme adds to a list or a library, in both languages."""

    document: str = text(longest=80)
    sv: str = text(longest=300)
    en: str = text(longest=300)
    group: str = text(default="")
    roles: frozenset[str] = labels(most=len(ROLES), default=frozenset())
    critical: bool = flag(default=False)
    place: str = index(default="")


def own_text_id(space: str, document: str, item: str, field: str, language: str) -> Id:
    """The one record about a text in a language, in my space or in the programme's."""
    return named_id("own_text", space, document, item, field, language)
