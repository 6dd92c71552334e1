"""Whether an envelope may take its place in a space: its chain, its signature, and the rules.

What a server does with a push and a device with a page, short of looking inside. Both do it for every envelope,
whoever brought it.
"""

from dataclasses import dataclass
from typing import Final

from sync.authority.records import check_signature, read_record
from sync.authority.space import Authority, ChainId
from sync.errors import Fork, Gap, NotAllowed
from sync.protocol.control import Founding
from sync.protocol.envelope import NOTHING, Envelope, Header, Kind
from sync.protocol.limits import CONTROL_MAX
from sync.protocol.purge import read_purged


@dataclass(frozen=True, slots=True)
class Link:
    """A place in a device's chain."""

    sequence: int
    id: bytes


START: Final = Link(0, NOTHING)
"""Before a device's first envelope."""


def admit(authority: Authority, envelope: Envelope, last: Link, chain: ChainId) -> Authority | None:
    """Let an envelope take its place behind `last`, its device's latest; the authority after it.

    None for a repetition: the same envelope is there already. Raises `Gap` (its predecessor is missing), `Fork`
    (another envelope stands there, or came before), `BadSignature`, `NotAllowed` with the rule, `BadControl`,
    `BadRecord`, `UnfitPublicKey`. Nothing of the envelope may be kept then.

    `chain(device, sequence)` tells ids that are already there. A server stores whatever passes, also what other
    devices will not count: a change under a flag it does not know, or on the wrong side of a removal that it had
    not seen when it stored it.
    """
    header = envelope.header
    if header.space != authority.space:
        raise NotAllowed(reason="space")
    if header.sequence <= last.sequence:
        there = last.id if header.sequence == last.sequence else chain(header.device, header.sequence)
        if there == envelope.id:
            return None
        raise Fork(sequence=header.sequence)
    check_follows(header, last)
    if header.kind is Kind.CONTROL:
        return _admit_control(authority, envelope)
    keys = authority.keys_of(header.device)
    if keys is None:
        raise NotAllowed(reason="stranger")
    check_signature(envelope, keys)
    if header.kind is Kind.PURGE:
        read_purged(envelope)
    reason = authority.judge(header.device, header.sequence, header.key_id, chain)
    if reason:
        raise NotAllowed(reason=reason)
    return authority


def found(envelope: Envelope) -> Authority:
    """A space from its first envelope, which must be its founding. Raises as `admit` does."""
    if envelope.header.kind is not Kind.CONTROL or envelope.header.sequence != 1:
        raise NotAllowed(reason="founding")
    record = read_record(envelope, lambda device: None)
    if not isinstance(record.public.what, Founding):
        raise NotAllowed(reason="founding")
    return Authority(record)


def check_follows(header: Header, last: Link) -> None:
    """Whether an envelope comes right behind another one of its device; `Gap` or `Fork`."""
    if header.sequence > last.sequence + 1:
        raise Gap(sequence=last.sequence)
    if header.previous != last.id:
        raise Fork(sequence=last.sequence)


def may_drop(authority: Authority, purge: Header, target: Header) -> bool:
    """Whether a purge takes the body of that envelope: the same person's, and something that can be purged."""
    return target.kind in (Kind.CHANGE, Kind.SNAPSHOT) and authority.may_purge(purge.device, target.device)


def _admit_control(authority: Authority, envelope: Envelope) -> Authority:
    if len(authority.records) + len(authority.waiting) >= CONTROL_MAX:
        raise NotAllowed(reason="full")
    record = read_record(envelope, authority.keys_of)
    after = authority.plus(record)
    if record.id in after.waiting:
        raise NotAllowed(reason="parents")
    if record.id in after.refused:
        raise NotAllowed(reason=after.refused[record.id])
    return after
