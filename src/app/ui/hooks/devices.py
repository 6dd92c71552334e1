"""What is known about own devices, drawn anew when something comes in, whichever thread brought it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import flet as ft

from app.ui.hooks.context import use_desk
from app.ui.hooks.held import use_box
from app.ui.hooks.told import Told, use_listening

if TYPE_CHECKING:
    from app.listeners import Stop
    from app.services.sharing.devices import Grant, News, OwnDevice
    from app.ui.desk import Desk

LOOK_SECONDS = 3.0
"""How often a new phone asks the server whether the other one has let it in."""


@dataclass(frozen=True)
class Own:
    """My devices, what has to be told about devices, and where this one stands."""

    devices: tuple[OwnDevice, ...] = ()
    news: tuple[News, ...] = ()
    waiting: Grant | None = None
    outside: bool = False
    refused: bool = False
    """The server does not let this device in, and it could not read why."""


def own_now(desk: Desk) -> Own:
    """How it is at this moment; nothing for a vault of example data, which has no devices."""
    if desk.session.phase != "open" or desk.session.example:
        return Own()
    found = desk.session.devices
    waiting = found.waiting
    standing = desk.session.replication.standing
    return Own(
        tuple(found.all()),
        tuple(found.news()),
        waiting,
        outside=bool(found.outside()) and waiting is None,
        refused=standing.condition == "stuck" and standing.code == "sync-server-refuses",
    )


def use_own(*, late: bool = False) -> Own:
    """My devices as they are. `late`: a screen that has to be there at once learns of them a moment afterwards."""
    desk = use_desk()
    held = use_box(lambda: Own() if late else own_now(desk))
    _, renew = ft.use_state(held.value)

    async def look() -> None:
        held.value = await desk.away(lambda: own_now(desk))
        renew(held.value)

    def listen(told: Told) -> list[Stop]:
        if desk.session.phase != "open" or desk.session.example:
            return []
        return [desk.session.devices.watch(told), desk.session.replication.watch(told)]

    use_listening(desk, listen, look, now=True)
    return held.value


def use_looking(wanted: bool) -> None:
    """While a new phone waits, its server is asked every few seconds; a round by itself comes every two minutes."""
    desk = use_desk()
    running = use_box(lambda: [False])

    def begin() -> None:
        if not wanted:
            return
        running.value[0] = True

        async def look() -> None:
            while running.value[0] and not desk.closed and desk.session.phase == "open":
                desk.session.replication.start()
                desk.session.replication.now()
                await asyncio.sleep(LOOK_SECONDS)

        desk.later(look)

    def end() -> None:
        running.value[0] = False

    ft.use_effect(begin, [wanted], cleanup=end)
