"""Before the very first meeting: how much of the eight is in place, and once, why it is held anyway. Never in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flet as ft

from app.model.commands import SetSetting, TickItem, UntickItem
from app.model.queries import ListOf, MeetingPage, anyway
from app.ui.hooks import use_clock, use_desk, use_held, use_query
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Choice,
    Field,
    PrimaryButton,
    ProgressBar,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    VisibilityChip,
    Words,
)
from app.ui.parts.ticks import TickLine
from app.ui.parts.toggles import Picks
from app.ui.safe import component
from app.ui.screens.in_place import PREPARATION
from app.ui.screens.lists import Line, lines_of, missing, settled, shown
from app.ui.screens.of_meeting import no_meeting
from app.ui.screens.rows import resumed_line
from app.ui.theme import Style

if TYPE_CHECKING:
    from datetime import datetime

REASONS = ("together", "paper", "later")


@component
def BeginScreen(id: str) -> ft.Control:
    """What is left before the first meeting, to tick right here; one reason, one tap, and on to the note."""
    desk, now = use_desk(), use_clock()
    view = use_query(MeetingPage(id, now))
    return no_meeting(desk) if view is None else _Begin(id, view.row.mentorship, view.row.name, view.row.my_role, now)


@component
def _Begin(meeting: str, mentorship: str, name: str, role: str, now: datetime) -> ft.Control:
    desk = use_desk()
    document = desk.library.document(PREPARATION)
    lines = shown(lines_of(desk, document, role, use_query(ListOf(PREPARATION, mentorship))))
    first = use_held(lambda: tuple(line.id for line in missing(lines)))  # nothing moves under the thumb that ticks
    reason, choose = ft.use_state("")
    form = use_unfinished(f"anyway.{mentorship}", "")
    seeds = [line for line in lines if line.item is not None and line.item.seed_item]
    asked = [line for id in first for line in lines if line.id == id]
    done = not any(line.open for line in asked)

    def tick(line: Line, on: bool) -> None:
        make = TickItem if on else UntickItem
        desk.store.execute(make(document=PREPARATION, version=document.version, item=line.id, mentorship=mentorship))

    def row(line: Line) -> ft.Control:
        mark = desk.say("checklist.critical") if line.critical and line.open else ""
        return TickLine(
            line.text,
            line.ticked,
            lambda on: tick(line, on),
            id=f"tick-{line.id}",
            mark=mark,
            subtitle=desk.say("checklist.programme")
            if line.item is not None and line.item.from_programme
            else ""
            if line in seeds
            else desk.say("checklist.beside", total=len(seeds)),
            key=line.id,
        )

    def go_on(_: object = None) -> None:
        if not done:
            words = form.values.strip() or (desk.say(f"checklist.anyway.{reason}") if reason else "")
            desk.store.execute(SetSetting(key=anyway(mentorship), value=words))
            form.done()
        desk.swap(f"/meeting/{meeting}/note")

    body: list[ft.Control] = [
        Words(desk.say("checklist.eight", done=settled(seeds), total=len(seeds)), Style.STRONG),
        ProgressBar(settled(seeds), len(seeds), desk.say("checklist.progress", done=settled(seeds), total=len(seeds))),
        Rows([row(line) for line in asked]),
        ft.Row(
            [
                SecondaryButton(
                    desk.say("checklist.anyway.list"),
                    lambda _: desk.go(f"/checklist/{mentorship}/before_relationship"),
                    id="begin-list",
                )
            ],
            wrap=True,
        ),
    ]
    if not done:
        body += [
            SectionTitle(desk.say("checklist.anyway.why")),
            Soft(desk.say("checklist.anyway.help")),
            Picks(
                [Choice(one, desk.say(f"checklist.anyway.{one}")) for one in REASONS],
                reason,
                choose,
                label=desk.say("checklist.anyway.why"),
                id="reason",
            ),
            *resumed_line(desk, form),
            Field(
                desk.say("checklist.anyway.own"),
                form.values,
                form.put,
                id="reason-own",
                limit=300,
                on_submit=go_on,
            ),
            ft.Row([VisibilityChip("only_me")]),
        ]
    return Screen(
        desk.say("checklist.anyway.title"),
        body,
        back=True,
        subtitle=name,
        primary=PrimaryButton(
            desk.say("meeting.write" if done else "checklist.anyway"), go_on, ft.Icons.EDIT, id="begin-anyway"
        ),
    )
