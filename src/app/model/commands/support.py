"""The days on which a mentor is supported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.model.commands.base import Command
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class PlanSupervision(Command):
    """Put a day for supervision down."""

    on: date
    whom: str = ""
    id: Id = ""
