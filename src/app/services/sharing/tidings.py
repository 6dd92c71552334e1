"""What one knows of the other's phone: when it was last heard, and whether it has got what one wrote."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from app.model.changes import device_of
from app.model.entities import Erasure, Mentorship, Receipt
from app.model.ids import Id
from app.model.queries import One
from app.model.schema import KINDS
from app.services.records.tables import VERSIONS, is_

if TYPE_CHECKING:
    from app.services.records.store import Store
    from app.services.sharing.exchange import Exchange

QUIET: Final = timedelta(days=7)
"""After so long without a word it is said that nothing has come. It is nobody's fault."""


class Stage(enum.StrEnum):
    """How far what I wrote has come; `carried.<stage>` says it."""

    WAITING = "waiting"
    """On this phone only."""
    SENT = "sent"
    """A server has it, sealed; the other has not said to have it yet."""
    RECEIVED = "received"
    """Everybody else's devices have said to have it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody one shares a space with, and when anything of them came last; None if never."""

    name: str
    at: datetime | None

    def quiet(self, now: datetime) -> bool:
        """Whether it is time to say that nothing has come."""
        return self.at is not None and now - self.at >= QUIET


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody's phone did about a wish to erase: how many texts it erased, and how many it kept as its own."""

    name: str
    erased: int
    kept: int


@dataclass(frozen=True, slots=True)
class Wish:
    """Something I erased in a shared space: when, what the others' phones did, and whose have not answered."""

    id: Id
    at: datetime | None
    space: str
    answers: tuple[Answer, ...]
    silent: tuple[str, ...]


class Tidings:
    """Questions about the others in a space. Everything here only reads."""

    def __init__(self, store: Store, exchange: Exchange) -> None:
        self._store = store
        self._exchange = exchange

    def heard(self, mentorship: Id) -> tuple[Heard, ...]:
        """Those one shares a mentorship with, by name."""
        found = self._store.ask(One(Mentorship, mentorship))
        if found is None or found.space not in self._exchange.shared():
            return ()
        return self.heard_in(found.space)

    def heard_in(self, space: str) -> tuple[Heard, ...]:
        """The other people in a space, each with the last word of any of their devices."""
        latest: dict[str, Heard] = {}
        for one in self._exchange.people(space):
            if one.mine:
                continue
            at = datetime.fromisoformat(one.heard) if one.heard else None
            known = latest.get(one.root)
            if known is None or (at is not None and (known.at is None or at > known.at)):
                latest[one.root] = Heard(one.name, at)
        return tuple(sorted(latest.values(), key=lambda one: one.name))

    def others(self) -> tuple[str, ...]:
        """Everybody one shares anything with, by name."""
        names = {one.name for space in self._exchange.shared() for one in self.heard_in(space) if one.name}
        return tuple(sorted(names))

    def quiet(self, now: datetime) -> tuple[Heard, ...]:
        """Those of whom nothing has come for so long that it is worth saying."""
        spaces = self._exchange.shared()
        return tuple(one for space in spaces for one in self.heard_in(space) if one.quiet(now))

    def stage(self, kind: str, record: Id) -> Stage | None:
        """How far my words in a shared record have come; None for what nobody else gets, or holds no word of mine."""
        if kind not in KINDS:
            return None
        found = self._store.ask(One(KINDS[kind], record))
        if found is None or found.space == self._store.personal or found.space not in self._exchange.shared():
            return None
        mine = f"{found.space}:{self._store.device(found.space)}:"
        rows = self._store.documents.table(VERSIONS).search(is_("record", f"{found.space}:{kind}:{record}"))
        numbers = [int(row["change"].rpartition(":")[2]) for row in rows if row["change"].startswith(mine)]
        progress = self._exchange.progress(found.space)
        if not numbers or progress.alone:
            return None
        last = max(numbers)
        if last <= progress.received:
            return Stage.RECEIVED
        return Stage.WAITING if last > progress.sealed or any(last in one for one in progress.waiting) else Stage.SENT

    def wishes(self, limit: int = 10) -> tuple[Wish, ...]:
        """What I erased in shared spaces, newest first, and what came of it on the others' phones."""
        receipts: dict[Id, list[Receipt]] = {}
        for receipt in self._store.everything(Receipt):
            receipts.setdefault(receipt.erasure, []).append(receipt)
        shared = [space for space in self._exchange.shared() if space != self._store.personal]
        found: list[Wish] = []
        for erasure in self._store.everything(Erasure):
            by = device_of(erasure.heads[0])
            if erasure.space in shared and self._store.is_mine(erasure.space, by) and len(found) < limit:
                found.append(self._wish(erasure, receipts.get(erasure.id, [])))
        return tuple(one for one in found if one.answers or one.silent)

    def _wish(self, erasure: Erasure, receipts: list[Receipt]) -> Wish:
        space = erasure.space
        names = {one.device: one for one in [*self._exchange.former(space), *self._exchange.people(space)]}
        answers: list[Answer] = []
        heard: set[str] = set()
        for receipt in receipts:
            who = names.get(device_of(receipt.heads[0]))
            if who is not None and not who.mine:
                answers.append(Answer(who.name, receipt.dropped, receipt.kept))
                heard.add(who.root)
        people = {one.root: one.name for one in self._exchange.people(space) if not one.mine}
        silent = tuple(sorted(name for root, name in people.items() if root not in heard))
        return Wish(erasure.id, erasure.at, space, tuple(answers), silent)
