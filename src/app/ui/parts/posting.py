"""Letters that go by themselves: asked once, told in one row, stopped with a tap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flet as ft

from app.ui import theme
from app.ui.hooks import use_desk, use_watch
from app.ui.hooks.told import use_told
from app.ui.parts.buttons import QuietButton, SecondaryButton
from app.ui.parts.surfaces import Card
from app.ui.parts.text import Heading, Live, Soft, Words
from app.ui.safe import component

if TYPE_CHECKING:
    from app.services.programme.box import Box
    from app.services.programme.post import Standing
    from app.ui.desk import Desk

ICONS = {
    "off": ft.Icons.SCHEDULE_SEND,
    "working": ft.Icons.CLOUD_SYNC_OUTLINED,
    "calm": ft.Icons.CLOUD_DONE_OUTLINED,
    "away": ft.Icons.CLOUD_OFF_OUTLINED,
    "wifi": ft.Icons.WIFI_OFF,
}
_AWAY = ("sync-no-answer", "sync-server-busy")
_NEWER = ("sync-newer-code", "sync-newer-version")


@component
def Posting(key: str = "") -> ft.Control:
    """The box of my programme, where it has one: whether letters go there, and how far that is."""
    desk = use_desk()
    use_watch(desk.speech)
    programme, letters = desk.session.programme, desk.session.letters
    use_told(programme.watch)
    use_told(letters.watch)
    asking, ask = ft.use_state(False)
    posting, box, joined = programme.posting, programme.box, programme.joined
    if box is None or joined is None:
        return ft.Container(visible=False)

    def say(*, yes: bool) -> None:
        ask(False)
        programme.post(yes=yes)
        if yes:
            letters.now()
        elif posting == "yes":
            desk.notice(desk.say("box.stopped"), undo=lambda: say(yes=True), seconds=8)

    if posting == "ask" or asking:
        return Card(
            [
                Heading(desk.say("box.ask")),
                Words(desk.say("box.ask.named", name=joined.name, host=box.host)),
                Words(desk.say("box.ask.nameless")),
                Soft(desk.say("box.ask.sees")),
                SecondaryButton(
                    desk.say("box.ask.yes"), lambda _: say(yes=True), ft.Icons.SEND, id="box-yes", strong=True
                ),
                QuietButton(desk.say("box.ask.no"), lambda _: say(yes=False), id="box-no"),
            ],
            ground=theme.RAISED,
        )
    if posting == "no":
        return QuietButton(desk.say("box.change"), lambda _: ask(True), ft.Icons.SEND, id="box-change")
    slips = len(programme.slips())
    return Card(
        [
            Live(standing_words(desk, letters.member, box), ICONS[letters.member.condition]),
            *([Soft(desk.say("box.slips", count=slips))] if slips else []),
            SecondaryButton(desk.say("box.send-now"), lambda _: letters.now(), ft.Icons.SYNC, id="box-send-now"),
            QuietButton(desk.say("box.stop"), lambda _: say(yes=False), id="box-stop"),
        ]
    )


def standing_words(desk: Desk, standing: Standing, box: Box) -> str:
    """How it is with a box, in one sentence."""
    condition: str = standing.condition
    if condition == "away" and standing.code not in _AWAY:
        condition = "newer" if standing.code in _NEWER else "stuck"
    when = ""
    if standing.since is not None:
        when = desk.speech.value.clock(standing.since.astimezone(desk.now().tzinfo))
    return desk.say(f"box.state.{condition}", host=box.host, when=when)
