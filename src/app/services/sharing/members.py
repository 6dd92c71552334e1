"""Who is in a shared space and who was, as its control records say. Only questions: nothing here goes on with a log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.errors import NotShared
from app.services.records.tables import LINKS, PLACES, is_
from app.services.sharing.logs import Log, Logs
from sync.authority import Authority, Link, Right
from sync.protocol.control import Departure, Reset
from sync.signing import DeviceKeys


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


class Members:
    """The members of the shared spaces of an open vault."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._store = logs.store
        self._spaces = logs.spaces
        self._shelf = logs.shelf

    def shared(self) -> list[str]:
        """The spaces that have a log: shared with somebody, or carried by a server."""
        return [row["id"] for row in self._shelf.table(PLACES)]

    # ------------------------------------------------------------------ people and their devices

    def people(self, space: str) -> list[Contact]:
        """The devices in a space and whose they are."""
        log = self._logs.looked_at(space)
        return self._contacts(log, log.authority.members)

    def former(self, space: str) -> list[Contact]:
        """The devices that were in a space and are no longer."""
        log = self._logs.looked_at(space)
        return self._contacts(log, [one for one in log.people if one not in log.authority.members])

    def _contacts(self, log: Log, devices: Iterable[bytes]) -> list[Contact]:
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

    def known_at_entry(self, space: str) -> set[str]:
        """The devices that were there when this one came in, and those that came in with it."""
        log = self._logs.looked_at(space)
        return {device.hex() for device in log.authority.known_to_entry_of(log.keys.id)}

    def brought_by_reset(self, space: str) -> set[str]:
        """The devices that came in because somebody typed their recovery key."""
        whats = [record.public.what for record in self._logs.looked_at(space).authority.records]
        return {keys.id.hex() for what in whats if isinstance(what, Reset) for keys in what.devices}

    def other_parties(self, space: str) -> list[bytes]:
        """The others who are in a space, as its public records name them: also whose certificates cannot be read here."""
        log = self._logs.looked_at(space)
        mine = log.authority.parties_of(log.keys.id)
        return sorted({member.party for member in log.authority.members.values()} - set(mine))

    def same_person(self, space: str, one: str, other: str) -> bool:
        """Whether two devices in a space belong to one person, as its control records have it.

        Asked by the store while it writes, so it waits for nobody.
        """
        log = self._logs.at_hand(space)
        return log is not None and log.authority.may_purge(bytes.fromhex(one), bytes.fromhex(other))

    # ------------------------------------------------------------------ in and out

    def is_in(self, space: str) -> bool:
        """Whether this device is a member of a space that has a log here."""
        if self._shelf.place(space) is None:
            return False
        log = self._logs.looked_at(space)
        return log.keys.id in log.authority.members

    def is_out(self, space: str) -> bool:
        """Whether this device is known to have gone out of a space. Asked while a screen is drawn, so it waits for nobody."""
        log = self._logs.at_hand(space)
        return log is not None and log.keys.id not in log.authority.members and _way_out(log, log.keys.id) is not None

    def open(self, space: str) -> bool:
        """Whether this device could let somebody in there, now or after giving it its log."""
        if self._shelf.place(space) is not None:
            return self.is_in(space) and not self.authority(space).closed
        return not self._spaces.elsewhere(space)

    def may_dismiss(self, space: str) -> bool:
        """Whether I may take another person out of a space."""
        log = self._logs.looked_at(space)
        return log.authority.may(log.keys.id, Right.DISMISS)

    def ways_out(self, space: str) -> dict[str, WayOut]:
        """Of the devices that were in a space and are no longer: how each of them went, as the records say."""
        log = self._logs.looked_at(space)
        found = {one: _way_out(log, one) for one in log.people if one not in log.authority.members}
        return {device.hex(): way for device, way in found.items() if way is not None}

    def way_out(self, space: str) -> WayOut | None:
        """How this device went out of a space; None where it is in, or was never known to be."""
        if self._shelf.place(space) is None:
            return None
        log = self._logs.looked_at(space)
        return None if log.keys.id in log.authority.members else _way_out(log, log.keys.id)

    # ------------------------------------------------------------------ chains and keys

    def heads(self, space: str) -> dict[bytes, Link]:
        """How far every device's chain has come here."""
        return self._logs.looked_at(space).ledger.heads

    def has_spoken(self, space: str, device: str) -> bool:
        """Whether anything of that device is here."""
        return bytes.fromhex(device) in self.heads(space)

    def known_to_others(self, space: str) -> dict[bytes, int]:
        """How much of each device's chain all others in a space have said to have seen; nothing if one never spoke.

        What they said is signed, so leaving that out of a package leaves nobody without it.
        """
        log = self._logs.looked_at(space)
        others = [bytes.fromhex(one.device) for one in self._contacts(log, log.authority.members) if not one.mine]
        seen = [log.ledger.seen_by(device) for device in others]
        return {device: min((one.get(device, 0) for one in seen), default=0) for device in log.ledger.heads}

    def authority(self, space: str) -> Authority:
        """Who may do what in a space."""
        return self._logs.looked_at(space).authority

    def keys(self, space: str) -> DeviceKeys:
        """This device's keys in a space."""
        return self._spaces.keys(space)

    def genesis(self, space: str) -> bytes:
        """The record with which a space begins."""
        return self._spaces.genesis(space)

    def box_of(self, space: str, device: str) -> bytes:
        """The key to which something is sealed for one device in a space."""
        keys = self.authority(space).keys_of(bytes.fromhex(device))
        if keys is None:
            raise NotShared(reason="device")
        return keys.box

    def common_secret(self, space: str, devices: Iterable[str]) -> tuple[bytes, bool] | None:
        """The latest key of a space that all those devices are known to hold, and whether it is the current one."""
        with self._logs.one:
            log = self._logs.of(space)
            wanted = [bytes.fromhex(device) for device in devices]
            known = [log.ledger.known_to(device) for device in wanted]
            for record in reversed(log.authority.records):
                key = log.key_of(record)
                members = getattr(record.public.what, "members", ())
                if key and all(record.id in one for one in known) and set(wanted) <= set(members):
                    return key.secret, record == log.authority.current
            return None


def _way_out(log: Log, device: bytes) -> WayOut | None:
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
