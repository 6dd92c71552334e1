"""One round with a server: read what is new, hand over what waits, and give back what the server has lost.

No thread and no clock of its own. Whatever fails leaves everything as it was: the next round goes on from what is
durable. A server that says the same twice, or nothing, costs a repetition.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sync.client.http import Server, Token
from sync.errors import (
    BadEnvelope,
    BadFrames,
    LogFork,
    LogGap,
    LogUnknown,
    NoAnswer,
    OddAnswer,
    ServerRefuses,
    SessionOver,
    SpaceDeletedThere,
)
from sync.ledger import Comparison
from sync.protocol import Envelope, batches, read_frames
from sync.protocol.limits import BATCH_BYTES, BATCH_ENVELOPES
from sync.protocol.wire import number
from sync.signing import DeviceKeys

PAGES_MOST: Final = 100_000
"""Pages that one round reads at the most: a server that never ends is left for the next round."""

MENDS_MOST: Final = 3
"""How often one round begins anew because the server's log was another one."""


FRESH_SECONDS: Final = 10.0
"""For so long after a round the log counts as read: what is written then goes out without asking first what is new."""

SHARES_MOST: Final = 64
"""Into so many parts a batch and a page are cut at the most, on a line that does not carry a whole one in time."""

PART_BYTES: Final = 64 * 1024
"""How much of a page is taken in at once."""


_TOO_SLOW: Final = 408


class Taken(Protocol):
    """What became of a page."""

    early: int
    refused: int
    changes: int


class Shelf(Protocol):
    """The shared spaces of a device, named by their ids in hexadecimal. `app.services.sharing.exchange` is one."""

    def keys(self, space: str) -> DeviceKeys:
        """This device's keys in a space."""
        ...

    def genesis(self, space: str) -> bytes:
        """The record with which the space begins."""
        ...

    def cursor(self, space: str) -> tuple[int, bytes | None]:
        """How far the log has been read, and the id of the envelope there."""
        ...

    def seal(self, space: str) -> int:
        """Make envelopes of what was written."""
        ...

    def take(
        self, space: str, envelopes: Sequence[Envelope], cursor: tuple[int, bytes | None] | None, *, there: bool
    ) -> Taken:
        """Take in a page, with the cursor unless something has no place; durable, or nothing of it."""
        ...

    def unsent(self, space: str) -> list[Envelope]:
        """What no server has been given, in order."""
        ...

    def waiting(self, space: str) -> int:
        """How many own changes no server has been given, sealed or not."""
        ...

    def sent(self, space: str, envelopes: Iterable[Envelope], cursor: tuple[int, bytes] | None = None) -> None:
        """The server has these."""
        ...

    def outgoing(self, space: str, theirs: Mapping[bytes, int] | None = None) -> list[Envelope]:
        """Everything, in an order in which it can be taken."""
        ...

    def compare(self, space: str, theirs: Mapping[bytes, tuple[int, bytes]]) -> Comparison:
        """What the server says to have, beside what is here."""
        ...

    def put_back(self, space: str, behind: Mapping[bytes, tuple[int, int]]) -> list[Envelope]:
        """What the server has lost."""
        ...

    def read_again(self, space: str) -> None:
        """Read the log from its beginning."""
        ...

    def settled(self, space: str) -> None:
        """All that is here is on this server."""
        ...

    def was_there(self, space: str) -> bool:
        """Whether this server has carried the space before: what it lacks it has lost."""
        ...

    def may_begin_again(self, space: str) -> bool:
        """Whether what was deleted on this server may be put there again: somebody has chosen it anew."""
        ...

    def lacking(self, space: str) -> int:
        """Of how many devices somebody has seen more than is here."""
        ...

    def noticed(self, space: str, what: str, device: str = "", count: int = 1) -> None:
        """Tell the person: fork, foreign, withheld, rollback."""
        ...


@dataclass
class Round:
    """What one round did in one space."""

    received: int = 0
    sent: int = 0
    put_back: int = 0


class Replicator:
    """Keeps spaces and one server alike. One round at a time; several replicators share nothing."""

    def __init__(
        self,
        server: Server,
        shelf: Shelf,
        *,
        invitation: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._shelf = shelf
        self._invitation = invitation
        self._monotonic = monotonic
        self._tokens: dict[str, Token] = {}
        self._compared: set[str] = set()
        self._read: dict[str, float] = {}
        self._shares = 1
        self.listening: frozenset[str] = frozenset()
        """Spaces of which the server tells at once what is new: whoever listens for it says so here."""

    def round(self, space: str, *, heard: bool = False) -> Round:
        """Read, seal, send; and compare, the first time and whenever something was odd.

        What is written here goes first where the log is known to its end, unless the server has just told of news there
        (`heard`): somebody may be looking at the screen on which they will stand. A line that was too slow for what was
        asked of it is asked for less the next time.
        """
        try:
            done = self._renewed(space, heard)
        except NoAnswer as exc:
            if exc.facts.get("reason") == "late":
                self._slow()
            raise
        except ServerRefuses as exc:
            if exc.facts["status"] != _TOO_SLOW:
                raise
            self._slow()
            raise NoAnswer(reason="late") from exc
        self._shares = max(1, self._shares // 2)
        return done

    def _slow(self) -> None:
        self._shares = min(SHARES_MOST, self._shares * 4)

    def _renewed(self, space: str, heard: bool) -> Round:
        """A round with what the server asks for first: each at most once, in whatever order it does."""
        renewed = begun = False
        while True:
            try:
                return self._round(space, heard and not renewed and not begun)
            except SessionOver:  # perhaps it was restored, and its log is another one
                if renewed:
                    raise
                renewed = True
                self._tokens.pop(space, None)
                self._read.pop(space, None)
            except SpaceDeletedThere:
                if begun or not self._shelf.may_begin_again(space):
                    raise
                begun = True
                id, keys = bytes.fromhex(space), self._shelf.keys(space)
                self._tokens[space] = self._server.begin_again(id, keys, self._shelf.genesis(space), self._invitation)
                self._shelf.read_again(space)

    def waits(self, space: str) -> bool:
        """Whether something of mine has to go there."""
        return self._shelf.waiting(space) > 0 or bool(self._shelf.unsent(space))

    def position(self, space: str) -> int:
        """How far a space's log has been read."""
        return self._shelf.cursor(space)[0]

    def token(self, space: str) -> Token:
        """Leave to speak for this device there; the space is put on the server if it is not known there."""
        kept = self._tokens.get(space)
        if kept is not None and self._monotonic() < kept.expires:
            return kept
        id, keys = bytes.fromhex(space), self._shelf.keys(space)
        try:
            token = self._server.session(id, keys)
        except ServerRefuses as exc:
            if exc.facts["status"] not in (401, 403):
                raise
            token = self._found(space, id, keys)
        self._tokens[space] = token
        return token

    # ------------------------------------------------------------------ inside

    def _found(self, space: str, id: bytes, keys: DeviceKeys) -> Token:
        """Introduce this device, and put the space there with everything that is known of it.

        In pieces that the line carries in time, each noted once it is there: a line that breaks goes on where it was.
        """
        had = self._shelf.was_there(space)
        self._server.introduce(id, keys, self._invitation)
        token = self._server.session(id, keys)
        self._shelf.seal(space)
        new = -len(self._shelf.unsent(space))
        known = self._shelf.outgoing(space)
        # Who did not found it can put it there only together with what brought them in: that is not cut.
        most = BATCH_BYTES // self._shares if known[0].header.device == keys.id else BATCH_BYTES
        size = len(batches([one.to_bytes() for one in known], most)[0])
        whole = _frames([one.to_bytes() for one in known[:size]])
        new += self._server.found(token, self._shelf.genesis(space), whole).new
        self._shelf.sent(space, known[:size])
        while known := known[size:]:
            size = len(batches([one.to_bytes() for one in known], BATCH_BYTES // self._shares)[0])
            new += self._server.push(token, _frames([one.to_bytes() for one in known[:size]])).new
            self._shelf.sent(space, known[:size])
        if had and new > 0:  # it took more than what had never been sent
            self._shelf.noticed(space, "rollback")
        return token

    def _round(self, space: str, heard: bool = False) -> Round:
        done = Round()
        token = self.token(space)
        if not heard and self._is_fresh(space):
            self._shelf.seal(space)
            if self._push(space, token, done):
                self._read[space] = self._monotonic()
                return done  # the log ends with what was just sent: there is nothing else to read
        for _ in range(MENDS_MOST):
            try:
                if self._pull(space, token, done):
                    break
            except ServerRefuses as exc:
                if exc.facts["status"] != 403 or self._shelf.cursor(space)[0]:
                    raise
                token = self._tokens[space] = self._found(space, bytes.fromhex(space), self._shelf.keys(space))
            self._compared.discard(space)
        self._shelf.seal(space)
        self._push(space, token, done)
        if space not in self._compared:
            self._compare(space, token, done)
            if not self._shelf.lacking(space):  # else the next round looks whether this is still the same log
                self._compared.add(space)
        self._shelf.settled(space)
        self._read[space] = self._monotonic()
        return done

    def _is_fresh(self, space: str) -> bool:
        """Whether what the log holds is known here, so that writing need not wait for reading.

        Not when it was read a while ago: somebody may have been taken out since, and what is sealed now must be sealed
        for those who are in.
        """
        if space not in self._compared:
            return False
        return space in self.listening or self._monotonic() - self._read.get(space, -FRESH_SECONDS) < FRESH_SECONDS

    def _pull(self, space: str, token: Token, done: Round) -> bool:
        """Read to the end of the log; False when it is not the log that was read before.

        What has no place (something before it is missing) or is refused does not keep the rest from being read, but
        the cursor stays before it: the next round asks for it again.
        """
        after, at = self._shelf.cursor(space)
        whole = True
        for _ in range(PAGES_MOST):
            try:
                check = None if self._is_fresh(space) else at
                page = self._server.pull(token, after, at=check, limit=max(1, BATCH_ENVELOPES // self._shares))
            except LogUnknown:
                if not after:
                    raise OddAnswer(reason="cursor") from None
                self._shelf.read_again(space)
                return False
            if page.head < after:
                self._shelf.read_again(space)
                return False
            try:
                envelopes = read_frames(page.frames)
            except (BadFrames, BadEnvelope) as exc:
                self._shelf.noticed(space, "foreign")
                raise OddAnswer(reason=exc.code) from exc
            for part in _parts(envelopes):
                after, at = after + len(part), part[-1].id
                taken = self._shelf.take(space, part, (after, at) if whole else None, there=True)
                done.received += taken.changes
                if taken.early and whole:
                    self._shelf.noticed(space, "withheld")
                whole = whole and not taken.early and not taken.refused
            if not envelopes or after >= page.head:
                break
        if not whole:
            self._compared.discard(space)
        elif self._shelf.lacking(space):
            self._compared.discard(space)
            self._shelf.noticed(space, "withheld")
        return True

    def _push(self, space: str, token: Token, done: Round) -> bool:
        """Hand over what waits, in order. What the server lacks before it goes first.

        True when something went, and the log ends with it and holds nothing else that was not read.
        """
        forked: set[bytes] = set()
        mends = 0
        alone = False
        while True:
            waiting = [one for one in self._shelf.unsent(space) if one.header.device not in forked]
            if not waiting:
                return alone and not forked
            size = len(batches([one.to_bytes() for one in waiting], BATCH_BYTES // self._shares)[0])
            batch = waiting[:size]
            try:
                told = self._server.push(token, _frames([one.to_bytes() for one in batch]))
            except LogFork as exc:
                forked.add(exc.device)
                self._shelf.noticed(space, "fork", exc.device.hex())
                continue
            except LogGap:
                mends += 1
                if mends > MENDS_MOST:
                    raise
                self._compare(space, token, done)
                continue
            after, _ = self._shelf.cursor(space)
            whole = told.new == len(batch) and told.head == after + told.new
            self._shelf.sent(space, batch, (told.head, batch[-1].id) if whole else None)
            done.sent += told.new
            alone = whole
            if size == len(waiting):
                return alone and not forked

    def _compare(self, space: str, token: Token, done: Round) -> None:
        """Hold what the server has against what is here, and give back what it has lost."""
        _, theirs = self._server.heads(token)
        found = self._shelf.compare(space, theirs)
        for device in found.forked:
            self._shelf.noticed(space, "fork", device.hex())
        if not found.behind:
            return
        back = self._shelf.put_back(space, found.behind)
        for batch in batches([one.to_bytes() for one in back], BATCH_BYTES // self._shares):
            done.put_back += self._server.push(token, _frames(batch)).new


def _parts(envelopes: Sequence[Envelope]) -> Iterator[Sequence[Envelope]]:
    """A page in parts that are taken in one after the other: whoever is writing meanwhile waits for one at the most."""
    at = 0
    while at < len(envelopes):
        end, size = at, 0
        while end < len(envelopes) and (end == at or size + _size(envelopes[end]) <= PART_BYTES):
            size += _size(envelopes[end])
            end += 1
        yield envelopes[at:end]
        at = end


def _size(envelope: Envelope) -> int:
    return len(envelope.body or b"")


def _frames(envelopes: Iterable[bytes]) -> bytes:
    return b"".join(part for raw in envelopes for part in (number(len(raw), 4), raw))
