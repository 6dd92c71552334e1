"""People and how far they have come: the round initial, and the strip with the steps of a relationship."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import flet as ft

from app.ui import theme
from app.ui.parts.text import Words
from app.ui.theme import Style

Standing = Literal["done", "now", "ahead"]


def Avatar(name: str, size: int = 48) -> ft.Control:
    """The first letter of a name in a circle. The name stands beside it, so nobody needs to hear the letter."""
    letter = next((c for c in name.strip() if c.isalnum()), "•").upper()
    return ft.Semantics(
        exclude_semantics=True,
        content=ft.Container(
            content=Words(letter, Style.STRONG, theme.ON_PRIMARY_CONTAINER, align=ft.TextAlign.CENTER),
            width=size,
            height=size,
            alignment=ft.Alignment.CENTER,
            bgcolor=theme.PRIMARY_CONTAINER,
            border_radius=size / 2,
        ),
    )


def StatusStrip(steps: Sequence[Standing], said: str) -> ft.Control:
    """One segment a step: those behind, the one under way, those ahead. `said` is the same in words."""
    return ft.Semantics(
        label=said,
        exclude_semantics=True,
        content=ft.Row([_segment(step) for step in steps], spacing=6),
    )


def _segment(step: Standing) -> ft.Control:
    done, now = step == "done", step == "now"
    return ft.Container(
        height=10,
        expand=True,
        border_radius=5,
        bgcolor=theme.PRIMARY if done else theme.HALF if now else theme.RAISED,
    )
