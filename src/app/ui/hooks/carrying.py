"""How things are with the server, and what has to be told: both are drawn anew when they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import flet as ft

from app.ui.hooks.context import use_desk
from app.ui.hooks.held import use_box

if TYPE_CHECKING:
    from app.services.sharing.replication import Choice, Standing
    from app.services.sharing.shelf import Alarm
    from app.services.sharing.tidings import Heard
    from app.ui.desk import Desk


T = TypeVar("T")


@dataclass(frozen=True)
class Carried:
    """The standing with the server, and the alarms that nobody has read yet."""

    standing: Standing
    alarms: tuple[Alarm, ...] = ()
    choice: Choice | None = None
    """While one is being left, carrying is over before the server is: without this the two look the same."""
    skew: timedelta | None = None
    """How far the server's clock is ahead of this phone's, if that is worth telling."""


def carried_now(desk: Desk) -> Carried:
    """How it is at this moment."""
    replication = desk.session.replication
    return Carried(replication.standing, tuple(desk.session.exchange.alarms()), replication.choice, replication.skew)


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


def use_told(read: Callable[[], T], nothing: T) -> T:
    """What `read` says of the others' phones, and again whenever something came, went or was acknowledged.

    Where nothing is shared it is `nothing`, and none of what sharing takes is loaded.
    """
    desk = use_desk()
    _, draw = ft.use_state(0)
    stops = use_box(_none)
    sharing = desk.session.phase == "open" and not desk.session.example and desk.session.sharing

    def told() -> None:
        async def moved() -> None:
            if desk.session.phase == "open" and not desk.closed and stops.value:
                draw(lambda times: times + 1)

        desk.later(moved)

    def watch() -> None:
        if sharing:
            stops.value = [desk.session.exchange.watch(told)]

    def forget() -> None:
        for stop in stops.value:
            stop()
        stops.value = []

    ft.use_effect(watch, [sharing], cleanup=forget)
    return read() if sharing else nothing


def use_state_of(kind: str, record: str) -> str:
    """How far my words in a record have come: `waiting`, `sent`, `received`, or nothing where nobody else gets them."""
    desk = use_desk()
    return use_told(lambda: str(desk.session.tidings.stage(kind, record) or ""), "")


def use_heard(mentorship: str) -> tuple[Heard, ...]:
    """Those one shares a mentorship with, and when anything of them came last."""
    desk = use_desk()
    return use_told(lambda: desk.session.tidings.heard(mentorship), ())


def use_quiet() -> tuple[Heard, ...]:
    """Those of whom nothing has come for a week and more."""
    desk = use_desk()
    return use_told(lambda: desk.session.tidings.quiet(desk.now()), ())


def _none() -> list[Callable[[], None]]:
    return []
