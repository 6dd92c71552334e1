"""Lists of any length: rows are made where somebody looks, a blockful at a time.

`LongList` hands every row to the window at once, which is right up to some hundreds. Here a block of rows is a
placeholder until the reader comes near it, so that ten thousand rows cost as much as the hundred in sight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from app.ui.hooks.held import use_box
from app.ui.hooks.watch import use_watch
from app.ui.parts.surfaces import LAST, Fading
from app.ui.safe import component
from app.ui.signal import Signal

BLOCK = 1_350
"""How high a block is, about: half as much again as a phone, so that the first one fills it."""


def in_block(height: int) -> int:
    """How many rows of that height make a block."""
    return -(-BLOCK // height)


@component
def EndlessList(
    rows: Sequence[Any],
    draw: Callable[[Any], ft.Control],
    *,
    height: int,
    spacing: int = 8,
    header: Sequence[ft.Control] = (),
    footer: Sequence[ft.Control] = (),
) -> ft.Control:
    """A list that scrolls through any number of rows.

    `draw` makes one (with a `key`); `height` is what a row is guessed to take before it is made.
    """
    near = use_box(lambda: Signal(-1)).value  # before anybody scrolls, the first block is enough
    size = in_block(height + spacing)
    blocks = [tuple(rows[at : at + size]) for at in range(0, len(rows), size)]

    def scrolled(e: Any) -> None:
        whole = (e.max_scroll_extent or 0) + (e.viewport_dimension or 0)
        if whole > 0:
            near.set(int(max(0.0, min(1.0, e.pixels / whole)) * len(blocks)))

    scrolls = ft.ListView(
        [
            *header,
            *(
                Block(at, block, draw, near, height + spacing, spacing, key=f"block-{at}")
                for at, block in enumerate(blocks)
            ),
            *footer,
            ft.Container(height=LAST // 2),
        ],
        spacing=0,
        on_scroll=scrolled,
        scroll_interval=80,
    )
    return Fading(scrolls)


@component
def Block(
    at: int,
    rows: tuple[Any, ...],
    draw: Callable[[Any], ft.Control],
    near: Signal[int],
    height: int,
    spacing: int,
    key: str = "",
) -> ft.Control:
    """Rows that stand together. Once made they stay, so that going back is at rest."""
    if not _use_near(near, at):
        return ft.Container(height=height * len(rows))
    return ft.Container(
        ft.Column(
            [draw(row) for row in rows],
            spacing=spacing,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        padding=ft.Padding.only(bottom=spacing),
    )


def _use_near(near: Signal[int], at: int) -> bool:
    """Whether the reader has come within a block of this one."""
    gate = use_box(lambda: Signal(abs(near.value - at) <= 1)).value

    def look() -> None:
        if abs(near.value - at) <= 1:
            gate.set(True)

    stop = use_box(lambda: near.watch(look))
    ft.use_effect(_nothing, [], cleanup=stop.value)
    return use_watch(gate)


def _nothing() -> None:
    """An effect of which only the cleanup matters."""
