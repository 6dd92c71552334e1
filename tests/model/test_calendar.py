"""Busy times, offered slots, two who take one, the notice agreed on, and a series that moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidField, Refused, SlotInTheWay, SlotTaken
from app.model.commands import (
    AddPerson,
    BookSlot,
    Command,
    Delete,
    EndMeeting,
    EndMentorship,
    GiveSlot,
    HandOver,
    IntroduceMe,
    KeepBusy,
    KeepForm,
    MoveMeeting,
    MoveSeries,
    OfferSlots,
    PlanMeeting,
    PlanSeries,
    Revise,
    SetSetting,
    SkipMeeting,
    StartMeeting,
    Told,
    WithdrawSlot,
)
from app.model.entities import Booking, Meeting, Slot, meeting_id
from app.model.entities.calendar import handed_id, holder, said, span_of
from app.model.queries import (
    Again,
    AgainWith,
    BusyBetween,
    CalendarNews,
    CalendarNewsOf,
    MeetingsOf,
    NoticeOf,
    One,
    SlotsOf,
    SlotsToOffer,
    StandingOf,
    ToHandOver,
    WayOf,
)
from app.model.queries.told_calendar import OFFERED
from app.model.schedule import NOTICE, aware, following
from tests.support.asked import BookingNewsOf
from tests.support.store import NOON, STOCKHOLM, MemoryStore, memory_store

ZONE = "Europe/Stockholm"
TUESDAY = datetime(2026, 10, 20, 16)


def pair(role: str = "mentor") -> tuple[MemoryStore, str]:
    store = memory_store()
    store.execute(IntroduceMe(name="Karin" if role == "mentor" else "Yusuf", role=role))  # type: ignore[arg-type]
    name = "Yusuf" if role == "mentor" else "Karin"
    return store, store.execute(AddPerson(name=name, my_role=role)).record  # type: ignore[arg-type]


def at(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=STOCKHOLM)


# ------------------------------------------------------------------ busy times


def test_busy_times_are_found_by_day_and_replaced_as_a_whole() -> None:
    store, _ = pair()
    first = (at(20, 9).astimezone(UTC), at(20, 10).astimezone(UTC))
    over_the_end = (at(31, 23).astimezone(UTC), at(1, 2, month=11).astimezone(UTC))
    store.execute(KeepBusy(spans=[first, over_the_end]))
    assert store.ask(BusyBetween(TUESDAY.date(), TUESDAY.date())) == (first,)
    assert store.ask(BusyBetween(datetime(2026, 11, 1).date(), datetime(2026, 11, 1).date())) == (over_the_end,)
    store.execute(KeepBusy(spans=[over_the_end]))
    assert store.ask(BusyBetween(TUESDAY.date(), TUESDAY.date())) == ()
    store.execute(KeepBusy())
    assert store.ask(BusyBetween(datetime(2026, 10, 1).date(), datetime(2026, 12, 1).date())) == ()


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    store, _ = pair()
    with pytest.raises(InvalidField):
        store.execute(KeepBusy(spans=[(at(20, 10), at(20, 9))]))


@pytest.mark.parametrize("kept", ["", "x/y", "20261020T0900Z", "20261020T1000Z/20261020T0900Z", "a/b/c"])
def test_what_another_version_wrote_and_says_nothing_is_no_span(kept: str) -> None:
    assert span_of(kept) is None


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(1, 40_000))
def test_a_span_is_read_as_it_was_kept(start: datetime, minutes: int) -> None:
    begin = start.replace(second=0, microsecond=0, tzinfo=UTC)
    span = (begin, begin + timedelta(minutes=minutes))
    assert span_of(said(span)) == span


# ------------------------------------------------------------------ offering


def test_three_slots_are_offered_with_what_was_agreed_on() -> None:
    store, mentorship = pair()
    store.execute(
        OfferSlots(mentorship=mentorship, starts=[TUESDAY + timedelta(days=days) for days in (0, 1, 7)], zone=ZONE)
    )
    rows = store.ask(SlotsOf(mentorship, NOON))
    assert [row.starts for row in rows] == [at(20, 16), at(21, 16), at(27, 16)]
    assert [row.starts.utcoffset() for row in rows] == [timedelta(hours=2)] * 2 + [timedelta(hours=1)]
    assert all(row.open and row.mine and row.length == 60 for row in rows)


@pytest.mark.parametrize("what", ["meeting", "busy", "slot", "twice"])
def test_a_slot_over_something_else_is_refused_and_nothing_is_offered(what: str) -> None:
    store, mentorship = pair()
    other = store.execute(AddPerson(name="Anna", my_role="mentor")).record
    starts = [TUESDAY + timedelta(days=1), TUESDAY]
    if what == "meeting":
        store.execute(PlanMeeting(mentorship=other, starts=TUESDAY + timedelta(minutes=59), zone=ZONE))
    elif what == "busy":
        store.execute(KeepBusy(spans=[(at(20, 15), at(20, 16, 1))]))
    elif what == "slot":
        store.execute(OfferSlots(mentorship=other, starts=[TUESDAY - timedelta(minutes=59)], zone=ZONE))
    else:
        starts.append(TUESDAY + timedelta(minutes=30))
    with pytest.raises(SlotInTheWay):
        store.execute(OfferSlots(mentorship=mentorship, starts=starts, zone=ZONE))
    assert store.ask(SlotsOf(mentorship, NOON)) == ()


def test_what_ends_when_a_slot_begins_is_not_in_the_way() -> None:
    store, mentorship = pair()
    store.execute(PlanMeeting(mentorship=mentorship, starts=TUESDAY - timedelta(hours=1), zone=ZONE))
    store.execute(OfferSlots(mentorship=mentorship, starts=[TUESDAY], zone=ZONE))
    way = store.ask(WayOf(at(20, 15, 30), 60, NOON))
    assert way is not None and way.name == "Yusuf" and not way.slot


def test_none_too_many_and_past_slots_are_refused() -> None:
    store, mentorship = pair()
    for starts in ([], [TUESDAY + timedelta(days=day) for day in range(21)]):
        with pytest.raises(InvalidField):
            store.execute(OfferSlots(mentorship=mentorship, starts=starts))
    with pytest.raises(Refused):
        store.execute(OfferSlots(mentorship=mentorship, starts=[datetime(2026, 10, 14, 11)], zone=ZONE))


# ------------------------------------------------------------------ taking


def test_a_taken_slot_is_a_meeting_at_that_time() -> None:
    store, mentorship = pair()
    slot = store.execute(OfferSlots(mentorship=mentorship, starts=[TUESDAY], zone=ZONE, length=45)).record
    meeting = store.execute(BookSlot(slot=slot)).record
    (row,) = store.ask(MeetingsOf(mentorship, NOON)).upcoming
    assert (row.id, row.starts, row.length) == (meeting, at(20, 16), 45)
    (taken,) = store.ask(SlotsOf(mentorship, NOON))
    assert taken.meeting == meeting and taken.my_booking and not taken.open and not taken.lost and taken.by == "Karin"
    with pytest.raises(SlotTaken):
        store.execute(BookSlot(slot=slot))


def test_a_withdrawn_and_a_past_slot_cannot_be_taken() -> None:
    store, mentorship = pair()
    slot = store.execute(OfferSlots(mentorship=mentorship, starts=[TUESDAY], zone=ZONE)).record
    store.execute(WithdrawSlot(slot=slot))
    assert store.ask(SlotsOf(mentorship, NOON)) == ()
    with pytest.raises(SlotTaken):
        store.execute(BookSlot(slot=slot))
    store.execute(WithdrawSlot(slot=slot, withdrawn=False))
    store.clock.later(days=7)
    with pytest.raises(Refused):
        store.execute(BookSlot(slot=slot))
    assert store.ask(SlotsOf(mentorship, store.clock.at)) == ()


def test_to_move_is_to_take_another_slot_instead() -> None:
    store, mentorship = pair()
    first = store.execute(OfferSlots(mentorship=mentorship, starts=[TUESDAY], zone=ZONE)).record
    second = store.execute(OfferSlots(mentorship=mentorship, starts=[TUESDAY + timedelta(days=2)], zone=ZONE)).record
    old = store.execute(BookSlot(slot=first)).record
    done = store.execute(BookSlot(slot=second, instead=old))
    planned = [row.id for row in store.ask(MeetingsOf(mentorship, NOON)).upcoming if row.status == "planned"]
    assert planned == [done.record]
    assert done.undo is not None
    store.execute(done.undo)
    planned = [row.id for row in store.ask(MeetingsOf(mentorship, NOON)).upcoming if row.status == "planned"]
    assert planned == [old]


# ------------------------------------------------------------------ two who take one


def booking(id: str, made: int) -> Booking:
    return Booking(id=id, mentorship="m", slot="s", meeting="x", made=made)


@given(
    st.lists(st.tuples(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 5)), unique_by=lambda one: one[0]),
    st.randoms(use_true_random=False),
    st.integers(0, 9),
)
def test_of_several_who_took_one_slot_exactly_one_has_it_in_every_order(
    taken: list[tuple[str, int]], random: object, given_at: int
) -> None:
    bookings = [booking(id, made) for id, made in taken]
    chosen = bookings[given_at].id if given_at < len(bookings) else None
    slot = Slot(id="s", mentorship="m", starts=TUESDAY, given=chosen)
    shaken = list(bookings)
    random.shuffle(shaken)  # type: ignore[attr-defined]
    first, second = holder(slot, bookings), holder(slot, shaken)
    assert first == second and (first is None) == (not bookings)
    if chosen:
        assert first is not None and first.id == chosen
    elif first:
        assert all((first.made, first.id) <= (one.made, one.id) for one in bookings)


def test_a_yes_holds_against_an_earlier_clock_that_arrives_later() -> None:
    early, late = booking("a", 1), booking("b", 2)
    slot = Slot(id="s", mentorship="m", starts=TUESDAY)
    assert holder(slot, [late]) is late and holder(slot, [late, early]) is early
    said_yes = Slot(id="s", mentorship="m", starts=TUESDAY, given="b")
    for order in permutations([early, late]):
        assert holder(said_yes, list(order)) is late


def test_whoever_offered_says_yes() -> None:
    store, mentorship = pair()
    slot = store.execute(OfferSlots(mentorship=mentorship, starts=[TUESDAY], zone=ZONE)).record
    store.execute(BookSlot(slot=slot))
    (row,) = store.ask(SlotsOf(mentorship, NOON))
    assert row.booking and not row.given
    store.execute(GiveSlot(booking=row.booking))
    (row,) = store.ask(SlotsOf(mentorship, NOON))
    assert row.given


# ------------------------------------------------------------------ the notice agreed on


@pytest.mark.parametrize(
    ("rule", "until"), [("2h", at(20, 14)), ("24h", at(20, 0)), ("48h", at(19, 0))], ids=["hours", "day", "two days"]
)
def test_the_notice_ends_when_the_agreement_says(rule: str, until: datetime) -> None:
    store, mentorship = pair()
    meeting = store.execute(PlanMeeting(mentorship=mentorship, starts=TUESDAY, zone=ZONE)).record
    assert store.ask(NoticeOf(meeting, NOON)) is None
    store.execute(
        KeepForm(document="agreement.mentoring", mentorship=mentorship, shared=True, answers={"notice": rule})
    )
    early = store.ask(NoticeOf(meeting, until))
    late = store.ask(NoticeOf(meeting, until + timedelta(minutes=1)))
    assert early is not None and not early.late and early.until == until
    assert late is not None and late.late and late.rule == rule
    assert store.ask(NoticeOf(meeting, at(20, 16, 59))) is not None
    assert store.ask(NoticeOf(meeting, at(20, 17))) is None, "what is over cannot be called off too late"


def test_the_day_before_a_meeting_on_the_day_the_clocks_change_ends_at_midnight() -> None:
    starts = datetime(2026, 10, 25, 16, tzinfo=STOCKHOLM)
    assert NOTICE["24h"](starts) == datetime(2026, 10, 25, 0, tzinfo=STOCKHOLM)
    assert NOTICE["48h"](starts) == datetime(2026, 10, 24, 0, tzinfo=STOCKHOLM)
    assert NOTICE["2h"](datetime(2026, 10, 25, 4, tzinfo=STOCKHOLM)) == following(starts, timedelta(hours=-14))


# ------------------------------------------------------------------ a series that moves


def test_a_series_moves_from_one_meeting_on_and_the_clocks_change_nothing() -> None:
    store, mentorship = pair()
    series = store.execute(PlanSeries(mentorship=mentorship, starts=TUESDAY, zone=ZONE)).record
    store.execute(SkipMeeting(meeting=meeting_id(series, 3)))
    store.execute(MoveMeeting(meeting=meeting_id(series, 4), starts=datetime(2026, 12, 16, 9)))
    done = store.execute(MoveSeries(meeting=meeting_id(series, 1), starts=datetime(2026, 11, 4, 17)))
    found = {one.number: one for one in store.everything(Meeting)}
    assert found[0].starts == TUESDAY
    assert [found[place].starts for place in (1, 2, 5)] == [
        datetime(2026, 11, 4, 17),
        datetime(2026, 11, 18, 17),
        datetime(2026, 12, 30, 17),
    ]
    assert found[3].starts == datetime(2026, 12, 1, 16) and found[3].status == "cancelled"
    assert found[4].starts == datetime(2026, 12, 17, 10), "what was moved before keeps its difference"
    assert {aware(found[place].starts, ZONE).hour for place in range(5, 10)} == {17}
    assert done.undo is not None
    store.execute(done.undo)
    back = store.ask(One(Meeting, meeting_id(series, 5)))
    assert back is not None and back.starts == datetime(2026, 12, 29, 16)


def test_what_was_held_stays_when_the_series_moves() -> None:
    store, mentorship = pair()
    series = store.execute(PlanSeries(mentorship=mentorship, starts=TUESDAY, zone=ZONE, count=2)).record
    store.clock.at = at(20, 17)
    store.execute(EndMeeting(meeting=meeting_id(series, 0)))
    with pytest.raises(Refused):
        store.execute(MoveSeries(meeting=meeting_id(series, 0), starts=TUESDAY + timedelta(days=1)))


# ------------------------------------------------------------------ to hand over


def hand_over(store: MemoryStore, **which: Any) -> list[str]:
    """What goes out to a calendar, and is kept: the day of each, with a minus where it is cancelled."""
    entries = store.ask(ToHandOver(store.clock.at, **which))
    told = [
        Told(meeting=one.id, sequence=one.sequence, starts=one.starts, ends=one.ends, cancelled=one.cancelled)
        for one in entries
    ]
    store.execute(HandOver(told=told))
    return [f"{'-' if one.cancelled else ''}{one.starts:%m-%d}" for one in entries]


def wrong(store: MemoryStore) -> list[str]:
    return [one.kind for one in store.ask(CalendarNewsOf(store.clock.at)).old]


def test_a_cancelled_meeting_is_handed_over_only_if_a_calendar_can_know_it() -> None:
    store, mentorship = pair()
    series = store.execute(PlanSeries(mentorship=mentorship, starts=TUESDAY, zone=ZONE, count=3)).record
    first, second, third = (meeting_id(series, place) for place in range(3))
    store.execute(SkipMeeting(meeting=second))
    assert len(store.ask(ToHandOver(NOON, meeting=second))) == 1
    assert store.ask(ToHandOver(NOON, meeting="0" * 32)) == ()
    assert hand_over(store) == ["10-20", "11-17"] and hand_over(store, series=series) == ["10-20", "11-17"]
    store.execute(SkipMeeting(meeting=third))
    assert hand_over(store, series=series) == ["10-20", "-11-17"]
    assert hand_over(store) == ["10-20"], "what the calendar was told is cancelled is not told again"
    assert store.ask(ToHandOver(at(21, 12))) == ()
    store.execute(Delete(kind="meeting", id=first))
    assert wrong(store) == ["cancelled"] and hand_over(store, meeting=first) == ["-10-20"]
    assert wrong(store) == [] and hand_over(store) == []


# ------------------------------------------------------------------ what there is to tell, and what to suggest


def test_three_times_at_the_usual_hour_are_suggested_around_what_is_taken() -> None:
    store, mentorship = pair()
    store.clock.at = at(13, 9)
    held = store.execute(PlanMeeting(mentorship=mentorship, starts=datetime(2026, 10, 13, 15), zone=ZONE)).record
    store.clock.at = at(13, 16)
    store.execute(EndMeeting(meeting=held))
    now = store.clock.at
    assert store.ask(AgainWith(mentorship, now)) == Again(meeting=held, starts=datetime(2026, 10, 27, 15), weeks=2)
    first = store.ask(SlotsToOffer(mentorship, 60, ZONE, now))
    assert first[:3] == tuple(datetime(2026, 10, day, 15) for day in (27, 28, 29)) and len(first) == 6
    store.execute(KeepBusy(spans=[(at(27, 15, 30), at(27, 16))]))
    store.execute(OfferSlots(mentorship=mentorship, starts=[datetime(2026, 10, 28, 15)], zone=ZONE))
    after = store.ask(SlotsToOffer(mentorship, 60, ZONE, now))
    assert not {first[0], first[1]} & set(after) and all(one.weekday() < 5 and one.hour == 15 for one in after)
    store.execute(OfferSlots(mentorship=mentorship, starts=after[:3], zone=ZONE))


def test_who_has_a_series_is_suggested_times_soon_and_not_after_its_last_day() -> None:
    store, mentorship = pair()
    store.execute(PlanSeries(mentorship=mentorship, starts=TUESDAY.replace(hour=15), zone=ZONE, weeks=2, count=10))
    times = store.ask(SlotsToOffer(mentorship, 60, ZONE, NOON))
    assert {one.hour for one in times} == {15}
    assert (min(times) - NOON.replace(tzinfo=None)).days <= 7 and (max(times) - NOON.replace(tzinfo=None)).days < 21


def test_those_who_never_met_get_a_week_from_now_and_nothing_is_the_same_again() -> None:
    store, mentorship = pair()
    assert store.ask(AgainWith(mentorship, NOON)) is None and store.ask(AgainWith("0" * 32, NOON)) is None
    assert store.ask(SlotsToOffer(mentorship, 60, ZONE, NOON))[0] == datetime(2026, 10, 21, 16)
    assert store.ask(SlotsToOffer("0" * 32, 60, ZONE, NOON)) == ()


def test_two_meetings_at_one_time_are_told() -> None:
    store, mentorship = pair()
    other = store.execute(AddPerson(name="Anna", my_role="mentor")).record
    store.execute(PlanMeeting(mentorship=mentorship, starts=TUESDAY, zone=ZONE))
    store.execute(PlanMeeting(mentorship=other, starts=TUESDAY + timedelta(minutes=30), zone=ZONE))
    (news,) = store.ask(BookingNewsOf(NOON))
    assert (news.kind, news.name, news.other, news.starts) == ("clash", "Anna", "Yusuf", at(20, 16, 30))


# ------------------------------------------------------------------ whether the phone's calendar is up to date


def test_the_calendar_is_offered_once_and_then_only_what_it_does_not_know_is_told() -> None:
    store, mentorship = pair()
    assert store.ask(CalendarNewsOf(NOON)) == CalendarNews()
    series = store.execute(PlanSeries(mentorship=mentorship, starts=TUESDAY, zone=ZONE, count=3)).record
    assert store.ask(CalendarNewsOf(NOON)) == CalendarNews(offer=True)
    store.execute(SetSetting(key=OFFERED, value=True))
    assert store.ask(CalendarNewsOf(NOON)) == CalendarNews()
    hand_over(store)
    assert store.ask(CalendarNewsOf(NOON)) == CalendarNews()
    store.execute(Revise(kind="meeting", id=meeting_id(series, 0), values={"aim": "Öva", "place": "Kafé Ro"}))
    assert store.ask(CalendarNewsOf(NOON)) == CalendarNews(), "no calendar shows the aim, nor a place that was not told"
    store.execute(PlanMeeting(mentorship=mentorship, starts=TUESDAY + timedelta(days=1), zone=ZONE))
    assert store.ask(CalendarNewsOf(NOON)) == CalendarNews(new=1)
    assert store.ask(CalendarNewsOf(at(30, 12, month=12))) == CalendarNews()


@pytest.mark.parametrize("how", ["move", "longer", "place", "skip", "delete", "over", "early"])
def test_the_calendar_is_wrong_about_what_was_changed_until_it_is_told(how: str) -> None:
    store, mentorship = pair()
    meeting = store.execute(PlanMeeting(mentorship=mentorship, starts=TUESDAY, zone=ZONE, place="Kafé Ro")).record
    (entry,) = store.ask(ToHandOver(NOON))
    store.execute(
        HandOver(
            told=[Told(meeting=meeting, sequence=0, starts=entry.starts, ends=entry.ends, place="Kafé Ro")],
        )
    )
    assert "Kafé" not in repr([list(store.memory.table(name)) for name in ("handed",)])
    store.clock.later(minutes=5)
    command: Command = {
        "move": MoveMeeting(meeting=meeting, starts=TUESDAY + timedelta(hours=1)),
        "longer": Revise(kind="meeting", id=meeting, values={"length": 90}),
        "place": Revise(kind="meeting", id=meeting, values={"place": "Biblioteket"}),
        "skip": SkipMeeting(meeting=meeting),
        "delete": Delete(kind="meeting", id=meeting),
        "over": Revise(kind="meeting", id=meeting, values={"aim": "Öva"}),
        "early": StartMeeting(meeting=meeting),
    }[how]
    done = store.execute(command)
    kinds = {"move": "moved", "longer": "changed", "place": "changed", "skip": "cancelled", "delete": "cancelled"}
    assert wrong(store) == ([kinds[how]] if how in kinds else [])
    standing = store.ask(StandingOf(meeting, store.clock.at))
    assert standing is not None and (standing.stale is not None) == (how in kinds)
    if how in kinds and done.undo:
        store.execute(done.undo)
        assert wrong(store) == [], "taken back, the calendar is right again"
        store.execute(command)
        hand_over(store, old=True)
        assert wrong(store) == []
    if how == "skip":
        store.execute(Revise(kind="meeting", id=meeting, values={"status": "planned"}))
        assert wrong(store) == ["changed"], "it is on again, and the calendar says cancelled"


def test_a_start_by_one_device_and_an_end_by_another_can_still_be_cancelled() -> None:
    store, mentorship = pair()
    meeting = store.execute(PlanMeeting(mentorship=mentorship, starts=TUESDAY, zone=ZONE)).record
    hand_over(store)
    kept = handed_id(store.personal, meeting)
    store.execute(Revise(kind="handed", id=kept, values={"ends": at(20, 15)}))
    store.execute(Delete(kind="meeting", id=meeting))
    assert hand_over(store, old=True) == ["-10-20"] and wrong(store) == []


def test_what_lies_ahead_when_two_stop_meeting_is_cancelled_and_the_calendar_is_wrong_about_it() -> None:
    store, mentorship = pair()
    series = store.execute(PlanSeries(mentorship=mentorship, starts=TUESDAY, zone=ZONE, count=3)).record
    hand_over(store)
    store.clock.at = at(20, 17, 30)
    done = store.execute(EndMentorship(mentorship=mentorship))
    standing = [store.ask(One(Meeting, meeting_id(series, place))) for place in range(3)]
    assert [one.status for one in standing if one] == ["planned", "cancelled", "cancelled"], "what was, was"
    assert wrong(store) == ["cancelled", "cancelled"] and done.undo
    store.execute(done.undo)
    assert wrong(store) == []


def test_a_time_offered_to_somebody_it_has_ended_with_is_free_for_others_again() -> None:
    store, mentorship = pair()
    slot = store.execute(OfferSlots(mentorship=mentorship, starts=[TUESDAY], zone=ZONE)).record
    done = store.execute(EndMentorship(mentorship=mentorship))
    assert store.ask(WayOf(at(20, 16), 60, NOON)) is None and done.undo
    with pytest.raises(SlotTaken):
        store.execute(BookSlot(slot=slot))
    store.execute(done.undo)
    assert [row.open for row in store.ask(SlotsOf(mentorship, NOON))] == [True]


def test_what_one_books_while_the_other_ends_it_is_called_off_on_both_until_they_go_on() -> None:
    store, mentorship = pair()
    slot = store.execute(OfferSlots(mentorship=mentorship, starts=[TUESDAY], zone=ZONE)).record
    free = datetime(2026, 10, 21, 9)
    store.execute(OfferSlots(mentorship=mentorship, starts=[free], zone=ZONE))
    meeting = store.execute(BookSlot(slot=slot)).record
    before = store.execute(PlanMeeting(mentorship=mentorship, starts=datetime(2026, 10, 13, 9), zone=ZONE)).record
    hand_over(store)
    # the other's phone knew of neither: the word that it has ended arrives beside them and cancels nothing
    ended = {"status": "ended", "ended": NOON.date()}
    undo = store.execute(Revise(kind="mentorship", id=mentorship, values=ended)).undo
    upcoming = store.ask(MeetingsOf(mentorship, NOON)).upcoming
    assert [(row.id, row.status) for row in upcoming] == [(meeting, "cancelled")]
    assert store.ask(BookingNewsOf(NOON)) == () and store.ask(WayOf(at(20, 16), 60, NOON)) is None
    rows = store.ask(SlotsOf(mentorship, NOON))
    assert rows and not any(row.open or row.meeting or row.my_booking for row in rows)
    assert store.ask(WayOf(at(21, 9), 60, NOON)) is None, "a time offered to nobody is free for others"
    assert wrong(store) == ["cancelled"], "the phone's calendar would ring for nobody"
    past = store.ask(MeetingsOf(mentorship, at(20, 18))).past
    assert [(row.id, row.status) for row in past] == [(meeting, "cancelled"), (before, "planned")], "what was, was"
    store.clock.at = at(20, 18)
    aim = store.execute(Revise(kind="mentorship", id=mentorship, values={"aim": "Ett arbete"})).undo
    assert store.ask(MeetingsOf(mentorship, at(20, 18))).past == past, "also when something else is corrected later"
    assert aim and undo
    store.execute(aim)
    store.clock.at = NOON
    store.execute(undo)
    assert [row.status for row in store.ask(MeetingsOf(mentorship, NOON)).upcoming] == ["planned"]


def test_what_would_not_ring_any_more_is_left_alone_but_a_time_to_come_is_not() -> None:
    store, mentorship = pair()
    meeting = store.execute(PlanMeeting(mentorship=mentorship, starts=TUESDAY, zone=ZONE)).record
    hand_over(store)
    store.clock.at = at(20, 16, 30)
    done = store.execute(MoveMeeting(meeting=meeting, starts=TUESDAY + timedelta(days=40)))
    assert wrong(store) == ["moved"], "the old time is over, the new one would not ring"
    assert done.undo is not None
    store.execute(done.undo)
    store.execute(Delete(kind="meeting", id=meeting))
    assert wrong(store) == []


def test_a_time_moved_out_of_what_is_looked_through_is_found_both_ways() -> None:
    store, mentorship = pair()
    far = store.execute(PlanMeeting(mentorship=mentorship, starts=datetime(2027, 9, 1, 16), zone=ZONE)).record
    near = store.execute(PlanMeeting(mentorship=mentorship, starts=TUESDAY, zone=ZONE)).record
    hand_over(store)
    store.execute(MoveMeeting(meeting=far, starts=TUESDAY + timedelta(days=1)))
    store.execute(MoveMeeting(meeting=near, starts=datetime(2027, 9, 2, 16)))
    assert wrong(store) == ["moved", "moved"]
    assert hand_over(store, old=True) == ["10-21", "09-02"] and wrong(store) == []
