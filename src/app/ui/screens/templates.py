"""Which template the minutes of a meeting have, and where in it the words of the note screen belong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.model.queries import LastMinutes, MeetingsOf

if TYPE_CHECKING:
    from app.model.queries import MeetingView
    from app.services.content.library import Document, Item
    from app.ui.desk import Desk

QUICK = "minutes.quick"
USUAL = ("minutes.quick", "minutes.regular")


def template_for(desk: Desk, view: MeetingView) -> Document:
    """The template in use; before there are minutes, the one that fits: first meeting, halfway, last, or as usual."""
    if view.minutes is not None:
        return desk.library.document(view.minutes.document)
    last = desk.store.ask(LastMinutes(view.row.mentorship, view.row.id))
    if last is None and not _met_before(desk, view):
        return desk.library.document("minutes.first")
    if view.mentorship.status == "ending":
        return desk.library.document("minutes.closing")
    if view.row.number is not None and view.row.number + 1 == view.mentorship.planned // 2:
        return desk.library.document("minutes.midterm")
    return desk.library.document(last.document if last and last.document in USUAL else QUICK)


def _met_before(desk: Desk, view: MeetingView) -> bool:
    """Whether the two have met, with minutes or without: then this is no first meeting."""
    past = desk.store.ask(MeetingsOf(view.row.mentorship, desk.now())).past
    return any(row.id != view.row.id and row.status == "held" and row.starts < view.row.starts for row in past)


def note_item(document: Document) -> Item:
    """The line that the note screen writes: the one the template puts the caret in."""
    return next(
        (item for item in document.items if item.autofocus),
        next(item for item in document.items if item.type == "longtext"),
    )


def part_id(item: str, part: int) -> str:
    """The name of a continuation: the second part of `talked` is `talked_2`."""
    return item if part == 1 else f"{item}_{part}"


def parts_of(item: str, answers: Mapping[str, object]) -> int:
    """How many parts a text has."""
    parts = 1
    while answers.get(part_id(item, parts + 1)) is not None:
        parts += 1
    return parts
