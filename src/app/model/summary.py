"""What may be shown of answers without names: means of whole batches, each by five different people or more.

The rules and the reasons stand in `docs/spec/programme.md`, chapter 6. Pure: which slips there are, and the source of
chance, are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from app.model.fields import Answer

FIVE: Final = 5
"""From how many different people on anything is shown."""


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One answer. `tag` is the same for all answers of a person; a `sitting` is one round of a phone that was passed on.

    `batch` is 0 while it waits for others.
    """

    survey: str
    answers: Mapping[str, Answer]
    role: str = ""
    tag: str = ""
    sitting: str = ""
    batch: int = 0


def people(slips: Iterable[Slip]) -> int:
    """How many different people at least. Somebody with a tag may sit at the table too, so the two are not added."""
    tags: set[str] = set()
    sittings: dict[str, int] = defaultdict(int)
    for slip in slips:
        if slip.sitting:
            sittings[slip.sitting] += 1
        else:
            tags.add(slip.tag)
    return max(len(tags), *sittings.values(), 0) if sittings else len(tags)


def release(slips: Sequence[Slip]) -> tuple[Slip, ...]:
    """The same slips; those of a survey that waited become a batch once they are by five different people."""
    done = list(slips)
    for survey in {slip.survey for slip in slips}:
        waiting = [at for at, slip in enumerate(done) if slip.survey == survey and not slip.batch]
        if people(done[at] for at in waiting) >= FIVE:
            batch = 1 + max(slip.batch for slip in done if slip.survey == survey)
            for at in waiting:
                done[at] = replace(done[at], batch=batch)
    return tuple(done)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a coordinator sees of one survey. With nothing released, `count` is 0 and only `waiting` says something."""

    survey: str
    waiting: int
    """Different people whose answers wait for the next batch."""
    count: int = 0
    """Different people behind the figures, at least."""
    means: Mapping[str, float] = field(default_factory=dict)
    chosen: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    comments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    """The roles one may filter by; empty where that would leave too few."""


def shown(
    slips: Sequence[Slip], survey: str, *, role: str = "", shuffle: Callable[[list[str]], None] = list.sort
) -> Shown:
    """What may be seen of a survey, of all or of one role. A role that is not among `roles` shows nothing."""
    of_survey = [slip for slip in slips if slip.survey == survey]
    released = everybody = [slip for slip in of_survey if slip.batch]
    waiting = people(slip for slip in of_survey if not slip.batch)
    roles = _roles(released)
    if role:
        released = [slip for slip in released if slip.role == role] if role in roles else []
    if not released:
        return Shown(survey=survey, waiting=waiting, roles=roles)
    comments: dict[str, list[str]] = defaultdict(list)
    means, chosen = {}, {}
    for item in sorted({item for slip in released for item in slip.answers}):
        enough = _enough(everybody, item, roles if role else ())
        numbers: dict[str, list[float]] = defaultdict(list)
        counts: dict[str, int] = defaultdict(int)
        for at, slip in enumerate(released):
            answer = slip.answers.get(item)
            if isinstance(answer, str):
                comments[item].append(answer)
            elif slip.batch in enough and isinstance(answer, frozenset):
                for value in answer:
                    counts[value] += 1
            elif slip.batch in enough and isinstance(answer, int | float) and not isinstance(answer, bool):
                numbers[slip.tag or f"{slip.sitting} {at}"].append(float(answer))
        if numbers:
            means[item] = _mean(_mean(one) for one in numbers.values())
        if counts:
            chosen[item] = dict(counts)
    for texts in comments.values():
        shuffle(texts)
    return Shown(
        survey=survey,
        waiting=waiting,
        count=people(released),
        means=means,
        chosen=chosen,
        comments={item: tuple(texts) for item, texts in comments.items()},
        roles=roles,
    )


def _enough(released: Sequence[Slip], item: str, roles: Sequence[str]) -> frozenset[int]:
    """The batches in which five different people answered this question. One that few answered would stand alone.

    Behind a filter, five of each role that answered it at all: a few of another role would be the difference to the
    figure of all.
    """
    batches: dict[int, list[Slip]] = defaultdict(list)
    for slip in released:
        if slip.answers.get(item) is not None:
            batches[slip.batch].append(slip)
    parts = {
        batch: [[slip for slip in slips if slip.role == role] for role in roles] or [slips]
        for batch, slips in batches.items()
    }
    return frozenset(
        batch for batch, cells in parts.items() if all(people(cell) >= FIVE for cell in cells if cell) and any(cells)
    )


def _roles(released: Sequence[Slip]) -> tuple[str, ...]:
    """Roles to filter by: only if each of them has five people in every batch where it occurs, so that nothing smaller
    can be found by subtracting.
    """
    cells: dict[tuple[int, str], list[Slip]] = defaultdict(list)
    for slip in released:
        cells[slip.batch, slip.role].append(slip)
    roles = sorted({role for _, role in cells})
    enough = all(people(slips) >= FIVE for slips in cells.values())
    return tuple(roles) if enough and len(roles) > 1 and all(roles) else ()


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
