"""The short way for the two most frequent questions: only for what is beyond doubt, and with the very same answers."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from sync.server import quick
from sync.server.patience import PatientProtocol
from tests.support.patience import PATIENCE, until
from tests.sync.server.actors import Phone, frames, pair

SPACE = "0123456789abcdef" * 2
LOG = f"/v1/spaces/{SPACE}/log"


def ask(method: str, path: str, *headers: str, body: bytes = b"", version: str = "HTTP/1.1") -> bytes:
    lines = [f"{method} {path} {version}", *headers]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body


GET = ask("GET", f"{LOG}?after=12", "Host: a:1", "Authorization: Bearer t")
POST = ask("POST", LOG, "Host: a:1", "Authorization: Bearer t", "Content-Length: 3", body=b"\0\r\n")


def read(data: bytes) -> quick.Question | None:
    """As a connection reads it that has been asked the usual things before, and as a new one does."""
    used = quick.Reader()
    assert used.read(GET) and used.read(POST)
    found = used.read(data)
    assert found == quick.Reader().read(data)
    return found


def test_what_is_beyond_doubt_is_read() -> None:
    found = read(GET)
    assert found is not None
    assert (found.method, found.path, found.query, found.body) == ("GET", LOG.encode(), b"after=12", b"")
    assert found.head == ([(b"host", b"a:1"), (b"authorization", b"Bearer t")], None, {"authorization": "Bearer t"})
    found = read(POST)
    assert found is not None
    assert (found.method, found.query, found.body) == ("POST", b"", b"\0\r\n")
    assert read(ask("GET", LOG, "Host: a", "Connection: Keep-Alive")) is not None
    assert read(ask("POST", LOG, "Host: a", "Content-Length: 0")) is not None


@pytest.mark.parametrize("cut", range(1, len(POST)))
def test_no_beginning_is_taken_for_the_whole(cut: int) -> None:
    assert read(POST[:cut]) is None
    assert read(POST[:cut] + b"\r\n\r\n") is None


@pytest.mark.parametrize(
    "other",
    [
        GET + b"G",
        GET + GET,
        POST + b"\0",
        POST + GET,
        b"\r\n" + GET,
        GET.replace(b"\r\n", b"\n"),
        GET.replace(b"HTTP/1.1", b"HTTP/1.0"),
        GET.replace(b"GET ", b"GET  "),
        GET.replace(b"GET", b"HEAD"),
        GET.replace(b"GET", b"get"),
        GET.replace(b"GET", b"DELETE"),
        GET.replace(b"/log", b"/heads"),
        GET.replace(b"/log", b"/log/"),
        GET.replace(b"/v1", b"http://a/v1"),
        GET.replace(SPACE.encode(), SPACE.upper().encode()),
        GET.replace(SPACE.encode(), b"%30" + SPACE[1:].encode()),
        GET.replace(b"after=12", b"after=%31"),
        GET.replace(b"after=12", b"after=1#2"),
        GET.replace(b"?after=12", b"?"),
        GET.replace(b"Host: a:1\r\n", b""),
        GET.replace(b"Host: a:1\r\n", b"Host: a:1\r\nHost: a:1\r\n"),
        GET.replace(b"Host: a:1", b"Host:a:1"),
        GET.replace(b"Host: a:1", b"Host : a:1"),
        GET.replace(b"Host: a:1", b"Host: a:1 "),
        GET.replace(b"Host: a:1", b"Host: a:1\t"),
        GET.replace(b"Host: a:1", b"Host: a:\x001"),
        GET.replace(b"Host: a:1", b"Host: a:\xe5"),
        GET.replace(b"Host: a:1", b"Host: a:1\r\n folded"),
        GET.replace(b"Host", b"H_st"),
        ask("GET", LOG, "Host: a", "Content-Length: 0"),
        ask("GET", LOG, "Host: a", "Transfer-Encoding: chunked"),
        ask("GET", LOG, "Host: a", "Expect: 100-continue"),
        ask("GET", LOG, "Host: a", "Upgrade: websocket"),
        ask("GET", LOG, "Host: a", "Connection: close"),
        ask("GET", LOG, "Host: a", "Connection: keep-alive, upgrade"),
        ask("GET", LOG, "Host: a", "Range: bytes=0-1"),
        ask("GET", LOG, "Host: a", "X-Other: 1"),
        ask("GET", LOG, "Host: a", *(f"Accept{'-' * n}: a" for n in range(20))),
        ask("POST", LOG, "Host: a", body=b"abc"),
        ask("POST", LOG, "Host: a", "Content-Length: 3", "Content-Length: 3", body=b"abc"),
        ask("POST", LOG, "Host: a", "Content-Length: 3", "Transfer-Encoding: chunked", body=b"abc"),
        ask("POST", LOG, "Host: a", "Content-Length: 3, 3", body=b"abc"),
        ask("POST", LOG, "Host: a", "Content-Length: +3", body=b"abc"),
        ask("POST", LOG, "Host: a", "Content-Length: 03", body=b"abc"),
        ask("POST", LOG, "Host: a", "Content-Length: 2", body=b"abc"),
        ask("POST", LOG, "Host: a", "Content-Length: 4", body=b"abc"),
        ask("POST", LOG, "Host: a", f"Content-Length: {quick.LONGEST}", body=bytes(quick.LONGEST)),
    ],
)
def test_whatever_differs_is_left_to_the_parser(other: bytes) -> None:
    assert read(other) is None


@pytest.fixture
def phones(base: str) -> Iterator[tuple[Phone, Phone]]:
    yield pair(base)


class Line(socket.socket):
    """A connection; `said` reads one answer of it and not a byte more."""

    rest = b""

    def said(self) -> bytes:
        """One whole answer."""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self.recv(65536)
        head, _, body = self.rest.partition(b"\r\n\r\n")
        length = next(int(one[15:]) for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:"))
        while len(body) < length:
            body += self.recv(65536)
        self.rest = body[length:]
        return head + b"\r\n\r\n" + body[:length]


def dial(base: str) -> Line:
    host, _, port = base.removeprefix("http://").partition(":")
    line = Line()
    line.settimeout(PATIENCE)
    line.connect((host, int(port)))
    return line


def questions(phone: Phone, batch: bytes) -> list[bytes]:
    log = f"/v1/spaces/{phone.space}/log"
    token = f"Authorization: Bearer {phone.token}"
    length = f"Content-Length: {len(batch)}"
    return [
        ask("POST", log, "Host: a", token, length, body=batch),
        ask("POST", log, "Host: a", token, length, body=batch),
        ask("GET", f"{log}?after=0&limit=2", "Host: a", token),
        ask("GET", f"{log}?after=999", "Host: a", token),
        ask("GET", f"{log}?after=1&after=2", "Host: a", token),
        ask("GET", f"{log}?after=x", "Host: a", token),
        ask("GET", log, "Host: a"),
        ask("GET", log, "Host: a", "Authorization: Bearer nobody"),
        ask("GET", LOG, "Host: a", token),
        ask("POST", log, "Host: a", token, "Content-Length: 3", body=b"abc"),
        ask("POST", f"{log}?after=1", "Host: a", token, "Content-Length: 0"),
    ]


def test_the_answers_are_those_of_the_long_way(phones: tuple[Phone, Phone], monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = phones
    batch = frames(one.actor.change())
    taken: list[bytes] = []
    short_way = quick.Reader.read

    def noted(reader: quick.Reader, data: bytes) -> quick.Question | None:
        taken.append(data)
        return short_way(reader, data)

    monkeypatch.setattr(quick.Reader, "read", noted)
    asked = questions(one, batch)
    with closing(dial(one.base)) as line:
        short = []
        for question in asked:
            line.sendall(question)
            short.append(line.said())
    assert taken == asked
    assert all(read(question) is not None for question in asked)
    monkeypatch.setattr(quick.Reader, "read", lambda *_: None)
    with closing(dial(one.base)) as line:
        long = []
        for question in asked:
            line.sendall(question)
            long.append(line.said())
    # The first time it was new; and the parser writes no reason after the status.
    assert b'"new":1' in short[0] and b'"new":0' in long[0]
    assert [line.split(b" ", 2)[1] for line in short] == [line.split(b" ", 2)[1] for line in long]
    assert [sorted(line.lower().split(b"\r\n")[1:]) for line in short[1:]] == [
        sorted(line.lower().split(b"\r\n")[1:]) for line in long[1:]
    ]
    assert {line.split(b" ", 2)[1] for line in short} == {b"200", b"400", b"401", b"403"}


def test_questions_that_follow_at_once_are_answered_in_order(phones: tuple[Phone, Phone]) -> None:
    one, _ = phones
    log = f"/v1/spaces/{one.space}/log"
    token = f"Authorization: Bearer {one.token}"
    change = frames(one.actor.change())
    push = ask("POST", log, "Host: a", token, f"Content-Length: {len(change)}", body=change)
    pulls = [ask("GET", f"{log}?after={after}&limit=1", "Host: a", token) for after in (0, 1, 2)]
    odd = ask("GET", "/v1/info", "Host: a", "X-Odd: 1")
    with closing(dial(one.base)) as line:
        line.sendall(push)
        time.sleep(0.0005)
        for question in (*pulls, odd):
            line.sendall(question)
            time.sleep(0.0002)
        assert b'"new":1' in line.said()
        heads = [int.from_bytes(line.said().partition(b"\r\n\r\n")[2][:8], "big") for _ in pulls]
        assert len(set(heads)) == 1
        assert b'"fika":1' in line.said()
        for cut in (1, 40, len(pulls[0]) - 1):  # and in pieces
            line.sendall(pulls[0][:cut])
            time.sleep(0.01)
            line.sendall(pulls[0][cut:])
            assert line.said().startswith(b"HTTP/1.1 200")


def test_who_leaves_before_the_answer_harms_nobody(phones: tuple[Phone, Phone], base: str) -> None:
    one, other = phones
    log = f"/v1/spaces/{one.space}/log"
    for _ in range(5):
        change = one.actor.change()
        body = frames(change)
        with closing(dial(base)) as line:
            line.sendall(
                ask(
                    "POST",
                    log,
                    "Host: a",
                    f"Authorization: Bearer {one.token}",
                    f"Content-Length: {len(body)}",
                    body=body,
                )
            )
        until(lambda change=change: other.all()[-1] == change)  # type: ignore[misc]  # a loop's own change


def test_an_application_that_fails_ends_the_connection() -> None:
    """The application answers all its faults by itself. Should it not, nobody is left waiting."""
    ended: list[quick.Exchange] = []

    async def fails(*_: object) -> None:
        raise RuntimeError("planted")

    async def run() -> None:
        question = quick.Question("GET", b"/", SPACE, b"", quick.Head([], None, {}), b"")
        exchange = quick.Exchange(question, lambda _: None, ended.append, lambda: asyncio.sleep(0))
        await exchange.run_asgi(fails, {})

    with pytest.raises(RuntimeError):
        asyncio.run(run())
    assert [one.keep_alive for one in ended] == [False]


class Wire(asyncio.Transport):
    """A connection of which only what was written is wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += bytes(data)

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing to let go of."""


def test_what_a_connection_said_before_says_nothing_about_what_it_says_now() -> None:
    """Heads are taken apart once a connection, and only so many of them are kept."""
    reader = quick.Reader()
    for length in (1, 2, 3, 1, *range(40)):
        for told in (length, length + 1):
            asked = ask("POST", LOG, "Host: a", f"Content-Length: {told}", f"User-Agent: {length}", body=bytes(length))
            found = reader.read(asked)
            assert (found is not None) == (told == length)
    assert reader.read(ask("GET", LOG, "Host: a", "User-Agent: 1", "Content-Length: 1")) is None
    assert len(reader._known) <= quick.KNOWN


async def test_a_silent_connection_is_let_go_of_a_while_after_its_last_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock that runs from the first answer is not set anew by each that follows; it looks when it is over."""
    config = uvicorn.Config(None, http=PatientProtocol, log_config=None, timeout_keep_alive=75)  # type: ignore[arg-type]  # nobody is asked
    config.load()
    protocol = PatientProtocol.answering(lambda _: b"said")(config=config, server_state=ServerState(), app_state={})
    now, clocks, closed = [1_000.0], list[float](), list[float]()

    def call_later(seconds: float, then: Callable[[], None]) -> SimpleNamespace:
        if then == protocol.timeout_keep_alive_handler:
            clocks.append(seconds)
        return SimpleNamespace(cancel=lambda: None)

    monkeypatch.setattr(protocol, "loop", SimpleNamespace(time=lambda: now[0], call_later=call_later))
    wire = Wire()
    monkeypatch.setattr(wire, "close", lambda: closed.append(now[0]))
    protocol.connection_made(wire)
    for now[0] in (1_000, 1_030, 1_070):
        protocol.data_received(GET)
    assert (wire.sent, clocks) == (b"said" * 3, [75])
    now[0] = 1_075
    protocol.timeout_keep_alive_handler()
    assert (closed, clocks) == ([], [75, 70])
    now[0] = 1_145
    protocol.timeout_keep_alive_handler()
    assert (closed, clocks) == ([1_145], [75, 70])


async def turns() -> None:
    """Whatever needs nothing but the loop is done."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_who_takes_no_answers_gets_no_more_of_them() -> None:
    """Else questions that follow each other would pile up a megabyte each while nobody reads."""

    async def answers(_scope: object, _receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    config = uvicorn.Config(answers, http=PatientProtocol, log_config=None)
    config.load()
    protocol = PatientProtocol(config=config, server_state=ServerState(), app_state={})
    wire = Wire()
    protocol.connection_made(wire)
    protocol.data_received(GET)
    await turns()
    assert wire.sent.count(b"HTTP/1.1 200") == 1
    protocol.pause_writing()
    protocol.data_received(GET)
    await turns()
    assert wire.sent.count(b"HTTP/1.1 200") == 1
    protocol.resume_writing()
    await turns()
    assert wire.sent.count(b"HTTP/1.1 200") == 2
    protocol.connection_lost(None)
