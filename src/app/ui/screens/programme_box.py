"""The programme's box on a server: opened with a tap once it is told what that means, emptied by itself, and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flet as ft

from app.ui import theme
from app.ui.hooks import use_busy, use_desk, use_watch
from app.ui.hooks.told import use_told
from app.ui.parts import (
    Busy,
    DangerButton,
    Live,
    PrimaryButton,
    QuietButton,
    Row,
    Screen,
    SecondaryButton,
    Soft,
    Words,
)
from app.ui.parts.posting import ICONS, standing_words
from app.ui.safe import component

if TYPE_CHECKING:
    from app.services.programme.box import Box
    from app.ui.desk import Desk


@component
def BoxScreen() -> ft.Control:
    """Open or closed, where, and how it went the last time."""
    desk = use_desk()
    use_watch(desk.speech)
    coordination, letters = desk.session.coordination, desk.session.letters
    use_told(coordination.watch)
    use_told(letters.watch)
    use_told(desk.session.replication.watch)
    fault, say_fault = ft.use_state("")
    busy, run = use_busy()
    box, choice = coordination.box, desk.session.replication.choice
    title = desk.say("box.title")

    def open_it() -> None:
        def opened(_: object) -> None:
            letters.now()
            desk.notice(desk.say("box.opened"))

        say_fault("")
        run(letters.fetching.open, opened, lambda problem: say_fault(desk.sentence(problem)))

    def close(_: object) -> None:
        def closed(_: object) -> None:
            desk.notice(desk.say("box.closed"), undo=open_it, seconds=8)

        say_fault("")
        run(letters.fetching.close_box, closed, lambda problem: say_fault(desk.sentence(problem)))

    def forget(_: object) -> None:
        former = letters.fetching.forget_box()
        desk.notice(desk.say("box.forgotten"), undo=lambda: coordination.keep_box(former), seconds=8)

    body: list[ft.Control] = []
    primary: ft.Control | None = None
    if fault:
        body.append(Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR))
    if coordination.programme is None:
        return Screen(title, [Words(desk.say("programme.begin.about"))], back=True)
    if box is None:
        body += [Words(desk.say("box.about")), Words(desk.say("box.first")), Soft(desk.say("box.server.sees"))]
        if choice is None:
            body.append(Words(desk.say("box.server")))
            primary = PrimaryButton(
                desk.say("box.server.choose"), lambda _: desk.go("/settings/server"), id="box-choose-server"
            )
        else:
            body.append(Words(desk.say("box.where", host=choice.address.partition("://")[2].removesuffix(":443"))))
            primary = PrimaryButton(desk.say("box.open"), lambda _: open_it(), ft.Icons.INBOX, busy=busy, id="box-open")
    elif choice is None or choice.address != box.server:
        body.append(Live(desk.say("box.elsewhere", host=box.host), ft.Icons.CLOUD_OFF_OUTLINED, theme.ACCENT))
        body.append(QuietButton(desk.say("box.forget"), forget, id="box-forget"))
        if choice is not None:
            primary = PrimaryButton(desk.say("box.open"), lambda _: open_it(), ft.Icons.INBOX, busy=busy, id="box-open")
    elif letters.fetching.keeper in ("device", "programme"):
        body.append(Live(desk.say(f"box.kept.{letters.fetching.keeper}"), ft.Icons.DEVICES, theme.ACCENT))
        body.append(Soft(desk.say("box.kept.what")))
        body.append(QuietButton(desk.say("box.kept.here"), lambda _: open_it(), id="box-open"))
    else:
        standing = letters.coordinator
        body += [
            Live(standing_words(desk, standing, box), ICONS[standing.condition]),
            SecondaryButton(desk.say("box.now"), lambda _: letters.now(), ft.Icons.SYNC, id="box-now", strong=True),
            Soft(desk.say("box.five")),
            Soft(desk.say("box.first")),
            Soft(desk.say("box.server.sees")),
        ]
        if letters.fetching.unreadable:
            told = desk.say("box.unreadable", count=letters.fetching.unreadable)
            body.insert(1, Live(told, ft.Icons.SYSTEM_UPDATE, theme.ACCENT))
        body.append(DangerButton(desk.say("box.close"), close, id="box-close"))
    if busy:
        body.append(Busy(desk.say("box.opening" if box is None else "box.state.working")))
    return Screen(title, body, back=True, primary=primary)


def box_row(desk: Desk) -> ft.Control:
    """On the programme's page: how letters come."""
    box: Box | None = desk.session.coordination.box
    said = desk.say("box.none")
    if box is not None:
        choice = desk.session.replication.choice
        here = choice is not None and choice.address == box.server
        letters = desk.session.letters
        said = standing_words(desk, letters.coordinator, box) if here else desk.say("box.elsewhere", host=box.host)
        if here and letters.fetching.keeper in ("device", "programme"):
            said = desk.say(f"box.kept.{letters.fetching.keeper}")
    return Row(
        desk.say("box.title"),
        lambda _: desk.go("/programme/box"),
        subtitle=said,
        icon=ft.Icons.INBOX,
        id="programme-box",
    )
