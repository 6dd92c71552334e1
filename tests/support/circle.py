"""People, phones and a space, for tests of what members may do and read.

`Circle` works on control records without any cryptography, quickly, for rules; `Room` has real keys and envelopes.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from unittest import mock

from sync import hpke
from sync.authority import START, Authority, Link, Record, Role, consent
from sync.ledger import Ledger, Outcome
from sync.protocol.control import (
    Addition,
    CutOff,
    Departure,
    Epoch,
    Founding,
    Public,
    PublicKeys,
    Reset,
    Revocation,
    What,
    party_of,
)
from sync.protocol.envelope import Envelope
from sync.sealing import EpochKey, Keyring, Message, Sealer, add, begin, epoch, gather, joined
from sync.sealing.steps import public_keys
from sync.signing import KINDS, Device, Genesis, SigningKey

SPACE = b"the space of all"


def fixed_randomness(seed: str = "") -> Any:
    """Random bytes that are the same in every run: the hash of a counter."""
    numbers = itertools.count(1)

    def draw(size: int) -> bytes:
        number = next(numbers)
        parts = range(size // 32 + 1)
        return b"".join(hashlib.sha256(f"{seed} {number} {part}".encode()).digest() for part in parts)[:size]

    return mock.patch("os.urandom", draw)


def named(*words: object) -> bytes:
    """Thirty-two bytes that follow from words."""
    return hashlib.sha256(" ".join(map(str, words)).encode()).digest()


def phone(name: str) -> PublicKeys:
    """The public keys of a phone that exists only by name."""
    return PublicKeys(named(name, "sign"), named(name, "box"))


def root(person: str) -> bytes:
    return named(person, "root")


class Circle:
    """Control records by name, without signatures: `say` makes one whose parents are given or what its author knew."""

    def __init__(self, kind: str = "mentoring", founder: str = "anna", party: str = "Anna") -> None:
        self.kind = kind
        self.genesis = bytes([1, KINDS[kind]]) + bytes(64)
        self.sequences: dict[str, int] = {}
        self.names: dict[str, bytes] = {}
        self.all: list[Record] = []
        self.founding = self.say("founding", founder, Founding(self.genesis, self.party(party), phone(founder)), ())

    def party(self, person: str) -> bytes:
        return party_of(SPACE, root(person))

    def say(self, name: str, author: str, what: What, parents: Iterable[str | bytes]) -> Record:
        """A record by that author behind those parents, given by name or id."""
        above = tuple(sorted(self.names[one] if isinstance(one, str) else one for one in parents))
        self.sequences[author] = self.sequences.get(author, 0) + 1
        record = Record(named("record", name), SPACE, phone(author).id, self.sequences[author], Public(above, what))
        self.names[name] = record.id
        self.all.append(record)
        return record

    def add(self, person: str, *phones: str, role: Role = Role.STEWARD) -> Addition:
        return Addition(self.party(person), role, tuple(map(phone, phones)), (bytes(64),) * len(phones))

    def revoke(self, person: str, **cuts: int) -> Revocation:
        return Revocation(self.party(person), self.cuts(cuts))

    def depart(self, person: str, **cuts: int) -> Departure:
        return Departure(self.party(person), self.cuts(cuts))

    def reset(self, person: str, *phones: str, **cuts: int) -> Reset:
        return Reset(root(person), tuple(map(phone, phones)), self.cuts(cuts), bytes(64))

    def epoch(self, *phones: str, salt: object = "") -> Epoch:
        members = tuple(sorted(phone(one).id for one in phones))
        return Epoch(members, named("commitment", salt, *sorted(phones)), ())

    @staticmethod
    def cuts(cuts: Mapping[str, int]) -> tuple[CutOff, ...]:
        """Cut-offs by phone; the id at a place of a chain follows from both."""
        found = [CutOff(phone(one).id, upto, place(phone(one).id, upto)) for one, upto in cuts.items()]
        return tuple(sorted(found, key=lambda cut: cut.device))

    def authority(self, records: Sequence[Record] | None = None) -> Authority:
        return Authority(self.founding).plus(*(self.all if records is None else records))

    def upto(self, *names: str) -> Authority:
        """The authority of somebody who knows these records and what lies before them."""
        by_id = {record.id: record for record in self.all}
        known: dict[bytes, Record] = {}
        left = [self.names[name] for name in names]
        while left:
            record = by_id[left.pop()]
            known[record.id] = record
            left.extend(record.public.parents)
        return self.authority(list(known.values()))


def place(device: bytes, sequence: int) -> bytes:
    """The id at a place of a chain, in a circle."""
    return bytes(32) if sequence == 0 else named("chain", device.hex(), sequence)


def phones_in(authority: Authority, names: Iterable[str]) -> set[str]:
    """Which of the phones are in."""
    return {name for name in names if phone(name).id in authority.members}


class Person:
    """Somebody with a root key and phones."""

    def __init__(self) -> None:
        self.root = SigningKey.new()

    def party(self, space: bytes) -> bytes:
        return party_of(space, self.root.public)


class Phone:
    """A phone in one space, with what it knows of it."""

    def __init__(self, person: Person, space: bytes, device: Device | None = None) -> None:
        self.person = person
        self.device = device or Device.new()
        self.space = space
        self.keys = self.device.in_space(space)
        self.sealer = Sealer(space, self.keys)
        self.envelopes: dict[tuple[bytes, int], Envelope] = {}
        self.ledger: Ledger | None = None
        self.keyring = Keyring({})
        self.psks: list[hpke.Psk] = []

    @property
    def id(self) -> bytes:
        return self.keys.id

    @property
    def public(self) -> PublicKeys:
        return public_keys(self.keys)

    @property
    def authority(self) -> Authority:
        assert self.ledger is not None
        return self.ledger.authority

    def chain(self, device: bytes, sequence: int) -> bytes | None:
        found = self.envelopes.get((device, sequence))
        return found.id if found else None

    def take(self, *envelopes: Envelope) -> None:
        """Place envelopes in order, and find what keys there are in them."""
        for envelope in envelopes:
            if self.ledger is None:
                self.ledger = Ledger.begin(envelope)
            elif self.ledger.take(envelope, self.chain).outcome not in (Outcome.PLACED, Outcome.REPEATED):
                raise AssertionError("an envelope found no place")
            self.envelopes.setdefault((envelope.header.device, envelope.header.sequence), envelope)
        self.keyring = gather(self.authority, self.envelopes.values(), self.keys, self.psks, self.keyring.keys.values())

    @property
    def key(self) -> EpochKey:
        """The key to write under."""
        current = self.authority.current
        assert current is not None and isinstance(current.public.what, Epoch)
        return self.keyring.keys[current.public.what.commitment]

    def say(self, text: str, first: int = 1) -> list[Envelope]:
        """A change with one text in it, placed here too."""
        assert self.ledger is not None
        message = Message(first=first, changes=({"hlc": 1, "ops": [], "text": text},), seen=self.ledger.news(self.id))
        made = self.sealer.message(message, self.key)
        self.take(*made)
        self.ledger.heard(made[-1].header, message.seen, self.chain)
        return made

    def next_epoch(self, psks: Mapping[bytes, hpke.Psk] | None = None) -> Envelope:
        made, _ = epoch(self.sealer, self.authority, self.keyring.keys.values(), psks)
        self.take(made)
        return made


class Room:
    """A space with its founder's phone in it, real keys, and a log of all that was said in order."""

    def __init__(self, kind: str = "mentoring") -> None:
        self.founder = Person()
        device = Device.new()
        self.genesis = Genesis.found(kind, device.master().signing.public)
        self.space = self.genesis.space
        self.first = Phone(self.founder, self.space, device)
        self.log, self.key = begin(self.first.sealer, self.genesis, self.founder.root.public, b"introduction")
        self.first.take(*self.log)

    def join(self, by: Phone, person: Person, role: Role = Role.STEWARD, psk: hpke.Psk | None = None) -> Phone:
        """Somebody's phone comes in, brought by another; both then know everything."""
        new = Phone(person, self.space)
        party = person.party(self.space)
        devices = {new.public: consent(new.keys, self.space, party)}
        added = add(
            by.sealer, by.authority, by.key, party=party, role=role, devices=devices, introductions=[b"introduction"]
        )
        by.take(added)
        made = by.next_epoch({new.id: psk} if psk else None)
        self.log += [added, made]
        new.psks = [psk] if psk else []
        new.take(*self.log)
        return new


Say = Callable[..., Record]
__all__ = [
    "SPACE",
    "START",
    "Circle",
    "Link",
    "Person",
    "Phone",
    "Room",
    "fixed_randomness",
    "joined",
    "named",
    "phone",
    "phones_in",
    "place",
    "root",
]
