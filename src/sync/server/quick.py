"""The two questions that nearly all traffic consists of, read and answered without the general parser.

Writing to a log and reading from it, when the whole question lies in one piece before us and is written exactly as
clients write it: one of two methods, one path, known headers, each once, a length that is the body's. Whatever differs
by a single byte is left to h11, which knows all of HTTP and refuses what is wrong. Where the database is near and
nothing has to be waited for, the answer is made on the spot (`Door.at_once`); else the application is asked as always.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple

Headers = list[tuple[bytes, bytes]]

PATH: Final = "/v1/spaces/{space}/log"
LONGEST: Final = 64 << 10
KNOWN: Final = 4
"""Of how many different heads a connection keeps what they say: a question, a batch, and lengths that come back."""
_END: Final = b"\r\n\r\n"
_LINE: Final = re.compile(rb"(GET|POST) (/v1/spaces/([0-9a-f]{32})/log)(?:\?([a-z0-9=&]{1,200}))? HTTP/1\.1\r\n")
_HEADERS: Final = re.compile(rb"(?:[A-Za-z-]{1,32}: [!-~](?:[ -~]{0,1024}[!-~])?\r\n){1,16}")
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
_WELL: Final = b"HTTP/1.1 200 OK\r\ncache-control: no-store\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n"
_PHRASES: Final = {status.value: status.phrase.encode() for status in HTTPStatus}


class Head(NamedTuple):
    """The headers of a question, and what of them is needed to answer it on the spot."""

    headers: Headers
    length: int | None
    """How long the body is said to be."""
    who: Mapping[str, str]
    """What a route may know of them: who says to be asking."""


class Question(NamedTuple):
    """A whole question."""

    method: str
    path: bytes
    space: str
    query: bytes
    head: Head
    body: bytes


class Reader:
    """Reads the questions of one connection.

    Who asks again has the same headers as before, but for the length perhaps: they are taken apart once.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Head] = {}

    def read(self, data: bytes) -> Question | None:
        """The question that `data` is, if it is exactly one, and one of those that are answered here."""
        found = _LINE.match(data)
        if found is None or len(data) > LONGEST:
            return None
        begin = found.end()
        end = data.find(_END, begin) + 2
        if end <= begin:
            return None
        raw = data[begin:end]
        head = self._known.get(raw)
        if head is None:
            head = _head(raw)
            if head is None:
                return None
            if len(self._known) == KNOWN:
                self._known.clear()
            self._known[raw] = head
        body = data[end + 2 :]
        method, path, space, query = found.groups()
        if head.length != (len(body) if method == b"POST" else None) or (body and method == b"GET"):
            return None
        return Question(method.decode(), path, space.decode(), query or b"", head, body)


def _head(raw: bytes) -> Head | None:
    """Headers taken apart, if each is one that asks nothing unusual, and a host is named."""
    if not _HEADERS.fullmatch(raw):
        return None
    headers: Headers = []
    names: dict[bytes, bytes] = {}
    for line in raw[:-2].split(b"\r\n"):
        name, _, value = line.partition(b": ")
        name = name.lower()
        if name == b"connection" and value.lower() == b"keep-alive":
            continue  # what HTTP/1.1 means without it
        if name not in _HARMLESS or name in names:
            return None
        names[name] = value
        headers.append((name, value))
    told = names.get(b"content-length")
    if b"host" not in names or not (told is None or _LENGTH.fullmatch(told)):
        return None
    who = {"authorization": names[b"authorization"].decode()} if b"authorization" in names else {}
    return Head(headers, None if told is None else int(told), who)


def went_well(kind: str, body: bytes) -> bytes:
    """An answer that is a success, as it goes over the wire."""
    return _WELL % (kind.encode(), len(body)) + body


def packed(status: int, headers: Headers, body: bytes) -> bytes:
    """An answer as it goes over the wire."""
    head = [b"HTTP/1.1 %d %s\r\n" % (status, _PHRASES.get(status, b""))]
    head += [b"%s: %s\r\n" % header for header in headers]
    return b"".join([*head, b"\r\n", body])


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
