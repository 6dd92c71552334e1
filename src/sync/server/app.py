"""The server as an ASGI application: bodies under limits and clocks, routes on worker threads, answers and their notes."""

import asyncio
import hmac
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as Asked
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sync.protocol.envelope import Kind
from sync.protocol.limits import BATCH_ENVELOPES
from sync.server import quick, schema
from sync.server.accounts import Session
from sync.server.database import Away
from sync.server.hub import Crowded, Ear, Hub
from sync.server.limits import neighbourhood
from sync.server.log import POSITION_MAX
from sync.server.metrics import Metrics
from sync.server.notes import LOGGER, note
from sync.server.refusal import Refusal, busy, malformed, too_large
from sync.server.routes import JSON_BYTES, WAYS, Answer, Request, Server, Way, told

SMALL: Final = 16 << 10
LARGE: Final = 1 << 20
TRICKLE_SECONDS: Final = 12.0
BODY_SECONDS: Final = 20.0
STEADY: Final = 32 << 10
"""Of a body so much has to be there in 12 s, if it is not whole by then; then it may take until 20 s."""
HEADERS: Final = 64
HEADERS_BYTES: Final = 16 << 10
TOKENS: Final = 32
BEAT_SECONDS: Final = 20.0
SWEEP_SECONDS: Final = 3_600
WAIT_SECONDS: Final = 50

_GUESSES: Final = frozenset({"session", "proof", "nonce"})
_LOCAL: Final = frozenset({"127.0.0.1", "::1"})
_TAKEN: Final = frozenset({"authorization", "content-range", "range", "fika-session"})
_NO_STORE: Final = {"cache-control": "no-store"}
_NOTHING: Final[dict[str, str]] = {}


Endpoint = Callable[[Asked], Awaitable[Response]]
_NAMED: Final = 3
"""Where the name stands in a path: `/v1/spaces/{space}/log`."""


class Door:
    """The server behind HTTP: one event loop, some worker threads, one hub for those who wait."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.hub = Hub()
        self.metrics = Metrics()
        self._threads = ThreadPoolExecutor(server.settings.threads, "worker")
        self._under_way = 0
        self._routes: dict[str, _Paths] = {}
        self._frequent = {way.method: way for way in WAYS if way.path == quick.PATH}

    def application(self) -> ASGIApp:
        """The ASGI application."""
        waiting: list[tuple[str, str, Endpoint]] = [
            ("GET", "/v1/events", self._events),
            ("POST", "/v1/wait", self._wait),
            ("GET", "/healthz", self._health),
            ("GET", "/readyz", self._ready),
            ("GET", "/metrics", self._figures),
        ]
        for way in WAYS:
            self._routes.setdefault(_shape(way.path), _Paths(way.path, {})).methods[way.method] = self._endpoint(way)
        for method, path, endpoint in waiting:
            self._routes.setdefault(_shape(path), _Paths(path, {})).methods[method] = endpoint
        life = Starlette(lifespan=self._life)

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                await self._serve(scope, receive, send)
            else:
                await life(scope, receive, send)

        return application

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request: refused before anything is read of it, or given to its route."""
        refusal = _fault(scope)
        path = scope["path"]
        found = self._routes.get(_shape(path)) if refusal is None else None
        endpoint = found.methods.get(scope["method"]) if found else None
        if refusal is not None:
            route = "refused"
        elif found is None:
            route, refusal = "nowhere", Refusal(404, "unknown")
        elif endpoint is None:
            route, refusal = found.path, Refusal(405, "method")
        else:
            route = found.path
            scope["path_params"] = {found.name: path.split("/")[_NAMED]} if found.name else {}
        asked = Asked(scope, receive)
        response = await self._answered(asked, route, _refusing(refusal) if refusal or endpoint is None else endpoint)
        if refusal is not None:
            if route == "refused":
                response.headers["connection"] = "close"
            elif found is not None:
                response.headers["allow"] = ", ".join(sorted(found.methods))
        await response(scope, receive, send)

    @asynccontextmanager
    async def _life(self, _app: Starlette) -> AsyncIterator[None]:
        self.hub.start()
        self.server.database.listen(self.hub.tell, self.hub.watched)
        sweeping = asyncio.create_task(self._sweep())
        yield
        sweeping.cancel()
        self.hub.stop()
        self._threads.shutdown()

    async def _sweep(self) -> None:
        while True:
            try:
                note("swept", rows=await self._work(self._swept, size=LARGE))
            except Away:
                note("the database is away", logging.WARNING)
            await asyncio.sleep(SWEEP_SECONDS)

    def _swept(self) -> int:
        return self.server.accounts.sweep() + self.server.post.sweep(self.server.today())

    async def _work(self, function: Callable[..., Any], *arguments: Any, size: int = 0) -> Any:
        """Run something that uses the database.

        With a near database and nothing large under way a small question is answered on the spot: the way to a
        thread and back costs ten times what the answer does. Whatever may take long goes to a thread, and then
        all else does too, so that the event loop never waits for a lock that a thread holds.
        """
        if self.server.database.near and size <= SMALL and not self._under_way:
            return function(*arguments)
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)
        finally:
            self._under_way -= 1

    # ------------------------------------------------------------------ answers

    def _endpoint(self, way: Way) -> Endpoint:
        async def endpoint(asked: Asked) -> Response:
            body = await _body(asked, way.limit)
            query: dict[str, str] = {}
            for name, value in asked.query_params.multi_items():
                if name in query:
                    raise malformed("query")
                query[name] = value
            request = Request(
                asked.path_params,
                query,
                {name: value for name, value in asked.headers.items() if name in _TAKEN},
                body,
                _address(asked),
            )
            slow = way.slow or (way.path == quick.PATH and _drops_bodies(body))
            size = LARGE if slow else len(body)
            answer: Answer = await self._work(way.route, self.server, request, size=size)
            self._went_well(answer, len(body))
            return _response(answer, self._threads)

        return endpoint

    def at_once(self, question: quick.Question) -> bytes | None:
        """The whole answer to a frequent question, ready for the wire, where nothing has to be waited for; else None.

        Only what goes well is answered here. What is refused has changed nothing: it is asked again the long way, which
        knows how to say no, to whom, and how often. What it means is the same; the way there is a third of it.
        """
        if self._under_way or not self.server.database.near:
            return None
        if len(question.body) > SMALL or (question.body and _drops_bodies(question.body)):
            return None
        query = _plain_query(question.query) if question.query else _NOTHING
        if query is None:
            return None
        began = time.perf_counter()
        way = self._frequent[question.method]
        request = Request({"space": question.space}, query, question.head.who, question.body)
        try:
            answer = way.route(self.server, request)
        except Away as exc:  # not again: asking took seconds
            status, code, said = 503, "busy", refused(busy())
            note("the database is away", logging.WARNING, why=str(exc))
            found = quick.packed(status, said.raw_headers, bytes(said.body))
        except Exception:  # noqa: BLE001 - the long way meets it again, answers it and writes it down
            return None
        else:
            status, code = answer.status, ""
            found = quick.went_well(answer.kind, answer.body)
            self._went_well(answer, len(question.body))
        self._noted(way.method, way.path, status, code, time.perf_counter() - began)
        return found

    def _went_well(self, answer: Answer, bytes_in: int) -> None:
        """Count what came and went, and tell those who wait."""
        figures = self.metrics
        figures.bytes_in += bytes_in
        figures.bytes_out += len(answer.body)
        figures.envelopes += answer.stored
        if answer.news:
            self.hub.poke(*answer.news, by=answer.by)
            self.server.database.poke(*answer.news)

    def _noted(self, method: str, route: str, status: int, code: str, seconds: float) -> None:
        """An answer becomes a figure and a line."""
        self.metrics.answered(route, status, seconds, code)
        level = logging.DEBUG if status < 400 else logging.INFO
        if LOGGER.isEnabledFor(level):
            ms = round(seconds * 1000, 1)
            note("request", level, method=method, route=route, status=status, ms=ms, code=code)

    async def _answered(self, asked: Asked, path: str, endpoint: Endpoint) -> Response:
        """Run an endpoint; whatever comes of it becomes an answer, a figure and a line."""
        began = time.perf_counter()
        code = ""
        try:
            response = await endpoint(asked)
        except Refusal as refusal:
            found = refusal
            if found.code in _GUESSES or (found.status == 404 and (asked.method, path) in _GUESSABLE):
                wait = self.server.wrong.take(_address(asked), self.server.clock())
                if wait:
                    found = Refusal(429, "rate", retry=max(1, round(wait)))
            code = found.code
            response = refused(found)
        except Away as exc:
            code = "busy"
            response = refused(busy())
            note("the database is away", logging.WARNING, why=str(exc))
        except ClientDisconnect:
            code = "left"
            response = Response(status_code=400)
        except Exception as exc:  # noqa: BLE001 - the outermost place: it is written down and answered
            code = "broken"
            response = refused(Refusal(500, "broken"))
            note("broken", logging.ERROR, exc_info=exc, route=path)
        method = asked.method if asked.method in _METHODS else "other"
        self._noted(method, path, response.status_code, code, time.perf_counter() - began)
        return response

    # ------------------------------------------------------------------ those who wait

    async def _events(self, asked: Asked) -> Response:
        sessions = await self._sessions(asked)
        try:
            devices = {session.space: session.device for session in sessions}
            ear = self.hub.join(devices, devices, deaf=True)
        except Crowded as exc:
            raise busy() from exc
        return StreamingResponse(
            self._stream(ear, sessions),
            media_type="text/event-stream",
            headers={**_NO_STORE, "x-accel-buffering": "no"},
        )

    async def _stream(self, ear: Ear, sessions: list[Session]) -> AsyncIterator[bytes]:
        self.metrics.listeners += 1
        try:
            for space, head in (await self._work(self._heads, sessions)).items():
                ear.hear(space, head)
            beat = b": \n\n"
            while not ear.ended:
                left = min(session.expires for session in sessions) - self.server.clock()
                if left <= 0:
                    return
                try:
                    async with asyncio.timeout(min(BEAT_SECONDS, left)):
                        news = await ear.take()
                except TimeoutError:
                    try:  # whoever was removed meanwhile hears no more
                        await self._work(self._heads, sessions)
                    except (Refusal, Away):
                        return
                    yield beat
                    continue
                if news:
                    yield b"".join(f"data: {space.hex()} {head}\n\n".encode() for space, head in news.items())
        finally:
            self.metrics.listeners -= 1
            self.hub.leave(ear)

    async def _wait(self, asked: Asked) -> Response:
        body = await _body(asked, JSON_BYTES)
        sessions = await self._sessions(asked)
        fields = Request(body=body).json()
        seconds = fields.number("seconds", 1, WAIT_SECONDS)
        after = _positions(fields.found.get("after"))
        if set(after) != {session.space for session in sessions}:
            raise malformed("after")
        try:
            ear = self.hub.join(after, {session.space: session.device for session in sessions})
        except Crowded as exc:
            raise busy() from exc
        self.metrics.listeners += 1
        try:
            for space, head in (await self._work(self._heads, sessions)).items():
                ear.hear(space, head)
            found: dict[str, int] = {}
            try:
                async with asyncio.timeout(seconds):
                    while not found and not ear.ended:
                        heard = await ear.take()
                        found = {space.hex(): head for space, head in heard.items() if head > after.get(space, head)}
            except TimeoutError:
                pass
        finally:
            self.metrics.listeners -= 1
            self.hub.leave(ear)
        return _response(told(heads=found), self._threads)

    async def _sessions(self, asked: Asked) -> list[Session]:
        kind, _, tokens = asked.headers.get("authorization", "").partition(" ")
        listed = [token.strip() for token in tokens.split(",")]
        if kind.lower() != "bearer" or not 1 <= len(listed) <= TOKENS:
            raise Refusal(401, "session")

        def find() -> list[Session]:
            found = [self.server.accounts.session(token) for token in listed]
            for session in found:
                self.server.allow(self.server.devices, session.device)
            self._heads(found)
            return found

        sessions: list[Session] = await self._work(find)
        return sessions

    def _heads(self, sessions: list[Session]) -> dict[bytes, int]:
        """The heads of the sessions' spaces, or a refusal as soon as one of them may not read any more."""
        heads: dict[bytes, int] = {}
        for session in sessions:
            self.server.standing(session)
            found = self.server.log.space(session.space)
            heads[session.space] = found.head if found else 0
        return heads

    # ------------------------------------------------------------------ health and figures

    async def _health(self, _asked: Asked) -> Response:
        return _response(told(ok=True), self._threads)

    async def _ready(self, _asked: Asked) -> Response:
        if not await self._work(schema.ready, self.server.database):
            raise busy()
        return _response(told(ok=True), self._threads)

    async def _figures(self, asked: Asked) -> Response:
        token = self.server.settings.metrics_token
        near = asked.client is not None and asked.client.host in _LOCAL and "x-forwarded-for" not in asked.headers
        if token:
            if not hmac.compare_digest(asked.headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
                raise Refusal(401, "session")
        elif not near:
            raise Refusal(403, "forbidden")
        return Response(self.metrics.text(), media_type="text/plain; version=0.0.4", headers=_NO_STORE)


_KIND_AT: Final = 5
"""Where an envelope's kind stands in its frame: behind the length and the version."""
_METHODS: Final = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"})
_GUESSABLE: Final = {(way.method, way.path) for way in WAYS if way.guessable}


@dataclass(frozen=True, slots=True)
class _Paths:
    """A path with its methods. All our paths have at most one name in them, always at the same place."""

    path: str
    methods: dict[str, Endpoint]

    @property
    def name(self) -> str:
        parts = self.path.split("/")
        return parts[_NAMED].strip("{}") if len(parts) > _NAMED else ""


def _shape(path: str) -> str:
    """A path with `{}` where a name would stand, so that a route is found by one look-up."""
    parts = path.split("/")
    if len(parts) > _NAMED:
        parts[_NAMED] = "{}"
    return "/".join(parts)


def _refusing(refusal: Refusal | None) -> Endpoint:
    async def endpoint(_asked: Asked) -> Response:
        raise refusal or Refusal(404, "unknown")

    return endpoint


def _fault(scope: Scope) -> Refusal | None:
    headers = scope["headers"]
    if len(headers) > HEADERS or sum(len(name) + len(value) + 4 for name, value in headers) > HEADERS_BYTES:
        return Refusal(431, "headers")
    names = [name for name, _ in headers]
    if b"transfer-encoding" in names and (b"content-length" in names or scope["http_version"] == "1.0"):
        return malformed("content-length")
    for once in (b"authorization", b"content-range", b"range", b"fika-session", b"content-length", b"host"):
        if names.count(once) > 1:
            return malformed(once.decode())
    if b"content-encoding" in names:
        return Refusal(400, "malformed", at="content-encoding")
    if len(scope["raw_path"]) + len(scope["query_string"]) > 2_048:
        return malformed("path")
    return None


async def _body(asked: Asked, limit: int) -> bytes:
    """The body, never more than the limit in memory, and cut when it trickles or takes too long in coming."""
    declared = asked.headers.get("content-length")
    if declared is None and "transfer-encoding" not in asked.headers:
        return b""
    if declared is not None and declared.isdecimal() and int(declared) > limit:
        raise too_large(limit)
    parts: list[bytes] = []
    size = 0
    try:
        began = asyncio.get_running_loop().time()
        async with asyncio.timeout_at(began + TRICKLE_SECONDS) as clock:
            async for part in asked.stream():
                if size < STEADY <= size + len(part):
                    clock.reschedule(began + BODY_SECONDS)
                size += len(part)
                if size > limit:
                    raise too_large(limit)
                parts.append(part)
    except TimeoutError as exc:
        raise Refusal(408, "slow") from exc
    return b"".join(parts)


def refused(refusal: Refusal) -> Response:
    """A refusal as JSON. When the body may not have been read to its end, the connection ends with it."""
    headers = dict(_NO_STORE)
    if "retry" in refusal.facts:
        headers["retry-after"] = str(refusal.facts["retry"])
    if refusal.status in (408, 413):
        headers["connection"] = "close"
    body = json.dumps({"error": refusal.code, **refusal.facts}, separators=(",", ":")).encode()
    return Response(body, refusal.status, headers, "application/json")


def _response(answer: Answer, threads: ThreadPoolExecutor) -> Response:
    headers = {**_NO_STORE, **answer.headers}
    if answer.kind:
        headers["content-type"] = answer.kind
    if answer.lines is not None:
        return StreamingResponse(_lines(answer.lines, threads), answer.status, headers)
    return Response(answer.body, answer.status, headers)


async def _lines(lines: Iterator[bytes], threads: ThreadPoolExecutor) -> AsyncIterator[bytes]:
    """Lines that a worker thread makes, one after the other."""
    loop = asyncio.get_running_loop()
    while (line := await loop.run_in_executor(threads, next, lines, None)) is not None:
        yield line


def _drops_bodies(frames: bytes) -> bool:
    """Whether a batch holds a purge: what it drops is scrubbed off the disk, and for that nobody else shall wait.

    Nobody has said yet who is asking, so no more is looked at than a batch may hold.
    """
    at = 0
    for _ in range(BATCH_ENVELOPES):
        if at + _KIND_AT >= len(frames):
            break
        if frames[at + _KIND_AT] == Kind.PURGE:
            return True
        at += 4 + int.from_bytes(frames[at : at + 4], "big")
    return False


def _plain_query(raw: bytes) -> dict[str, str] | None:
    """A query in which nothing has to be decoded; None if something is said twice or oddly."""
    found: dict[str, str] = {}
    for one in raw.decode().split("&"):
        name, sign, value = one.partition("=")
        if not (name and sign and value) or name in found:
            return None
        found[name] = value
    return found


def _positions(found: Any) -> dict[bytes, int]:
    if not isinstance(found, dict) or not 1 <= len(found) <= TOKENS:
        raise malformed("after")
    positions: dict[bytes, int] = {}
    for space, position in found.items():
        if type(position) is not int or not 0 <= position <= POSITION_MAX or len(space) != 32:
            raise malformed("after")
        try:
            positions[bytes.fromhex(space)] = position
        except ValueError as exc:
            raise malformed("after") from exc
    return positions


def _address(asked: Asked) -> bytes:
    return neighbourhood(asked.client.host if asked.client else "")
