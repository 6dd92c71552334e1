"""The envelope: what one device says once in one space, signed, and readable only to members.

    header   version 1 · kind 1 · flags 2 · space 16 · device 16 · sequence 8 · key id 16 · previous 32    92 bytes
    body     everything up to the signature
    signature 64

The device signs the header and the digest of the body, so that a purge can drop the body: what stays still
verifies, keeps its id and its place in the chain, and nothing can be guessed from it.
"""

import hashlib
import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from sync import labels
from sync.errors import BadEnvelope, NewerVersion
from sync.protocol.limits import ENVELOPE_MAX, PLAIN_MIN, SEQUENCE_MAX
from sync.protocol.padding import padded_length
from sync.protocol.wire import Refuse

VERSION: Final = 1
ID_BYTES: Final = 16
DIGEST_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
SALT_BYTES: Final = 16
TAG_BYTES: Final = 16
HEADER_BYTES: Final = 92
_HEADER: Final = struct.Struct(">BBH16s16sQ16s32s")

NOTHING: Final = bytes(DIGEST_BYTES)
"""What a device's first envelope names as the one before it."""
NO_KEY: Final = bytes(ID_BYTES)
"""The key id of an envelope in which nothing is sealed."""

MORE: Final = 0x0001
"""Flag: the message goes on in this device's next envelope."""
FLAGS_KNOWN: Final = MORE


assert _HEADER.size == HEADER_BYTES


class Kind(IntEnum):
    """What an envelope is. A reader refuses a number it does not know."""

    CHANGE = 1
    CONTROL = 2
    SNAPSHOT = 3
    PURGE = 4


_NUMBERS: Final = frozenset(kind.value for kind in Kind)
STRIPPED_KINDS: Final = frozenset({Kind.CHANGE, Kind.SNAPSHOT})
"""What a purge may take the body of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The front of an envelope, readable to everybody."""

    kind: Kind
    space: bytes
    device: bytes
    sequence: int
    previous: bytes
    key_id: bytes = NO_KEY
    flags: int = 0

    def to_bytes(self) -> bytes:
        return _HEADER.pack(
            VERSION, self.kind, self.flags, self.space, self.device, self.sequence, self.key_id, self.previous
        )

    @classmethod
    def read(cls, raw: bytes) -> "Header":
        """Read a header, or `BadEnvelope`; `NewerVersion` when a later format made it."""
        if len(raw) != HEADER_BYTES:
            raise BadEnvelope(reason="length")
        version, kind, flags, space, device, sequence, key_id, previous = _HEADER.unpack(raw)
        if version > VERSION:
            raise NewerVersion(version=version)
        if version != VERSION:
            raise BadEnvelope(reason="version")
        if kind not in _NUMBERS:
            raise BadEnvelope(reason="kind")
        if not 1 <= sequence <= SEQUENCE_MAX:
            raise BadEnvelope(reason="sequence")
        if (sequence == 1) != (previous == NOTHING):
            raise BadEnvelope(reason="previous")
        return cls(
            kind=Kind(kind),
            flags=flags,
            space=space,
            device=device,
            sequence=sequence,
            key_id=key_id,
            previous=previous,
        )

    @property
    def more(self) -> bool:
        """Whether the message goes on in the next envelope of this device."""
        return bool(self.flags & MORE)

    @property
    def unknown_flags(self) -> int:
        """Flags of a later format: such an envelope keeps its place in the chain and its content waits."""
        return self.flags & ~FLAGS_KNOWN


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope as it came, whole or stripped of its body by a purge. Reading it verifies nothing."""

    header: Header
    body: bytes | None = field(repr=False)
    body_hash: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    id: bytes

    @classmethod
    def read(cls, raw: bytes) -> "Envelope":
        """Read an envelope, whole or stripped, or `BadEnvelope`.

        The two cannot be mistaken: only changes and snapshots are ever stripped, and a whole one of those is
        longer, since its plaintext is filled up.
        """
        if len(raw) > ENVELOPE_MAX:
            raise BadEnvelope(reason="size")
        if len(raw) < HEADER_BYTES + SIGNATURE_BYTES:
            raise BadEnvelope(reason="length")
        header = Header.read(raw[:HEADER_BYTES])
        body, signature = raw[HEADER_BYTES:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
        if header.kind in STRIPPED_KINDS:
            if header.key_id == NO_KEY:
                raise BadEnvelope(reason="key")
            if len(body) == DIGEST_BYTES:
                return cls(header, None, body, signature, _id_of(raw[:HEADER_BYTES], body))
            check_sealed_length(body, lambda reason: BadEnvelope(reason=reason))
        elif header.more:
            raise BadEnvelope(reason="flags")
        elif header.kind is Kind.PURGE and header.key_id == NO_KEY:
            raise BadEnvelope(reason="key")
        digest = body_digest(body)
        return cls(header, body, digest, signature, _id_of(raw[:HEADER_BYTES], digest))

    @classmethod
    def made(cls, header: Header, body: bytes, signature: bytes) -> "Envelope":
        """An envelope of its parts."""
        digest = body_digest(body)
        return cls(header, body, digest, signature, envelope_id(header, digest))

    @property
    def whole(self) -> bool:
        """Whether the body is there."""
        return self.body is not None

    @property
    def statement(self) -> bytes:
        """What the device signs, after the label: the header and the digest of the body."""
        return self.header.to_bytes() + self.body_hash

    def stripped(self) -> "Envelope":
        """The same envelope without its body; id, signature and place stay."""
        return Envelope(self.header, None, self.body_hash, self.signature, self.id)

    def to_bytes(self) -> bytes:
        """As it travels and is kept; a stripped one has the digest where the body was."""
        return self.header.to_bytes() + (self.body_hash if self.body is None else self.body) + self.signature


def check_sealed_length(sealed: bytes, refuse: Refuse) -> None:
    """What is sealed has one of the lengths that filling up gives; any other tells more than it should."""
    plain = len(sealed) - SALT_BYTES - TAG_BYTES
    if plain < PLAIN_MIN or padded_length(plain) != plain:
        raise refuse("length")


def body_digest(body: bytes) -> bytes:
    return hashlib.sha256(labels.ENVELOPE_BODY + body).digest()


def envelope_id(header: Header, digest: bytes) -> bytes:
    """The id of an envelope, whether its body is there or not."""
    return _id_of(header.to_bytes(), digest)


def _id_of(header: bytes, digest: bytes) -> bytes:
    return hashlib.sha256(labels.ENVELOPE_ID + header + digest).digest()
