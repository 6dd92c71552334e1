"""The control records of a space as a graph, and what any part of it amounts to.

A record is judged first by what its author knew: its ancestors, as if nothing else had happened. Then by what
others did at the same time: a removal makes void what the removed did without knowing of it, and what rests on
that. Removals can hit each other: what is certain is decided first, then what follows from it; and those that
hang on one another in a circle all stand, so that everybody in the circle is out. A key given to one too few can
be given later; one given to one too many cannot be taken back.

Sets of records are integers with one bit a record; a record stands behind all its ancestors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sync.authority.records import Record, party_by
from sync.authority.rules import MAY_LEAVE, Right, Role, has_role, rights
from sync.protocol.control import (
    Addition,
    Departure,
    Epoch,
    Founding,
    Handover,
    PublicKeys,
    Refusal,
    Reset,
    Revocation,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One device, brought in by one record."""

    place: int
    device: bytes
    party: bytes
    role: Role
    keys: PublicKeys


Places = frozenset[int]
Hits = list[tuple[Entry, Places]]
"""What a record rests on, and for each of that the removals which would take it away."""


@dataclass(frozen=True, slots=True)
class View:
    """What a set of records amounts to: what is void, which removals stand, and who is in."""

    void: int
    removals: tuple[int, ...]
    entries: tuple[Entry, ...]

    def of(self, device: bytes) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.device == device)

    def member(self, device: bytes) -> Entry | None:
        """A device's place. With several, the one that allows least: roles grow weaker with their number."""
        return max(self.of(device), key=lambda entry: (entry.role, entry.party), default=None)

    @property
    def devices(self) -> frozenset[bytes]:
        return frozenset(entry.device for entry in self.entries)

    @property
    def closed(self) -> bool:
        """Whether nobody is left who could bring anybody in."""
        return all(entry is None or entry.role is not Role.STEWARD for entry in map(self.member, self.devices))


@dataclass(frozen=True, slots=True)
class Node:
    """A record in its place, with what could be told of it from its ancestors alone."""

    record: Record
    ancestors: int
    refused: str
    """Why its author may not have made it; empty if they may."""
    brings: tuple[Entry, ...] = ()
    rests_on: tuple[Entry, ...] = ()
    """The entries that allowed it. It falls when all of them do."""
    writers: frozenset[bytes] = frozenset()
    """For an epoch: the devices that may write under it."""

    @property
    def removes(self) -> bool:
        return not self.refused and isinstance(self.record.public.what, Revocation | Departure | Reset)


@dataclass
class Graph:
    """Records in an order in which each stands behind its ancestors. It only grows."""

    kind: int
    founding: bytes
    nodes: list[Node] = field(default_factory=list)
    places: dict[bytes, int] = field(default_factory=dict)
    heirs: list[int] = field(default_factory=list)
    """By place: the records that were made in knowledge of it."""
    about: dict[bytes, int] = field(default_factory=dict)
    """By device and by party: the removals that may be about it, so that the others need not be looked at."""

    def copy(self) -> Graph:
        return Graph(self.kind, self.founding, list(self.nodes), dict(self.places), list(self.heirs), dict(self.about))

    @property
    def all(self) -> int:
        return (1 << len(self.nodes)) - 1

    def add(self, record: Record) -> None:
        """Add a record whose parents are all there."""
        above = 0
        for parent in record.public.parents:
            place = self.places[parent]
            above |= self.nodes[place].ancestors | 1 << place
        place = len(self.nodes)
        self.places[record.id] = place
        self.nodes.append(self._node(place, record, above))
        self.heirs.append(0)
        for known in bits(above):
            self.heirs[known] |= 1 << place
        if self.nodes[place].removes:
            what = record.public.what
            party = party_by(record)
            assert party is not None
            names = [cut.device for cut in what.devices] if isinstance(what, Revocation) else [party]
            for name in names:
                self.about[name] = self.about.get(name, 0) | 1 << place

    def view(self, part: int) -> View:
        """What a set of records amounts to; with each record it must hold all its ancestors."""
        removals = frozenset(place for place in bits(part) if self.nodes[place].removes)
        hits = {place: self._hits_on(place, part, removals) for place in bits(part)} if removals else {}
        standing = self._standing(part, removals, hits)
        void = self._void(part, standing, hits, standing)
        mask = sum(1 << place for place in standing)
        entries = tuple(
            entry
            for place in bits(part & ~void)
            for entry in self.nodes[place].brings
            if not any(self._ends(removal, entry, part) for removal in bits(self._about(entry) & mask))
        )
        return View(void, tuple(sorted(standing)), entries)

    def takes_out(self, removal: int, device: bytes, party: bytes, part: int) -> bool:
        """Whether a removal is about that device of that party, and no reset made at the same time keeps it.

        A reset is signed by the person's root key and beats what devices of that person said without knowing of it.
        """
        node = self.nodes[removal]
        what = node.record.public.what
        if party_by(node.record) != party:
            return False
        if isinstance(what, Revocation):
            about = any(cut.device == device for cut in what.devices)
        elif isinstance(what, Reset):
            return all(keys.id != device for keys in what.devices)
        else:
            about = True
        return about and not (self._own(node, party) and self._kept(removal, device, party, part))

    # ------------------------------------------------------------------ inside: removals

    def _hits_on(self, place: int, part: int, removals: Places) -> Hits:
        """For each entry that a record rests on: the removals, made at the same time, that would take it away."""
        node = self.nodes[place]
        apart = part & ~node.ancestors & ~self.heirs[place] & ~(1 << place)
        reset = isinstance(node.record.public.what, Reset)
        return [
            (
                entry,
                frozenset(
                    removal
                    for removal in bits(self._about(entry) & apart)
                    if removal in removals
                    and self.takes_out(removal, entry.device, entry.party, part)
                    and not (reset and not self._by_others(removal, entry.party))
                ),
            )
            for entry in node.rests_on
        ]

    def _standing(self, part: int, removals: Places, hits: Mapping[int, Hits]) -> Places:
        """The removals that stand.

        Between what certainly stands and what possibly does, each step narrows: what nothing possible hits is
        certain, what something certain hits is out. What is left hangs on one another; of that, the circles which
        nothing outside of them hits stand as a whole, and then the rest is weighed again.
        """
        agreed: Places = frozenset()
        while True:
            certain, possible = agreed, removals
            while True:
                void = self._void(part, possible, hits, agreed)
                more = frozenset(place for place in removals if not void >> place & 1)
                void = self._void(part, more, hits, agreed)
                fewer = frozenset(place for place in removals if not void >> place & 1)
                if (more, fewer) == (certain, possible):
                    break
                certain, possible = more, fewer
            if certain == possible:
                return possible
            agreed |= self._circles(possible - certain, hits)

    def _circles(self, open: Places, hits: Mapping[int, Hits]) -> Places:
        """Of removals that hang on one another, those which are hit only by what they themselves lead to."""
        behind: dict[int, Places] = {}
        for place in sorted(hits):
            found: set[int] = set()
            for entry, by in hits[place]:
                found |= by | behind.get(entry.place, frozenset())
            behind[place] = frozenset(found)
        reach = {place: self._reach(place, open, behind) for place in open}
        return frozenset(place for place in open if all(place in reach[other] for other in reach[place]))

    def _reach(self, place: int, open: Places, behind: Mapping[int, Places]) -> Places:
        """Everything open from which a chain of hits leads to that removal."""
        found: set[int] = set()
        left = {place}
        while left:
            new = (behind[left.pop()] & open) - found
            found |= new
            left |= new
        return frozenset(found)

    def _about(self, entry: Entry) -> int:
        return self.about.get(entry.device, 0) | self.about.get(entry.party, 0)

    def _void(self, part: int, removals: Places, hits: Mapping[int, Hits], agreed: Places) -> int:
        """The records that fall if exactly these removals stand. What is agreed on does not fall."""
        void = 0
        for place in bits(part) if removals else ():
            rests_on = hits[place]
            if (
                rests_on
                and place not in agreed
                and all(void >> entry.place & 1 or by & removals for entry, by in rests_on)
            ):
                void |= 1 << place
        return void

    def _ends(self, removal: int, entry: Entry, part: int) -> bool:
        """Whether a removal that stands ends an entry: every one does that the entry was not made in knowledge of."""
        known = self.nodes[entry.place].ancestors >> removal & 1
        return removal != entry.place and not known and self.takes_out(removal, entry.device, entry.party, part)

    def _own(self, node: Node, party: bytes) -> bool:
        return any(entry.party == party for entry in node.rests_on)

    def _by_others(self, removal: int, party: bytes) -> bool:
        """Whether it is a departure that somebody else said: the one thing that a reset does not beat."""
        node = self.nodes[removal]
        return isinstance(node.record.public.what, Departure) and not self._own(node, party)

    def _kept(self, removal: int, device: bytes, party: bytes, part: int) -> bool:
        """Whether a reset made at the same time keeps the device."""
        return any(
            isinstance(what := self.nodes[place].record.public.what, Reset)
            and any(keys.id == device for keys in what.devices)
            and self.apart(place, removal)
            for place in bits(self.about.get(party, 0) & part)
        )

    def apart(self, one: int, other: int) -> bool:
        """Whether neither record was made in knowledge of the other."""
        return one != other and not (self.nodes[one].ancestors >> other | self.nodes[other].ancestors >> one) & 1

    def _in(self, part: int) -> Iterator[tuple[int, Node]]:
        return ((place, self.nodes[place]) for place in bits(part))

    # ------------------------------------------------------------------ inside: what its author knew

    def _node(self, place: int, record: Record, above: int) -> Node:
        what = record.public.what
        if isinstance(what, Founding):
            if record.id != self.founding:
                return Node(record, above, "founding")
            entry = Entry(place, what.device.id, what.party, Role.STEWARD, what.device)
            return Node(record, above, "", (entry,))
        view = self.view(above)
        if isinstance(what, Reset):
            return self._reset(place, record, what, above, view)
        rests_on = view.of(record.author)
        author = view.member(record.author)
        if author is None:
            return Node(record, above, "author")
        reason = self._reason(record, author, view, above)
        if reason:
            return Node(record, above, reason)
        brings: tuple[Entry, ...] = ()
        writers: frozenset[bytes] = frozenset()
        if isinstance(what, Addition):
            brings = tuple(Entry(place, keys.id, what.party, Role(what.role), keys) for keys in what.devices)
        elif isinstance(what, Epoch):
            writers = frozenset(device for device in view.devices if self._has(view, device, Right.WRITE))
        return Node(record, above, "", brings, rests_on, writers)

    def _reset(self, place: int, record: Record, what: Reset, above: int, view: View) -> Node:
        """A reset rests on its party being in the space, whatever that party's own devices have said."""
        party = party_by(record)
        rests_on = tuple(
            entry
            for _, node in self._in(above & ~view.void)
            for entry in node.brings
            if entry.party == party
            and not any(
                self._by_others(removal, entry.party) and self._ends(removal, entry, above) for removal in view.removals
            )
        )
        if not rests_on:
            return Node(record, above, "party")
        assert party is not None
        role = max(entry.role for entry in rests_on)
        brings = tuple(Entry(place, keys.id, party, role, keys) for keys in what.devices)
        return Node(record, above, "", brings, rests_on)

    def _reason(self, record: Record, author: Entry, view: View, above: int) -> str:
        """Why the author may not have made it; empty if they may."""
        what = record.public.what
        may = rights(self.kind, author.role)
        if isinstance(what, Addition):
            return self._addition(what, author, view)
        if isinstance(what, Revocation):
            if what.party != author.party:
                return "party"
            known = {entry.device for _, node in self._in(above) for entry in node.brings if entry.party == what.party}
            return "" if known.issuperset(cut.device for cut in what.devices) else "device"
        if isinstance(what, Departure):
            if what.party == author.party:
                return "" if self.kind in MAY_LEAVE else "role"
            if Right.DISMISS not in may:
                return "role"
            return "" if any(entry.party == what.party for entry in view.entries) else "party"
        if isinstance(what, Epoch):
            if Right.REKEY not in may:
                return "role"
            if view.closed:
                return "closed"
            return "" if set(what.members) == view.devices else "members"
        assert isinstance(what, Handover | Refusal)
        epoch = self.places.get(what.epoch)
        if epoch is None or not above >> epoch & 1 or not isinstance(self._epoch(epoch), Epoch):
            return "epoch"
        if isinstance(what, Handover):
            if Right.REKEY not in may:
                return "role"
            return "" if view.devices.issuperset(seal.recipient for seal in what.seals) else "recipient"
        return ""

    def _addition(self, what: Addition, author: Entry, view: View) -> str:
        if any(keys.id in view.devices for keys in what.devices):
            return "there"
        if what.party == author.party:
            return "" if what.role == author.role else "role"
        if Right.INVITE not in rights(self.kind, author.role) or not has_role(self.kind, what.role):
            return "role"
        return "party" if any(entry.party == what.party for entry in view.entries) else ""

    def _epoch(self, place: int) -> object:
        node = self.nodes[place]
        return None if node.refused else node.record.public.what

    def _has(self, view: View, device: bytes, right: Right) -> bool:
        entry = view.member(device)
        return entry is not None and right in rights(self.kind, entry.role)


def bits(part: int) -> Iterator[int]:
    """The places in a set of records, in order."""
    while part:
        low = part & -part
        yield low.bit_length() - 1
        part ^= low
