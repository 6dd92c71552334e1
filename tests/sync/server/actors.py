"""Devices that talk to a server with real keys and real envelopes; what is in the envelopes is random."""

import json
import os
from dataclasses import dataclass, field
from typing import Any

import httpx

from sync.authority.records import consent, sign_reset, sign_statement
from sync.protocol.control import (
    Addition,
    CutOff,
    Departure,
    Epoch,
    Founding,
    Public,
    PublicKeys,
    Reset,
    Revocation,
    Seal,
    What,
    party_of,
    write_control,
)
from sync.protocol.envelope import NOTHING, Envelope, Header, Kind, body_digest
from sync.protocol.padding import padded_length
from sync.protocol.purge import write_purged
from sync.session import ACCOUNT_AGAIN, ACCOUNT_END, ROOT, SESSION, proof
from sync.signing import Device, DeviceKeys, Genesis, SigningKey
from tests.support.patience import PATIENCE


@dataclass
class Place:
    """A space as the tests know it: who is in, and the heads of its control records."""

    genesis: Genesis
    members: dict[bytes, PublicKeys] = field(default_factory=dict)
    heads: tuple[bytes, ...] = ()
    key_id: bytes = b""

    @property
    def id(self) -> bytes:
        return self.genesis.space


def new_place(kind: str = "mentoring") -> Place:
    return Place(Genesis.found(kind, os.urandom(32)))


class Actor:
    """One device in one space: it keeps its chain and signs."""

    def __init__(self, place: Place, root: SigningKey | None = None) -> None:
        self.place = place
        self.root = root or SigningKey.new()
        self.keys: DeviceKeys = Device.new().in_space(place.id)
        self.sequence = 0
        self.previous = NOTHING
        self.written: list[bytes] = []

    @property
    def id(self) -> bytes:
        return self.keys.id

    @property
    def party(self) -> bytes:
        return party_of(self.place.id, self.root.public)

    @property
    def public(self) -> PublicKeys:
        return PublicKeys(self.keys.signing.public, self.keys.box_public)

    def envelope(self, kind: Kind, body: bytes, **changed: Any) -> bytes:
        """The next envelope of this device, and it remembers it as sent."""
        facts: dict[str, Any] = {
            "kind": kind,
            "space": self.place.id,
            "device": self.id,
            "sequence": self.sequence + 1,
            "previous": self.previous,
        }
        if kind is not Kind.CONTROL:
            facts["key_id"] = self.place.key_id
        header = Header(**{**facts, **changed})
        signature = sign_statement(self.keys.signing, header.to_bytes() + body_digest(body))
        made = Envelope.made(header, body, signature)
        self.sequence, self.previous = header.sequence, made.id
        self.written.append(made.to_bytes())
        return made.to_bytes()

    def change(self, size: int = 256, mark: bytes = b"") -> bytes:
        """Something written; `mark` stands readable in it, as nothing real would."""
        body = (mark + os.urandom(32 + padded_length(size)))[: 32 + padded_length(size)]
        return self.envelope(Kind.CHANGE, body)

    def purge(self, *envelopes: bytes) -> bytes:
        return self.envelope(Kind.PURGE, write_purged([Envelope.read(raw).id for raw in envelopes]))

    def control(self, what: What) -> bytes:
        """A control record on all that came before."""
        raw = self.envelope(Kind.CONTROL, write_control(Public(self.place.heads, what)))
        self.place.heads = (Envelope.read(raw).id,)
        return raw

    def founding(self) -> bytes:
        raw = self.control(Founding(self.place.genesis.to_bytes(), self.party, self.public))
        self.place.members[self.id] = self.public
        return raw

    def epoch(self) -> bytes:
        members = tuple(sorted(self.place.members))
        commitment = os.urandom(32)
        raw = self.control(Epoch(members, commitment, tuple(Seal(one, False, os.urandom(80)) for one in members)))
        self.place.key_id = commitment[:16]
        return raw

    def add(self, other: "Actor", role: int = 1) -> bytes:
        agreed = consent(other.keys, self.place.id, other.party)
        raw = self.control(Addition(other.party, role, (other.public,), (agreed,)))
        self.place.members[other.id] = other.public
        return raw

    def remove(self, other: "Actor") -> bytes:
        """Take the other out, counting everything that it has written so far."""
        cut = (CutOff(other.id, other.sequence, other.previous if other.sequence else NOTHING),)
        what = Revocation(self.party, cut) if other.party == self.party else Departure(other.party, cut)
        raw = self.control(what)
        del self.place.members[other.id]
        return raw

    def reset(self, *lost: "Actor") -> bytes:
        """Come back with the root key; nothing but this device counts any more."""
        cuts = tuple(sorted((CutOff(one.id, one.sequence, one.previous) for one in lost), key=lambda cut: cut.device))
        bare = Reset(self.root.public, (self.public,), cuts, bytes(64))
        signed = sign_reset(self.root, self.place.id, self.id, self.place.heads, bare)
        raw = self.control(signed)
        for one in lost:
            self.place.members.pop(one.id, None)
        self.place.members[self.id] = self.public
        return raw


def frames(*envelopes: bytes) -> bytes:
    return b"".join(len(raw).to_bytes(4, "big") + raw for raw in envelopes)


def cut(body: bytes) -> list[bytes]:
    """The frames of a body, without any of the code under test."""
    found: list[bytes] = []
    at = 0
    while at < len(body):
        size = int.from_bytes(body[at : at + 4], "big")
        found.append(body[at + 4 : at + 4 + size])
        at += 4 + size
    return found


_CONNECTIONS: dict[str, httpx.Client] = {}


def connection(base: str) -> httpx.Client:
    """One set of connections to a server for everybody in the tests; `hang_up` closes it."""
    if base not in _CONNECTIONS:
        _CONNECTIONS[base] = httpx.Client(base_url=base, timeout=PATIENCE, trust_env=False)
    return _CONNECTIONS[base]


def hang_up(base: str) -> None:
    if base in _CONNECTIONS:
        _CONNECTIONS.pop(base).close()


class Phone:
    """An actor with a connection to a server."""

    def __init__(self, actor: Actor, base: str) -> None:
        self.actor = actor
        self.base = base
        self.http = connection(base)
        self.token = ""

    @property
    def space(self) -> str:
        return self.actor.place.id.hex()

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {**(self.headers if self.token else {}), **more.pop("headers", {})}
        return self.http.request(method, path, headers=headers, **more)

    def introduce(self, **more: str) -> httpx.Response:
        public = self.actor.public
        body = {"space": self.space, "sign": public.sign.hex(), "box": public.box.hex(), **more}
        return self.http.post("/v1/devices", json=body)

    def nonce(self) -> str:
        answer = self.http.post("/v1/challenge", json={"space": self.space, "device": self.actor.id.hex()})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["nonce"])

    def proof(
        self, use: bytes = SESSION, nonce: str = "", origin: str = "", key: SigningKey | None = None
    ) -> dict[str, str]:
        nonce = nonce or self.nonce()
        signature = proof(
            key or self.actor.keys.signing,
            use,
            origin=origin or self.base,
            nonce=nonce,
            space=self.actor.place.id,
            device=self.actor.id,
        )
        return {"space": self.space, "device": self.actor.id.hex(), "nonce": nonce, "signature": signature.hex()}

    def sign_in(self, *, with_root: bool = False) -> httpx.Response:
        body = self.proof()
        if with_root:
            body["root"] = self.actor.root.public.hex()
            body["root_signature"] = self.proof(ROOT, body["nonce"], key=self.actor.root)["signature"]
        answer = self.http.post("/v1/session", json=body)
        if answer.status_code == 200:
            self.token = answer.json()["token"]
        return answer

    def found(self, *envelopes: bytes) -> httpx.Response:
        """Introduce, sign in and found the space, with an epoch to write under."""
        assert self.introduce().status_code == 201
        assert self.sign_in().status_code == 200
        body = self.actor.place.genesis.to_bytes() + frames(self.actor.founding(), self.actor.epoch(), *envelopes)
        return self.ask("POST", f"/v1/spaces/{self.space}", content=body)

    def push(self, *envelopes: bytes) -> httpx.Response:
        return self.ask("POST", f"/v1/spaces/{self.space}/log", content=frames(*envelopes))

    def pull(self, after: int = 0, **query: Any) -> httpx.Response:
        return self.ask("GET", f"/v1/spaces/{self.space}/log", params={"after": after, **query})

    def pulled(self, after: int = 0, **query: Any) -> list[bytes]:
        answer = self.pull(after, **query)
        assert answer.status_code == 200, answer.text
        return cut(answer.content[8:])

    def all(self) -> list[bytes]:
        """The whole log, page by page."""
        found: list[bytes] = []
        while page := self.pulled(len(found)):
            found += page
        return found

    def end(self) -> httpx.Response:
        body = self.proof(ACCOUNT_END)
        content = json.dumps({"nonce": body["nonce"], "signature": body["signature"]})
        return self.ask("DELETE", "/v1/account", content=content)

    def begin_again(self, genesis: str | None = None) -> httpx.Response:
        body = self.proof(ACCOUNT_AGAIN)
        known = self.actor.place.genesis.to_bytes().hex() if genesis is None else genesis
        content = {"nonce": body["nonce"], "signature": body["signature"], **({"genesis": known} if known else {})}
        return self.ask("POST", "/v1/account", content=json.dumps(content))


def pair(base: str, kind: str = "mentoring") -> tuple[Phone, Phone]:
    """Two people with a space on the server, both signed in."""
    place = new_place(kind)
    one = Phone(Actor(place), base)
    other = Phone(Actor(place), base)
    assert one.found().status_code == 201
    assert one.push(one.actor.add(other.actor), one.actor.epoch()).status_code == 200
    assert other.sign_in().status_code == 200
    return one, other
