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


class ModelError(AppError):
    """A command that the model refuses; nothing was changed."""


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
