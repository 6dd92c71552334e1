"""Who speaks to a server: a device proves its key for one origin, one challenge and one use.

The proof names the origin as the device was told it, so what is signed for one server proves nothing to
another; and it names the use, so a proof for a session cannot end an account.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from sync import labels
from sync.errors import UnfitPublicKey
from sync.signing import SigningKey, verify

SESSION: Final = labels.SESSION
ACCOUNT_END: Final = labels.ACCOUNT_END
ACCOUNT_AGAIN: Final = labels.ACCOUNT_AGAIN
ROOT: Final = labels.SESSION_ROOT
"""Signed by a person's root key besides: lets in a new device that brings the person back."""

_PORTS: Final = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """`scheme://host:port` of an address, in the one way in which it is signed; `ValueError` if it is none."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.scheme not in _PORTS or not host or parts.username is not None or parts.query or parts.fragment:
        raise ValueError("an address is http(s)://host[:port]")
    if not re.fullmatch(r"[a-z0-9.:_-]+", host):
        raise ValueError("a host is written in plain letters")
    port = parts.port if parts.port is not None else _PORTS[parts.scheme]
    if not port:
        raise ValueError("a port is a number from 1 to 65535")
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def proof(key: SigningKey, use: bytes, *, origin: str, nonce: str, space: bytes, device: bytes) -> bytes:
    """The signature with which a device answers a server's challenge; `use` is one of those above."""
    return key.sign(use, _statement(origin, nonce, space, device))


def proves(
    public: bytes, signature: bytes, use: bytes, *, origin: str, nonce: str, space: bytes, device: bytes
) -> bool:
    """Whether the proof is by that key, for that use and exactly these facts."""
    try:
        return verify(public, signature, use, _statement(origin, nonce, space, device))
    except UnfitPublicKey:
        return False


def _statement(origin: str, nonce: str, space: bytes, device: bytes) -> bytes:
    parts = [len(text).to_bytes(2, "big") + text for text in (origin.encode(), nonce.encode())]
    return b"".join([*parts, space, device])
