"""Everything that can go wrong below and in the carrier, as one small tree.

    SyncError
    ├── UnfitPublicKey   a key under which anything might verify
    ├── CannotOpen       sealed to another key, or changed on the way
    ├── BadRecoveryKey   what was typed is not a recovery key
    └── BadRecord        a certificate or genesis record that does not hold

`code` is stable: the key `error.<code>` of the sentence in `assets/locales`, and the word in the log. Facts
are safe to write down: names and counts, never what somebody typed.
"""

from typing import ClassVar


class SyncError(Exception):
    """The root. A subclass without a `code` is a branch of the tree and is never raised itself."""

    code: ClassVar[str]

    def __init__(self, **facts: str | int) -> None:
        self.facts = facts
        super().__init__(", ".join([self.code, *(f"{name}={value}" for name, value in facts.items())]))


class UnfitPublicKey(SyncError):
    """Small order, not canonical, or of the wrong length: anything might verify or open under it."""

    code = "sync-unfit-public-key"


class CannotOpen(SyncError):
    """Sealed to another key, for another place, or changed on the way."""

    code = "sync-cannot-open"


class BadRecoveryKey(SyncError):
    """What was typed is not a recovery key; `reason` is letters, length or checksum."""

    code = "sync-bad-recovery-key"


class BadRecord(SyncError):
    """A certificate or genesis record that does not hold; `reason` names the check."""

    code = "sync-bad-record"
