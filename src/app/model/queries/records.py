"""One record, its history, the trash; me and the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.model.entities import (
    Me,
    Setting,
    me_id,
    setting_id,
)
from app.model.fields import Scalar
from app.model.ids import Id
from app.model.queries.asking import Query, Reader, Trashed
from app.model.schema import KINDS, Entity

E = TypeVar("E", bound=Entity)


@dataclass(frozen=True)
class One(Query["E | None"], Generic[E]):
    """One record by kind and id."""

    cls: type[E]
    id: Id

    def answer(self, read: Reader) -> E | None:
        return read.one(self.cls, self.id)


@dataclass(frozen=True, kw_only=True)
class AboutMe(Query["Me | None"]):
    """Who I am."""

    def answer(self, read: Reader) -> Me | None:
        return read.one(Me, me_id(read.personal))


@dataclass(frozen=True)
class SettingOf(Query[Scalar]):
    """A choice about the app."""

    key: str
    default: Scalar = None

    def answer(self, read: Reader) -> Scalar:
        found = read.one(Setting, setting_id(read.personal, self.key))
        return self.default if found is None else found.value


def anyway(mentorship: Id) -> str:
    """The name under which it is kept why the first meeting was held before everything was in place."""
    return f"anyway.{mentorship}"


@dataclass(frozen=True)
class TrashList(Query[tuple[Trashed, ...]]):
    """What can be restored, newest first."""

    kinds: tuple[str, ...] = (
        "mentorship",
        "meeting",
        "minutes",
        "note",
        "goal",
        "task",
        "form",
        "list_item",
        "supervision",
    )

    def answer(self, read: Reader) -> tuple[Trashed, ...]:
        return tuple(read.trash(self.kinds))


@dataclass(frozen=True)
class Counts(Query[Mapping[str, int]]):
    """How many records there are of each kind."""

    kinds: tuple[str, ...] = ("person", "meeting", "minutes", "note", "goal", "task", "evaluation")

    def answer(self, read: Reader) -> Mapping[str, int]:
        return {kind: read.count(KINDS[kind]) for kind in self.kinds}
