"""Where a programme's box is: what its coordinator tells members, and what a member believes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SECRET_BYTES: Final = 32
_SPACE_BYTES: Final = 16
_PIN_BYTES: Final = 32
_ADDRESS_MOST: Final = 300
_LOOPBACK: Final = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")


@dataclass(frozen=True, slots=True)
class Box:
    """A box on a server: who knows the secret may put something in."""

    server: str
    """The origin, as it is written on the wire."""
    pin: str
    """The SHA-256 of the server's certificate, for those who host themselves; else nothing."""
    space: bytes
    secret: bytes = field(repr=False)

    @property
    def said(self) -> dict[str, str]:
        """As JSON."""
        return {"server": self.server, "pin": self.pin, "space": self.space.hex(), "secret": self.secret.hex()}

    @property
    def host(self) -> str:
        """What a person calls the server."""
        return self.server.partition("://")[2].removesuffix(":443")


def read(found: object) -> Box | None:
    """The box in what somebody said; nothing where none is said, or in a way that only a later version knows."""
    from sync.session import origin_of

    if not isinstance(found, Mapping):
        return None
    server, pin = found.get("server"), found.get("pin", "")
    try:
        if not isinstance(server, str) or len(server) > _ADDRESS_MOST or origin_of(server) != server:
            return None
        if not server.startswith(("https://", *_LOOPBACK)):
            return None
        if pin and len(bytes.fromhex(pin)) != _PIN_BYTES:
            return None
        space, secret = _hex(found.get("space"), _SPACE_BYTES), _hex(found.get("secret"), SECRET_BYTES)
    except (TypeError, ValueError):
        return None
    return Box(server, str(pin), space, secret)


def said(found: object) -> dict[str, Any]:
    """The same as JSON; nothing at all where there is none."""
    box = read(found)
    return box.said if box else {}


def _hex(found: object, length: int) -> bytes:
    raw = bytes.fromhex(found) if isinstance(found, str) else b""
    if len(raw) != length:
        raise ValueError("length")
    return raw
