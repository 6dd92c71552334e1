"""What only members can read: epoch keys, the inside of envelopes, and the steps that change who is in.

The server has no use for any of this and may not import it. May import `sync.ledger`, `sync.authority`, `sync.protocol`
and what lies below them.
"""

from sync.sealing.content import Inside, Message
from sync.sealing.epochs import EpochKey, Keyring, gather, open_inside, open_message
from sync.sealing.portions import Portion, portions
from sync.sealing.sealer import Sealer
from sync.sealing.steps import add, begin, dismiss, epoch, hand_over, joined, refuse, reset, revoke

__all__ = [
    "EpochKey",
    "Inside",
    "Keyring",
    "Message",
    "Portion",
    "Sealer",
    "add",
    "begin",
    "dismiss",
    "epoch",
    "gather",
    "hand_over",
    "joined",
    "open_inside",
    "open_message",
    "portions",
    "refuse",
    "reset",
    "revoke",
]
