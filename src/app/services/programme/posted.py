"""What is written for a programme while the vault is locked: sealed at once, or kept for the one who unlocks next."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.errors import AnswerTooLong
from app.model.fields import Answer
from sync.errors import BadRecord
from sync.programme import letters
from sync.programme.keys import Card

POSTED: Final = "\0fika/"
"""How a note in the sealed inbox begins that is none."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A phone that is passed on: seals each answer at once, also while the vault is locked. It can open none."""

    card: Card = field(repr=False)
    append: bytes = field(repr=False)
    number: bytes
    day: str

    def seal(self, survey: str, version: int, role: str, answers: Mapping[str, Answer]) -> str:
        """One answer, as what goes into the sealed inbox."""
        says = {
            **answered(survey, version, role, answers, self.day),
            "sitting": self.number.hex(),
            "append": self.append.hex(),
        }
        try:
            slip = letters.write_slip(self.card, says)
        except BadRecord as exc:
            raise AnswerTooLong from exc
        return f"{POSTED}slip\0{base64.b64encode(slip).decode()}"


def posted_concern(
    answers: Mapping[str, Answer], version: int, at: str, *, done: bool, names: Mapping[str, str] | None = None
) -> str:
    """A concern that is written while the vault is locked, as what goes into the sealed inbox at every pause.

    Until it is `done` it is a draft, and a draft that stays one becomes a note of my own: nothing is sent half written.
    `names` are the words for such a note: of each question, and of each option as "question=option".
    """
    says = {"answers": plain(answers), "version": version, "at": at, "done": done, "names": dict(names or {})}
    return f"{POSTED}concern\0{json.dumps(says, ensure_ascii=False)}"


def is_posted(text: str) -> bool:
    """Whether a note from the inbox is something for the programme."""
    return text.startswith(POSTED)


def answered(survey: str, version: int, role: str, answers: Mapping[str, Answer], day: str) -> dict[str, Any]:
    """What a slip says of somebody's answers."""
    return {"survey": survey, "version": version, "role": role, "answers": plain(answers), "day": day}


def plain(answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Answers as JSON; several options as a list."""
    return {
        item: sorted(answer) if isinstance(answer, frozenset) else answer
        for item, answer in answers.items()
        if answer is not None and answer != "" and answer != frozenset()
    }
