"""Parcels: what is sealed already, in one of three sizes, as it goes through a server."""

from typing import Final

from sync.errors import BadRecord
from sync.protocol.limits import PARCEL_SIZES

_LENGTH: Final = 4
ROOM: Final = PARCEL_SIZES[-1] - _LENGTH


def wrap(sealed: bytes) -> bytes:
    """The smallest parcel that holds it; `BadRecord` where none does."""
    for size in PARCEL_SIZES:
        if _LENGTH + len(sealed) <= size:
            return (len(sealed).to_bytes(_LENGTH, "big") + sealed).ljust(size, b"\0")
    raise BadRecord(reason="room")


def unwrap(parcel: bytes) -> bytes:
    """What lies in a parcel; `BadRecord` for one that is none."""
    length = int.from_bytes(parcel[:_LENGTH], "big")
    if len(parcel) not in PARCEL_SIZES or _LENGTH + length > len(parcel) or any(parcel[_LENGTH + length :]):
        raise BadRecord(reason="parcel")
    return parcel[_LENGTH : _LENGTH + length]
