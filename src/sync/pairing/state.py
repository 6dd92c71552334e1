"""What is kept of a pairing between two messages: frozen values that a vault can store as plain rows."""

from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Final, Self

from sync.errors import BadRecord, SyncError

Row = dict[str, str | int]

SECOND: Final = 1000
HOUR: Final = 3600 * SECOND
DAY: Final = 24 * HOUR

_KINDS: dict[str, type["State"]] = {}


@dataclass(frozen=True, slots=True)
class State:
    """The root of everything kept. Fields are bytes, whole numbers or text; secrets stay out of its `repr`."""

    NAME: ClassVar[str] = ""

    def to_row(self) -> Row:
        """A row for the vault."""
        row: Row = {"state": self.NAME}
        for each in fields(self):
            value = getattr(self, each.name)
            row[each.name] = value.hex() if isinstance(value, bytes) else value
        return row

    @classmethod
    def _of(cls, row: dict[str, Any]) -> Self:
        values: dict[str, Any] = {}
        for each in fields(cls):
            if each.name not in row and each.default is not MISSING:
                continue  # kept before there was such a field
            value = row[each.name]
            if each.type is bytes:
                value = bytes.fromhex(value)
            elif not isinstance(value, each.type if isinstance(each.type, type) else object):
                raise TypeError(each.name)
            values[each.name] = value
        return cls(**values)


def stored(cls: type[State]) -> type[State]:
    """Let rows of this name become values of this class again."""
    _KINDS[cls.NAME] = cls
    return cls


def from_row(row: dict[str, Any]) -> State:
    """The value that `to_row` wrote."""
    try:
        return _KINDS[row["state"]]._of(row)
    except (KeyError, ValueError, TypeError) as exc:
        raise BadRecord(reason="state") from exc


@dataclass(frozen=True, slots=True)
class Over(State):
    """A pairing that ended: nothing secret is left. `reason` is done, failed, stopped, expired or declined."""

    NAME = "over"
    reason: str


@dataclass(frozen=True, slots=True)
class Paired(State):
    """What both sides know when they are paired. The inviter's space is the one that stays.

    `introduction` is the other's, checked; it is empty on the joiner's side in the room, where the certificates come
    with the first bundle and must be of this root and master key. `secret` is mixed into the first seal (empty after
    spoken words); `transcript` names the exchange. `compared` says whether the way itself made sure that nobody
    stands between.
    """

    NAME = "paired"
    way: str
    role: str
    genesis: bytes
    root: bytes
    master: bytes
    introduction: bytes
    name: str
    secret: bytes = field(repr=False)
    transcript: bytes
    compared: int


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a message: the state to keep, codes to send, who one is paired with now, and what went wrong.

    A trouble comes with a state, since a failed try has to be remembered. What is wrong with a message as such is
    raised, and then nothing is to be kept.
    """

    state: State
    send: tuple[str, ...] = ()
    paired: Paired | None = None
    trouble: SyncError | None = None


for _cls in (Over, Paired):
    stored(_cls)
