"""Before the very first meeting: what is left, one reason, asked once; the answer is read from the store."""

from __future__ import annotations

from datetime import datetime

from app.model.commands import AddTopic, PlanMeeting, PlanSeries, SetGoal, SkipMeeting, StartMeeting, TickItem
from app.model.queries import ListOf, SettingOf, TodayView, anyway
from app.services.agreements import AGREEMENT, CONFIDENTIALITY
from app.ui.screens.in_place import PREPARATION
from tests.support.languages import BOTH
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import Table, lay
from tests.ui.screens.test_agreement import fill, service

ZONE = "Europe/Stockholm"


def where(app: Stage) -> str:
    return app.desk.places.value[-1]


@BOTH
async def test_the_first_meeting_asks_once_and_can_be_held_anyway(stage: OpenStage, language: str) -> None:
    table = lay(before=False)
    app = await table.open(stage, language=language)
    await app.tap("today-primary")
    assert where(app) == f"/meeting/{table.meeting}/begin"
    words = " ".join(app.texts()).lower()
    assert ("grunden: 0 av 8 på plats" if language == "sv" else "the basics: 0 of 8 in place") in words
    assert "viktigast" not in words and "matter most" not in words, "that is said of those that are marked alone"
    assert app.nameless() == []
    await app.tap("reason-together")
    await app.tap("begin-anyway")
    assert where(app) == f"/meeting/{table.meeting}/note" and app.field("shared-note").autofocus
    kept = table.store.ask(SettingOf(anyway(table.pair)))
    assert kept == ("Vi tar det på mötet" if language == "sv" else "We do it at the meeting")
    await app.back()
    await app.tap("today-primary")
    assert where(app) == f"/meeting/{table.meeting}/note", "asked once"


async def test_a_meeting_under_way_is_gone_back_to_without_a_question(stage: OpenStage) -> None:
    table = lay(before=False)
    table.store.execute(StartMeeting(meeting=table.meeting))
    app = await table.open(stage)
    await app.tap("today-primary")
    assert where(app) == f"/meeting/{table.meeting}/note"


async def test_an_unplanned_first_meeting_asks_as_well_and_only_once(stage: OpenStage) -> None:
    table = lay(before=False, meeting=False)
    app = await table.open(stage)
    await app.tap("today-note")
    await app.tap(f"write-person-{table.pair}")
    assert where(app).endswith("/begin")
    await app.tap("reason-together")
    await app.tap("begin-anyway")
    assert where(app).endswith("/note") and app.field("shared-note").autofocus
    kept = table.store.ask(SettingOf(anyway(table.pair)))
    assert kept == "Vi tar det på mötet"
    app.desk.home()
    await app.settle()
    meeting = table.store.ask(TodayView(table.clock.at)).meeting
    assert meeting is not None and meeting.row.began, "it is under way since the tap, whatever was answered"
    await app.tap("today-primary")
    assert where(app) == f"/meeting/{meeting.row.id}/note"


async def test_the_reason_may_be_left_out_or_ones_own_and_stands_on_the_list(stage: OpenStage) -> None:
    table = lay(before=False)
    app = await table.open(stage, go=f"/meeting/{table.meeting}")
    await app.tap("meeting-primary")
    await app.type("reason-own", "Vi känner varandra redan")
    await app.tap("begin-anyway")
    app.desk.go(f"/checklist/{table.pair}/before_relationship")
    await app.settle()
    assert "Ni höll första mötet ändå: Vi känner varandra redan" in app.texts()

    silent = lay(before=False)
    app = await silent.open(stage, go=f"/person/{silent.pair}")
    await app.tap("do-write")
    await app.tap("begin-anyway")
    assert silent.store.ask(SettingOf(anyway(silent.pair))) == "" and where(app).endswith("/note")
    await app.back()
    await app.tap("do-write")
    assert where(app).endswith("/note")


async def test_what_must_not_be_missed_comes_first_and_is_ticked_on_the_spot(stage: OpenStage) -> None:
    table = lay(before=False)
    app = await table.open(stage, go=f"/meeting/{table.meeting}/begin")
    ticks = [one for one in order(app) if not one.endswith("-undo")]
    assert ticks[:3] == ["agreement", "confidentiality", "concern_route"] and len(ticks) == 9
    for item in ticks:
        await app.check(f"tick-{item}")
    assert set(ticks) <= table.store.ask(ListOf(PREPARATION, table.pair)).ticks
    assert not app.has("reason-own"), "nothing is left to give a reason for"
    await app.tap("begin-anyway")
    assert table.store.ask(SettingOf(anyway(table.pair))) is None and where(app).endswith("/note")


def order(app: Stage) -> list[str]:
    names = [str(getattr(control, "identifier", None) or "") for control in app.walk()]
    return list(dict.fromkeys(name.removeprefix("tick-") for name in names if name.startswith("tick-")))


async def test_what_the_app_sees_for_itself_is_ticked_without_a_tap(stage: OpenStage) -> None:
    table = lay(before=False, meeting=False)
    app = await table.open(stage)
    row = f"todo-critical-{table.pair}"
    assert "3 viktiga punkter är kvar" in app.name(app.get(row))
    for document in (AGREEMENT, CONFIDENTIALITY):
        fill(table, app, document)
        service(app).sign(service(app).sheet(table.pair, document))
    app.desk.go("/people")
    await app.settle()
    app.desk.home()
    await app.settle()
    assert "3 viktiga punkter är kvar" in app.name(app.get(row)), "one name is not both"
    for document in (AGREEMENT, CONFIDENTIALITY):
        service(app).sign(service(app).sheet(table.pair, document), handed=True)
    app.desk.go("/people")
    await app.settle()
    app.desk.home()
    await app.settle()
    assert "En viktig punkt är kvar" in app.name(app.get(row))
    table.store.execute(PlanSeries(mentorship=table.pair, starts=datetime(2026, 10, 20, 16), zone=ZONE, count=2))
    app.desk.go(f"/checklist/{table.pair}/before_relationship")
    await app.settle()
    assert app.checked("tick-agreement") and app.checked("tick-confidentiality") and not app.checked("tick-schedule")
    third = table.store.execute(PlanMeeting(mentorship=table.pair, starts=datetime(2026, 11, 20, 16), zone=ZONE)).record
    table.store.execute(AddTopic(mentorship=table.pair, meeting=third, title="Något"))
    table.store.execute(SetGoal(title="Lyssna", mentorship=table.pair, skills=frozenset({"listening"})))
    await app.back()
    app.desk.go(f"/checklist/{table.pair}/before_relationship")
    await app.settle()
    assert app.checked("tick-schedule") and app.checked("tick-goals")
    assert not app.checked("tick-topics"), "for another meeting than the next"
    for item in ("schedule", "agreement"):
        await app.check(f"tick-{item}", False)
    await app.back()
    app.desk.go(f"/checklist/{table.pair}/before_relationship")
    await app.settle()
    assert not app.checked("tick-schedule") and not app.checked("tick-agreement"), "unticked by somebody, it stays so"
    table.store.execute(SkipMeeting(meeting=third))
    await app.settle()
    table.store.execute(PlanMeeting(mentorship=table.pair, starts=datetime(2026, 11, 27, 16), zone=ZONE))
    await app.until(lambda: app.checked("tick-schedule"))
    assert not app.checked("tick-agreement"), "only what was not so meanwhile is ticked anew"


async def test_what_comes_into_its_place_while_today_or_the_list_lies_under_it_is_ticked_there(
    stage: OpenStage,
) -> None:
    table = lay(before=False, meeting=False)
    app = await table.open(stage)
    row = f"todo-critical-{table.pair}"
    assert "3 viktiga punkter är kvar" in app.name(app.get(row))
    for document in (AGREEMENT, CONFIDENTIALITY):
        fill(table, app, document)
    service(app).sign(service(app).sheet(table.pair, AGREEMENT))
    service(app).sign(service(app).sheet(table.pair, AGREEMENT), handed=True)
    await app.until(lambda: "2 viktiga punkter är kvar" in app.name(app.get(row)))
    await app.tap(row)
    await app.until(lambda: app.has("tick-confidentiality"))
    assert app.checked("tick-agreement") and not app.checked("tick-confidentiality")
    app.desk.go(f"/agreement/{table.pair}/{CONFIDENTIALITY}")
    await app.settle()
    service(app).sign(service(app).sheet(table.pair, CONFIDENTIALITY))
    service(app).sign(service(app).sheet(table.pair, CONFIDENTIALITY), handed=True)
    table.store.execute(PlanSeries(mentorship=table.pair, starts=datetime(2026, 10, 20, 16), zone=ZONE, count=3))
    await app.back()
    await app.until(lambda: app.checked("tick-confidentiality") and app.checked("tick-schedule"))
    await app.back()
    await app.until(lambda: "En viktig punkt är kvar" in app.name(app.get(row)))


async def test_nothing_is_asked_where_everything_is_in_place_or_they_have_met(stage: OpenStage) -> None:
    table = lay(before=False)
    ready(table)
    app = await table.open(stage)
    await app.tap("today-primary")
    assert where(app).endswith("/note")
    met = lay()
    app = await met.open(stage)
    await app.tap("today-primary")
    assert where(app).endswith("/note")


def ready(table: Table) -> None:
    """Everything in place."""
    items = [
        "agreement",
        "confidentiality",
        "concern_route",
        "schedule",
        "board",
        "goals",
        "topics",
        "minutes",
        "evaluation",
    ]
    for item in items:
        table.store.execute(TickItem(document=PREPARATION, item=item, mentorship=table.pair))
