"""What a session hands out: the services on an open vault, and what a screen may count before it wants one of them.

`SessionBusy` where nothing is open. What is counted here is none then: a screen may be drawn once more while the vault is
being locked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.errors import SessionBusy, VaultClosed
from app.services.phases import Phases

if TYPE_CHECKING:
    from app.services.agreements import Agreements
    from app.services.content.library import Library
    from app.services.programme.coordination import Coordination
    from app.services.programme.membership import Programme
    from app.services.programme.post import Post
    from app.services.records.store import Store
    from app.services.sharing.devices import Devices
    from app.services.sharing.exchange import Exchange
    from app.services.sharing.pairing import Pairing
    from app.services.sharing.parting import Parting
    from app.services.sharing.replication import Replication
    from app.services.sharing.tidings import Tidings


class Doors(Phases):
    """A session as screens ask it for the rest of the app."""

    @property
    def example(self) -> bool:
        """Whether this is a look around with example data."""
        return self._opened is not None and self._opened.vault.temporary

    @property
    def store(self) -> Store:
        """The open store; `SessionBusy` when there is none."""
        return self._open.store

    @property
    def sharing(self) -> bool:
        """Whether anything is shared or carried at all: asked before what that takes is even loaded."""
        from app.services.records.tables import PLACES

        return len(self.store.documents.table(PLACES)) > 0

    @property
    def shares(self) -> bool:
        """Whether there is anything to know about devices; false when nothing is open. Quick."""
        return self._opened is not None and self._opened.shares

    @property
    def exchange(self) -> Exchange:
        """The shared spaces; `SessionBusy`, as with all that follow, when no vault is open."""
        return self._open.exchange

    @property
    def tidings(self) -> Tidings:
        """What one knows of the other's phone."""
        return self._open.tidings

    @property
    def pairing(self) -> Pairing:
        """How two people become a pair."""
        return self._open.pairing

    @property
    def parting(self) -> Parting:
        """How two people stop sharing."""
        return self._open.parting

    @property
    def devices(self) -> Devices:
        """My own devices."""
        return self._open.devices

    @property
    def replication(self) -> Replication:
        """The optional server."""
        return self._open.replication

    @property
    def programme(self) -> Programme:
        """The programme one is in."""
        return self._open.programme

    @property
    def coordination(self) -> Coordination:
        """The programme one coordinates."""
        return self._open.coordination

    @property
    def letters(self) -> Post:
        """What goes between members and coordinators of a programme through a server."""
        return self._open.post

    @property
    def posts(self) -> bool:
        """Whether a programme here has a box, so that letters may go by themselves. Quick."""
        opened = self._opened
        if opened is None:
            return False
        try:
            return opened.posts
        except VaultClosed:  # locked since the line above
            return False

    def agreements(self, library: Library) -> Agreements:
        """What two people put their names to, in the words of this library."""
        return self._open.agreements(library)

    @property
    def programme_waiting(self) -> int:
        """How much waits to be handed over to a programme; loads nothing of it where there is none."""
        return self._counted("_letter", lambda row: row["state"] == "waiting" and row["what"] != "counts")

    @property
    def programme_by_hand(self) -> int:
        """The same, but nothing where letters go by themselves: then nobody has anything to do about it."""
        waiting = self.programme_waiting
        opened = self._opened
        if not waiting or opened is None:
            return waiting
        try:
            return 0 if opened.goes_by_itself else waiting
        except (SessionBusy, VaultClosed):  # locked since the line above
            return 0

    @property
    def programme_news(self) -> int:
        """How many wishes to be contacted and concerns a coordinator has not opened."""
        return self._counted("_received", lambda row: not row["seen"] and row["what"] in ("contact", "concern"))

    def _counted(self, table: str, counts: Callable[[Any], bool]) -> int:
        """How many rows count; none when nothing is open: a screen may be drawn once more while the vault is locked."""
        opened = self._opened
        if opened is None:
            return 0
        try:
            return sum(counts(row) for row in opened.vault.documents.table(table))
        except VaultClosed:  # locked since the line above
            return 0

    @property
    def role(self) -> str:
        """Mentor, mentee, coordinator or participant; empty when nobody has said."""
        from app.model.queries import AboutMe

        me = self.store.ask(AboutMe())
        return "" if me is None else str(me.role)
