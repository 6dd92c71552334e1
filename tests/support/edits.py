"""Pairs of offline edits of one text, made from a seed: what two people really do to minutes and notes, counted.

Every pair knows what it is: both in one sentence, both at one insertion point, an edit against a deletion, or edits
that have nothing to do with each other. And it knows what must be on the screen afterwards, sentence by sentence,
without asking the code that weaves: what either wrote, and what nobody took away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, Literal

from app.model.merge import Woven, weave

Kind = Literal["same sentence", "one place", "edit against delete", "apart"]
SHARES: Final[Mapping[Kind, float]] = {
    "same sentence": 0.32,
    "one place": 0.22,
    "edit against delete": 0.12,
    "apart": 0.34,
}
OTHERS: Final[frozenset[Kind]] = frozenset({"one place", "apart"})
"""Where nobody has to be asked."""
SEED: Final = 20_261_014
PAIRS: Final = 1_000
MINE, THEIRS = "0000000000000001" + "a" * 32, "0000000000000002" + "b" * 32

SWEDISH: Final = (
    "Vi gick igenom uppgifterna från {day}.",
    "{name} ringde {place} och fick ett namn!",
    "Mötet slutade kl. {hour} på {place}.",
    "Vad är nästa steg för {name}?",
    "CV:t är nästan klart, bara {thing} saknas.",
    "Vi pratade om {thing}, t.ex. hur man börjar, och om {place}.",
    "{name} ska skicka {thing} senast {day} kl. {hour}.",
    "Det gick bättre än väntat 🙂",
    "Hon sa: ”Jag vill prova {thing}.”",
    "Bra jobbat, {name}! 🎉",
    "Enligt {name} tar det ca. {hour} veckor, bl.a. på grund av {thing}.",
    "Nästa gång ses vi på {place}…",
    "Att öva på: {thing} och {other}.",
    "Vi hann inte med {thing} den här gången.",
)
SWEDISH_LINES: Final = (
    "- ring {name}",
    "- läs {thing}",
    "* fråga {place} om {thing}",
    "{number}. {name} tar med {thing}",
    "[ ] boka {place}",
)
ENGLISH: Final = (
    "The next step is a short phone call with {name}.",
    "{name} wants to try {thing} in class.",
    "Agreed: {thing} before {day}.",
    "We meet at {place} at {hour} p.m. on {day}.",
    "What would help most with {thing}?",
    "It went well, e.g. the part about {thing}!",
    "Dr. {name} can answer questions about {other}.",
    "She said “I would rather work on {thing}.”",
    "Nothing about {place} was decided...",
    "Thanks for today 🙂",
    "{name} is unsure about {thing}, i.e. whether it is worth the time.",
    "No. {number} on the list is done.",
    "They moved the visit to {place} from {day}.",
    "Two things to practise: {thing} and {other}.",
)
ENGLISH_LINES: Final = (
    "- call {name}",
    "- read {thing}",
    "* ask {place} about {thing}",
    "{number}. {name} brings {thing}",
    "[ ] book {place}",
)
WORDS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "sv": {
        "name": ("Åsa", "Yusuf", "Karin", "Örjan", "Märta", "Ali", "יעל", "ليلى"),
        "place": ("biblioteket", "arbetsplatsen", "Café Tranan", "grupprum 2", "Växjö", "skolan", "kommunhuset"),
        "thing": ("praktiken", "intervjun", "CV:t", "presentationen", "körkortet", "brevet", "språket", "tiderna"),
        "other": ("självförtroendet", "planen", "frågorna", "nätverket", "ekonomin"),
        "day": ("måndag", "tisdag", "fredag", "den 14/10", "nästa vecka", "v. 43"),
        "hour": ("15", "16.30", "9", "13.15"),
        "more": (
            "redan",
            "i morgon bitti",
            "utan stress",
            "efter lunch",
            "– kanske",
            "tillsammans med Åsa",
            "om det går",
        ),
    },
    "en": {
        "name": ("Sam", "Amina", "Karen", "O'Neill", "José", "Priya", "Björn"),
        "place": ("the library", "the office", "room 2", "St. Mary's", "the school", "the town hall"),
        "thing": ("the interview", "the CV", "a presentation", "the driving test", "the letter", "the schedule"),
        "other": ("confidence", "the plan", "the questions", "the network", "money"),
        "day": ("Monday", "Friday", "Oct. 14", "next week", "the 3rd"),
        "hour": ("3", "4.30", "10", "11:15"),
        "more": ("already", "tomorrow morning", "without stress", "after lunch", "- maybe", "with Sam", "if possible"),
    },
}


@dataclass(frozen=True)
class Slot:
    """A sentence and the space behind it."""

    text: str
    space: str


@dataclass
class Side:
    """What one person did: sentences changed, taken away (None) or put in before a place; spaces changed."""

    changed: dict[int, str | None] = field(default_factory=dict)
    put_in: dict[int, list[Slot]] = field(default_factory=dict)
    spaces: dict[int, str] = field(default_factory=dict)

    def render(self, base: Sequence[Slot]) -> str:
        """The text as this person left it."""
        found: list[str] = []
        for place in range(len(base) + 1):
            found += [slot.text + slot.space for slot in self.put_in.get(place, ())]
            if place < len(base):
                text = self.changed.get(place, base[place].text)
                if text is not None:
                    found.append(text + self.spaces.get(place, base[place].space))
        return "".join(found)


@dataclass(frozen=True)
class Pair:
    """Two edits of one text that did not know of each other."""

    kind: Kind
    language: str
    slots: tuple[Slot, ...]
    mine: Side
    theirs: Side

    @property
    def base(self) -> str:
        """The text both began with."""
        return "".join(slot.text + slot.space for slot in self.slots)

    @property
    def heads(self) -> dict[str, str]:
        """The two texts under the names of their versions."""
        return {MINE: self.mine.render(self.slots), THEIRS: self.theirs.render(self.slots)}

    def wanted(self) -> Counter[str]:
        """The words that must be there afterwards: all that either wrote, and all that nobody took away."""
        found: Counter[str] = Counter()
        for place, slot in enumerate(self.slots):
            versions = [side.changed[place] for side in (self.mine, self.theirs) if place in side.changed]
            written = {text for text in versions if text is not None}
            for text in written if versions else {slot.text}:
                found.update(text.split())
        for side in (self.mine, self.theirs):
            for slots in side.put_in.values():
                for slot in slots:
                    found.update(slot.text.split())
        return found

    def lost(self, text: str) -> int:
        """How many of the wanted words are not in a text."""
        return (self.wanted() - Counter(text.split())).total()

    def weave(self) -> Woven:
        """The two texts woven together."""
        return weave(self.heads, self.base)

    def together(self) -> str | None:
        """The text to expect where nobody has to be asked, letter by letter; nothing where both wrote at the end."""
        last = len(self.slots)
        if self.kind not in OTHERS or (self.mine.put_in.get(last) and self.theirs.put_in.get(last)):
            return None
        both = Side(
            {**self.mine.changed, **self.theirs.changed},
            {
                place: self.mine.put_in.get(place, []) + self.theirs.put_in.get(place, [])
                for place in self.mine.put_in.keys() | self.theirs.put_in.keys()
            },
            {**self.mine.spaces, **self.theirs.spaces},
        )
        return both.render(self.slots)


def pairs(count: int = PAIRS, seed: int = SEED) -> Iterator[Pair]:
    """That many pairs: the same ones for the same seed."""
    for number in range(count):
        yield pair(Random(seed * 1_000_003 + number), number / count)


def pair(chance: Random, share: float | None = None) -> Pair:
    """One pair; `share` (from 0 to 1) chooses what kind of pair, so that the shares are exact over a run."""
    kind = _kind(chance.random() if share is None else share)
    language = chance.choice(("sv", "en"))
    seen: set[str] = set()
    slots = _base(chance, language, seen)
    if kind in ("same sentence", "edit against delete"):
        slots = slots or _base(chance, language, seen, least=1)
    free = list(range(len(slots)))
    chance.shuffle(free)
    mine, theirs = Side(), Side()
    if kind == "same sentence":
        for place in [free.pop() for _ in range(chance.choice((1, 1, 2)) if len(free) > 1 else 1)]:
            for side in (mine, theirs):
                side.changed[place] = _changed(chance, language, slots[place].text, seen)
    elif kind == "edit against delete":
        place = free.pop()
        one, other = (mine, theirs) if chance.random() < 0.5 else (theirs, mine)
        one.changed[place] = _changed(chance, language, slots[place].text, seen)
        other.changed[place] = None
    elif kind == "one place":
        place = chance.choice((len(slots), len(slots), chance.randint(0, len(slots))))
        for side in (mine, theirs):
            _put_in(chance, language, slots, side, place, seen)
    taken = {*mine.put_in, *theirs.put_in}
    for side in (mine, theirs):
        for _ in range(chance.choice((1, 1, 2, 3) if kind == "apart" else (0, 0, 1, 2))):
            _elsewhere(chance, language, slots, side, free, taken, seen)
    return Pair(kind, language, slots, mine, theirs)


def _kind(share: float) -> Kind:
    for kind, part in SHARES.items():
        if share < part:
            return kind
        share -= part
    return "apart"


def _sentence(chance: Random, language: str, lines: bool, seen: set[str]) -> str:
    """A sentence, or a line of a list, that is not there yet."""
    while (found := _any_sentence(chance, language, lines)) in seen:
        pass
    seen.add(found)
    return found


def _any_sentence(chance: Random, language: str, lines: bool) -> str:
    words = WORDS[language]
    template = (
        chance.choice(SWEDISH_LINES if language == "sv" else ENGLISH_LINES)
        if lines
        else chance.choice(SWEDISH if language == "sv" else ENGLISH)
    )
    facts = {name: chance.choice(words[name]) for name in ("name", "place", "thing", "other", "day", "hour")}
    return template.format(**facts, number=chance.randint(1, 9))


def _base(chance: Random, language: str, seen: set[str], least: int = 0) -> tuple[Slot, ...]:
    """Paragraphs and lists, each sentence only once."""
    found: list[Slot] = []
    for _ in range(chance.randint(max(least, 1), 4) if least or chance.random() > 0.04 else 0):
        lines = chance.random() < 0.3
        block: list[Slot] = []
        for _ in range(chance.randint(1, 5)):
            block.append(Slot(_sentence(chance, language, lines, seen), "\n" if lines else " "))
        block[-1] = Slot(block[-1].text, chance.choice(("\n", "\n\n", "\r\n", "\n \n")))
        found += block
    if found and chance.random() < 0.7:
        found[-1] = Slot(found[-1].text, "")
    # A sentence without a stop goes on into the next one: give such sentences a line of their own.
    return tuple(Slot(slot.text, "\n") if slot.space == " " and slot.text.endswith("🙂") else slot for slot in found)


def _changed(chance: Random, language: str, text: str, seen: set[str]) -> str:
    """The sentence as somebody changed it: a word in, out or another; now and then written anew."""
    found = text
    while found in seen:
        found = _any_change(chance, language, text)
    seen.add(found)
    return found


def _any_change(chance: Random, language: str, text: str) -> str:
    if chance.random() < 0.1:
        return _any_sentence(chance, language, _is_line(text))
    stem, sign, _ = text.partition(" 🎉")
    words = stem.split(" ")
    how = chance.choice(("in", "in", "other", "out"))
    if how == "in" or len(words) < 4:
        words.insert(chance.randint(1, max(1, len(words) - 2)), chance.choice(WORDS[language]["more"]))
    elif how == "other":
        words[chance.randint(1, len(words) - 2)] = chance.choice(WORDS[language]["other"])
    else:
        del words[chance.randint(1, len(words) - 2)]
    return " ".join(words) + sign


def _is_line(text: str) -> bool:
    return text[:1] in "-*[" or text[:1].isdigit()


def _put_in(chance: Random, language: str, slots: Sequence[Slot], side: Side, place: int, seen: set[str]) -> None:
    """One to three sentences in the way of the place: lines among lines, sentences in a paragraph."""
    lines = any(_is_line(slot.text) for slot in slots[max(place - 1, 0) : place + 1])
    count = chance.choice((1, 1, 1, 2, 3))
    new = [Slot(_sentence(chance, language, lines, seen), "\n" if lines else " ") for _ in range(count)]
    new = [Slot(slot.text, "\n") if slot.text.endswith("🙂") else slot for slot in new]
    if place == len(slots):
        new[-1] = Slot(new[-1].text, "")
        if slots and not slots[-1].space:
            side.spaces[place - 1] = "\n" if lines or slots[-1].text.endswith("🙂") else chance.choice((" ", "\n"))
    side.put_in[place] = new


def _elsewhere(
    chance: Random, language: str, slots: Sequence[Slot], side: Side, free: list[int], taken: set[int], seen: set[str]
) -> None:
    """One more edit where nobody else edits."""
    how = chance.choice(("change", "change", "take", "in", "in"))
    if how == "in" or not free:
        # Only in paragraphs and lists: at the ends both would be at one place.
        places = [place for place in range(1, len(slots)) if place not in taken]
        if places:
            place = chance.choice(places)
            taken.add(place)
            _put_in(chance, language, slots, side, place, seen)
        return
    place = free.pop()
    side.changed[place] = None if how == "take" else _changed(chance, language, slots[place].text, seen)


# ------------------------------------------------------------------ what comes of it


@dataclass
class Tally:
    """What became of the pairs of one kind."""

    pairs: int = 0
    asked: int = 0
    written: int = 0
    lost: int = 0
    newest: int = 0
    newest_pairs: int = 0


def tally(count: int = PAIRS, seed: int = SEED) -> dict[Kind, Tally]:
    """Weave all pairs, and beside it let the last writer win."""
    found: dict[Kind, Tally] = {kind: Tally() for kind in SHARES}
    for one in pairs(count, seed):
        woven = one.weave()
        row = found[one.kind]
        beaten = one.lost(one.heads[THEIRS])
        row.pairs += 1
        row.asked += not woven.agreed
        row.written += one.wanted().total()
        row.lost += one.lost(woven.text)
        row.newest += beaten
        row.newest_pairs += beaten > 0
    return found


def table(found: Mapping[Kind, Tally]) -> str:
    """The tally as it stands in docs/benchmarks.md."""
    lines = [
        "| pairs of offline edits | pairs | asks | words that must stay | lost | lost if the last writer wins | in pairs |",
        "|---|---|---|---|---|---|---|",
    ]
    total = Tally()
    for row in found.values():
        for name in vars(total):
            setattr(total, name, getattr(total, name) + getattr(row, name))
    for kind, row in [*found.items(), ("all", total)]:
        lines.append(
            f"| {kind} | {row.pairs:,} | {row.asked / row.pairs:.1%} | {row.written:,} | {row.lost:,} "
            f"| {row.newest:,} ({row.newest / row.written:.0%}) | {row.newest_pairs / row.pairs:.0%} |"
        )
    return "\n".join(lines)
