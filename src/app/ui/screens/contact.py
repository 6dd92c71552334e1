"""Please contact me: one tap more, no reason, and how far it is."""

from __future__ import annotations

import flet as ft

from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_watch
from app.ui.hooks.told import use_told
from app.ui.parts import Card, Live, PrimaryButton, QuietButton, Screen, SecondaryButton, Soft, Words
from app.ui.parts.joining import NeedsProgramme
from app.ui.safe import component
from app.ui.theme import Style

ICONS = {"waiting": ft.Icons.SCHEDULE_SEND, "sent": ft.Icons.SEND_OUTLINED, "seen": ft.Icons.DONE_ALL}


@component
def ContactScreen() -> ft.Control:
    """The wish, and its state: waiting, sent, seen."""
    desk, now = use_desk(), use_clock()
    use_watch(desk.speech)
    programme = desk.session.programme
    use_told(programme.watch)
    joined, last, goes = programme.listening, programme.contact, programme.posting == "yes"
    title = desk.say("contact.title")
    call = QuietButton(desk.say("contact.numbers"), lambda _: desk.go("/safety"), ft.Icons.SHIELD, id="contact-numbers")
    if joined is None:
        return Screen(title, [NeedsProgramme(), Soft(desk.say("contact.urgent")), call], back=True)

    def ask(_: object) -> None:
        programme.ask_contact()
        desk.announce(desk.say("contact.asked.goes" if goes else "contact.asked"))

    def withdraw(id: str) -> None:
        desk.notice(desk.say("contact.withdrawn"), undo=programme.withdraw(id), seconds=6)

    body: list[ft.Control] = [Words(desk.say("contact.how", name=joined.name))]
    primary: ft.Control | None = PrimaryButton(
        desk.say("contact.ask" if last is None else "contact.again"), ask, ft.Icons.PHONE_CALLBACK, id="contact-ask"
    )
    if last is not None:
        when = desk.speech.value.near(last.at.astimezone(now.tzinfo), now)
        state: list[ft.Control] = [
            Live(
                desk.say("contact.state.goes" if goes and last.state == "waiting" else f"contact.state.{last.state}"),
                ICONS[last.state],
                theme.PRIMARY,
            ),
            Soft(when),
        ]
        if last.state == "waiting":
            id = last.id
            primary = (
                None
                if goes
                else PrimaryButton(
                    desk.say("contact.send"),
                    lambda _: desk.go("/settings/programme"),
                    ft.Icons.OUTBOX,
                    id="contact-send",
                )
            )
            state.append(SecondaryButton(desk.say("contact.withdraw"), lambda _: withdraw(id), id="contact-withdraw"))
        body.append(Card(state))
    body += [Soft(desk.say("contact.name"), Style.SMALL), Soft(desk.say("contact.urgent")), call]
    return Screen(title, body, back=True, primary=primary)
