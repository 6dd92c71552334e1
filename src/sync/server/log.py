"""Spaces and their logs, as the server keeps them: what was appended, at which position, and nothing of what it says.

A position is the space's head plus one, taken while the space's row is locked; so positions are without gaps,
whoever reads up to a head has seen everything below it, and no reader steps over a row that was slow to be
committed. Whether an envelope is to be believed is decided before it comes here, against a `Look`; `append` refuses
when the space has moved on since.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sync.protocol.envelope import Kind
from sync.server.database import Database, Work

FEW: Final = 4
"""So many envelopes are read together with their space: as many as come one after the other, no matter how long."""
POSITION_MAX: Final = (1 << 63) - 1
ALLOWANCE: Final = 150
"""Bytes that an envelope costs in the table and its indexes beside itself; they count against the quota."""


class Stale(Exception):
    """The space has changed since it was looked at: look again."""


class Full(Exception):
    """The space has no room for this."""


class Gone(Exception):
    """The space, or the device's account in it, was deleted here and is not put back."""


class Tip(NamedTuple):
    """The newest envelope that is held of a device."""

    sequence: int
    id: bytes
    ended: bool = False


class Row(NamedTuple):
    """An envelope on its way into the log."""

    device: bytes
    sequence: int
    id: bytes
    kind: int
    envelope: bytes


class Space(NamedTuple):
    """Where a space stands."""

    id: bytes
    genesis: bytes
    head: int
    controls: int
    bytes: int
    gone: bool
    purges: int = 0


class Look(NamedTuple):
    """A space, the tips of all its devices, and those envelopes of a batch that are there already."""

    space: Space
    tips: Mapping[bytes, Tip]
    held: Mapping[tuple[bytes, int], bytes]


class Page(NamedTuple):
    """Envelopes from a position on, and the space as it was then. `previous` is the one before, if it was asked for."""

    space: Space
    envelopes: list[bytes]
    previous: bytes | None = None

    @property
    def head(self) -> int:
        return self.space.head


@dataclass(frozen=True, slots=True)
class Erasure:
    """Envelopes whose body goes: the position by device and sequence, and what stays of them."""

    device: bytes
    sequence: int
    stripped: bytes


class Log:
    """The logs of all spaces, each on its own: no statement reaches from one into another."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def space(self, space: bytes) -> Space | None:
        """Where a space stands, or None when it was never founded here."""
        with self._database.read() as work:
            return _space(work, space)

    def heads(self, space: bytes) -> tuple[int, dict[bytes, Tip]]:
        """The head, and what is held of each device."""
        with self._database.read() as work:
            found = _space(work, space)
            return (found.head if found else 0), _tips(work, space)

    def controls(self, space: bytes, after: int, upto: int) -> list[bytes]:
        """The control records between two positions, in the order of the log."""
        statement = (
            "select envelope from log where space = ? and kind = ? and position > ? and position <= ? order by position"
        )
        with self._database.read() as work:
            return [row[0] for row in work.rows(statement, space, int(Kind.CONTROL), after, upto)]

    def look(self, space: bytes, spans: Mapping[bytes, tuple[int, int]]) -> Look | None:
        """The space as a batch meets it; `spans` are the first and last sequence of each device in the batch."""
        held: dict[tuple[bytes, int], bytes] = {}
        with self._database.read() as work:
            found = _space(work, space)
            if found is None:
                return None
            tips = _tips(work, space)
            for device, (first, last) in spans.items():
                tip = tips.get(device)
                if tip and first <= tip.sequence:
                    statement = (
                        "select sequence, envelope from log "
                        "where space = ? and device = ? and sequence >= ? and sequence <= ?"
                    )
                    for sequence, envelope in work.rows(statement, space, device, first, last):
                        held[device, sequence] = envelope
        return Look(found, tips, held)

    def found(self, space: bytes, genesis: bytes, today: int) -> None:
        """Make the space's empty log; nothing when it is there."""
        with self._database.write() as work:
            work.run(
                "insert into space (id, genesis, head, controls, bytes, purges, made) values (?, ?, 0, 0, 0, 0, ?) on conflict do nothing",
                space,
                genesis,
                today,
            )

    def at(self, space: bytes, device: bytes, sequence: int) -> bytes | None:
        """The envelope at a place of a device's chain."""
        statement = "select envelope from log where space = ? and device = ? and sequence = ?"
        with self._database.read() as work:
            row = work.one(statement, space, device, sequence)
        return row[0] if row else None

    def is_purged(self, space: bytes, id: bytes) -> bool:
        """Whether a purge has named that envelope."""
        with self._database.read() as work:
            return work.one("select id from purged where space = ? and id = ?", space, id) is not None

    def count(self) -> int:
        """How many spaces there are. Not about one space, so asked rarely."""
        with self._database.read() as work:
            row = work.one("select count(*) from space where gone is null")
        return row[0] if row else 0

    def append(
        self,
        look: Look,
        rows: Sequence[Row],
        erasures: Sequence[Erasure] = (),
        restored: Sequence[Row] = (),
        *,
        purged: Sequence[bytes] = (),
        limit: int,
    ) -> Space:
        """Append in order and return where the space stands now. All or nothing; durable when this returns.

        `erasures` lose their bodies and `purged` are remembered, so that the bodies do not come back; `restored` get
        theirs again.

        `Stale` when controls, purges or tips are not those of the look, `Full` beyond the limit, `Gone` after a deletion.
        """
        space = look.space.id
        plain = not (erasures or restored or purged) and all(row.kind != Kind.CONTROL for row in rows)
        with self._database.write() as work:
            if plain and (grown := _grew(work, look, rows, limit)):
                return grown
            now = _space(work, space, "{lock}")
            if now is None or (now.controls, now.purges) != (look.space.controls, look.space.purges):
                raise Stale
            if now.gone:
                raise Gone
            tips = _tips(work, space)
            if any(tips.get(device) != look.tips.get(device) for device in {row.device for row in (*rows, *restored)}):
                raise Stale
            freed = sum(_erase(work, space, erasure) for erasure in erasures)
            size = sum(len(row.envelope) + ALLOWANCE for row in rows) + sum(len(row.envelope) for row in restored)
            if now.bytes + size - freed > limit and size:
                raise Full
            head = now.head + len(rows)
            controls = max(
                (now.head + at for at, row in enumerate(rows, 1) if row.kind == Kind.CONTROL), default=now.controls
            )
            after = Space(
                space, now.genesis, head, controls, max(0, now.bytes + size - freed), False, now.purges + len(purged)
            )
            work.run(
                "update space set head = ?, controls = ?, bytes = ?, purges = ? where id = ?",
                after.head,
                after.controls,
                after.bytes,
                after.purges,
                space,
            )
            for id in purged:
                work.run("insert into purged (space, id) values (?, ?) on conflict do nothing", space, id)
            for row in restored:
                work.run(
                    "update log set envelope = ? where space = ? and device = ? and sequence = ?",
                    row.envelope,
                    space,
                    row.device,
                    row.sequence,
                )
            _insert(work, space, now.head, rows)
            newest = {row.device: row for row in rows}
            for row in newest.values():
                work.run(
                    "insert into tip (space, device, sequence, id) values (?, ?, ?, ?) "
                    "on conflict (space, device) do update set sequence = excluded.sequence, id = excluded.id",
                    space,
                    row.device,
                    row.sequence,
                    row.id,
                )
        if erasures:
            self._database.scrub()
        return after

    def page(self, space: bytes, after: int, *, limit: int, size: int, previous: bool = False) -> Page | None:
        """Envelopes after a position, at most `limit` and about `size` bytes, but at least one if there is one."""
        if not previous:
            page = self._few(space, after, min(limit, FEW))
            if page is None or len(page.envelopes) == min(limit, page.head - after):
                return page
        with self._database.read() as work:
            found = _space(work, space)
            if found is None:
                return None
            before: bytes | None = None
            if previous and after:
                row = work.one("select envelope from log where space = ? and position = ?", space, after)
                before = row[0] if row else None
            if after >= found.head:
                return Page(found, [], before)
            taken: list[bytes] = []
            total = 0
            statement = "select envelope from log where space = ? and position > ? and position <= ? order by position"
            for (envelope,) in work.each(statement, space, after, min(found.head, after + limit)):
                total += len(envelope) + 4
                if taken and total > size:
                    break
                taken.append(envelope)
        return Page(found, taken, before)

    def _few(self, space: bytes, after: int, limit: int) -> Page | None:
        """The first of the envelopes after a position, and the space as it was then, by one statement."""
        rows = self._database.ask(
            "select genesis, head, controls, bytes, gone, purges, envelope "
            "from space left join log on log.space = space.id and position > ? and position <= ? "
            "where space.id = ? order by position",
            after,
            min(after + limit, POSITION_MAX),
            space,
        )
        if not rows:
            return None
        return Page(_read(space, rows[0]), [row[6] for row in rows if row[6] is not None])

    def marked(self, space: bytes, marks: Sequence[int]) -> list[bytes]:
        """The envelopes whose ids begin like that."""
        found: list[bytes] = []
        with self._database.read() as work:
            for one in marks:
                found += [
                    row[0] for row in work.rows("select envelope from log where space = ? and mark = ?", space, one)
                ]
        return found

    def of_device(self, space: bytes, device: bytes) -> Iterator[tuple[int, bytes]]:
        """Position and envelope of everything a device has written, in its order."""
        after = 0
        while True:
            with self._database.read() as work:
                rows = work.rows(
                    "select position, sequence, envelope from log "
                    "where space = ? and device = ? and sequence > ? order by sequence limit 64",
                    space,
                    device,
                    after,
                )
            for position, sequence, envelope in rows:
                yield position, envelope
                after = sequence
            if not rows:
                return

    def end(
        self,
        look: Space,
        device: bytes,
        *,
        others: Collection[bytes],
        today: int,
        kinds: Collection[int],
        strip: Callable[[bytes], bytes],
    ) -> None:
        """End a device's account: the bodies of its envelopes of those kinds and its letter boxes go, headers stay; it
        writes no more. `others` are the other devices in the space as it was looked at; `Stale` if it has moved on.

        Once the accounts of all of them have ended too, nobody is left to read: the whole space goes. Its id remains, so
        that it stays gone, and so do the ids of the devices whose accounts were ended, so that nobody else puts their
        words back.
        """
        space = look.id
        with self._database.write() as work:
            now = _space(work, space, "{lock}")
            if now is None or (now.controls, now.purges, now.gone) != (look.controls, look.purges, look.gone):
                raise Stale
            tips = _tips(work, space)
            if all(one in tips and tips[one].ended for one in others):
                _remove(work, space, today)
            else:
                self._strip(work, now, device, today, kinds, strip)
            work.run(
                "insert into tip (space, device, sequence, id, ended) values (?, ?, 0, ?, ?) "
                "on conflict (space, device) do update set ended = excluded.ended",
                space,
                device,
                b"",
                today,
            )
        self._database.scrub()

    def begin_again(self, space: bytes, device: bytes, genesis: bytes | None) -> None:
        """A device takes back that its account was ended. With the `genesis` of a space that is gone, that may be founded
        again; what other devices have ended stays ended. `purges` counts on: whoever remembers the space as it was notices.
        """
        with self._database.write() as work:
            now = _space(work, space, "{lock}")
            if now is None:
                return
            if now.gone:
                if genesis is None:
                    raise Gone
                work.run("update space set gone = null, genesis = ?, purges = purges + 1 where id = ?", genesis, space)
            work.run("delete from tip where space = ? and device = ? and sequence = 0", space, device)
            work.run("update tip set ended = null where space = ? and device = ?", space, device)

    def _strip(
        self, work: Work, now: Space, device: bytes, today: int, kinds: Collection[int], strip: Callable[[bytes], bytes]
    ) -> None:
        space = now.id
        freed = 0
        marks = ", ".join("?" * len(kinds))
        sequences = work.rows(
            f"select sequence from log where space = ? and device = ? and kind in ({marks})",  # noqa: S608 - question marks
            space,
            device,
            *kinds,
        )
        for (sequence,) in sequences:
            row = work.one(
                "select envelope from log where space = ? and device = ? and sequence = ?", space, device, sequence
            )
            if row is not None:
                freed += _erase(work, space, Erasure(device, sequence, strip(row[0])))
        work.run("update space set bytes = ? where id = ?", max(0, now.bytes - freed), space)
        boxes = "invitation where space = ? and device = ?"
        work.run(f"delete from message where invitation in (select id from {boxes})", space, device)  # noqa: S608 - words from above
        work.run(f"delete from {boxes}", space, device)  # noqa: S608 - words from above


def _remove(work: Work, space: bytes, today: int) -> None:
    """A space without anybody: its id stays, and of its devices those that wanted nothing kept."""
    work.run("delete from tip where space = ? and ended is null", space)
    work.run("update tip set sequence = 0, id = ? where space = ?", b"", space)
    for table in (
        "log",
        "purged",
        "introduced",
        "session",
        "blob",
        "blob_part",
        "invitation",
        "box",
        "slip",
        "parcel",
        "reply",
    ):
        if table == "invitation":
            work.run("delete from message where invitation in (select id from invitation where space = ?)", space)
        work.run(f"delete from {table} where space = ?", space)  # noqa: S608 - the names stand above
    work.run(
        "update space set gone = ?, genesis = null, head = 0, controls = 0, bytes = 0 where id = ?",
        today,
        space,
    )


def _grew(work: Work, look: Look, rows: Sequence[Row], limit: int) -> Space | None:
    """Append to a space that is exactly as it was looked at, without looking again; None, and nothing done, if it is not.

    Nearly every batch meets its space so. The conditions of the statements are what looking again would compare.
    """
    before, after = look.space, _grown(look.space, rows)
    newest = {row.device: row for row in rows}
    if after.bytes > limit or any(device not in look.tips or look.tips[device].ended for device in newest):
        return None
    if not work.run(
        "update space set head = ?, bytes = ? "
        "where id = ? and head = ? and controls = ? and bytes = ? and purges = ? and gone is null",
        after.head,
        after.bytes,
        before.id,
        before.head,
        before.controls,
        before.bytes,
        before.purges,
    ):
        return None
    for device, row in newest.items():
        tip = look.tips[device]
        if not work.run(
            "update tip set sequence = ?, id = ? where space = ? and device = ? and sequence = ? and id = ? and ended is null",
            row.sequence,
            row.id,
            before.id,
            device,
            tip.sequence,
            tip.id,
        ):
            raise Stale
    _insert(work, before.id, before.head, rows)
    return after


def _insert(work: Work, space: bytes, head: int, rows: Sequence[Row]) -> None:
    """Put rows behind the head, in order."""
    statement = "insert into log (space, position, device, sequence, kind, mark, envelope) values (?, ?, ?, ?, ?, ?, ?)"
    listed = [
        (space, at, row.device, row.sequence, row.kind, mark(row.id), row.envelope)
        for at, row in enumerate(rows, head + 1)
    ]
    if len(listed) == 1:
        work.run(statement, *listed[0])
    else:
        work.many(statement, listed)


def _grown(space: Space, rows: Sequence[Row]) -> Space:
    """The space with more in it."""
    size = sum(len(row.envelope) + ALLOWANCE for row in rows)
    head, bytes = space.head + len(rows), space.bytes + size
    return Space(space.id, space.genesis, head, space.controls, bytes, space.gone, space.purges)


def mark(envelope_id: bytes) -> int:
    """The beginning of an envelope's id as a number that both engines keep in eight bytes."""
    return int.from_bytes(envelope_id[:8], "big", signed=True)


def _space(work: Work, space: bytes, lock: str = "") -> Space | None:
    row = work.one(f"select genesis, head, controls, bytes, gone, purges from space where id = ? {lock}", space)  # noqa: S608 - the engine's own words
    if row is None:
        return None
    return _read(space, row)


def _read(space: bytes, row: Sequence[Any]) -> Space:
    """A space from its row: genesis, head, controls, bytes, gone, purges."""
    return Space(space, row[0] or b"", row[1], row[2], row[3], row[4] is not None, row[5])


def _tips(work: Work, space: bytes) -> dict[bytes, Tip]:
    rows = work.rows("select device, sequence, id, ended from tip where space = ?", space)
    return {device: Tip(sequence, id, ended is not None) for device, sequence, id, ended in rows}


def _erase(work: Work, space: bytes, erasure: Erasure) -> int:
    """Keep only what was stripped; how many bytes that freed."""
    where = "where space = ? and device = ? and sequence = ?"
    row = work.one(f"select length(envelope) from log {where}", space, erasure.device, erasure.sequence)  # noqa: S608 - from above
    if row is None or row[0] <= len(erasure.stripped):
        return 0
    work.run(f"update log set envelope = ? {where}", erasure.stripped, space, erasure.device, erasure.sequence)  # noqa: S608 - from above
    return int(row[0]) - len(erasure.stripped)
