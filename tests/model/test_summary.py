"""Five different people: four are too few, a sixth or a second answer cannot be found, and no filter goes below."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from app.model.summary import FIVE, Slip, people, release, shown

SURVEY = "survey.end"


def by(tag: str, useful: int = 4, role: str = "mentee", **answers: object) -> Slip:
    return Slip(survey=SURVEY, tag=tag, role=role, answers={"useful": useful, **answers})  # type: ignore[dict-item]


def around(sitting: str, count: int, useful: int = 4) -> list[Slip]:
    return [Slip(survey=SURVEY, sitting=sitting, role="participant", answers={"useful": useful}) for _ in range(count)]


def test_four_are_too_few_and_a_fifth_shows_the_mean() -> None:
    four = [by(tag, value) for tag, value in zip("abcd", (1, 2, 3, 4), strict=True)]
    found = shown(release(four), SURVEY)
    assert (found.count, found.waiting, found.means, found.comments) == (0, 4, {}, {})
    found = shown(release([*four, by("e", 5)]), SURVEY)
    assert (found.count, found.waiting, found.means) == (5, 0, {"useful": 3.0})


def test_one_person_five_times_is_one() -> None:
    assert people([by("a")] * 5) == 1
    assert shown(release([by("a")] * 9), SURVEY).count == 0


def test_a_person_who_answers_often_counts_once_in_the_mean() -> None:
    found = shown(release([by("a", 1), by("a", 3), *(by(tag, 5) for tag in "bcde")]), SURVEY)
    assert found.means["useful"] == (2 + 5 * 4) / 5


def test_the_sixth_waits_for_four_more() -> None:
    five = release([by(tag, 4) for tag in "abcde"])
    six = release([*five, by("f", 1, comment="den sjätte")])
    assert shown(six, SURVEY).means == shown(five, SURVEY).means
    assert (shown(six, SURVEY).waiting, shown(six, SURVEY).count, shown(six, SURVEY).comments) == (1, 5, {})
    second = release([*five, by("a", 1)])
    assert shown(second, SURVEY).means == shown(five, SURVEY).means
    ten = release([*six, *(by(tag, 1) for tag in "ghij")])
    assert shown(ten, SURVEY).means == {"useful": 2.5} and shown(ten, SURVEY).count == 10


def test_sittings_are_not_added_up() -> None:
    assert people([*around("one", 3), *around("two", 4)]) == 4
    assert people([*around("one", 4), by("a"), by("b")]) == 4
    assert shown(release([*around("one", 3), *around("two", 4)]), SURVEY).count == 0
    assert shown(release(around("one", 6)), SURVEY).count == 6
    assert people([]) == 0


def test_a_role_is_a_filter_only_where_each_has_five_in_every_batch() -> None:
    mentees, mentors = [by(tag) for tag in "abcde"], [by(tag, 2, "mentor") for tag in "fghij"]
    both = release([*mentees, *mentors])
    found = shown(both, SURVEY)
    assert found.roles == ("mentee", "mentor")
    assert shown(both, SURVEY, role="mentor").means == {"useful": 2.0}
    uneven = release([*mentees, *mentors[:1]])
    assert shown(uneven, SURVEY).roles == ()
    assert shown(uneven, SURVEY, role="mentor").count == 0 and shown(uneven, SURVEY, role="mentee").count == 0
    later = release([*both, *(by(tag) for tag in "klmn"), by("o", 1, "mentor")])
    assert shown(later, SURVEY).roles == ()
    assert shown(later, SURVEY, role="mentor").means == {}


def test_a_question_that_few_answered_adds_nothing() -> None:
    slips = release([by("a", safe=1), *(by(tag) for tag in "bcde")])
    assert "safe" not in shown(slips, SURVEY).means
    first = release([by(tag, safe=5) for tag in "abcde"])
    then = release([*first, by("f", safe=1), *(by(tag) for tag in "ghij")])
    assert shown(then, SURVEY).means["safe"] == 5


def test_behind_a_filter_a_question_that_few_of_another_role_answered_is_not_shown() -> None:
    """Else the figure of all, less that of the mentors, is the one mentee's."""
    mentors = [by(tag, 2, "mentor", wish=frozenset({"go"}), safe=5) for tag in "abcde"]
    mentees = [by("f", wish=frozenset({"stay"}), safe=1), *(by(tag) for tag in "ghij")]
    slips = release([*mentors, *mentees])
    assert shown(slips, SURVEY).roles == ("mentee", "mentor")
    assert sum(shown(slips, SURVEY).chosen["wish"].values()) == 6
    for role in ("mentor", "mentee"):
        found = shown(slips, SURVEY, role=role)
        assert "wish" not in found.chosen and "safe" not in found.means and "useful" in found.means
    alone = release([*mentors, *(by(tag) for tag in "ghijk")])  # nobody else answered it: nothing to find
    assert shown(alone, SURVEY, role="mentor").chosen == {"wish": {"go": 5}}


def test_choices_are_counted_and_comments_come_in_any_order() -> None:
    slips = release([by(tag, wish=frozenset({"go"}), comment=f"comment {tag}") for tag in "abcde"])
    found = shown(slips, SURVEY, shuffle=random.Random(1).shuffle)
    assert found.chosen == {"wish": {"go": 5}}
    assert sorted(found.comments["comment"]) == [f"comment {tag}" for tag in "abcde"]
    orders = {shown(slips, SURVEY, shuffle=random.Random(seed).shuffle).comments["comment"] for seed in range(20)}
    assert len(orders) > 5


def test_other_surveys_are_other_people() -> None:
    mixed = [by(tag) for tag in "abc"] + [Slip(survey="survey.midterm", tag=tag, answers={}) for tag in "de"]
    assert shown(release(mixed), SURVEY).count == 0


slips_of_anybody = st.lists(
    st.builds(
        by, tag=st.sampled_from("abcdefgh"), useful=st.integers(1, 5), role=st.sampled_from(["mentor", "mentee"])
    ),
    max_size=40,
)


@given(st.lists(slips_of_anybody, max_size=6))
def test_no_two_views_differ_by_fewer_than_five(arrivals: Sequence[Sequence[Slip]]) -> None:
    """Whatever comes in whichever portions, and whatever role is asked for: what one view has more than another one of
    the same role is by five different people.
    """
    kept: tuple[Slip, ...] = ()
    seen: dict[str, set[int]] = {}
    for some in arrivals:
        kept = release([*kept, *some])
        all_shown = [at for at, slip in enumerate(kept) if slip.batch]
        for role in ("", *shown(kept, SURVEY).roles):
            now = {at for at in all_shown if role in ("", kept[at].role)}
            fresh = now - seen.get(role, set())
            assert not fresh or people(kept[at] for at in fresh) >= FIVE
            rest = set(all_shown) - now
            assert not rest or people(kept[at] for at in rest) >= FIVE
            seen[role] = now
