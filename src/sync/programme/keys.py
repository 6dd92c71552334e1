"""The keys of a programme and of its members, the card that says whom one joins, and a person's token."""

import hashlib
import os
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync import hpke, labels, signing
from sync.errors import BadCode, BadRecord
from sync.pairing import code, compare
from sync.pairing.code import Kind
from sync.pairing.transcript import cut
from sync.programme import blind
from sync.programme.blind import Blinded, Signer
from sync.signing import DeviceKeys, SigningKey

ID_BYTES: Final = 16
NAME_BYTES: Final = 80
SERIAL_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Card:
    """What a coordinator hands to whoever is to join: public keys, and the name of the programme."""

    box: bytes
    safety: bytes
    sign: bytes
    modulus: bytes
    name: str

    @property
    def keys(self) -> bytes:
        """All that proves anything: the card without the name."""
        return self.box + self.safety + self.sign + self.modulus

    @property
    def id(self) -> bytes:
        """The programme: it stays when the name changes."""
        return _digest(labels.PROGRAMME_ID, self.keys)[:ID_BYTES]

    @property
    def words(self) -> tuple[int, ...]:
        """Twelve words, as numbers, that the coordinator reads out: they cover every key, and stay when the name changes."""
        return compare.numbers(_digest(labels.PROGRAMME_WORDS, self.keys), 12)

    def named(self, name: str) -> "Card":
        """The same programme under another name; `BadRecord` when it is none."""
        return replace(self, name=name_of(unicodedata.normalize("NFC", " ".join(name.split())).encode()))

    @property
    def text(self) -> str:
        """As a code."""
        return code.write(Kind.PROGRAMME, self.to_bytes())

    def to_bytes(self) -> bytes:
        name = self.name.encode()
        return self.keys + bytes([len(name)]) + name

    @classmethod
    def read(cls, body: bytes) -> "Card":
        """Read and check a card; keys under which anything would fit are refused."""
        box, safety, sign, modulus, rest, _ = cut(body + b"\0", 32, 32, 32, blind.MODULUS_BYTES, tail=1)
        if not rest or rest[0] != len(rest) - 1:
            raise BadCode(reason="body")
        return cls(
            hpke.check_public(box),
            hpke.check_public(safety),
            signing.check_public(sign),
            blind.check_modulus(modulus),
            name_of(rest[1:]),
        )

    @classmethod
    def parse(cls, text: str) -> "Card":
        """The card in a pasted text."""
        return cls.read(code.read(text, Kind.PROGRAMME))


def name_of(raw: bytes) -> str:
    """A name that can be shown; else `BadRecord`."""
    try:
        name = raw.decode()
    except UnicodeDecodeError as exc:
        raise BadRecord(reason="name") from exc
    if not name.strip() or len(raw) > NAME_BYTES or unicodedata.normalize("NFC", name) != name:
        raise BadRecord(reason="name")
    if any(unicodedata.category(letter).startswith("C") for letter in name):
        raise BadRecord(reason="name")
    return name


@dataclass(frozen=True, slots=True)
class ProgrammeKeys:
    """What the coordinator's vault keeps."""

    seed: bytes = field(repr=False)
    signer: Signer
    append: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "ProgrammeKeys":
        """A new programme. Takes some tenths of a second."""
        return cls(os.urandom(32), Signer.new(), os.urandom(32))

    @property
    def box(self) -> bytes:
        return _derive(self.seed, b"", labels.PROGRAMME_BOX)

    @property
    def safety(self) -> bytes:
        return _derive(self.seed, b"", labels.PROGRAMME_SAFETY)

    @property
    def signing(self) -> SigningKey:
        return SigningKey(_derive(self.seed, b"", labels.PROGRAMME_SIGN))

    def card(self, name: str) -> Card:
        """The public half, under a name."""
        checked = name_of(unicodedata.normalize("NFC", " ".join(name.split())).encode())
        return Card(
            hpke.public_of(self.box), hpke.public_of(self.safety), self.signing.public, self.signer.modulus, checked
        )


def member_keys(seed: bytes, programme: bytes) -> DeviceKeys:
    """A member's keys in one programme, which nobody can connect with those in another."""
    return DeviceKeys(
        SigningKey(_derive(seed, programme, labels.MEMBER_SIGN)), _derive(seed, programme, labels.MEMBER_BOX)
    )


def pair_tag(programme: bytes, space: bytes) -> bytes:
    """What both of a pair call themselves towards the coordinator."""
    return _digest(labels.PROGRAMME_PAIR, programme + space)[:ID_BYTES]


def answers_id(programme: bytes, member: bytes) -> bytes:
    """Where the answers to a member lie on a server: only the member and the programme know the member's id."""
    return _digest(labels.PROGRAMME_POST, programme + member)[:ID_BYTES]


@dataclass(frozen=True, slots=True)
class Token:
    """One of the people of a programme, and nobody knows which."""

    serial: bytes
    signature: bytes

    def check(self, card: Card) -> None:
        """Raise `BadSignature` unless the programme gave it."""
        blind.verify(card.modulus, _message(card.id, self.serial), self.signature)


def ask_for_token(card: Card) -> tuple[bytes, Blinded]:
    """A new serial, and what hides it from the coordinator who is to sign it."""
    serial = os.urandom(SERIAL_BYTES)
    return serial, blind.blind(card.modulus, _message(card.id, serial))


def finish_token(card: Card, serial: bytes, signed: bytes, factor: bytes) -> Token:
    """The token; `BadSignature` when it was signed by another key than the card's."""
    return Token(serial, blind.finish(card.modulus, _message(card.id, serial), signed, factor))


def _message(programme: bytes, serial: bytes) -> bytes:
    return labels.PROGRAMME_TOKEN + programme + serial


def _derive(seed: bytes, salt: bytes, label: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, label).derive(seed)


def _digest(label: bytes, message: bytes) -> bytes:
    return hashlib.sha256(label + message).digest()
