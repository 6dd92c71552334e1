"""Bringing back what was taken out: a space for it. The records come in as versions (`Store.bring_in`)."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.commands.base import Command


@dataclass(frozen=True, kw_only=True)
class NewSpace(Command):
    """A space of that kind, for what comes back into one. The record named in the answer is its id."""

    kind: str
