"""A series is booked with one day left out, and moved from a meeting on: with a thumb, and read back from the vault."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.model.queries import MeetingsOf, PeopleList
from tests.e2e.conftest import Person, Place, opened, prepared

pytestmark = pytest.mark.e2e


def down(person: Person) -> None:
    """Scroll to the end of the page, as a thumb does."""
    person.visit.page.mouse.move(195, 500)
    person.visit.page.mouse.wheel(0, 4000)
    person.visit.still()


def test_a_series_is_booked_and_moved(home: Place) -> None:
    with prepared(home, language="en"):
        pass
    person = home.start()
    person.unlocks()
    person.adds("Yusuf")
    person.tap("do-book")
    person.sees("plan-save")
    down(person)
    person.tap("plan-repeat-2")
    person.tap("plan-skip-1")
    person.tap("plan-save")
    person.gone("plan-save")
    person.tap_tab("Today")
    person.tap("today-next")
    person.sees("meeting-primary")
    down(person)
    person.tap("meeting-move")
    first = datetime.now().astimezone() + timedelta(days=7)
    by = 1 if (first + timedelta(days=1)).month == first.month else -1
    person.tap("plan-day")
    day = (first + timedelta(days=by)).day
    person.visit.page.get_by_role("button", name=f"{day}, ").first.dispatch_event("click")
    person.visit.page.get_by_role("button", name="Choose", exact=True).first.dispatch_event("click")
    down(person)
    person.tap("plan-which-rest")
    person.tap("plan-save")
    person.gone("plan-save")
    home.pull_the_plug(person)

    with opened(home) as session:
        now = datetime.now().astimezone()
        (row,) = session.store.ask(PeopleList(now))
        coming = session.store.ask(MeetingsOf(row.mentorship, now)).upcoming
        planned = [one.starts for one in coming if one.status == "planned"]
        assert len(planned) == 9 and len(coming) == 10, "one was left out"
        moved = (first + timedelta(days=by)).date()
        assert planned[0].date() == moved
        assert {(one.date() - moved).days % 14 for one in planned} == {0} and {one.hour for one in planned} == {16}
