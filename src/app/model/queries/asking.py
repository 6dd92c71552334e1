"""Asking: what a query is, and the reader it gets its answer through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from app.model.fields import Scalar
from app.model.ids import Id
from app.model.schema import Entity

E = TypeVar("E", bound=Entity)
A = TypeVar("A", covariant=True)
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a list shows of a record that carries long text."""

    id: Id
    space: str
    made: int
    edited: int
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Past:
    """One version of a record."""

    version: str
    at: datetime
    device: str
    mine: bool
    cells: Mapping[str, Any]
    erased: bool = False
    """What it said was erased."""
    here: bool = False
    """It was written on this device."""


@dataclass(frozen=True, kw_only=True)
class Trashed:
    """A deleted record: since when it lies there, until when it is kept, and how many went there with it."""

    kind: str
    id: Id
    title: str
    at: datetime
    mentorship: Id | None
    until: datetime
    with_it: int = 0


class Reader(Protocol):
    """The records as they stand. What is in the trash is not there, except where a method says so."""

    @property
    def personal(self) -> str:
        """The personal space."""
        ...

    def one(self, cls: type[E], id: Id) -> E | None:
        """The record with that id."""
        ...

    def where(self, cls: type[E], **equal: Scalar) -> list[E]:
        """The records whose keys have these values, those made first coming first."""
        ...

    def outlines(self, cls: type[Entity], *fields: str, **equal: Scalar) -> list[tuple[Any, ...]]:
        """Of the same records the id, the reading at which each was made, and these fields: what it takes to count many of
        them, or to choose the few that are worth reading.
        """
        ...

    def newest(self, cls: type[E], count: int, **equal: Scalar) -> list[E]:
        """Of the records with these values, those made last, newest first."""
        ...

    def cards(self, cls: type[Entity], **equal: Scalar) -> list[Card]:
        """The same as cards: no body is read."""
        ...

    def newest_cards(
        self, cls: type[Entity], count: int, before: int | None, **equal: Scalar
    ) -> tuple[list[Card], int | None]:
        """The newest cards, and where to go on."""
        ...

    def count(self, cls: type[Entity], **equal: Scalar) -> int:
        """How many there are, of a kind or with these values; nothing is read where an index knows."""
        ...

    def mine(self, space: str, device: str) -> bool:
        """Whether a device in that space is mine: this one or another one."""
        ...

    def history(self, kind: str, id: Id) -> list[Past]:
        """The versions of a record, newest first."""
        ...

    def said_otherwise(self, kind: str, id: Id, cell: str) -> bool:
        """Whether a text of the record ever said something else than it does, and not just nothing. No more versions are
        read than it takes to know.
        """
        ...

    def to_choose(self) -> list[Entity]:
        """The records in which somebody has to choose between versions, those noted first coming first."""
        ...

    def trash(self, kinds: Sequence[str]) -> list[Trashed]:
        """What has been deleted, newest first."""
        ...


@dataclass(frozen=True, kw_only=True)
class Query(Generic[A]):
    """A question with one kind of answer."""

    def answer(self, read: Reader) -> A:
        """The answer, from what the reader gives."""
        raise NotImplementedError
