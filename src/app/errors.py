"""Everything that can go wrong in the app, as one small tree.

    AppError
    ├── VaultError       the encrypted folder on this device
    ├── ModelError       a command that the model refuses
    ├── ContentError     a document or a language file under assets/
    └── TransferError    something that came in or goes out: backup, import, export

`code` is stable: it is the key `error.<code>` of the sentence in `assets/locales`, and the word in the log.
Facts are safe to write down: names and counts, never what somebody typed.
"""

from typing import ClassVar


class AppError(Exception):
    """The root. A subclass without a `code` is a branch of the tree and is never raised itself."""

    code: ClassVar[str]

    def __init__(self, **facts: str | int) -> None:
        self.facts = facts
        super().__init__(", ".join([self.code, *(f"{name}={value}" for name, value in facts.items())]))


class VaultError(AppError):
    """The encrypted folder on this device."""


class OlderCopy(VaultError):
    """This computer remembers a later state; `remembered` and `this_copy` are milliseconds since 1970, 0 unknown."""

    code = "vault-older-copy"


class OtherVault(VaultError):
    """This computer remembers another vault in this place."""

    code = "vault-other"


class NoVault(VaultError):
    """There is no vault in the folder."""

    code = "vault-none"


class VaultExists(VaultError):
    """There is a vault in the folder already; nothing was changed."""

    code = "vault-exists"


class NotAVault(VaultError):
    """The folder holds something that is not a vault of ours."""

    code = "vault-foreign"


class VaultBusy(VaultError):
    """Another window has the vault open."""

    code = "vault-busy"


class VaultTooNew(VaultError):
    """Made by a newer version of the app; not a byte was changed."""

    code = "vault-too-new"


class VaultNotWritable(VaultError):
    """The folder cannot be written to."""

    code = "vault-not-writable"


class VaultFull(VaultError):
    """The disk is full: what was not called saved is not saved."""

    code = "vault-full"


class VaultGone(VaultError):
    """The folder is not where it was: nothing was written, and what is open goes on once it is there again."""

    code = "vault-gone"


class StorageFailed(VaultError):
    """The disk refused; what was not called saved may be lost. Open again before going on."""

    code = "vault-storage-failed"


class VaultDamaged(VaultError):
    """Something in the folder is not as we left it; `part` says what. Nothing was changed."""

    code = "vault-damaged"


class HeaderDamaged(VaultDamaged):
    """The header, or a slot in it, is not as we left it."""

    code = "vault-header-damaged"


class NothingToSalvage(VaultDamaged):
    """Nothing in a damaged vault is whole. Nothing was changed."""

    code = "vault-nothing-to-salvage"


class VaultClosed(VaultError):
    """The vault was locked or closed while somebody was still asking it."""

    code = "vault-closed"


class DocumentRefused(VaultError):
    """A value that cannot be stored as it is; `reason` is type, key, number, depth, text or size. Nothing was written."""

    code = "vault-document-refused"


class WrongPassphrase(VaultError):
    """No slot opens with what was typed: one error, whatever was wrong with it."""

    code = "vault-wrong-passphrase"


class OlderPassphrase(WrongPassphrase):
    """No slot opens, and this computer remembers a later header of the vault: perhaps a passphrase of before fits."""

    code = "vault-older-passphrase"


class WrongRecoveryKey(VaultError):
    """A whole recovery key, and of another vault."""

    code = "vault-wrong-recovery-key"


class PassphraseUnfit(VaultError):
    """A passphrase that cannot be used; `reason` is empty, long, letters, short or common."""

    code = "vault-passphrase-unfit"


class Argon2Missing(VaultError):
    """The key derivation is not installed, and we accept no other."""

    code = "vault-argon2-missing"


class KdfOutOfBounds(VaultError):
    """Key parameters too weak or absurdly large; nothing was derived."""

    code = "vault-kdf-out-of-bounds"


class KeystoreLost(VaultError):
    """The secret in the device's keystore is gone; the recovery key opens."""

    code = "vault-keystore-lost"


class NoteTooLong(VaultError):
    """A note written while locked has a limit."""

    code = "vault-note-too-long"


class InboxFull(VaultError):
    """As many notes written while locked as we take."""

    code = "vault-inbox-full"


class InboxKeyChanged(VaultError):
    """The key that notes are sealed to is not the one this vault made."""

    code = "vault-inbox-key-changed"


class SessionBusy(VaultError):
    """The session is not in a state for that; `state` names it."""

    code = "session-state"


class ModelError(AppError):
    """A command that the model refuses; nothing was changed."""


class InvalidField(ModelError):
    """A value that does not fit: `entity`, `field` and `reason` say where."""

    code = "model-invalid-field"


class WrongSpace(ModelError):
    """A record that this kind of space does not take, such as a private note in a shared one."""

    code = "model-wrong-space"


class UnknownRecord(ModelError):
    """A command about a record that is not there, or is in the trash."""

    code = "model-unknown-record"


class AlreadyThere(ModelError):
    """A new record under the id of one that exists."""

    code = "model-already-there"


class AppendOnly(ModelError):
    """A change to a record of a kind that is never changed, only taken back."""

    code = "model-append-only"


class Refused(ModelError):
    """A command that makes no sense as things stand; `reason` says why."""

    code = "model-refused"


class SlotInTheWay(ModelError):
    """A time to offer that lies over a meeting, a busy time or another offered time; nothing was offered."""

    code = "slot-in-the-way"


class SlotTaken(ModelError):
    """An offered time that somebody has taken, or that was taken back."""

    code = "slot-taken"


class BadChange(ModelError):
    """Something that came in and is no change."""

    code = "model-bad-change"


class NotShared(ModelError):
    """Nobody else is in that space, and no server carries it."""

    code = "not-shared"


class BadAddress(ModelError):
    """What was typed is no address of a server, or no fingerprint of a certificate (`reason`: pin)."""

    code = "bad-address"


class NoCertificate(ModelError):
    """A device that nobody has certified: it was restored by words, and waits for the recovery key."""

    code = "no-certificate"


class DeviceUnknown(ModelError):
    """No device of mine has that id, or it is this one, which is not taken out from here."""

    code = "device-unknown"


class NothingOnServer(ModelError):
    """A server keeps nothing that this recovery key opens."""

    code = "nothing-on-server"


class LeftOnServer(ModelError):
    """A server did not erase everything it was asked to: `count` spaces are still there."""

    code = "left-on-server"


class NotFilledIn(ModelError):
    """Something was to be signed that is not filled in; `count` lines are missing."""

    code = "not-filled-in"


class TooLongToSign(ModelError):
    """The text that was to be signed is longer than what can be read back."""

    code = "too-long-to-sign"


class NoProgramme(ModelError):
    """There is no programme for it; `reason` is none, or not-ready while its coordinator has not answered."""

    code = "programme-none"


class ProgrammeName(ModelError):
    """A programme's name is empty, has more bytes than its card has room for, or signs that cannot be seen."""

    code = "programme-name"


class ProgrammeLines(ModelError):
    """Lines of a programme that are too many, too long, without words or not what lines are; nothing was changed."""

    code = "programme-lines"


class AnswerTooLong(ModelError):
    """More words than an answer without a name has room for; all of those have one size."""

    code = "programme-answer-long"


class ContentError(AppError):
    """A document or a language file under `assets/` that cannot be used."""


class DocumentMissing(ContentError):
    code = "document-missing"


class DocumentUnreadable(ContentError):
    code = "document-unreadable"


class DocumentNewer(ContentError):
    code = "document-newer"


class DocumentInvalid(ContentError):
    code = "document-invalid"


class LanguageMissing(ContentError):
    code = "language-missing"


class FactMissing(ContentError):
    code = "fact-missing"


class SentenceMissing(ContentError):
    code = "sentence-missing"


class SentencesInvalid(ContentError):
    code = "sentences-invalid"


class TransferError(AppError):
    """Something that came in or goes out: backup, import, export."""


class NotABackup(TransferError):
    """The file is not a backup of ours."""

    code = "backup-foreign"


class BackupDamaged(TransferError):
    """A backup that is cut, changed or hostile; `part` says where. Nothing was changed."""

    code = "backup-damaged"


class BackupTooNew(TransferError):
    """A backup made by a newer version of the app."""

    code = "backup-too-new"


class WrongBackupSecret(TransferError):
    """Neither that recovery key nor those words open the backup."""

    code = "backup-wrong-secret"


class BackupTooLarge(TransferError):
    """A backup beyond what the app takes."""

    code = "backup-too-large"


class NotATable(TransferError):
    """The file is no table of tasks; nothing was changed."""

    code = "tasks-foreign"


class NoNameColumn(TransferError):
    """A table without a column for the names of the tasks; nothing was changed."""

    code = "tasks-no-name"


class TableBroken(TransferError):
    """A table in which a line cannot be read; `line` says which. Nothing was changed."""

    code = "tasks-broken"


class TableTooLarge(TransferError):
    """A table beyond what the app takes; nothing was changed."""

    code = "tasks-too-large"


class NotACalendar(TransferError):
    """The file is no calendar; nothing was changed."""

    code = "calendar-foreign"


class CalendarTooLarge(TransferError):
    """A calendar beyond what the app reads; `reason` is bytes, events, ahead or line. Nothing was changed."""

    code = "calendar-too-large"


class CalendarTooHeavy(TransferError):
    """A calendar whose recurrences take too long to lay out; nothing was changed."""

    code = "calendar-too-heavy"


class ExportForeign(TransferError):
    """A file that is no export of ours, or not whole; `part` says where. Nothing was taken in."""

    code = "export-foreign"


class ExportTooNew(ExportForeign):
    """An export of a version of the app that says things in a way this one would misunderstand. Nothing was taken in."""

    code = "export-too-new"


class NotEmpty(TransferError):
    """An export is only taken into an app in which nothing has been written."""

    code = "import-not-empty"


class LettersMissing(TransferError):
    """Letters that our font does not have: a PDF cannot hold them; `count` of them."""

    code = "letters-missing"


class SignedFileForeign(TransferError):
    """A file that is no signed agreement of ours; `part` says where it stops being one."""

    code = "signed-file-foreign"


class JsonRefused(TransferError):
    """JSON from outside that we do not read; `reason` is size, encoding, syntax, depth, number, twice or letters."""

    code = "transfer-json"
