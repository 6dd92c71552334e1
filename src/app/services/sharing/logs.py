"""The logs of the shared spaces of an open vault: as they are kept, and as far as they have been read into memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from app.errors import NotShared
from app.listeners import Listeners
from app.services.records.store import Store
from app.services.records.tables import LINKS, is_
from app.services.sharing.shelf import Shelf
from app.services.spaces import Spaces
from sync.authority import Authority, Record
from sync.errors import BadContent, BadControl, BadJson, CannotOpen, NoKey, SyncError
from sync.ledger import Ledger
from sync.pairing import introduction
from sync.pairing.introduction import Introduction
from sync.protocol import Envelope, party_of
from sync.sealing import EpochKey, Keyring, gather, open_inside
from sync.signing import DeviceKeys


@dataclass
class Log:
    """One space, as it is kept."""

    space: str
    ledger: Ledger
    keyring: Keyring
    keys: DeviceKeys
    people: Mapping[bytes, Introduction]

    @property
    def authority(self) -> Authority:
        """What all control records of the space amount to."""
        return self.ledger.authority

    @property
    def id(self) -> bytes:
        """The space, as envelopes name it."""
        return bytes.fromhex(self.space)

    def key_of(self, epoch: Record) -> EpochKey | None:
        """The key of an epoch, if it is here."""
        return self.keyring.keys.get(getattr(epoch.public.what, "commitment", b""))


class Logs:
    """What the shared spaces of one vault are read from and written through.

    Whoever goes on with a log holds `one`, for one thing happens at a time; whoever only looks waits for nobody.
    """

    def __init__(self, store: Store, spaces: Spaces, now: Callable[[], datetime]) -> None:
        self.store = store
        self.spaces = spaces
        self.now = now
        self.shelf = Shelf(store, now)
        self.one = threading.RLock()
        self._known: dict[str, Log] = {}
        self._listeners = Listeners[[]]()

    # ------------------------------------------------------------------ reading

    def of(self, space: str) -> Log:
        """A space, for whoever holds `one`."""
        if space not in self._known:
            if self.shelf.place(space) is None:
                raise NotShared
            self._known[space] = self.load(space)
        return self._known[space]

    def at_hand(self, space: str) -> Log | None:
        """A space as it was last kept, also while another thread goes on with it; None if it is not shared."""
        log = self._known.get(space)
        return log if log is not None or self.shelf.place(space) is None else self.load(space)

    def looked_at(self, space: str) -> Log:
        """A space as it was last kept, for a question of a screen: it waits for nobody who seals or takes in for minutes."""
        if self.one.acquire(blocking=False):
            try:
                return self.of(space)
            finally:
                self.one.release()
        log = self.at_hand(space)
        if log is None:
            raise NotShared
        return log

    def load(self, space: str) -> Log:
        """A space, read from its rows."""
        controls = self.shelf.controls(space)
        rows = {row["device"]: row["row"] for row in self.shelf.table(LINKS).search(is_("space", space))}
        ledger = Ledger.load(controls[0], controls, rows)
        keys = self.spaces.keys(space)
        keyring = gather(ledger.authority, controls, keys, (), self.shelf.keys(space))
        return Log(space, ledger, keyring, keys, introduced(space, ledger.authority, controls, keyring))

    def unlocked(
        self, log: Log, authority: Authority, controls: Sequence[Envelope]
    ) -> tuple[Keyring, dict[bytes, Introduction]]:
        """The keys that these control records give this device, and whose each device is."""
        held = [*log.keyring.keys.values(), *self.shelf.keys(log.space)]
        keyring = gather(authority, controls, log.keys, self.shelf.psks(log.space), held)
        return keyring, introduced(log.space, authority, controls, keyring)

    # ------------------------------------------------------------------ going on

    def keep(self, log: Log) -> None:
        """From now on the space is so."""
        self._known[log.space] = log

    @contextmanager
    def writing(self, space: str) -> Iterator[None]:
        """A transaction. What was gone on to in memory is forgotten if it does not become durable."""
        try:
            with self.store.writing():
                yield
        except BaseException:
            self._known.pop(space, None)
            raise

    # ------------------------------------------------------------------ telling

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when something was taken in, sealed or sent, in the thread that did it. The answer ends that."""
        return self._listeners.add(listener)

    def tell(self) -> None:
        """Something of that happened."""
        self._listeners.tell()


def introduced(
    space: str, authority: Authority, controls: Iterable[Envelope], keyring: Keyring
) -> dict[bytes, Introduction]:
    """Whose each device is: by its certificates, and only where the rules know it as that person's, too."""
    id = bytes.fromhex(space)
    found: dict[bytes, Introduction] = {}
    for envelope in controls:
        try:
            inside = open_inside(envelope, keyring)
        except (CannotOpen, NoKey, BadContent, BadControl, BadJson):
            continue
        for raw in inside.introductions if inside else ():
            try:
                who = introduction.read(raw, id)
            except SyncError:
                continue
            if party_of(id, who.root) in authority.parties_of(who.keys.id):
                found[who.keys.id] = who
    return found
