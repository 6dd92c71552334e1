"""The phone's calendar: out with alarms and without names, in as start and end; every choice holds in the file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import flet as ft
import pytest
import vobject

from app.model.commands import (
    Command,
    Delete,
    KeepBusy,
    MoveMeeting,
    MoveSeries,
    PlanMeeting,
    PlanSeries,
    SkipMeeting,
)
from app.model.entities import meeting_id
from app.model.queries import BusyCount, CalendarNewsOf
from app.services.content.speech import Speech
from app.services.files.calendar_file import take_out
from tests.support.languages import BOTH
from tests.support.store import STOCKHOLM
from tests.ui.conftest import ASSETS, OpenStage
from tests.ui.screens.entrance import made, window
from tests.ui.screens.table import lay

ZONE = "Europe/Stockholm"
PLANTED = "Kanelbulle"
FILE = (
    f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:{PLANTED}\r\nDTSTART:20261020T140000Z\r\nDURATION:PT1H\r\n"
    "END:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Nowhere:20261021T140000\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nDTSTART:soon\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
).encode()


@BOTH
async def test_all_that_is_to_come_leaves_with_two_alarms_and_a_bare_word(stage: OpenStage, language: str) -> None:
    table, saved = lay(), list[dict[str, Any]]()

    def save(arguments: dict[str, Any]) -> str:
        saved.append(arguments)
        return "there"

    app = await table.open(stage, go="/calendar", language=language, replies={"save_file": save})
    assert app.nameless() == []
    await app.tap("calendar-go")
    await app.until(lambda: app.has(app.desk.say("calendar.made")))
    (event,) = vobject.readOne(saved[0]["src_bytes"].decode()).vevent_list
    assert event.summary.value == ("Möte" if language == "sv" else "Meeting") and len(event.valarm_list) == 2
    assert event.dtstart.value.replace(tzinfo=None) == datetime(2026, 10, 14, 15)
    assert b"Yusuf" not in saved[0]["src_bytes"] and saved[0]["file_name"].endswith(".ics")


async def test_what_is_chosen_on_the_screen_stands_in_the_file(stage: OpenStage) -> None:
    table, saved = lay(), list[dict[str, Any]]()
    app = await table.open(stage, go="/calendar", replies={"save_file": saved.append})
    assert any("Möte" in text and "Yusuf" not in text for text in app.texts() if text.startswith("Så här syns det"))
    await app.tap("more-calendar.name")
    await app.tap("more-calendar.place")
    await app.tap("alarm-calendar.alarm.day")
    assert "Så här syns det: Möte med Yusuf" in app.texts()
    await app.tap("calendar-go")
    await app.until(lambda: bool(saved))
    (event,) = vobject.readOne(saved[0]["src_bytes"].decode()).vevent_list
    assert event.summary.value == "Möte med Yusuf" and event.location.value == "Biblioteket, grupprum 2"
    assert [alarm.trigger.value for alarm in event.valarm_list] == [timedelta(hours=-1)]


async def test_one_meeting_and_then_its_whole_series(stage: OpenStage) -> None:
    table = lay()
    series = table.store.execute(
        PlanSeries(mentorship=table.pair, starts=datetime(2026, 10, 28, 15), zone="Europe/Stockholm", count=8)
    ).record
    saved: list[dict[str, Any]] = []
    app = await table.open(stage, go=f"/calendar?meeting={meeting_id(series, 2)}", replies={"save_file": saved.append})
    assert "Ett möte att lägga in" in app.texts()
    await app.tap("calendar-series")
    assert "8 möten att lägga in" in app.texts() and "Och 5 till." in app.texts()
    await app.tap("calendar-go")
    await app.until(lambda: bool(saved))
    assert saved[0]["src_bytes"].count(b"BEGIN:VEVENT") == 8


@pytest.mark.parametrize(
    ("reply", "told"), [(RuntimeError("no dialog"), "calendar.failed"), (None, "calendar.stopped")]
)
async def test_a_dialog_that_is_closed_or_missing_is_told(stage: OpenStage, reply: object, told: str) -> None:
    app = await lay().open(stage, go="/calendar", replies={"save_file": reply})
    await app.tap("calendar-go")
    await app.until(lambda: app.has(app.desk.say(told)))


async def test_nothing_to_come_is_said_and_no_button_is_there(stage: OpenStage) -> None:
    app = await lay(meeting=False).open(stage, go="/calendar")
    assert "Inga möten att lägga in." in app.texts() and not app.has("calendar-go")


@BOTH
async def test_busy_times_come_in_and_nothing_but_start_and_end_is_kept(stage: OpenStage, language: str) -> None:
    table = lay()
    app = await table.open(stage, go="/calendar", language=language)
    app.line.replies["pick_files"] = [{"id": 0, "name": "x.ics", "size": len(FILE), "bytes": FILE}]
    await app.tap("busy-pick")
    await app.until(lambda: app.has(app.desk.say("calendar.in.done", count=2)))
    assert app.has(app.desk.say("calendar.in.left-out", count=1))
    assert app.has(app.desk.say("calendar.in.guessed", count=1))
    assert app.has(app.desk.say("calendar.in.have", count=2))
    kept = repr([list(table.store.memory.table(name)) for name in ("busy", "version", "setting")])
    assert "20261020T1400Z/20261020T1500Z" in kept and PLANTED not in kept
    await app.tap("busy-forget")
    assert table.store.again().ask(BusyCount()) == 0


@BOTH
async def test_a_file_that_ends_in_the_middle_is_told_and_the_times_before_it_come_back_with_undo(
    stage: OpenStage, language: str
) -> None:
    table = lay()
    at = datetime(2026, 10, 20, 8, tzinfo=STOCKHOLM)
    table.store.execute(
        KeepBusy(spans=[(at + timedelta(hours=2 * one), at + timedelta(hours=2 * one + 1)) for one in range(3)])
    )
    app = await table.open(stage, go="/calendar", language=language)
    cut = FILE[: FILE.index(b"BEGIN:VEVENT", FILE.index(b"Nowhere"))]
    app.line.replies["pick_files"] = [{"id": 0, "name": "x.ics", "size": len(cut), "bytes": cut}]
    await app.tap("busy-pick")
    await app.until(lambda: app.has(app.desk.say("calendar.in.cut")))
    assert app.has(app.desk.say("calendar.in.done", count=2)) and table.store.ask(BusyCount()) == 2
    await app.fire(app.all(kind=ft.SnackBar)[-1], "action")
    assert table.store.again().ask(BusyCount()) == 3 and not app.has(app.desk.say("calendar.in.done", count=2))


@BOTH
async def test_a_file_that_is_no_calendar_is_told_in_words_and_changes_nothing(stage: OpenStage, language: str) -> None:
    table = lay()
    at = datetime(2026, 10, 20, 14, tzinfo=STOCKHOLM)
    table.store.execute(KeepBusy(spans=[(at, at + timedelta(hours=1))]))
    app = await table.open(stage, go="/calendar", language=language)
    app.line.replies["pick_files"] = [{"id": 0, "name": "x", "size": 4, "bytes": b"cat!"}]
    await app.tap("busy-pick")
    await app.until(lambda: app.has(app.desk.say("error.calendar-foreign")))
    assert table.store.ask(BusyCount()) == 1


async def test_a_device_without_a_dialog_for_files_says_so(stage: OpenStage) -> None:
    app = await lay().open(stage, go="/calendar")
    app.line.replies["pick_files"] = RuntimeError("no dialog")
    await app.tap("busy-pick")
    await app.until(lambda: app.has(app.desk.say("backup.pick.failed")))
    app.line.replies["pick_files"] = []
    await app.tap("busy-pick")
    assert not app.has(app.desk.say("calendar.in.none"))


@pytest.mark.usefixtures("quick_kdf")
async def test_the_way_there_leads_from_settings(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path)
    app = await window(stage, session, go="/settings")
    await app.tap("settings-calendar")
    assert app.desk.places.value[-1] == "/calendar"
    session.lock()


async def test_today_offers_the_calendar_once_and_tells_of_a_new_meeting(stage: OpenStage) -> None:
    table, saved = lay().at(9, day=date(2026, 10, 13)), list[dict[str, Any]]()
    app = await table.open(stage, replies={"save_file": keep(saved)})
    await app.tap("todo-calendar")
    assert app.desk.places.value[-1] == "/calendar"
    await app.tap("calendar-go")
    await app.until(lambda: bool(saved))
    app.desk.home()
    await app.settle()
    assert not app.has("todo-calendar") and not app.has("todo-calendar-old")
    for day in (20, 27):
        table.store.execute(PlanMeeting(mentorship=table.pair, starts=datetime(2026, 10, day, 9), zone=ZONE))
    await app.settle()
    assert app.has("2 nya möten finns inte i kalendern")
    await app.tap("todo-calendar")
    await app.tap("calendar-leave")
    app.desk.home()
    await app.settle()
    assert not app.has("todo-calendar")


def keep(saved: list[dict[str, Any]]) -> Any:
    """A dialog that saves."""

    def save(arguments: dict[str, Any]) -> str:
        saved.append(arguments)
        return "there"

    return save


@BOTH
@pytest.mark.parametrize("what", ["move", "skip", "delete"])
async def test_today_tells_that_the_calendar_rings_wrongly_and_one_tap_hands_over_what_is_so(
    stage: OpenStage, language: str, what: str
) -> None:
    table, saved = lay().at(9, day=date(2026, 10, 13)), list[dict[str, Any]]()
    table.store.execute(take_out(table.store, Speech("sv", ASSETS), table.clock.at).keep)
    command: Command = {
        "move": MoveMeeting(meeting=table.meeting, starts=datetime(2026, 10, 15, 9)),
        "skip": SkipMeeting(meeting=table.meeting),
        "delete": Delete(kind="meeting", id=table.meeting),
    }[what]
    table.store.execute(command)
    app = await table.open(stage, language=language, replies={"save_file": keep(saved)})
    kind = {"move": "moved", "skip": "cancelled", "delete": "gone"}[what]
    assert app.has(app.desk.say(f"calendar.old.{kind}")) and app.nameless() == []
    await app.tap("todo-calendar-old")
    await app.until(lambda: not app.has("todo-calendar-old"))
    (event,) = vobject.readOne(saved[0]["src_bytes"].decode()).vevent_list
    assert event.status.value == ("CONFIRMED" if what == "move" else "CANCELLED")
    assert app.has(app.desk.say("calendar.made" if what == "move" else "calendar.made.cancelled"))


async def test_a_dialog_that_is_closed_leaves_the_calendar_wrong_and_the_way_by_hand_is_there(stage: OpenStage) -> None:
    table = lay().at(9, day=date(2026, 10, 13))
    table.store.execute(take_out(table.store, Speech("sv", ASSETS), table.clock.at).keep)
    table.store.execute(MoveMeeting(meeting=table.meeting, starts=datetime(2026, 10, 15, 9)))
    app = await table.open(stage, go=f"/meeting/{table.meeting}", replies={"save_file": None})
    assert "Yusuf: i kalendern står i morgon kl. 15:00, men mötet är tors 15 okt. kl. 09:00." in app.texts()
    await app.tap("calendar-fix")
    await app.until(lambda: app.has(app.desk.say("calendar.stopped")))
    assert app.has("calendar-stale") and table.store.again().ask(CalendarNewsOf(table.clock.at)).old
    await app.tap("calendar-own")
    assert not app.has("calendar-stale") and not table.store.again().ask(CalendarNewsOf(table.clock.at)).old
    assert "Ligger där redan · Dagen före · En timme före" in app.texts()


async def test_a_dialog_that_locks_the_app_and_is_closed_is_no_calendar_that_was_told(stage: OpenStage) -> None:
    table = lay().at(9, day=date(2026, 10, 13))
    table.store.execute(take_out(table.store, Speech("sv", ASSETS), table.clock.at).keep)
    table.store.execute(MoveMeeting(meeting=table.meeting, starts=datetime(2026, 10, 15, 9)))
    app = await table.open(stage, go=f"/meeting/{table.meeting}")
    app.line.replies["save_file"] = lambda _: app.desk.lock()
    await app.tap("calendar-fix")
    await app.until(lambda: app.desk.session.phase == "locked")
    await app.settle()
    assert not table.store.ask(CalendarNewsOf(table.clock.at)).old
    app.desk.session.unlock("tall regn moln")
    await app.until(lambda: table.store.ask(CalendarNewsOf(table.clock.at)).old)


async def test_the_calendar_s_own_page_says_what_is_wrong_there_and_puts_all_of_it_right(stage: OpenStage) -> None:
    table, saved = lay().at(9, day=date(2026, 10, 13)), list[dict[str, Any]]()
    series = PlanSeries(mentorship=table.pair, starts=datetime(2026, 10, 28, 15), zone=ZONE, count=8)
    first = table.store.execute(series).record
    table.store.execute(take_out(table.store, Speech("sv", ASSETS), table.clock.at).keep)
    table.store.execute(MoveSeries(meeting=meeting_id(first, 0), starts=datetime(2026, 10, 29, 15)))
    app = await table.open(stage, replies={"save_file": keep(saved)})
    assert "8 möten står fel i kalendern" in app.texts()
    app.desk.go("/calendar")
    await app.settle()
    assert app.nameless() == [] and app.has("calendar-own")
    await app.tap("calendar-fix")
    await app.until(lambda: not app.has("calendar-fix"))
    assert saved[0]["src_bytes"].count(b"BEGIN:VEVENT") == 8
