"""A list as somebody sees it: the shipped lines for their role, in their order, with their own among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.services.library import Document, Item

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


def lines_of(desk: Desk, document: Document, role: str, view: ListView) -> tuple[Line, ...]:
    """Every line, hidden ones included, in the order in which it is shown."""
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
