"""A text cut into sentences: the smallest thing that weaving takes from one author.

Cut behind full stops, question and exclamation marks and at every line end, and only ever at white space, so that no
word, emoji or combining letter is torn. A stop that belongs to an abbreviation ("kl. 15", "t.ex. så", "Dr. Ek"), an
initial or the number of a list ends nothing. Where it cannot be told, the piece stays whole: that asks a little more
often and never loses anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPACE = re.compile(r"\s+")
_BREAK = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_STOP = re.compile(r"(?<![.!?…؟۔।])(?P<stop>[.!?…؟۔।]++)[\"'”’»)\]}*_]*+$")  # a row of dots is looked at once
_WORD = re.compile(r"\S+")
_LONGEST_SIGN = 40
_BEGINS = "\"'“‘«([{-–—•*_.!?…#>"
_OPENING = "\"'“‘«([{*_-–—•"
_NUMBER = re.compile(r"(\d{1,3}|[^\W\d_])[.)]")
_SPACED = re.compile(r"[a-zåäö]{1,2}\.")  # "t. ex.", "p. g. a."
_DOTTED = re.compile(r"([^\W\d_]{1,3}\.){2,}")

_GOES_ON = frozenset(
    [
        "t.ex",
        "tex",
        "bl.a",
        "kl",
        "ca",
        "c:a",
        "dvs",
        "d.v.s",
        "s.k",
        "nr",
        "tel",
        "resp",
        "jfr",
        "fr.o.m",
        "t.o.m",
        "i.o.m",
        "p.g.a",
        "pga",
        "m.a.o",
        "f.d",
        "f.n",
        "f.ö",
        "ev",
        "ang",
        "inkl",
        "exkl",
        "avs",
        "dr",
        "prof",
        "e.g",
        "i.e",
        "mr",
        "mrs",
        "ms",
        "vs",
        "approx",
        "cf",
    ]
)
"""Before one of these ends, the sentence never does."""
_MAY_END = frozenset(
    [
        "osv",
        "o.s.v",
        "etc",
        "m.m",
        "m.fl",
        "e.d",
        "o.d",
        "o.dyl",
        "f.kr",
        "e.kr",
        "s",
        "sid",
        "kap",
        "max",
        "min",
        "st",
        "tim",
        "jan",
        "febr",
        "feb",
        "apr",
        "aug",
        "sept",
        "sep",
        "okt",
        "oct",
        "nov",
        "dec",
        "mån",
        "tis",
        "ons",
        "tor",
        "tors",
        "fre",
        "lör",
        "sön",
        "a.m",
        "p.m",
        "inc",
        "ltd",
        "jr",
        "sr",
        "dept",
        "est",
        "no",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "jun",
        "jul",
    ]
)
"""These end a sentence where a capital letter follows."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words and the white space behind them. Only the first of a text may have no words: the space it begins with."""

    words: str
    space: str

    @property
    def text(self) -> str:
        """As it stands in the text."""
        return self.words + self.space


def sentences(text: str) -> list[Sentence]:
    """The text cut into sentences; put together, they are the text to the letter."""
    found: list[Sentence] = []
    start = at = 0
    ended = False  # a stop was met, but a sign that belongs to it follows: "Bra! 🎉 Vi ses."
    for gap in _SPACE.finditer(text):
        if gap.start() == 0 or gap.end() == len(text) or _BREAK.search(gap.group()):
            ended, now = False, True
        else:
            ended = (ended and _is_sign(text, at)) or _ends(text, start, at, gap)
            now = ended and not _is_sign(text, gap.end())
        if now:
            found.append(Sentence(text[start : gap.start()], gap.group()))
            start, ended = gap.end(), False
        at = gap.end()
    if start < len(text):
        found.append(Sentence(text[start:], ""))
    return found


def _is_sign(text: str, at: int) -> bool:
    """Whether an emoji or the like stands there: no letter, no digit, and nothing that begins a sentence or a line."""
    word = _WORD.match(text, at)
    return word is not None and not any(one.isalnum() or one in _BEGINS for one in word.group()[:_LONGEST_SIGN])


def _ends(text: str, start: int, at: int, gap: re.Match[str]) -> bool:
    """Whether the sentence that began at `start` ends before this gap; its last word begins at `at`."""
    word = text[at : gap.start()]
    stopped = _STOP.search(word)
    if stopped is None:
        return False
    following = text[gap.end() : gap.end() + 1]
    stop = stopped.group("stop")
    if stop != ".":
        trails_off = "…" in stop or stop.startswith("..")
        return not (trails_off and following.islower())
    bare = word[: stopped.end("stop")].lstrip(_OPENING)
    name = bare[:-1]
    capital = not (following.islower() or following.isdigit())
    if name.lower() in _GOES_ON or bare == "St." or (start == at and _NUMBER.fullmatch(bare)):
        return False
    if name.lower() in _MAY_END or _DOTTED.fullmatch(bare):
        return capital
    if len(name) == 1 and name.isalpha() and name not in "iåö":
        return name.isupper() and not following.isupper()
    return not (len(name) <= 2 and name.islower() and _SPACED.match(text, gap.end()))
