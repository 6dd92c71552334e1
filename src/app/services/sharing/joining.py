"""The new phone before it has a vault: its code on the screen, and what the other one of the same person hands over.

Nothing of it is on the disk until the other phone has answered; a code that was given up leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sync import strict_json
from sync.authority import consent
from sync.errors import BadJson, BadRecord
from sync.pairing import introduction, link
from sync.pairing.introduction import Introduction
from sync.pairing.link import Linked, Linking
from sync.paper import Place
from sync.protocol import party_of
from sync.signing import Certificate, Device, Genesis, check_public

MOST_SPACES: Final = 200
"""More than an answer holds; nobody has as many mentorships."""

_VERSION: Final = 1
_MOST_ADDRESS: Final = 255


@dataclass(frozen=True, slots=True)
class Joined:
    """What this phone is now, and what it answers. `words` stand on both screens."""

    device: Device = field(repr=False)
    chain: tuple[Certificate, ...]
    keyring: Mapping[str, Any] = field(repr=False)
    words: tuple[int, ...]
    answer: str
    secret: bytes = field(repr=False)


class Joining:
    """A phone that wants to be one more of somebody's own."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._device = Device.new()
        self._linking: Linking = link.show(self._device.master(), _ms(now()))

    @property
    def text(self) -> str:
        """The code to show to the other phone."""
        return self._linking.text

    def hear(self, text: str) -> Joined:
        """What the other phone hands over. Raises what is wrong with it, and changes nothing then."""
        keyring: Mapping[str, Any] = {}
        at = _ms(self._now())

        def entries(linked: Linked) -> list[Introduction]:
            nonlocal keyring
            keyring = unpack(linked.keyring, linked.root)
            return [self._introduced(linked, bytes.fromhex(one["id"]), at) for one in keyring["spaces"]]

        linked, step = self._linking.open(text, self._device.master(), at, entries)
        secret = self._linking.secret
        return Joined(self._device, linked.masters, keyring, linked.words, step.send[0], secret)

    def _introduced(self, linked: Linked, space: bytes, at: int) -> Introduction:
        keys = self._device.in_space(space)
        signing = self._device.master().signing
        certificate = Certificate.issue(space=space, root=linked.root, certifier=signing, keys=keys, made=at)
        return introduction.make(linked.masters, certificate, consent(keys, space, party_of(space, linked.root)), "")


def pack(keyring: Mapping[str, Any]) -> bytes:
    """What the new phone is handed, as few bytes as a picture of them asks for."""
    server = keyring.get("server") or {"address": "", "pin": ""}
    paper = bytes.fromhex(keyring["paper"]) + bytes.fromhex(keyring["backup"]) if keyring.get("paper") else b""
    address, pin = server["address"].encode(), bytes.fromhex(server["pin"])
    genesis = [bytes.fromhex(one["genesis"]) for one in keyring["spaces"]]
    if len(genesis) > MOST_SPACES or len(address) > _MOST_ADDRESS:
        raise BadRecord(reason="size")
    fields = (bytes.fromhex(keyring["sealed_root"]), paper, address, pin, *genesis)
    return bytes([_VERSION]) + b"".join(bytes([len(one)]) + one for one in fields)


def unpack(raw: bytes, root: bytes) -> dict[str, Any]:
    """What `pack` made, about the person with that root key; `BadRecord` for anything else."""
    fields: list[bytes] = []
    at = 1
    while at < len(raw):
        end = at + 1 + raw[at]
        fields.append(raw[at + 1 : end])
        at = end
    if raw[:1] != bytes([_VERSION]) or at != len(raw) or not 5 <= len(fields) <= 4 + MOST_SPACES:
        raise BadRecord(reason="keyring")
    sealed, paper, address, pin, *genesis = fields
    try:
        spaces = [Genesis.read(one, Genesis(one[1], one[2:34], one[34:]).space) for one in genesis]
        kinds = [one.kind_name for one in spaces]
        found: dict[str, Any] = {"root": root.hex(), "sealed_root": sealed.hex()}
        found["spaces"] = [
            {"id": one.space.hex(), "space_kind": kind, "genesis": one.to_bytes().hex()}
            for one, kind in zip(spaces, kinds, strict=True)
        ]
        if paper:
            found |= {"paper": paper[:-32].hex(), "backup": paper[-32:].hex()}
            Place.read(paper[:-32])
        if address:
            found["server"] = {"address": address.decode("ascii"), "pin": pin.hex()}
    except (IndexError, ValueError) as exc:
        raise BadRecord(reason="keyring") from exc
    if kinds.count("personal") != 1 or len({one.space for one in spaces}) != len(spaces):
        raise BadRecord(reason="spaces")
    return found


def read_keyring(raw: bytes) -> dict[str, Any]:
    """A keyring as the recovery key opens it, with everything in it that has a form checked; else `BadRecord`."""
    try:
        found = strict_json.read(raw)
        check_public(bytes.fromhex(found["root"]))
        bytes.fromhex(found["sealed_root"])
        spaces = found["spaces"]
        kinds = [Genesis.read(bytes.fromhex(one["genesis"]), bytes.fromhex(one["id"])).kind_name for one in spaces]
        if kinds.count("personal") != 1 or len(kinds) > MOST_SPACES:
            raise BadRecord(reason="spaces")
        for one in found.get("keys", ()):
            if [len(bytes.fromhex(one[name])) for name in ("id", "space", "secret")] != [32, 16, 32]:
                raise BadRecord(reason="key")
        for one in found.get("peers", ()):
            check_public(bytes.fromhex(one["root"]))
            _strings(one, "space", "name", "root", "way", "introduction")
    except (KeyError, TypeError, ValueError, AttributeError, BadJson) as exc:
        raise BadRecord(reason="keyring") from exc
    return dict(found)


def _strings(row: Any, *names: str) -> None:
    if any(not isinstance(row[name], str) for name in names):
        raise TypeError


def _ms(when: datetime) -> int:
    return max(0, int(when.timestamp() * 1000))
