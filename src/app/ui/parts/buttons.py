"""Buttons: an icon never stands without its word, and every one is at least 48 high."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import flet as ft

from app.ui import theme
from app.ui.hooks.context import the_desk, use_desk
from app.ui.parts.text import Named, Symbol, Words
from app.ui.safe import component
from app.ui.theme import Style

Press = Callable[..., Any]

SHAPE = ft.RoundedRectangleBorder(radius=theme.CORNER)


def _face(
    text: str,
    icon: ft.IconData | None,
    color: str,
    style: ft.TextThemeStyle,
    align: ft.TextAlign = ft.TextAlign.CENTER,
) -> ft.Control:
    words = Words(text, style, color, align=align)
    if icon is None:
        return words
    return ft.Row(
        [Symbol(icon, color, 22), ft.Container(words, expand_loose=True, expand=True)],
        spacing=10,
        tight=True,
        alignment=ft.MainAxisAlignment.CENTER,
    )


def _on_a_line(text: str) -> bool:
    """Whether the words of a wide button take one line: over two, its icon would stand alone at the edge."""
    desk = the_desk()
    room = min(desk.page.width or theme.COLUMN, theme.COLUMN) - 2 * theme.SIDE - theme.BUTTON_ROOM
    return len(text) * _LETTER * int(desk.prefs.text_size) <= 100 * room


def _said(name: str, face: ft.Control) -> ft.Control:
    return ft.Semantics(label=name, exclude_semantics=True, content=face) if name else face


def _style(
    color: str, ground: str, line: str | None, pad: int, side: int = 16, alignment: ft.Alignment | None = None
) -> ft.ButtonStyle:
    return ft.ButtonStyle(
        color=color,
        bgcolor=ground,
        elevation=0,
        shape=SHAPE,
        side=ft.BorderSide(1, line) if line else None,
        padding=ft.Padding.symmetric(vertical=pad, horizontal=side),
        animation_duration=150,
        alignment=alignment,
    )


def PrimaryButton(
    text: str,
    on_click: Press,
    icon: ft.IconData | None = None,
    *,
    id: str | None = None,
    soft: bool = False,
    busy: bool = False,
    expand: bool | None = None,
) -> ft.Control:
    """The one wide thing to do. `soft` is the quieter green for an ending; `busy` keeps its place meanwhile."""
    color = theme.ON_PRIMARY_CONTAINER if soft else theme.ON_PRIMARY
    ground = theme.PRIMARY_CONTAINER if soft else theme.PRIMARY
    face: ft.Control = _face(text, icon if _on_a_line(text) else None, color, Style.BUTTON)
    if busy:
        ring = ft.ProgressRing(width=20, height=20, stroke_width=2, color=color)
        face = ft.Row([ring, face], spacing=12, tight=True, alignment=ft.MainAxisAlignment.CENTER)
    button = ft.FilledButton(
        content=face,
        on_click=None if busy else on_click,
        disabled=busy,
        style=_style(color, ground, None, 16),
        expand=expand,
    )
    return Named(id, button)


def SecondaryButton(
    text: str,
    on_click: Press,
    icon: ft.IconData | None = None,
    *,
    id: str | None = None,
    strong: bool = False,
    expand: bool | None = None,
    said: str = "",
) -> ft.Control:
    """Something else one can do: outlined, or `strong` on the soft green. `said` is heard in place of the text."""
    color = theme.ON_PRIMARY_CONTAINER if strong else theme.INK
    button = ft.OutlinedButton(
        content=_said(said, _face(text, icon if _on_a_line(text) else None, color, Style.BODY)),
        on_click=on_click,
        style=_style(
            color,
            theme.PRIMARY_CONTAINER if strong else theme.SURFACE,
            theme.PRIMARY_CONTAINER if strong else theme.LINE,
            13,
            12,
        ),
        expand=expand,
    )
    return Named(id, button)


def QuietButton(
    text: str,
    on_click: Press,
    icon: ft.IconData | None = None,
    *,
    id: str | None = None,
    color: str = theme.PRIMARY,
    said: str = "",
) -> ft.Control:
    """A word to press inside the text: "later", "another one". `said` is what a listener hears in its place.

    Where it gets a whole line, its word begins where the lines around it begin.
    """
    button = ft.TextButton(
        content=_said(said, _face(text, icon, color, Style.BODY, ft.TextAlign.START)),
        on_click=on_click,
        style=_style(color, theme.CLEAR, None, 13, 8, ft.Alignment.CENTER_LEFT),
    )
    return Named(id, button)


def DangerButton(text: str, on_click: Press, icon: ft.IconData | None = None, *, id: str | None = None) -> ft.Control:
    """Something that cannot be undone: erase."""
    button = ft.OutlinedButton(
        content=_face(text, icon, theme.ERROR, Style.BODY),
        on_click=on_click,
        style=_style(theme.ERROR, theme.SURFACE, theme.ERROR, 13),
    )
    return Named(id, button)


def HeaderButton(
    text: str,
    icon: ft.IconData,
    on_click: Press,
    *,
    id: str | None = None,
    color: str = theme.INK_SOFT,
    said: str = "",
) -> ft.Control:
    """A small one in the header or at the end of a row: the icon with its word under it."""
    face = ft.Column(
        [Symbol(icon, color), Words(text, Style.TAB, color)],
        spacing=2,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )
    button = ft.TextButton(
        content=_said(said, face),
        on_click=on_click,
        style=_style(color, theme.CLEAR, None, 4, 6),
    )
    return Named(id, button)


@dataclass(frozen=True)
class Choice:
    """One of several: its value, its words, and what it says under them."""

    value: str
    text: str
    icon: ft.IconData | None = None
    subtitle: str = ""


def ChoiceButtons(
    choices: Sequence[Choice],
    value: str | None,
    on_change: Callable[[str], object],
    *,
    label: str,
    id: str,
    columns: int = 2,
) -> ft.Control:
    """A few choices as large radio buttons, `columns` beside each other: fewer in large text, where words would break.
    `label` names the group.
    """
    columns = _abreast(choices, columns)
    cells: list[ft.Control] = [
        ft.Container(_option(choice, choice.value == value, on_change, f"{id}-{choice.value}"), col=12 // columns)
        for choice in choices
    ]
    return radio_group(label, value or "", on_change, ft.ResponsiveRow(cells, spacing=8, run_spacing=8, columns=12))


LARGE = 150
"""From this text size on what stands beside each other may have to stand under each other."""
_LETTER, _EDGES, _BETWEEN = 9, 26, 8


def _abreast(choices: Sequence[Choice], most: int) -> int:
    """How many of these have room beside each other, in whole rows where that can be."""
    desk = the_desk()
    if desk.prefs.text_size < LARGE or most == 1:
        return most
    if any(choice.subtitle for choice in choices):
        return 1
    longest = max((len(choice.text) for choice in choices), default=0) * _LETTER * desk.prefs.text_size / 100
    width = min(desk.page.width or theme.COLUMN, theme.COLUMN) - 2 * theme.SIDE
    fits = [many for many in range(most, 1, -1) if longest <= (width - _BETWEEN * (many - 1)) / many - _EDGES] or [1]
    return next((many for many in fits if len(choices) % many == 0), fits[0])


def _option(choice: Choice, on: bool, on_change: Callable[[str], object], identifier: str) -> ft.Control:
    color = theme.ON_PRIMARY_CONTAINER if on else theme.INK
    words: list[ft.Control] = [
        Words(
            choice.text,
            Style.STRONG if on else Style.BODY,
            color,
            align=None if choice.subtitle else ft.TextAlign.CENTER,
        )
    ]
    if choice.subtitle:
        words.append(Words(choice.subtitle, Style.SMALL, color if on else theme.INK_SOFT))
    face: list[ft.Control] = [Symbol(choice.icon, color, 22)] if choice.icon else []
    face.append(
        ft.Column(
            words,
            spacing=2,
            tight=True,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    )
    box = ft.Container(
        content=ft.Stack([radio_dot(choice.value), ft.Row(face, spacing=10)], alignment=ft.Alignment.CENTER),
        on_click=lambda _: on_change(choice.value),
        ink=True,
        bgcolor=theme.PRIMARY_CONTAINER if on else theme.SURFACE,
        border=ft.Border.all(2 if on else 1, theme.PRIMARY if on else theme.LINE),
        border_radius=theme.CORNER,
        padding=ft.Padding.symmetric(vertical=14 if on else 15, horizontal=11 if on else 12),
    )
    return ft.MergeSemantics(content=ft.Semantics(identifier=identifier, content=box))


def radio_group(label: str, value: str, on_change: Callable[[str], object], content: ft.Control) -> ft.Control:
    """Radio buttons as one group with a name."""
    return ft.Semantics(
        label=label,
        container=True,
        content=ft.RadioGroup(value=value, on_change=lambda e: on_change(str(e.control.value)), content=content),
    )


def radio_dot(value: str) -> ft.Control:
    """The radio button itself, for whoever listens or uses the keyboard: the box around it is what one sees."""
    return ft.Container(
        ft.Radio(value=value, fill_color=theme.CLEAR, splash_radius=0, width=1, height=1),
        width=1,
        height=1,
        clip_behavior=ft.ClipBehavior.HARD_EDGE,
    )


def Segments(
    choices: Sequence[Choice], value: str, on_change: Callable[[str], object], *, label: str, id: str
) -> ft.Control:
    """Tabs inside a screen: Meetings · Goals · Board. Where they have no room they scroll sideways; in large text they
    stand under each other instead, for whoever needs it would not find what is out of sight.
    """
    large = the_desk().prefs.text_size >= LARGE
    return ft.Semantics(
        label=label,
        container=True,
        content=ft.Row(
            [
                ft.MergeSemantics(
                    content=ft.Semantics(
                        identifier=f"{id}-{choice.value}",
                        selected=choice.value == value,
                        content=_segment(choice, choice.value == value, on_change),
                    )
                )
                for choice in choices
            ],
            spacing=4,
            run_spacing=4,
            wrap=large,
            scroll=None if large else ft.ScrollMode.HIDDEN,
        ),
    )


def _segment(choice: Choice, on: bool, on_change: Callable[[str], object]) -> ft.Control:
    color = theme.ON_PRIMARY_CONTAINER if on else theme.INK_SOFT
    return ft.TextButton(
        content=Words(choice.text, Style.STRONG if on else Style.BODY, color),
        on_click=lambda _: on_change(choice.value),
        style=_style(color, theme.PRIMARY_CONTAINER if on else theme.CLEAR, None, 13, 10),
    )


ABREAST = 5
"""So many numbers of a scale stand beside each other: more would be narrower than a thumb."""


def Scale1to5(
    value: int | None,
    on_change: Callable[[int], object],
    *,
    label: str,
    low: str,
    high: str,
    id: str,
    steps: int = 5,
) -> ft.Control:
    """A rating as radio buttons with words at the ends, five abreast; `label` is the question they answer."""
    boxes: list[ft.Control] = []
    for step in range(1, steps + 1):
        on = step == value
        words = Words(str(step), Style.STRONG, theme.ON_PRIMARY if on else theme.INK, align=ft.TextAlign.CENTER)
        box = ft.Container(
            content=ft.Stack(
                [radio_dot(str(step)), ft.Semantics(exclude_semantics=True, content=words)],
                alignment=ft.Alignment.CENTER,
            ),
            alignment=ft.Alignment.CENTER,
            height=52,
            on_click=lambda _, step=step: on_change(step),
            ink=True,
            bgcolor=theme.PRIMARY if on else theme.SURFACE,
            border=ft.Border.all(1, theme.PRIMARY if on else theme.LINE),
            border_radius=theme.CORNER,
        )
        end = low if step == 1 else high if step == steps else ""
        said = f"{step}, {end}" if end else str(step)
        node = ft.MergeSemantics(content=ft.Semantics(identifier=f"{id}-{step}", label=said, content=box))
        boxes.append(ft.Container(expand=True, content=node))
    ends = ft.Row(
        [
            Words(low, Style.LABEL, theme.INK_SOFT, expand=True),
            Words(high, Style.LABEL, theme.INK_SOFT, expand=True, align=ft.TextAlign.END),
        ]
    )
    rows = [ft.Row(boxes[at : at + ABREAST], spacing=8) for at in range(0, steps, ABREAST)]
    rows[-1].controls += [ft.Container(expand=True) for _ in range(-steps % ABREAST if steps > ABREAST else 0)]
    lines = ft.Column([*rows], spacing=8, tight=True)
    scale = ft.Column([lines, ft.Semantics(exclude_semantics=True, content=ends)], spacing=4)
    return radio_group(label, str(value or ""), lambda chosen: on_change(int(chosen)), scale)


def Stepper(less: str, more: str, on_less: Press | None, on_more: Press | None, *, id: str) -> ft.Control:
    """One less, one more: two wide buttons with their words."""
    return Beside(
        [
            SecondaryButton(less, on_less or _nothing, ft.Icons.REMOVE, id=f"{id}-less", expand=True),
            SecondaryButton(more, on_more or _nothing, ft.Icons.ADD, id=f"{id}-more", strong=True, expand=True),
        ]
    )


@component
def Beside(buttons: Sequence[ft.Control]) -> ft.Control:
    """Wide buttons next to each other; in large text under each other, or their words would break in the middle."""
    if use_desk().prefs.text_size < LARGE:
        high = ft.CrossAxisAlignment.STRETCH  # as high as the highest of them
        return ft.Row(list(buttons), spacing=8, vertical_alignment=high, intrinsic_height=True)
    stretch = ft.CrossAxisAlignment.STRETCH
    return ft.Column([_free(one) for one in buttons], spacing=8, tight=True, horizontal_alignment=stretch)


def _free(button: ft.Control) -> ft.Control:
    """As high as it needs to be: what shares a row by its width must not share a column by its height."""
    button.expand = None
    return button


def _nothing() -> None:
    """A step that is not there to take."""
