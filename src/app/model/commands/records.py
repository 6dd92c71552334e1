"""What one can do with any record: change it, put it away, take that back, choose among versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.model.commands.base import Command
from app.model.fields import Scalar
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class SetSetting(Command):
    """Keep a choice about the app under its name."""

    key: str
    value: Scalar


@dataclass(frozen=True, kw_only=True)
class Revise(Command):
    """Give fields of a record new values. Maps of answers change only the items that are named."""

    kind: str
    id: Id
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Delete(Command):
    """Put a record into the trash, with what hangs on it where that makes no sense without it."""

    kind: str
    id: Id


@dataclass(frozen=True, kw_only=True)
class Restore(Command):
    """Take a record out of the trash."""

    kind: str
    id: Id


@dataclass(frozen=True, kw_only=True)
class Pick(Command):
    """Choose among versions of a cell that were written at the same time, or go back to an earlier one.

    `seen` are the versions that the person had before their eyes (`Entity.before`); what came since stays open. Left
    empty, it is all that is there. Nothing is taken away by choosing: every version stays in the history.
    """

    kind: str
    id: Id
    cell: str
    value: Scalar
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Erase(Command):
    """Really erase a record in the trash and what went there with it, here and wherever it has been. There is no way
    back.
    """

    kind: str
    id: Id


@dataclass(frozen=True, kw_only=True)
class EmptyTrash(Command):
    """Really erase all that is in the trash, or what was deleted before a moment."""

    before: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class EraseShared(Command):
    """Erase my words from all that is shared in a mentorship, and ask the others' phones for the same.

    What I alone wrote goes as a whole. What the other wrote stays theirs, and what both signed stays as it is.
    """

    mentorship: Id


@dataclass(frozen=True, kw_only=True)
class Before:
    """What one change would have to be taken back to."""

    kind: str
    record: Id
    created: bool
    wrote: Mapping[str, Any]
    was: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Undo(Command):
    """Take back what a command did, where nothing has been written over it since. `Done.undo` is one."""

    steps: tuple[Before, ...]
