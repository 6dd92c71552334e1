"""All that stands in the place of shipped texts and beside shipped lines: mine, and the programme's."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.entities import ListItem, OwnText, ProgrammeItem, Setting, setting_id
from app.model.programme_lines import MEMBERSHIP, of_membership
from app.model.queries.asking import Query, Reader
from app.model.queries.look import in_place


@dataclass(frozen=True, kw_only=True)
class OwnContent:
    """Own texts, the programme's first so that mine come over them; lines of my own and what I hid; the programme's."""

    texts: tuple[OwnText, ...] = ()
    items: tuple[ListItem, ...] = ()
    programme: tuple[ProgrammeItem, ...] = ()


@dataclass(frozen=True)
class OwnContentOf(Query[OwnContent]):
    """Everything that makes the content one's own. There is little of it, and it is asked for once."""

    def answer(self, read: Reader) -> OwnContent:
        texts = sorted(read.where(OwnText), key=lambda one: (one.visibility == "only_me", one.made, one.id))
        member = read.one(Setting, setting_id(read.personal, MEMBERSHIP))
        lines = of_membership(member.value) if member is not None else ()
        return OwnContent(
            texts=tuple(texts),
            items=tuple(in_place(read.where(ListItem))),
            programme=(*in_place(read.where(ProgrammeItem)), *(line.item for line in lines)),
        )
