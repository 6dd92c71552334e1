"""Changes: what one person's device wrote at one moment in one space, exactly as it will travel.

A change holds operations, at most one a record. What an operation makes of its record is a *version*, named by the
change's stamp: the clock reading and the device. A version's parents are the versions of that record its author had
seen. Everything we do not know in a change is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.errors import BadChange
from app.model.fields import Json
from app.model.ids import Id

_VERSION = re.compile("[0-9a-f]{48}")
_NOTHING: Any = ()
"""Where nothing is said: what is looked for in thousands of changes is mostly not there."""
_OPS_KNOWN = {"record", "kind", "fields", "parents", "lacking"}
_CHANGE_KNOWN = {"hlc", "seen", "ops"}
OTHERS = "others"
"""What an op that came back out of an export says beside its fields, where the other one of a pair had written it."""
GONE = "gone"
"""The reserved cell that says a record was deleted: the id of the record it was deleted with, or false."""


_LACKED = "-"


def seen_of(heads: Sequence[str], lacking: Sequence[str]) -> tuple[str, ...]:
    """What somebody who reads a record has before their eyes, to be named when they write on top of it."""
    return (*heads, *(_LACKED + name for name in lacking))


def named_in(seen: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of what `seen_of` gave: the parents, and what was lacking."""
    lacking = tuple(name[1:] for name in seen if name.startswith(_LACKED))
    return tuple(name for name in seen if not name.startswith(_LACKED)), lacking


def version_id(hlc: int, device: str) -> str:
    """The name of a version: as text, later readings sort after earlier ones and the device decides a tie."""
    return f"{hlc:016x}{device}"


def hlc_of(version: str) -> int:
    """The clock reading in a version's name."""
    return int(version[:16], 16)


def device_of(version: str) -> str:
    """The device in a version's name."""
    return version[16:]


@dataclass(frozen=True, kw_only=True)
class Op:
    """What happened to one record: the cells that changed and the versions its author had seen."""

    record: Id
    kind: str
    fields: Mapping[str, Json]
    parents: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    """Versions that a parent had seen, or one before it, and that the author did not have: not seen, whoever names them."""
    more: Mapping[str, Json] = field(default_factory=dict)

    def plain(self) -> dict[str, Json]:
        """As JSON."""
        known: dict[str, Json] = {"record": self.record, "kind": self.kind, "fields": dict(self.fields)}
        if self.parents:
            known["parents"] = [*self.parents]
        if self.lacking:
            known["lacking"] = [*self.lacking]
        return {**self.more, **known}

    @classmethod
    def parse(cls, value: object) -> Op:
        """From JSON, or `BadChange`."""
        if type(value) is not dict and not isinstance(value, Mapping):
            raise BadChange(reason="op")
        record, kind, fields = value.get("record"), value.get("kind"), value.get("fields")
        if not isinstance(record, str) or not 0 < len(record) <= 64:
            raise BadChange(reason="record")
        if not isinstance(kind, str) or not 0 < len(kind) <= 64:
            raise BadChange(reason="kind")
        if type(fields) is not dict and not isinstance(fields, Mapping):
            raise BadChange(reason="fields")
        for cell in fields:
            if not isinstance(cell, str):
                raise BadChange(reason="fields")
        parents, lacking = value.get("parents", _NOTHING), value.get("lacking", _NOTHING)
        return cls(
            record=record,
            kind=kind,
            fields=dict(fields),
            parents=() if parents is _NOTHING else _versions(parents, "parents"),
            lacking=() if lacking is _NOTHING else _versions(lacking, "lacking"),
            more=_others(value, _OPS_KNOWN),
        )


@dataclass(frozen=True, kw_only=True)
class Change:
    """What one device wrote at one moment in one space."""

    space: str
    device: str
    sequence: int
    hlc: int
    ops: tuple[Op, ...]
    seen: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Json] = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        """The name of the versions that this change makes."""
        return version_id(self.hlc, self.device)

    @property
    def id(self) -> str:
        """Its place: space, device and sequence."""
        return f"{self.space}:{self.device}:{self.sequence}"

    def plain(self) -> dict[str, Json]:
        """What is sealed and sent. Space, device and sequence stand in the envelope's header."""
        known = {"hlc": self.hlc, "seen": dict(self.seen), "ops": [op.plain() for op in self.ops]}
        return {**self.more, **known}

    @classmethod
    def parse(cls, value: object, *, space: str, device: str, sequence: int) -> Change:
        """From what was opened and the header it came under, or `BadChange`."""
        if type(value) is not dict and not isinstance(value, Mapping):
            raise BadChange(reason="change")
        hlc, seen, ops = value.get("hlc"), value.get("seen", _NOTHING), value.get("ops")
        if not isinstance(hlc, int) or isinstance(hlc, bool) or not 0 <= hlc < 1 << 63:
            raise BadChange(reason="clock")
        if seen is not _NOTHING and not isinstance(seen, Mapping):
            raise BadChange(reason="seen")
        if type(ops) is not list and (not isinstance(ops, Sequence) or isinstance(ops, str)):
            raise BadChange(reason="ops")
        if not is_version(version_id(hlc, device)) or sequence < 1:
            raise BadChange(reason="device")
        parsed = tuple([Op.parse(op) for op in ops])
        if len(parsed) > 1 and len({op.record for op in parsed}) != len(parsed):
            raise BadChange(reason="record-twice")
        return cls(
            space=space,
            device=device,
            sequence=sequence,
            hlc=hlc,
            ops=parsed,
            seen={} if seen is _NOTHING else dict(seen),
            more=_others(value, _CHANGE_KNOWN),
        )


def _versions(found: object, reason: str) -> tuple[str, ...]:
    """Names of versions, as JSON has them."""
    if not isinstance(found, Sequence) or not all(is_version(one) for one in found):
        raise BadChange(reason=reason)
    return tuple(found)


def _others(value: Mapping[str, Json], known: AbstractSet[str]) -> dict[str, Json]:
    """What a newer version said besides; mostly nothing."""
    return {} if value.keys() <= known else {name: kept for name, kept in value.items() if name not in known}


def is_version(value: object) -> bool:
    """Whether something has the shape of a version's name: a reading and a device of 16 bytes."""
    return isinstance(value, str) and _VERSION.fullmatch(value) is not None
