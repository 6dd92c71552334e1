"""The optional server, as the app sees it: whether there is one, how things are with it, and what still waits.

Without a server nothing here runs. With one, a loop of its own carries the spaces while the vault is open; no screen
and no keystroke ever waits for it. The address lies in the vault, as everything does.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from app.errors import BadAddress, LeftOnServer
from app.listeners import Listeners
from app.model.clock import reading, skew
from app.model.commands import SetSetting
from app.model.queries import SettingOf
from app.services.sharing.addresses import plain_pin
from app.services.spaces import DEVICE

if TYPE_CHECKING:
    from app.services.records.store import Store
    from app.services.sharing.devices import Devices
    from app.services.sharing.exchange import Exchange
    from app.services.spaces import Spaces
    from sync.client.http import Server
    from sync.client.loop import Loop, State
    from sync.client.replicator import Replicator
    from sync.protocol import Envelope

log = logging.getLogger(__name__)

ADDRESS: Final = "server.address"
PIN: Final = "server.pin"
WIFI: Final = "wifi"
DELAY: Final = "delay"
FOLLOWED_MOST: Final = 4
ENDED_MOST: Final = 4
"""How often a server that asks for patience is asked again to erase a space."""
ASK_SECONDS: Final = 5.0
ASK_LONGEST_SECONDS: Final = 900.0
"""How often a device that is not in a space yet asks for its log: doubled each time. Somebody who waits in front of it asks
at once.
"""
LAST_SECOND: Final = 253_402_300_799.0
"""The last one that a date can be made of: a server may say anything."""
DELAY_MOST: Final = 600.0
"""Seconds within which what was written goes out, where somebody does not want a server to see when they write."""

Network = Literal["unknown", "none", "mobile", "wifi"]
"""What the phone says about its line. `unknown`: it cannot tell (a browser, many computers)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The server somebody chose; `pin` is the SHA-256 of its certificate, for those who host themselves."""

    address: str
    pin: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one grey row says."""

    condition: str
    """off, working, away, calm or stuck (`sync.client.loop.Condition`); `wifi`: waits for Wi-Fi; `later`: goes out soon;
    `shut`: calm, but for a space in which the server says no.
    """
    waiting: int
    """Changes of mine that no server has yet."""
    code: str = ""
    """What is wrong, as the code of an error; empty if nothing is."""
    since: datetime | None = None
    """When everything was last alike."""


class Pace:
    """When what was written may go out: at once, or at a random moment, so that nobody sees when it was written."""

    def __init__(
        self, *, draw: Callable[[float, float], float] = random.uniform, timer: Callable[..., Any] = threading.Timer
    ) -> None:
        self._draw = draw
        self._start = timer
        self._most = 0.0
        self._timer: Any = None
        self._guard = threading.Lock()

    def set(self, most: float) -> None:
        """The longest wait in seconds; none at all with 0."""
        self._most = most
        if not most:
            self.let_go()

    @property
    def holds(self) -> bool:
        """Whether something waits for its moment."""
        return self._timer is not None

    def wait(self, go: Callable[[], None]) -> bool:
        """Something was written: whether it waits. Its moment is drawn once; what comes meanwhile goes with it."""
        with self._guard:
            if not self._most:
                return False
            if self._timer is None:

                def ring() -> None:
                    self.let_go()
                    go()

                self._timer = self._start(self._draw(0.0, self._most), ring)
                self._timer.daemon = True
                self._timer.start()
            return True

    def let_go(self) -> None:
        """Nothing waits any more."""
        with self._guard:
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    stop = let_go


class Unhurried:
    """The shared spaces as a server's rounds see them: while the pace holds, there is nothing to send."""

    def __init__(self, exchange: Exchange, pace: Pace) -> None:
        self._exchange = exchange
        self._pace = pace

    def seal(self, space: str) -> int:
        """Nothing is sealed before it may go: what is written meanwhile goes in one envelope with it."""
        return 0 if self._pace.holds else self._exchange.seal(space)

    def unsent(self, space: str) -> list[Envelope]:
        """What may go."""
        return [] if self._pace.holds else self._exchange.unsent(space)

    def waiting(self, space: str) -> int:
        """How much of it."""
        return 0 if self._pace.holds else self._exchange.waiting(space)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._exchange, name)


class Replication:
    """The one server of an open vault."""

    def __init__(
        self,
        store: Store,
        spaces: Spaces,
        exchange: Exchange,
        devices: Devices | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._spaces = spaces
        self._exchange = exchange
        self._devices = devices
        self._one = threading.RLock()
        self._loop: Loop | None = None
        self._server: Server | None = None
        self._replicator: Replicator | None = None
        self._stops: list[Callable[[], None]] = []
        self._listeners = Listeners[[]]()
        self._network: Network = "unknown"
        self._pace = Pace()
        self._monotonic = monotonic
        self._sleep = sleep
        self._now = now
        self._timed: Server | None = None
        self.skew: timedelta | None = None
        """How far the server's clock is ahead of this phone's; nothing if it is not worth telling."""
        self._erasing: Server | None = None
        self._given_up = threading.Event()
        """Nobody waits any more for what is being erased on a server: the vault is to be locked."""
        self._asked: dict[str, tuple[float, float]] = {}
        """Spaces whose log is elsewhere: when it may be asked for again, and how long after that."""

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
        shared = self._exchange.shared() if self.choice else []
        shut = {space for space in shared if self._exchange.shut_out(space)}
        going = [space for space in shared if space not in shut and not self._exchange.is_out(space)]
        waiting = sum(self._exchange.waiting(space) for space in going)
        if loop is None:
            return Standing("off" if self.may_go or self.choice is None else "wifi", waiting)
        state = loop.state
        if state.condition.value == "calm" and waiting and self._pace.holds:
            return Standing("later", waiting)
        since = datetime.fromtimestamp(state.since, UTC) if state.since else None
        if state.condition.value == "calm" and shut:
            return Standing("shut", waiting, since=since)
        return Standing(state.condition.value, waiting, state.error.code if state.error else "", since)

    @property
    def wifi_only(self) -> bool:
        """Whether a line that may cost money is left alone, where the phone can tell. Of this device only."""
        return self._manner.get(WIFI) is True

    @property
    def delayed(self) -> bool:
        """Whether what is written goes out at a random moment within ten minutes. Of this device only."""
        return self._manner.get(DELAY) is True

    def choose(self, *, wifi_only: bool | None = None, delayed: bool | None = None) -> None:
        """Choose how things are carried, and do so. May wait for a round that is under way."""
        self.prefer(wifi_only=wifi_only, delayed=delayed)
        self.follow()

    def prefer(self, *, wifi_only: bool | None = None, delayed: bool | None = None) -> None:
        """Write down how things are to be carried, which is quick; `follow` then does so."""
        if wifi_only is not None:
            self._keep_manner(WIFI, wifi_only)
        if delayed is not None:
            self._pace.set(DELAY_MOST if delayed else 0.0)
            self._keep_manner(DELAY, delayed)

    @property
    def _manner(self) -> Mapping[str, Any]:
        """How this device carries; the others have lines and habits of their own."""
        rows = [row for row in self._store.documents.table(DEVICE) if row["kind"] == "carrying"]
        return rows[0] if rows else {}

    def _keep_manner(self, name: str, value: bool) -> None:
        table = self._store.documents.table(DEVICE)
        rows = [row for row in table if row["kind"] == "carrying"]
        with self._store.documents.transaction():
            if rows:
                table.update({name: value}, doc_ids=[rows[0].doc_id])
            else:
                table.insert({"kind": "carrying", name: value})

    def on_network(self, network: Network) -> None:
        """The phone says what line it has. May wait for a round that is under way."""
        self._network = network
        self.follow()

    @property
    def may_go(self) -> bool:
        """Whether the line may be used, as it was chosen."""
        return not (self.wifi_only and self._network == "mobile")

    def follow(self) -> None:
        """Begin or stop, as the line and the choices have it. May wait for a round that is under way.

        Looks once more when that is done: what was chosen while it waited counts.
        """
        for _ in range(FOLLOWED_MOST):
            wanted = self.may_go
            if wanted:
                self.start()
                if not self._pace.holds:
                    self._poke()
            else:
                self.stop()
            if self.may_go == wanted:
                break
        self._listeners.tell()

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when the standing may have changed, from any thread. The answer ends that."""
        return self._listeners.add(listener)

    # ------------------------------------------------------------------ choosing, and going on

    def connect(self, address: str, *, pin: str = "", invitation: str = "") -> None:
        """Try a server, and carry everything with it from now on. Waits for the network.

        Raises `BadAddress` for what is no address, and the typed errors of `sync` for a server that is none, is away,
        or cannot show that it is the right one. Nothing is changed then.
        """
        from sync.client.http import Server

        try:
            server = Server(address.strip(), pin=plain_pin(pin))
        except ValueError as exc:
            raise BadAddress from exc
        try:
            server.info()
        finally:
            server.close()
        with self._one:
            self.stop()
            self._store.execute(SetSetting(key=ADDRESS, value=server.origin))
            self._store.execute(SetSetting(key=PIN, value=plain_pin(pin) or ""))
            self._exchange.carried_by(server.origin, chosen=True)
            self.start(invitation=invitation)

    def disconnect(self) -> None:
        """No server any more. What is there stays there; what is here stays here."""
        with self._one:
            self.stop()
            self._store.execute(SetSetting(key=ADDRESS, value=""))
        self._exchange.refused((), but_for=self._exchange.shared())  # what no server carries, none says no to
        self._listeners.tell()

    def delete_there(self) -> None:
        """Erase on the server what this device has put there, and let go of that server. Waits for the network.

        What others have put there is theirs. Raises `LeftOnServer` where not everything went: what went is gone, and
        asked again, it goes on with the rest.
        """
        with self._one:
            choice = self.choice
            if choice is None:
                return
            self.stop()
            self._given_up.clear()
            try:
                left = self._erased_there(choice)
                if left:
                    raise LeftOnServer(count=left)
                self.disconnect()
            except BaseException:  # whatever it was: the server is still chosen, so carrying goes on
                self.start()
                raise

    def _erased_there(self, choice: Choice) -> int:
        """How many spaces the chosen server has not erased."""
        from sync.client.http import Server

        self._erasing = server = Server(choice.address, pin=choice.pin or None)
        try:
            return self._left_there(server)
        finally:
            self._erasing = None
            server.close()

    def _left_there(self, server: Server) -> int:
        """How many spaces a server has not erased; the keyring counts as one. Without an answer, nothing more is asked."""
        from sync.errors import NoAnswer

        spaces = self._exchange.shared()
        left = 0
        for place, space in enumerate(spaces):
            if self._given_up.is_set():
                return left + len(spaces) - place
            try:
                gone = self._ended_there(server, space)
            except NoAnswer:
                return left + len(spaces) - place
            if gone:
                self._exchange.deleted_there(space)
            else:
                left += 1
        return left or int(not self._keyring_gone(server))

    def _ended_there(self, server: Server, space: str) -> bool:
        """Whether nothing of this device is left there in a space."""
        from sync.errors import NoAnswer, ServerBusy, ServerRefuses, SpaceDeletedThere, SyncError

        for _ in range(ENDED_MOST):
            if self._given_up.is_set():
                return False
            try:
                server.end_account(bytes.fromhex(space), self._spaces.keys(space))
            except SpaceDeletedThere:
                return True
            except ServerBusy as exc:
                self._sleep(min(max(float(exc.facts.get("after", 0)), 1.0), 10.0))
                continue
            except ServerRefuses as exc:
                # Known to nobody there. Any other no may be from whatever stands before the server.
                return (exc.facts.get("status"), exc.facts.get("reason")) == (401, "proof")
            except NoAnswer:
                raise
            except SyncError as exc:
                log.warning("a space is still on the server: %s", exc.code)
                return False
            return True
        return False

    def _keyring_gone(self, server: Server) -> bool:
        """Whether the keyring for the recovery key is gone; it stays where other devices of mine go on with the server."""
        from sync.errors import SyncError

        personal = self._spaces.personal
        mine = self._exchange.people(personal) if personal in self._exchange.shared() else []
        if any(one.mine and not one.own for one in mine):
            return True
        places = [*self._spaces.former_papers(), *([self._spaces.paper] if self._spaces.paper else [])]
        try:
            for place in places:
                server.delete_keyring(place.id, place.secret)
        except SyncError as exc:
            log.warning("the keyring is still on the server: %s", exc.code)
            return False
        table = self._store.documents.table(DEVICE)
        table.remove(doc_ids=[row.doc_id for row in table if row["kind"] == "keyring-put"])
        return True

    def start(self, *, invitation: str = "") -> None:
        """Go on with the server that was chosen, if there is one and it is not under way."""
        with self._one:
            choice = self.choice
            if choice is None or self._loop is not None or not self.may_go:
                return
            from sync.client.http import Server
            from sync.client.loop import Loop
            from sync.client.replicator import Replicator

            server = Server(choice.address, pin=choice.pin or None)
            self._exchange.carried_by(server.origin)
            self._pace.set(DELAY_MOST if self.delayed else 0.0)
            shelf = cast("Exchange", Unhurried(self._exchange, self._pace))
            replicator = Replicator(server, shelf, invitation=invitation or None)
            self._server, self._replicator = server, replicator
            self._loop = loop = Loop(server, replicator, self._carried, told=self._moved, tidy=self._tidy)
            self._stops = [
                self._store.on_change(lambda _: self._written(loop)),
                self._exchange.watch(self._listeners.tell),
            ]
            loop.start()
        self._listeners.tell()

    def stop(self) -> None:
        """Let go of the server, for locking or for good. A round that is under way ends first; erasing there is given up."""
        self._given_up.set()
        erasing = self._erasing
        if erasing is not None:
            erasing.close()
        with self._one:
            loop, self._loop = self._loop, None
            stops, self._stops = self._stops, []
        for stop in stops:
            stop()
        self._pace.stop()
        if loop is not None:
            loop.stop()

    def now(self, *, asked: bool = False) -> None:
        """The app came back; or a person `asked`, and then nothing waits for its random moment either."""
        self._asked.clear()
        if asked:
            self._pace.let_go()
        self._poke()

    # ------------------------------------------------------------------ inside

    def _poke(self) -> None:
        if self._loop is not None:
            self._loop.poke(urgent=True)

    def _written(self, loop: Loop) -> None:
        if self._pace.wait(loop.poke):
            self._listeners.tell()  # that it waits
        else:
            loop.poke(written=True)

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
        return sorted(space for space in shared if self._exchange.is_in(space) or self._goes(space))

    def _goes(self, space: str) -> bool:
        """Whether I have left there and the server, and so the others, have not been told yet."""
        way = self._exchange.way_out(space)
        return way is not None and way.way == "left" and bool(self._exchange.unsent(space))

    def _fetched(self, space: str) -> bool:
        """The log of a space that other devices of mine have, once they have let this one in."""
        from app.services.sharing import returning

        if self._devices is None or self._server is None:
            return False
        due, pause = self._asked.get(space, (0.0, ASK_SECONDS))
        if self._monotonic() < due:
            return False
        self._asked[space] = (self._monotonic() + pause, min(2 * pause, ASK_LONGEST_SECONDS))
        return returning.fetch(self._server, self._devices, space, self._spaces.keys(space))

    def _moved(self, state: State) -> None:
        log.info("server: %s %s", state.condition.value, state.error.code if state.error else "")
        if state.condition.value in ("calm", "stuck"):
            # Where it says no in my own space as well, it is about this device, and nobody has stopped sharing.
            about_me = self._spaces.personal in state.refused
            refused = frozenset[str]() if about_me else state.refused
            self._exchange.refused(refused, but_for=(state.allowed | state.refused) - refused)
        self._listeners.tell()

    def _tidy(self) -> None:
        """After a calm round, once nobody waits for anything."""
        self._greet()
        self._keep_keyring()
        self._compare_clocks()

    def _compare_clocks(self) -> None:
        """Once with each server: its clock beside this phone's. Nothing depends on it; a person may want to know."""
        from sync.errors import SyncError

        server = self._server
        if server is None or server is self._timed:
            return
        try:
            told = min(server.info().now, LAST_SECOND)
        except SyncError as exc:  # the next round tries again
            log.warning("the server's clock was not read: %s", exc.code)
            return
        self._timed, self.skew = server, skew(reading(datetime.fromtimestamp(told, UTC)), self._now())
        self._listeners.tell()

    def _greet(self) -> None:
        """Once everything there has been read: tell the others what was seen, where somebody waits for that."""
        said = [self._exchange.sign_of_life(space) for space in self._exchange.shared()]
        loop = self._loop
        if loop is not None and any(said):
            loop.poke()

    def _keep_keyring(self) -> None:
        """After a calm round: what the recovery key will find is as new as everything else."""
        from app.services.sharing import returning
        from sync.errors import SyncError

        server, replicator, personal = self._server, self._replicator, self._spaces.personal
        if server is None or replicator is None or personal not in self._exchange.shared():
            return
        try:
            returning.keep(server, self._spaces, self._store.documents, replicator.token(personal))
        except SyncError as exc:  # the next round tries again
            log.warning("the keyring was not put on the server: %s", exc.code)
