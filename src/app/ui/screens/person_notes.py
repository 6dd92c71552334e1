"""My own notes about a person. Only me: violet, with a lock."""

from __future__ import annotations

import flet as ft

from app.model.queries import NoteRow, NotesOf, Page, PersonView
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.parts import EmptyState, PrimaryButton, QuietButton, Row, Rows, Screen, Soft, VisibilityChip
from app.ui.safe import component
from app.ui.screens.person import page_of
from app.ui.screens.rows import local

STEP = 50


@component
def PersonNotesScreen(id: str) -> ft.Control:
    """The notes, newest first, and a new one."""
    desk = use_desk()
    now = use_clock()
    limit, set_limit = ft.use_state(STEP)
    view: PersonView | None = use_query(page_of(desk, id, now))
    page: Page[NoteRow] = use_query(NotesOf(mentorship=id, limit=limit))
    lines = [
        Row(
            row.title or desk.say("person.private-text"),
            lambda _, row=row: desk.go(f"/note/{row.id}"),
            subtitle=desk.speech.value.near(local(row.at, now), now),
            icon=ft.Icons.LOCK,
            color=theme.PRIVATE,
            id=f"note-{row.id}",
            key=row.id,
        )
        for row in page.rows
    ]
    parts: list[ft.Control] = [
        ft.Row([VisibilityChip("only_me")]),
        Soft(desk.say("person.private-line")),
        Rows(lines)
        if lines
        else EmptyState(desk.say("person.private-empty"), icon=ft.Icons.LOCK_OUTLINE, id="no-notes"),
    ]
    if page.next is not None:
        parts.append(
            ft.Row(
                [QuietButton(desk.say("person.more"), lambda _: set_limit(limit + STEP), id="more-notes")], wrap=True
            )
        )
    return Screen(
        desk.say("person.private-title"),
        parts,
        subtitle=view.row.name if view else "",
        back=True,
        primary=PrimaryButton(
            desk.say("person.private-new"), lambda _: desk.go("/note/new", person=id), ft.Icons.EDIT, id="new-note"
        ),
    )
