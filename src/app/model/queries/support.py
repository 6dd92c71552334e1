"""The days for supervision, those to come and those behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.model.entities import Supervision
from app.model.queries.asking import Query, Reader


@dataclass(frozen=True, kw_only=True)
class Supervisions:
    """What is still to be held, the earliest first, and what was held, the latest first."""

    coming: tuple[Supervision, ...] = ()
    held: tuple[Supervision, ...] = ()


@dataclass(frozen=True)
class SupervisionsMine(Query[Supervisions]):
    """My days for supervision."""

    def answer(self, read: Reader) -> Supervisions:
        found = sorted(read.where(Supervision), key=lambda one: (one.on or date.max, one.made, one.id))
        return Supervisions(
            coming=tuple(one for one in found if not one.held),
            held=tuple(one for one in reversed(found) if one.held),
        )
