"""Who may do what, by kind of space and by role: one table.

What every role may do besides: bring in and take out devices of one's own, leave, and say that a key did not open.
"""

from enum import Enum, IntEnum
from typing import Final

from sync.signing import KINDS


class Role(IntEnum):
    """What a party is in a space. A pair are two stewards; in a group the mentor is one and the others are members."""

    STEWARD = 1
    MEMBER = 2
    READER = 3


class Right(Enum):
    """What a role may do."""

    INVITE = "invite"
    """Bring in another party."""
    DISMISS = "dismiss"
    """Take out another party."""
    REKEY = "rekey"
    """Make an epoch, and hand its key over again."""
    WRITE = "write"


_ALL: Final = frozenset(Right)
_ORDINARY: Final = frozenset({Right.REKEY, Right.WRITE})
_NOTHING: Final[frozenset[Right]] = frozenset()

RULES: Final[dict[int, dict[Role, frozenset[Right]]]] = {
    KINDS["personal"]: {Role.STEWARD: _ORDINARY},
    KINDS["mentoring"]: {Role.STEWARD: _ALL, Role.MEMBER: _ORDINARY},
    KINDS["programme"]: {Role.STEWARD: _ALL, Role.READER: _NOTHING},
    KINDS["dropbox"]: {Role.STEWARD: _ALL},
}
"""Kind of space, role, rights. A role that does not stand here does not exist in that kind."""

MAY_LEAVE: Final = frozenset({KINDS["mentoring"], KINDS["programme"]})
"""Spaces that one can leave. Nobody leaves their own; a drop box ends with its programme."""


def rights(kind: int, role: Role) -> frozenset[Right]:
    """What a role may do in a kind of space."""
    return RULES[kind].get(role, _NOTHING)


def has_role(kind: int, role: int) -> bool:
    """Whether there is such a role in that kind of space."""
    return role in RULES[kind]
