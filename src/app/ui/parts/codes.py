"""Codes between two phones: shown as a picture and as text, and read back by pasting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import flet as ft

from app.ui.hooks import use_desk
from app.ui.hooks.files import use_files
from app.ui.hooks.held import use_box
from app.ui.parts.buttons import QuietButton, SecondaryButton
from app.ui.parts.fields import Field
from app.ui.parts.secret import code_picture
from app.ui.parts.text import Live, Words
from app.ui.safe import component

SIDE = 320
TURNS = 4.0
"""Seconds that a picture stands when they turn by themselves: enough to hold a phone still and photograph it."""
MOST_IN_PICTURE = 900  # letters: what a phone's camera reads from another phone at an arm's length


async def a_while() -> None:
    """So long a picture stands."""
    await asyncio.sleep(TURNS)


@component
def CodePicture(text: str, said: str, key: str = "") -> ft.Control:
    """A code for the other phone's camera; who listens hears that there is the same as text."""
    made = ft.use_memo(lambda: code_picture(text, error="m" if len(text) < 300 else "l"), [text])
    picture = ft.Image(src=made, width=SIDE, height=SIDE, semantics_label=said, anti_alias=False)
    return ft.Container(picture, alignment=ft.Alignment.CENTER)


@component
def CodePictures(texts: tuple[str, ...], *, id: str) -> ft.Control:
    """A code in several pictures: the other phone may see them in any order, and twice. They turn by a tap, or, where
    somebody wants that, by themselves until they are stopped.
    """
    desk = use_desk()
    at, turn = ft.use_state(0)
    turning, set_turning = ft.use_state(False)
    running = use_box(lambda: [False])
    count = len(texts)
    at = min(at, count - 1)

    def begin() -> None:
        if not turning:
            return
        mine = running.value = [True]

        async def by_themselves() -> None:
            while True:
                await a_while()
                if not mine[0] or desk.closed or desk.session.phase != "open":
                    return
                turn(lambda now: (now + 1) % count)

        desk.later(by_themselves)

    def end() -> None:
        running.value[0] = False

    def go(step: int) -> None:
        """Whoever turns by hand wants to look at that one."""
        set_turning(False)
        turn((at + step) % count)

    ft.use_effect(begin, [turning, texts], cleanup=end)
    said = desk.say("pair.picture.part", number=at + 1, count=count)
    parts: list[ft.Control] = [CodePicture(texts[at], f"{said} {desk.say('pair.picture')}", key=texts[at])]
    if count > 1:
        before, after = desk.say("pair.picture.before"), desk.say("pair.picture.next")
        by_itself = desk.say("pair.picture.stop" if turning else "pair.picture.turn")
        steps: list[ft.Control] = [
            QuietButton(before, lambda _: go(-1), ft.Icons.CHEVRON_LEFT, id=f"{id}-before"),
            SecondaryButton(after, lambda _: go(1), ft.Icons.CHEVRON_RIGHT, id=f"{id}-next", strong=True),
            QuietButton(
                by_itself,
                lambda _: set_turning(not turning),
                ft.Icons.PAUSE if turning else ft.Icons.SLIDESHOW,
                id=f"{id}-turn",
            ),
        ]
        # Turning by themselves they are not read out each time: who listens would hear nothing else.
        told = Words(said) if turning else Live(said)
        parts += [told, ft.Row(steps, spacing=8, run_spacing=8, wrap=True)]
    return ft.Column(parts, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@component
def CodeOut(
    text: str, *, id: str, data: bytes | None = None, name: str = "", on_out: Callable[[], object] | None = None
) -> ft.Control:
    """Ways for a code to leave as text: copied, or as a file (`data` under `name`, otherwise the text itself).

    `on_out` is told when it has left.
    """
    desk = use_desk()
    clipboard, files = use_box(ft.Clipboard).value, use_files()

    async def copy(_: object) -> None:
        await clipboard.set(text)
        desk.notice(desk.say("pair.copied"))
        if on_out:
            on_out()

    async def save(_: object) -> None:
        saved = await files.save(name or desk.say("pair.file"), data or text.encode())
        if saved.how == "failed":
            desk.notice(desk.say("pair.no-files"))
        if saved.how == "made":
            desk.notice(desk.say("pair.saved"))
            if on_out:
                on_out()

    return ft.Row(
        [
            SecondaryButton(desk.say("pair.copy"), copy, ft.Icons.COPY, id=f"{id}-copy"),
            QuietButton(desk.say("pair.save"), save, ft.Icons.SAVE_ALT, id=f"{id}-save"),
        ],
        spacing=8,
        run_spacing=8,
        wrap=True,
    )


@component
def CodeIn(
    label: str,
    on_text: Callable[[str], object],
    *,
    id: str,
    error: str = "",
    on_data: Callable[[bytes], object] | None = None,
) -> ft.Control:
    """Where the other's code comes in: pasted with one tap, into the field, or from a file."""
    desk = use_desk()
    clipboard, files = use_box(ft.Clipboard).value, use_files()
    typed, type_ = ft.use_state("")

    def write(text: str) -> None:
        from app.services.sharing.pairing import Pairing

        type_(text)
        if Pairing.readable(text):
            take(text)

    def take(text: str) -> None:
        type_("")
        on_text(text)

    async def paste(_: object) -> None:
        try:
            found = await clipboard.get()
        except RuntimeError:  # a browser may refuse; then the field takes it
            found = None
        if found and found.strip():
            take(found)
        else:
            desk.notice(desk.say("pair.nothing-copied"))

    async def pick(_: object) -> None:
        picked = await files.pick(failed="pair.no-files")
        if picked:
            _give(picked[1], on_text, on_data)

    buttons: list[ft.Control] = [
        SecondaryButton(desk.say("pair.paste"), paste, ft.Icons.CONTENT_PASTE, id=f"{id}-paste", strong=True),
        QuietButton(desk.say("pair.pick"), pick, ft.Icons.FOLDER_OPEN, id=f"{id}-file"),
    ]
    return ft.Column(
        [
            ft.Row(buttons, spacing=8, run_spacing=8, wrap=True),
            Field(
                label,
                typed,
                write,
                id=id,
                error=error,
                limit=None,
                lines=2,
                on_submit=lambda _: take(typed) if typed.strip() else None,
            ),
        ],
        spacing=8,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _give(data: bytes, on_text: Callable[[str], object], on_data: Callable[[bytes], object] | None) -> Any:
    """A file is a package, or a code that was saved as text."""
    if on_data is not None and not data[:200].lstrip().upper().startswith(b"FIKA:"):
        return on_data(data)
    return on_text(data.decode("utf-8", "replace"))
