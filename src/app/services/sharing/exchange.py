"""The shared spaces of this device: sealed envelopes, who is in, the keys, and what waits.

Nothing here talks to anybody. Own changes become envelopes that are durable before they leave; what others wrote comes
in together with the note of how far that is, in one transaction. Whoever brings the envelopes (a server, a bundle, a
code on a screen) is believed in nothing: signatures, chains and the rules of the space decide.

Who is in stands in `members`, how that changes in `steps`, what the server has in `carrier`; `sealing` and `taking`
do the work, on `logs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.errors import NotShared
from app.services.records.calm import undisturbed
from app.services.records.store import Store
from app.services.records.tables import ALARMS, is_
from app.services.sharing.carrier import Carrier
from app.services.sharing.logs import Logs
from app.services.sharing.shelf import Alarm, AlarmKind, envelope_of
from app.services.sharing.steps import Steps
from app.services.sharing.taking import TakenIn
from app.services.spaces import Spaces
from sync.protocol import Envelope

ANSWER_AFTER: Final = timedelta(minutes=1)
"""What came is acknowledged together with whatever else comes within that time."""
SILENT_AT_MOST: Final = timedelta(hours=12)
"""A device that is used says so at least that often."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one's own changes in a space have come, by their numbers."""

    sealed: int
    """Those up to here lie in envelopes."""
    waiting: tuple[range, ...]
    """These lie in envelopes that no server has been given."""
    received: int
    """All others have said to have seen those up to here."""
    alone: bool
    """Nobody else is in."""


class Exchange(Steps, Carrier):
    """The shared spaces of an open vault. One thing happens at a time; every call may come from any thread."""

    def __init__(self, store: Store, spaces: Spaces, *, name: Callable[[], str], now: Callable[[], datetime]) -> None:
        super().__init__(Logs(store, spaces, now), name)
        spaces.parties = self.same_person

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when something was taken in, sealed or sent, in the thread that did it. The answer ends that."""
        return self._logs.watch(listener)

    # ------------------------------------------------------------------ sealing what is mine

    def seal(self, space: str, *, heartbeat: bool = False) -> int:
        """Make envelopes of what was written here since the last time; how many. Durable when it returns."""
        with self._logs.one:
            made = self._sealing.everything(space, heartbeat=heartbeat) + self._sealing.purge(space)
        if made:
            self._logs.tell()
        return made

    def sign_of_life(self, space: str) -> int:
        """Say that this device is there and what it has seen, where somebody else can hear it.

        Once something was taken in since it last spoke, and after half a day of silence. What others say in return is
        no reason to speak: else two devices would never stop.
        """
        with self._logs.one:
            row = self._shelf.place(space)
            if row is None or all(one.mine for one in self.people(space)):
                return 0
            own = next((one.heard for one in self.people(space) if one.own), "")
            silent = self._logs.now() - datetime.fromisoformat(own) if own else SILENT_AT_MOST
            owed = bool(row.get("owed")) and silent >= ANSWER_AFTER
            return self.seal(space, heartbeat=True) if owed or silent >= SILENT_AT_MOST else 0

    def acknowledge(self, space: str) -> int:
        """Seal what was written; where nothing was and something came since this device last spoke, say that."""
        with self._logs.one:
            row = self._shelf.place(space)
            return self.seal(space, heartbeat=row is not None and bool(row.get("owed")))

    def outgoing(self, space: str, theirs: Mapping[bytes, int] | None = None) -> list[Envelope]:
        """Everything that somebody who has so much of each device's chain lacks, in an order in which it can be taken.

        Only what they lack is looked at.
        """
        known = theirs or {}
        with self._logs.one:
            heads = self._logs.of(space).ledger.heads
            gaps = {device: (known.get(device, 0) + 1, link.sequence) for device, link in heads.items()}
            return [envelope_of(row) for row in self._shelf.places(space, gaps)]

    def progress(self, space: str) -> Progress:
        """How far my own changes have come."""
        row = self._shelf.place(space)
        if row is None:
            raise NotShared
        log = self._logs.looked_at(space)
        waiting = [
            range(one["first"], one["first"] + one["changes"])
            for one in self._shelf.waiting(space)
            if one.get("changes")
        ]
        seen = self.known_to_others(space).get(log.keys.id, 0)
        alone = all(one.mine for one in self._contacts(log, log.authority.members))
        return Progress(row["sealed"], tuple(waiting), self._shelf.said_upto(space, log.keys.id.hex(), seen), alone)

    # ------------------------------------------------------------------ taking in what others wrote

    def take(
        self,
        space: str,
        envelopes: Sequence[Envelope],
        cursor: tuple[int, bytes | None] | None = None,
        *,
        there: bool = False,
    ) -> TakenIn:
        """Take in what somebody brought, together with how far that is: all of it or nothing, durable when it returns.

        `there` says that a server has them; `cursor` where they end in its log. It does not move over an envelope that
        has no place yet or was refused.
        """
        with self._logs.one, undisturbed():
            log = self._logs.of(space)
            taken, log = self._taking.take(log, envelopes, there=there or cursor is not None, cursor=cursor)
            self._logs.keep(log)
        if taken.placed or taken.restored or taken.alarms:
            self._logs.tell()
        return taken

    # ------------------------------------------------------------------ what has to be told

    def alarms(self) -> list[Alarm]:
        """What has to be told."""
        return [
            Alarm(row["space"], AlarmKind(row["kind"]), row["device"], row["count"])
            for row in self._shelf.table(ALARMS)
            if not row.get("told")
        ]

    def told(self, space: str) -> None:
        """The person has read the alarms of that space. What goes on as it was is not told again.

        Said by a tap on the screen, so it waits for nobody who seals or takes in.
        """
        with self._store.writing():
            self._shelf.table(ALARMS).update({"told": True, "count": 0}, is_("space", space))
        self._logs.tell()
