"""Blind signatures (RFC 9474, RSABSSA-SHA384-PSS-Deterministic): signed without being seen, checked by anybody.

`cryptography` makes the key and checks the signature; what lies between, the encoding and three exponentiations, is here,
since no version of it offers raw RSA. Python's own exponentiation does not take constant time: the coordinator signs by
hand what came in a file, and nobody can ask it and hold a stopwatch.
"""

import hashlib
import math
import secrets
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sync.errors import BadRecord, BadSignature

MODULUS_BYTES: Final = 256
EXPONENT: Final = 65_537

_HASH_BYTES: Final = 48
_SALT_BYTES: Final = 48


@dataclass(frozen=True, slots=True)
class Blinded:
    """What the signer is given, and what takes the blinding away again."""

    message: bytes
    factor: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signer:
    """The private half of a token key."""

    der: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "Signer":
        """A new key. Takes some tenths of a second."""
        key = rsa.generate_private_key(EXPONENT, MODULUS_BYTES * 8)
        form = serialization.PrivateFormat.PKCS8
        return cls(key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption()))

    @property
    def modulus(self) -> bytes:
        numbers = self._numbers().public_numbers
        return numbers.n.to_bytes(-(-numbers.n.bit_length() // 8), "big")

    def sign(self, blinded: bytes) -> bytes:
        """Sign what cannot be read. A result that does not verify (a fault in the arithmetic) never leaves."""
        numbers = self._numbers()
        n, p, q = numbers.public_numbers.n, numbers.p, numbers.q
        value = int.from_bytes(blinded, "big")
        if len(blinded) != len(self.modulus) or value >= n:
            raise BadRecord(reason="blinded")
        rest = (pow(value, numbers.dmp1, p) - (other := pow(value, numbers.dmq1, q))) * numbers.iqmp % p
        signed = other + rest * q
        if pow(signed, numbers.public_numbers.e, n) != value:
            raise BadSignature
        return signed.to_bytes(len(blinded), "big")

    def _numbers(self) -> rsa.RSAPrivateNumbers:
        # Made by `new` and sealed ever since: proving again that its primes are prime would take longer than signing.
        key = serialization.load_der_private_key(self.der, None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key.private_numbers()


def check_modulus(modulus: bytes) -> bytes:
    """The modulus itself, when it has the size of a token key; else `BadRecord`."""
    if len(modulus) != MODULUS_BYTES or not modulus[0] & 0x80 or not modulus[-1] & 1:
        raise BadRecord(reason="modulus")
    return modulus


def blind(modulus: bytes, message: bytes) -> Blinded:
    """Hide a message from the one who is to sign it."""
    n = int.from_bytes(modulus, "big")
    while True:
        factor = secrets.randbelow(n)
        if factor > 1 and math.gcd(factor, n) == 1:
            return blind_with(modulus, message, secrets.token_bytes(_SALT_BYTES), factor)


def blind_with(modulus: bytes, message: bytes, salt: bytes, factor: int) -> Blinded:
    """The same with salt and blinding factor given, for vectors."""
    n, size = int.from_bytes(modulus, "big"), len(modulus)
    encoded = int.from_bytes(_encode(message, n.bit_length() - 1, salt), "big")
    if math.gcd(encoded, n) != 1:
        raise BadRecord(reason="modulus")  # whoever made the modulus made it so that this fits
    hidden = encoded * pow(factor, EXPONENT, n) % n
    return Blinded(hidden.to_bytes(size, "big"), pow(factor, -1, n).to_bytes(size, "big"))


def finish(modulus: bytes, message: bytes, signed: bytes, factor: bytes) -> bytes:
    """The signature, with the blinding taken away; `BadSignature` unless it is one by that key over that message."""
    n = int.from_bytes(modulus, "big")
    if len(signed) != len(modulus):
        raise BadSignature
    found = (int.from_bytes(signed, "big") * int.from_bytes(factor, "big") % n).to_bytes(len(modulus), "big")
    verify(modulus, message, found)
    return found


def verify(modulus: bytes, message: bytes, signature: bytes) -> None:
    """Raise `BadSignature` unless the signature is by that key over that message."""
    key = rsa.RSAPublicNumbers(EXPONENT, int.from_bytes(modulus, "big")).public_key()
    way = padding.PSS(padding.MGF1(hashes.SHA384()), _SALT_BYTES)
    try:
        key.verify(signature, message, way, hashes.SHA384())
    except InvalidSignature as exc:
        raise BadSignature from exc


def _encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS (RFC 8017, 9.1.1) with SHA-384 throughout."""
    size = -(-bits // 8)
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(size - _SALT_BYTES - _HASH_BYTES - 2) + b"\x01" + salt
    masked = bytearray(one ^ other for one, other in zip(block, _mask(digest, len(block)), strict=True))
    masked[0] &= 0xFF >> (8 * size - bits)
    return bytes(masked) + digest + b"\xbc"


def _mask(seed: bytes, length: int) -> bytes:
    """MGF1 with SHA-384."""
    count = -(-length // _HASH_BYTES)
    return b"".join(hashlib.sha384(seed + at.to_bytes(4, "big")).digest() for at in range(count))[:length]
