"""A mentorship that was begun twice becomes one."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.commands.base import Command
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class GoOnIn(Command):
    """What I wrote in a mentorship of mine alone goes on in the one that the other began (`into`), once.

    What was shared is written into that space; what is mine alone stays mine and follows. The former mentorship lies
    in the trash afterwards.
    """

    mentorship: Id
    into: Id
