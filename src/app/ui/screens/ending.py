"""Ending a meeting: the tasks, the next time with one tap, and whether anything worried you."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import flet as ft

from app.model.commands import EndMeeting, SameTimeAgain, SetSetting, TickItem
from app.model.queries import GroupAt, MeetingPage, MeetingsOf
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.parts import (
    Choice,
    ChoiceButtons,
    Live,
    PrimaryButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    VisibilityChip,
    use_sheet,
)
from app.ui.safe import component
from app.ui.screens.of_meeting import agreed_task, group_row, next_meeting, no_meeting
from app.ui.screens.sheets import OpenTasks, Pair, TaskSheet

if TYPE_CHECKING:
    from datetime import datetime

    from app.model.queries import MeetingView
    from app.services.records.store import Done
    from app.ui.desk import Desk

Press = Callable[..., object]
WORRIES = ("no", "little", "yes")
AFTER = "checklist.after_session"
DONE_BY_ASKING = ("minutes", "confirm")
"""The lines of that list that asking the other one to confirm takes care of."""


def worry_key(meeting: str) -> str:
    """Where my answer to "did anything worry you?" is kept: in my own space, for the evaluation to begin with."""
    return f"meeting.{meeting}.worry"


@component
def EndScreen(id: str) -> ft.Control:
    """Everything that ends a meeting on one page, nothing of it compulsory."""
    desk, now = use_desk(), use_clock()
    view: MeetingView | None = use_query(MeetingPage(id, now))
    coming = use_query(MeetingsOf(view.row.mentorship if view else "", now))
    adding, add = ft.use_state(False)
    worry, answer = ft.use_state("")
    booked, book = ft.use_state(cast("Done | None", None))
    group = use_query(GroupAt(id))
    pair = Pair(view.row.mentorship, view.row.name, view.row.my_role) if view else None
    use_sheet(
        (lambda: TaskSheet(pair, lambda: add(False), meeting=id, following=view.following, goals=view.goals))
        if adding and view and pair
        else None,
        lambda: add(False),
        title=desk.say("note.task.title"),
        footed=True,
    )
    if view is None or pair is None:
        return no_meeting(desk, "meeting.end.title")
    speech = desk.speech.value
    row = view.row
    written = view.minutes is not None and view.minutes.status == "finished"

    def same(_: object = None) -> None:
        done = desk.store.execute(SameTimeAgain(meeting=id, weeks=view.mentorship.weeks))  # what the button says
        book(done)

    def unbook(_: object = None) -> None:
        if booked and booked.undo:
            desk.store.execute(booked.undo)
        book(None)

    def ask(_: object = None) -> None:
        _ask_to_confirm(desk, view, now)
        apart = desk.session.pairing.peer(row.mentorship) is None
        finish(told=desk.say("meeting.end.asked.apart" if apart else "meeting.end.asked", name=row.name))

    def finish(_: object = None, told: str = "") -> None:
        _end(desk, view, worry)
        desk.home()
        desk.notice(told or desk.say("meeting.end.done.all" if written else "meeting.end.done"))
        if worry == "yes":
            desk.go("/safety")
        elif group.participants:
            desk.go(f"/meeting/{id}/people")
        else:
            desk.go(f"/meeting/{id}/evaluate")

    body: list[ft.Control] = [Rows([group_row(desk, id, group)])] if group.is_group else []
    if view.open_tasks:
        body += [SectionTitle(desk.say("meeting.tasks")), OpenTasks(id)]
    body += [SectionTitle(desk.say("meeting.end.tasks")), _tasks(desk, view, pair, now, lambda _: add(True))]
    upcoming = [one for one in coming.upcoming if one.id != id and one.status == "planned" and one.starts > row.starts]
    aside = [
        SectionTitle(desk.say("meeting.end.next")),
        *next_meeting(desk, view, upcoming, booked is not None, same, unbook, now),
        *_worried(desk, worry, answer),
    ]
    if row.my_role == "mentor":
        aside.append(_support(desk, id))
    primary = PrimaryButton(desk.say("meeting.end.finish"), finish, ft.Icons.FLAG, id="end-finish")
    if not written and not group.is_group:
        primary = PrimaryButton(desk.say("meeting.end.ask", name=row.name), ask, ft.Icons.DONE_ALL, id="end-ask")
        aside.append(SecondaryButton(desk.say("meeting.end.later"), finish, ft.Icons.FLAG, id="end-finish"))
    return Screen(
        desk.say("meeting.end.title"),
        body,
        aside=aside,
        back=True,
        subtitle=desk.say("checklist.for", name=row.name, when=speech.near(row.starts, now)),
        primary=primary,
        last=True,
    )


def _tasks(desk: Desk, view: MeetingView, pair: Pair, now: datetime, add: Callable[[object], object]) -> ft.Control:
    """What the two agreed on in this meeting, and one more."""
    tasks: list[ft.Control] = [agreed_task(desk, pair, task, now) for task in view.tasks]
    tasks.append(
        Row(
            desk.say("meeting.end.tasks.new"),
            add,
            icon=ft.Icons.ADD,
            chevron=False,
            id="end-task",
            subtitle="" if view.tasks else desk.say("meeting.end.tasks.help"),
            key="new",
        )
    )
    return Rows(tasks)


def _worried(desk: Desk, worry: str, answer: Callable[[str], object]) -> list[ft.Control]:
    """Whether anything worried me: for me alone, and with the way to somebody who can help."""
    parts: list[ft.Control] = [
        SectionTitle(desk.say("meeting.end.worry")),
        ChoiceButtons(
            [Choice(name, desk.say(f"meeting.end.worry.{name}")) for name in WORRIES],
            worry,
            answer,
            label=desk.say("meeting.end.worry"),
            id="worry",
            columns=3,
        ),
        ft.Row([VisibilityChip("only_me")]),
    ]
    if worry in ("little", "yes"):
        parts.append(Live(desk.say(f"meeting.end.worry.{worry}.help"), ft.Icons.SHIELD, theme.ACCENT))
        parts.append(
            SecondaryButton(
                desk.say("meeting.end.worry.open"), lambda _: desk.go("/safety"), ft.Icons.SHIELD, id="worry-safety"
            )
        )
    return parts


def _support(desk: Desk, meeting: str) -> ft.Control:
    """For a mentor: somebody to talk to."""
    return Rows(
        [
            Row(
                desk.say("support.contact"),
                lambda _: desk.go("/contact"),
                icon=ft.Icons.PHONE_CALLBACK,
                id="end-contact",
            ),
            Row(
                desk.say("support.title"),
                lambda _: desk.go("/support", meeting=meeting),
                subtitle=desk.say("support.row"),
                icon=ft.Icons.SUPPORT_AGENT,
                id="end-support",
            ),
        ]
    )


def _ask_to_confirm(desk: Desk, view: MeetingView, now: datetime) -> None:
    """Finish the minutes and confirm them for myself: from now on they wait for the other one."""
    from app.ui.screens.confirming import to_confirm  # what only this button needs
    from app.ui.screens.minutes import finish_minutes
    from app.ui.screens.templates import template_for

    id = view.row.id
    fresh = desk.store.ask(MeetingPage(id, now)) or view
    finish_minutes(desk, fresh, template_for(desk, fresh))
    agreements = desk.session.agreements(desk.library)
    sheet = to_confirm(agreements, desk.store.ask(MeetingPage(id, now)))
    if sheet is not None:
        mine = sheet.by(view.row.my_role)
        if mine is None or not mine.holds:
            agreements.sign(sheet)
    for line in DONE_BY_ASKING:  # nobody has to tick what was just done
        desk.store.execute(TickItem(document=AFTER, item=line, meeting=id))


def _end(desk: Desk, view: MeetingView, worry: str) -> None:
    """Keep whether anything worried me, and end the meeting."""
    row = view.row
    if worry:
        desk.store.execute(SetSetting(key=worry_key(row.id), value=worry))
        if any(item.id == "worry" and item.is_for(row.my_role) for item in desk.library.document(AFTER).items):
            desk.store.execute(TickItem(document=AFTER, item="worry", meeting=row.id))
    if row.ended is None:
        desk.store.execute(EndMeeting(meeting=row.id))
