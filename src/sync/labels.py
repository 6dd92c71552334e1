"""Every label of spaces, devices and the recovery key; `docs/spec/labels.md` is the table that a test
compares with this file.
"""

from typing import Final

# The recovery key's subkeys.
RECOVERY_VAULT: Final = b"fika/v1/recovery-vault\0"
RECOVERY_BACKUP: Final = b"fika/v1/recovery-backup\0"
RECOVERY_ROOT: Final = b"fika/v1/recovery-root\0"
RECOVERY_SERVER: Final = b"fika/v1/recovery-server\0"
RECOVERY_KEYRING: Final = b"fika/v1/recovery-keyring\0"

# A person's root key, sealed under the recovery key.
ROOT_SEAL: Final = b"fika/v1/root-seal\0"

# A device: one seed, keys of its own in every space, and the master keys that its certificate names.
DEVICE_SIGN: Final = b"fika/v1/device-sign\0"
DEVICE_BOX: Final = b"fika/v1/device-box\0"
MASTER_SIGN: Final = b"fika/v1/master-sign\0"
MASTER_BOX: Final = b"fika/v1/master-box\0"
DEVICE_ID: Final = b"fika/v1/device-id\0"
CERTIFIED: Final = b"fika/v1/certified\0"
CERTIFIED_OWN: Final = b"fika/v1/certified-own\0"

# Spaces.
SPACE_ID: Final = b"fika/v1/space-id\0"
SPACE_FOUNDER: Final = b"fika/v1/space-founder\0"

# Sessions with a server.
SESSION: Final = b"fika/v1/session\0"
ACCOUNT_END: Final = b"fika/v1/account-end\0"
