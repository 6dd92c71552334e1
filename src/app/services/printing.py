"""A document with its answers as one plain page of HTML: to print, to keep as a file, to hand to somebody.

Everything that somebody wrote is escaped, nothing is fetched from anywhere, and what only the writer may see is left
out unless the page is the writer's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Final, TypeAlias

from app.services.library import Document, Item, Library
from app.services.speech import Speech

Answer: TypeAlias = "str | int | float | bool | frozenset[str] | None"
"""An answer as the records keep it; dates are ISO text."""

_STYLE: Final = """
body { font: 12pt/1.5 "Atkinson Hyperlegible Next", sans-serif; max-width: 42em; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.6em } h2 { font-size: 1.2em; margin-top: 1.6em } dt { font-weight: bold; margin-top: .8em }
dd { margin: 0; white-space: pre-wrap } .blank { border-bottom: 1px solid; min-height: 1.6em }
.note { font-size: .9em } @media print { body { margin: 0 } dt { break-after: avoid } }
"""

_TO_READ: Final = frozenset(
    """
    clause info prompt topic skill module step dont sign_item action contact example indicator message term link
    """.split()  # noqa: SIM905  (a list of words reads better as words)
)


def page(
    document: Document,
    speech: Speech,
    library: Library,
    *,
    answers: Mapping[str, Answer] | None = None,
    about: Sequence[tuple[str, str]] = (),
    role: str | None = None,
    mine: bool = False,
    printed: date | None = None,
) -> str:
    """The whole page. `about` are lines under the title; `mine` keeps what only I may see.

    Without answers it is the empty form, with a line to write on.
    """
    given = answers or {}
    parts = [f"<h1>{escape(speech.read(document.title))}</h1>"]
    if document.intro:
        parts.append(f"<p>{escape(speech.read(document.intro))}</p>")
    if about:
        parts.append(_list(about))
    for group, items in document.in_groups(role):
        seen = [item for item in items if mine or not _only_mine(item, given)]
        if not seen:
            continue
        if group is not None:
            parts.append(f"<h2>{escape(speech.read(group.title))}</h2>")
        parts.append("<dl>")
        parts.extend(_line(item, given, speech, library) for item in seen)
        parts.append("</dl>")
    note = speech.say("print.version", number=document.version)
    if printed is not None:
        note = f"{note} · {speech.say('print.made', day=speech.day_year(printed))}"
    parts.append(f'<p class="note">{escape(note)}</p>')
    title = escape(speech.read(document.title))
    return (
        f'<!doctype html>\n<html lang="{escape(speech.language)}">\n<head><meta charset="utf-8">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def said(item: Item, answer: Answer, speech: Speech, library: Library) -> str:
    """An answer in words: the label of what was chosen, a date as it is written, "4 av 5"."""
    if answer is None or answer == "":
        return ""
    if isinstance(answer, bool):
        return speech.say("print.yes" if answer else "print.no")
    labels = {option.value: speech.read(option.label) for option in library.choices(item)}
    if isinstance(answer, frozenset):
        places = {value: place for place, value in enumerate(labels)}
        chosen = sorted(answer, key=lambda value: (places.get(value, len(places)), value))  # own answers come last
        return speech.listing(labels.get(value, value) for value in chosen)
    if isinstance(answer, str):
        return labels.get(answer) or _day(item, answer, speech) or answer
    if item.scale is not None:
        return speech.say("print.of", number=answer, most=item.scale.max)
    return speech.number(answer)


def _only_mine(item: Item, given: Mapping[str, Answer]) -> bool:
    """A line that says so itself, or whose answer would be mine alone; an empty form may be handed to anybody."""
    return item.visibility == "private" and (item.says_visibility or given.get(item.id) not in (None, "", False))


def _line(item: Item, given: Mapping[str, Answer], speech: Speech, library: Library) -> str:
    """One line of the document: what it asks and what was answered, or what it says."""
    text = escape(speech.read(item.text))
    if item.type in _TO_READ:
        more = [speech.read(phrase) for phrase in (item.body, item.say, item.example, item.help) if phrase is not None]
        more += [speech.read(phrase) for phrase in item.ask]
        if item.phone:
            more.insert(0, item.phone)
        return f"<dt>{text}</dt>" + "".join(f"<dd>{escape(words)}</dd>" for words in more)
    if item.type == "check":
        return f"<dt>{'☑' if given.get(item.id) else '☐'} {text}</dt>"
    answer = said(item, given.get(item.id), speech, library)
    return f"<dt>{text}</dt>" + (f"<dd>{escape(answer)}</dd>" if answer else '<dd class="blank"></dd>')


def _day(item: Item, answer: str, speech: Speech) -> str:
    """A date as it is written; nothing when the text is none."""
    try:
        if item.type == "date":
            return speech.day_year(date.fromisoformat(answer))
        if item.type == "datetime":
            at = datetime.fromisoformat(answer)
            return speech.say("time.at", day=speech.day_year(at), clock=speech.clock(at))
    except ValueError:
        return ""
    return ""


def _list(rows: Iterable[tuple[str, str]]) -> str:
    lines = (f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in rows)
    return f"<dl>{''.join(lines)}</dl>"
