"""Bytes that no device of ours would send, over raw sockets: answered plainly or cut, never a 5xx, and others are served."""

import asyncio
import contextlib
import json
import os
import socket
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from starlette.requests import Request as Asked

from sync.server import app
from sync.server.patience import PatientProtocol
from sync.server.settings import Settings
from tests.support.patience import PATIENCE, until
from tests.sync.server.actors import Phone, pair
from tests.sync.server.running import Running, run


class Watched(PatientProtocol):
    """The same clocks, but none that runs out where a test does not hurry it; and what became of each connection."""

    head_seconds = 600.0
    take_seconds = 600.0
    prompt: ClassVar[list[int]] = []
    lost: ClassVar[set[tuple[str, int] | None]] = set()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.prompt.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.lost.add(self.client)


@pytest.fixture(scope="module")
def unhurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    found = run(Settings(folder=tmp_path_factory.mktemp("hostile")), protocol=Watched)
    yield found
    found.stop()


@pytest.fixture
def hurried(unhurried: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """Whoever connects from now on has little time, on a busy machine too little for any honest question."""
    monkeypatch.setattr(Watched, "head_seconds", 0.4)
    monkeypatch.setattr(app, "TRICKLE_SECONDS", 0.4)
    return unhurried


@pytest.fixture(scope="module")
def member(unhurried: Running) -> Phone:
    return pair(unhurried.base)[0]


def dial(running: Running, receive: int | None = None) -> socket.socket:
    host, _, port = running.base.removeprefix("http://").partition(":")
    found = socket.socket()
    if receive:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    found.settimeout(PATIENCE)
    found.connect((host, int(port)))
    return found


def exchange(running: Running, request: bytes, *, whole: bool = False) -> tuple[int, bytes]:
    """Send raw bytes; the status and what came: one answer, or `whole`, everything until the connection ends."""
    found = b""
    with dial(running) as line:
        try:
            line.sendall(request)
            while part := line.recv(65_536):
                found += part
                head_, _, _ = found.partition(b"\r\n\r\n")
                if not whole and b"\r\n\r\n" in found and b"close" not in head_.lower():
                    break
        except (ConnectionError, TimeoutError):
            pass
    return (int(found[9:12]) if found.startswith(b"HTTP/1.1 ") else 0), found


def head(method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *lines, "", ""]).encode("latin-1")


def error(found: bytes) -> str:
    return str(json.loads(found.partition(b"\r\n\r\n")[2])["error"])


def test_too_many_and_too_large_headers(unhurried: Running) -> None:
    many = head("GET", "/v1/info", *[f"x-{number}: 1" for number in range(100)])
    large = head("GET", "/v1/info", "x: " + "y" * 15_000, "z: " + "y" * 15_000)
    endless = b"GET /v1/info HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 200_000
    for request in (many, large, endless):
        status, found = exchange(unhurried, request)
        assert (status, error(found)) == (431, "headers")
        assert b"no-store" in found


def test_a_long_path_is_refused(unhurried: Running) -> None:
    assert exchange(unhurried, head("GET", "/v1/" + "a" * 3_000))[0] == 400
    assert exchange(unhurried, head("GET", "/v1/info?" + "a" * 3_000))[0] == 400


def test_a_huge_body_is_refused_before_it_is_read(unhurried: Running, member: Phone) -> None:
    path = f"/v1/spaces/{member.space}/log"
    declared = head("POST", path, f"Authorization: Bearer {member.token}", "Content-Length: 10000000000")
    status, found = exchange(unhurried, declared)
    assert (status, error(found)) == (413, "too-large")
    # Without a declared length it is counted while it comes.
    with dial(unhurried) as line:
        line.sendall(head("POST", path, f"Authorization: Bearer {member.token}", "Transfer-Encoding: chunked"))
        sent = 0
        try:
            while sent < 64 << 20:
                line.sendall(b"10000\r\n" + bytes(0x10000) + b"\r\n")
                sent += 0x10000
        except OSError:
            pass
        assert sent < 16 << 20


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: -5"],
        ["Content-Length: 5x"],
        ["Transfer-Encoding: chunked, gzip"],
        ["Transfer-Encoding: xchunked"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding : chunked"],
        ["Content-Encoding: gzip", "Content-Length: 2"],
        ["Authorization: Bearer a", "Authorization: Bearer b"],
        [" folded: yes"],
    ],
)
def test_a_request_that_could_be_read_in_two_ways_is_refused_and_ends_the_connection(
    unhurried: Running, lines: list[str]
) -> None:
    smuggled = head("POST", "/v1/challenge", *lines) + b"0\r\n\r\n" + head("GET", "/v1/info")
    status, found = exchange(unhurried, smuggled, whole=True)
    assert 400 <= status < 500
    assert b'"fika"' not in found


@pytest.mark.parametrize(
    "request_",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /v1/info HTTP/1.1\r\nHost: x\r\nbad\xff: 1\r\n\r\n",
        b"GET /v1/info\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://elsewhere/v1/info HTTP/1.1\r\n\r\n",
        b"POST /v1/challenge HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /v1/challenge HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    ],
)
def test_what_is_not_http_is_told_so(hurried: Running, request_: bytes) -> None:
    status, _ = exchange(hurried, request_)
    assert status in (0, 400, 401, 404, 408)


@pytest.mark.parametrize("start", ["GET /v1/events", "POST /v1/wait", "HEAD /v1/info", "POST /v1/challenge"])
def test_a_body_that_breaks_off_is_the_client_s_mistake_and_no_fault_of_ours_in_the_log(
    unhurried: Running, caplog: pytest.LogCaptureFixture, start: str
) -> None:
    request_ = f"{start} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    with dial(unhurried) as line:
        line.sendall(request_ + b"2\r\n{}\r\n")
        line.sendall(b"zz\r\n")
        assert line.recv(65_536)[:12] in (b"", *(f"HTTP/1.1 {status}".encode() for status in (400, 401, 405)))
    assert exchange(unhurried, head("GET", "/v1/info"))[0] == 200
    assert "Exception in ASGI" not in caplog.text


def test_methods_and_paths_that_do_not_exist(unhurried: Running) -> None:
    for method, path, status in [
        ("PATCH", "/v1/info", 405),
        ("TRACE", "/v1/info", 405),
        ("OPTIONS", "/v1/spaces/x/log", 405),
        ("GET", "/", 404),
        ("GET", "/v1", 404),
        ("GET", "/v1/info/", 404),
        ("GET", "/../etc/passwd", 404),
        ("GET", "/v1/%2e%2e/info", 404),
        ("GET", "/v1/spaces/%00/log", 401),
        ("GET", "/v1/spaces/" + "%F0%9F%90%9D" * 20 + "/log", 401),
    ]:
        found = exchange(unhurried, head(method, path))
        assert (path, found[0]) == (path, status)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"space": NaN}',
        b'{"space": 1e999}',
        b'{"space": "\\ud800", "device": "' + b"ab" * 16 + b'"}',
        b'{"space": "' + "å".encode() * 32 + b'", "device": "' + b"ab" * 16 + b'"}',
        b'{"space": ["' + b"ab" * 16 + b'"], "device": {}}',
        b'{"space": "' + b"AB" * 16 + b'", "device": "' + b"ab" * 16 + b'"}',
        b'{"space": "x", "space": "' + b"ab" * 16 + b'", "device": "' + b"ab" * 16 + b'"}',
        b"[" * 10_000,
        b'{"a":' * 3_000,
        b'{"space": ' + b"9" * 5_000 + b"}",
        zlib.compress(b"0" * 10_000_000),
    ],
)
def test_wrong_json_is_malformed(unhurried: Running, member: Phone, body: bytes) -> None:
    for path in ("/v1/challenge", "/v1/session", "/v1/devices", "/v1/wait", "/v1/invitations"):
        answer = member.ask("POST", path, content=body)
        assert answer.status_code == 400, path
        assert answer.json()["error"] == "malformed"


@pytest.mark.parametrize(
    "body", [b"", b"x", bytes(4), b"\xff" * 4, bytes(70), os.urandom(500), b"\0\0\0\x0c" + bytes(12)]
)
def test_wrong_bytes_in_the_log_are_refused(unhurried: Running, member: Phone, body: bytes) -> None:
    for path in (f"/v1/spaces/{member.space}/log", f"/v1/spaces/{member.space}"):
        assert member.ask("POST", path, content=body).status_code in (400, 422)
    assert len(member.all()) == 4


def test_a_head_that_trickles_is_cut(hurried: Running) -> None:
    with dial(hurried) as line:
        found, left = b"", 1_000
        try:
            while left:
                line.sendall(b"G")
                time.sleep(0.02)
                left -= 1
        except OSError:
            pass
        assert left
        with contextlib.suppress(OSError):
            found = line.recv(1_000)
        assert not found or b" 408 " in found


def test_a_connection_that_says_nothing_is_cut(hurried: Running) -> None:
    with dial(hurried) as line:
        found = line.recv(1_000)
        assert b" 408 " in found
        assert error(found) == "slow"


def test_a_second_head_that_trickles_is_cut_as_well(unhurried: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    with dial(unhurried) as line:
        line.sendall(head("GET", "/v1/info"))
        assert b" 200 " in line.recv(10_000)
        monkeypatch.setattr(Watched, "head_seconds", 0.4)
        line.sendall(b"GET /v1/in")
        assert b" 408 " in line.recv(1_000)


def test_a_body_that_does_not_come_is_cut(hurried: Running) -> None:
    with dial(hurried) as line:
        line.sendall(head("POST", "/v1/challenge", "Content-Length: 100") + b"{")
        found = line.recv(1_000)
        assert b" 408 " in found
        assert b"connection: close" in found.lower()


async def test_a_body_that_trickles_has_less_time_than_one_that_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock of its own: each part comes when the test says so."""
    clocks: list[float] = []
    parts = [b"1" * 100, b"2" * (app.STEADY - 101), b"3", b"4", b""]

    class Clock:
        def __init__(self, end: float) -> None:
            clocks.append(end)

        async def __aenter__(self) -> "Clock":
            return self

        async def __aexit__(self, *_: object) -> None:
            """Nothing to stop."""

        def reschedule(self, end: float) -> None:
            clocks.append(end)

    async def receive() -> dict[str, object]:
        part = parts.pop(0)
        assert len(clocks) == (1 if len(parts) > 1 else 2)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    monkeypatch.setattr(asyncio, "timeout_at", Clock)
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: 1_000.0)
    scope = {"type": "http", "method": "POST", "headers": [(b"content-length", b"%d" % sum(map(len, parts)))]}
    assert len(await app._body(Asked(scope, receive), 1 << 20)) == app.STEADY + 1
    assert clocks == [1_000 + app.TRICKLE_SECONDS, 1_000 + app.BODY_SECONDS]


def test_an_answer_that_nobody_takes_is_dropped(
    unhurried: Running, member: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader who never reads does not hold its connection and its memory for ever."""
    monkeypatch.setattr(Watched, "take_seconds", 0.4)
    member.push(*[member.actor.change(60_000) for _ in range(14)])
    lines = [dial(unhurried, receive=4_096) for _ in range(4)]
    request = head("GET", f"/v1/spaces/{member.space}/log", f"Authorization: Bearer {member.token}")
    try:
        for line in lines:
            line.sendall(request * 4)
        until(lambda: {line.getsockname() for line in lines} <= Watched.lost)
    finally:
        for line in lines:
            line.close()
    assert member.http.get("/healthz").status_code == 200


def test_the_honest_are_served_while_others_hold_connections_open(unhurried: Running, member: Phone) -> None:
    lines = [dial(unhurried) for _ in range(100)]
    try:
        for line in lines:
            line.sendall(b"GET /v1/info HTTP/1.1\r\nHo")
        assert member.http.get("/v1/info").status_code == 200
        for line in lines:  # all of them are still there: nobody waited for their end
            line.setblocking(False)
            with pytest.raises(BlockingIOError):
                line.recv(1)
    finally:
        for line in lines:
            line.close()


def test_small_packets_are_not_held_back(unhurried: Running, member: Phone) -> None:
    """Forty milliseconds an event is what a socket costs whose delay of small packets nobody switched off."""
    assert member.http.get("/healthz").status_code == 200
    assert Watched.prompt
    assert all(Watched.prompt)


def test_figures_are_for_the_machine_itself_or_for_who_has_the_token(unhurried: Running, tmp_path: Path) -> None:
    assert exchange(unhurried, head("GET", "/metrics"))[0] == 200
    assert exchange(unhurried, head("GET", "/metrics", "X-Forwarded-For: 1.2.3.4"))[0] == 403
    other = run(Settings(folder=tmp_path, metrics_token="open sesame"))
    try:
        assert exchange(other, head("GET", "/metrics"))[0] == 401
        assert exchange(other, head("GET", "/metrics", "Authorization: Bearer open sesame"))[0] == 200
    finally:
        other.stop()
