"""Handing meetings over to the phone's own calendar, from wherever it is wanted: one file, one dialog, one answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.ui.hooks.busy import use_busy
from app.ui.hooks.context import use_desk
from app.ui.hooks.files import use_files

if TYPE_CHECKING:
    from app.services.files.calendar_file import CalendarFile

Hand = Callable[..., None]


def use_handing(told: Callable[[str], object]) -> tuple[bool, Hand]:
    """Whether a file is being made, and `hand(meeting="", series="", old=False)`; `told` gets the key of how it went.

    What the calendar is about to know is kept before the device's own dialog opens, because that may send the app to
    the background and lock it; if nothing was saved, it is taken back, and where the app is locked by then, as soon as
    it is open again.
    """
    desk = use_desk()
    files = use_files()
    busy, run = use_busy()

    async def save(made: CalendarFile) -> None:
        done = desk.store.execute(made.keep)
        saved = await files.save(made.name, made.data)
        undo = done.undo
        if saved.how != "made" and undo:
            desk.once_open(lambda: desk.store.execute(undo))
        if desk.session.phase != "open":
            return
        gone = saved.how == "made" and any(one.cancelled for one in made.keep.told)
        told("calendar.made.cancelled" if gone else f"calendar.{saved.how}")

    def hand(*, meeting: str = "", series: str = "", old: bool = False) -> None:
        from app.services.files.calendar_file import take_out  # what only this needs

        def make() -> CalendarFile:
            return take_out(desk.store, desk.speech.value, desk.now(), meeting=meeting, series=series, old=old)

        run(make, lambda made: desk.later(lambda: save(made)))

    return busy, hand
