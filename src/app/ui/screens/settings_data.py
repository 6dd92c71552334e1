"""My data: everything out in one file that opens without the app, what has been deleted, and the way to erase it all."""

from __future__ import annotations

from typing import Any

import flet as ft

from app.model.queries import Counts, TrashList
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_desk, use_query, use_watch
from app.ui.hooks.files import use_files
from app.ui.parts import Busy, Card, Live, PrimaryButton, QuietButton, Row, Rows, Screen, Soft, Words
from app.ui.safe import component
from app.ui.screens.checking import CheckRow

EMPTY = Counts(("person", "meeting", "note"))
"""What there may be nothing of where an export is to be read in."""
SHOWN = ("person", "meeting", "minutes", "note", "goal", "task", "evaluation")


@component
def DataScreen() -> ft.Control:
    """Said first: the file is not sealed. Then one button, and the device's own dialog for where it goes."""
    desk = use_desk()
    use_watch(desk.speech)
    counts = use_query(Counts(SHOWN))
    trash = use_query(TrashList())
    files = use_files()
    told, tell = ft.use_state("")
    busy, run = use_busy()

    async def save(made: Any) -> None:
        saved = await files.save(made.name, made.data)
        tell(f"export.{saved.how}")

    def take_out(_: object = None) -> None:
        tell("")
        desk.flush()
        run(lambda: _written(desk), lambda made: desk.later(lambda: save(made)))

    there = [desk.say(f"backup.kind.{kind}", count=counts[kind]) for kind in SHOWN if counts[kind]]
    body: list[ft.Control] = [Words(desk.say("export.what"))]
    if there:
        body.append(Soft(desk.say("export.holds", things=desk.speech.value.listing(there))))
    body.append(
        Card(
            ft.Row(
                [
                    ft.Icon(ft.Icons.LOCK_OPEN, color=theme.ACCENT, size=24),
                    Words(desk.say("export.warning"), expand=True),
                ],
                spacing=12,
                vertical_alignment=ft.CrossAxisAlignment.START,
            ),
            ground=theme.RAISED,
        )
    )
    body += [
        Soft(desk.say("export.backup")),
        ft.Row(
            [
                QuietButton(
                    desk.say("settings.backup"),
                    lambda _: desk.go("/settings/backup"),
                    ft.Icons.SAVE_ALT,
                    id="to-backup",
                )
            ],
            wrap=True,
        ),
        Rows(
            [
                Row(
                    desk.say("task.table-title"),
                    lambda _: desk.go("/tasks/file"),
                    subtitle=desk.say("task.table-row"),
                    icon=ft.Icons.TABLE_VIEW,
                    id="data-tasks",
                ),
                Row(
                    desk.say("settings.trash"),
                    lambda _: desk.go("/settings/trash"),
                    subtitle=desk.say("settings.trash.count", count=len(trash))
                    if trash
                    else desk.say("settings.trash.none"),
                    icon=ft.Icons.DELETE_OUTLINE,
                    id="data-trash",
                ),
                CheckRow(),
                Row(
                    desk.say("import.title"),
                    lambda _: desk.go("/settings/import"),
                    subtitle=desk.say("import.row"),
                    icon=ft.Icons.UPLOAD_FILE,
                    id="data-import",
                ),
                Row(
                    desk.say("settings.erase"),
                    lambda _: desk.go("/settings/erase"),
                    icon=ft.Icons.DELETE_FOREVER_OUTLINED,
                    id="data-erase",
                ),
            ]
        ),
    ]
    above: list[ft.Control] = []
    if busy:
        above.append(Busy(desk.say("export.working")))
    elif told:
        above.append(Live(desk.say(told), ft.Icons.CHECK_CIRCLE if told == "export.made" else ft.Icons.INFO_OUTLINE))
    return Screen(
        desk.say("export.title"),
        body,
        back=True,
        above=above,
        primary=PrimaryButton(desk.say("export.go"), take_out, ft.Icons.DOWNLOAD, busy=busy, id="export-go"),
    )


def _written(desk: Desk) -> Any:
    from app.services.files.export import Elsewhere, export  # what only this button needs

    app = dict(desk.session.about()).get("fika", "")
    elsewhere = Elsewhere()
    if not desk.session.example and desk.session.sharing:
        chosen = desk.session.replication.choice
        elsewhere = Elsewhere(desk.session.tidings.others(), chosen.address if chosen else "")
    return export(desk.store, desk.library, desk.speech.value, desk.now(), app, elsewhere)
