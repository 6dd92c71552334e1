"""Groups: who is in them, and who came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.model.commands.base import Command
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class AddParticipants(Command):
    """Put people into a group by their names. A name that is there already is not put in twice."""

    mentorship: Id
    names: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Attend(Command):
    """Say of people in a group whether they came to a meeting."""

    meeting: Id
    participants: Sequence[Id]
    here: bool = True
