"""An answer that stays: for as long as somebody looks at it, it knows when it is out of date."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from app.listeners import Listeners
from app.model.queries import Query
from app.services.records.reader import Reader
from app.services.records.tables import Key

if TYPE_CHECKING:
    from app.services.records.store import Store

A = TypeVar("A")


class Live(Generic[A]):
    """The answer to a question for as long as somebody looks at it: read once, and again when it may have changed.

    Whoever listens is told that it may have, in the thread that wrote, and reads the new answer when there is time: who
    writes does not wait for what others show.
    """

    def __init__(self, store: Store, query: Query[A]) -> None:
        self.query = query
        self.stale = True
        self.read: frozenset[Key] = frozenset()
        self.listeners = Listeners[[]]()
        self.store = store
        self._commit = -1
        self._answer: A

    @property
    def answer(self) -> A:
        """As things stand; once the store is closed, as they last stood."""
        store = self.store
        with store._lock:
            if not self.listeners and self._commit != store._commits:  # nobody was told what has happened since
                self.stale = True
            if self.stale and not (store._closed and self._commit >= 0):
                reader = Reader(store)
                self._answer = self.query.answer(reader)
                self.read, self.stale, self._commit = frozenset(reader.keys), False, store._commits
            return self._answer

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when the answer may have become another one. Returns what stops it."""
        store = self.store
        with store._telling, store._lock:
            if self._commit != store._commits:
                self.stale = True
            if self not in store._heard:
                store._heard.append(self)
            end = self.listeners.add(listener)

        def stop() -> None:
            with store._telling:
                end()
                if not self.listeners and self in store._heard:
                    store._heard.remove(self)

        return stop
