"""Declaring an entity once: validation, cells, merge rules, where it may live and how it is read follow from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeVar, dataclass_transform

from app.errors import InvalidField, WrongSpace
from app.model import fields as declared
from app.model.changes import seen_of
from app.model.fields import Cells, Field, Json, Unfit
from app.model.ids import Id
from app.model.merge import Piece

SpaceKind = Literal["personal", "mentoring", "programme", "dropbox"]
Visibility = Literal["only_me", "shared", "summary"]

VISIBILITY: Mapping[str, Visibility] = {
    "personal": "only_me",
    "mentoring": "shared",
    "programme": "shared",
    "dropbox": "summary",
}
"""Who reads a record follows from the kind of space it lives in, and from nothing else."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Version:
    """One value of a cell that several people wrote at the same time."""

    version: str
    value: Any

    @property
    def device(self) -> str:
        """The device that wrote it."""
        return self.version[16:]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entity:
    """What every record shows besides its own fields."""

    KIND: ClassVar[str] = ""
    SPACES: ClassVar[tuple[SpaceKind, ...]] = ()
    APPEND_ONLY: ClassVar[bool] = False
    FIELDS: ClassVar[Mapping[str, Field]] = {}
    KEYS: ClassVar[tuple[str, ...]] = ()
    CARD: ClassVar[tuple[str, ...]] = ()
    REVISION: ClassVar[int] = 1

    id: Id = ""
    space: str = ""
    visibility: Visibility = "only_me"
    heads: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    """Versions that somebody has seen and that have not come here."""
    also: Mapping[str, tuple[Version, ...]] = dataclasses.field(default_factory=dict)
    """Cells with more than one version written at the same time, the one shown first included, newest first."""
    woven: Mapping[str, tuple[Piece, ...]] = dataclasses.field(default_factory=dict)
    """Long texts in which several people changed the same sentence: the pieces, with every wording and its author."""
    cells: Mapping[str, Json] = dataclasses.field(default_factory=dict, compare=False, repr=False)
    """The raw cells, those of newer versions included."""
    gone: bool = False
    came_back: bool = False
    """It was deleted on one device while it was edited on another."""
    made: int = 0
    """The clock reading of its first version."""
    edited: int = 0
    """The clock reading of its newest version."""

    @property
    def before(self) -> tuple[str, ...]:
        """What its reader has before their eyes: to be named by whoever writes on top of it later."""
        return seen_of(self.heads, self.lacking)

    def keys(self) -> dict[str, Any]:
        """What lists look it up by, as plain values."""
        return {name: getattr(self, name) for name in self.KEYS if name in self.FIELDS}


E = TypeVar("E", bound=Entity)
KINDS: dict[str, type[Entity]] = {}


@dataclass_transform(
    frozen_default=True,
    kw_only_default=True,
    field_specifiers=(
        declared.text,
        declared.prose,
        declared.choice,
        declared.day,
        declared.moment,
        declared.wall_time,
        declared.zone,
        declared.number,
        declared.flag,
        declared.ref,
        declared.index,
        declared.scalar,
        declared.labels,
        declared.answers,
        declared.reasons,
    ),
)
def entity(
    kind: str,
    *,
    spaces: tuple[SpaceKind, ...],
    keys: tuple[str, ...] = (),
    card: tuple[str, ...] = (),
    append_only: bool = False,
    revision: int = 1,
) -> Callable[[type[E]], type[E]]:
    """Declare an entity: its kind, the kinds of space that take it, the fields that lists look it up by.

    `card` names what a list needs when the record itself carries long text; the card is kept beside it. `revision` goes
    up when keys or cards keep their names and mean something else: then vaults write them again.
    """

    def declare(cls: type[E]) -> type[E]:
        made = dataclasses.dataclass(frozen=True, kw_only=True)(cls)
        kinds: dict[str, Field] = {}
        for field in dataclasses.fields(made):
            found = field.metadata.get("field")
            if isinstance(found, Field):
                kinds[field.name] = dataclasses.replace(found, name=field.name)
        made.KIND, made.SPACES, made.APPEND_ONLY = kind, spaces, append_only
        made.FIELDS, made.KEYS, made.CARD = kinds, keys, card
        made.REVISION = revision
        KINDS[kind] = made
        return made

    return declare


def accepts(space_kind: str, kind: str) -> bool:
    """Whether the writer of such a space takes such a record. A kind we do not know stays where its author put it."""
    known = KINDS.get(kind)
    return known is None or space_kind in known.SPACES


def is_private(cells: Iterable[str]) -> bool:
    """Whether one of the cells is for its author alone, wherever the record stands."""
    return any("private" in cell and cell.partition(declared.DOT)[2].partition("/")[0] == "private" for cell in cells)


def check_space(space_kind: str, kind: str, cells: Cells) -> None:
    """Refuse what must not be written into that kind of space."""
    if not accepts(space_kind, kind):
        raise WrongSpace(entity=kind, space=space_kind)
    if space_kind != "personal" and is_private(cells):
        raise WrongSpace(entity=kind, space=space_kind)


def begin(cls: type[Entity], values: Mapping[str, Any]) -> dict[str, Json]:
    """The cells of a new record: required fields are there, every value fits; what equals the default is left out."""
    _known(cls, values)
    found: dict[str, Json] = {}
    for field in dataclasses.fields(cls):
        kind = cls.FIELDS.get(field.name)
        if kind is None:
            continue
        if field.name not in values:
            if kind.required:
                raise InvalidField(entity=cls.KIND, field=field.name, reason="missing")
            continue
        cells = _cells(cls, kind, {}, values[field.name])
        if values[field.name] != field.default or field.default is dataclasses.MISSING:
            found |= cells
    return found


def revise(cls: type[Entity], before: Cells, values: Mapping[str, Any]) -> dict[str, Json]:
    """The cells that change when these fields get these values."""
    _known(cls, values)
    found: dict[str, Json] = {}
    for name, value in values.items():
        kind = cls.FIELDS[name]
        if not isinstance(kind, declared._Map) and name not in before and value == _default(cls, name):
            continue
        found |= _cells(cls, kind, before, value)
    return found


def show(cls: type[E], cells: Cells, /, **standing: Any) -> E:
    """The entity that the cells amount to. What does not fit, because another version wrote it, shows its default.

    Made without the dataclass's own constructor, which sets thirty attributes one by one: lists show hundreds.
    """
    plan = _PLANS.get(cls) or _Plan.of(cls)
    values = plan.defaults.copy()
    for name, factory in plan.factories:
        values[name] = factory()
    for cell in cells:
        if cell in plan.single:
            values[cell] = plan.read(plan.single[cell], cells)
    for kind in plan.always:
        values[kind.name] = plan.read(kind, cells)
    values |= standing
    found = object.__new__(cls)
    found.__dict__.update(values)
    return found


def glimpse(cls: type[Entity], cells: Cells, fields: Iterable[str]) -> tuple[Any, ...]:
    """Some fields of the entity that the cells amount to, without making it."""
    plan = _PLANS.get(cls) or _Plan.of(cls)
    return tuple([plan.read(cls.FIELDS[name], cells) for name in fields])


class _Plan:
    """How the entities of one class are shown, found out once."""

    def __init__(self, cls: type[Entity]) -> None:
        fields = dataclasses.fields(cls)
        self.defaults = {one.name: one.default for one in fields if one.default is not dataclasses.MISSING}
        self.factories = [
            (one.name, one.default_factory) for one in fields if one.default_factory is not dataclasses.MISSING
        ]
        self._fallback = {name: _fallback(cls, kind) for name, kind in cls.FIELDS.items()}
        always = {name for name, kind in cls.FIELDS.items() if kind.required or isinstance(kind, declared._Map)}
        self.always = [cls.FIELDS[name] for name in always]
        """Fields that are looked at even where no cell has their name."""
        self.single = {name: kind for name, kind in cls.FIELDS.items() if name not in always}

    @classmethod
    def of(cls, shown: type[Entity]) -> _Plan:
        plan = _PLANS[shown] = cls(shown)
        return plan

    def read(self, kind: Field, cells: Cells) -> Any:
        default, empty = self._fallback[kind.name]
        value = kind.read(cells, default() if callable(default) else default)
        return empty if value is None and kind.required else value


def _fallback(cls: type[Entity], kind: Field) -> tuple[Any, Any]:
    """What a field shows where nothing fits, made anew where that must be, and what if even that is missing."""
    found = cls.__dataclass_fields__[kind.name]
    default = found.default if found.default_factory is dataclasses.MISSING else found.default_factory
    empty = _EMPTY.get(type(kind), kind.options[0] if isinstance(kind, declared.Choice) else "")
    return (None if default is dataclasses.MISSING else default), empty


_PLANS: dict[type[Entity], _Plan] = {}


def field_of(kind: str, cell: str) -> Field | None:
    """The field that a cell belongs to, if we know it."""
    known = KINDS.get(kind)
    if known is None:
        return None
    return next((field for field in known.FIELDS.values() if field.owns(cell)), None)


def _default(cls: type[Entity], name: str) -> Any:
    field = cls.__dataclass_fields__[name]
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _known(cls: type[Entity], values: Mapping[str, Any]) -> None:
    for name in values:
        if name not in cls.FIELDS:
            raise InvalidField(entity=cls.KIND, field=str(name)[:40], reason="unknown")


def _cells(cls: type[Entity], kind: Field, before: Cells, value: Any) -> dict[str, Json]:
    try:
        return kind.changed(before, value)
    except Unfit as exc:
        raise InvalidField(entity=cls.KIND, field=kind.name, reason=str(exc)) from exc


_EMPTY: Mapping[type[Field], Any] = {declared.Number: 0, declared.WallTime: datetime(1970, 1, 1)}  # noqa: DTZ001 - a wall time has no zone by definition
