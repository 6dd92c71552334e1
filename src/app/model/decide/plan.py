"""The frame of a decision: what it may look at, what it takes from the world, and the writes as they come together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import singledispatch
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from app.errors import AlreadyThere, AppendOnly, UnknownRecord
from app.model import commands as do
from app.model.changes import GONE
from app.model.entities import (
    Me,
    Meeting,
    Mentorship,
    PairRole,
    Person,
    me_id,
)
from app.model.fields import Json
from app.model.ids import Id
from app.model.queries.asking import Reader
from app.model.schema import KINDS, Entity, begin, check_space, revise

E = TypeVar("E", bound=Entity)

FORGOTTEN = timedelta(hours=6)
"""A meeting that is ended so much later than planned was over when it was planned to be, or as long after it began."""


class Records(Reader, Protocol):
    """What a decision may look at: all that a question may, and what lies in the trash."""

    def buried(self, cls: type[E], id: Id) -> E | None:
        """The record with that id, also from the trash."""
        ...

    def gone_with(self, id: Id) -> list[Entity]:
        """What went into the trash together with that record."""
        ...

    def deleted(self, before: datetime | None) -> list[Entity]:
        """All that is in the trash, or what went there before a moment."""
        ...

    def kind_of(self, space: str) -> str:
        """The kind of a space."""
        ...


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a decision takes from the world: the time, names for new records, and a new space when one is needed."""

    now: datetime
    new_id: Callable[[], Id]
    new_space: Callable[[str], str]

    @property
    def zone(self) -> str:
        """The name of the zone that `now` is in, if it has one."""
        return getattr(self.now.tzinfo, "key", "") or ""

    def wall(self, zone: str) -> datetime:
        """What the clock on the wall shows now in a zone."""
        there = ZoneInfo(zone) if zone else self.now.tzinfo
        return self.now.astimezone(there).replace(tzinfo=None, second=0, microsecond=0)


@dataclass(frozen=True, kw_only=True)
class Write:
    """The cells of one record that change."""

    space: str
    kind: str
    record: Id
    fields: Mapping[str, Json]
    was: Mapping[str, Json] = field(default_factory=dict)
    created: bool = False
    seen: tuple[str, ...] = ()
    """The versions its author had before their eyes; empty: all there are."""
    apart: bool = False
    """Written without having seen any version."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The writes that follow from a command, and the record it is about."""

    record: Id = ""
    writes: tuple[Write, ...] = ()
    final: bool = False
    """Whether there is no way back."""


class Plan:
    """The writes of one command as they come together, one a record."""

    def __init__(self, records: Records, moment: Moment) -> None:
        self.records = records
        self.moment = moment
        self.writes: dict[Id, Write] = {}
        self.final = False

    def get(self, cls: type[E], id: Id) -> E:
        found = self.records.one(cls, id)
        if found is None:
            raise UnknownRecord(entity=cls.KIND)
        return found

    def add(self, cls: type[Entity], space: str, id: Id = "", **values: Any) -> Id:
        """A new record. A given id must be free."""
        id = id or self.moment.new_id()
        if self.records.buried(cls, id) is not None:
            raise AlreadyThere(entity=cls.KIND)
        self._write(space, cls.KIND, id, begin(cls, values), {}, created=True)
        return id

    def revise(self, record: Entity, **values: Any) -> None:
        """New values for fields of a record."""
        if record.APPEND_ONLY:
            raise AppendOnly(entity=record.KIND)
        cells = revise(type(record), record.cells, values)
        if cells:
            was = {cell: record.cells.get(cell) for cell in cells}
            self._write(record.space, record.KIND, record.id, cells, was)

    def put(self, cls: type[E], space: str, id: Id, new: Mapping[str, Any], **values: Any) -> Id:
        """Revise the record with that id, or begin it (also with `new`); one from the trash comes back."""
        found = self.records.buried(cls, id)
        if found is None:
            return self.add(cls, space, id, **{**new, **values})
        self.revise(found, **values)
        if found.gone:
            self.mark(found, False)
        return id

    def mark(self, record: Entity, gone: Id | bool) -> None:
        """Put a record into the trash, or take it out."""
        self._write(record.space, record.KIND, record.id, {GONE: gone}, {GONE: record.cells.get(GONE, False)})

    def raw(self, record: Entity, cells: Mapping[str, Json], seen: tuple[str, ...] = ()) -> None:
        """Write cells as they are; only for cells that the record had before."""
        was = {cell: record.cells.get(cell) for cell in cells}
        self._write(record.space, record.KIND, record.id, cells, was, seen=seen)

    def again(self, record: Entity, space: str, id: Id, values: Mapping[str, Json]) -> None:
        """A record that stands somewhere is written anew under another name, as it is but for these cells. Once."""
        there = self.records.buried(type(record), id)
        cells = {**{cell: value for cell, value in record.cells.items() if cell != GONE}, **values}
        if there is None:
            self._write(space, record.KIND, id, cells, {}, created=True)
        elif there.gone:  # it had been taken back
            was = {cell: there.cells.get(cell) for cell in cells}
            self._write(space, record.KIND, id, {**cells, GONE: False}, {**was, GONE: there.cells.get(GONE)})

    def beside(self, record: Entity, cells: Mapping[str, Json]) -> None:
        """Write cells beside what stands there, as somebody who has not seen it: no words are overwritten."""
        self._write(record.space, record.KIND, record.id, cells, {}, apart=True)

    def space_of(self, mentorship: Id | None, private: bool = False) -> str:
        """Where something about a mentorship is written: its own space, or mine."""
        if private or mentorship is None:
            return self.records.personal
        return self.get(Mentorship, mentorship).space

    def my_role(self, mentorship: Id | None) -> PairRole:
        if mentorship is not None:
            for person in self.records.where(Person, mentorship=mentorship):
                return person.my_role
        me = self.records.one(Me, me_id(self.records.personal))
        return "mentor" if me is not None and me.role == "mentor" else "mentee"

    def _write(
        self,
        space: str,
        kind: str,
        record: Id,
        fields: Mapping[str, Json],
        was: Mapping[str, Json],
        *,
        created: bool = False,
        seen: tuple[str, ...] = (),
        apart: bool = False,
    ) -> None:
        check_space(self.records.kind_of(space), kind, fields)
        write = Write(
            space=space, kind=kind, record=record, fields=fields, was=was, created=created, seen=seen, apart=apart
        )
        earlier = self.writes.get(record)
        if earlier is not None:
            both = {**earlier.fields, **fields}
            write = replace(earlier, fields=both, was={**was, **earlier.was})
        self.writes[record] = write


@singledispatch
def carry_out(command: do.Command, plan: Plan) -> Id:
    raise TypeError(f"nobody decides {type(command).__name__}")


def mentorship_of(meeting: Id | None, about: Mapping[str, Id], plan: Plan) -> dict[str, Id]:
    """What is about a meeting is about its mentorship."""
    if meeting is None or about.get("mentorship"):
        return {}
    found = plan.records.one(Meeting, meeting)
    return {} if found is None else {"mentorship": found.mentorship}


def class_of(kind: str) -> type[Entity]:
    """The class of a kind that somebody named."""
    if kind not in KINDS:
        raise UnknownRecord(entity=kind[:40])
    return KINDS[kind]
