"""What travels, as values: envelopes, control records, batches and pages. Bytes in, values out, and back.

No key and no secret is here, and nothing is verified beyond the form: every byte that does not fit is a typed
error of `sync.errors`, before anything is built from it. `docs/spec/sync.md` is the page this follows. May import
`sync.signing` for what ids are, and what lies below it.
"""

from sync.protocol.control import (
    Addition,
    CutOff,
    Departure,
    Epoch,
    Founding,
    Handover,
    Public,
    PublicKeys,
    Refusal,
    Reset,
    Revocation,
    Seal,
    party_of,
    read_public,
)
from sync.protocol.envelope import Envelope, Header, Kind
from sync.protocol.frames import Page, batches, cut_frames, read_frames, write_frames
from sync.protocol.keyring import REPLACED
from sync.protocol.purge import read_purged, write_purged

__all__ = [
    "REPLACED",
    "Addition",
    "CutOff",
    "Departure",
    "Envelope",
    "Epoch",
    "Founding",
    "Handover",
    "Header",
    "Kind",
    "Page",
    "Public",
    "PublicKeys",
    "Refusal",
    "Reset",
    "Revocation",
    "Seal",
    "batches",
    "cut_frames",
    "party_of",
    "read_frames",
    "read_public",
    "read_purged",
    "write_frames",
    "write_purged",
]
