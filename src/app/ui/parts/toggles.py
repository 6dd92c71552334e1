"""Words to choose several of: each is a checkbox of its own, large enough for a thumb."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import flet as ft

from app.ui import theme
from app.ui.parts.buttons import Choice
from app.ui.parts.text import Words
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
    """Chips of which one is on: filters and small choices. They wrap; with `line` they scroll sideways instead."""
    return ft.Semantics(
        label=label,
        container=True,
        content=ft.Row(
            [_toggle(choice, choice.value == value, on_change, f"{id}-{choice.value}", not line) for choice in choices],
            wrap=not line,
            scroll=ft.ScrollMode.HIDDEN if line else None,
            spacing=8,
            run_spacing=8,
        ),
    )


def _toggle(choice: Choice, on: bool, turn: Callable[[str], object], identifier: str, wraps: bool = True) -> ft.Control:
    color = theme.ON_PRIMARY_CONTAINER if on else theme.INK
    icon = ft.Icons.CHECK if on else choice.icon
    face: list[ft.Control] = [ft.Icon(icon, color=color, size=18)] if icon else []
    words = Words(choice.text, Style.STRONG if on else Style.BODY, color)
    face.append(ft.Container(words, expand=True, expand_loose=True) if wraps else words)
    return ft.MergeSemantics(
        content=ft.Semantics(
            identifier=identifier,
            checked=on,
            content=ft.Container(
                ft.Row(face, spacing=6, tight=True),
                on_click=lambda _: turn(choice.value),
                ink=True,
                bgcolor=theme.PRIMARY_CONTAINER if on else theme.SURFACE,
                border=ft.Border.all(1, theme.PRIMARY if on else theme.LINE),
                border_radius=theme.CORNER,
                padding=ft.Padding.symmetric(vertical=13, horizontal=14),
            ),
        )
    )
