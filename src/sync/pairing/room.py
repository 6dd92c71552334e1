"""In the room: two codes, each photographed by the other's phone, and both are paired with no network at all.

What a screen shows to a camera an arm's length away is authentic by sight; the MAC ties the code shown back to
the one shown first, and both secrets are mixed into the first seal.
"""

import os
from dataclasses import dataclass, field
from typing import Final, Self

from sync import labels
from sync.errors import OwnCode, PairingExpired, PairingFailed
from sync.pairing import code, introduction
from sync.pairing.code import Kind
from sync.pairing.introduction import Introduction
from sync.pairing.state import DAY, Over, Paired, State, Step, stored
from sync.pairing.transcript import ROOM, cut, derive, mac, same, secret_of, transcript
from sync.signing import KEY_BYTES, Genesis, check_public

LIFETIME: Final = DAY
SECRET_BYTES: Final = 16
_MAC_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class RoomCode:
    """What stands in the code shown first."""

    secret: bytes = field(repr=False)
    root: bytes
    master: bytes
    genesis: Genesis

    @classmethod
    def read(cls, body: bytes) -> Self:
        secret, root, master, raw = cut(body, SECRET_BYTES, KEY_BYTES, KEY_BYTES, Genesis.BYTES)
        return cls(secret, check_public(root), check_public(master), introduction.genesis_of(raw))

    def to_bytes(self) -> bytes:
        return self.secret + self.root + self.master + self.genesis.to_bytes()


@dataclass(frozen=True, slots=True)
class Showing(State):
    """The inviter's side, from showing a code until the other's has been read."""

    NAME = "room-showing"
    made: int
    shown: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The code to show."""
        return code.write(Kind.ROOM, self.shown)

    def receive(self, text: str, now: int) -> Step:
        """The code shown back. A code that does not answer this one changes nothing."""
        body = code.read(text, Kind.ROOM_BACK, own=(Kind.ROOM,))
        if now - self.made > LIFETIME:
            return Step(Over("expired"), trouble=PairingExpired())
        first = RoomCode.read(self.shown)
        secret, middle, check = cut(body, SECRET_BYTES, tail=_MAC_BYTES)
        if not same(check, _check(first, body[:-_MAC_BYTES])):
            raise PairingFailed(left=0)
        other = introduction.read(middle, first.genesis.space, first.root)
        named = transcript(ROOM, self.shown, body)
        paired = Paired(
            way="room",
            role="inviter",
            genesis=first.genesis.to_bytes(),
            root=other.root,
            master=other.master,
            introduction=middle,
            name=other.name,
            secret=secret_of(first.secret + secret, named),
            transcript=named,
            compared=1,
        )
        return Step(Over("done"), paired=paired)


stored(Showing)


def show(own: Introduction, genesis: Genesis, now: int) -> Showing:
    """The inviter's code, for one pairing."""
    return Showing(now, RoomCode(os.urandom(SECRET_BYTES), own.root, own.master, genesis).to_bytes())


def scan(text: str, own_root: bytes) -> RoomCode:
    """What the joiner photographed: the space for which to introduce oneself."""
    found = RoomCode.read(code.read(text, Kind.ROOM, own=(Kind.ROOM_BACK,)))
    if found.root == own_root:
        raise OwnCode(reason="root")
    return found


def show_back(first: RoomCode, own: Introduction) -> Step:
    """The joiner's code, to show until the other has it; the joiner is paired from here on."""
    secret = os.urandom(SECRET_BYTES)
    body = secret + own.to_bytes()
    body += _check(first, body)
    named = transcript(ROOM, first.to_bytes(), body)
    paired = Paired(
        way="room",
        role="joiner",
        genesis=first.genesis.to_bytes(),
        root=first.root,
        master=first.master,
        introduction=b"",
        name="",
        secret=secret_of(first.secret + secret, named),
        transcript=named,
        compared=1,
    )
    return Step(Over("done"), (code.write(Kind.ROOM_BACK, body),), paired)


def _check(first: RoomCode, body: bytes) -> bytes:
    key = derive(first.secret, first.genesis.space, labels.PAIRING_ROOM)
    return mac(key, first.to_bytes(), body)[:_MAC_BYTES]
