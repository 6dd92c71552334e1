"""Numbers to call: the whole row or button is a telephone link, and the number can be read as well."""

from __future__ import annotations

import flet as ft

from app.ui import theme
from app.ui.parts.buttons import SHAPE
from app.ui.parts.text import Symbol, Words
from app.ui.theme import Style


def telephone(number: str) -> str:
    """The link of a number as people write it: `020-50 50 50` is `tel:020505050`."""
    plus = "+" if number.strip().startswith("+") else ""
    return "tel:" + plus + "".join(sign for sign in number if sign in "0123456789*#")


def CallButton(text: str, number: str, *, id: str) -> ft.Control:
    """The number to call first, as large as the one thing to do."""
    face = ft.Row(
        [
            Symbol(ft.Icons.CALL, theme.ON_ACCENT),
            ft.Container(
                Words(text, Style.BUTTON, theme.ON_ACCENT, align=ft.TextAlign.CENTER), expand=True, expand_loose=True
            ),
        ],
        spacing=10,
        tight=True,
        alignment=ft.MainAxisAlignment.CENTER,
    )
    button = ft.FilledButton(
        content=face,
        url=telephone(number),
        on_click=_opened,
        style=ft.ButtonStyle(
            color=theme.ON_ACCENT,
            bgcolor=theme.ACCENT,
            elevation=0,
            shape=SHAPE,
            padding=ft.Padding.symmetric(vertical=18, horizontal=16),
        ),
    )
    return ft.MergeSemantics(content=ft.Semantics(identifier=id, content=button))


def CallRow(name: str, number: str, *, said: str, id: str, help: str = "") -> ft.Control:
    """Somebody to call: who it is, the number in large figures, and a line about when."""
    words: list[ft.Control] = [Words(name, Style.BODY), Words(number, Style.HEADING, theme.ACCENT)]
    if help:
        words.append(Words(help, Style.SMALL, theme.INK_SOFT))
    box = ft.Container(
        content=ft.Row(
            [
                Symbol(ft.Icons.CALL_OUTLINED, theme.ACCENT),
                ft.Column(words, spacing=0, tight=True, expand=True),
            ],
            spacing=14,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        ),
        padding=ft.Padding.symmetric(vertical=10, horizontal=16),
        url=telephone(number),
        on_click=_opened,
        ink=True,
    )
    return ft.MergeSemantics(
        content=ft.Semantics(
            identifier=id, label=said, button=True, content=ft.Semantics(exclude_semantics=False, content=box)
        )
    )


def _opened() -> None:
    """The link does it; without a handler the row could not be pressed with the keyboard."""
