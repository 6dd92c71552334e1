"""What was written while the app was locked: read it, and put it where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flet as ft

from app.model.commands import Revise
from app.model.entities import Note
from app.model.queries import MeetingsBetween, NotesOf, One
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_query, use_undo
from app.ui.parts import Card, EmptyState, Quotable, Screen, SecondaryButton, Soft, VisibilityChip
from app.ui.safe import component
from app.ui.screens.note import pieces
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.model.queries import MeetingRow, NoteRow

PREVIEW = 4_000


@component
def InboxScreen() -> ft.Control:
    """The notes from the lock screen, oldest first."""
    desk, now = use_desk(), use_clock()
    rows = use_query(NotesOf(origin="locked", limit=200)).rows
    first = rows[-1].at.date() if rows else now.date()
    meetings = use_query(MeetingsBetween(first, now.date(), now))
    if not rows:
        return Screen(
            desk.say("today.inbox.title"),
            [
                EmptyState(
                    desk.say("today.inbox.empty"), desk.say("today.inbox.back"), lambda _: desk.home(), id="inbox-empty"
                )
            ],
            back=True,
        )
    return Screen(
        desk.say("today.inbox.title"),
        [
            ft.Row([VisibilityChip("only_me")]),
            *(Letter(row, _of_day(row, meetings), key=row.id) for row in reversed(rows)),
        ],
        back=True,
    )


def _of_day(row: NoteRow, meetings: tuple[MeetingRow, ...]) -> tuple[MeetingRow, ...]:
    return tuple(one for one in meetings if one.starts.date() == row.at.astimezone(one.starts.tzinfo).date())


@component
def Letter(row: NoteRow, meetings: tuple[MeetingRow, ...], *, key: str | None = None) -> ft.Control:
    """One note and where it may go."""
    desk, now = use_desk(), use_clock()
    undo = use_undo()
    note = use_query(One(Note, row.id))
    if note is None:
        return ft.Container()

    def place(values: dict[str, object], said: str) -> None:
        done = desk.store.execute(Revise(kind="note", id=row.id, values={"origin": "typed", **values}))
        undo(said, lambda: desk.store.execute(done.undo) if done.undo else None)

    body = note.body if len(note.body) <= PREVIEW else pieces(note.body, PREVIEW)[0] + "…"
    parts: list[ft.Control] = [
        Soft(desk.say("today.inbox.written", when=desk.speech.value.near(row.at.astimezone(now.tzinfo), now))),
        Quotable(body, Style.NOTE),
    ]
    for meeting in meetings:
        values = {"meeting": meeting.id, "mentorship": meeting.mentorship}
        parts.append(
            SecondaryButton(
                desk.say("today.inbox.meeting", name=meeting.name, when=desk.speech.value.clock(meeting.starts)),
                lambda _, values=values: place(values, desk.say("today.inbox.moved")),
                ft.Icons.EVENT,
                id=f"inbox-meeting-{row.id}",
                strong=meeting.id == row.meeting or len(meetings) == 1,
            )
        )
    parts.append(
        SecondaryButton(
            desk.say("today.inbox.keep"),
            lambda _: place({"meeting": None}, desk.say("today.inbox.kept")),
            ft.Icons.LOCK,
            id=f"inbox-keep-{row.id}",
        )
    )
    return Card(parts, ground=theme.SURFACE)
