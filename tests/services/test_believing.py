"""What a clock may decide, day by day: of the openings at these days, which are believed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.model.commands import SetSetting
from app.services.believing import believed
from tests.support.pair import Person
from tests.support.store import NOON

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "answers"),
    [
        ([0, 1, 2, 3], [True] * 4),  # as days come
        ([5, 5, 6, 7], [False, False, True, True]),  # a holiday
        ([29, 29, 0, 29, 1], [False, False, True, False, True]),  # a clock that is right again
        (
            [1, 9999, 9999, 2, 9999, 10030],
            [True, False, False, True, False, False],
        ),  # nothing confirmed the doubt in time
        ([7, 14, 21, 28], [False, True, False, True]),  # whoever opens it once a week
        ([40, 80, 120], [False, False, False]),  # nobody confirms what was doubted so long ago
        ([-20_000, 0, 1], [True, False, True]),  # a clock in the past decides about nothing that is younger
    ],
)
def test_a_leap_is_believed_on_another_day(days: list[int], answers: list[bool]) -> None:
    person = Person("Karin")
    found = []
    for day in days:
        person.now.at = NOON + DAY * day
        found.append(believed(person.store, "test", person.now.at, DAY))
    assert found == answers


def test_what_others_wrote_there_is_no_day_and_each_thing_has_its_own() -> None:
    person = Person("Karin")
    person.store.execute(SetSetting(key="test.seen", value="i går"))
    assert believed(person.store, "test", NOON, DAY)
    person.now.at = NOON + 9 * DAY
    assert not believed(person.store, "test", person.now.at, DAY)
    assert believed(person.store, "other", person.now.at, 30 * DAY)
    assert not believed(person.store, "test", person.now.at, DAY)
