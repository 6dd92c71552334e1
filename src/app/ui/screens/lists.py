"""A list as somebody sees it: the shipped lines for their role, in their order, with their own among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.model.entities import Meeting
from app.model.queries import HeldWith, One, PersonPage, SettingOf, anyway
from app.services.content.library import Document, Item
from app.ui.screens.in_place import PREPARATION, settle

if TYPE_CHECKING:
    from app.model.queries import ListView
    from app.ui.desk import Desk

PHASES = ("before", "during", "after")
OF_PHASE = {phase: f"checklist.{phase}_session" for phase in PHASES}


@dataclass(frozen=True)
class Line:
    """One line of a list: shipped (`item`) or my own (`item` is None)."""

    id: str
    text: str
    item: Item | None
    place: str
    ticked: bool = False
    reason: str = ""
    hidden: bool = False

    @property
    def critical(self) -> bool:
        """Whether it must be ticked or set aside with a reason."""
        return self.item is not None and self.item.critical

    @property
    def open(self) -> bool:
        """Neither ticked nor set aside."""
        return not self.ticked and not self.reason


def place_of(position: int) -> str:
    """Where the shipped line at this position stands until somebody moves it: a place among the places."""
    return f"i{position:03}i"


def lines_of(desk: Desk, document: Document, role: str, view: ListView, *, whole: bool = False) -> tuple[Line, ...]:
    """Every line, hidden ones included, in the order in which it is shown. What depends on something that is not so is left
    out, unless it is settled or the `whole` list is asked for.
    """
    lines = [
        Line(
            item.id,
            desk.read(item.text),
            item,
            view.places.get(item.id) or place_of(at),
            item.id in view.ticks,
            view.set_aside.get(item.id, ""),
            item.id in view.hidden,
        )
        for at, item in enumerate(document.items)
        if item.is_for(role)
        and (whole or item.only_with not in view.lacking or item.id in view.ticks or item.id in view.set_aside)
    ]
    lines += [
        Line(
            own.id,
            own.text,
            None,
            own.place or "zz",
            own.id in view.ticks,
            view.set_aside.get(own.id, ""),
            own.hidden,
        )
        for own in view.own
    ]
    return tuple(sorted(lines, key=lambda line: line.place))


def shown(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines that are not hidden."""
    return tuple(line for line in lines if not line.hidden)


def settled(lines: Sequence[Line]) -> int:
    """How many are ticked or set aside."""
    return sum(not line.open for line in lines)


def capital(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def begin(desk: Desk, meeting: str, mentorship: str) -> None:
    """To the note of this meeting; before the very first one, once, by way of what is not yet in place."""
    desk.go(way_in(desk, meeting, mentorship))


def way_in(desk: Desk, meeting: str, mentorship: str, *, unplanned: bool = False) -> str:
    """Where writing about this meeting begins. One that is under way is only gone back to, unless it began just now,
    `unplanned`.
    """
    held = desk.store.ask(One(Meeting, meeting))
    under_way = held is not None and held.began is not None and not unplanned
    return f"/meeting/{meeting}/{'begin' if not under_way and _asks(desk, mentorship) else 'note'}"


def _asks(desk: Desk, mentorship: str) -> bool:
    if desk.store.ask(HeldWith(mentorship)) or desk.store.ask(SettingOf(anyway(mentorship))) is not None:
        return False
    settle(desk, mentorship)
    found = desk.store.ask(PersonPage(mentorship, desk.now()))
    if found is None:
        return False
    document = desk.library.document(PREPARATION)
    return bool(missing(lines_of(desk, document, found.row.my_role, found.preparation)))


def missing(lines: Sequence[Line]) -> list[Line]:
    """What is not yet in place of the eight and of what must not be missed, the latter first."""
    wanted = [line for line in lines if line.open and line.item and (line.item.seed_item or line.critical)]
    return sorted((line for line in wanted if not line.hidden), key=lambda line: not line.critical)
