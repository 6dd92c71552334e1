"""Wherever somebody writes, it says who will read it: only me, shared with whom, or the summary."""

from __future__ import annotations

import flet as ft

from app.model.commands import AddTask, SetGoal
from tests.ui.conftest import OpenStage
from tests.ui.screens.table import lay


async def test_every_screen_with_a_field_says_who_sees_what_is_written_there(stage: OpenStage) -> None:
    table = lay()
    own = table.store.execute(SetGoal(title="Mitt", mentorship=table.pair, private=True, owner="mentor")).record
    task = table.store.execute(AddTask(text="Min", mentorship=table.pair, private=True)).record
    app = await table.open(stage)
    shared, mine = app.desk.say("frame.shared-with", name="Yusuf"), app.desk.say("frame.only-me")
    for path, seen in (
        (f"/plan?person={table.pair}", shared),
        (f"/plan?move={table.meeting}", shared),
        (f"/task/new?person={table.pair}", shared),
        (f"/task/{task}", mine),
        (f"/goal/{table.goal}/edit", shared),
        (f"/goal/{own}/edit", mine),
        (f"/goal/new?person={table.pair}", shared),  # the mentee's, as a mentor writes it down
        (f"/skills/{table.pair}/rate?phase=start", mine),
        (f"/agreement/{table.pair}/agreement.mentoring/fill", shared),
        (f"/meeting/{table.meeting}/begin", mine),
        (f"/meeting/{table.meeting}/people", mine),
        ("/document/topics.library/texts", mine),
        ("/settings/words", mine),
        ("/note/new", mine),
    ):
        app.desk.go(path)
        await app.settle()
        assert seen in app.texts(), path
        if path.startswith(("/goal/new", "/plan?person", "/task/new")):
            assert app.all(kind=ft.TextField), path
    app.desk.go(f"/board/{table.pair}")
    await app.settle()
    await app.tap("add-task")
    assert app.texts().count(shared) == 1
