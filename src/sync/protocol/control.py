"""Control records: who is in a space, and under which key they write. The part that everybody may read.

A control record is the body of an envelope: the length of the public part, the public part, and what is sealed
to the members (names, certificates, the reason; opaque here, and possibly nothing). Its id is the envelope's.
Each record names the control records that its author knew and that no other had named: together they are a
graph, and what it amounts to is decided in `sync.authority`.

A *party* is a person as far as one space can tell: a digest of the space and the person's root key, which
shows nobody who does not know the key whose it is, and is another in every space.
"""

import hashlib
import itertools
from dataclasses import dataclass, field
from typing import ClassVar, Final

from sync import labels
from sync.errors import BadControl
from sync.protocol.envelope import DIGEST_BYTES, ID_BYTES, NO_KEY, SIGNATURE_BYTES, Envelope, Kind, check_sealed_length
from sync.protocol.limits import DEVICES_MAX, MEMBERS_MAX, PARENTS_MAX, SEQUENCE_MAX
from sync.protocol.wire import Reader, counted, number
from sync.signing import KEY_BYTES, Genesis, device_id

SEAL_BYTES: Final = 80
"""An epoch key sealed by HPKE: encapsulated key 32, key 32, tag 16."""

_LENGTH_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """The public keys of a device in a space."""

    sign: bytes
    box: bytes

    @property
    def id(self) -> bytes:
        """The device's id, which follows from its keys."""
        return device_id(self.sign, self.box)

    def to_bytes(self) -> bytes:
        return self.sign + self.box


@dataclass(frozen=True, slots=True)
class CutOff:
    """The last envelope of a device that whoever removes it lets count; sequence 0 and zeros for none."""

    device: bytes
    sequence: int
    id: bytes

    def to_bytes(self) -> bytes:
        return self.device + number(self.sequence, 8) + self.id


@dataclass(frozen=True, slots=True)
class Seal:
    """An epoch key for one device. `mixed`: with the secret that was scanned when they paired (PSK mode)."""

    recipient: bytes
    mixed: bool
    sealed: bytes = field(repr=False)
    suite: int = 1

    def to_bytes(self) -> bytes:
        return self.recipient + bytes([self.suite, self.mixed]) + self.sealed


@dataclass(frozen=True, slots=True)
class Founding:
    """The first control record of a space: its genesis record and its first device."""

    NUMBER: ClassVar = 1

    genesis: bytes
    party: bytes
    device: PublicKeys

    def to_bytes(self) -> bytes:
        return self.genesis + self.party + self.device.to_bytes()

    @classmethod
    def read(cls, reader: Reader) -> "Founding":
        return cls(reader.take(Genesis.BYTES), reader.take(ID_BYTES), _device(reader))


@dataclass(frozen=True, slots=True)
class Addition:
    """Devices of one party come in, under one role, each with its own consent to belong to that party."""

    NUMBER: ClassVar = 2

    party: bytes
    role: int
    devices: tuple[PublicKeys, ...]
    consents: tuple[bytes, ...] = field(repr=False)

    def to_bytes(self) -> bytes:
        pairs = zip(self.devices, self.consents, strict=True)
        return (
            self.party + number(self.role, 1) + counted(1, [device.to_bytes() + consent for device, consent in pairs])
        )

    @classmethod
    def read(cls, reader: Reader) -> "Addition":
        party, role = reader.take(ID_BYTES), reader.number(1)
        pairs = [(_device(reader), reader.take(SIGNATURE_BYTES)) for _ in range(reader.count(1, DEVICES_MAX, 1))]
        devices = _distinct(reader, tuple(device for device, _ in pairs))
        return cls(party, role, devices, tuple(consent for _, consent in pairs))


@dataclass(frozen=True, slots=True)
class Revocation:
    """A person takes out devices of their own: lost, sold, stolen."""

    NUMBER: ClassVar = 3

    party: bytes
    devices: tuple[CutOff, ...]

    def to_bytes(self) -> bytes:
        return self.party + _cuts(self.devices)

    @classmethod
    def read(cls, reader: Reader) -> "Revocation":
        return cls(reader.take(ID_BYTES), _read_cuts(reader, least=1))


@dataclass(frozen=True, slots=True)
class Departure:
    """A party goes: all its devices, also those that came in at the same time. Somebody else's, or one's own."""

    NUMBER: ClassVar = 4

    party: bytes
    devices: tuple[CutOff, ...]

    def to_bytes(self) -> bytes:
        return self.party + _cuts(self.devices)

    @classmethod
    def read(cls, reader: Reader) -> "Departure":
        return cls(reader.take(ID_BYTES), _read_cuts(reader, least=0))


@dataclass(frozen=True, slots=True)
class Epoch:
    """A new key for exactly these devices."""

    NUMBER: ClassVar = 5

    members: tuple[bytes, ...]
    commitment: bytes
    seals: tuple[Seal, ...]

    @property
    def key_id(self) -> bytes:
        """What envelopes under this key carry."""
        return self.commitment[:ID_BYTES]

    def to_bytes(self) -> bytes:
        return counted(1, self.members) + self.commitment + _seals(self.seals)

    @classmethod
    def read(cls, reader: Reader) -> "Epoch":
        members = reader.ascending(ID_BYTES, reader.count(1, MEMBERS_MAX, 1))
        commitment = reader.take(DIGEST_BYTES)
        seals = _read_seals(reader)
        if not {seal.recipient for seal in seals} <= set(members):
            raise reader.refuse("recipient")
        return cls(members, commitment, seals)


@dataclass(frozen=True, slots=True)
class Handover:
    """An epoch's key, sealed again to devices that could not read it."""

    NUMBER: ClassVar = 6

    epoch: bytes
    seals: tuple[Seal, ...]

    def to_bytes(self) -> bytes:
        return self.epoch + _seals(self.seals)

    @classmethod
    def read(cls, reader: Reader) -> "Handover":
        epoch = reader.take(DIGEST_BYTES)
        seals = _read_seals(reader)
        if not seals:
            raise reader.refuse("count")
        return cls(epoch, seals)


@dataclass(frozen=True, slots=True)
class Reset:
    """A person with the recovery key starts over: these devices and no others of theirs. Signed by the root key."""

    NUMBER: ClassVar = 7

    root: bytes
    devices: tuple[PublicKeys, ...]
    cuts: tuple[CutOff, ...]
    signature: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        return self.unsigned() + self.signature

    def unsigned(self) -> bytes:
        """Everything that the root key signs, apart from the place."""
        return self.root + counted(1, [device.to_bytes() for device in self.devices]) + _cuts(self.cuts)

    @classmethod
    def read(cls, reader: Reader) -> "Reset":
        root = reader.take(KEY_BYTES)
        return cls(root, _devices(reader), _read_cuts(reader, least=0), reader.take(SIGNATURE_BYTES))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A device says that what was sealed to it under an epoch does not open, or is not the key it should be."""

    NUMBER: ClassVar = 8

    epoch: bytes

    def to_bytes(self) -> bytes:
        return self.epoch

    @classmethod
    def read(cls, reader: Reader) -> "Refusal":
        return cls(reader.take(DIGEST_BYTES))


What = Founding | Addition | Revocation | Departure | Epoch | Handover | Reset | Refusal
_READERS: Final = {
    one.NUMBER: one.read for one in (Founding, Addition, Revocation, Departure, Epoch, Handover, Reset, Refusal)
}


@dataclass(frozen=True, slots=True)
class Public:
    """The public part of a control record: what it follows, and what it does."""

    parents: tuple[bytes, ...]
    what: What

    def to_bytes(self) -> bytes:
        return number(self.what.NUMBER, 1) + counted(1, self.parents) + self.what.to_bytes()

    @classmethod
    def read(cls, raw: bytes) -> "Public":
        """Read a public part, or `BadControl`."""
        reader = Reader(raw, lambda reason: BadControl(reason=reason))
        read = _READERS.get(reader.number(1))
        if read is None:
            raise BadControl(reason="kind")
        parents = reader.ascending(DIGEST_BYTES, reader.count(1, PARENTS_MAX))
        what = read(reader)
        reader.end()
        if bool(parents) == isinstance(what, Founding):
            raise BadControl(reason="parents")
        return cls(parents, what)


def write_control(public: Public, sealed: bytes = b"") -> bytes:
    """The body of a control envelope: the public part behind its length, then what is sealed to the members."""
    raw = public.to_bytes()
    return number(len(raw), _LENGTH_BYTES) + raw + sealed


def split_control(envelope: Envelope) -> tuple[bytes, bytes]:
    """The bytes of the public part and of the sealed part of a control envelope, or `BadControl`."""
    if envelope.header.kind is not Kind.CONTROL or envelope.body is None:
        raise BadControl(reason="envelope")
    reader = Reader(envelope.body, lambda reason: BadControl(reason=reason))
    public = reader.take(reader.number(_LENGTH_BYTES))
    sealed = reader.take(reader.left)
    if bool(sealed) == (envelope.header.key_id == NO_KEY):
        raise BadControl(reason="key")
    if sealed:
        check_sealed_length(sealed, lambda reason: BadControl(reason=reason))
    return public, sealed


def read_public(envelope: Envelope) -> Public:
    """The public part of a control envelope, or `BadControl`. Nothing of it is verified."""
    return Public.read(split_control(envelope)[0])


def epoch_statement(author: bytes, parents: tuple[bytes, ...], members: tuple[bytes, ...]) -> bytes:
    """The digest of an epoch record without its commitment and seals, to which the commitment binds the key."""
    statement = author + counted(1, parents) + counted(1, members)
    return hashlib.sha256(labels.EPOCH_RECORD + statement).digest()


def consent_statement(space: bytes, party: bytes, device: PublicKeys) -> bytes:
    """What a device signs, after the label, to belong to a party: nobody can claim another's device as theirs."""
    return space + party + device.to_bytes()


def reset_statement(space: bytes, author: bytes, parents: tuple[bytes, ...], reset: Reset) -> bytes:
    """What the root key signs, after the label: the reset and the place where it stands."""
    return space + author + counted(1, parents) + reset.unsigned()


def party_of(space: bytes, root: bytes) -> bytes:
    """A person as far as this space can tell."""
    return hashlib.sha256(labels.PARTY + space + root).digest()[:ID_BYTES]


def _device(reader: Reader) -> PublicKeys:
    return PublicKeys(reader.take(KEY_BYTES), reader.take(KEY_BYTES))


def _devices(reader: Reader) -> tuple[PublicKeys, ...]:
    return _distinct(reader, tuple(_device(reader) for _ in range(reader.count(1, DEVICES_MAX, 1))))


def _distinct(reader: Reader, devices: tuple[PublicKeys, ...]) -> tuple[PublicKeys, ...]:
    if len({device.id for device in devices}) != len(devices):
        raise reader.refuse("twice")
    return devices


def _cuts(cuts: tuple[CutOff, ...]) -> bytes:
    return counted(1, [cut.to_bytes() for cut in cuts])


def _read_cuts(reader: Reader, *, least: int) -> tuple[CutOff, ...]:
    found = tuple(_cut(reader) for _ in range(reader.count(1, MEMBERS_MAX, least)))
    if any(one.device >= other.device for one, other in itertools.pairwise(found)):
        raise reader.refuse("order")
    return found


def _cut(reader: Reader) -> CutOff:
    found = CutOff(reader.take(ID_BYTES), reader.number(8), reader.take(DIGEST_BYTES))
    if found.sequence > SEQUENCE_MAX or (found.sequence == 0) != (found.id == bytes(DIGEST_BYTES)):
        raise reader.refuse("cut-off")
    return found


def _seals(seals: tuple[Seal, ...]) -> bytes:
    return counted(1, [seal.to_bytes() for seal in seals])


def _read_seals(reader: Reader) -> tuple[Seal, ...]:
    found = tuple(_seal(reader) for _ in range(reader.count(1, MEMBERS_MAX)))
    if any(one.recipient >= other.recipient for one, other in itertools.pairwise(found)):
        raise reader.refuse("order")
    return found


def _seal(reader: Reader) -> Seal:
    recipient, suite, mixed = reader.take(ID_BYTES), reader.number(1), reader.number(1)
    if suite != 1 or mixed > 1:
        raise reader.refuse("suite")
    return Seal(recipient, bool(mixed), reader.take(SEAL_BYTES), suite)
