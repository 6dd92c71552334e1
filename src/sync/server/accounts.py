"""Who is speaking: introductions, challenges, sessions. No password, no name, no address is kept.

A challenge is stateless: time and place under a key that all processes share. It is used up by the session that
answers it. A session is one device in one space; its token is kept as a digest, and names its space, so that
looking it up touches that space alone.
"""

import hashlib
import hmac
import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sync.protocol.envelope import ID_BYTES
from sync.server.database import Database
from sync.server.refusal import Refusal

CHALLENGE_SECONDS: Final = 60
SESSION_SECONDS: Final = 15 * 60
TRUSTED_SECONDS: Final = 30
"""How long this process believes a session without asking the database, which another process may have ended."""
INTRODUCED_DAYS: Final = 1

_KEPT: Final = 20_000
_CLOCK_BYTES: Final = 4
_RANDOM_BYTES: Final = 12
_MAC_BYTES: Final = 16
_TOKEN_BYTES: Final = ID_BYTES + 16


@dataclass(frozen=True, slots=True)
class Session:
    """One device in one space, until a moment. `root`: the party whose root key vouched for the device."""

    space: bytes
    device: bytes
    expires: int
    root: bytes | None = None


class Accounts:
    """Devices that were introduced, and their sessions."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._key = b""
        self._known: OrderedDict[bytes, tuple[Session, float]] = OrderedDict()

    def start(self) -> None:
        """Get or make what all processes share."""
        with self._database.write() as work:
            work.run("insert into common (name, value) values ('challenge', ?) on conflict do nothing", os.urandom(32))
            row = work.one("select value from common where name = 'challenge'")
        if row is None:
            raise AssertionError("the key was just written")
        self._key = bytes(row[0])

    def challenge(self, space: bytes, device: bytes) -> str:
        """A nonce for this device in this space; nothing is kept and nothing looked up."""
        front = int(self._clock()).to_bytes(_CLOCK_BYTES, "big") + os.urandom(_RANDOM_BYTES)
        return _text(front + self._mac(front, space, device))

    def check_challenge(self, nonce: str, space: bytes, device: bytes) -> None:
        """Refuse a nonce that we did not make for this, or not lately."""
        raw = _bytes(nonce, _CLOCK_BYTES + _RANDOM_BYTES + _MAC_BYTES)
        if raw is None:
            raise Refusal(401, "nonce")
        front, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        age = self._clock() - int.from_bytes(front[:_CLOCK_BYTES], "big")
        if not hmac.compare_digest(mac, self._mac(front, space, device)) or not -1 <= age <= CHALLENGE_SECONDS:
            raise Refusal(401, "nonce")

    def introduced(self, space: bytes, device: bytes) -> bytes | None:
        """The signing key with which a device introduced itself."""
        with self._database.read() as work:
            row = work.one("select sign from introduced where space = ? and device = ?", space, device)
        return row[0] if row else None

    def introduce(self, space: bytes, device: bytes, sign: bytes, ticket: bytes | None) -> bool:
        """Remember a device's key, and use up the invitation token if one is asked for; whether it was new."""
        now = self._clock()
        with self._database.write() as work:
            work.run("delete from introduced where space = ? and made < ?", space, int(now // 86_400) - INTRODUCED_DAYS)
            if work.one("select made from introduced where space = ? and device = ?", space, device):
                return False
            if ticket is not None:
                statement = "update ticket set uses = uses - 1 where token = ? and uses > 0 and expires > ?"
                if not work.run(statement, hashlib.sha256(ticket).digest(), int(now)):
                    raise Refusal(403, "closed")
            work.run(
                "insert into introduced (space, device, sign, made) values (?, ?, ?, ?)",
                space,
                device,
                sign,
                int(now // 86_400),
            )
        return True

    def open(self, space: bytes, device: bytes, nonce: str, root: bytes | None = None) -> tuple[str, Session]:
        """A new session and its token. The challenge is used up."""
        token = space + os.urandom(_TOKEN_BYTES - ID_BYTES)
        now = int(self._clock())
        session = Session(space, device, now + SESSION_SECONDS, root)
        used = hashlib.sha256(nonce.encode()).digest()[:16]
        with self._database.write() as work:
            work.run("delete from session where space = ? and expires < ?", space, now)
            added = work.run(
                "insert into session (space, token, nonce, device, root, expires) values (?, ?, ?, ?, ?, ?) "
                "on conflict do nothing",
                space,
                hashlib.sha256(token).digest(),
                used,
                device,
                root,
                session.expires,
            )
        if not added:
            raise Refusal(401, "nonce")
        return _text(token), session

    def session(self, token: str) -> Session:
        """Whose token this is, or a refusal."""
        said = hashlib.sha256(token.encode()).digest()
        now = self._clock()
        known = self._known.get(said)
        if known is None or known[1] < now:
            raw = _bytes(token, _TOKEN_BYTES)
            row = self._kept(raw) if raw is not None else None
            if raw is None or row is None:
                self._known.pop(said, None)
                raise Refusal(401, "session")
            known = (Session(raw[:ID_BYTES], row[0], row[1], row[2]), now + TRUSTED_SECONDS)
            self._known[said] = known
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        if known[0].expires < now:
            raise Refusal(401, "session")
        return known[0]

    def _kept(self, raw: bytes) -> tuple[Any, ...] | None:
        """What the database has of a token."""
        with self._database.read() as work:
            return work.one(
                "select device, expires, root from session where space = ? and token = ?",
                raw[:ID_BYTES],
                hashlib.sha256(raw).digest(),
            )

    def end(self, space: bytes, device: bytes) -> None:
        """End every session of a device, and its introduction."""
        with self._database.write() as work:
            work.run("delete from session where space = ? and device = ?", space, device)
            work.run("delete from introduced where space = ? and device = ?", space, device)
        for digest, (session, _) in list(self._known.items()):
            if (session.space, session.device) == (space, device):
                self._known.pop(digest, None)

    def counts(self, space: bytes, device: bytes) -> tuple[int | None, int]:
        """The day of the introduction, and how many sessions are open: for the export."""
        with self._database.read() as work:
            row = work.one("select made from introduced where space = ? and device = ?", space, device)
            open_now = work.one(
                "select count(*) from session where space = ? and device = ? and expires >= ?",
                space,
                device,
                int(self._clock()),
            )
        return (row[0] if row else None), (open_now[0] if open_now else 0)

    def invite(self, uses: int, days: int) -> str:
        """A new invitation token for registration, shown once."""
        token = _text(os.urandom(18))
        with self._database.write() as work:
            work.run(
                "insert into ticket (token, uses, expires) values (?, ?, ?)",
                hashlib.sha256(token.encode()).digest(),
                uses,
                int(self._clock()) + days * 86_400,
            )
        return token

    def sweep(self) -> int:
        """Forget what has expired in all spaces: the one kind of statement that is not about one space."""
        now = int(self._clock())
        with self._database.write() as work:
            gone = work.run("delete from session where expires < ?", now)
            gone += work.run("delete from introduced where made < ?", now // 86_400 - INTRODUCED_DAYS)
            gone += work.run("delete from ticket where expires < ? or uses < 1", now)
            work.run("delete from message where invitation in (select id from invitation where expires < ?)", now)
            gone += work.run("delete from invitation where expires < ?", now)
        # Also for what was erased while somebody read, a backup for one: then the old bytes had to stay for them.
        self._database.scrub()
        return gone

    def _mac(self, front: bytes, space: bytes, device: bytes) -> bytes:
        return hmac.digest(self._key, front + space + device, "sha256")[:_MAC_BYTES]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str, size: int) -> bytes | None:
    """The bytes behind a text of ours: exactly so many, written in the one way in which we write them."""
    if len(text) > 2 * size:
        return None
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return raw if len(raw) == size and _text(raw) == text else None
