"""Notes, minutes, forms and feedback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.model.commands.base import Command
from app.model.entities import Audience, Origin, Role
from app.model.fields import Answer
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class WriteNote(Command):
    """Write a private note, or give one (`id` of an existing note) new words. A new empty note is not made."""

    body: str
    id: Id = ""
    mentorship: Id | None = None
    meeting: Id | None = None
    origin: Origin = "typed"


@dataclass(frozen=True, kw_only=True)
class ImportQuickNote(Command):
    """Take in a note that was written while locked. The same note twice is one note."""

    id: Id
    body: str
    written: datetime


@dataclass(frozen=True, kw_only=True)
class KeepMinutes(Command):
    """Keep what stands in the minutes of a meeting; only the items that are named change.

    `private` is the private item: it becomes my own note of that meeting and never reaches the minutes.
    """

    meeting: Id
    document: str
    version: int = 1
    answers: Mapping[str, Answer] = field(default_factory=dict)
    private: str | None = None


@dataclass(frozen=True, kw_only=True)
class FinishMinutes(Command):
    """The minutes are done; opening them again makes them a draft."""

    meeting: Id
    finished: bool = True


@dataclass(frozen=True, kw_only=True)
class KeepForm(Command):
    """Keep what stands in a form; only the items that are named change. Mine, or the one of the two of us."""

    document: str
    version: int = 1
    mentorship: Id | None = None
    shared: bool = False
    answers: Mapping[str, Answer] = field(default_factory=dict)
    skipped: frozenset[str] | None = None
    done: bool | None = None


@dataclass(frozen=True, kw_only=True)
class GiveFeedback(Command):
    """Answer a survey. What `private` names stays with me whoever else sees the rest."""

    survey: str
    role: Role
    answers: Mapping[str, Answer]
    version: int = 1
    meeting: Id | None = None
    mentorship: Id | None = None
    audience: Audience = "none"
    private: frozenset[str] = frozenset()
    id: Id = ""
