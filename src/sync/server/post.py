"""A programme's post: sealed parcels from its members, and one sealed answer for each of them. No account is needed to
send or to fetch one's answer; only the space that opened the box reads what came.
"""

import hashlib
import hmac
from typing import Final

from sync.server.database import Database
from sync.server.refusal import Refusal, unknown

PARCEL_ID_BYTES: Final = 16
PARCELS: Final = 1_000
REPLIES: Final = 2_000
BOX_BYTES: Final = 64 << 20
PAGE_BYTES: Final = 1 << 20
KEPT_DAYS: Final = 180


class Post:
    """What waits for a coordinator, and what waits for members."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, space: bytes, secret: bytes, parcel: bytes, today: int) -> None:
        """A parcel into a box, for whoever has its secret. The same one again is no new one."""
        with self._database.write() as work:
            row = work.one("select secret from box where space = ? {lock}", space)
            if row is None or not hmac.compare_digest(row[0], hashlib.sha256(secret).digest()):
                raise unknown()
            id = parcel_id(parcel)
            if work.one("select day from parcel where space = ? and id = ?", space, id) is not None:
                return
            held = work.one("select count(*), coalesce(sum(length(bytes)), 0) from parcel where space = ?", space)
            if held is None or held[0] >= PARCELS:
                raise Refusal(507, "quota", limit=PARCELS)
            if int(held[1]) + len(parcel) > BOX_BYTES:
                raise Refusal(507, "quota", limit=BOX_BYTES)
            work.run("insert into parcel (space, id, day, bytes) values (?, ?, ?, ?)", space, id, today, parcel)

    def read(self, space: bytes, after: bytes) -> list[bytes]:
        """A page of what waits, in the order of the ids, which says nothing of when it came."""
        with self._database.read() as work:
            if work.one("select secret from box where space = ?", space) is None:
                raise unknown()
            found: list[bytes] = []
            size = 0
            for (parcel,) in work.each("select bytes from parcel where space = ? and id > ? order by id", space, after):
                if size + len(parcel) > PAGE_BYTES:
                    break
                found.append(parcel)
                size += len(parcel)
        return found

    def delete(self, space: bytes, id: bytes) -> None:
        """Remove what was read; what is not there is gone."""
        with self._database.write() as work:
            work.run("delete from parcel where space = ? and id = ?", space, id)
        self._database.scrub("parcel")

    def answer(self, id: bytes, space: bytes, sealed: bytes, today: int) -> None:
        """Put an answer for a member there, in the place of the one before; only the space that put that one may."""
        name = hashlib.sha256(id).digest()
        with self._database.write() as work:
            if work.one("select secret from box where space = ? {lock}", space) is None:
                raise unknown()
            row = work.one("select space from reply where id = ?", name)
            if row is not None and row[0] != space:
                raise Refusal(409, "exists")
            held = work.one(
                "select count(*), coalesce(sum(length(bytes)), 0) from reply where space = ? and id <> ?", space, name
            )
            if held is None or held[0] >= REPLIES:
                raise Refusal(507, "quota", limit=REPLIES)
            if int(held[1]) + len(sealed) > BOX_BYTES:
                raise Refusal(507, "quota", limit=BOX_BYTES)
            work.run("delete from reply where id = ?", name)
            work.run("insert into reply (id, space, day, bytes) values (?, ?, ?, ?)", name, space, today, sealed)
        self._database.scrub("reply")

    def fetch(self, id: bytes) -> bytes:
        """The answer under an id."""
        with self._database.read() as work:
            row = work.one("select bytes from reply where id = ?", hashlib.sha256(id).digest())
        if row is None:
            raise unknown()
        return bytes(row[0])

    def close(self, space: bytes) -> None:
        """Remove a box with all that waits in it, and every answer."""
        with self._database.write() as work:
            work.one("select secret from box where space = ? {lock}", space)
            work.run("delete from parcel where space = ?", space)
            work.run("delete from reply where space = ?", space)
            work.run("delete from slip where space = ?", space)
            work.run("delete from box where space = ?", space)
        self._database.scrub("parcel", "reply", "slip")

    def held(self, space: bytes) -> tuple[int, int]:
        """How many parcels and answers a space has here."""
        with self._database.read() as work:
            parcels = work.one("select count(*) from parcel where space = ?", space)
            replies = work.one("select count(*) from reply where space = ?", space)
        return (parcels or (0,))[0], (replies or (0,))[0]

    def sweep(self, today: int) -> int:
        """Forget what nobody has fetched for half a year: its sender keeps it until it is acknowledged."""
        with self._database.write() as work:
            gone = work.run("delete from parcel where day < ?", today - KEPT_DAYS)
            gone += work.run("delete from reply where day < ?", today - KEPT_DAYS)
        self._database.scrub("parcel", "reply")
        return gone


def parcel_id(parcel: bytes) -> bytes:
    """What a parcel is called: whoever has its bytes knows it."""
    return hashlib.sha256(parcel).digest()[:PARCEL_ID_BYTES]
