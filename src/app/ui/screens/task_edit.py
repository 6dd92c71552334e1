"""One task: what, who, until when, for which goal, from which meeting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import flet as ft

from app.model.commands import AddTask, Delete, Restore, Revise
from app.model.entities import Owner, Task
from app.model.queries import GoalRow, GoalsList, MeetingPage, MeetingView, One, PeopleList, PersonRow
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Choice,
    DateField,
    EmptyState,
    Field,
    PrimaryButton,
    QuietButton,
    Row,
    Rows,
    Screen,
    SectionTitle,
    VisibilityChip,
)
from app.ui.parts.toggles import Picks
from app.ui.safe import component
from app.ui.screens.rows import local, resumed_line
from app.ui.screens.tasks import owners
from app.ui.screens.versions import another_version, earlier_versions

if TYPE_CHECKING:
    from datetime import datetime

    from app.ui.desk import Desk


@dataclass(frozen=True)
class Written:
    """A task while it is being written."""

    text: str
    owner: str
    due: date | None
    goal: str
    mentorship: str
    notes: str = ""
    learned: str = ""


@component
def TaskEditScreen(id: str = "", person: str = "", goal: str = "", meeting: str = "") -> ft.Control:
    """A new task, or one to look at and change."""
    desk = use_desk()
    now = use_clock()
    task: Task | None = use_query(One(Task, id))
    people: tuple[PersonRow, ...] = use_query(PeopleList(now=now))
    title = desk.say("task.edit-title" if id else "task.add")
    if id and task is None:
        return Screen(title, [EmptyState(desk.say("task.missing"))], back=True)
    return _Form(title, task, people, person, goal, meeting, key=id or "new")


@component
def _Form(
    title: str, task: Task | None, people: tuple[PersonRow, ...], person: str, goal: str, meeting: str, key: str = ""
) -> ft.Control:
    desk = use_desk()
    now = use_clock()
    only = people[0].mentorship if len(people) == 1 else ""
    role = next((one.my_role for one in people if one.mentorship == (person or only)), "mentor")
    start = (
        Written(task.text, task.owner, task.due, task.goal or "", task.mentorship or "", task.notes, task.learned)
        if task
        else Written("", role, None, goal, person or only)
    )
    name = task.id if task else f"new.{person}".rstrip(".")  # what was begun for one person is not offered to another
    form = use_unfinished(f"task.{name}", start)
    wrote = form.values
    row = next((one for one in people if one.mentorship == wrote.mentorship), None)
    mine = row.my_role if row else "mentor"
    missing, set_missing = ft.use_state(False)

    def put(**values: Any) -> None:
        form.put(replace(wrote, **values))

    def put_with(mentorship: str) -> None:
        """With somebody else I may be the other of the two, and there are other goals."""
        role = next((one.my_role for one in people if one.mentorship == mentorship), "mentor")
        swapped = {"mentor": "mentee", "mentee": "mentor"} if role != mine else {}
        put(mentorship=mentorship, owner=swapped.get(wrote.owner, wrote.owner), goal="")

    goals: tuple[GoalRow, ...] = use_query(GoalsList(wrote.mentorship or None))
    met: MeetingView | None = use_query(MeetingPage((task.meeting or "") if task else meeting, now))

    def save(_: object = None) -> None:
        if not wrote.text.strip():
            set_missing(True)
            return
        _keep(desk, wrote, task, meeting)
        form.done()
        desk.back()

    say = desk.say
    parts: list[ft.Control] = resumed_line(desk, form)
    if task is None and not person and len(people) > 1:
        parts += _with_whom(desk, people, wrote, put_with)
    parts.append(
        Field(
            say("task.add-hint"),
            wrote.text,
            lambda v: put(text=v),
            id="task-text",
            lines=2,
            limit=300,
            autofocus=task is None and not form.resumed,
            error=say("task.title-missing") if missing and not wrote.text.strip() else "",
        )
    )
    seen = task.visibility if task is not None else "shared" if wrote.mentorship else "only_me"
    parts.append(ft.Row([VisibilityChip(seen, name=row.name if row else "")], wrap=True))
    if row is not None:
        picks = owners(desk, mine, row.name)
        parts += [
            SectionTitle(say("task.owner")),
            Picks(picks, wrote.owner, lambda v: put(owner=v), label=say("task.owner"), id="task-owner"),
        ]
    parts.append(DateField(say("task.due"), wrote.due, lambda v: put(due=v), id="task-due"))
    if wrote.due is not None:
        parts.append(ft.Row([QuietButton(say("task.clear-date"), lambda _: put(due=None), id="clear-date")], wrap=True))
    if goals:
        choices = [*(Choice(one.id, one.title) for one in goals), Choice("", say("task.no-goal"))]
        parts += [
            SectionTitle(say("task.goal")),
            Picks(choices, wrote.goal, lambda v: put(goal=v), label=say("task.goal"), id="task-goal"),
        ]
    parts.append(Field(say("task.notes"), wrote.notes, lambda v: put(notes=v), id="task-notes", lines=2, limit=4_000))
    if met is not None:
        parts += _from_meeting(desk, met, now)
    if task is not None:
        parts += _of_a_kept_one(desk, task, wrote.learned, lambda v: put(learned=v))
    return Screen(
        title, parts, back=True, primary=PrimaryButton(say("task.save"), save, ft.Icons.CHECK, id="save-task")
    )


def _keep(desk: Desk, wrote: Written, task: Task | None, meeting: str) -> None:
    """What was written, as a task: a new one, or the one that it was."""
    whose: Owner = next(one for one in ("mentor", "mentee", "both") if one == wrote.owner)
    values: dict[str, Any] = {
        "text": wrote.text.strip(),
        "owner": whose,
        "due": wrote.due,
        "goal": wrote.goal or None,
        "notes": wrote.notes.strip(),
    }
    if task is not None:
        learned = {"learned": wrote.learned.strip()} if task.outcome == "tried" else {}
        desk.store.execute(Revise(kind="task", id=task.id, values={**values, **learned}))
        desk.notice(desk.say("task.saved"))
    else:
        desk.store.execute(AddTask(mentorship=wrote.mentorship or None, meeting=meeting or None, **values))
        desk.notice(desk.say("task.added"))


def _with_whom(
    desk: Desk, people: tuple[PersonRow, ...], wrote: Written, choose: Callable[[str], object]
) -> list[ft.Control]:
    """With one of several people, or for me alone."""
    ordered = sorted(people, key=lambda one: desk.speech.value.sort_key(one.name))
    who = [*(Choice(one.mentorship, one.name) for one in ordered), Choice("", desk.say("task.private"))]
    return [
        SectionTitle(desk.say("task.with")),
        Picks(who, wrote.mentorship, choose, label=desk.say("task.with"), id="task-person"),
    ]


def _from_meeting(desk: Desk, met: MeetingView, now: datetime) -> list[ft.Control]:
    """The meeting in which it was agreed on."""
    when = desk.speech.value.near(local(met.row.starts, now), now)
    return [
        SectionTitle(desk.say("task.meeting")),
        Rows(
            [
                Row(
                    desk.say("task.from-meeting", when=when),
                    lambda _: desk.go(f"/meeting/{met.row.id}"),
                    icon=ft.Icons.EVENT,
                    id="task-meeting",
                )
            ]
        ),
    ]


def _of_a_kept_one(desk: Desk, task: Task, learned: str, learn: Callable[[str], object]) -> list[ft.Control]:
    """What was learned where it was tried, what it said before, and the way to remove it."""

    def remove(_: object) -> None:
        gone = task.id
        desk.store.execute(Delete(kind="task", id=gone))
        desk.back()
        desk.notice(desk.say("task.removed"), undo=lambda: desk.store.execute(Restore(kind="task", id=gone)), seconds=6)

    parts: list[ft.Control] = []
    if task.outcome == "tried":  # one tap in a meeting: what was learned is written when there is time
        parts += [
            SectionTitle(desk.say("task.tried-only")),
            Field(desk.say("task.tried-ask"), learned, learn, id="task-learned", lines=3, limit=2_000),
        ]
    button = QuietButton(
        desk.say("task.remove"), remove, ft.Icons.DELETE_OUTLINE, id="remove-task", color=theme.INK_SOFT
    )
    return [*parts, *another_version(desk, task), *earlier_versions(desk, task, "text"), ft.Row([button])]
