"""The header: which vault this is, and the slots that open it.

The file holds the same header twice, one after the other, each with a digest. One damaged copy is told and
mended; two whole copies that differ are refused. The digest only tells damage from a wrong passphrase; what
keeps a stranger from changing the header is the MAC under the vault key, checked once a slot has opened.

The header is the commit point of every change of keys: it is renamed into place last.
"""

import hmac
import struct
from dataclasses import dataclass, replace
from typing import Final

from app.errors import HeaderDamaged, NotAVault, VaultTooNew
from app.vault import labels, slots
from app.vault.key import VaultKey, digest
from app.vault.slots import Kind, Slot

MAGIC: Final = b"FIKAHEAD"
FORMAT: Final = 1
BYTES_MAX: Final = 4096

_FRONT: Final = struct.Struct(">8sH")
_BODY: Final = struct.Struct(">16s16sQB")
_MAC_BYTES: Final = 32
_SUM_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Header:
    """One header. `mac` is empty until it has been sealed under a vault key."""

    vault: bytes
    lineage: bytes
    counter: int
    slots: tuple[Slot, ...]
    mac: bytes = b""

    def sealed(self, key: VaultKey) -> "Header":
        """The same header with its MAC under the key."""
        return replace(self, mac=self._mac(key))

    def check(self, key: VaultKey) -> None:
        """Raise `HeaderDamaged` unless whoever wrote the header had the key."""
        if not hmac.compare_digest(self._mac(key), self.mac):
            raise HeaderDamaged(part="mac")

    def key(self, secret: bytes) -> VaultKey:
        """The vault key with the identity that this header states; checked by the MAC."""
        key = VaultKey(bytearray(secret), self.vault, self.lineage, self.counter)
        self.check(key)
        return key

    def slot(self, kind: Kind) -> Slot | None:
        """The first slot of a kind."""
        return next((slot for slot in self.slots if slot.kind is kind), None)

    def to_bytes(self) -> bytes:
        """The file: the header twice."""
        one = self._content() + self.mac
        one += digest(labels.HEADER_SUM, one)[:_SUM_BYTES]
        return one + one

    def _content(self) -> bytes:
        front = _FRONT.pack(MAGIC, FORMAT) + _BODY.pack(self.vault, self.lineage, self.counter, len(self.slots))
        return front + b"".join(slot.to_bytes() for slot in self.slots)

    def _mac(self, key: VaultKey) -> bytes:
        return hmac.digest(key.subkey(labels.HEADER_MAC, b""), self._content(), "sha256")


def read(raw: bytes) -> tuple[Header, bool]:
    """The header of a file, and whether both of its copies were whole."""
    if len(raw) > BYTES_MAX:
        raise HeaderDamaged(part="length")
    found: list[tuple[Header, int]] = []
    refused: list[Exception] = []
    for copy in (raw, raw[len(raw) // 2 :]):
        try:
            found.append(_read_one(copy))
        except (HeaderDamaged, NotAVault, VaultTooNew) as exc:
            refused.append(exc)
    if not found:
        # Both agree on a newer version, or on not being ours: believe them. Otherwise it is damage.
        if type(refused[0]) is type(refused[1]):
            raise refused[0]
        raise HeaderDamaged(part="header")
    if len(found) == 2 and found[0][0] != found[1][0]:
        raise HeaderDamaged(part="copies")
    return found[0][0], len(found) == 2 and len(raw) == 2 * found[0][1]


def _read_one(raw: bytes) -> tuple[Header, int]:
    """One copy from the start of the bytes, and its length."""
    if len(raw) < _FRONT.size:
        raise HeaderDamaged(part="length")
    magic, version = _FRONT.unpack_from(raw)
    if magic != MAGIC:
        raise NotAVault
    if version > FORMAT:
        raise VaultTooNew(format=version)
    if version != FORMAT:
        raise HeaderDamaged(part="version")
    at = _FRONT.size + _BODY.size
    if len(raw) < at:
        raise HeaderDamaged(part="length")
    vault, lineage, counter, count = _BODY.unpack_from(raw, _FRONT.size)
    end = at + count * slots.BYTES + _MAC_BYTES
    if count > slots.SLOTS_MAX or len(raw) < end + _SUM_BYTES:
        raise HeaderDamaged(part="length")
    if not hmac.compare_digest(digest(labels.HEADER_SUM, raw[:end])[:_SUM_BYTES], raw[end : end + _SUM_BYTES]):
        raise HeaderDamaged(part="digest")
    read_slots = tuple(
        Slot.read(raw[start : start + slots.BYTES]) for start in range(at, end - _MAC_BYTES, slots.BYTES)
    )
    header = Header(vault, lineage, counter, slots.check_set(read_slots), raw[end - _MAC_BYTES : end])
    return header, end + _SUM_BYTES
