"""A space as its control records have it: who is in, under which key to write, and what counts.

A pure function of the set of records that hang together: order and repetition do not matter. How they are
weighed against each other is in `sync.authority.graph`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sync.authority.graph import Entry, Graph, View, bits
from sync.authority.records import Record
from sync.authority.rules import Right, Role, rights
from sync.protocol.control import (
    Addition,
    CutOff,
    Departure,
    Epoch,
    Founding,
    PublicKeys,
    Reset,
    Revocation,
)
from sync.protocol.envelope import NOTHING
from sync.protocol.limits import PARENTS_MAX

ChainId = Callable[[bytes, int], bytes | None]
"""The id of the envelope at a place of a device's chain; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Member:
    """A device that is in the space now."""

    device: bytes
    party: bytes
    role: Role
    keys: PublicKeys


class Authority:
    """What the control records of one space amount to. A value: `plus` makes another one.

    It begins with the founding record that counts: the first that a server stored, the one whose founder a device
    has checked. Every other founding of the same space is refused.
    """

    def __init__(self, founding: Record) -> None:
        what = founding.public.what
        if not isinstance(what, Founding):
            raise TypeError("a space begins with its founding")
        self.space = founding.space
        self.founding = founding.id
        self._graph = Graph(what.genesis[1], founding.id)
        self._graph.add(founding)
        self._waiting: dict[bytes, Record] = {}

    def plus(self, *records: Record) -> Authority:
        """With more records, in any order. What is there already changes nothing."""
        found = object.__new__(Authority)
        found.space, found.founding = self.space, self.founding
        found._graph = self._graph.copy()
        found._waiting = self._waiting | {record.id: record for record in records if record.space == self.space}
        found._place()
        return found

    def _place(self) -> None:
        """Place what waits and has all its parents, until nothing moves. Whatever the order, it amounts to the same."""
        places = self._graph.places
        while ready := [
            record
            for record in self._waiting.values()
            if record.id in places or all(parent in places for parent in record.public.parents)
        ]:
            for record in ready:
                del self._waiting[record.id]
                if record.id not in places:
                    self._graph.add(record)

    # ------------------------------------------------------------------ who is in

    @property
    def kind(self) -> int:
        """The kind of the space, as in its genesis record."""
        return self._graph.kind

    @cached_property
    def members(self) -> Mapping[bytes, Member]:
        """The devices that are in the space."""
        found: dict[bytes, Member] = {}
        for device in sorted(self._now.devices):
            entry = self._now.member(device)
            assert entry is not None
            found[device] = Member(device, entry.party, entry.role, entry.keys)
        return found

    @property
    def closed(self) -> bool:
        """Whether nobody is left who could bring anybody in: each keeps a copy, and nothing more is written."""
        return self._now.closed

    def may(self, device: bytes, right: Right) -> bool:
        """Whether a device may do that now."""
        member = self.members.get(device)
        return member is not None and not self.closed and right in rights(self.kind, member.role)

    def keys_of(self, device: bytes) -> PublicKeys | None:
        """The public keys of a device that any record brought in, also of one that is out."""
        return next((entry.keys for entry in self._entries.get(device, ())), None)

    def parties_of(self, device: bytes) -> frozenset[bytes]:
        """The party of a device that is or was in."""
        return frozenset(entry.party for entry in self._entries.get(device, ()))

    def known_to_entry_of(self, device: bytes) -> frozenset[bytes]:
        """The devices that had been brought in when that one was, the others of the same record among them."""
        entries = self._entries.get(device, ())
        if not entries:
            return frozenset()
        place = entries[-1].place
        known = self._graph.nodes[place].ancestors | 1 << place
        return frozenset(entry.device for at in bits(known) for entry in self._graph.nodes[at].brings)

    def may_purge(self, device: bytes, author: bytes) -> bool:
        """Whether one device may purge what another wrote: only a person's own words, by any device of theirs."""
        return not self.parties_of(device).isdisjoint(self.parties_of(author))

    # ------------------------------------------------------------------ the records themselves

    @property
    def records(self) -> tuple[Record, ...]:
        """Every record that has its place, parents before children."""
        return tuple(node.record for node in self._graph.nodes)

    @property
    def waiting(self) -> frozenset[bytes]:
        """Records that name a parent which is not there yet; they count for nothing until it is."""
        return frozenset(self._waiting)

    @property
    def missing(self) -> frozenset[bytes]:
        """The parents that waiting records name and nobody has brought: late, or withheld."""
        named = {parent for record in self._waiting.values() for parent in record.public.parents}
        return frozenset(named - self._graph.places.keys() - self._waiting.keys())

    @cached_property
    def heads(self) -> tuple[bytes, ...]:
        """The parents of the next record: those that were allowed and that no other allowed one names."""
        allowed = [node.record for node in self._graph.nodes if not node.refused]
        named = {parent for record in allowed for parent in record.public.parents}
        return tuple(sorted(record.id for record in allowed if record.id not in named))[:PARENTS_MAX]

    @cached_property
    def refused(self) -> Mapping[bytes, str]:
        """Records that their author may not have made by what they themselves knew, with the reason."""
        return {node.record.id: node.refused for node in self._graph.nodes if node.refused}

    @cached_property
    def void(self) -> frozenset[bytes]:
        """Records that were allowed and count no longer: somebody was removed who made them without knowing."""
        return frozenset(self._graph.nodes[place].record.id for place in bits(self._now.void))

    # ------------------------------------------------------------------ epochs

    @cached_property
    def epochs(self) -> Mapping[bytes, Record]:
        """Every epoch that its author was allowed to make, by record id, also those that count no longer."""
        return {self._graph.nodes[place].record.id: self._graph.nodes[place].record for place in self._epoch_places}

    @cached_property
    def current(self) -> Record | None:
        """The epoch under which to write, or none: then whoever may has to make one first.

        It was made in knowledge of every record that changes who is in, and for exactly those who are. Of several
        made at the same time the lower commitment is used; a later one goes before those it knew.
        """
        if self.closed:
            return None
        needed = 0
        for place in self._standing(Founding, Addition, Revocation, Departure, Reset):
            needed |= 1 << place
        fit = [
            place
            for place in self._standing(Epoch)
            if not needed & ~self._graph.nodes[place].ancestors
            and set(self._what(place, Epoch).members) == self.members.keys()
        ]
        latest = [one for one in fit if not any(self._graph.nodes[other].ancestors >> one & 1 for other in fit)]
        chosen = min(latest, key=lambda place: self._what(place, Epoch).commitment, default=None)
        return None if chosen is None else self._graph.nodes[chosen].record

    def ancestors(self, id: bytes) -> tuple[Record, ...]:
        """The records that the author of one knew, parents before children."""
        node = self._graph.nodes[self._graph.places[id]]
        return tuple(self._graph.nodes[place].record for place in bits(node.ancestors))

    # ------------------------------------------------------------------ what counts

    def judge(
        self,
        device: bytes,
        sequence: int,
        key_id: bytes,
        chain: ChainId,
        knew: Callable[[Record], bool] | None = None,
    ) -> str:
        """Why what a device wrote at that place of its chain under that key does not count; empty if it does.

        `chain` tells ids in that device's chain, for cut-offs. `knew` tells which control records the author is
        known to have seen: who writes under a key that they knew to be out of date is not believed. A server
        cannot look inside and leaves it out.

        Reasons: `epoch` (no such key), `member` (the key was not for that device, or not to write under), `void` (who
        brought the device in was removed at the same time), `cut-off` (beyond what a removal lets count), `chain` (on
        another branch than the removal names), `stale`.
        """
        reason = "epoch"
        for place in self._by_key_id.get(key_id, ()):
            reason = self._judged(place, device, sequence, chain, knew)
            if not reason:
                return ""
        return reason

    def removals_of(self, device: bytes) -> tuple[Record, ...]:
        """The removals that stand and are about a device, also those from before it came in again."""
        return tuple(self._graph.nodes[place].record for place in self._now.removals if self._takes_out(place, device))

    def is_out_alone(self, device: bytes) -> bool:
        """Whether the device itself was taken out since it last came in, by a revocation or a reset, whatever became of
        its person: it may be lost.
        """
        entries = self._entries.get(device, ())
        known = self._graph.nodes[entries[-1].place].ancestors if entries else 0
        return any(
            isinstance(self._graph.nodes[place].record.public.what, Revocation | Reset)
            and not known >> place & 1
            and self._takes_out(place, device)
            for place in self._now.removals
        )

    def cut_offs(self, device: bytes) -> tuple[CutOff, ...]:
        """Where the removals that stand cut a device off."""
        return tuple(
            _cut(self._graph.nodes[place].record, device)
            for place in self._now.removals
            if self._takes_out(place, device)
        )

    def _judged(
        self, epoch: int, device: bytes, sequence: int, chain: ChainId, knew: Callable[[Record], bool] | None
    ) -> str:
        node = self._graph.nodes[epoch]
        if device not in node.writers:
            return "member"
        if not any(
            node.ancestors >> entry.place & 1 and not self._now.void >> entry.place & 1
            for entry in self._entries.get(device, ())
        ):
            return "void"
        for place in self._now.removals:
            if node.ancestors >> place & 1 or not self._takes_out(place, device):
                continue
            cut = _cut(self._graph.nodes[place].record, device)
            if sequence > cut.sequence:
                return "cut-off"
            if chain(device, cut.sequence) not in (cut.id, None):
                return "chain"
        if knew is not None and any(knew(self._graph.nodes[place].record) for place in self._newer(epoch, device)):
            return "stale"
        return ""

    def _newer(self, epoch: int, device: bytes) -> Iterator[int]:
        """Records after which nobody who knew them writes under that epoch."""
        known = self._graph.nodes[epoch].ancestors
        yield from (place for place in self._now.removals if not known >> place & 1)
        for place in self._standing(Epoch):
            if self._graph.nodes[place].ancestors >> epoch & 1 and device in self._what(place, Epoch).members:
                yield place

    def _takes_out(self, removal: int, device: bytes) -> bool:
        return any(self._graph.takes_out(removal, device, party, self._graph.all) for party in self.parties_of(device))

    # ------------------------------------------------------------------ inside

    @cached_property
    def _now(self) -> View:
        return self._graph.view(self._graph.all)

    @cached_property
    def _entries(self) -> Mapping[bytes, tuple[Entry, ...]]:
        found: dict[bytes, tuple[Entry, ...]] = {}
        for node in self._graph.nodes:
            for entry in node.brings:
                found[entry.device] = (*found.get(entry.device, ()), entry)
        return found

    @cached_property
    def _epoch_places(self) -> tuple[int, ...]:
        return tuple(
            place
            for place, node in enumerate(self._graph.nodes)
            if not node.refused and isinstance(node.record.public.what, Epoch)
        )

    @cached_property
    def _by_key_id(self) -> Mapping[bytes, tuple[int, ...]]:
        found: dict[bytes, tuple[int, ...]] = {}
        for place in self._epoch_places:
            key_id = self._what(place, Epoch).key_id
            found[key_id] = (*found.get(key_id, ()), place)
        return found

    def _standing(self, *kinds: type) -> Iterator[int]:
        """Records of these kinds that count."""
        for place, node in enumerate(self._graph.nodes):
            if not node.refused and not self._now.void >> place & 1 and isinstance(node.record.public.what, kinds):
                yield place

    def _what(self, place: int, kind: type[Epoch]) -> Epoch:
        what = self._graph.nodes[place].record.public.what
        assert isinstance(what, kind)
        return what


def _cut(removal: Record, device: bytes) -> CutOff:
    """Where a removal cuts a device off: before its first envelope, if it does not say."""
    what = removal.public.what
    assert isinstance(what, Revocation | Departure | Reset)
    cuts = what.cuts if isinstance(what, Reset) else what.devices
    return next((cut for cut in cuts if cut.device == device), CutOff(device, 0, NOTHING))
