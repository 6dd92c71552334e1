"""The optional server: choose one, see how things are with it, leave it again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import flet as ft

from app.ui import theme
from app.ui.hooks import use_busy, use_desk, use_watch
from app.ui.hooks.carrying import use_carrying
from app.ui.hooks.held import use_box
from app.ui.hooks.unfinished import use_unfinished
from app.ui.network import tells
from app.ui.parts import (
    Busy,
    Card,
    DangerButton,
    Field,
    Heading,
    PassphraseField,
    PrimaryButton,
    QuietButton,
    Rows,
    Screen,
    SecondaryButton,
    Soft,
    TickRow,
    Words,
)
from app.ui.parts.carrying import ICONS, Alarms, carried_words, clock_words
from app.ui.parts.text import Live
from app.ui.safe import component
from app.ui.screens.rows import resumed_line

if TYPE_CHECKING:
    from app.ui.desk import Desk


def _why_not(desk: Desk, fault: Exception) -> str:
    """Why no server was chosen. Where none is, nothing is tried again by itself, as it is with one that is away."""
    return desk.say("server.away") if getattr(fault, "code", "") == "sync-no-answer" else desk.sentence(fault)


@component
def ServerScreen() -> ft.Control:
    """Without a server everything works; with one, what is sealed is carried between devices."""
    desk = use_desk()
    use_watch(desk.speech)
    carried = use_carrying()
    form = use_unfinished("server.address", "https://")
    address = form.values
    invitation, set_invitation = ft.use_state("")
    pin, set_pin = ft.use_state("")
    more, show_more = ft.use_state(False)
    wrong, say_wrong = ft.use_state("")
    busy, run = use_busy()
    replication = desk.session.replication
    chosen = replication.choice

    def connect(_: object = None) -> None:
        say_wrong("")

        def connected(_: object) -> None:
            form.empty()
            desk.announce(desk.say("server.connected"))

        run(
            lambda: replication.connect(address, pin=pin, invitation=invitation.strip()),
            connected,
            lambda fault: say_wrong(_why_not(desk, fault)),
        )

    def set_manner(**chosen: bool) -> None:
        replication.prefer(**chosen)  # at once: the next choice may come while this one is being followed
        desk.later(lambda: asyncio.to_thread(replication.follow))

    def leave(_: object = None) -> None:
        before = chosen

        def left(_: object) -> None:
            if before:
                desk.notice(
                    desk.say("server.left"),
                    lambda: run(lambda: replication.connect(before.address, pin=before.pin)),
                    seconds=8,
                )

        run(replication.disconnect, left)  # a round that is under way ends first: that may take a while

    if chosen:
        body: list[ft.Control] = [
            *Alarms(desk, carried.alarms),
            Words(chosen.address),
            Live(carried_words(desk, carried), ICONS[carried.standing.condition]),
            *([Soft(clock_words(desk, carried.skew))] if carried.skew else []),
            Soft(desk.say("server.blind")),
            Rows(_manner(desk, set_manner)),
            SecondaryButton(
                desk.say("server.now"), lambda _: replication.now(asked=True), ft.Icons.SYNC, id="server-now"
            ),
            QuietButton(desk.say("server.leave"), leave, id="server-leave"),
            Deleting(key="deleting"),
        ]
        return Screen(desk.say("server.title"), body, back=True)

    def type_address(text: str) -> None:
        form.put(text)
        say_wrong("")  # it was said of another address

    body = [
        Words(desk.say("server.about")),
        *resumed_line(desk, form),
        Field(
            desk.say("server.address"),
            form.values,
            type_address,
            id="server-address",
            error=wrong,
            keyboard=ft.KeyboardType.URL,
            on_submit=connect,
        ),
    ]
    if more:
        body += [
            Field(desk.say("server.invitation"), invitation, set_invitation, id="server-invitation"),
            Field(desk.say("server.pin"), pin, set_pin, id="server-pin", helper=desk.say("server.pin.help")),
        ]
    else:
        body.append(QuietButton(desk.say("server.more"), lambda _: show_more(True), id="server-more"))
    if busy:
        body.append(Busy(desk.say("server.trying")))
    return Screen(
        desk.say("server.title"),
        body,
        back=True,
        primary=PrimaryButton(desk.say("server.connect"), connect, busy=busy, id="server-connect"),
    )


@component
def Deleting(key: str = "") -> ft.Control:
    """The end of it: what goes and what that means is said, then the passphrase, then it is gone there."""
    desk = use_desk()
    asked, ask = ft.use_state(False)
    phrase, set_phrase = ft.use_state("")
    wrong, say_wrong = ft.use_state("")
    busy, run = use_busy()
    several = use_box(lambda: len(desk.session.devices.all()) > 1)
    replication = desk.session.replication

    def delete(_: object = None) -> None:
        say_wrong("" if phrase else desk.say("lock.empty"))

        def work() -> None:
            desk.session.confirm(phrase)
            replication.delete_there()

        def failed(fault: Exception) -> None:
            say_wrong(desk.sentence(fault))

        if phrase:
            run(work, lambda _: desk.notice(desk.say("server.deleted"), seconds=8), failed)

    if not asked:
        words = desk.say("server.delete")
        return QuietButton(words, lambda _: ask(True), ft.Icons.DELETE_OUTLINE, id="server-delete", color=theme.ERROR)
    parts: list[ft.Control] = [
        Heading(desk.say("server.delete")),
        Words(desk.say("server.delete.line")),
        Words(desk.say("server.delete.lost")),
        *([Soft(desk.say("server.delete.others"))] if several.value else []),
        PassphraseField(
            desk.say("server.delete.phrase"),
            phrase,
            set_phrase,
            error=wrong,
            on_submit=delete,
            id="server-delete-phrase",
        ),
        DangerButton(desk.say("server.delete.go"), delete, ft.Icons.DELETE_FOREVER, id="server-delete-go"),
    ]
    if busy:
        parts.append(Busy(desk.say("server.delete.working")))
    return Card(parts, ground=theme.RAISED)


def _manner(desk: Desk, choose: Callable[..., object]) -> list[ft.Control]:
    """How things are carried: over what line, and when."""
    replication = desk.session.replication
    return [
        TickRow(
            desk.say("server.wifi"),
            replication.wifi_only,
            lambda on: choose(wifi_only=on),
            subtitle=desk.say("server.wifi.help" if tells(desk) else "server.wifi.blind"),
            id="server-wifi",
            undo=False,
        ),
        TickRow(
            desk.say("server.delay"),
            replication.delayed,
            lambda on: choose(delayed=on),
            subtitle=desk.say("server.delay.help"),
            id="server-delay",
            undo=False,
        ),
    ]
