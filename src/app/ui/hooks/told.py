"""Told: the part renders again when a service says that something there has changed, from whichever thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import flet as ft

from app.listeners import Stop
from app.ui.hooks.context import use_desk
from app.ui.hooks.held import use_box

if TYPE_CHECKING:
    from app.ui.desk import Desk

Told = Callable[[], None]
Watch = Callable[[Told], Stop]


def use_listening(
    desk: Desk,
    listen: Callable[[Told], Sequence[Stop]],
    moved: Callable[[], object],
    wanted: Sequence[object] = (),
    *,
    now: bool = False,
) -> None:
    """Listen for as long as the part is shown and `wanted` stays the same: `listen` begins it, and gives what ends it.

    Whatever is told from then on, in whichever thread, runs `moved` on the window's loop while the vault is open; it may
    be a coroutine function. `now`: it runs at the beginning as well, since something may have moved after the render.
    """
    stops = use_box(_none)

    def told() -> None:
        async def run() -> None:
            if desk.session.phase == "open" and not desk.closed and stops.value:
                running = moved()
                if isinstance(running, Awaitable):
                    await running

        desk.later(run)

    def begin() -> None:
        stops.value = listen(told)
        if now and stops.value:
            told()

    def end() -> None:
        for stop in stops.value:
            stop()
        stops.value = ()

    ft.use_effect(begin, wanted, cleanup=end)


def use_told(watch: Watch) -> None:
    """Render again whenever `watch` tells, for as long as the part is shown and the vault is open."""
    desk = use_desk()
    count, renew = ft.use_state(0)
    turn = use_box(lambda: count)

    def moved() -> None:
        turn.value += 1
        renew(turn.value)

    use_listening(desk, lambda told: [watch(told)], moved)


def use_touched(kinds: frozenset[str]) -> int:
    """How often a commit has touched records of these kinds since the part was first drawn: it is drawn again then."""
    desk = use_desk()
    times = use_box(lambda: 0)

    def watch(told: Told) -> Stop:
        def changed(touched: frozenset[tuple[str, str]]) -> None:
            if any(kind in kinds for kind, _ in touched):
                times.value += 1
                told()

        return desk.store.on_change(changed) if desk.session.phase == "open" else _nothing

    use_told(watch)
    return times.value


def _nothing() -> None:
    """For what was never watched: the vault closed before the part had begun."""


def _none() -> Sequence[Stop]:
    return ()
