"""An invitation at a distance: text that is good for one person and seven days, and that names the inviter's root key.

Whoever could read it may have been first, so the inviter approves a name, two requests freeze it, and the badge says
"not yet compared" until both have compared words.
"""

import os
import re
from dataclasses import dataclass, field, replace
from typing import Final, Self

from sync import labels
from sync.errors import (
    BadCode,
    CodeForElsewhere,
    OwnCode,
    PairingExpired,
    PairingFailed,
    PairingOver,
    PairingStopped,
)
from sync.pairing import code, introduction
from sync.pairing.code import Kind
from sync.pairing.introduction import Introduction
from sync.pairing.state import DAY, Over, Paired, State, Step, stored
from sync.pairing.transcript import (
    INVITATION,
    MAC_BYTES,
    cut,
    derive,
    digest,
    mac,
    same,
    seal,
    secret_of,
    transcript,
    unseal,
)
from sync.signing import KEY_BYTES, Genesis

LIFETIME: Final = 7 * DAY
MOST_ORIGIN: Final = 200

_ID_BYTES: Final = 16
_SECRET_BYTES: Final = 16
_SALT_BYTES: Final = 16
_ORIGIN: Final = re.compile(r"https://[a-z0-9.-]+(:[1-9][0-9]{0,4})?|https://\[[0-9a-f:.]+\](:[1-9][0-9]{0,4})?")
_STOP: Final = b"\x02"
_JOINER_MAC, _JOINER_SEAL, _INVITER_MAC, _INVITER_SEAL, _STOPPING = range(1, 6)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What stands in an invitation. Reading it connects to nothing."""

    id: bytes
    secret: bytes = field(repr=False)
    genesis: Genesis
    root_digest: bytes
    until: int
    origin: str

    @classmethod
    def read(cls, body: bytes) -> Self:
        sizes = (_ID_BYTES, _SECRET_BYTES, Genesis.BYTES, KEY_BYTES, 8, 1)
        front = body[: sum(sizes)]
        number, secret, raw, root_digest, until, length = cut(front, *sizes)
        origin = body[len(front) :]
        if len(origin) != length[0] or length[0] > MOST_ORIGIN:
            raise BadCode(reason="body")
        try:
            text = origin.decode("ascii")
        except UnicodeDecodeError as exc:
            raise BadCode(reason="body") from exc
        _check_origin(text)
        return cls(number, secret, introduction.genesis_of(raw), root_digest, int.from_bytes(until, "big"), text)

    def to_bytes(self) -> bytes:
        origin = self.origin.encode("ascii")
        fixed = self.id + self.secret + self.genesis.to_bytes() + self.root_digest + self.until.to_bytes(8, "big")
        return fixed + bytes([len(origin)]) + origin

    def key(self, use: int, salt: bytes) -> bytes:
        """A key for one use in one message; whoever does not hold the whole invitation cannot make it."""
        named = digest(b"", self.to_bytes())
        return derive(self.secret, salt, labels.INVITATION_KEY + bytes([use]) + named)


@dataclass(frozen=True, slots=True)
class Inviting(State):
    """The inviter's side. `request` is the first that verified; `approval` stands when its name was approved."""

    NAME = "invitation-inviting"
    invitation: bytes = field(repr=False)
    own: bytes
    request: bytes = b""
    approval: bytes = b""

    @property
    def text(self) -> str:
        """The invitation, to send however one likes."""
        return code.write(Kind.INVITATION, self.invitation)

    @property
    def asking(self) -> Introduction | None:
        """Who has asked; show the name, and let somebody approve it."""
        return self._opened(self.request) if self.request else None

    def receive(self, text: str, now: int) -> Step:
        """A request. The first is kept; another that verifies freezes the invitation."""
        body = code.read(text, Kind.REQUEST, own=(Kind.INVITATION, Kind.APPROVAL))
        invitation = Invitation.read(self.invitation)
        if now > invitation.until:
            return Step(Over("expired"), trouble=PairingExpired())
        if body[:_ID_BYTES] != invitation.id:
            raise CodeForElsewhere(got="session")
        if body == self.request:
            return Step(self, (code.write(Kind.APPROVAL, self.approval),) if self.approval else ())
        self._opened(body)
        if self.request:
            stops = tuple(
                code.write(Kind.STOP, _STOP + invitation.id + _stop(invitation, each)) for each in (self.request, body)
            )
            return Step(Over("stopped"), stops, trouble=PairingStopped())
        return Step(replace(self, request=body))

    def approve(self, now: int) -> Step:
        """The name is the one that was meant: paired."""
        invitation = Invitation.read(self.invitation)
        if now > invitation.until:
            return Step(Over("expired"), trouble=PairingExpired())
        other = self.asking
        if other is None:
            raise PairingOver(reason="order")
        if self.approval:
            return Step(self, (code.write(Kind.APPROVAL, self.approval),))
        salt = os.urandom(_SALT_BYTES)
        body = invitation.id + salt + seal(invitation.key(_INVITER_SEAL, salt), self.own, invitation.id)
        body += mac(invitation.key(_INVITER_MAC, salt), self.invitation, self.request, body)
        named = transcript(INVITATION, self.invitation, self.request, body)
        paired = _paired("inviter", invitation, other, named)
        return Step(replace(self, approval=body), (code.write(Kind.APPROVAL, body),), paired)

    def decline(self) -> Step:
        """Somebody else than was meant: nobody is let in, and the invitation is used up."""
        return Step(Over("declined"))

    def _opened(self, body: bytes) -> Introduction:
        invitation = Invitation.read(self.invitation)
        _, salt, sealed, check = cut(body, _ID_BYTES, _SALT_BYTES, tail=MAC_BYTES)
        if not same(check, mac(invitation.key(_JOINER_MAC, salt), self.invitation, body[:-MAC_BYTES])):
            raise PairingFailed(left=0)
        plain = unseal(invitation.key(_JOINER_SEAL, salt), sealed, invitation.id)
        return introduction.read(plain, invitation.genesis.space, self.own[:KEY_BYTES])


@dataclass(frozen=True, slots=True)
class Asking(State):
    """The joiner's side, from the request on."""

    NAME = "invitation-asking"
    invitation: bytes = field(repr=False)
    root: bytes
    request: bytes
    approval: bytes = b""

    @property
    def text(self) -> str:
        """The request, to send or to hand over."""
        return code.write(Kind.REQUEST, self.request)

    def receive(self, text: str, now: int) -> Step:
        """The approval, or word that two people asked."""
        kind = code.kind_of(text)
        body = code.read(text, Kind.APPROVAL, Kind.STOP, own=(Kind.REQUEST,))
        invitation = Invitation.read(self.invitation)
        if kind is Kind.STOP:
            return self._stopped(invitation, body)
        if body[:_ID_BYTES] != invitation.id:
            raise CodeForElsewhere(got="session")
        if self.approval:
            if body == self.approval:
                return Step(self)
            raise PairingOver(reason="done")
        if now > invitation.until + LIFETIME:
            return Step(Over("expired"), trouble=PairingExpired())
        other = self._opened(invitation, body)
        named = transcript(INVITATION, self.invitation, self.request, body)
        paired = _paired("joiner", invitation, other, named)
        return Step(replace(self, approval=body), paired=paired)

    def _opened(self, invitation: Invitation, body: bytes) -> Introduction:
        _, salt, sealed, check = cut(body, _ID_BYTES, _SALT_BYTES, tail=MAC_BYTES)
        expected = mac(invitation.key(_INVITER_MAC, salt), self.invitation, self.request, body[:-MAC_BYTES])
        if not same(check, expected):
            raise PairingFailed(left=0)
        plain = unseal(invitation.key(_INVITER_SEAL, salt), sealed, invitation.id)
        other = introduction.read(plain, invitation.genesis.space, self.root)
        if not same(_root_digest(other.root), invitation.root_digest):
            raise PairingFailed(left=0)
        return other

    def _stopped(self, invitation: Invitation, body: bytes) -> Step:
        what, number, check = cut(body, 1, _ID_BYTES, MAC_BYTES)
        if what != _STOP or number != invitation.id:
            raise CodeForElsewhere(got="stop")
        if not same(check, _stop(invitation, self.request)):
            raise PairingFailed(left=0)
        return Step(Over("stopped"), trouble=PairingStopped())


stored(Inviting)
stored(Asking)


def invite(own: Introduction, genesis: Genesis, now: int, origin: str = "") -> Inviting:
    """An invitation into a space, good for one person and seven days."""
    _check_origin(origin)
    invitation = Invitation(
        os.urandom(_ID_BYTES), os.urandom(_SECRET_BYTES), genesis, _root_digest(own.root), now + LIFETIME, origin
    )
    return Inviting(invitation.to_bytes(), own.to_bytes())


def read(text: str, own_root: bytes, now: int) -> Invitation:
    """What somebody was sent: where it leads, before anything is sent anywhere."""
    invitation = Invitation.read(code.read(text, Kind.INVITATION, own=(Kind.REQUEST,)))
    if same(_root_digest(own_root), invitation.root_digest):
        raise OwnCode(reason="root")
    if now > invitation.until:
        raise PairingExpired
    return invitation


def ask(invitation: Invitation, own: Introduction) -> Asking:
    """Accept: the request to send to the inviter. Nothing of it can be read without the invitation."""
    salt = os.urandom(_SALT_BYTES)
    body = invitation.id + salt + seal(invitation.key(_JOINER_SEAL, salt), own.to_bytes(), invitation.id)
    body += mac(invitation.key(_JOINER_MAC, salt), invitation.to_bytes(), body)
    return Asking(invitation.to_bytes(), own.root, body)


def _stop(invitation: Invitation, request: bytes) -> bytes:
    key = invitation.key(_STOPPING, request[_ID_BYTES : _ID_BYTES + _SALT_BYTES])
    return mac(key, invitation.to_bytes(), request)


def _root_digest(root: bytes) -> bytes:
    return digest(labels.INVITATION_ROOT, root)


def _check_origin(origin: str) -> None:
    """Empty, or a server's address and nothing that could be taken for more than an address."""
    if origin and (len(origin) > MOST_ORIGIN or not _ORIGIN.fullmatch(origin)):
        raise BadCode(reason="origin")


def _paired(role: str, invitation: Invitation, other: Introduction, named: bytes) -> Paired:
    """What either side has in the end; `named` is the transcript that both share."""
    return Paired(
        way="invitation",
        role=role,
        genesis=invitation.genesis.to_bytes(),
        root=other.root,
        master=other.master,
        introduction=other.to_bytes(),
        name=other.name,
        secret=secret_of(invitation.secret, named),
        transcript=named,
        compared=0,
    )
