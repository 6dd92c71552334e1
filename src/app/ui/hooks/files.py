"""The device's own dialogs for files: the one place that opens them."""

from __future__ import annotations

import flet as ft

from app.ui.desk import Desk
from app.ui.hooks.context import use_desk
from app.ui.hooks.held import use_box


class Files:
    """Save and pick. Both raise `RuntimeError` where the device has no such dialog.

    On a phone the dialog sends the app to the background, where it locks: while one is open, that waits a little
    (`Desk.dialog`), or what was picked would meet a locked vault.
    """

    def __init__(self, desk: Desk, picker: ft.FilePicker) -> None:
        self._desk = desk
        self._picker = picker

    async def save(self, name: str, data: bytes) -> str | None:
        """Where it went; nothing when nobody chose a place, and in a browser, which does not say."""
        with self._desk.dialog():
            return await self._picker.save_file(file_name=name, src_bytes=data)

    async def pick(self) -> tuple[str, bytes] | None:
        """Name and contents of the file that was chosen."""
        with self._desk.dialog():
            # A browser's window that is busy reading a large file is not one whose person has changed their mind.
            picked = await self._picker.pick_files(with_data=True, cancel_upload_on_window_blur=False)
        if not picked or picked[0].bytes is None:
            return None
        return picked[0].name, picked[0].bytes


def use_files() -> Files:
    """The dialogs of this window, for one part."""
    desk = use_desk()
    return Files(desk, use_box(ft.FilePicker).value)
