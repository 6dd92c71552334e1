"""What the first run, the lock screen and what belongs to them look like: no tabs, the mark, everything low."""

from __future__ import annotations

from collections.abc import Sequence

import flet as ft

from app.ui import theme
from app.ui.hooks import use_desk, use_wide
from app.ui.parts.buttons import HeaderButton
from app.ui.parts.pictures import Mark
from app.ui.parts.surfaces import LAST, Fading
from app.ui.parts.text import Title, Words
from app.ui.safe import component
from app.ui.theme import Style

NARROW = 460  # the widest the entrance gets on a computer


@component
def Entrance(
    title: str,
    line: str,
    body: Sequence[ft.Control],
    *,
    mark: int = 92,
    low: bool = True,
    spacing: int = 12,
    lead: Sequence[ft.Control] = (),
) -> ft.Control:
    """The mark, the name, one line, and `body` under the thumb; it scrolls when the text is large. `lead` stands quietly
    in the upper corner, across from the shield.
    """
    desk, wide = use_desk(), use_wide()
    shield = HeaderButton(
        desk.say("frame.safety"), ft.Icons.SHIELD, lambda _: desk.go("/safety"), id="safety", color=theme.ACCENT
    )
    face = ft.Column(
        [
            Mark(mark),
            Title(title, Style.FIGURE),
            Words(line, Style.BODY, theme.INK_SOFT, align=ft.TextAlign.CENTER),
        ],
        spacing=6,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )
    inside = ft.Column(
        [ft.Container(face, padding=ft.Padding.only(bottom=24)), *body, ft.Container(height=max(0, LAST - spacing))],
        spacing=spacing,
        alignment=ft.MainAxisAlignment.END if low and not wide else ft.MainAxisAlignment.CENTER,
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    whole = ft.Column(
        [
            ft.Container(
                ft.Row(
                    [ft.Row(list(lead), wrap=True, spacing=4, run_spacing=0, expand=True), shield],
                    alignment=ft.MainAxisAlignment.END,
                    vertical_alignment=ft.CrossAxisAlignment.START,
                ),
                padding=ft.Padding.only(left=theme.SIDE, right=8, top=8),
            ),
            ft.Container(
                ft.Container(
                    Fading(inside, fill=False),
                    width=NARROW if wide else None,
                    padding=ft.Padding.symmetric(horizontal=theme.SIDE),
                ),
                alignment=ft.Alignment.BOTTOM_CENTER if low and not wide else ft.Alignment.CENTER,
                expand=True,
            ),
        ],
        spacing=0,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return ft.Semantics(content=whole, container=True, expand=True)  # one place in the order, whatever comes behind it
