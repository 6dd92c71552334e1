"""Karin and Yusuf, and whoever listens: people with root keys and devices, as pairing meets them."""

from dataclasses import dataclass

from sync.authority import consent
from sync.pairing import introduction
from sync.pairing.introduction import Introduction
from sync.protocol import party_of
from sync.signing import MASTER, Certificate, Device, Genesis, SigningKey

NOW = 1_795_000_000_000
WORDS = ("tall", "regn", "moln", "stig", "fyr", "lönn")


@dataclass(frozen=True)
class Person:
    """A person with a device; `via` other devices stand between the root key and it."""

    name: str
    root: SigningKey
    device: Device
    masters: tuple[Certificate, ...]

    @classmethod
    def new(cls, name: str, via: int = 0) -> "Person":
        root = SigningKey.new()
        certifier, masters = root, []
        for _ in range(via + 1):
            device = Device.new()
            keys = device.master()
            masters.append(Certificate.issue(space=MASTER, root=root.public, certifier=certifier, keys=keys, made=NOW))
            certifier = keys.signing
        return cls(name, root, device, tuple(masters))

    def certificate(self, space: bytes) -> Certificate:
        master = self.device.master().signing
        keys = self.device.in_space(space)
        return Certificate.issue(space=space, root=self.root.public, certifier=master, keys=keys, made=NOW)

    def introduce(self, space: bytes) -> Introduction:
        agreed = consent(self.device.in_space(space), space, party_of(space, self.root.public))
        return introduction.make(self.masters, self.certificate(space), agreed, self.name)

    def found(self) -> Genesis:
        return Genesis.found("mentoring", self.device.master().signing.public)
