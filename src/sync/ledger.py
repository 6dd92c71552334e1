"""What a device keeps of a space's log: how far each device's chain has come, and who is known to have seen what.

Every envelope names its device's envelope before it, and every message says what its author had seen of others. A
server can therefore be slow, but it cannot drop, swap or fork anything of which somebody has already spoken
without being noticed here. A plain value of integers and ids: whoever keeps it stores its rows in the same
transaction as the changes that they tell of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from sync.authority import START, Authority, ChainId, Link, Record, check_signature, found, read_record
from sync.errors import BadControl, BadRecord, BadSignature, NotAllowed, UnfitPublicKey
from sync.protocol.envelope import Envelope, Header, Kind
from sync.protocol.limits import CONTROL_MAX

HALF: Final = 16
"""How much of an envelope's id a message quotes."""


class Outcome(Enum):
    """What became of an envelope."""

    PLACED = "placed"
    """It stands in its chain now. Whether it counts is another question: `Ledger.verdict`."""
    REPEATED = "repeated"
    """It stood there already."""
    EARLY = "early"
    """What comes before it, or who wrote it, is not known yet; try again later."""
    FORKED = "forked"
    """Its device said something else at that place. What stood there stays; both are the evidence."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`author` saw another envelope at that place of `device`'s chain than this device has: somebody was shown a fork."""

    author: bytes
    device: bytes
    sequence: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an envelope, why a control record does not count, and who had seen another one in its place."""

    outcome: Outcome
    reason: str = ""
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """The last envelope of a device that somebody had: its sequence, and the first half of its id."""

    sequence: int
    id: bytes


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a server has of each device, beside what this device has."""

    behind: Mapping[bytes, tuple[int, int]]
    """By device: the first and last sequence that the server lacks and this device can give back."""
    ahead: frozenset[bytes]
    """Devices of which the server has more."""
    forked: frozenset[bytes]
    """Devices of which the server has another envelope at a place that is known here."""


@dataclass
class _Row:
    """What is known of one device."""

    last: Link = START
    told: Seen | None = None
    saw: dict[bytes, int] = field(default_factory=dict)
    knew: dict[bytes, int] = field(default_factory=dict)
    """Control records that the device is known to have seen, with its own sequence that first said so."""
    ahead: list[tuple[int, bytes, Seen]] = field(default_factory=list)
    """Own sequence, device, what was seen of it: said of envelopes that are not here yet."""

    def copy(self) -> _Row:
        return _Row(self.last, self.told, dict(self.saw), dict(self.knew), list(self.ahead))

    def plain(self) -> dict[str, Any]:
        return {
            "last": [self.last.sequence, self.last.id.hex()],
            "told": _plain(self.told) if self.told else None,
            "saw": {device.hex(): sequence for device, sequence in self.saw.items()},
            "knew": {record.hex(): sequence for record, sequence in self.knew.items()},
            "ahead": [[own, device.hex(), _plain(seen)] for own, device, seen in self.ahead],
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> _Row:
        return cls(
            Link(plain["last"][0], bytes.fromhex(plain["last"][1])),
            _seen(plain["told"]) if plain["told"] else None,
            {bytes.fromhex(device): sequence for device, sequence in plain["saw"].items()},
            {bytes.fromhex(record): sequence for record, sequence in plain["knew"].items()},
            [(own, bytes.fromhex(device), _seen(seen)) for own, device, seen in plain["ahead"]],
        )


class Ledger:
    """The chains of one space. Work on a `copy`, store its `changed` rows with what they tell of, then use the copy.

    `chain(device, sequence)` tells the id of an envelope that was placed: whoever keeps the envelopes has it.
    """

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self._rows: dict[bytes, _Row] = {}
        self._touched: set[bytes] = set()

    # ------------------------------------------------------------------ begin, keep, load

    @classmethod
    def begin(cls, founding: Envelope) -> Ledger:
        """A space from its founding. That its founder is the right one must be checked once the first epoch opens."""
        ledger = cls(found(founding))
        ledger._row(founding.header.device).last = Link(1, founding.id)
        return ledger

    @classmethod
    def load(cls, founding: Envelope, controls: Iterable[Envelope], rows: Mapping[str, Mapping[str, Any]]) -> Ledger:
        """A ledger as it was kept: the founding, the control envelopes that were placed in any order, and the rows."""
        ledger = cls(found(founding))
        unread = [envelope for envelope in controls if envelope.id != founding.id]
        while unread:
            left: list[Envelope] = []
            for envelope in unread:
                if not ledger._judge_control(envelope)[0]:
                    left.append(envelope)
            if len(left) == len(unread):
                raise NotAllowed(reason="stranger")
            unread = left
        ledger._rows = {bytes.fromhex(device): _Row.of(plain) for device, plain in rows.items()}
        return ledger

    def copy(self) -> Ledger:
        """The same, to go on from; nothing done to it touches this one."""
        other = Ledger(self.authority)
        other._rows = {device: row.copy() for device, row in self._rows.items()}
        return other

    def changed(self) -> dict[str, dict[str, Any]]:
        """The rows that changed since this copy was made, as JSON, by device."""
        return {device.hex(): self._rows[device].plain() for device in sorted(self._touched)}

    # ------------------------------------------------------------------ taking in

    def take(self, envelope: Envelope, chain: ChainId) -> Taken:
        """Let an envelope take its place, whoever brought it.

        `BadSignature` when its device did not sign it, `NotAllowed` for another space or when the space is full of
        control records: then whoever brought it is at fault, and nothing of it may be kept. A control record that its
        device did sign keeps its place in the chain even when it does not count: the chain goes on behind it.
        """
        header = envelope.header
        if header.space != self.authority.space:
            raise NotAllowed(reason="space")
        last = self.last(header.device)
        if header.sequence <= last.sequence:
            return self._again(envelope, last, chain)
        if header.sequence > last.sequence + 1:
            return Taken(Outcome.EARLY)
        if header.kind is Kind.CONTROL:
            if len(self.authority.records) + len(self.authority.waiting) >= CONTROL_MAX:
                raise NotAllowed(reason="full")
            known, reason = self._judge_control(envelope, last)
            if not known:
                return Taken(Outcome.EARLY, reason)
        else:
            keys = self.authority.keys_of(header.device)
            if keys is None:
                return Taken(Outcome.EARLY, "stranger")
            check_signature(envelope, keys)
            reason = ""
        if header.previous != last.id:
            return Taken(Outcome.FORKED)
        self._row(header.device).last = Link(header.sequence, envelope.id)
        return Taken(Outcome.PLACED, reason, tuple(self._catch_up(envelope)))

    def heard(self, header: Header, seen: Mapping[bytes, Seen], chain: ChainId) -> list[Contradiction]:
        """Take in what the author of a message says to have seen; where that contradicts what is here.

        Own messages too: what they say is what need not be said again.
        """
        row = self._row(header.device)
        found: list[Contradiction] = []
        for device, one in seen.items():
            row.saw[device] = max(one.sequence, row.saw.get(device, 0))
            theirs = self.last(device)
            if one.sequence <= theirs.sequence:
                there = theirs.id if one.sequence == theirs.sequence else chain(device, one.sequence)
                if there is not None and there[:HALF] != one.id:
                    found.append(Contradiction(header.device, device, one.sequence))
                continue
            told = self._row(device)
            if told.told is None or told.told.sequence < one.sequence:
                told.told = one
            row.ahead.append((header.sequence, device, one))
        for record in self.authority.records:
            if record.author in seen and record.sequence <= row.saw[record.author]:
                row.knew.setdefault(record.id, header.sequence)
        return found

    def verdict(self, header: Header, chain: ChainId) -> str:
        """Why an envelope that was placed does not count, as things stand; empty if it does.

        Reasons are those of `Authority.judge`, `flags` (made by a later version: it waits) and `snapshot` (a cache
        that this version does not use). A control record that arrives later can change the answer either way, so what
        does not count is kept, set aside and never thrown away.
        """
        if header.unknown_flags:
            return "flags"
        if header.kind is Kind.SNAPSHOT:
            return "snapshot"
        if header.kind is Kind.CONTROL:
            return ""

        def knew(record: Record) -> bool:
            if record.author == header.device:
                return record.sequence < header.sequence
            row = self._rows.get(header.device)
            return row is not None and row.knew.get(record.id, header.sequence + 1) <= header.sequence

        return self.authority.judge(header.device, header.sequence, header.key_id, chain, knew)

    # ------------------------------------------------------------------ asking

    def last(self, device: bytes) -> Link:
        """How far a device's chain has come."""
        row = self._rows.get(device)
        return START if row is None else row.last

    @property
    def heads(self) -> dict[bytes, Link]:
        """How far every device's chain has come."""
        return {device: row.last for device, row in self._rows.items() if row.last.sequence}

    @property
    def lacking(self) -> dict[bytes, tuple[int, int]]:
        """By device: how far its chain has come here, and how far somebody has seen it. After a whole pull: withheld."""
        return {
            device: (row.last.sequence, row.told.sequence)
            for device, row in self._rows.items()
            if row.told is not None and row.told.sequence > row.last.sequence
        }

    def seen_by(self, device: bytes) -> dict[bytes, int]:
        """How far a device has said to have seen each chain, its own included."""
        row = self._rows.get(device)
        return {} if row is None else {**row.saw, device: row.last.sequence}

    def news(self, own: bytes) -> dict[bytes, Seen]:
        """What this device's next message has to say to have seen: what it has not said before."""
        row = self._rows.get(own)
        said = row.saw if row else {}
        return {
            device: Seen(link.sequence, link.id[:HALF])
            for device, link in self.heads.items()
            if device != own and link.sequence > said.get(device, 0)
        }

    def known_to(self, device: bytes) -> frozenset[bytes]:
        """The control records that a device is known to have: its own, what it said to have seen, and what those knew."""
        row = self._rows.get(device)
        told = set(row.knew) if row else set()
        records = self.authority.records
        told |= {record.id for record in records if record.author == device and record.id not in self.authority.refused}
        known: set[bytes] = set()
        for record in reversed(records):  # children before parents
            if record.id in told or record.id in known:
                known |= {record.id, *record.public.parents}
        return frozenset(known)

    def compare(self, theirs: Mapping[bytes, Link], chain: ChainId) -> Comparison:
        """What a server says to have of each device, beside what is here."""
        behind: dict[bytes, tuple[int, int]] = {}
        ahead: set[bytes] = set()
        forked: set[bytes] = set()
        heads = self.heads
        for device in heads.keys() | theirs.keys():
            here, there = heads.get(device, START), theirs.get(device, START)
            if there.sequence > here.sequence:
                ahead.add(device)
                continue
            known = here.id if there.sequence == here.sequence else chain(device, there.sequence)
            if there.sequence and known != there.id:
                forked.add(device)
            elif there.sequence < here.sequence:
                behind[device] = (there.sequence + 1, here.sequence)
        return Comparison(behind, frozenset(ahead), frozenset(forked))

    # ------------------------------------------------------------------ inside

    def _row(self, device: bytes) -> _Row:
        """A row that is about to change."""
        self._touched.add(device)
        return self._rows.setdefault(device, _Row())

    def _again(self, envelope: Envelope, last: Link, chain: ChainId) -> Taken:
        header = envelope.header
        there = last.id if header.sequence == last.sequence else chain(header.device, header.sequence)
        if there is None:
            raise LookupError("an envelope that was placed is gone")
        if there == envelope.id:
            return Taken(Outcome.REPEATED)
        keys = self.authority.keys_of(header.device)
        if keys is None:
            raise BadSignature(what="device")
        check_signature(envelope, keys)
        return Taken(Outcome.FORKED)

    def _judge_control(self, envelope: Envelope, last: Link | None = None) -> tuple[bool, str]:
        """Whether the author of a control record is known, and why the record does not count, if it does not."""
        keys = self.authority.keys_of(envelope.header.device)
        if keys is not None:
            check_signature(envelope, keys)
        try:
            record = read_record(envelope, self.authority.keys_of)
        except NotAllowed as exc:
            return False, str(exc.facts["reason"])
        except (BadControl, BadRecord, BadSignature, UnfitPublicKey) as exc:
            if keys is None:
                raise
            return True, exc.code
        if last is None or envelope.header.previous == last.id:
            self.authority = self.authority.plus(record)
        return True, self.authority.refused.get(record.id, "")

    def _catch_up(self, envelope: Envelope) -> Iterator[Contradiction]:
        """Settle what was said of this device's envelopes before they were here."""
        header = envelope.header
        records = [record for record in self.authority.records if record.author == header.device]
        for author, row in self._rows.items():
            waiting = [(own, seen) for own, device, seen in row.ahead if device == header.device]
            if not waiting:
                continue
            self._touched.add(author)
            for own, seen in waiting:
                for record in records:
                    if record.sequence <= seen.sequence:
                        row.knew[record.id] = min(own, row.knew.get(record.id, own))
                if seen.sequence == header.sequence and seen.id != envelope.id[:HALF]:
                    yield Contradiction(author, header.device, header.sequence)
            row.ahead = [one for one in row.ahead if one[1] != header.device or one[2].sequence > header.sequence]


def _plain(seen: Seen) -> list[Any]:
    return [seen.sequence, seen.id.hex()]


def _seen(plain: Any) -> Seen:
    return Seen(plain[0], bytes.fromhex(plain[1]))
