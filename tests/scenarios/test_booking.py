"""Karin offers times; Yusuf and Anna book without a network. One of them is told, and nothing is lost in any order."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import SlotTaken
from app.model.commands import BookSlot, GiveSlot, IntroduceMe, JoinMentorship, OfferSlots, SkipMeeting
from app.model.entities import Booking, Meeting
from app.model.queries import MeetingsOf, SlotsOf
from app.model.queries.calendar import SlotRow
from tests.support.asked import BookingNewsOf
from tests.support.effort import effort
from tests.support.replicas import Replica, exchange, two

TUESDAY = datetime(2026, 10, 20, 16)


class Three:
    """Karin, and Yusuf and Anna who share the mentorship with her as a group does; their clocks are wrong."""

    def __init__(self, yusuf: timedelta = timedelta(), anna: timedelta = timedelta()) -> None:
        self.karin, self.yusuf, self.mentorship, self.space = two()
        self.anna = Replica("Anna", "a", self.karin.places.people)
        self.anna.join(self.space)
        self.anna.store.execute(IntroduceMe(name="Anna", role="mentee"))
        starts = [TUESDAY, TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=2)]
        self.karin.store.execute(OfferSlots(mentorship=self.mentorship, starts=starts, zone="Europe/Stockholm"))
        exchange(self.space, *self.all)
        for one in (self.yusuf, self.anna):
            one.store.execute(JoinMentorship(mentorship=self.mentorship, name="Karin", my_role="mentee"))
        exchange(self.space, *self.all)
        self.yusuf.clock.at += yusuf
        self.anna.clock.at += anna

    @property
    def all(self) -> tuple[Replica, Replica, Replica]:
        return self.karin, self.yusuf, self.anna

    def slots(self, one: Replica) -> tuple[SlotRow, ...]:
        return one.store.ask(SlotsOf(self.mentorship, self.karin.clock.at))

    def both_book(self) -> str:
        slot = self.slots(self.yusuf)[0].id
        self.yusuf.store.execute(BookSlot(slot=slot))
        self.anna.store.execute(BookSlot(slot=slot))
        return slot


def test_what_the_mentor_offers_the_mentee_sees_and_takes_and_the_mentor_is_told() -> None:
    three = Three()
    assert [row.open and not row.mine for row in three.slots(three.yusuf)] == [True] * 3
    assert [one.kind for one in three.yusuf.store.ask(BookingNewsOf(three.yusuf.clock.at))] == ["offered"]
    three.yusuf.store.execute(BookSlot(slot=three.slots(three.yusuf)[1].id))
    exchange(three.space, *three.all)
    (news,) = three.karin.store.ask(BookingNewsOf(three.karin.clock.at))
    assert (news.kind, news.starts.day) == ("taken", 21)
    three.karin.store.execute(GiveSlot(booking=news.booking))
    assert three.karin.store.ask(BookingNewsOf(three.karin.clock.at)) == ()
    (row,) = three.karin.store.ask(MeetingsOf(three.mentorship, three.karin.clock.at)).upcoming
    assert row.id == news.meeting and row.status == "planned"
    with pytest.raises(SlotTaken):
        three.anna.store.execute(BookSlot(slot=three.slots(three.anna)[1].id))


def test_the_one_who_came_second_is_told_and_takes_another() -> None:
    three = Three(anna=timedelta(minutes=3))
    three.both_book()
    exchange(three.space, *three.all)
    first = three.slots(three.anna)[0]
    assert first.lost and first.by == "Yusuf" and not first.my_booking
    assert three.slots(three.yusuf)[0].my_booking
    told = [one.kind for one in three.anna.store.ask(BookingNewsOf(three.anna.clock.at))]
    assert told == ["lost", "offered"]
    three.anna.store.execute(BookSlot(slot=three.slots(three.anna)[1].id))
    exchange(three.space, *three.all)
    assert len(list(three.karin.store.everything(Booking))) == 3, "no booking is ever lost"
    assert [row.by for row in three.slots(three.karin)[:2]] == ["Yusuf", "Anna"]


def test_a_yes_that_was_given_holds_against_an_earlier_clock() -> None:
    three = Three(anna=timedelta(minutes=-3))
    three.both_book()
    exchange(three.space, three.karin, three.yusuf)
    (news,) = three.karin.store.ask(BookingNewsOf(three.karin.clock.at))
    three.karin.store.execute(GiveSlot(booking=news.booking))
    exchange(three.space, *three.all)
    assert all(three.slots(one)[0].by == "Yusuf" for one in three.all)
    assert three.slots(three.anna)[0].lost


def test_what_one_cancels_the_other_is_told() -> None:
    three = Three()
    meeting = three.yusuf.store.execute(BookSlot(slot=three.slots(three.yusuf)[0].id)).record
    exchange(three.space, *three.all)
    three.karin.store.execute(SkipMeeting(meeting=meeting))
    exchange(three.space, *three.all)
    assert "cancelled" in [one.kind for one in three.yusuf.store.ask(BookingNewsOf(three.yusuf.clock.at))]
    assert "cancelled" not in [one.kind for one in three.karin.store.ask(BookingNewsOf(three.karin.clock.at))]


@given(
    st.integers(-10, 10),
    st.integers(-10, 10),
    st.booleans(),
    st.randoms(use_true_random=False),
)
@settings(max_examples=effort(15, 1000), deadline=None)
def test_in_every_order_of_arrival_all_agree_and_exactly_one_is_told(
    yusuf: int, anna: int, yes: bool, order: random.Random
) -> None:
    three = Three(yusuf=timedelta(minutes=yusuf), anna=timedelta(minutes=anna))
    slot = three.both_book()
    if yes:
        exchange(three.space, three.karin, order.choice([three.yusuf, three.anna]), rounds=1)
        (news,) = three.karin.store.ask(BookingNewsOf(three.karin.clock.at))
        three.karin.store.execute(GiveSlot(booking=news.booking))
    for _ in range(6):
        exchange(three.space, *order.sample(three.all, order.choice([2, 3])), rounds=1)
    exchange(three.space, *three.all)
    views = [three.slots(one) for one in three.all]
    holders = {rows[0].by for rows in views}
    assert len(holders) == 1 and {rows[0].booking for rows in views} == {views[0][0].booking}
    assert {three.slots(three.yusuf)[0].lost, three.slots(three.anna)[0].lost} == {True, False}
    for one in three.all:
        assert len([found for found in one.store.everything(Booking) if found.slot == slot]) == 2
        assert len([found for found in one.store.everything(Meeting) if found.status == "planned"]) == 1
