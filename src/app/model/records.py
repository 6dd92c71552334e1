"""What the versions of a record amount to. A pure function of the set of versions: order and repetition do not matter.

`fold` looks at all versions; `advance` takes one step when the new version has seen everything, which is what almost
every version has. Both give the same, and a test says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_
from typing import Any

from app.model.changes import GONE, Op, hlc_of
from app.model.erasing import ERASED
from app.model.fields import Json, Rule
from app.model.ids import Id
from app.model.merge import Piece, weave
from app.model.schema import KINDS, VISIBILITY, Entity, Version, field_of, show

LACKED_IN_CIRCLES = 64
"""So many different sets of versions that were not there are followed where versions name each other as parents."""

DEEPEST = 8
"""So far back several nearest ancestors are woven themselves; behind that, one of them does."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """One version of a record."""

    version: str
    op: Op


@dataclass(frozen=True, kw_only=True)
class State:
    """A record as it stands: its cells, its heads, and what was written at the same time."""

    id: Id
    kind: str
    heads: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    """Versions that somebody here has seen and that are not here."""
    cells: Mapping[str, Json] = field(default_factory=dict)
    also: Mapping[str, tuple[tuple[str, Json], ...]] = field(default_factory=dict)
    woven: Mapping[str, tuple[Piece, ...]] = field(default_factory=dict)
    gone: str | None = None
    came_back: bool = False
    made: int = 0
    edited: int = 0
    erased: bool = False
    """It was deleted, and everything it said was erased."""


def advance(state: State | None, written: Written) -> State | None:
    """The record after one more version, or nothing if only `fold` can tell."""
    op, version = written.op, written.version
    hlc = hlc_of(version)
    if state is None:
        return begun(written) if not op.parents else None
    if state.came_back or not op.parents or set(state.heads) != set(op.parents) or version in op.parents:
        return None
    if op.kind != state.kind or op.lacking != state.lacking or version in op.lacking:
        return None
    known = KINDS.get(op.kind)
    changed = {cell: value for cell, value in op.fields.items() if cell != GONE}
    if known is not None and known.APPEND_ONLY:
        changed = {}
    gone = op.fields.get(GONE) if GONE in op.fields else state.gone
    back = GONE not in op.fields and state.gone is not None
    return replace(
        state,
        heads=(version,),
        cells={**state.cells, **changed},
        also={cell: others for cell, others in state.also.items() if cell not in changed},
        woven={cell: pieces for cell, pieces in state.woven.items() if cell not in changed},
        gone=None if back or not isinstance(gone, str) else gone,
        came_back=back,
        made=min(state.made, hlc),
        edited=max(state.edited, hlc),
    )


def begun(written: Written) -> State:
    """A record of which there is nothing but this version, which had seen none: what `fold` would say, at once."""
    op, version = written.op, written.version
    if GONE in op.fields or op.more:
        return fold([written])
    hlc = hlc_of(version)
    return State(id=op.record, kind=op.kind, heads=(version,), cells=dict(op.fields), made=hlc, edited=hlc)


def fold(versions: Iterable[Written]) -> State:
    """What all versions of one record amount to."""
    by_name = {written.version: written.op for written in versions}
    names = sorted(by_name)
    seen = _Seen(by_name)
    first = by_name[names[0]]
    kind = min(op.kind for op in by_name.values())
    known = KINDS.get(kind)
    setters: dict[str, list[str]] = {}
    for name in names:
        for cell in by_name[name].fields:
            setters.setdefault(cell, []).append(name)
    if known is not None and known.APPEND_ONLY:
        roots = [name for name in names if not by_name[name].parents]
        setters = {cell: [name for name in at if name in roots[:1]] for cell, at in setters.items() if cell != GONE} | {
            GONE: setters.get(GONE, [])
        }
    cells: dict[str, Json] = {}
    also: dict[str, tuple[tuple[str, Json], ...]] = {}
    woven: dict[str, tuple[Piece, ...]] = {}
    for cell, at in setters.items():
        if cell == GONE or not at:
            continue
        heads = seen.heads(at)
        values = {name: by_name[name].fields[cell] for name in heads}
        shown = _settle(kind, cell, values, lambda cell=cell, at=at, heads=heads: _base(cell, at, heads, seen, by_name))
        cells[cell] = shown.value
        if shown.also:
            also[cell] = shown.also
        if shown.woven:
            woven[cell] = shown.woven
    gone, back = _standing(setters.get(GONE, []), names, seen, by_name)
    return State(
        id=first.record,
        kind=kind,
        heads=tuple(seen.heads(names)),
        lacking=_lacking(by_name),
        cells=cells,
        also=also,
        woven=woven,
        gone=gone,
        came_back=back,
        made=hlc_of(names[0]),
        edited=hlc_of(names[-1]),
        erased=gone is not None and not cells and any(op.more.get(ERASED) for op in by_name.values()),
    )


def entity_of(state: State, space: str, space_kind: str) -> Entity:
    """The record as its entity; the kind must be known."""
    also = {
        cell: tuple(Version(version=name, value=value) for name, value in values) for cell, values in state.also.items()
    }
    return show(
        KINDS[state.kind],
        state.cells,
        id=state.id,
        space=space,
        visibility=VISIBILITY.get(space_kind, "only_me"),
        heads=state.heads,
        lacking=state.lacking,
        also=also,
        woven=state.woven,
        cells=state.cells if state.gone is None else {**state.cells, GONE: state.gone},
        gone=state.gone is not None,
        came_back=state.came_back,
        made=state.made,
        edited=state.edited,
    )


# ------------------------------------------------------------------ helpers


def _lacking(by_name: Mapping[str, Op]) -> tuple[str, ...]:
    """What the versions here name as seen and what is not here."""
    return tuple(sorted({parent for op in by_name.values() for parent in op.parents} - by_name.keys()))


class _Seen:
    """What the author of each version had seen, as far as we have it: a number each, one bit a version.

    Of thousands of versions that were written one after the other each has seen all before it: as numbers that is
    little, and "all that one of these has seen" is one step.
    """

    def __init__(self, by_name: Mapping[str, Op]) -> None:
        self.names = sorted(by_name)
        self._place = {name: place for place, name in enumerate(self.names)}
        self._seen: dict[str, int] = {}
        ops = [by_name[name] for name in self.names]
        parents = [sorted({self._place[one] for one in op.parents if one in by_name}) for op in ops]
        order = _parents_first(parents)
        without: dict[tuple[str, ...], list[int]] = {}
        for place in order:
            lacked = {name for name in ops[place].lacking if name in by_name}
            without.setdefault(tuple(sorted(lacked)), []).append(place)
        for lacking, places in without.items():
            barred = self.bits(lacking)
            reached: dict[int, int] = {}
            wanted = set(places)
            for place in order:
                reached[place] = _behind(place, parents, reached, barred)
                if place in wanted:
                    self._seen[self.names[place]] = reached[place]
                    wanted.discard(place)
                    if not wanted:
                        break
        self._mutual: dict[str, int] = {}
        if len(self._seen) < len(ops):
            self._go_round(ops, parents)

    def _go_round(self, ops: Sequence[Op], parents: Sequence[Sequence[int]]) -> None:
        """The same for versions in a circle and behind one, which only a liar makes: each circle is one step.

        Where they name more different sets as lacking than anybody honest has, the rest has seen nothing: all of it stays.
        """
        without: dict[tuple[str, ...], list[int]] = {(): []}
        for place, name in enumerate(self.names):
            if name not in self._seen:
                lacked = {one for one in ops[place].lacking if one in self._place}
                without.setdefault(tuple(sorted(lacked)), []).append(place)
        for turn, lacking in enumerate(sorted(without, key=lambda one: (len(one), one))):
            wanted = set(without[lacking])
            steps = _circles(parents, self.bits(lacking)) if turn < LACKED_IN_CIRCLES else []
            for members, mask, reached in steps:
                if not lacking and len(members) > 1:
                    self._mutual |= {self.names[place]: mask for place in members}
                for place in wanted.intersection(members):
                    self._seen[self.names[place]] = reached & ~(1 << place)
            for place in wanted:
                self._seen.setdefault(self.names[place], 0)
        if len(without) > 1:  # who lacks something may not see who sees them
            for name, mask in self._mutual.items():
                own = 1 << self._place[name]
                self._mutual[name] = self.bits(one for one in self.named(mask) if self._seen[one] & own)

    def __getitem__(self, name: str) -> int:
        return self._seen[name]

    def bits(self, names: Iterable[str]) -> int:
        """These versions as a number."""
        found = bytearray(len(self.names) // 8 + 1)
        for name in names:
            place = self._place[name]
            found[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(found, "little")

    def named(self, bits: int) -> list[str]:
        """The versions in a number, in the order of their names."""
        return [name for name, bit in zip(self.names, bin(bits)[:1:-1], strict=False) if bit == "1"]

    def heads(self, names: Sequence[str]) -> list[str]:
        """Those that none of the others has seen, in the order of their names; in a circle, all of them."""
        if len(names) == 1:
            return [*names]
        covered = 0
        for name in names:
            covered |= self._seen[name] & ~self._mutual.get(name, 0)
        return self.named(self.bits(names) & ~covered)


def _parents_first(parents: Sequence[Sequence[int]]) -> list[int]:
    """The places of the versions so that each comes after its parents; without those in a circle and behind it."""
    waiting = [{one for one in own if one != place} for place, own in enumerate(parents)]
    children: list[list[int]] = [[] for _ in parents]
    for place, own in enumerate(waiting):
        for parent in own:
            children[parent].append(place)
    found = [place for place, own in enumerate(waiting) if not own]
    for place in found:  # grows meanwhile
        for child in children[place]:
            waiting[child].discard(place)
            if not waiting[child]:
                found.append(child)
    return found


def _behind(place: int, parents: Sequence[Sequence[int]], reached: Mapping[int, int], barred: int) -> int:
    """What one version has seen: all behind its parents that can be reached without what its author lacked.

    What a version in between lacked does not matter: whoever wrote on top of it either had it by then and names it, or
    lacked it as well and says so.
    """
    found = 0
    for parent in parents[place]:
        own = 1 << parent
        if parent != place and not own & barred:
            found |= own | reached[parent]
    return found


def _circles(parents: Sequence[Sequence[int]], barred: int) -> list[tuple[list[int], int, int]]:
    """The versions in steps, parents first: a circle is one step, everything else a step by itself. Of each step its
    members, these as a number, and all that can be reached from them without what is `barred` (members of a circle
    reach each other and themselves). By Tarjan's algorithm, without recursion.
    """
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    open_ones: list[int] = []
    reached: dict[int, int] = {}
    found: list[tuple[list[int], int, int]] = []
    for start in range(len(parents)):
        if start in number:
            continue
        path = [(start, iter(parents[start]))]
        number[start] = low[start] = len(number)
        open_ones.append(start)
        while path:
            place, waiting = path[-1]
            for parent in waiting:
                if barred >> parent & 1:
                    continue
                if parent not in number:
                    number[parent] = low[parent] = len(number)
                    open_ones.append(parent)
                    path.append((parent, iter(parents[parent])))
                    break
                if parent not in reached:  # it is still open
                    low[place] = min(low[place], number[parent])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[place])
                if low[place] == number[place]:
                    members = [open_ones.pop()]
                    while members[-1] != place:
                        members.append(open_ones.pop())
                    mask = sum(1 << one for one in members)
                    behind = mask if len(members) > 1 else 0
                    for one in members:
                        for parent in parents[one]:
                            if not (mask | barred) >> parent & 1:
                                behind |= 1 << parent | reached[parent]
                    for one in members:
                        reached[one] = behind
                    found.append((members, mask, behind))
    return found


@dataclass(frozen=True)
class _Shown:
    value: Json
    also: tuple[tuple[str, Json], ...] = ()
    woven: tuple[Piece, ...] = ()


def _settle(kind: str, cell: str, values: Mapping[str, Json], base: Any) -> _Shown:
    newest = max(values)
    if len(values) == 1 or all(_same(value, values[newest]) for value in values.values()):
        return _Shown(values[newest])
    known = field_of(kind, cell)
    rules = {Rule.LATER if known is None else known.rule_of(cell, value) for value in values.values()}
    rule = rules.pop() if len(rules) == 1 else Rule.LATER
    if rule is Rule.ADDED:
        return _Shown(any(value is True for value in values.values()))
    if rule is Rule.WEAVE and all(isinstance(value, str) for value in values.values()):
        result = weave(values, base())
        return _Shown(result.text, _others(values), () if result.agreed else result.pieces)
    if rule is Rule.KEEP:
        return _Shown(values[newest], _others(values))
    return _Shown(values[max(values, key=lambda name: (0 if known is None else known.beats(values[name]), name))])


def _same(one: Json, other: Json) -> bool:
    return type(one) is type(other) and one == other


def _others(values: Mapping[str, Json]) -> tuple[tuple[str, Json], ...]:
    return tuple((name, values[name]) for name in sorted(values, reverse=True))


def _base(
    cell: str, at: Iterable[str], heads: Sequence[str], seen: _Seen, by_name: Mapping[str, Op], depth: int = DEEPEST
) -> str | None:
    """The text that all heads came from: that of the nearest version they have all seen.

    Where there are several nearest ones (two people who settled the same thing at the same time), it is the text these
    amount to, which is what the authors of the heads had before them. Nothing seen by all, and nothing missing or
    erased: empty.
    """
    seen_by_all = reduce(and_, (seen[head] for head in heads))
    common = seen.named(seen_by_all & seen.bits(at))
    if not common:
        if any(by_name[name].more.get(ERASED) for name in seen.named(seen_by_all)):
            return None
        read = seen.bits(heads)
        for head in heads:
            read |= seen[head]
        known = {parent for name in seen.named(read) for parent in by_name[name].parents}
        return "" if known <= by_name.keys() else None
    nearest = seen.heads(common)
    texts = {name: by_name[name].fields[cell] for name in nearest}
    if not all(isinstance(text, str) for text in texts.values()):
        return None
    if len(texts) == 1 or not depth:
        return str(texts[max(nearest)])
    return weave(texts, _base(cell, common, nearest, seen, by_name, depth - 1)).text


def _standing(at: list[str], names: list[str], seen: _Seen, by_name: Mapping[str, Op]) -> tuple[str | None, bool]:
    """Whether the record is deleted (and with what), and whether an edit brought it back."""
    if not at:
        return None, False
    marks = {head: by_name[head].fields[GONE] for head in seen.heads(at)}
    deleted = {head: mark for head, mark in marks.items() if isinstance(mark, str) and mark}
    if not deleted:
        return None, False
    known = seen.bits(deleted)
    for head in deleted:
        known |= seen[head]
    if len(deleted) == len(marks) and known == seen.bits(names):
        return deleted[max(deleted)], False
    return None, True
