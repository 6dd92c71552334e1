"""Telling the other that the words were the same."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.commands.base import Command
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class SayCompared(Command):
    """The words on both phones were the same; `digest` is that of them. Said once."""

    mentorship: Id
    digest: str
