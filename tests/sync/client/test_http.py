"""The client's line to a server, against an honest one and against everything a server could do to it."""

import base64
import contextlib
import datetime
import hashlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync import errors
from sync.client.http import PAGE_BYTES, Server, Token
from sync.protocol.limits import ENVELOPE_MAX
from sync.session import SESSION, proves
from sync.signing import Device
from tests.support.patience import PATIENCE

SPACE = bytes(range(16))
TOKEN = Token(SPACE, "leave", float("inf"))


@dataclass
class Scripted:
    """A server on loopback that answers each connection as it is told, and keeps what it was asked."""

    answer: Callable[[socket.socket, bytes], None]
    tls: ssl.SSLContext | None = None
    asked: list[bytes] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> "Scripted":
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(PATIENCE)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(line,), daemon=True).start()

    def _one(self, line: socket.socket) -> None:
        line.settimeout(PATIENCE)
        with contextlib.suppress(OSError), line:
            if self.tls is not None:
                line = self.tls.wrap_socket(line, server_side=True)
            with line:
                while (asked := _request(line)) is not None:
                    self.asked.append(asked)
                    self.answer(line, asked)


def _request(line: socket.socket) -> bytes | None:
    got = b""
    while b"\r\n\r\n" not in got:
        part = line.recv(65536)
        if not part:
            return None
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [int(one.split(b":")[1]) for one in head.split(b"\r\n") if one.lower().startswith(b"content-length:")]
    while len(body) < sum(lengths):
        part = line.recv(65536)
        if not part:
            return None
        body += part
    return head + b"\r\n\r\n" + body


def said(status: int, body: object = None, *headers: str) -> Callable[[socket.socket, bytes], None]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = "\r\n".join([f"HTTP/1.1 {status} -", f"Content-Length: {len(raw)}", *headers, "", ""])
    return lambda line, _: line.sendall(head.encode() + raw)


@contextlib.contextmanager
def server(
    answer: Callable[[socket.socket, bytes], None], total: float = PATIENCE
) -> Iterator[tuple[Server, Scripted]]:
    with (
        Scripted(answer) as scripted,
        contextlib.closing(Server(f"http://127.0.0.1:{scripted.port}", total=total)) as it,
    ):
        yield it, scripted


def by_path(**answers: Callable[[socket.socket, bytes], None]) -> Callable[[socket.socket, bytes], None]:
    def answer(line: socket.socket, asked: bytes) -> None:
        path = asked.split(b" ", 2)[1].partition(b"?")[0].decode().rsplit("/", 1)[-1]
        answers[path](line, asked)

    return answer


# ---------------------------------------------------------------------- the honest server


def test_a_session_is_proven_for_this_origin() -> None:
    keys = Device.new().in_space(SPACE)
    with server(by_path(challenge=said(200, {"nonce": "once"}), session=said(200, {"token": "t0k", "expires": 1}))) as (
        it,
        scripted,
    ):
        token = it.session(SPACE, keys)
    assert (token.space, token.text) == (SPACE, "t0k")
    assert "t0k" not in repr(token)
    sent = json.loads(scripted.asked[1].partition(b"\r\n\r\n")[2])
    assert sent["device"] == keys.id.hex()
    assert proves(
        keys.signing.public,
        bytes.fromhex(sent["signature"]),
        SESSION,
        origin=f"http://127.0.0.1:{scripted.port}",
        nonce="once",
        space=SPACE,
        device=keys.id,
    )


def test_what_is_asked_and_what_comes_back() -> None:
    head = (7).to_bytes(8, "big")
    answers = by_path(
        info=said(200, {"fika": 1, "registration": "open", "now": 12}),
        devices=said(201, {"device": "-"}),
        log=lambda line, asked: (
            said(200, {"head": 9, "new": 2}) if asked.startswith(b"POST") else said(200, head + b"frames")
        )(line, asked),
        heads=said(200, {"head": 3, "devices": {"00" * 16: [4, "11" * 32]}}),
        wait=said(200, {"heads": {SPACE.hex(): 5}}),
        **{SPACE.hex(): said(201, {"head": 1, "new": 1})},
    )
    with server(answers) as (it, scripted):
        assert it.info().registration == "open"
        it.introduce(SPACE, Device.new().in_space(SPACE), "ticket")
        assert it.found(TOKEN, b"g" * 66, b"f").new == 1
        assert (it.push(TOKEN, b"frames").head, it.push(TOKEN, b"frames").new) == (9, 2)
        page = it.pull(TOKEN, 5, at=b"\x22" * 32)
        assert (page.head, page.frames) == (7, b"frames")
        assert it.heads(TOKEN) == (3, {bytes(16): (4, b"\x11" * 32)})
        assert it.wait([TOKEN], {SPACE: 4}, 1) == {SPACE: 5}
    assert b'"invitation": "ticket"' in scripted.asked[1]
    assert f"after=5&at={'22' * 32}".encode() in scripted.asked[5]
    assert all(b"Bearer leave" in one for one in scripted.asked[2:])
    plain = [b"accept-encoding: identity" in one.lower() for one in scripted.asked]
    pushes = [one.startswith(b"POST") and b"/log HTTP" in one for one in scripted.asked]
    assert [not push for push in pushes] == plain and sum(pushes) == 2
    assert not any(b"accept-encoding" in one.lower() for one, push in zip(scripted.asked, pushes, strict=True) if push)
    assert not any(b"cookie" in one.lower() for one in scripted.asked)


def test_pokes_arrive_as_they_come() -> None:
    def poke(line: socket.socket, _: bytes) -> None:
        line.sendall(b"HTTP/1.1 200 -\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n: \n")
        line.sendall(b"data: " + SPACE.hex().encode() + b" 4\n\ndata: " + SPACE.hex().encode()[:9])
        time.sleep(0.05)
        line.sendall(SPACE.hex().encode()[9:] + b" 5\n\n")
        line.shutdown(socket.SHUT_RDWR)

    with server(poke) as (it, _):
        assert list(it.events([TOKEN], threading.Event())) == [(SPACE, 4), (SPACE, 5)]


# ---------------------------------------------------------------------- what a server says no with


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, {"error": "session"}, errors.SessionOver),
        (401, {"error": "proof"}, errors.ServerRefuses),
        (403, {"error": "closed"}, errors.RegistrationClosed),
        (403, {"error": "forbidden"}, errors.ServerRefuses),
        (409, {"error": "cursor"}, errors.LogUnknown),
        (409, {"error": "exists"}, errors.ServerRefuses),
        (410, {"error": "gone"}, errors.SpaceDeletedThere),
        (413, {"error": "too-large", "limit": 3}, errors.ServerRefuses),
        (429, {"error": "rate"}, errors.ServerBusy),
        (500, {"error": "broken"}, errors.ServerBusy),
        (502, b"<html>bad gateway</html>", errors.ServerBusy),
        (503, {"error": "busy"}, errors.ServerBusy),
        (507, {"error": "quota"}, errors.ServerFull),
        (404, b"\xff\xfe", errors.ServerRefuses),
        (400, {"error": 7}, errors.ServerRefuses),
        (409, {"error": "gap"}, errors.OddAnswer),
        (409, {"error": "fork", "device": "00" * 16, "sequence": 1, "held": "?"}, errors.OddAnswer),
    ],
)
def test_every_refusal_has_its_type(status: int, body: object, expected: type[errors.SyncError]) -> None:
    with server(said(status, body)) as (it, _), pytest.raises(expected):
        it.push(TOKEN, b"")


def test_a_refusal_says_how_long_to_stay_away_and_never_longer_than_an_hour() -> None:
    for told, after in (("17", 17), ("999999", 3600), ("-3", 0), ("soon", 0), ("²", 0)):
        with (
            server(
                lambda line, _, t=told: line.sendall(  # type: ignore[misc]
                    f"HTTP/1.1 503 -\r\nRetry-After: {t}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
                )
            ) as (it, _),
            pytest.raises(errors.ServerBusy) as caught,
        ):
            it.push(TOKEN, b"")
        assert caught.value.facts["after"] == after


def test_a_gap_and_a_fork_come_with_their_evidence() -> None:
    place = {"device": "aa" * 16, "sequence": 4, "id": "bb" * 32}
    with server(said(409, {"error": "gap", **place})) as (it, _), pytest.raises(errors.LogGap) as gap:
        it.push(TOKEN, b"")
    assert (gap.value.device, gap.value.sequence, gap.value.id) == (b"\xaa" * 16, 4, b"\xbb" * 32)
    with (
        server(said(409, {"error": "fork", "held": "aGVsZA==", **place})) as (it, _),
        pytest.raises(errors.LogFork) as fork,
    ):
        it.push(TOKEN, b"")
    assert fork.value.held == b"held"


def test_the_largest_envelope_that_may_stand_in_the_way_is_shown() -> None:
    held = b"h" * ENVELOPE_MAX
    place = {"device": "00" * 16, "sequence": 1, "index": 0, "held": base64.b64encode(held).decode()}
    with server(said(409, {"error": "fork", **place})) as (it, _), pytest.raises(errors.LogFork) as fork:
        it.push(TOKEN, b"")
    assert fork.value.held == held


# ---------------------------------------------------------------------- what a server must not do


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nul",
        b"{",
        b"[" * 30_000,
        b'{"fika": 2}',
        b'{"fika": 1, "registration": 3}',
        b'{"fika": 1, "registration": "o", "now": NaN}',
        b'{"fika": 1, "registration": "o", "now": true}',
        b'{"fika": 1, "registration": "o", "registration": "o", "now": 1, "limits": {}}',
        b'{"fika": 1, "registration": "\\ud800", "now": 1, "limits": {}}',
        b"\xed\xa0\x80",
    ],
)
def test_nonsense_is_a_typed_error(body: bytes) -> None:
    with server(said(200, body)) as (it, _), pytest.raises(errors.OddAnswer):
        it.info()


@pytest.mark.parametrize(
    "body",
    [
        {"head": 1},
        {"head": 1, "devices": []},
        {"head": 1, "devices": {"zz": [1, "00"]}},
        {"head": 1, "devices": {"00": 1}},
        {"head": -1, "devices": {}},
    ],
)
def test_heads_that_are_none(body: object) -> None:
    with server(said(200, body)) as (it, _), pytest.raises(errors.OddAnswer):
        it.heads(TOKEN)


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 -\r\nContent-Length: 9\r\n\r\nshort",
        b"HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"",
    ],
)
def test_a_broken_answer_is_a_typed_error(raw: bytes) -> None:
    def broken(line: socket.socket, _: bytes) -> None:
        line.sendall(raw)
        line.shutdown(socket.SHUT_RDWR)

    with server(broken) as (it, _), pytest.raises((errors.OddAnswer, errors.NoAnswer)):
        it.info()


def test_no_redirect_is_followed_and_no_token_leaves() -> None:
    with Scripted(said(200, {"head": 1, "new": 1})) as elsewhere:
        there = f"Location: http://127.0.0.1:{elsewhere.port}/"
        for status in (301, 302, 303, 307, 308):
            with server(said(status, b"", there)) as (it, scripted), pytest.raises(errors.OddAnswer):
                it.push(TOKEN, b"")
            assert len(scripted.asked) == 1
        assert elsewhere.asked == []


def test_an_endless_answer_is_dropped() -> None:
    sent = [0]

    def flood(line: socket.socket, _: bytes) -> None:
        line.sendall(b"HTTP/1.1 200 -\r\nConnection: close\r\n\r\n")
        for _part in range(2000):
            line.sendall(b"x" * 65536)
            sent[0] += 65536

    with server(flood) as (it, _), pytest.raises(errors.OddAnswer):
        it.pull(TOKEN, 0)
    assert sent[0] < PAGE_BYTES + (16 << 20)  # what the kernel's buffers may hold besides


def test_what_claims_to_be_packed_is_not_unpacked() -> None:
    import gzip

    bomb = gzip.compress(bytes(1 << 22))
    with server(said(200, bomb, "Content-Encoding: gzip")) as (it, _):
        assert it.pull(TOKEN, 0).frames == bomb[8:]


DRIPS = 400
DRIP_SECONDS = 0.05


def drip_head(line: socket.socket, _: bytes) -> None:
    line.sendall(b"HTTP/1.1 200 -\r\nX: ")
    for _part in range(DRIPS):
        line.sendall(b"x")
        time.sleep(DRIP_SECONDS)


def drip_body(line: socket.socket, _: bytes) -> None:
    line.sendall(b"HTTP/1.1 200 -\r\nContent-Length: 1000\r\n\r\n")
    for _part in range(DRIPS):
        line.sendall(b"x")
        time.sleep(DRIP_SECONDS)


def silence(_line: socket.socket, _: bytes) -> None:
    time.sleep(DRIPS * DRIP_SECONDS)


@pytest.mark.parametrize("slow", [drip_head, drip_body, silence])
@pytest.mark.parametrize("kept", [False, True])
def test_a_drip_is_cut_off(slow: Callable[[socket.socket, bytes], None], kept: bool) -> None:
    first = said(200, {"fika": 1, "registration": "open", "now": 1})
    asked: list[bytes] = []

    def answer(line: socket.socket, one: bytes) -> None:
        asked.append(one)
        (first if kept and len(asked) == 1 else slow)(line, one)

    with server(answer) as (it, _):
        if kept:
            it.info()
        it._total = 0.6
        with pytest.raises(errors.NoAnswer) as caught:
            it.info()
        assert caught.value.facts["reason"] == "late", "whoever waited for the end of it has an answer or an empty line"


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens there, nor takes the place meanwhile
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with contextlib.closing(Server(address)) as it, pytest.raises(errors.NoAnswer):
            it.info()


def test_the_machines_proxy_and_passwords_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with Scripted(said(500, b"")) as proxy:
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        with server(said(200, {"fika": 1, "registration": "open", "now": 1})) as (it, scripted):
            it.info()
        assert proxy.asked == []
        assert b"authorization" not in scripted.asked[0].lower()


@pytest.mark.parametrize(
    "address",
    [
        "http://fika.example.org",
        "http://127.0.0.1.example.org:80",
        "ftp://127.0.0.1",
        "https://me:word@127.0.0.1",
        "127.0.0.1",
        "",
    ],
)
def test_an_address_that_is_not_safe_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"address|host|https|Port"):
        Server(address)


# ---------------------------------------------------------------------- certificates


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, hashlib.sha256(made.public_bytes(serialization.Encoding.DER)).hexdigest()


def test_a_certificate_that_nobody_vouches_for_needs_its_pin(certificate: tuple[ssl.SSLContext, str]) -> None:
    context, pin = certificate
    good = said(200, {"fika": 1, "registration": "open", "now": 1})
    with Scripted(good, tls=context) as scripted:
        address = f"https://127.0.0.1:{scripted.port}"
        for wrong in (None, "00" * 32, pin[:-1] + ("0" if pin[-1] != "0" else "1")):
            with contextlib.closing(Server(address, pin=wrong)) as it, pytest.raises(errors.BadServerCertificate):
                it.info()
        assert scripted.asked == []
        with contextlib.closing(Server(address, pin=pin)) as it:
            assert it.info().registration == "open"
