"""Every label of the vault, each used in one place; `docs/spec/labels.md` is the table that a test compares
with this file.

A label opens each key derivation, each authenticated context and each MAC, so that bytes made for one use
can never be taken for another. None is the beginning of another: each ends in a zero byte that occurs
nowhere else in it.
"""

from typing import Final

# Key slots and the header.
SLOT: Final = b"fika/v1/slot\0"
SLOT_WRAP: Final = b"fika/v1/slot-wrap\0"
HEADER_MAC: Final = b"fika/v1/header-mac\0"
HEADER_SUM: Final = b"fika/v1/header-sum\0"

# The anchor outside the folder.
ANCHOR_MAC: Final = b"fika/v1/anchor-mac\0"

# Notes written while locked.
INBOX_NOTE: Final = b"fika/v1/inbox-note\0"
INBOX_KEY_ID: Final = b"fika/v1/inbox-key-id\0"
INBOX_WORDS: Final = b"fika/v1/inbox-words\0"

# The backup file.
BACKUP_MAC: Final = b"fika/v1/backup-mac\0"
BACKUP_PART: Final = b"fika/v1/backup-part\0"
BACKUP_BODY: Final = b"fika/v1/backup-body\0"

# The files of the engine: snapshot and journal (kind and generation follow), and the mark.
FILE: Final = b"fika/v1/vault-file\0"
MARK: Final = b"fika/v1/vault-mark\0"
