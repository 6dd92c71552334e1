"""The frame of every screen: a header, a body that scrolls, one wide button low down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import flet as ft

from app.ui import theme
from app.ui.hooks.context import use_desk, use_wide
from app.ui.hooks.held import use_box
from app.ui.loop import drawn
from app.ui.parts.buttons import HeaderButton
from app.ui.parts.fields import SETTLES
from app.ui.parts.measure import fitting, lines, pieces
from app.ui.parts.pictures import EMPTY
from app.ui.parts.surfaces import LAST, Fading
from app.ui.parts.text import Soft, Symbol, Title, Words, across
from app.ui.safe import component
from app.ui.theme import Style

LONG_TITLE = 60
MOST_LINES = 3
"""A name may have 120 letters: at twice the size on a small phone it would leave no room for the screen under it."""


@component
def Screen(
    title: str,
    body: Sequence[ft.Control] | ft.Control,
    *,
    primary: ft.Control | None = None,
    above: Sequence[ft.Control] = (),
    subtitle: str = "",
    back: Callable[[], object] | bool = False,
    close: Callable[[], object] | bool = False,
    actions: Sequence[ft.Control] = (),
    safety: bool = True,
    lock: bool = True,
    aside: Sequence[ft.Control] = (),
    title_tap: Callable[[], object] | None = None,
    spacing: int = 12,
    full: bool = False,
    lead: ft.Control | None = None,
    last: bool = False,
    page: int = 0,
    reach: str | tuple[str, int] = "",
) -> ft.Control:
    """Header, body, and what stays low: `above` (a line or chips) and the one `primary` button.

    `body` as a list scrolls; as one control it takes the room (a note field, a long `ListView`). `back=True` shows the
    arrow that closes this screen, `close=True` the cross of a sheet-like one. `aside` is a second column from 840 px,
    under the body on a phone; the button then stands under the first, or under the second where it comes `last`.
    `title_tap` makes the title a button that opens the settings, and the subtitle says so; `lead` stands before it.
    Where several pages follow each other on one screen, `page` says which this is: each begins at its top. Whoever
    comes for one thing in the body finds it in sight: `reach` is what `reached_by` was given there. With a number beside
    it, it is brought there again whenever that is another one; 0 is not yet.
    """
    desk, wide = use_desk(), use_wide()
    most = MOST_LINES if max(len(title), len(subtitle)) > LONG_TITLE else None
    style = Style.HEADING if back else Style.TITLE
    words: list[ft.Control] = [Title(title, style, lines=most, room=across())]
    if title_tap:
        words.append(_to_settings(subtitle, desk.say("frame.settings")))
    elif subtitle:
        words.append(Words(subtitle, Style.SMALL, theme.INK_SOFT, lines=most))
    front: list[ft.Control] = []
    if back:
        front.append(_arrow(desk.say("frame.back"), ft.Icons.ARROW_BACK, desk.back if back is True else back, "back"))
    name = _pressable(title, words, title_tap) if title_tap else _stack(words)
    if lead:
        front.append(ft.Container(lead, padding=ft.Padding.only(right=10)))

    ends: list[ft.Control] = [*actions]
    if safety:
        ends.append(
            HeaderButton(
                desk.say("frame.safety"), ft.Icons.SHIELD, lambda _: desk.go("/safety"), id="safety", color=theme.ACCENT
            )
        )
    if lock:
        ends.append(HeaderButton(desk.say("frame.lock"), ft.Icons.LOCK, lambda _: desk.lock(), id="lock"))
    if close:
        ends.append(_arrow(desk.say("frame.close"), ft.Icons.CLOSE, desk.back if close is True else close, "close"))

    low: list[ft.Control] = [*above]
    if primary:
        low.append(primary)
    scale = desk.prefs.text_size / 100
    room = min(desk.page.width or theme.COLUMN, theme.COLUMN) - theme.SIDE - theme.TARGET * len(front)
    beside = not ends or _fits(title, theme.size_of(style, int(desk.prefs.text_size)), room - _END * scale * len(ends))
    header = ft.Container(
        _header(front, name, ends, beside, indent=theme.SIDE - 4 if back else 0),
        padding=ft.Padding.only(left=4 if back else theme.SIDE, right=8, top=8, bottom=4),
        width=theme.COLUMN if wide and not aside and not full else None,
        expand=True if wide and (aside or full) else None,
    )
    parts: list[ft.Control] = [
        ft.Row([header], spacing=0) if header.expand else header,
        _body(body, aside, wide, spacing, full, scale, page, reach),
    ]
    if low:
        parts.append(
            ft.Container(
                _under(low, last) if wide and aside else _stretched(low),
                padding=ft.Padding.only(left=theme.LOW, right=theme.LOW, top=8, bottom=12),
                width=theme.COLUMN if wide and not aside else None,
            )
        )
    if wide:
        whole = ft.Column(parts, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.CENTER)
        return ft.Container(whole, expand=True, alignment=ft.Alignment.TOP_CENTER)
    return ft.Column(parts, spacing=0, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _stretched(low: list[ft.Control]) -> ft.Control:
    return ft.Column(low, spacing=10, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _under(low: list[ft.Control], last: bool) -> ft.Control:
    """What stays low, as wide as the column it belongs to."""
    sides: list[ft.Control] = [ft.Container(expand=True), ft.Container(_stretched(low), expand=True)]
    return ft.Row(sides if last else sides[::-1], spacing=theme.GAP)


def _to_settings(name: str, settings: str) -> ft.Control:
    """Under the title of Today: whose it is, and that the settings are behind it."""
    words = " · ".join(part for part in (name, settings) if part)
    gear = Symbol(ft.Icons.SETTINGS_OUTLINED, theme.INK_SOFT, 16)
    return ft.Row([gear, Soft(words, expand=True)], spacing=4)


_END = 62
"""About how wide a button of the header is: a word under an icon."""


def _fits(title: str, size: float, room: float) -> bool:
    """Whether a title takes two lines at most, and no word of it is wider than the room. Near enough is good enough:
    beside the buttons it would wrap, and on a line of its own nothing can be wrong."""
    return room > 0 and fitting(title, size, room) == size and lines(pieces(title), size, room) <= 2


def _header(
    front: list[ft.Control], name: ft.Control, ends: list[ft.Control], beside: bool, *, indent: int
) -> ft.Control:
    """Title and buttons beside each other; where that would squeeze the title, it gets a line of its own."""
    if beside:
        return ft.Row(
            [*front, ft.Container(name, expand=True), ft.Row(ends, tight=True, spacing=2)],
            spacing=2,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        )
    buttons = ft.Row(ends, spacing=2, wrap=True, run_spacing=0, alignment=ft.MainAxisAlignment.END, expand=True)
    return ft.Column(
        [
            ft.Row([*front, buttons], spacing=2, vertical_alignment=ft.CrossAxisAlignment.CENTER),
            ft.Container(name, padding=ft.Padding.only(left=indent, right=8, bottom=4)),
        ],
        spacing=2,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _body(
    body: Sequence[ft.Control] | ft.Control,
    aside: Sequence[ft.Control],
    wide: bool,
    spacing: int,
    full: bool,
    scale: float,
    page: int,
    reach: str | tuple[str, int],
) -> ft.Control:
    side = ft.Padding.symmetric(horizontal=theme.SIDE, vertical=8)
    above = _LABEL * scale - spacing
    left, rest = (None, body) if isinstance(body, Sequence) else (body, ())
    if wide and aside:
        return ft.Container(
            ft.Row(
                [
                    ft.Container(left, expand=True) if left else _column(rest, spacing, above, page, reach),
                    _column(aside, spacing, above),
                ],
                spacing=theme.GAP,
                expand=True,
                vertical_alignment=ft.CrossAxisAlignment.START,
            ),
            expand=True,
            padding=side,
        )
    if left is not None:
        return ft.Container(left, expand=True, padding=side, width=theme.COLUMN if wide and not full else None)
    return ft.Container(
        _column([*rest, *aside], spacing, above, page, reach),
        expand=True,
        padding=ft.Padding.symmetric(horizontal=theme.SIDE),
        width=theme.COLUMN if wide and not full else None,
    )


_LABEL = 9
"""How far the label of a filled field stands out above its frame at the usual text size."""


_HIGHER = 48
"""What is alone on a screen stands a little above its middle."""


def _column(
    controls: Sequence[ft.Control], spacing: int, above: float, page: int = 0, reach: str | tuple[str, int] = ""
) -> ft.Control:
    """What scrolls. The first thing in it may be a field: room for its label, which the edge would cut off."""
    empty = bool(controls) and getattr(controls[0], "data", None) == EMPTY
    end = ft.Container(height=max(0, (_HIGHER if empty else LAST) - spacing))
    scrolls = ft.Column(
        [ft.Container(height=max(0.0, above)), *controls, end],
        scroll=ft.ScrollMode.AUTO,
        alignment=ft.MainAxisAlignment.CENTER if empty else ft.MainAxisAlignment.START,
        spacing=spacing,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        key=f"page-{page}" if page else None,
    )
    return Fading(Reached(scrolls, *((reach, 1) if isinstance(reach, str) else reach)) if reach else scrolls)


def reached_by(name: str) -> ft.ScrollKey:
    """The key of what a screen is to bring into sight."""
    return ft.ScrollKey(name)  # type: ignore[call-arg]  # Flet makes it a dataclass where no checker sees it


@component
def Reached(scrolls: ft.Column, key: str, times: int) -> ft.Control:
    """What scrolls, with one thing in it brought into sight as soon as the screen stands, and once more with each other
    number of `times`; 0 is not yet.
    """
    desk = use_desk()
    latest = use_box(lambda: scrolls)
    latest.value = scrolls

    async def bring() -> None:
        with suppress(RuntimeError):  # gone meanwhile, or a line that is cut: it can still be scrolled to
            await drawn()
            await asyncio.sleep(SETTLES)
            await latest.value.scroll_to(scroll_key=key)

    ft.use_effect(lambda: desk.later(bring) if times else None, [times])
    return scrolls


def _stack(words: list[ft.Control]) -> ft.Control:
    return ft.Column(words, spacing=0, tight=True)


def _pressable(title: str, words: list[ft.Control], on_click: Callable[[], object]) -> ft.Control:
    """A title that opens something: a button inside the h1, as a screen reader expects it."""
    button = ft.TextButton(
        content=_stack([Words(title, Style.TITLE), *words[1:]]),
        on_click=lambda _: on_click(),
        style=ft.ButtonStyle(
            padding=ft.Padding.symmetric(vertical=8, horizontal=0),
            shape=ft.RoundedRectangleBorder(radius=theme.CORNER),
            alignment=ft.Alignment.CENTER_LEFT,
        ),
    )
    return ft.Semantics(
        header=True,
        heading_level=1,
        container=True,
        content=ft.MergeSemantics(ft.Semantics(identifier="title", content=button)),
    )


def _arrow(said: str, icon: ft.IconData, on_click: Callable[[], object], identifier: str) -> ft.Control:
    """An arrow or a cross with its name: the one icon that everybody reads without a word."""
    return ft.MergeSemantics(
        ft.Semantics(
            identifier=identifier,
            content=ft.IconButton(
                icon=Symbol(icon, said=said),
                on_click=lambda _: on_click(),
                width=theme.TARGET,
                height=theme.TARGET,
            ),
        )
    )


def LongList(
    rows: Sequence[ft.Control], *, extent: float | None = None, padding: Any = 0, spacing: int = 0
) -> ft.Control:
    """A list of any length: only the rows in sight are built. Give each row a `key`, and all one `extent`."""
    return Fading(ft.ListView(list(rows), item_extent=extent, padding=padding, spacing=spacing))
