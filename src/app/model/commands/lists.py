"""Ticking lists, and making them one's own."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.commands.base import Command
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class OnList(Command):
    document: str
    item: str
    version: int = 1
    meeting: Id | None = None
    mentorship: Id | None = None


@dataclass(frozen=True, kw_only=True)
class TickItem(OnList):
    """Tick an item of a list, for a meeting or for a mentorship."""


@dataclass(frozen=True, kw_only=True)
class UntickItem(OnList):
    """Take the tick away."""


@dataclass(frozen=True, kw_only=True)
class SetAside(OnList):
    """Leave an item undone on purpose, with the reason; an empty reason takes that back."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class AddOwnItem(Command):
    """Add a line of one's own to a list, at the end or at a place (see `between`)."""

    document: str
    text: str
    place: str = ""
    id: Id = ""


@dataclass(frozen=True, kw_only=True)
class PlaceItem(Command):
    """Move an item of a list: `item` is a shipped item's id or an own item's record id; `place` is an index."""

    document: str
    item: str
    place: str


@dataclass(frozen=True, kw_only=True)
class HideItem(Command):
    """Hide an item of a list, or show it again."""

    document: str
    item: str
    hidden: bool = True


@dataclass(frozen=True, kw_only=True)
class RestoreShipped(Command):
    """The list as it was shipped: own items go to the trash, hidden ones and places come back."""

    document: str
