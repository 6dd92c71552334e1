"""Making envelopes of what is written here: sealed under the key of those who are in, durable before they leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from app.model.changes import Change
from app.services.records.tables import PLACES, is_
from app.services.sharing.logs import Log, Logs
from app.services.sharing.taking import TakenIn, place
from sync.authority import Right
from sync.errors import NoKey, NotAllowed
from sync.ledger import HALF, Seen
from sync.protocol import Envelope, Kind
from sync.protocol.limits import PURGED_MAX
from sync.sealing import EpochKey, Message, Portion, Sealer, portions, steps

SEALED_AT_ONCE: Final = 500
"""Own changes that are read from the outbox at a time."""


class Sealing:
    """Seals what is mine, inside a turn of `Logs.one`."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._store = logs.store
        self._shelf = logs.shelf

    # ------------------------------------------------------------------ what was written, and what was erased

    def everything(self, space: str, *, heartbeat: bool = False) -> int:
        """What was written since the last time; `heartbeat`: a sign of life if nothing was. How many envelopes."""
        made = 0
        while True:
            row = self._shelf.place(space)
            if row is None:
                return made
            changes = self._store.written_after(space, row["sealed"], SEALED_AT_ONCE)
            if not changes and not (heartbeat and not made):
                return made
            log = self._logs.of(space)
            if not log.authority.may(log.keys.id, Right.WRITE):
                return made  # read only, taken out, or closed: what is written stays on this device
            sealer = self.sealer(log)
            envelopes: list[Envelope] = []
            key = self.writing_key(log, sealer, envelopes)
            told = seen = self._news(log)
            says: dict[bytes, Portion] = {}
            for portion in portions(row["sealed"] + 1, map(_plain, changes)) if changes else ():
                message = Message(first=portion.first, changes=portion.changes, seen=seen)
                sealed = sealer.message(message, key, deflate=portion.deflate)
                says[sealed[-1].id] = portion
                envelopes += sealed
                seen = {}
            if not changes:
                envelopes += sealer.message(Message(first=row["sealed"] + 1, seen=seen), key)
            with self._logs.writing(space):
                self.go_on(log, envelopes, says, seen=told, sealed=row["sealed"] + len(changes))
            made += len(envelopes)
            if len(changes) < SEALED_AT_ONCE:
                return made

    def purge(self, space: str) -> int:
        """What was really erased here leaves the envelopes too; how many that makes.

        What shared an envelope with it is issued again, under the same names; then everybody is asked to drop the
        bodies of the envelopes that held it, and here they are dropped at once.
        """
        row = self._shelf.place(space)
        if row is None:
            return 0
        numbers, mark = self._shelf.erased_since(space, row["erased"])
        if mark == row["erased"]:
            return 0
        log = self._logs.of(space)
        if not numbers or not log.authority.may(log.keys.id, Right.WRITE):
            with self._store.writing():
                self._shelf.table(PLACES).update({"erased": mark}, is_("id", space))
            return 0
        made: list[Envelope] = []
        sealer = self.sealer(log)
        key = self.writing_key(log, sealer, made)
        says: dict[bytes, Portion] = {}
        old: list[Envelope] = []
        for first, count, pieces in self._shelf.own_messages(space, numbers):
            again = [self._store.change(space, log.keys.id.hex(), number) for number in range(first, first + count)]
            for portion in portions(first, [_plain(change) for change in again if change is not None]):
                message = Message(first=portion.first, changes=portion.changes)
                sealed = sealer.message(message, key, deflate=portion.deflate)
                says[sealed[-1].id] = portion
                made += sealed
            old += pieces
        purges = [sealer.purge([one.id for one in part], key) for part in _parts(old)]
        with self._logs.writing(space):
            self.go_on(log, [*made, *purges], says)
            for purge in purges:
                self._shelf.strip(space, log.authority, purge)
            self._shelf.table(PLACES).update({"erased": mark}, is_("id", space))
        self._store.documents.tidy()
        return len(made) + len(purges)

    # ------------------------------------------------------------------ own envelopes take their place

    def go_on(
        self,
        log: Log,
        envelopes: Sequence[Envelope],
        says: Mapping[bytes, Portion] | None = None,
        *,
        seen: Mapping[bytes, Seen] | None = None,
        sealed: int | None = None,
    ) -> None:
        """Own envelopes take their place, inside the transaction that is open. The first of them says what was `seen`, if
        it says anything of that; with them everything up to the change `sealed` is sealed.
        """
        ledger = log.ledger.copy()
        fresh: dict[tuple[bytes, int], bytes] = {}
        chain = self._shelf.chain(log.space, fresh)
        if place(log.space, ledger, envelopes, chain, fresh, TakenIn()) != list(envelopes):
            raise NotAllowed(reason="own")
        for envelope in envelopes:
            self._shelf.keep(log.space, envelope, own=(says or {}).get(envelope.id))
        after = replace(log, ledger=ledger)
        if any(one.header.kind is Kind.CONTROL for one in envelopes):
            every = self._shelf.controls(log.space)
            after.keyring, after.people = self._logs.unlocked(log, ledger.authority, every)
            self._shelf.keep_keys(log.space, after.keyring.keys.values())
        changes = [one for one in envelopes if one.header.kind is Kind.CHANGE and not one.header.more]
        if changes and seen is not None:
            ledger.heard(changes[0].header, seen, chain)
            self._shelf.has_said(log.space, sealed)
        self._shelf.keep_links(log.space, ledger, {log.keys.id} if envelopes else set())
        self._logs.keep(after)

    def _news(self, log: Log) -> dict[bytes, Seen]:
        """What this device's next message says to have seen: of each chain no more than what is here with its words, so
        that whoever has them goes on giving them.
        """
        news = log.ledger.news(log.keys.id)
        lowest: dict[bytes, int] = {}
        for one in self._shelf.hollow(log.space).values():
            device, sequence = one.header.device, one.header.sequence
            lowest[device] = min(sequence, lowest.get(device, sequence))
        said = log.ledger.seen_by(log.keys.id)
        for device, sequence in lowest.items():
            if device in news and news[device].sequence >= sequence:
                del news[device]
                before = self._shelf.chain(log.space, {})(device, sequence - 1)
                if before is not None and sequence - 1 > said.get(device, 0):
                    news[device] = Seen(sequence - 1, before[:HALF])
        return news

    # ------------------------------------------------------------------ under which key

    def sealer(self, log: Log) -> Sealer:
        """What makes this device's next envelopes, one behind the other."""
        return Sealer(log.id, log.keys, log.ledger.last(log.keys.id))

    def writing_key(self, log: Log, sealer: Sealer | None = None, envelopes: list[Envelope] | None = None) -> EpochKey:
        """The key under which to write now; a new epoch first, where the members are not those of the last one, or the
        last one is half a year old.
        """
        current = log.authority.current
        found = log.key_of(current) if current is not None else None
        may = sealer is not None and envelopes is not None and log.authority.may(log.keys.id, Right.REKEY)
        if found is not None and not (may and self._shelf.key_is_old(found)):
            return found
        if sealer is None or envelopes is None or not may:
            raise NoKey
        epoch, key = steps.epoch(sealer, log.authority, log.keyring.keys.values())
        envelopes.append(epoch)
        return key

    def keyed(self, log: Log) -> Log:
        """The log with a current key: a new one is made first where the members are not those of the last one."""
        made: list[Envelope] = []
        self.writing_key(log, self.sealer(log), made)
        if not made:
            return log
        with self._logs.writing(log.space):
            self.go_on(log, made)
        return self._logs.of(log.space)

    def latest_key(self, log: Log) -> EpochKey:
        """The latest key that is here, by which the others can read who came back; the current one where it is here."""
        if log.authority.current is not None and (key := log.key_of(log.authority.current)):
            return key
        for record in reversed(log.authority.records):
            if key := log.key_of(record):
                return key
        raise NoKey


def _plain(change: Change) -> dict[str, Any]:
    """A change as it travels: what it had seen stands once, in the message around it."""
    return {name: value for name, value in change.plain().items() if name != "seen"}


def _parts(envelopes: Sequence[Envelope]) -> Iterator[Sequence[Envelope]]:
    """As many as one purge may name, again and again."""
    for at in range(0, len(envelopes), PURGED_MAX):
        yield envelopes[at : at + PURGED_MAX]
