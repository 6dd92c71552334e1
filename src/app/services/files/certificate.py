"""A certificate and the list of meetings: dates and a number, nothing of what was said and no name but one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.files.pdf import Words, pdf
from app.services.files.printing import CLOSING, opening, safe


@dataclass(frozen=True, slots=True)
class Facts:
    """What a certificate says."""

    name: str
    role: str
    programme: str
    days: tuple[date, ...]
    today: date


def sentence(facts: Facts, library: Library, speech: Speech) -> str:
    """The one sentence of the certificate."""
    text = library.document("texts.messages").item("certificate_one" if len(facts.days) == 1 else "certificate").text
    return speech.read(
        text,
        **{
            "name": facts.name,
            "role": speech.say(f"certificate.role.{facts.role}"),
            "programme": facts.programme or speech.say("certificate.no-programme"),
            "from": _day(facts.days[0], speech) if facts.days else "",
            "to": _day(facts.days[-1], speech) if facts.days else "",
            "count": len(facts.days),
        },
    )


def certificate_words(facts: Facts, library: Library, speech: Speech) -> list[Words]:
    """The certificate as paragraphs."""
    return [
        Words(speech.say("certificate.heading"), 30, bold=True, above=120),
        Words(facts.name, 22, bold=True, above=28),
        Words(sentence(facts, library, speech), 14, above=20),
        Words(library.document("texts.messages").item("thanks").text(speech.language), 14, above=20),
        Words(_day(facts.today, speech), 12, above=60),
    ]


def list_words(facts: Facts, library: Library, speech: Speech) -> list[Words]:
    """The list of meetings as paragraphs: a day each, and how many."""
    return [
        Words(speech.say("certificate.list"), 24, bold=True, above=20),
        Words(f"{facts.name}, {speech.say(f'certificate.role.{facts.role}')}", 14, above=12),
        Words(speech.say("certificate.count", count=len(facts.days)), 14, bold=True, above=12),
        *(Words(f"{at}. {_day(day, speech)}", 12, above=4) for at, day in enumerate(facts.days, 1)),
        Words(_day(facts.today, speech), 12, above=30),
    ]


def as_pdf(words: Sequence[Words], assets: Path, speech: Speech) -> bytes:
    """As PDF; `LettersMissing` when our font does not have a letter of it."""
    return pdf(words, assets / "fonts", words[0].text, speech.language)


def as_page(words: Sequence[Words], speech: Speech) -> str:
    """As a page: any letters. A name that stands alone has its own direction; a sentence that begins with one keeps its."""
    parts = [opening(words[0].text, speech.language)]
    parts += [
        f'<h2 dir="auto">{safe(one.text)}</h2>\n' if one.bold else f"<p>{safe(one.text)}</p>\n" for one in words[1:]
    ]
    parts.append(CLOSING)
    return "".join(parts)


def _day(day: date, speech: Speech) -> str:
    """A day as it stands on a certificate: nobody asks which day of the week it was."""
    return speech.day_full(day)
