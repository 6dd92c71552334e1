"""What comes up from below during a meeting: a new task, a question to ask, the list, the tasks from last time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast

import flet as ft

from app.model.commands import AddTask, MoveTask, Revise, TaskOutcome
from app.model.queries import AskedFirst, MeetingPage
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_query, use_undo
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Beside,
    Choice,
    ChoiceButtons,
    DateField,
    Field,
    Footed,
    PrimaryButton,
    QuietButton,
    Row,
    Rows,
    SecondaryButton,
    Soft,
    VisibilityChip,
    Words,
)
from app.ui.parts.toggles import Picks
from app.ui.safe import component
from app.ui.screens.rows import resumed_line
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.model.entities import Owner
    from app.model.queries import GoalRow, MeetingView, TaskRow
    from app.ui.desk import Desk


Settled = tuple[Any, str, Any]
"""A task that was settled in this sheet, what is said about it, and how to take it back."""


@dataclass(frozen=True)
class Pair:
    """Who met: the other person's name, and my role between us."""

    mentorship: str
    name: str
    my_role: str

    @property
    def their_role(self) -> str:
        """The role of the other person."""
        return "mentor" if self.my_role == "mentee" else "mentee"


def owner_words(desk: Desk, pair: Pair, owner: str) -> str:
    """Who does it, by name."""
    if owner == "both":
        return desk.say("note.task.together")
    return desk.say("note.task.me") if owner == pair.my_role else pair.name


@dataclass(frozen=True)
class Written:
    """A new task while it is being written."""

    text: str = ""
    owner: str = "mentee"
    goal: str = ""
    when: str = ""
    """One of the usual days, or `DAY` for the one that was picked; nothing for what is usual just then."""
    day: date | None = None


DAY = "day"


@component
def TaskSheet(
    pair: Pair,
    close: Callable[[], object],
    *,
    meeting: str | None = None,
    following: date | None = None,
    goals: Sequence[GoalRow] = (),
) -> ft.Control:
    """What, who, when: one line to write, the rest has an answer already."""
    desk = use_desk()
    today = desk.now().date()
    following = following and max(following, today + timedelta(days=1))  # a meeting that is ended late
    form = use_unfinished(f"task.sheet.{pair.mentorship}", Written())
    wrote = form.values
    error, fail = ft.use_state("")
    days = {
        **({"next": following} if following else {}),
        "week": today + timedelta(days=7),
        "two-weeks": today + timedelta(days=14),
        "no-date": None,
    }
    usual = "next" if following else "week"
    past = wrote.when == DAY and (wrote.day is None or wrote.day < today)  # it went by while it lay there
    when = wrote.when if wrote.when in (DAY, *days) and not past else usual
    day = wrote.day if when == DAY else days[when]

    def put(**values: Any) -> None:
        form.put(replace(wrote, **values))

    def save(_: object = None) -> None:
        if not wrote.text.strip():
            fail(desk.say("note.task.needed"))
            return
        desk.store.execute(
            AddTask(
                text=wrote.text.strip(),
                mentorship=pair.mentorship,
                meeting=meeting,
                owner=cast("Owner", wrote.owner),
                due=day,
                goal=next((one.id for one in goals if one.id == wrote.goal), None),
            )
        )
        form.done()
        close()
        desk.notice(desk.say("note.task.kept"), seconds=2)

    people = [Choice(role, owner_words(desk, pair, role)) for role in (pair.their_role, pair.my_role, "both")]
    parts: list[ft.Control] = [
        *resumed_line(desk, form),
        ft.Row([VisibilityChip("shared", name=pair.name)]),
        Field(
            desk.say("note.task.what"),
            wrote.text,
            lambda text: put(text=text),
            id="task-text",
            error=error,
            autofocus=not form.resumed,
            limit=300,
            on_submit=save,
        ),
        Soft(desk.say("note.task.who")),
        ChoiceButtons(
            people,
            wrote.owner,
            lambda owner: put(owner=owner),
            label=desk.say("note.task.who"),
            id="task-owner",
            columns=3,
        ),
        Soft(desk.say("note.task.when")),
        ChoiceButtons(
            [Choice(name, desk.say(f"note.task.{name}")) for name in days],
            when,
            lambda when: put(when=when, day=None),
            label=desk.say("note.task.when"),
            id="task-when",
            columns=2,
        ),
    ]
    if when != "no-date":
        parts.append(
            DateField(desk.say("note.task.when"), day, lambda new: put(when=DAY, day=new), id="task-day", first=today)
        )
    if goals:
        parts.append(Soft(desk.say("note.task.goal")))
        parts.append(
            Picks(
                [Choice("", desk.say("note.task.no-goal")), *(Choice(one.id, one.title) for one in goals[:4])],
                wrote.goal,
                lambda goal: put(goal=goal),
                label=desk.say("note.task.goal"),
                id="task-goal",
            )
        )
    return Footed(parts, PrimaryButton(desk.say("note.task.save"), save, ft.Icons.ADD_TASK, id="task-save"))


@component
def QuestionSheet(start: int, turned: Callable[[int], object], document: str = "questions.grow") -> ft.Control:
    """One question at a time, next and previous by thumb."""
    desk = use_desk()
    at, turn = ft.use_state(start)
    questions = desk.library.document(document)
    item = questions.items[at % len(questions.items)]
    titles = {group.id: desk.read(group.title) for group in questions.groups}

    def step(by: int) -> None:
        new = (at + by) % len(questions.items)
        turn(new)
        turned(new)

    return ft.Column(
        [
            ft.Row(
                [
                    Words(titles.get(item.group or "", ""), Style.STRONG, theme.PRIMARY, expand=True),
                    Soft(desk.say("note.question.count", number=at + 1, total=len(questions.items))),
                ]
            ),
            ft.Container(
                ft.Semantics(live_region=True, identifier="question", content=Words(desk.read(item.text), Style.TITLE)),
                padding=ft.Padding.symmetric(vertical=12),
            ),
            Soft(desk.read(questions.intro)) if questions.intro else ft.Container(),
            Beside(
                [
                    SecondaryButton(
                        desk.say("note.question.previous"), lambda _: step(-1), id="question-previous", expand=True
                    ),
                    SecondaryButton(
                        desk.say("note.question.next"), lambda _: step(1), id="question-next", strong=True, expand=True
                    ),
                ]
            ),
        ],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


# ------------------------------------------------------------------ the tasks from last time

REVIEWED = 8
"""So many tasks stand there at once; whoever has more open asks for the next ones."""


@component
def ReviewSheet(meeting: str, close: Callable[[], object], footed: bool = False) -> ft.Control:
    """The tasks from last time, in a sheet."""
    desk = use_desk()
    done = PrimaryButton(desk.say("checklist.done"), lambda _: close(), ft.Icons.CHECK, id="review-done")
    if footed:
        return Footed([OpenTasks(meeting)], done)
    across = ft.CrossAxisAlignment.STRETCH
    return ft.Column([OpenTasks(meeting), done], spacing=12, tight=True, horizontal_alignment=across)


@component
def OpenTasks(meeting: str) -> ft.Control:
    """What was promised and is still open, with Done, Move and Tried. What is settled here stays, to be undone."""
    desk, now = use_desk(), use_clock()
    settled, settle = ft.use_state(cast("tuple[Settled, ...]", ()))
    most, show_more = ft.use_state(REVIEWED)
    done_here = frozenset(task.id for task, _, _ in settled)
    view: MeetingView | None = use_query(MeetingPage(meeting, now, most, done_here))
    if view is None:
        return Soft(desk.say("meeting.gone"))
    pair = Pair(view.row.mentorship, view.row.name, view.row.my_role)
    still = view.open_tasks

    def act(task: TaskRow, words: str, command: object) -> None:
        done = desk.store.execute(command)
        settle((*settled, (task, words, done.undo)))

    def undo(id: str) -> None:
        kept = next(one for one in settled if one[0].id == id)
        if kept[2]:
            desk.store.execute(kept[2])
        settle(tuple(one for one in settled if one[0].id != id))

    if not still and not settled:
        return Soft(desk.say("meeting.tasks.none"))
    rows: list[ft.Control] = [TaskToReview(task, pair, act, view.following, key=task.id) for task in still]
    for task, words, _ in settled:
        rows.append(
            ft.Container(
                ft.Row(
                    [
                        ft.Column(
                            [Words(task.text, Style.BODY, theme.INK_SOFT), Words(words, Style.SMALL, theme.PRIMARY)],
                            spacing=2,
                            tight=True,
                            expand=True,
                            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,  # as wide as the words, "Klar" lost its r
                        ),
                        QuietButton(
                            desk.say("meeting.task.undo"), lambda _, id=task.id: undo(id), id=f"review-undo-{task.id}"
                        ),
                    ]
                ),
                padding=ft.Padding.only(left=16, right=6, top=8, bottom=8),
                key=task.id,
            )
        )
    more = view.open_count - len(still)
    if more > 0:
        rows.append(
            Row(
                desk.say("person.more-tasks", count=more),
                lambda _: show_more(most + 4 * REVIEWED),
                trailing=ft.Icon(ft.Icons.EXPAND_MORE, color=theme.INK_SOFT),
                chevron=False,
                id="review-more",
                key="more",
            )
        )
    return Rows(rows)


@component
def TaskToReview(
    task: TaskRow,
    pair: Pair,
    act: Callable[[TaskRow, str, object], None],
    later: date,
    *,
    key: str | None = None,
) -> ft.Control:
    """One task and its three answers."""
    desk = use_desk()
    speech, today = desk.speech.value, desk.now().date()
    who = owner_words(desk, pair, task.owner)
    line = desk.say("meeting.task.owner", name=who, day=speech.near_day(task.due, today)) if task.due else who
    icons = {"done": ft.Icons.CHECK, "move": ft.Icons.EVENT, "tried": ft.Icons.LIGHTBULB_OUTLINE}
    faces: list[ft.Control] = [
        SecondaryButton(
            desk.say(f"meeting.task.{name}"),
            lambda _, words=words, command=command: act(task, words, command),
            icons[name],
            id=f"review-{name}-{task.id}",
            said=desk.say(f"meeting.task.{name}.of", title=task.text),
        )
        for name, words, command in answers(desk, task, later)
    ]
    return ft.Container(
        ft.Column(
            [Words(task.text, Style.STRONG), Soft(line), ft.Row(faces, wrap=True, spacing=8, run_spacing=8)],
            spacing=6,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        padding=ft.Padding.symmetric(vertical=12, horizontal=16),
        key=key,
    )


def answers(desk: Desk, task: TaskRow, later: date) -> list[tuple[str, str, Any]]:
    """What can become of a task from last time: the name of the answer, what is said then, and what it does."""
    today = desk.now().date()
    to = max(later, today + timedelta(days=1))
    moved = desk.say("meeting.task.moved", day=desk.speech.value.near_day(to, today))
    return [
        ("done", desk.say("meeting.task.is-done"), TaskOutcome(task=task.id, outcome="done")),
        ("move", moved, MoveTask(task=task.id, due=to)),
        ("tried", desk.say("meeting.task.is-tried"), TaskOutcome(task=task.id, outcome="tried")),
    ]


@component
def NextTask(pair: Pair, meeting: str, later: date) -> ft.Control:
    """In a meeting that is on: the first task from last time with its answers, then the next, until none is left to
    ask about. It stands beside what is being written and takes nobody away from it; finding it among a thousand takes
    a moment, which whoever opens a note before the meeting need not wait for.
    """
    desk, undo = use_desk(), use_undo()
    task: TaskRow | None = use_query(AskedFirst(pair.mentorship, meeting, later))
    across = ft.CrossAxisAlignment.STRETCH
    if task is None:
        return ft.Column(tight=True, visible=False, horizontal_alignment=across)
    who = owner_words(desk, pair, task.owner)

    def answer(words: str, command: Any) -> None:
        done = desk.store.execute(command)
        undo(f"{task.text}: {words}", lambda: desk.store.execute(done.undo) if done.undo else None)

    faces: list[ft.Control] = [
        SecondaryButton(
            desk.say(f"meeting.task.{name}"),
            lambda _, words=words, command=command: answer(words, command),
            id=f"task-{name}-{task.id}",
            expand=True,
            said=desk.say(f"meeting.task.{name}.of", title=task.text),
        )
        for name, words, command in answers(desk, task, later)
    ]
    words = Words(desk.say("note.next-task", name=who, title=task.text), Style.STRONG, lines=2)
    asked = ft.Column([words, Beside(faces)], spacing=4, tight=True, key=task.id)
    return ft.Column([asked], tight=True, horizontal_alignment=across)


@component
def AimSheet(meeting: str, aim: str, name: str, close: Callable[[], object]) -> ft.Control:
    """What the meeting should lead to, in one line."""
    desk = use_desk()
    form = use_unfinished(f"aim.{meeting}", aim)

    def save(_: object = None) -> None:
        desk.store.execute(Revise(kind="meeting", id=meeting, values={"aim": form.values.strip()}))
        form.done()
        close()

    return ft.Column(
        [
            *resumed_line(desk, form),
            ft.Row([VisibilityChip("shared", name=name)]),
            Field(
                desk.say("note.aim.field"),
                form.values,
                form.put,
                id="aim-text",
                autofocus=not form.resumed,
                limit=500,
                on_submit=save,
                lines=2,
            ),
            PrimaryButton(desk.say("note.aim.save"), save, ft.Icons.CHECK, id="aim-save"),
        ],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
