"""Long texts that several people changed at the same time, woven together sentence by sentence.

A pure function of the versions (sorted by their names) and the text they all came from. Sentences that one of them
touched are taken from that one; what was put in at the same place by several is kept from each; where they changed the
same sentence, every wording is kept with its author. The result is shown and never written back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

LARGEST = 200_000
"""Texts longer than this are not compared."""
_MOST_WORK = 4_000_000
_SENTENCE = re.compile(r"(?:[^.!?…\n]|[.!?…]+(?=[^\s.!?…]))*(?:[.!?…]+(?=\s|$))?")
_SPACE = re.compile(r"\s*")


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
        found = ""
        for piece in self.pieces:
            if not piece.wordings:
                found += piece.text
                continue
            blocks = [wording.text.strip("\n") for wording in piece.wordings if wording.text.strip()]
            if blocks:
                if found and not found.endswith("\n"):
                    found += "\n"
                found += "\n".join(blocks) + "\n"
        return found

    @property
    def agreed(self) -> bool:
        """Whether nothing is left to choose."""
        return not any(piece.wordings for piece in self.pieces)


@dataclass(frozen=True)
class _Sentence:
    words: str
    space: str

    @property
    def text(self) -> str:
        return self.words + self.space


@dataclass(frozen=True)
class _Edit:
    """One version replaced sentences `first` up to `last` of the base by its own."""

    version: str
    first: int
    last: int
    sentences: tuple[_Sentence, ...]


def weave(heads: Mapping[str, str], base: str | None) -> Woven:
    """The text of several versions, given the text of their nearest common ancestor (or none if it is missing)."""
    versions = sorted(heads)
    texts = {heads[version] for version in versions}
    if len(texts) == 1:
        return Woven((Piece(texts.pop()),))
    changed = [version for version in versions if heads[version] != base]
    if base is not None and len({heads[version] for version in changed}) == 1:
        return Woven((Piece(heads[changed[0]]),))
    if base is None or len(base) > LARGEST or any(len(text) > LARGEST for text in texts):
        return _overlap(heads, versions)
    ground = _sentences(base)
    written = {version: _sentences(heads[version]) for version in changed}
    if sum(_work(ground, sentences) for sentences in written.values()) > _MOST_WORK:
        return _overlap(heads, versions)
    edits = [edit for version in changed for edit in _edits(version, ground, written[version])]
    return Woven(tuple(_woven(ground, _grouped(edits), _spaces(ground, written))))


def _overlap(heads: Mapping[str, str], versions: Sequence[str]) -> Woven:
    """Every distinct text as a whole, each under the first version that has it."""
    seen: dict[str, str] = {}
    for version in versions:
        seen.setdefault(heads[version], version)
    return Woven((Piece(wordings=tuple(Wording(version, text) for text, version in seen.items())),))


def _sentences(text: str) -> list[_Sentence]:
    """The text cut behind full stops and line ends; together the pieces are the text."""
    found: list[_Sentence] = []
    place = 0
    leading = _SPACE.match(text)
    if leading is not None and leading.end():
        found.append(_Sentence("", leading.group()))
        place = leading.end()
    while place < len(text):
        words = _SENTENCE.match(text, place)
        assert words is not None
        stripped = words.group().rstrip()  # never empty: what stands here is no space
        space = _SPACE.match(text, place + len(stripped))
        assert space is not None
        found.append(_Sentence(stripped, space.group()))
        place = space.end()
    return found


def _work(one: list[_Sentence], other: list[_Sentence]) -> int:
    """How many pairs of equal sentences a comparison looks at: a text of a thousand equal lines takes for ever."""
    counts = Counter(sentence.words for sentence in other)
    return len(one) + len(other) + sum(counts[sentence.words] for sentence in one)


def _edits(version: str, ground: list[_Sentence], written: list[_Sentence]) -> list[_Edit]:
    matcher = SequenceMatcher(
        None, [sentence.words for sentence in ground], [sentence.words for sentence in written], autojunk=False
    )
    return [
        _Edit(version, first, last, tuple(written[start:end]))
        for tag, first, last, start, end in matcher.get_opcodes()
        if tag != "equal"
    ]


def _grouped(edits: list[_Edit]) -> list[list[_Edit]]:
    """Edits that touch the same sentences together; one that only puts something in beside them stays apart."""
    groups: list[list[_Edit]] = []
    reach = 0
    for edit in sorted(edits, key=lambda edit: (edit.first, edit.last, edit.version)):
        inserts = edit.first == edit.last
        if groups:
            first = groups[-1][0].first
            group_inserts = all(one.first == one.last for one in groups[-1])
            together = edit.first == first and inserts if group_inserts else edit.first < reach
            if together:
                groups[-1].append(edit)
                reach = max(reach, edit.last)
                continue
        groups.append([edit])
        reach = edit.last
    return groups


def _spaces(ground: list[_Sentence], written: Mapping[str, list[_Sentence]]) -> list[str]:
    """The space behind each sentence of the base: the longest that anybody has there, so that no break is lost."""
    longest = [sentence.space for sentence in ground]
    for sentences in written.values():
        matcher = SequenceMatcher(None, [one.words for one in ground], [one.words for one in sentences], autojunk=False)
        for block in matcher.get_matching_blocks():
            for step in range(block.size):
                space = sentences[block.b + step].space
                place = block.a + step
                longest[place] = max(longest[place], space, key=lambda one: (len(one), one))
    return longest


def _woven(ground: list[_Sentence], groups: list[list[_Edit]], spaces: list[str]) -> list[Piece]:
    pieces: list[Piece] = []

    def agree(sentences: Sequence[_Sentence]) -> None:
        for sentence in sentences:
            before = pieces[-1].text if pieces and not pieces[-1].wordings else ""
            gap = "" if not before or before[-1].isspace() or not sentence.text else " "
            if pieces and not pieces[-1].wordings:
                pieces[-1] = Piece(before + gap + sentence.text)
            else:
                pieces.append(Piece(sentence.text))

    place = 0
    for group in groups:
        first = min(edit.first for edit in group)
        last = max(edit.last for edit in group)
        agree([_Sentence(ground[at].words, spaces[at]) for at in range(place, first)])
        place = max(place, last)
        if first == last:
            kept: list[tuple[str, ...]] = []
            for edit in group:
                words = tuple(sentence.words for sentence in edit.sentences)
                if words not in kept:
                    kept.append(words)
                    agree(edit.sentences)
            continue
        wordings: dict[str, str] = {}
        for version in sorted({edit.version for edit in group}):
            mine = [edit for edit in group if edit.version == version]
            wordings[version] = _text(_applied(ground, spaces, mine, first, last))
        distinct: dict[str, str] = {}
        for version, text in wordings.items():
            distinct.setdefault(text.strip(), version)
        if len(distinct) == 1:
            version = next(iter(wordings))
            agree(_applied(ground, spaces, [edit for edit in group if edit.version == version], first, last))
        else:
            pieces.append(
                Piece(wordings=tuple(Wording(version, wordings[version]) for version in sorted(distinct.values())))
            )
    agree([_Sentence(ground[at].words, spaces[at]) for at in range(place, len(ground))])
    return pieces


def _applied(ground: list[_Sentence], spaces: list[str], edits: list[_Edit], first: int, last: int) -> list[_Sentence]:
    """What one version has in place of the sentences `first` up to `last` of the base."""
    found: list[_Sentence] = []
    place = first
    for edit in edits:
        found += [_Sentence(ground[at].words, spaces[at]) for at in range(place, edit.first)]
        found += edit.sentences
        place = edit.last
    return found + [_Sentence(ground[at].words, spaces[at]) for at in range(place, last)]


def _text(sentences: Sequence[_Sentence]) -> str:
    found = ""
    for sentence in sentences:
        found += ("" if not found or found[-1].isspace() else " ") + sentence.text
    return found
