"""Today asks halfway and at the end, and says what waits for the programme."""

from __future__ import annotations

import pytest

from app.model.commands import EndMentorship, Revise
from tests.ui.conftest import OpenStage
from tests.ui.screens.table import lay


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("role", ["mentor", "mentee"])
async def test_halfway_appears_for_both(stage: OpenStage, role: str, language: str) -> None:
    table = lay(role=role, meeting=False)  # type: ignore[arg-type]
    app = await table.open(stage, role=role, language=language)
    assert not app.has(f"todo-survey-{table.pair}")
    table.store.execute(Revise(kind="mentorship", id=table.pair, values={"planned": 2}))
    app = await table.open(stage, role=role, language=language)
    assert app.nameless() == []
    await app.tap(f"todo-survey-{table.pair}")
    assert app.desk.places.value[-1] == f"/survey/{table.pair}/midterm"


async def test_the_end_is_asked_about_when_it_has_come(stage: OpenStage) -> None:
    table = lay(meeting=False)
    table.store.execute(EndMentorship(mentorship=table.pair))
    app = await table.open(stage)
    assert app.has(app.desk.say("survey.end.due", name="Yusuf"))
