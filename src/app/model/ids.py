"""Names for records: 128 bits, hexadecimal, and those made later sort after those made earlier."""

import hashlib
from typing import TypeAlias

Id: TypeAlias = str

_TIME_BYTES = 6
_RANDOM_BYTES = 10


def new_id(milliseconds: int, entropy: bytes) -> Id:
    """An id made at that time. The random part comes from the caller, who owns the source of randomness."""
    if len(entropy) != _RANDOM_BYTES:
        raise ValueError("an id takes ten random bytes")
    clamped = min(max(milliseconds, 0), (1 << 8 * _TIME_BYTES) - 1)
    return (clamped.to_bytes(_TIME_BYTES, "big") + entropy).hex()


def named_id(*names: str) -> Id:
    """An id that follows from names, so that two devices that begin the same thing begin one record."""
    framed = b"".join(len(part := name.encode("utf-8", "surrogatepass")).to_bytes(4, "big") + part for name in names)
    return hashlib.sha256(b"fika/record\0" + framed).hexdigest()[:32]
