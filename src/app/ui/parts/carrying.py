"""The one grey row about the server, and what has to be told about it: never a window, never in the way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import flet as ft

from app.ui import theme
from app.ui.hooks import use_desk, use_watch
from app.ui.hooks.carrying import Carried, use_carrying, use_heard, use_quiet, use_state_of
from app.ui.parts.buttons import SecondaryButton
from app.ui.parts.surfaces import Card
from app.ui.parts.text import Heading, Live, Soft, Words
from app.ui.safe import component

if TYPE_CHECKING:
    from app.services.sharing.shelf import Alarm
    from app.services.sharing.tidings import Heard
    from app.ui.desk import Desk

ICONS = {
    "away": ft.Icons.CLOUD_OFF_OUTLINED,
    "stuck": ft.Icons.CLOUD_OFF_OUTLINED,
    "working": ft.Icons.CLOUD_SYNC_OUTLINED,
    "calm": ft.Icons.CLOUD_DONE_OUTLINED,
    "off": ft.Icons.CLOUD_OFF_OUTLINED,
    "wifi": ft.Icons.WIFI_OFF,
    "later": ft.Icons.SCHEDULE_SEND,
    "shut": ft.Icons.LINK_OFF,
}
STATES = {"waiting": ft.Icons.SCHEDULE, "sent": ft.Icons.CHECK, "received": ft.Icons.DONE_ALL}


@component
def Carrying() -> ft.Control:
    """On Today, where there is a server: a row while something waits or is wrong, and what must be told."""
    desk = use_desk()
    use_watch(desk.speech)
    carried = use_carrying()
    parts: list[ft.Control] = list(Alarms(desk, carried.alarms))
    standing = carried.standing
    if standing.condition in ("away", "stuck", "wifi"):
        parts.append(Live(carried_words(desk, carried), ICONS[standing.condition]))
    quiet = use_quiet()
    parts += [Live(heard_words(desk, one), ft.Icons.SCHEDULE) for one in quiet]
    return ft.Column(
        parts, spacing=8, tight=True, visible=bool(parts), horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )


@component
def SentState(kind: str, record: str, key: str = "") -> ft.Control:
    """One grey line about what I wrote in a shared record: waiting, sent, received. Nothing where nobody else gets it."""
    desk = use_desk()
    use_watch(desk.speech)
    state = use_state_of(kind, record)
    if not state:
        return ft.Container(visible=False)
    return ft.Semantics(identifier="sent-state", content=Live(desk.say(f"server.record.{state}"), STATES[state]))


@component
def LastHeard(mentorship: str, key: str = "") -> ft.Control:
    """When something of the other came last; after a week, that nothing has come. It is nobody's fault."""
    desk = use_desk()
    use_watch(desk.speech)
    heard = use_heard(mentorship)
    lines: list[ft.Control] = [Soft(heard_words(desk, one)) for one in heard if one.at is not None]
    return ft.Column(lines, spacing=2, tight=True, visible=bool(lines))


def heard_words(desk: Desk, heard: Heard) -> str:
    """When somebody was last heard, in one sentence."""
    now = desk.now()
    name = heard.name or desk.say("server.somebody")
    if heard.at is None:
        return ""
    at = heard.at.astimezone(now.tzinfo)
    when = desk.speech.value.day(at) if heard.quiet(now) else desk.speech.value.near(at, now)
    return desk.say("server.quiet" if heard.quiet(now) else "server.heard", name=name, when=when)


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


def clock_words(desk: Desk, skew: timedelta) -> str:
    """How far this phone's clock is from the server's: whichever of the two is wrong, the person can see to one of them."""
    time = desk.speech.value.duration(abs(skew) // timedelta(minutes=1))
    return desk.say("server.clock.behind" if skew > timedelta() else "server.clock.ahead", time=time)


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
