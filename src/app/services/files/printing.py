"""What somebody wrote as plain HTML: to read without the app, to print, to hand to somebody.

Everything is escaped, nothing is fetched from anywhere, no script can run; what only the writer may see is left out
unless the page is the writer's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from html import escape
from typing import TYPE_CHECKING, Final, TypeAlias

from app.services.content.library import Document, Item, Library
from app.services.content.speech import Speech
from app.services.fair_copy import FairText, counts, in_groups, words

if TYPE_CHECKING:
    from app.services.agreements import Name

Answer: TypeAlias = "str | int | float | bool | frozenset[str] | None"
"""An answer as the records keep it; dates are ISO text."""

_STYLE: Final = """
body { font: 1rem/1.5 "Atkinson Hyperlegible Next", sans-serif; max-width: 44em; margin: 2em auto; padding: 0 1em;
color: #2b211b; background: #fbf6ee; overflow-wrap: anywhere }
h1 { font-size: 1.7em } h2 { font-size: 1.3em; margin-top: 2em } h3 { font-size: 1.05em; margin: 0 }
article { background: #fff; border: 1px solid #e6dbca; border-radius: 12px; padding: .8em 1em; margin: .8em 0 }
dl { margin: .4em 0 0 } dt { font-weight: bold; font-size: .9em; margin-top: .5em; color: #5e4f44 }
dd { margin: 0; white-space: pre-wrap }
.facts { display: grid; grid-template-columns: minmax(7em, 28%) 1fr; column-gap: 1em }
.facts dt, .facts dd { margin: 0; padding: .2em 0 } .blank { border-bottom: 1px solid; min-height: 1.6em }
.note { font-size: .9em; color: #5e4f44 } .warn { border-left: 4px solid #8c3b2e; padding-left: .8em }
.only_me, .shared, .summary { font-size: .85em; border-radius: 8px; padding: .1em .6em; display: inline-block }
.only_me { background: #e9e0f7; color: #5b3f8c } .shared, .summary { background: #dcecf5; color: #1f5a7a }
@media print { body { margin: 0; background: none } article { break-inside: avoid } dt { break-after: avoid } }
"""

_TO_READ: Final = frozenset(
    """
    clause info prompt topic skill module step dont sign_item action contact example indicator message term link
    """.split()  # noqa: SIM905  (a list of words reads better as words)
)
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_TOUCHED: Final = re.compile("[&<>\"'\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
"""All that stands otherwise on a page than it was written; most words have nothing of it."""


def safe(text: str) -> str:
    """Somebody's words inside a page: never markup, and nothing that a browser would not take as text."""
    return escape(_UNSEEN.sub("\ufffd", text)) if _TOUCHED.search(text) else text


def opening(title: str, language: str) -> str:
    """The beginning of a page, up to its title. Nothing may be loaded, nothing may run."""
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{safe(title)}</title><style>{_STYLE}</style></head>\n<body>\n<h1>{safe(title)}</h1>\n"
    )


CLOSING: Final = "</body>\n</html>\n"


def filled(
    document: Document,
    speech: Speech,
    library: Library,
    answers: Mapping[str, Answer],
    *,
    role: str | None = None,
    mine: bool = False,
    blanks: bool = True,
) -> Iterator[str]:
    """The lines of a document with its answers, in its order; without `blanks`, only what has been answered.

    `mine` keeps what only I may see.
    """
    for group, items in document.in_groups(role):
        seen = [item for item in items if mine or not _only_mine(item, answers)]
        seen = [item for item in seen if blanks or said(item, answers.get(item.id), speech, library)]
        if not seen:
            continue
        if group is not None and blanks:
            yield f"<h2>{safe(speech.read(group.title))}</h2>"
        yield "<dl>"
        yield from (_line(item, answers, speech, library) for item in seen)
        yield "</dl>"


def listed(rows: Iterable[tuple[str, str]]) -> str:
    """Names and values under each other, each value written in its own direction."""
    lines = (f'<dt>{safe(label)}</dt><dd dir="auto">{safe(value)}</dd>' for label, value in rows)
    return f'<dl class="facts">{"".join(lines)}</dl>'


def signed_page(text: FairText, names: Iterable[Name], speech: Speech, now: datetime) -> str:
    """An agreement or minutes on paper: the whole text, who has signed and how, and lines for those who have not."""
    title = speech.say("print.copy", title=speech.read(text.title), number=text.number)
    parts = [opening(title, speech.language)]
    for group, lines in in_groups(text.lines):
        if group is not None:
            parts.append(f"<h2>{safe(speech.read(group))}</h2>\n")
        parts.append("<dl>")
        for line in lines:
            label = safe(speech.read(line.text))
            if line.answer is True:
                parts.append(f"<dt>☑ {label}</dt>")
            else:
                parts.append(f'<dt>{label}</dt><dd dir="auto">{safe(words(line, speech, text.names))}</dd>')
        parts.append("</dl>\n")
    return "".join([*parts, *_signatures(text, names, speech, now), CLOSING])


def draft_page(
    document: Document, text: FairText, lacking: int, speech: Speech, library: Library, role: str | None = None
) -> str:
    """An agreement that is not filled in whole, on paper: what is answered, room for the rest, and that it is a draft.

    What can be chosen stands there to be ticked with a pen. `text` is what has been answered so far.
    """
    title = speech.say("print.draft", title=speech.read(text.title))
    given = {line.id: line for line in text.lines}
    parts = [
        opening(title, speech.language),
        f'<p class="warn">{safe(speech.say("print.draft.is", count=lacking))}</p>',
    ]
    for group, items in document.in_groups(None):
        shown = [item for item in items if counts(item, role)]
        if not shown:
            continue
        if group is not None:
            parts.append(f"<h2>{safe(speech.read(group.title))}</h2>\n")
        parts.append("<dl>")
        for item in shown:
            line, label = given.get(item.id), safe(speech.read(item.text))
            if item.type == "clause":
                parts.append(f"<dt>{'☑' if line else '☐'} {label}</dt>")
            elif line is not None:
                parts.append(f'<dt>{label}</dt><dd dir="auto">{safe(words(line, speech, text.names))}</dd>')
            else:
                boxes = "   ".join(f"☐ {speech.read(one.label)}" for one in library.choices(item))
                parts.append(f"<dt>{label}</dt>" + (f"<dd>{safe(boxes)}</dd>" if boxes else '<dd class="blank"></dd>'))
        parts.append("</dl>\n")
    return "".join([*parts, *_signatures(text, (), speech), CLOSING])


def _signatures(text: FairText, names: Iterable[Name], speech: Speech, now: datetime | None = None) -> Iterator[str]:
    """Who has signed and how, and lines for those who have not."""
    given = {name.role: name for name in names if name.holds}
    yield f"<h2>{safe(speech.say('print.signatures'))}</h2>\n<dl>"
    for role in ("mentor", "mentee"):
        if role in text.roles:
            name = given.get(role)
            line = _name_line(name, speech, now) if name and now else '<dd class="blank"></dd>'
            yield f'<dt dir="auto">{safe(text.names.get(role, ""))}</dt>{line}'
    yield "</dl>\n"


def _name_line(name: Name, speech: Speech, now: datetime) -> str:
    at = name.at.astimezone(now.tzinfo)
    when = speech.say("time.at", day=speech.day_year(at.date()), clock=speech.clock(at))
    key = "print.signed-own" if name.standing == "own" else "print.signed-handed"
    return f"<dd>{safe(speech.say(key, when=when, key=name.key))}</dd>"


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
    text = safe(speech.read(item.text))
    if item.type in _TO_READ and given.get(item.id) in (None, ""):
        more = [speech.read(phrase) for phrase in (item.body, item.say, item.example, item.help) if phrase is not None]
        more += [speech.read(phrase) for phrase in item.ask]
        if item.phone:
            more.insert(0, item.phone)
        return f"<dt>{text}</dt>" + "".join(f"<dd>{safe(words)}</dd>" for words in more)
    if item.type == "check":
        return f"<dt>{'☑' if given.get(item.id) else '☐'} {text}</dt>"
    answer = said(item, given.get(item.id), speech, library)
    return f"<dt>{text}</dt>" + (f'<dd dir="auto">{safe(answer)}</dd>' if answer else '<dd class="blank"></dd>')


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
