"""Support for the mentor: one tap after a meeting, and the days for supervision."""

from __future__ import annotations

from datetime import date, datetime

import flet as ft
import pytest

from app.errors import AlreadyThere
from app.model.commands import PlanSupervision
from app.model.entities import Supervision
from app.model.queries import One, SupervisionsMine
from tests.support.languages import either
from tests.ui.conftest import OpenStage
from tests.ui.screens.laid import LANGUAGES, lay, open_at


@pytest.mark.parametrize("language", LANGUAGES)
async def test_support_is_one_tap_away_after_a_meeting(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/meeting/{laid.meeting}/end", language)
    await app.tap("end-support")
    assert app.has("support-contact") and app.has("support-safety") and app.nameless() == []
    await app.tap("support-training")
    assert app.desk.places.value[-1] == "/document/training.mentor"


async def test_a_mentee_is_not_offered_the_mentors_support(stage: OpenStage) -> None:
    laid = lay("mentee", "Karin")
    app = await open_at(stage, laid, f"/meeting/{laid.meeting}/end", role="mentee")
    assert not app.has("end-support")


@either
async def test_a_day_for_supervision_is_planned_held_and_told_on_today(stage: OpenStage, language: str) -> None:
    laid = lay()
    today = laid.store.clock().date()
    app = await open_at(stage, laid, "/support", language)
    await app.tap("plan-supervision")
    assert app.has(app.desk.say("support.day-missing"))
    await app.tap("supervision-day")
    picker = next(c for c in app.walk() if isinstance(c, ft.DatePicker))
    await app.fire(picker, "change", None, value=datetime(today.year, today.month, today.day, 12).astimezone())
    await app.type("supervision-whom", "Eva")
    await app.tap("plan-supervision")
    (one,) = laid.store.again().ask(SupervisionsMine()).coming
    assert (one.on, one.whom, one.visibility) == (today, "Eva", "only_me")
    app.desk.home()
    await app.settle()
    await app.tap("today-more")
    await app.tap("todo-supervision")
    await app.tap(f"supervision-hold-{one.id}")
    assert [kept.id for kept in laid.store.again().ask(SupervisionsMine()).held] == [one.id]
    assert app.nameless() == []
    app.desk.home()
    await app.settle()
    assert not app.has("todo-supervision")


async def test_a_day_that_is_taken_away_comes_back(stage: OpenStage) -> None:
    laid = lay()
    id = laid.store.execute(PlanSupervision(on=date(2027, 1, 5))).record
    app = await open_at(stage, laid, "/support")
    await app.tap(f"supervision-remove-{id}")
    assert laid.store.ask(One(Supervision, id)) is None
    await app.undo()
    assert laid.store.ask(One(Supervision, id)) is not None
    with pytest.raises(AlreadyThere):
        laid.store.execute(PlanSupervision(on=date(2027, 1, 5), id=id))
