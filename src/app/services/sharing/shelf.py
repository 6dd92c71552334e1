"""The rows of shared spaces in the vault: envelopes, chains, keys, what is set aside, what must be told.

Knows tables and bytes, judges nothing. Whatever writes here does so inside the one transaction of `Exchange`.
"""

from __future__ import annotations

import base64
import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from app.services.records.store import Store
from app.services.records.tables import ALARMS, ASIDE, ENVELOPES, EPOCHS, ERASED, LINKS, PLACES, PSKS, VERSIONS, is_
from sync.authority import Authority, may_drop
from sync.hpke import Psk
from sync.ledger import Ledger
from sync.protocol import Envelope, Kind, read_purged
from sync.sealing import EpochKey, Portion

KEY_AGE: Final = timedelta(days=180)
"""After so long a space gets a new key, whether or not anybody left."""


PASSING: Final = frozenset({"withheld", "foreign"})
"""Alarms about what goes on from round to round and may end."""

MARKS_MOST: Final = 50
"""So many things of one kind are remembered as noticed."""

MORE: Final = "more"
"""Why a piece of a message is set aside: the rest of it has not come yet."""


class AlarmKind(enum.StrEnum):
    """What can be wrong in words that people understand; `alarm.<kind>` says it."""

    FORK = "fork"
    """A device said two things in one place, or was made to seem so."""
    FOREIGN = "foreign"
    """Something was not signed by whom it claimed, or by somebody who is not in."""
    ROLLBACK = "rollback"
    """The server had lost something; it was put back."""
    WITHHELD = "withheld"
    """Somebody has seen what the server does not show."""
    UNREADABLE = "unreadable"
    """Something is signed and in its place, and does not open or makes no sense."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing to tell, about one space."""

    space: str
    kind: AlarmKind
    device: str = ""
    count: int = 1
    mark: str = ""
    """Which one it is, where the same may be noticed again and again; empty for what happens anew each time."""


class Shelf:
    """What one vault keeps of its shared spaces."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def table(self, name: str) -> Any:
        """A table of the vault."""
        return self._store.documents.table(name)

    def place(self, space: str) -> Any:
        """The row of a shared space; None if it is not shared."""
        return self.table(PLACES).get(is_("id", space))

    def begin(self, space: str, founding: Envelope, *, waiting: bool) -> None:
        """A space gets its log. The founding is there before the place: a screen may ask in between."""
        self.keep(space, founding, waiting=waiting)
        self.table(PLACES).insert({"sealed": 0, "cursor": 0, "at": "", "erased": 0, "id": space})

    def keep_psks(self, space: str, psks: Iterable[Psk]) -> None:
        """Secrets that were scanned in the room for that space."""
        for psk in psks:
            self.table(PSKS).insert({"space": space, "secret": psk.secret.hex(), "name": psk.name.hex()})

    def psks(self, space: str) -> list[Psk]:
        """The secrets that were scanned in the room for that space."""
        rows = self.table(PSKS).search(is_("space", space))
        return [Psk(bytes.fromhex(row["secret"]), bytes.fromhex(row["name"])) for row in rows]

    def controls(self, space: str) -> list[Envelope]:
        """The control envelopes, the founding first, each behind what it names."""
        return [envelope_of(row) for row in self.table(ENVELOPES).search(is_("control", space))]

    def waiting(self, space: str) -> list[Any]:
        """The rows of envelopes that no server has been given, in order."""
        return list(self.table(ENVELOPES).search(is_("waiting", space)))

    def envelope(self, space: str, device: str, sequence: int) -> Envelope:
        """The envelope at a place that is known to be there."""
        return envelope_of(self.table(ENVELOPES).get(is_("key", f"{space}:{device}:{sequence}")))

    def places(self, space: str, ranges: Mapping[bytes, tuple[int, int]]) -> list[Any]:
        """The rows of these stretches of chains (device: first and last), in the order in which they took their place."""
        table = self.table(ENVELOPES)
        found = [
            row
            for device, (first, last) in ranges.items()
            for sequence in range(first, last + 1)
            if (row := table.get(is_("key", f"{space}:{device.hex()}:{sequence}"))) is not None
        ]
        return sorted(found, key=lambda row: int(row.doc_id))

    def keys(self, space: str) -> Iterator[EpochKey]:
        """The epoch keys of a space."""
        for row in self.table(EPOCHS).search(is_("space", space)):
            yield EpochKey(bytes.fromhex(row["secret"]), bytes.fromhex(row["id"]))

    def chain(self, space: str, fresh: Mapping[tuple[bytes, int], bytes]) -> Callable[[bytes, int], bytes | None]:
        """What tells the id of the envelope at a place; `fresh` has those that are being taken in."""

        def chain(device: bytes, sequence: int) -> bytes | None:
            if (device, sequence) in fresh:
                return fresh[device, sequence]
            row = self.table(ENVELOPES).get(is_("key", f"{space}:{device.hex()}:{sequence}"))
            return None if row is None else bytes.fromhex(row["id"])

        return chain

    def keep(
        self,
        space: str,
        envelope: Envelope,
        *,
        waiting: bool = True,
        hollow: bool = False,
        own: Portion | None = None,
    ) -> None:
        """An envelope that has taken its place. `own` is what it says, on the last piece of a message of this device;
        `hollow`, that it came without its body although nobody is known to have erased it.
        """
        header = envelope.header
        row: dict[str, Any] = {
            "key": key_of(envelope),
            "space": space,
            "id": envelope.id.hex(),
            "raw": base64.b64encode(envelope.to_bytes()).decode(),
        }
        if header.kind is Kind.CONTROL:
            row["control"] = space
        if header.kind is Kind.PURGE:
            row["purge"] = space
        if hollow:
            row["hollow"] = space
        if waiting:
            row["waiting"] = space
        if own is not None and own.changes:
            row |= {"own": space, "first": own.first, "changes": len(own.changes)}
        self.table(ENVELOPES).insert(row)

    def hollow(self, space: str) -> dict[str, Envelope]:
        """By place: what came without its body although nobody is known to have erased it."""
        return {row["key"]: envelope_of(row) for row in self.table(ENVELOPES).search(is_("hollow", space))}

    def purged(self, space: str, authority: Authority, fresh: Iterable[Envelope]) -> Callable[[Envelope], bool]:
        """Whether an envelope's body was erased by somebody who may; `fresh` has the purges that are being taken in."""
        purges = [*fresh, *(envelope_of(row) for row in self.table(ENVELOPES).search(is_("purge", space)))]
        named: dict[bytes, list[Envelope]] = {}
        for purge in purges:
            for id in read_purged(purge):
                named.setdefault(id, []).append(purge)
        return lambda one: any(may_drop(authority, purge.header, one.header) for purge in named.get(one.id, ()))

    def restore(self, space: str, envelope: Envelope, *, waiting: bool) -> None:
        """The body of a hollow envelope has come. The id binds it; the signature is the one that was checked."""

        def filled(row: dict[str, Any]) -> None:
            shell = envelope_of(row)
            whole = Envelope.made(shell.header, envelope.body or b"", shell.signature)
            row["raw"] = base64.b64encode(whole.to_bytes()).decode()
            row.pop("hollow", None)
            if waiting:
                row["waiting"] = space

        self.table(ENVELOPES).update(filled, is_("key", key_of(envelope)))

    def arrived(self, envelopes: Iterable[Envelope]) -> None:
        """A server has these. What only claims the place of another one does not say that the other one is there; of what
        a server shows without its body, whoever has that still has to send it.
        """
        for envelope in envelopes:
            id, whole = envelope.id.hex(), envelope.whole

            def arrived(row: dict[str, Any], id: str = id, whole: bool = whole) -> None:
                if row["id"] != id:
                    return
                if whole or not envelope_of(row).whole:
                    row.pop("waiting", None)
                else:
                    row["waiting"] = row["space"]

            self.table(ENVELOPES).update(arrived, is_("key", key_of(envelope)))

    def send_again(self, space: str, device: str) -> None:
        """What that device has written goes to a server once more, as far as it is whole."""
        table, sequence = self.table(ENVELOPES), 1
        while (row := table.get(is_("key", f"{space}:{device}:{sequence}"))) is not None:
            if envelope_of(row).whole and not row.get("waiting"):
                table.update({"waiting": space}, doc_ids=[row.doc_id])
            sequence += 1

    def own_messages(self, space: str, numbers: set[int]) -> list[tuple[int, int, list[Envelope]]]:
        """This device's messages that hold any of these changes: first change, how many, and the whole pieces."""
        found: list[tuple[int, int, list[Envelope]]] = []
        for row in self.table(ENVELOPES).search(is_("own", space)):
            first, count = row["first"], row["changes"]
            last = envelope_of(row)
            if not last.whole or numbers.isdisjoint(range(first, first + count)):
                continue
            pieces = [last]
            while (before := pieces[0].header.sequence - 1) > 0:
                earlier = self.envelope(space, last.header.device.hex(), before)
                if earlier.header.kind is not Kind.CHANGE or not earlier.header.more:
                    break
                pieces.insert(0, earlier)
            found.append((first, count, pieces))
        return found

    def erased_since(self, space: str, mark: int) -> tuple[set[int], int]:
        """Own changes of which something was really erased behind that mark, and the mark to go on from."""
        numbers: set[int] = set()
        end = mark
        before: int | None = None
        own = f"{space}:{self._store.device(space)}:"
        while rows := [row for row in self.table(ERASED).newest(200, before) if row.doc_id > mark]:
            end = max(end, rows[0].doc_id)
            before = rows[-1].doc_id
            for row in rows:
                version = self.table(VERSIONS).get(is_("key", row["id"]))
                if version is not None and version["change"].startswith(own):
                    numbers.add(int(version["change"].rpartition(":")[2]))
        return numbers, end

    def keep_aside(self, space: str, aside: Sequence[tuple[list[Envelope], str]], placed: Sequence[Envelope]) -> None:
        """Put away what was set aside before and is tried again here, then set aside what does not count still."""
        tried = {one.header.device.hex() for one in placed}
        again = any(one.header.kind is Kind.CONTROL for one in placed)
        for row in self.table(ASIDE).search(is_("space", space)):
            if again or (row["reason"] == MORE and row["device"] in tried):
                self.table(ASIDE).remove(doc_ids=[row.doc_id])
        kept = {row["key"] for row in self.table(ASIDE).search(is_("space", space))}
        for run, reason in aside:
            first, last = run[0].header, run[-1].header
            key = f"{space}:{first.device.hex()}:{first.sequence}"
            if key not in kept:
                self.table(ASIDE).insert(
                    {
                        "key": key,
                        "space": space,
                        "device": first.device.hex(),
                        "first": first.sequence,
                        "last": last.sequence,
                        "reason": reason,
                    }
                )

    def owe(self, space: str) -> None:
        """Something was taken in that nobody has been told of yet."""
        self.table(PLACES).update({"owed": True}, is_("id", space))

    def has_said(self, space: str, sealed: int | None = None) -> None:
        """A message has told what was seen, if there was anything; up to which change this device's own are sealed."""
        done = {} if sealed is None else {"sealed": sealed}
        self.table(PLACES).update({"owed": False, **done}, is_("id", space))

    def forget_former(self, space: str) -> None:
        """What a former device of mine had said is said again, and done with."""
        self.table(PLACES).update(_without_former, is_("id", space))

    def said_upto(self, space: str, device: str, sequence: int) -> int:
        """The last change that a device had said by that place of its chain; 0 if none."""
        while sequence > 0:
            row = self.table(ENVELOPES).get(is_("key", f"{space}:{device}:{sequence}"))
            if row is not None and row.get("changes"):
                return int(row["first"]) + int(row["changes"]) - 1
            sequence -= 1
        return 0

    def keep_links(self, space: str, ledger: Ledger, heard: Iterable[bytes]) -> None:
        """The rows of the ledger that changed; `heard` are the devices that spoke."""
        now = self._now().isoformat(timespec="seconds")
        spoke = {device.hex() for device in heard}
        for device, row in ledger.changed().items():
            kept: dict[str, Any] = {"row": row} | ({"heard": now} if device in spoke else {})
            id = f"{space}:{device}"
            if not self.table(LINKS).update(kept, is_("id", id)):
                self.table(LINKS).insert({"id": id, "space": space, "device": device, **kept})

    def keep_keys(self, space: str, keys: Iterable[EpochKey]) -> None:
        """Epoch keys that are not kept yet."""
        known = {key.commitment for key in self.keys(space)}
        for key in keys:
            if key.commitment not in known:
                row = {"id": key.commitment.hex(), "space": space, "secret": key.secret.hex()}
                row["since"] = self._now().isoformat(timespec="seconds")
                self.table(EPOCHS).insert(row)

    def key_is_old(self, key: EpochKey) -> bool:
        """Whether a key has been here for half a year. One from before that was noted, or a clock put back, is not."""
        row = self.table(EPOCHS).get(is_("id", key.commitment.hex()))
        since = row.get("since") if row else None
        return since is not None and self._now() - datetime.fromisoformat(since) > KEY_AGE

    def strip(self, space: str, authority: Authority, purge: Envelope) -> None:
        """Drop the bodies that a purge names, where its author may."""
        named = set(read_purged(purge))
        for row in list(self.table(ENVELOPES)):
            if row["space"] == space and bytes.fromhex(row["id"]) in named:
                target = envelope_of(row)
                if (target.whole or "hollow" in row) and may_drop(authority, purge.header, target.header):
                    self.table(ENVELOPES).update(_stripped, doc_ids=[row.doc_id])

    def move(self, space: str, cursor: int, at: bytes) -> None:
        """How far the server's log has been read."""
        self.table(PLACES).update({"cursor": cursor, "at": at.hex()}, is_("id", space))

    def alarm(self, alarm: Alarm) -> None:
        """Keep an alarm until it has been told; another one of its kind counts with it, and the very same is none."""
        row = self._alarm(alarm)
        mark = [alarm.mark] if alarm.mark else []
        if row is None:
            about = {"space": alarm.space, "kind": alarm.kind.value, "device": alarm.device}
            self.table(ALARMS).insert({**about, "count": alarm.count, "marks": mark})
        elif not self.knows(alarm):
            marks = [*row.get("marks", ()), *mark][-MARKS_MOST:]
            more = {"count": row["count"] + alarm.count, "marks": marks, "told": False}
            self.table(ALARMS).update(more, doc_ids=[row.doc_id])

    def knows(self, alarm: Alarm) -> bool:
        """Whether this very thing was noticed before, told or not."""
        row = self._alarm(alarm)
        return row is not None and bool(alarm.mark) and alarm.mark in row.get("marks", ())

    def over(self, space: str) -> list[int]:
        """The alarms that were told and are over once everything has been read: the same again is to be told again."""
        if not len(self.table(ALARMS)):
            return []
        rows = self.table(ALARMS).search(is_("space", space))
        return [row.doc_id for row in rows if row.get("told") and row["kind"] in PASSING]

    def _alarm(self, alarm: Alarm) -> Any:
        if not len(self.table(ALARMS)):
            return None
        rows = self.table(ALARMS).search(is_("space", alarm.space))
        return next((row for row in rows if (row["kind"], row["device"]) == (alarm.kind.value, alarm.device)), None)


def begin_anew(documents: Any, device: Callable[[str], str]) -> None:
    """The device of a vault is about to become another one: what it sealed and said stands under the name it has now.

    `device` tells that name in each space. What it wrote and had not sealed yet, the new one says.
    """
    for row in list(documents.table(PLACES)):
        former = {"former": {device(row["id"]): row["sealed"]}, "former_only": 1}
        documents.table(PLACES).update({"sealed": 0, "erased": 0, **former}, doc_ids=[row.doc_id])
    documents.table(ENVELOPES).update(_foreign)


def key_of(envelope: Envelope) -> str:
    """The place of an envelope, as its row is found."""
    header = envelope.header
    return f"{header.space.hex()}:{header.device.hex()}:{header.sequence}"


def envelope_of(row: Mapping[str, Any]) -> Envelope:
    """The envelope in a row."""
    return Envelope.read(base64.b64decode(row["raw"]))


def _stripped(row: dict[str, Any]) -> None:
    row["raw"] = base64.b64encode(envelope_of(row).stripped().to_bytes()).decode()
    row.pop("hollow", None)


def _without_former(row: dict[str, Any]) -> None:
    row.pop("former", None)
    row.pop("former_only", None)


def _foreign(row: dict[str, Any]) -> None:
    for name in ("own", "first", "changes"):
        row.pop(name, None)
