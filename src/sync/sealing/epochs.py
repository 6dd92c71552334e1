"""Epoch keys: made, committed to, sealed to each device, found again, and used to open what was written.

The record of an epoch commits to its key, so every member can check that it was given the same key as the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sync import hpke, labels
from sync.authority import Authority, Record
from sync.errors import BadContent, BadControl, BadJson, BadSeal, CannotOpen, NoKey
from sync.protocol.control import Epoch, Handover, PublicKeys, Seal, epoch_statement, split_control
from sync.protocol.envelope import Envelope, Kind
from sync.sealing.cipher import commit, new_secret, open_sealed_inside, same
from sync.sealing.content import Inside, Message, join, unfill
from sync.signing import DeviceKeys

Psks = Mapping[bytes, hpke.Psk]
"""By device: the secret that was scanned when its person and mine paired."""


@dataclass(frozen=True, slots=True)
class EpochKey:
    """A key under which a space is written, and the commitment by which everybody knows it."""

    secret: bytes = field(repr=False)
    commitment: bytes

    @property
    def key_id(self) -> bytes:
        """What envelopes under this key carry."""
        return self.commitment[:16]


@dataclass(frozen=True, slots=True)
class Keyring:
    """The epoch keys of a space that a device has, and the epochs whose seal for it was bad."""

    keys: Mapping[bytes, EpochKey]
    """By commitment."""
    bad: tuple[bytes, ...] = ()
    """Epochs (record ids) whose seal for this device does not open, or hides another key: to be told in a `Refusal`."""

    def named(self, key_id: bytes) -> tuple[EpochKey, ...]:
        """The keys that an envelope may mean: one, unless a member went to great lengths."""
        return tuple(key for key in self.keys.values() if key.key_id == key_id)


def new_epoch(
    space: bytes,
    author: DeviceKeys,
    parents: tuple[bytes, ...],
    members: Mapping[bytes, PublicKeys],
    psks: Psks,
    secret: bytes | None = None,
) -> tuple[Epoch, EpochKey]:
    """A key for exactly these devices, and the record that gives it to each of them."""
    secret = secret or new_secret()
    names = tuple(sorted(members))
    commitment = commit(secret, space, epoch_statement(author.id, parents, names))
    key = EpochKey(secret, commitment)
    return Epoch(names, commitment, seals_for(space, author.id, key, members, psks)), key


def seals_for(
    space: bytes, sender: bytes, key: EpochKey, recipients: Mapping[bytes, PublicKeys], psks: Psks
) -> tuple[Seal, ...]:
    """The key sealed to each of these devices; with the secret of the pairing where there is one."""
    return tuple(
        Seal(
            device,
            device in psks,
            hpke.seal(
                recipients[device].box,
                key.secret,
                info=_info(space, sender, device, key.commitment),
                psk=psks.get(device),
            ),
        )
        for device in sorted(recipients)
    )


def open_seal(epoch: Record, sender: bytes, seal: Seal, own: DeviceKeys, psks: Sequence[hpke.Psk]) -> EpochKey:
    """The key of an epoch from the seal for this device. `CannotOpen`, or `BadSeal` when it is not that key."""
    what = _epoch(epoch)
    info = _info(epoch.space, sender, own.id, what.commitment)
    for psk in psks if seal.mixed else (None,):
        try:
            return checked(epoch, hpke.open_sealed(own.box, seal.sealed, info=info, psk=psk))
        except CannotOpen:
            continue
    raise CannotOpen


def checked(epoch: Record, secret: bytes) -> EpochKey:
    """The key of an epoch, once it is the one that its record commits to; else `BadSeal`."""
    what = _epoch(epoch)
    statement = epoch_statement(epoch.author, epoch.public.parents, what.members)
    if len(secret) != 32 or not same(commit(secret, epoch.space, statement), what.commitment):
        raise BadSeal
    return EpochKey(secret, what.commitment)


def gather(
    authority: Authority,
    envelopes: Iterable[Envelope],
    own: DeviceKeys,
    psks: Sequence[hpke.Psk] = (),
    held: Iterable[EpochKey] = (),
) -> Keyring:
    """Every epoch key that this device can have: held already, sealed to it, or handed on inside of a later epoch.

    `envelopes` are the space's control envelopes, as far as they are there.
    """
    keys = {key.commitment: key for key in held}
    bad: list[bytes] = []
    for record in authority.records:
        _take_seals(authority, record, own, psks, keys, bad)
    unread = {envelope.id: envelope for envelope in envelopes if envelope.header.kind is Kind.CONTROL}
    by_commitment = {_epoch(record).commitment: record for record in authority.epochs.values()}
    while True:
        known = Keyring(keys)
        ready = [id for id, envelope in unread.items() if known.named(envelope.header.key_id)]
        if not ready:
            return Keyring(keys, tuple(id for id in bad if _epoch(authority.epochs[id]).commitment not in keys))
        for id in ready:
            for commitment, secret in _former(unread.pop(id), known).items():
                if commitment in by_commitment and commitment not in keys:
                    _keep(by_commitment[commitment], secret, keys)


def open_message(envelopes: Sequence[Envelope], keyring: Keyring) -> Message:
    """What a device said, from the envelopes that carry it: all but the last say that there is more.

    `NoKey` when the key is not there yet, `CannotOpen`, `BadContent`, `BadJson`.
    """
    if len({(one.header.key_id, one.header.device) for one in envelopes}) != 1:
        raise BadContent(reason="pieces")
    if any(not one.header.more for one in envelopes[:-1]) or envelopes[-1].header.more:
        raise BadContent(reason="pieces")
    if any(after.header.previous != before.id for before, after in pairwise(envelopes)):
        raise BadContent(reason="pieces")
    return Message.read(join([unfill(_opened(envelope, keyring)) for envelope in envelopes]))


def open_inside(envelope: Envelope, keyring: Keyring) -> Inside | None:
    """The sealed part of a control record; None if it has none. Raises as `open_message` does."""
    public, sealed = split_control(envelope)
    if not sealed:
        return None
    return Inside.read(join([unfill(_tried(envelope, keyring, sealed, public))]))


def _opened(envelope: Envelope, keyring: Keyring) -> bytes:
    if envelope.header.kind is not Kind.CHANGE or envelope.body is None:
        raise BadContent(reason="kind")
    return _tried(envelope, keyring, envelope.body, b"")


def _tried(envelope: Envelope, keyring: Keyring, sealed: bytes, beside: bytes) -> bytes:
    named = keyring.named(envelope.header.key_id)
    if not named:
        raise NoKey
    for key in named:
        try:
            return open_sealed_inside(key.secret, key.commitment, envelope.header, sealed, beside)
        except CannotOpen:
            continue
    raise CannotOpen


def _take_seals(
    authority: Authority,
    record: Record,
    own: DeviceKeys,
    psks: Sequence[hpke.Psk],
    keys: dict[bytes, EpochKey],
    bad: list[bytes],
) -> None:
    what = record.public.what
    if record.id in authority.refused or not isinstance(what, Epoch | Handover):
        return
    epoch = authority.epochs[what.epoch] if isinstance(what, Handover) else record
    seal = next((seal for seal in what.seals if seal.recipient == own.id), None)
    if seal is None or _epoch(epoch).commitment in keys:
        return
    try:
        keys[_epoch(epoch).commitment] = open_seal(epoch, record.author, seal, own, psks)
    except (CannotOpen, BadSeal):
        bad.append(epoch.id)


def _former(envelope: Envelope, keyring: Keyring) -> Mapping[bytes, bytes]:
    """Keys handed on inside a record. A record that does not open as it should hands on nothing."""
    try:
        inside = open_inside(envelope, keyring)
    except (CannotOpen, BadContent, BadControl, BadJson):
        return {}
    return inside.former if inside else {}


def _keep(epoch: Record, secret: bytes, keys: dict[bytes, EpochKey]) -> None:
    try:
        key = checked(epoch, secret)
    except BadSeal:
        return
    keys[key.commitment] = key


def _info(space: bytes, sender: bytes, recipient: bytes, commitment: bytes) -> bytes:
    return labels.EPOCH_SEAL + bytes([hpke.SUITE]) + space + sender + recipient + commitment


def _epoch(record: Record) -> Epoch:
    what = record.public.what
    if not isinstance(what, Epoch):
        raise TypeError("not the record of an epoch")
    return what
