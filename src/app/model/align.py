"""How one list of sentences came from another: which stayed, which were changed, taken away or put in.

Sentences that stand once in both are the anchors, as in a patience diff; between anchors a longest common subsequence
is found where the piece is small. What is left over is paired by the words that two sentences share, so that an edit
touches as few sentences as it really did. The work is bounded by the length of the texts: beyond it, a piece that
could be told apart more finely counts as changed as a whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

A_SENTENCE = 12
AT_LEAST = 250_000
"""Steps that comparing may take: so many for each sentence of the texts, and so many on top."""
_ALIKE = 0.34
"""From this share of words in common, one sentence is the other one changed."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sentences `first` up to `last` of the old text became those from `start` up to `end` of the new one."""

    first: int
    last: int
    start: int
    end: int


class Meter:
    """Steps taken, and how many may be."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.steps = 0

    def take(self, steps: int) -> bool:
        """Take these steps if they may be taken."""
        if self.steps + steps > self.most:
            return False
        self.steps += steps
        return True


def align(old: Sequence[str], new: Sequence[str], meter: Meter) -> tuple[list[Stretch], list[tuple[int, int]]]:
    """The stretches that differ, in order, and the places (old, new) of the sentences that are the same."""
    same = _same(old, new, meter)
    changed: list[Stretch] = []
    at = to = 0
    for i, j in [*same, (len(old), len(new))]:
        if (at, to) != (i, j):
            changed += _pair(old, new, Stretch(at, i, to, j), meter)
        at, to = i + 1, j + 1
    return changed, same


def _same(old: Sequence[str], new: Sequence[str], meter: Meter) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    waiting = [Stretch(0, len(old), 0, len(new))]
    while waiting:
        here = waiting.pop()
        first, last, start, end = here.first, here.last, here.start, here.end
        while first < last and start < end and old[first] == new[start]:
            found.append((first, start))
            first, start = first + 1, start + 1
        while first < last and start < end and old[last - 1] == new[end - 1]:
            last, end = last - 1, end - 1
            found.append((last, end))
        if first == last or start == end or not meter.take(last - first + end - start):
            continue
        anchors = _anchors(old, new, Stretch(first, last, start, end))
        if not anchors:
            if meter.take((last - first) * (end - start)):
                found += _common(old, new, Stretch(first, last, start, end))
            continue
        found += anchors
        at, to = first, start
        for i, j in [*anchors, (last, end)]:
            waiting.append(Stretch(at, i, to, j))
            at, to = i + 1, j + 1
    return sorted(found)


def _anchors(old: Sequence[str], new: Sequence[str], here: Stretch) -> list[tuple[int, int]]:
    """The longest row of sentences, in order in both, that stand once in each."""
    ours, theirs = _once(old, here.first, here.last), _once(new, here.start, here.end)
    pairs = [(i, theirs[words]) for words, i in ours.items() if words in theirs]
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        place = bisect_left(tops, j)
        before.append(ends[place - 1] if place else -1)
        tops[place : place + 1] = [j]
        ends[place : place + 1] = [number]
    found: list[tuple[int, int]] = []
    step = ends[-1] if ends else -1
    while step >= 0:
        found.append(pairs[step])
        step = before[step]
    return found[::-1]


def _once(words: Sequence[str], first: int, last: int) -> dict[str, int]:
    counts = Counter(words[first:last])
    return {words[place]: place for place in range(first, last) if counts[words[place]] == 1}


def _common(old: Sequence[str], new: Sequence[str], here: Stretch) -> list[tuple[int, int]]:
    """A longest common subsequence, by the book."""
    rows = here.last - here.first
    columns = here.end - here.start
    longest = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        below, row = longest[i + 1], longest[i]
        for j in range(columns - 1, -1, -1):
            if old[here.first + i] == new[here.start + j]:
                row[j] = below[j + 1] + 1
            else:
                row[j] = max(below[j], row[j + 1])
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < rows and j < columns:
        if old[here.first + i] == new[here.start + j]:
            found.append((here.first + i, here.start + j))
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


# ------------------------------------------------------------------ what became what


def _pair(old: Sequence[str], new: Sequence[str], here: Stretch, meter: Meter) -> list[Stretch]:
    """A stretch in finer ones: each changed sentence by itself, and what was taken away one by one."""
    if here.start == here.end:
        return [Stretch(at, at + 1, here.start, here.start) for at in range(here.first, here.last)]
    if here.first == here.last or (here.last - here.first == 1 and here.end - here.start == 1):
        return [here]
    pairs = _alike(old, new, here, meter)
    if not pairs:
        return [here]
    found: list[Stretch] = []
    at, to = here.first, here.start
    for first, start, end in [*pairs, (here.last, here.end, here.end)]:
        if (at, to) != (first, start):
            found += _pair_rest(Stretch(at, first, to, start))
        if first < here.last:
            found.append(Stretch(first, first + 1, start, end))
        at, to = first + 1, end
    return found


def _pair_rest(here: Stretch) -> list[Stretch]:
    if here.start == here.end:
        return [Stretch(at, at + 1, here.start, here.start) for at in range(here.first, here.last)]
    return [here]


def _alike(old: Sequence[str], new: Sequence[str], here: Stretch, meter: Meter) -> list[tuple[int, int, int]]:
    """Which sentence became which: (old place, new place, new place behind what it was cut into)."""
    rows, columns = here.last - here.first, here.end - here.start
    cost = sum(len(text) for text in old[here.first : here.last]) * columns // 4
    cost += sum(len(text) for text in new[here.start : here.end]) * rows // 4
    if not meter.take(rows * columns + cost):
        return []
    ours = [_words(old[place]) for place in range(here.first, here.last)]
    theirs = [_words(new[place]) for place in range(here.start, here.end)]
    alike = [[_share(one, other) for other in theirs] for one in ours]
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            paired = alike[i][j] + best[i + 1][j + 1] if alike[i][j] >= _ALIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    found: list[tuple[int, int, int]] = []
    i = j = 0
    while i < rows and j < columns:
        if alike[i][j] >= _ALIKE and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            found.append((here.first + i, here.start + j, here.start + j + 1))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return _cut_up(found, ours, theirs, here)


def _cut_up(
    pairs: list[tuple[int, int, int]], ours: list[Counter[str]], theirs: list[Counter[str]], here: Stretch
) -> list[tuple[int, int, int]]:
    """A sentence cut into two: beside the half that is most like it stands what is mostly made of the words left."""
    found: list[tuple[int, int, int]] = []
    behind = here.start
    for number, (i, first, last) in enumerate(pairs):
        limit = pairs[number + 1][1] if number + 1 < len(pairs) else here.end
        left = ours[i - here.first] - theirs[first - here.start]
        start, end = first, last
        while start > behind and _made_of(theirs[start - 1 - here.start], left):
            start -= 1
            left -= theirs[start - here.start]
        while end < limit and _made_of(theirs[end - here.start], left):
            left -= theirs[end - here.start]
            end += 1
        found.append((i, start, end))
        behind = end
    return found


def _made_of(part: Counter[str], words: Counter[str]) -> bool:
    return bool(part) and 2 * (part & words).total() > part.total()


def _words(text: str) -> Counter[str]:
    return Counter(word.strip(".,;:!?…()\"'”’").lower() for word in text.split())


def _share(one: Counter[str], other: Counter[str]) -> float:
    both = one.total() + other.total()
    return 2 * (one & other).total() / both if both else 0.0
