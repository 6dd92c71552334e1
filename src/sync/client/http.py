"""The one place that talks to a server: `docs/spec/sync-http.md` from the device's side.

A server is believed in nothing and feared in nothing: an answer has a size and a time beyond which it is dropped, no
redirect is followed, no proxy or password of the machine is used, and a token goes to the origin that gave it and to
no other. What a server says wrongly becomes a typed error; nothing local changes here.
"""

import base64
import contextlib
import heapq
import itertools
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

import requests
import urllib3.connection
import urllib3.connectionpool
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError
from urllib3.poolmanager import PoolManager
from urllib3.util import SKIP_HEADER

from sync import strict_json
from sync.errors import (
    BadJson,
    BadServerCertificate,
    LogFork,
    LogGap,
    LogUnknown,
    NoAnswer,
    OddAnswer,
    RegistrationClosed,
    ServerBusy,
    ServerFull,
    ServerRefuses,
    SessionOver,
    SpaceDeletedThere,
)
from sync.protocol.limits import BATCH_ENVELOPES
from sync.session import ACCOUNT_AGAIN, ACCOUNT_END, ROOT, SESSION, origin_of, proof
from sync.signing import DeviceKeys, SigningKey

CONNECT_SECONDS: Final = 6.0
READ_SECONDS: Final = 10.0
TOTAL_SECONDS: Final = 25.0
WAIT_SECONDS: Final = 50
"""The longest a server may keep a question open that waits for news."""

JSON_BYTES: Final = 64 * 1024
PAGE_BYTES: Final = 2 * 1024 * 1024
REFUSAL_BYTES: Final = 128 * 1024
"""A refusal may show the envelope that stands in the way, in base64."""
EVENT_BYTES: Final = 256
KEYRING_BYTES: Final = 256 * 1024

_IDLE_SECONDS: Final = 30.0

_PLAIN: Final = {"Accept-Encoding": "identity", "User-Agent": SKIP_HEADER}

_TERSE: Final = {"Accept-Encoding": SKIP_HEADER}
"""For what is asked most often and answered with two numbers. Nothing that comes is ever unpacked, whatever was asked."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True, slots=True)
class Token:
    """Leave to speak for one device in one space, at one server, for a quarter of an hour."""

    space: bytes
    text: str = field(repr=False)
    expires: float
    """By the clock of this process (`time.monotonic`), a minute early."""


@dataclass(frozen=True, slots=True)
class Info:
    """What a server says about itself; nothing but sizes depends on it."""

    registration: str
    now: float


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of a batch: the log's head, and how many of its envelopes were new."""

    head: int
    new: int


@dataclass(frozen=True, slots=True)
class Page:
    """The log's head as the server tells it, and frames: a length and an envelope, one after the other."""

    head: int
    frames: bytes


class Server:
    """One server, at one origin. `pin` is the SHA-256 of a certificate that nobody else has signed, in hexadecimal.

    Every call blocks and ends within `TOTAL_SECONDS` (`wait`: as long as it was told, and five seconds). Calls from
    several threads do not disturb each other.
    """

    def __init__(self, address: str, *, pin: str | None = None, total: float = TOTAL_SECONDS) -> None:
        self.origin = origin_of(address)
        scheme, _, rest = self.origin.partition("://")
        if scheme != "https" and rest.rpartition(":")[0] not in _LOOPBACK:
            raise ValueError("a server that is not on this computer is reached by https")
        self._total = total
        # Without a session above it: that would merge settings of the machine into each question, keep a server's cookies
        # and take a third of the time of a short question.
        self._adapter = _Adapter(pin)
        self._verify = pin is None
        self._lines: set[_Line] = set()

    def close(self) -> None:
        """Let go of the connections; a question that is still open ends with `NoAnswer`."""
        for line in tuple(self._lines):
            line.cut()
        self._adapter.close()

    # ------------------------------------------------------------------ what a server can do

    def info(self) -> Info:
        """What kind of server it is; `OddAnswer` when it is none."""
        answer = self._json("GET", "/v1/info")
        if answer.get("fika") != 1 or not isinstance(answer.get("registration"), str):
            raise OddAnswer(reason="not-fika")
        return Info(answer["registration"], _number(answer, "now"))

    def introduce(self, space: bytes, keys: DeviceKeys, invitation: str | None = None) -> None:
        """Make this device known, before it founds a space there."""
        body = {"space": space.hex(), "sign": keys.signing.public.hex(), "box": keys.box_public.hex()}
        if invitation is not None:
            body["invitation"] = invitation
        self._json("POST", "/v1/devices", body)

    def session(self, space: bytes, keys: DeviceKeys, root: SigningKey | None = None) -> Token:
        """Prove that this device is who it is in a space; with the root key, that it is a person's who was in there."""
        began = time.monotonic()
        who = {"space": space.hex(), "device": keys.id.hex()}
        nonce = _text(self._json("POST", "/v1/challenge", who), "nonce", 1024)
        signed = proof(keys.signing, SESSION, origin=self.origin, nonce=nonce, space=space, device=keys.id)
        body = {**who, "nonce": nonce, "signature": signed.hex()}
        if root is not None:
            also = proof(root, ROOT, origin=self.origin, nonce=nonce, space=space, device=keys.id)
            body |= {"root": root.public.hex(), "root_signature": also.hex()}
        answer = self._json("POST", "/v1/session", body)
        return Token(space, _text(answer, "token", 1024), began + 14 * 60)

    def found(self, token: Token, genesis: bytes, frames: bytes) -> Pushed:
        """Put a new space on the server: its genesis record and the first envelopes."""
        return _pushed(self._json("POST", f"/v1/spaces/{token.space.hex()}", genesis + frames, token=token))

    def push(self, token: Token, frames: bytes) -> Pushed:
        """Send a batch, all or nothing; sending it again is harmless."""
        return _pushed(self._json("POST", f"/v1/spaces/{token.space.hex()}/log", frames, token=token, more=_TERSE))

    def pull(self, token: Token, after: int, *, at: bytes | None = None, limit: int = BATCH_ENVELOPES) -> Page:
        """The next page of a log behind a position. `at` is the id of the envelope there, as a check."""
        query = f"?after={after}" + (f"&at={at.hex()}" if at else "")
        query += f"&limit={limit}" if limit < BATCH_ENVELOPES else ""
        raw = self._ask("GET", f"/v1/spaces/{token.space.hex()}/log{query}", token=token, most=PAGE_BYTES)
        if len(raw) < 8:
            raise OddAnswer(reason="page")
        return Page(int.from_bytes(raw[:8], "big"), raw[8:])

    def heads(self, token: Token) -> tuple[int, dict[bytes, tuple[int, bytes]]]:
        """The log's head, and what the server has of each device: the last sequence and its id."""
        answer = self._json("GET", f"/v1/spaces/{token.space.hex()}/heads", token=token)
        devices = answer.get("devices")
        if not isinstance(devices, Mapping):
            raise OddAnswer(reason="heads")
        try:
            found = {bytes.fromhex(name): (int(last), bytes.fromhex(id)) for name, (last, id) in devices.items()}
        except (TypeError, ValueError) as exc:
            raise OddAnswer(reason="heads") from exc
        return int(_number(answer, "head")), found

    def put_keyring(self, id: bytes, secret: bytes, sealed: bytes, token: Token) -> None:
        """Put a sealed keyring where the recovery key finds it."""
        opens = {"Authorization": f"Bearer {secret.hex()}", "Fika-Session": token.text}
        self._ask("PUT", f"/v1/keyrings/{id.hex()}", sealed, most=JSON_BYTES, more=opens)

    def keyring(self, id: bytes, secret: bytes) -> bytes | None:
        """The sealed keyring in that place; None if there is none, or not under that word."""
        opens = {"Authorization": f"Bearer {secret.hex()}"}
        try:
            return self._ask("GET", f"/v1/keyrings/{id.hex()}", most=KEYRING_BYTES, more=opens)
        except ServerRefuses as exc:
            if exc.facts["status"] != 404:
                raise
            return None

    def delete_keyring(self, id: bytes, secret: bytes) -> None:
        """Take a sealed keyring away; one that is not there is gone."""
        opens = {"Authorization": f"Bearer {secret.hex()}"}
        try:
            self._ask("DELETE", f"/v1/keyrings/{id.hex()}", most=JSON_BYTES, more=opens)
        except ServerRefuses as exc:
            if exc.facts["status"] != 404:
                raise

    def end_account(self, space: bytes, keys: DeviceKeys) -> None:
        """End what this device has in a space there: what it wrote is erased and not taken back. No way back from that."""
        token = self.session(space, keys)
        nonce = _text(
            self._json("POST", "/v1/challenge", {"space": space.hex(), "device": keys.id.hex()}), "nonce", 1024
        )
        signed = proof(keys.signing, ACCOUNT_END, origin=self.origin, nonce=nonce, space=space, device=keys.id)
        body = {"nonce": nonce, "signature": signed.hex()}
        self._ask("DELETE", "/v1/account", body, token=token, most=JSON_BYTES)

    def begin_again(self, space: bytes, keys: DeviceKeys, genesis: bytes, invitation: str | None = None) -> Token:
        """Take back that what this device had there was ended. A server that knows no such thing says that it is gone."""
        try:
            token = self.session(space, keys)
        except ServerRefuses as exc:
            if exc.facts["status"] not in (401, 403):
                raise
            self.introduce(space, keys, invitation)
            token = self.session(space, keys)
        began = time.monotonic()
        who = {"space": space.hex(), "device": keys.id.hex()}
        nonce = _text(self._json("POST", "/v1/challenge", who), "nonce", 1024)
        signed = proof(keys.signing, ACCOUNT_AGAIN, origin=self.origin, nonce=nonce, space=space, device=keys.id)
        body = {"nonce": nonce, "signature": signed.hex(), "genesis": genesis.hex()}
        try:
            answer = self._json("POST", "/v1/account", body, token=token)
        except ServerRefuses as exc:
            if exc.facts["status"] not in (404, 405):
                raise
            raise SpaceDeletedThere from exc
        return Token(space, _text(answer, "token", 1024), began + 14 * 60)

    def wait(
        self, tokens: Sequence[Token], after: Mapping[bytes, int], seconds: int = WAIT_SECONDS
    ) -> dict[bytes, int]:
        """Heads that moved on, as soon as there is one; nothing when the time is over."""
        body = {"after": {space.hex(): at for space, at in after.items()}, "seconds": seconds}
        answer = self._json("POST", "/v1/wait", body, tokens=tokens, total=seconds + 5.0)
        heads = answer.get("heads")
        if not isinstance(heads, Mapping):
            raise OddAnswer(reason="heads")
        try:
            return {bytes.fromhex(space): int(head) for space, head in heads.items()}
        except (TypeError, ValueError) as exc:
            raise OddAnswer(reason="heads") from exc

    def events(self, tokens: Sequence[Token], stop: threading.Event) -> Iterator[tuple[bytes, int]]:
        """News as the server tells it, until the server or `stop` ends it. A poke says where to look, never what."""
        with self._open("GET", "/v1/events", tokens=tokens, total=None) as (response, line):
            if response.status_code != 200:
                _fail(response.status_code, _object(_read(response, JSON_BYTES, line)), response.headers)
            rest = b""
            while not stop.is_set():
                got = response.raw.read1(EVENT_BYTES)
                if not got:
                    return
                *whole, rest = (rest + got).split(b"\n")
                if len(rest) > EVENT_BYTES:
                    raise OddAnswer(reason="event")
                for one in whole:
                    if one.startswith(b"data: "):
                        yield _event(one[6:])

    # ------------------------------------------------------------------ inside

    def _json(
        self,
        method: Literal["GET", "POST"],
        path: str,
        body: Mapping[str, object] | bytes | None = None,
        *,
        token: Token | None = None,
        tokens: Sequence[Token] = (),
        total: float | None = None,
        more: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        raw = self._ask(method, path, body, token=token, tokens=tokens, most=JSON_BYTES, total=total, more=more)
        return _object(raw)

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | bytes | None = None,
        *,
        token: Token | None = None,
        tokens: Sequence[Token] = (),
        most: int,
        total: float | None = None,
        more: Mapping[str, str] | None = None,
    ) -> bytes:
        """One question and its whole answer, or a typed error."""
        with self._open(
            method, path, body, tokens=[token] if token else tokens, total=total or self._total, more=more
        ) as (response, line):
            return self._whole(response, line, most)

    @staticmethod
    def _whole(response: requests.Response, line: "_Line", most: int) -> bytes:
        """All of an answer that has begun, or the typed error that it is."""
        good = 200 <= response.status_code < 300
        raw = _read(response, most if good else REFUSAL_BYTES, line)
        if not good:
            _fail(response.status_code, _object(raw) if raw[:1] == b"{" else {}, response.headers)
        return raw

    @contextmanager
    def _open(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | bytes | None = None,
        *,
        tokens: Sequence[Token],
        total: float | None,
        more: Mapping[str, str] | None = None,
    ) -> Iterator[tuple[requests.Response, "_Line"]]:
        """A question whose answer has begun. The whole of it is cut off after `total` seconds, however it drips."""
        headers = dict(more or {})
        data: bytes | None = None
        if isinstance(body, bytes):
            data = body
        elif body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        if tokens:
            headers["Authorization"] = "Bearer " + ",".join(token.text for token in tokens)
        with _line(total) as line:
            self._lines.add(line)
            try:
                response = self._adapter.send(
                    self._question(method, path, headers, data),
                    timeout=(CONNECT_SECONDS, max(READ_SECONDS, total or 45.0)),
                    verify=self._verify,
                    stream=True,
                )
                with response:
                    yield response, line
            except requests.exceptions.SSLError as exc:
                raise BadServerCertificate from exc
            except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as exc:
                raise NoAnswer(reason="late" if line.late.is_set() else "away") from exc
            except (requests.exceptions.RequestException, HTTPError, OSError) as exc:
                raise (NoAnswer(reason="late") if line.late.is_set() else OddAnswer(reason="http")) from exc
            finally:
                self._lines.discard(line)

    def _question(
        self, method: str, path: str, headers: Mapping[str, str], data: bytes | None
    ) -> requests.PreparedRequest:
        asked = requests.PreparedRequest()
        asked.method, asked.url, asked.body = method, self._base + path, data
        asked.headers = CaseInsensitiveDict({**_PLAIN, **headers})
        if data or method != "GET":
            asked.headers["Content-Length"] = str(len(data or b""))
        return asked

    @cached_property
    def _base(self) -> str:
        """The origin as it is asked: a host with other letters in ASCII."""
        found = requests.Request("GET", self.origin + "/").prepare().url
        assert found is not None
        return found.removesuffix("/")


# ---------------------------------------------------------------------- answers


def _read(response: requests.Response, most: int, line: "_Line") -> bytes:
    """All of an answer; one that is longer than it may be is dropped without reading on."""
    found = bytearray()
    while True:
        part = response.raw.read(min(65536, most + 1 - len(found)), decode_content=False)
        if not part:
            break
        found += part
        if len(found) > most:
            raise OddAnswer(reason="too-long")
    if line.late.is_set():
        raise NoAnswer(reason="late")
    return bytes(found)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = strict_json.read(raw, size=REFUSAL_BYTES)
    except BadJson as exc:
        raise OddAnswer(reason="json") from exc
    if not isinstance(found, dict):
        raise OddAnswer(reason="json")
    return found


def _fail(status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """The typed error for an answer that is none."""
    word = said.get("error") if isinstance(said.get("error"), str) else ""
    match status, word:
        case 401, "session":
            raise SessionOver
        case 403, "closed":
            raise RegistrationClosed
        case 409, "gap":
            raise LogGap(**_place(said))
        case 409, "fork":
            raise LogFork(held=_held(said), **_place(said))
        case 409, "cursor":
            raise LogUnknown
        case 410, _:
            raise SpaceDeletedThere
        case 507, _:
            raise ServerFull
        case ((429 | 503), _):
            raise ServerBusy(after=_seconds(headers))
        case _ if 300 <= status < 400:
            raise OddAnswer(reason="redirect")
        case _ if status >= 500:
            raise ServerBusy(after=0)
        case _:
            raise ServerRefuses(status=status, reason=str(word or "-")[:32])


def _place(said: Mapping[str, Any]) -> dict[str, Any]:
    try:
        id = said.get("id")
        return {
            "device": bytes.fromhex(said["device"]),
            "sequence": int(said["sequence"]),
            **({"id": bytes.fromhex(id)} if isinstance(id, str) else {}),
        }
    except (KeyError, TypeError, ValueError) as exc:
        raise OddAnswer(reason="place") from exc


def _held(said: Mapping[str, Any]) -> bytes:
    if said.get("held", "") is None:  # it was purged since
        return b""
    try:
        return base64.b64decode(said["held"], validate=True)
    except (KeyError, TypeError, ValueError) as exc:
        raise OddAnswer(reason="held") from exc


def _seconds(headers: Mapping[str, str]) -> int:
    told = headers.get("Retry-After", "")
    return min(int(told), 3600) if told.isascii() and told.isdecimal() else 0


def _text(answer: Mapping[str, Any], name: str, most: int) -> str:
    found = answer.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= most or not found.isascii() or not found.isprintable():
        raise OddAnswer(reason=name)
    return found


def _number(answer: Mapping[str, Any], name: str) -> float:
    found = answer.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < 1 << 63:
        raise OddAnswer(reason=name)
    return found


def _pushed(answer: Mapping[str, Any]) -> Pushed:
    return Pushed(int(_number(answer, "head")), int(_number(answer, "new")))


def _event(said: bytes) -> tuple[bytes, int]:
    space, _, head = said.strip().partition(b" ")
    try:
        return bytes.fromhex(space.decode()), int(head)
    except ValueError as exc:
        raise OddAnswer(reason="event") from exc


# ---------------------------------------------------------------------- time and trust


class _Using(threading.local):
    """Which question a thread is asking, so that its connection can tell where the line is."""

    line: "_Line | None" = None


class _Line:
    """The line of one question, cut by a timer. A read's own time limit begins anew at each byte that drips in."""

    def __init__(self) -> None:
        self.late = threading.Event()
        self._guard = threading.Lock()
        self._socket: socket.socket | None = None
        self._over = False

    def holds(self, line: socket.socket | None) -> None:
        with self._guard:
            self._socket = line
        if self.late.is_set():
            self.cut()

    def cut(self) -> None:
        with self._guard:
            if self._over:
                return
            self.late.set()
            if self._socket is not None:
                with contextlib.suppress(OSError):  # it is gone already: that is what was wanted
                    self._socket.shutdown(socket.SHUT_RDWR)

    @property
    def is_over(self) -> bool:
        return self._over

    def over(self) -> None:
        with self._guard:
            self._over = True
            self._socket = None


class _Watch:
    """One thread that cuts lines whose time is over. A timer of its own for each question would be a thread for each."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._ends: list[tuple[float, int, _Line]] = []
        self._count = itertools.count()
        self._runs = False

    def add(self, line: _Line, seconds: float) -> None:
        """Cut the line then, unless its question is over by then."""
        end = time.monotonic() + seconds
        with self._wake:
            heapq.heappush(self._ends, (end, next(self._count), line))
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name="fika-lines", daemon=True).start()
            elif self._ends[0][2] is line:
                self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while self._ends and (self._ends[0][2].is_over or self._ends[0][0] <= time.monotonic()):
                    heapq.heappop(self._ends)[2].cut()
                wait = self._ends[0][0] - time.monotonic() if self._ends else _IDLE_SECONDS
                if not self._wake.wait(max(0.0, wait)) and not self._ends:
                    self._runs = False
                    return


_using = _Using()
_watch = _Watch()


@contextmanager
def _line(total: float | None) -> Iterator[_Line]:
    line = _using.line = _Line()
    if total is not None:
        _watch.add(line, total)
    try:
        yield line
    finally:
        line.over()
        _using.line = None


class _Http(urllib3.connection.HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _tell(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _tell(self.sock)  # a connection that was kept
        with _in_one_piece(self):
            super().request(*args, **kwargs)


class _Https(urllib3.connection.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _tell(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _tell(self.sock)
        with _in_one_piece(self):
            super().request(*args, **kwargs)


@contextmanager
def _in_one_piece(connection: urllib3.connection.HTTPConnection) -> Iterator[None]:
    """Head and body of a question leave together: one packet instead of two, and the server wakes up once."""
    plain = connection.send
    parts: list[bytes] = []

    def gather(data: Any) -> None:
        parts.append(bytes(data))

    connection.send = gather  # type: ignore[method-assign]  # for this one question
    try:
        yield
    finally:
        connection.send = plain  # type: ignore[method-assign]  # as it was
    plain(b"".join(parts))


def _tell(line: socket.socket | None) -> None:
    if _using.line is not None:
        _using.line.holds(line)


class _HttpPool(urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = _Http  # pyright: ignore[reportAssignmentType] - the protocol declares class constants as variables


class _HttpsPool(urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = _Https  # pyright: ignore[reportAssignmentType] - the protocol declares class constants as variables


class _Adapter(HTTPAdapter):
    """Connections that can be cut, and, with a pin, one certificate that is trusted instead of the world's."""

    def __init__(self, pin: str | None) -> None:
        self._pin = pin
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        if self._pin is not None:
            kwargs["assert_fingerprint"] = self._pin
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
