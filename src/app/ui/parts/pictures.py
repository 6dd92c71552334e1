"""Things to look at: progress, trends and empty places, each with the same content in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from app.ui import theme
from app.ui.parts.buttons import SecondaryButton
from app.ui.parts.text import Words
from app.ui.theme import Style


def ProgressBar(done: float, of: float, said: str) -> ft.Control:
    """How far: a bar, and `said` ("1 of 2 interviews") for whoever listens."""
    part = 0.0 if of <= 0 else max(0.0, min(1.0, done / of))
    return ft.Semantics(
        label=said,
        exclude_semantics=True,
        content=ft.ProgressBar(
            value=part,
            bar_height=10,
            color=theme.PRIMARY,
            bgcolor=theme.RAISED,
            border_radius=5,
            year_2023=True,
        ),
    )


def Steps(done: int, of: int, said: str) -> ft.Control:
    """A relationship as a strip of meetings: those behind, those to come."""
    pieces: list[ft.Control] = [
        ft.Container(
            height=10,
            expand=True,
            border_radius=4,
            bgcolor=theme.PRIMARY if at < done else theme.PRIMARY_CONTAINER,
        )
        for at in range(min(of, 24))
    ]
    return ft.Semantics(label=said, exclude_semantics=True, content=ft.Row(pieces, spacing=6))


def LineChart(
    points: Sequence[tuple[float, float]],
    *,
    said: str,
    labels: Sequence[tuple[float, str]] = (),
    low: float = 0,
    high: float | None = None,
    height: int = 140,
) -> ft.Control:
    """A small, quiet curve. `said` is the same as text: "14 Oct.: 1 of 2. 20 Nov.: 2 of 2"."""
    import flet_charts as fch

    top = high if high is not None else max([y for _, y in points], default=1)
    chart = fch.LineChart(
        data_series=[
            fch.LineChartData(
                points=[
                    fch.LineChartDataPoint(x=x, y=y, point=fch.ChartCirclePoint(radius=4, color=theme.PRIMARY))
                    for x, y in points
                ],
                color=theme.PRIMARY,
                stroke_width=3,
                rounded_stroke_cap=True,
            )
        ],
        min_y=low,
        max_y=max(top, low + 1) * 1.08,
        min_x=min((x for x, _ in points), default=0),
        max_x=max((x for x, _ in points), default=1),
        bottom_axis=fch.ChartAxis(
            labels=[fch.ChartAxisLabel(value=x, label=Words(text, Style.LABEL, theme.INK_SOFT)) for x, text in labels],
            label_size=28,
            show_labels=bool(labels),
            label_spacing=1,
            show_min=True,
            show_max=True,
        ),
        left_axis=fch.ChartAxis(show_labels=False),
        right_axis=fch.ChartAxis(show_labels=False),
        top_axis=fch.ChartAxis(show_labels=False),
        border=ft.Border(bottom=ft.BorderSide(1, theme.LINE)),
        interactive=False,
        animation=ft.Animation(0),
        expand=True,
    )
    return ft.Semantics(label=said, exclude_semantics=True, content=ft.Container(chart, height=height, padding=8))


def BarGroups(groups: Sequence[tuple[str, Sequence[tuple[str, int]]]], *, top: int, said: str) -> ft.Control:
    """Bars beside their words and numbers, gathered under names; the last of a group is the one that counts now.

    The bars tell by length, the words before them which is which: no colour has to be told from another.
    """
    rows: list[ft.Control] = []
    for name, bars in groups:
        rows.append(Words(name, Style.STRONG))
        for at, (label, value) in enumerate(bars):
            on = at == len(bars) - 1
            full = max(min(value, top), 0)
            bar = ft.Container(
                expand=max(full, 1),
                height=14,
                border_radius=4,
                bgcolor=theme.PRIMARY if on else theme.PRIMARY_CONTAINER,
                border=ft.Border.all(1, theme.PRIMARY),
            )
            track: list[ft.Control] = [bar]
            if top > full:
                track.append(ft.Container(expand=top - full))
            rows.append(
                ft.Row(
                    [
                        ft.Container(Words(label, Style.SMALL, theme.INK_SOFT), expand=4),
                        ft.Container(ft.Row(track, spacing=0), expand=6),
                        Words(str(value), Style.STRONG),
                    ],
                    spacing=10,
                    vertical_alignment=ft.CrossAxisAlignment.CENTER,
                )
            )
        rows.append(ft.Container(height=6))
    column = ft.Column(rows[:-1], spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Semantics(label=said, exclude_semantics=True, container=True, content=column)


def Mark(size: int = 96) -> ft.Control:
    """The two cups."""
    ring = round(size * 0.09)
    cup = size * 0.62

    def circle(color: str, left: float, top: float) -> ft.Control:
        return ft.Container(
            width=cup, height=cup, left=left, top=top, border=ft.Border.all(ring, color), border_radius=cup
        )

    return ft.Semantics(
        exclude_semantics=True,
        content=ft.Stack(
            [circle(theme.PRIMARY, 0, 0), circle(theme.ACCENT, size - cup, size * 0.16)],
            width=size,
            height=size * 0.8,
        ),
    )


EMPTY = "empty"
"""What the frame of a screen knows an empty place by: where it comes first, it stands in the middle."""


def EmptyState(
    text: str,
    action: str = "",
    on_click: Callable[..., Any] | None = None,
    *,
    help: str = "",
    icon: ft.IconData = ft.Icons.COFFEE_OUTLINED,
    id: str = "empty",
    action_icon: ft.IconData | None = None,
    heading: bool = False,
) -> ft.Control:
    """Nothing here yet: one drawing, one line, one button. `help` under the line says what to do about it; with
    `heading` the line names the place."""
    centre = ft.TextAlign.CENTER
    line: ft.Control = Words(text, Style.BODY, theme.INK_SOFT, align=centre)
    if heading:
        line = ft.Semantics(header=True, heading_level=2, content=Words(text, Style.HEADING, align=centre))
    elif help:
        line = Words(text, Style.STRONG, align=centre)
    inside: list[ft.Control] = [ft.Semantics(exclude_semantics=True, content=_drawing(icon)), line]
    if help:
        inside.append(ft.Container(Words(help, Style.BODY, theme.INK_SOFT, align=centre), margin=_CLOSER))
    if action and on_click:
        inside.append(SecondaryButton(action, on_click, action_icon, id=f"{id}-action"))
    return ft.Container(
        data=EMPTY,
        padding=ft.Padding.symmetric(vertical=24, horizontal=16),
        alignment=ft.Alignment.CENTER,
        content=ft.Column(inside, spacing=16, tight=True, horizontal_alignment=ft.CrossAxisAlignment.CENTER),
    )


_CLOSER = ft.Margin.only(top=-10)
"""What belongs to a line stands nearer to it than the next thing."""
_CUP, _APART, _LOWER, _SIGN = 96, 42, 8, 32


def _drawing(icon: ft.IconData) -> ft.Control:
    """The two cups with something between them, where there is room for it."""

    def ring(color: str, left: float, top: float) -> ft.Control:
        edge = ft.Border.all(3, color)
        return ft.Container(width=_CUP, height=_CUP, border=edge, border_radius=_CUP / 2, left=left, top=top)

    across, down = _CUP + _APART, _CUP + _LOWER
    return ft.Stack(
        [
            ring(theme.PRIMARY, 0, 0),
            ring(theme.ACCENT, _APART, _LOWER),
            ft.Icon(icon, color=theme.INK_SOFT, size=_SIGN, left=(across - _SIGN) / 2, top=(down - _SIGN) / 2),
        ],
        width=across,
        height=down,
    )


def Busy(said: str) -> ft.Control:
    """Something takes its time; what it is, is read out."""
    return ft.Semantics(
        live_region=True,
        content=ft.Row(
            [
                ft.ProgressRing(width=22, height=22, stroke_width=3, color=theme.PRIMARY),
                Words(said, Style.BODY, theme.INK_SOFT, expand=True),
            ],
            spacing=12,
        ),
    )
