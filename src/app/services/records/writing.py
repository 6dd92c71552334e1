"""One transaction of the single writer at a time, and who is told once it is durable.

What a transaction will have changed is kept beside the tables until then: a refusal, a full disk or a fault leaves neither
a record nor a number behind.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, Protocol

from app.listeners import Listeners
from app.model.changes import OTHERS, device_of
from app.model.clock import Clock, milliseconds, moment_of, reading
from app.model.ids import Id, new_id
from app.model.records import State
from app.services.records.results import Refusal
from app.services.records.tables import LOGS, Documents, Key

if TYPE_CHECKING:
    from app.services.records.live import Live


class Spaces(Protocol):
    """The spaces this person is in, and this device's id in each."""

    @property
    def personal(self) -> str:
        """My own space."""
        ...

    def kind(self, space: str) -> str:
        """What kind of space it is."""
        ...

    def device(self, space: str) -> str:
        """This device's id in that space, hexadecimal."""
        ...

    def same_person(self, space: str, one: str, other: str) -> bool:
        """Whether two devices in that space belong to one person, as far as this device knows."""
        ...

    def create(self, kind: str) -> str:
        """A new space, written inside the transaction that is open."""
        ...


@dataclass
class Due:
    """A record of which more has come than it shows: how it stood, and as what it will stand; without that, all its
    versions have to tell."""

    before: Any
    state: State | None


@dataclass
class Staged:
    """What a running transaction will have changed when it is durable."""

    sequences: dict[tuple[str, str], int]
    clock: Clock
    keys: set[Key] = field(default_factory=set)
    records: set[tuple[str, Id]] = field(default_factory=set)
    refused: list[Refusal] = field(default_factory=list)
    erased: set[str] = field(default_factory=set)
    erased_records: set[tuple[str, Id]] = field(default_factory=set)
    due: dict[tuple[str, str, Id], Due] = field(default_factory=dict)


class Writing:
    """The tables of an open vault, written by one at a time."""

    def __init__(
        self,
        documents: Documents,
        spaces: Spaces,
        *,
        now: Callable[[], datetime],
        entropy: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._documents = documents
        self._spaces = spaces
        self._now = now
        self._entropy = entropy
        self._lock = RLock()
        self._telling = RLock()
        self._heard: list[Live[Any]] = []
        self._commits = 0
        self._closed = False
        self._listeners = Listeners[[frozenset[tuple[str, Id]]]]()
        self._kinds: dict[str, str] = {}
        self._staged: Staged | None = None
        rows = list(documents.table(LOGS))
        self._sequences: dict[tuple[str, str], int] = {
            (row["space"], row["device"]): row["sequence"] for row in rows if "space" in row
        }
        self._clock = Clock(max((row["hlc"] for row in rows), default=0))

    @contextmanager
    def writing(self, durable: Literal[True, "soon"] = True) -> Iterator[Staged]:
        """One transaction of the single writer. Who watches is told when the outermost one is durable."""
        with self._lock:
            if self._staged is not None:
                yield self._staged
                return
            staged = self._staged = Staged(dict(self._sequences), self._clock)
            try:
                with self._documents.transaction(durable):
                    yield staged
            finally:
                self._staged = None
            self._sequences, self._clock = staged.sequences, staged.clock
            self._commits += bool(staged.records)
        if staged.records:
            self._tell(staged)
        if staged.erased:
            self._documents.tidy()

    def on_change(self, listener: Callable[[frozenset[tuple[str, Id]]], None]) -> Callable[[], None]:
        """Be told which records (kind and id) every commit touched. Returns what stops it."""
        with self._telling:
            end = self._listeners.add(listener)

        def stop() -> None:
            with self._telling:  # once this returns, no other thread is in the middle of calling it
                end()

        return stop

    def _tell(self, staged: Staged) -> None:
        with self._telling:
            for live in [live for live in self._heard if live.read & staged.keys]:
                live.stale = True
                live.listeners.tell()
            self._listeners.tell(frozenset(staged.records))

    # ------------------------------------------------------------------ where, when and by whom

    @property
    def documents(self) -> Documents:
        """The tables."""
        return self._documents

    @property
    def personal(self) -> str:
        """My own space."""
        return self._spaces.personal

    def kind_of(self, space: str) -> str:
        """The kind of a space, asked for once."""
        if space not in self._kinds:
            self._kinds[space] = self._spaces.kind(space)
        return self._kinds[space]

    def device(self, space: str) -> str:
        """This device in a space."""
        return self._spaces.device(space)

    def is_mine(self, space: str, device: str) -> bool:
        """Whether a device is mine: this one, or another of the same person."""
        return self._spaces.same_person(space, self._spaces.device(space), device)

    def by_me(self, space: str, version: str, more: Mapping[str, Any]) -> bool:
        """Whether I wrote a version: a device of mine did, and not as the other one's words out of an export.

        What a device of somebody else says of it counts for nothing: their words would show as mine.
        """
        return OTHERS not in more and self.is_mine(space, device_of(version))

    @property
    def last_written(self) -> datetime:
        """When something was last written here, by the clock of that moment."""
        return moment_of(self._clock.last)

    def new_id(self) -> Id:
        """A name for a record that is about to be made."""
        return new_id(milliseconds(reading(self._now())), self._entropy(10))
