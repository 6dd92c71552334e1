"""An export read back into an app in which nothing has been written yet."""

from __future__ import annotations

from typing import Any

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_desk, use_query
from app.ui.hooks.files import use_files
from app.ui.parts import Busy, Live, PrimaryButton, QuietButton, Screen, Soft, Words
from app.ui.safe import component
from app.ui.screens.settings_data import EMPTY, SHOWN


@component
def ImportScreen() -> ft.Control:
    """What it does, one button for the file, and what came in."""
    desk = use_desk()
    files = use_files()
    there = use_query(EMPTY)
    told, tell = ft.use_state("")
    failed, fail = ft.use_state("")
    busy, run = use_busy()

    def done(found: Any) -> None:
        counts = found.counts
        things = [desk.say(f"backup.kind.{kind}", count=counts[kind]) for kind in SHOWN if counts.get(kind)]
        fail("")
        tell(desk.say("import.done", things=desk.speech.value.listing(things)))

    async def pick() -> None:
        found = await files.pick()
        if found:
            data = found[1]
            run(lambda: _read(desk, data), done, lambda fault: fail(desk.sentence(fault)))

    body: list[ft.Control] = [
        Words(desk.say("import.what")),
        Soft(desk.say("import.not")),
        Soft(desk.say("import.pair")),
    ]
    above: list[ft.Control] = []
    if busy:
        above.append(Busy(desk.say("import.working")))
    elif told:
        above.append(Live(told, ft.Icons.CHECK_CIRCLE, theme.PRIMARY))
    elif failed:
        above.append(Live(failed, ft.Icons.INFO_OUTLINE, theme.ERROR))
    primary: ft.Control | None = None
    if told:
        primary = PrimaryButton(desk.say("import.today"), lambda _: desk.home(), ft.Icons.HOME, id="import-today")
    elif any(there.values()):
        above.append(Live(desk.say("error.import-not-empty"), ft.Icons.INFO_OUTLINE, theme.ACCENT))
        body.append(
            ft.Row(
                [QuietButton(desk.say("settings.backup"), lambda _: desk.go("/settings/backup"), id="import-backup")],
                wrap=True,
            )
        )
    else:
        primary = PrimaryButton(
            desk.say("import.pick"), lambda _: desk.later(pick), ft.Icons.FOLDER_OPEN, busy=busy, id="import-pick"
        )
    return Screen(desk.say("import.title"), body, back=True, above=above, primary=primary)


def _read(desk: Desk, data: bytes) -> Any:
    from app.services.files.importing import import_export  # what only this button needs

    return import_export(desk.store, data)
