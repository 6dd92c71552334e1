"""Not sharing any more: taking the other person out, leaving, and what is known of it on either side.

Both keep what they had. What is taken out of the other's hands is what comes from now on: the key is another one before
this returns. Nobody is asked for a reason, and none is sent.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.errors import NotShared
from app.model.entities import Mentorship
from app.model.ids import Id
from app.model.queries import One
from app.services.sharing.packing import pack
from app.services.sharing.pairing import Package
from sync import bundle
from sync.bundle import Item, ItemKind
from sync.protocol import party_of

if TYPE_CHECKING:
    from app.services.records.store import Store
    from app.services.sharing.exchange import Exchange
    from app.services.sharing.members import WayOut
    from app.services.spaces import Spaces


class How(enum.StrEnum):
    """How sharing has ended; `parting.is.<how>` says it."""

    DISMISSED = "dismissed"
    """I have taken the other out."""
    LEFT = "left"
    """I have left."""
    THEY_LEFT = "they-left"
    """The other has left."""
    OUT = "out"
    """The other has taken me out."""
    SHUT = "shut"
    """The server does not let me in there any more; nothing is here that says why."""


@dataclass(frozen=True, slots=True)
class Parted:
    """That one does not share any more, and with whom."""

    how: How
    name: str
    by_package: bool = False
    """The server does not take the word about it: it goes by package."""


class Parting:
    """Ending what is shared, on an open vault. Everything here is quick, and durable when it returns."""

    def __init__(self, store: Store, spaces: Spaces, exchange: Exchange, now: Callable[[], datetime]) -> None:
        self._store = store
        self._spaces = spaces
        self._exchange = exchange
        self._now = now

    def of(self, mentorship: Id) -> Parted | None:
        """How sharing has ended; None while it goes on, and where it never began."""
        space = self._space(mentorship)
        return self.of_space(space) if space else None

    def of_space(self, space: str) -> Parted | None:
        """The same, by the space."""
        if space not in self._exchange.shared() or space == self._store.personal:
            return None
        mine = self._exchange.way_out(space)
        names = [one.name for one in self._exchange.people(space) if not one.mine]
        by_package = self._exchange.not_carried(space)
        if mine is not None:
            if mine.way == "device":
                return None
            return Parted(How.LEFT if mine.way == "left" else How.OUT, next(iter(names), mine.by), by_package)
        if names:
            return Parted(How.SHUT, names[0], by_package) if self._exchange.shut_out(space) else None
        gone = self._gone(space)
        if gone is None:
            return None
        return Parted(How.THEY_LEFT if gone.way == "left" else How.DISMISSED, gone.name, by_package)

    def where(self, space: str) -> Id:
        """The mentorship that is shared in a space; empty where there is none."""
        return next((one.id for one in self._store.everything(Mentorship) if one.space == space), "")

    def shares(self, mentorship: Id) -> bool:
        """Whether somebody else is in there now, and I am."""
        space = self._space(mentorship)
        return (
            space in self._exchange.shared()
            and self._exchange.is_in(space)
            and any(not one.mine for one in self._exchange.people(space))
        )

    def may_dismiss(self, mentorship: Id) -> bool:
        """Whether I may take the other out; if not, I can leave."""
        return self._exchange.may_dismiss(self._space(mentorship))

    def dismiss(self, mentorship: Id) -> None:
        """Take everybody else out, with a new key at once."""
        space = self._space(mentorship)
        if not self.shares(mentorship):
            raise NotShared
        for party in self._exchange.other_parties(space):
            self._exchange.dismiss(space, party=party)

    def again(self, mentorship: Id) -> None:
        """Let whoever was taken out in again, with what they had."""
        space = self._space(mentorship)
        gone = self._gone(space)
        if gone is None or not gone.root:
            raise NotShared
        self._exchange.let_in_again(space, gone.root)

    def leave(self, mentorship: Id) -> None:
        """Go, with every device of mine. What I write afterwards stays with me; only the other can let me in again."""
        space = self._space(mentorship)
        if not self.shares(mentorship):
            raise NotShared
        self._exchange.dismiss(space, party=party_of(bytes.fromhex(space), self._spaces.root))

    def farewell(self, mentorship: Id) -> Package:
        """Without a server: the word that it is over, sealed for the other, and nothing that was written later."""
        space = self._space(mentorship)
        mine = self._exchange.way_out(space)
        ways = self._exchange.ways_out(space)
        if mine is not None:
            to = [one.device for one in self._exchange.people(space) if not one.mine]
            last = mine
        else:
            to = [
                one.device
                for one in self._exchange.former(space)
                if not one.mine and one.device in ways and ways[one.device].way != "device"
            ]
            if not to:
                raise NotShared
            last = max((ways[one] for one in to), key=lambda way: way.sequence)
        known = self._exchange.known_to_others(space)
        items = [
            Item(ItemKind.ENVELOPE, one.to_bytes())
            for one in self._exchange.outgoing(space, known if mine is not None else {})
            if one.header.device.hex() != last.author or one.header.sequence <= last.sequence
        ]
        data = pack(self._exchange, space, items, to)
        return Package(f"fika-{self._now():%Y-%m-%d}{bundle.SUFFIX}", data, len(items))

    def _gone(self, space: str) -> WayOut | None:
        """The last of the others who went, as a person."""
        mine = self._spaces.root.hex()
        ways = [one for one in self._exchange.ways_out(space).values() if one.root != mine and one.way != "device"]
        return ways[-1] if ways else None

    def _space(self, mentorship: Id) -> str:
        found = self._store.ask(One(Mentorship, mentorship))
        return found.space if found else ""
