"""Words to choose several of: each is a checkbox of its own, large enough for a thumb."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import flet as ft

from app.ui import theme
from app.ui.hooks.context import use_desk
from app.ui.parts.buttons import Choice, radio_dot, radio_group
from app.ui.parts.fields import Field
from app.ui.parts.text import Soft, Symbol, Words
from app.ui.safe import component
from app.ui.theme import Style


def Toggles(
    choices: Sequence[Choice],
    chosen: frozenset[str],
    on_change: Callable[[frozenset[str]], object],
    *,
    label: str,
    id: str,
    most: int | None = None,
) -> ft.Control:
    """Chips that can be on or off. With `most` reached the others wait: pressing one changes nothing."""

    def turn(value: str) -> None:
        if value in chosen:
            on_change(chosen - {value})
        elif most is None or len(chosen) < most:
            on_change(chosen | {value})

    return ft.Semantics(
        label=label,
        container=True,
        content=ft.Row(
            [_toggle(choice, choice.value in chosen, turn, f"{id}-{choice.value}") for choice in choices],
            wrap=True,
            spacing=8,
            run_spacing=8,
        ),
    )


def Picks(
    choices: Sequence[Choice],
    value: str,
    on_change: Callable[[str], object],
    *,
    label: str,
    id: str,
    line: bool = False,
) -> ft.Control:
    """Chips of which one is on: radio buttons to whoever listens. They wrap; with `line` they scroll sideways instead.

    Of very many a few are shown, and a field finds the others.
    """
    if len(choices) > MANY and not line:
        return FoundPicks(tuple(choices), value, on_change, label, id)
    return _picks(choices, value, on_change, label=label, id=id, line=line)


MANY = 20
SHOWN = 12


@component
def FoundPicks(
    choices: tuple[Choice, ...], value: str, on_change: Callable[[str], object], label: str, id: str
) -> ft.Control:
    """A few of very many: the one that is chosen, the one that stands for nobody, and those whose name is sought."""
    desk = use_desk()
    sought, seek = ft.use_state("")
    wanted = sought.strip().casefold()
    always = {value, ""}
    found = [one for one in choices if one.value not in always and wanted in one.text.casefold()]
    near = {one.value for one in found[:SHOWN]} | always
    shown = [one for one in choices if one.value in near]
    left = len(found) - SHOWN
    parts: list[ft.Control] = [
        Field(desk.say("frame.find", count=len(choices)), sought, seek, id=f"{id}-find", limit=80),
        _picks(shown, value, on_change, label=label, id=id, line=False),
    ]
    if left > 0:
        parts.append(Soft(desk.say("frame.find-more", count=left)))
    return ft.Column(parts, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _picks(
    choices: Sequence[Choice], value: str, on_change: Callable[[str], object], *, label: str, id: str, line: bool
) -> ft.Control:
    chips: list[ft.Control] = [
        ft.MergeSemantics(
            content=ft.Semantics(
                identifier=f"{id}-{choice.value}",
                content=_chip(choice, choice.value == value, on_change, wraps=not line, before=radio_dot(choice.value)),
            )
        )
        for choice in choices
    ]
    row = ft.Row(chips, wrap=not line, scroll=ft.ScrollMode.HIDDEN if line else None, spacing=8, run_spacing=8)
    return radio_group(label, value, on_change, row)


def _toggle(choice: Choice, on: bool, turn: Callable[[str], object], identifier: str) -> ft.Control:
    return ft.MergeSemantics(content=ft.Semantics(identifier=identifier, checked=on, content=_chip(choice, on, turn)))


def _chip(
    choice: Choice,
    on: bool,
    turn: Callable[[str], object],
    *,
    wraps: bool = True,
    before: ft.Control | None = None,
) -> ft.Control:
    color = theme.ON_PRIMARY_CONTAINER if on else theme.INK
    icon = ft.Icons.CHECK if on else choice.icon
    face: list[ft.Control] = [Symbol(icon, color, 18)] if icon else []
    words = Words(choice.text, Style.STRONG if on else Style.BODY, color)
    face.append(ft.Container(words, expand=True, expand_loose=True) if wraps else words)
    row = ft.Row(face, spacing=6, tight=True)
    return ft.Container(
        ft.Stack([before, row], alignment=ft.Alignment.CENTER) if before else row,
        on_click=lambda _: turn(choice.value),
        ink=True,
        bgcolor=theme.PRIMARY_CONTAINER if on else theme.SURFACE,
        border=ft.Border.all(1, theme.PRIMARY if on else theme.LINE),
        border_radius=theme.CORNER,
        padding=ft.Padding.symmetric(vertical=13, horizontal=14),
    )
