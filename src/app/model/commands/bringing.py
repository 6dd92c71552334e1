"""Bringing back what was taken out: whole records, as they stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.model.commands.base import Command
from app.model.fields import Json
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class Brought:
    """One record from outside."""

    kind: str
    id: Id
    cells: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class NewSpace(Command):
    """A space of that kind, for what comes back into one. The record named in the answer is its id."""

    kind: str


@dataclass(frozen=True, kw_only=True)
class BringBack(Command):
    """Write whole records into a space. What is there already gets these values."""

    space: str
    records: tuple[Brought, ...]
