"""Versions of a text: those written at the same time, to choose between, and all there ever were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.model.entities import Person
from app.model.fields import Rule, Text
from app.model.ids import Id
from app.model.merge import Piece, Wording, chosen
from app.model.queries.asking import Past, Query, Reader
from app.model.schema import KINDS, Entity, field_of

_NAMES = frozenset({"document", "item", "key", "topic"})
"""Fields that name something of the library: nobody typed them."""

_WRITTEN = frozenset(
    {
        "agenda",
        "checklist",
        "evaluation",
        "form",
        "goal",
        "list_item",
        "me",
        "meeting",
        "mentorship",
        "minutes",
        "note",
        "own_text",
        "participant",
        "person",
        "programme_item",
        "progress",
        "skills",
        "supervision",
        "task",
    }
)
"""Kinds whose texts people type; those of the others follow from something, and there is nothing to choose."""

Author = Literal["here", "mine", "other"]
"""This device of mine, another one of mine, somebody else."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One version of a text: who wrote it when. `name` is the other person's where it is known."""

    version: str
    text: str
    at: datetime
    author: Author
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A stretch that all agree on (`text`), or several versions of it to choose between."""

    text: str = ""
    versions: tuple[Said, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A text with several versions that did not know of each other."""

    record: Entity
    cell: str
    parts: tuple[Part, ...]
    long: bool
    most: int | None = None
    """How long the text may become; a line of text has room for so much."""

    def text(self, keep: Mapping[int, Sequence[str]]) -> str:
        """The text when at each place (by number) these versions are kept; where nobody chose, all of them."""
        if self.long:
            pieces = [
                Piece(part.text, tuple(Wording(one.version, one.text) for one in part.versions)) for part in self.parts
            ]
            return chosen(pieces, keep)
        (part,) = self.parts
        wanted = keep.get(0, [one.version for one in part.versions])
        return " / ".join(dict.fromkeys(one.text for one in part.versions if one.version in wanted and one.text))

    @property
    def both_fit(self) -> bool:
        """Whether all versions can be kept: two long lines may be too long for one."""
        return self.most is None or len(self.text({})) <= self.most


@dataclass(frozen=True)
class ConflictOf(Query["Conflict | None"]):
    """What there is to choose in one cell of a record; nothing when there is nothing."""

    kind: str
    id: Id
    cell: str

    def answer(self, read: Reader) -> Conflict | None:
        record = read.one(KINDS[self.kind], self.id) if self.kind in KINDS else None
        if record is None or self.cell not in unsettled(record):
            return None
        name = _other(read, record)
        past = {one.version: one for one in read.history(self.kind, self.id)}
        if self.cell in record.woven:
            parts = tuple(
                Part(
                    text=piece.text,
                    versions=tuple(_said(past[one.version], one.text, name) for one in piece.wordings),
                )
                for piece in record.woven[self.cell]
            )
            return Conflict(record=record, cell=self.cell, parts=parts, long=True)
        versions = tuple(_said(past[one.version], one.value, name) for one in record.also[self.cell])
        field = field_of(self.kind, self.cell)
        most = field.longest if isinstance(field, Text) else 200
        return Conflict(record=record, cell=self.cell, parts=(Part(versions=versions),), long=False, most=most)


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """Versions of a text, newest first; `now` names those that hold."""

    record: Entity
    versions: tuple[Said, ...]
    now: frozenset[str]
    more: bool = False


@dataclass(frozen=True)
class TextHistory(Query["Earlier | None"]):
    """All versions of one text of a record, newest first, one page of them."""

    kind: str
    id: Id
    cell: str
    limit: int = 50

    def answer(self, read: Reader) -> Earlier | None:
        record = read.one(KINDS[self.kind], self.id) if self.kind in KINDS else None
        if record is None:
            return None
        name = _other(read, record)
        found = [
            _said(past, past.cells[self.cell], name)
            for past in read.history(self.kind, self.id)
            if isinstance(past.cells.get(self.cell), str)
        ]
        heads = frozenset(one.version for one in record.also.get(self.cell, ()))
        current = next((one.version for one in found if one.text == record.cells.get(self.cell)), "")
        now = heads or frozenset({current} - {""})
        return Earlier(record=record, versions=tuple(found[: self.limit]), now=now, more=len(found) > self.limit)


@dataclass(frozen=True)
class HasEarlier(Query[bool]):
    """Whether there is an earlier version of a text that is worth going back to."""

    kind: str
    id: Id
    cell: str

    def answer(self, read: Reader) -> bool:
        return read.said_otherwise(self.kind, self.id, self.cell)


@dataclass(frozen=True, kw_only=True)
class Choosing:
    """A record in which somebody has to choose: its first text of which there are several versions, and how many such
    texts it has. `together`: somebody else wrote one of them. `name` says with whom it has to do, where it is somebody.
    """

    record: Entity
    cell: str
    count: int
    together: bool
    name: str


@dataclass(frozen=True)
class ToChoose(Query["tuple[Choosing, ...]"]):
    """Where somebody has to choose, what was noted first coming first."""

    def answer(self, read: Reader) -> tuple[Choosing, ...]:
        return tuple(_choosing(read, record) for record in read.to_choose())


def _choosing(read: Reader, record: Entity) -> Choosing:
    cells = to_choose(record)
    versions = [version for cell in cells for version in record.also[cell]]
    return Choosing(
        record=record,
        cell=cells[0],
        count=len(cells),
        together=any(not read.mine(record.space, version.device) for version in versions),
        name=_about(read, record),
    )


def _about(read: Reader, record: Entity) -> str:
    """With whom a record has to do, as I call them."""
    mentorship = record.id if record.KIND == "mentorship" else getattr(record, "mentorship", None)
    people = read.where(Person, mentorship=mentorship) if mentorship else []
    return people[0].name if people else ""


def to_choose(record: Entity) -> tuple[str, ...]:
    """The cells of a record that people typed and in which somebody has to choose."""
    return unsettled(record) if record.KIND in _WRITTEN else ()


def unsettled(record: Entity) -> tuple[str, ...]:
    """The cells of a record in which somebody has to choose: lines with several versions, sentences with several."""
    lines = (
        cell
        for cell, versions in record.also.items()
        if cell not in record.woven and _stays(record, cell, versions[0].value)
    )
    return tuple(sorted({*record.woven, *lines}))


def _stays(record: Entity, cell: str, value: object) -> bool:
    field = field_of(record.KIND, cell)
    return field is not None and field.name not in _NAMES and field.rule_of(cell, value) is Rule.KEEP


def _said(past: Past, text: object, name: str) -> Said:
    author: Author = "here" if past.here else "mine" if past.mine else "other"
    return Said(
        version=past.version,
        text=text if isinstance(text, str) else "",
        at=past.at,
        author=author,
        name=name if author == "other" else "",
    )


def _other(read: Reader, record: Entity) -> str:
    """The other person of the mentorship that a record belongs to, as I call them."""
    return _about(read, record) if record.visibility == "shared" else ""
