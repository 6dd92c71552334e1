"""A control record whose signature was checked, taken from the envelope that carries it."""

from collections.abc import Callable
from dataclasses import dataclass

from sync import hpke, labels
from sync.errors import BadControl, BadSignature, NotAllowed
from sync.protocol.control import (
    Addition,
    Founding,
    Public,
    PublicKeys,
    Reset,
    consent_statement,
    party_of,
    read_public,
    reset_statement,
)
from sync.protocol.envelope import Envelope
from sync.signing import DeviceKeys, Genesis, SigningKey, check_public, verify


@dataclass(frozen=True, slots=True)
class Record:
    """A control record: whose, where in its author's chain, and what it says. Its id is its envelope's."""

    id: bytes
    space: bytes
    author: bytes
    sequence: int
    public: Public


def read_record(envelope: Envelope, keys_of: Callable[[bytes], PublicKeys | None]) -> Record:
    """The control record in an envelope, with every signature in it checked.

    `keys_of` knows the devices that earlier records brought in. Raises `BadControl`, `BadSignature`,
    `UnfitPublicKey`, or `NotAllowed` for an author whom no record has brought in. Whether the rules of the
    space allow it is for `Authority` to say.
    """
    public = read_public(envelope)
    header = envelope.header
    record = Record(envelope.id, header.space, header.device, header.sequence, public)
    _check_inside(record)
    keys = _own_keys(record) or keys_of(header.device)
    if keys is None:
        raise NotAllowed(reason="stranger")
    check_signature(envelope, keys)
    return record


def check_signature(envelope: Envelope, keys: PublicKeys) -> None:
    """Whether the device with those keys signed exactly this envelope, whole or stripped; else `BadSignature`."""
    if keys.id != envelope.header.device:
        raise BadSignature(what="device")
    if not verify(keys.sign, envelope.signature, labels.ENVELOPE_SIGN, envelope.statement):
        raise BadSignature(what="envelope")


def sign_statement(key: SigningKey, statement: bytes) -> bytes:
    """A device's signature under an envelope."""
    return key.sign(labels.ENVELOPE_SIGN, statement)


def consent(keys: DeviceKeys, space: bytes, party: bytes) -> bytes:
    """A device agrees to belong to that party in that space; whoever adds it needs this."""
    public = PublicKeys(keys.signing.public, keys.box_public)
    return keys.signing.sign(labels.CONSENT, consent_statement(space, party, public))


def consented(space: bytes, party: bytes, device: PublicKeys, signature: bytes) -> bool:
    """Whether a device agreed to belong to that party in that space."""
    return verify(device.sign, signature, labels.CONSENT, consent_statement(space, party, device))


def sign_reset(root: SigningKey, space: bytes, author: bytes, parents: tuple[bytes, ...], reset: Reset) -> Reset:
    """The reset with the root key's signature under it and the place where it will stand."""
    signature = root.sign(labels.RESET_SIGN, reset_statement(space, author, parents, reset))
    return Reset(reset.root, reset.devices, reset.cuts, signature)


def _own_keys(record: Record) -> PublicKeys | None:
    """The author's keys, where the record itself brings its author in."""
    what = record.public.what
    if isinstance(what, Founding):
        return what.device
    if isinstance(what, Reset):
        return next((device for device in what.devices if device.id == record.author), None)
    return None


def _check_inside(record: Record) -> None:
    """What the record brings with it: keys that mean something, and signatures beside the envelope's."""
    what = record.public.what
    if isinstance(what, Founding):
        Genesis.read(what.genesis, record.space)
        hpke.check_public(what.device.box)
        if what.device.id != record.author:
            raise BadControl(reason="author")
        if record.sequence != 1:
            raise BadControl(reason="sequence")
    elif isinstance(what, Addition):
        for device, signature in zip(what.devices, what.consents, strict=True):
            hpke.check_public(device.box)
            if not consented(record.space, what.party, device, signature):
                raise BadSignature(what="consent")
    elif isinstance(what, Reset):
        if all(device.id != record.author for device in what.devices):
            raise BadControl(reason="author")
        for device in what.devices:
            check_public(device.sign)
            hpke.check_public(device.box)
        statement = reset_statement(record.space, record.author, record.public.parents, what)
        if not verify(what.root, what.signature, labels.RESET_SIGN, statement):
            raise BadSignature(what="root")


def party_by(record: Record) -> bytes | None:
    """The party that a record speaks of, if it speaks of one."""
    what = record.public.what
    if isinstance(what, Reset):
        return party_of(record.space, what.root)
    return getattr(what, "party", None)
