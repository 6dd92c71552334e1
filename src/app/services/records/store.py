"""The single writer: decide, make durable, apply, then tell; and the reader that answers questions from the tables.

Nothing of the vault is held in memory. A command reads the records it names; its changes and the records they lead to
become durable in one transaction. Own changes keep their sequence in each space: they are the outbox of later.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from threading import RLock
from typing import Any, Literal, Protocol, TypeVar

from app.errors import VaultError, WrongSpace
from app.model.changes import GONE, OTHERS, Change, Op, device_of, hlc_of, named_in, seen_of, version_id
from app.model.clock import Clock, milliseconds, moment_of, reading
from app.model.commands import Before, Command, Undo
from app.model.decide import Moment, Write, decide
from app.model.entities import Erasure, Fulfilment, Receipt, receipt_id
from app.model.erasing import ERASED as BODILESS
from app.model.erasing import bodies, without_body
from app.model.fields import Json
from app.model.ids import Id, new_id
from app.model.queries import Query
from app.model.records import State, Written, advance, entity_of, fold
from app.model.schema import KINDS, Entity, accepts, begin, check_space
from app.services.records.arriving import Arriving, row_of
from app.services.records.drafts import Drafts, Start, thread_timer
from app.services.records.live import Live
from app.services.records.reader import Reader
from app.services.records.rekeying import rekey
from app.services.records.results import Done, Erased, Received, Refusal
from app.services.records.tables import (
    DRAFTS,
    ERASED,
    INDEXES,
    LOGS,
    OTHER,
    VERSIONS,
    Documents,
    Key,
    among,
    card_document,
    card_table,
    document_of,
    is_,
    keyed,
    state_of,
    written_of,
)

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

_BROUGHT = 500
"""Changes that come in from a file at a time."""
PRIVATE_CELL = "model-private-cell"
"""Why a version is kept and not counted: it brings something private into a space of others."""

LACKING_MOST = 256
"""So many versions that are not here may be named as not seen; each stands in every version that is written meanwhile."""

log = logging.getLogger(__name__)


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
class _Due:
    """A record of which more has come than it shows: how it stood, and as what it will stand; without that, all its
    versions have to tell."""

    before: Any
    state: State | None


@dataclass
class _Staged:
    """What a running transaction will have changed when it is durable."""

    sequences: dict[tuple[str, str], int]
    clock: Clock
    keys: set[Key] = field(default_factory=set)
    records: set[tuple[str, Id]] = field(default_factory=set)
    refused: list[Refusal] = field(default_factory=list)
    erased: set[str] = field(default_factory=set)
    erased_records: set[tuple[str, Id]] = field(default_factory=set)
    due: dict[tuple[str, str, Id], _Due] = field(default_factory=dict)


class Store:
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
        self._documents = documents
        self._spaces = spaces
        self._now = now
        self._entropy = entropy
        self._lock = RLock()
        self._telling = RLock()
        self._heard: list[Live[Any]] = []
        self._commits = 0
        self._closed = False
        self._listeners: list[Callable[[frozenset[tuple[str, Id]]], None]] = []
        self._kinds: dict[str, str] = {}
        self._staged: _Staged | None = None
        rows = list(documents.table(LOGS))
        self._sequences: dict[tuple[str, str], int] = {
            (row["space"], row["device"]): row["sequence"] for row in rows if "space" in row
        }
        self._clock = Clock(max((row["hlc"] for row in rows), default=0))
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

    def apply(self, changes: Iterable[Change]) -> None:
        """Take in what other devices wrote, in any order; what is there already costs nothing."""
        self.receive(changes)

    def receive(
        self,
        changes: Iterable[Change],
        beside: Callable[[Documents], None] | None = None,
        *,
        now: datetime | None = None,
        durable: Literal[True, "soon"] = True,
        sound: bool = False,
    ) -> Received:
        """Take in a page of foreign changes and what is written beside them (the cursor), in one transaction.

        `durable="soon"` is for what whoever brought it still has, and will give again from the cursor on. `sound`: all
        that is in them was read within the limits of the strict reader.

        Order does not matter, and what is there already costs nothing. What does not belong into its space is kept,
        named in the answer and not shown; kinds and cells that are not known are kept and carried. If anything fails,
        nothing of the page is there, the cursor included.
        """
        moment = now or self._now()
        new = 0
        with self.writing(durable) as staged:
            before = len(staged.refused)
            changes = list(changes)
            arriving = Arriving(self._documents, staged, self.kind_of, changes, sound=sound)
            staged.clock = staged.clock.meet_all((change.hlc for change in changes), moment)
            for change in changes:
                if not arriving.takes(change):
                    new += arriving.put_down()
                    new += self._take_in(change, moment, together=True)
                    arriving.look_closely()
            new += arriving.put_down()
            self._stand_all()
            self._keep_log("clock", hlc=staged.clock.last)
            if beside is not None:
                beside(self._documents)
            return Received(
                new=new,
                records=frozenset(staged.records),
                refused=tuple(staged.refused[before:]),
                erased=self._erased(),
            )

    @property
    def last_written(self) -> datetime:
        """When something was last written here, by the clock of that moment."""
        return moment_of(self._clock.last)

    def bring_in(self, space: str, versions: Iterable[Written]) -> None:
        """What was taken out of another vault, inside `writing`: said anew by this device, at the times it was said.

        Each version keeps the clock reading and the parents that it had; names change, because the device does. A record
        that is here already is something that they all have seen. Nothing is older than it says or newer than now.
        """
        assert self._staged is not None
        staged, device = self._staged, self._spaces.device(space)
        staged.clock = staged.clock.tick(self._now())
        names: dict[tuple[Id, str], str] = {}
        latest: dict[Id, int] = {}
        said: dict[int, list[Written]] = {}
        here: dict[Id, tuple[str, ...]] = {}
        for one in sorted(versions, key=lambda one: one.version):
            at, record = hlc_of(one.version), one.op.record
            if record not in here:
                here[record] = self._heads_in(space, one.op)
                latest[record] = max(map(hlc_of, here[record]), default=-1)
            if here[record] and one.op.kind in KINDS and KINDS[one.op.kind].APPEND_ONLY:
                continue
            if at > staged.clock.last:  # a clock that was ahead
                staged.clock = staged.clock.tick(self._now())
                at = staged.clock.last
            at = max(at, latest[record] + 1)
            staged.clock = Clock(max(staged.clock.last, at))
            latest[record] = at
            names[record, one.version] = version_id(at, device)
            said.setdefault(at, []).append(one)
        sequence = staged.sequences.get((space, device), 0)

        def op(one: Op) -> Op:
            return replace(
                one,
                fields=_renamed(one, names),
                parents=tuple(names.get((one.record, parent), parent) for parent in one.parents) or here[one.record],
                lacking=tuple(names.get((one.record, parent), parent) for parent in one.lacking),
            )

        times = sorted(said)
        for start in range(0, len(times), _BROUGHT):  # what is on its way into the tables is not held here as well
            some: list[Change] = []
            for at in times[start : start + _BROUGHT]:
                sequence += 1
                ops = tuple(op(one.op) for one in said.pop(at))
                some.append(Change(space=space, device=device, sequence=sequence, hlc=at, ops=ops))
            arriving = Arriving(self._documents, staged, self.kind_of, some)
            for change in some:
                if not arriving.takes(change):
                    arriving.put_down()
                    self._take_in(change, together=True)
                    arriving.look_closely()
            arriving.put_down()
        self._stand_all()
        staged.sequences[space, device] = sequence
        self._keep_log(f"{space}:{device}", space=space, device=device, sequence=sequence, hlc=staged.clock.last)

    def _heads_in(self, space: str, op: Op) -> tuple[str, ...]:
        there = self._stored(space, op.kind, op.record)
        return () if there is None else tuple(there["heads"])

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

    def withdraw(self, space: str, device: str, numbers: Iterable[int]) -> None:
        """Take changes out again that turn out not to count. Whoever carries them keeps them.

        Records stand as what is left amounts to. The same changes can be taken in again.
        """
        with self.writing():
            table = self._documents.table(VERSIONS)
            touched: dict[tuple[str, Id], None] = {}
            for number in numbers:
                for row in table.search(is_("change", f"{space}:{device}:{number}")):
                    table.remove(doc_ids=[row.doc_id])
                    touched[row["kind"], row["id"]] = None
            for kind, record in touched:
                before = self._stored(space, kind, record)
                left = self._versions(f"{space}:{kind}:{record}")
                if left:
                    self._stand(space, kind, record, before, fold(written_of(row) for row in left))
                elif before is not None:
                    self._vanish(kind, record, before)

    @contextmanager
    def writing(self, durable: Literal[True, "soon"] = True) -> Iterator[_Staged]:
        """One transaction of the single writer. Who watches is told when the outermost one is durable."""
        with self._lock:
            if self._staged is not None:
                yield self._staged
                return
            staged = self._staged = _Staged(dict(self._sequences), self._clock)
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

    def settle_in(self, kind: str, record: Id, stranger: Any) -> None:
        """A record that stood apart, inside `writing`: its kind is known now, so it stands among its like."""
        space = stranger["space"]
        versions = self._versions(f"{space}:{kind}:{record}")
        if versions and self._belongs(space, kind, record):
            self._documents.table(OTHER).remove(doc_ids=[stranger.doc_id])
            state = fold(written_of(row) for row in versions)
            self._stand(space, kind, record, self._stored(space, kind, record), state)

    def new_id(self) -> Id:
        """A name for a record that is about to be made."""
        return new_id(milliseconds(reading(self._now())), self._entropy(10))

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

    def on_change(self, listener: Callable[[frozenset[tuple[str, Id]]], None]) -> Callable[[], None]:
        """Be told which records (kind and id) every commit touched. Returns what stops it."""
        with self._telling:
            self._listeners.append(listener)

        def stop() -> None:
            with self._telling:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

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

    def written(self, space: str) -> int:
        """How many changes this device has made in a space."""
        with self._lock:
            return self._sequences.get((space, self._spaces.device(space)), 0)

    def say_again(self, space: str, upto: Mapping[str, int], mine: Callable[[str], bool]) -> int:
        """Records as they stand, said by this device: those of which another one of mine said more than others can get.

        `upto` tells how much of each device's changes others can get. What was erased, and what tells of that, stays as
        it is. How many records; said once, there is nothing left to say.
        """
        with self.writing() as staged:
            own = self._spaces.device(space)
            lost: dict[tuple[str, Id], None] = {}
            for row in list(self._documents.table(VERSIONS)):
                there, device, number = row["change"].split(":")
                if there == space and device != own and int(number) > upto.get(device, 0) and mine(device):
                    lost[row["kind"], row["id"]] = None
            staged.clock = staged.clock.tick(self._now())
            found = 0
            for kind, id in lost:
                document = self._stored(space, kind, id)
                if document is None or kind in (Erasure.KIND, Receipt.KIND):
                    continue
                if all(device_of(head) == own for head in document["heads"]):
                    continue
                gone = {} if document.get("gone") is None else {GONE: document["gone"]}
                write = Write(space=space, kind=kind, record=id, fields={**document["cells"], **gone})
                for change in self._stamp([write], self._now(), {}):
                    self._take_in(change)
                found += 1
            return found

    def written_after(self, space: str, sequence: int, limit: int = 500) -> list[Change]:
        """Own changes in a space beyond that sequence, in order, exactly as they will travel."""
        with self._lock:
            device = self._spaces.device(space)
            last = min(self._sequences.get((space, device), 0), sequence + limit)
            wanted = {f"{space}:{device}:{number}": number for number in range(sequence + 1, last + 1)}
            rows: dict[str, list[Any]] = {name: [] for name in wanted}
            for row in self._documents.table(VERSIONS).search(among("change", wanted)) if wanted else ():
                rows[row["change"]].append(row)
            return [_change_of(space, device, number, rows[name]) for name, number in wanted.items()]

    def change(self, space: str, device: str, sequence: int) -> Change | None:
        """The change at a place as it stands now: what was erased from it is gone."""
        with self._lock:
            there = self._documents.table(VERSIONS).get(is_("change", f"{space}:{device}:{sequence}"))
            return None if there is None else self._change(space, device, sequence)

    # ------------------------------------------------------------------ inside: changes and records

    def kind_of(self, space: str) -> str:
        """The kind of a space, asked for once."""
        if space not in self._kinds:
            self._kinds[space] = self._spaces.kind(space)
        return self._kinds[space]

    @property
    def personal(self) -> str:
        """My own space."""
        return self._spaces.personal

    @property
    def documents(self) -> Documents:
        """The tables."""
        return self._documents

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

    def _stamp(self, writes: Sequence[Write], now: datetime, seen: Mapping[Id, Sequence[str]]) -> list[Change]:
        """The writes of one command as changes: one a space, all with the same reading of the clock."""
        assert self._staged is not None
        staged = self._staged
        staged.clock = staged.clock.tick(now)
        found: list[Change] = []
        for space in dict.fromkeys(write.space for write in writes):
            device = self._spaces.device(space)
            sequence = staged.sequences.get((space, device), 0) + 1
            staged.sequences[space, device] = sequence
            ops = tuple(self._op(write, seen) for write in writes if write.space == space)
            change = Change(space=space, device=device, sequence=sequence, hlc=staged.clock.last, ops=ops)
            found.append(change)
            self._keep_log(f"{space}:{device}", space=space, device=device, sequence=sequence, hlc=change.hlc)
        return found

    def _keep_log(self, id: str, **row: str | int) -> None:
        if not self._documents.table(LOGS).update(row, is_("id", id)):
            self._documents.table(LOGS).insert({"id": id, **row})

    def _op(self, write: Write, seen: Mapping[Id, Sequence[str]]) -> Op:
        fields = dict(write.fields)
        parents, lacking = named_in(write.seen or seen.get(write.record) or ())
        if not parents and not write.apart:
            document = self._stored(write.space, write.kind, write.record)
            if document is not None:
                if write.record not in seen:  # named without a version: it was not there when this was begun
                    parents, lacking = tuple(document["heads"]), tuple(document.get("lacking", ()))
            elif former := self._versions(f"{write.space}:{write.kind}:{write.record}"):
                state = fold(written_of(row) for row in former)  # it was erased, and is begun anew
                parents, lacking = state.heads, state.lacking
                fields = {GONE: False, **fields}
        if len(lacking) > LACKING_MOST:  # only a liar brings that about: then as somebody who has seen nothing
            parents, lacking = (), ()
        return Op(record=write.record, kind=write.kind, fields=fields, parents=parents, lacking=lacking)

    def _take_in(self, change: Change, now: datetime | None = None, *, together: bool = False) -> bool:
        """A change becomes versions, and the versions lead to records. Whether anything of it was new.

        `together` with others: `_stand_all` has to follow, so that a record to which many come is written once.
        """
        assert self._staged is not None
        versions = self._documents.table(VERSIONS)
        new = False
        for place, op in enumerate(change.ops):
            key = f"{change.version}:{change.space}:{op.record}"
            if versions.get(is_("key", key)) is not None:
                continue
            new = True
            record = f"{change.space}:{op.kind}:{op.record}"
            more = dict(op.more)
            row = row_of(change, place, key, record)
            if self._is_erased(key, change.space, change.device):
                more[BODILESS] = True
                row |= {"fields": without_body(op.fields), "more": more}
                self._staged.erased.add(change.id)
            refused = self._refused(change.space, op)
            if refused:
                row["refused"] = refused
                self._staged.refused.append(Refusal(change=change.id, record=op.record, code=refused))
            versions.insert(row)
            if row.get("refused") == PRIVATE_CELL:
                continue
            kept = replace(op, fields=row["fields"], more=more)
            self._lead_to(change.space, kept, Written(version=change.version, op=kept), record)
            if not together:
                self._stand_as_due(change.space, op.kind, op.record)
            if op.kind == Erasure.KIND and not refused:
                self._erase(change, op, now)
        return new

    def _refused(self, space: str, op: Op) -> str:
        """Why something must not stand in that space; empty if it may."""
        try:
            check_space(self.kind_of(space), op.kind, op.fields)
        except WrongSpace as exc:
            return PRIVATE_CELL if accepts(self.kind_of(space), op.kind) else exc.code
        return ""

    def _versions(self, record: str) -> list[Any]:
        """The versions that a record amounts to."""
        rows = self._documents.table(VERSIONS).search(is_("record", record))
        return [row for row in rows if row.get("refused") != PRIVATE_CELL]

    def _lead_to(self, space: str, op: Op, written: Written, record: str) -> None:
        """Note what the record amounts to after one more version. One that begins stands at once: its name is taken."""
        assert self._staged is not None
        key = space, op.kind, op.record
        due = self._staged.due.get(key)
        if due is None:
            before = self._stored(*key)
            if before is None and len(self._versions(record)) <= 1:
                self._stand(*key, None, advance(None, written) or fold([written]))
                return
            due = _Due(before, None if before is None else state_of(op.kind, before))
            self._staged.due[key] = due
        if due.state is not None:
            due.state = advance(due.state, written)
        if due.state is not None and due.state.gone is not None and not due.state.cells:  # emptied, or erased?
            due.state = None

    def _stand_as_due(self, space: str, kind: str, record: Id) -> None:
        """Let a record stand as what was noted of it."""
        assert self._staged is not None
        due = self._staged.due.pop((space, kind, record), None)
        if due is not None:
            rows = self._versions(f"{space}:{kind}:{record}") if due.state is None else ()
            self._stand(space, kind, record, due.before, due.state or fold(written_of(row) for row in rows))

    def _stand_all(self) -> None:
        """Let all records stand to which something came together."""
        assert self._staged is not None
        for key in list(self._staged.due):
            self._stand_as_due(*key)

    def _stand(
        self, space: str, kind: str, record: Id, before: Any, state: State, *, wished_away: bool = False
    ) -> None:
        """A record stands as its versions amount to. One that was erased leaves nothing but its versions."""
        assert self._staged is not None
        known = KINDS.get(kind)
        document: dict[str, Any] = document_of(state, space)
        self._staged.records.add((kind, record))
        if known is None or not self._belongs(space, kind, record):
            document |= {"id": f"{space}:{kind}:{record}", "kind": kind}
            self._put(OTHER, before, document)
            return
        if state.erased:
            self._leave(known, record, before)
            return
        entity = entity_of(state, space, self.kind_of(space))
        away = wished_away or (before is not None and before.get("away", False))
        document = keyed(entity, document, state.gone, away=away)
        self._put(kind, before, document)
        self._note_keys(known, before, document)
        if known.CARD:
            self._keep_card(known, entity, document)

    def _vanish(self, kind: str, record: Id, before: Any) -> None:
        """A record that never was, as it turns out."""
        assert self._staged is not None
        self._staged.records.add((kind, record))
        if kind in KINDS and before["id"] == record:
            self._leave(KINDS[kind], record, before)
        else:
            self._documents.table(OTHER).remove(doc_ids=[before.doc_id])

    def _leave(self, cls: type[Entity], record: Id, before: Any) -> None:
        """Nothing of a record is left to show."""
        assert self._staged is not None
        if before is not None:
            self._documents.table(cls.KIND).remove(doc_ids=[before.doc_id])
            self._note_keys(cls, before, {"id": record})
        if cls.CARD:
            self._documents.table(card_table(cls.KIND)).remove(is_("id", record))

    # ------------------------------------------------------------------ inside: erasing

    def _is_erased(self, key: str, space: str, device: str) -> bool:
        """Whether the body of that version was erased by its own person."""
        table = self._documents.table(ERASED)
        if not len(table):
            return False
        rows = table.search(is_("id", key))
        return any(self._spaces.same_person(space, row["by"], device) for row in rows)

    def _erase(self, change: Change, erasure: Op, now: datetime | None) -> None:
        """Drop the bodies of its own person that an erasure names; for those of others it is a wish.

        What is left of a record that I wished away does not lie in my trash any more. Others hear by a receipt what
        became of their wish.
        """
        assert self._staged is not None
        staged, space = self._staged, change.space
        versions, marks = self._documents.table(VERSIONS), self._documents.table(ERASED)
        dropped = kept = 0
        touched: dict[tuple[str, Id], None] = {}
        for record, version in bodies(erasure.fields):
            key = f"{version}:{space}:{record}"
            marks.insert({"id": key, "by": change.device})
            row = versions.get(is_("key", key))
            if row is None or row.get("more", {}).get(BODILESS):
                continue
            touched[row["kind"], record] = None
            if not self._spaces.same_person(space, change.device, device_of(version)):
                kept += 1
                continue
            dropped += 1
            more = {**row.get("more", {}), BODILESS: True}
            versions.update({"fields": without_body(row["fields"]), "more": more}, doc_ids=[row.doc_id])
            staged.erased.add(row["change"])
        mine = self.is_mine(space, change.device)
        for kind, record in touched:
            self._stand_as_due(space, kind, record)
            before = self._stored(space, kind, record)
            if before is not None:
                state = fold(written_of(row) for row in self._versions(f"{space}:{kind}:{record}"))
                self._stand(space, kind, record, before, state, wished_away=mine)
            if mine:
                staged.erased_records.add((kind, record))
        if mine and touched:
            self.drafts.erase({record for _, record in touched})
        if change.device != self._spaces.device(space) and (dropped or kept):
            self._receipt(space, erasure.record, dropped, kept, now or self._now())

    def _receipt(self, space: str, erasure: Id, dropped: int, kept: int, now: datetime) -> None:
        id = receipt_id(space, erasure, self._spaces.device(space))
        fields = begin(Receipt, {"erasure": erasure, "at": now, "dropped": dropped, "kept": kept})
        write = Write(space=space, kind=Receipt.KIND, record=id, fields=fields, created=True)
        if self._stored(space, Receipt.KIND, id) is None:
            for change in self._stamp([write], now, {}):
                self._take_in(change)

    def _erased(self) -> Erased | None:
        """What the running transaction has erased; of the changes, those that a purge of mine may take."""
        assert self._staged is not None
        if not self._staged.erased and not self._staged.erased_records:
            return None
        places = (place.split(":") for place in sorted(self._staged.erased))
        mine = ((space, device, int(number)) for space, device, number in places if self.is_mine(space, device))
        return Erased(records=frozenset(self._staged.erased_records), changes=tuple(mine))

    # ------------------------------------------------------------------ inside: tables

    def _belongs(self, space: str, kind: str, record: Id) -> bool:
        """Whether a record may stand in the table of its kind: its space takes the kind, and the name is not taken."""
        if not accepts(self.kind_of(space), kind):
            return False
        there = self._documents.table(kind).get(is_("id", record))
        return there is None or there["space"] == space

    def _stored(self, space: str, kind: str, record: Id) -> Any:
        """The document of a record in a space, wherever it stands."""
        if kind in KINDS:
            found = self._documents.table(kind).get(is_("id", record))
            if found is not None and found["space"] == space:
                return found
        return self._documents.table(OTHER).get(is_("id", f"{space}:{kind}:{record}"))

    def _put(self, table: str, before: Any, document: Mapping[str, Any]) -> None:
        if before is None:
            self._documents.table(table).insert(document)
            return

        def replace(stored: dict[str, Any]) -> None:
            stored.clear()
            stored.update(document)

        self._documents.table(table).update(replace, doc_ids=[before.doc_id])

    def _note_keys(self, cls: type[Entity], before: Any, document: Mapping[str, Any]) -> None:
        assert self._staged is not None
        kind = cls.KIND
        self._staged.keys |= {(kind, "", None), (kind, "id", document["id"])}
        for row in (before, document):
            if row is not None:
                self._staged.keys |= {(kind, name, row.get(name)) for name in cls.KEYS}
                if "gone" in row:
                    self._staged.keys.add(("trash", "", None))

    def _keep_card(self, cls: type[Entity], entity: Entity, document: Mapping[str, Any]) -> None:
        table = self._documents.table(card_table(cls.KIND))
        there = table.get(is_("id", entity.id))
        if entity.gone:
            if there is not None:
                table.remove(doc_ids=[there.doc_id])
            return
        self._put(card_table(cls.KIND), there, card_document(entity, document))

    def _change(self, space: str, device: str, sequence: int) -> Change:
        rows = self._documents.table(VERSIONS).search(is_("change", f"{space}:{device}:{sequence}"))
        return _change_of(space, device, sequence, rows)

    # ------------------------------------------------------------------ inside: telling

    def _tell(self, staged: _Staged) -> None:
        with self._telling:
            for live in [live for live in self._heard if live.read & staged.keys]:
                live.stale = True
                for listener in list(live.listeners):
                    if listener in live.listeners:  # it may have been stopped by the one before
                        _call(listener)
            records = frozenset(staged.records)
            for told in list(self._listeners):
                _call(told, records)


def _renamed(op: Op, names: Mapping[tuple[Id, str], str]) -> Mapping[str, Json]:
    """What an op says; a receipt names the ending that it is for by its version, which has another name now."""
    of = op.fields.get("of") if op.kind == Fulfilment.KIND else None
    now = names.get((str(op.fields.get("mentorship")), str(of))) if of else None
    return op.fields if now is None else {**op.fields, "of": now}


def _change_of(space: str, device: str, sequence: int, rows: Sequence[Mapping[str, Any]]) -> Change:
    """A change from the versions that it made."""
    around = rows[0].get("with", {"seen": {}, "more": {}})
    return Change(
        space=space,
        device=device,
        sequence=sequence,
        hlc=hlc_of(rows[0]["version"]),
        ops=tuple(written_of(row).op for row in rows),
        seen=around["seen"],
        more=around["more"],
    )


def _call(listener: Callable[..., None], *told: Any) -> None:
    try:
        listener(*told)
    except Exception as exc:  # noqa: BLE001 - what is on the disk stays; the writer must not think it failed
        log.error("a listener failed: %s", type(exc).__name__)
