"""What can be read of a damaged vault: told in numbers, saved as a file, and the way to begin again from it."""

from __future__ import annotations

from typing import Any

import flet as ft

from app.ui import theme
from app.ui.hooks import use_busy, use_desk
from app.ui.hooks.files import use_files
from app.ui.parts import Busy, Card, Heading, Live, SecondaryButton, Soft, Words
from app.ui.safe import component
from app.ui.theme import Style


def told(head: ft.Control, rest: list[ft.Control]) -> ft.Control:
    """Something that happened while opening, read out as it appears."""
    return ft.Semantics(live_region=True, container=True, content=Card([head, *rest], spacing=10, ground=theme.RAISED))


@component
def Rescued(found: Any, phrase: str) -> ft.Control:
    """Three steps: what was read, a file of it with six words, and an empty Fika to open the file in.

    The damaged folder is never written to. It is moved aside whole, and only once the file is there.
    """
    desk = use_desk()
    files = use_files()
    words: str
    words, keep = ft.use_state("")
    failed, fail = ft.use_state(False)
    busy, run = use_busy()

    async def save(made: Any) -> None:
        try:
            where = await files.save(made.name, made.data)
        except RuntimeError:  # what a service call raises when the device has no such dialog
            fail(True)
            return
        if where is not None or desk.page.web:
            keep(made.words)

    def begin_again() -> None:
        desk.session.set_aside()

    kept = sum(found.kept.values())
    lines: list[ft.Control] = [Words(desk.say("lock.salvaged.kept", count=kept))]
    if found.lost:
        lines.append(Words(desk.say("lock.salvaged.lost", count=found.lost)))
    if busy:
        lines.append(Busy(desk.say("lock.rescue.working")))
    if words:
        lines += [
            Live(desk.say("lock.rescue.saved"), ft.Icons.CHECK_CIRCLE),
            Soft(desk.say("lock.rescue.words")),
            Words(words, Style.STRONG),
            SecondaryButton(
                desk.say("lock.rescue.aside"),
                lambda _: run(begin_again),
                ft.Icons.SETTINGS_BACKUP_RESTORE,
                id="rescue-aside",
                strong=True,
            ),
            Soft(desk.say("lock.rescue.aside.help")),
        ]
    elif kept:
        lines.append(
            SecondaryButton(
                desk.say("lock.rescue.save"),
                lambda _: run(lambda: desk.session.rescue(phrase), lambda made: desk.later(lambda: save(made))),
                ft.Icons.SAVE_ALT,
                id="rescue-save",
                strong=True,
            )
        )
    if failed:
        lines.append(Live(desk.say("backup.made.failed"), ft.Icons.ERROR_OUTLINE, theme.ERROR))
    return told(Heading(desk.say("lock.salvaged.title")), lines)
