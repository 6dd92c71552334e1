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

# What the recovery key finds on a server.
KEYRING_PLACE: Final = b"fika/v1/keyring-place\0"
KEYRING_SEAL: Final = b"fika/v1/keyring-seal\0"

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

# Envelopes.
ENVELOPE_BODY: Final = b"fika/v1/envelope-body\0"
ENVELOPE_ID: Final = b"fika/v1/envelope-id\0"
ENVELOPE_SIGN: Final = b"fika/v1/envelope-sign\0"
ENVELOPE_KEY: Final = b"fika/v1/envelope-key\0"

# Control records.
PARTY: Final = b"fika/v1/party\0"
CONSENT: Final = b"fika/v1/consent\0"
EPOCH_RECORD: Final = b"fika/v1/epoch-record\0"
EPOCH_COMMITMENT: Final = b"fika/v1/epoch-commitment\0"
EPOCH_SEAL: Final = b"fika/v1/epoch-seal\0"
RESET_SIGN: Final = b"fika/v1/reset-sign\0"

# Sessions with a server.
SESSION: Final = b"fika/v1/session\0"
ACCOUNT_END: Final = b"fika/v1/account-end\0"
ACCOUNT_AGAIN: Final = b"fika/v1/account-again\0"
SESSION_ROOT: Final = b"fika/v1/root-session\0"

# Pairing: the exchange's name and secret, and what is particular to each way.
PAIRING_TRANSCRIPT: Final = b"fika/v1/pairing-transcript\0"
PAIRING_PSK: Final = b"fika/v1/pairing-psk\0"
PAIRING_CHECK: Final = b"fika/v1/pairing-check\0"
PAIRING_ROOM: Final = b"fika/v1/pairing-room\0"
PAIRING_WORDS: Final = b"fika/v1/pairing-words\0"
PAIRING_WORDS_KEY: Final = b"fika/v1/pairing-words-key\0"
INVITATION_ROOT: Final = b"fika/v1/invitation-root\0"
INVITATION_KEY: Final = b"fika/v1/invitation-key\0"
LINK_DEVICE: Final = b"fika/v1/link-device\0"
LINK_WORDS: Final = b"fika/v1/link-words\0"

# Comparing words.
COMPARE_ROOTS: Final = b"fika/v1/compare-roots\0"

# Bundles.
BUNDLE_SPACE: Final = b"fika/v1/bundle-space\0"
BUNDLE_DEVICE: Final = b"fika/v1/bundle-device\0"
BUNDLE_TEXT: Final = b"fika/v1/bundle-text\0"

# Signatures of people under agreements and minutes.
SIGNED: Final = b"fika/v1/signed\0"
HANDED: Final = b"fika/v1/handed\0"
WITNESSED: Final = b"fika/v1/witnessed\0"
FAIR_COPY: Final = b"fika/v1/fair-copy\0"
FINGERPRINT: Final = b"fika/v1/fingerprint\0"

# Programmes: the coordinator's keys, the members' keys, letters between them, and tokens without a name.
PROGRAMME_BOX: Final = b"fika/v1/programme-box\0"
PROGRAMME_SAFETY: Final = b"fika/v1/programme-safety\0"
PROGRAMME_SIGN: Final = b"fika/v1/programme-sign\0"
PROGRAMME_ID: Final = b"fika/v1/programme-id\0"
PROGRAMME_WORDS: Final = b"fika/v1/programme-words\0"
PROGRAMME_PAIR: Final = b"fika/v1/programme-pair\0"
PROGRAMME_LETTER: Final = b"fika/v1/programme-letter\0"
PROGRAMME_FROM: Final = b"fika/v1/programme-from\0"
PROGRAMME_ANSWER: Final = b"fika/v1/programme-answer\0"
PROGRAMME_TOKEN: Final = b"fika/v1/programme-token\0"
PROGRAMME_POST: Final = b"fika/v1/programme-post\0"
MEMBER_SIGN: Final = b"fika/v1/member-sign\0"
MEMBER_BOX: Final = b"fika/v1/member-box\0"
