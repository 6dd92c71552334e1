"""Finding words in everything that is open: an index in memory, made in the background, gone at lock.

A word finds itself first; a word without dots also finds the word with dots ("mote" finds "möte"), never the other
way round. The index holds every text once, folded to small letters and a byte a letter, and looks through all of it
at every question: at twenty thousand notes that is faster than people notice, and there is nothing to keep in step
but the texts themselves.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nsmallest
from threading import Lock, RLock
from typing import Final, Protocol

Key = tuple[str, str]
"""A kind and an id."""

ROOM: Final = 48_000_000
"""Bytes of text kept in memory. What does not fit is read from the vault when somebody searches: slower, not lost."""
LONGEST_QUESTION: Final = 200
MOST_WORDS: Final = 8
BEFORE, AFTER = 40, 120
"""Letters of the snippet before the first hit and after it."""
PIECE: Final = 64 * 1024
"""So many letters are looked through at a time for the places to show: of a long text, mostly the first."""
AT_ONCE: Final = 25
"""Texts indexed before the screens get their turn again."""
BREATH: Final = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What can be found: the words of one record or document, and what a row in the list of hits needs."""

    kind: str
    id: str
    title: str
    body: str = ""
    order: int = 0
    """The larger, the newer."""
    at: datetime | None = None
    mentorship: str = ""
    private: bool = False

    @property
    def key(self) -> Key:
        return (self.kind, self.id)

    @property
    def whole(self) -> str:
        """Title and body in one, as they are searched."""
        return unicodedata.normalize("NFC", f"{self.title}\n{self.body}" if self.body else self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that was found, with the places to make bold."""

    text: Text
    snippet: str
    ranges: tuple[tuple[int, int], ...]
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer: the best hits, how many there are, and whether everything has been looked through."""

    question: str = ""
    hits: tuple[Hit, ...] = ()
    total: int = 0
    complete: bool = True


class Source(Protocol):
    """Where the texts come from: an open store, or a stand-in."""

    def texts(self) -> Iterator[Text]:
        """All texts, the newest first."""
        ...

    def text(self, kind: str, id: str) -> Text | None:
        """One text as it stands, or nothing when it is gone."""
        ...

    def on_change(self, listener: Callable[[Iterable[Key]], None]) -> Callable[[], None]:
        """Be told which records changed. Returns what stops it."""
        ...


class Search:
    """The index over one open vault. Safe to ask from one thread while another one builds it."""

    def __init__(self, source: Source, *, room: int = ROOM, breath: Callable[[float], None] = time.sleep) -> None:
        self._source = source
        self._room = room
        self._breath = breath
        self._lock = RLock()
        self._entries: dict[Key, _Entry] = {}
        self._documents: dict[Key, Text] = {}
        self._stale: set[Key] = set()
        self._stale_lock = Lock()
        self._newer: set[Key] = set()
        self._bytes = 0
        self._built = False
        self._open = True
        self._stop = source.on_change(self._changed)

    @property
    def complete(self) -> bool:
        """Whether everything is in the index."""
        return self._built

    @property
    def held(self) -> int:
        """How many bytes of text are in memory."""
        return self._bytes

    def build(self) -> None:
        """Read everything, in small steps with pauses; made to run in a thread once the first screen is drawn."""
        for count, text in enumerate(self._source.texts(), start=1):
            with self._lock:
                if not self._open:
                    return
                if text.key not in self._newer:
                    self._put(text)
            if count % AT_ONCE == 0:
                self._breath(BREATH)
        with self._lock:
            self._built = self._open
            self._newer.clear()

    def set_documents(self, texts: Iterable[Text]) -> None:
        """The library in the reader's language; called again when the language changes."""
        with self._lock:
            for key in self._documents:
                self._drop(key)
            self._documents = {text.key: text for text in texts}
            for text in self._documents.values():
                self._put(text)

    def find(self, question: str, *, limit: int = 50, kinds: frozenset[str] | None = None) -> Found:
        """What holds all the words: exact hits first, then those found without dots, each with the newest first."""
        return self.gather(question, {"": (kinds, limit)})[""]

    def gather(self, question: str, groups: Mapping[str, tuple[frozenset[str] | None, int]]) -> dict[str, Found]:
        """The same for several groups (their kinds, or all; how many hits of each), in one pass over everything."""
        words = _words(question)
        with self._lock:
            found: dict[str, list[tuple[bool, int, Key]]] = {group: [] for group in groups}
            if words and self._open:
                self._refresh()
                place_of = {kind: found[group] for group, (kinds, _) in groups.items() for kind in kinds or ()}
                rest = next((found[group] for group, (kinds, _) in groups.items() if kinds is None), None)
                for key, entry in self._entries.items():
                    place = place_of.get(entry.kind, rest)
                    if place is not None and (exact := self._matches(entry, key, words)) is not None:
                        place.append((not exact, -entry.order, key))
            return {group: self._answer(question, words, found[group], limit) for group, (_, limit) in groups.items()}

    def _answer(self, question: str, words: tuple[_Word, ...], found: list[tuple[bool, int, Key]], limit: int) -> Found:
        hits = []
        best = nsmallest(limit, found)
        for near, _, key in best:
            text = self._read(key)
            if text is not None:
                entry = self._entries.get(key)
                hits.append(_hit(text, entry.packed if entry else None, words, exact=not near))
        total = len(found) - len(best) + len(hits)
        return Found(question=question, hits=tuple(hits), total=total, complete=self._built)

    def close(self) -> None:
        """Forget everything; called at lock, from any thread, also while the index is being built."""
        with self._lock:
            self._open = self._built = False
            self._entries.clear()
            self._documents.clear()
            self._newer.clear()
            self._bytes = 0
        self._stop()

    def _changed(self, keys: Iterable[Key]) -> None:
        """Only noted down: whoever writes never waits for a search that is running."""
        with self._stale_lock:
            self._stale.update(keys)

    def _refresh(self) -> None:
        """Read again what has changed since the last question."""
        with self._stale_lock:
            stale, self._stale = self._stale, set()
        if not self._built:
            self._newer |= stale
        for key in stale:
            self._drop(key)
            text = self._source.text(*key)
            if text is not None:
                self._put(text)

    def _put(self, text: Text) -> None:
        self._drop(text.key)
        packed = _packed(text.whole)
        size = packed.size
        if self._bytes + size > self._room:
            self._entries[text.key] = _Entry(text.kind, text.order, None)
            return
        self._bytes += size
        self._entries[text.key] = _Entry(text.kind, text.order, packed)

    def _drop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None and entry.packed is not None:
            self._bytes -= entry.packed.size

    def _read(self, key: Key) -> Text | None:
        return self._documents.get(key) or self._source.text(*key)

    def _matches(self, entry: _Entry, key: Key, words: tuple[_Word, ...]) -> bool | None:
        """Whether all words are there: exactly, or without dots; `None` when one is missing."""
        packed = entry.packed
        if packed is None:
            text = self._read(key)
            if text is None:
                return None
            packed = _packed(text.whole)
        exact = True
        for word in words:
            how = packed.has(word)
            if how is None:
                return None
            exact = exact and how
        return exact


# ---------------------------------------------------------------------------------------------- texts, folded
# Signs outside Latin-1 that stand in everyday text; one byte each, so that a text with them stays one byte a letter.
_PUNCTUATION: Final = "“”„‘’‚–—…•‹›→€\u2009\u202f\u200b"


def _small(text: str) -> str:
    """Small letters, one for one: a place in the result is the same place in the text."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(s if len(s := c.lower()) == 1 else c for c in text)


def _everyday(text: str) -> str:
    for sign in _PUNCTUATION:
        text = text.replace(sign, "?")
    return text


def _plain_letter(letter: str) -> str:
    if letter in "øØ":
        return "o"
    base = unicodedata.normalize("NFD", letter)[0]
    return base if len(base) == 1 else letter


_PLAIN: Final = bytes(ord(plain) if ord(plain := _plain_letter(chr(code))) < 256 else code for code in range(256))


def _plain(text: str) -> str:
    """Without dots and rings, one for one."""
    return text if text.isascii() else "".join(map(_plain_letter, text))


@dataclass(frozen=True, slots=True)
class _Word:
    """One word of the question, in the forms in which it is looked for."""

    small: str
    plain: str
    small_bytes: bytes | None
    plain_bytes: bytes | None
    marks: tuple[tuple[int, str], ...]
    """Letters with dots: where they stand, and what has to stand there."""


def _word(text: str) -> _Word:
    small = _everyday(_small(text))
    plain = _plain(small)
    return _Word(
        small,
        plain,
        _latin(small),
        _latin(plain),
        tuple((place, letter) for place, letter in enumerate(small) if plain[place] != letter),
    )


def _words(question: str) -> tuple[_Word, ...]:
    parts = unicodedata.normalize("NFC", question[:LONGEST_QUESTION]).split()
    return tuple(map(_word, dict.fromkeys(parts[:MOST_WORDS])))


def _latin(text: str) -> bytes | None:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return None


@dataclass(slots=True)
class _Packed:
    """One text: a byte a letter where Latin-1 is enough, otherwise two texts, with and without dots."""

    latin: bytes | None
    small: str = ""
    plain: str = ""
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = len(self.latin) if self.latin is not None else 4 * len(self.small)

    def has(self, word: _Word) -> bool | None:
        """True: as it is written. False: only without dots. None: not at all."""
        if self.latin is None:
            if word.small in self.small:
                return True
            near = word.plain in self.plain
        else:
            if word.small_bytes is not None and word.small_bytes in self.latin:
                return True
            near = word.plain_bytes is not None and word.plain_bytes in self.latin.translate(_PLAIN)
        if near and word.marks:
            near = next(self.places(word), None) is not None
        return False if near else None

    def places(self, word: _Word, begin: int = 0, end: int | None = None) -> Iterator[int]:
        """Where the word begins from one place to another, with or without dots; a letter with dots in it wants the same
        dots in the text. Of a long text no more is folded than is asked for.
        """
        width, last = len(word.plain), len(self) if end is None else min(end, len(self))
        while begin < last:
            until = min(begin + PIECE, last)
            piece = self._folded(begin, until + width - 1)
            after = until
            found = piece.find(word.plain)
            while found >= 0:
                place = begin + found
                if all(self._letter(place + offset) == letter for offset, letter in word.marks):
                    yield place
                    after = max(until, place + width)
                    found += width - 1
                found = piece.find(word.plain, found + 1)
            begin = after

    def _folded(self, begin: int, end: int) -> str:
        if self.latin is None:
            return self.plain[begin:end]
        return self.latin[begin:end].translate(_PLAIN).decode("latin-1")

    def __len__(self) -> int:
        return len(self.small if self.latin is None else self.latin)

    def _letter(self, place: int) -> str:
        return chr(self.latin[place]) if self.latin is not None else self.small[place]


def _packed(whole: str) -> _Packed:
    small = _small(whole)
    latin = _latin(small)
    if latin is None:  # most texts have none of these signs, and looking for them letter by letter takes long
        small = _everyday(small)
        latin = _latin(small)
    return _Packed(latin) if latin is not None else _Packed(None, small, _plain(small))


@dataclass(slots=True)
class _Entry:
    kind: str
    order: int
    packed: _Packed | None


# ---------------------------------------------------------------------------------------------- what is shown
def _hit(text: Text, packed: _Packed | None, words: tuple[_Word, ...], *, exact: bool) -> Hit:
    """The line around the first hit in the body, or the beginning when only the title has it."""
    whole = text.whole
    if packed is None or len(packed) != len(whole):  # not in memory, or another text since
        packed = _packed(whole)
    body = len(unicodedata.normalize("NFC", text.title)) + 1 if text.body else 0
    firsts = (next(packed.places(word, body), None) for word in words)
    first = min((place for place in firsts if place is not None), default=None)
    start = body if first is None else _line_start(whole, first, body)
    end = min(len(whole), (start if first is None else first) + AFTER)
    snippet = whole[start:end].replace("\n", " ")
    ahead, behind = "… " if start > body else "", " …" if end < len(whole) else ""
    around = ((place, len(word.small)) for word in words for place in packed.places(word, _before(start, word), end))
    inside = _joined((max(place, start), min(place + width, end)) for place, width in around if place + width > start)
    shift = len(ahead) - start
    return Hit(
        text=text,
        snippet=f"{ahead}{snippet}{behind}",
        ranges=tuple((a + shift, b + shift) for a, b in inside),
        exact=exact,
    )


def _before(start: int, word: _Word) -> int:
    """From where on a word may reach into what is shown."""
    return max(0, start - len(word.small) + 1)


def _line_start(whole: str, place: int, body: int) -> int:
    """A little before the hit, at the beginning of a word or of the line."""
    earliest = max(body, place - BEFORE)
    line = whole.rfind("\n", earliest, place)
    if line >= 0:
        return line + 1
    space = whole.find(" ", earliest, place)
    return space + 1 if earliest > body and space >= 0 else earliest


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges that touch made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
