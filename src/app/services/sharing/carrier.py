"""What is known of the server that carries the shared spaces: what it has, what it lacks, what it says no to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from app.errors import NotShared
from app.services.records.tables import ALARMS, PLACES, is_
from app.services.sharing.members import Members
from app.services.sharing.shelf import Alarm, AlarmKind, envelope_of
from sync.authority import Link
from sync.ledger import Comparison
from sync.protocol import Envelope


class Carrier(Members):
    """The shared spaces of an open vault beside the one server that carries them, if any does."""

    _origin = ""
    """The server that carries; empty while none does."""

    # ------------------------------------------------------------------ which server carries

    def carried_by(self, origin: str, *, chosen: bool = False) -> None:
        """From now on a server carries. `chosen`: a person has just said so, and so wants all of it to be there.

        Another one than before: its log is read from the beginning, and what it lacks it has not lost.
        """
        self._origin = origin
        if not chosen:
            return
        with self._logs.one, self._store.writing():
            for row in list(self._shelf.table(PLACES)):
                fresh: dict[str, Any] = {"again": True, "shut": False}
                if row.get("there") != origin:
                    fresh |= {"cursor": 0, "at": ""}
                self._shelf.table(PLACES).update(fresh, doc_ids=[row.doc_id])

    def settled(self, space: str) -> None:
        """All that is here is with the server that carries: from now on, what it lacks it has lost."""
        row = self._shelf.place(space)
        if row is not None and ((row.get("there") or "") != self._origin or row.get("again")):
            with self._logs.one, self._store.writing():
                self._shelf.table(PLACES).update({"there": self._origin, "again": False}, is_("id", space))

    def was_there(self, space: str) -> bool:
        """Whether the server that carries has had the space, and it was read there."""
        row = self._shelf.place(space)
        return row is not None and (row.get("there") or "") == self._origin and row["cursor"] > 0

    def may_begin_again(self, space: str) -> bool:
        """Whether a person has chosen the server since this space was alike there: then what was deleted may come back."""
        row = self._shelf.place(space)
        return row is not None and bool(row.get("again"))

    def deleted_there(self, space: str) -> None:
        """The server has erased what this device had put there: should it be chosen again, that is sent anew."""
        with self._logs.one, self._store.writing():
            fresh = {"there": "", "cursor": 0, "at": "", "again": False}
            self._shelf.table(PLACES).update(fresh, is_("id", space))
            self._shelf.send_again(space, self._spaces.keys(space).id.hex())

    # ------------------------------------------------------------------ what it says no to

    def refused(self, spaces: Collection[str], but_for: Collection[str]) -> None:
        """In which spaces the server says no, and in which it does not; of the others nobody has heard anything new."""
        with self._logs.one:
            said = {**dict.fromkeys(but_for, False), **dict.fromkeys(spaces, True)}
            rows = [row for row in self._shelf.table(PLACES) if row["id"] in said]
            changed = [row["id"] for row in rows if bool(row.get("shut")) != said[row["id"]]]
            if changed:
                with self._store.writing():
                    for space in changed:
                        self._shelf.table(PLACES).update({"shut": said[space]}, is_("id", space))
        if changed:
            self._logs.tell()

    def not_carried(self, space: str) -> bool:
        """Whether the server says no to this device there, for whatever reason: word of it goes by package."""
        row = self._shelf.place(space)
        return row is not None and bool(row.get("shut"))

    def shut_out(self, space: str) -> bool:
        """Whether a server has said no to this device there although nothing is here that says why."""
        return self.not_carried(space) and self.is_in(space)

    # ------------------------------------------------------------------ what it is given

    def waiting(self, space: str) -> int:
        """How many of the changes written here have not been handed to a server yet, sealed or not."""
        row = self._shelf.place(space)
        if row is None:
            return 0
        unsealed = self._store.written(space) - int(row["sealed"])
        return unsealed + sum(int(one.get("changes", 0)) for one in self._shelf.waiting(space))

    def unsent(self, space: str) -> list[Envelope]:
        """Envelopes that no server has been given, in the order in which they may be sent."""
        with self._logs.one:
            return [envelope_of(row) for row in self._shelf.waiting(space)]

    def sent(self, space: str, envelopes: Iterable[Envelope], cursor: tuple[int, bytes] | None = None) -> None:
        """A server has these now; `cursor`, if the log there ends with them and everything before them is here.

        On the disk soon: should a power cut take it, they are sent again, which is harmless.
        """
        with self._logs.one, self._store.writing("soon"):
            self._shelf.arrived(envelopes)
            if cursor is not None:
                self._shelf.move(space, *cursor)
        self._logs.tell()

    # ------------------------------------------------------------------ how far it was read, and what it lacks

    def cursor(self, space: str) -> tuple[int, bytes | None]:
        """How far the server's log has been read: the position, and the id of the envelope there."""
        row = self._shelf.place(space)
        if row is None:
            raise NotShared
        return row["cursor"], bytes.fromhex(row["at"]) or None

    def read_again(self, space: str) -> None:
        """The server's log is another one: it is read from its beginning. What is here stays."""
        with self._logs.one, self._store.writing():
            self._shelf.move(space, 0, b"")

    def compare(self, space: str, theirs: Mapping[bytes, tuple[int, bytes]]) -> Comparison:
        """What a server says to have, beside what is here."""
        with self._logs.one:
            links = {device: Link(sequence, id) for device, (sequence, id) in theirs.items()}
            return self._logs.of(space).ledger.compare(links, self._shelf.chain(space, {}))

    def put_back(self, space: str, behind: Mapping[bytes, tuple[int, int]]) -> list[Envelope]:
        """What a server has not, in an order in which it takes it; where it had it before, that is told."""
        with self._logs.one:
            found = [envelope_of(row) for row in self._shelf.places(space, behind) if not row.get("waiting")]
            if found and (self._shelf.place(space).get("there") or "") == self._origin:
                with self._store.writing():
                    self._shelf.alarm(Alarm(space, AlarmKind.ROLLBACK, count=len(found)))
        if found:
            self._logs.tell()
        return found

    def lacking(self, space: str) -> int:
        """Of how many devices somebody has seen more than is here, and what is here without its body although nobody has
        erased it. After a whole pull: withheld; or that is over.
        """
        with self._logs.one:
            found = len(self._logs.of(space).ledger.lacking) + len(self._shelf.hollow(space))
            over = [] if found else self._shelf.over(space)
            if over:
                with self._store.writing():
                    self._shelf.table(ALARMS).remove(doc_ids=over)
        if over:
            self._logs.tell()
        return found

    def noticed(self, space: str, what: str, device: str = "", count: int = 1) -> None:
        """Something that whoever carried the envelopes has noticed: the value of an `AlarmKind`."""
        alarm = Alarm(space, AlarmKind(what), device, count, mark=f"{what}:{device}")
        with self._logs.one:
            if self._shelf.knows(alarm):
                return  # it goes on, round after round
            with self._store.writing():
                self._shelf.alarm(alarm)
        self._logs.tell()
