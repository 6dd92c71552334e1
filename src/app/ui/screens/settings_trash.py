"""The trash: what was deleted during the last thirty days, and one tap to have it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import flet as ft

from app.model.commands import Delete, EmptyTrash, Restore
from app.model.queries import PeopleList, TrashList
from app.ui.hooks import use_clock, use_desk, use_query, use_undo
from app.ui.parts import DangerButton, EmptyState, QuietButton, Rows, Screen, SecondaryButton, Soft, Words
from app.ui.parts.wishes import Wishes
from app.ui.safe import component
from app.ui.screens.rows import local

if TYPE_CHECKING:
    from app.model.queries import Trashed
    from app.ui.desk import Desk


@component
def TrashScreen() -> ft.Control:
    """Newest first: what it was, with whom, and until when it can come back."""
    desk, now = use_desk(), use_clock()
    undo = use_undo()
    sure, ask = ft.use_state(False)
    trash = use_query(TrashList())
    names = {row.mentorship: row.name for row in use_query(PeopleList(now))}

    def restore(one: Trashed) -> None:
        desk.store.execute(Restore(kind=one.kind, id=one.id))
        undo(
            desk.say("settings.trash.restored", title=title_of(desk, one)),
            lambda: desk.store.execute(Delete(kind=one.kind, id=one.id)),
        )

    if not trash:
        empty = EmptyState(desk.say("settings.trash.empty"), icon=ft.Icons.DELETE_OUTLINE, id="trash-empty")
        return Screen(desk.say("settings.trash"), [empty, Wishes()], back=True)
    rows = [_row(desk, one, names, now, restore) for one in trash]
    body: list[ft.Control] = [Soft(desk.say("settings.trash.help")), Rows(rows)]
    if sure:  # what is erased cannot be undone, so it takes a second tap, in the same place
        body.append(Words(desk.say("settings.trash.sure", count=len(trash))))
        body.append(
            ft.Row([QuietButton(desk.say("checklist.cancel"), lambda _: ask(False), id="trash-cancel")], wrap=True)
        )
    body.append(Wishes())
    return Screen(
        desk.say("settings.trash"),
        body,
        back=True,
        primary=DangerButton(
            desk.say("settings.trash.go" if sure else "settings.trash.now"),
            (lambda _: desk.store.execute(EmptyTrash())) if sure else (lambda _: ask(True)),
            ft.Icons.DELETE_FOREVER,
            id="trash-go" if sure else "trash-now",
        ),
    )


def title_of(desk: Desk, one: Trashed) -> str:
    """What it was called: its words, the title of its document, or only what kind of thing it is."""
    known = {entry.id for entry in desk.library.entries()}
    if one.title in known:
        return desk.read(desk.library.document(one.title).title)
    return one.title.strip().partition("\n")[0][:120] or desk.say(f"settings.trash.kind.{one.kind}")


def _row(
    desk: Desk, one: Trashed, names: Mapping[str, str], now: datetime, restore: Callable[[Trashed], object]
) -> ft.Control:
    title, large = title_of(desk, one), desk.prefs.text_size >= 150
    last = local(one.until, now).date()
    about = [desk.say(f"settings.trash.kind.{one.kind}"), names.get(one.mentorship or "", "")]
    words = ft.Column(
        [
            Words(title),
            Soft(" · ".join(part for part in about if part)),
            Soft(desk.say("settings.trash.until", day=desk.speech.value.near_day(last, now))),
        ],
        spacing=2,
        tight=True,
        expand=None if large else True,
    )
    button = SecondaryButton(
        desk.say("settings.trash.restore"),
        lambda _: restore(one),
        ft.Icons.RESTORE_FROM_TRASH,
        id=f"restore-{one.id}",
    )
    inside: ft.Control = (
        ft.Column([words, button], spacing=8, tight=True)
        if large
        else ft.Row([words, button], spacing=12, vertical_alignment=ft.CrossAxisAlignment.CENTER)
    )
    return ft.Container(inside, padding=ft.Padding.symmetric(vertical=10, horizontal=16), key=one.id)
