"""Ending: what becomes of private notes, and doing it."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.commands.base import Command
from app.model.entities import Fate
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class DecideFate(Command):
    """Decide what becomes of the private notes of both after the end."""

    mentorship: Id
    fate: Fate


@dataclass(frozen=True, kw_only=True)
class DropPrivate(Command):
    """Put all my private notes about a mentorship into the trash and write the receipt. Erasing them is the next step,
    and in the same transaction."""

    mentorship: Id
