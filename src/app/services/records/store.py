"""The single writer: decide, make durable, apply, then tell; and the reader that answers questions from the tables.

Nothing of the vault is held in memory. A command reads the records it names; its changes and the records they lead to
become durable in one transaction. Own changes keep their sequence in each space: they are the outbox of later.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar

from app.errors import VaultError
from app.model.changes import seen_of
from app.model.commands import Before, Command, Undo
from app.model.decide import Moment, decide
from app.model.ids import Id
from app.model.queries import Query
from app.model.records import Written, entity_of
from app.model.schema import KINDS, Entity
from app.services.records.drafts import Drafts, Start, thread_timer
from app.services.records.leading import PRIVATE_CELL
from app.services.records.live import Live
from app.services.records.reader import Reader
from app.services.records.rekeying import rekey
from app.services.records.results import Done, Erased, Received, Refusal
from app.services.records.tables import (
    DRAFTS,
    INDEXES,
    OTHER,
    VERSIONS,
    Documents,
    among,
    card_table,
    is_,
    state_of,
    written_of,
)
from app.services.records.travelling import Travelling
from app.services.records.writing import Spaces

__all__ = [
    "INDEXES",
    "OTHER",
    "VERSIONS",
    "Documents",
    "Done",
    "Erased",
    "Live",
    "Received",
    "Refusal",
    "Spaces",
    "Store",
    "card_table",
]

E = TypeVar("E", bound=Entity)
A = TypeVar("A")

log = logging.getLogger(__name__)


class Store(Travelling):
    """The records of an open vault."""

    def __init__(
        self,
        documents: Documents,
        spaces: Spaces,
        *,
        now: Callable[[], datetime],
        start: Start = thread_timer,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        super().__init__(documents, spaces, now=now, entropy=entropy)
        try:
            rekey(self)
        except VaultError as exc:
            log.warning("records keep their former keys: %s", exc.code)  # a full disk must not keep a vault shut
        self.drafts = Drafts(self, documents.table(DRAFTS), start=start)
        self.drafts.settle_all()

    # ------------------------------------------------------------------ writing

    def execute(self, command: Command, *, now: datetime | None = None) -> Done:
        """Carry out a command: decide, make durable, apply, then tell.

        The order is the contract. A refusal leaves no trace; a full disk raises before anyone has seen the change; and
        a listener that fails cannot undo what is already on the disk.
        """
        with self.writing():
            return self.perform(command, now=now)

    def perform(
        self, command: Command, *, now: datetime | None = None, seen: Mapping[Id, Sequence[str]] | None = None
    ) -> Done:
        """Carry out a command inside `writing`. `seen` names the versions its author had before their eyes."""
        moment = Moment(now=now or self._now(), new_id=self.new_id, new_space=self._spaces.create)
        decision = decide(command, Reader(self), moment)
        if not decision.writes:
            return Done(record=decision.record)
        changes = self._stamp(decision.writes, moment.now, seen or {})
        for change in changes:
            self._take_in(change)
        steps = tuple(
            Before(kind=write.kind, record=write.record, created=write.created, wrote=write.fields, was=write.was)
            for write in decision.writes
        )
        return Done(
            record=decision.record,
            changes=tuple(changes),
            undo=None if decision.final else Undo(steps=steps),
            erased=self._erased() if decision.final else None,
        )

    def close(self) -> None:
        """Make what is being typed durable and let go; the documents belong to whoever opened them."""
        self.drafts.close()
        with self._lock:
            self._closed = True
        with self._telling:
            self._heard.clear()
            self._listeners.clear()

    # ------------------------------------------------------------------ reading

    def ask(self, query: Query[A]) -> A:
        """The answer to a question, as things stand."""
        with self._lock:
            return query.answer(Reader(self))

    def live(self, query: Query[A]) -> Live[A]:
        """An answer that knows when it is out of date. Nothing is read before somebody wants it."""
        return Live(self, query)

    def watch(self, query: Query[A], listener: Callable[[A], None]) -> Callable[[], None]:
        """Be told the new answer whenever it changes, in the thread that changed it. Returns what stops it."""
        live = self.live(query)
        told = live.answer

        def compare() -> None:
            nonlocal told
            before, told = told, live.answer
            if told != before:
                listener(told)

        return live.listen(compare)

    def everything(self, cls: type[E], step: int = 200, *, deleted: bool = False) -> Iterator[E]:
        """All records of a kind, newest first, a few at a time: for the search index and for exports.

        What lies in the trash is left out unless `deleted` asks for it as well.
        """
        before: int | None = None
        while True:
            with self._lock:
                rows = self._documents.table(cls.KIND).newest(step, before)
                found = [self.shown(cls, row) for row in rows if deleted or "gone" not in row]
            yield from found
            if len(rows) < step:
                return
            before = rows[-1].doc_id

    def deleted(self, cls: type[E], step: int = 200) -> Iterator[E]:
        """What lies in the trash of a kind, newest first; of the rest nothing is read."""
        before: int | None = None
        while True:
            with self._lock:
                rows = self._documents.table(cls.KIND).newest(step, before, is_("trashed", True))
                found = [self.shown(cls, row) for row in rows]
            yield from found
            if len(rows) < step:
                return
            before = rows[-1].doc_id

    def unknown(self, step: int = 200) -> Iterator[Mapping[str, Any]]:
        """What stands in no table of a kind: records of newer versions, and what did not belong where it came from."""
        before: int | None = None
        while True:
            with self._lock:
                rows = self._documents.table(OTHER).newest(step, before)
            yield from rows
            if len(rows) < step:
                return
            before = rows[-1].doc_id

    def versions(self, space: str, kind: str, id: Id) -> list[Written]:
        """All versions that a record amounts to, the oldest first."""
        with self._lock:
            found = [written_of(row) for row in self._versions(f"{space}:{kind}:{id}")]
        return sorted(found, key=lambda one: one.version)

    def histories(self, records: Collection[Entity]) -> dict[Id, list[Written]]:
        """The same for several records of one kind, read in one go."""
        found: dict[Id, list[Written]] = {record.id: [] for record in records}
        names = [f"{record.space}:{record.KIND}:{record.id}" for record in records]
        with self._lock:
            rows = self._documents.table(VERSIONS).search(among("record", names)) if names else ()
            for row in rows:
                if row.get("refused") != PRIVATE_CELL:
                    found[row["id"]].append(written_of(row))
        for versions in found.values():
            versions.sort(key=attrgetter("version"))
        return found

    def seen_of(self, kind: str, id: Id) -> list[str]:
        """What somebody who reads that record has before their eyes, as far as it exists."""
        with self._lock:
            document = self._documents.table(kind).get(is_("id", id)) if kind in KINDS else None
            return [] if document is None else list(seen_of(document["heads"], document.get("lacking", ())))

    def shown(self, cls: type[E], document: Mapping[str, Any]) -> E:
        """A stored document as its entity."""
        found = entity_of(state_of(cls.KIND, document), document["space"], self.kind_of(document["space"]))
        assert isinstance(found, cls)
        return found
