"""What came of writing: of a command, of changes that came in, and of erasing."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.changes import Change
from app.model.commands import Undo
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was really erased: the records, and the places of those changes of mine that held the bodies.

    For sync: `Store.change` gives each of these as it now stands, to be issued again with whatever shared an envelope
    with it; then a purge takes the envelopes that held them before.
    """

    records: frozenset[tuple[str, Id]] = frozenset()
    changes: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Something foreign that was kept and is not shown: where it stood, the record, and the code of the error."""

    change: str
    record: Id
    code: str


@dataclass(frozen=True, kw_only=True)
class Received:
    """What came of foreign changes: how many were new, the records they touched, and what was refused."""

    new: int = 0
    records: frozenset[tuple[str, Id]] = frozenset()
    refused: tuple[Refusal, ...] = ()
    erased: Erased | None = None


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a command did: the record it is about, what will travel, and how to take it back."""

    record: Id
    changes: tuple[Change, ...] = ()
    undo: Undo | None = None
    erased: Erased | None = None
