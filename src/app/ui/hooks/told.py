"""Told: the part renders again when a service says that something there has changed, from whichever thread."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.ui.hooks.context import use_desk
from app.ui.hooks.held import use_box

Watch = Callable[[Callable[[], None]], Callable[[], None]]


def use_told(watch: Watch) -> None:
    """Render again whenever `watch` tells, for as long as the part is shown and the vault is open."""
    desk = use_desk()
    count, renew = ft.use_state(0)
    turn = use_box(lambda: count)
    stops = use_box(_none)

    def told() -> None:
        async def moved() -> None:
            if desk.session.phase == "open" and not desk.closed:
                turn.value += 1
                renew(turn.value)

        desk.later(moved)

    def begin() -> None:
        stops.value = [watch(told)]

    def end() -> None:
        for stop in stops.value:
            stop()
        stops.value = []

    ft.use_effect(begin, [], cleanup=end)


def use_touched(kinds: frozenset[str]) -> int:
    """How often a commit has touched records of these kinds since the part was first drawn: it is drawn again then."""
    desk = use_desk()
    times = use_box(lambda: 0)

    def watch(told: Callable[[], None]) -> Callable[[], None]:
        def changed(touched: frozenset[tuple[str, str]]) -> None:
            if any(kind in kinds for kind, _ in touched):
                times.value += 1
                told()

        return desk.store.on_change(changed) if desk.session.phase == "open" else _nothing

    use_told(watch)
    return times.value


def _nothing() -> None:
    """For what was never watched: the vault closed before the part had begun."""


def _none() -> list[Callable[[], None]]:
    return []
