"""Whether a batch is believed: every envelope against its chain, its signature and what the control records say.

The rules are `sync.authority`'s, the same that devices apply; here they meet what is stored. A space is looked at,
the batch is judged without holding any lock, and appending refuses when the space has moved on meanwhile; then
it is judged again.
"""

import hashlib
import threading
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from sync.authority import START, Authority, Link, Right, admit, read_record
from sync.authority.admission import found, may_drop
from sync.errors import BadFrames, Fork, Gap, NotAllowed, SyncError
from sync.protocol.envelope import STRIPPED_KINDS, Envelope, Kind
from sync.protocol.frames import cut_frames
from sync.protocol.purge import read_purged
from sync.server.accounts import Session
from sync.server.log import Erasure, Gone, Log, Look, Row, Space, Stale, Tip, mark
from sync.server.refusal import Refusal, busy, forbidden, malformed

ERASED_AT_THE_END: Final = tuple(int(kind) for kind in STRIPPED_KINDS)
"""Kinds whose bodies go when an account ends; the others carry nothing that a person wrote."""

_SPACES_KEPT: Final = 2_000
TRIES: Final = 8
"""How often something is judged anew because the space moved on meanwhile."""
_UNKNOWN: Final = Tip(0, b"")


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in a space, as its control records have it."""

    authority: Authority

    @property
    def current(self) -> frozenset[bytes]:
        """The devices that are in the space now."""
        return frozenset(self.authority.members)

    def reads(self, device: bytes) -> bool:
        return device in self.authority.members

    def writes(self, device: bytes) -> bool:
        return self.authority.may(device, Right.WRITE)

    def key(self, device: bytes) -> bytes | None:
        """The signing key of a device that was ever brought in."""
        keys = self.authority.keys_of(device)
        return keys.sign if keys else None

    def has_party(self, party: bytes) -> bool:
        return any(member.party == party for member in self.authority.members.values())


class _NoMembers(Members):
    """A space without its founding: nobody is in it."""

    def __init__(self) -> None:
        return

    @property
    def current(self) -> frozenset[bytes]:
        return frozenset()

    def reads(self, device: bytes) -> bool:
        return False

    def writes(self, device: bytes) -> bool:
        return False

    def key(self, device: bytes) -> bytes | None:
        return None

    def has_party(self, party: bytes) -> bool:
        return False


NOBODY: Final = _NoMembers()


class Judge:
    """Judges batches, and remembers what the control records of busy spaces amount to."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._looks: OrderedDict[bytes, Look] = OrderedDict()
        self._guard = threading.Lock()

    def members(self, space: Space) -> Members:
        """Who is in the space, from the control records up to the one that `space` knows of."""
        kept = self._known(space)
        return kept.members if kept else NOBODY

    def frames(self, body: bytes) -> list[bytes]:
        """The envelopes of a batch, as bytes."""
        try:
            frames = cut_frames(body)
        except BadFrames as exc:
            raise malformed("frames") from exc
        if not frames:
            raise malformed("frames")
        return frames

    def id(self, envelope: bytes) -> bytes:
        return Envelope.read(envelope).id

    def append(
        self,
        space: bytes,
        frames: Sequence[bytes],
        *,
        by: Session,
        genesis: bytes | None,
        admit: Callable[[Space], object] | None,
        limit: int,
        today: int,
    ) -> tuple[int, int]:
        """Judge a batch and append what is new of it: the head, and how many were new.

        `admit` refuses whoever may not be here at all; a founder brings `genesis` instead.
        """
        envelopes = [_read(index, raw, space) for index, raw in enumerate(frames)]
        spans: dict[bytes, tuple[int, int]] = {}
        for envelope in envelopes:
            device, sequence = envelope.header.device, envelope.header.sequence
            first, last = spans.get(device, (sequence, sequence))
            spans[device] = (min(first, sequence), max(last, sequence))
        remembered = self._remembered(space, spans)
        if remembered is not None:
            try:
                done = self._tried(remembered, envelopes, by, genesis, admit, limit)
            except (Refusal, Gone, Stale):
                done = None  # whatever is wrong with it, it may be what is remembered
            if done is not None and done[1]:
                return done
        for _ in range(TRIES):
            look = self._log.look(space, spans)
            if look is None:
                if genesis is None:
                    raise forbidden()
                # Judged before the space is made, so that nothing stands there after a refusal. Any member may bring a
                # space, not only who founded it: that is how a server gets back what it lost.
                batch = self._judged(Look(Space(space, genesis, 0, 0, 0, False), {}, {}), envelopes, None)
                if not batch.lets_in(by):
                    raise forbidden()
                self._log.found(space, genesis, today)
                continue
            try:
                return self._tried(look, envelopes, by, genesis, admit, limit)
            except Stale:
                continue
        raise busy()

    def _tried(
        self,
        look: Look,
        envelopes: Sequence[Envelope],
        by: Session,
        genesis: bytes | None,
        admit: Callable[[Space], object] | None,
        limit: int,
    ) -> tuple[int, int]:
        """Judge a batch as the space was looked at, and append what is new of it."""
        if look.space.gone or look.tips.get(by.device, _UNKNOWN).ended:
            raise Gone
        if admit is not None:
            admit(look.space)
        batch = self._judged(look, envelopes, self._authority(look.space))
        if genesis is not None and not batch.lets_in(by):
            raise forbidden()
        if not batch.rows and not batch.erasures and not batch.restored:
            return look.space.head, 0
        plain = False
        try:
            space = self._log.append(look, batch.rows, batch.erasures, batch.restored, purged=batch.purged, limit=limit)
            plain = batch.is_plain
        finally:
            if not plain:
                self.forget(look.space.id)
        if plain:
            self._remember(Look(space, batch.tips, {}))
        return space.head, len(batch.rows)

    def _remembered(self, space: bytes, spans: Mapping[bytes, tuple[int, int]]) -> Look | None:
        """The space as this process left it, for a batch of which nothing is there already.

        Others may have written since. Appending notices that, and nothing is refused for what is only remembered.
        """
        look = self._looks.get(space)
        if look is None:
            return None
        return (
            look
            if all(first > look.tips.get(device, _UNKNOWN).sequence for device, (first, _) in spans.items())
            else None
        )

    def _remember(self, look: Look) -> None:
        with self._guard:
            self._looks[look.space.id] = look
            self._looks.move_to_end(look.space.id)
            if len(self._looks) > _SPACES_KEPT:
                self._looks.popitem(last=False)

    def forget(self, space: bytes) -> None:
        """Something about the space was changed by other ways than appending: it is looked at anew."""
        with self._guard:
            self._looks.pop(space, None)

    def _judged(self, look: Look, envelopes: Sequence[Envelope], authority: Authority | None) -> "_Batch":
        """Everything that a batch would change, or the refusal of its first fault."""
        batch = _Batch(self._log, look, authority)
        for index, envelope in enumerate(envelopes):
            try:
                batch.take(envelope)
            except Gap as exc:
                tip = batch.tip(envelope.header.device)
                raise Refusal(
                    409,
                    "gap",
                    index=index,
                    device=envelope.header.device.hex(),
                    sequence=tip.sequence,
                    id=tip.id.hex(),
                ) from exc
            except Fork as exc:
                held = batch.held(envelope)
                raise Refusal(
                    409,
                    "fork",
                    index=index,
                    device=envelope.header.device.hex(),
                    sequence=envelope.header.sequence,
                    held=b64encode(held).decode() if held else None,
                ) from exc
            except SyncError as exc:
                raise Refusal(422, "envelope", index=index, reason=_why(exc)) from exc
        return batch

    def _authority(self, space: Space) -> Authority | None:
        kept = self._known(space)
        return kept.members.authority if kept else None

    def _known(self, space: Space) -> "_Kept | None":
        """What the control records up to `space.controls` amount to; built on from what was known."""
        if not space.controls:
            return None
        with self._guard:
            kept = self._kept.get(space.id)
        if kept is not None and (kept.purges, kept.upto) == (space.purges, space.controls):
            return kept
        after, records = 0, b""
        authority: Authority | None = None
        if kept is not None and kept.upto <= space.controls and self._is_of(kept, space):
            after, authority, records = kept.upto, kept.members.authority, kept.records
        for raw in self._log.controls(space.id, after, space.controls):
            envelope = Envelope.read(raw)
            authority = (
                found(envelope) if authority is None else authority.plus(read_record(envelope, authority.keys_of))
            )
            records = _with(records, raw)
        if authority is None:
            return None
        kept = _Kept(space.purges, space.controls, records, Members(authority))
        with self._guard:
            self._kept[space.id] = kept
            self._kept.move_to_end(space.id)
            if len(self._kept) > _SPACES_KEPT:
                self._kept.popitem(last=False)
        return kept

    def _is_of(self, kept: "_Kept", space: Space) -> bool:
        """Whether what is remembered is of this space, and not of a former one that was gone and is founded again.

        That has counted its purges on, as every purge does; then the records themselves tell, which is a hundredth of the
        work of judging them anew.
        """
        if kept.purges == space.purges:
            return True
        return reduce(_with, self._log.controls(space.id, 0, kept.upto), b"") == kept.records


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the control records up to a position amount to, and which records those were."""

    purges: int
    upto: int
    records: bytes
    members: Members


def _with(records: bytes, raw: bytes) -> bytes:
    """The digest of some records and one more."""
    return hashlib.sha256(records + raw).digest()


class _Batch:
    """A batch as it is judged, one envelope after the other, on top of what is stored."""

    def __init__(self, log: Log, look: Look, authority: Authority | None) -> None:
        self._log = log
        self._look = look
        self._authority = authority
        self._tips: dict[bytes, Tip] = dict(look.tips)
        self._new: dict[tuple[bytes, int], Envelope] = {}
        self._purges: set[bytes] = set()
        self.rows: list[Row] = []
        self.erasures: list[Erasure] = []
        self.restored: list[Row] = []
        self.purged: list[bytes] = []

    def take(self, envelope: Envelope) -> None:
        """Judge one envelope and note what it changes."""
        header = envelope.header
        tip = self.tip(header.device)
        last = Link(tip.sequence, tip.id) if tip.sequence else START
        if self._authority is None:
            if last is not START:
                raise AssertionError("a space without its founding has no envelopes")
            after: Authority | None = found(envelope)
        else:
            after = admit(self._authority, envelope, last, self._chain)
        if after is None:
            self._again(envelope)
            return
        self._authority = after
        if header.kind is Kind.PURGE:
            self._purge(envelope)
        kept = envelope
        if envelope.whole and header.kind in STRIPPED_KINDS and (tip.ended or self._is_purged(envelope.id)):
            kept = envelope.stripped()  # of an account that was ended here no words are kept, whoever brings them
        row = Row(header.device, header.sequence, envelope.id, int(header.kind), kept.to_bytes())
        self.rows.append(row)
        self._new[header.device, header.sequence] = kept
        self._tips[header.device] = Tip(header.sequence, envelope.id, tip.ended)

    @property
    def tips(self) -> Mapping[bytes, Tip]:
        """The newest envelopes once the batch is in."""
        return self._tips

    @property
    def is_plain(self) -> bool:
        """Whether the batch says things, and changes neither who is in nor what was there."""
        controls = any(row.kind == Kind.CONTROL for row in self.rows)
        return not (controls or self.erasures or self.restored or self.purged)

    def lets_in(self, session: Session) -> bool:
        """Whether the session's device is in the space once the batch is in."""
        members = Members(self._authority) if self._authority else NOBODY
        return members.reads(session.device) or (session.root is not None and members.has_party(session.root))

    def tip(self, device: bytes) -> Tip:
        return self._tips.get(device, Tip(0, bytes(32)))

    def held(self, envelope: Envelope) -> bytes | None:
        """The envelope that stands where another wants to be, or before it."""
        device, sequence = envelope.header.device, envelope.header.sequence
        tip = self.tip(device)
        sequence = min(sequence, tip.sequence)
        if (device, sequence) in self._new:
            return self._new[device, sequence].to_bytes()
        return self._look.held.get((device, sequence)) or self._log.at(self._look.space.id, device, sequence)

    def _chain(self, device: bytes, sequence: int) -> bytes | None:
        """The id at a place of a device's chain, as far as it is stored or in this batch."""
        if (device, sequence) in self._new:
            return self._new[device, sequence].id
        raw = self._look.held.get((device, sequence)) or self._log.at(self._look.space.id, device, sequence)
        return Envelope.read(raw).id if raw else None

    def _again(self, envelope: Envelope) -> None:
        """A repetition. If only the shell was held, and nobody erased the body, the body comes back."""
        if not envelope.whole or self.tip(envelope.header.device).ended:
            return
        key = (envelope.header.device, envelope.header.sequence)
        raw = self._look.held.get(key)
        if raw is None or Envelope.read(raw).whole or self._is_purged(envelope.id):
            return
        # The id binds header and body; a signature that was never checked with it could be another one.
        kept = Envelope.made(envelope.header, envelope.body or b"", Envelope.read(raw).signature)
        self.restored.append(Row(*key, envelope.id, int(envelope.header.kind), kept.to_bytes()))

    def _is_purged(self, id: bytes) -> bool:
        if id in self._purges:
            return True
        return self._look.space.purges > 0 and self._log.is_purged(self._look.space.id, id)

    def _purge(self, purge: Envelope) -> None:
        """Drop the bodies that a purge names, where they lie already; and remember the names."""
        authority = self._authority
        assert authority is not None
        ids = read_purged(purge)
        wanted = set(ids)
        stored = self._log.marked(self._look.space.id, [mark(id) for id in ids])
        for target in [*(Envelope.read(raw) for raw in stored), *self._new.values()]:
            if target.id not in wanted:
                continue
            if not may_drop(authority, purge.header, target.header):
                raise NotAllowed(reason="purge")
            if target.whole:
                place = (target.header.device, target.header.sequence)
                shell = target.stripped().to_bytes()
                if place in self._new:
                    self._new[place] = target.stripped()
                    self.rows = [
                        Row(row.device, row.sequence, row.id, row.kind, shell) if row.id == target.id else row
                        for row in self.rows
                    ]
                else:
                    self.erasures.append(Erasure(*place, shell))
        self._purges |= wanted
        self.purged += ids


def strip(envelope: bytes) -> bytes:
    """The envelope without its body."""
    return Envelope.read(envelope).stripped().to_bytes()


def _read(index: int, raw: bytes, space: bytes) -> Envelope:
    try:
        envelope = Envelope.read(raw)
    except SyncError as exc:
        raise Refusal(422, "envelope", index=index, reason=_why(exc)) from exc
    if envelope.header.space != space:
        raise Refusal(422, "envelope", index=index, reason="space")
    return envelope


def _why(error: SyncError) -> str:
    return str(error.facts.get("reason") or error.facts.get("what") or error.code)
