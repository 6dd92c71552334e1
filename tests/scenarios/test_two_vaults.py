"""Times offered and taken between two vaults on the disk that were paired in the room and share nothing but packages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from app.model.commands import (
    AddOwnItem,
    AddParticipants,
    AddTask,
    BookSlot,
    Command,
    EndMentorship,
    GiveSlot,
    JoinMentorship,
    KeepForm,
    KeepMinutes,
    MoveMeeting,
    OfferSlots,
    PlanMeeting,
    PlanSeries,
    PlanSupervision,
    RateSkills,
    RecordProgress,
    Revise,
    Reword,
    SetAside,
    SetGoal,
    SetSetting,
    ShareGoal,
    SkipMeeting,
    WithdrawSlot,
    WriteNote,
)
from app.model.entities import Goal, Mentorship, meeting_id
from app.model.entities import Person as Known
from app.model.queries import CalendarNewsOf, GoalPage, MeetingsOf, NoticeOf, SlotsOf
from app.model.queries.booking_news import heard_key
from app.services.content.speech import Speech
from app.services.files.calendar_file import take_out
from app.services.records.drafts import Target
from app.services.sharing.tidings import Stage
from tests.support.asked import BookingNewsOf
from tests.support.pair import PSK, Person
from tests.support.phones import ASSETS, Phone, in_the_room, phone
from tests.support.store import STOCKHOLM

pytestmark = pytest.mark.usefixtures("quick_kdf")
ZONE = "Europe/Stockholm"
NOW = datetime(2026, 10, 14, 12, tzinfo=STOCKHOLM)
TUESDAY = datetime(2026, 10, 20, 16)


class Two:
    """Karin's phone and Yusuf's, paired, with three times offered and the notice agreed on."""

    def __init__(self, folder: Path) -> None:
        self.karin = phone(folder / "karin", "Karin", "mentor")
        self.yusuf = phone(folder / "yusuf", "Yusuf", "mentee")
        self.at(NOW)
        self.pair, _, _ = in_the_room(self.karin, self.yusuf)
        self.meet()
        self.does(
            self.karin,
            OfferSlots(mentorship=self.pair, starts=[TUESDAY + timedelta(days=day) for day in range(3)], zone=ZONE),
        )
        self.does(
            self.karin,
            KeepForm(document="agreement.mentoring", mentorship=self.pair, shared=True, answers={"notice": "24h"}),
        )
        self.meet()

    def at(self, now: datetime) -> None:
        self.karin.clock.at = self.yusuf.clock.at = now

    def does(self, one: Phone, command: Command) -> str:
        return str(one.session.store.execute(command).record)

    def meet(self) -> None:
        """Each hands the other a package, twice: what follows from it (that it came) goes round as well."""
        for _ in range(2):
            self.yusuf.pairing.take(self.karin.pairing.package(self.pair).data)
            self.karin.pairing.take(self.yusuf.pairing.package(self.pair).data)

    def slots(self, one: Phone) -> list[str]:
        return [row.id for row in one.session.store.ask(SlotsOf(self.pair, one.clock.at))]

    def news(self, one: Phone) -> list[str]:
        return [found.kind for found in one.session.store.ask(BookingNewsOf(one.clock.at))]

    def planned(self, one: Phone) -> list[str]:
        rows = one.session.store.ask(MeetingsOf(self.pair, one.clock.at)).upcoming
        return [f"{row.starts:%m-%d %H}" for row in rows if row.status == "planned"]

    def stage(self, one: Phone, kind: str, record: str) -> Stage | None:
        return one.session.tidings.stage(kind, record)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    found = Two(tmp_path)
    yield found
    for one in (found.karin, found.yusuf):
        one.session.lock()


def test_a_time_is_taken_without_a_network_waits_arrives_is_seen_moved_and_cancelled_late(two: Two) -> None:
    karin, yusuf = two.karin, two.yusuf
    assert two.news(yusuf) == ["offered"] and len(two.slots(yusuf)) == 3
    meeting = two.does(yusuf, BookSlot(slot=two.slots(yusuf)[0]))
    assert two.stage(yusuf, "meeting", meeting) is Stage.WAITING and two.planned(karin) == []
    yusuf.restart()
    assert two.stage(yusuf, "meeting", meeting) is Stage.WAITING, "also after the phone was off"
    two.meet()
    assert two.planned(karin) == two.planned(yusuf) == ["10-20 16"]
    assert two.news(karin) == ["taken"] and two.stage(yusuf, "meeting", meeting) is Stage.RECEIVED
    (news,) = karin.session.store.ask(BookingNewsOf(karin.clock.at))
    two.does(karin, GiveSlot(booking=news.booking))
    karin.session.store.execute(take_out(karin.session.store, Speech("sv", ASSETS), karin.clock.at).keep)

    two.at(NOW + timedelta(hours=8))
    two.does(yusuf, MoveMeeting(meeting=meeting, starts=TUESDAY + timedelta(hours=1)))
    assert two.stage(yusuf, "meeting", meeting) is Stage.WAITING
    two.meet()
    assert two.planned(karin) == ["10-20 17"]
    (old,) = karin.session.store.ask(CalendarNewsOf(karin.clock.at)).old
    assert (old.kind, old.shows.hour) == ("moved", 16), "her phone's calendar would ring an hour early"
    (news,) = karin.session.store.ask(BookingNewsOf(karin.clock.at))
    assert (news.kind, news.meeting, news.starts.hour) == ("moved", meeting, 17) and "moved" not in two.news(yusuf)
    two.does(karin, SetSetting(key=heard_key(meeting), value=news.version))
    assert two.news(karin) == [], "it was seen"

    two.at(datetime(2026, 10, 20, 9, tzinfo=STOCKHOLM))
    notice = yusuf.session.store.ask(NoticeOf(meeting, yusuf.clock.at))
    assert notice is not None and (notice.rule, notice.late) == ("24h", True), "what they agreed on travelled too"
    two.does(yusuf, SkipMeeting(meeting=meeting))
    two.meet()
    assert two.planned(karin) == two.planned(yusuf) == [] and two.news(karin) == ["cancelled"]


def test_what_the_other_cancels_among_other_meetings_is_told_until_it_was_seen(two: Two) -> None:
    series = two.does(two.karin, PlanSeries(mentorship=two.pair, starts=TUESDAY.replace(hour=9), zone=ZONE, count=4))
    two.does(two.karin, SkipMeeting(meeting=meeting_id(series, 1)))  # left out as it was planned: nobody knew of it
    two.meet()
    assert two.news(two.yusuf) == ["offered"]
    two.at(NOW + timedelta(hours=8))
    two.does(two.karin, SkipMeeting(meeting=meeting_id(series, 0)))
    two.meet()
    (news, _) = two.yusuf.session.store.ask(BookingNewsOf(two.yusuf.clock.at))
    assert (news.kind, news.meeting) == ("skipped", meeting_id(series, 0)) and two.news(two.karin) == []
    two.does(two.yusuf, SetSetting(key=heard_key(news.meeting), value=news.version))
    assert two.news(two.yusuf) == ["offered"]
    two.at(NOW + timedelta(hours=9))
    two.does(two.karin, Revise(kind="meeting", id=news.meeting, values={"status": "planned"}))
    two.meet()
    (news, _) = two.yusuf.session.store.ask(BookingNewsOf(two.yusuf.clock.at))
    assert (news.kind, news.meeting) == ("back", meeting_id(series, 0)) and two.news(two.karin) == []
    two.does(two.yusuf, SetSetting(key=heard_key(news.meeting), value=news.version))
    assert two.news(two.yusuf) == ["offered"]
    for status in ("cancelled", "planned"):  # by mistake, and taken back at once
        two.does(two.karin, Revise(kind="meeting", id=news.meeting, values={"status": status}))
    two.meet()
    assert two.news(two.yusuf) == ["offered"]


def test_what_the_other_changes_at_once_is_told_to_whoever_planned_it(two: Two) -> None:
    meeting = two.does(two.karin, PlanMeeting(mentorship=two.pair, starts=TUESDAY.replace(hour=9), zone=ZONE))
    two.meet()
    two.does(two.yusuf, Revise(kind="meeting", id=meeting, values={"place": "Biblioteket"}))
    two.meet()
    assert two.news(two.yusuf) == ["offered"] and two.news(two.karin) == [], "nobody moved anything"
    two.does(two.yusuf, MoveMeeting(meeting=meeting, starts=TUESDAY.replace(hour=10)))
    two.meet()  # a minute later: with a server that is how it goes
    assert two.news(two.karin) == ["moved"] and two.news(two.yusuf) == ["offered"]
    two.does(two.yusuf, SkipMeeting(meeting=meeting))
    two.meet()
    assert two.news(two.karin) == ["cancelled"]
    two.does(two.karin, Revise(kind="meeting", id=meeting, values={"status": "planned"}))
    two.meet()
    assert two.news(two.yusuf) == ["back", "offered"] and two.news(two.karin) == []


def test_one_books_while_the_other_ends_it_and_both_phones_say_the_same(two: Two) -> None:
    two.does(two.yusuf, BookSlot(slot=two.slots(two.yusuf)[0]))
    two.does(two.karin, EndMentorship(mentorship=two.pair))
    two.meet()
    assert two.planned(two.karin) == two.planned(two.yusuf) == []
    (news,) = two.yusuf.session.store.ask(BookingNewsOf(two.yusuf.clock.at))
    assert (news.kind, news.name) == ("ended", "Karin") and two.news(two.karin) == []
    two.does(two.yusuf, SetSetting(key=heard_key(two.pair), value=news.version))
    assert two.news(two.yusuf) == []


def test_one_takes_a_time_while_the_other_takes_it_back_and_is_told(two: Two) -> None:
    slot = two.slots(two.yusuf)[0]
    two.does(two.karin, WithdrawSlot(slot=slot))
    two.does(two.yusuf, BookSlot(slot=slot))
    two.meet()
    assert two.planned(two.karin) == two.planned(two.yusuf) == ["10-20 16"]
    (news,) = two.karin.session.store.ask(BookingNewsOf(two.karin.clock.at))
    assert news.kind == "overtaken" and news.meeting
    two.does(two.karin, SkipMeeting(meeting=news.meeting))
    two.meet()
    assert two.planned(two.yusuf) == [] and "cancelled" in two.news(two.yusuf)


def test_what_is_only_mine_is_in_no_package_and_a_goal_that_is_shared_later_comes_with_its_history(two: Two) -> None:
    karin, yusuf, pair = two.karin, two.yusuf, two.pair
    meeting = two.does(yusuf, PlanMeeting(mentorship=pair, starts=TUESDAY, zone=ZONE))
    person = next(one for one in yusuf.session.store.everything(Known) if one.mentorship == pair)
    goal = two.does(yusuf, SetGoal(title="Hemligt mål", mentorship=pair, private=True, answers={"why": "Hemligt skäl"}))
    mine: list[Command] = [
        RecordProgress(goal=goal, delta=1, comment="Hemligt steg"),
        AddTask(text="Hemlig uppgift", mentorship=pair, private=True, notes="Hemlig rad", goal=goal),
        WriteNote(body="Hemlig anteckning", mentorship=pair, meeting=meeting),
        KeepMinutes(meeting=meeting, document="minutes.quick", answers={"talked": "Öppet"}, private="Hemligt intryck"),
        SetAside(document="checklist.before_session", item="read_minutes", meeting=meeting, reason="Hemligt hinder"),
        AddOwnItem(document="checklist.before_session", text="Hemlig punkt"),
        RateSkills(
            mentorship=pair, phase="start", levels={"eget/Hemlig": 2}, evidence={"eget/Hemlig": "Hemligt bevis"}
        ),
        KeepForm(document="prompts.boundaries", mentorship=pair, answers={"money": "Hemlig gräns"}),
        Reword(document="topics.library", item="story", field="text", language="sv", words="Hemliga ord", shipped="x"),
        AddParticipants(mentorship=pair, names=["Hemlig Person"]),
        PlanSupervision(on=TUESDAY.date(), whom="Hemlig handledare"),
        Revise(kind="person", id=person.id, values={"reach": "Hemligt nummer", "name": "Hemligt smeknamn"}),
        SetSetting(key="words", value="Hemlig inställning"),
    ]
    for command in mine:
        two.does(yusuf, command)
    yusuf.session.store.drafts.keep(Target(kind="note", id=yusuf.session.store.new_id(), cell="body"), "Hemligt utkast")
    two.meet()
    assert "Öppet" in everything(karin) and "Heml" not in everything(karin)
    assert everything(yusuf).count("Heml") >= len(mine), "they were there to be found"

    shared = two.does(yusuf, ShareGoal(goal=goal))
    two.meet()
    (there,) = [one for one in karin.session.store.everything(Goal) if one.id == shared]
    view = karin.session.store.ask(GoalPage(shared))
    assert view is not None and [row.comment for row in view.history] == ["Hemligt steg"]
    assert (there.title, there.answers, view.row.value) == ("Hemligt mål", {"why": "Hemligt skäl"}, 1)
    assert not {"Hemlig uppgift", "Hemlig rad", "Hemlig anteckning"} & set(everything(karin).split('"'))


def everything(one: Phone) -> str:
    """Every row of every table of a vault, as one text."""
    documents = one.session.store._documents
    return json.dumps(
        [[dict(row) for row in documents.table(name)] for name in documents.tables()], ensure_ascii=False, default=str
    )


def test_two_of_a_group_take_one_time_at_once_and_sealed_envelopes_tell_the_second_in_words() -> None:
    karin, yusuf, anna = Person("Karin"), Person("Yusuf", "mentee"), Person("Anna", "mentee")
    space = karin.meets(yusuf)
    karin.exchange.add(space, anna.spaces.introduction(space, "Anna"), psk=PSK)
    anna.exchange.adopt(karin.spaces.genesis(space), karin.exchange.outgoing(space), karin.spaces.root, psks=[PSK])
    pair = next(iter(karin.store.everything(Mentorship))).id
    everybody = (karin, yusuf, anna)

    def meet() -> None:
        for _ in range(2):
            for one, other in permutations(everybody, 2):
                one.tells(other, space)

    karin.store.execute(OfferSlots(mentorship=pair, starts=[TUESDAY, TUESDAY + timedelta(days=1)], zone=ZONE))
    meet()
    for one in (yusuf, anna):
        one.store.execute(JoinMentorship(mentorship=pair, name="Karin", my_role="mentee"))
    anna.now.later(minutes=3)
    slot = anna.store.ask(SlotsOf(pair, NOW))[0].id
    for one in (yusuf, anna):
        one.store.execute(BookSlot(slot=slot))
    meet()
    for one in everybody:
        one.start()  # nothing of it is only in memory
    rows = [one.store.ask(SlotsOf(pair, NOW))[0] for one in everybody]
    assert {row.by for row in rows} == {"Yusuf"}
    assert [(row.my_booking, row.lost) for row in rows] == [(False, False), (True, False), (False, True)]
    news = [[found.kind for found in one.store.ask(BookingNewsOf(NOW))] for one in everybody]
    assert news == [["taken"], ["offered"], ["lost", "offered"]]
    assert [len(one.store.ask(MeetingsOf(pair, NOW)).upcoming) for one in everybody] == [1, 1, 1]
