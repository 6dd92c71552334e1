"""What can be read of a damaged vault: told in numbers, saved as a file, and the way to begin again from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_desk
from app.ui.hooks.files import use_files
from app.ui.parts import Busy, Card, Heading, Live, SecondaryButton, Soft, Words
from app.ui.parts.text import SpokenWords
from app.ui.safe import component


def told(head: ft.Control, rest: list[ft.Control]) -> ft.Control:
    """Something that happened while opening, read out as it appears."""
    return ft.Semantics(live_region=True, container=True, content=Card([head, *rest], spacing=10, ground=theme.RAISED))


def begin_again(desk: Desk, put_aside: Callable[[], None]) -> list[ft.Control]:
    """The way to a backup when nothing here opens: the folder moves aside whole, and the app is empty."""
    return [
        SecondaryButton(
            desk.say("lock.lost.aside"),
            lambda _: put_aside(),
            ft.Icons.SETTINGS_BACKUP_RESTORE,
            id="lost-aside",
            strong=True,
        ),
        Soft(desk.say("lock.lost.aside.help")),
    ]


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
        saved = await files.save(made.name, made.data)
        fail(saved.how == "failed")
        if saved.how == "made":
            keep(made.words)

    def put_aside() -> None:
        run(desk.session.set_aside)

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
            Card([SpokenWords(words.split())]),
            SecondaryButton(
                desk.say("lock.rescue.aside"),
                lambda _: put_aside(),
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
    else:
        lines += begin_again(desk, put_aside)
    if failed:
        lines.append(Live(desk.say("backup.made.failed"), ft.Icons.ERROR_OUTLINE, theme.ERROR))
    return told(Heading(desk.say("lock.salvaged.title")), lines)
