"""How things are with the server, and what has to be told: both are drawn anew when they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import flet as ft

from app.ui.hooks.context import use_desk
from app.ui.hooks.held import use_box
from app.ui.hooks.told import Told, use_listening

if TYPE_CHECKING:
    from app.listeners import Stop
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

    def show() -> None:
        carried.value = carried_now(desk)
        renew(carried.value)

    def listen(told: Told) -> list[Stop]:
        return [desk.session.replication.watch(told), desk.session.exchange.watch(told)]

    use_listening(desk, listen, show, now=True)
    return carried.value


def use_sharing(read: Callable[[], T], nothing: T) -> T:
    """What `read` says of the others' phones, and again whenever something came, went or was acknowledged.

    Where nothing is shared it is `nothing`, and none of what sharing takes is loaded.
    """
    desk = use_desk()
    _, draw = ft.use_state(0)
    sharing = desk.session.phase == "open" and not desk.session.example and desk.session.sharing

    use_listening(
        desk,
        lambda told: [desk.session.exchange.watch(told)] if sharing else [],
        lambda: draw(lambda times: times + 1),
        [sharing],
    )
    return read() if sharing else nothing


def use_state_of(kind: str, record: str) -> str:
    """How far my words in a record have come: `waiting`, `sent`, `received`, or nothing where nobody else gets them."""
    desk = use_desk()
    return use_sharing(lambda: str(desk.session.tidings.stage(kind, record) or ""), "")


def use_heard(mentorship: str) -> tuple[Heard, ...]:
    """Those one shares a mentorship with, and when anything of them came last."""
    desk = use_desk()
    return use_sharing(lambda: desk.session.tidings.heard(mentorship), ())


def use_quiet() -> tuple[Heard, ...]:
    """Those of whom nothing has come for a week and more."""
    desk = use_desk()
    return use_sharing(lambda: desk.session.tidings.quiet(desk.now()), ())
