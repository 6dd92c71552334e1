"""What a document of the content is: checked values that the screens can draw without asking further."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from app.errors import DocumentMissing, FactMissing

SCHEMA: Final = 1
PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """The same words in every language. Called with a language it gives the words, with the facts put in.

    Swedish and English are always there; of further languages, what has been translated. English stands in for the rest.
    """

    sv: str
    en: str
    more: tuple[tuple[str, str], ...] = ()
    signed: bool = False
    """Words that somebody has put a name to: they are read as they stand, whatever has been renamed since."""

    def words(self, language: str) -> str:
        """The words as they stand, placeholders and all."""
        if language == "sv":
            return self.sv
        return next((words for code, words in self.more if code == language), self.en)

    def saying(self, language: str, words: str) -> "Phrase":
        """The same with other words in one language."""
        if language == "sv":
            return replace(self, sv=words)
        if language == "en":
            return replace(self, en=words)
        return replace(self, more=(*(one for one in self.more if one[0] != language), (language, words)))

    def __call__(self, language: str, /, **facts: object) -> str:
        """The words in `language`; `FactMissing` when a placeholder has no fact: braces are never shown."""
        words = self.words(language)
        if "{" not in words:
            return words

        def fact(match: re.Match[str]) -> str:
            name = match[1]
            if name not in facts:
                raise FactMissing(fact=name)
            return str(facts[name])

        return PLACEHOLDER.sub(fact, words)

    @property
    def placeholders(self) -> frozenset[str]:
        """The facts that the words need."""
        every = (self.sv, self.en, *(words for _, words in self.more))
        return frozenset(name for words in every for name in PLACEHOLDER.findall(words))


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice, or one row of a table."""

    value: str
    label: Phrase


@dataclass(frozen=True, slots=True)
class Scale:
    """A row of numbers with words at both ends."""

    min: int
    max: int
    min_label: Phrase
    max_label: Phrase

    @property
    def steps(self) -> range:
        return range(self.min, self.max + 1)


@dataclass(frozen=True, slots=True)
class Group:
    """A heading with the items under it."""

    id: str
    title: Phrase


@dataclass(frozen=True, slots=True)
class Match:
    """How an answer of the matching profile counts: a hard rule, a weight, or for people to read."""

    rule: Literal["hard", "weight", "human"]
    how: str = ""
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Pick:
    """How many to choose, and from which document."""

    min: int
    max: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a document. What is not written in it has the value that stands here."""

    id: str
    type: str
    text: Phrase
    visibility: str
    help: Phrase | None = None
    group: str | None = None
    roles: frozenset[str] = frozenset()
    required: bool = False
    critical: bool = False
    optional: bool = False
    options: tuple[Option, ...] = ()
    rows: tuple[Option, ...] = ()
    default: str | int | bool | tuple[str, ...] | None = None
    scale: Scale | None = None
    min: int | None = None
    max: int | None = None
    ask: tuple[Phrase, ...] = ()
    say: Phrase | None = None
    body: Phrase | None = None
    example: Phrase | None = None
    note: Phrase | None = None
    action: str | None = None
    actions: tuple[tuple[str, str], ...] = ()
    source: str | None = None
    prefill: str | None = None
    match: Match | None = None
    formula: str | None = None
    needs: tuple[str, ...] = ()
    target: float | None = None
    phone: str | None = None
    region: str | None = None
    emergency: bool = False
    crisis_line: bool = False
    verify_before_use: bool = False
    fill_in: bool = False
    custom: bool = False
    autofocus: bool = False
    opt_in: bool = False
    programme: bool = False
    """Whether only those who are in a programme are asked."""
    says_visibility: bool = False
    """Whether the line itself says who sees it; otherwise its document does, or for a survey the person who answers."""
    from_programme: bool = False
    """Whether a programme has added it; nothing that ships says so."""
    anchor: str | None = None
    phase: str | None = None
    seed_item: int | None = None
    only_with: str | None = None
    """What has to be so of the meeting that the list is for."""

    def is_for(self, role: str | None) -> bool:
        """Whether somebody in this role sees the line; without a role, everything is seen."""
        return role is None or not self.roles or role in self.roles

    def action_for(self, answer: object) -> str | None:
        """Where an answer leads, if anywhere: "Yes" to "did anything worry you?" opens the guidance."""
        return next((action for value, action in self.actions if value == answer), self.action)

    @property
    def phrases(self) -> Iterator[Phrase]:
        """Every text of the line, in the order in which it is read."""
        for phrase in (self.text, self.help, self.say, self.body, self.example, self.note):
            if phrase is not None:
                yield phrase
        yield from self.ask
        yield from (option.label for option in (*self.options, *self.rows))
        if self.scale is not None:
            yield self.scale.min_label
            yield self.scale.max_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document, checked. The screens are general; everything particular is here."""

    id: str
    kind: str
    version: int
    title: Phrase
    items: tuple[Item, ...]
    schema: int = SCHEMA
    intro: Phrase | None = None
    roles: frozenset[str] = frozenset()
    when: str = "any"
    groups: tuple[Group, ...] = ()
    sources: tuple[str, ...] = ()
    visibility: str = "private"
    signatures: tuple[str, ...] = ()
    minutes: int | None = None
    target_seconds: int | None = None
    anonymous_threshold: int | None = None
    min_group: int | None = None
    available_when_locked: bool = False
    reviewed_by_programme: bool = True
    kiosk: bool = False
    accept: bool = False
    custom: bool = False
    fill_in: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    pick: Pick | None = None
    answer: str | None = None
    retention: str | None = None
    example_of: str | None = None

    def is_for(self, role: str | None) -> bool:
        return role is None or not self.roles or role in self.roles

    def item(self, id: str) -> Item:
        """The line with this id; `DocumentMissing` when there is none."""
        for item in self.items:
            if item.id == id:
                return item
        raise DocumentMissing(document=self.id, item=id)

    def items_for(self, role: str | None) -> tuple[Item, ...]:
        """The lines that somebody in this role sees, in their order."""
        return tuple(item for item in self.items if item.is_for(role))

    def in_groups(self, role: str | None = None) -> tuple[tuple[Group | None, tuple[Item, ...]], ...]:
        """The lines under their headings; those without a heading come first, empty headings not at all."""
        seen = self.items_for(role)
        loose = tuple(item for item in seen if item.group is None)
        parts: list[tuple[Group | None, tuple[Item, ...]]] = [(None, loose)] if loose else []
        for group in self.groups:
            under = tuple(item for item in seen if item.group == group.id)
            if under:
                parts.append((group, under))
        return tuple(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a list shows of a document that has not been opened yet."""

    id: str
    kind: str
    version: int
    title: Phrase
    file: str
    items: int
    roles: frozenset[str] = frozenset()
    when: str = "any"

    def is_for(self, role: str | None) -> bool:
        return role is None or not self.roles or role in self.roles
