"""Saving a file outside the app: the device's own dialog, and one sentence about what became of it."""

from __future__ import annotations

from collections.abc import Callable

from app.ui.hooks.context import use_desk
from app.ui.hooks.files import use_files

Save = Callable[[str, bytes], None]


def use_saving(made: Callable[[], object] | None = None) -> Save:
    """`save(name, data)`: says where the file went, that none was saved, or that this device has no such dialog. `made`
    is called when there is a file.
    """
    desk = use_desk()
    files = use_files()

    async def save(name: str, data: bytes) -> None:
        saved = await files.save(name, data)
        said = desk.say(f"export.{saved.how}")
        if saved.how == "made":
            web = desk.page.web  # a browser does not say where
            said = desk.say("print.saved.web", name=name) if web else desk.say("print.saved", where=saved.where)
        if desk.session.phase == "open":  # the dialog may have sent the app to the background, and locked it
            if made is not None and saved.how == "made":
                made()
            desk.notice(said)

    return lambda name, data: desk.later(lambda: save(name, data))
