"""Make the vectors of sync: `tests/vectors/sync/*.json`, good and bad, each with its `expect`.

    PYTHONPATH=src:. python tools/make_sync_vectors.py

Randomness is fixed, so the same code makes the same bytes; the tests read the files and never this tool.
"""

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives.asymmetric.x25519 import (  # noqa: TID251 - the vectors name its raw keys
    X25519PrivateKey,
)
from tests.support.circle import Person, Phone, Room, fixed_randomness

from sync import hpke
from sync.authority import Role, consent
from sync.errors import SyncError
from sync.protocol.control import Public, Refusal, write_control
from sync.protocol.envelope import MORE, NO_KEY, NOTHING, Envelope, Header, Kind
from sync.protocol.frames import Page, read_frames, write_frames
from sync.protocol.purge import write_purged
from sync.sealing import Inside, Message, add, dismiss, gather, open_message, reset
from sync.sealing.content import fill, join, unfill

ROOT = Path(__file__).parents[1]
OUT = ROOT / "tests" / "vectors" / "sync"
Vector = dict[str, Any]
Vectors = Iterator[tuple[str, Vector]]
HEADER = Header(kind=Kind.CHANGE, space=b"s" * 16, device=b"d" * 16, sequence=7, key_id=b"k" * 16, previous=b"p" * 32)
BODY = bytes(range(256)) + bytes(32)


def refusal(read: Any, raw: bytes) -> Vector:
    """What a reader says to bad bytes; a vector that is not refused is no bad vector."""
    try:
        read(raw)
    except SyncError as exc:
        return {"refused": exc.code, **exc.facts}
    raise AssertionError("not refused")


def told(envelope: Envelope) -> Vector:
    header = envelope.header
    return {
        "kind": header.kind.name.lower(),
        "flags": header.flags,
        "space": header.space.hex(),
        "device": header.device.hex(),
        "sequence": header.sequence,
        "key_id": header.key_id.hex(),
        "previous": header.previous.hex(),
        "whole": envelope.whole,
        "body_hash": envelope.body_hash.hex(),
        "id": envelope.id.hex(),
    }


def envelopes() -> Vectors:
    good = Envelope.made(HEADER, BODY, b"S" * 64)
    first = replace(HEADER, sequence=1, previous=NOTHING)
    control = replace(HEADER, kind=Kind.CONTROL, key_id=NO_KEY)
    said = write_control(Public((b"x" * 32,), Refusal(b"e" * 32)))
    for name, one in (
        ("good-change", good),
        ("good-stripped", good.stripped()),
        ("good-first", Envelope.made(first, BODY, b"S" * 64)),
        ("good-more", Envelope.made(replace(HEADER, flags=MORE), BODY, b"S" * 64)),
        ("good-unknown-flag", Envelope.made(replace(HEADER, flags=0x8000), BODY, b"S" * 64)),
        ("good-snapshot", Envelope.made(replace(HEADER, kind=Kind.SNAPSHOT), BODY, b"S" * 64)),
        ("good-control", Envelope.made(control, said, b"S" * 64)),
        ("good-purge", Envelope.made(replace(HEADER, kind=Kind.PURGE), write_purged([b"i" * 32]), b"S" * 64)),
    ):
        yield name, {"raw": one.to_bytes().hex(), "expect": told(one)}
    raw = good.to_bytes()
    for name, bad in (
        ("bad-empty", b""),
        ("bad-cut", raw[:-1]),
        ("bad-longer", raw + b"\0"),
        ("bad-version-0", b"\0" + raw[1:]),
        ("bad-version-2", b"\2" + raw[1:]),
        ("bad-kind-0", raw[:1] + b"\0" + raw[2:]),
        ("bad-kind-5", raw[:1] + b"\5" + raw[2:]),
        ("bad-sequence-0", replace(HEADER, sequence=0, previous=NOTHING).to_bytes() + raw[92:]),
        ("bad-sequence-too-high", replace(HEADER, sequence=1 << 63).to_bytes() + raw[92:]),
        ("bad-first-with-one-before", replace(HEADER, sequence=1).to_bytes() + raw[92:]),
        ("bad-later-with-none-before", replace(HEADER, previous=NOTHING).to_bytes() + raw[92:]),
        ("bad-change-without-key", replace(HEADER, key_id=NO_KEY).to_bytes() + raw[92:]),
        ("bad-control-with-more", replace(control, flags=MORE).to_bytes() + raw[92:]),
        ("bad-filling", HEADER.to_bytes() + bytes(16 + 257 + 16) + bytes(64)),
    ):
        yield name, {"raw": bad.hex(), "expect": refusal(Envelope.read, bad)}


def frames() -> Vectors:
    some = [Envelope.made(HEADER, BODY, b"S" * 64), Envelope.made(HEADER, BODY, b"S" * 64).stripped()]
    yield "good-page", {"raw": Page(9, tuple(some)).to_bytes().hex(), "expect": [one.id.hex() for one in some]}
    yield "good-empty", {"raw": Page(9, ()).to_bytes().hex(), "expect": []}
    batch = write_frames(some)
    head = (9).to_bytes(8, "big")
    for name, bad in (
        ("bad-cut", batch[:-1]),
        ("bad-length", b"\xff\xff\xff\xff" + batch[4:]),
        ("bad-envelope", (200).to_bytes(4, "big") + bytes(200)),
        ("bad-zero-length", bytes(4)),
    ):
        yield name, {"raw": (head + bad).hex(), "expect": refusal(read_frames, bad)}


def contents() -> Vectors:
    yield "good-short", {"raw": fill(b"hej").hex(), "expect": {"piece": b"hej".hex(), "deflated": False}}
    yield "good-empty", {"raw": fill(b"").hex(), "expect": {"piece": "", "deflated": False}}
    long = zlib.compress(bytes(range(256)) * 9)
    yield "good-deflated", {"raw": fill(long, True).hex(), "expect": {"piece": long.hex(), "deflated": True}}
    good = fill(b"x" * 301)
    for name, bad in (
        ("bad-filling", good[:-1] + b"\1"),
        ("bad-length", good + bytes(16)),
        ("bad-claim", b"\0\0\xff\xff" + good[4:]),
        ("bad-short", b"\0\0\0"),
    ):
        yield name, {"raw": bad.hex(), "expect": refusal(unfill, bad)}


def messages() -> Vectors:
    good = Message(first=1, changes=({"hlc": 1, "ops": []},), seen=Room().first.ledger.news(b"x" * 16))  # type: ignore[union-attr]
    for name, text in (
        ("good", good.to_bytes()),
        ("good-kept", b'{"first":1,"seen":{},"changes":[],"new":{"a":1}}'),
        ("good-nothing-seen", b'{"first":1,"changes":[]}'),
    ):
        yield name, {"text": text.decode(), "expect": json.loads(Message.read(text).to_bytes())}
    for name, bad in (
        ("bad-list", "[]"),
        ("bad-first", '{"first":0,"seen":{},"changes":[]}'),
        ("bad-first-float", '{"first":1.0,"seen":{},"changes":[]}'),
        ("bad-changes", '{"first":1,"seen":{},"changes":[1]}'),
        ("bad-no-changes", '{"first":1,"seen":{}}'),
        ("bad-seen-device", '{"first":1,"seen":{"ab":[1,"00"]},"changes":[]}'),
        ("bad-seen-capital", '{"first":1,"seen":{"' + "AB" * 16 + '":[1,"' + "00" * 16 + '"]},"changes":[]}'),
        ("bad-twice", '{"first":1,"first":2,"seen":{},"changes":[]}'),
        ("bad-number", '{"first":NaN,"seen":{},"changes":[]}'),
        ("bad-depth", '{"first":1,"seen":{},"changes":[],"x":' + "[" * 40 + "]" * 40 + "}"),
        ("bad-letters", '{"first":1,"seen":{},"changes":[],"x":"\\ud800"}'),
    ):
        yield name, {"text": bad, "expect": refusal(Message.read, bad.encode())}
    bomb = zlib.compress(bytes(16 * 1024 * 1024 + 1))
    yield "bad-bomb", {"deflated": bomb.hex(), "expect": refusal(lambda raw: join([(raw, True)]), bomb)}


class Story:
    """Anna and Bo, who paired in one room; Anna's second phone; Bo dismissed while he brings in a phone of his."""

    def __init__(self) -> None:
        self.psk = hpke.Psk(bytes(range(32)), b"scanned in the room")
        self.room = Room()
        self.phones = {"anna": self.room.first}
        anna = self.room.first
        bo = self.phones["bo"] = self.room.join(anna, Person(), psk=self.psk)
        self.log = self.room.log
        self.spread(bo, bo.say("Hej Anna. Hinner du på torsdag?"))
        self.spread(anna, anna.say("Ja, klockan tre."))
        batch = Message(first=2, changes=tuple({"hlc": number, "ops": []} for number in range(20)))
        made = bo.sealer.message(batch, bo.key, deflate=True)
        bo.take(*made)
        self.spread(bo, made)
        anna2 = self.phones["anna2"] = self.room.join(anna, anna.person)
        bo.take(*self.log[-2:])
        ledger = anna.ledger
        assert ledger is not None
        goes = dismiss(anna.sealer, anna.authority, anna.key, bo.person.party(self.room.space), ledger.heads, "klart")
        friend = Phone(bo.person, self.room.space)
        self.phones["bo2"] = friend
        brought = self._brought(bo, friend)
        theirs = bo.next_epoch()
        beyond = bo.say("Efteråt.")
        anna.take(goes)
        fresh = anna.next_epoch()
        anna2.take(goes, fresh)
        words = anna2.say("Bara vi nu.")
        anna.take(*words)
        purge = anna.sealer.purge([self.log[5].id], anna.key)
        anna.take(purge)
        new = self.phones["anna3"] = Phone(anna.person, self.room.space)
        self.log += [goes, brought, theirs, *beyond, fresh, *words, purge]
        new.take(*self.log)
        assert new.ledger is not None
        held = anna.key
        back = reset(
            new.sealer, new.authority, anna.person.root, [new.public], new.ledger.heads, Inside(reason="borta"), held
        )
        new.take(back)
        self.log.append(back)
        self.reader = new

    def spread(self, author: Phone, made: list[Envelope]) -> None:
        self.log += made
        for phone in self.phones.values():
            if phone is not author:
                phone.take(*made)

    def _brought(self, bo: Phone, friend: Phone) -> Envelope:
        party = bo.person.party(self.room.space)
        devices = {friend.public: consent(friend.keys, self.room.space, party)}
        made = add(
            bo.sealer, bo.authority, bo.key, party=party, role=Role.STEWARD, devices=devices, introductions=[b"bo2"]
        )
        bo.take(made)
        friend.take(*self.log, made)
        return made


def space() -> Vectors:
    story = Story()
    authority = story.reader.authority
    rings = {name: gather(authority, story.log, phone.keys, [story.psk]) for name, phone in story.phones.items()}
    opened = {}
    for envelope in story.log:
        if envelope.header.kind is Kind.CHANGE:
            for ring in rings.values():
                if ring.named(envelope.header.key_id):
                    opened[envelope.id.hex()] = json.loads(open_message([envelope], ring).to_bytes())
    yield (
        "story",
        {
            "space": story.room.space.hex(),
            "psk": {"secret": story.psk.secret.hex(), "name": story.psk.name.decode()},
            "devices": {name: phone.device.seed.hex() for name, phone in story.phones.items()},
            "log": [envelope.to_bytes().hex() for envelope in story.log],
            "expect": {
                "ids": [envelope.id.hex() for envelope in story.log],
                "members": sorted(device.hex() for device in authority.members),
                "device_ids": {name: phone.id.hex() for name, phone in story.phones.items()},
                "keys": {
                    name: {key.commitment.hex(): key.secret.hex() for key in ring.keys.values()}
                    for name, ring in rings.items()
                },
                "void": sorted(one.hex() for one in authority.void),
                "refused": {one.hex(): reason for one, reason in authority.refused.items()},
                "heads": [one.hex() for one in authority.heads],
                "current": authority.current.id.hex() if authority.current else None,
                "opened": opened,
                "verdicts": {
                    envelope.id.hex(): story.reader.ledger.verdict(envelope.header, story.reader.chain)  # type: ignore[union-attr]
                    for envelope in story.log
                },
            },
        },
    )


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    numbers = iter(range(1, 1_000_000))

    def seal(
        recipient: bytes, plaintext: bytes, *, info: bytes, aad: bytes = b"", psk: hpke.Psk | None = None
    ) -> bytes:
        ephemeral = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"ephemeral %d" % next(numbers)).digest())
        return hpke._seal(ephemeral, recipient, plaintext, info, aad, psk)

    for make in (envelopes, frames, contents, messages, space):
        with fixed_randomness(make.__name__), mock.patch.object(hpke, "seal", seal):
            found = dict(make())
        text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
        (OUT / f"{make.__name__}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
