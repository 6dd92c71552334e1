"""Where one looks around with example data, every screen says so and lets one leave with one tap."""

from __future__ import annotations

import flet as ft

from app.ui import theme
from app.ui.hooks import use_desk, use_watch
from app.ui.parts.buttons import SHAPE
from app.ui.parts.text import Named, Words
from app.ui.safe import component
from app.ui.theme import Style


@component
def ExampleRibbon() -> ft.Control:
    """A band above the screen: nothing here is real, and the way out."""
    desk = use_desk()
    use_watch(desk.speech)
    large = desk.prefs.text_size >= 150
    leave = ft.TextButton(
        content=Words(desk.say("first.example.leave"), Style.STRONG, theme.ACCENT),
        on_click=lambda _: desk.lock(),
        style=ft.ButtonStyle(shape=SHAPE, padding=ft.Padding.symmetric(vertical=13, horizontal=0 if large else 12)),
    )
    # in large text the way out says by itself that this is an example: two lines would be a tenth of the screen
    said = [] if large else [Words(desk.say("first.example.ribbon"), Style.SMALL, expand=True)]
    across = ft.CrossAxisAlignment.CENTER
    face = ft.Row([*said, Named("example-leave", leave)], spacing=8, wrap=large, vertical_alignment=across)
    return ft.Container(
        face,
        bgcolor=theme.RAISED,
        border=ft.Border(bottom=ft.BorderSide(1, theme.EDGE)),
        padding=ft.Padding.only(left=theme.SIDE, right=8 if large else 4),
    )
