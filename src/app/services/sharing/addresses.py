"""The address of a server as people type and copy it."""

from __future__ import annotations

from app.errors import BadAddress


def plain_pin(pin: str) -> str | None:
    """A fingerprint as people copy it: colons, spaces and large letters do not matter."""
    letters = pin.replace(":", "").replace(" ", "").strip().lower()
    if not letters:
        return None
    if len(letters) != 64 or not set(letters) <= set("0123456789abcdef"):
        raise BadAddress(reason="pin")
    return letters
