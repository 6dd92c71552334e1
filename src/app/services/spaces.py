"""Who I am and where things live: the root key, this device, and the keys of the spaces I am in.

All of it lies in two tables inside the seal. `_keyring` belongs to the person and goes into a backup; `_device`
belongs to this device alone (its seed, what the recovery key left behind) and never leaves it: a restored vault is
always a new device.
"""

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from app.errors import NoCertificate
from app.services.records.tables import EPOCHS, is_
from sync.recovery import RecoveryKey
from sync.signing import Certificate, Device, DeviceKeys, Genesis, SigningKey, open_root, seal_root

if TYPE_CHECKING:
    from sync.pairing.introduction import Introduction
    from sync.paper import Place

KEYRING: Final = "_keyring"
DEVICE: Final = "_device"
PEER: Final = ("space", "name", "root", "way", "compared", "introduction")
"""What own devices tell each other about whom a space is shared with."""


class Spaces:
    """The keyring of an open vault; what the store asks for spaces and device ids."""

    def __init__(self, documents: Any, clock: Callable[[], float] = time.time) -> None:
        self._documents = documents
        self._clock = clock
        self._device: Device | None = None
        self._ids: dict[str, str] = {}
        self._kinds: dict[str, str] = {}
        self._personal: str | None = None
        self.parties: Callable[[str, str, str], bool] | None = None
        """Who knows whether two devices in a shared space belong to one person; the exchange, once there is one."""

    # ------------------------------------------------------------------ the first run, and a new device

    def begin(self, recovery: RecoveryKey) -> None:
        """The first run: a root key that only the recovery key opens, this device under it, and the personal space."""
        with self._documents.transaction():
            self._new_root(recovery)
            self.create("personal")
            self._wait_for_confirmation(recovery)

    def become_new_device(self, recovery: RecoveryKey | None = None) -> None:
        """Take a new identity as a device, and new certificates in every space.

        The root key certifies when the recovery key is at hand, otherwise the device that this one takes the place
        of. A restored backup opened by words has neither: the device then goes without until the recovery key is
        typed.
        """
        with self._documents.transaction():
            before = self._stored_device()
            certifier = self._root(recovery) if recovery else None
            above: tuple[str, ...] = ()
            if certifier is None and before is not None:
                certifier, above = before.master().signing, self._stored_chain()
            self._new_device(certifier, above)
            if recovery is not None:
                self.keep_paper(recovery)

    def replace_root(self, recovery: RecoveryKey, former: RecoveryKey | None = None) -> None:
        """Put the root key under a new recovery key. Without the former one there is a new root: others will compare
        anew.
        """
        with self._documents.transaction():
            person = self._person()
            table = self._documents.table(KEYRING)
            if former is not None:
                root = open_root(bytes.fromhex(person["sealed_root"]), former.root, bytes.fromhex(person["root"]))
                table.update({"sealed_root": seal_root(root, recovery.root).hex()}, doc_ids=[person.doc_id])
            else:
                table.update({"kind": "former-person"}, doc_ids=[person.doc_id])
                self._new_root(recovery)
            self._wait_for_confirmation(recovery)

    def become_linked(self, device: Device, chain: Sequence[Certificate], keyring: Mapping[str, Any]) -> None:
        """Be one more device of somebody: certified by another one, and in the spaces of which that one spoke.

        Raises whatever a malformed keyring leads to: the vault that is being made is then none.
        """
        from sync.paper import Place

        root = chain[0].root
        with self._documents.transaction():
            table = self._documents.table(KEYRING)
            table.insert({"kind": "person", "root": root.hex(), "sealed_root": str(keyring["sealed_root"])})
            certificates = [one.to_bytes().hex() for one in chain]
            row = {"kind": "device", "seed": device.seed.hex(), "certificate": certificates[-1]}
            self._documents.table(DEVICE).insert({**row, "before": certificates[:-1]})
            self._device = device
            for one in keyring["spaces"]:
                self.join(str(one["id"]), bytes.fromhex(one["genesis"]))
            if keyring.get("paper"):
                self._keep_paper(bytes.fromhex(keyring["backup"]), Place.read(bytes.fromhex(keyring["paper"])))

    def come_from(self, keyring: Mapping[str, Any], recovery: RecoveryKey) -> None:
        """Be a new device of somebody whose keyring the recovery key has opened."""
        with self._documents.transaction():
            table = self._documents.table(KEYRING)
            root, sealed = str(keyring["root"]), str(keyring["sealed_root"])
            table.insert({"kind": "person", "root": root, "sealed_root": sealed})
            self._new_device(self._root(recovery))
            for one in keyring["spaces"]:
                self.join(str(one["id"]), bytes.fromhex(one["genesis"]))
            for one in keyring["keys"]:
                row = {"id": str(one["id"]), "space": str(one["space"]), "secret": str(one["secret"])}
                self._documents.table(EPOCHS).insert(row)
            for one in keyring["peers"]:
                table.insert({"kind": "peer", "secret": "", **{name: one[name] for name in PEER}})
            self.keep_paper(recovery)

    def handed_over(self) -> dict[str, Any]:
        """What another device of this person is given: who the person is and which spaces there are, and no key."""
        found: dict[str, Any] = {
            "root": self.root.hex(),
            "sealed_root": self._person()["sealed_root"],
            "spaces": [
                {"id": row["id"], "space_kind": row["space_kind"], "genesis": row["genesis"]}
                for row in self._rows(KEYRING, "space")
            ],
        }
        place, backup = self.paper, self.backup_secret
        if place is not None and backup is not None:
            found |= {"paper": place.to_bytes().hex(), "backup": backup.hex()}
        return found

    def for_paper(self, newest: int = 8) -> dict[str, Any]:
        """The same for the recovery key: with the latest keys of each space, since nobody will be there to hand them on."""
        keys: list[dict[str, str]] = []
        for space, _ in self.all():
            rows = self._documents.table(EPOCHS).search(is_("space", space))[-newest:]
            keys += [{"id": row["id"], "space": space, "secret": row["secret"]} for row in rows]
        peers = [{name: row[name] for name in PEER} for row in self._rows(KEYRING, "peer")]
        whole = {name: value for name, value in self.handed_over().items() if name not in ("paper", "backup")}
        return {**whole, "keys": keys, "peers": peers}

    @property
    def sealed_root(self) -> str:
        """The private half of the root key, as only the recovery key opens it."""
        return str(self._person()["sealed_root"])

    def take_root(self, root: str, sealed: str) -> None:
        """Another device of mine has sealed the same root key under a new recovery key."""
        person = self._person()
        if root == person["root"] and sealed != person["sealed_root"]:
            self._documents.table(KEYRING).update({"sealed_root": sealed}, doc_ids=[person.doc_id])

    def root_key(self, recovery: RecoveryKey) -> SigningKey:
        """The root key, for as long as the caller holds it; `CannotOpen` when that is another person's paper."""
        return self._root(recovery)

    def look_elsewhere(self) -> None:
        """This vault was put back: a space that had a log has it somewhere else, and must not get a second one."""
        with self._documents.transaction():
            table = self._documents.table(KEYRING)
            for row in self._rows(KEYRING, "space"):
                if self._documents.table(EPOCHS).search(is_("space", row["id"])):
                    table.update({"elsewhere": 1}, doc_ids=[row.doc_id])

    def begin_here(self, space: str) -> None:
        """The log of a space of mine alone is lost: this device may begin another one, under a key that nobody has."""
        row = self._space(space)
        fresh = {"elsewhere": 0, "epoch": os.urandom(32).hex()}
        self._documents.table(KEYRING).update(fresh, doc_ids=[row.doc_id])

    def elsewhere(self, space: str) -> bool:
        """Whether the log of a space, if it has one, was begun by somebody else: here it can only come in."""
        row = self._space(space)
        return bool(row.get("elsewhere")) or not row["epoch"]

    # ------------------------------------------------------------------ what the store asks

    @property
    def personal(self) -> str:
        """The space of my own notes, settings and keys."""
        found = self._personal
        if found is None:
            rows = self._rows(KEYRING, "space")
            found = self._personal = next(str(row["id"]) for row in rows if row["space_kind"] == "personal")
        return found

    def kind(self, space: str) -> str:
        """What kind of space it is; `KeyError` when I am not in it."""
        if space not in self._kinds:
            self._kinds.update({row["id"]: str(row["space_kind"]) for row in self._rows(KEYRING, "space")})
        return self._kinds[space]

    def device(self, space: str) -> str:
        """The id of this device in that space: nobody can tell that two of them are one device."""
        if space not in self._ids:
            self._ids[space] = self._own_device().in_space(bytes.fromhex(space)).id.hex()
        return self._ids[space]

    def same_person(self, space: str, one: str, other: str) -> bool:
        """Whether two devices belong to one person: in my own space all do, elsewhere the space's records say so."""
        if one == other or self.kind(space) == "personal":
            return True
        return self.parties is not None and self.parties(space, one, other)

    # ------------------------------------------------------------------ what sharing asks

    def keys(self, space: str) -> DeviceKeys:
        """This device's keys in a space."""
        return self._own_device().in_space(bytes.fromhex(space))

    def genesis(self, space: str) -> bytes:
        """The record with which a space begins; `KeyError` when I am not in it."""
        return bytes.fromhex(self._space(space)["genesis"])

    def first_epoch(self, space: str) -> bytes:
        """The key that was drawn when the space was made, before anybody shared it."""
        return bytes.fromhex(self._space(space)["epoch"])

    def introduction(self, space: str, name: str) -> "Introduction":
        """Who I am in a space: certificates from my root key down to this device there, its consent, and a name.

        `NoCertificate` for a restored device that nobody has certified yet: it waits for the recovery key.
        """
        from sync.authority import consent
        from sync.pairing import introduction
        from sync.protocol import party_of

        device, id = self._own_device(), bytes.fromhex(space)
        keys = device.in_space(id)
        agreed = consent(keys, id, party_of(id, self.root))
        return introduction.make(self.masters, Certificate.read(self._certify(device, id)), agreed, name)

    def join(self, space: str, genesis: bytes) -> None:
        """Come into a space that somebody else founded; its keys come with the first epoch. Once is enough."""
        kind = Genesis.read(genesis, bytes.fromhex(space)).kind_name
        if any(row["id"] == space for row in self._rows(KEYRING, "space")):
            return
        self._documents.table(KEYRING).insert(
            {
                "kind": "space",
                "id": space,
                "space_kind": kind,
                "genesis": genesis.hex(),
                "epoch": "",
                "certificate": self._certify(self._own_device(), bytes.fromhex(space)).hex(),
            }
        )

    def signing(self, space: str) -> "tuple[tuple[Certificate, ...], SigningKey]":
        """What a person signs with in a space: certificates from the root key down to this device there, and its key.

        `NoCertificate` for a restored device that nobody has certified yet.
        """
        masters = tuple(Certificate.read(bytes.fromhex(one)) for one in self._stored_chain())
        if not masters:
            raise NoCertificate
        device, id = self._own_device(), bytes.fromhex(space)
        return (*masters, Certificate.read(self._certify(device, id))), device.in_space(id).signing

    def _space(self, space: str) -> Any:
        for row in self._rows(KEYRING, "space"):
            if row["id"] == space:
                return row
        raise KeyError(space)

    def create(self, kind: str) -> str:
        """A new space, founded by this device: its genesis record, its first epoch key, and my certificate in it."""
        device = self._own_device()
        genesis = Genesis.found(kind, device.master().signing.public)
        space = genesis.space
        self._documents.table(KEYRING).insert(
            {
                "kind": "space",
                "id": space.hex(),
                "space_kind": kind,
                "genesis": genesis.to_bytes().hex(),
                "epoch": os.urandom(32).hex(),
                "certificate": self._certify(device, space).hex(),
            }
        )
        return space.hex()

    def all(self) -> list[tuple[str, str]]:
        """Every space I am in, with its kind."""
        return [(row["id"], row["space_kind"]) for row in self._rows(KEYRING, "space")]

    # ------------------------------------------------------------------ the recovery key, until it is confirmed

    @property
    def unconfirmed(self) -> RecoveryKey | None:
        """The recovery key that nobody has confirmed to have on paper yet; None afterwards."""
        for row in self._rows(DEVICE, "recovery"):
            return RecoveryKey(bytes.fromhex(row["secret"]))
        return None

    def confirmed(self) -> None:
        """It is on paper: the vault lets go of it."""
        rows = self._rows(DEVICE, "recovery")
        if rows:
            with self._documents.transaction():
                self._documents.table(DEVICE).remove(doc_ids=[row.doc_id for row in rows])

    @property
    def backup_secret(self) -> bytes | None:
        """What seals backups so that the recovery key opens them, without the recovery key itself."""
        for row in self._rows(DEVICE, "backup-secret"):
            return bytes.fromhex(row["secret"])
        return None

    @property
    def paper(self) -> "Place | None":
        """Where a keyring for the recovery key lies on a server; None where the paper was not at hand since."""
        from sync.paper import Place

        for row in self._rows(DEVICE, "paper"):
            return Place.read(bytes.fromhex(row["place"]))
        return None

    def forget_paper(self) -> None:
        """Another device of mine has a new recovery key: what this one keeps of the old one is of no use."""
        rows = [*self._rows(DEVICE, "backup-secret"), *self._rows(DEVICE, "paper")]
        self._documents.table(DEVICE).remove(doc_ids=[row.doc_id for row in rows])

    def former_papers(self) -> "list[Place]":
        """Where keyrings of replaced recovery keys may lie."""
        from sync.paper import Place

        return [Place.read(bytes.fromhex(row["place"])) for row in self._rows(DEVICE, "paper-former")]

    def forget_former_papers(self, places: "Iterable[Place]") -> None:
        """Nothing lies there any more."""
        gone = {place.to_bytes().hex() for place in places}
        rows = [row for row in self._rows(DEVICE, "paper-former") if row["place"] in gone]
        self._documents.table(DEVICE).remove(doc_ids=[row.doc_id for row in rows])

    def keep_paper(self, recovery: RecoveryKey) -> None:
        """Keep what follows from the recovery key and opens nothing here: for backups, and for the keyring."""
        from sync.paper import place_of

        self._keep_paper(recovery.backup, place_of(recovery))

    @property
    def master(self) -> str:
        """The id of this device itself, as other devices of the person know it."""
        return self._own_device().master().id.hex()

    @property
    def masters(self) -> tuple[Certificate, ...]:
        """The certificates from the root key down to this device; `NoCertificate` where nobody could sign one yet."""
        chain = tuple(Certificate.read(bytes.fromhex(one)) for one in self._stored_chain())
        if not chain:
            raise NoCertificate
        return chain

    @property
    def master_keys(self) -> DeviceKeys:
        """This device's own keys, which certify others."""
        return self._own_device().master()

    @property
    def certificate(self) -> Certificate | None:
        """This device's certificate; None until somebody could sign one."""
        for row in self._rows(DEVICE, "device"):
            return Certificate.read(bytes.fromhex(row["certificate"])) if row["certificate"] else None
        return None

    @property
    def root(self) -> bytes:
        """The public half of the person's root key."""
        return bytes.fromhex(self._person()["root"])

    # ------------------------------------------------------------------ inside

    def _new_root(self, recovery: RecoveryKey) -> None:
        root = SigningKey.new()
        row = {"kind": "person", "root": root.public.hex(), "sealed_root": seal_root(root, recovery.root).hex()}
        self._documents.table(KEYRING).insert(row)
        self._new_device(root)

    def _new_device(self, certifier: SigningKey | None, above: tuple[str, ...] = ()) -> None:
        device = Device.new()
        signed = b""
        if certifier is not None:
            signed = Certificate.issue(
                space=bytes(16), root=self.root, certifier=certifier, keys=device.master(), made=self._made()
            ).to_bytes()
        table = self._documents.table(DEVICE)
        table.remove(doc_ids=[row.doc_id for row in self._rows(DEVICE, "device")])
        table.insert({"kind": "device", "seed": device.seed.hex(), "certificate": signed.hex(), "before": list(above)})
        self._device = device
        self._ids.clear()
        for row in self._rows(KEYRING, "space"):
            certificate = self._certify(device, bytes.fromhex(row["id"]))
            self._documents.table(KEYRING).update({"certificate": certificate.hex()}, doc_ids=[row.doc_id])

    def _certify(self, device: Device, space: bytes) -> bytes:
        """This device's keys in a space, certified by its own master key."""
        return Certificate.issue(
            space=space,
            root=self.root,
            certifier=device.master().signing,
            keys=device.in_space(space),
            made=self._made(),
        ).to_bytes()

    def _root(self, recovery: RecoveryKey) -> SigningKey:
        person = self._person()
        return open_root(bytes.fromhex(person["sealed_root"]), recovery.root, bytes.fromhex(person["root"]))

    def _wait_for_confirmation(self, recovery: RecoveryKey) -> None:
        table = self._documents.table(DEVICE)
        table.remove(doc_ids=[row.doc_id for row in self._rows(DEVICE, "recovery")])
        table.insert({"kind": "recovery", "secret": recovery.secret.hex()})
        self.keep_paper(recovery)

    def _keep_paper(self, backup: bytes, place: "Place") -> None:
        table = self._documents.table(DEVICE)
        former = self.paper
        if former is not None and former != place:  # what lies there opens with a paper that does not count any more
            table.insert({"kind": "paper-former", "place": former.to_bytes().hex()})
        old = [*self._rows(DEVICE, "backup-secret"), *self._rows(DEVICE, "paper")]
        table.remove(doc_ids=[row.doc_id for row in old])
        table.insert({"kind": "backup-secret", "secret": backup.hex()})
        table.insert({"kind": "paper", "place": place.to_bytes().hex()})

    def _own_device(self) -> Device:
        if self._device is None:
            self._device = self._stored_device()
        if self._device is None:
            raise LookupError("the vault holds no device")
        return self._device

    def _stored_device(self) -> Device | None:
        for row in self._rows(DEVICE, "device"):
            return Device(bytes.fromhex(row["seed"]))
        return None

    def _stored_chain(self) -> tuple[str, ...]:
        """The stored certificates from the root key down to this device, as far as there are any."""
        for row in self._rows(DEVICE, "device"):
            return (*row.get("before", ()), row["certificate"]) if row["certificate"] else ()
        return ()

    def _person(self) -> Any:
        return self._rows(KEYRING, "person")[0]

    def _rows(self, table: str, kind: str) -> list[Any]:
        return [row for row in self._documents.table(table) if row["kind"] == kind]

    def _made(self) -> int:
        return int(self._clock() * 1000)
