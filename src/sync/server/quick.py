"""The two questions that nearly all traffic consists of, read and answered without the general parser.

Writing to a log and reading from it, when the whole question lies in one piece before us and is written exactly as
clients write it: one of two methods, one path, known headers, each once, a length that is the body's. Whatever differs
by a single byte is left to h11, which knows all of HTTP and refuses what is wrong. Where the database is near and
nothing has to be waited for, the answer is made on the spot (`Door.at_once`); else the application is asked as always.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

Headers = list[tuple[bytes, bytes]]

PATH: Final = "/v1/spaces/{space}/log"
LONGEST: Final = 64 << 10
_QUESTION: Final = re.compile(
    rb"(?P<method>GET|POST) (?P<path>/v1/spaces/(?P<space>[0-9a-f]{32})/log)(?:\?(?P<query>[a-z0-9=&]{1,200}))? HTTP/1\.1\r\n"
    rb"(?P<headers>(?:[A-Za-z-]{1,32}: [!-~](?:[ -~]{0,1024}[!-~])?\r\n){1,16})\r\n"
)
_HARMLESS: Final = frozenset(
    {
        b"host",
        b"authorization",
        b"content-length",
        b"content-type",
        b"accept",
        b"accept-encoding",
        b"user-agent",
        b"x-forwarded-for",
        b"x-forwarded-proto",
        b"x-forwarded-host",
        b"via",
    }
)
"""Headers that ask nothing of whoever reads the question. `expect`, `transfer-encoding` and all others may."""
_LENGTH: Final = re.compile(rb"0|[1-9][0-9]{0,6}")
_PHRASES: Final = {status.value: status.phrase.encode() for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Question:
    """A whole question."""

    method: str
    path: bytes
    space: str
    query: bytes
    headers: Headers
    body: bytes

    @property
    def bearer(self) -> str:
        """Who says to be asking."""
        return next((value.decode() for name, value in self.headers if name == b"authorization"), "")


def read(data: bytes) -> Question | None:
    """The question that `data` is, if it is exactly one, and one of those that are answered here."""
    if len(data) > LONGEST:
        return None
    found = _QUESTION.match(data)
    if found is None:
        return None
    headers: Headers = []
    names: set[bytes] = set()
    for line in found["headers"][:-2].split(b"\r\n"):
        name, _, value = line.partition(b": ")
        name = name.lower()
        if name == b"connection" and value.lower() == b"keep-alive":
            continue  # what HTTP/1.1 means without it
        if name not in _HARMLESS or name in names:
            return None
        names.add(name)
        headers.append((name, value))
    body = data[found.end() :]
    if not _fits(found["method"], dict(headers), body):
        return None
    method, path, space, query = found.group("method", "path", "space", "query")
    return Question(method.decode(), path, space.decode(), query or b"", headers, body)


def packed(status: int, headers: Headers, body: bytes) -> bytes:
    """An answer as it goes over the wire."""
    head = [b"HTTP/1.1 %d %s\r\n" % (status, _PHRASES.get(status, b""))]
    head += [b"%s: %s\r\n" % header for header in headers]
    return b"".join([*head, b"\r\n", body])


def _fits(method: bytes, headers: dict[bytes, bytes], body: bytes) -> bool:
    """Whether the length that is told is the body's, and a host is named."""
    if b"host" not in headers:
        return False
    told = headers.get(b"content-length")
    if method == b"GET":
        return told is None and not body
    return told is not None and _LENGTH.fullmatch(told) is not None and int(told) == len(body)


class Exchange:
    """One question and its answer, as an ASGI application sees them; the answer leaves in one piece."""

    def __init__(
        self,
        question: Question,
        write: Callable[[bytes], None],
        done: Callable[["Exchange"], None],
        room: Callable[[], Awaitable[None]],
    ) -> None:
        """`room` waits until what was answered before has been taken, so that nobody piles up answers here."""
        self._body: bytes | None = question.body
        self._write = write
        self._room = room
        self._done = done
        self._status = 0
        self._headers: Headers = []
        self._parts: list[bytes] = []
        self.response_complete = False
        self.disconnected = False
        self.keep_alive = True
        self.message_event = asyncio.Event()

    async def run_asgi(self, app: Callable[..., Awaitable[None]], scope: MutableMapping[str, Any]) -> None:
        """Let the application answer. It answers its own faults; one that does not answer ends the connection."""
        try:
            await app(scope, self.receive, self.send)
        finally:
            if not self.response_complete:
                self.keep_alive = False
                self._done(self)

    async def receive(self) -> dict[str, Any]:
        """The body, then nothing until the client has gone."""
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.message_event.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Gather the answer; with its end it is written."""
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message["headers"])
            return
        self._parts.append(message.get("body", b""))
        if message.get("more_body", False):
            return
        await self._room()
        self.response_complete = True
        self.keep_alive = self.keep_alive and (b"connection", b"close") not in self._headers
        if not self.disconnected:
            self._write(packed(self._status, self._headers, b"".join(self._parts)))
        self._done(self)
