"""What to write about: the sheet behind the wide button of Today when no meeting says it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import flet as ft

from app.model.commands import StartNow
from app.model.queries import NotesOf, PeopleList
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.parts import Row, Rows
from app.ui.safe import component
from app.ui.screens.lists import way_in
from app.ui.screens.rows import zone_of

if TYPE_CHECKING:
    from app.model.queries import PersonRow, Today


@component
def WriteSheet(today: Today, close: Callable[[], object]) -> ft.Control:
    """Where the next words belong: a meeting of today, somebody one happens to meet, or oneself."""
    desk, now = use_desk(), use_clock()
    people: tuple[PersonRow, ...] = use_query(PeopleList(now=now))
    speech = desk.speech.value

    def leave(path: str, **facts: str) -> None:
        close()
        desk.go(path, **facts)

    def unplanned(person: PersonRow) -> None:
        done = desk.store.execute(StartNow(mentorship=person.mentorship, zone=zone_of(desk)))
        leave(way_in(desk, done.record, person.mentorship, unplanned=True))

    rows: list[ft.Control] = [
        Row(
            row.name,
            lambda _, row=row: leave(way_in(desk, row.id, row.mentorship)),
            subtitle=desk.say("today.write.meeting", when=speech.near(row.starts, now)),
            icon=ft.Icons.EVENT,
            id=f"write-meeting-{row.id}",
            key=row.id,
        )
        for row in today.later
    ]
    rows += [
        Row(
            person.name,
            lambda _, person=person: unplanned(person),
            subtitle=desk.say("today.write.unplanned"),
            icon=ft.Icons.GROUP,
            color=theme.SHARED,
            id=f"write-person-{person.mentorship}",
            key=person.mentorship,
        )
        for person in sorted(people, key=lambda person: speech.sort_key(person.name))
        if person.status != "ended"
    ]
    if desk.store.ask(NotesOf(limit=1)).rows:
        rows.append(
            Row(
                desk.say("note.free.list"),
                lambda _: leave("/notes"),
                icon=ft.Icons.FOLDER_OPEN,
                color=theme.PRIVATE,
                id="write-notes",
                key="notes",
            )
        )
    rows.append(
        Row(
            desk.say("today.write.free"),
            lambda _: leave("/note/new"),
            subtitle=desk.say("today.write.free.help"),
            icon=ft.Icons.LOCK,
            color=theme.PRIVATE,
            id="write-free",
            key="free",
        )
    )
    return Rows(rows)
