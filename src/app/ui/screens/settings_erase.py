"""Erasing everything: said plainly, then the passphrase and one button."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flet as ft

from app.errors import LeftOnServer
from app.model.queries import SettingOf
from app.ui import theme
from app.ui.hooks import use_busy, use_desk
from app.ui.hooks.held import use_held
from app.ui.hooks.told import use_told
from app.ui.parts import (
    Busy,
    DangerButton,
    Live,
    PassphraseField,
    QuietButton,
    Rows,
    Screen,
    Soft,
    TickRow,
    Words,
)
from app.ui.parts.wishes import AskOthers
from app.ui.safe import component

if TYPE_CHECKING:
    from app.services.sharing.replication import Choice
    from app.ui.desk import Desk


@component
def EraseScreen() -> ft.Control:
    """What is erased cannot come back, so the passphrase is asked for and nothing is undone."""
    desk = use_desk()
    phrase, set_phrase = ft.use_state("")
    wrong, say_wrong = ft.use_state("")
    also, choose = ft.use_state(True)
    kept, say_kept = ft.use_state("")
    busy, run = use_busy()
    server = use_held(lambda: _server(desk))
    own = use_held(lambda: desk.session.phase == "open" and not desk.session.example)

    def erased(_: object) -> None:
        desk.home()
        desk.notice(desk.say("settings.erase.done"))

    def failed(fault: Exception) -> None:
        say_wrong(desk.sentence(fault))

    def erase(_: object = None, *, there: bool | None = None) -> None:
        say_wrong("" if phrase else desk.say("lock.empty"))
        say_kept("")
        also_there = server is not None and (also if there is None else there)

        def work() -> str:
            if also_there:
                desk.session.confirm(phrase)  # a wrong one must not have erased anything anywhere
                try:
                    desk.session.replication.delete_there()
                except LeftOnServer as fault:
                    return desk.sentence(fault)
            desk.session.erase(phrase)
            return ""

        if phrase:
            run(work, lambda kept: say_kept(kept) if kept else erased(None), failed)

    body: list[ft.Control] = [
        Words(desk.say("settings.erase.text")),
        Soft(desk.say("settings.erase.copies")),
        QuietButton(
            desk.say("settings.erase.backup"),
            lambda _: desk.go("/settings/backup"),
            ft.Icons.SAVE_ALT,
            id="erase-backup",
        ),
        *([_Programme()] if own else []),
        PassphraseField(
            desk.say("settings.erase.phrase"),
            phrase,
            set_phrase,
            error=wrong,
            id="erase-passphrase",
            autofocus=desk.prefs.text_size < 150,  # else the page begins under what is erased
        ),
        AskOthers(),
    ]
    if server is not None:
        tick = TickRow(
            desk.say("settings.erase.server"),
            also,
            choose,
            subtitle=desk.say("settings.erase.server.help", address=server.address),
            id="erase-server",
            undo=False,
        )
        body.insert(2, Rows([tick]))
    if kept:
        body.append(Live(desk.say("settings.erase.server.kept", why=kept), ft.Icons.CLOUD_OFF_OUTLINED, theme.ERROR))
        here = DangerButton(desk.say("settings.erase.here"), lambda _: erase(there=False), id="erase-here")
        body.append(ft.Row([here], wrap=True))
    if busy:
        body.append(Busy(desk.say("settings.erase.working")))
    return Screen(
        desk.say("settings.erase.title"),
        body,
        back=True,
        primary=DangerButton(desk.say("settings.erase.go"), erase, ft.Icons.DELETE_FOREVER, id="erase-go"),
    )


@component
def _Programme() -> ft.Control:
    """What a programme was told is not erased from here; what still waits for it would be gone unread."""
    desk = use_desk()
    programme = desk.session.programme
    use_told(programme.watch)
    told = [one for one in programme.sent() if one.what == "concern" and one.state != "waiting"]
    said: list[ft.Control] = [Soft(desk.say("settings.erase.concern"))] if told else []
    if programme.waiting:
        send = QuietButton(
            desk.say("contact.send"), lambda _: desk.go("/settings/programme"), ft.Icons.OUTBOX, id="erase-programme"
        )
        words = desk.say("settings.erase.waiting", count=programme.waiting)
        said += [Live(words, ft.Icons.INFO_OUTLINE, theme.ACCENT), ft.Row([send], wrap=True)]
    return ft.Column(
        said, spacing=8, tight=True, visible=bool(said), horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )


def _server(desk: Desk) -> Choice | None:
    """The server on which something of mine may lie, as it is when the screen opens: drawn again, all may be gone."""
    open_ = desk.session.phase == "open" and not desk.session.example
    if not (open_ and desk.store.ask(SettingOf("server.address"))):  # its first round may still be under way
        return None
    choice: Choice | None = desk.session.replication.choice
    return choice
