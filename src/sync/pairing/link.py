"""A device of one's own: the new one shows a code, the old one certifies it and hands over the keyring.

Whoever's code is read here will read everything. So its type is refused wherever people only pair, the app asks for
the passphrase and says what it is about to do, and both screens show six words.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sync import hpke, labels
from sync.errors import BadCode, BadRecord, OwnCode, PairingExpired
from sync.hpke import Psk
from sync.pairing import code, compare, introduction
from sync.pairing.code import Kind
from sync.pairing.introduction import Introduction
from sync.pairing.state import HOUR, Over, State, Step, stored
from sync.pairing.transcript import cut, digest, joined, secret_of
from sync.signing import ID_BYTES, KEY_BYTES, MASTER, SIGNATURE_BYTES, Certificate, DeviceKeys, SigningKey, check_public

LIFETIME: Final = HOUR
MOST_KEYRING: Final = 900_000

ENTRY_BYTES: Final = ID_BYTES + introduction.SHORT_BYTES + SIGNATURE_BYTES
"""In a receipt: a space, this device's certificate there in short, its consent."""

_SECRET_BYTES: Final = 16
_GRANT: Final = b"\x01"
_RECEIPT: Final = b"\x02"


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What the new device showed."""

    secret: bytes = field(repr=False)
    sign_public: bytes
    box_public: bytes

    def to_bytes(self) -> bytes:
        return self.secret + self.sign_public + self.box_public


@dataclass(frozen=True, slots=True)
class Linked:
    """What the new device now is: certified, and holding what it was handed. `masters` ends with its own."""

    root: bytes
    masters: tuple[Certificate, ...]
    keyring: bytes = field(repr=False)
    words: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the new device answered: its certificate, and an entry for each space into which it wants to be let."""

    certificate: Certificate
    entries: bytes

    def introductions(self, masters: tuple[Certificate, ...], name: str) -> list[Introduction]:
        """Who the new device is in each space, every signature checked. `masters` ends with the old device's own."""
        chain = masters[0].root + introduction.chain_bytes((*masters, self.certificate))
        called = name.encode("utf-8")
        found: list[Introduction] = []
        for at in range(0, len(self.entries), ENTRY_BYTES):
            space, rest = self.entries[at : at + ID_BYTES], self.entries[at + ID_BYTES : at + ENTRY_BYTES]
            found.append(introduction.read(chain + rest + bytes([len(called)]) + called, space))
        return found


@dataclass(frozen=True, slots=True)
class Linking(State):
    """The new device's side, while its code is on the screen."""

    NAME = "link-new"
    made: int
    shown: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The code to show."""
        return code.write(Kind.LINK, self.shown)

    @property
    def secret(self) -> bytes:
        """What is mixed into the first seals for this device: only who saw the code has it."""
        return secret_of(self.shown[:_SECRET_BYTES], digest(b"", self.shown))

    def open(
        self, text: str, keys: DeviceKeys, now: int, entries: Callable[[Linked], Sequence[Introduction]] | None = None
    ) -> tuple[Linked, Step]:
        """The grant. Shows who certified, takes the keyring, and answers with the finished certificate.

        `entries` says who this device is in each of the spaces that the keyring names: the old one lets it in there. A
        grant that does not open or hold changes nothing.
        """
        grant = code.read(text, Kind.LINK_GRANT, own=(Kind.LINK, Kind.LINK_RECEIPT))
        if now - self.made > LIFETIME:
            raise PairingExpired
        psk = _psk(self.shown)
        plain = hpke.open_sealed(keys.box, grant, info=labels.LINK_DEVICE + _GRANT + self.shown, psk=psk)
        root = check_public(plain[:KEY_BYTES])
        chain, at = introduction.read_chain(plain, KEY_BYTES, root)
        certifier = chain[-1]
        fixed = at + 8 + SIGNATURE_BYTES
        made, signature = cut(plain[at:fixed], 8, SIGNATURE_BYTES)
        own = _finished(root, certifier.sign_public, keys, int.from_bytes(made, "big"), signature)
        linked = Linked(root, (*chain, own), plain[fixed:], words(self.shown, grant))
        info = labels.LINK_DEVICE + _RECEIPT + digest(b"", grant)
        said = b"".join(map(_entry, entries(linked))) if entries is not None else b""
        receipt = hpke.seal(certifier.box_public, own.to_bytes() + said, info=info, psk=psk)
        return linked, Step(Over("done"), (code.write(Kind.LINK_RECEIPT, receipt),))


@dataclass(frozen=True, slots=True)
class Granted(State):
    """The old device's side, from handing over until the new one has answered."""

    NAME = "link-old"
    made: int
    shown: bytes = field(repr=False)
    grant_digest: bytes
    root: bytes
    certifier: bytes

    @property
    def secret(self) -> bytes:
        """The same as the new device has."""
        return secret_of(self.shown[:_SECRET_BYTES], digest(b"", self.shown))

    def receive(self, text: str, keys: DeviceKeys) -> tuple[Receipt, Step]:
        """The new device's certificate, which now both have signed, and who it is in each space."""
        sealed = code.read(text, Kind.LINK_RECEIPT, own=(Kind.LINK_GRANT,))
        info = labels.LINK_DEVICE + _RECEIPT + self.grant_digest
        raw = hpke.open_sealed(keys.box, sealed, info=info, psk=_psk(self.shown))
        certificate = Certificate.read(raw[: Certificate.BYTES])
        if (len(raw) - Certificate.BYTES) % ENTRY_BYTES:
            raise BadCode(reason="body")
        new = _read_shown(self.shown)
        expected = (MASTER, self.root, self.certifier, new.sign_public, new.box_public)
        found = certificate
        if (found.space, found.root, found.certifier, found.sign_public, found.box_public) != expected:
            raise BadRecord(reason="certificate")
        return Receipt(certificate, raw[Certificate.BYTES :]), Step(Over("done"))


stored(Linking)
stored(Granted)


def show(keys: DeviceKeys, now: int) -> Linking:
    """The code of a device that wants to become one's own; `keys` are its master keys."""
    return Linking(now, NewDevice(os.urandom(_SECRET_BYTES), keys.signing.public, keys.box_public).to_bytes())


def scan(text: str, own: bytes) -> NewDevice:
    """What the new device showed; never this device itself, whose master signing key is `own`."""
    new = _read_shown(code.read(text, Kind.LINK, own=(Kind.LINK_GRANT,)))
    if new.sign_public == own:
        raise OwnCode(reason="device")
    return new


def grant(
    new: NewDevice, masters: tuple[Certificate, ...], signing: SigningKey, keyring: bytes, now: int
) -> tuple[Granted, str, tuple[int, ...]]:
    """Certify the new device and hand it the keyring: what to keep, what to send, and six words for both screens.

    `masters` ends with this device's own certificate and `signing` is the key in it. The new device signs the
    certificate too, so nobody can be certified who does not hold the keys.
    """
    if masters[-1].sign_public != signing.public:
        raise ValueError("the chain belongs to another device")
    if len(masters) >= introduction.MOST_MASTERS:
        raise BadRecord(reason="chain")
    if len(keyring) > MOST_KEYRING:
        raise BadCode(reason="size")
    root = masters[0].root
    bare = Certificate(MASTER, root, signing.public, new.sign_public, new.box_public, now)
    plain = b"".join(
        [root, introduction.chain_bytes(masters), now.to_bytes(8, "big"), bare.certified(signing), keyring]
    )
    shown = new.to_bytes()
    sealed = hpke.seal(new.box_public, plain, info=labels.LINK_DEVICE + _GRANT + shown, psk=_psk(shown))
    state = Granted(now, shown, digest(b"", sealed), root, signing.public)
    return state, code.write(Kind.LINK_GRANT, sealed), words(shown, sealed)


def words(shown: bytes, sealed: bytes) -> tuple[int, ...]:
    """Six words that are the same on both screens if the grant came from the device that is looked at."""
    return compare.numbers(digest(labels.LINK_WORDS, joined(shown, sealed)), 6)


def _entry(who: Introduction) -> bytes:
    return who.space + introduction.short(who.certificate) + who.consent


def _read_shown(body: bytes) -> NewDevice:
    secret, sign_public, box_public = cut(body, _SECRET_BYTES, KEY_BYTES, KEY_BYTES)
    return NewDevice(secret, check_public(sign_public), box_public)


def _finished(root: bytes, certifier: bytes, keys: DeviceKeys, made: int, signature: bytes) -> Certificate:
    """The certificate that the old device signed, with this device's own signature; read back as others will."""
    bare = Certificate(MASTER, root, certifier, keys.signing.public, keys.box_public, made)
    return Certificate.read(bare.statement() + signature + bare.certified_own(keys.signing))


def _psk(shown: bytes) -> Psk:
    return Psk(shown[:_SECRET_BYTES], labels.LINK_DEVICE)
