"""What queries and decisions read through: the store's tables as entities and cards, noting what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from app.model.changes import OTHERS, device_of, hlc_of
from app.model.clock import moment_of
from app.model.entities import Mentorship, Person
from app.model.erasing import ERASED as BODILESS
from app.model.erasing import KEPT
from app.model.fields import Scalar
from app.model.ids import Id
from app.model.queries import Card, Past, Trashed
from app.model.schedule import following
from app.model.schema import KINDS, Entity, glimpse
from app.services.records.tables import UNSETTLED, VERSIONS, Key, all_equal, card_table, is_

if TYPE_CHECKING:
    from app.services.records.store import Store

E = TypeVar("E", bound=Entity)


class Reader:
    """What queries and decisions read through. It notes what was read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.keys: set[Key] = set()

    @property
    def personal(self) -> str:
        return self._store.personal

    def kind_of(self, space: str) -> str:
        return self._store.kind_of(space)

    def one(self, cls: type[E], id: Id) -> E | None:
        found = self.buried(cls, id)
        return None if found is None or found.gone else found

    def buried(self, cls: type[E], id: Id) -> E | None:
        self.keys.add((cls.KIND, "id", id))
        document = self._table(cls.KIND).get(is_("id", id))
        return None if document is None else self._store.shown(cls, document)

    def where(self, cls: type[E], **equal: Scalar) -> list[E]:
        return [self._store.shown(cls, row) for row in self._rows(cls.KIND, cls.KIND, equal)]

    def outlines(self, cls: type[Entity], *fields: str, **equal: Scalar) -> list[tuple[Any, ...]]:
        rows = self._rows(cls.KIND, cls.KIND, equal)
        return [(row["id"], row["made"], *glimpse(cls, row["cells"], fields)) for row in rows]

    def newest(self, cls: type[E], count: int, **equal: Scalar) -> list[E]:
        self._note(cls.KIND, equal)
        rows = self._table(cls.KIND).newest(count, None, all_equal(equal))
        return [self._store.shown(cls, row) for row in rows if "gone" not in row]

    def cards(self, cls: type[Entity], **equal: Scalar) -> list[Card]:
        return [card_of(cls, row) for row in self._rows(cls.KIND, card_table(cls.KIND), equal)]

    def newest_cards(
        self, cls: type[Entity], count: int, before: int | None, **equal: Scalar
    ) -> tuple[list[Card], int | None]:
        self._note(cls.KIND, equal)
        rows = self._table(card_table(cls.KIND)).newest(count + 1, before, all_equal(equal))
        following = rows[count - 1].doc_id if len(rows) > count else None
        return [card_of(cls, row) for row in rows[:count]], following

    def count(self, cls: type[Entity], **equal: Scalar) -> int:
        self._note(cls.KIND, equal)
        table = self._table(cls.KIND)
        if equal:
            return int(table.tally(all_equal(equal)))
        return len(table) - int(table.tally(is_("trashed", True)))

    def mine(self, space: str, device: str) -> bool:
        return self._store.is_mine(space, device)

    def history(self, kind: str, id: Id) -> list[Past]:
        self.keys.add((kind, "id", id))
        document = self._table(kind).get(is_("id", id))
        if document is None:
            return []
        space = document["space"]
        here = self._store.device(space)
        rows = self._table(VERSIONS).search(is_("record", f"{space}:{kind}:{id}"))
        return [
            Past(
                version=row["version"],
                at=moment_of(hlc_of(row["version"])),
                device=device_of(row["version"]),
                mine=self._store.by_me(space, row["version"], row.get("more", {})),
                cells=row["fields"],
                erased=bool(row.get("more", {}).get(BODILESS)),
                here=device_of(row["version"]) == here and OTHERS not in row.get("more", {}),
            )
            for row in sorted(rows, key=itemgetter("version"), reverse=True)
            if "refused" not in row
        ]

    def said_otherwise(self, kind: str, id: Id, cell: str) -> bool:
        self.keys.add((kind, "id", id))
        document = self._table(kind).get(is_("id", id))
        if document is None:
            return False
        now, of_record = document["cells"].get(cell), is_("record", f"{document['space']}:{kind}:{id}")
        before: int | None = None
        while rows := self._table(VERSIONS).newest(_SOME, before, of_record):
            for row in rows:
                text = row["fields"].get(cell) if "refused" not in row else None
                if isinstance(text, str) and text.strip() and text != now:
                    return True
            before = rows[-1].doc_id
        return False

    def to_choose(self) -> list[Entity]:
        self.keys.add((UNSETTLED, "", None))
        table = self._table(UNSETTLED)
        rows = [row for row in table if row["kind"] in KINDS] if len(table) else []
        found = (self.one(KINDS[row["kind"]], row["record"]) for row in rows)
        return [entity for entity in found if entity is not None]

    def trash(self, kinds: Sequence[str]) -> list[Trashed]:
        self.keys.add(("trash", "", None))
        found: list[tuple[str, Trashed]] = []
        for kind in kinds:
            for row in self._table(kind).search(is_("trashed", True)):
                if row.get("trash") == row["id"]:
                    entity = self._store.shown(KINDS[kind], row)
                    version = max(row["heads"])
                    at = moment_of(hlc_of(version))
                    one = Trashed(
                        kind=kind,
                        id=entity.id,
                        title=self._named(entity),
                        at=at,
                        mentorship=getattr(entity, "mentorship", None),
                        until=following(at, KEPT),
                        with_it=sum(int(self._table(one).tally(is_("trash", entity.id))) for one in KINDS) - 1,
                    )
                    found.append((version, one))
        return [one for _, one in sorted(found, key=itemgetter(0), reverse=True)]

    def _named(self, entity: Entity) -> str:
        """By what somebody knows it: a relationship by who it was with."""
        named: list[Entity] = [entity]
        if isinstance(entity, Mentorship):
            named = [self._store.shown(Person, row) for row in self._table(Person.KIND).search(is_("trash", entity.id))]
        names = (str(name) for one in named for word in _TITLES if (name := getattr(one, word, "")))
        return next(names, "")

    def deleted(self, before: datetime | None) -> list[Entity]:
        return [
            self._store.shown(cls, row)
            for kind, cls in KINDS.items()
            for row in self._table(kind).search(is_("trashed", True))
            if "away" not in row and (before is None or moment_of(hlc_of(max(row["heads"]))) < before)
        ]

    def gone_with(self, id: Id) -> list[Entity]:
        return [
            self._store.shown(cls, row)
            for kind, cls in KINDS.items()
            for row in self._table(kind).search(is_("trash", id))
        ]

    def _rows(self, kind: str, table: str, equal: Mapping[str, Scalar]) -> list[Any]:
        self._note(kind, equal)
        if equal:
            return list(self._table(table).search(all_equal(equal)))
        return [row for row in self._table(table) if "gone" not in row]

    def _note(self, kind: str, equal: Mapping[str, Scalar]) -> None:
        name, value = next(iter(equal.items()), ("", None))
        self.keys.add((kind, name, value))

    def _table(self, name: str) -> Any:
        return self._store.documents.table(name)


_SOME = 4
"""So many versions are read at a time where one is looked for: nearly always it is among the newest."""
_TITLES = ("title", "name", "text", "aim", "document", "body")


def card_of(cls: type[Entity], row: Mapping[str, Any]) -> Card:
    values = {
        name: cls.FIELDS[name].decode(value) if name in cls.FIELDS else value for name, value in row["values"].items()
    }
    return Card(id=row["id"], space=row["space"], made=row["made"], edited=row["edited"], values=values)
