"""A fair copy: everything that was read when somebody signed, as text that never changes again.

It holds the words of the document in both languages beside the answers, so that it reads the same in ten years,
whatever has become of the document. Two copies say the same when their lines do; `docs/spec/agreements.md` has the form.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from app.errors import SignedFileForeign
from app.model.fields import Answer
from app.model.ids import Id
from app.services.content.documents import Document, Item, Phrase
from app.services.content.library import Library
from app.services.content.speech import Speech
from sync import strict_json
from sync.errors import BadJson

FORMAT: Final = "fika-fair-copy"
LARGEST: Final = 1 << 20
MOST_VERSIONS: Final = 1 << 31
SILENT: Final = frozenset({"sign", "link", "info", "confirm", "goalprogress", "goals", "people"})
"""Lines that say nothing of what was agreed: they show or lead to something, or are the signatures themselves."""
TICKED: Final = frozenset({"clause", "yesno", "check"})
_FIELDS: Final = frozenset({"id", "type", "text", "group", "answer", "choices"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was read: its words, what was answered, and the words of what could be chosen."""

    id: str
    type: str
    text: Phrase
    group: Phrase | None
    answer: Any
    choices: tuple[tuple[str, Phrase], ...] = ()


@dataclass(frozen=True, slots=True)
class FairText:
    """What is signed, in parts. `about` is the document, or the minutes, that it is the copy of."""

    space: str
    mentorship: Id
    about: str
    document: str
    document_version: int
    title: Phrase
    number: int
    roles: frozenset[str]
    names: Mapping[str, str]
    lines: tuple[Line, ...] = field(default=())

    def write(self) -> str:
        """The text itself: one way to write it, so that both phones write the same."""
        tree = {
            "format": FORMAT,
            "space": self.space,
            "mentorship": self.mentorship,
            "about": self.about,
            "document": self.document,
            "document_version": self.document_version,
            "title": _plain(self.title),
            "number": self.number,
            "roles": sorted(self.roles),
            "names": dict(self.names),
            "lines": [_line_plain(line) for line in self.lines],
        }
        return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def said(self) -> tuple[Any, ...]:
        """What it comes to: two texts that agree on this need one signature, however the words are spelt."""
        return (self.document, self.document_version, tuple((line.id, _comparable(line.answer)) for line in self.lines))

    def numbered(self, number: int) -> FairText:
        return replace(self, number=number)


def read(text: str) -> FairText:
    """A fair copy from its text; `SignedFileForeign` when it is none."""
    try:
        tree = strict_json.read(text, size=LARGEST)
        if tree["format"] != FORMAT:
            raise SignedFileForeign(part="format")
        return FairText(
            space=_text(tree["space"]),
            mentorship=_text(tree["mentorship"]),
            about=_text(tree["about"]),
            document=_text(tree["document"]),
            document_version=_whole(tree["document_version"]),
            title=_phrase(tree["title"]),
            number=_number(tree["number"]),
            roles=frozenset(_text(one) for one in tree["roles"]),
            names={_text(role): _text(name) for role, name in tree["names"].items()},
            lines=tuple(_read_line(one) for one in tree["lines"]),
        )
    except (BadJson, KeyError, TypeError, AttributeError, ValueError) as exc:
        raise SignedFileForeign(part="text") from exc


def lines_of(
    document: Document, library: Library, answers: Mapping[str, Answer], *, role: str | None = None
) -> tuple[Line, ...]:
    """The lines of a document as they stand: those of a role, and those with nothing to say left out."""
    found: list[Line] = []
    groups = {group.id: group.title for group in document.groups}
    for item in document.items:
        answer = _whole_text(item, answers)
        if not counts(item, role) or _blank(answer):
            continue
        given = sorted(answer) if isinstance(answer, frozenset) else answer
        chosen = set(given) if isinstance(given, list) else {given}
        choices = tuple((one.value, _signed(one.label)) for one in library.choices(item) if one.value in chosen)
        group = groups.get(item.group or "")
        found.append(Line(item.id, item.type, _signed(item.text), group and _signed(group), given, choices))
    return tuple(found)


def _signed(phrase: Phrase) -> Phrase:
    """What is put before somebody who signs reads as it will ever after."""
    return replace(phrase, signed=True)


def _whole_text(item: Item, answers: Mapping[str, Answer]) -> Answer:
    """The answer of a line; a very long text goes on in parts (`talked`, `talked_2`), and all of it is signed."""
    answer = answers.get(item.id)
    if item.type != "longtext" or not isinstance(answer, str):
        return answer
    parts = [answer]
    while isinstance(more := answers.get(f"{item.id}_{len(parts) + 1}"), str):
        parts.append(more)
    return "\n".join(parts)


def counts(item: Item, role: str | None = None) -> bool:
    """Whether a line of a document is part of what is agreed."""
    if item.type in SILENT or (item.says_visibility and item.visibility == "private"):
        return False
    if role is None:
        return True
    return role in item.roles if item.roles else item.group not in {"mentor", "mentee"} - {role}


def missing(document: Document, answers: Mapping[str, Answer], *, role: str | None = None) -> tuple[Item, ...]:
    """The lines that have to be answered before anybody signs, in their order: what is required, and every clause. What
    cannot be so is no answer.
    """
    return tuple(
        item
        for item in document.items
        if counts(item, role)
        and (item.required or item.type == "clause")
        and (_blank(answers.get(item.id)) or cannot_be(item, answers))
    )


ORDER: Final = {"end": "start"}
"""A day that lies after another one: by the names that the documents give the two."""


def cannot_be(item: Item, answers: Mapping[str, Answer]) -> bool:
    """Whether a line is answered with what cannot be so: a number that the document does not allow, an end that lies
    before its beginning.
    """
    answer = answers.get(item.id)
    if item.type == "number" and isinstance(answer, int | float):
        whole = float(answer).is_integer() or (item.min is None and item.max is None)
        return not whole or not (item.min is None or answer >= item.min) or not (item.max is None or answer <= item.max)
    if item.type == "date" and item.id in ORDER and isinstance(answer, str):
        first = answers.get(ORDER[item.id])
        return isinstance(first, str) and bool(answer and first) and answer < first  # written as days sort
    return False


def _blank(answer: Answer) -> bool:
    """Whether nothing was answered: blanks alone say nothing either."""
    return answer in (None, "", False, frozenset()) or (isinstance(answer, str) and not answer.strip())


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that another version has otherwise: what it said before and says now, in words; empty where it was not."""

    id: str
    text: Phrase
    before: str
    now: str


def differences(old: FairText, new: FairText, speech: Speech) -> tuple[Difference, ...]:
    """What changed from one version to the next, line by line."""
    before, now = ({line.id: line for line in text.lines} for text in (old, new))
    found: list[Difference] = []
    for id in [*now, *(id for id in before if id not in now)]:
        one, other = before.get(id), now.get(id)
        some = other or one
        if some is None or (one and other and _comparable(one.answer) == _comparable(other.answer)):
            continue
        says = [words(line, speech, text.names) if line else "" for line, text in ((one, old), (other, new))]
        found.append(Difference(id, some.text, says[0], says[1]))
    return tuple(found)


def words(line: Line, speech: Speech, names: Mapping[str, str] | None = None) -> str:
    """The answer of a line as people read it."""
    answer = line.answer
    if isinstance(answer, bool):
        return speech.say("print.yes" if answer else "print.no")
    labels: dict[str, str] = {value: speech.read(label) for value, label in line.choices} | dict(names or {})
    if isinstance(answer, list):
        given: list[str] = answer
        order = {value: place for place, (value, _) in enumerate(line.choices)}
        return speech.listing(labels.get(one, one) for one in sorted(given, key=lambda one: (order.get(one, 99), one)))
    if isinstance(answer, int | float):
        return speech.number(answer)
    if line.type in ("date", "datetime"):
        return _day(line.type, answer, speech)
    said = str(answer)
    return labels.get(said, said) if line.type == "choice" else said


def _day(type: str, answer: str, speech: Speech) -> str:
    try:
        if type == "date":
            return speech.day_year(date.fromisoformat(answer))
        at = datetime.fromisoformat(answer)
    except ValueError:
        return answer
    return speech.say("time.at", day=speech.day_year(at), clock=speech.clock(at))


def _comparable(answer: Any) -> Any:
    return tuple(answer) if isinstance(answer, list) else answer


def _plain(phrase: Phrase) -> dict[str, str]:
    return {"sv": phrase.sv, "en": phrase.en}


def _line_plain(line: Line) -> dict[str, Any]:
    found: dict[str, Any] = {"id": line.id, "type": line.type, "text": _plain(line.text), "answer": line.answer}
    if line.group is not None:
        found["group"] = _plain(line.group)
    if line.choices:
        found["choices"] = [[value, label.sv, label.en] for value, label in line.choices]
    return found


def _read_line(tree: Mapping[str, Any]) -> Line:
    if not tree.keys() <= _FIELDS:
        raise ValueError("a field nobody knows")
    answer = tree["answer"]
    if isinstance(answer, list):
        answer = [_text(one) for one in answer]
    elif not isinstance(answer, str | int | float):
        raise TypeError("no answer")
    return Line(
        id=_text(tree["id"]),
        type=_text(tree["type"]),
        text=_phrase(tree["text"]),
        group=_phrase(tree["group"]) if "group" in tree else None,
        answer=answer,
        choices=tuple(
            (_text(value), Phrase(_text(sv), _text(en), signed=True)) for value, sv, en in tree.get("choices", ())
        ),
    )


def _phrase(tree: Mapping[str, Any]) -> Phrase:
    return Phrase(_text(tree["sv"]), _text(tree["en"]), signed=True)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("no number")
    return value


def _number(value: object) -> int:
    """The number of a version: a signature has four bytes for it."""
    number = _whole(value)
    if not 1 <= number < MOST_VERSIONS:
        raise ValueError("no number of a version")
    return number


def in_groups(lines: Iterable[Line]) -> list[tuple[Phrase | None, list[Line]]]:
    """Lines under their headings, in the order in which they stand."""
    found: list[tuple[Phrase | None, list[Line]]] = []
    for line in lines:
        if not found or found[-1][0] != line.group:
            found.append((line.group, []))
        found[-1][1].append(line)
    return found
