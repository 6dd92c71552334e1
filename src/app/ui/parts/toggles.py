"""Words to choose several of: each is a checkbox of its own, large enough for a thumb."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import flet as ft

from app.ui import theme
from app.ui.parts.buttons import Choice, radio_dot, radio_group
from app.ui.parts.text import Symbol, Words
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
    """Chips of which one is on: radio buttons to whoever listens. They wrap; with `line` they scroll sideways instead."""
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
