"""The door of the browser mode: one person, this computer, one window.

Flet's web server accepts any origin, keeps sessions for an hour and has no policy of its own. The guard stands before
it and lets through what the person's own browser asks for, nothing else:

- the first address carries a token that works once and is exchanged for a cookie (HttpOnly, SameSite=Strict);
- `Host` and `Origin` must be ours, on HTTP and on the WebSocket, so that no page of the web can reach in;
- one window at a time: a second one is told so, and may take over;
- nothing is loaded from elsewhere (a content policy with hashes of the page's own scripts), framed, sniffed or stored.

It is an ASGI application around another one. It does not protect from other programs of the same person here.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
import secrets
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import cache
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("app.ui")

COOKIE: Final = "fika"
TAKEN: Final = 4001  # the close code that tells a window that another one took over
REFUSED: Final = 4003
LONGEST_PATH: Final = 512
PATIENCE: Final = 1.5  # seconds for a window that is being loaded again to let go
AGAIN: Final = b"again"
GOING: Final = 5.0  # seconds more for one that has heard that it is over
WORDS: Final = re.compile(r"/\*fika-words\*/.*?/\*fika-words\*/", re.DOTALL)


class Guard:
    """Lets the person's own browser in. `page` is the served index.html; `words` its sentences by language."""

    def __init__(self, app: App, page: str, words: Mapping[str, Mapping[str, str]]) -> None:
        self._app = app
        self._words = words
        self._page = WORDS.sub(lambda _: json.dumps(words, ensure_ascii=False).replace("<", "\\u003c"), page)
        self._scripts = _hashes(self._page)
        self._port = 0
        self._token: str | None = None
        self._cookie: str | None = None
        self._window: _Window | None = None
        self.on_tried: Callable[[], object] | None = None

    # ------------------------------------------------------------ the way in
    def listen_on(self, port: int) -> None:
        """The port that `Host` and `Origin` must name."""
        self._port = port

    def new_token(self) -> str:
        """A token for one entry; an older one is void."""
        self._token = secrets.token_urlsafe(32)
        return self._token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    # ------------------------------------------------------------ HTTP
    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        headers = _headers(scope)
        if not self._is_ours(headers, own_origin_only=method != "GET"):
            await self._answer(send, 403, "closed")
        elif len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_PATH:
            await self._answer(send, 414, "closed")
        elif path == "/" and method == "GET" and b"start=" in scope["query_string"]:
            await self._enter(scope, send)
        elif not self._knows(headers):
            await self._answer(send, 403, "closed")
        elif path == "/here" and method == "POST":
            await self._take_over(send)
        elif method not in ("GET", "HEAD"):
            await self._answer(send, 405, "closed")
        elif path == "/alive":
            await _reply(send, 204, b"", self._safe_headers("text/plain"))
        elif path in ("/", "/index.html"):
            await self._open(send, again=scope["query_string"] == AGAIN)
        elif path.startswith(("/oauth", "/upload", "/ws", "/pyodide", "/docs", "/redoc", "/openapi")):
            await self._answer(send, 404, "closed")
        elif "." not in path.rpartition("/")[2] and path != "/assets/NOTICES":
            await self._answer(send, 404, "closed")  # Flet would answer every path with its own page
        else:
            await self._app(scope, _bodiless(receive), self._hardened(send))

    async def _enter(self, scope: Scope, send: Send) -> None:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("start", [""])[0]
        expected, self._token = self._token, None  # one try: a wrong token spends the right one as well
        entered = expected is not None and hmac.compare_digest(given.encode(), expected.encode())
        if self.on_tried:
            self.on_tried()
        if not entered:
            await self._answer(send, 403, "closed")
            return
        self._cookie = secrets.token_urlsafe(32)
        if self._window:
            self._window.close(TAKEN)
        cookie = f"{self._name}={self._cookie}; HttpOnly; SameSite=Strict; Path=/"
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), *self._safe_headers("text/plain")]
        await _reply(send, 303, b"", headers)

    async def _open(self, send: Send, *, again: bool) -> None:
        if self._window and not again:
            # A page that is loaded again holds its line until the answer is there: answer, and let it ask once more.
            await self._answer(send, 200, "elsewhere", button="here", again=True)
            return
        if self._window:
            await self._window.gone(PATIENCE)
        if self._window:
            await self._answer(send, 200, "elsewhere", button="here")
            return
        if again:
            await _reply(send, 303, b"", [(b"location", b"/"), *self._safe_headers("text/plain")])
            return
        await _reply(send, 200, self._page.encode(), self._safe_headers("text/html; charset=utf-8"))

    async def _take_over(self, send: Send) -> None:
        if self._window:
            self._window.close(TAKEN)
            await self._window.gone(PATIENCE)
        await _reply(send, 303, b"", [(b"location", b"/"), *self._safe_headers("text/plain")])

    # ------------------------------------------------------------ WebSocket
    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        if scope["path"] != "/ws" or not self._is_ours(headers, own_origin_only=True) or not self._knows(headers):
            await receive()
            await send({"type": "websocket.close", "code": REFUSED})
            return
        if self._window:
            await self._window.gone(PATIENCE)
        if self._window:
            await receive()
            await send({"type": "websocket.close", "code": REFUSED})
            return
        window = self._window = _Window(receive, send)
        try:
            await window.serve(self._app, scope)
        finally:
            if self._window is window:
                self._window = None
            window.let_go()

    # ------------------------------------------------------------ who asks
    @property
    def _name(self) -> str:
        """A browser tells no ports apart: another Fika on this computer must not put its cookie in the place of ours."""
        return f"{COOKIE}-{self._port}"

    def _is_ours(self, headers: Mapping[str, str], own_origin_only: bool) -> bool:
        """Host and Origin name this server: a page of the web has another Origin, a rebound name another Host."""
        hosts = {f"127.0.0.1:{self._port}", f"localhost:{self._port}"}
        host = headers.get("host", "")
        if host not in hosts:
            return False
        origin = headers.get("origin")
        if origin is None:
            return not own_origin_only
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        return origin == f"http://{host}"

    def _knows(self, headers: Mapping[str, str]) -> bool:
        if self._cookie is None:
            return False
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self._name)
        except CookieError:
            return False
        return morsel is not None and hmac.compare_digest(morsel.value.encode(), self._cookie.encode())

    # ------------------------------------------------------------ what is answered
    def _hardened(self, send: Send) -> Send:
        refused = False

        async def sending(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start":
                refused = message["status"] >= 400
                if refused:  # Flet would say it with its own page
                    await self._answer(send, message["status"], "closed")
                    return
                keep = (b"content-type", b"content-length", b"etag")
                kept = [(n, v) for n, v in message["headers"] if n.lower() in keep]
                given = next((v for n, v in kept if n.lower() == b"content-type"), b"application/octet-stream")
                rest = [(n, v) for n, v in kept if n.lower() != b"content-type"]
                message = {**message, "headers": [*rest, *self._safe_headers(given.decode("latin-1"))]}
            if not refused:
                await send(message)

        return sending

    def _safe_headers(self, content_type: str) -> list[tuple[bytes, bytes]]:
        here = f"ws://127.0.0.1:{self._port} ws://localhost:{self._port}"
        policy = "; ".join(
            [
                "default-src 'none'",
                f"script-src 'self' 'wasm-unsafe-eval' {self._scripts}",
                "worker-src 'self' blob:",
                f"connect-src 'self' {here} blob: data:",
                "img-src 'self' data: blob:",
                "font-src 'self' data:",
                "style-src 'self' 'unsafe-inline'",
                "manifest-src 'self'",
                "base-uri 'self'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            ]
        )
        pairs = {
            "content-type": content_type,
            "content-security-policy": policy,
            "x-frame-options": "DENY",
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "cache-control": "no-store",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-embedder-policy": "require-corp",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=()",
        }
        return [(name.encode(), value.encode()) for name, value in pairs.items()]

    async def _answer(self, send: Send, status: int, word: str, button: str = "", again: bool = False) -> None:
        """A small page of our own, in every language we have: no traceback, no server name. With `again` the browser
        asks once more, and shows the words only if that takes a while.
        """
        lines = []
        for language, words in self._words.items():
            lines.append(f'<p lang="{language}">{words[word]}</p>')
            if button:
                press = f'<button lang="{language}">{words[button]}</button>'
                lines.append(f'<form method="post" action="/here">{press}</form>')
        body = _small_page().replace("{lines}", "\n".join(lines)).replace("{class}", "soon" if again else "")
        headers = [(b"refresh", b"0; url=/?" + AGAIN)] if again else []
        await _reply(send, status, body.encode(), [*headers, *self._safe_headers("text/html; charset=utf-8")])


class _Window:
    """The one open WebSocket: it can be closed from here, and waited for.

    It reads by itself, so that it sees the other end go even when nobody behind it listens any more.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._inbox: asyncio.Queue[Message] = asyncio.Queue(maxsize=64)
        self._over = asyncio.Event()
        self._end = asyncio.Event()
        self._code = 1000
        self._told = False

    def close(self, code: int) -> None:
        """Close it from here: the page on the other end is told why by the code."""
        self._code, self._told = code, True
        self._over.set()

    def let_go(self) -> None:
        """It is gone."""
        self._end.set()

    async def gone(self, seconds: float) -> None:
        """Wait for it to be gone, but not for ever. One that has heard its end is waited for a little longer: on a
        busy computer it takes its time, and it is no other window.
        """
        for patience in (seconds, GOING):
            try:
                await asyncio.wait_for(self._end.wait(), patience)
            except TimeoutError:
                if self._over.is_set():
                    continue
            return

    async def serve(self, app: App, scope: Scope) -> None:
        """Run the app on it until either end is over."""
        reading = asyncio.create_task(self._read())
        running = asyncio.create_task(self._run(app, scope))
        waiting = asyncio.create_task(self._over.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        self._over.set()
        if self._told:
            await self._send_quietly({"type": "websocket.close", "code": self._code})
        await asyncio.wait({running}, timeout=PATIENCE)
        for task in (reading, running, waiting):
            task.cancel()
        await asyncio.gather(reading, running, waiting, return_exceptions=True)

    async def _run(self, app: App, scope: Scope) -> None:
        try:
            await app(scope, self._take, self._send_quietly)
        except Exception as fault:  # noqa: BLE001 - what a broken line does to the app ends with the line
            log.warning("a window ended with %s", type(fault).__name__)

    async def _read(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                self._over.set()
                return
            await self._inbox.put(message)

    async def _take(self) -> Message:
        if self._inbox.empty():
            asking, over = asyncio.create_task(self._inbox.get()), asyncio.create_task(self._over.wait())
            await asyncio.wait({asking, over}, return_when=asyncio.FIRST_COMPLETED)
            over.cancel()
            if asking.done():
                return asking.result()
            asking.cancel()
        if self._over.is_set():
            return {"type": "websocket.disconnect", "code": self._code}
        return self._inbox.get_nowait()

    async def _send_quietly(self, message: Message) -> None:
        """A browser that has gone away in the middle of a sentence is no fault; the app is told by the disconnect."""
        if self._over.is_set() and message["type"] != "websocket.close":
            return
        try:
            await self._send(message)
        except Exception as fault:  # noqa: BLE001 - the servers differ in what they raise for a closed line
            log.debug("the window was gone: %s", type(fault).__name__)
            self._over.set()


def _headers(scope: Scope) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").lower()
        if name in headers and name in ("host", "origin", "cookie"):
            headers[name] = "doubled"  # two of these is nobody's browser
        else:
            headers[name] = value.decode("latin-1")
    return headers


def _hashes(page: str) -> str:
    """The hash of every script that stands in the page itself, as the policy wants it."""
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)


def _bodiless(receive: Receive) -> Receive:
    """No request to the app has a body that anybody reads: what follows is only the end of the line."""
    asked = False

    async def receiving() -> Message:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await receive())["type"] == "http.request":
            continue
        return message

    return receiving


async def _reply(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


@cache
def _small_page() -> str:
    """The page in the colours of the app: `{light.ink}` becomes what the theme says."""
    from app.ui import theme  # it brings the whole framework, and the door opens before that

    page = _SMALL_PAGE
    for name, tokens in (("light", theme.LIGHT), ("dark", theme.DARK)):
        for token, colour in vars(tokens).items():
            page = page.replace(f"{{{name}.{token}}}", colour)
    return page


_SMALL_PAGE: Final = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Fika</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center;
  justify-content: center; gap: 16px; padding: 24px; box-sizing: border-box; text-align: center;
  font: 17px/1.5 system-ui, sans-serif;
  background: {light.ground}; color: {light.ink} }
p { max-width: 34em; margin: 0 }
button { font: inherit; padding: 14px 24px; border: 0; border-radius: 12px;
  background: {light.primary}; color: {light.on_primary} }
@media (prefers-color-scheme: dark) {
  body { background: {dark.ground}; color: {dark.ink} }
  button { background: {dark.primary}; color: {dark.on_primary} } }
@keyframes come { from, to { visibility: hidden } }
.soon { animation: come 1s }
</style></head><body class="{class}">
{lines}
</body></html>
"""
