"""Putting one's name to an agreement or to minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.model.commands.base import Command
from app.model.entities import PairRole
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class NewCopy:
    """A text that is put up for signing by the first who signs it."""

    about: str
    document: str
    number: int
    roles: frozenset[str]
    text: str
    salt: str


@dataclass(frozen=True, kw_only=True)
class Sign(Command):
    """Put a name under a fair copy, which is written down with its first signature (`new`).

    `agreed` are the values of the relationship that follow from what was signed.
    """

    mentorship: Id
    copy: Id
    role: PairRole
    proof: str
    at: datetime
    handed: bool = False
    new: NewCopy | None = None
    agreed: Mapping[str, Any] = field(default_factory=dict)
