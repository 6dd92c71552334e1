"""Planning: one meeting, a rhythm with days left out, a move, and the clocks that change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import flet as ft

from app.model.commands import AddPerson, KeepBusy, KeepForm, OfferSlots, PlanMeeting, PlanSeries, Revise
from app.model.entities import Meeting, meeting_id
from app.model.queries import MeetingsOf, One, SlotsOf
from tests.support.languages import BOTH, either
from tests.support.store import STOCKHOLM
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import MEETING, Table, lay


async def plan(stage: OpenStage, table: Table, language: str = "sv", **query: str) -> Stage:
    asked = "&".join(f"{name}={value}" for name, value in (query or {"person": table.pair}).items())
    return await table.open(stage, go=f"/plan?{asked}", language=language)


async def choose_day(app: Stage, day: date) -> None:
    """Open the calendar and choose: it hands over midnight where this machine is."""
    await app.tap("plan-day")
    (picker,) = app.all(kind=ft.DatePicker)
    await app.fire(picker, "change", None, value=datetime.combine(day, time()).astimezone())


async def choose_time(app: Stage, at: time) -> None:
    await app.tap("plan-time")
    (picker,) = app.all(kind=ft.TimePicker)
    await app.fire(picker, "change", None, value=at)


def booked(table: Table) -> list[datetime]:
    """The meetings ahead as another start of the app finds them, by the clock on the wall."""
    found = table.store.again().ask(MeetingsOf(table.pair, table.clock.at)).upcoming
    return [row.starts for row in found if row.status == "planned"]


@BOTH
async def test_a_meeting_is_booked_with_what_was_agreed_on(stage: OpenStage, language: str) -> None:
    table = lay(meeting=False)
    app = await plan(stage, table, language)
    assert app.nameless() == []
    await choose_day(app, date(2026, 10, 20))
    await choose_time(app, time(16, 30))
    await app.tap("plan-length-45")
    await app.tap("plan-form-video")
    await app.type("plan-place", "https://exempel.se/rum")
    await app.type("plan-aim", "Öva intervju")
    await app.tap("plan-save")
    (at,) = booked(table)
    assert at.replace(tzinfo=None) == datetime(2026, 10, 20, 16, 30)
    meeting = next(one for one in table.store.again().everything(Meeting) if one.starts.day == 20)
    assert (meeting.length, meeting.mode, meeting.place, meeting.aim) == (
        45,
        "video",
        "https://exempel.se/rum",
        "Öva intervju",
    )
    assert app.desk.places.value == ("/",)


@BOTH
async def test_every_other_week_ten_times_with_one_left_out(stage: OpenStage, language: str) -> None:
    table = lay(meeting=False)
    app = await plan(stage, table, language)
    await choose_day(app, date(2026, 10, 20))
    await choose_time(app, time(16))
    await app.tap("plan-repeat-2")
    await app.tap("plan-skip-3")
    await app.tap("plan-save")
    days = booked(table)
    assert len(days) == 9 and datetime(2026, 12, 1, 16, tzinfo=STOCKHOLM) not in days
    assert all(day.hour == 16 and day.weekday() == 1 for day in days)
    assert {day.utcoffset() for day in days} == {timedelta(hours=2), timedelta(hours=1)}  # summer time ended between


async def test_the_number_of_meetings_goes_up_and_down(stage: OpenStage) -> None:
    table = lay(meeting=False)
    app = await plan(stage, table)
    await app.tap("plan-repeat-4")
    await app.tap("plan-count-less")
    await app.tap("plan-count-less")
    await app.tap("plan-count-more")
    assert "9 möten" in app.texts()
    await app.tap("plan-save")
    assert len(booked(table)) == 9


async def test_one_of_a_series_is_moved(stage: OpenStage) -> None:
    table = lay(meeting=False)
    app = await plan(stage, table)
    await choose_day(app, date(2026, 10, 20))
    await choose_time(app, time(16))
    await app.tap("plan-repeat-1")
    await app.tap("plan-save")
    first = table.store.ask(MeetingsOf(table.pair, table.clock.at)).upcoming[0]
    app = await plan(stage, table, move=first.id)
    await choose_day(app, date(2026, 10, 22))
    await choose_time(app, time(9))
    await app.type("plan-place", "Kafé Ro")
    await app.tap("plan-save")
    moved = table.store.again().ask(One(Meeting, first.id))
    assert moved is not None and moved.starts == datetime(2026, 10, 22, 9) and moved.place == "Kafé Ro"
    assert len(booked(table)) == 10


async def test_a_time_that_has_been_is_refused_in_words(stage: OpenStage) -> None:
    table = lay(meeting=False)
    app = await plan(stage, table)
    await choose_day(app, date(2026, 10, 14))
    await choose_time(app, time(8))
    await app.tap("plan-save")
    assert "Den tiden har redan varit. Välj en senare." in app.texts() and booked(table) == []


async def test_two_meetings_at_once_are_refused_in_words(stage: OpenStage) -> None:
    table = lay()
    table.at(9)
    app = await plan(stage, table)
    await choose_day(app, MEETING.date())
    await choose_time(app, time(15, 30))
    await app.tap("plan-save")
    assert any("Du har redan ett möte då: Yusuf" in text for text in app.texts())
    assert len(booked(table)) == 1
    app = await plan(stage, table, move=table.meeting)
    await choose_time(app, time(15, 30))  # a meeting does not stand in its own way
    await app.tap("plan-save")
    assert booked(table) == [datetime(2026, 10, 14, 15, 30, tzinfo=STOCKHOLM)]


async def test_a_time_one_has_offered_is_taken_back_when_a_meeting_takes_it(stage: OpenStage) -> None:
    table = lay()
    starts = [datetime(2026, 10, 21, hour) for hour in (15, 18)]
    table.store.execute(OfferSlots(mentorship=table.pair, starts=starts, zone="Europe/Stockholm"))
    app = await plan(stage, table)
    await choose_day(app, date(2026, 10, 21))
    await choose_time(app, time(15, 30))
    await app.tap("plan-save")
    assert [row.starts.hour for row in table.store.again().ask(SlotsOf(table.pair, table.clock.at)) if row.open] == [18]
    assert any("Tiden som du hade föreslagit då är tillbakatagen." in text for text in app.texts())


async def test_all_days_left_out_is_nothing_to_book(stage: OpenStage) -> None:
    table = lay(meeting=False)
    app = await plan(stage, table)
    await app.tap("plan-repeat-1")
    for _ in range(8):
        await app.tap("plan-count-less")
    await app.tap("plan-skip-0")
    await app.tap("plan-skip-1")
    await app.tap("plan-save")
    assert "Alla dagar är överhoppade. Ta med minst en." in app.texts() and booked(table) == []
    await app.tap("plan-skip-1")
    await app.tap("plan-save")
    assert len(booked(table)) == 1


async def test_a_time_that_spring_skips_is_explained(stage: OpenStage) -> None:
    table = lay(meeting=False)
    app = await plan(stage, table)
    await choose_day(app, date(2027, 3, 28))
    await choose_time(app, time(2, 30))
    assert any("02:30 finns inte" in text and "03:30" in text for text in app.texts())


async def test_with_nobody_to_meet_it_says_so(stage: OpenStage) -> None:
    app = await lay(people=False).open(stage, go="/plan")
    assert "Lägg först till den du ska möta." in app.texts() and app.nameless() == []


async def test_after_a_meeting_it_begins_with_the_same_time_again(stage: OpenStage) -> None:
    table = lay()
    app = await plan(stage, table, after=table.meeting)
    assert "onsdag 28 oktober" in app.texts() and "15:00" in app.texts()


async def test_a_day_left_out_stays_out_at_another_time_of_day(stage: OpenStage) -> None:
    table = lay(meeting=False)
    app = await plan(stage, table)
    await choose_day(app, date(2026, 12, 8))
    await app.tap("plan-repeat-2")
    await app.tap("plan-skip-1")
    await choose_time(app, time(17))
    await app.tap("plan-save")
    assert len(booked(table)) == 9
    assert date(2026, 12, 22) not in {day.date() for day in booked(table)}


async def test_what_is_changed_for_a_whole_series_is_changed_for_each_and_nothing_else_is(stage: OpenStage) -> None:
    table = lay(meeting=False)
    series = table.store.execute(
        PlanSeries(mentorship=table.pair, starts=datetime(2026, 10, 20, 16), zone="Europe/Stockholm", count=4)
    ).record
    table.store.execute(Revise(kind="meeting", id=meeting_id(series, 3), values={"place": "Kafé Ro"}))
    app = await plan(stage, table, move=meeting_id(series, 1))
    await app.tap("plan-which-rest")
    await app.tap("plan-length-90")
    await app.tap("plan-save")
    found = [table.store.again().ask(One(Meeting, meeting_id(series, at))) for at in range(4)]
    assert [one.length for one in found if one] == [60, 90, 90, 90]
    assert [one.place for one in found if one][3] == "Kafé Ro"


async def test_a_day_left_out_of_a_series_can_be_booked_alone(stage: OpenStage) -> None:
    table = lay(meeting=False)
    app = await plan(stage, table)
    await app.tap("plan-repeat-2")
    await app.tap("plan-skip-0")
    await app.tap("plan-repeat-0")
    await app.tap("plan-save")
    assert len(booked(table)) == 1


@either
async def test_a_whole_series_moves_from_a_meeting_on(stage: OpenStage, language: str) -> None:
    table = lay(meeting=False)
    series = table.store.execute(
        PlanSeries(mentorship=table.pair, starts=datetime(2026, 10, 20, 16), zone="Europe/Stockholm", count=10)
    ).record
    app = await plan(stage, table, language, move=meeting_id(series, 2))
    await choose_day(app, date(2026, 11, 19))
    await choose_time(app, time(17))
    await app.tap("plan-which-rest")
    assert app.nameless() == []
    await app.tap("plan-save")
    days = [day.astimezone(STOCKHOLM) for day in booked(table)]
    assert [f"{day:%m-%d %H}" for day in days[:4]] == ["10-20 16", "11-03 16", "11-19 17", "12-03 17"]
    assert {(day.hour, day.weekday()) for day in days[2:]} == {(17, 3)} and len(days) == 10


async def test_a_meeting_that_never_was_is_moved_from_its_day_in_the_past(stage: OpenStage) -> None:
    table = lay().at(9, day=date(2026, 10, 16))
    app = await plan(stage, table, move=table.meeting)
    await app.tap("plan-day")
    (picker,) = app.all(kind=ft.DatePicker)
    assert picker.first_date <= picker.value <= picker.last_date
    await app.fire(picker, "change", None, value=datetime(2026, 10, 19).astimezone())
    await app.tap("plan-save")
    assert [day.date() for day in booked(table)] == [date(2026, 10, 19)]


async def test_only_this_one_is_what_is_chosen_at_first(stage: OpenStage) -> None:
    table = lay(meeting=False)
    series = table.store.execute(
        PlanSeries(mentorship=table.pair, starts=datetime(2026, 10, 20, 16), zone="Europe/Stockholm", count=3)
    ).record
    app = await plan(stage, table, move=meeting_id(series, 1))
    await choose_time(app, time(17))
    await app.tap("plan-save")
    assert [day.hour for day in booked(table)] == [16, 17, 16]
    app = await plan(stage, table, move=meeting_id(series, 2))
    assert not app.has("plan-which-rest"), "the last one has nothing after it"


async def test_a_busy_time_is_pointed_out_and_stops_nobody(stage: OpenStage) -> None:
    table = lay(meeting=False)
    busy = datetime(2026, 10, 20, 15, 30, tzinfo=STOCKHOLM)
    table.store.execute(KeepBusy(spans=[(busy, busy + timedelta(hours=1))]))
    app = await plan(stage, table)
    await choose_day(app, date(2026, 10, 20))
    await choose_time(app, time(16))
    assert app.has("plan-busy") and "Din kalender säger upptaget tis 20 okt. kl. 15:30–16:30." in app.texts()
    await choose_time(app, time(17))
    assert not app.has("plan-busy")
    await choose_time(app, time(16))
    await app.tap("plan-save")
    assert len(booked(table)) == 1


async def test_moving_late_shows_what_was_agreed_on(stage: OpenStage) -> None:
    table = lay()
    table.store.execute(
        KeepForm(document="agreement.mentoring", mentorship=table.pair, shared=True, answers={"notice": "48h"})
    )
    app = await plan(stage, table, move=table.meeting)
    assert app.has(app.desk.say("slot.notice.48h")) and app.has(app.desk.say("slot.late", name="Yusuf"))


async def test_whoever_has_very_many_people_finds_the_one_to_meet_by_name(stage: OpenStage) -> None:
    table = lay(meeting=False)
    people = [
        table.store.execute(AddPerson(name=f"Person {number:02}", my_role="mentor")).record for number in range(21)
    ]
    app = await plan(stage, table)
    assert app.has(f"plan-person-{table.pair}") and not app.has(f"plan-person-{people[20]}")
    assert app.has("plan-save") and app.nameless() == []
    await app.type("plan-person-find", "person 20")
    await app.tap(f"plan-person-{people[20]}")
    await choose_day(app, date(2026, 10, 20))
    await app.tap("plan-save")
    (at,) = (row.starts for row in table.store.again().ask(MeetingsOf(people[20], table.clock.at)).upcoming)
    assert at.date() == date(2026, 10, 20)


@BOTH
async def test_far_from_home_a_meeting_is_shown_and_moved_by_the_clock_on_this_phone(
    stage: OpenStage, language: str
) -> None:
    """Stockholm's 15.00 is New York's 9.00; what stands in the way there is seen, and the meeting stays Stockholm's."""
    table = lay().at(9)
    anna = table.store.execute(AddPerson(name="Anna", my_role="mentor")).record
    there = "America/New_York"
    table.store.execute(PlanMeeting(mentorship=anna, starts=datetime(2026, 10, 14, 12), zone=there))
    table.clock.at = table.clock.at.astimezone(ZoneInfo(there))
    app = await table.open(stage, go=f"/meeting/{table.meeting}", language=language)
    city = app.desk.say("plan.elsewhere", place="Stockholm", when="15:00")
    assert app.has(city) and any("09:00" in text and "10:00" in text for text in app.texts())
    await app.tap("meeting-move")
    assert "09:00" in app.texts() and app.has(city)
    await choose_time(app, time(2))
    await app.tap("plan-save")
    assert app.has(app.desk.say("plan.past"))
    await choose_time(app, time(12, 30))
    await app.tap("plan-save")
    assert app.has("plan-error") and any("Anna" in text for text in app.texts())
    await choose_time(app, time(10, 30))
    assert app.has(app.desk.say("plan.elsewhere", place="Stockholm", when="16:30"))
    await app.tap("plan-save")
    moved = table.store.again().ask(One(Meeting, table.meeting))
    assert moved is not None and (moved.starts, moved.zone) == (datetime(2026, 10, 14, 16, 30), "Europe/Stockholm")


async def test_a_series_moved_far_from_home_keeps_its_hour_at_home_when_only_one_clock_changes(
    stage: OpenStage,
) -> None:
    table = lay(meeting=False)
    series = table.store.execute(
        PlanSeries(mentorship=table.pair, starts=datetime(2026, 10, 20, 16), zone="Europe/Stockholm", weeks=1, count=4)
    ).record
    table.clock.at = table.clock.at.astimezone(ZoneInfo("America/New_York"))
    app = await plan(stage, table, move=meeting_id(series, 0))
    await app.tap("plan-which-rest")
    await choose_time(app, time(11))
    await app.tap("plan-save")
    found = [table.store.again().ask(One(Meeting, meeting_id(series, at))) for at in range(4)]
    assert [f"{one.starts:%m-%d %H}" for one in found if one] == ["10-20 17", "10-27 17", "11-03 17", "11-10 17"]


async def test_what_moves_with_a_series_may_not_land_on_what_stays_of_it(stage: OpenStage) -> None:
    table = lay(meeting=False)
    series = table.store.execute(
        PlanSeries(mentorship=table.pair, starts=datetime(2026, 10, 20, 16), zone="Europe/Stockholm", count=4)
    ).record
    before = booked(table)
    app = await plan(stage, table, move=meeting_id(series, 2))
    await app.tap("plan-which-rest")
    await choose_day(app, date(2026, 11, 3))  # where the one before it is
    await app.tap("plan-save")
    assert app.has("plan-error") and booked(table) == before
    await choose_day(app, date(2026, 12, 1))  # the next one moves along
    await app.tap("plan-save")
    assert [f"{day:%m-%d}" for day in booked(table)] == ["10-20", "11-03", "12-01", "12-15"]


async def test_a_time_that_autumn_shows_twice_is_explained(stage: OpenStage) -> None:
    table = lay(meeting=False)
    app = await plan(stage, table)
    await choose_day(app, date(2026, 10, 25))
    await choose_time(app, time(2, 30))
    assert any("02:30 två gånger" in text for text in app.texts())
    await app.tap("plan-save")
    assert [at.astimezone(UTC).hour for at in booked(table)] == [0]


async def test_what_was_chosen_outlives_the_lock_and_a_day_that_went_by_does_not(stage: OpenStage) -> None:
    table = lay(meeting=False)
    app = await plan(stage, table)
    await choose_day(app, date(2026, 10, 20))
    await choose_time(app, time(16, 30))
    for chosen in ("plan-length-45", "plan-form-video", "plan-repeat-2", "plan-skip-1"):
        await app.tap(chosen)
    app.desk.lock()
    await app.settle()
    again = await plan(stage, table)
    shown = "\n".join(again.texts())
    assert "20 oktober" in shown and "16:30" in shown and "Boka 9 möten" in shown and again.has("anew")
    assert again.checked("plan-length-45") and again.checked("plan-form-video") and again.checked("plan-repeat-2")
    table.at(9, day=date(2026, 10, 21))
    later = await plan(stage, table)
    await later.tap("plan-save")
    assert later.desk.say("plan.past") not in later.texts()
    assert [at.time() for at in booked(table)][:2] == [time(16, 30)] * 2 and booked(table)[0].date() > date(
        2026, 10, 21
    )
    assert not (await plan(stage, table)).has("anew")  # saved: nothing is left over


async def test_beginning_anew_brings_back_what_was_agreed_on_and_can_be_undone(stage: OpenStage) -> None:
    table = lay(meeting=False)
    first = await plan(stage, table)
    usual = first.texts()
    await choose_day(first, date(2026, 12, 1))
    first.desk.lock()
    await first.settle()
    app = await plan(stage, table)
    assert any("1 december" in text for text in app.texts())
    await app.tap("anew")
    assert [text for text in usual if text not in app.texts()] == []
    await app.tap("anew-undo")
    assert any("1 december" in text for text in app.texts())
