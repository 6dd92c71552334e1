"""What comes in from other devices and from other vaults, and what goes out to them: changes, whole and in their order.

What arrives twice costs nothing; what turns out not to count is taken out again. The outbox is no queue of its own: it is
what this device has written beyond what somebody else has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from app.model.changes import GONE, Change, Op, device_of, hlc_of, version_id
from app.model.clock import Clock
from app.model.decide import Write
from app.model.entities import Erasure, Fulfilment, Receipt
from app.model.fields import Json
from app.model.ids import Id
from app.model.records import Written, fold
from app.model.schema import KINDS
from app.services.records.arriving import Arriving
from app.services.records.leading import Leading
from app.services.records.results import Received
from app.services.records.tables import VERSIONS, Documents, among, is_, written_of

_BROUGHT = 500
"""Changes that come in from a file at a time."""


class Travelling(Leading):
    """A writer whose changes come from somewhere and go somewhere."""

    # ------------------------------------------------------------------ coming in

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

    # ------------------------------------------------------------------ going out

    def written(self, space: str) -> int:
        """How many changes this device has made in a space."""
        with self._lock:
            return self._sequences.get((space, self._spaces.device(space)), 0)

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

    def _change(self, space: str, device: str, sequence: int) -> Change:
        rows = self._documents.table(VERSIONS).search(is_("change", f"{space}:{device}:{sequence}"))
        return _change_of(space, device, sequence, rows)

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
