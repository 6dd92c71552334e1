"""Keys to sign with for a store whose spaces have none: one person, one device, a certificate in any space."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

from app.services.agreements import Agreements
from app.services.content.library import Library
from sync.signing import Certificate, Device, SigningKey


class Keys:
    """What `Agreements` asks the spaces for."""

    def __init__(self) -> None:
        self._root, self._device = SigningKey.new(), Device.new()

    @property
    def root(self) -> bytes:
        return self._root.public

    def signing(self, space: str) -> tuple[tuple[Certificate, ...], SigningKey]:
        id = bytes.fromhex(space)
        master, keys = self._device.master(), self._device.in_space(id)
        chain = (
            self._certify(bytes(16), self._root, master),
            self._certify(id, master.signing, keys),
        )
        return chain, keys.signing

    def _certify(self, space: bytes, certifier: SigningKey, keys: Any) -> Certificate:
        return Certificate.issue(space=space, root=self.root, certifier=certifier, keys=keys, made=1)


class Alone:
    """An exchange of somebody who shares nothing yet."""

    def shared(self) -> list[str]:
        return []


def agreements(store: Any, library: Library, keys: Keys, now: Callable[[], datetime]) -> Agreements:
    """The service on a store in memory."""
    exchange: Any = Alone()
    signer: Any = keys
    return Agreements(store, signer, library, lambda: exchange, now)


class NoProgramme:
    """Nobody coordinates: what would be told is refused, with the sentence why."""

    joined = None
    listening = None

    def together(self) -> AbstractContextManager[None]:
        return nullcontext()

    def offered(self, mentorship: str) -> str:
        return "programme.none.notify"

    def notify(self, mentorship: str, what: str) -> bool:
        return False

    def unsay(self, mentorship: str, what: str) -> None:
        """There is nothing to take back."""


class Coordinated:
    """A programme that takes word, and remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def offered(self, mentorship: str) -> str:
        return ""

    def notify(self, mentorship: str, what: str) -> bool:
        self.told.append((mentorship, what))
        return True

    def unsay(self, mentorship: str, what: str) -> None:
        self.told = [one for one in self.told if one != (mentorship, what)]
