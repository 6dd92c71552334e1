"""What a letter has to say to be believed, and what of an answer counts: nothing here is kept."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from app.model.fields import Answer
from app.services.content.documents import Document
from app.services.content.library import Item as Line
from sync.errors import BadRecord, BadSignature
from sync.programme.blind import MODULUS_BYTES
from sync.programme.keys import ID_BYTES, SERIAL_BYTES, Card, ProgrammeKeys, Token
from sync.programme.letters import Letter, Lock

WHATS: Final = ("contact", "concern", "changed", "ended", "counts")


def for_summary(item: Line) -> bool:
    """Whether an answer to this line may be part of a summary: not if the line says that somebody else sees it."""
    return not item.says_visibility or item.visibility == "aggregate"


def check(letter: Letter, card: Card, own: ProgrammeKeys, surveys: Mapping[str, Document]) -> None:
    """Refuse what does not say what a letter of its kind says, and a slip that no member can have sent."""
    says = letter.says
    if letter.lock is not Lock.SLIP:
        wanted = (
            ("concern",) if letter.lock is Lock.CONCERN else ("join", *(what for what in WHATS if what != "concern"))
        )
        if says.get("what") not in wanted:
            raise BadRecord(reason="what")
        if says["what"] == "join":
            _bytes(says.get("blind"), MODULUS_BYTES)
        pairs = says.get("pairs", [])
        if not isinstance(pairs, list) or not all(isinstance(pair, dict) for pair in pairs):
            raise BadRecord(reason="pairs")
        if not isinstance(says.get("answers", {}), dict):
            raise BadRecord(reason="answers")
        return
    survey = surveys.get(str(says.get("survey")))
    if not isinstance(says.get("answers"), dict) or survey is None:
        raise BadRecord(reason="answers")
    if says.get("version") == survey.version:  # of another version, what does not fit does not count
        numbers = {item.id: item for item in survey.items if item.type in ("scale", "number")}
        if not all(_in_bounds(numbers[id], answer) for id, answer in says["answers"].items() if id in numbers):
            raise BadRecord(reason="bounds")
    if "sitting" in says:
        if not secrets.compare_digest(str(says.get("append", "")).encode(), own.append.hex().encode()):
            raise BadSignature
        _bytes(says["sitting"], ID_BYTES)
        return
    token = says.get("token")
    if not isinstance(token, dict):
        raise BadSignature
    serial, signature = _bytes(token.get("serial"), SERIAL_BYTES), _bytes(token.get("signature"), MODULUS_BYTES)
    Token(serial, signature).check(card)


def check_answer(says: Mapping[str, Any]) -> None:
    """Refuse an answer of the programme of which a part is not of its kind: nothing of it is taken in then."""
    shapes = {"seen": list, "came": list, "contacts": dict, "numbers": dict}
    if not all(isinstance(says[part], shape) for part, shape in shapes.items() if part in says):
        raise BadRecord(reason="answer")
    if says.get("signed"):
        _bytes(says["signed"], MODULUS_BYTES)


def whose(says: Mapping[str, Any]) -> dict[str, str]:
    """What counts people, of a slip that was checked: one spelling for each, since hexadecimal has many."""
    if "sitting" in says:
        return {"tag": "", "sitting": _bytes(says["sitting"], ID_BYTES).hex()}
    return {"tag": _bytes(says["token"]["serial"], SERIAL_BYTES).hex(), "sitting": ""}


def _bytes(found: Any, length: int) -> bytes:
    """Bytes in hexadecimal from outside, so many and no more."""
    try:
        raw = bytes.fromhex(str(found))
    except ValueError as exc:
        raise BadRecord(reason="hex") from exc
    if len(raw) != length:
        raise BadRecord(reason="length")
    return raw


def count_of(found: Any) -> int:
    """A count from outside: small and not negative, or it counts for nothing."""
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= 1000 else 0


def counted(item: Line, answer: Any) -> Answer:
    """An answer as it counts: a number that can be chosen, options, or words."""
    if item.type in ("scale", "number"):
        return answer if _in_bounds(item, answer) else None
    if item.type == "yesno":
        return frozenset({"yes" if answer else "no"})
    if item.type == "choice":
        return frozenset({str(answer)})
    if item.type == "multi":
        return frozenset(map(str, answer)) if isinstance(answer, list) else None
    return str(answer) if isinstance(answer, str) else None


def _in_bounds(item: Line, answer: Any) -> bool:
    """Whether a number is one that the line offers: a step of its scale, or between its least and its most."""
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return False
    if item.type == "scale":
        return isinstance(answer, int) and item.scale is not None and answer in item.scale.steps
    return (item.min is None or answer >= item.min) and (item.max is None or answer <= item.max)
