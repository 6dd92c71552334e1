"""Alignment: what stayed, what was changed, taken away or put in, and never more steps than allowed."""

from __future__ import annotations

from random import Random

import pytest

from app.model.align import Meter, Stretch, align
from tests.support.effort import effort

PLENTY = 1 << 60


def stretches(old: str, new: str, most: int = PLENTY) -> list[tuple[int, int, int, int]]:
    changed, _ = align(old.split("|"), new.split("|"), Meter(most))
    return [(one.first, one.last, one.start, one.end) for one in changed]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a|b|c", "a|b|c", []),
        ("a|b|c", "a|c", [(1, 2, 1, 1)]),
        ("a|b|c|d", "a|d", [(1, 2, 1, 1), (2, 3, 1, 1)]),  # taken away one by one
        ("a|c", "a|b|c", [(1, 1, 1, 2)]),
        ("a|b|c", "a|x|c", [(1, 2, 1, 2)]),
        ("x|a|y|b", "a|x|b|y", [(0, 1, 0, 0), (2, 3, 1, 2), (4, 4, 3, 4)]),  # the anchors are a|b
        ("a|a|b|a", "a|b|a|a", [(1, 2, 1, 1), (3, 3, 2, 3)]),
        ("ring åsa i dag|läs boken|slut", "ring åsa nu|läs boken två|slut", [(0, 1, 0, 1), (1, 2, 1, 2)]),
        ("ring åsa i dag|slut", "helt nytt|ring åsa nu|slut", [(0, 0, 0, 1), (0, 1, 1, 2)]),
        ("bort med det|ring åsa i dag|slut", "ring åsa nu|slut", [(0, 1, 0, 0), (1, 2, 0, 1)]),
        ("ett två tre|fyra fem sex|slut", "sju|åtta|nio|slut", [(0, 2, 0, 3)]),  # nothing alike: one place
        ("ett två tre fyra|slut", "ett två.|tre fyra|annat|slut", [(0, 1, 0, 2), (1, 1, 2, 3)]),  # cut into two
        ("ett två tre fyra|!|slut", "ett två.|...|nej|slut", [(0, 1, 0, 1), (1, 2, 1, 2), (2, 2, 2, 3)]),
    ],
)
def test_what_changed(old: str, new: str, expected: list[tuple[int, int, int, int]]) -> None:
    assert stretches(old, new) == expected


def test_without_steps_a_stretch_counts_as_changed_as_a_whole() -> None:
    assert stretches("a|b|c|d", "a|x|c|y|d", most=0) == [(1, 3, 1, 4)]
    assert stretches("a|b b b|b b b|d", "a|b b c|b b d|d", most=4) == [(1, 3, 1, 3)]
    assert stretches("a|x|y|x|y|b", "a|y|x|x|b", most=7) == [(1, 5, 1, 4)]  # enough to look, not to compare all


def test_the_stretches_lead_from_one_to_the_other() -> None:
    for seed in range(effort(300, 20_000)):
        chance = Random(seed)
        old, new = ([chance.choice("abcdefgh") for _ in range(chance.randint(0, 12))] for _ in range(2))
        meter = Meter(chance.choice((0, 20, 100, PLENTY)))
        changed, same = align(old, new, meter)
        assert meter.steps <= meter.most
        assert all(old[i] == new[j] for i, j in same)
        rebuilt: list[str] = []
        place = 0
        for one in changed:
            rebuilt += old[place : one.first] + new[one.start : one.end]
            assert one.first >= place
            assert isinstance(one, Stretch)
            place = one.last
        assert rebuilt + old[place:] == new
