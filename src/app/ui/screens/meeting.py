"""A meeting's own page: when and where, what it is for, and the ways to prepare, write, end, move and skip it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import flet as ft

from app.model.commands import Revise, SkipMeeting
from app.model.entities import Series
from app.model.queries import (
    EvaluationsOf,
    GroupAt,
    LastMinutes,
    ListOf,
    MeetingPage,
    NoticeOf,
    One,
    SlotsOf,
    Standing,
    StandingOf,
)
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_query, use_undo
from app.ui.parts import (
    Beside,
    Card,
    Chip,
    PrimaryButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    Words,
    use_sheet,
)
from app.ui.parts.carrying import SentState
from app.ui.safe import component
from app.ui.screens.answered import shared_by_other
from app.ui.screens.calendar_news import StaleCard
from app.ui.screens.in_place import PREPARATION
from app.ui.screens.lists import begin, capital, lines_of, settled, shown
from app.ui.screens.of_meeting import agreed_task, group_row, no_meeting
from app.ui.screens.removing import remover
from app.ui.screens.rows import elsewhere
from app.ui.screens.sheets import AimSheet, OpenTasks, Pair, TaskSheet
from app.ui.screens.versions import another_version
from app.ui.theme import Style

if TYPE_CHECKING:
    from datetime import datetime

    from app.model.queries import ListView, MeetingView, Notice
    from app.ui.desk import Desk


@component
def MeetingScreen(id: str, aim: str = "") -> ft.Control:
    """One meeting. `aim` opens the sheet where its aim is written."""
    desk, now = use_desk(), use_clock()
    view: MeetingView | None = use_query(MeetingPage(id, now))
    pair_id = view.row.mentorship if view else ""
    preparation = use_query(ListOf(PREPARATION, pair_id))
    earlier = use_query(LastMinutes(pair_id, id))
    notice = use_query(NoticeOf(id, now))
    group = use_query(GroupAt(id))
    standing: Standing | None = use_query(StandingOf(id, now))
    slots = use_query(SlotsOf(pair_id, now))
    given = use_query(EvaluationsOf(meeting=id))
    series: Series | None = use_query(One(Series, (view.row.series if view else None) or ""))
    sheet, show = ft.use_state("aim" if aim else "")
    undo = use_undo()

    def close() -> None:
        show("")

    def skip(_: object = None) -> None:
        if view is None:
            return
        if notice and notice.late and sheet != "late":
            show("late")
            return
        show("")
        done = desk.store.execute(SkipMeeting(meeting=id))
        key = "meeting.skipped.notice" if view.row.series else "meeting.cancelled.notice"
        words = desk.say(key, day=desk.speech.value.day(view.row.starts))
        undo(words, lambda: desk.store.execute(done.undo) if done.undo else None)

    content: Callable[[], ft.Control] | None = None
    title = ""
    if view and sheet == "aim":
        content, title = (lambda: AimSheet(id, view.meeting.aim, view.row.name, close)), desk.say("note.aim")
    elif view and sheet == "task":
        pair = Pair(view.row.mentorship, view.row.name, view.row.my_role)
        content = partial(TaskSheet, pair, close, meeting=id, following=view.following, goals=view.goals)
        title = desk.say("note.task.title")
    elif view and sheet == "late" and notice:
        content = partial(_Late, view, notice, skip, close)
        title = desk.say("slot.late.title")
    use_sheet(content, close, title=title, short=sheet != "task", footed=sheet == "task")
    if view is None:
        return no_meeting(desk)
    row = view.row
    cancelled = row.status == "cancelled"
    body = _what(desk, view, now, series, lambda _: show("aim"))
    if standing and standing.stale:
        body.insert(1, StaleCard(standing.stale, key="stale"))
    if not cancelled and row.ended is None and view.open_tasks:
        body += [SectionTitle(desk.say("meeting.tasks")), OpenTasks(id)]
    ways = _ways(desk, view, now, standing, shared_by_other(given, row.my_role))
    if group.is_group:
        ways.insert(1, group_row(desk, id, group))
    if earlier is None and row.ended is None:
        ways.append(_ready(desk, view, preparation))
    aside: list[ft.Control] = [Rows(ways)]
    if view.tasks:
        pair = Pair(row.mentorship, row.name, row.my_role)
        aside.append(SectionTitle(desk.say("meeting.tasks.new")))
        aside.append(Rows([agreed_task(desk, pair, task, now) for task in view.tasks]))
    if row.ended is None and cancelled:
        aside.append(_back_on(desk, view))
    elif row.ended is None:
        offered = any(slot.open and not slot.mine for slot in slots)
        aside += _otherwise(desk, view, notice, f"/slots/{row.mentorship}" if offered else "/plan", skip)
    aside.append(remover(desk, "meeting", id))
    return Screen(
        desk.say("meeting.title", name=row.name),
        body,
        aside=aside,
        back=True,
        primary=None if cancelled else _primary(desk, view),
    )


def _what(
    desk: Desk, view: MeetingView, now: datetime, series: Series | None, write_aim: Callable[[object], object]
) -> list[ft.Control]:
    """When and where, how it stands, what it is for, and the topics for it."""
    row = view.row
    abroad = elsewhere(desk, view.meeting.zone, row.starts)
    parts: list[ft.Control] = [
        Card(
            [
                Words(_when(desk, view, now), Style.HEADING),
                Words(row.place or desk.say(f"meeting.form.{row.mode}"), Style.BODY, theme.INK_SOFT),
                *([Soft(abroad)] if abroad else []),
                ft.Row(_chips(desk, view, series), wrap=True, spacing=8, run_spacing=8),
                SentState("meeting", row.id),
            ]
        ),
        Card(
            [Soft(desk.say("meeting.aim")), Words(row.aim or desk.say("note.aim.empty"))],
            write_aim,
            id="meeting-aim",
            ground=theme.RAISED,
            spacing=2,
        ),
        *another_version(desk, view.meeting),
    ]
    if view.agenda:
        topics: dict[str, str] = {item.id: desk.read(item.text) for item in desk.library.topics()}
        lines: list[ft.Control] = [
            Row(topics.get(one.topic) or one.title, icon=ft.Icons.CHAT_OUTLINED, key=one.id) for one in view.agenda
        ]
        parts += [SectionTitle(desk.say("meeting.topics")), Rows(lines)]
    return parts


def _when(desk: Desk, view: MeetingView, now: datetime) -> str:
    row, speech = view.row, desk.speech.value
    return desk.say(
        "meeting.at",
        day=capital(speech.near_day(row.starts, now)),
        from_=speech.clock(row.starts),
        to=speech.clock(row.ends),
    )


def _chips(desk: Desk, view: MeetingView, series: Series | None) -> list[ft.Control]:
    """How it stands, how one meets where the place does not say it, and which one of a series it is."""
    row = view.row
    chips: list[ft.Control] = [_state(desk, view)]
    if row.mode != "in_person" and row.place:
        chips.append(
            Chip(desk.say(f"meeting.form.{row.mode}"), ft.Icons.VIDEOCAM if row.mode == "video" else ft.Icons.CALL)
        )
    if series and row.number is not None:
        chips.append(Chip(desk.say("meeting.series", number=row.number + 1, total=max(row.number + 1, series.count))))
    return chips


def _back_on(desk: Desk, view: MeetingView) -> ft.Control:
    """A meeting that was called off can be held after all, unless it all is over."""
    if view.mentorship.status == "ended":
        return Soft(desk.say("meeting.over", name=view.row.name))

    def back_on(_: object = None) -> None:
        desk.store.execute(Revise(kind="meeting", id=view.row.id, values={"status": "planned"}))

    return SecondaryButton(desk.say("meeting.back-on"), back_on, ft.Icons.UNDO, id="meeting-back-on")


def _otherwise(
    desk: Desk, view: MeetingView, notice: Notice | None, move: str, skip: Callable[..., object]
) -> list[ft.Control]:
    """Another time, or not this time; and how late one may say so."""
    row = view.row
    parts: list[ft.Control] = [
        Beside(
            [
                SecondaryButton(
                    desk.say("meeting.move"),
                    lambda _: desk.go(move, move=row.id),
                    ft.Icons.EDIT_CALENDAR,
                    id="meeting-move",
                    expand=True,
                ),
                SecondaryButton(
                    desk.say("meeting.skip" if row.series else "meeting.cancel"),
                    skip,
                    ft.Icons.EVENT_BUSY,
                    id="meeting-skip",
                    expand=True,
                ),
            ]
        )
    ]
    if row.series:
        parts.append(Soft(desk.say("meeting.skip.help")))
    if notice and row.phase == "before":
        parts.append(Soft(desk.say(f"slot.notice.{notice.rule}")))
    return parts


def _primary(desk: Desk, view: MeetingView) -> ft.Control:
    row = view.row
    if row.phase == "after" and row.ended is None:
        return PrimaryButton(
            desk.say("today.button.end"),
            lambda _: desk.go(f"/meeting/{row.id}/end"),
            ft.Icons.FLAG,
            id="meeting-primary",
        )
    if row.ended is not None and not view.evaluated:
        return PrimaryButton(
            desk.say("today.button.evaluate"),
            lambda _: desk.go(f"/meeting/{row.id}/evaluate"),
            ft.Icons.THUMBS_UP_DOWN_OUTLINED,
            id="meeting-primary",
        )
    return PrimaryButton(
        desk.say("meeting.write"), lambda _: begin(desk, row.id, row.mentorship), ft.Icons.EDIT, id="meeting-primary"
    )


def _ways(desk: Desk, view: MeetingView, now: datetime, standing: Standing | None, shared: bool) -> list[ft.Control]:
    row, speech = view.row, desk.speech.value
    document = desk.library.document(row.checklist)
    run = view.lists.get(document.id)
    rows: list[ft.Control] = []
    if run is not None:
        lines = shown(lines_of(desk, document, row.my_role, run))
        rows.append(
            Row(
                desk.say("meeting.checklist"),
                lambda _: desk.go(f"/meeting/{row.id}/checklist"),
                subtitle=f"{desk.read(document.title)}, "
                + desk.say("checklist.progress", done=settled(lines), total=len(lines)),
                icon=ft.Icons.CHECKLIST,
                id="meeting-checklist",
            )
        )
    rows.append(
        Row(
            desk.say("meeting.write"),
            lambda _: desk.go(f"/meeting/{row.id}/note"),
            icon=ft.Icons.EDIT,
            id="meeting-note",
        )
    )
    minutes = view.minutes
    if minutes is None:
        state = desk.say("meeting.minutes.none")
    elif minutes.status == "finished" and minutes.finished:
        state = desk.say("meeting.minutes.finished", when=speech.near(minutes.finished.astimezone(now.tzinfo), now))
    else:
        state = desk.say("meeting.minutes.draft")
    rows.append(
        Row(
            desk.say("meeting.minutes"),
            lambda _: desk.go(f"/meeting/{row.id}/minutes"),
            subtitle=state,
            icon=ft.Icons.DRAW,
            color=theme.SHARED,
            id="meeting-minutes",
        )
    )
    if row.status == "cancelled":
        return rows  # nothing is to ring, and nothing to look back on
    if row.phase == "before":
        rows.append(
            Row(
                desk.say("calendar.row"),
                lambda _: desk.go("/calendar", meeting=row.id),
                subtitle=_rings(desk, standing),
                icon=ft.Icons.EVENT_AVAILABLE,
                id="meeting-calendar",
            )
        )
    else:
        evaluated = "meeting.evaluated" if view.evaluated else "meeting.evaluate.none"
        rows.append(
            Row(
                desk.say("meeting.evaluate"),
                lambda _: desk.go(f"/meeting/{row.id}/evaluate"),
                subtitle=desk.say(f"{evaluated}.theirs" if shared else evaluated, name=row.name),
                icon=ft.Icons.THUMBS_UP_DOWN_OUTLINED,
                id="meeting-evaluate",
            )
        )
    return rows


def _rings(desk: Desk, standing: Standing | None) -> str:
    """What the phone's calendar does about a meeting: nothing yet, or ring when it was asked to."""
    if standing is None or standing.stale:
        return desk.say("calendar.row.help")
    return " · ".join([desk.say("calendar.row.there"), *(desk.say(key) for key in sorted(standing.alarms))])


@component
def _Late(view: MeetingView, notice: Notice, cancel: Callable[..., object], close: Callable[[], object]) -> ft.Control:
    """Later than agreed on: the rule, how to reach the other one, and both ways. Nobody is blamed."""
    desk = use_desk()
    reach = view.person.reach if view.person else ""
    parts: list[ft.Control] = [
        Words(desk.say(f"slot.notice.{notice.rule}")),
        Words(desk.say("slot.late", name=view.row.name)),
    ]
    if reach:
        parts.append(Words(desk.say("slot.late.reach", reach=reach), Style.STRONG))
    parts += [
        PrimaryButton(desk.say("slot.late.keep"), lambda _: close(), ft.Icons.CHECK, id="late-keep"),
        SecondaryButton(desk.say("slot.late.cancel"), cancel, ft.Icons.EVENT_BUSY, id="late-cancel"),
    ]
    return ft.Column(parts, spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _ready(desk: Desk, view: MeetingView, preparation: ListView) -> ft.Control:
    """Before the first meeting: how much of what matters most is in place. The meeting can be held anyway."""
    document = desk.library.document(PREPARATION)
    seeds = [
        line
        for line in lines_of(desk, document, view.row.my_role, preparation)
        if line.item is not None and line.item.seed_item
    ]
    return Row(
        desk.say("meeting.ready", done=settled(seeds), total=len(seeds)),
        lambda _: desk.go(f"/checklist/{view.row.mentorship}/before_relationship"),
        icon=ft.Icons.VERIFIED_OUTLINED,
        id="meeting-ready",
    )


def _state(desk: Desk, view: MeetingView) -> ft.Control:
    row = view.row
    if row.status == "cancelled":
        key = "skipped" if row.series else "cancelled"
        return Chip(desk.say(f"meeting.state.{key}"), ft.Icons.EVENT_BUSY, color=theme.ACCENT)
    if row.ended is not None:
        return Chip(desk.say("meeting.state.held"), ft.Icons.CHECK)
    key = "ongoing" if row.phase == "during" else "planned"
    return Chip(
        desk.say(f"meeting.state.{key}"),
        ft.Icons.EVENT_AVAILABLE,
        color=theme.ON_PRIMARY_CONTAINER,
        ground=theme.PRIMARY_CONTAINER,
    )
