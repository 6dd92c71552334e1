"""What the app says, in the reader's language: sentences, dates, numbers, order.

Sentences are data under `assets/locales/<language>/<area>.json`: flat objects of whole keys, each value a
template with named facts. A `Speech` is a value: switching language is putting another one in its place.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from logging import getLogger
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from app.errors import AppError, FactMissing, SentenceMissing, SentencesInvalid
from app.services.content.direction import apart
from app.services.content.documents import PLACEHOLDER, Phrase
from app.services.content.languages import locale_of

if TYPE_CHECKING:
    from babel import Locale

    from app.services.content.wording import Renaming

log = getLogger(__name__)

LANGUAGES: Final = ("sv", "en")
"""The languages that have every sentence; English stands in where a further one has not said something yet."""

BLANK: Final = "…"

_THOUSANDS: Final = {"sv": "\xa0", "en": ","}
"""What stands between the thousands in our own languages: a count on a screen need not wait for a whole library."""


@dataclass(frozen=True, slots=True)
class Speech:
    """One language, spoken.

    `strict` is for tests: a missing key or fact raises. Without it the reader gets the other language's
    sentence, or an ellipsis for a missing fact, and the log gets the key: nobody loses a screen to a text.
    """

    language: str
    assets: Path
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    strict: bool = False
    renaming: "Renaming | None" = None
    """Words that are called something else; put into templates, never into what somebody wrote."""
    edition: int = 0
    """Counts the own texts: where it changes, what the documents say has changed as well."""

    # ------------------------------------------------------------------ sentences
    def say(self, key: str, /, **facts: object) -> str:
        """The sentence with this key. With a fact `count`, a key with `.one` and `.other` is chosen by it."""
        if not facts:  # most of them, hundreds for a screen
            plain = sentences(self.assets, self.language).get(key, "{")
            if "{" not in plain:
                return self._worded(plain)
        template = self._template(key, facts)
        return self._filled(template, {name: self._said(value) for name, value in facts.items()}, key)

    def has(self, key: str) -> bool:
        """Whether there is a sentence for this key; for texts that only some things have."""
        return key in sentences(self.assets, self.language)

    def read(self, phrase: Phrase, /, **facts: object) -> str:
        """The words of the content, with its facts; what nobody has filled in yet shows as "[namn]"."""
        words = phrase.words(self.language)
        if not phrase.signed:
            words = self._worded(words)
        if "{" not in words:
            return words
        known = sentences(self.assets, self.language)
        blanks = {name: known[f"blank.{name}"] for name in phrase.placeholders if f"blank.{name}" in known}
        given = {name: self._said(value) for name, value in facts.items()}
        return self._filled(words, {**blanks, **self.facts, **given}, words)

    def error(self, error: Exception) -> str:
        """What to tell people about an error: its own sentence, or one that says that nothing was lost."""
        code = getattr(error, "code", "unexpected")
        facts = getattr(error, "facts", {})
        known = sentences(self.assets, self.language)
        template = known.get(f"error.{code}")
        if template is None:
            if self.strict and isinstance(error, AppError):
                raise SentenceMissing(key=f"error.{code}", language=self.language)
            template = self._template("error.unexpected", {})
        return self._filled(self._worded(template), {name: self._said(value) for name, value in facts.items()}, code)

    # ------------------------------------------------------------------ days and times
    def day(self, day: date) -> str:
        """The short form: tis 14 okt."""
        return self._date(day, "day.short")

    def day_year(self, day: date) -> str:
        """With its year: tis 14 okt. 2025."""
        return self._date(day, "day.year")

    def day_long(self, day: date) -> str:
        """As it is said: tisdag 14 oktober."""
        return self._date(day, "day.long")

    def day_plain(self, day: date) -> str:
        """Without the day of the week: 14 okt."""
        return self._date(day, "day.plain")

    def day_full(self, day: date) -> str:
        """As it stands on a paper: 14 oktober 2025."""
        return self._date(day, "day.full")

    def month(self, day: date) -> str:
        """A month and its year: oktober 2025."""
        return self._date(day, "day.month")

    def clock(self, at: time | datetime) -> str:
        """The time of day: 16:00."""
        return f"{at.hour:02}:{at.minute:02}"

    def clock_seconds(self, at: time | datetime) -> str:
        """To the second, for "saved 15:12:03"."""
        return f"{self.clock(at)}:{at.second:02}"

    def moment(self, at: datetime) -> str:
        """A day and a time: tis 14 okt. kl. 16:00."""
        return self.say("time.at", day=self.day(at), clock=self.clock(at))

    def near_day(self, day: date, today: date) -> str:
        """A day as people say it: i dag, i morgon, i går, otherwise the date, with the year if it is another."""
        names = {-1: "time.yesterday", 0: "time.today", 1: "time.tomorrow"}
        name = names.get((_day(day) - _day(today)).days)
        if name is not None:
            return self.say(name)
        return self.day(day) if day.year == today.year else self.day_year(day)

    def near(self, at: datetime, now: datetime) -> str:
        """A moment as people say it: i dag kl. 15:00, tis 14 okt. kl. 16:00."""
        return self.say("time.at", day=self.near_day(at, now), clock=self.clock(at))

    def until(self, at: datetime, now: datetime) -> str:
        """How far away: nu, om 20 minuter, om 1 tim 30 min, then i morgon kl. 15:00."""
        minutes = _minutes(now, at)
        if -1 < minutes < 1:
            return self.say("time.now")
        if minutes < 0:
            return self.ago(at, now)
        if minutes < 60:
            return self.say("time.in-minutes", count=minutes)
        if minutes < 6 * 60 and at.date() == now.date():
            return self.say("time.in", duration=self.duration(minutes))
        return self.near(at, now)

    def ago(self, at: datetime, now: datetime) -> str:
        """How long since: nyss, för 5 minuter sedan, för 2 timmar sedan, then i går kl. 15:00."""
        minutes = _minutes(at, now)
        if minutes < 1:
            return self.say("time.just-now")
        if minutes < 60:
            return self.say("time.minutes-ago", count=minutes)
        if minutes < 6 * 60 and at.date() == now.date():
            return self.say("time.hours-ago", count=minutes // 60)
        return self.near(at, now)

    def duration(self, minutes: int) -> str:
        """How long something takes: 45 min, 1 tim, 1 tim 30 min."""
        hours, rest = divmod(max(0, minutes), 60)
        parts = [self.say("time.hours-short", count=hours)] if hours else []
        if rest or not hours:
            parts.append(self.say("time.minutes-short", count=rest))
        return " ".join(parts)

    def city(self, zone: str) -> str:
        """The city that stands for a time zone: Köpenhamn in Swedish, Copenhagen in English."""
        from babel.dates import get_timezone_location

        return get_timezone_location(zone, locale=_locale(self.assets, self.language), return_city=True)

    # ------------------------------------------------------------------ numbers and lists
    def number(self, value: float) -> str:
        """As numbers are written: 4,3 in Swedish, 4.3 in English."""
        from babel.numbers import format_decimal

        return format_decimal(value, locale=_locale(self.assets, self.language))

    def percent(self, share: float) -> str:
        """A share of one: 80 % in Swedish, 80% in English."""
        from babel.numbers import format_percent

        return format_percent(share, locale=_locale(self.assets, self.language))

    def listing(self, words: Iterable[str]) -> str:
        """Several things in a row: a, b och c."""
        from babel.lists import format_list

        row = [apart(one) for one in words]
        return format_list(row, locale=_locale(self.assets, self.language)) if row else ""

    def sort_key(self, text: str) -> tuple[tuple[int | str, ...], ...]:
        """Where a name stands in a list: …Z Å Ä Ö in Swedish, Å with A in English, numbers by their size."""
        return _sort_key(self.language, text)

    def shipped(self, key: str) -> str:
        """The sentence of a key as it ships, with nothing renamed or put in; empty where there is none."""
        return sentences(self.assets, self.language).get(key, "")

    # ------------------------------------------------------------------ inside
    def _worded(self, template: str) -> str:
        return template if self.renaming is None else self.renaming(template)

    def _template(self, key: str, facts: Mapping[str, object]) -> str:
        forms = [key]
        count = facts.get("count")
        if isinstance(count, int | float):
            forms = [f"{key}.{'one' if count == 1 else 'other'}", key]
        for form in forms:
            template = sentences(self.assets, self.language).get(form)
            if template is not None:
                return self._worded(template)
        if self.strict:
            raise SentenceMissing(key=key, language=self.language)
        log.warning("no sentence for %s in %s", key, self.language)
        others = (sentences(self.assets, language) for language in LANGUAGES[::-1] if language != self.language)
        return next((other[form] for other in others for form in forms if form in other), BLANK)

    def _filled(self, template: str, facts: Mapping[str, str], key: str) -> str:
        def fact(match: re.Match[str]) -> str:
            value = facts.get(match[1])
            if value is None:
                if self.strict:
                    raise FactMissing(fact=match[1], key=key)
                log.warning("no fact %s", match[1])
                return BLANK
            ends = value.endswith(".") and template.startswith(".", match.end())  # "22 nov." at the end of a sentence
            return apart(value[:-1] if ends else value)

        return PLACEHOLDER.sub(fact, template) if "{" in template else template

    def _said(self, value: object) -> str:
        """A fact as it is written: whole numbers need no library, or only in a language with other thousands."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        if not isinstance(value, int):
            return self.number(value)
        if abs(value) < 1000:
            return str(value)
        between = _THOUSANDS.get(self.language)
        return f"{value:,}".replace(",", between) if between else self.number(value)

    def _date(self, day: date, key: str) -> str:
        return _dated(self.assets, self.language, self.say(f"time.pattern.{key}"), _day(day))


@cache
def sentences(assets: Path, language: str) -> Mapping[str, str]:
    """All sentences of a language, merged from its files; each key in the file of its first segment."""
    folder = assets / "locales" / language
    merged: dict[str, str] = {}
    try:
        for path in sorted(folder.glob("*.json")):
            merged.update(_area(path, language))
    except (OSError, ValueError, RecursionError) as exc:
        raise SentencesInvalid(language=language, reason=type(exc).__name__) from exc
    if not merged:
        raise SentencesInvalid(language=language, reason="none")
    if language not in LANGUAGES and (assets / "locales" / "en").is_dir():
        merged = {**sentences(assets, "en"), **merged}  # what has not been said yet is said in English
    return MappingProxyType(merged)


def _area(path: Path, language: str) -> dict[str, str]:
    tree = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(tree, dict):
        raise SentencesInvalid(language=language, area=path.stem)
    for key, template in tree.items():
        if not isinstance(template, str) or key.partition(".")[0] != path.stem:
            raise SentencesInvalid(language=language, area=path.stem, key=key)
    return tree


@lru_cache(maxsize=4096)
def _dated(assets: Path, language: str, pattern: str, day: date) -> str:
    """A day as the pattern has it. Long lists and exports say the same days again and again."""
    from babel.dates import format_date

    return format_date(day, pattern, locale=_locale(assets, language))


@cache
def _locale(assets: Path, language: str) -> "Locale":
    """Loaded when the first date is written: nothing before the lock screen needs it."""
    from babel import Locale

    return Locale.parse(locale_of(assets, language))


def _minutes(since: datetime, until: datetime) -> int:
    """The minutes that pass between two moments, also in the night when the clocks are moved."""
    return round((until.astimezone(UTC) - since.astimezone(UTC)) / timedelta(minutes=1))


def _day(day: date) -> date:
    return day.date() if isinstance(day, datetime) else day


_SWEDISH_LETTERS: Final = {
    "å": "{1",
    "ä": "{2",
    "æ": "{2",
    "ö": "{3",
    "ø": "{3",
    "ü": "y",
    "ð": "d",
    "þ": "th",
}
_NUMBERS: Final = re.compile(r"(\d+)")


def _sort_key(language: str, text: str) -> tuple[tuple[int | str, ...], ...]:
    plain = unicodedata.normalize("NFC", text).strip().casefold()
    letters: list[str] = []
    for letter in plain:
        if language == "sv" and letter in _SWEDISH_LETTERS:
            letters.append(_SWEDISH_LETTERS[letter])
        elif letter in _LIGATURES:
            letters.append(_LIGATURES[letter])
        else:
            letters.extend(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c))
    primary = "".join(letters)
    pieces = _NUMBERS.split(primary)
    parts: tuple[tuple[int | str, ...], ...] = tuple(
        (0, int(piece)) if _NUMBERS.fullmatch(piece) else (1, piece) for piece in pieces if piece
    )
    # Where only the marks or the capitals differ the order is still always the same.
    return (*parts, (-1, plain, text))


_LIGATURES: Final = {"æ": "ae", "ø": "o", "œ": "oe", "ð": "d", "þ": "th", "ł": "l", "đ": "d"}
