"""The recovery key: 128 random bits on paper, from which everything that must survive a lost phone follows.

Written as 26 characters of a 32-letter alphabet (the two spare bits are zero) and a Bech32m checksum of
six, in eight groups of four. Up to four wrong characters, and any two that changed places, are always
found. Whoever holds the paper is the person.
"""

import os
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync import labels
from sync.errors import BadRecoveryKey

ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
SECRET_BYTES: Final = 16
GROUPS: Final = 8
GROUP_LETTERS: Final = 4

_VALUES: Final = {letter: value for value, letter in enumerate(ALPHABET)}
# What a reader may write for a letter that it cannot be: these are not in the alphabet, and look like one
# letter only.
_LOOK_ALIKES: Final = {"o": "0", "i": "l", "1": "l", "|": "l"}
_BETWEEN: Final = frozenset(" \t\r\n -\u2010\u2011\u2012\u2013\u2014\u00a0._")
_PREFIX: Final = "fika"
_DATA_LETTERS: Final = 26
_CHECK_LETTERS: Final = 6
_BECH32M: Final = 0x2BC830A3
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """A recovery key in memory: show `text` once, derive what is needed, let go of it."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise ValueError("a recovery key has 16 bytes")

    @classmethod
    def new(cls) -> "RecoveryKey":
        """A key nobody has seen."""
        return cls(os.urandom(SECRET_BYTES))

    @classmethod
    def parse(cls, typed: str) -> "RecoveryKey":
        """Read what somebody typed: case, spaces, dashes and look-alikes do not matter, everything else
        does.
        """
        values = _letters(typed)
        if len(values) != _DATA_LETTERS + _CHECK_LETTERS:
            raise BadRecoveryKey(reason="length", letters=len(values))
        if _polymod([*_prefix_values(), *values]) != _BECH32M:
            raise BadRecoveryKey(reason="checksum")
        number = 0
        for value in values[:_DATA_LETTERS]:
            number = number << 5 | value
        if number & 0b11:
            raise BadRecoveryKey(reason="checksum")
        return cls((number >> 2).to_bytes(SECRET_BYTES, "big"))

    @property
    def groups(self) -> tuple[str, ...]:
        """The eight groups of four, as they are shown and asked back."""
        number = int.from_bytes(self.secret, "big") << 2
        data = [number >> 5 * place & 31 for place in reversed(range(_DATA_LETTERS))]
        check = _polymod([*_prefix_values(), *data, *([0] * _CHECK_LETTERS)]) ^ _BECH32M
        values = data + [check >> 5 * place & 31 for place in reversed(range(_CHECK_LETTERS))]
        written = "".join(ALPHABET[value] for value in values)
        return tuple(written[at : at + GROUP_LETTERS] for at in range(0, len(written), GROUP_LETTERS))

    @property
    def text(self) -> str:
        """All groups, with a space between."""
        return " ".join(self.groups)

    @property
    def vault(self) -> bytes:
        """The secret of the vault's recovery slot."""
        return self._subkey(labels.RECOVERY_VAULT)

    @property
    def backup(self) -> bytes:
        """The secret of a backup file's recovery slot."""
        return self._subkey(labels.RECOVERY_BACKUP)

    @property
    def root(self) -> bytes:
        """The key under which the person's root key is sealed."""
        return self._subkey(labels.RECOVERY_ROOT)

    @property
    def server(self) -> bytes:
        """What finds the sealed keyring on a server, and tells it nothing."""
        return self._subkey(labels.RECOVERY_SERVER)

    @property
    def keyring(self) -> bytes:
        """The key under which the keyring is sealed for a new device."""
        return self._subkey(labels.RECOVERY_KEYRING)

    def _subkey(self, label: bytes) -> bytes:
        return HKDF(hashes.SHA256(), 32, None, label).derive(self.secret)


def same_group(expected: str, typed: str) -> bool:
    """Whether one group asked back is the one on the paper, with the same tolerance as the whole key."""
    try:
        return _letters(expected) == _letters(typed)
    except BadRecoveryKey:
        return False


def _letters(typed: str) -> list[int]:
    values: list[int] = []
    for letter in typed.casefold():
        if letter in _BETWEEN:
            continue
        value = _VALUES.get(_LOOK_ALIKES.get(letter, letter))
        if value is None:
            raise BadRecoveryKey(reason="letters")
        values.append(value)
    return values


def _prefix_values() -> list[int]:
    return [*(ord(letter) >> 5 for letter in _PREFIX), 0, *(ord(letter) & 31 for letter in _PREFIX)]


def _polymod(values: list[int]) -> int:
    """The checksum's remainder (BIP 350)."""
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                check ^= generator
    return check
