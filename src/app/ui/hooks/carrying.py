"""How things are with the server, and what has to be told: both are drawn anew when they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import flet as ft

from app.ui.hooks.context import use_desk
from app.ui.hooks.held import use_box

if TYPE_CHECKING:
    from app.services.replication import Standing
    from app.services.shelf import Alarm
    from app.ui.desk import Desk


@dataclass(frozen=True)
class Carried:
    """The standing with the server, and the alarms that nobody has read yet."""

    standing: Standing
    alarms: tuple[Alarm, ...] = ()


def carried_now(desk: Desk) -> Carried:
    """How it is at this moment."""
    return Carried(desk.session.replication.standing, tuple(desk.session.exchange.alarms()))


def use_carrying() -> Carried:
    """The standing and the alarms of the open vault."""
    desk = use_desk()
    carried = use_box(lambda: carried_now(desk))
    _, renew = ft.use_state(carried.value)
    stops = use_box(_none)

    def show() -> None:
        carried.value = carried_now(desk)
        renew(carried.value)

    def told() -> None:
        async def moved() -> None:
            if desk.session.phase == "open" and not desk.closed:
                show()

        desk.later(moved)

    def watch() -> None:
        session = desk.session
        stops.value = [session.replication.watch(told), session.exchange.watch(told)]
        show()  # it may have moved since the render

    def forget() -> None:
        for stop in stops.value:
            stop()
        stops.value = []

    ft.use_effect(watch, [], cleanup=forget)
    return carried.value


def _none() -> list[Callable[[], None]]:
    return []
