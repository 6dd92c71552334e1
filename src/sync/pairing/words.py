"""Six spoken words: they authenticate a key agreement and encrypt nothing.

The shower shows the words and makes the offer; the typist types them and answers. Whoever overhears the words
later learns nothing. Whoever acts on them in time has to be quicker than the right phone, and then two answers
verify: the pairing stops and everybody is told.
"""

import os
import unicodedata
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final, Self

from sync import labels
from sync.errors import (
    BadCode,
    CodeForElsewhere,
    OwnCode,
    PairingExpired,
    PairingFailed,
    PairingStopped,
    SyncError,
    UnfitPublicKey,
)
from sync.pairing import code, cpace, introduction
from sync.pairing.code import Kind
from sync.pairing.introduction import Introduction
from sync.pairing.state import DAY, Over, Paired, State, Step, stored
from sync.pairing.transcript import MAC_BYTES, WORDS, cut, derive, mac, same, seal, transcript, unseal
from sync.signing import ID_BYTES, Genesis

COUNT: Final = 6
TRIES: Final = 3
LIFETIME: Final = DAY
DIGEST: Final = 32

_SUITE: Final = b"\x01"
_SHOWER: Final = b"shower"
_TYPIST: Final = b"typist"
_STOP: Final = b"\x01"
_TYPIST_MAC, _TYPIST_SEAL, _SHOWER_MAC, _SHOWER_SEAL, _RECEIPT, _STOPPING = range(1, 7)


@dataclass(frozen=True, slots=True)
class Offer:
    """What the shower sends first. It tells a stranger a random number and the space's id."""

    sid: bytes
    space: bytes
    share: bytes

    @classmethod
    def read(cls, body: bytes) -> Self:
        return cls(*cut(body, cpace.SID_BYTES, ID_BYTES, cpace.SHARE_BYTES))

    def to_bytes(self) -> bytes:
        return self.sid + self.space + self.share


@dataclass(frozen=True, slots=True)
class Shower(State):
    """Shows the words and waits. `answer` is the one that verified; with it the shower is paired. `refused` are the digests
    of those that did not: the same one again is no new guess.
    """

    NAME = "words-shower"
    words: str = field(repr=False)
    made: int
    genesis: bytes
    own: bytes
    offer: bytes
    scalar: bytes = field(repr=False)
    failed: int = 0
    answer: bytes = b""
    confirmation: bytes = b""
    receipt: bytes = field(default=b"", repr=False)
    stop: bytes = field(default=b"", repr=False)
    refused: bytes = b""

    @property
    def text(self) -> str:
        """The offer, to send or to hand over."""
        return code.write(Kind.WORDS_OFFER, self.offer)

    def receive(self, text: str, now: int) -> Step:
        """An answer, or the receipt that ends it."""
        kind = code.kind_of(text)
        body = code.read(text, Kind.WORDS_ANSWER, Kind.WORDS_RECEIPT, own=(Kind.WORDS_OFFER, Kind.WORDS_CONFIRMATION))
        if now - self.made > LIFETIME:
            return Step(Over("expired"), trouble=PairingExpired())
        _for_session(body, self.offer)
        return self._receipted(body) if kind is Kind.WORDS_RECEIPT else self._answered(body)

    def _answered(self, body: bytes) -> Step:
        if self.answer == body:
            return Step(self, (code.write(Kind.WORDS_CONFIRMATION, self.confirmation),))
        came = sha256(body).digest()
        if came in self._refused():
            raise PairingFailed(left=TRIES - self.failed)  # its outcome was known: whoever sent it has learnt nothing
        offer = Offer.read(self.offer)
        try:
            keys, sealed = self._verified(offer, body)
            other = introduction.read(unseal(keys.of(_TYPIST_SEAL), sealed, offer.sid), offer.space, self._root)
        except SyncError as exc:
            return self._failed(exc, came)
        if self.answer:
            stops = tuple(code.write(Kind.STOP, _STOP + offer.sid + each) for each in (self.stop, keys.stop(body)))
            return Step(Over("stopped"), stops, trouble=PairingStopped())
        confirmation = offer.sid + seal(keys.of(_SHOWER_SEAL), self.genesis + self.own, offer.sid)
        confirmation += mac(keys.of(_SHOWER_MAC), self.offer, body, confirmation)
        state = replace(
            self,
            answer=body,
            confirmation=confirmation,
            receipt=mac(keys.of(_RECEIPT), self.offer, body, confirmation),
            stop=keys.stop(body),
        )
        paired = Paired(
            way="words",
            role="inviter",
            genesis=self.genesis,
            root=other.root,
            master=other.master,
            introduction=other.to_bytes(),
            name=other.name,
            secret=b"",
            transcript=transcript(WORDS, self.offer, body, confirmation),
            compared=1,
        )
        return Step(state, (code.write(Kind.WORDS_CONFIRMATION, confirmation),), paired)

    def _verified(self, offer: Offer, body: bytes) -> tuple["_Keys", bytes]:
        """The keys of a session with who wrote the answer, once the MAC has shown that both know the words."""
        _, share, sealed, check = cut(body, cpace.SID_BYTES, cpace.SHARE_BYTES, tail=MAC_BYTES)
        if share == offer.share:
            raise OwnCode(reason="share")
        keys = _Keys(
            offer.sid,
            self.offer,
            cpace.agree(self.scalar, share, offer.sid, (offer.share, _SHOWER), (share, _TYPIST)),
        )
        if not same(check, mac(keys.of(_TYPIST_MAC), self.offer, body[:-MAC_BYTES])):
            raise PairingFailed
        return keys, sealed

    def _refused(self) -> list[bytes]:
        return [self.refused[at : at + DIGEST] for at in range(0, len(self.refused), DIGEST)]

    def _failed(self, trouble: SyncError, came: bytes) -> Step:
        """Each answer is one guess, whatever is wrong with it."""
        left = TRIES - self.failed - 1
        if isinstance(trouble, PairingFailed | BadCode | UnfitPublicKey):
            trouble = PairingFailed(left=left)
        state = replace(self, failed=self.failed + 1, refused=self.refused + came)
        return Step(state if left else Over("failed"), trouble=trouble)

    def _receipted(self, body: bytes) -> Step:
        if not self.receipt or not same(body[cpace.SID_BYTES :], self.receipt):
            raise PairingFailed(left=TRIES - self.failed)
        return Step(Over("done"))

    @property
    def _root(self) -> bytes:
        return self.own[:32]


@dataclass(frozen=True, slots=True)
class Typist(State):
    """Has answered one offer. It keeps no words, only what this one session needs."""

    NAME = "words-typist"
    made: int
    root: bytes
    offer: bytes
    answer: bytes
    isk: bytes = field(repr=False)
    failed: int = 0
    confirmation: bytes = b""

    @property
    def text(self) -> str:
        """The answer, to send or to hand over."""
        return code.write(Kind.WORDS_ANSWER, self.answer)

    def receive(self, text: str, now: int) -> Step:
        """The confirmation, or word that somebody else knew the words too."""
        kind = code.kind_of(text)
        body = code.read(text, Kind.WORDS_CONFIRMATION, Kind.STOP, own=(Kind.WORDS_ANSWER, Kind.WORDS_RECEIPT))
        if now - self.made > LIFETIME:
            return Step(Over("expired"), trouble=PairingExpired())
        keys = _Keys(self.offer[: cpace.SID_BYTES], self.offer, self.isk)
        if kind is Kind.STOP:
            return self._stopped(keys, body)
        _for_session(body, self.offer)
        return self._confirmed(keys, body)

    def _confirmed(self, keys: "_Keys", body: bytes) -> Step:
        receipt = keys.sid + mac(keys.of(_RECEIPT), self.offer, self.answer, body)
        if self.confirmation == body:
            return Step(self, (code.write(Kind.WORDS_RECEIPT, receipt),))
        try:
            genesis, other = self._opened(keys, body)
        except SyncError as exc:
            left = TRIES - self.failed - 1
            if isinstance(exc, PairingFailed | BadCode):
                exc = PairingFailed(left=left)
            return Step(replace(self, failed=self.failed + 1) if left else Over("failed"), trouble=exc)
        if self.confirmation:
            return Step(Over("stopped"), trouble=PairingStopped())
        paired = Paired(
            way="words",
            role="joiner",
            genesis=genesis.to_bytes(),
            root=other.root,
            master=other.master,
            introduction=other.to_bytes(),
            name=other.name,
            secret=b"",
            transcript=transcript(WORDS, self.offer, self.answer, body),
            compared=1,
        )
        return Step(replace(self, confirmation=body), (code.write(Kind.WORDS_RECEIPT, receipt),), paired)

    def _opened(self, keys: "_Keys", body: bytes) -> tuple[Genesis, Introduction]:
        _, sealed, check = cut(body, cpace.SID_BYTES, tail=MAC_BYTES)
        if not same(check, mac(keys.of(_SHOWER_MAC), self.offer, self.answer, body[:-MAC_BYTES])):
            raise PairingFailed
        plain = unseal(keys.of(_SHOWER_SEAL), sealed, keys.sid)
        genesis = introduction.genesis_of(plain[: Genesis.BYTES])
        offered = Offer.read(self.offer).space
        if genesis.space != offered:
            raise PairingFailed
        return genesis, introduction.read(plain[Genesis.BYTES :], offered, self.root)

    def _stopped(self, keys: "_Keys", body: bytes) -> Step:
        what, sid, check = cut(body, 1, cpace.SID_BYTES, MAC_BYTES)
        if what != _STOP or sid != keys.sid:
            raise CodeForElsewhere(got="stop")
        if not same(check, keys.stop(self.answer)):
            raise PairingFailed(left=TRIES - self.failed)
        return Step(Over("stopped"), trouble=PairingStopped())


stored(Shower)
stored(Typist)


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys of one session, each for one use."""

    sid: bytes
    offer: bytes
    isk: bytes = field(repr=False)

    def of(self, use: int) -> bytes:
        return derive(self.isk, self.sid, labels.PAIRING_WORDS_KEY + bytes([use]))

    def stop(self, answer: bytes) -> bytes:
        return mac(self.of(_STOPPING), self.offer, answer)


def show(words: tuple[str, ...], own: Introduction, genesis: Genesis, now: int) -> Shower:
    """Begin with words nobody has seen: they have to be drawn for this and used once."""
    sid, scalar = os.urandom(cpace.SID_BYTES), cpace.scalar()
    share = cpace.share(scalar, cpace.generator(_spoken(words), _channel(genesis.space), sid))
    offer = Offer(sid, genesis.space, share).to_bytes()
    return Shower(" ".join(words), now, genesis.to_bytes(), own.to_bytes(), offer, scalar)


def read_offer(text: str) -> Offer:
    """The offer of the other phone: the space for which to introduce oneself."""
    own = (Kind.WORDS_ANSWER, Kind.WORDS_RECEIPT)
    return Offer.read(code.read(text, Kind.WORDS_OFFER, own=own))


def answer(offer: Offer, words: tuple[str, ...], own: Introduction, now: int) -> Typist:
    """Answer an offer with the words that were heard. Whoever made the offer gets one guess at them."""
    if own.space != offer.space:
        raise ValueError("the introduction is for another space")
    scalar, first = cpace.scalar(), offer.to_bytes()
    share = cpace.share(scalar, cpace.generator(_spoken(words), _channel(offer.space), offer.sid))
    isk = cpace.agree(scalar, offer.share, offer.sid, (offer.share, _SHOWER), (share, _TYPIST))
    keys = _Keys(offer.sid, first, isk)
    body = offer.sid + share + seal(keys.of(_TYPIST_SEAL), own.to_bytes(), offer.sid)
    body += mac(keys.of(_TYPIST_MAC), first, body)
    return Typist(now, own.root, first, body, isk)


def _spoken(words: tuple[str, ...]) -> bytes:
    """The words as both write them, whatever the keyboard made of capitals and accents."""
    if len(words) != COUNT or not all(words):
        raise PairingFailed(left=TRIES)
    return unicodedata.normalize("NFC", " ".join(word.strip().lower() for word in words)).encode("utf-8")


def _channel(space: bytes) -> bytes:
    return labels.PAIRING_WORDS + _SUITE + space


def _for_session(body: bytes, offer: bytes) -> None:
    if body[: cpace.SID_BYTES] != offer[: cpace.SID_BYTES]:
        raise CodeForElsewhere(got="session")
