"""Three times are offered in four taps, one is taken in two; what is in the way and what comes late is said in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import flet as ft
import pytest

from app.model.commands import (
    AddPerson,
    BookSlot,
    JoinMentorship,
    KeepBusy,
    KeepForm,
    OfferSlots,
    PlanMeeting,
    SkipMeeting,
    WithdrawSlot,
)
from app.model.queries import MeetingsOf, SlotsOf
from tests.scenarios.test_booking import Three
from tests.support.fake_session import FakeSession
from tests.support.languages import BOTH, either
from tests.support.replicas import Replica, exchange, two
from tests.support.store import STOCKHOLM
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import Table, lay

ZONE = "Europe/Stockholm"


def offered(table: Table) -> list[datetime]:
    rows = table.store.again().ask(SlotsOf(table.pair, table.clock.at))
    return [row.starts.replace(tzinfo=None) for row in rows if row.open]


async def pick(app: Stage, id: str, kind: type[ft.DatePicker | ft.TimePicker], value: object) -> None:
    await app.tap(id)
    (picker,) = app.all(kind=kind)
    await app.fire(picker, "change", None, value=value)


@BOTH
async def test_three_times_are_offered_in_four_taps_from_today(stage: OpenStage, language: str) -> None:
    table = lay()
    app = await table.open(stage, language=language)
    (tabs,) = app.all(kind=ft.NavigationBar)
    await app.fire(tabs, "change", 1, selected_index=1)
    for id in (f"person-{table.pair}", "slots"):
        await app.tap(id)
    assert app.nameless() == []
    assert app.desk.say("slot.apart", name="Yusuf") in app.texts() and app.has("slot-pair"), "nobody there to see them"
    await app.tap("slot-send")
    assert offered(table) == [datetime(2026, 10, day, 15) for day in (28, 29, 30)]
    assert app.desk.say("slot.awaited", count=3) in app.texts(), "the row that leads there says that they wait"


async def test_a_time_that_is_taken_is_refused_in_words_and_a_free_one_is_added(stage: OpenStage) -> None:
    table = lay()
    anna = table.store.execute(AddPerson(name="Anna", my_role="mentor")).record
    table.store.execute(PlanMeeting(mentorship=anna, starts=datetime(2026, 11, 3, 10), zone=ZONE))
    busy = datetime(2026, 11, 4, 10, tzinfo=STOCKHOLM)
    table.store.execute(KeepBusy(spans=[(busy, busy + timedelta(hours=2))]))
    table.store.execute(OfferSlots(mentorship=anna, starts=[datetime(2026, 11, 5, 10)], zone=ZONE))
    app = await table.open(stage, go=f"/slots/{table.pair}")
    await app.tap("slot-own")
    for day, words in (
        (3, "Du har redan ett möte då: Anna, tis 3 nov. kl. 10:00."),
        (4, "Din kalender säger upptaget ons 4 nov. kl. 10:00–12:00."),
        (5, "Du har redan föreslagit den tiden: Anna, tors 5 nov. kl. 10:00."),
    ):
        await pick(app, "own-day", ft.DatePicker, datetime.combine(date(2026, 11, day), time()).astimezone())
        await pick(app, "own-time", ft.TimePicker, time(10, 30))
        await app.tap("own-add")
        assert words in app.texts()
    await pick(app, "own-time", ft.TimePicker, time(8))
    await app.tap("own-add")
    await app.tap("slot-send")
    assert datetime(2026, 11, 5, 8) in offered(table) and len(offered(table)) == 4


async def test_what_was_ticked_and_a_time_of_ones_own_are_there_after_the_lock(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/slots/{table.pair}?offer=yes")
    await app.tap("slot-own")
    await pick(app, "own-day", ft.DatePicker, datetime.combine(date(2026, 11, 5), time()).astimezone())
    await pick(app, "own-time", ft.TimePicker, time(8))
    await app.tap("own-add")
    await app.tap("offer-20261028T1500")
    await app.tap("slot-own")
    await pick(app, "own-time", ft.TimePicker, time(9, 45))
    app.desk.flush()  # as the lock does
    app = await table.open(stage, go=f"/slots/{table.pair}?offer=yes")
    await app.tap("slot-own")
    assert "09:45" in app.texts(), "a time that was not added yet"
    app = await table.open(stage, go=f"/slots/{table.pair}?offer=yes")
    await app.tap("slot-send")
    assert offered(table) == [datetime(2026, 10, 29, 15), datetime(2026, 10, 30, 15), datetime(2026, 11, 5, 8)]
    app = await table.open(stage, go=f"/slots/{table.pair}?offer=yes")
    assert not app.has("offer-20261105T0800"), "sent: the next offer begins anew"


async def test_what_came_in_the_way_meanwhile_is_said_and_nothing_is_offered(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/slots/{table.pair}")
    first = next(text for text in app.texts() if "28 okt" in text or "15 okt" in text or "16 okt" in text)
    assert first
    table.store.execute(KeepBusy(spans=[(table.clock.at, table.clock.at + timedelta(days=30))]))
    await app.tap("slot-send")
    assert app.has("slot-error") and offered(table) == []


async def test_an_offered_time_is_taken_back_and_given_again(stage: OpenStage) -> None:
    table = lay()
    slot = table.store.execute(OfferSlots(mentorship=table.pair, starts=[datetime(2026, 10, 20, 16)], zone=ZONE)).record
    app = await table.open(stage, go=f"/slots/{table.pair}?offer=yes")
    await app.tap(f"withdraw-{slot}")
    assert offered(table) == []


# ------------------------------------------------------------------ taking


class Phones:
    """Karin's phone and Yusuf's, which get each other's news when the test says so."""

    def __init__(self) -> None:
        self.karin, self.yusuf, self.pair, self.space = two()
        self.yusuf.store.execute(JoinMentorship(mentorship=self.pair, name="Karin", my_role="mentee"))
        self.yusuf.store.execute(
            KeepForm(document="agreement.mentoring", mentorship=self.pair, shared=True, answers={"notice": "24h"})
        )
        starts = [datetime(2026, 10, day, 16) for day in (20, 21, 22)]
        self.karin.store.execute(OfferSlots(mentorship=self.pair, starts=starts, zone=ZONE))
        self.meet()

    def meet(self) -> None:
        exchange(self.space, self.karin, self.yusuf)

    async def open(self, stage: OpenStage, one: Replica, language: str = "sv", **options: Any) -> Stage:
        session = FakeSession(store=one.store, role="mentor" if one is self.karin else "mentee")
        session.preferences.language = language
        return await stage(session=session, clock=one.clock, **options)

    def planned(self, one: Replica) -> list[str]:
        found = one.store.again().ask(MeetingsOf(self.pair, one.clock.at)).upcoming
        return [f"{row.starts:%m-%d %H}" for row in found if row.status == "planned"]


@BOTH
async def test_a_time_is_taken_in_two_taps_without_a_network_and_the_other_one_is_told(
    stage: OpenStage, language: str
) -> None:
    phones = Phones()
    app = await phones.open(stage, phones.yusuf, language)
    assert app.has(app.desk.say("slot.news.offered", name="Karin", count=3))
    await app.tap(f"news-offered-{phones.pair}")
    slot = phones.yusuf.store.ask(SlotsOf(phones.pair, phones.yusuf.clock.at))[1].id
    assert app.nameless() == []
    await app.tap(f"slot-{slot}")
    assert phones.planned(phones.yusuf) == ["10-21 16"]
    assert app.desk.places.value[-1].startswith("/meeting/") and len(app.desk.places.value) == 2
    assert phones.planned(phones.karin) == []
    phones.meet()
    app = await phones.open(stage, phones.karin, language)
    assert phones.planned(phones.karin) == ["10-21 16"]
    assert any("Yusuf" in text and "21" in text for text in app.texts())
    await app.tap(f"news-taken-{phones.pair}")
    assert not app.has(f"news-taken-{phones.pair}")
    phones.meet()
    app = await phones.open(stage, phones.yusuf, language, go=f"/slots/{phones.pair}")
    assert app.has(app.desk.say("slot.yes", name="Yusuf"))


class Tidings:
    """How far a booking has come, as the carrying says it."""

    def __init__(self, stage: str) -> None:
        self.now = stage

    def stage(self, kind: str, record: str) -> str:
        return self.now if kind in ("booking", "meeting") else ""

    def heard(self, mentorship: str) -> tuple[()]:
        return ()

    def quiet(self, now: datetime) -> tuple[()]:
        return ()

    def watch(self, listener: object) -> Callable[[], None]:
        return lambda: None


@pytest.mark.parametrize("state", ["waiting", "sent", "received"])
@either
async def test_a_booking_says_how_far_it_has_come(stage: OpenStage, language: str, state: str) -> None:
    phones = Phones()
    slot = phones.yusuf.store.ask(SlotsOf(phones.pair, phones.yusuf.clock.at))[0].id
    session: Any = FakeSession(store=phones.yusuf.store, role="mentee")
    session.preferences.language = language
    session.sharing, session.tidings = True, Tidings(state)
    session.exchange = session.tidings
    app = await stage(session=session, clock=phones.yusuf.clock)
    app.desk.go(f"/slots/{phones.pair}")
    await app.settle()
    await app.tap(f"slot-{slot}")
    assert app.has(app.desk.say(f"server.record.{state}"))
    app.desk.swap(f"/slots/{phones.pair}")
    await app.settle()
    assert app.has(app.desk.say(f"server.record.{state}"))


async def test_a_taken_time_is_given_back_with_undo(stage: OpenStage) -> None:
    phones = Phones()
    app = await phones.open(stage, phones.yusuf, go=f"/slots/{phones.pair}")
    slot = phones.yusuf.store.ask(SlotsOf(phones.pair, phones.yusuf.clock.at))[0].id
    await app.tap(f"slot-{slot}")
    (bar,) = app.all(kind=ft.SnackBar)
    await app.fire(bar, "action")
    assert phones.planned(phones.yusuf) == []


async def test_a_meeting_is_moved_to_another_offered_time(stage: OpenStage) -> None:
    phones = Phones()
    rows = phones.yusuf.store.ask(SlotsOf(phones.pair, phones.yusuf.clock.at))
    meeting = phones.yusuf.store.execute(BookSlot(slot=rows[0].id)).record
    app = await phones.open(stage, phones.yusuf, go=f"/meeting/{meeting}")
    await app.tap("meeting-move")
    assert any("I stället för" in text for text in app.texts())
    await app.tap(f"slot-{rows[2].id}")
    assert phones.planned(phones.yusuf) == ["10-22 16"]


@BOTH
async def test_a_late_cancel_shows_the_rule_first_and_an_early_one_just_happens(
    stage: OpenStage, language: str
) -> None:
    phones = Phones()
    rows = phones.yusuf.store.ask(SlotsOf(phones.pair, phones.yusuf.clock.at))
    early = phones.yusuf.store.execute(BookSlot(slot=rows[1].id)).record
    late = phones.yusuf.store.execute(BookSlot(slot=rows[0].id)).record
    app = await phones.open(stage, phones.yusuf, language, go=f"/meeting/{early}")
    await app.tap("meeting-skip")
    assert phones.planned(phones.yusuf) == ["10-20 16"]
    phones.yusuf.clock.at = datetime(2026, 10, 20, 8, tzinfo=STOCKHOLM)
    app = await phones.open(stage, phones.yusuf, language, go=f"/meeting/{late}")
    await app.tap("meeting-skip")
    assert app.has(app.desk.say("slot.notice.24h")) and app.has(app.desk.say("slot.late", name="Karin"))
    assert phones.planned(phones.yusuf) == ["10-20 16"], "nothing was cancelled yet"
    await app.tap("late-keep")
    await app.tap("meeting-skip")
    await app.tap("late-cancel")
    assert phones.planned(phones.yusuf) == []


async def test_what_the_other_one_cancelled_is_told_on_today(stage: OpenStage) -> None:
    phones = Phones()
    rows = phones.yusuf.store.ask(SlotsOf(phones.pair, phones.yusuf.clock.at))
    meeting = phones.yusuf.store.execute(BookSlot(slot=rows[0].id)).record
    phones.meet()
    phones.karin.store.execute(SkipMeeting(meeting=meeting))
    phones.meet()
    app = await phones.open(stage, phones.yusuf)
    assert app.has(f"news-cancelled-{phones.pair}")
    await app.tap(f"news-cancelled-{phones.pair}")
    assert app.desk.places.value[-1].startswith("/plan")


@BOTH
async def test_whoever_was_second_is_told_in_words_and_chooses_another(stage: OpenStage, language: str) -> None:
    three = Three(anna=timedelta(minutes=3))
    three.both_book()
    exchange(three.space, *three.all)
    session = FakeSession(store=three.anna.store, role="mentee")
    session.preferences.language = language
    app = await stage(session=session, clock=three.anna.clock)
    await app.tap(f"news-lost-{three.mentorship}")
    first, second, _ = three.slots(three.anna)
    when = app.desk.speech.value.near(first.starts, three.anna.clock.at)
    assert app.has(app.desk.say("slot.lost", when=when)) and not app.has(f"slot-{first.id}")
    await app.tap(f"slot-{second.id}")
    app.desk.home()
    await app.settle()
    assert not app.has(f"news-lost-{three.mentorship}")


@BOTH
async def test_whoever_took_a_time_back_too_late_is_told_and_chooses(stage: OpenStage, language: str) -> None:
    phones = Phones()
    slot = phones.yusuf.store.ask(SlotsOf(phones.pair, phones.yusuf.clock.at))[0].id
    phones.karin.store.execute(WithdrawSlot(slot=slot))
    phones.yusuf.store.execute(BookSlot(slot=slot))
    phones.meet()
    app = await phones.open(stage, phones.karin, language)
    assert app.has(app.desk.say("slot.news.overtaken.help")) and app.nameless() == []
    await app.tap(f"news-overtaken-{phones.pair}")
    assert app.desk.places.value[-1].startswith("/meeting/") and app.has("meeting-skip")
    app.desk.home()
    await app.settle()
    assert not app.has(f"news-overtaken-{phones.pair}")


async def test_two_meetings_at_one_time_are_told_and_lead_to_one_of_them(stage: OpenStage) -> None:
    table = lay()
    anna = table.store.execute(AddPerson(name="Anna", my_role="mentor")).record
    for one, minute in ((table.pair, 0), (anna, 30)):
        table.store.execute(PlanMeeting(mentorship=one, starts=datetime(2026, 10, 20, 16, minute), zone=ZONE))
    app = await table.open(stage)
    assert app.has("Två möten krockar tis 20 okt. kl. 16:30")
    await app.tap(f"news-clash-{anna}")
    assert app.desk.places.value[-1].startswith("/meeting/")


async def test_somebody_without_offered_times_is_told_and_can_plan(stage: OpenStage) -> None:
    table = lay(role="mentee")
    app = await table.open(stage, go=f"/slots/{table.pair}", role="mentee")
    assert "Karin har inga lediga tider föreslagna just nu." in app.texts()
    await app.tap("slot-other")
    assert app.desk.places.value[-1].startswith("/plan")


async def test_a_person_who_is_gone_is_told(stage: OpenStage) -> None:
    app = await lay().open(stage, go="/slots/" + "0" * 32)
    assert app.has("slots-nobody-action")
