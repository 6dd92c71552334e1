"""The steps that change who is in a space, each as the control envelope that says so.

Each names all control records that its author knows. After a step `joined` gives the authority with it; if there
is then no current epoch, `epoch` is the next step, before anything else is written.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sync.authority import Authority, Link, Record, found, read_record, sign_reset
from sync.errors import NotAllowed
from sync.protocol.control import (
    Addition,
    CutOff,
    Departure,
    Epoch,
    Founding,
    Handover,
    Public,
    PublicKeys,
    Refusal,
    Reset,
    Revocation,
    party_of,
)
from sync.protocol.envelope import Envelope
from sync.sealing.content import Inside
from sync.sealing.epochs import EpochKey, Psks, new_epoch, seals_for
from sync.sealing.sealer import Sealer
from sync.signing import DeviceKeys, Genesis, SigningKey

FORMER_MAX: Final = 128
"""Earlier keys that an epoch hands on."""

Links = Mapping[bytes, Link]
"""By device: the last envelope that is there."""


def begin(
    sealer: Sealer, genesis: Genesis, root: bytes, introduction: bytes, secret: bytes | None = None
) -> tuple[list[Envelope], EpochKey]:
    """The first two control records of a space: its founding, and its first epoch, for the founder alone.

    `secret` is an epoch key that is there already, for a space that was written before it was ever shared.
    """
    public = public_keys(sealer.keys)
    founding = sealer.control(Public((), Founding(genesis.to_bytes(), party_of(sealer.space, root), public)))
    parents = (founding.id,)
    what, key = new_epoch(sealer.space, sealer.keys, parents, {public.id: public}, {}, secret)
    first = sealer.control(Public(parents, what), Inside(introductions=(introduction,)), key)
    return [founding, first], key


def add(
    sealer: Sealer,
    authority: Authority,
    key: EpochKey,
    *,
    party: bytes,
    role: int,
    devices: Mapping[PublicKeys, bytes],
    introductions: Sequence[bytes],
) -> Envelope:
    """Devices of one party come in: each with its consent."""
    what = Addition(party, role, tuple(devices), tuple(devices.values()))
    return sealer.control(Public(authority.heads, what), Inside(introductions=tuple(introductions)), key)


def epoch(
    sealer: Sealer,
    authority: Authority,
    held: Iterable[EpochKey],
    psks: Psks | None = None,
    inside: Inside | None = None,
) -> tuple[Envelope, EpochKey]:
    """A new key for those who are in now, with the keys of the epochs before it inside."""
    members = {device: member.keys for device, member in authority.members.items()}
    parents = authority.heads
    what, key = new_epoch(sealer.space, sealer.keys, parents, members, psks or {})
    there = inside or Inside()
    former = {**there.former, **_handed_on(authority, held)}
    sealed = Inside(introductions=there.introductions, former=former, reason=there.reason, more=there.more)
    return sealer.control(Public(parents, what), sealed, key), key


def revoke(
    sealer: Sealer, authority: Authority, key: EpochKey, devices: Iterable[bytes], links: Links, reason: str = ""
) -> Envelope:
    """Take out devices of one's own, and say up to where they count."""
    member = authority.members.get(sealer.keys.id)
    if member is None:
        raise NotAllowed(reason="author")
    what = Revocation(member.party, cuts(devices, links))
    return sealer.control(Public(authority.heads, what), Inside(reason=reason), key)


def dismiss(
    sealer: Sealer, authority: Authority, key: EpochKey, party: bytes, links: Links, reason: str = ""
) -> Envelope:
    """Take out a person with all devices; with one's own party it is leaving."""
    devices = [device for device in links if party in authority.parties_of(device)]
    what = Departure(party, cuts(devices, links))
    return sealer.control(Public(authority.heads, what), Inside(reason=reason), key)


def reset(
    sealer: Sealer,
    authority: Authority,
    root: SigningKey,
    devices: Sequence[PublicKeys],
    links: Links,
    inside: Inside | None = None,
    key: EpochKey | None = None,
) -> Envelope:
    """A person with the recovery key starts over: with these devices (this one among them) and no others."""
    party = party_of(sealer.space, root.public)
    keep = {device.id for device in devices}
    out = [device for device in links if party in authority.parties_of(device) and device not in keep]
    bare = Reset(root.public, tuple(devices), cuts(out, links), b"")
    parents = authority.heads
    signed = sign_reset(root, sealer.space, sealer.keys.id, parents, bare)
    return sealer.control(Public(parents, signed), inside, key)


def hand_over(
    sealer: Sealer,
    authority: Authority,
    of: Record,
    key: EpochKey,
    recipients: Iterable[bytes],
    psks: Psks | None = None,
) -> Envelope:
    """Give the key of an epoch to members who do not have it."""
    keys = {device: authority.members[device].keys for device in recipients}
    what = Handover(of.id, seals_for(sealer.space, sealer.keys.id, key, keys, psks or {}))
    return sealer.control(Public(authority.heads, what))


def refuse(sealer: Sealer, authority: Authority, of: Record) -> Envelope:
    """Say that what was sealed to this device is not the key of that epoch."""
    return sealer.control(Public(authority.heads, Refusal(of.id)))


def joined(authority: Authority | None, *envelopes: Envelope) -> Authority:
    """The authority with these control envelopes; the first one founds it if there is none."""
    for envelope in envelopes:
        authority = found(envelope) if authority is None else authority.plus(read_record(envelope, authority.keys_of))
    if authority is None:
        raise NotAllowed(reason="founding")
    return authority


def cuts(devices: Iterable[bytes], links: Links) -> tuple[CutOff, ...]:
    """Where devices are cut off: behind the last envelope that is there, or before their first."""
    return tuple(
        CutOff(device, links[device].sequence, links[device].id) if device in links else CutOff(device, 0, bytes(32))
        for device in sorted(set(devices))
    )


def public_keys(keys: DeviceKeys) -> PublicKeys:
    return PublicKeys(keys.signing.public, keys.box_public)


def _handed_on(authority: Authority, held: Iterable[EpochKey]) -> dict[bytes, bytes]:
    """The keys that go into the next epoch: the latest ones; still earlier ones lie inside of those."""
    there = {key.commitment: key.secret for key in held}
    known = [record.public.what.commitment for record in authority.records if isinstance(record.public.what, Epoch)]
    latest = [commitment for commitment in known if commitment in there][-FORMER_MAX:]
    return {commitment: there[commitment] for commitment in latest}
