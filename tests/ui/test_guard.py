"""The door in this process: who is let in, what is answered, one window at a time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from app.ui.guard import COOKIE, LONGEST_PATH, REFUSED, TAKEN, Guard, Message
from tests.support.patience import PATIENCE

PAGE = "<html><script>go()</script>/*fika-words*/{}/*fika-words*/</html>"
WORDS = {
    language: {word: f"{language}: {word}" for word in ("closed", "elsewhere", "here", "taken", "ended", "title")}
    for language in ("sv", "en")
}
HERE = "http://127.0.0.1:4711"


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """An app that answers everything, and a window that stays until the other end goes."""
    if scope["type"] == "websocket":
        while (await receive())["type"] != "websocket.disconnect":
            await send({"type": "websocket.send", "text": "hej"})
        return
    assert await receive() == {"type": "http.request", "body": b"", "more_body": False}
    headers = [(b"content-type", b"text/javascript"), (b"server", b"secret"), (b"access-control-allow-origin", b"*")]
    await send({"type": "http.response.start", "status": 404 if "no" in scope["path"] else 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"behind"})


class Visitor:
    """Somebody who asks, with or without what the door wants."""

    def __init__(self, app: Any = behind) -> None:
        self.guard = Guard(app, PAGE, WORDS)
        self.guard.listen_on(4711)
        self.cookie = ""

    async def ask(self, path: str, method: str = "GET", query: bytes = b"", **headers: str) -> tuple[int, str, Any]:
        said: list[Message] = []
        given = {"host": "127.0.0.1:4711", "cookie": self.cookie} | {k.replace("_", "-"): v for k, v in headers.items()}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": b"x" * 99, "more_body": False}

        async def send(message: Message) -> None:
            said.append(message)

        await self.guard(scope, receive, send)
        body = b"".join(part.get("body", b"") for part in said[1:]).decode()
        return said[0]["status"], body, {name.decode(): value.decode() for name, value in said[0]["headers"]}

    async def enters(self) -> int:
        status, _, headers = await self.ask("/", query=f"start={self.guard.new_token()}".encode())
        self.cookie = headers.get("set-cookie", "").partition(";")[0]
        return status

    def window(self, **headers: str) -> Line:
        return Line(self, headers)


class Line:
    """One WebSocket."""

    def __init__(self, visitor: Visitor, headers: dict[str, str]) -> None:
        given = {"host": "127.0.0.1:4711", "cookie": visitor.cookie, "origin": HERE} | headers
        scope = {
            "type": "websocket",
            "path": "/ws",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        }
        self.out: asyncio.Queue[Message] = asyncio.Queue()
        self.said: asyncio.Queue[Message] = asyncio.Queue()
        self.out.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(visitor.guard(scope, self.out.get, self.said.put))

    async def answer(self) -> Message:
        return await asyncio.wait_for(self.said.get(), PATIENCE)

    async def leave(self) -> None:
        self.out.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(self.task, PATIENCE)


async def test_a_token_opens_once_and_a_wrong_one_spends_the_right_one() -> None:
    visitor = Visitor()
    assert (await visitor.ask("/"))[0] == 403
    token = visitor.guard.new_token()
    tried: list[int] = []
    visitor.guard.on_tried = lambda: tried.append(1)
    assert (await visitor.ask("/", query=b"start=wrong"))[0] == 403
    assert (await visitor.ask("/", query=f"start={token}".encode()))[0] == 403
    assert len(tried) == 2
    assert await visitor.enters() == 303
    assert visitor.cookie.startswith(f"{COOKIE}-4711=")
    status, page, headers = await visitor.ask("/")
    assert status == 200 and "sv: title" in page and "'sha256-" in headers["content-security-policy"]


async def test_two_of_them_on_one_computer_do_not_take_each_other_s_cookie() -> None:
    """A browser keeps one cookie of a name for all ports of a host."""
    one, two = Visitor(), Visitor()
    two.guard.listen_on(4712)
    await one.enters()
    token = two.guard.new_token()
    _, _, headers = await two.ask("/", query=f"start={token}".encode(), host="127.0.0.1:4712")
    jar = dict(cookie.split("=", 1) for cookie in (one.cookie, headers["set-cookie"].partition(";")[0]))
    both = "; ".join(f"{name}={value}" for name, value in jar.items())
    assert (await one.ask("/alive", cookie=both))[0] == 204
    assert (await two.ask("/alive", cookie=both, host="127.0.0.1:4712"))[0] == 204


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/main.dart.js", "GET", {}, 200),
        ("/main.dart.js", "GET", {"host": "evil.example"}, 403),
        ("/main.dart.js", "GET", {"origin": "http://evil.example"}, 403),
        ("/main.dart.js", "GET", {"origin": HERE, "sec_fetch_site": "cross-site"}, 403),
        ("/main.dart.js", "GET", {"cookie": "fika-4711=other"}, 403),
        ("/main.dart.js", "GET", {"cookie": "\x01=;;"}, 403),
        ("/" + "x" * LONGEST_PATH + "y.js", "GET", {}, 414),
        ("/upload", "GET", {}, 404),
        ("/somewhere", "GET", {}, 404),
        ("/main.dart.js", "POST", {}, 403),
        ("/main.dart.js", "POST", {"origin": HERE}, 405),
        ("/alive", "GET", {}, 204),
        ("/here", "POST", {"origin": HERE}, 303),
    ],
)
async def test_what_is_answered(path: str, method: str, headers: dict[str, str], status: int) -> None:
    visitor = Visitor()
    await visitor.enters()
    found, body, said = await visitor.ask(path, method, b"", **headers)
    assert found == status
    assert "secret" not in said.values() and "access-control-allow-origin" not in said
    assert said["x-frame-options"] == "DENY" and said["cache-control"] == "no-store"
    assert ("behind" in body) is (status == 200)


async def test_what_is_not_there_is_told_by_the_guard_and_not_by_what_is_behind_it() -> None:
    visitor = Visitor()
    await visitor.enters()
    assert (await visitor.ask("/main.js"))[:2] == (200, "behind")
    status, body, headers = await visitor.ask("/no.js")
    assert (status, "behind" in body, "sv: closed" in body) == (404, False, True)
    assert headers["content-type"].startswith("text/html") and headers["x-frame-options"] == "DENY"


async def test_a_window_that_is_slow_to_end_is_no_other_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading the page again on a busy computer: the old window has heard its end and still takes its time."""
    monkeypatch.setattr("app.ui.guard.PATIENCE", 0.05)

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        try:
            await behind(scope, receive, send)
        finally:
            if scope["type"] == "websocket":
                with suppress(asyncio.CancelledError):
                    await asyncio.sleep(1)
                await asyncio.sleep(0.2)  # what it takes once it is stopped

    visitor = Visitor(slow)
    await visitor.enters()
    first = visitor.window()
    await first.answer()
    status, page, headers = await visitor.ask("/")
    assert (status, headers["refresh"]) == (200, "0; url=/?again"), "the old page lets go once it is answered"
    assert "sv: elsewhere" in page and 'class="soon"' in page, "said only to whoever waits"
    leaving = asyncio.create_task(first.leave())
    status, _, headers = await visitor.ask("/", query=b"again")
    await leaving
    assert (status, headers["location"]) == (303, "/")
    assert "<script>go()" in (await visitor.ask("/"))[1]


async def test_one_window_at_a_time_and_it_may_be_taken_over() -> None:
    visitor = Visitor()
    await visitor.enters()
    first = visitor.window()
    assert (await first.answer())["text"] == "hej"
    second = visitor.window()
    assert await second.answer() == {"type": "websocket.close", "code": REFUSED}
    status, body, _ = await visitor.ask("/", query=b"again")
    assert status == 200 and "sv: elsewhere" in body and "/here" in body
    taking = asyncio.create_task(visitor.ask("/here", "POST", origin=HERE))
    assert await first.answer() == {"type": "websocket.close", "code": TAKEN}
    first.out.put_nowait({"type": "websocket.disconnect", "code": TAKEN})
    assert (await taking)[0] == 303
    third = visitor.window()
    assert (await third.answer())["text"] == "hej"
    await third.leave()


@pytest.mark.parametrize("wrong", [{"cookie": ""}, {"origin": "http://evil.example"}, {"host": "evil.example"}])
async def test_a_window_of_somebody_else_is_refused(wrong: dict[str, str]) -> None:
    visitor = Visitor()
    await visitor.enters()
    assert await visitor.window(**wrong).answer() == {"type": "websocket.close", "code": REFUSED}
