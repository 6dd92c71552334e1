"""A request and an answer as values: what a route may know of the one, and what it gives back as the other."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sync.protocol.envelope import ID_BYTES
from sync.server.refusal import Refusal, malformed

JSON_BYTES: Final = 16 << 10

JSON: Final = "application/json"
BYTES: Final = "application/octet-stream"
_NUMBER: Final = re.compile(r"[0-9]{1,19}")
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]+")


class Request(NamedTuple):
    """What a route may know of a request."""

    params: Mapping[str, str] = MappingProxyType({})
    query: Mapping[str, str] = MappingProxyType({})
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""
    address: bytes = b""

    def token(self) -> str:
        """The bearer token, or a refusal."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Refusal(401, "session")
        return token.strip()

    def id(self, name: str, size: int = ID_BYTES) -> bytes:
        """An id from the path."""
        return hexadecimal(self.params[name], size, name)

    def number(self, name: str, default: int, most: int, least: int = 0) -> int:
        """A number from the query."""
        text = self.query.get(name)
        if text is None:
            return default
        if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
            raise malformed(name)
        return int(text)

    def json(self) -> "Fields":
        """The body as an object of JSON."""
        try:
            found = json.loads(self.body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once)
        except (ValueError, RecursionError) as exc:
            raise malformed("body") from exc
        if not isinstance(found, dict):
            raise malformed("body")
        return Fields(found)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of an object of JSON, each asked for by its kind."""

    found: Mapping[str, Any]

    def bytes(self, name: str, size: int) -> bytes:
        return hexadecimal(self.text(name), size, name)

    def text(self, name: str, most: int = 256) -> str:
        value = self.found.get(name)
        if not isinstance(value, str) or len(value) > most or not value.isascii():
            raise malformed(name)
        return value

    def number(self, name: str, least: int, most: int) -> int:
        value = self.found.get(name)
        if type(value) is not int or not least <= value <= most:
            raise malformed(name)
        return value

    def has(self, name: str) -> bool:
        return self.found.get(name) is not None


class Answer(NamedTuple):
    """What goes back. `news`: a space and its head, for whoever waits but the device that made it, `by`."""

    status: int = 200
    body: bytes = b""
    kind: str = ""
    headers: Mapping[str, str] = MappingProxyType({})
    news: tuple[bytes, int] | None = None
    by: bytes = b""
    stored: int = 0
    lines: Iterator[bytes] | None = None


def told(status: int = 200, /, **facts: Any) -> Answer:
    """An answer in JSON."""
    return Answer(status, json.dumps(facts, separators=(",", ":")).encode(), JSON)


def frames(parts: list[bytes]) -> bytes:
    return b"".join(piece for part in parts for piece in (len(part).to_bytes(4, "big"), part))


def hexadecimal(text: str, size: int, name: str) -> bytes:
    if len(text) != 2 * size or not _HEXADECIMAL.fullmatch(text):
        raise malformed(name)
    return bytes.fromhex(text)


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands there twice")
    return found
