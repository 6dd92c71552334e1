"""Long texts that several people changed at the same time, woven together sentence by sentence.

A pure function of the versions (sorted by their names) and the text they all came from. Sentences that one of them
touched are taken from that one; what was put in at the same place by several is kept from each; where they changed the
same sentence, or one changed what another took away, every wording is kept with its author. The result is shown and
never written back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.model.align import A_SENTENCE, AT_LEAST, Meter, align
from app.model.sentences import Sentence, sentences

LARGEST = 200_000
"""Texts of more bytes than this are not compared."""


@dataclass(frozen=True)
class Wording:
    """What one version has at a place where others have something else; empty if it took the sentence away."""

    version: str
    text: str


@dataclass(frozen=True)
class Piece:
    """A stretch of a woven text: agreed on, or several wordings of it."""

    text: str = ""
    wordings: tuple[Wording, ...] = ()


@dataclass(frozen=True)
class Woven:
    """A text made of the versions of several people."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """As one text: where there are several wordings, each has lines of its own."""
        return joined(
            Piece(piece.text) if not piece.wordings else Piece(_lines(one.text for one in piece.wordings), (_BLOCK,))
            for piece in self.pieces
        )

    @property
    def agreed(self) -> bool:
        """Whether nothing is left to choose."""
        return not any(piece.wordings for piece in self.pieces)


def chosen(pieces: Sequence[Piece], keep: Mapping[int, Sequence[str]]) -> str:
    """The text that follows when at each place (by number) the wordings of these versions are kept.

    One wording goes back into the running text as it was written; several stand on lines of their own, as they are
    shown. A place that nobody chose for keeps every wording.
    """
    found: list[Piece] = []
    for number, piece in enumerate(pieces):
        if not piece.wordings:
            found.append(piece)
            continue
        wanted = keep.get(number, [one.version for one in piece.wordings])
        kept = [one.text for one in piece.wordings if one.version in wanted]
        found.append(Piece(kept[0]) if len(kept) == 1 else Piece(_lines(kept), (_BLOCK,)))
    return joined(found)


def joined(pieces: Iterable[Piece]) -> str:
    """Pieces as one text; those with wordings stand on lines of their own."""
    found = ""
    for piece in pieces:
        if not piece.text:
            continue
        if piece.wordings:
            found += ("" if not found or found.endswith("\n") else "\n") + piece.text + "\n"
        else:
            found += ("" if not found or found[-1].isspace() or piece.text[0].isspace() else " ") + piece.text
    return found


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(text.strip("\n") for text in texts if text.strip())


_BLOCK = Wording("", "")


def weave(heads: Mapping[str, str], base: str | None, meter: Meter | None = None) -> Woven:
    """The text of several versions, given the text of their nearest common ancestor (or none if it is missing)."""
    versions = sorted(heads)
    texts = {heads[version] for version in versions}
    if len(texts) == 1:
        return Woven((Piece(texts.pop()),))
    changed = [version for version in versions if heads[version] != base]
    if base is not None and len({heads[version] for version in changed}) == 1:
        return Woven((Piece(heads[changed[0]]),))
    if base is None or any(_too_large(text) for text in (base, *texts)):
        return _overlap(heads, versions)
    ground = sentences(base)
    written = {version: sentences(heads[version]) for version in changed}
    total = sum(len(one) for one in written.values()) + len(ground) * len(written)
    return _Weaver(ground, written, meter or Meter(AT_LEAST + A_SENTENCE * total)).woven()


def _too_large(text: str) -> bool:
    return len(text) > LARGEST or len(text.encode(errors="replace")) > LARGEST


def _overlap(heads: Mapping[str, str], versions: Sequence[str]) -> Woven:
    """Every distinct text as a whole, each under the first version that has it."""
    seen: dict[str, str] = {}
    for version in versions:
        seen.setdefault(heads[version], version)
    return Woven((Piece(wordings=tuple(Wording(version, text) for text, version in seen.items())),))


@dataclass(frozen=True, slots=True)
class _Token:
    """A sentence, and the space that its author had in front of it."""

    words: str
    space: str
    lead: str


@dataclass(frozen=True, slots=True)
class _Edit:
    """One version has its own sentences in place of `first` up to `last` of the base; with `first == last`, between."""

    version: str
    first: int
    last: int
    tokens: tuple[_Token, ...]


class _Weaver:
    def __init__(self, ground: list[Sentence], written: Mapping[str, list[Sentence]], meter: Meter) -> None:
        words = [one.words for one in ground]
        self._put_in: dict[int, list[_Edit]] = {}
        replaced: list[_Edit] = []
        spaces: list[list[str]] = [[] for _ in ground]
        for version, theirs in written.items():
            changed, same = align(words, [one.words for one in theirs], meter)
            for stretch in changed:
                tokens = tuple(_tokens(theirs, stretch.start, stretch.end))
                edit = _Edit(version, stretch.first, stretch.last, tokens)
                if edit.first == edit.last:
                    self._put_in.setdefault(edit.first, []).append(edit)
                else:
                    replaced.append(edit)
            for place, there in same:
                spaces[place].append(theirs[there].space)
        self._groups = _grouped(replaced)
        self._ground = [
            _Token(one.words, _space(one.space, spaces[place]), ground[place - 1].space if place else "")
            for place, one in enumerate(ground)
        ]
        self._pieces: list[Piece] = []
        self._running: list[_Token] = []

    def woven(self) -> Woven:
        place = 0
        for group in self._groups:
            first, last = group[0].first, max(edit.last for edit in group)
            self._agree(place, first)
            self._between(first)
            self._settle(group, first, last)
            place = last
        self._agree(place, len(self._ground))
        self._between(len(self._ground))
        self._close()
        return Woven(tuple(self._pieces))

    def _agree(self, first: int, last: int) -> None:
        """Sentences of the base that nobody touched, with what was put in between; not what comes before the last."""
        for place in range(first, last):
            self._between(place)
            self._put((self._ground[place],))

    def _between(self, place: int) -> None:
        """What was put in before that sentence, from each: but not twice what several put in alike."""
        kept: set[tuple[str, ...]] = set()
        for edit in self._put_in.pop(place, ()):
            words = _words(edit.tokens)
            if words not in kept:
                kept.add(words)
                self._put(edit.tokens)

    def _settle(self, group: list[_Edit], first: int, last: int) -> None:
        """The sentences `first` up to `last`, which every version in the group has changed somewhere."""
        authors = sorted({edit.version for edit in group})
        others: list[_Edit] = []
        mine: dict[str, list[_Edit]] = {author: [] for author in authors}
        for edit in group:
            mine[edit.version].append(edit)
        for place in range(first + 1, last):
            for edit in self._put_in.pop(place, ()):
                mine.get(edit.version, others).append(edit)
        wordings = {author: self._applied(mine[author], first, last) for author in authors}
        distinct: dict[tuple[str, ...], str] = {}
        for author, tokens in wordings.items():
            distinct.setdefault(_words(tokens), author)
        if len(distinct) == 1:
            self._put(wordings[authors[0]])
        else:
            self._close()
            shown = tuple(Wording(author, _text(wordings[author])) for author in sorted(distinct.values()))
            self._pieces.append(Piece(wordings=shown))
        for edit in others:
            self._put(edit.tokens)

    def _applied(self, edits: list[_Edit], first: int, last: int) -> tuple[_Token, ...]:
        """What one version has in place of the sentences `first` up to `last` of the base."""
        found: list[_Token] = []
        place = first
        for edit in sorted(edits, key=lambda edit: (edit.first, edit.last)):
            found += [*self._ground[place : edit.first], *edit.tokens]
            place = edit.last
        return (*found, *self._ground[place:last])

    def _put(self, tokens: Sequence[_Token]) -> None:
        self._running += tokens

    def _close(self) -> None:
        """What was agreed on so far is a piece."""
        text = _text(self._running)
        self._running = []
        if text:
            self._pieces.append(Piece(text))


def _tokens(text: list[Sentence], start: int, end: int) -> Iterable[_Token]:
    for place in range(start, end):
        yield _Token(text[place].words, text[place].space, text[place - 1].space if place else "")


def _space(before: str, theirs: Iterable[str]) -> str:
    """The space behind a sentence: as it was, or as whoever changed it has it; of several, the longest."""
    return max((space for space in theirs if space != before), key=lambda one: (len(one), one), default=before)


def _grouped(edits: list[_Edit]) -> list[list[_Edit]]:
    """Edits that touch the same sentences together, in the order of the base."""
    groups: list[list[_Edit]] = []
    reach = 0
    for edit in sorted(edits, key=lambda edit: (edit.first, edit.last, edit.version)):
        if groups and edit.first < reach:
            groups[-1].append(edit)
            reach = max(reach, edit.last)
        else:
            groups.append([edit])
            reach = edit.last
    return groups


def _words(tokens: Sequence[_Token]) -> tuple[str, ...]:
    return tuple(token.words for token in tokens if token.words)


def _text(tokens: Sequence[_Token]) -> str:
    """Sentences as text. Where one that ended its text is followed by another, the space before that one goes between."""
    parts: list[str] = []
    ending = ""
    for token in tokens:
        if ending and not ending.isspace() and token.words:
            parts.append(token.lead or " ")
        parts += (token.words, token.space)
        ending = (token.space or token.words or ending)[-1:]
    return "".join(parts)
