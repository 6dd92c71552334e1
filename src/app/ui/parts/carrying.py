"""The one grey row about the server, and what has to be told about it: never a window, never in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flet as ft

from app.ui import theme
from app.ui.hooks import use_desk, use_watch
from app.ui.hooks.carrying import Carried, use_carrying
from app.ui.parts.buttons import SecondaryButton
from app.ui.parts.surfaces import Card
from app.ui.parts.text import Heading, Live, Words
from app.ui.safe import component

if TYPE_CHECKING:
    from app.services.shelf import Alarm
    from app.ui.desk import Desk

ICONS = {
    "away": ft.Icons.CLOUD_OFF_OUTLINED,
    "stuck": ft.Icons.CLOUD_OFF_OUTLINED,
    "working": ft.Icons.CLOUD_SYNC_OUTLINED,
    "calm": ft.Icons.CLOUD_DONE_OUTLINED,
    "off": ft.Icons.CLOUD_OFF_OUTLINED,
}


@component
def Carrying() -> ft.Control:
    """On Today, where there is a server: a row while something waits or is wrong, and what must be told."""
    desk = use_desk()
    use_watch(desk.speech)
    carried = use_carrying()
    parts: list[ft.Control] = list(Alarms(desk, carried.alarms))
    standing = carried.standing
    if standing.condition in ("away", "stuck"):
        parts.append(Live(carried_words(desk, carried), ICONS[standing.condition]))
    return ft.Column(
        parts, spacing=8, tight=True, visible=bool(parts), horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )


def carried_words(desk: Desk, carried: Carried) -> str:
    """How things are with the server, in one sentence or two."""
    standing = carried.standing
    if standing.condition == "calm" and standing.since is not None:
        since = standing.since.astimezone(desk.now().tzinfo)
        return desk.say("server.state.calm", when=desk.speech.value.clock(since))
    told = standing.code if standing.condition == "stuck" else ""
    first = desk.say(f"error.{told}" if told else f"server.state.{standing.condition}")
    if not standing.waiting:
        return first
    return f"{first} {desk.say('server.waiting', count=standing.waiting)}"


def Alarms(desk: Desk, alarms: tuple[Alarm, ...]) -> list[ft.Control]:
    """A card for each space about which something has to be told, until somebody has read it."""
    found: list[ft.Control] = []
    for space in dict.fromkeys(alarm.space for alarm in alarms):
        names = {contact.device: contact.name for contact in desk.session.exchange.people(space)}
        said = [
            desk.say(
                f"server.alarm.{alarm.kind}",
                name=names.get(alarm.device) or desk.say("server.somebody"),
                count=alarm.count,
            )
            for alarm in alarms
            if alarm.space == space
        ]
        found.append(
            Card(
                [
                    Heading(desk.say("server.alarm.title")),
                    *(Words(one) for one in dict.fromkeys(said)),
                    SecondaryButton(
                        desk.say("server.alarm.told"),
                        lambda _, space=space: desk.session.exchange.told(space),
                        ft.Icons.CHECK,
                        id=f"alarm-told-{space}",
                        strong=True,
                    ),
                ],
                ground=theme.RAISED,
            )
        )
    return found
