"""Calendar files out: alarms, names kept back, days that stay at their hour; read by two libraries that share no code."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import icalendar
import pytest
import vobject
from dateutil import tz

from app.model.commands import (
    AddPerson,
    Delete,
    MoveMeeting,
    PlanMeeting,
    PlanSeries,
    Revise,
    SetSetting,
    SkipMeeting,
)
from app.model.entities import Mentorship, meeting_id
from app.model.queries import CalendarNews, CalendarNewsOf, MeetingsOf
from app.model.queries.told_calendar import PLACE
from app.services.content.speech import Speech
from app.services.files.calendar_file import DAY, HOUR, NAME, fixed, left_out, take_out
from tests.support.replicas import exchange, two
from tests.support.store import MemoryStore, memory_store

ASSETS = Path(__file__).parents[3] / "assets"
ZONE = "Europe/Stockholm"
TUESDAY = datetime(2026, 10, 20, 16)
SECRETS = ("Kanelbulle", "Yusuf", "Biblioteket", "https://")


def spoken(language: str = "sv") -> Speech:
    return Speech(language, ASSETS, strict=True)


def laid(zone: str = ZONE) -> tuple[MemoryStore, str]:
    store = memory_store()
    pair = store.execute(AddPerson(name="Yusuf; \\x, Ö", my_role="mentor", place="Biblioteket, rum; 2")).record
    return store, store.execute(PlanSeries(mentorship=pair, starts=TUESDAY, zone=zone, count=10)).record


def hand_over(store: MemoryStore, **which: Any) -> bytes:
    """The file, and that it has left."""
    store.clock.later(minutes=1)
    made = take_out(store, spoken(), store.clock.at, **which)
    store.execute(made.keep)
    return made.data


def news(store: MemoryStore) -> CalendarNews:
    return store.ask(CalendarNewsOf(store.clock.at))


def moment(at: object) -> datetime:
    """A start with its zone, as a moment."""
    assert isinstance(at, datetime)
    return at.astimezone(UTC)


def strict(data: bytes) -> list[str]:
    """RFC 5545, by the letter: CRLF, at most 75 octets a line, no control character, nested as it began; unfolded."""
    assert data.endswith(b"\r\n") and b"\n" not in data.replace(b"\r\n", b"")
    lines = data[:-2].split(b"\r\n")
    assert all(0 < len(line) <= 75 for line in lines)
    whole = data.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]
    around: list[str] = []
    for line in whole:
        assert re.fullmatch(r"[A-Z-]+(;[A-Z-]+=(\"[^\"\x00-\x1f]*\"|[^\";:,\x00-\x1f]*))*:[^\x00-\x08\x0a-\x1f]*", line)
        name, _, value = line.partition(":")
        if name == "BEGIN":
            around.append(value)
        elif name == "END":
            assert around.pop() == value
    assert around == []
    return whole


@pytest.mark.parametrize(("language", "title"), [("sv", "Möte"), ("en", "Meeting")])
def test_a_second_reader_finds_ten_meetings_at_four_with_two_alarms_and_no_names(language: str, title: str) -> None:
    store, _ = laid()
    made = take_out(store, spoken(language), store.clock.at)
    whole = strict(made.data)
    assert made.count == 10 and made.name == f"{'moten' if language == 'sv' else 'meetings'}-2026-10-14.ics"
    for secret in SECRETS:
        assert secret not in made.data.decode()
    assert f"PRODID:-//Fika//Fika//{language.upper()}" in whole and "METHOD:PUBLISH" in whole
    events = vobject.readOne(made.data.decode()).vevent_list
    assert len(events) == 10
    stockholm = tz.gettz(ZONE)
    for place, event in enumerate(events):
        starts = event.dtstart.value
        assert (starts.hour, starts.weekday()) == (16, 1)
        assert starts.astimezone(UTC) == (TUESDAY + timedelta(weeks=2 * place)).replace(tzinfo=stockholm)
        assert event.dtend.value.astimezone(UTC) - starts.astimezone(UTC) == timedelta(hours=1)
        assert event.summary.value == title and getattr(event, "class").value == "PRIVATE"
        triggers = sorted(alarm.trigger.value for alarm in event.valarm_list)
        assert triggers == [timedelta(days=-1), timedelta(hours=-1)]
        assert all(alarm.action.value == "DISPLAY" and alarm.description.value == title for alarm in event.valarm_list)
    assert {event.dtstart.value.utcoffset() for event in events} == {timedelta(hours=2), timedelta(hours=1)}
    assert len({event.uid.value for event in events}) == 10


def test_one_meeting_taken_out_does_not_hide_that_another_one_has_moved() -> None:
    store, series = laid()
    hand_over(store)
    for number, day in ((0, 21), (1, 22)):
        store.execute(MoveMeeting(meeting=meeting_id(series, number), starts=datetime(2026, 10, day, 16)))
    hand_over(store, meeting=meeting_id(series, 0))
    assert [one.shows.day for one in news(store).old] == [3], "the phone does not know where the second one is"
    hand_over(store, old=True)
    assert news(store) == CalendarNews()


def test_whoever_begins_with_one_meeting_has_chosen_and_is_told_of_new_ones_later() -> None:
    store, series = laid()
    hand_over(store, meeting=meeting_id(series, 0))
    assert news(store) == CalendarNews(), "nine others are left out, by choice"
    pair = next(iter(store.everything(Mentorship))).id
    store.execute(PlanMeeting(mentorship=pair, starts=TUESDAY + timedelta(days=1), zone=ZONE))
    assert news(store) == CalendarNews(new=1)
    done = left_out(store, store.clock.at)
    assert news(store) == CalendarNews() and done.undo
    store.execute(done.undo)
    hand_over(store)
    assert news(store) == CalendarNews()


def test_a_move_and_a_deletion_that_arrive_late_are_told_and_the_file_puts_them_right() -> None:
    """Yusuf moved one and deleted another before Karin's file went out; she hears of it afterwards."""
    karin, yusuf, pair, space = two()
    series = karin.store.execute(PlanSeries(mentorship=pair, starts=TUESDAY, zone=ZONE, count=3)).record
    exchange(space, karin, yusuf)
    moved, deleted = meeting_id(series, 0), meeting_id(series, 1)
    yusuf.clock.later(minutes=1)
    yusuf.store.execute(MoveMeeting(meeting=moved, starts=datetime(2026, 10, 21, 9)))
    yusuf.store.execute(Delete(kind="meeting", id=deleted))
    karin.clock.later(minutes=10)
    karin.store.execute(Revise(kind="meeting", id=moved, values={"length": 45}))
    first = {one.uid.value: one for one in vobject.readOne(hand_over(karin.store).decode()).vevent_list}
    exchange(space, karin, yusuf)
    karin.restart()
    old = news(karin.store).old
    assert [(one.kind, one.shows.day) for one in old] == [("moved", 20), ("cancelled", 3)]
    data = hand_over(karin.store, old=True)
    strict(data)
    update = {one.uid.value: one for one in vobject.readOne(data.decode()).vevent_list}
    assert update.keys() == {f"{moved}@fika", f"{deleted}@fika"}
    assert all(int(one.sequence.value) > int(first[uid].sequence.value) for uid, one in update.items())
    gone, there = update[f"{deleted}@fika"], update[f"{moved}@fika"]
    assert gone.status.value == "CANCELLED" and not hasattr(gone, "valarm_list")
    assert gone.dtstart.value.astimezone(UTC) == first[f"{deleted}@fika"].dtstart.value.astimezone(UTC)
    assert there.dtstart.value.replace(tzinfo=None) == datetime(2026, 10, 21, 9) and len(there.valarm_list) == 2
    assert [str(one.get("status")) for one in icalendar.Calendar.from_ical(data).events] == ["CONFIRMED", "CANCELLED"]
    assert news(karin.store) == CalendarNews()
    assert len(vobject.readOne(hand_over(karin.store).decode()).vevent_list) == 2, "the deleted one is told once"


def test_whoever_mends_the_calendar_by_hand_is_not_told_again_and_the_next_change_still_counts() -> None:
    store, series = laid()
    one = meeting_id(series, 0)
    hand_over(store)
    store.execute(MoveMeeting(meeting=one, starts=datetime(2026, 10, 21, 16)))
    store.execute(Delete(kind="meeting", id=meeting_id(series, 1)))
    fixed(store, store.clock.at, one)
    assert [stale.kind for stale in news(store).old] == ["cancelled"]
    fixed(store, store.clock.at)
    assert news(store) == CalendarNews()
    store.execute(MoveMeeting(meeting=one, starts=TUESDAY))
    assert [stale.shows.day for stale in news(store).old] == [21]


def test_a_meeting_in_the_hour_that_autumn_has_twice_keeps_its_moment_in_both_readers() -> None:
    store = memory_store()
    pair = store.execute(AddPerson(name="Anna", my_role="mentor")).record
    for minute, length in ((30, 45), (15, 30)):
        starts = datetime(2026, 10, 25, 2, minute)
        store.execute(PlanMeeting(mentorship=pair, starts=starts, zone=ZONE, length=length))
    data = take_out(store, spoken(), store.clock.at).data
    strict(data)
    half_past = (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 15, tzinfo=UTC))
    quarter = (datetime(2026, 10, 25, 0, 15, tzinfo=UTC), datetime(2026, 10, 25, 0, 45, tzinfo=UTC))
    ours = [(moment(event.start), moment(event.end)) for event in icalendar.Calendar.from_ical(data).events]
    theirs = [
        (moment(event.dtstart.value), moment(event.dtend.value)) for event in vobject.readOne(data.decode()).vevent_list
    ]
    assert ours == theirs == [quarter, half_past]


def test_both_readers_agree_on_every_moment_across_a_year_of_changing_clocks() -> None:
    store, _ = laid("America/New_York")
    made = take_out(store, spoken(), store.clock.at)
    ours = [moment(event.start) for event in icalendar.Calendar.from_ical(made.data).events]
    theirs = [event.dtstart.value.astimezone(UTC) for event in vobject.readOne(made.data.decode()).vevent_list]
    assert ours == theirs and {b - a for a, b in pairwise(ours)} == {
        timedelta(weeks=2),
        timedelta(weeks=2, hours=1),
    }


def test_names_and_places_are_there_only_when_chosen_and_alarms_only_when_wanted() -> None:
    store, series = laid()
    for key, value in ((NAME, True), (PLACE, True), (DAY, False)):
        store.execute(SetSetting(key=key, value=value))
    made = take_out(store, spoken(), store.clock.at, meeting=meeting_id(series, 0))
    strict(made.data)
    (event,) = vobject.readOne(made.data.decode()).vevent_list
    assert event.summary.value == "Möte med Yusuf; \\x, Ö" and event.location.value == "Biblioteket, rum; 2"
    assert [alarm.trigger.value for alarm in event.valarm_list] == [timedelta(hours=-1)]
    store.execute(SetSetting(key=HOUR, value=False))
    again = take_out(store, spoken(), store.clock.at, meeting=meeting_id(series, 0))
    assert b"VALARM" not in again.data


def test_a_meeting_keeps_its_name_through_a_move_and_its_number_grows() -> None:
    store, series = laid()
    one = meeting_id(series, 1)
    before = vobject.readOne(take_out(store, spoken(), store.clock.at, meeting=one).data.decode()).vevent
    store.clock.later(minutes=5)
    store.execute(MoveMeeting(meeting=one, starts=datetime(2026, 11, 4, 9)))
    after = vobject.readOne(take_out(store, spoken(), store.clock.at, meeting=one).data.decode()).vevent
    assert before.uid.value == after.uid.value == f"{one}@fika"
    assert int(after.sequence.value) > int(before.sequence.value) == 0
    assert after.dtstart.value.replace(tzinfo=None) == datetime(2026, 11, 4, 9)


def test_what_was_cancelled_after_it_was_taken_out_is_told_to_the_calendar() -> None:
    store, series = laid()
    store.execute(SkipMeeting(meeting=meeting_id(series, 0)))
    assert hand_over(store).count(b"BEGIN:VEVENT") == 9, "the calendar never knew it"
    store.execute(SkipMeeting(meeting=meeting_id(series, 1)))
    made = take_out(store, spoken(), store.clock.at, series=series)
    gone = [one for one in vobject.readOne(made.data.decode()).vevent_list if one.status.value == "CANCELLED"]
    told = {event.uid.value for event in gone}
    assert f"{meeting_id(series, 1)}@fika" in told
    assert all(one.summary.value == "Inställt: Möte" and not hasattr(one, "valarm_list") for one in gone)


def test_without_a_zone_of_a_name_and_at_a_time_that_spring_skips_the_moment_is_told() -> None:
    store = memory_store()
    pair = store.execute(AddPerson(name="Anna", my_role="mentor")).record
    skipped = store.execute(PlanMeeting(mentorship=pair, starts=datetime(2027, 3, 28, 2, 30), zone=ZONE)).record
    made = take_out(store, spoken(), store.clock.at, meeting=skipped)
    assert "DTSTART:20270328T013000Z" in strict(made.data) and b"VTIMEZONE" not in made.data
    nameless = store.execute(PlanMeeting(mentorship=pair, starts=datetime(2026, 10, 20, 16), zone=ZONE)).record
    store.execute(Revise(kind="meeting", id=nameless, values={"zone": ""}))
    made = take_out(store, spoken(), store.clock.at, meeting=nameless)
    assert "DTSTART:20261020T160000" in strict(made.data) and "DTEND:20261020T170000" in strict(made.data)
    for event in (vobject.readOne(made.data.decode()).vevent, icalendar.Calendar.from_ical(made.data).events[0]):
        starts = event.dtstart.value if hasattr(event, "dtstart") else event.start
        assert starts == datetime(2026, 10, 20, 16), "four o'clock wherever it is read"


def test_on_a_phone_whose_zone_has_no_name_a_meeting_in_another_season_keeps_its_hour() -> None:
    """It knows only how far it is from UTC today, two hours; after the change it is one."""
    store = memory_store()
    summer, winter = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
    store.clock.at = datetime(2026, 10, 14, 12, tzinfo=summer)
    pair = store.execute(AddPerson(name="Anna", my_role="mentor")).record
    own = store.execute(PlanMeeting(mentorship=pair, starts=datetime(2026, 11, 3, 16))).record
    theirs = store.execute(PlanMeeting(mentorship=pair, starts=datetime(2026, 11, 10, 16), zone=ZONE)).record
    rows = store.ask(MeetingsOf(pair, store.clock.at)).upcoming
    assert [row.starts.hour for row in rows] == [16, 16]
    data = hand_over(store)
    whole = strict(data)
    assert "DTSTART:20261103T160000" in whole and f"DTSTART;TZID={ZONE}:20261110T160000" in whole
    store.clock.at = datetime(2026, 10, 26, 12, tzinfo=winter)
    assert news(store) == CalendarNews(), "the clocks were moved, no meeting was"
    for one in (own, theirs):
        store.execute(Delete(kind="meeting", id=one))
    assert [stale.shows.hour for stale in news(store).old] == [16, 16]
    gone = vobject.readOne(hand_over(store, old=True).decode()).vevent_list
    assert [one.dtstart.value.hour for one in gone] == [16, 16] and news(store) == CalendarNews()


def test_nothing_to_take_out_is_an_empty_calendar_and_remembers_nothing() -> None:
    store = memory_store()
    made = take_out(store, spoken(), store.clock.at)
    assert made.count == 0 and strict(made.data)[0] == "BEGIN:VCALENDAR"
