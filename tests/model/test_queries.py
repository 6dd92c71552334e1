"""What screens ask, answered: the day by the clock, people, goals, boards, lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app.model.changes import Op
from app.model.commands import (
    AddPerson,
    AddTask,
    AddTopic,
    Delete,
    EndMeeting,
    EndMentorship,
    FinishMinutes,
    GiveFeedback,
    HideItem,
    IntroduceMe,
    KeepForm,
    KeepMinutes,
    MoveTask,
    NewCopy,
    PlanMeeting,
    ReachGoal,
    RecordProgress,
    Restore,
    Revise,
    SetAside,
    SetGoal,
    SetSetting,
    Sign,
    SkipMeeting,
    StartMeeting,
    TaskOutcome,
    TickItem,
    UseTopic,
    WriteNote,
)
from app.model.entities import Evaluation, Task
from app.model.queries import (
    AgendaOf,
    AskedFirst,
    EvaluationsOf,
    GoalPage,
    GoalsList,
    LastMinutes,
    MeetingPage,
    MeetingsBetween,
    MeetingsOf,
    NotesOf,
    PeopleList,
    PersonPage,
    Query,
    TaskBoard,
    Today,
    TodayView,
    TopicsUsed,
    look,
)
from app.services.records.store import Store
from tests.services.records.test_store import foreign
from tests.support.asked import NoteOf
from tests.support.fill import fill
from tests.support.store import NOON, STOCKHOLM, MemoryStore, memory_store
from tests.support.there import there

FIFTEEN = datetime(2026, 10, 14, 15)
CRITICAL = (
    ("checklist.after_session", "worry", ("mentor",)),
    ("checklist.before_relationship", "agreement", ()),
    ("checklist.before_relationship", "training", ("mentee",)),
)


@pytest.fixture
def store() -> MemoryStore:
    return memory_store()


@pytest.fixture
def pair(store: MemoryStore) -> str:
    store.execute(IntroduceMe(name="Karin", role="mentor"))
    return store.execute(AddPerson(name="Yusuf", my_role="mentor")).record


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    return datetime(2026, 10, 14, hour, minute, tzinfo=STOCKHOLM) + timedelta(days=days)


def today(store: MemoryStore, hour: int, minute: int = 0, days: int = 0) -> Today:
    return store.ask(TodayView(at(hour, minute, days), CRITICAL))


def plan(store: MemoryStore, pair: str, starts: datetime = FIFTEEN) -> str:
    return store.execute(PlanMeeting(mentorship=pair, starts=starts)).record


def test_a_question_without_an_answer_is_a_mistake_of_ours(store: MemoryStore) -> None:
    with pytest.raises(NotImplementedError):
        store.ask(Query[object]())


# ------------------------------------------------------------------ today


def test_the_list_and_the_button_follow_the_clock_without_a_tap(store: MemoryStore, pair: str) -> None:
    plan(store, pair)
    seen = []
    for hour, minute in ((9, 0), (14, 0), (14, 29), (14, 30), (14, 59), (15, 5), (15, 59), (16, 10), (22, 0)):
        found = today(store, hour, minute)
        assert found.meeting is not None
        seen.append((found.meeting.phase, found.meeting.checklist, found.primary.action))
    assert seen == [
        ("before", "checklist.before_session", "prepare"),
        ("before", "checklist.before_session", "prepare"),
        ("before", "checklist.before_session", "prepare"),
        ("before", "checklist.before_session", "note"),
        ("before", "checklist.before_session", "note"),
        ("during", "checklist.during_session", "note"),
        ("during", "checklist.during_session", "note"),
        ("after", "checklist.after_session", "end"),
        ("after", "checklist.after_session", "end"),
    ]


def test_the_button_goes_on_from_ending_to_feedback_to_what_is_next(store: MemoryStore, pair: str) -> None:
    meeting = plan(store, pair)
    store.clock.at = at(15, 50)
    store.execute(EndMeeting(meeting=meeting))
    found = today(store, 15, 55)
    assert (found.primary.action, found.primary.meeting) == ("evaluate", meeting)
    store.execute(GiveFeedback(survey="s", role="mentor", meeting=meeting, answers={"useful": 4}))
    assert today(store, 15, 56).primary.action == "plan"
    assert today(store, 15, 56).primary.mentorship == pair
    following = plan(store, pair, FIFTEEN + timedelta(days=14))
    found = today(store, 15, 57)
    assert (found.primary.action, found.primary.meeting) == ("prepare", following)
    assert found.upcoming is not None and found.upcoming.id == following
    assert found.unbooked == ()


def test_an_empty_vault_asks_for_a_person(store: MemoryStore) -> None:
    found = today(store, 12)
    assert (found.primary.action, found.me, found.meeting, found.people) == ("add_person", None, None, 0)


def test_when_everybody_has_ended_it_asks_for_somebody_new(store: MemoryStore, pair: str) -> None:
    store.execute(EndMentorship(mentorship=pair))
    found = today(store, 12)
    assert (found.primary.action, found.primary.mentorship, found.unbooked) == ("add_person", None, ())
    assert found.open_critical == ()


def test_of_several_meetings_the_one_that_matters_now(store: MemoryStore, pair: str) -> None:
    first = plan(store, pair, FIFTEEN.replace(hour=10))
    second = plan(store, pair, FIFTEEN)
    cancelled = plan(store, pair, FIFTEEN.replace(hour=11))
    store.execute(SkipMeeting(meeting=cancelled))

    def now(hour: int, minute: int = 0) -> str:
        found = today(store, hour, minute)
        assert found.meeting is not None
        return found.meeting.row.id

    assert [now(8), now(10, 30), now(12), now(14, 40), now(15, 30), now(17)] == [
        first, first, first, second, second, second,
    ]  # fmt: skip
    assert [row.id for row in today(store, 8).later] == [second]
    store.clock.at = at(11)
    store.execute(EndMeeting(meeting=first))
    assert now(12) == first  # feedback is still to be given
    store.execute(GiveFeedback(survey="s", role="mentor", meeting=first, answers={}))
    assert now(12) == second
    store.clock.at = at(16)
    store.execute(EndMeeting(meeting=second))
    store.execute(GiveFeedback(survey="s", role="mentor", meeting=second, answers={}))
    assert now(17) == second


def test_a_meeting_elsewhere_in_the_world_is_on_the_day_of_who_looks(store: MemoryStore, pair: str) -> None:
    store.execute(PlanMeeting(mentorship=pair, starts=datetime(2026, 10, 14, 23, 30), zone="America/New_York"))
    assert today(store, 12).meeting is None
    found = today(store, 5, days=1).meeting
    assert found is not None and found.row.starts.astimezone(STOCKHOLM) == at(5, 30, days=1)


def test_what_the_meeting_card_shows(store: MemoryStore, pair: str) -> None:
    meeting = plan(store, pair)
    goal = store.execute(SetGoal(title="Intervjuer", mentorship=pair)).record
    later = store.execute(SetGoal(title="Annat", mentorship=pair, due=date(2026, 12, 1))).record
    store.execute(AddTopic(mentorship=pair, meeting=meeting, topic="story"))
    found = today(store, 14).meeting
    assert found is not None and found.goal is not None
    assert (found.goal.id, found.minutes, found.note, len(found.agenda)) == (later, None, None, 1)
    store.execute(Revise(kind="meeting", id=meeting, values={"goal": goal, "aim": "välja jobb"}))
    store.execute(KeepMinutes(meeting=meeting, document="minutes.quick", answers={"talked": "x"}, private="y"))
    store.execute(TickItem(document="checklist.before_session", item="silent", meeting=meeting))
    found = today(store, 14).meeting
    assert found is not None and found.goal is not None
    assert found.goal.title == "Intervjuer" and found.row.aim == "välja jobb"
    assert found.minutes is not None and found.note is not None
    assert found.run.ticks == {"silent"}


def test_my_tasks_that_are_due(store: MemoryStore, pair: str) -> None:
    def add(text: str, owner: str, due: date | None) -> str:
        return store.execute(AddTask(text=text, mentorship=pair, owner=owner, due=due)).record  # type: ignore[arg-type]

    add("min i dag", "mentor", date(2026, 10, 14))
    add("min i går", "mentor", date(2026, 10, 13))
    add("min i morgon", "mentor", date(2026, 10, 15))
    add("adeptens", "mentee", date(2026, 10, 14))
    add("bådas", "both", date(2026, 10, 14))
    add("utan dag", "mentor", None)
    done = add("klar", "mentor", date(2026, 10, 14))
    store.execute(MoveTask(task=done, status="done"))
    store.execute(AddTask(text="egen", due=date(2026, 10, 14)))
    assert [row.text for row in today(store, 12).tasks] == ["min i går", "min i dag", "bådas", "egen"]


def test_mine_follows_my_part_in_each_relationship(store: MemoryStore, pair: str) -> None:
    learning = store.execute(AddPerson(name="Amina", my_role="mentee")).record
    for about, owner in ((pair, "mentee"), (learning, "mentee"), (learning, "mentor"), (learning, "both")):
        store.execute(AddTask(text=f"{owner}", mentorship=about, owner=owner, due=date(2026, 10, 14)))  # type: ignore[arg-type]
    found = today(store, 12).tasks
    assert [(row.text, row.name, row.mine) for row in found] == [("mentee", "Amina", True), ("both", "Amina", True)]
    store.execute(TaskOutcome(task=found[0].id, outcome="done"))
    assert [row.text for row in today(store, 12).tasks] == ["both"]


def test_a_meeting_that_goes_on_past_midnight_is_still_the_one_that_is_on(store: MemoryStore, pair: str) -> None:
    late = plan(store, pair, datetime(2026, 10, 14, 23, 30))
    found = today(store, 0, 10, 1)
    assert found.meeting is not None and (found.meeting.row.id, found.meeting.phase) == (late, "during")
    assert found.primary.action == "note" and today(store, 0, 40, 1).meeting is None


def test_today_does_not_read_what_others_have_to_do(
    store: MemoryStore, pair: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(40):
        store.execute(AddTask(text=f"deras {n}", mentorship=pair, owner="mentee", due=date(2026, 10, 13)))
    store.execute(AddTask(text="min", mentorship=pair, owner="mentor", due=date(2026, 10, 13)))
    read: list[str] = []
    shown = Store.shown

    def counted(self: Store, cls: type[Any], document: Any) -> Any:
        read.append(cls.KIND)
        return shown(self, cls, document)

    monkeypatch.setattr(Store, "shown", counted)
    assert [row.text for row in today(store, 12).tasks] == ["min"]
    assert read.count("task") == 1


def test_a_draft_of_minutes_is_told_of_after_a_day(store: MemoryStore, pair: str) -> None:
    meeting = plan(store, pair)
    store.clock.at = at(16)
    store.execute(KeepMinutes(meeting=meeting, document="minutes.quick", answers={"talked": "x"}))
    assert today(store, 15, 59, days=1).unfinished == ()
    found = today(store, 16, 1, days=1)
    assert [row.name for row in found.unfinished] == ["Yusuf"]
    assert found.unfinished[0].at == FIFTEEN.replace(tzinfo=STOCKHOLM)
    assert found.primary.action == "minutes"
    store.execute(FinishMinutes(meeting=meeting))
    assert today(store, 16, 1, days=1).unfinished == ()


def test_critical_items_are_counted_until_ticked_or_set_aside(store: MemoryStore, pair: str) -> None:
    def left() -> list[tuple[str, str | None]]:
        return [(one.item, one.meeting) for one in today(store, 12, days=1).open_critical]

    meeting = plan(store, pair)
    skipped = plan(store, pair, FIFTEEN.replace(hour=9))
    store.execute(StartMeeting(meeting=skipped))
    store.execute(SkipMeeting(meeting=skipped))
    plan(store, pair, FIFTEEN + timedelta(days=3))
    assert left() == [("agreement", None)]
    store.clock.at = at(16)
    store.execute(EndMeeting(meeting=meeting))
    assert left() == [("worry", meeting), ("agreement", None)]
    store.execute(SetAside(document="checklist.before_relationship", item="agreement", mentorship=pair, reason="snart"))
    store.execute(TickItem(document="checklist.after_session", item="worry", meeting=meeting))
    assert left() == []
    assert store.ask(TodayView(at(12, days=1))).open_critical == ()
    for one in CRITICAL[:2]:  # each kind of list also on its own
        assert store.ask(TodayView(at(12, days=1), (one,))).open_critical == ()


def test_a_critical_line_that_was_taken_off_the_list_is_not_waited_for(store: MemoryStore, pair: str) -> None:
    meeting = plan(store, pair)
    store.clock.at = at(16)
    store.execute(EndMeeting(meeting=meeting))
    store.execute(HideItem(document="checklist.after_session", item="worry"))
    assert [one.item for one in today(store, 17).open_critical] == ["agreement"]
    store.execute(HideItem(document="checklist.after_session", item="worry", hidden=False))
    assert [one.item for one in today(store, 17).open_critical] == ["worry", "agreement"]


def test_reminders_of_the_key_and_the_backup(store: MemoryStore) -> None:
    assert today(store, 12).reminders == ()
    store.execute(SetSetting(key="recovery.later", value=True))
    store.execute(SetSetting(key="backup.last", value=at(12, days=-6).isoformat()))
    assert today(store, 12).reminders == ("recovery",)
    assert today(store, 13, days=2).reminders == ("recovery", "backup")


# ------------------------------------------------------------------ people


def test_people_with_what_is_next_and_what_was(store: MemoryStore, pair: str) -> None:
    other = store.execute(AddPerson(name="Åsa", my_role="mentee", planned=4)).record
    past = plan(store, pair, FIFTEEN - timedelta(days=14))
    ancient = plan(store, other, FIFTEEN - timedelta(days=800))
    coming = plan(store, pair)
    for meeting in (past, ancient):
        store.execute(EndMeeting(meeting=meeting), now=at(9))
    store.execute(AddTask(text="t", mentorship=pair))
    store.execute(SetGoal(title="m", mentorship=pair))
    store.execute(ReachGoal(goal=store.execute(SetGoal(title="n", mentorship=pair)).record))
    one, two = store.ask(PeopleList(at(12)))
    assert (one.name, one.held, one.open_tasks, one.open_goals) == ("Yusuf", 1, 1, 1)
    assert one.next is not None and one.next.id == coming
    assert one.last_met == (FIFTEEN - timedelta(days=14)).replace(tzinfo=STOCKHOLM)
    assert (two.name, two.my_role, two.next, two.held, two.planned) == ("Åsa", "mentee", None, 1, 4)
    assert two.last_met is not None and two.last_met.year == 2024
    running = store.ask(PeopleList(at(15, 30)))[0]
    assert running.next is not None and running.next.phase == "during"
    assert store.ask(PeopleList(at(17)))[0].next is None


def test_the_next_meeting_is_next_however_far_ahead_it_is(store: MemoryStore, pair: str) -> None:
    coming = plan(store, pair)
    plan(store, pair, FIFTEEN + timedelta(days=7))
    for year in (1970, 1999):  # a clock that stands wrong
        now = at(12).replace(year=year)
        (person,) = store.ask(PeopleList(now))
        assert person.next is not None and person.next.id == coming
        today = store.ask(TodayView(now))
        assert today.upcoming is not None and today.upcoming.id == coming
        assert today.unbooked == () and today.primary.action == "prepare"


def test_many_people_are_answered_like_few(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, now=at(12), people=8, meetings=60, tasks=20, goals=10)
    store.execute(EndMentorship(mentorship=store.ask(PeopleList(at(12)))[0].mentorship))
    never = store.execute(AddPerson(name="Aldrig träffad", my_role="mentor")).record
    ancient = store.execute(AddPerson(name="Åsa", my_role="mentor")).record
    for back in (800, 900):
        store.execute(EndMeeting(meeting=plan(store, ancient, FIFTEEN - timedelta(days=back))), now=at(9))
    few = store.ask(PeopleList(at(12)))
    monkeypatch.setattr(look, "MANY", 0)
    assert store.ask(PeopleList(at(12))) == few
    last = {row.mentorship: row.last_met for row in few}
    assert last[never] is None
    assert last[ancient] == (FIFTEEN - timedelta(days=800)).replace(tzinfo=STOCKHOLM)
    assert sum(met is not None for met in last.values()) == 9


def test_the_way_of_a_relationship_and_what_each_step_still_takes(store: MemoryStore, pair: str) -> None:
    def steps() -> dict[str, tuple[str, tuple[str, ...]]]:
        found = store.ask(PersonPage(pair, at(12), ("agreement", "goals")))
        assert found is not None
        return {step.name: (step.state, step.missing) for step in found.steps}

    assert steps() == {
        "ready": ("now", ("agreement", "goals")),
        "agreed": ("ahead", ("agreement",)),
        "started": ("ahead", ("first_meeting",)),
        "rhythm": ("ahead", ("next_meeting",)),
        "halfway": ("ahead", ("half_of_meetings",)),
        "ending": ("ahead", ("last_three",)),
        "ended": ("ahead", ("closing",)),
    }
    store.execute(SetAside(document="checklist.before_relationship", item="goals", mentorship=pair, reason="x"))
    store.execute(KeepForm(document="agreement.mentoring", mentorship=pair, shared=True, done=True))
    assert steps()["agreed"] == ("ahead", ("signatures",))
    new = NewCopy(
        about="agreement.mentoring",
        document="agreement.mentoring",
        number=1,
        roles=frozenset({"mentor", "mentee"}),
        text="{}",
        salt="00",
    )
    store.execute(Sign(mentorship=pair, copy="c" * 32, role="mentee", proof="00", at=at(12), new=new))
    assert steps()["agreed"] == ("ahead", ("my-signature",))
    store.execute(Sign(mentorship=pair, copy="c" * 32, role="mentor", proof="00", at=at(12)))
    assert steps()["agreed"] == ("done", ())
    store.execute(TickItem(document="checklist.before_relationship", item="agreement", mentorship=pair))
    assert steps()["started"][0] == "now"
    store.execute(Revise(kind="mentorship", id=pair, values={"planned": 6}))
    for days in (-30, -20, -10):
        store.execute(EndMeeting(meeting=plan(store, pair, FIFTEEN + timedelta(days=days))), now=at(9))
    assert [name for name, (state, _) in steps().items() if state == "done"] == [
        "ready", "agreed", "started", "halfway", "ending",
    ]  # fmt: skip
    assert steps()["rhythm"] == ("now", ("next_meeting",))
    plan(store, pair, FIFTEEN + timedelta(days=3))
    store.execute(EndMentorship(mentorship=pair))
    assert {state for state, _ in steps().values()} == {"done"}
    assert store.ask(PersonPage("0" * 32, NOON)) is None
    bare = store.ask(PersonPage(store.execute(AddPerson(name="Å", my_role="mentor")).record, NOON))
    assert bare is not None and bare.steps[0].missing == ("preparation",)


# ------------------------------------------------------------------ meetings


def test_meetings_of_one_person_page_by_page(store: MemoryStore, pair: str) -> None:
    for days in range(-5, 3):
        plan(store, pair, FIFTEEN + timedelta(days=days))
    found = store.ask(MeetingsOf(pair, at(12), limit=2))
    assert [row.starts.day for row in found.upcoming] == [14, 15, 16]
    assert ([row.starts.day for row in found.past], found.more) == ([13, 12], True)
    rest = store.ask(MeetingsOf(pair, at(12), limit=3, skip=2))
    assert ([row.starts.day for row in rest.past], rest.more) == ([11, 10, 9], False)


def test_the_calendar_shows_days_across_a_new_year_and_what_overlaps(store: MemoryStore, pair: str) -> None:
    for day, hour in ((date(2026, 12, 31), 10), (date(2027, 1, 1), 10), (date(2027, 1, 1), 10), (date(2027, 1, 2), 10)):
        plan(store, pair, datetime(day.year, day.month, day.day, hour))
    rows = store.ask(MeetingsBetween(date(2026, 12, 31), date(2027, 1, 1), at(12)))
    assert [(row.starts.day, row.overlaps) for row in rows] == [(31, False), (1, True), (1, True)]
    store.execute(SkipMeeting(meeting=rows[2].id))
    rows = store.ask(MeetingsBetween(date(2027, 1, 1), date(2027, 1, 1), at(12)))
    assert [row.overlaps for row in rows] == [False, False]


def test_a_long_meeting_overlaps_all_that_lie_in_it(store: MemoryStore, pair: str) -> None:
    store.execute(PlanMeeting(mentorship=pair, starts=FIFTEEN.replace(hour=9), length=300))
    for hour in (10, 12, 14):
        plan(store, pair, FIFTEEN.replace(hour=hour))
    rows = store.ask(MeetingsBetween(date(2026, 10, 14), date(2026, 10, 14), at(8)))
    assert [row.overlaps for row in rows] == [True, True, True, False]


def test_of_many_open_tasks_a_page_reads_the_first_and_knows_the_rest(store: MemoryStore, pair: str) -> None:
    meeting = plan(store, pair)
    later = date(2026, 11, 20)
    ids = [
        store.execute(AddTask(text=f"{n}", mentorship=pair, due=later + timedelta(days=60 - n))).record
        for n in range(60)
    ]
    undated = store.execute(AddTask(text="utan dag", mentorship=pair)).record
    made: list[type[Any]] = []
    shown = store.shown

    def counted(cls: type[Any], document: Mapping[str, Any]) -> Any:
        made.append(cls)
        return shown(cls, document)

    store.shown = counted  # type: ignore[method-assign]  # only to count
    page = store.ask(PersonPage(pair, at(12)))
    found = store.ask(MeetingPage(meeting, at(12)))
    assert page is not None and found is not None
    assert [row.id for row in found.open_tasks] == [row.id for row in page.tasks] == ids[:-21:-1]
    assert (found.open_count, page.row.open_tasks) == (61, 61)
    assert made.count(Task) <= 45
    less = store.ask(MeetingPage(meeting, at(12), 2, frozenset({undated, ids[-1]})))
    assert less is not None
    assert ([row.id for row in less.open_tasks], less.open_count) == (ids[-2:-4:-1], 59)
    made.clear()
    first = store.ask(AskedFirst(pair, meeting, found.following))
    assert first is not None and first.id == undated and made.count(Task) == 1
    assert store.ask(AskedFirst(pair, meeting, later)) == first
    sooner = store.ask(AskedFirst(pair, meeting, later + timedelta(days=2)))
    assert sooner is not None and sooner.id == ids[-1]


def test_the_next_meeting_is_the_one_that_is_booked_and_a_rhythm_on_while_none_is(
    store: MemoryStore, pair: str
) -> None:
    other = store.execute(AddPerson(name="Alva", my_role="mentor")).record
    meeting = plan(store, pair)

    def following() -> date:
        found = store.ask(MeetingPage(meeting, at(12)))
        assert found is not None
        return found.following

    plan(store, other, FIFTEEN + timedelta(days=3))
    plan(store, pair, FIFTEEN - timedelta(days=3))
    assert following() == (FIFTEEN + timedelta(days=14)).date(), "every other week, and none of these is next"
    plan(store, pair, FIFTEEN + timedelta(days=60))
    assert following() == (FIFTEEN + timedelta(days=60)).date()
    skipped = plan(store, pair, FIFTEEN + timedelta(days=8))
    assert following() == (FIFTEEN + timedelta(days=8)).date()
    store.execute(SkipMeeting(meeting=skipped))
    assert following() == (FIFTEEN + timedelta(days=60)).date()


def test_open_tasks_that_are_only_counted_are_as_many_and_those_of_this_meeting_are_not_asked_about(
    store: MemoryStore, pair: str
) -> None:
    other = store.execute(AddPerson(name="Alva", my_role="mentor")).record
    earlier, meeting = plan(store, pair, FIFTEEN - timedelta(days=14)), plan(store, pair)
    kept = [
        store.execute(AddTask(text="t", mentorship=whose, meeting=at_)).record
        for whose, at_ in ((pair, None), (pair, earlier), (pair, meeting), (other, None), (pair, None), (pair, meeting))
    ]
    store.execute(TaskOutcome(task=kept[0], outcome="done"))
    store.execute(TaskOutcome(task=kept[2], outcome="done"))
    store.execute(Delete(kind="task", id=kept[4]))

    def counts() -> list[tuple[int, int]]:
        views = [store.ask(MeetingPage(meeting, at(12), read)) for read in (0, 20)]
        return [(view.open_count, len(view.tasks)) for view in views if view]

    assert counts() == [(1, 2), (1, 2)]
    store.execute(Restore(kind="task", id=kept[4]))
    store.execute(Delete(kind="task", id=kept[5]))
    assert counts() == [(2, 1), (2, 1)]
    alone = store.ask(MeetingPage(meeting, at(12), 0))
    assert alone is not None and alone.open_tasks == ()
    besides = store.ask(MeetingPage(meeting, at(12), 0, frozenset({kept[1]})))
    assert besides is not None and besides.open_count == 1
    store.execute(Restore(kind="task", id=kept[5]))
    for id in (kept[1], kept[4]):
        assert store.ask(AskedFirst(pair, meeting, at(12).date())) is not None
        store.execute(TaskOutcome(task=id, outcome="done"))
    assert store.ask(AskedFirst(pair, meeting, at(12).date())) is None


def test_a_meeting_with_all_that_belongs_to_it(store: MemoryStore, pair: str) -> None:
    earlier = plan(store, pair, FIFTEEN - timedelta(days=14))
    meeting = plan(store, pair)
    store.execute(AddTask(text="gammal", mentorship=pair, meeting=earlier))
    store.execute(AddTask(text="ny", mentorship=pair, meeting=meeting))
    one = store.execute(AddTopic(mentorship=pair, meeting=meeting, topic="story")).record
    store.execute(AddTopic(mentorship=pair, meeting=meeting, title="Lönen"))
    found = store.ask(MeetingPage(meeting, at(15, 5)))
    assert found is not None and found.person is not None
    assert ([t.text for t in found.tasks], [t.text for t in found.open_tasks]) == (["ny"], ["gammal"])
    assert [topic.title or topic.topic for topic in found.agenda] == ["story", "Lönen"]
    assert found.agenda == store.ask(AgendaOf(meeting))
    assert set(found.lists) == {f"checklist.{phase}_session" for phase in ("before", "during", "after")}
    assert (found.minutes, found.note, found.evaluated, found.person.name) == (None, None, False, "Yusuf")
    assert store.ask(MeetingPage("0" * 32, NOON)) is None
    assert store.ask(TopicsUsed()) == frozenset()
    store.execute(UseTopic(agenda=one))
    assert store.ask(TopicsUsed(pair)) == store.ask(TopicsUsed()) == {"story"}


# ------------------------------------------------------------------ notes, minutes, feedback


def test_notes_and_minutes_as_lists(store: MemoryStore, pair: str) -> None:
    meeting = plan(store, pair)
    store.execute(WriteNote(body="Om mötet\nmer", meeting=meeting))
    store.execute(WriteNote(body="Fri"))
    rows = store.ask(NotesOf()).rows
    assert [(row.title, row.name) for row in rows] == [("Fri", ""), ("Om mötet", "Yusuf")]
    assert [row.title for row in store.ask(NotesOf(meeting=meeting)).rows] == ["Om mötet"]
    assert store.ask(NotesOf(origin="locked")).rows == ()
    note = store.ask(NoteOf(meeting))
    assert note is not None and note.body == "Om mötet\nmer"
    store.execute(KeepMinutes(meeting=meeting, document="minutes.quick", answers={"talked": "x"}))


def test_the_minutes_from_last_time(store: MemoryStore, pair: str) -> None:
    first, second, third = (plan(store, pair, FIFTEEN + timedelta(days=days)) for days in (0, 14, 28))
    assert store.ask(LastMinutes(pair)) is None
    for meeting, words in ((second, "två"), (first, "ett")):
        store.execute(KeepMinutes(meeting=meeting, document="minutes.quick", answers={"talked": words}))
    for before, words in ((third, "två"), (second, "ett"), (None, "två")):
        found = store.ask(LastMinutes(pair, before))
        assert found is not None and found.answers["talked"] == words
    assert store.ask(LastMinutes(pair, first)) is None


def test_feedback_is_mine_in_full_and_theirs_as_they_shared_it(store: MemoryStore, pair: str) -> None:
    meeting = plan(store, pair)
    store.execute(
        GiveFeedback(survey="s", role="mentor", meeting=meeting, answers={"useful": 4, "worry": "no"}, audience="both",
                     private=frozenset({"worry"}))
    )  # fmt: skip
    shared = next(one for one in store.everything(Evaluation) if one.visibility == "shared")
    theirs = {
        "survey": "s", "role": "mentee", "meeting": meeting, "mentorship": pair, "audience": "both", "answers.useful": 5,
    }  # fmt: skip
    store.apply([foreign(shared.space, 1, NOON, Op(record="7" * 32, kind="evaluation", fields=theirs))])
    for query in (EvaluationsOf(meeting=meeting), EvaluationsOf(mentorship=pair)):
        assert [(one.role, one.answers["useful"]) for one in store.ask(query)] == [("mentor", 4), ("mentee", 5)]


# ------------------------------------------------------------------ goals and tasks


def test_how_far_a_goal_has_come_follows_from_its_history(store: MemoryStore, pair: str) -> None:
    goal = store.execute(SetGoal(title="m", mentorship=pair, start=1, target=5, due=date(2026, 12, 1))).record
    for minutes, (delta, value) in enumerate(((1, None), (2, None), (None, 2), (1, None))):
        store.execute(RecordProgress(goal=goal, delta=delta, value=value), now=NOON + timedelta(minutes=minutes))
    view = store.ask(GoalPage(goal))
    assert view is not None
    assert [row.total for row in view.history] == [3, 2, 4, 2]
    assert (view.row.value, view.row.fraction, view.row.steps, view.row.mine) == (3, 0.5, 4, False)
    assert {(row.by, row.name, row.mine) for row in view.history} == {("mentor", "Karin", True)}
    assert store.ask(GoalPage("0" * 32)) is None


@pytest.mark.parametrize(
    ("measure", "start", "target", "value", "fraction"),
    [
        ("count", 0, None, 3, None),
        ("count", 0, 2, 5, 1.0),
        ("count", 0, 2, -1, 0.0),
        ("count", 10, 0, 5, 0.5),
        ("count", 3, 3, 3, None),
        ("percent", 0, None, 40, 0.4),
        ("done", 0, None, 1, 1.0),
    ],
)
def test_fractions(
    store: MemoryStore, measure: str, start: float, target: float | None, value: float, fraction: float | None
) -> None:
    goal = store.execute(SetGoal(title="m", measure=measure, start=start, target=target)).record  # type: ignore[arg-type]
    store.execute(RecordProgress(goal=goal, value=value))
    assert there(store.ask(GoalPage(goal))).row.fraction == fraction
    assert there(store.ask(GoalPage(goal))).history[0].name == ""


def test_goals_in_order_open_ones_first(store: MemoryStore, pair: str) -> None:
    names = {"sen": date(2027, 1, 1), "utan": None, "snart": date(2026, 11, 1), "nådd": date(2026, 10, 1)}
    ids = {name: store.execute(SetGoal(title=name, mentorship=pair, due=due)).record for name, due in names.items()}
    store.execute(ReachGoal(goal=ids["nådd"]))
    store.execute(SetGoal(title="egen", due=date(2026, 10, 20)))
    assert [row.title for row in store.ask(GoalsList(pair))] == ["snart", "sen", "utan"]
    assert [row.title for row in store.ask(GoalsList(pair, closed=True))] == ["snart", "sen", "utan", "nådd"]
    assert [row.title for row in store.ask(GoalsList())] == ["egen", "snart", "sen", "utan"]
    every = store.ask(GoalsList(closed=True))
    assert [(row.title, row.fraction) for row in every][-1] == ("nådd", 1.0)


def test_the_board_has_three_columns_and_the_latest_of_what_is_done(store: MemoryStore, pair: str) -> None:
    for n in range(4):
        task = store.execute(AddTask(text=f"klar {n}", mentorship=pair)).record
        store.execute(TaskOutcome(task=task, outcome="tried" if n == 1 else "done", learned="fråga först"))
    doing = store.execute(AddTask(text="på gång", mentorship=pair)).record
    store.execute(MoveTask(task=doing, status="doing"))
    store.execute(AddTask(text="egen"))
    board = store.ask(TaskBoard(pair, most=2))
    assert ([row.text for row in board.done], board.more_done) == (["klar 3", "klar 2"], True)
    assert ([row.text for row in board.todo], [row.text for row in board.doing]) == ([], ["på gång"])
    whole = store.ask(TaskBoard())
    assert ([row.text for row in whole.todo], whole.more_done) == (["egen"], False)
    assert whole.done[2].outcome == "tried" and whole.done[2].learned == "fråga först"
    for n in range(3):
        store.execute(AddTask(text=f"kvar {n}", mentorship=pair))
    board = store.ask(TaskBoard(pair, most=2))
    assert ([row.text for row in board.todo], board.open) == (["kvar 0", "kvar 1"], (3, 1))
