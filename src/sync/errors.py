"""Everything that can go wrong below and in the carrier, as one small tree.

    SyncError
    ├── UnfitPublicKey   a key under which anything might verify
    ├── CannotOpen       sealed to another key, or changed on the way
    ├── BadRecoveryKey   what was typed is not a recovery key
    ├── BadRecord        a certificate or genesis record that does not hold
    ├── BadCode          pasted or photographed text that is no code, or not a whole one
    ├── NewerCode        made by a newer version
    ├── CodeForElsewhere a whole code, for another place in the app or another pairing
    ├── OwnCode          one's own code, role or person
    ├── PairingFailed    the words or the secret do not fit
    ├── PairingStopped   two people answered with the same words or the same invitation
    ├── PairingExpired   too old
    ├── PairingOver      already used, stopped or given up
    ├── BundleDamaged    a bundle that does not hold
    ├── BundleNotForMe   a bundle that none of one's keys opens
    ├── BundleSeen       a bundle that was taken in before
    ├── BundleTooLarge   more than is taken, or than fits where it should go
    ├── NoAnswer         no network, no server, or too late
    ├── BadServerCertificate, OddAnswer, ServerBusy, ServerFull, ServerRefuses, SessionOver,
    │   RegistrationClosed, SpaceDeletedThere       what a server says, or should not
    └── LogUnknown, LogGap, LogFork                 a log that is not as it was

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


class BadCode(SyncError):
    """Pasted or photographed text that is no code, or not a whole one; `reason` is missing, letters, cut, checksum,
    size or body.
    """

    code = "sync-bad-code"


class NewerCode(SyncError):
    """A code or bundle made by a newer version."""

    code = "sync-newer-code"


class CodeForElsewhere(SyncError):
    """A whole code, but for another place in the app (`got` is its type) or for another pairing."""

    code = "sync-code-for-elsewhere"


class OwnCode(SyncError):
    """One's own code came back, or the other is the same person; `reason` is role, root or share."""

    code = "sync-own-code"


class PairingFailed(SyncError):
    """The words or the secret do not fit; `left` says how many tries there are, where tries are counted."""

    code = "sync-pairing-failed"


class PairingStopped(SyncError):
    """Two people answered with the same words or the same invitation: neither is believed."""

    code = "sync-pairing-stopped"


class PairingExpired(SyncError):
    """The code, the words or the invitation is too old."""

    code = "sync-pairing-expired"


class PairingOver(SyncError):
    """Already used, stopped or given up; `reason` says which."""

    code = "sync-pairing-over"


class BundleDamaged(SyncError):
    """A bundle that was cut or changed, or never was one; `reason` names the check."""

    code = "sync-bundle-damaged"


class BundleNotForMe(SyncError):
    """A bundle that none of one's keys opens."""

    code = "sync-bundle-not-for-me"


class BundleSeen(SyncError):
    """A bundle that was taken in before: nothing changes."""

    code = "sync-bundle-seen"


class BundleTooLarge(SyncError):
    """More than is taken in, or than fits where it should go; `limit` in bytes, items or parts."""

    code = "sync-bundle-too-large"


class NoAnswer(SyncError):
    """No network, no server there, or it took too long; `reason` is away or late. Nothing is lost: later again."""

    code = "sync-no-answer"


class BadServerCertificate(SyncError):
    """The server cannot show that it is the one it is called."""

    code = "sync-bad-server-certificate"


class OddAnswer(SyncError):
    """What came back is not what a Fika server says; `reason` names the check."""

    code = "sync-odd-answer"


class ServerBusy(SyncError):
    """The server asks to come back later: after so many seconds, 0 if it does not say."""

    code = "sync-server-busy"


class ServerFull(SyncError):
    """The space has no room left on the server. What is written stays on the device."""

    code = "sync-server-full"


class ServerRefuses(SyncError):
    """The server does not do it; `status` and `reason` are its own words."""

    code = "sync-server-refuses"


class SessionOver(SyncError):
    """The token is no longer good: make a new session."""

    code = "sync-session-over"


class RegistrationClosed(SyncError):
    """The server takes nobody in, or the invitation to it is used up."""

    code = "sync-registration-closed"


class SpaceDeletedThere(SyncError):
    """The account or the space was deleted on the server; it is not put back."""

    code = "sync-space-deleted-there"


class LogUnknown(SyncError):
    """The server's log is not the one that was read: it is read from its beginning."""

    code = "sync-log-unknown"


class LogGap(SyncError):
    """The server lacks what comes before: its last `sequence` of that device, and the id of it."""

    code = "sync-log-gap"

    def __init__(self, device: bytes, sequence: int, id: bytes | None = None) -> None:
        self.device, self.sequence, self.id = device, sequence, id
        super().__init__(device=device.hex(), sequence=sequence)


class LogFork(SyncError):
    """The server holds another envelope of that device under the same number; `held` is its bytes."""

    code = "sync-log-fork"

    def __init__(self, device: bytes, sequence: int, held: bytes, id: bytes | None = None) -> None:
        self.device, self.sequence, self.held, self.id = device, sequence, held, id
        super().__init__(device=device.hex(), sequence=sequence)


class BadEnvelope(SyncError):
    """Bytes that are no envelope; `reason` names the field."""

    code = "sync-bad-envelope"


class BadFrames(SyncError):
    """Bytes that are no batch and no page; `reason` is length, count or size."""

    code = "sync-bad-frames"


class BadControl(SyncError):
    """A control record that does not follow its form; `reason` names the field."""

    code = "sync-bad-control"


class BadContent(SyncError):
    """It opened, and what is inside may not stand there; `reason` names the check. Only a member can have made it."""

    code = "sync-bad-content"


class BadJson(SyncError):
    """Text that is no JSON, or outside the limits; `reason` is size, encoding, depth, syntax, twice, letters or number."""

    code = "sync-bad-json"


class BadSignature(SyncError):
    """Signed by another key, or changed after it was signed."""

    code = "sync-bad-signature"


class BadSeal(SyncError):
    """A key was handed over that is not the one its record commits to."""

    code = "sync-bad-seal"


class NewerVersion(SyncError):
    """Made by a later version of Fika; it is kept and not read."""

    code = "sync-newer-version"


class Gap(SyncError):
    """The envelope before it is missing; `sequence` is the last one that is there."""

    code = "sync-gap"


class Fork(SyncError):
    """One device said two different things at one place of its chain."""

    code = "sync-fork"


class NotAllowed(SyncError):
    """The rules of the space do not allow it; `reason` names the rule."""

    code = "sync-not-allowed"


class NoKey(SyncError):
    """Written under a key that was not handed to this device yet."""

    code = "sync-no-key"
