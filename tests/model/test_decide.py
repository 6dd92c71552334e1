"""What follows from each command, seen through the records it leads to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.errors import AlreadyThere, AppendOnly, InvalidField, ModelError, Refused, UnknownRecord
from app.model.changes import Op
from app.model.commands import (
    AddOwnItem,
    AddPerson,
    AddTask,
    AddTopic,
    Command,
    Delete,
    EndMeeting,
    EndMentorship,
    FinishMinutes,
    GiveFeedback,
    HideItem,
    ImportQuickNote,
    IntroduceMe,
    KeepForm,
    KeepMinutes,
    LetGoOfGoal,
    MoveMeeting,
    MoveTask,
    Pick,
    PlaceItem,
    PlanMeeting,
    PlanSeries,
    ReachGoal,
    RecordProgress,
    ReopenGoal,
    Restore,
    RestoreShipped,
    Revise,
    SameTimeAgain,
    SetAside,
    SetGoal,
    SetSetting,
    ShareGoal,
    SkipMeeting,
    StartMeeting,
    StartNow,
    TaskOutcome,
    TickItem,
    Undo,
    UntickItem,
    UseTopic,
    WriteNote,
)
from app.model.entities import (
    Agenda,
    Checklist,
    Evaluation,
    Goal,
    ListItem,
    Me,
    Meeting,
    Mentorship,
    Note,
    Person,
    Progress,
    Series,
    Task,
)
from app.model.queries import AboutMe, FormOf, GoalPage, ListOf, MeetingsOf, MinutesFor, One
from app.model.schema import Entity
from tests.services.records.test_store import foreign
from tests.support.asked import NoteOf
from tests.support.store import NOON, STOCKHOLM, MemoryStore, Now, memory_store

FIFTEEN = datetime(2026, 10, 14, 15)


@pytest.fixture
def store() -> MemoryStore:
    return memory_store()


@pytest.fixture
def pair(store: MemoryStore) -> str:
    store.execute(IntroduceMe(name="Karin", role="mentor"))
    return store.execute(AddPerson(name="Yusuf", my_role="mentor", place="Biblioteket", length=45)).record


@pytest.fixture
def meeting(store: MemoryStore, pair: str) -> str:
    return store.execute(PlanMeeting(mentorship=pair, starts=FIFTEEN)).record


def get(store: MemoryStore, cls: type[Any], id: str) -> Any:
    found: Entity | None = store.ask(One(cls, id))
    assert found is not None
    return found


def test_a_command_that_nobody_decides_is_a_mistake_of_ours(store: MemoryStore) -> None:
    with pytest.raises(TypeError, match="Command"):
        store.execute(Command())


# ------------------------------------------------------------------ me and people


def test_i_introduce_myself_once_and_change_what_i_like(store: MemoryStore) -> None:
    with pytest.raises(InvalidField):
        store.execute(IntroduceMe(name="Karin"))
    store.execute(IntroduceMe(name="Karin", role="mentor"))
    store.execute(IntroduceMe(organisation="Föreningen"))
    me = store.ask(AboutMe())
    assert me is not None and (me.name, me.role, me.organisation) == ("Karin", "mentor", "Föreningen")
    assert len(list(store.everything(Me))) == 1


def test_a_person_is_mine_and_the_mentorship_is_ours(store: MemoryStore, pair: str) -> None:
    person = next(iter(store.everything(Person)))
    mentorship = get(store, Mentorship, pair)
    assert (person.visibility, mentorship.visibility) == ("only_me", "shared")
    assert person.mentorship == pair
    store.execute(EndMentorship(mentorship=pair))
    assert (get(store, Mentorship, pair).status, get(store, Mentorship, pair).ended) == ("ended", NOON.date())
    store.execute(EndMentorship(mentorship=pair, on=date(2026, 12, 1)))
    assert get(store, Mentorship, pair).ended == date(2026, 12, 1)


def test_settings_take_scalars_only(store: MemoryStore) -> None:
    with pytest.raises(InvalidField):
        store.execute(SetSetting(key="k", value={"a": 1}))  # type: ignore[arg-type]


def test_restoring_what_never_was_is_refused(store: MemoryStore) -> None:
    with pytest.raises(UnknownRecord):
        store.execute(Restore(kind="task", id="0" * 32))
    with pytest.raises(UnknownRecord):
        store.execute(Delete(kind="task", id="0" * 32))


def test_picking_settles_what_two_people_wrote(store: MemoryStore, pair: str) -> None:
    task = store.execute(AddTask(text="a", mentorship=pair)).record
    seen = get(store, Task, task)
    store.execute(Revise(kind="task", id=task, values={"text": "b"}))
    store.apply([foreign(seen.space, 1, NOON, Op(record=task, kind="task", fields={"text": "c"}, parents=seen.heads))])
    assert "text" in get(store, Task, task).also
    store.execute(Pick(kind="task", id=task, cell="text", value="b"))
    assert (get(store, Task, task).text, get(store, Task, task).also) == ("b", {})
    goal = store.execute(SetGoal(title="m", mentorship=pair, answers={"why": "x"})).record
    store.execute(Pick(kind="goal", id=goal, cell="answers.why", value="y"))
    assert get(store, Goal, goal).answers == {"why": "y"}
    for cell, value in (("text", ""), ("colour", "x")):
        with pytest.raises(InvalidField):
            store.execute(Pick(kind="task", id=task, cell=cell, value=value))
    step = store.execute(RecordProgress(goal=goal, delta=1)).record
    with pytest.raises(AppendOnly):
        store.execute(Pick(kind="progress", id=step, cell="delta", value=9))


# ------------------------------------------------------------------ meetings


def test_a_meeting_takes_from_the_mentorship_what_is_not_said(store: MemoryStore, pair: str, meeting: str) -> None:
    found = get(store, Meeting, meeting)
    assert (found.place, found.length, found.mode, found.zone) == ("Biblioteket", 45, "in_person", "Europe/Stockholm")
    other = store.execute(
        PlanMeeting(mentorship=pair, starts=FIFTEEN, place="", length=30, mode="phone", zone="Europe/Helsinki", aim="a")
    ).record
    found = get(store, Meeting, other)
    assert (found.place, found.length, found.mode, found.zone, found.aim) == ("", 30, "phone", "Europe/Helsinki", "a")
    with pytest.raises(UnknownRecord):
        store.execute(PlanMeeting(mentorship="0" * 32, starts=FIFTEEN))
    with pytest.raises(InvalidField):
        store.execute(PlanMeeting(mentorship=pair, starts=FIFTEEN.replace(tzinfo=UTC)))
    with pytest.raises(InvalidField):
        store.execute(PlanMeeting(mentorship=pair, starts=FIFTEEN, zone="Europe/Fika"))


def test_every_other_tuesday_ten_times_skip_one_move_one_and_sixteen_stays(store: MemoryStore, pair: str) -> None:
    done = store.execute(PlanSeries(mentorship=pair, starts=datetime(2026, 9, 29, 16), weeks=2, count=10))
    assert get(store, Series, done.record).count == 10
    assert len(done.changes) == 1
    store.clock.at = datetime(2026, 9, 1, tzinfo=STOCKHOLM)
    rows = store.ask(MeetingsOf(pair, store.clock.at)).upcoming
    assert [row.number for row in rows] == list(range(10))
    assert {row.starts.strftime("%a %H:%M") for row in rows} == {"Tue 16:00"}
    assert {row.starts.utcoffset() for row in rows} == {timedelta(hours=1), timedelta(hours=2)}
    store.execute(SkipMeeting(meeting=rows[2].id, why="höstlov"))
    store.execute(MoveMeeting(meeting=rows[3].id, starts=datetime(2026, 11, 12, 17, 30)))
    rows = store.ask(MeetingsOf(pair, store.clock.at)).upcoming
    assert [row.status for row in rows].count("cancelled") == 1
    assert rows[3].starts == datetime(2026, 11, 12, 17, 30, tzinfo=STOCKHOLM) and rows[3].series == done.record
    store.execute(MoveMeeting(meeting=rows[2].id, starts=datetime(2026, 10, 28, 16), zone="Europe/London"))
    moved = get(store, Meeting, rows[2].id)
    assert (moved.status, moved.zone) == ("planned", "Europe/London")


def test_a_meeting_begins_ends_and_is_held(store: MemoryStore, meeting: str) -> None:
    store.clock.at = NOON.replace(hour=15, minute=2)
    store.execute(StartMeeting(meeting=meeting))
    assert store.execute(StartMeeting(meeting=meeting)).changes == ()
    store.clock.later(minutes=50)
    store.execute(EndMeeting(meeting=meeting))
    found = get(store, Meeting, meeting)
    assert found.status == "held"
    assert (found.ended - found.began) == timedelta(minutes=50)
    assert store.execute(EndMeeting(meeting=meeting)).changes == ()
    for command in (SkipMeeting(meeting=meeting), MoveMeeting(meeting=meeting, starts=FIFTEEN)):
        with pytest.raises(Refused):
            store.execute(command)


def test_a_meeting_that_is_ended_the_day_after_was_over_when_it_was_planned_to_be(
    store: MemoryStore, meeting: str
) -> None:
    store.clock.later(days=1)
    store.execute(EndMeeting(meeting=meeting))
    found = get(store, Meeting, meeting)
    assert found.began == datetime(2026, 10, 14, 13, tzinfo=UTC)
    assert found.ended == datetime(2026, 10, 14, 13, 45, tzinfo=UTC)


def test_one_that_began_and_is_ended_the_day_after_was_as_long_as_planned(store: MemoryStore, meeting: str) -> None:
    store.clock.at = NOON.replace(hour=15, minute=10)
    store.execute(StartMeeting(meeting=meeting))
    store.clock.later(days=1)
    store.execute(EndMeeting(meeting=meeting))
    found = get(store, Meeting, meeting)
    assert found.ended is not None and found.began is not None
    assert found.ended - found.began == timedelta(minutes=45)


def test_a_cancelled_meeting_that_begins_after_all_is_planned_again(store: MemoryStore, meeting: str) -> None:
    store.execute(SkipMeeting(meeting=meeting))
    store.execute(StartMeeting(meeting=meeting))
    assert get(store, Meeting, meeting).status == "planned"


def test_a_meeting_that_nobody_planned_begins_now(store: MemoryStore, pair: str) -> None:
    found = get(store, Meeting, store.execute(StartNow(mentorship=pair, aim="prata")).record)
    assert (found.starts, found.began, found.length, found.aim) == (datetime(2026, 10, 14, 12), NOON, 45, "prata")
    utc = memory_store(now=Now(NOON.astimezone(UTC)))
    other = utc.execute(AddPerson(name="Y", my_role="mentor")).record
    found = get(utc, Meeting, utc.execute(StartNow(mentorship=other)).record)
    assert (found.starts, found.zone) == (datetime(2026, 10, 14, 10), "")


@pytest.mark.parametrize(
    ("weeks", "starts"), [(None, datetime(2026, 11, 3, 16)), (1, datetime(2026, 10, 20, 16)), (4, datetime(2026, 11, 10, 16))]
)  # fmt: skip
def test_same_time_again_keeps_weekday_and_wall_time(
    store: MemoryStore, pair: str, weeks: int | None, starts: datetime
) -> None:
    series = store.execute(PlanSeries(mentorship=pair, starts=datetime(2026, 10, 13, 16), weeks=3, count=1)).record
    first = store.ask(MeetingsOf(pair, NOON)).past[0]
    assert first.series == series
    found = get(store, Meeting, store.execute(SameTimeAgain(meeting=first.id, weeks=weeks)).record)
    assert (found.starts, found.series, found.place) == (starts, None, "Biblioteket")
    assert found.zone == "Europe/Stockholm"


def test_same_time_again_uses_the_rhythm_agreed_on_and_stays_in_the_future(store: MemoryStore, meeting: str) -> None:
    assert get(store, Meeting, store.execute(SameTimeAgain(meeting=meeting)).record).starts == FIFTEEN + timedelta(14)
    store.clock.later(days=40)
    found = get(store, Meeting, store.execute(SameTimeAgain(meeting=meeting)).record)
    assert found.starts == FIFTEEN + timedelta(42)
    for weeks in (0, 53):
        with pytest.raises(InvalidField):
            store.execute(SameTimeAgain(meeting=meeting, weeks=weeks))


def test_topics_are_put_on_the_agenda_and_used(store: MemoryStore, pair: str, meeting: str) -> None:
    topic = store.execute(AddTopic(mentorship=pair, meeting=meeting, topic="story")).record
    store.execute(AddTopic(mentorship=pair, title="Lönen"))
    store.execute(UseTopic(agenda=topic))
    assert get(store, Agenda, topic).used
    for bad in (AddTopic(mentorship=pair), AddTopic(mentorship=pair, topic="a", title="b")):
        with pytest.raises(InvalidField):
            store.execute(bad)


# ------------------------------------------------------------------ lists


def test_ticks_and_reasons_of_a_run(store: MemoryStore, pair: str, meeting: str) -> None:
    about = {"document": "checklist.after_session", "meeting": meeting}
    assert store.execute(UntickItem(item="a", **about)).changes == ()  # type: ignore[arg-type]
    assert store.execute(SetAside(item="a", reason=" ", **about)).changes == ()  # type: ignore[arg-type]
    store.execute(SetAside(item="a", reason=" inte nu ", **about))  # type: ignore[arg-type]
    assert store.ask(ListOf("checklist.after_session", meeting)).set_aside == {"a": "inte nu"}
    store.execute(TickItem(item="a", **about))  # type: ignore[arg-type]
    store.execute(TickItem(item="b", **about))  # type: ignore[arg-type]
    view = store.ask(ListOf("checklist.after_session", meeting))
    assert (set(view.ticks), dict(view.set_aside)) == ({"a", "b"}, {})
    store.execute(UntickItem(item="a", **about))  # type: ignore[arg-type]
    run = next(iter(store.everything(Checklist)))
    assert (set(run.ticks), run.mentorship, run.visibility) == ({"b"}, pair, "only_me")
    with pytest.raises(InvalidField):
        store.execute(TickItem(document="d", item="a"))


def test_own_items_places_and_hiding_and_the_list_as_it_was_shipped(store: MemoryStore) -> None:
    own = store.execute(AddOwnItem(document="d", text="Ta med fika", place="i")).record
    other = store.execute(AddOwnItem(document="e", text="Annat")).record
    store.execute(PlaceItem(document="d", item="silent", place="1"))
    store.execute(HideItem(document="d", item="confirm"))
    store.execute(PlaceItem(document="d", item=own, place="z"))
    store.execute(HideItem(document="d", item=own))
    view = store.ask(ListOf("d"))
    assert [item.text for item in view.own] == ["Ta med fika"]
    assert view.hidden == {"confirm", own} and view.places == {"silent": "1", own: "z"}
    done = store.execute(RestoreShipped(document="d"))
    view = store.ask(ListOf("d"))
    assert (view.own, view.hidden, view.places) == ((), frozenset(), {})
    assert get(store, ListItem, other).text == "Annat"
    assert done.undo is not None
    store.execute(done.undo)
    assert len(store.ask(ListOf("d")).own) == 1
    with pytest.raises(InvalidField):
        store.execute(AddOwnItem(document="d", text="  "))


# ------------------------------------------------------------------ notes, minutes, forms


def test_a_note_knows_its_meeting_and_takes_new_words(store: MemoryStore, pair: str, meeting: str) -> None:
    note = store.execute(WriteNote(body="ett", meeting=meeting)).record
    found = get(store, Note, note)
    assert (found.mentorship, found.meeting, found.visibility, found.written) == (pair, meeting, "only_me", NOON)
    store.execute(WriteNote(id=note, body=""))
    assert get(store, Note, note).body == ""
    assert store.execute(WriteNote(body=" \n")).changes == ()
    assert get(store, Note, store.execute(WriteNote(body="x", meeting="0" * 32)).record).mentorship is None


def test_a_note_of_ten_million_letters_fits_and_one_more_is_refused(store: MemoryStore) -> None:
    note = store.execute(WriteNote(body="å" * 10_000_000)).record
    with pytest.raises(InvalidField) as refused:
        store.execute(WriteNote(id=note, body="å" * 10_000_001))
    assert refused.value.facts == {"entity": "note", "field": "body", "reason": "too-long"}
    emoji = "👩🏽‍🏫 مرحبا\u202e"
    assert get(store, Note, store.execute(WriteNote(body=emoji)).record).body == emoji
    with pytest.raises(InvalidField):
        store.execute(WriteNote(body="\ud83d"))


def test_a_note_written_while_locked_finds_todays_meeting_and_comes_once(store: MemoryStore, pair: str) -> None:
    early = store.execute(PlanMeeting(mentorship=pair, starts=FIFTEEN.replace(hour=9))).record
    late = store.execute(PlanMeeting(mentorship=pair, starts=FIFTEEN)).record
    cancelled = store.execute(PlanMeeting(mentorship=pair, starts=FIFTEEN.replace(hour=12))).record
    store.execute(SkipMeeting(meeting=cancelled))
    for id, hour, expected in (("1", 9, early), ("2", 16, late), ("3", 13, late), ("4", 7, early)):
        written = datetime(2026, 10, 14, hour, 30, tzinfo=STOCKHOLM).astimezone(UTC)
        note = store.execute(ImportQuickNote(id=id * 32, body="hej", written=written)).record
        found = get(store, Note, note)
        assert (found.meeting, found.mentorship, found.origin, found.written) == (expected, pair, "locked", written)
    assert store.execute(ImportQuickNote(id="1" * 32, body="annat", written=NOON)).changes == ()
    store.execute(Delete(kind="note", id="1" * 32))
    assert store.execute(ImportQuickNote(id="1" * 32, body="hej", written=NOON)).changes == ()
    lonely = store.execute(ImportQuickNote(id="9" * 32, body="hej", written=NOON + timedelta(days=3))).record
    assert get(store, Note, lonely).meeting is None


def test_minutes_keep_item_by_item_and_the_private_one_apart(store: MemoryStore, pair: str, meeting: str) -> None:
    id = store.execute(KeepMinutes(meeting=meeting, document="minutes.quick", answers={"talked": "a"})).record
    store.clock.later(hours=1)
    store.execute(KeepMinutes(meeting=meeting, document="minutes.quick", answers={"agreed": "b", "talked_2": "c"}))
    found = store.ask(MinutesFor(meeting))
    assert found is not None and found.answers == {"talked": "a", "agreed": "b", "talked_2": "c"}
    assert (found.begun, found.mentorship, found.visibility, found.id) == (NOON, pair, "shared", id)
    assert store.execute(KeepMinutes(meeting=meeting, document="minutes.quick", private="  ")).changes == ()
    assert store.ask(NoteOf(meeting)) is None
    store.execute(KeepMinutes(meeting=meeting, document="minutes.quick", private="mitt"))
    store.execute(KeepMinutes(meeting=meeting, document="minutes.quick", private=""))
    note = store.ask(NoteOf(meeting))
    assert note is not None and (note.body, note.mentorship) == ("", pair)


def test_minutes_are_finished_and_opened_again(store: MemoryStore, meeting: str) -> None:
    with pytest.raises(UnknownRecord):
        store.execute(FinishMinutes(meeting=meeting))
    store.execute(KeepMinutes(meeting=meeting, document="minutes.quick"))
    store.execute(FinishMinutes(meeting=meeting))
    found = store.ask(MinutesFor(meeting))
    assert found is not None and (found.status, found.finished, found.finished_by) == ("finished", NOON, "mentor")
    store.execute(FinishMinutes(meeting=meeting, finished=False))
    found = store.ask(MinutesFor(meeting))
    assert found is not None and (found.status, found.finished, found.finished_by) == ("draft", None, None)


def test_forms_are_mine_or_ours(store: MemoryStore, pair: str) -> None:
    store.execute(KeepForm(document="prompts.boundaries", mentorship=pair, answers={"town": "hälsa"}))
    store.execute(KeepForm(document="prompts.boundaries", mentorship=pair, skipped=frozenset({"home"}), done=True))
    mine = store.ask(FormOf("prompts.boundaries", pair))
    assert mine is not None
    assert (dict(mine.answers), set(mine.skipped), mine.status, mine.visibility) == (
        {"town": "hälsa"},
        {"home"},
        "done",
        "only_me",
    )
    assert store.ask(FormOf("prompts.boundaries", pair, shared=True)) is None
    store.execute(KeepForm(document="prompts.boundaries", mentorship=pair, shared=True, answers={"town": "vi hälsar"}))
    store.execute(KeepForm(document="prompts.boundaries", mentorship=pair, shared=True, done=False))
    ours = store.ask(FormOf("prompts.boundaries", pair, shared=True))
    assert ours is not None and (ours.answers, ours.visibility) == ({"town": "vi hälsar"}, "shared")
    assert store.ask(FormOf("prompts.boundaries")) is None
    assert store.ask(FormOf("prompts.boundaries", "0" * 32, shared=True)) is None
    with pytest.raises(Refused):
        store.execute(KeepForm(document="d", shared=True))


# ------------------------------------------------------------------ goals and tasks


def test_title_is_enough_for_a_goal_and_three_skills_are_the_most(store: MemoryStore, pair: str) -> None:
    assert get(store, Goal, store.execute(SetGoal(title="Två intervjuer")).record).visibility == "only_me"
    shared = store.execute(SetGoal(title="m", mentorship=pair, skills=frozenset("abc"), due=date(2026, 12, 20)))
    assert get(store, Goal, shared.record).visibility == "shared"
    private = store.execute(SetGoal(title="m", mentorship=pair, private=True)).record
    assert (get(store, Goal, private).visibility, get(store, Goal, private).mentorship) == ("only_me", pair)
    with pytest.raises(InvalidField):
        store.execute(SetGoal(title="m", skills=frozenset("abcd")))
    with pytest.raises(AlreadyThere):
        store.execute(SetGoal(title="m", id=private))


def test_sharing_a_goal_writes_it_anew_with_its_history(store: MemoryStore, pair: str) -> None:
    mine = store.execute(SetGoal(title="m", target=5, answers={"why": "x"})).record
    store.execute(RecordProgress(goal=mine, delta=2, comment="bra"))
    task = store.execute(AddTask(text="t", goal=mine)).record
    with pytest.raises(Refused):
        store.execute(ShareGoal(goal=mine))
    shared = store.execute(ShareGoal(goal=mine, mentorship=pair)).record
    view = store.ask(GoalPage(shared))
    assert view is not None
    assert (view.row.value, view.row.visibility, view.goal.answers) == (2, "shared", {"why": "x"})
    assert [row.comment for row in view.history] == ["bra"]
    assert store.ask(GoalPage(mine)) is None
    assert get(store, Task, task).goal == shared
    with pytest.raises(Refused):
        store.execute(ShareGoal(goal=shared))


def test_progress_is_a_step_or_a_standing_never_both(store: MemoryStore, pair: str) -> None:
    goal = store.execute(SetGoal(title="m", mentorship=pair)).record
    step = store.execute(RecordProgress(goal=goal, delta=1)).record
    assert (get(store, Progress, step).by, get(store, Progress, step).at) == ("mentor", NOON)
    for bad in (RecordProgress(goal=goal), RecordProgress(goal=goal, delta=1, value=2)):
        with pytest.raises(InvalidField):
            store.execute(bad)


@pytest.mark.parametrize(("role", "by"), [("mentee", "mentee"), ("mentor", "mentor"), ("coordinator", "mentee")])
def test_who_records_progress_on_a_goal_of_ones_own(role: Any, by: str) -> None:
    store = memory_store()
    goal = store.execute(SetGoal(title="m")).record
    store.execute(IntroduceMe(name="Jag", role=role))
    assert get(store, Progress, store.execute(RecordProgress(goal=goal, delta=1)).record).by == by


def test_progress_without_a_person_is_recorded_in_my_own_role(store: MemoryStore, pair: str) -> None:
    goal = store.execute(SetGoal(title="m", mentorship=pair)).record
    person = next(iter(store.everything(Person)))
    store.execute(Revise(kind="person", id=person.id, values={"mentorship": "0" * 32}))
    assert get(store, Progress, store.execute(RecordProgress(goal=goal, delta=1)).record).by == "mentor"


def test_a_goal_is_reached_let_go_of_and_taken_up_again(store: MemoryStore) -> None:
    goal = store.execute(SetGoal(title="m")).record
    store.execute(ReachGoal(goal=goal))
    assert (get(store, Goal, goal).status, get(store, Goal, goal).settled) == ("reached", NOON)
    store.execute(LetGoOfGoal(goal=goal, reason="annat nu"))
    assert (get(store, Goal, goal).status, get(store, Goal, goal).reason) == ("let_go", "annat nu")
    store.execute(ReopenGoal(goal=goal))
    found = get(store, Goal, goal)
    assert (found.status, found.reason, found.settled) == ("active", "", None)


def test_a_task_moves_and_finishes_done_or_tried(store: MemoryStore, pair: str) -> None:
    task = store.execute(AddTask(text="ring", mentorship=pair, due=date(2026, 10, 20))).record
    store.execute(MoveTask(task=task, status="doing"))
    store.execute(MoveTask(task=task, due=date(2026, 10, 27)))
    assert (get(store, Task, task).status, get(store, Task, task).due) == ("doing", date(2026, 10, 27))
    store.execute(MoveTask(task=task, status="done"))
    assert (get(store, Task, task).outcome, get(store, Task, task).settled) == ("done", NOON)
    store.execute(MoveTask(task=task, status="todo"))
    assert (get(store, Task, task).outcome, get(store, Task, task).settled) == ("", None)
    store.execute(TaskOutcome(task=task, outcome="tried", tried="ringde", learned="skriv först"))
    found = get(store, Task, task)
    assert (found.status, found.outcome, found.tried, found.learned) == ("done", "tried", "ringde", "skriv först")
    assert store.execute(MoveTask(task=task, status="done")).changes == ()
    with pytest.raises(InvalidField):
        store.execute(TaskOutcome(task=task, outcome="failed"))
    with pytest.raises(InvalidField):
        store.execute(MoveTask(task=task, status="lost"))


# ------------------------------------------------------------------ feedback


@pytest.mark.parametrize(("audience", "copies"), [("both", 2), ("aggregate", 1), ("none", 1)])
def test_feedback_goes_to_whom_one_chose(store: MemoryStore, meeting: str, audience: Any, copies: int) -> None:
    command = GiveFeedback(
        survey="survey.after_session_mentor",
        role="mentor",
        meeting=meeting,
        answers={"useful": 4, "worry": "no", "change": frozenset({"time"})},
        audience=audience,
        private=frozenset({"worry"}),
    )
    mine = store.execute(command).record
    found = list(store.everything(Evaluation))
    assert len(found) == copies
    assert get(store, Evaluation, mine).answers["worry"] == "no"
    assert all("worry" not in one.answers for one in found if one.visibility == "shared")
    lonely = store.execute(GiveFeedback(survey="s", role="participant", answers={}, audience="both")).record
    assert get(store, Evaluation, lonely).mentorship is None


# ------------------------------------------------------------------ taking back


def test_taking_back_what_is_not_there_does_nothing(store: MemoryStore) -> None:
    done = store.execute(AddTask(text="x"))
    assert done.undo is not None
    elsewhere = memory_store()
    assert elsewhere.execute(done.undo).changes == ()
    store.execute(done.undo)
    assert store.execute(done.undo).changes == ()
    assert store.execute(Undo(steps=())).record == ""


def test_every_refusal_is_an_error_of_the_model() -> None:
    for error in (AlreadyThere, AppendOnly, InvalidField, Refused, UnknownRecord):
        assert issubclass(error, ModelError)
