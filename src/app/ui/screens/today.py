"""Today: what is next, what is left to do, and one wide button whose words follow the clock."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import flet as ft

from app.model.queries import ClosingNews, NotesOf, SettingOf, ToChoose, TodayView
from app.model.queries.agreements import ToSign
from app.model.queries.surveys import SurveysDue
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.hooks.told import use_touched
from app.ui.parts import Beside, HeaderButton, PrimaryButton, Rows, Screen, SecondaryButton, use_sheet
from app.ui.parts.notices import Notices, waiting
from app.ui.safe import component
from app.ui.screens.asked import asked, to_choose, to_sign
from app.ui.screens.in_place import PREPARATION, settle
from app.ui.screens.lists import begin
from app.ui.screens.today_first import welcome
from app.ui.screens.today_meeting import MeetingCard, NextCard, all_over, list_part
from app.ui.screens.today_todo import CAN_WAIT, backup_due, booking_row, rows_to_do, to_do_part
from app.ui.screens.today_write import WriteSheet

if TYPE_CHECKING:
    from app.model.queries import Today
    from app.services.content.library import Library
    from app.ui.desk import Desk

FOLD = 7
"""Rows above the fold, never more, also where there is room: the meeting is one, its list at most four, the rest is
what there is to do."""
HALF = 20
"""So many letters stand on one line in the wide button beside another one, with its icon; more need the icon's room."""

_WORDS = {
    "add_person": ("today.button.person", ft.Icons.PERSON_ADD),
    "plan": ("today.button.plan", ft.Icons.EVENT),
    "prepare": ("today.button.prepare", ft.Icons.CHECKLIST),
    "note": ("today.button.note", ft.Icons.EDIT),
    "end": ("today.button.end", ft.Icons.FLAG),
    "evaluate": ("today.button.evaluate", ft.Icons.THUMBS_UP_DOWN_OUTLINED),
    "minutes": ("today.button.minutes", ft.Icons.EDIT_NOTE),
}
_PLACES = {
    "prepare": "/meeting/{meeting}/checklist",
    "note": "/meeting/{meeting}/note",
    "end": "/meeting/{meeting}/end",
    "evaluate": "/meeting/{meeting}/evaluate",
    "minutes": "/meeting/{meeting}/minutes",
}


@component
def TodayScreen() -> ft.Control:
    """The first screen after unlocking."""
    desk = use_desk()
    now = use_clock()
    today: Today = use_query(TodayView(now=now, critical=critical_lines(desk.library)))
    inbox = use_query(NotesOf(limit=200, origin="locked")).rows
    last_backup = use_query(SettingOf("backup.last"))
    server = use_query(SettingOf("server.address"))
    surveys = use_query(SurveysDue(now))
    writing, write = ft.use_state(False)
    more, show_more = ft.use_state(False)
    signing = use_query(ToSign())
    choosing = use_query(ToChoose())
    ending = use_query(ClosingNews(now.replace(hour=0, minute=0, second=0, microsecond=0)))
    use_sheet(
        (lambda: WriteSheet(today, lambda: write(False))) if writing else None,
        lambda: write(False),
        title=desk.say("today.write.title"),
        short=today.people + len(today.later) <= 4,
    )
    name = today.me.name if today.me else ""
    lacking = tuple(sorted((one.mentorship, one.item) for one in today.open_critical if not one.meeting))
    names = use_touched(frozenset({"fair_copy", "signature"}))  # put there meanwhile, here or by the other
    ft.use_effect(lambda: _settle(desk, lacking), [lacking, names])

    body: list[ft.Control] = []
    rows = FOLD - bool(ending)
    if today.meeting:
        body.append(MeetingCard(today.meeting))
        part, used = list_part(desk, today.meeting)
        body.extend(part)
        rows -= 1 + used
    elif today.people:
        if today.upcoming or today.unbooked:
            body.append(NextCard(today.upcoming, today.unbooked[0].mentorship if len(today.unbooked) == 1 else ""))
        else:
            body.append(Rows([all_over(desk)]))
        rows -= 1
    backup = backup_due(today, last_backup, now) and not desk.session.example
    todo = rows_to_do(desk, today, inbox, now, backup=backup)
    changed = [partial(booking_row, desk, one, now) for one in today.booking if one.kind not in CAN_WAIT]
    todo = [*changed, *to_sign(desk, signing), *to_choose(desk, choosing), *asked(desk, surveys), *todo]
    if not today.people:
        body = welcome(desk, name, today.me.role if today.me else "mentor")
        rows = FOLD - 3 - (not desk.session.example)
    aside = to_do_part(desk, todo, rows, more, lambda: show_more(not more)) if todo or today.people else []
    if server:
        body.insert(0, import_module("app.ui.parts.carrying").Carrying())
    if desk.session.shares:
        body.insert(0, import_module("app.ui.parts.devices").DeviceNews())
    if ending:
        body.insert(0, import_module("app.ui.screens.closing").ClosingCards())
    if waiting(desk):
        body.insert(0, Notices())
    return Screen(
        desk.say("today.title"),
        body,
        aside=aside,
        primary=_buttons(desk, today, lambda: write(True)),
        subtitle=name,
        title_tap=lambda: desk.go("/settings"),
        actions=[HeaderButton(desk.say("today.search"), ft.Icons.SEARCH, lambda _: desk.go("/search"), id="search")],
        spacing=6,
    )


def _buttons(desk: Desk, today: Today, write: Callable[[], object]) -> ft.Control:
    """The wide button, and a note beside it where it says something else."""

    def press(_: object = None) -> None:
        if today.primary.action == "note" and today.primary.meeting and today.primary.mentorship:
            begin(desk, today.primary.meeting, today.primary.mentorship)
        elif today.primary.action in _PLACES and today.primary.meeting:
            desk.go(_PLACES[today.primary.action].format(meeting=today.primary.meeting))
        elif today.primary.action == "add_person":
            desk.go("/people/new")
        elif today.primary.action == "plan":
            desk.go("/plan", **({"person": today.primary.mentorship} if today.primary.mentorship else {}))
        else:
            write()

    words, icon = _WORDS.get(today.primary.action, _WORDS["note"])
    if today.meeting and words == "today.button.prepare" and today.primary.meeting != today.meeting.row.id:
        words = "today.button.prepare.next"  # the one on the card above is over
    said, two = desk.say(words), today.primary.action != "note"
    fits = not two or len(said) < HALF
    go = PrimaryButton(said, press, icon if fits else None, id="today-primary", expand=True)
    if not two:
        return go
    row = today.meeting.row if today.meeting else None
    beside = SecondaryButton(
        desk.say("today.button.note"),
        (lambda _: begin(desk, row.id, row.mentorship)) if row else (lambda _: write()),
        ft.Icons.EDIT,
        id="today-note",
    )
    return Beside([beside, go])


def _settle(desk: Desk, lacking: tuple[tuple[str, str], ...]) -> None:
    """Tick what both have signed meanwhile: it is not missing any more."""
    for mentorship, item in lacking:
        settle(desk, mentorship, [item])


def critical_lines(library: Library) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """The lines that must not be missed, of the lists of a meeting and of the one before a relationship: document, line,
    roles.
    """
    return tuple(
        (document.id, item.id, tuple(sorted(item.roles)))
        for document in library.documents(kind="checklist", broken=False)
        for item in document.items
        if item.critical and (document.when.endswith("_session") or document.id == PREPARATION)
    )
