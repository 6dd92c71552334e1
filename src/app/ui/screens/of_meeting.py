"""What the screens of one meeting share: a task as it was agreed, the next time, and what to show when it is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import flet as ft

from app.model.queries import WayOf
from app.model.schedule import again_after
from app.ui import theme
from app.ui.parts import EmptyState, Live, QuietButton, Row, Screen, SecondaryButton, Soft
from app.ui.screens.lists import capital
from app.ui.screens.rows import way_words
from app.ui.screens.sheets import Pair, owner_words

if TYPE_CHECKING:
    from app.model.queries import Group, MeetingRow, MeetingView, TaskRow
    from app.ui.desk import Desk

Press = Callable[..., object]


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


def next_meeting(
    desk: Desk,
    view: MeetingView,
    upcoming: list[MeetingRow],
    mine: bool,
    same: Press,
    unbook: Press | None,
    now: datetime,
) -> list[ft.Control]:
    """One tap books the same time again; what is booked already is said instead."""
    speech, row = desk.speech.value, view.row
    if upcoming:
        words = desk.say(
            "meeting.end.booked" if mine else "meeting.end.already", when=speech.near(upcoming[0].starts, now)
        )
        line: list[ft.Control] = [Live(words, ft.Icons.EVENT_AVAILABLE, theme.PRIMARY)]
        if mine and unbook:
            line.append(QuietButton(desk.say("meeting.end.unbook"), unbook, id="end-unbook"))
        line.append(
            QuietButton(
                desk.say("calendar.row"),
                lambda _: desk.go("/calendar", meeting=upcoming[0].id),
                ft.Icons.EVENT_AVAILABLE,
                id="end-calendar",
            )
        )
        return line
    starts = again_after(view.meeting.starts, view.meeting.zone, view.mentorship.weeks, now)
    when = capital(speech.moment(starts))
    way = desk.store.ask(WayOf(starts, row.length, now))
    return [
        *([Soft(way_words(desk, way, now))] if way else []),
        SecondaryButton(
            desk.say("meeting.end.same", when=when), same, ft.Icons.EVENT_REPEAT, id="end-same", strong=True
        ),
        SecondaryButton(
            desk.say("meeting.end.other"),
            lambda _: desk.go("/plan", person=row.mentorship),
            ft.Icons.EVENT,
            id="end-other",
        ),
    ]
