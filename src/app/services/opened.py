"""What stands on an open vault: the store at once, everything else when it is first asked for.

One `Opened` lives from unlocking to locking. What it makes is made once, by whichever thread asks first, and nothing of
it is left running when the vault is closed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from app.errors import SessionBusy

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
    from app.services.spaces import Spaces
    from app.vault.vault import Vault

Service = TypeVar("Service")


class Opened:
    """An open vault and the services on it. Once closed, it makes nothing more: `SessionBusy`."""

    def __init__(self, vault: Vault, store: Store, spaces: Spaces, assets: Path, now: Callable[[], datetime]) -> None:
        self.vault = vault
        self.store = store
        self.spaces = spaces
        self._assets = assets
        self._now = now
        self._one = threading.RLock()
        self._closed = False
        self._made: dict[str, object] = {}

    # ------------------------------------------------------------------ sharing

    @property
    def shares(self) -> bool:
        """Whether there is anything to know about devices: a space with a log, or one whose log is elsewhere. Quick."""
        if self.vault.temporary:
            return False
        documents = self.vault.documents
        return len(documents.table("_place")) > 0 or any(
            row["kind"] == "space" and (row.get("elsewhere") or not row["epoch"]) for row in documents.table("_keyring")
        )

    @property
    def exchange(self) -> Exchange:
        """The shared spaces."""

        def make() -> Exchange:
            from app.model.queries import AboutMe
            from app.services.sharing.exchange import Exchange

            def name() -> str:
                me = self.store.ask(AboutMe())
                return "" if me is None else me.name

            return Exchange(self.store, self.spaces, name=name, now=self._now)

        return self._once("exchange", make)

    @property
    def tidings(self) -> Tidings:
        """What one knows of the other's phone."""
        from app.services.sharing.tidings import Tidings

        return Tidings(self.store, self.exchange)

    @property
    def pairing(self) -> Pairing:
        """How two people become a pair."""

        def make() -> Pairing:
            from app.services.sharing.pairing import Pairing

            return Pairing(self.store, self.spaces, self.exchange, self._assets, self._now)

        return self._once("pairing", make)

    @property
    def parting(self) -> Parting:
        """How two people stop sharing."""
        from app.services.sharing.parting import Parting

        return Parting(self.store, self.spaces, self.exchange, self._now)

    @property
    def devices(self) -> Devices:
        """One's own devices."""

        def make() -> Devices:
            from app.services.sharing.devices import Devices

            return Devices(self.store, self.spaces, self.exchange, self._assets, self._now)

        return self._once("devices", make)

    @property
    def replication(self) -> Replication:
        """The optional server."""

        def make() -> Replication:
            from app.services.sharing.replication import Replication

            made = Replication(self.store, self.spaces, self.exchange, self.devices)
            self.devices.urge = made.now
            return made

        return self._once("replication", make)

    def agreements(self, library: Library) -> Agreements:
        """What two people put their names to, in the words of this library."""
        from app.services.agreements import Agreements

        return Agreements(self.store, self.spaces, library, lambda: self.exchange, self._now)

    # ------------------------------------------------------------------ the programme

    @property
    def programme(self) -> Programme:
        """The programme one is in."""

        def make() -> Programme:
            from app.services.programme.membership import Programme

            return Programme(self.store, self._assets, self._now)

        return self._once("programme", make)

    @property
    def coordination(self) -> Coordination:
        """The programme one coordinates."""

        def make() -> Coordination:
            from app.services.content.library import Library
            from app.services.programme.coordination import Coordination

            return Coordination(self.store, Library(self._assets), self._assets, self._now)

        return self._once("coordination", make)

    @property
    def posts(self) -> bool:
        """Whether letters of a programme may go by themselves: somewhere here it has a box. Quick."""
        if self.vault.temporary:
            return False
        return any(row.get("box") for row in self.vault.documents.table("_keyring"))

    @property
    def post(self) -> Post:
        """What goes between members and coordinators through a server."""

        def make() -> Post:
            from app.services.programme.fetching import Fetching
            from app.services.programme.post import Post
            from app.services.programme.sending import Sending

            def keeps() -> bool:
                return any(row["kind"] == "programme" for row in self.vault.documents.table("_keyring"))

            replication = self.replication
            return Post(
                Sending(lambda: self.programme, self._now, time.monotonic),
                Fetching(lambda: self.coordination, self.spaces, lambda: replication.choice, keeps),
                may_go=lambda: replication.may_go,
                delayed=lambda: replication.delayed,
            )

        return self._once("post", make)

    @property
    def goes_by_itself(self) -> bool:
        """Whether letters of mine go by themselves, and the box takes them. Quick."""
        if not self.posts or self.programme.posting != "yes":
            return False
        with self._one:
            post = cast("Post | None", self._made.get("post"))
        return post is None or post.member.code != "sync-server-refuses"

    # ------------------------------------------------------------------ the end

    def stop_replicating(self) -> None:
        """No more talk with a server; waits until a running exchange has noticed."""
        with self._one:
            post = cast("Post | None", self._made.pop("post", None))
            replication = cast("Replication | None", self._made.pop("replication", None))
        if post is not None:
            post.stop()
        if replication is not None:
            replication.stop()

    def close(self) -> None:
        """Nothing of it runs any more, and nothing is made again. The store and the vault are the caller's to close."""
        self.stop_replicating()
        with self._one:
            self._closed = True
            post = cast("Post | None", self._made.pop("post", None))
            again = cast("Replication | None", self._made.pop("replication", None))  # asked for while it was stopped
            devices = cast("Devices | None", self._made.pop("devices", None))
            self._made.clear()
        if post is not None:
            post.stop()
        if again is not None:
            again.stop()
        if devices is not None:
            devices.close()

    def _once(self, name: str, make: Callable[[], Service]) -> Service:
        with self._one:
            if self._closed:
                raise SessionBusy(state="locked")
            if name not in self._made:
                self._made[name] = make()
            return cast(Service, self._made[name])
