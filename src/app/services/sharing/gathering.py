"""Parts of packages that have come and wait for the rest, and which packages were taken in.

A camera is another app, and whoever goes to it locks this one: so parts are kept in the vault, in any order, until the
package is whole. They never leave the device.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from app.services.spaces import DEVICE
from sync import bundle
from sync.bundle import Part, Parts
from sync.errors import BundleSeen, SyncError

if TYPE_CHECKING:
    from app.services.records.store import Store

REMEMBERED: Final = 1000
"""Packages that were taken in and would be known again."""
AT_ONCE: Final = 3
"""Packages of which parts are kept; with a further one the parts of the oldest go."""
KEPT: Final = timedelta(days=7)

_PART: Final = "part"
_BUNDLE: Final = "bundle"


@dataclass(frozen=True, slots=True)
class Begun:
    """How far a package has come that arrives in parts."""

    here: int
    count: int
    lacking: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What became of parts that came in.

    `whole` is the package once nothing is lacking. `twice` names the part that was there already, `another` says that
    it is of another package than the one before it.
    """

    begun: Begun
    whole: bytes | None = None
    twice: int = 0
    another: bool = False


class Gathering:
    """The parts that have come on one screen (`purpose`): what pairs give each other, or one's own devices."""

    def __init__(self, store: Store, purpose: str, now: Callable[[], datetime]) -> None:
        self._store = store
        self._purpose = purpose
        self._now = now

    # ------------------------------------------------------------------ parts

    def begun(self) -> Begun | None:
        """The package of which something came last, while parts of it are lacking."""
        rows = self._parts()
        return _standing(_collected(rows, rows[-1]["package"], rows[-1]["count"])) if rows else None

    def add(self, codes: Sequence[str]) -> Gathered:
        """Take in codes that are parts. Durable when it returns; a whole package is kept nowhere.

        Those of a package that was taken in before are told as such, and so is a part that contradicts another: then
        all that was there of this package goes, and whoever reads begins anew.
        """
        came = [part for text in codes for part in bundle.read_parts(text)]
        known = {row.get("text") for row in self._rows(_BUNDLE)}
        fresh = [part for part in came if part.name.hex() not in known]
        if not fresh:
            raise BundleSeen
        rows = self._parts()
        before = (rows[-1]["package"], rows[-1]["count"]) if rows else None
        last = fresh[-1]
        parts = there = _collected(rows, last.name.hex(), last.count)
        try:
            for part in fresh:
                if (part.name, part.count) == (last.name, last.count):
                    parts = parts.plus(part)
            whole = None if parts.missing else parts.whole()
        except SyncError:
            self._remove(row for row in rows if row["package"] == last.name.hex())
            raise
        if whole is not None:
            return Gathered(_standing(parts), whole)
        new = [part for part in fresh if not _held(rows, part)]
        if new:
            self._keep(new)
        twice = last.number if last.number in there.pieces else 0
        another = before is not None and before != (last.name.hex(), last.count)
        return Gathered(_standing(parts), None, twice, another)

    @contextmanager
    def taking(self, raw: bytes) -> Iterator[None]:
        """Around taking a package in: what waited of it goes, also where it can never be taken, and not where only the
        disk was full.
        """
        try:
            yield
        except SyncError:
            self.let_go(raw)
            raise
        self.let_go(raw)

    def let_go(self, raw: bytes | None = None) -> None:
        """Nothing waits any more for the rest of a package; without one, of any."""
        name = None if raw is None else bundle.name_of(raw).hex()
        self._remove(row for row in self._parts(old=True) if name is None or row["package"] == name)

    def _keep(self, parts: Iterable[Part]) -> None:
        table = self._store.documents.table(DEVICE)
        with self._store.documents.transaction():
            for part in dict.fromkeys(parts):
                row = {"package": part.name.hex(), "count": part.count, "number": part.number}
                piece = base64.b64encode(part.piece).decode("ascii")
                came = self._now().isoformat()
                table.insert({"kind": _PART, "for": self._purpose, **row, "piece": piece, "came": came})
            latest: dict[tuple[str, int], None] = {}
            for row in reversed(self._parts(old=True)):
                if self._now() - datetime.fromisoformat(row["came"]) <= KEPT:
                    latest.setdefault((row["package"], row["count"]))
            kept = list(latest)[:AT_ONCE]
            self._remove(row for row in self._parts(old=True) if (row["package"], row["count"]) not in kept)

    # ------------------------------------------------------------------ packages that were taken in

    def taken(self) -> set[bytes]:
        """The ids of the packages that were taken in."""
        return {bytes.fromhex(row["id"]) for row in self._rows(_BUNDLE)}

    def remember(self, number: bytes, raw: bytes) -> None:
        """A package was taken in: neither it nor one of its pictures is news any more."""
        rows = self._rows(_BUNDLE)
        with self._store.documents.transaction():
            row = {"kind": _BUNDLE, "id": number.hex(), "text": bundle.name_of(raw).hex()}
            self._store.documents.table(DEVICE).insert(row)
            self._remove(rows[: max(0, len(rows) + 1 - REMEMBERED)])

    # ------------------------------------------------------------------ rows

    def _parts(self, *, old: bool = False) -> list[Any]:
        rows = [row for row in self._rows(_PART) if row["for"] == self._purpose]
        return rows if old else [row for row in rows if self._now() - datetime.fromisoformat(row["came"]) <= KEPT]

    def _rows(self, kind: str) -> list[Any]:
        """In the order in which they came."""
        table = self._store.documents.table(DEVICE)
        return sorted((row for row in table if row["kind"] == kind), key=lambda row: row.doc_id)

    def _remove(self, rows: Iterable[Any]) -> None:
        ids = [row.doc_id for row in rows]
        if ids:
            self._store.documents.table(DEVICE).remove(doc_ids=ids)


def _collected(rows: Iterable[Any], package: str, count: int) -> Parts:
    parts = Parts()
    for row in rows:
        if (row["package"], row["count"]) == (package, count):
            parts = parts.plus(Part(bytes.fromhex(package), row["number"], count, base64.b64decode(row["piece"])))
    return parts


def _held(rows: Iterable[Any], part: Part) -> bool:
    wanted = (part.name.hex(), part.count, part.number)
    return any((row["package"], row["count"], row["number"]) == wanted for row in rows)


def _standing(parts: Parts) -> Begun:
    return Begun(len(parts.pieces), parts.count, parts.missing)
