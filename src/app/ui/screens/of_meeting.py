"""What the screens of one meeting share: a task as it was agreed, and what to show when the meeting is gone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import flet as ft

from app.ui.parts import EmptyState, Row, Screen
from app.ui.screens.sheets import Pair, owner_words

if TYPE_CHECKING:
    from app.model.queries import Group, TaskRow
    from app.ui.desk import Desk


def agreed_task(desk: Desk, pair: Pair, task: TaskRow, now: datetime) -> ft.Control:
    """A task that the two agreed on: what, who does it, and until when."""
    who = owner_words(desk, pair, task.owner)
    day = task.due and desk.speech.value.near_day(task.due, now)
    return Row(
        task.text,
        lambda _: desk.go(f"/task/{task.id}"),
        subtitle=desk.say("meeting.task.owner", name=who, day=day) if day else who,
        icon=ft.Icons.TASK_ALT,
        id=f"task-{task.id}",
        key=task.id,
    )


def group_row(desk: Desk, meeting: str, group: Group) -> ft.Control:
    """The way to the people of a group: how many of them came."""
    total = len(group.participants)
    return Row(
        desk.say("group.row"),
        lambda _: desk.go(f"/meeting/{meeting}/people"),
        subtitle=desk.say("group.count", here=len(group.here), total=total) if total else desk.say("group.row.none"),
        icon=ft.Icons.GROUPS_OUTLINED,
        id="meeting-people",
        key="people",
    )


def no_meeting(desk: Desk, title: str = "meeting.unplanned", *, close: bool = False) -> ft.Control:
    """The meeting of this address is gone: say so under the screen's own title, and offer the way to Today."""
    return Screen(
        desk.say(title),
        [EmptyState(desk.say("meeting.gone"), desk.say("today.title"), lambda _: desk.home(), id="gone")],
        back=not close,
        close=close,
    )
