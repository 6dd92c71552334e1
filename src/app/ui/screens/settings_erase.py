"""Erasing everything: said plainly, then the passphrase and one button."""

from __future__ import annotations

import flet as ft

from app.ui.hooks import use_busy, use_desk
from app.ui.parts import Busy, DangerButton, PassphraseField, QuietButton, Screen, Soft, Words
from app.ui.parts.wishes import AskOthers
from app.ui.safe import component


@component
def EraseScreen() -> ft.Control:
    """What is erased cannot come back, so the passphrase is asked for and nothing is undone."""
    desk = use_desk()
    phrase, set_phrase = ft.use_state("")
    wrong, say_wrong = ft.use_state("")
    busy, run = use_busy()

    def erased(_: object) -> None:
        desk.home()
        desk.notice(desk.say("settings.erase.done"))

    def erase(_: object = None) -> None:
        say_wrong("" if phrase else desk.say("lock.empty"))
        if phrase:
            run(lambda: desk.session.erase(phrase), erased, lambda fault: say_wrong(desk.sentence(fault)))

    body: list[ft.Control] = [
        Words(desk.say("settings.erase.text")),
        Soft(desk.say("settings.erase.copies")),
        ft.Row(
            [
                QuietButton(
                    desk.say("settings.erase.backup"),
                    lambda _: desk.go("/settings/backup"),
                    ft.Icons.SAVE_ALT,
                    id="erase-backup",
                )
            ]
        ),
        PassphraseField(
            desk.say("settings.erase.phrase"), phrase, set_phrase, error=wrong, id="erase-passphrase", autofocus=True
        ),
        AskOthers(),
    ]
    if busy:
        body.append(Busy(desk.say("settings.erase.working")))
    return Screen(
        desk.say("settings.erase.title"),
        body,
        back=True,
        primary=DangerButton(desk.say("settings.erase.go"), erase, ft.Icons.DELETE_FOREVER, id="erase-go"),
    )
