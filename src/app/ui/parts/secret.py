"""The recovery key on the screen: eight groups to read, copy, save and photograph, and to type back."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from contextlib import suppress

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_desk
from app.ui.hooks.files import use_files
from app.ui.hooks.held import use_box
from app.ui.parts.buttons import SecondaryButton
from app.ui.parts.surfaces import use_sheet
from app.ui.parts.text import Words
from app.ui.safe import component
from app.ui.theme import Style

KEPT = 60.0  # seconds that a copied secret stays in the clipboard


def KeyCard(groups: Sequence[str], said: Sequence[str], *, id: str = "recovery-key") -> ft.Control:
    """The groups, two beside each other on a phone and four where there is room; each is read out with its number."""
    cells: list[ft.Control] = [
        ft.Semantics(
            label=spoken,
            exclude_semantics=True,
            identifier=f"{id}-{at}",
            col={"xs": 6, "sm": 3},
            content=ft.Row(
                [
                    ft.Container(Words(str(at), Style.LABEL, theme.INK_SOFT), width=16),
                    Words(group, Style.HEADING),
                ],
                spacing=10,
                vertical_alignment=ft.CrossAxisAlignment.CENTER,
            ),
        )
        for at, (group, spoken) in enumerate(zip(groups, said, strict=True), start=1)
    ]
    return ft.Container(
        content=ft.ResponsiveRow(cells, columns=12, spacing=4, run_spacing=14),
        bgcolor=theme.RAISED,
        border_radius=theme.CORNER,
        padding=ft.Padding.symmetric(vertical=18, horizontal=theme.GAP),
    )


def code_picture(text: str, scale: int = 8, error: str = "m") -> bytes:
    """A QR code as a PNG: dark on white whatever the theme, with the quiet edge that cameras want. `error` is how much
    of it may be smudged: on a screen a long code does better with "l", that is with larger squares.
    """
    import segno

    made = io.BytesIO()
    segno.make(text, error=error, micro=False, boost_error=False).save(made, kind="png", scale=scale, border=4)
    return made.getvalue()


@component
def KeyKeepers(groups: tuple[str, ...]) -> ft.Control:
    """Three ways to keep the key: copy, file, picture."""
    desk = use_desk()
    text = " ".join(groups)
    clipboard, files = use_box(ft.Clipboard).value, use_files()
    shown, show = ft.use_state(False)

    async def copy(_: object) -> None:
        await clipboard.set(text)
        desk.notice(desk.say("recovery.copied"))
        desk.later(lambda: _forget(desk, clipboard, text))

    async def save(_: object) -> None:
        words = desk.say("recovery.file.text", key=text)
        saved = await files.save(desk.say("recovery.file.name"), words.encode())
        told = {"made": "recovery.file.saved", "failed": "recovery.file.failed"}.get(saved.how)
        if told:
            desk.notice(desk.say(told))

    use_sheet(
        (lambda: _Picture(text, lambda: show(False))) if shown else None,
        lambda: show(False),
        title=desk.say("recovery.qr.title"),
    )
    buttons = (
        SecondaryButton(desk.say("recovery.copy"), copy, ft.Icons.COPY, id="key-copy"),
        SecondaryButton(desk.say("recovery.file"), save, ft.Icons.SAVE_ALT, id="key-file"),
        SecondaryButton(desk.say("recovery.qr"), lambda _: show(True), ft.Icons.QR_CODE_2, id="key-qr"),
    )
    return ft.Row(list(buttons), spacing=8, run_spacing=8, wrap=True)


@component
def _Picture(text: str, close: object) -> ft.Control:
    desk = use_desk()
    picture = ft.use_memo(lambda: code_picture(text), [text])
    return ft.Column(
        [
            ft.Container(
                ft.Image(
                    src=picture,
                    width=260,
                    height=260,
                    semantics_label=desk.say("recovery.qr.picture"),
                    anti_alias=False,
                ),
                alignment=ft.Alignment.CENTER,
            ),
            Words(desk.say("recovery.qr.text")),
            SecondaryButton(
                desk.say("recovery.qr.close"), lambda _: close() if callable(close) else None, id="key-qr-close"
            ),
        ],
        spacing=16,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


async def _forget(desk: Desk, clipboard: ft.Clipboard, text: str) -> None:
    """Empty the clipboard after a while or at the lock, unless somebody has put something else there.

    A browser asks its person before an app may read the clipboard; there it is emptied without looking. Once a
    browser's window is closed, nothing can be done any more: the clipboard belongs to the browser. On a phone and in a
    window of its own, going away locks, and locking empties.
    """
    locked = asyncio.Event()
    loop = asyncio.get_running_loop()
    stop = desk.session.watch(lambda: desk.session.phase != "open" and loop.call_soon_threadsafe(locked.set))
    with suppress(TimeoutError):
        await asyncio.wait_for(locked.wait(), KEPT)
    stop()
    if desk.closed:
        return
    try:
        if not desk.page.web and await clipboard.get() != text:
            return
        await clipboard.set("")
    except RuntimeError:
        desk.notice(desk.say("recovery.clear-failed"))
    else:
        desk.notice(desk.say("recovery.cleared"))
