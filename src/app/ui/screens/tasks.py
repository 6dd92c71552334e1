"""The board of a relationship: to do, doing, done. Moving is a button; where there is room, a card can be dragged too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import flet as ft

from app.model.commands import AddTask, MoveTask, TaskOutcome
from app.model.entities import Owner, Task
from app.model.queries import Board, One, TaskBoard, TaskCounts, TaskRow, TasksCounted, Two, TwoOf
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_clock, use_desk, use_query, use_wide
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Choice,
    EmptyState,
    Field,
    HeaderButton,
    Heading,
    PrimaryButton,
    QuietButton,
    Screen,
    SecondaryButton,
    Segments,
    Soft,
    VisibilityChip,
    Words,
    use_sheet,
)
from app.ui.parts.long import EndlessList
from app.ui.parts.toggles import Picks
from app.ui.safe import component
from app.ui.screens.rows import owner_name, resumed_line, task_about, tasks_counted
from app.ui.theme import Style

Column = Literal["todo", "doing", "done"]
COLUMNS: tuple[Column, ...] = ("todo", "doing", "done")


@component
def TasksScreen(person: str) -> ft.Control:
    """One column at a time on a phone, three beside each other from 840 px."""
    desk, wide = use_desk(), use_wide()
    two: Two | None = use_query(TwoOf(person))
    other = two.name if two else ""
    limit, set_limit = ft.use_state(50)
    board: Board = use_query(TaskBoard(person, limit))
    counts: TaskCounts = use_query(TasksCounted(mentorship=person))
    shown, show = ft.use_state("todo")
    trying, try_ = ft.use_state("")
    adding, add = ft.use_state(False)
    rows = {"todo": board.todo, "doing": board.doing, "done": board.done}
    many = {"todo": board.open[0], "doing": board.open[1], "done": len(board.done)}
    more_of = {name: board.more_done if name == "done" else many[name] > len(rows[name]) for name in COLUMNS}

    use_sheet(
        (lambda: _Tried(trying, other, lambda: try_(""), key=trying)) if trying else None,
        lambda: try_(""),
        title=desk.say("task.tried"),
        short=True,
    )
    use_sheet(
        (lambda: AddLine(person, other, lambda: add(False), key="add")) if adding else None,
        lambda: add(False),
        title=desk.say("task.add"),
        short=True,
    )

    def draw(row: TaskRow) -> ft.Control:
        return TaskCard(row, try_, wide, key=row.id)

    def column(name: Column, head: ft.Control) -> ft.Control:
        under: list[ft.Control] = []
        if not rows[name]:
            icon = {"todo": ft.Icons.COFFEE_OUTLINED, "doing": ft.Icons.TIMELAPSE, "done": ft.Icons.TASK_ALT}[name]
            under.append(EmptyState(desk.say(f"task.empty.{name}"), icon=icon, id=f"empty-{name}"))
        if more_of[name]:
            more = QuietButton(desk.say("person.more"), lambda _: set_limit(limit + 100), id=f"more-{name}")
            under.append(ft.Row([more]))
        top = ft.Container(head, padding=ft.Padding.only(bottom=10))
        return EndlessList(rows[name], draw, height=130, spacing=10, header=[top], footer=under)

    primary = PrimaryButton(desk.say("task.add"), lambda _: add(True), ft.Icons.ADD_TASK, id="add-task")
    title = desk.say("task.title")
    far = tasks_counted(desk, counts) if counts.all else ""
    table = HeaderButton(
        desk.say("task.table"), ft.Icons.TABLE_VIEW, lambda _: desk.go("/tasks/file", person=person), id="tasks-table"
    )
    if wide:
        heads = {name: Heading(_counted(desk, name, many[name]), 2, Style.STRONG) for name in COLUMNS}
        columns = ft.Row(
            [ft.Container(_drop(desk, name, column(name, heads[name])), expand=True, key=name) for name in COLUMNS],
            spacing=theme.GAP,
            expand=True,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
        return Screen(
            title,
            columns,
            subtitle=" · ".join(part for part in (other, far) if part),
            back=True,
            full=True,
            primary=primary,
            actions=[table],
        )
    choices = [Choice(name, _counted(desk, name, many[name])) for name in COLUMNS]
    tabs = Segments(choices, shown, show, label=desk.say("task.title"), id="column")
    here: Column = next(name for name in COLUMNS if name == shown)
    top = ft.Column([tabs, Soft(far)], spacing=8, tight=True) if far else tabs
    body = ft.Container(column(here, top), key=here, expand=True)
    return Screen(title, body, subtitle=other, back=True, primary=primary, actions=[table])


def _counted(desk: Desk, name: str, number: int) -> str:
    return desk.say("task.column-count", column=desk.say(f"task.column.{name}"), number=number)


BOARD = "board"
"""What is dragged here lands on nothing else."""


def _drop(desk: Desk, column: Column, content: ft.Control) -> ft.Control:
    """A column on which a card may be let go."""

    def take(e: ft.DragTargetEvent) -> None:
        told = e.src.data if e.src_id is not None else None
        if isinstance(told, tuple):
            task, text, status = told
            if status != column:
                move_task(desk, task, text, column)

    return ft.DragTarget(content, group=BOARD, on_accept=take)


def _handle(row: TaskRow) -> ft.Control:
    """Where a card is taken hold of. To whoever listens it is not there: the buttons do the same."""
    feedback = ft.Container(
        Words(row.text, lines=2),
        bgcolor=theme.RAISED,
        border=ft.Border.all(2, theme.PRIMARY),
        border_radius=theme.CORNER,
        padding=14,
        width=280,
    )
    icon = ft.Container(ft.Icon(ft.Icons.DRAG_INDICATOR, color=theme.INK_SOFT, size=24), padding=12)
    told = (row.id, row.text, row.status)
    return ft.Semantics(
        exclude_semantics=True, content=ft.Draggable(icon, group=BOARD, content_feedback=feedback, data=told)
    )


def move_task(desk: Desk, task: str, text: str, column: Column) -> None:
    """Put a task into a column, say so, and offer to take that back."""
    done = desk.store.execute(MoveTask(task=task, status=column))
    desk.notice(
        desk.say("task.moved", title=text, column=desk.say(f"task.column.{column}")),
        undo=(lambda: desk.store.execute(done.undo)) if done.undo else None,
    )


@component
def TaskCard(row: TaskRow, on_tried: Callable[[str], object], draggable: bool = False, key: str = "") -> ft.Control:
    """One task and the ways to move it."""
    desk = use_desk()
    now = use_clock()
    say = desk.say

    def move(status: Column) -> None:
        move_task(desk, row.id, row.text, status)

    def finish() -> None:
        done = desk.store.execute(TaskOutcome(task=row.id, outcome="done"))
        desk.notice(
            say("task.moved", title=row.text, column=say("task.column.done")),
            undo=(lambda: desk.store.execute(done.undo)) if done.undo else None,
        )

    buttons: list[ft.Control] = []
    if row.status == "todo":
        buttons.append(_move(desk, row, "start", ft.Icons.PLAY_ARROW, lambda: move("doing")))
    if row.status == "doing":
        buttons.append(_move(desk, row, "back", ft.Icons.UNDO, lambda: move("todo")))
    if row.status == "done":
        buttons.append(_move(desk, row, "reopen", ft.Icons.REPLAY, lambda: move("todo")))
    else:
        buttons.append(_move(desk, row, "tried", ft.Icons.LIGHTBULB_OUTLINE, lambda: on_tried(row.id)))
        buttons.append(_move(desk, row, "finish", ft.Icons.CHECK, finish, strong=True))
    settled = row.status == "done"
    opener = ft.MergeSemantics(
        content=ft.Semantics(
            identifier=f"task-{row.id}",
            button=True,
            content=ft.Container(
                ft.Column(
                    [
                        Words(row.text, color=theme.INK_SOFT if settled else theme.INK),
                        Soft(task_about(desk, row, now.date())),
                    ],
                    spacing=2,
                    tight=True,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                ),
                on_click=lambda _: desk.go(f"/task/{row.id}"),
                ink=True,
                padding=ft.Padding.only(left=16, right=16, top=14, bottom=8),
            ),
        )
    )
    if draggable:
        opener.expand = True
    head = ft.Row([opener, _handle(row)], spacing=0) if draggable else opener
    return ft.Container(
        ft.Column(
            [
                head,
                ft.Container(
                    ft.Row(buttons, spacing=8, run_spacing=8, wrap=True),
                    padding=ft.Padding.only(left=16, right=16, bottom=14),
                ),
            ],
            spacing=0,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        bgcolor=theme.SURFACE,
        border=ft.Border.all(1, theme.EDGE),
        border_radius=theme.CORNER,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )


def _move(
    desk: Desk, row: TaskRow, word: str, icon: ft.IconData, press: Callable[[], object], *, strong: bool = False
) -> ft.Control:
    """A button that says what it does, and for whoever listens also to which task."""
    button = SecondaryButton(desk.say(f"task.{word}"), lambda _: press(), icon, strong=strong)
    return ft.MergeSemantics(
        content=ft.Semantics(
            identifier=f"{word}-{row.id}", label=desk.say(f"task.{word}-name", title=row.text), content=button
        )
    )


@dataclass(frozen=True)
class Line:
    """A task while it is being written in one line."""

    text: str
    owner: str


@component
def AddLine(
    person: str, name: str, on_done: Callable[[], object], key: str = "", meeting: str = "", goal: str = ""
) -> ft.Control:
    """A task in one line: what, and who."""
    desk = use_desk()
    mine = _my_role(desk, person)
    form = use_unfinished(f"task.line.{goal or person}", Line("", mine))
    text, owner = form.values.text, form.values.owner
    missing, set_missing = ft.use_state(False)

    def save(_: object = None) -> None:
        if not text.strip():
            set_missing(True)
            return
        whose: Owner = next(one for one in ("mentor", "mentee", "both") if one == owner)
        done = desk.store.execute(
            AddTask(text=text.strip(), mentorship=person, owner=whose, meeting=meeting or None, goal=goal or None)
        )
        form.done()
        desk.notice(desk.say("task.added"), undo=(lambda: desk.store.execute(done.undo)) if done.undo else None)
        on_done()

    error = desk.say("task.title-missing") if missing and not text.strip() else ""
    return ft.Column(
        [
            *resumed_line(desk, form),
            ft.Row([VisibilityChip("shared" if person else "only_me", name=name)], wrap=True),
            Field(
                desk.say("task.add-hint"),
                text,
                lambda text: form.put(replace(form.values, text=text)),
                id="task-text",
                limit=300,
                autofocus=not form.resumed,
                on_submit=save,
                error=error,
            ),
            Picks(
                owners(desk, mine, name),
                owner,
                lambda owner: form.put(replace(form.values, owner=owner)),
                label=desk.say("task.owner"),
                id="task-owner",
            ),
            PrimaryButton(desk.say("task.add-save"), save, ft.Icons.CHECK, id="save-task"),
        ],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def owners(desk: Desk, mine: str, name: str) -> list[Choice]:
    """Me, the other, both of us."""
    theirs = "mentee" if mine == "mentor" else "mentor"
    return [
        Choice(mine, owner_name(desk, mine, True, name)),
        Choice(theirs, owner_name(desk, theirs, False, name or desk.say("task.other"))),
        Choice("both", owner_name(desk, "both", False, name)),
    ]


def _my_role(desk: Desk, person: str) -> str:
    two: Two | None = desk.store.ask(TwoOf(person)) if person else None
    return two.my_role if two else "mentor"


@component
def _Tried(task: str, name: str, on_done: Callable[[], object], key: str = "") -> ft.Control:
    """Tried: what was learned is worth more than whether it worked."""
    desk = use_desk()
    form = use_unfinished(f"tried.{task}", "")
    kept: Task | None = use_query(One(Task, task))

    def save(_: object = None) -> None:
        done = desk.store.execute(TaskOutcome(task=task, outcome="tried", learned=form.values.strip()))
        form.done()
        desk.notice(desk.say("task.tried-done"), undo=(lambda: desk.store.execute(done.undo)) if done.undo else None)
        on_done()

    return ft.Column(
        [
            *resumed_line(desk, form),
            ft.Row([VisibilityChip(kept.visibility if kept else "shared", name=name)], wrap=True),
            Field(
                desk.say("task.tried-ask"),
                form.values,
                form.put,
                id="learned",
                lines=3,
                limit=2000,
                autofocus=not form.resumed,
            ),
            PrimaryButton(desk.say("task.tried-save"), save, ft.Icons.CHECK, id="save-tried"),
        ],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
