"""The optional server, as the app sees it: whether there is one, how things are with it, and what still waits.

Without a server nothing here runs. With one, a loop of its own carries the spaces while the vault is open; no screen
and no keystroke ever waits for it. The address lies in the vault, as everything does.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from app.errors import BadAddress
from app.model.commands import SetSetting
from app.model.queries import SettingOf

if TYPE_CHECKING:
    from app.services.devices import Devices
    from app.services.exchange import Exchange
    from app.services.spaces import Spaces
    from app.services.store import Store
    from sync.client.http import Server
    from sync.client.loop import Loop, State
    from sync.client.replicator import Replicator

log = logging.getLogger(__name__)

ADDRESS: Final = "server.address"
PIN: Final = "server.pin"


@dataclass(frozen=True, slots=True)
class Choice:
    """The server somebody chose; `pin` is the SHA-256 of its certificate, for those who host themselves."""

    address: str
    pin: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one grey row says."""

    condition: str
    """off, working, away, calm or stuck (`sync.client.loop.Condition`)."""
    waiting: int
    """Changes of mine that no server has yet."""
    code: str = ""
    """What is wrong, as the code of an error; empty if nothing is."""
    since: datetime | None = None
    """When everything was last alike."""


class Replication:
    """The one server of an open vault."""

    def __init__(self, store: Store, spaces: Spaces, exchange: Exchange, devices: Devices | None = None) -> None:
        self._store = store
        self._spaces = spaces
        self._exchange = exchange
        self._devices = devices
        self._one = threading.RLock()
        self._loop: Loop | None = None
        self._server: Server | None = None
        self._replicator: Replicator | None = None
        self._stops: list[Callable[[], None]] = []
        self._listeners: list[Callable[[], None]] = []

    # ------------------------------------------------------------------ what the screens see

    @property
    def choice(self) -> Choice | None:
        """The server that was chosen, if any."""
        address = self._store.ask(SettingOf(ADDRESS))
        pin = self._store.ask(SettingOf(PIN))
        return Choice(address, pin if isinstance(pin, str) else "") if isinstance(address, str) and address else None

    @property
    def standing(self) -> Standing:
        """How things are with the server, and what waits."""
        loop = self._loop
        waiting = sum(self._exchange.waiting(space) for space in self._exchange.shared()) if self.choice else 0
        if loop is None:
            return Standing("off", waiting)
        state = loop.state
        since = datetime.fromtimestamp(state.since, UTC) if state.since else None
        return Standing(state.condition.value, waiting, state.error.code if state.error else "", since)

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when the standing may have changed, from any thread. The answer ends that."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    # ------------------------------------------------------------------ choosing, and going on

    def connect(self, address: str, *, pin: str = "", invitation: str = "") -> None:
        """Try a server, and carry everything with it from now on. Waits for the network.

        Raises `BadAddress` for what is no address, and the typed errors of `sync` for a server that is none, is away,
        or cannot show that it is the right one. Nothing is changed then.
        """
        from sync.client.http import Server

        try:
            server = Server(address.strip(), pin=_plain_pin(pin))
        except ValueError as exc:
            raise BadAddress from exc
        try:
            server.info()
        finally:
            server.close()
        with self._one:
            self.stop()
            self._store.execute(SetSetting(key=ADDRESS, value=server.origin))
            self._store.execute(SetSetting(key=PIN, value=_plain_pin(pin) or ""))
            self.start(invitation=invitation)

    def disconnect(self) -> None:
        """No server any more. What is there stays there; what is here stays here."""
        with self._one:
            self.stop()
            self._store.execute(SetSetting(key=ADDRESS, value=""))
        self._tell()

    def start(self, *, invitation: str = "") -> None:
        """Go on with the server that was chosen, if there is one and it is not under way."""
        with self._one:
            choice = self.choice
            if choice is None or self._loop is not None:
                return
            from sync.client.http import Server
            from sync.client.loop import Loop
            from sync.client.replicator import Replicator

            server = Server(choice.address, pin=choice.pin or None)
            replicator = Replicator(server, self._exchange, invitation=invitation or None)
            self._server, self._replicator = server, replicator
            self._loop = loop = Loop(server, replicator, self._carried, told=self._moved)
            self._stops = [
                self._store.on_change(lambda _: loop.poke()),
                self._exchange.watch(self._tell),
            ]
            loop.start()
        self._tell()

    def stop(self) -> None:
        """Let go of the server, for locking or for good. A round that is under way ends first."""
        with self._one:
            loop, self._loop = self._loop, None
            stops, self._stops = self._stops, []
        for stop in stops:
            stop()
        if loop is not None:
            loop.stop()

    def now(self) -> None:
        """Somebody wants it now: the app came back, or a person asked."""
        if self._loop is not None:
            self._loop.poke(urgent=True)

    # ------------------------------------------------------------------ inside

    def _carried(self) -> list[str]:
        """Every space I am in and may write to: a server holds all, so that a new phone finds all."""
        shared = set(self._exchange.shared())
        for space, _ in sorted(self._spaces.all(), key=lambda one: one[1] != "personal"):
            if space in shared:
                continue
            if not self._spaces.elsewhere(space):
                self._exchange.begin(space)
            elif not self._fetched(space):
                continue
            shared.add(space)
        # Where this device is known to be out, asking again and again would only keep the rest from being carried.
        return sorted(space for space in shared if self._exchange.is_in(space))

    def _fetched(self, space: str) -> bool:
        """The log of a space that other devices of mine have, once they have let this one in."""
        from app.services import returning

        if self._devices is None or self._server is None:
            return False
        return returning.fetch(self._server, self._devices, space, self._spaces.keys(space))

    def _moved(self, state: State) -> None:
        log.info("server: %s %s", state.condition.value, state.error.code if state.error else "")
        if state.condition.value == "calm":
            self._keep_keyring()
        self._tell()

    def _keep_keyring(self) -> None:
        """After a calm round: what the recovery key will find is as new as everything else."""
        from app.services import returning
        from sync.errors import SyncError

        server, replicator, personal = self._server, self._replicator, self._spaces.personal
        if server is None or replicator is None or personal not in self._exchange.shared():
            return
        try:
            returning.keep(server, self._spaces, self._store.documents, replicator.token(personal))
        except SyncError as exc:  # the next round tries again
            log.warning("the keyring was not put on the server: %s", exc.code)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _plain_pin(pin: str) -> str | None:
    """A fingerprint as people copy it: colons, spaces and large letters do not matter."""
    letters = pin.replace(":", "").replace(" ", "").strip().lower()
    if not letters:
        return None
    if len(letters) != 64 or not set(letters) <= set("0123456789abcdef"):
        raise BadAddress(reason="pin")
    return letters
