"""Who may do what in a space, and since when: decided from control records alone, by everybody alike.

Pure functions of a set of records: the order in which they arrived, and who brought them, changes nothing. A
server judges with the public parts; a member's device judges the same and then looks inside. `docs/spec/sync.md`
states the rules. May import `sync.protocol` and what lies below it.
"""

from sync.authority.admission import START, Link, admit, found, may_drop
from sync.authority.records import Record, check_signature, consent, consented, read_record, sign_reset
from sync.authority.rules import Right, Role
from sync.authority.space import Authority, ChainId, Member

__all__ = [
    "START",
    "Authority",
    "ChainId",
    "Link",
    "Member",
    "Record",
    "Right",
    "Role",
    "admit",
    "check_signature",
    "consent",
    "consented",
    "found",
    "may_drop",
    "read_record",
    "sign_reset",
]
