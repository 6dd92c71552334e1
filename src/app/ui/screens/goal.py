"""One goal: how far, one step more or less, what comes next, and how it has gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

import flet as ft

from app.model.clock import moment_of
from app.model.commands import LetGoOfGoal, ReachGoal, RecordProgress, ReopenGoal, Revise
from app.model.queries import GoalPage, GoalRow, GoalView, ProgressRow, TaskCounts
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Beside,
    Card,
    Chip,
    EmptyState,
    Field,
    HeaderButton,
    Heading,
    LineChart,
    PrimaryButton,
    ProgressBar,
    QuietButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    VisibilityChip,
    Words,
)
from app.ui.parts.carrying import SentState
from app.ui.safe import component
from app.ui.screens.goal_share import ShareWay
from app.ui.screens.goal_steps import STEP, step_of, take_step
from app.ui.screens.removing import remover
from app.ui.screens.rows import (
    goal_due,
    goal_progress,
    goal_whose,
    local,
    resumed_line,
    skill_name,
    task_line,
    tasks_counted,
)
from app.ui.screens.versions import another_version, earlier_versions
from app.ui.theme import Style

TOGETHER = 15 * 60
"""Seconds: a comment written this soon after a step of the same person is shown with that step."""
DETAILS = ("why", "possible", "obstacle")


@component
def GoalScreen(id: str) -> ft.Control:
    """A goal's page."""
    desk = use_desk()
    view: GoalView | None = use_query(GoalPage(id))
    if view is None:
        return Screen(desk.say("goal.page"), [EmptyState(desk.say("goal.missing"))], back=True)
    edit = HeaderButton(desk.say("goal.edit"), ft.Icons.EDIT, lambda _: desk.go(f"/goal/{id}/edit"), id="edit-goal")
    return Screen(
        desk.say("goal.page"),
        [GoalPane(id, moved=lambda new: desk.swap(f"/goal/{new}"), key=id)],
        back=True,
        actions=[edit],
        primary=_ending(desk, view.row),
    )


@component
def GoalPane(id: str, moved: Callable[[str], object], beside: bool = False, key: str = "") -> ft.Control:
    """Everything about a goal; `beside` a list it brings its own buttons. `moved` is told when it goes on as another."""
    desk = use_desk()
    now = use_clock()
    view: GoalView | None = use_query(GoalPage(id))
    if view is None:
        return Soft(desk.say("goal.missing"), Style.BODY)
    row = view.row
    chips: list[ft.Control] = [VisibilityChip(row.visibility, name=row.name)]
    whose = goal_whose(desk, row)
    if whose:
        chips.append(Chip(whose, ft.Icons.PERSON_OUTLINE))
    chips += [Chip(skill_name(desk, skill)) for skill in sorted(row.skills)]
    parts: list[ft.Control] = [
        Heading(row.title, 2, Style.TITLE),
        ft.Row(chips, wrap=True, spacing=8, run_spacing=8),
        *([ShareWay(view.goal, moved, key="share")] if row.visibility == "only_me" else []),
        SentState("goal", id, key="sent"),
        *another_version(desk, view.goal),
        _Measure(view, key="measure"),
        SectionTitle(desk.say("goal.step")),
        _NextStep(view, key="next-step"),
        *([_Tasks(view, now, key="tasks")] if view.tasks else []),
        SectionTitle(desk.say("goal.history")),
        _History(view, now, key="history"),
        *_details(desk, view),
        *earlier_versions(desk, view.goal, "title"),
    ]
    leave = _stay if beside else desk.back
    parts.append(remover(desk, "goal", id, leave))
    if beside:
        edit = QuietButton(desk.say("goal.edit"), lambda _: desk.go(f"/goal/{id}/edit"), ft.Icons.EDIT, id="edit-goal")
        parts += [ft.Row([edit]), _ending(desk, row)]
    return ft.Column(parts, spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _stay() -> None:
    """The list is beside it: another goal is a tap away."""


# ---------------------------------------------------------------- how far


@component
def _Measure(view: GoalView, key: str = "") -> ft.Control:
    desk = use_desk()
    row = view.row
    said = goal_progress(desk, row)
    figure, words = _figure(desk, row)
    line = ft.Row(
        [
            ft.Row(
                [Words(figure, Style.FIGURE), Words(words, color=theme.INK_SOFT)]
                if figure
                else [Words(words, Style.HEADING)],
                spacing=10,
                run_spacing=0,
                wrap=True,  # a unit may be forty letters long
                vertical_alignment=ft.CrossAxisAlignment.CENTER,
            ),
            Soft(goal_due(desk, row)),
        ],
        alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
        wrap=True,
        run_spacing=4,
    )
    parts: list[ft.Control] = [line]
    if row.fraction is not None:
        parts.append(ProgressBar(row.fraction, 1, said))
    if row.status in ("active", "changed"):
        parts.append(_stepper(desk, row))
    return Card(parts, spacing=14)


def _figure(desk: Desk, row: GoalRow) -> tuple[str, str]:
    """The number to look at, and what it is a number of."""
    number = desk.speech.value.number
    if row.measure == "done":
        return "", desk.say("goal.done" if row.value >= 1 else "goal.not-done")
    if row.measure == "percent":
        return number(row.value), desk.say("goal.percent")
    if row.measure == "scale":
        return number(row.value), desk.say("goal.scale")
    if row.target is None and not row.value and not row.unit:
        return "", desk.say("goal.not-begun")
    if row.target is None:
        return number(row.value), row.unit
    return number(row.value), f"{desk.say('goal.of', target=number(row.target))} {row.unit}".strip()


def _stepper(desk: Desk, row: GoalRow) -> ft.Control:
    """One less, one more. Where there is no step left to take, the button is not there."""
    number = desk.speech.value.number(STEP[row.measure])
    once = row.measure == "done"
    buttons: list[ft.Control] = []
    for direction, icon, word in ((-1, ft.Icons.REMOVE, "less"), (1, ft.Icons.ADD, "more")):
        if step_of(row, direction) is None:
            continue
        button = SecondaryButton(
            desk.say(f"goal.mark-{'done' if direction > 0 else 'undone'}")
            if once
            else desk.say(f"goal.{word}", step=number),
            lambda _, direction=direction: take_step(desk, row, direction),
            (ft.Icons.CHECK if direction > 0 else ft.Icons.UNDO) if once else icon,
            id=f"goal-{word}",
            strong=direction > 0,
            expand=True,
        )
        buttons.append(button)
    return ft.Row(buttons, spacing=8)


def _ending(desk: Desk, row: GoalRow) -> ft.Control:
    """Reached, or let go of: the second is as good a decision as the first, and grey, not red."""

    def settle(command: LetGoOfGoal | ReachGoal, said: str) -> None:
        done = desk.store.execute(command)
        desk.notice(desk.say(said), undo=(lambda: desk.store.execute(done.undo)) if done.undo else None, seconds=6)

    if row.status in ("reached", "let_go"):
        return SecondaryButton(
            desk.say("goal.reopen"),
            lambda _: desk.store.execute(ReopenGoal(goal=row.id)),
            ft.Icons.REPLAY,
            id="reopen-goal",
        )
    let_go = SecondaryButton(
        desk.say("goal.let-go"),
        lambda _: settle(LetGoOfGoal(goal=row.id), "goal.was-letgo"),
        id="let-go",
        expand=True,
    )
    reach = PrimaryButton(
        desk.say("goal.reached"),
        lambda _: settle(ReachGoal(goal=row.id), "goal.was-reached"),
        ft.Icons.DONE_ALL,
        id="reached",
        expand=True,
    )
    return Beside([let_go, reach])


# ---------------------------------------------------------------- what comes next


@component
def _NextStep(view: GoalView, key: str = "") -> ft.Control:
    desk = use_desk()
    editing, edit = ft.use_state(False)
    if editing:
        return Card(_StepField(view.goal.id, view.goal.next_step, lambda: edit(False)))
    shown = view.goal.next_step or desk.say("goal.step-none")
    line: list[ft.Control] = [
        Words(shown, color=theme.INK if view.goal.next_step else theme.INK_SOFT, expand=True),
        ft.Icon(ft.Icons.EDIT_OUTLINED, color=theme.INK_SOFT, size=22, semantics_label=desk.say("goal.step-write")),
    ]
    return Card(ft.Row(line, spacing=12), lambda _: edit(True), id="next-step")


@component
def _StepField(goal: str, step: str, close: Callable[[], object]) -> ft.Control:
    """What comes next, being written."""
    desk = use_desk()
    form = use_unfinished(f"step.{goal}", step)

    def save(_: object = None) -> None:
        done = desk.store.execute(Revise(kind="goal", id=goal, values={"next_step": form.values.strip()}))
        form.done()
        close()
        if done.changes:
            desk.notice(
                desk.say("goal.step-saved"), undo=(lambda: desk.store.execute(done.undo)) if done.undo else None
            )

    button = SecondaryButton(desk.say("goal.step-save"), save, ft.Icons.CHECK, id="save-step", strong=True)
    field = Field(
        desk.say("goal.step-write"),
        form.values,
        form.put,
        id="step-text",
        lines=2,
        limit=300,
        autofocus=not form.resumed,
        on_submit=save,
    )
    return ft.Column(
        [*resumed_line(desk, form), field, ft.Row([button])],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


TASKS = 8
"""Tasks shown on a goal's page at once; whoever has more asks for the next ones."""


@component
def _Tasks(view: GoalView, now: datetime, key: str = "") -> ft.Control:
    """What was promised on the way, and how much of it is finished."""
    desk = use_desk()
    most, show_more = ft.use_state(TASKS)
    tried = sum(row.outcome == "tried" for row in view.tasks if row.status == "done")
    done = sum(row.status == "done" for row in view.tasks) - tried
    counts = TaskCounts(all=len(view.tasks), done=done, tried=tried)
    lines = [task_line(desk, row, now.date()) for row in view.tasks[:most]]
    if len(view.tasks) > most:
        lines.append(
            Row(
                desk.say("person.more-tasks", count=len(view.tasks) - most),
                lambda _: show_more(most + 4 * TASKS),
                trailing=ft.Icon(ft.Icons.EXPAND_MORE, color=theme.INK_SOFT),
                chevron=False,
                id="more-tasks",
                key="more",
            )
        )
    return ft.Column(
        [SectionTitle(desk.say("goal.tasks"), tasks_counted(desk, counts)), Rows(lines)],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


# ---------------------------------------------------------------- how it has gone

ENTRIES = 20
"""Steps shown at once; whoever has taken more asks for the earlier ones."""
POINTS = 90
"""As many points as a curve on a phone can show apart; more only cost time."""


@component
def _History(view: GoalView, now: datetime, key: str = "") -> ft.Control:
    desk = use_desk()
    asking, ask = ft.use_state(False)
    most, show_more = ft.use_state(ENTRIES)
    if not view.history:
        return Card(Soft(desk.say("goal.history-none"), Style.BODY))

    parts: list[ft.Control] = []
    chart = _chart(desk, view, now)
    if chart is not None:
        parts.append(chart)
    entries = gathered(view.history)
    parts += [_entry(desk, entry, said, now) for entry, said in entries[:most]]
    if len(entries) > most:
        more = QuietButton(
            desk.say("goal.history-more", count=len(entries) - most),
            lambda _: show_more(most + 4 * ENTRIES),
            ft.Icons.EXPAND_MORE,
            id="more-history",
        )
        parts.append(ft.Row([more]))
    if view.row.status in ("active", "changed"):
        if asking:
            parts.append(_CommentField(view.goal.id, lambda: ask(False)))
        else:
            add = QuietButton(desk.say("goal.comment-add"), lambda _: ask(True), ft.Icons.ADD_COMMENT, id="add-comment")
            parts.append(ft.Row([add]))
    return Card(parts, spacing=10)


@component
def _CommentField(goal: str, close: Callable[[], object]) -> ft.Control:
    """A few words about how it goes."""
    desk = use_desk()
    form = use_unfinished(f"comment.{goal}", "")

    def save(_: object = None) -> None:
        if form.values.strip():
            desk.store.execute(RecordProgress(goal=goal, delta=0, comment=form.values.strip()))
        form.done()
        close()

    field = Field(
        desk.say("goal.comment-hint"), form.values, form.put, id="comment", autofocus=not form.resumed, on_submit=save
    )
    button = SecondaryButton(desk.say("goal.comment-save"), save, ft.Icons.CHECK, id="save-comment", strong=True)
    return ft.Column(
        [*resumed_line(desk, form), field, ft.Row([button])],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def gathered(history: Sequence[ProgressRow]) -> list[tuple[ProgressRow, str]]:
    """The entries, newest first, each with its words: a comment that follows its step closely stands with the step."""
    found: list[tuple[ProgressRow, str]] = []
    waiting: ProgressRow | None = None
    for entry in history:
        bare = not entry.delta and entry.value is None
        if waiting is not None:
            close = (waiting.at - entry.at).total_seconds() <= TOGETHER
            if close and not bare and waiting.by == entry.by and not entry.comment:
                found.append((entry, waiting.comment))
                waiting = None
                continue
            found.append((waiting, waiting.comment))
            waiting = None
        if bare:
            waiting = entry
        else:
            found.append((entry, entry.comment))
    if waiting is not None:
        found.append((waiting, waiting.comment))
    return found


def _entry(desk: Desk, entry: ProgressRow, said: str, now: datetime) -> ft.Control:
    number = desk.speech.value.number
    change = ""
    if entry.value is not None:
        change = number(entry.value)
    elif entry.delta:
        change = f"{'+' if entry.delta > 0 else '−'}{number(abs(entry.delta))}"
    who = desk.say("goal.by-me") if entry.mine else entry.name
    words: list[ft.Control] = [Words(" · ".join(part for part in (change, who) if part))]
    if said:
        words.append(Words(desk.say("goal.quote", words=said)))
    day = desk.speech.value.day_plain(local(entry.at, now).date())
    column = ft.Column(words, spacing=2, tight=True, expand=True)
    return ft.MergeSemantics(
        content=ft.Row(
            [ft.Container(Soft(day), width=76), column], spacing=12, vertical_alignment=ft.CrossAxisAlignment.START
        )
    )


def _chart(desk: Desk, view: GoalView, now: datetime) -> ft.Control | None:
    """Where it stood and when, as a curve; the same in words for whoever listens."""
    if view.row.measure == "done" or len(view.history) < 1:
        return None
    number, day = desk.speech.value.number, desk.speech.value.day_plain
    steps = [(local(entry.at, now), entry.total) for entry in reversed(view.history)]
    began = min(local(moment_of(view.goal.made), now), steps[0][0])
    marks = thinned([(began, view.row.start), *steps, (max(now, steps[-1][0]), view.row.value)])
    span = max((marks[-1][0] - began).total_seconds(), 1.0)
    points = [((at - began).total_seconds() / span * 100, value) for at, value in marks]
    said = ". ".join(
        desk.say("goal.chart-point", day=day(at.date()), value=number(value)) for at, value in _last_of_day(marks)
    )
    high = view.row.target if view.row.target is not None else max(value for _, value in points)
    low = min(view.row.start, *(value for _, value in points))
    curve = LineChart(points, said=said, low=low, high=max(high, view.row.value), height=130)
    ends = ft.Row([Soft(day(began.date())), Soft(desk.say("goal.today"))], alignment=ft.MainAxisAlignment.SPACE_BETWEEN)
    under = ft.Semantics(exclude_semantics=True, content=ends)
    return ft.Column([curve, under], spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def thinned(marks: list[tuple[datetime, float]]) -> list[tuple[datetime, float]]:
    """No more of them than a curve can show: evenly taken, the first and the last one always."""
    if len(marks) <= POINTS:
        return marks
    return [marks[round(at * (len(marks) - 1) / (POINTS - 1))] for at in range(POINTS)]


def _last_of_day(marks: Sequence[tuple[datetime, float]]) -> list[tuple[datetime, float]]:
    days: dict[date, tuple[datetime, float]] = {at.date(): (at, value) for at, value in marks}
    return list(days.values())


def _details(desk: Desk, view: GoalView) -> list[ft.Control]:
    """What was written for the other letters."""
    rows: list[ft.Control] = []
    document = desk.library.document("goal.smart")
    for name in DETAILS:
        answer = view.goal.answers.get(name)
        if isinstance(answer, str) and answer.strip():
            rows.append(_said(desk.say(f"goal.{name}"), answer))
    if view.goal.support:
        options = {option.value: desk.read(option.label) for option in document.item("support").options}
        names: list[str] = [options.get(one) or one for one in sorted(view.goal.support)]
        rows.append(_said(desk.say("goal.support"), desk.speech.value.listing(names)))
    return [SectionTitle(desk.say("goal.details")), Card(rows, spacing=14)] if rows else []


def _said(label: str, words: str) -> ft.Control:
    return ft.Column([Soft(label), Words(words)], spacing=2, tight=True)
