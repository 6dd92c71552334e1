"""Goals: the list, one more in two taps, one goal with its history, and writing one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import flet as ft
import flet_charts as charts
import pytest

from app.model.commands import AddPerson, AddTask, LetGoOfGoal, RecordProgress, SetGoal
from app.model.entities import Goal
from app.model.queries import GoalPage, GoalsList, One
from app.ui import theme
from app.ui.screens.goal import ENTRIES, POINTS, thinned
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.laid import LANGUAGES, Laid, identifiers, lay, open_at


def value(laid: Laid) -> float:
    """Where the goal stands, read from the store."""
    view = laid.store.again().ask(GoalPage(laid.goal))
    assert view is not None
    return view.row.value


@pytest.mark.parametrize("language", LANGUAGES)
async def test_progress_in_two_taps_from_today(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, "", language)
    app.desk.go("/goals")  # tap one: the tab
    await app.settle()
    assert app.nameless() == []
    assert value(laid) == 1
    await app.tap(f"more-{laid.goal}")  # tap two
    assert value(laid) == 2
    said = "Nu 2 av 2." if language == "sv" else "Now 2 of 2."
    assert said in app.texts()
    await app.undo()
    assert value(laid) == 1


async def test_all_the_tasks_of_a_goal_are_within_reach(stage: OpenStage) -> None:
    laid = lay()
    for number in range(10):
        laid.store.execute(AddTask(text=f"Steg {number}", mentorship=laid.pair, goal=laid.goal))
    app = await open_at(stage, laid, f"/goal/{laid.goal}")
    assert len(identifiers(app, "task-")) == 8 and "2 uppgifter till" in app.texts()
    await app.tap("more-tasks")
    assert len(identifiers(app, "task-")) == 10 and not app.has("more-tasks")


async def test_many_steps_come_a_few_at_a_time_and_the_curve_has_no_more_than_it_shows(stage: OpenStage) -> None:
    """A thousand rows and points take a browser many seconds."""
    laid = lay()
    with laid.store.writing():
        for number in range(120):
            laid.store.perform(RecordProgress(goal=laid.goal, delta=1, comment=f"Steg nummer {number}."))
    app = await open_at(stage, laid, f"/goal/{laid.goal}")
    shown = [text for text in app.texts() if "Steg nummer" in text]
    assert len(shown) == ENTRIES and "Steg nummer 119." in shown[0]
    (curve,) = [control for control in app.walk() if isinstance(control, charts.LineChart)]
    assert len(curve.data_series[0].points) == POINTS
    await app.tap("more-history")
    await app.tap("more-history")
    assert sum("Steg nummer" in text for text in app.texts()) == 120 and not app.has("more-history")


def test_a_thinned_curve_keeps_its_ends() -> None:
    marks = [(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour), float(hour)) for hour in range(1_000)]
    few = thinned(marks)
    assert len(few) == POINTS and (few[0], few[-1]) == (marks[0], marks[-1]) and few == sorted(set(few))
    assert thinned(marks[:POINTS]) == marks[:POINTS]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_goal_shows_how_far_and_how_it_has_gone(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/goal/{laid.goal}", language)
    assert app.nameless() == []
    texts = app.texts()
    assert {"Två intervjuer före jul", "1", "Ringa Lena på lagret i morgon"} <= set(texts)
    assert ("av 2 intervjuer" if language == "sv" else "of 2 intervjuer") in texts
    assert ("klart senast 20 dec." if language == "sv" else "done by 20 Dec") in texts
    assert any("Svårt men gick bra" in text for text in texts)
    assert any("+1" in text and ("jag" in text or "Yusuf" in text or "me" in text) for text in texts)
    chart = next(c for c in app.walk() if isinstance(c, ft.Semantics) and "30 sep" in (c.label or "").lower())
    assert "1" in str(chart.label)
    await app.tap("goal-more")
    assert value(laid) == 2
    await app.tap("goal-less")
    await app.tap("goal-less")
    assert value(laid) == 0
    assert not app.has("goal-less")


async def test_a_comment_stands_with_its_step(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/goal/{laid.goal}")
    await app.tap("goal-more")
    await app.tap("add-comment")
    await app.type("comment", "Andra gick lättare")
    await app.tap("save-comment")
    view = laid.store.ask(GoalPage(laid.goal))
    assert view is not None
    assert [entry.comment for entry in view.history][:1] == ["Andra gick lättare"]
    assert value(laid) == 2
    rows = [text for text in app.texts() if "Andra gick lättare" in text]
    assert rows == ["”Andra gick lättare”"]
    assert sum("+1" in text for text in app.texts()) == 2


async def test_letting_go_is_grey_and_can_be_taken_back(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/goal/{laid.goal}")
    await app.tap("let-go")
    goal = laid.store.ask(One(Goal, laid.goal))
    assert goal is not None and goal.status == "let_go"
    assert "Släppt" in app.texts()
    assert theme.ERROR not in [getattr(c, "color", None) for c in app.walk()]
    await app.undo()
    goal = laid.store.ask(One(Goal, laid.goal))
    assert goal is not None and goal.status == "active"
    await app.tap("reached")
    await app.tap("reopen-goal")
    goal = laid.store.again().ask(One(Goal, laid.goal))
    assert goal is not None and goal.status == "active"


async def test_the_next_step_is_written_where_it_stands(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/goal/{laid.goal}")
    await app.tap("next-step")
    await app.type("step-text", "Skriv till Lena i kväll")
    await app.tap("save-step")
    goal = laid.store.again().ask(One(Goal, laid.goal))
    assert goal is not None and goal.next_step == "Skriv till Lena i kväll"


async def pick_day(app: Stage, identifier: str, day: date) -> None:
    """Open the calendar and choose."""
    await app.tap(identifier)
    picker = next(c for c in app.walk() if isinstance(c, ft.DatePicker))
    await app.fire(picker, "change", None, value=datetime(day.year, day.month, day.day, 12).astimezone())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_sentence_and_a_date_are_enough(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/goal/new", language)
    questions = {"s": "främling", "m": "framme", "a": "säker", "r": "ditt mål"}
    english = {"s": "stranger", "m": "see or hear", "a": "sure", "r": "your goal"}
    for letter, word in (questions if language == "sv" else english).items():
        await app.tap(f"letter-{letter}")
        assert any(word in text for text in app.texts()), letter
        assert app.nameless() == []
    await app.tap("save-goal")
    assert len(laid.store.ask(GoalsList())) == 1
    await app.type("goal-title", "Läsa en bok på svenska")
    await app.tap("save-goal")
    assert len(laid.store.ask(GoalsList())) == 1
    await pick_day(app, "goal-due", date(2026, 12, 1))
    soft = "Kan bli tydligare" if language == "sv" else "Could become clearer"
    assert any(soft in text for text in app.texts())
    await app.tap("save-goal")
    (new,) = [row for row in laid.store.again().ask(GoalsList()) if row.id != laid.goal]
    assert (new.title, new.due, new.visibility, new.owner) == (
        "Läsa en bok på svenska",
        date(2026, 12, 1),
        "shared",
        "mentee",
    )
    assert app.desk.places.value[-1] == f"/goal/{new.id}"


@pytest.mark.parametrize(("answer", "seen"), [("share-no", "only_me"), ("share-yes", "shared")])
async def test_a_mentee_is_asked_once_and_private_comes_first(stage: OpenStage, answer: str, seen: str) -> None:
    laid = lay("mentee", "Karin")
    app = await open_at(stage, laid, "/goal/new", role="mentee")
    await app.type("goal-title", "Säga nej ibland")
    await app.tap("letter-t")
    await pick_day(app, "goal-due", date(2026, 12, 1))
    await app.tap("save-goal")
    assert "Ska Karin få se målet?" in app.texts()
    assert len(laid.store.ask(GoalsList())) == 1
    await app.tap(answer)
    (new,) = [row for row in laid.store.again().ask(GoalsList()) if row.id != laid.goal]
    assert (new.visibility, new.owner) == (seen, "mentee")
    goal = laid.store.ask(One(Goal, new.id))
    assert goal is not None
    assert (goal.space == laid.store.personal) == (seen == "only_me")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_mentor_has_a_goal_of_their_own_in_the_same_relationship(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/goal/new", language)
    await app.type("goal-title", "Ställa fler öppna frågor")
    await app.tap("goal-owner-mentor")
    await app.tap("letter-t")
    await pick_day(app, "goal-due", date(2026, 12, 1))
    await app.tap("save-goal")
    assert ("Ska Yusuf få se målet?" if language == "sv" else "May Yusuf see this goal?") in app.texts()
    await app.tap("share-yes")
    (new,) = [row for row in laid.store.again().ask(GoalsList(laid.pair)) if row.id != laid.goal]
    assert (new.owner, new.mine, new.visibility) == ("mentor", True, "shared")
    assert ("Ditt eget mål" if language == "sv" else "Your own goal") in app.texts()
    app.desk.go("/goals")
    await app.settle()
    assert {"Ditt eget mål", "Your own goal"} & set(app.texts())
    assert {"Yusufs mål", "Yusuf’s goal"} & set(app.texts())
    await app.tap(f"goal-{new.id}")
    await app.tap("edit-goal")
    await app.tap("goal-owner-mentee")
    await app.tap("save-goal")
    goal = laid.store.again().ask(One(Goal, new.id))
    assert goal is not None and goal.owner == "mentee"


async def test_three_skills_at_most_and_an_own_one(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/goal/{laid.goal}")
    await app.tap("edit-goal")
    await app.tap("skills-show")
    await app.tap("skill-speaking")
    await app.type("skill-own", "Baka bröd")
    await app.tap("skill-add")
    await app.tap("skill-writing")
    await app.tap("save-goal")
    goal = laid.store.again().ask(One(Goal, laid.goal))
    assert goal is not None and goal.skills == {"listening", "speaking", "Baka bröd"}
    assert "Baka bröd" in app.texts()


async def test_everything_of_a_goal_is_kept(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/goal/{laid.goal}")
    await app.tap("edit-goal")
    await app.tap("letter-m")
    await app.type("goal-to", "3,5")
    await app.tap("letter-a")
    await app.type("goal-possible", "Två veckor")
    await app.tap("letter-r")
    await app.type("goal-why", "Frihet")
    await app.tap("letter-do")
    await app.tap("goal-support-friend")
    await app.tap("save-goal")
    goal = laid.store.again().ask(One(Goal, laid.goal))
    assert goal is not None
    assert (goal.target, goal.answers["possible"], goal.answers["why"]) == (3.5, "Två veckor", "Frihet")
    assert goal.support == {"friend"}
    assert {"Två veckor", "Frihet", "Vän"} <= set(app.texts())


async def test_what_is_finished_stands_below(stage: OpenStage) -> None:
    laid = lay()
    laid.store.execute(LetGoOfGoal(goal=laid.goal))
    app = await open_at(stage, laid, "/goals")
    assert not app.has("Två intervjuer före jul")
    await app.tap("show-finished")
    assert app.has("Två intervjuer före jul") and app.has("Släppt")


async def test_a_goal_beside_the_list(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/goals", width=1100)
    assert app.has("goal-more") and app.has("edit-goal")
    await app.tap("goal-more")
    assert value(laid) == 2


async def test_with_several_people_one_says_whose_it_is(stage: OpenStage) -> None:
    laid = lay()
    other = laid.store.execute(AddPerson(name="Åsa", my_role="mentor")).record
    app = await open_at(stage, laid, "/goal/new")
    await app.type("goal-title", "Cykla")
    await app.tap(f"goal-whose-{other}")
    await app.tap("letter-t")
    await pick_day(app, "goal-due", date(2027, 1, 1))
    await app.tap("save-goal")
    (new,) = laid.store.ask(GoalsList(other))
    assert new.title == "Cykla"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_private_goal_is_shared_later_with_one_question_and_goes_on_with_its_history(
    stage: OpenStage, language: str
) -> None:
    laid = lay("mentee", "Karin")
    mine = laid.store.execute(SetGoal(title="Våga ringa", mentorship=laid.pair, private=True)).record
    laid.store.execute(RecordProgress(goal=mine, delta=1, comment="Ringde"))
    app = await open_at(stage, laid, f"/goal/{mine}", language, role="mentee")
    await app.tap("share-goal")
    assert app.desk.say("goal.ask-share", name="Karin") in app.texts() and app.nameless() == []
    await app.tap("share-no")
    assert laid.store.ask(GoalPage(mine)) is not None
    await app.tap("share-goal")
    await app.tap("share-yes")
    (row,) = [row for row in laid.store.again().ask(GoalsList(laid.pair)) if row.title == "Våga ringa"]
    assert (row.visibility, row.value) == ("shared", 1) and not app.has("share-goal")
    assert app.has(app.desk.say("frame.shared-with", name="Karin")) and app.has(
        app.desk.say("goal.quote", words="Ringde")
    )
    await app.undo()
    assert app.has("share-goal") and laid.store.ask(GoalPage(row.id)) is None


async def test_a_goal_of_nobody_is_shared_with_somebody_one_chooses(stage: OpenStage) -> None:
    laid = lay()
    anna = laid.store.execute(AddPerson(name="Anna", my_role="mentee")).record
    mine = laid.store.execute(SetGoal(title="Lyssna mer", owner="mentor")).record
    app = await open_at(stage, laid, f"/goal/{mine}")
    await app.tap("share-goal")
    await app.tap(f"share-with-{anna}")
    (row,) = laid.store.ask(GoalsList(anna))
    assert (row.title, row.owner, row.mine) == ("Lyssna mer", "mentee", True)
