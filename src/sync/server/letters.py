"""What is small and not a log: blobs, letter boxes for pairing, keyrings, and boxes without names."""

import hashlib
import hmac
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sync.protocol import REPLACED
from sync.server.database import Database, Work
from sync.server.log import Full
from sync.server.refusal import Refusal, forbidden, unknown

PART_BYTES: Final = 1 << 20
MESSAGE_BYTES: Final = 16 << 10
MESSAGES: Final = 16
OPEN_INVITATIONS: Final = 20
INVITATION_SECONDS: Final = 7 * 86_400
KEYRING_BYTES: Final = 256 << 10
SLIP_BYTES: Final = 4_096
SLIPS: Final = 10_000
BATCH: Final = 5
BATCH_MOST: Final = 250
"""What goes out at once, about 1 MiB; who was drawn for it says nothing."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A sealed attachment, whole when `stored` is its size."""

    device: bytes
    size: int
    stored: int


class Blobs:
    """Sealed attachments, each under the digest of its bytes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, space: bytes, id: bytes) -> Blob | None:
        """How far a blob is."""
        with self._database.read() as work:
            row = work.one("select device, size, stored from blob where space = ? and id = ?", space, id)
        return Blob(*row) if row else None

    def put(
        self, space: bytes, id: bytes, device: bytes, part: bytes, *, at: int, size: int, limit: int, today: int
    ) -> Blob:
        """Add the next part. A part that is there already changes nothing; a hole is refused."""
        with self._database.write() as work:
            room = work.one("select bytes, gone from space where id = ? {lock}", space)
            if room is None or room[1] is not None:
                raise forbidden()
            row = work.one("select device, size, stored from blob where space = ? and id = ?", space, id)
            blob = Blob(*row) if row else Blob(device, size, 0)
            if blob.size != size:
                raise Refusal(409, "exists")
            if at + len(part) <= blob.stored:
                return blob
            if at != blob.stored:
                raise Refusal(416, "range", stored=blob.stored)
            if room[0] + len(part) > limit:
                raise Full
            if row is None:
                work.run(
                    "insert into blob (space, id, device, size, stored, made) values (?, ?, ?, ?, 0, ?)",
                    space,
                    id,
                    device,
                    size,
                    today,
                )
            work.run("insert into blob_part (space, id, at, bytes) values (?, ?, ?, ?)", space, id, at, part)
            work.run("update blob set stored = ? where space = ? and id = ?", at + len(part), space, id)
            work.run("update space set bytes = bytes + ? where id = ?", len(part), space)
            blob = Blob(blob.device, size, at + len(part))
            honest = blob.stored < size or self._digest(work, space, id) == id
            if not honest:
                self._delete(work, space, id)
        if not honest:
            raise Refusal(422, "envelope", reason="digest")
        return blob

    def read(self, space: bytes, id: bytes, first: int, last: int) -> bytes:
        """The bytes from first to last, both included."""
        with self._database.read() as work:
            parts = work.rows(
                "select at, bytes from blob_part where space = ? and id = ? and at <= ? and at + length(bytes) > ? order by at",
                space,
                id,
                last,
                first,
            )
        return b"".join(part[max(0, first - at) : last + 1 - at] for at, part in parts)

    def delete(self, space: bytes, id: bytes) -> None:
        """Remove a blob and give its room back."""
        with self._database.write() as work:
            work.one("select head from space where id = ? {lock}", space)
            self._delete(work, space, id)
        self._database.scrub("blob_part")

    def of_device(self, space: bytes, device: bytes) -> list[tuple[bytes, int]]:
        """The ids and sizes of what a device has sent."""
        with self._database.read() as work:
            return [
                (row[0], row[1])
                for row in work.rows("select id, size from blob where space = ? and device = ?", space, device)
            ]

    def _delete(self, work: Work, space: bytes, id: bytes) -> None:
        row = work.one("select stored from blob where space = ? and id = ?", space, id)
        if row is not None:
            work.run("delete from blob_part where space = ? and id = ?", space, id)
            work.run("delete from blob where space = ? and id = ?", space, id)
            work.run("update space set bytes = bytes - ? where id = ?", row[0], space)

    def _digest(self, work: Work, space: bytes, id: bytes) -> bytes:
        digest = hashlib.sha256()
        for (part,) in work.each("select bytes from blob_part where space = ? and id = ? order by at", space, id):
            digest.update(part)
        return digest.digest()


class Letters:
    """Letter boxes for pairing. Who knows the id may put in and take out; the id is kept as a digest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, id: bytes, space: bytes, device: bytes, expires: int, now: int) -> None:
        """A new box; the same again is fine."""
        if not now < expires <= now + INVITATION_SECONDS:
            raise Refusal(400, "malformed", at="expires")
        name = hashlib.sha256(id).digest()
        with self._database.write() as work:
            row = work.one("select space, device, expires from invitation where id = ?", name)
            if row is not None:
                if row == (space, device, expires):
                    return
                raise Refusal(409, "exists")
            count = work.one("select count(*) from invitation where space = ? and expires >= ?", space, now)
            if count is None or count[0] >= OPEN_INVITATIONS:
                raise Refusal(507, "quota", limit=OPEN_INVITATIONS)
            work.run(
                "insert into invitation (id, space, device, expires, count) values (?, ?, ?, ?, 0)",
                name,
                space,
                device,
                expires,
            )

    def put(self, id: bytes, message: bytes, now: int) -> int:
        """Put a message in; how many there are. The same message again is no new one."""
        name = hashlib.sha256(id).digest()
        with self._database.write() as work:
            row = work.one("select count from invitation where id = ? and expires >= ? {lock}", name, now)
            if row is None:
                raise unknown()
            if work.one("select number from message where invitation = ? and bytes = ?", name, message):
                return int(row[0])
            if row[0] >= MESSAGES:
                raise Refusal(409, "exists")
            work.run("insert into message (invitation, number, bytes) values (?, ?, ?)", name, row[0] + 1, message)
            work.run("update invitation set count = count + 1 where id = ?", name)
        return int(row[0]) + 1

    def take(self, id: bytes, after: int, now: int) -> list[bytes]:
        """The messages after the first so many."""
        name = hashlib.sha256(id).digest()
        with self._database.read() as work:
            if work.one("select count from invitation where id = ? and expires >= ?", name, now) is None:
                raise unknown()
            return [
                row[0]
                for row in work.rows(
                    "select bytes from message where invitation = ? and number > ? order by number", name, after
                )
            ]

    def close(self, id: bytes, space: bytes) -> None:
        """Remove a box and what lies in it; only the space that opened it may."""
        name = hashlib.sha256(id).digest()
        with self._database.write() as work:
            if not work.run("delete from invitation where id = ? and space = ?", name, space):
                raise unknown()
            work.run("delete from message where invitation = ?", name)
        self._database.scrub("message")

    def of_device(self, space: bytes, device: bytes) -> list[tuple[int, int]]:
        """When a device's open boxes expire, and how many messages they hold."""
        with self._database.read() as work:
            return [
                (row[0], row[1])
                for row in work.rows(
                    "select expires, count from invitation where space = ? and device = ?", space, device
                )
            ]


class Keyrings:
    """What a recovery key finds. Who has no secret cannot tell whether there is one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, id: bytes, secret: bytes) -> bytes:
        with self._database.read() as work:
            row = work.one("select secret, bytes from keyring where id = ?", hashlib.sha256(id).digest())
        if row is None or not hmac.compare_digest(row[0], hashlib.sha256(secret).digest()):
            raise unknown()
        return bytes(row[1])

    def put(self, id: bytes, secret: bytes, sealed: bytes, *, admit: Callable[[], None], today: int) -> bool:
        """Replace a keyring, or put the first one there unless `admit` refuses its writer; whether it was the first.

        Where the mark of a replaced one lies, it stays: two devices of a person may be here at the same moment.
        """
        name = hashlib.sha256(id).digest()
        with self._database.write() as work:
            row = work.one("select secret, bytes from keyring where id = ? {lock}", name)
            if row is None:
                admit()
                work.run(
                    "insert into keyring (id, secret, bytes, made) values (?, ?, ?, ?)",
                    name,
                    hashlib.sha256(secret).digest(),
                    sealed,
                    today,
                )
            elif not hmac.compare_digest(row[0], hashlib.sha256(secret).digest()):
                raise unknown()
            elif bytes(row[1]) == REPLACED != sealed:  # a device that has not heard of it yet
                raise Refusal(409, "replaced")
            else:
                work.run("update keyring set bytes = ?, made = ? where id = ?", sealed, today, name)
        return row is None

    def delete(self, id: bytes, secret: bytes) -> None:
        name = hashlib.sha256(id).digest()
        with self._database.write() as work:
            row = work.one("select secret from keyring where id = ? {lock}", name)
            if row is None or not hmac.compare_digest(row[0], hashlib.sha256(secret).digest()):
                raise unknown()
            work.run("delete from keyring where id = ?", name)
        self._database.scrub("keyring")


class Boxes:
    """Boxes without names: a secret to put in, members take out, five or more at a time and shuffled."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, space: bytes, secret: bytes) -> None:
        with self._database.write() as work:
            work.run(
                "insert into box (space, secret) values (?, ?) on conflict (space) do update set secret = excluded.secret",
                space,
                hashlib.sha256(secret).digest(),
            )

    def put(self, space: bytes, secret: bytes, slip: bytes, today: int) -> None:
        with self._database.write() as work:
            row = work.one("select secret from box where space = ? {lock}", space)
            if row is None or not hmac.compare_digest(row[0], hashlib.sha256(secret).digest()):
                raise unknown()
            id = hashlib.sha256(slip).digest()[:16]  # whose answer was lost sends it again: it is still one
            if work.one("select day from slip where space = ? and id = ?", space, id) is not None:
                return
            count = work.one("select count(*) from slip where space = ?", space)
            if count is None or count[0] >= SLIPS:
                raise Refusal(507, "quota", limit=SLIPS)
            work.run("insert into slip (space, id, day, bytes) values (?, ?, ?, ?)", space, id, today, slip)

    def take(self, space: bytes) -> tuple[bytes, list[bytes]] | None:
        """The oldest batch that was not deleted, or a new one when five or more wait."""
        with self._database.write() as work:
            if work.one("select secret from box where space = ? {lock}", space) is None:
                raise unknown()
            row = work.one("select batch from slip where space = ? and batch is not null limit 1", space)
            if row is None:
                waiting = [row[0] for row in work.rows("select id from slip where space = ? and batch is null", space)]
                if len(waiting) < BATCH:
                    return None
                if len(waiting) > BATCH_MOST:
                    waiting = random.SystemRandom().sample(waiting, BATCH_MOST)
                row = (os.urandom(16),)
                for id in waiting:
                    work.run("update slip set batch = ? where space = ? and id = ?", row[0], space, id)
            slips = [one[0] for one in work.rows("select bytes from slip where space = ? and batch = ?", space, row[0])]
        random.SystemRandom().shuffle(slips)
        return row[0], slips

    def delete(self, space: bytes, batch: bytes) -> None:
        with self._database.write() as work:
            if not work.run("delete from slip where space = ? and batch = ?", space, batch):
                raise unknown()
        self._database.scrub("slip")
