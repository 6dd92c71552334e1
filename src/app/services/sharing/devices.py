"""The devices of one person: bringing in another one, the list of them, taking one out, coming back with the recovery key.

What a device must know of the others stands in the personal space, as settings: which spaces there are (`space.<id>`), who
asks to be let in where (`entry.<space>.<device>`), what a device is called (`device.<id>`) and which one was taken out
(`revoked.<id>`). So a space that one device founds or joins comes to the others by itself, whichever way they talk.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from app.errors import DeviceUnknown, NoCertificate, NotShared
from app.listeners import Listeners
from app.model.commands import SetSetting
from app.model.entities import Setting
from app.model.queries import SettingOf
from app.services.content.wordlists import words
from app.services.records.store import Store
from app.services.records.tables import EPOCHS
from app.services.sharing import joining
from app.services.sharing.exchange import Exchange
from app.services.sharing.gathering import Gathering
from app.services.sharing.joining import Joined
from app.services.sharing.members import Contact
from app.services.sharing.packing import pack
from app.services.sharing.pairing import Package
from app.services.spaces import DEVICE, KEYRING, PEER, Spaces
from sync import bundle, strict_json
from sync.bundle import BoxKey, Item, ItemKind
from sync.errors import BadJson, CodeForElsewhere, NotAllowed, PairingExpired, PairingOver, SyncError
from sync.pairing import code, introduction, link
from sync.pairing.code import Kind
from sync.pairing.introduction import Introduction
from sync.pairing.link import Granted
from sync.pairing.state import from_row
from sync.pairing.transcript import psk_of
from sync.protocol import Envelope
from sync.signing import Genesis, SigningKey

LANGUAGE: Final = "sv"
"""Words for two screens come from one list, whatever language each is in: they have to be the same words."""

MOST_NAME: Final = 60
PATIENCE: Final = 20.0
"""Seconds that a removal waits for another thread that is tending."""


@dataclass(frozen=True, slots=True)
class OwnDevice:
    """A device of mine. `added` and `heard` are missing where nobody could say."""

    id: str
    name: str
    added: datetime | None
    heard: datetime | None
    this: bool


@dataclass(frozen=True, slots=True)
class News:
    """Something about devices, or about who shares, that has not been told yet: `kind` is added, removed, theirs, reset
    or out; dismissed (the other has taken me out), they-left, i-dismissed or i-left (another device of mine did it), shut
    (a server says no and nothing here says why).
    """

    kind: str
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What goes to the new phone, and the six words that it must show."""

    text: str
    words: tuple[str, ...]


class Devices:
    """Own devices, on an open vault. Everything here is quick and durable when it returns, except where it says so."""

    def __init__(
        self, store: Store, spaces: Spaces, exchange: Exchange, assets: Path, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._spaces = spaces
        self._exchange = exchange
        self._assets = assets
        self._now = now
        self._one = threading.Condition()
        self._gathering = Gathering(store, "devices", now)
        self._tending = 0
        """The thread that tends now; 0 for none."""
        self._again = False
        self.urge: Callable[[], None] = lambda: None
        """Whoever carries envelopes is told that there is something new."""
        self._listeners = Listeners[[]]()
        self._stop = exchange.watch(self._came)

    def close(self) -> None:
        """The vault is about to be locked."""
        self._stop()

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when something about devices may have changed, in the thread that did it. The answer ends that."""
        return self._listeners.add(listener)

    def _came(self) -> None:
        self._tend_quietly()
        self._listeners.tell()

    # ------------------------------------------------------------------ the list

    def all(self) -> list[OwnDevice]:
        """My devices, this one first, then by when they came."""
        contacts = self._own()
        heard: dict[str, str] = {}
        for space in self._exchange.shared():
            for one in self._exchange.people(space):
                if one.mine and one.master:
                    heard[one.master] = max(heard.get(one.master, ""), one.heard)
        if not any(one.own for one in contacts):
            certificate = self._spaces.certificate
            made = certificate.made if certificate else 0
            contacts = [Contact("", "", "", True, True, "", self._spaces.master, made), *contacts]
        found = [
            OwnDevice(
                id=one.master,
                name=self.name(one.master),
                added=_moment(one.made),
                heard=None if one.own else _read_moment(heard.get(one.master, "")),
                this=one.own,
            )
            for one in contacts
        ]
        return sorted(found, key=lambda one: (not one.this, one.added or datetime.max.replace(tzinfo=UTC)))

    def name(self, id: str) -> str:
        """What a device is called; empty if nobody has called it anything."""
        found = self._store.ask(SettingOf(f"device.{id}"))
        return found if isinstance(found, str) else ""

    def rename(self, id: str, name: str) -> None:
        """Call a device something else, on all of them."""
        if id not in {one.id for one in self.all()}:
            raise DeviceUnknown
        self._set(f"device.{id}", introduction.fitting(name)[:MOST_NAME])
        self._listeners.tell()

    def revoke(self, id: str) -> None:
        """Take a device of mine out of every space, with a new key in each at once.

        It reads nothing newer, and what it writes does not count. Never this one itself.
        """
        if id == self._spaces.master or id not in {one.id for one in self.all()}:
            raise DeviceUnknown
        table = self._store.documents.table(DEVICE)
        table.remove(doc_ids=[row.doc_id for row in self._rows("let-in") if row["id"] == id])
        # First the word about it: should this stop halfway, this device and every other one of mine go on with it.
        self._set(f"revoked.{id}", True)
        self._tell_told([f"removed:{id}"])
        self.tend(patient=True)
        self.urge()

    # ------------------------------------------------------------------ bringing in another one

    def check(self, text: str) -> None:
        """Whether this is the code of a new phone; raises what is wrong with it, before anything else is asked."""
        link.scan(text, self._spaces.master_keys.signing.public)

    def hear(self, text: str, server: Mapping[str, str] | None = None) -> Grant:
        """The code of the new phone was read here: certify it, and hand over what it has to know.

        Whoever calls has asked for the passphrase. Raises what is wrong with the code; nothing is kept then.
        """
        new = link.scan(text, self._spaces.master_keys.signing.public)
        keyring = self._spaces.handed_over() | ({"server": dict(server)} if server else {})
        state, sealed, shown = link.grant(
            new, self._spaces.masters, self._spaces.master_keys.signing, joining.pack(keyring), self._ms()
        )
        table = self._store.documents.table(DEVICE)
        with self._store.documents.transaction():
            table.remove(doc_ids=[row.doc_id for row in self._rows("linking")])
            table.insert({"kind": "linking", "state": dict(state.to_row())})
        return Grant(sealed, self._shown(shown))

    def give_up(self) -> None:
        """No other phone after all: its answer would come too late."""
        table = self._store.documents.table(DEVICE)
        table.remove(doc_ids=[row.doc_id for row in self._rows("linking")])

    def admit(self, text: str) -> str:
        """The new phone's answer: it comes into every space that it names, with a new key in each. Its id.

        The same answer again changes nothing.
        """
        refused: SyncError = PairingOver(reason="nothing")
        for row in self._rows("linking"):
            state = from_row(row["state"])
            assert isinstance(state, Granted)
            if self._ms() - state.made > link.LIFETIME:
                refused = PairingExpired()
                continue
            receipt, _ = state.receive(text, self._spaces.master_keys)
            found = receipt.introductions(self._spaces.masters, introduction.fitting(self._exchange.name()))
            known = dict(self._spaces.all())
            master = receipt.certificate.device.hex()
            for who in sorted(found, key=lambda one: known.get(one.space.hex()) != "personal"):
                if who.space.hex() in known:
                    self._let_in(who, state.secret)
            table = self._store.documents.table(DEVICE)
            with self._store.documents.transaction():
                self._tell_told([f"added:{master}"])
                table.insert({"kind": "let-in", "id": master, "secret": state.secret.hex()})
                table.remove(doc_ids=[row.doc_id])
            self.tend()
            self.urge()
            return master
        raise refused

    def _let_in(self, who: Introduction, secret: bytes) -> None:
        space = who.space.hex()
        if self._exchange.open(space):
            self._exchange.let_in_own(space, who, psk_of(secret))
        else:  # another one of mine may be in there
            self._set(f"entry.{space}.{who.masters[-1].device.hex()}", who.to_bytes().hex())

    # ------------------------------------------------------------------ the new phone

    def begin(self, joined: Joined, name: str) -> None:
        """On the new phone: keep what has to be shown until the other one has let this one in."""
        row = {"kind": "joining", "answer": joined.answer, "words": list(joined.words), "secret": joined.secret.hex()}
        self._store.documents.table(DEVICE).insert(row)
        self._set(f"device.{self._spaces.master}", introduction.fitting(name)[:MOST_NAME])

    @property
    def waiting(self) -> Grant | None:
        """This phone has answered and is not in yet: its answer, and the words on both screens."""
        for row in self._rows("joining"):
            return Grant(row["answer"], self._shown(row["words"]))
        return None

    # ------------------------------------------------------------------ packages between own devices

    def package(self, id: str = "") -> Package:
        """Everything that my devices share, sealed for one of them (`id`), or for all that can be reached by one key."""
        personal = self._spaces.personal
        if personal not in self._exchange.shared():
            raise NotShared(reason="devices")
        self.tend()
        items: list[Item] = []
        for space in self._exchange.shared():
            if self._exchange.is_in(space) or self._person_is_out(space):
                self._exchange.seal(space)
                items += [Item(ItemKind.ENVELOPE, one.to_bytes()) for one in self._exchange.outgoing(space)]
        to = [one for one in self._own() if not one.own and id in ("", one.master)]
        secrets = {row["id"]: bytes.fromhex(row["secret"]) for row in self._rows("let-in")}
        psks = {one.device: psk_of(secrets[one.master]) for one in to if not one.heard and one.master in secrets}
        data = pack(self._exchange, personal, items, [one.device for one in to], psks)
        return Package(f"fika-{self._now():%Y-%m-%d}{bundle.SUFFIX}", data)

    def read(self, text: str) -> int:
        """A package as text, in one piece or several pastes: how many parts are missing; 0 when it was taken in."""
        codes = code.split(text)
        for each in codes:
            if code.kind_of(each) is not Kind.PART:
                raise CodeForElsewhere(got=code.kind_of(each).name.lower())
        came = self._gathering.add(codes)
        if came.whole is None:
            return len(came.begun.lacking)
        with self._gathering.taking(came.whole):
            self.take(came.whole)
        return 0

    def take(self, data: bytes) -> None:
        """Read in a package of another device of mine. What is wrong with it is raised; read twice, it is refused."""
        personal = self._spaces.personal
        box = self._spaces.keys(personal).box
        boxes = {one: BoxKey(box, psk_of(one)) for one in (b"", *self._link_secrets())}
        epochs = {bytes.fromhex(row["id"]): bytes.fromhex(row["secret"]) for row in self._store.documents.table(EPOCHS)}
        opened = bundle.open_bundle(data, epochs, boxes, self._gathering.taken())
        envelopes = [Envelope.read(item.content) for item in opened.items if item.kind is ItemKind.ENVELOPE]
        by_space: dict[str, list[Envelope]] = {}
        for one in envelopes:
            by_space.setdefault(one.header.space.hex(), []).append(one)
        for space in sorted(by_space, key=lambda one: one != personal):
            try:
                self.come_in(space, by_space[space])
            except (KeyError, NotAllowed):  # this device is not in there yet; the personal space says what to ask for
                if space == personal:
                    raise
        self._gathering.remember(opened.id, data)
        self.tend()

    def come_in(self, space: str, envelopes: Sequence[Envelope], cursor: tuple[int, bytes] | None = None) -> None:
        """The log of a space that this device is in or has just been let into."""
        if space in self._exchange.shared():
            self._exchange.take(space, envelopes, cursor)
            return
        psks = [psk for secret in self._link_secrets() if (psk := psk_of(secret))]
        self._exchange.adopt(
            self._spaces.genesis(space),
            envelopes,
            self._spaces.root,
            psks=psks,
            known=self.known_roots(),
            cursor=cursor,
        )
        if space == self._spaces.personal:
            table = self._store.documents.table(DEVICE)
            with self._store.documents.transaction():
                secrets = self._rows("joining")
                table.remove(doc_ids=[row.doc_id for row in secrets])
                for row in secrets:  # the other spaces' keys are sealed with it, too
                    table.insert({"kind": "joined", "secret": row["secret"]})
        self.tend()
        self._listeners.tell()

    def known_roots(self) -> set[bytes]:
        """Root keys of those I share a space with: any of them may have founded one."""
        rows = [row for row in self._store.documents.table(KEYRING) if row["kind"] == "peer"]
        return {bytes.fromhex(row["root"]) for row in rows}

    def lacking(self) -> list[str]:
        """Spaces that I am in as a person and whose log is not here: another device, or a server, has it."""
        shared = set(self._exchange.shared())
        return [space for space, _ in self._spaces.all() if space not in shared and self._spaces.elsewhere(space)]

    def outside(self) -> list[str]:
        """Spaces into which this device cannot write: it was taken out, or went on from a copy, or was put back.

        Not those in which the person is no longer: no key of theirs brings them in there.
        """
        here = [space for space in self._exchange.shared() if not self._exchange.is_in(space)]
        return [*(space for space in here if not self._person_is_out(space)), *self.lacking()]

    def _person_is_out(self, space: str) -> bool:
        way = self._exchange.way_out(space)
        return way is not None and way.way != "device"

    # ------------------------------------------------------------------ coming back

    def come_back(
        self, space: str, root: SigningKey, envelopes: Sequence[Envelope] = (), cursor: tuple[int, bytes] | None = None
    ) -> None:
        """The recovery key was typed: this device, and no other one of mine, is in that space from now on."""
        self._exchange.come_back(space, root, envelopes, cursor, known=self.known_roots())

    def begin_anew(self, spaces: Iterable[str]) -> list[str]:
        """Spaces of mine alone whose log nobody has any more get another one; which are left, since others have theirs."""
        peers = {row["space"] for row in self._store.documents.table(KEYRING) if row["kind"] == "peer"}
        left: list[str] = []
        for space in spaces:
            if space in peers:
                left.append(space)
            else:
                self._spaces.begin_here(space)
                self._exchange.begin(space)
        self._listeners.tell()
        return left

    def tell_root(self) -> None:
        """The recovery key was replaced here: the others need the root key as the new one opens it."""
        about = {"root": self._spaces.root.hex(), "sealed_root": self._spaces.sealed_root}
        self._set("root", _plain(about).decode())
        self.urge()

    # ------------------------------------------------------------------ what has to be told

    def news(self) -> list[News]:
        """What nobody has been told here yet: a device of mine more or fewer, another one of somebody else's."""
        told = {name for row in self._rows("devices-told") for name in row["names"]}
        found: list[News] = []
        for space in self._exchange.shared():
            for kind, one in self._moves(space):
                name = self.name(one.master) if one.mine else one.name
                found.append(News(kind, one.master, name))
            found += self._partings(space)
        fresh = {f"{one.kind}:{one.id}": one for one in found if f"{one.kind}:{one.id}" not in told}
        gone = {one.id for one in fresh.values() if one.kind == "removed"}
        return [one for one in fresh.values() if one.kind != "added" or one.id not in gone]

    def told(self) -> None:
        """The person has read the news."""
        self._tell_told([f"{one.kind}:{one.id}" for one in self.news()])
        self._listeners.tell()

    def _moves(self, space: str) -> Iterator[tuple[str, Contact]]:
        """What has happened with devices since this one came in."""
        me = self._exchange.keys(space).id.hex()
        known = self._exchange.known_at_entry(space)
        members = {one.device: one for one in self._exchange.people(space)}
        former = self._exchange.former(space)
        if me not in members:
            if any(one.device == me for one in former) and not self._person_is_out(space):
                yield "out", next(one for one in former if one.device == me)
            return
        reset = self._exchange.brought_by_reset(space)
        parties = {one.root for one in (*members.values(), *former) if one.device in known}
        for one in members.values():
            if one.device != me and one.device not in known and one.root in parties:
                yield ("added" if one.mine else "reset" if one.device in reset else "theirs"), one
            parties.add(one.root)
        for one in former:
            if one.mine and one.device != me and one.master not in {each.master for each in members.values()}:
                yield "removed", one

    def _partings(self, space: str) -> Iterator[News]:
        """Who shares no more, where another device said so. What this one did itself need not be told."""
        me = self._exchange.keys(space).id.hex()
        mine = self._exchange.way_out(space)
        if mine is not None:
            if mine.way != "device" and mine.author != me:
                yield News("dismissed" if mine.way == "dismissed" else "i-left", mine.record, mine.by)
            return
        people = self._exchange.people(space)
        if self._exchange.shut_out(space) and space != self._spaces.personal:
            name = next((one.name for one in people if not one.mine), "")
            yield News("shut", f"{space}", name)
        here = {one.root for one in people}
        for way in self._exchange.ways_out(space).values():
            if way.way != "device" and way.root not in here and way.author != me:
                yield News("they-left" if way.way == "left" else "i-dismissed", way.record, way.name)

    def _tell_told(self, names: Iterable[str]) -> None:
        rows = self._rows("devices-told")
        before = {name for row in rows for name in row["names"]}
        table = self._store.documents.table(DEVICE)
        with self._store.documents.transaction():
            table.remove(doc_ids=[row.doc_id for row in rows])
            table.insert({"kind": "devices-told", "names": sorted(before | set(names))})

    # ------------------------------------------------------------------ keeping own devices alike

    def tend(self, *, patient: bool = False) -> None:
        """Do what my devices ask of each other: know every space, let each other in, let go of who was taken out.

        Costs next to nothing where there is nothing to do. Called whenever something came in, by whichever thread:
        one of them does it, and looks again if another one asked meanwhile. Whoever is `patient` does it after that.
        """
        if not self._exchange.open(self._spaces.personal):
            return
        me = threading.get_ident()
        with self._one:  # for these few lines only: whoever took something in may hold other locks
            if patient:
                self._one.wait_for(lambda: self._tending in (0, me), PATIENCE)
            if self._tending:
                self._again = self._again or self._tending != me
                return
            self._tending, self._again = me, True
        try:
            while self._goes_on():
                self._tend_once()
        finally:
            with self._one:
                if self._tending == me:  # after a fault; else another thread may be at it by now
                    self._tending = 0
                self._one.notify_all()

    def _goes_on(self) -> bool:
        """Whether there is a reason to look (again); where there is none, the next who asks does it alone."""
        with self._one:
            again, self._again = self._again, False
            if not again:
                self._tending = 0
            return again

    def _tend_once(self) -> None:
        said = self._said()
        self._revoke_all({key for key, value in said.items() if key.startswith("revoked.") and value is True})
        mine = {one.master for one in self._own()}
        if "root" in said:
            self._take_root(said["root"])
        if len(mine) > 1 or any(key.startswith("space.") for key in said):
            self._tell_spaces(said)
            self._know_spaces(said)
            self._answer_entries(said, mine)

    def _tend_quietly(self) -> None:
        """Called by whoever took something in: what goes wrong here is tried again the next time."""
        try:
            self.tend()
        except (NoCertificate, SyncError, NotShared):
            return

    def _revoke_all(self, keys: Iterable[str]) -> None:
        out = {key.partition(".")[2] for key in keys}
        for space in self._exchange.shared():
            if not out or not self._exchange.open(space):
                continue
            devices = [one.device for one in self._exchange.people(space) if one.mine and one.master in out]
            if devices and self._spaces.master not in out:
                self._exchange.dismiss(space, devices)

    def _take_root(self, text: Any) -> None:
        try:
            about = strict_json.read(str(text))
            bytes.fromhex(about["sealed_root"])
            self._spaces.take_root(str(about["root"]), about["sealed_root"])
        except (KeyError, TypeError, ValueError, BadJson):
            return  # a later version may say it in another way

    def _tell_spaces(self, said: Mapping[str, Any]) -> None:
        """Every space that this device is in, for the others."""
        peers = {row["space"]: row for row in self._store.documents.table(KEYRING) if row["kind"] == "peer"}
        for space, kind in self._spaces.all():
            if kind == "personal" or not self._exchange.open(space):
                continue
            about: dict[str, Any] = {"genesis": self._spaces.genesis(space).hex()}
            if space in peers:
                about["peer"] = {name: peers[space][name] for name in PEER}
            text = _plain(about).decode()
            if said.get(f"space.{space}") != text:
                self._set(f"space.{space}", text)

    def _know_spaces(self, said: Mapping[str, Any]) -> None:
        """Spaces of which another device of mine has told: this one asks to be let in."""
        there = {space for space, _ in self._spaces.all()}
        lacking = set(self.lacking())
        peers = {row["space"] for row in self._store.documents.table(KEYRING) if row["kind"] == "peer"}
        for key, text in said.items():
            space = key.removeprefix("space.")
            if not key.startswith("space.") or (space in there and space in peers and space not in lacking):
                continue
            try:
                about = strict_json.read(str(text))
                genesis = bytes.fromhex(about["genesis"])
                Genesis.read(genesis, bytes.fromhex(space))
                peer = about.get("peer")
                if peer is not None:
                    bytes.fromhex(peer["root"])
                    peer = {"kind": "peer", "secret": "", **{name: peer[name] for name in PEER}, "space": space}
            except (KeyError, TypeError, ValueError, BadJson, SyncError):
                continue  # a later version may say it in another way
            with self._store.documents.transaction():
                self._spaces.join(space, genesis)
                if peer is not None and space not in peers:
                    self._store.documents.table(KEYRING).insert(peer)
            entry = f"entry.{space}.{self._spaces.master}"
            if space not in self._exchange.shared() and not said.get(entry):
                self._set(entry, self._spaces.introduction(space, self._exchange.name()).to_bytes().hex())

    def _answer_entries(self, said: Mapping[str, Any], mine: set[str]) -> None:
        """Devices of mine that ask to be let in where this one is."""
        for key, text in said.items():
            kind, _, rest = key.partition(".")
            space, _, master = rest.partition(".")
            if kind != "entry" or not text or master == self._spaces.master or master not in mine:
                continue
            if not self._exchange.open(space):
                continue
            try:
                who = introduction.read(bytes.fromhex(str(text)), bytes.fromhex(space))
            except (ValueError, SyncError):
                continue
            if who.root == self._spaces.root and who.masters[-1].device.hex() == master:
                self._exchange.let_in_own(space, who, None)
                self._set(key, None)

    # ------------------------------------------------------------------ inside

    def _link_secrets(self) -> list[bytes]:
        """What the code of this phone held when it was new."""
        return [bytes.fromhex(row["secret"]) for kind in ("joining", "joined") for row in self._rows(kind)]

    def _own(self) -> list[Contact]:
        personal = self._spaces.personal
        if personal not in self._exchange.shared():
            return []
        return [one for one in self._exchange.people(personal) if one.mine and one.master]

    def _said(self) -> dict[str, Any]:
        return {one.key: one.value for one in self._store.everything(Setting)}

    def _set(self, key: str, value: Any) -> None:
        self._store.execute(SetSetting(key=key, value=value))

    def _shown(self, numbers: Sequence[int]) -> tuple[str, ...]:
        listed = words(self._assets, LANGUAGE)
        return tuple(listed[number] for number in numbers)

    def _rows(self, kind: str) -> list[Any]:
        return [row for row in self._store.documents.table(DEVICE) if row["kind"] == kind]

    def _ms(self) -> int:
        return max(0, int(self._now().timestamp() * 1000))


def _plain(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _moment(milliseconds: int) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if 0 < milliseconds < 1 << 45 else None


def _read_moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
