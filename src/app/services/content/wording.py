"""The content in one's own words: own texts in the place of those that ship, own lines, and renamed words.

A `Library` gives the documents as they ship; `adapted` gives one that has everything put in that somebody, or the
programme, said otherwise. Nothing shipped is changed: an update of the app brings its documents, what was said
otherwise stays, and `differences` tells where the two have parted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from app.errors import ContentError
from app.model.entities import WORDS, ListItem, OwnText, ProgrammeItem
from app.model.queries import OwnContent
from app.services.content.documents import PLACEHOLDER, Document, Entry, Item, Phrase
from app.services.content.library import Library

FIXED: Final = frozenset({"contacts", "guidance", "glossary", "minutes_example", "policy", "agreement"})
"""Kinds whose words stay as they ship: what keeps people safe, and what two people sign word for word."""
GROWING: Final = frozenset({"topics", "questions", "prompts", "skills"})
"""Kinds to which own lines are added here. The lists add theirs where they are ticked."""

TERMS: Final = ("mentee", "mentor", "coordinator", "participant")
"""What can be called something else."""
FORMS: Final = ("base", "definite", "plural", "definite-plural")
"""How a word is bent: the forms of a term that the texts use."""


# ------------------------------------------------------------------ renamed words


@dataclass(frozen=True, slots=True)
class Renaming:
    """Words that are called something else in one language: pairs of the shipped form and the own one."""

    pairs: tuple[tuple[str, str], ...] = ()

    def __call__(self, template: str) -> str:
        """The template in own words. What stands in braces is the name of a fact and stays."""
        return _renamed(self, template) if self.pairs else template


@lru_cache(maxsize=8192)
def _renamed(renaming: Renaming, template: str) -> str:
    pattern, own = _pattern(renaming)

    def put(match: re.Match[str]) -> str:
        if match["fact"]:
            return match[0]
        new = own[match["word"].casefold()]
        article = match["article"] or ""
        if article:
            bare = article.strip()
            changed = "an" if new[:1].casefold() in "aeiou" else "a"
            article = (changed.capitalize() if bare[0].isupper() else changed) + article[len(bare) :]
        if match["word"][0].isupper():
            new = new[:1].upper() + new[1:]
        genitive = match["genitive"] or ""
        return article + new + ("" if genitive and new[-1:].casefold() in "sxz" else genitive)

    return pattern.sub(put, template)


@lru_cache(maxsize=16)
def _pattern(renaming: Renaming) -> tuple[re.Pattern[str], Mapping[str, str]]:
    own = {shipped.casefold(): new for shipped, new in renaming.pairs}
    words = "|".join(re.escape(word) for word in sorted(own, key=len, reverse=True))
    return re.compile(
        rf"(?P<fact>\{{\w+\}})|(?P<article>\b[Aa]n? )?\b(?P<word>{words})(?P<genitive>s)?\b", re.IGNORECASE
    ), own


def renaming(own: OwnContent, language: str, shipped: Callable[[str], str]) -> Renaming:
    """What is renamed in a language. `shipped` gives the sentence of a key as it ships, such as `word.mentee.plural`."""
    said: dict[tuple[str, str], str] = {}
    for text in own.texts:
        if text.document == WORDS and text.language == language and text.item in TERMS and text.field in FORMS:
            said[text.item, text.field] = text.words
    found: dict[str, str] = {}
    for term, form in ((term, form) for term in TERMS for form in FORMS if (term, form) in said):
        found.setdefault(shipped(f"word.{term}.{form}"), said[term, form])  # one form for one and several: one, then
    return Renaming(tuple(sorted(found.items())))


def guessed(base: str, language: str) -> tuple[str, str, str, str]:
    """How a word is probably bent, to begin with: base, definite, plural, definite plural."""
    if language != "sv":
        plural = base[:-1] + "ies" if re.search(r"[^aeiou]y$", base) else base + ("es" if base.endswith("s") else "s")
        return base, base, plural, plural
    vowel = base[-1:].casefold() in "aeiouyåäö"
    definite = base + ("n" if vowel else "en")
    plural = base[:-1] + "or" if base.endswith("a") else base + ("r" if vowel else "er")
    return base, definite, plural, plural + "na"


# ------------------------------------------------------------------ own texts


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text of a document stands: the line (none for the document itself) and its field."""

    item: str
    field: str
    phrase: Phrase


def places(document: Document) -> tuple[Place, ...]:
    """Every text of a document that can be said otherwise, in the order in which it is read."""
    found = [Place("", "title", document.title)]
    if document.intro is not None:
        found.append(Place("", "intro", document.intro))
    for item in document.items:
        for field in _FIELDS:
            phrase = getattr(item, field)
            if phrase is not None:
                found.append(Place(item.id, field, phrase))
        found += [Place(item.id, f"ask.{at}", phrase) for at, phrase in enumerate(item.ask)]
    return tuple(found)


_FIELDS: Final = ("text", "help", "say", "body", "example", "note")


@dataclass(frozen=True, slots=True)
class Difference:
    """A text that I said otherwise and that an update of the app has changed since."""

    own: OwnText
    now: str


def differences(library: Library, own: OwnContent) -> tuple[Difference, ...]:
    """Where what ships now is not what stood there when it was said otherwise; a text that is gone is not told of."""
    found: list[Difference] = []
    for text in own.texts:
        if text.document == WORDS or text.visibility != "only_me":
            continue
        now = shipped_text(library, text)
        if now is not None and now != text.shipped:
            found.append(Difference(text, now))
    return tuple(found)


def shipped_text(library: Library, text: OwnText) -> str | None:
    """What ships at the place of an own text; nothing where there is no such place (any more)."""
    try:
        document = library.document(text.document)
    except ContentError:
        return None
    for place in places(document):
        if (place.item, place.field) == (text.item, text.field):
            return place.phrase.words(text.language)
    return None


def adapted(library: Library, own: OwnContent) -> Library:
    """The library with everything put in that was said otherwise; the same one where nothing was."""
    texts = [text for text in own.texts if text.document != WORDS]
    if not (texts or own.items or own.programme):
        return library
    return AdaptedLibrary(library, replace(own, texts=tuple(texts)))


class AdaptedLibrary(Library):
    """Documents as they ship, with own texts and lines in them. `shipped` is the library as it came."""

    def __init__(self, shipped: Library, own: OwnContent) -> None:
        self.shipped = shipped
        self._own = own
        self._adapted: dict[str, Document] = {}

    def document(self, id: str) -> Document:
        known = self._adapted.get(id)
        if known is None:
            known = self._adapted[id] = put_in(self.shipped.document(id), self._own)
        return known

    def _index(self) -> dict[str, Entry]:
        entries = self.shipped._index()
        titled = {text.document for text in self._own.texts if (text.item, text.field) == ("", "title")}
        return {
            id: replace(entry, title=self.document(id).title) if id in titled else entry
            for id, entry in entries.items()
        }


def put_in(document: Document, own: OwnContent) -> Document:
    """A document in own words, with own lines."""
    if document.kind not in FIXED:
        said: dict[tuple[str, str], list[OwnText]] = {}
        for text in own.texts:
            if text.document == document.id and text.words.strip():
                said.setdefault((text.item, text.field), []).append(text)
        if said:
            document = replace(
                document,
                title=_said(document.title, said.get(("", "title"), ())),
                intro=document.intro and _said(document.intro, said.get(("", "intro"), ())),
                items=tuple(_item(item, said) for item in document.items),
            )
    more = [_programmes(item, document) for item in own.programme if item.document == document.id]
    mine = [item for item in own.items if item.document == document.id] if document.kind in GROWING else []
    hidden = {item.item for item in mine if item.hidden}
    more += [_mine(item, document) for item in mine if not item.item and not item.hidden and item.text.strip()]
    if not more and not hidden:
        return document
    return replace(document, items=(*(item for item in document.items if item.id not in hidden), *more))


def _item(item: Item, said: Mapping[tuple[str, str], list[OwnText]]) -> Item:
    changed: dict[str, Any] = {
        field: _said(phrase, texts)
        for field in _FIELDS
        if (phrase := getattr(item, field)) is not None and (texts := said.get((item.id, field)))
    }
    ask = tuple(_said(phrase, said.get((item.id, f"ask.{at}"), ())) for at, phrase in enumerate(item.ask))
    return replace(item, ask=ask, **changed) if changed or ask != item.ask else item


def _said(phrase: Phrase, texts: Iterable[OwnText]) -> Phrase:
    """The phrase in own words; placeholders that it does not have stay words."""
    known = phrase.placeholders

    def fact(match: re.Match[str]) -> str:
        return match[0] if match[1] in known else f"({match[1]})"

    for text in texts:
        phrase = phrase.saying(text.language, PLACEHOLDER.sub(fact, text.words))
    return phrase


def _line(id: str, words: Phrase, document: Document) -> Item:
    """A line that looks like its neighbours."""
    like = document.items[0]
    ask = (words,) if document.kind == "topics" else ()
    return Item(id=id, type=like.type, text=words, visibility=like.visibility, ask=ask)


def _mine(item: ListItem, document: Document) -> Item:
    return _line(item.id, Phrase(item.text, item.text), document)


def _programmes(item: ProgrammeItem, document: Document) -> Item:
    line = _line(item.id, Phrase(_plain(item.sv), _plain(item.en)), document)
    group = item.group if item.group in {group.id for group in document.groups} else None
    return replace(line, group=group, roles=item.roles, critical=item.critical, from_programme=True)


def _plain(words: str) -> str:
    """Words from somebody else: what looks like a placeholder is none, or nothing could fill it."""
    return PLACEHOLDER.sub(r"(\1)", words)
