"""From changes to records: what the single writer writes becomes versions, and records stand as their versions amount to.

All of it happens inside `writing`. Erasing belongs here as well: a body that its own person erased is dropped, also where
it comes in again from somewhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.errors import WrongSpace
from app.model.changes import GONE, Change, Op, device_of, named_in
from app.model.decide import Write
from app.model.entities import Erasure, Receipt, receipt_id
from app.model.erasing import ERASED as BODILESS
from app.model.erasing import bodies, without_body
from app.model.ids import Id
from app.model.records import State, Written, advance, entity_of, fold
from app.model.schema import KINDS, Entity, accepts, begin, check_space
from app.services.records.arriving import row_of
from app.services.records.choosing import keep_choosing
from app.services.records.drafts import Drafts
from app.services.records.results import Erased, Refusal
from app.services.records.tables import (
    ERASED,
    LOGS,
    OTHER,
    VERSIONS,
    card_document,
    card_table,
    document_of,
    is_,
    keyed,
    state_of,
    written_of,
)
from app.services.records.writing import Due, Writing

PRIVATE_CELL = "model-private-cell"
"""Why a version is kept and not counted: it brings something private into a space of others."""

LACKING_MOST = 256
"""So many versions that are not here may be named as not seen; each stands in every version that is written meanwhile."""


class Leading(Writing):
    """A writer that knows what changes lead to."""

    drafts: Drafts

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

    # ------------------------------------------------------------------ what records come to

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
            due = Due(before, None if before is None else state_of(op.kind, before))
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
        keep_choosing(self._documents, kind, record, entity, self._staged.keys)
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
            keep_choosing(self._documents, cls.KIND, record, None, self._staged.keys)
        if cls.CARD:
            self._documents.table(card_table(cls.KIND)).remove(is_("id", record))

    def settle_in(self, kind: str, record: Id, stranger: Any) -> None:
        """A record that stood apart, inside `writing`: its kind is known now, so it stands among its like."""
        space = stranger["space"]
        versions = self._versions(f"{space}:{kind}:{record}")
        if versions and self._belongs(space, kind, record):
            self._documents.table(OTHER).remove(doc_ids=[stranger.doc_id])
            state = fold(written_of(row) for row in versions)
            self._stand(space, kind, record, self._stored(space, kind, record), state)

    # ------------------------------------------------------------------ erasing

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

    # ------------------------------------------------------------------ tables

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
