"""Taking in what somebody brought: each envelope takes its place, and what counts becomes changes; or nothing of it.

Whoever brings envelopes is believed in nothing: signatures, chains and the rules of the space decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from app.errors import BadChange
from app.model.changes import Change
from app.services.records.tables import ASIDE, is_
from app.services.sharing.logs import Log, Logs
from app.services.sharing.shelf import MORE, Alarm, AlarmKind, envelope_of, key_of
from sync.authority import Authority
from sync.errors import BadContent, BadJson, CannotOpen, NoKey, SyncError
from sync.ledger import Contradiction, Ledger, Outcome
from sync.protocol import Envelope, Kind
from sync.sealing import Message, open_message

Chain = Callable[[bytes, int], bytes | None]
"""Tells the id of the envelope at a place of a device's chain."""


@dataclass
class TakenIn:
    """What became of envelopes that somebody brought."""

    placed: int = 0
    repeated: int = 0
    restored: int = 0
    """Had come without their bodies, which are here now."""
    early: int = 0
    """What comes before them is not there: later again. From a server that says it gave all, something is missing."""
    refused: int = 0
    """Not signed by whom they name, or of another space: nothing of them is kept."""
    changes: int = 0
    aside: int = 0
    said: dict[str, int] = field(default_factory=dict)
    """By device: the last of its changes that came."""
    alarms: list[Alarm] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A message that counted, why it does no longer, and the numbers of its changes."""

    run: list[Envelope]
    reason: str
    numbers: range


class Taking:
    """Takes in envelopes, inside a turn of `Logs.one`."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._shelf = logs.shelf

    def take(
        self,
        log: Log,
        envelopes: Sequence[Envelope],
        *,
        there: bool,
        cursor: tuple[int, bytes | None] | None,
    ) -> tuple[TakenIn, Log]:
        """All of it in one transaction; the log afterwards. The one that was given is not touched."""
        taken = TakenIn()
        ledger = log.ledger.copy()
        fresh: dict[tuple[bytes, int], bytes] = {}
        chain = self._shelf.chain(log.space, fresh)
        hollow = self._shelf.hollow(log.space)
        placed = place(log.space, ledger, envelopes, chain, fresh, taken)
        restored = [one for one in envelopes if one.whole and _is_body_of(one, hollow.get(key_of(one)))]
        controls = [one for one in placed if one.header.kind is Kind.CONTROL]
        after = replace(log, ledger=ledger)
        if controls:
            every = [*self._shelf.controls(log.space), *controls]
            after.keyring, after.people = self._logs.unlocked(log, ledger.authority, every)
            taken.alarms += _unknown(log, after)
        runs = [*self._runs(log.space, placed, again=bool(controls)), *self._runs_around(log.space, restored)]
        changes, aside = _opened(after, runs, chain, taken)
        taken.changes = len(changes)
        for change in changes:
            taken.said[change.device] = max(change.sequence, taken.said.get(change.device, 0))
        withdrawn = self._no_longer(log, after, chain) if controls else []
        aside += [(one.run, one.reason) for one in withdrawn]
        taken.aside = len(aside)

        taken.restored = len(restored)
        shells = [one for one in placed if not one.whole]
        purges = [one for one in placed if one.header.kind is Kind.PURGE]
        erased = self._shelf.purged(log.space, after.authority, purges) if shells else None

        def beside(_: object) -> None:
            for envelope in placed:
                empty = erased is not None and not envelope.whole and not erased(envelope)
                self._shelf.keep(log.space, envelope, waiting=not there, hollow=empty)
            for envelope in restored:
                self._shelf.restore(log.space, envelope, waiting=not there)
            if there:
                kept = {envelope.id for envelope in placed}  # those were not put down as waiting
                self._shelf.arrived(envelope for envelope in envelopes if envelope.id not in kept)
            for past in withdrawn:
                self._logs.store.withdraw(log.space, past.run[-1].header.device.hex(), past.numbers)
            self._shelf.keep_aside(log.space, aside, placed)
            for one in purges:
                self._shelf.strip(log.space, after.authority, one)
            self._shelf.keep_links(log.space, ledger, {one.header.device for one in placed})
            self._shelf.keep_keys(log.space, after.keyring.keys.values())
            if changes:
                self._shelf.owe(log.space)
            for alarm in taken.alarms:
                self._shelf.alarm(alarm)
            if cursor is not None and not taken.early and not taken.refused:
                self._shelf.move(log.space, cursor[0], cursor[1] or b"")

        if placed or restored or taken.alarms or cursor is not None:
            self._logs.store.receive(changes, beside, durable="soon" if there else True, sound=True)
        if purges:
            self._logs.store.documents.tidy()
        return taken, after

    def _no_longer(self, before: Log, after: Log, chain: Chain) -> list[Withdrawn]:
        """What was taken in before it was known here that its device had been taken out: it counts no longer.

        My own words stay with me; others judge for themselves what of them counts.
        """
        put = {(row["device"], row["last"]) for row in self._shelf.table(ASIDE).search(is_("space", after.space))}
        found: list[Withdrawn] = []
        for device, link in before.ledger.heads.items():
            if device == after.keys.id or _is_as_it_was(device, before.authority, after.authority):
                continue
            run: list[Envelope] = []
            for row in self._shelf.places(after.space, {device: (1, link.sequence)}):
                envelope = envelope_of(row)
                if envelope.header.kind is not Kind.CHANGE:
                    continue
                run.append(envelope)
                if envelope.header.more:
                    continue
                whole, run = run, []
                header = whole[-1].header
                reason = after.ledger.verdict(header, chain)
                if not reason or (device.hex(), header.sequence) in put or not all(one.whole for one in whole):
                    continue
                message = open_message(whole, after.keyring)
                numbers = range(message.first, message.first + len(message.changes))
                found.append(Withdrawn(whole, reason, numbers))
        return found

    def _runs(self, space: str, placed: Sequence[Envelope], *, again: bool) -> list[list[Envelope]]:
        """Envelopes that make one message together, with the beginnings that were set aside before; after control records
        (`again`), all that was set aside.
        """
        begun: dict[bytes, list[Envelope]] = {}
        whole: list[list[Envelope]] = []
        for row in self._shelf.table(ASIDE).search(is_("space", space)):
            run = [
                self._shelf.envelope(space, row["device"], number) for number in range(row["first"], row["last"] + 1)
            ]
            if row["reason"] == MORE:
                begun[run[0].header.device] = run
            elif again:
                whole.append(run)
        for envelope in placed:
            if envelope.header.kind is not Kind.CHANGE:
                continue
            run = begun.setdefault(envelope.header.device, [])
            run.append(envelope)
            if not envelope.header.more:
                whole.append(begun.pop(envelope.header.device))
        return [*whole, *begun.values()]

    def _runs_around(self, space: str, restored: Sequence[Envelope]) -> list[list[Envelope]]:
        """The whole messages of which these are pieces whose bodies have only come now."""
        bodies = {key_of(one): one for one in restored}
        found: dict[str, list[Envelope]] = {}

        def piece(device: bytes, sequence: int) -> Envelope | None:
            key = f"{space}:{device.hex()}:{sequence}"
            if key in bodies:
                return bodies[key]
            there = self._shelf.chain(space, {})(device, sequence) is not None
            one = self._shelf.envelope(space, device.hex(), sequence) if there else None
            return one if one is not None and one.header.kind is Kind.CHANGE else None

        for one in restored:
            run, device = [one], one.header.device
            while (before := piece(device, run[0].header.sequence - 1)) is not None and before.header.more:
                run.insert(0, before)
            while run[-1].header.more and (after := piece(device, run[-1].header.sequence + 1)) is not None:
                run.append(after)
            if not run[-1].header.more:
                found[key_of(run[0])] = run
        return list(found.values())


def place(
    space: str,
    ledger: Ledger,
    envelopes: Sequence[Envelope],
    chain: Chain,
    fresh: dict[tuple[bytes, int], bytes],
    taken: TakenIn,
) -> list[Envelope]:
    """Let each take its place, whatever the order in which they were brought."""
    placed: list[Envelope] = []
    unplaced = list(envelopes)
    while unplaced:
        early: list[Envelope] = []
        for envelope in unplaced:
            device = envelope.header.device.hex()
            try:
                one = ledger.take(envelope, chain)
            except SyncError:
                taken.alarms.append(Alarm(space, AlarmKind.FOREIGN, device, mark=envelope.id.hex()))
                taken.refused += 1
                continue
            taken.alarms += [_contradiction(space, each) for each in one.contradictions]
            match one.outcome:
                case Outcome.PLACED:
                    fresh[envelope.header.device, envelope.header.sequence] = envelope.id
                    placed.append(envelope)
                case Outcome.REPEATED:
                    taken.repeated += 1
                case Outcome.EARLY:
                    early.append(envelope)
                case Outcome.FORKED:
                    taken.alarms.append(Alarm(space, AlarmKind.FORK, device, mark=envelope.id.hex()))
        if len(early) == len(unplaced):
            break
        unplaced = early
    else:
        early = []
    taken.placed, taken.early = len(placed), len(early)
    return placed


def _opened(
    log: Log, runs: Iterable[list[Envelope]], chain: Chain, taken: TakenIn
) -> tuple[list[Change], list[tuple[list[Envelope], str]]]:
    """The changes that count, and what is set aside with the reason."""
    found: list[Change] = []
    aside: list[tuple[list[Envelope], str]] = []
    for run in runs:
        if run[-1].header.more:
            aside.append((run, MORE))
            continue
        if not all(envelope.whole for envelope in run):
            continue  # its author has really erased it; or it is hollow, and opened once the body has come
        header = run[-1].header
        try:
            message = open_message(run, log.keyring)
        except NoKey:
            aside.append((run, "key"))
            continue
        except (CannotOpen, BadContent, BadJson) as exc:
            aside.append((run, exc.code))
            taken.alarms.append(_unreadable(log.space, run))
            continue
        seen = dict(message.seen)
        taken.alarms += [_contradiction(log.space, each) for each in log.ledger.heard(header, seen, chain)]
        reason = log.ledger.verdict(header, chain)
        if reason:
            aside.append((run, reason))
            continue
        try:
            found += _changes(log.space, header.device.hex(), message)
        except BadChange as exc:
            aside.append((run, exc.code))
            taken.alarms.append(_unreadable(log.space, run))
    return found, aside


def _unknown(before: Log, after: Log) -> list[Alarm]:
    """Devices that came in and do not show whose they are."""
    if not after.keyring.keys or not before.people:
        return []  # whoever cannot look inside yet cannot know who came in
    known = {device for device in before.authority.members if device in before.people}
    strange = after.authority.members.keys() - after.people.keys() - known
    return [Alarm(after.space, AlarmKind.FOREIGN, one.hex(), mark=f"who:{one.hex()}") for one in strange]


def _is_as_it_was(device: bytes, was: Authority, now: Authority) -> bool:
    """Whether a device is in or out as before, and counts up to where it did."""
    return (device in was.members) == (device in now.members) and was.cut_offs(device) == now.cut_offs(device)


def _is_body_of(envelope: Envelope, shell: Envelope | None) -> bool:
    """Whether this is what a hollow envelope lacks: the id binds header and body."""
    return shell is not None and envelope.id == shell.id


def _changes(space: str, device: str, message: Message) -> list[Change]:
    return [
        Change.parse(value, space=space, device=device, sequence=message.first + number)
        for number, value in enumerate(message.changes)
    ]


def _unreadable(space: str, run: Sequence[Envelope]) -> Alarm:
    """It is tried again with every control record, and told once."""
    return Alarm(space, AlarmKind.UNREADABLE, run[-1].header.device.hex(), mark=run[-1].id.hex())


def _contradiction(space: str, one: Contradiction) -> Alarm:
    return Alarm(space, AlarmKind.FORK, one.device.hex(), mark=f"{one.author.hex()}:{one.sequence}")
