"""What the recovery key finds on a server: a keyring, sealed to the paper, under a name that follows from it.

The devices of the person keep the name, the word that opens the place, and the *public* half of the box key. So each of
them can put a newer keyring there, and none of them, not even one that was stolen and revoked, can read it.
"""

from dataclasses import dataclass, field
from typing import Final

from sync import hpke, labels
from sync.bundle import padded
from sync.errors import BadContent, BadRecord
from sync.pairing.transcript import derive
from sync.recovery import RecoveryKey

VERSION: Final = 1
MOST_BYTES: Final = 256 << 10

_ID_BYTES: Final = 16
_SECRET_BYTES: Final = 32
_BOX_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person's keyring lies, as far as a device may know it."""

    id: bytes
    secret: bytes = field(repr=False)
    box_public: bytes

    def to_bytes(self) -> bytes:
        """The place as a device keeps it."""
        return self.id + self.secret + self.box_public

    @classmethod
    def read(cls, raw: bytes) -> "Place":
        """What `to_bytes` wrote."""
        if len(raw) != _ID_BYTES + _SECRET_BYTES + _BOX_BYTES:
            raise BadRecord(reason="length")
        middle = _ID_BYTES + _SECRET_BYTES
        return cls(raw[:_ID_BYTES], raw[_ID_BYTES:middle], hpke.check_public(raw[middle:]))

    def seal(self, keyring: bytes) -> bytes:
        """The keyring as the server gets it: only the paper opens it. The length is that of Padmé."""
        if len(keyring) > MOST_BYTES - 64 - MOST_BYTES // 16:
            raise BadContent(reason="size")
        whole = len(keyring).to_bytes(4, "big") + keyring
        whole += bytes(padded(len(whole)) - len(whole))
        return bytes([VERSION]) + hpke.seal(self.box_public, whole, info=labels.KEYRING_SEAL + self.id)


def place_of(recovery: RecoveryKey) -> Place:
    """Where the keyring of whoever holds that paper lies."""
    both = derive(recovery.server, b"", labels.KEYRING_PLACE, _ID_BYTES + _SECRET_BYTES)
    return Place(both[:_ID_BYTES], both[_ID_BYTES:], hpke.public_of(recovery.keyring))


def open_keyring(recovery: RecoveryKey, sealed: bytes) -> bytes:
    """The keyring again. `CannotOpen` when it was not sealed to this paper, or was changed."""
    if sealed[:1] != bytes([VERSION]) or len(sealed) > MOST_BYTES:
        raise BadContent(reason="keyring")
    info = labels.KEYRING_SEAL + place_of(recovery).id
    plain = hpke.open_sealed(recovery.keyring, sealed[1:], info=info)
    length = int.from_bytes(plain[:4], "big")
    if len(plain) < 4 or length > len(plain) - 4 or any(plain[4 + length :]):
        raise BadContent(reason="keyring")
    return plain[4 : 4 + length]
