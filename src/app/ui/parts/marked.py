"""A text with places made bold: what somebody searched for."""

from __future__ import annotations

from collections.abc import Sequence

import flet as ft

from app.ui import theme
from app.ui.theme import Style


def Marked(
    text: str,
    ranges: Sequence[tuple[int, int]],
    style: ft.TextThemeStyle = Style.BODY,
    color: str = theme.INK,
    *,
    lines: int = 3,
) -> ft.Text:
    """The text with these ranges bold on green: seen also by those who do not see the colour."""
    spans: list[ft.TextSpan] = []
    end = 0
    for start, stop in ranges:
        if start > end:
            spans.append(ft.TextSpan(text[end:start]))
        spans.append(ft.TextSpan(text[start:stop], style=_BOLD))
        end = stop
    if end < len(text):
        spans.append(ft.TextSpan(text[end:]))
    return ft.Text(
        spans=spans,
        theme_style=style,
        color=color,
        max_lines=lines,
        overflow=ft.TextOverflow.ELLIPSIS,
        text_align=ft.TextAlign.START,
    )


_BOLD = ft.TextStyle(weight=ft.FontWeight.W_700, color=theme.ON_PRIMARY_CONTAINER, bgcolor=theme.PRIMARY_CONTAINER)
