"""Who signs: the root key of a person, the keys of a device, and the records that bind them.

A device has one seed. Its keys in a space follow from the seed and the space's id, and its id there from
those keys, so that a server cannot join a person's spaces. A certificate binds a device to a root key and
is signed by whoever certifies and by the device itself: nobody can claim another's keys. A space is known
by the digest of its genesis record.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Final, Self

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync import hpke, labels
from sync.errors import BadRecord, CannotOpen, UnfitPublicKey

ID_BYTES: Final = 16
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
MASTER: Final = bytes(ID_BYTES)
"""Stands where a space's id would: the certificate is about the device itself."""

KINDS: Final = {"personal": 1, "mentoring": 2, "programme": 3, "dropbox": 4}

_PRIME: Final = 2**255 - 19
# The y coordinates of the eight points of small order: under them one fixed signature fits any message.
_SMALL_ORDER: Final = frozenset(
    {
        0,
        1,
        _PRIME - 1,
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
    }
)


def check_public(key: bytes) -> bytes:
    """The key itself, when an Ed25519 signature under it means something; else `UnfitPublicKey`."""
    if len(key) != KEY_BYTES:
        raise UnfitPublicKey(reason="length")
    y = int.from_bytes(key, "little") & ((1 << 255) - 1)
    if y >= _PRIME:
        raise UnfitPublicKey(reason="encoding")
    if y in _SMALL_ORDER:
        raise UnfitPublicKey(reason="order")
    return key


def verify(public: bytes, signature: bytes, label: bytes, message: bytes) -> bool:
    """Whether the signature is by that key and over exactly that label and message."""
    try:
        _verifier(public).verify(signature, label + message)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=1_024)
def _verifier(public: bytes) -> Ed25519PublicKey:
    """The key as the cipher wants it, checked; the same few sign nearly everything that one meets."""
    return Ed25519PublicKey.from_public_bytes(check_public(public))


@dataclass(frozen=True)
class SigningKey:
    """A private Ed25519 key, which signs only under a label. What follows from it is worked out once."""

    seed: bytes = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        return cls(os.urandom(KEY_BYTES))

    @cached_property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, label: bytes, message: bytes) -> bytes:
        """A signature over label and message."""
        return self._private.sign(label + message)


@dataclass(frozen=True)
class DeviceKeys:
    """What a device is in one place: a signing key, a key to seal to, and the id that follows from both."""

    signing: SigningKey
    box: bytes = field(repr=False)

    @cached_property
    def box_public(self) -> bytes:
        return hpke.public_of(self.box)

    @cached_property
    def id(self) -> bytes:
        """The device's id in this place."""
        return device_id(self.signing.public, self.box_public)


@lru_cache(maxsize=1_024)
def device_id(sign_public: bytes, box_public: bytes) -> bytes:
    """The id that belongs to two public keys."""
    return _digest(labels.DEVICE_ID, sign_public + box_public)[:ID_BYTES]


@dataclass(frozen=True, slots=True)
class Device:
    """One device of a person. The seed never leaves it, not even in a backup."""

    seed: bytes = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        return cls(os.urandom(KEY_BYTES))

    def master(self) -> DeviceKeys:
        """The keys that its certificate names; they appear only inside sealed parts."""
        return DeviceKeys(SigningKey(self._derive(b"", labels.MASTER_SIGN)), self._derive(b"", labels.MASTER_BOX))

    def in_space(self, space: bytes) -> DeviceKeys:
        """The keys of this device in a space, which nobody can connect with those of another space."""
        if len(space) != ID_BYTES or space == MASTER:
            raise ValueError("a space's id has 16 bytes")
        return DeviceKeys(SigningKey(self._derive(space, labels.DEVICE_SIGN)), self._derive(space, labels.DEVICE_BOX))

    def _derive(self, salt: bytes, label: bytes) -> bytes:
        return HKDF(hashes.SHA256(), KEY_BYTES, salt, label).derive(self.seed)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A device belongs to a person: signed by the certifier and by the device.

    `space` is `MASTER` for the device itself, or the space in which the keys are its own. The certifier is
    the root key, or the master key of a device that already has a certificate.
    """

    space: bytes
    root: bytes
    certifier: bytes
    sign_public: bytes
    box_public: bytes
    made: int
    by_certifier: bytes = b""
    by_device: bytes = b""

    VERSION = 1
    BYTES = 1 + ID_BYTES + 4 * KEY_BYTES + 8 + 2 * SIGNATURE_BYTES

    @classmethod
    def issue(cls, *, space: bytes, root: bytes, certifier: SigningKey, keys: DeviceKeys, made: int) -> "Certificate":
        """Certify a device; `made` is in milliseconds since 1970."""
        bare = cls(space, root, certifier.public, keys.signing.public, keys.box_public, made)
        return replace(bare, by_certifier=bare.certified(certifier), by_device=bare.certified_own(keys.signing))

    def certified(self, certifier: SigningKey) -> bytes:
        """The certifier's signature alone; the device adds its own, on the device."""
        return certifier.sign(labels.CERTIFIED, self.statement())

    def certified_own(self, signing: SigningKey) -> bytes:
        """The device's signature: it holds the keys that are certified."""
        return signing.sign(labels.CERTIFIED_OWN, self.statement())

    @property
    def device(self) -> bytes:
        return device_id(self.sign_public, self.box_public)

    def statement(self) -> bytes:
        """The bytes that both sign; every field has a fixed length."""
        return b"".join(
            [
                bytes([self.VERSION]),
                self.space,
                self.root,
                self.certifier,
                self.sign_public,
                self.box_public,
                self.made.to_bytes(8, "big"),
            ]
        )

    def to_bytes(self) -> bytes:
        return self.statement() + self.by_certifier + self.by_device

    @classmethod
    def read(cls, raw: bytes) -> "Certificate":
        """Read and check a certificate: keys that mean something, and both signatures."""
        if len(raw) != cls.BYTES:
            raise BadRecord(reason="length")
        if raw[0] != cls.VERSION:
            raise BadRecord(reason="version")
        parts = _cut(raw[1:], (ID_BYTES, *[KEY_BYTES] * 4, 8, SIGNATURE_BYTES, SIGNATURE_BYTES))
        certificate = cls(
            space=next(parts),
            root=next(parts),
            certifier=next(parts),
            sign_public=next(parts),
            box_public=next(parts),
            made=int.from_bytes(next(parts), "big"),
            by_certifier=next(parts),
            by_device=next(parts),
        )
        check_public(certificate.root)
        statement = certificate.statement()
        if not verify(certificate.certifier, certificate.by_certifier, labels.CERTIFIED, statement):
            raise BadRecord(reason="certifier")
        if not verify(certificate.sign_public, certificate.by_device, labels.CERTIFIED_OWN, statement):
            raise BadRecord(reason="device")
        return certificate


@dataclass(frozen=True, slots=True)
class Genesis:
    """The first record of a space. Its digest is the space's id, so a space cannot be claimed afterwards.

    The founder stands in it only as a digest that the random bytes hide: whoever may read the space can
    check who founded it, and a server learns nothing.
    """

    kind: int
    random: bytes
    founder: bytes

    VERSION = 1
    BYTES = 2 + 2 * KEY_BYTES

    @classmethod
    def found(cls, kind: str, founder: bytes) -> "Genesis":
        """A new space, founded by the device with that master key."""
        random = os.urandom(KEY_BYTES)
        return cls(KINDS[kind], random, _digest(labels.SPACE_FOUNDER, random + founder))

    @property
    def space(self) -> bytes:
        """The id of the space."""
        return _digest(labels.SPACE_ID, self.to_bytes())[:ID_BYTES]

    @property
    def kind_name(self) -> str:
        return next(name for name, number in KINDS.items() if number == self.kind)

    def founded_by(self, master: bytes) -> bool:
        """Whether the device with that master key founded the space."""
        return _digest(labels.SPACE_FOUNDER, self.random + master) == self.founder

    def to_bytes(self) -> bytes:
        return bytes([self.VERSION, self.kind]) + self.random + self.founder

    @classmethod
    def read(cls, raw: bytes, space: bytes) -> "Genesis":
        """Read the genesis record of the space with that id; any other is refused."""
        if len(raw) != cls.BYTES:
            raise BadRecord(reason="length")
        if raw[0] != cls.VERSION:
            raise BadRecord(reason="version")
        if raw[1] not in KINDS.values():
            raise BadRecord(reason="kind")
        genesis = cls(raw[1], raw[2 : 2 + KEY_BYTES], raw[2 + KEY_BYTES :])
        if genesis.space != space:
            raise BadRecord(reason="space")
        return genesis


def seal_root(root: SigningKey, recovery: bytes) -> bytes:
    """The root key's private half, readable only with the recovery key's subkey for it."""
    nonce = os.urandom(12)
    return nonce + ChaCha20Poly1305(recovery).encrypt(nonce, root.seed, labels.ROOT_SEAL + root.public)


def open_root(sealed: bytes, recovery: bytes, public: bytes) -> SigningKey:
    """The root key again; it is used and let go of, never kept."""
    try:
        seed = ChaCha20Poly1305(recovery).decrypt(sealed[:12], sealed[12:], labels.ROOT_SEAL + public)
    except (InvalidTag, ValueError) as exc:
        raise CannotOpen from exc
    root = SigningKey(seed)
    if root.public != public:
        raise CannotOpen
    return root


def _cut(raw: bytes, sizes: tuple[int, ...]) -> Iterator[bytes]:
    at = 0
    for size in sizes:
        yield raw[at : at + size]
        at += size


def _digest(label: bytes, message: bytes) -> bytes:
    return hashlib.sha256(label + message).digest()
