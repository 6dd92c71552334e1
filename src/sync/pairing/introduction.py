"""What one says about oneself: certificates from the root key down to this device in one space, and a name."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from sync import hpke
from sync.authority import consented
from sync.errors import BadCode, BadRecord, OwnCode
from sync.protocol import PublicKeys, party_of
from sync.signing import ID_BYTES, KEY_BYTES, MASTER, SIGNATURE_BYTES, Certificate, Genesis

SHORT_BYTES: Final = 2 * KEY_BYTES + 8 + 2 * SIGNATURE_BYTES
MOST_MASTERS: Final = 8
MOST_NAME: Final = 48


@dataclass(frozen=True, slots=True)
class Introduction:
    """A person's device in a space. Made by `make` or `read`, both of which check every signature.

    `consent` is the device's signature that it comes in as this person; the control record that adds it needs it.
    """

    masters: tuple[Certificate, ...]
    certificate: Certificate
    consent: bytes
    name: str

    @property
    def root(self) -> bytes:
        return self.certificate.root

    @property
    def master(self) -> bytes:
        """The signing key of the device itself, which certifies its keys in spaces."""
        return self.masters[-1].sign_public

    @property
    def space(self) -> bytes:
        return self.certificate.space

    @property
    def keys(self) -> PublicKeys:
        """The device's public keys in the space."""
        return PublicKeys(self.certificate.sign_public, self.certificate.box_public)

    def to_bytes(self) -> bytes:
        name = self.name.encode("utf-8")
        fixed = self.root + chain_bytes(self.masters) + short(self.certificate) + self.consent
        return fixed + bytes([len(name)]) + name


def make(masters: tuple[Certificate, ...], certificate: Certificate, consent: bytes, name: str) -> Introduction:
    """An introduction of oneself, read back once: what others would refuse never leaves."""
    return read(Introduction(masters, certificate, consent, fitting(name)).to_bytes(), certificate.space)


def fitting(name: str) -> str:
    """A name as it may stand in an introduction: no sign that hides or turns, and as much as fits."""
    shown = "".join(sign for sign in unicodedata.normalize("NFC", name) if unicodedata.category(sign)[0] != "C")
    return shown.encode("utf-8")[:MOST_NAME].decode("utf-8", "ignore").strip()


def read(raw: bytes, space: bytes, own: bytes | None = None) -> Introduction:
    """Somebody's introduction in that space, every signature checked; never one's own root key."""
    root, at = raw[:KEY_BYTES], KEY_BYTES
    masters, at = read_chain(raw, at, root)
    certificate, at = read_short(raw, at, space, root, masters[-1].sign_public)
    consent, rest = raw[at : at + SIGNATURE_BYTES], raw[at + SIGNATURE_BYTES :]
    found = Introduction(masters, certificate, consent, _name(rest))
    # A key to which nothing can be sealed would otherwise be met only when the first epoch is made.
    hpke.seal(certificate.box_public, b"", info=b"")
    if not consented(space, party_of(space, root), found.keys, consent):
        raise BadRecord(reason="consent")
    if root == own:
        raise OwnCode(reason="root")
    return found


def chain_bytes(masters: tuple[Certificate, ...]) -> bytes:
    """Master certificates, the one that the root key certified first."""
    return bytes([len(masters)]) + b"".join(short(each) for each in masters)


def read_chain(raw: bytes, at: int, root: bytes) -> tuple[tuple[Certificate, ...], int]:
    """A chain from the root key down, and the place after it."""
    count = raw[at] if at < len(raw) else 0
    if not 1 <= count <= MOST_MASTERS:
        raise BadCode(reason="body")
    at += 1
    certifier = root
    masters: list[Certificate] = []
    for _ in range(count):
        each, at = read_short(raw, at, MASTER, root, certifier)
        masters.append(each)
        certifier = each.sign_public
    return tuple(masters), at


def short(certificate: Certificate) -> bytes:
    """A certificate without what follows from its place in an introduction."""
    raw = certificate.to_bytes()
    return raw[1 + ID_BYTES + 2 * KEY_BYTES :]


def read_short(raw: bytes, at: int, space: bytes, root: bytes, certifier: bytes) -> tuple[Certificate, int]:
    """A certificate with what follows from its place put back, checked as any other."""
    end = at + SHORT_BYTES
    if end > len(raw):
        raise BadCode(reason="body")
    return Certificate.read(bytes([Certificate.VERSION]) + space + root + certifier + raw[at:end]), end


def genesis_of(raw: bytes) -> Genesis:
    """The space that a message is about. A personal space is never anybody else's: its keys open everything."""
    if len(raw) != Genesis.BYTES:
        raise BadCode(reason="body")
    claimed = Genesis(raw[1], raw[2 : 2 + KEY_BYTES], raw[2 + KEY_BYTES :])
    genesis = Genesis.read(raw, claimed.space)
    if genesis.kind_name == "personal":
        raise BadRecord(reason="kind")
    return genesis


def _name(raw: bytes) -> str:
    if not raw or len(raw) != 1 + raw[0] or raw[0] > MOST_NAME:
        raise BadCode(reason="body")
    try:
        name = raw[1:].decode("utf-8")
    except UnicodeDecodeError as exc:
        raise BadRecord(reason="name") from exc
    # Signs that turn the line around or cannot be seen could make one name look like another.
    if name != unicodedata.normalize("NFC", name) or any(unicodedata.category(sign)[0] == "C" for sign in name):
        raise BadRecord(reason="name")
    return name
