"""The device's own dialogs for files: the one place that opens them, and that knows how each can end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import flet as ft

from app.ui.desk import Desk
from app.ui.hooks.context import use_desk
from app.ui.hooks.held import use_box


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a file: made, stopped because nobody chose a place, or failed because there is no such dialog."""

    how: Literal["made", "stopped", "failed"]
    where: str = ""
    """Where it went, as far as the device says so; a browser does not."""


class Files:
    """Save and pick.

    On a phone the dialog sends the app to the background, where it locks: while one is open, that waits a little
    (`Desk.dialog`), or what was picked would meet a locked vault.
    """

    def __init__(self, desk: Desk, picker: ft.FilePicker) -> None:
        self._desk = desk
        self._picker = picker

    async def save(self, name: str, data: bytes) -> Saved:
        """Let the person choose where the file goes; it is for the caller to say what became of it."""
        try:
            with self._desk.dialog():
                where = await self._picker.save_file(file_name=name, src_bytes=data)
        except RuntimeError:  # what a service call raises when the device has no such dialog
            return Saved("failed")
        return Saved("made" if where is not None or self._desk.page.web else "stopped", where or "")

    async def pick(self, failed: str = "backup.pick.failed") -> tuple[str, bytes] | None:
        """Name and contents of the file that was chosen. Where the device has no such dialog, `failed` is said."""
        try:
            with self._desk.dialog():
                # A browser's window that is busy reading a large file is not one whose person has changed their mind.
                picked = await self._picker.pick_files(with_data=True, cancel_upload_on_window_blur=False)
        except RuntimeError:  # the same
            self._desk.notice(self._desk.say(failed))
            return None
        if not picked or picked[0].bytes is None:
            return None
        return picked[0].name, picked[0].bytes


def use_files() -> Files:
    """The dialogs of this window, for one part."""
    desk = use_desk()
    return Files(desk, use_box(ft.FilePicker).value)
