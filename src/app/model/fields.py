"""Kinds of field: what fits, how a value is cut into cells, and which rule merges what was written at the same time.

A *cell* is the smallest thing that changes on its own. Most fields are one cell named like the field; a field that is
an open map (answers, ticks, labels) has one cell an entry, named `field.entry`. What is stored and carried is JSON;
what the entities show is Python. Checks hold for what people enter here; what another device wrote is read as well as
it goes.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from itertools import count
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

Scalar: TypeAlias = str | int | float | bool | None
Json: TypeAlias = Any
"""A JSON value. Cells hold scalars; anything else comes from a newer version and is carried, not understood."""
Cells: TypeAlias = Mapping[str, Json]
Answer: TypeAlias = str | int | float | bool | frozenset[str] | None

LONGEST_PROSE = 10_000_000
LARGEST_NUMBER = 1 << 53
YEARS = range(1900, 4000)
"""Dates outside are mistakes, and some cannot be shown in every zone."""
MISSING: Any = dataclasses.MISSING
DOT = "."
PICK = "/"


class Rule(Enum):
    """What happens to values that were written without knowing of each other."""

    KEEP = "keep"  # all stay until somebody picks; the newest is shown
    WEAVE = "weave"  # sentence by sentence, nothing lost
    LATER = "later"  # the later one holds, the other stays in the history
    ADDED = "added"  # true beats false: a set in which adding wins


class Unfit(ValueError):
    """Why a value does not fit its field."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Field:
    """One kind of field. `name` is filled in by the entity that declares it."""

    name: str = ""
    required: bool = False
    rule: Rule = Rule.LATER

    def encode(self, value: Any) -> Json:
        """The value as JSON, or `Unfit`."""
        raise NotImplementedError

    def decode(self, value: Json) -> Any:
        """JSON from any device as a Python value; `None` where it says nothing to us."""
        raise NotImplementedError

    def cells(self, value: Any) -> dict[str, Json]:
        """The value cut into cells."""
        return {self.name: self.encode(value)}

    def changed(self, before: Cells, value: Any) -> dict[str, Json]:
        """The cells that have to be written to get from the cells of before to this value."""
        return {cell: new for cell, new in self.cells(value).items() if before.get(cell, MISSING) != new}

    def read(self, cells: Cells, default: Any) -> Any:
        """The value that the cells amount to."""
        if self.name not in cells:
            return default
        decoded = self.decode(cells[self.name])
        return default if decoded is None and default is not MISSING else decoded

    def owns(self, cell: str) -> bool:
        """Whether a cell belongs to this field."""
        return cell == self.name

    def beats(self, value: Json) -> int:
        """A rank above the clock: among values written at the same time the higher one holds."""
        return 0

    def rule_of(self, cell: str, value: Json) -> Rule:
        """The rule for a cell of this field that holds this value."""
        return self.rule


@dataclasses.dataclass(frozen=True, kw_only=True)
class Text(Field):
    """A line of text."""

    longest: int = 200
    rule: Rule = Rule.KEEP

    def encode(self, value: Any) -> Json:
        line = _written(value)
        if self.required and not line.strip():
            raise Unfit("missing")
        if len(line) > self.longest:
            raise Unfit("too-long")
        return line

    def decode(self, value: Json) -> Any:
        return value if isinstance(value, str) else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Prose(Text):
    """Running text of any length."""

    longest: int = LONGEST_PROSE
    rule: Rule = Rule.WEAVE


@dataclasses.dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of a few words. A word listed in `strong` beats the others when both were chosen at the same time."""

    options: tuple[str, ...] = ()
    strong: tuple[str, ...] = ()

    def encode(self, value: Any) -> Json:
        if value is None and not self.required:
            return None
        if value not in self.options:
            raise Unfit("not-an-option")
        return value

    def decode(self, value: Json) -> Any:
        return value if isinstance(value, str) and value in self.options else None

    def beats(self, value: Json) -> int:
        return self.strong.index(value) + 1 if value in self.strong else 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Day(Field):
    """A date without a time."""

    def encode(self, value: Any) -> Json:
        if value is None:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            raise Unfit("not-a-date")
        return value.isoformat()

    def decode(self, value: Json) -> Any:
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            return None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Moment(Field):
    """A point in time, the same for everybody."""

    def encode(self, value: Any) -> Json:
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise Unfit("not-a-moment")
        if value.year not in YEARS:
            raise Unfit("out-of-range")
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def decode(self, value: Json) -> Any:
        try:
            found = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return None
        return found if found.tzinfo is not None and found.year in YEARS else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class WallTime(Field):
    """What the clock on the wall shows, without a zone: 16.00 stays 16.00 when summer time ends."""

    def encode(self, value: Any) -> Json:
        if value is None and not self.required:
            return None
        if not isinstance(value, datetime) or value.tzinfo is not None:
            raise Unfit("not-a-wall-time")
        if value.year not in YEARS:
            raise Unfit("out-of-range")
        return value.isoformat(timespec="minutes")

    def decode(self, value: Json) -> Any:
        try:
            found = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return None
        return found if found.tzinfo is None and found.year in YEARS else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Zone(Text):
    """The name of a time zone, such as Europe/Stockholm."""

    longest: int = 64
    rule: Rule = Rule.LATER

    def encode(self, value: Any) -> Json:
        name = _written(value)
        if not _is_zone(name):
            raise Unfit("not-a-zone")
        return name

    def decode(self, value: Json) -> Any:
        return value if isinstance(value, str) and _is_zone(value) else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A number within bounds."""

    least: float = -LARGEST_NUMBER
    most: float = LARGEST_NUMBER
    whole: bool = False

    def encode(self, value: Any) -> Json:
        if value is None and not self.required:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unfit("not-a-number")
        if not self.least <= value <= self.most:  # also refuses what is not a number at all
            raise Unfit("out-of-range")
        if self.whole and value != int(value):
            raise Unfit("not-whole")
        return int(value) if value == int(value) else value

    def decode(self, value: Json) -> Any:
        try:
            return self.encode(value)
        except Unfit:
            return None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Flag(Field):
    """Yes or no; said at the same time, yes holds where `yes_wins`."""

    yes_wins: bool = False

    def encode(self, value: Any) -> Json:
        if not isinstance(value, bool):
            raise Unfit("not-a-flag")
        return value

    def decode(self, value: Json) -> Any:
        return value if isinstance(value, bool) else None

    def beats(self, value: Json) -> int:
        return int(self.yes_wins and value is True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ref(Field):
    """The id of another record, or nothing."""

    kind: str = ""

    def encode(self, value: Any) -> Json:
        if not value:
            if self.required:
                raise Unfit("missing")
            return None
        if not isinstance(value, str) or len(value) > 64:
            raise Unfit("not-a-reference")
        return value

    def decode(self, value: Json) -> Any:
        return value if isinstance(value, str) else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Index(Field):
    """A place in an order: text between two texts, so that a move writes one record (see `between`)."""

    def encode(self, value: Any) -> Json:
        if not isinstance(value, str) or not re.fullmatch(r"([0-9a-z]*[1-9a-z])?", value) or len(value) > 500:
            raise Unfit("not-an-index")
        return value

    def decode(self, value: Json) -> Any:
        return value if isinstance(value, str) else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Any_(Field):  # noqa: N801 - `Any` is taken
    """A setting: any scalar."""

    def encode(self, value: Any) -> Json:
        return _answer(value)

    def decode(self, value: Json) -> Any:
        return value if isinstance(value, str | int | float | bool) else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Map(Field):
    """A field with one cell an entry."""

    def owns(self, cell: str) -> bool:
        return cell.startswith(self.name + DOT)

    def _entries(self, cells: Cells) -> dict[str, Json]:
        start = len(self.name) + 1
        return {cell[start:]: value for cell, value in cells.items() if self.owns(cell)}

    def _cell(self, entry: str) -> str:
        if not isinstance(entry, str) or not 0 < len(entry) <= 200:
            raise Unfit("bad-entry")
        return self.name + DOT + entry


@dataclasses.dataclass(frozen=True, kw_only=True)
class Labels(_Map):
    """A set of words. Written at the same time, adding beats removing."""

    most: int | None = None
    rule: Rule = Rule.ADDED

    def cells(self, value: Any) -> dict[str, Json]:
        if isinstance(value, str) or not isinstance(value, Collection):
            raise Unfit("not-labels")
        if self.required and not value:
            raise Unfit("missing")
        if self.most is not None and len(value) > self.most:
            raise Unfit("too-many")
        return {self._cell(label): True for label in value}

    def changed(self, before: Cells, value: Any) -> dict[str, Json]:
        after = self.cells(value)
        gone = {cell: False for cell, here in before.items() if self.owns(cell) and here and cell not in after}
        return {cell: True for cell in after if before.get(cell) is not True} | gone

    def read(self, cells: Cells, default: Any) -> Any:
        return frozenset(label for label, here in self._entries(cells).items() if here is True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answers(_Map):
    """An open map from the items of a document to what was answered.

    Text weaves; other answers are settled by the clock; a choice of several has one cell an option, named
    `field.item/option`, so that ticking two options on two phones keeps both.
    """

    rule: Rule = Rule.WEAVE

    def cells(self, value: Any) -> dict[str, Json]:
        if not isinstance(value, Mapping):
            raise Unfit("not-answers")
        found: dict[str, Json] = {}
        for item, answer in value.items():
            if PICK in item:
                raise Unfit("bad-entry")
            if isinstance(answer, frozenset | set | list | tuple):
                found |= {self._cell(f"{item}{PICK}{_written(option)}"): True for option in answer}
            else:
                found[self._cell(item)] = _answer(answer)
        return found

    def changed(self, before: Cells, value: Any) -> dict[str, Json]:
        """Only the items that `value` names are compared: an answer that is left out stays as it was."""
        after = self.cells(value)
        picked = tuple(self._cell(item) + PICK for item in value)
        gone: dict[str, Json] = {
            cell: False
            for cell, here in before.items()
            if here is True and cell not in after and cell.startswith(picked)
        }
        several = (self._cell(item) for item in value if self._cell(item) not in after)
        gone |= {cell: None for cell in several if before.get(cell) is not None}
        return {cell: new for cell, new in after.items() if before.get(cell, MISSING) != new} | gone

    def read(self, cells: Cells, default: Any) -> Any:
        answers: dict[str, Answer] = {}
        picks: dict[str, set[str]] = {}
        for entry, value in self._entries(cells).items():
            item, pick, option = entry.partition(PICK)
            if pick:
                picks.setdefault(item, set())
                if value is True:
                    picks[item].add(option)
            elif isinstance(value, str | int | float | bool):
                answers[item] = value
        return answers | {item: frozenset(some) for item, some in picks.items() if some or item not in answers}

    def rule_of(self, cell: str, value: Json) -> Rule:
        if PICK in cell:
            return Rule.ADDED
        return Rule.WEAVE if isinstance(value, str) else Rule.LATER


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reasons(_Map):
    """An open map from items to a line of text; an empty line takes the entry away."""

    rule: Rule = Rule.KEEP

    def cells(self, value: Any) -> dict[str, Json]:
        if not isinstance(value, Mapping):
            raise Unfit("not-reasons")
        line = Text(name=self.name)
        return {self._cell(item): line.encode(reason) for item, reason in value.items()}

    def read(self, cells: Cells, default: Any) -> Any:
        return {item: why for item, why in self._entries(cells).items() if isinstance(why, str) and why}


# ------------------------------------------------------------------ what an entity is declared with


def _declared(kind: Field, default: Any) -> Any:
    metadata = {"field": dataclasses.replace(kind, required=default is MISSING)}
    if isinstance(default, dict):
        return dataclasses.field(default_factory=dict, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def text(*, longest: int = 200, default: Any = MISSING) -> Any:
    """A line of text; without a default it is required."""
    return _declared(Text(longest=longest), default)


def prose(*, default: Any = "") -> Any:
    """Running text."""
    return _declared(Prose(), default)


def choice(options: tuple[str, ...], *, strong: tuple[str, ...] = (), default: Any = MISSING) -> Any:
    """One of `options`; of two chosen at the same time the one further back in `strong` holds, else the later."""
    return _declared(Choice(options=options, strong=strong), default)


def day(*, default: Any = None) -> Any:
    """A date."""
    return _declared(Day(), default)


def moment(*, default: Any = None) -> Any:
    """A point in time."""
    return _declared(Moment(), default)


def wall_time(*, default: Any = MISSING) -> Any:
    """Local date and time."""
    return _declared(WallTime(), default)


def zone(*, default: Any = "") -> Any:
    """A time zone by name."""
    return _declared(Zone(), default)


def number(
    *, least: float = -LARGEST_NUMBER, most: float = LARGEST_NUMBER, whole: bool = False, default: Any = None
) -> Any:
    """A number within bounds."""
    return _declared(Number(least=least, most=most, whole=whole), default)


def flag(*, yes_wins: bool = False, default: Any = False) -> Any:
    """Yes or no."""
    return _declared(Flag(yes_wins=yes_wins), default)


def ref(kind: str, *, default: Any = MISSING) -> Any:
    """The id of a record of that kind."""
    return _declared(Ref(kind=kind), default)


def index(*, default: Any = "") -> Any:
    """A place in an order."""
    return _declared(Index(), default)


def scalar(*, default: Any = None) -> Any:
    """Any single JSON value."""
    return _declared(Any_(), default)


def labels(*, most: int | None = None, default: Any = frozenset()) -> Any:
    """A set of words."""
    return _declared(Labels(most=most), default)


def answers(*, factory: type[dict[str, Any]] = dict) -> Any:
    """What was answered, by the item of a document."""
    return _declared(Answers(), factory())


def reasons(*, factory: type[dict[str, Any]] = dict) -> Any:
    """Lines of text, by item."""
    return _declared(Reasons(), factory())


# ------------------------------------------------------------------ order

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def between(before: str = "", after: str = "") -> str:
    """An index after `before` and before `after`; nothing given means the beginning or the end.

    An index never ends in `0`, so that there is always room below it.
    """
    if after and (before >= after or after.endswith("0")):
        raise ValueError("these two are not in order")
    middle = ""
    for place in count():
        low = _DIGITS.index(before[place]) if place < len(before) else 0
        high = _DIGITS.index(after[place]) if after else len(_DIGITS)
        if high - low > 1:
            return middle + _DIGITS[(low + high) // 2]
        middle += _DIGITS[low]
        if high > low:
            after = ""  # from here on everything is below `after`
    raise AssertionError("there is always room")


# ------------------------------------------------------------------ helpers


def _is_zone(name: str) -> bool:
    try:
        return not name or (len(name) <= 64 and bool(ZoneInfo(name).key))
    except (OSError, ValueError, LookupError):
        return False


def _written(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit("not-text")
    try:
        value.encode()
    except UnicodeEncodeError as exc:  # a lone surrogate cannot be kept or carried
        raise Unfit("not-text") from exc
    return value


def _answer(value: Any) -> Json:
    if isinstance(value, str):
        if len(_written(value)) > LONGEST_PROSE:
            raise Unfit("too-long")
        return value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime | date):
        return (
            WallTime()
            if isinstance(value, datetime) and value.tzinfo is None
            else Moment()
            if isinstance(value, datetime)
            else Day()
        ).encode(value)
    return Number(required=True).encode(value)
