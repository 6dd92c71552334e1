"""Throwing away a meeting, minutes, a goal, a relationship: at once, back with one tap, and for a month in the trash."""

from __future__ import annotations

from typing import Any

import pytest

from app.model.commands import KeepMinutes
from app.model.entities import Goal, Meeting, Mentorship, Minutes, Person, Progress, Task, minutes_id
from app.model.queries import One, PeopleList, TrashList
from tests.support.languages import either
from tests.ui.conftest import OpenStage
from tests.ui.screens.table import Table, lay


def minutes_of(table: Table) -> str:
    table.store.execute(KeepMinutes(meeting=table.meeting, document="minutes.quick", answers={"talked": "Kvar"}))
    return minutes_id(table.meeting)


PAGES: dict[str, tuple[Any, Any, Any]] = {
    "meeting": (Meeting, lambda table: table.meeting, lambda table: f"/meeting/{table.meeting}"),
    "minutes": (Minutes, minutes_of, lambda table: f"/meeting/{table.meeting}/minutes"),
    "goal": (Goal, lambda table: table.goal, lambda table: f"/goal/{table.goal}"),
}


@either
@pytest.mark.parametrize("kind", list(PAGES))
async def test_it_goes_at_once_and_one_tap_brings_it_back(stage: OpenStage, kind: str, language: str) -> None:
    cls, made, page = PAGES[kind]
    table = lay()
    id = made(table)
    app = await table.open(stage, go=page(table), language=language)
    assert app.nameless() == []
    before = table.store.ask(One(cls, id))
    await app.tap(f"remove-{kind}")
    assert table.store.ask(One(cls, id)) is None
    assert [(one.kind, one.id) for one in table.store.ask(TrashList())] == [(kind, id)]
    assert len(app.desk.places.value) == 1, "the page of what is gone is left"
    await app.undo()
    after = table.store.ask(One(cls, id))
    assert before is not None and after is not None and after.cells == before.cells
    assert not table.store.ask(TrashList())


async def test_finished_minutes_as_well(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/meeting/{table.earlier}/minutes")
    await app.tap("remove-minutes")
    assert table.store.ask(One(Minutes, minutes_id(table.earlier))) is None


async def test_what_is_being_typed_does_not_bring_it_back(stage: OpenStage) -> None:
    table = lay()
    id = minutes_of(table)
    app = await table.open(stage, go=f"/meeting/{table.meeting}/minutes")
    await app.type("item-talked", "Kvar, och mer")
    await app.tap("remove-minutes")
    await app.settle(1.2)
    assert table.store.ask(One(Minutes, id)) is None and not table.store.drafts.waiting()
    await app.undo()
    found = table.store.ask(One(Minutes, id))
    assert found is not None and found.answers["talked"] == "Kvar, och mer"


async def test_a_relationship_goes_with_all_that_was_written_and_is_called_by_the_name(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/person/{table.pair}")
    await app.tap("section-about")
    await app.tap("remove-mentorship")
    assert app.desk.places.value == ("/people",) and not table.store.ask(PeopleList(table.clock.at))
    for cls, id in ((Meeting, table.meeting), (Goal, table.goal), (Task, table.task), (Mentorship, table.pair)):
        assert table.store.ask(One(cls, id)) is None
    gone = table.store.ask(TrashList())
    assert [(one.kind, one.title) for one in gone] == [("mentorship", "Yusuf")]
    await app.undo()
    assert [row.name for row in table.store.ask(PeopleList(table.clock.at))] == ["Yusuf"]
    assert table.store.ask(One(Goal, table.goal)) and table.store.ask(One(Task, table.task))
    assert list(table.store.everything(Progress))
    assert list(table.store.everything(Person))


async def test_with_two_phones_there_is_ending_and_no_removing(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/person/{table.pair}")
    await app.tap("section-about")
    assert app.has("remove-mentorship")
    app.desk.session.pairing.peer = lambda mentorship: object()
    app.desk.go("/people")
    await app.settle()
    app.desk.go(f"/person/{table.pair}")
    await app.settle()
    await app.tap("section-about")
    assert app.has("archive") and not app.has("remove-mentorship")
