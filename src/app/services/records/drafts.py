"""What is being typed: sealed and durable within a second, on this device only, until it settles as a version.

The oldest key that is not on the disk is never older than a second, also while typing goes on: the first key after a
write starts a timer, and later keys do not put it off. Writing asks for durability soon (half a second at most).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Timer
from typing import TYPE_CHECKING, Any, Protocol

from tinydb import where

from app.errors import AppError, ModelError, VaultError
from app.listeners import Listeners
from app.model.commands import Command, KeepForm, KeepMinutes, Revise, WriteNote
from app.model.fields import DOT
from app.model.ids import Id

if TYPE_CHECKING:
    from app.services.records.store import Done, Store

PATIENCE = 0.3
"""Seconds from the first unsaved key to its write; with `durable="soon"` the disk has it half a second later."""

BEGUN = "begun"
"""The kind of draft that stands in a form or a sheet not saved yet. It settles as no record: whoever saves the form
forgets it.
"""

log = logging.getLogger(__name__)


class Running(Protocol):
    """A timer that can be stopped."""

    def cancel(self) -> None: ...


class Start(Protocol):
    """How a timer is started: after so many seconds, call."""

    def __call__(self, seconds: float, call: Callable[[], None]) -> Running: ...


def thread_timer(seconds: float, call: Callable[[], None]) -> Running:
    """A timer on a thread of its own."""
    timer = Timer(seconds, call)
    timer.daemon = True
    timer.start()
    return timer


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a text belongs once it settles: a cell of a record, and what it takes to begin that record."""

    kind: str
    id: Id
    cell: str = "body"
    context: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> str:
        """Its name among the drafts."""
        return f"{self.kind}/{self.id}/{self.cell}"

    def __hash__(self) -> int:
        return hash(self.key)


def begun(form: str) -> Target:
    """Where the words of a form wait until it is saved. Between its dots stand the names of the records it is about:
    when one of them is erased, the words go with it.
    """
    return Target(kind=BEGUN, id=form, cell="")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A text that has not settled."""

    target: Target
    text: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How safe what is being typed is: whether a key is not on the disk yet, the last write, what went wrong."""

    waiting: bool = False
    saved: datetime | None = None
    trouble: AppError | None = None


class Drafts:
    """The texts that are being typed."""

    def __init__(self, store: Store, table: Any, *, start: Start) -> None:
        self._store = store
        self._table = table
        self._start = start
        self._unwritten: dict[Target, str] = {}
        self._begun: dict[Target, tuple[str, ...]] = {}
        self._left: dict[Target, None] = {}
        """Those that the disk refused to settle as their screen was left: they settle as soon as it takes them."""
        self._timer: Running | None = None
        self._closed = False
        self._standing = Standing()
        self._listeners = Listeners[[Standing]]()

    # ------------------------------------------------------------------ typing

    def keep(self, target: Target, text: str, *, seen: Sequence[str] | None = None) -> None:
        """Take the text as it stands after a key. Cheap; the write follows within `PATIENCE`.

        `seen` are the versions that were before the author's eyes when the first key fell; without them, those that
        are there when it is written.
        """
        with self._store._lock:
            self._unwritten[target] = text
            self._left.pop(target, None)
            if seen is not None:
                self._begun.setdefault(target, tuple(seen))
            self._wait()
            waiting_already = self._standing.waiting
        if not waiting_already:
            self._stand(waiting=True)

    def read(self, target: Target) -> str | None:
        """The text as it was last typed, or nothing once it has settled."""
        with self._store._lock:
            if target in self._unwritten:
                return self._unwritten[target]
            row = self._table.get(where("id") == target.key)
            return None if row is None else str(row["text"])

    def flush(self) -> None:
        """Everything typed so far is on the disk when this returns; raises if it is not."""
        self._write(durable=True)
        self._store.documents.sync()

    def settle(self, target: Target) -> Done | None:
        """Make a version of the text and forget the draft, in one transaction. Refused, the draft stays; where it was
        the disk that refused, it is tried again until it takes the text, or somebody goes on writing.
        """
        with self._store._lock:
            self._left.pop(target, None)
            text = self.read(target)
            if text is None:
                return None
            try:
                done = self._settle(target, text)
            except VaultError:
                self._left[target] = None
                self._wait()
                raise
            self._unwritten.pop(target, None)
            self._begun.pop(target, None)
            return done

    def _settle(self, target: Target, text: str) -> Done:
        with self._store.writing():
            row = self._table.get(where("id") == target.key)
            seen = self._begun.get(target) if row is None else row.get("seen")
            done = self._store.perform(_command(target, text), seen=None if seen is None else {target.id: seen})
            if row is not None:
                self._table.remove(doc_ids=[row.doc_id])
            return done

    def settle_all(self) -> tuple[Draft, ...]:
        """Settle every draft; those that were refused stay and are returned."""
        refused: list[Draft] = []
        for draft in self.waiting():
            try:
                self.settle(draft.target)
            except ModelError as exc:
                log.warning("a draft stays a draft: %s", exc.code)
                refused.append(draft)
        return tuple(refused)

    def forget(self, target: Target) -> None:
        """Drop the draft: what was typed is not wanted."""
        with self._store._lock:
            self._unwritten.pop(target, None)
            self._begun.pop(target, None)
            with self._store.writing():
                self._table.remove(where("id") == target.key)

    def erase(self, records: Collection[Id]) -> None:
        """Records are gone for good, inside `writing`: so is what was typed for them, settled or begun in a form."""
        gone = set(records)

        def about(name: Any) -> bool:
            return not gone.isdisjoint(str(name).split(DOT))

        self._table.remove(where("record").test(about))

    def waiting(self) -> tuple[Draft, ...]:
        """The texts that have not settled, without those that wait for a form to be saved."""
        with self._store._lock:
            found = {row["id"]: Draft(target=_target(row), text=row["text"]) for row in self._table}
            found |= {target.key: Draft(target=target, text=text) for target, text in self._unwritten.items()}
        return tuple(one for one in found.values() if one.target.kind != BEGUN)

    def unsaved(self) -> tuple[str, ...]:
        """What waits for a form to be saved, each as its form keeps it."""
        with self._store._lock:
            return tuple(row["text"] for row in self._table.search(where("kind") == BEGUN))

    def unwritten(self) -> list[dict[str, Any]]:
        """What the disk has not taken, as `take_back` understands it."""
        with self._store._lock:
            return [
                {
                    "kind": target.kind,
                    "record": target.id,
                    "cell": target.cell,
                    "context": dict(target.context),
                    "text": text,
                    "seen": self._begun.get(target),
                }
                for target, text in self._unwritten.items()
            ]

    def take_back(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Go on with what the disk did not take before the vault was locked: it is written as soon as there is room."""
        for row in rows:
            self.keep(_target(row), row["text"], seen=row["seen"])

    # ------------------------------------------------------------------ how it stands

    @property
    def standing(self) -> Standing:
        """How safe what is being typed is."""
        return self._standing

    def on_standing(self, listener: Callable[[Standing], None]) -> Callable[[], None]:
        """Be told when that changes, in whichever thread it does. Returns what stops it."""
        return self._listeners.add(listener)

    def close(self) -> None:
        """Write what is not written; no timer starts any more. Raises if the disk refuses."""
        self._closed = True
        self.flush()
        self._listeners.clear()

    def leave(self) -> None:
        """Write nothing more, and start no timer: for an opening that came to nothing."""
        with self._store._lock:
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    # ------------------------------------------------------------------ writing

    def _due(self) -> None:
        """The timer rang: write. If the disk refuses, the text stays in memory, and the write is tried again."""
        try:
            self._write(durable="soon")
        except AppError as exc:
            log.error("what is typed is not on the disk: %s", exc.code)
            return
        for target in tuple(self._left):
            try:
                self.settle(target)
            except AppError as exc:  # one that the model refuses stays a draft, and keeps none of the others waiting
                log.error("a text that was left is not settled: %s", exc.code)

    def _wait(self) -> None:
        if self._timer is None and not self._closed:
            self._timer = self._start(PATIENCE, self._due)

    def _write(self, durable: Any) -> None:
        with self._store._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            texts = dict(self._unwritten)
            try:
                with self._store.writing(durable):
                    for target, text in texts.items():
                        self._put(target, text)
            except AppError as exc:
                self._wait()
                self._stand(waiting=True, trouble=exc)
                raise
            self._unwritten.clear()
            saved = self._store._now() if texts else self._standing.saved
        self._stand(waiting=False, saved=saved)

    def _put(self, target: Target, text: str) -> None:
        if not self._table.update({"text": text}, where("id") == target.key):
            row: dict[str, Any] = {
                "id": target.key,
                "kind": target.kind,
                "record": target.id,
                "cell": target.cell,
                "text": text,
            }
            seen = self._begun.get(target)
            heads = self._store.seen_of(target.kind, target.id) if seen is None else list(seen)
            row |= {"context": dict(target.context), "seen": heads}
            self._table.insert(row)

    def _stand(self, *, waiting: bool, saved: datetime | None = None, trouble: AppError | None = None) -> None:
        before = self._standing.trouble
        if trouble is not None and before is not None and trouble.code == before.code:
            trouble = before  # the same trouble again is no news
        standing = Standing(waiting=waiting, saved=saved or self._standing.saved, trouble=trouble)
        if standing != self._standing:
            self._standing = standing
            self._listeners.tell(standing)


def _target(row: Mapping[str, Any]) -> Target:
    return Target(kind=row["kind"], id=row["record"], cell=row["cell"], context=row.get("context", {}))


def _command(target: Target, text: str) -> Command:
    """What settling a draft means."""
    context = target.context
    name, dot, entry = target.cell.partition(DOT)
    if target.kind == "note" and target.cell == "body":
        return WriteNote(body=text, id=target.id, mentorship=context.get("mentorship"), meeting=context.get("meeting"))
    if target.kind == "minutes" and name == "answers" and "meeting" in context:
        return KeepMinutes(
            meeting=context["meeting"],
            document=context["document"],
            version=context.get("version", 1),
            answers={entry: text},
        )
    if target.kind == "form" and name == "answers" and "document" in context:
        return KeepForm(
            document=context["document"],
            version=context.get("version", 1),
            mentorship=context.get("mentorship"),
            shared=context.get("shared", False),
            answers={entry: text},
        )
    values: dict[str, Any] = {name: {entry: text}} if dot else {name: text}
    return Revise(kind=target.kind, id=target.id, values=values)
