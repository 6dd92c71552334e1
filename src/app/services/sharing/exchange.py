"""What this device keeps of the spaces that it shares: sealed envelopes, who is in, the keys, and what waits.

Nothing here talks to anybody. Own changes become envelopes that are durable before they leave; what others wrote comes
in together with the note of how far that is, in one transaction. Whoever brings the envelopes (a server, a bundle, a
code on a screen) is believed in nothing: signatures, chains and the rules of the space decide.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from app.errors import BadChange, NotShared
from app.model.changes import Change
from app.services.records.calm import undisturbed
from app.services.records.store import Store
from app.services.records.tables import ALARMS, ASIDE, LINKS, PLACES, PSKS, is_
from app.services.sharing.shelf import Alarm, AlarmKind, Shelf, envelope_of, key_of
from app.services.spaces import Spaces
from sync.authority import Authority, Link, Record, Right, Role
from sync.errors import (
    BadContent,
    BadControl,
    BadJson,
    BadRecord,
    CannotOpen,
    NoKey,
    NotAllowed,
    SyncError,
)
from sync.hpke import Psk
from sync.ledger import HALF, Comparison, Contradiction, Ledger, Outcome, Seen
from sync.pairing import introduction
from sync.pairing.introduction import Introduction
from sync.protocol import Envelope, Kind, PublicKeys, party_of
from sync.protocol.control import Departure, Reset
from sync.protocol.limits import PURGED_MAX
from sync.sealing import (
    EpochKey,
    Inside,
    Keyring,
    Message,
    Portion,
    Sealer,
    gather,
    open_inside,
    open_message,
    portions,
    steps,
)
from sync.signing import DeviceKeys, Genesis, SigningKey

SEALED_AT_ONCE: Final = 500
"""Own changes that are read from the outbox at a time."""
ANSWER_AFTER: Final = timedelta(minutes=1)
"""What came is acknowledged together with whatever else comes within that time."""
SILENT_AT_MOST: Final = timedelta(hours=12)
"""A device that is used says so at least that often."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A device in a space, and whose it is as far as certificates say."""

    device: str
    root: str
    name: str
    mine: bool
    own: bool
    heard: str = ""
    """When something of it came last (ISO); empty if never."""
    master: str = ""
    """The id of the device itself: the same in every space, and known to those inside alone."""
    made: int = 0
    """When it was certified, in milliseconds since 1970."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """How a device went out of a space."""

    way: str
    """`left` (the person went), `dismissed` (somebody else took the person out), `device` (it alone was taken out)."""
    record: str
    author: str
    by: str
    """The name of whoever said so."""
    sequence: int
    """The record's place in its author's chain."""
    name: str
    root: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one's own changes in a space have come, by their numbers."""

    sealed: int
    """Those up to here lie in envelopes."""
    waiting: tuple[range, ...]
    """These lie in envelopes that no server has been given."""
    received: int
    """All others have said to have seen those up to here."""
    alone: bool
    """Nobody else is in."""


@dataclass
class TakenIn:
    """What became of envelopes that somebody brought."""

    placed: int = 0
    repeated: int = 0
    restored: int = 0
    """Had come without their bodies, which are here now."""
    early: int = 0
    """What comes before them is not there: later again. From a server that says it gave all, something is missing."""
    refused: int = 0
    """Not signed by whom they name, or of another space: nothing of them is kept."""
    changes: int = 0
    aside: int = 0
    said: dict[str, int] = field(default_factory=dict)
    """By device: the last of its changes that came."""
    alarms: list[Alarm] = field(default_factory=list)


@dataclass
class _Log:
    """One space, as it is kept."""

    space: str
    ledger: Ledger
    keyring: Keyring
    keys: DeviceKeys
    people: Mapping[bytes, Introduction]

    @property
    def authority(self) -> Authority:
        return self.ledger.authority

    @property
    def id(self) -> bytes:
        return bytes.fromhex(self.space)


@dataclass(frozen=True, slots=True)
class _Withdrawn:
    """A message that counted, why it does no longer, and the numbers of its changes."""

    run: list[Envelope]
    reason: str
    numbers: range


_PLACE: Final = {"sealed": 0, "cursor": 0, "at": "", "erased": 0}
"""A space that was just begun or joined."""


class Exchange:
    """The shared spaces of an open vault. One thing happens at a time; every call may come from any thread."""

    def __init__(self, store: Store, spaces: Spaces, *, name: Callable[[], str], now: Callable[[], datetime]) -> None:
        self._store = store
        self._spaces = spaces
        self._name = name
        self._now = now
        self._shelf = Shelf(store, now)
        self._one = threading.RLock()
        self._logs: dict[str, _Log] = {}
        self._listeners: list[Callable[[], None]] = []
        self._carrier = ""
        """The server that carries, as its origin; empty while none does."""
        spaces.parties = self.same_person

    # ------------------------------------------------------------------ what is there

    def same_person(self, space: str, one: str, other: str) -> bool:
        """Whether two devices in a space belong to one person, as its control records have it.

        Asked by the store while it writes, so it waits for nobody.
        """
        log = self._at_hand(space)
        return log is not None and log.authority.may_purge(bytes.fromhex(one), bytes.fromhex(other))

    def is_out(self, space: str) -> bool:
        """Whether this device is known to have gone out of a space. Asked while a screen is drawn, so it waits for nobody."""
        log = self._at_hand(space)
        return log is not None and log.keys.id not in log.authority.members and _way_out(log, log.keys.id) is not None

    def _at_hand(self, space: str) -> _Log | None:
        """A space as it was last kept, also while another thread goes on with it."""
        log = self._logs.get(space)
        return log if log is not None or self._shelf.place(space) is None else self._load(space)

    def _looked_at(self, space: str) -> _Log:
        """A space as it was last kept, for a question of a screen: it waits for nobody who seals or takes in for minutes."""
        if self._one.acquire(blocking=False):
            try:
                return self._log(space)
            finally:
                self._one.release()
        log = self._at_hand(space)
        if log is None:
            raise NotShared
        return log

    def shared(self) -> list[str]:
        """The spaces that have a log: shared with somebody, or carried by a server."""
        return [row["id"] for row in self._shelf.table(PLACES)]

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when something was taken in, sealed or sent, in the thread that did it. The answer ends that."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def people(self, space: str) -> list[Contact]:
        """The devices in a space and whose they are."""
        log = self._looked_at(space)
        return self._contacts(log, log.authority.members)

    def former(self, space: str) -> list[Contact]:
        """The devices that were in a space and are no longer."""
        log = self._looked_at(space)
        return self._contacts(log, [one for one in log.people if one not in log.authority.members])

    def known_at_entry(self, space: str) -> set[str]:
        """The devices that were there when this one came in, and those that came in with it."""
        log = self._looked_at(space)
        return {device.hex() for device in log.authority.known_to_entry_of(log.keys.id)}

    def brought_by_reset(self, space: str) -> set[str]:
        """The devices that came in because somebody typed their recovery key."""
        whats = [record.public.what for record in self._looked_at(space).authority.records]
        return {keys.id.hex() for what in whats if isinstance(what, Reset) for keys in what.devices}

    def _contacts(self, log: _Log, devices: Iterable[bytes]) -> list[Contact]:
        rows = self._shelf.table(LINKS).search(is_("space", log.space))
        heard = {row["device"]: row.get("heard", "") for row in rows}
        return [
            Contact(
                device=device.hex(),
                root=person.root.hex() if person else "",
                name=person.name if person else "",
                mine=person is not None and person.root == self._spaces.root,
                own=device == log.keys.id,
                heard=heard.get(device.hex(), ""),
                master=person.masters[-1].device.hex() if person else "",
                made=person.masters[-1].made if person else 0,
            )
            for device in devices
            for person in (log.people.get(device),)
        ]

    def ways_out(self, space: str) -> dict[str, WayOut]:
        """Of the devices that were in a space and are no longer: how each of them went, as the records say."""
        log = self._looked_at(space)
        found = {one: _way_out(log, one) for one in log.people if one not in log.authority.members}
        return {device.hex(): way for device, way in found.items() if way is not None}

    def way_out(self, space: str) -> WayOut | None:
        """How this device went out of a space; None where it is in, or was never known to be."""
        if self._shelf.place(space) is None:
            return None
        log = self._looked_at(space)
        return None if log.keys.id in log.authority.members else _way_out(log, log.keys.id)

    def shut_out(self, space: str) -> bool:
        """Whether a server has said no to this device there although nothing is here that says why."""
        return self.not_carried(space) and self.is_in(space)

    def not_carried(self, space: str) -> bool:
        """Whether the server says no to this device there, for whatever reason: word of it goes by package."""
        row = self._shelf.place(space)
        return row is not None and bool(row.get("shut"))

    def refused(self, spaces: Collection[str], but_for: Collection[str]) -> None:
        """In which spaces the server says no, and in which it does not; of the others nobody has heard anything new."""
        with self._one:
            said = {**dict.fromkeys(but_for, False), **dict.fromkeys(spaces, True)}
            rows = [row for row in self._shelf.table(PLACES) if row["id"] in said]
            changed = [row["id"] for row in rows if bool(row.get("shut")) != said[row["id"]]]
            if changed:
                with self._store.writing():
                    for space in changed:
                        self._shelf.table(PLACES).update({"shut": said[space]}, is_("id", space))
        if changed:
            self._tell()

    # ------------------------------------------------------------------ which server carries

    def carried_by(self, origin: str, *, chosen: bool = False) -> None:
        """From now on a server carries. `chosen`: a person has just said so, and so wants all of it to be there.

        Another one than before: its log is read from the beginning, and what it lacks it has not lost.
        """
        self._carrier = origin
        if not chosen:
            return
        with self._one, self._store.writing():
            for row in list(self._shelf.table(PLACES)):
                fresh: dict[str, Any] = {"again": True, "shut": False}
                if row.get("there") != origin:
                    fresh |= {"cursor": 0, "at": ""}
                self._shelf.table(PLACES).update(fresh, doc_ids=[row.doc_id])

    def settled(self, space: str) -> None:
        """All that is here is with the server that carries: from now on, what it lacks it has lost."""
        row = self._shelf.place(space)
        if row is not None and ((row.get("there") or "") != self._carrier or row.get("again")):
            with self._one, self._store.writing():
                self._shelf.table(PLACES).update({"there": self._carrier, "again": False}, is_("id", space))

    def was_there(self, space: str) -> bool:
        """Whether the server that carries has had the space, and it was read there."""
        row = self._shelf.place(space)
        return row is not None and (row.get("there") or "") == self._carrier and row["cursor"] > 0

    def may_begin_again(self, space: str) -> bool:
        """Whether a person has chosen the server since this space was alike there: then what was deleted may come back."""
        row = self._shelf.place(space)
        return row is not None and bool(row.get("again"))

    def deleted_there(self, space: str) -> None:
        """The server has erased what this device had put there: should it be chosen again, that is sent anew."""
        with self._one, self._store.writing():
            fresh = {"there": "", "cursor": 0, "at": "", "again": False}
            self._shelf.table(PLACES).update(fresh, is_("id", space))
            self._shelf.send_again(space, self._spaces.keys(space).id.hex())

    def may_dismiss(self, space: str) -> bool:
        """Whether I may take another person out of a space."""
        log = self._looked_at(space)
        return log.authority.may(log.keys.id, Right.DISMISS)

    def heads(self, space: str) -> dict[bytes, Link]:
        """How far every device's chain has come here."""
        return self._looked_at(space).ledger.heads

    def authority(self, space: str) -> Authority:
        """Who may do what in a space."""
        return self._looked_at(space).authority

    def keys(self, space: str) -> DeviceKeys:
        """This device's keys in a space."""
        return self._spaces.keys(space)

    def genesis(self, space: str) -> bytes:
        """The record with which a space begins."""
        return self._spaces.genesis(space)

    def waiting(self, space: str) -> int:
        """How many of the changes written here have not been handed to a server yet, sealed or not."""
        row = self._shelf.place(space)
        if row is None:
            return 0
        unsealed = self._store.written(space) - int(row["sealed"])
        return unsealed + sum(int(one.get("changes", 0)) for one in self._shelf.waiting(space))

    def progress(self, space: str) -> Progress:
        """How far my own changes have come."""
        row = self._shelf.place(space)
        if row is None:
            raise NotShared
        log = self._looked_at(space)
        waiting = [
            range(one["first"], one["first"] + one["changes"])
            for one in self._shelf.waiting(space)
            if one.get("changes")
        ]
        seen = self.known_to_others(space).get(log.keys.id, 0)
        alone = all(one.mine for one in self._contacts(log, log.authority.members))
        return Progress(row["sealed"], tuple(waiting), self._shelf.said_upto(space, log.keys.id.hex(), seen), alone)

    def sign_of_life(self, space: str) -> int:
        """Say that this device is there and what it has seen, where somebody else can hear it.

        Once something was taken in since it last spoke, and after half a day of silence. What others say in return is
        no reason to speak: else two devices would never stop.
        """
        with self._one:
            row = self._shelf.place(space)
            if row is None or all(one.mine for one in self.people(space)):
                return 0
            own = next((one.heard for one in self.people(space) if one.own), "")
            silent = self._now() - datetime.fromisoformat(own) if own else SILENT_AT_MOST
            owed = bool(row.get("owed")) and silent >= ANSWER_AFTER
            return self.seal(space, heartbeat=True) if owed or silent >= SILENT_AT_MOST else 0

    def acknowledge(self, space: str) -> int:
        """Seal what was written; where nothing was and something came since this device last spoke, say that."""
        with self._one:
            row = self._shelf.place(space)
            return self.seal(space, heartbeat=row is not None and bool(row.get("owed")))

    def alarms(self) -> list[Alarm]:
        """What has to be told."""
        return [
            Alarm(row["space"], AlarmKind(row["kind"]), row["device"], row["count"])
            for row in self._shelf.table(ALARMS)
            if not row.get("told")
        ]

    def told(self, space: str) -> None:
        """The person has read the alarms of that space. What goes on as it was is not told again.

        Said by a tap on the screen, so it waits for nobody who seals or takes in.
        """
        with self._store.writing():
            self._shelf.table(ALARMS).update({"told": True, "count": 0}, is_("space", space))
        self._tell()

    # ------------------------------------------------------------------ beginning, and letting others in

    def begin(self, space: str) -> None:
        """Give a space of mine its log: the founding, and a first epoch for this device. Once is enough."""
        with self._one:
            if self._shelf.place(space) is not None:
                return
            if self._spaces.elsewhere(space):
                raise NotShared(reason="elsewhere")
            keys, genesis = self._spaces.keys(space), Genesis.read(self._spaces.genesis(space), bytes.fromhex(space))
            sealer = Sealer(bytes.fromhex(space), keys)
            mine = self._spaces.introduction(space, self._name())
            envelopes, key = steps.begin(
                sealer, genesis, self._spaces.root, mine.to_bytes(), self._spaces.first_epoch(space)
            )
            ledger = Ledger.begin(envelopes[0])
            with self._writing(space):
                self._shelf.keep(space, envelopes[0])  # before its place: a screen may ask in between
                self._shelf.table(PLACES).insert(_PLACE | {"id": space})
                self._shelf.keep_keys(space, [key])
                self._go_on(_Log(space, ledger, Keyring({}), keys, {}), envelopes[1:])
                # On a phone that was put back: nobody else has what the former one wrote.
                self._store.say_again(space, {}, lambda _: True)
        self._tell()

    def add(
        self, space: str, who: Introduction, *, role: Role = Role.STEWARD, psk: Psk | None = None, reason: str = ""
    ) -> None:
        """Let somebody's device in, and make the key for everybody who is in then. Durable when it returns.

        What is written from now on, and what was before, can be read by the newcomer.
        """
        with self._one:
            self.begin(space)
            if who.keys.id in self._log(space).authority.members:
                return
            self._add(space, [who], role, psk)
        self._tell()

    def _add(self, space: str, who: Sequence[Introduction], role: Role, psk: Psk | None = None) -> None:
        """Devices of one person come in with one record: once somebody is in, nobody else lets in a device of theirs."""
        self._seal_everything(space)
        log = self._keyed(self._log(space))
        sealer = self._sealer(log)
        addition = steps.add(
            sealer,
            log.authority,
            self._writing_key(log),
            party=party_of(log.id, who[0].root),
            role=role,
            devices={one.keys: one.consent for one in who},
            introductions=[one.to_bytes() for one in who],
        )
        after = steps.joined(log.authority, addition)
        psks = {one.keys.id: psk for one in who} if psk else {}
        epoch, _ = steps.epoch(sealer, after, log.keyring.keys.values(), psks)
        with self._writing(space):
            if psk:
                self._shelf.table(PSKS).insert({"space": space, "secret": psk.secret.hex(), "name": psk.name.hex()})
            self._go_on(log, [addition, epoch])

    def adopt(
        self,
        genesis: bytes,
        envelopes: Sequence[Envelope],
        inviter: bytes,
        *,
        psks: Sequence[Psk] = (),
        known: Iterable[bytes] = (),
        cursor: tuple[int, bytes] | None = None,
    ) -> str:
        """Come into a space that somebody else founded. `inviter` is the root key of whoever let this device in.

        `known` are root keys of others who may have founded it; `cursor` says where the envelopes end in a server's
        log. Raises `NotAllowed` or `BadRecord` when the envelopes do not show that, and keeps nothing of them then.
        """
        if not envelopes:
            raise NotAllowed(reason="founding")
        space = envelopes[0].header.space.hex()
        Genesis.read(genesis, bytes.fromhex(space))
        with self._one:
            if self._shelf.place(space) is None:
                ledger = Ledger.begin(envelopes[0])
                with self._store.writing():
                    self._spaces.join(space, genesis)
                    self._shelf.keep(space, envelopes[0], waiting=cursor is None)  # before its place, as in `begin`
                    self._shelf.table(PLACES).insert(_PLACE | {"id": space})
                    for psk in psks:
                        self._shelf.table(PSKS).insert(
                            {"space": space, "secret": psk.secret.hex(), "name": psk.name.hex()}
                        )
                    fresh = _Log(space, ledger, Keyring({}), self._spaces.keys(space), {})
                    self._take(fresh, envelopes[1:], there=cursor is not None, cursor=cursor)
                    log = self._load(space)
                    if log.keys.id not in log.authority.members or not log.keyring.keys:
                        raise NotAllowed(reason="member")
                    self._check_founder(log, genesis, {inviter, *known})
                    if all(one.root != inviter for id, one in log.people.items() if id in log.authority.members):
                        raise BadRecord(reason="inviter")
                self._logs[space] = log
            else:
                with self._store.writing():
                    for psk in psks:
                        self._shelf.table(PSKS).insert(
                            {"space": space, "secret": psk.secret.hex(), "name": psk.name.hex()}
                        )
                    self.take(space, envelopes)
        self._tell()
        return space

    def other_parties(self, space: str) -> list[bytes]:
        """The others who are in a space, as its public records name them: also whose certificates cannot be read here."""
        log = self._looked_at(space)
        mine = log.authority.parties_of(log.keys.id)
        return sorted({member.party for member in log.authority.members.values()} - set(mine))

    def dismiss(
        self,
        space: str,
        devices: Iterable[str] = (),
        *,
        party: bytes = b"",
        party_of_root: str = "",
        reason: str = "",
    ) -> None:
        """Take out devices of mine, or a whole person, with a new key at once. Durable when it returns.

        With my own party I leave. What was written and not sealed yet goes under the new key, so that nobody who is out
        can read it; whoever leaves can seal nothing afterwards, and does so before.
        """
        if party_of_root:
            party = party_of(bytes.fromhex(space), bytes.fromhex(party_of_root))
        with self._one:
            if not party or party == party_of(bytes.fromhex(space), self._spaces.root):
                self._seal_everything(space)
            log = self._keyed(self._log(space))
            sealer, key, links = self._sealer(log), self._writing_key(log), log.ledger.heads
            if party:
                out = steps.dismiss(sealer, log.authority, key, party, links, reason)
            else:
                out = steps.revoke(sealer, log.authority, key, map(bytes.fromhex, devices), links, reason)
            after = steps.joined(log.authority, out)
            made = [out]
            if after.may(log.keys.id, Right.REKEY):
                made.append(steps.epoch(sealer, after, log.keyring.keys.values())[0])
            with self._writing(space):
                self._go_on(log, made)
        self._tell()

    def let_in_again(self, space: str, root: str) -> None:
        """A person who was taken out comes in again, with every device they had in then. Durable when it returns.

        Not with one that had been taken out before, by themselves: it may be in a stranger's hands.
        """
        with self._one:
            log = self._log(space)
            gone = [device for device in log.people if device not in log.authority.members]
            out = [log.people[device] for device in gone if not log.authority.is_out_alone(device)]
            back = [who for who in out if who.root.hex() == root]
            if back:
                self._add(space, back, Role.STEWARD)
        self._tell()

    def open(self, space: str) -> bool:
        """Whether this device could let somebody in there, now or after giving it its log."""
        if self._shelf.place(space) is not None:
            return self.is_in(space) and not self.authority(space).closed
        return not self._spaces.elsewhere(space)

    def let_in_own(self, space: str, who: Introduction, psk: Psk | None) -> None:
        """Another device of mine comes in, as what I am there."""
        with self._one:
            self.begin(space)
            log = self._log(space)
            self.add(space, who, role=log.authority.members[log.keys.id].role, psk=psk)

    def common_secret(self, space: str, devices: Iterable[str]) -> tuple[bytes, bool] | None:
        """The latest key of a space that all those devices are known to hold, and whether it is the current one."""
        with self._one:
            log = self._log(space)
            wanted = [bytes.fromhex(device) for device in devices]
            known = [log.ledger.known_to(device) for device in wanted]
            for record in reversed(log.authority.records):
                key = _key_of(record, log.keyring)
                members = getattr(record.public.what, "members", ())
                if key and all(record.id in one for one in known) and set(wanted) <= set(members):
                    return key.secret, record == log.authority.current
            return None

    def has_spoken(self, space: str, device: str) -> bool:
        """Whether anything of that device is here."""
        return bytes.fromhex(device) in self.heads(space)

    def box_of(self, space: str, device: str) -> bytes:
        """The key to which something is sealed for one device in a space."""
        keys = self.authority(space).keys_of(bytes.fromhex(device))
        if keys is None:
            raise NotShared(reason="device")
        return keys.box

    def name(self) -> str:
        """What I am called by those I share a space with."""
        return self._name()

    def is_in(self, space: str) -> bool:
        """Whether this device is a member of a space that has a log here."""
        if self._shelf.place(space) is None:
            return False
        log = self._looked_at(space)
        return log.keys.id in log.authority.members

    def come_back(
        self,
        space: str,
        root: SigningKey,
        envelopes: Sequence[Envelope] = (),
        cursor: tuple[int, bytes] | None = None,
        *,
        known: Iterable[bytes] = (),
    ) -> None:
        """The recovery key was typed: this device is in from now on, and no other one of mine. With a new key at once.

        `envelopes` are the log as somebody has brought it, where there is none here. Durable when it returns.
        """
        with self._one, self._writing(space):
            log = self._looked_on(space, envelopes, cursor, set(known))
            if log.keys.id not in log.authority.members:
                self._start_over(log, root)
            self._say_again(space)
        self._tell()

    def _say_again(self, space: str) -> None:
        """What a former device of mine wrote and nobody can get from anywhere else: this one says it, once."""
        place = self._shelf.place(space)
        if "former" not in place or not self.is_in(space):
            return
        own = self._log(space).keys.id.hex()
        log = self._log(space)

        def mine(device: str) -> bool:
            if place.get("former_only") and device not in place["former"]:
                return False
            parties = log.authority.parties_of(bytes.fromhex(device))
            return not parties or self.same_person(space, own, device)

        self._store.say_again(space, place["former"], mine)
        self._shelf.table(PLACES).update(_without_former, is_("id", space))

    def look_on(self, space: str, envelopes: Sequence[Envelope], *, known: Iterable[bytes] = ()) -> None:
        """The log of a space of mine in which this device is not, as somebody has brought it: it is read, no more."""
        with self._one, self._writing(space):
            self._looked_on(space, envelopes, None, set(known))
        self._tell()

    def _looked_on(
        self, space: str, envelopes: Sequence[Envelope], cursor: tuple[int, bytes] | None, known: set[bytes]
    ) -> _Log:
        """The log with what was brought, begun if there is none here; inside the transaction that is open."""
        if self._shelf.place(space) is None:
            if not envelopes:
                raise NotShared(reason="elsewhere")
            self._shelf.keep(space, envelopes[0], waiting=cursor is None)  # before its place, as in `begin`
            self._shelf.table(PLACES).insert(_PLACE | {"id": space})
            ledger = Ledger.begin(envelopes[0])
            fresh = _Log(space, ledger, Keyring({}), self._spaces.keys(space), {})
            said = self._take(fresh, envelopes[1:], there=cursor is not None, cursor=cursor)[0].said
            self._shelf.table(PLACES).update({"former": said}, is_("id", space))
            log = self._load(space)
            self._check_founder(log, self._spaces.genesis(space), known)
        elif envelopes:
            log = self._take(self._log(space), envelopes, there=cursor is not None, cursor=cursor)[1]
        else:
            log = self._log(space)
        self._logs[space] = log
        return log

    def _start_over(self, log: _Log, root: SigningKey) -> None:
        """The reset, and the key for those who are in then; inside the transaction that is open."""
        sealer, mine = self._sealer(log), steps.public_keys(log.keys)
        who = Inside(introductions=(self._spaces.introduction(log.space, self._name()).to_bytes(),))
        out = steps.reset(sealer, log.authority, root, [mine], log.ledger.heads, who, self._latest_key(log))
        after = steps.joined(log.authority, out)
        self._go_on(log, [out, steps.epoch(sealer, after, log.keyring.keys.values())[0]])

    # ------------------------------------------------------------------ sealing what is mine

    def seal(self, space: str, *, heartbeat: bool = False) -> int:
        """Make envelopes of what was written here since the last time; how many. Durable when it returns."""
        with self._one:
            made = self._seal_everything(space, heartbeat=heartbeat) + self._purge(space)
        if made:
            self._tell()
        return made

    def unsent(self, space: str) -> list[Envelope]:
        """Envelopes that no server has been given, in the order in which they may be sent."""
        with self._one:
            return [envelope_of(row) for row in self._shelf.waiting(space)]

    def sent(self, space: str, envelopes: Iterable[Envelope], cursor: tuple[int, bytes] | None = None) -> None:
        """A server has these now; `cursor`, if the log there ends with them and everything before them is here.

        On the disk soon: should a power cut take it, they are sent again, which is harmless.
        """
        with self._one, self._store.writing("soon"):
            self._shelf.arrived(envelopes)
            if cursor is not None:
                self._shelf.move(space, *cursor)
        self._tell()

    def outgoing(self, space: str, theirs: Mapping[bytes, int] | None = None) -> list[Envelope]:
        """Everything that somebody who has so much of each device's chain lacks, in an order in which it can be taken.

        Only what they lack is looked at.
        """
        known = theirs or {}
        with self._one:
            heads = self._log(space).ledger.heads
            gaps = {device: (known.get(device, 0) + 1, link.sequence) for device, link in heads.items()}
            return [envelope_of(row) for row in self._shelf.places(space, gaps)]

    def known_to_others(self, space: str) -> dict[bytes, int]:
        """How much of each device's chain all others in a space have said to have seen; nothing if one never spoke.

        What they said is signed, so leaving that out of a package leaves nobody without it.
        """
        log = self._looked_at(space)
        others = [bytes.fromhex(one.device) for one in self._contacts(log, log.authority.members) if not one.mine]
        seen = [log.ledger.seen_by(device) for device in others]
        return {device: min((one.get(device, 0) for one in seen), default=0) for device in log.ledger.heads}

    # ------------------------------------------------------------------ taking in what others wrote

    def cursor(self, space: str) -> tuple[int, bytes | None]:
        """How far the server's log has been read: the position, and the id of the envelope there."""
        row = self._shelf.place(space)
        if row is None:
            raise NotShared
        return row["cursor"], bytes.fromhex(row["at"]) or None

    def take(
        self,
        space: str,
        envelopes: Sequence[Envelope],
        cursor: tuple[int, bytes | None] | None = None,
        *,
        there: bool = False,
    ) -> TakenIn:
        """Take in what somebody brought, together with how far that is: all of it or nothing, durable when it returns.

        `there` says that a server has them; `cursor` where they end in its log. It does not move over an envelope that
        has no place yet or was refused.
        """
        with self._one, undisturbed():
            log = self._log(space)
            taken, log = self._take(log, envelopes, there=there or cursor is not None, cursor=cursor)
            self._logs[space] = log
        if taken.placed or taken.restored or taken.alarms:
            self._tell()
        return taken

    def compare(self, space: str, theirs: Mapping[bytes, tuple[int, bytes]]) -> Comparison:
        """What a server says to have, beside what is here."""
        with self._one:
            links = {device: Link(sequence, id) for device, (sequence, id) in theirs.items()}
            return self._log(space).ledger.compare(links, self._shelf.chain(space, {}))

    def put_back(self, space: str, behind: Mapping[bytes, tuple[int, int]]) -> list[Envelope]:
        """What a server has not, in an order in which it takes it; where it had it before, that is told."""
        with self._one:
            found = [envelope_of(row) for row in self._shelf.places(space, behind) if not row.get("waiting")]
            if found and (self._shelf.place(space).get("there") or "") == self._carrier:
                with self._store.writing():
                    self._shelf.alarm(Alarm(space, AlarmKind.ROLLBACK, count=len(found)))
        if found:
            self._tell()
        return found

    def read_again(self, space: str) -> None:
        """The server's log is another one: it is read from its beginning. What is here stays."""
        with self._one, self._store.writing():
            self._shelf.move(space, 0, b"")

    def noticed(self, space: str, what: str, device: str = "", count: int = 1) -> None:
        """Something that whoever carried the envelopes has noticed: the value of an `AlarmKind`."""
        alarm = Alarm(space, AlarmKind(what), device, count, mark=f"{what}:{device}")
        with self._one:
            if self._shelf.knows(alarm):
                return  # it goes on, round after round
            with self._store.writing():
                self._shelf.alarm(alarm)
        self._tell()

    def lacking(self, space: str) -> int:
        """Of how many devices somebody has seen more than is here, and what is here without its body although nobody has
        erased it. After a whole pull: withheld; or that is over.
        """
        with self._one:
            found = len(self._log(space).ledger.lacking) + len(self._shelf.hollow(space))
            over = [] if found else self._shelf.over(space)
            if over:
                with self._store.writing():
                    self._shelf.table(ALARMS).remove(doc_ids=over)
        if over:
            self._tell()
        return found

    # ------------------------------------------------------------------ inside: taking in

    @contextmanager
    def _writing(self, space: str) -> Iterator[None]:
        """A transaction. What was gone on to in memory is forgotten if it does not become durable."""
        try:
            with self._store.writing():
                yield
        except BaseException:
            self._logs.pop(space, None)
            raise

    def _take(
        self,
        log: _Log,
        envelopes: Sequence[Envelope],
        *,
        there: bool,
        cursor: tuple[int, bytes | None] | None,
    ) -> tuple[TakenIn, _Log]:
        """All of it in one transaction; the log afterwards. The one that was given is not touched."""
        taken = TakenIn()
        ledger = log.ledger.copy()
        fresh: dict[tuple[bytes, int], bytes] = {}
        chain = self._shelf.chain(log.space, fresh)
        hollow = self._shelf.hollow(log.space)
        placed = self._place(log.space, ledger, envelopes, chain, fresh, taken)
        restored = [one for one in envelopes if one.whole and _is_body_of(one, hollow.get(key_of(one)))]
        controls = [one for one in placed if one.header.kind is Kind.CONTROL]
        keyring, people = log.keyring, log.people
        if controls:
            keyring, people = self._read_controls(log, ledger.authority, controls, taken)
        runs = [*self._runs(log.space, placed, again=bool(controls)), *self._runs_around(log.space, restored)]
        changes, aside = self._open(log.space, ledger, keyring, runs, chain, taken)
        taken.changes = len(changes)
        for change in changes:
            taken.said[change.device] = max(change.sequence, taken.said.get(change.device, 0))
        withdrawn = self._no_longer(log, ledger, keyring, chain) if controls else []
        aside += [(one.run, one.reason) for one in withdrawn]
        taken.aside = len(aside)
        after = replace(log, ledger=ledger, keyring=keyring, people=people)

        taken.restored = len(restored)
        shells = [one for one in placed if not one.whole]
        purges = [one for one in placed if one.header.kind is Kind.PURGE]
        erased = self._shelf.purged(log.space, after.authority, purges) if shells else None

        def beside(_: object) -> None:
            for envelope in placed:
                empty = erased is not None and not envelope.whole and not erased(envelope)
                self._shelf.keep(log.space, envelope, waiting=not there, hollow=empty)
            for envelope in restored:
                self._shelf.restore(log.space, envelope, waiting=not there)
            if there:
                kept = {envelope.id for envelope in placed}  # those were not put down as waiting
                self._shelf.arrived(envelope for envelope in envelopes if envelope.id not in kept)
            for past in withdrawn:
                self._store.withdraw(log.space, past.run[-1].header.device.hex(), past.numbers)
            self._shelf.keep_aside(log.space, aside, placed)
            for one in purges:
                self._shelf.strip(log.space, after.authority, one)
            self._shelf.keep_links(log.space, ledger, {one.header.device for one in placed})
            self._shelf.keep_keys(log.space, keyring.keys.values())
            if changes:
                self._shelf.owe(log.space)
            for alarm in taken.alarms:
                self._shelf.alarm(alarm)
            if cursor is not None and not taken.early and not taken.refused:
                self._shelf.move(log.space, cursor[0], cursor[1] or b"")

        if placed or restored or taken.alarms or cursor is not None:
            self._store.receive(changes, beside, durable="soon" if there else True, sound=True)
        if purges:
            self._store.documents.tidy()
        return taken, after

    def _place(
        self,
        space: str,
        ledger: Ledger,
        envelopes: Sequence[Envelope],
        chain: Callable[[bytes, int], bytes | None],
        fresh: dict[tuple[bytes, int], bytes],
        taken: TakenIn,
    ) -> list[Envelope]:
        """Let each take its place, whatever the order in which they were brought."""
        placed: list[Envelope] = []
        unplaced = list(envelopes)
        while unplaced:
            early: list[Envelope] = []
            for envelope in unplaced:
                device = envelope.header.device.hex()
                try:
                    one = ledger.take(envelope, chain)
                except SyncError:
                    taken.alarms.append(Alarm(space, AlarmKind.FOREIGN, device, mark=envelope.id.hex()))
                    taken.refused += 1
                    continue
                taken.alarms += [_contradiction(space, each) for each in one.contradictions]
                match one.outcome:
                    case Outcome.PLACED:
                        fresh[envelope.header.device, envelope.header.sequence] = envelope.id
                        placed.append(envelope)
                    case Outcome.REPEATED:
                        taken.repeated += 1
                    case Outcome.EARLY:
                        early.append(envelope)
                    case Outcome.FORKED:
                        taken.alarms.append(Alarm(space, AlarmKind.FORK, device, mark=envelope.id.hex()))
            if len(early) == len(unplaced):
                break
            unplaced = early
        else:
            early = []
        taken.placed, taken.early = len(placed), len(early)
        return placed

    def _open(
        self,
        space: str,
        ledger: Ledger,
        keyring: Keyring,
        runs: Iterable[list[Envelope]],
        chain: Callable[[bytes, int], bytes | None],
        taken: TakenIn,
    ) -> tuple[list[Change], list[tuple[list[Envelope], str]]]:
        """The changes that count, and what is set aside with the reason."""
        found: list[Change] = []
        aside: list[tuple[list[Envelope], str]] = []
        for run in runs:
            if run[-1].header.more:
                aside.append((run, "more"))
                continue
            if not all(envelope.whole for envelope in run):
                continue  # its author has really erased it; or it is hollow, and opened once the body has come
            header = run[-1].header
            try:
                message = open_message(run, keyring)
            except NoKey:
                aside.append((run, "key"))
                continue
            except (CannotOpen, BadContent, BadJson) as exc:
                aside.append((run, exc.code))
                taken.alarms.append(_unreadable(space, run))
                continue
            seen = dict(message.seen)
            taken.alarms += [_contradiction(space, each) for each in ledger.heard(header, seen, chain)]
            reason = ledger.verdict(header, chain)
            if reason:
                aside.append((run, reason))
                continue
            try:
                found += _changes(space, header.device.hex(), message)
            except BadChange as exc:
                aside.append((run, exc.code))
                taken.alarms.append(_unreadable(space, run))
        return found, aside

    def _no_longer(
        self, log: _Log, ledger: Ledger, keyring: Keyring, chain: Callable[[bytes, int], bytes | None]
    ) -> list[_Withdrawn]:
        """What was taken in before it was known here that its device had been taken out: it counts no longer.

        My own words stay with me; others judge for themselves what of them counts.
        """
        was, now = log.authority, ledger.authority
        put = {(row["device"], row["last"]) for row in self._shelf.table(ASIDE).search(is_("space", log.space))}
        found: list[_Withdrawn] = []
        for device, link in log.ledger.heads.items():
            same = (device in was.members) == (device in now.members) and was.cut_offs(device) == now.cut_offs(device)
            if same or device == log.keys.id:
                continue
            run: list[Envelope] = []
            for row in self._shelf.places(log.space, {device: (1, link.sequence)}):
                envelope = envelope_of(row)
                if envelope.header.kind is not Kind.CHANGE:
                    continue
                run.append(envelope)
                if envelope.header.more:
                    continue
                whole, run = run, []
                header = whole[-1].header
                reason = ledger.verdict(header, chain)
                if not reason or (device.hex(), header.sequence) in put or not all(one.whole for one in whole):
                    continue
                message = open_message(whole, keyring)
                numbers = range(message.first, message.first + len(message.changes))
                found.append(_Withdrawn(whole, reason, numbers))
        return found

    def _runs(self, space: str, placed: Sequence[Envelope], *, again: bool) -> list[list[Envelope]]:
        """Envelopes that make one message together, with the beginnings that were set aside before; after control records
        (`again`), all that was set aside.
        """
        begun: dict[bytes, list[Envelope]] = {}
        whole: list[list[Envelope]] = []
        for row in self._shelf.table(ASIDE).search(is_("space", space)):
            run = [
                self._shelf.envelope(space, row["device"], number) for number in range(row["first"], row["last"] + 1)
            ]
            if row["reason"] == "more":
                begun[run[0].header.device] = run
            elif again:
                whole.append(run)
        for envelope in placed:
            if envelope.header.kind is not Kind.CHANGE:
                continue
            run = begun.setdefault(envelope.header.device, [])
            run.append(envelope)
            if not envelope.header.more:
                whole.append(begun.pop(envelope.header.device))
        return [*whole, *begun.values()]

    def _runs_around(self, space: str, restored: Sequence[Envelope]) -> list[list[Envelope]]:
        """The whole messages of which these are pieces whose bodies have only come now."""
        bodies = {key_of(one): one for one in restored}
        found: dict[str, list[Envelope]] = {}

        def piece(device: bytes, sequence: int) -> Envelope | None:
            key = f"{space}:{device.hex()}:{sequence}"
            if key in bodies:
                return bodies[key]
            there = self._shelf.chain(space, {})(device, sequence) is not None
            one = self._shelf.envelope(space, device.hex(), sequence) if there else None
            return one if one is not None and one.header.kind is Kind.CHANGE else None

        for one in restored:
            run, device = [one], one.header.device
            while (before := piece(device, run[0].header.sequence - 1)) is not None and before.header.more:
                run.insert(0, before)
            while run[-1].header.more and (after := piece(device, run[-1].header.sequence + 1)) is not None:
                run.append(after)
            if not run[-1].header.more:
                found[key_of(run[0])] = run
        return list(found.values())

    def _read_controls(
        self, log: _Log, authority: Authority, controls: Sequence[Envelope], taken: TakenIn
    ) -> tuple[Keyring, Mapping[bytes, Introduction]]:
        """The keys that there are now, and who everybody is."""
        psks = self._shelf.psks(log.space)
        every = [*self._shelf.controls(log.space), *controls]
        keyring = gather(authority, every, log.keys, psks, [*log.keyring.keys.values(), *self._shelf.keys(log.space)])
        people = self._introduced(log.space, authority, every, keyring)
        known = {device for device in log.authority.members if device in log.people}
        for device in authority.members.keys() - people.keys() - known:
            if keyring.keys and log.people:  # whoever cannot look inside yet cannot know who came in
                taken.alarms.append(Alarm(log.space, AlarmKind.FOREIGN, device.hex(), mark=f"who:{device.hex()}"))
        return keyring, people

    def _introduced(
        self, space: str, authority: Authority, controls: Iterable[Envelope], keyring: Keyring
    ) -> dict[bytes, Introduction]:
        """Whose each device is: by its certificates, and only where the rules know it as that person's, too."""
        id = bytes.fromhex(space)
        found: dict[bytes, Introduction] = {}
        for envelope in controls:
            try:
                inside = open_inside(envelope, keyring)
            except (CannotOpen, NoKey, BadContent, BadControl, BadJson):
                continue
            for raw in inside.introductions if inside else ():
                try:
                    who = introduction.read(raw, id)
                except SyncError:
                    continue
                if party_of(id, who.root) in authority.parties_of(who.keys.id):
                    found[who.keys.id] = who
        return found

    def _check_founder(self, log: _Log, genesis: bytes, known: set[bytes]) -> None:
        """Whoever comes in sees that the founder is the founder, or somebody known who was in before."""
        founder = log.people.get(log.authority.records[0].author)
        known = {*known, self._spaces.root}  # whoever restored a phone founds with another one than began the space
        if founder is None or not (founder.root in known or Genesis.read(genesis, log.id).founded_by(founder.master)):
            raise BadRecord(reason="founder")

    # ------------------------------------------------------------------ inside: sealing

    def _seal_everything(self, space: str, *, heartbeat: bool = False) -> int:
        made = 0
        while True:
            row = self._shelf.place(space)
            if row is None:
                return made
            changes = self._store.written_after(space, row["sealed"], SEALED_AT_ONCE)
            if not changes and not (heartbeat and not made):
                return made
            log = self._log(space)
            if not log.authority.may(log.keys.id, Right.WRITE):
                return made  # read only, taken out, or closed: what is written stays on this device
            sealer = self._sealer(log)
            envelopes: list[Envelope] = []
            key = self._writing_key(log, sealer, envelopes)
            told = seen = self._news(log)
            says: dict[bytes, Portion] = {}
            for portion in portions(row["sealed"] + 1, map(_plain, changes)) if changes else ():
                message = Message(first=portion.first, changes=portion.changes, seen=seen)
                sealed = sealer.message(message, key, deflate=portion.deflate)
                says[sealed[-1].id] = portion
                envelopes += sealed
                seen = {}
            if not changes:
                envelopes += sealer.message(Message(first=row["sealed"] + 1, seen=seen), key)
            with self._writing(space):
                self._go_on(log, envelopes, says, seen=told, sealed=row["sealed"] + len(changes))
            made += len(envelopes)
            if len(changes) < SEALED_AT_ONCE:
                return made

    def _purge(self, space: str) -> int:
        """What was really erased here leaves the envelopes too.

        What shared an envelope with it is issued again, under the same names; then everybody is asked to drop the
        bodies of the envelopes that held it, and here they are dropped at once.
        """
        place = self._shelf.place(space)
        if place is None:
            return 0
        numbers, mark = self._shelf.erased_since(space, place["erased"])
        if mark == place["erased"]:
            return 0
        log = self._log(space)
        made: list[Envelope] = []
        if numbers and log.authority.may(log.keys.id, Right.WRITE):
            sealer = self._sealer(log)
            key = self._writing_key(log, sealer, made)
            says: dict[bytes, Portion] = {}
            old: list[Envelope] = []
            for first, count, pieces in self._shelf.own_messages(space, numbers):
                again = [self._store.change(space, log.keys.id.hex(), number) for number in range(first, first + count)]
                for portion in portions(first, [_plain(change) for change in again if change is not None]):
                    sealed = sealer.message(
                        Message(first=portion.first, changes=portion.changes), key, deflate=portion.deflate
                    )
                    says[sealed[-1].id] = portion
                    made += sealed
                old += pieces
            purges = [sealer.purge([one.id for one in part], key) for part in _parts(old)]
            with self._writing(space):
                self._go_on(log, [*made, *purges], says)
                for purge in purges:
                    self._shelf.strip(space, log.authority, purge)
                self._shelf.table(PLACES).update({"erased": mark}, is_("id", space))
            self._store.documents.tidy()
            made += purges
        else:
            with self._store.writing():
                self._shelf.table(PLACES).update({"erased": mark}, is_("id", space))
        return len(made)

    def _go_on(
        self,
        log: _Log,
        envelopes: Sequence[Envelope],
        says: Mapping[bytes, Portion] | None = None,
        *,
        seen: Mapping[bytes, Seen] | None = None,
        sealed: int | None = None,
    ) -> None:
        """Own envelopes take their place, inside the transaction that is open. The first of them says what was `seen`, if
        it says anything of that; with them everything up to the change `sealed` is sealed.
        """
        ledger = log.ledger.copy()
        fresh: dict[tuple[bytes, int], bytes] = {}
        chain = self._shelf.chain(log.space, fresh)
        taken = TakenIn()
        if self._place(log.space, ledger, envelopes, chain, fresh, taken) != list(envelopes):
            raise NotAllowed(reason="own")
        for envelope in envelopes:
            self._shelf.keep(log.space, envelope, own=(says or {}).get(envelope.id))
        controls = [one for one in envelopes if one.header.kind is Kind.CONTROL]
        after = replace(log, ledger=ledger)
        if controls:
            every = self._shelf.controls(log.space)
            psks = self._shelf.psks(log.space)
            held = [*log.keyring.keys.values(), *self._shelf.keys(log.space)]
            keyring = gather(ledger.authority, every, log.keys, psks, held)
            people = self._introduced(log.space, ledger.authority, every, keyring)
            after = replace(after, keyring=keyring, people=people)
            self._shelf.keep_keys(log.space, keyring.keys.values())
        changes = [one for one in envelopes if one.header.kind is Kind.CHANGE and not one.header.more]
        if changes and seen is not None:
            ledger.heard(changes[0].header, seen, chain)
            self._shelf.has_said(log.space, sealed)
        self._shelf.keep_links(log.space, ledger, {log.keys.id} if envelopes else set())
        self._logs[log.space] = after

    def _news(self, log: _Log) -> dict[bytes, Seen]:
        """What this device's next message says to have seen: of each chain no more than what is here with its words, so
        that whoever has them goes on giving them.
        """
        news = log.ledger.news(log.keys.id)
        lowest: dict[bytes, int] = {}
        for one in self._shelf.hollow(log.space).values():
            device, sequence = one.header.device, one.header.sequence
            lowest[device] = min(sequence, lowest.get(device, sequence))
        said = log.ledger.seen_by(log.keys.id)
        for device, sequence in lowest.items():
            if device in news and news[device].sequence >= sequence:
                del news[device]
                before = self._shelf.chain(log.space, {})(device, sequence - 1)
                if before is not None and sequence - 1 > said.get(device, 0):
                    news[device] = Seen(sequence - 1, before[:HALF])
        return news

    def _writing_key(
        self, log: _Log, sealer: Sealer | None = None, envelopes: list[Envelope] | None = None
    ) -> EpochKey:
        """The key under which to write now; a new epoch first, where the members are not those of the last one, or the
        last one is half a year old.
        """
        current = log.authority.current
        found = _key_of(current, log.keyring) if current is not None else None
        may = sealer is not None and envelopes is not None and log.authority.may(log.keys.id, Right.REKEY)
        if found is not None and not (may and self._shelf.key_is_old(found)):
            return found
        if sealer is None or envelopes is None or not may:
            raise NoKey
        epoch, key = steps.epoch(sealer, log.authority, log.keyring.keys.values())
        envelopes.append(epoch)
        return key

    def _keyed(self, log: _Log) -> _Log:
        """The log with a current key: a new one is made first where the members are not those of the last one."""
        made: list[Envelope] = []
        self._writing_key(log, self._sealer(log), made)
        if not made:
            return log
        with self._writing(log.space):
            self._go_on(log, made)
        return self._log(log.space)

    def _latest_key(self, log: _Log) -> EpochKey:
        """The latest key that is here, by which the others can read who came back; the current one where it is here."""
        if log.authority.current is not None and (key := _key_of(log.authority.current, log.keyring)):
            return key
        for record in reversed(log.authority.records):
            if key := _key_of(record, log.keyring):
                return key
        raise NoKey

    def _sealer(self, log: _Log) -> Sealer:
        return Sealer(log.id, log.keys, log.ledger.last(log.keys.id))

    # ------------------------------------------------------------------ inside: rows

    def _log(self, space: str) -> _Log:
        if space not in self._logs:
            if self._shelf.place(space) is None:
                raise NotShared
            self._logs[space] = self._load(space)
        return self._logs[space]

    def _load(self, space: str) -> _Log:
        controls = self._shelf.controls(space)
        rows = {row["device"]: row["row"] for row in self._shelf.table(LINKS).search(is_("space", space))}
        ledger = Ledger.load(controls[0], controls, rows)
        keys = self._spaces.keys(space)
        keyring = gather(ledger.authority, controls, keys, (), self._shelf.keys(space))
        return _Log(space, ledger, keyring, keys, self._introduced(space, ledger.authority, controls, keyring))

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _way_out(log: _Log, device: bytes) -> WayOut | None:
    removals = log.authority.removals_of(device)
    if not removals:
        return None
    last = removals[-1]
    by = log.people.get(last.author)
    who = log.people.get(device)
    way = "device"
    if isinstance(last.public.what, Departure) and not log.authority.is_out_alone(device):
        way = "left" if last.public.what.party in log.authority.parties_of(last.author) else "dismissed"
    name, root = (who.name, who.root.hex()) if who else ("", "")
    return WayOut(way, last.id.hex(), last.author.hex(), by.name if by else "", last.sequence, name, root)


def _without_former(row: dict[str, Any]) -> None:
    row.pop("former", None)
    row.pop("former_only", None)


def _is_body_of(envelope: Envelope, shell: Envelope | None) -> bool:
    """Whether this is what a hollow envelope lacks: the id binds header and body."""
    return shell is not None and envelope.id == shell.id


def _key_of(record: Record, keyring: Keyring) -> EpochKey | None:
    """The key of an epoch, if it is here."""
    return keyring.keys.get(getattr(record.public.what, "commitment", b""))


def _plain(change: Change) -> dict[str, Any]:
    """A change as it travels: what it had seen stands once, in the message around it."""
    return {name: value for name, value in change.plain().items() if name != "seen"}


def _changes(space: str, device: str, message: Message) -> list[Change]:
    return [
        Change.parse(value, space=space, device=device, sequence=message.first + number)
        for number, value in enumerate(message.changes)
    ]


def _parts(envelopes: Sequence[Envelope]) -> Iterator[Sequence[Envelope]]:
    """As many as one purge may name, again and again."""
    for at in range(0, len(envelopes), PURGED_MAX):
        yield envelopes[at : at + PURGED_MAX]


def _unreadable(space: str, run: Sequence[Envelope]) -> Alarm:
    """It is tried again with every control record, and told once."""
    return Alarm(space, AlarmKind.UNREADABLE, run[-1].header.device.hex(), mark=run[-1].id.hex())


def _contradiction(space: str, one: Contradiction) -> Alarm:
    return Alarm(space, AlarmKind.FORK, one.device.hex(), mark=f"{one.author.hex()}:{one.sequence}")


def public_keys(keys: DeviceKeys) -> PublicKeys:
    """The public half of this device's keys in a space."""
    return PublicKeys(keys.signing.public, keys.box_public)
