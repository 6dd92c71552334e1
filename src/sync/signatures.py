"""What people sign: agreements and minutes. A signature says who, which text, in which role, when; nothing of the text.

The text is bound by an HMAC under 32 random bytes that are kept with it: once both are erased, a signature that is
left cannot be used to guess what was agreed. Somebody who has the app signs with their device's key in the space, and
its certificates lead to their root key. Somebody who is handed the phone signs with a key made for this once and
thrown away; the device signs beside it that this happened on it. `docs/spec/agreements.md` is the page.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sync import labels
from sync.errors import BadRecord
from sync.signing import ID_BYTES, KEY_BYTES, MASTER, SIGNATURE_BYTES, Certificate, SigningKey, check_public, verify

SALT_BYTES: Final = 32
ROLES: Final = {"mentor": 1, "mentee": 2}
MOST_CERTIFICATES: Final = 9

_VERSION: Final = 1
_OWN: Final = 1
_HANDED: Final = 2
_STATEMENT_BYTES: Final = 2 * ID_BYTES + 4 + 2 * KEY_BYTES + 1 + 8


def commitment(salt: bytes, text: str) -> bytes:
    """What binds a signature to a text without saying anything about it."""
    return hmac.digest(salt, labels.FAIR_COPY + text.encode(), hashlib.sha256)


def fingerprint(key: bytes) -> str:
    """A public key as people compare it: 80 bits in five groups of four."""
    digits = hashlib.sha256(labels.FINGERPRINT + key).hexdigest()[:20]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed. `root` is the person's, or, handed over, that of the person whose phone it is."""

    space: bytes
    record: bytes
    number: int
    commitment: bytes
    role: str
    root: bytes
    at: int

    def to_bytes(self) -> bytes:
        """Every field has a fixed length."""
        return b"".join(
            [
                self.space,
                self.record,
                self.number.to_bytes(4, "big"),
                self.commitment,
                bytes([ROLES[self.role]]),
                self.root,
                self.at.to_bytes(8, "big"),
            ]
        )

    @classmethod
    def read(cls, raw: bytes) -> "Statement":
        role = next((name for name, number in ROLES.items() if number == raw[68]), None)
        if role is None:
            raise BadRecord(reason="role")
        return cls(
            space=raw[:16],
            record=raw[16:32],
            number=int.from_bytes(raw[32:36], "big"),
            commitment=raw[36:68],
            role=role,
            root=raw[69:101],
            at=int.from_bytes(raw[101:109], "big"),
        )


@dataclass(frozen=True, slots=True)
class Signature:
    """One person's signature, whole: read or made, every signature in it holds. `once` is the key of a hand-over."""

    statement: Statement
    chain: tuple[Certificate, ...]
    signature: bytes = field(repr=False)
    once: bytes = b""
    witness: bytes = field(default=b"", repr=False)

    @property
    def key(self) -> bytes:
        """The key that stands for the signer: the root key, or the key made for this once."""
        return self.once or self.statement.root

    @property
    def handed(self) -> bool:
        """Whether it was given on somebody else's phone."""
        return bool(self.once)

    def to_bytes(self) -> bytes:
        return b"".join(
            [
                bytes([_VERSION, _HANDED if self.once else _OWN]),
                self.statement.to_bytes(),
                bytes([len(self.chain)]),
                *(each.to_bytes() for each in self.chain),
                self.once,
                self.signature,
                self.witness,
            ]
        )


def sign(statement: Statement, chain: Sequence[Certificate], device: SigningKey) -> Signature:
    """Sign with the device's key in the space; `chain` leads from the root key down to it."""
    made = Signature(statement, tuple(chain), device.sign(labels.SIGNED, statement.to_bytes()))
    return read(made.to_bytes())


def hand_over(statement: Statement, chain: Sequence[Certificate], device: SigningKey) -> Signature:
    """Sign with a key that exists for this one signature; the device it happens on signs beside it."""
    once = SigningKey.new()
    message = statement.to_bytes()
    witness = device.sign(labels.WITNESSED, once.public + message)
    made = Signature(statement, tuple(chain), once.sign(labels.HANDED, message), once.public, witness)
    return read(made.to_bytes())


def read(raw: bytes) -> Signature:
    """Read a signature and check all of it: `BadRecord` names what is wrong, `UnfitPublicKey` a key that means nothing.

    Whether it is about a certain text is for `commitment` to say.
    """
    count = raw[2 + _STATEMENT_BYTES] if len(raw) > 2 + _STATEMENT_BYTES else 0
    if raw[:1] != bytes([_VERSION]):
        raise BadRecord(reason="version")
    if len(raw) == 1 or raw[1] not in (_OWN, _HANDED) or not 2 <= count <= MOST_CERTIFICATES:
        raise BadRecord(reason="kind")
    handed = raw[1] == _HANDED
    start = 3 + _STATEMENT_BYTES
    end = start + count * Certificate.BYTES
    tail = raw[end:]
    if len(tail) != SIGNATURE_BYTES + (KEY_BYTES + SIGNATURE_BYTES if handed else 0):
        raise BadRecord(reason="length")
    statement = Statement.read(raw[2 : 2 + _STATEMENT_BYTES])
    certificates = (raw[at : at + Certificate.BYTES] for at in range(start, end, Certificate.BYTES))
    chain = tuple(Certificate.read(one) for one in certificates)
    _check_chain(chain, statement)
    message, device = statement.to_bytes(), chain[-1].sign_public
    if not handed:
        if not verify(device, tail, labels.SIGNED, message):
            raise BadRecord(reason="signature")
        return Signature(statement, chain, tail)
    once, signature, witness = tail[:KEY_BYTES], tail[KEY_BYTES:-SIGNATURE_BYTES], tail[-SIGNATURE_BYTES:]
    if not verify(check_public(once), signature, labels.HANDED, message):
        raise BadRecord(reason="signature")
    if not verify(device, witness, labels.WITNESSED, once + message):
        raise BadRecord(reason="witness")
    return Signature(statement, chain, signature, once, witness)


def _check_chain(chain: tuple[Certificate, ...], statement: Statement) -> None:
    """From the root key through the devices that certified each other down to this device in this space."""
    if not any(statement.space) or any(each.root != statement.root for each in chain):
        raise BadRecord(reason="root")
    certifier = statement.root
    for place, each in enumerate(chain):
        last = place == len(chain) - 1
        if each.certifier != certifier or each.space != (statement.space if last else MASTER):
            raise BadRecord(reason="chain")
        certifier = each.sign_public


__all__ = [
    "ROLES",
    "SALT_BYTES",
    "Signature",
    "Statement",
    "commitment",
    "fingerprint",
    "hand_over",
    "read",
    "sign",
]
