"""The lines that a programme adds to the list before a relationship: what one is, and reading them from outside.

`docs/spec/programme.md`, chapter 4, says how they travel. A line keeps its id for good, so what was ticked stays ticked
when its words change, and is ticked again when a line that was removed comes back.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.errors import ProgrammeLines
from app.model.entities import ProgrammeItem

LIST: Final = "checklist.before_relationship"
"""The one list to which a programme adds."""

MEMBERSHIP: Final = "membership"
"""The setting of whoever is in a programme; what their programme adds lies in it, beside its place among all answers."""

MOST: Final = 20
LONGEST: Final = 200
MOST_BYTES: Final = 32 * 1024
"""Of all lines together, with what later versions say of them."""

_ID: Final = re.compile(r"[0-9a-f]{16}")
_ORDER_CHANGING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that are drawn as nothing."""


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """One line: its words in one language or two, and whether it must not be missed."""

    id: str
    sv: str = ""
    en: str = ""
    critical: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)
    """What a later version says of it: kept, and handed on to other devices."""

    def words(self, language: str) -> str:
        """Its words in a language, or in the one there is."""
        return (self.sv or self.en) if language == "sv" else (self.en or self.sv)

    @property
    def item(self) -> ProgrammeItem:
        """The line as one of the list. Its name begins as no shipped line's does, so that it cannot pass for one."""
        return ProgrammeItem(
            id=f"programme_{self.id}",
            document=LIST,
            sv=self.words("sv"),
            en=self.words("en"),
            critical=self.critical,
        )


def said(lines: Iterable[ProgrammeLine]) -> list[dict[str, Any]]:
    """Lines as JSON."""
    return [{**line.more, "id": line.id, "sv": line.sv, "en": line.en, "critical": line.critical} for line in lines]


def read(found: object) -> tuple[ProgrammeLine, ...]:
    """Lines in JSON from outside, all of them as they should be, or `ProgrammeLines` with what is wrong."""
    if not isinstance(found, list) or len(found) > MOST:
        raise ProgrammeLines(reason="many")
    if len(json.dumps(found).encode()) > MOST_BYTES:
        raise ProgrammeLines(reason="size")
    lines = tuple(_line(one) for one in found)
    if len({line.id for line in lines}) != len(lines):
        raise ProgrammeLines(reason="twice")
    return lines


def kept(text: object) -> tuple[ProgrammeLine, ...]:
    """Lines that were put away as text here; none where there are none, or a later version keeps them in another way."""
    try:
        return read(json.loads(text)) if isinstance(text, str) and text else ()
    except (ValueError, RecursionError, ProgrammeLines):
        return ()


def of_membership(text: object) -> tuple[ProgrammeLine, ...]:
    """The lines of the programme that one is in, as `MEMBERSHIP` has them; none for whoever has left or was taken out."""
    try:
        found = json.loads(text) if isinstance(text, str) and text else {}
        return () if not isinstance(found, dict) or found.get("out") is True else read(found.get("lines", []))
    except (ValueError, RecursionError, ProgrammeLines):
        return ()  # said by a later version; whoever reads answers here has refused what is none


def _line(found: object) -> ProgrammeLine:
    if not isinstance(found, dict):
        raise ProgrammeLines(reason="shape")
    more = {name: value for name, value in found.items() if name not in ("id", "sv", "en", "critical")}
    id, critical = found.get("id"), found.get("critical", False)
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise ProgrammeLines(reason="id")
    if type(critical) is not bool:
        raise ProgrammeLines(reason="critical")
    sv, en = _words(found.get("sv", "")), _words(found.get("en", ""))
    if not (sv or en):
        raise ProgrammeLines(reason="empty")
    return ProgrammeLine(id, sv, en, critical, more)


def _words(found: object) -> str:
    """One line of words: no control signs, none that turns the order of what stands around it, and something to see."""
    if not isinstance(found, str) or len(found) > LONGEST:
        raise ProgrammeLines(reason="words")
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or sign in _ORDER_CHANGING for sign in found):
        raise ProgrammeLines(reason="signs")
    return found.strip() if any(_seen(sign) for sign in found) else ""


def _seen(sign: str) -> bool:
    """Whether a sign shows anything by itself: no space, none that only changes others, none that is drawn as nothing."""
    return unicodedata.category(sign)[0] not in "ZCM" and sign not in _BLANK
