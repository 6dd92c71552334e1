"""What things lie on: cards, rows, chips, sheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import flet as ft

from app.listeners import Stop
from app.ui import theme
from app.ui.hooks.context import use_desk
from app.ui.hooks.held import use_held
from app.ui.parts.buttons import radio_dot, radio_group
from app.ui.parts.text import Heading, Symbol, Words, across
from app.ui.safe import component
from app.ui.theme import Style

Press = Callable[..., Any]
Visibility = Literal["only_me", "shared", "summary"]

_SEEN: dict[str, tuple[ft.IconData, str, str, str]] = {
    "only_me": (ft.Icons.LOCK, "frame.only-me", theme.PRIVATE, theme.PRIVATE_CONTAINER),
    "shared": (ft.Icons.GROUP, "frame.shared", theme.SHARED, theme.SHARED_CONTAINER),
    "summary": (ft.Icons.GROUPS, "frame.summary", theme.SHARED, theme.SHARED_CONTAINER),
}


def Card(
    content: ft.Control | Sequence[ft.Control],
    on_click: Press | None = None,
    *,
    id: str | None = None,
    ground: str = theme.SURFACE,
    spacing: int = 8,
    padding: int = 16,
    key: str | None = None,
) -> ft.Control:
    """A piece of paper on the table. With `on_click` the whole of it is one button."""
    inside = (
        content
        if isinstance(content, ft.BaseControl)
        else ft.Column(list(content), spacing=spacing, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    )
    box = ft.Container(
        content=inside,
        bgcolor=ground,
        border=ft.Border.all(1, theme.EDGE if ground == theme.SURFACE else ground),
        border_radius=theme.CORNER,
        padding=padding,
        on_click=on_click,
        ink=on_click is not None,
        key=None if (on_click or id) else key,
    )
    if on_click or id:
        return ft.MergeSemantics(
            content=ft.Semantics(identifier=id, button=True if on_click else None, content=box), key=key
        )
    return box


def Rows(rows: Sequence[ft.Control], *, ground: str = theme.SURFACE) -> ft.Control:
    """Rows in one card, with hairlines between them."""
    parted: list[ft.Control] = []
    for at, row in enumerate(rows):
        if at:
            parted.append(ft.Container(height=1, bgcolor=theme.EDGE, margin=ft.Margin.symmetric(horizontal=16)))
        parted.append(row)
    return ft.Container(
        content=ft.Column(parted, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        bgcolor=ground,
        foreground_decoration=ft.BoxDecoration(border=ft.Border.all(1, theme.EDGE), border_radius=theme.CORNER),
        border_radius=theme.CORNER,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )


def Ruled(row: ft.Control, *, first: bool, last: bool, key: str | None = None) -> ft.Control:
    """One row of a card that is too long to be made at once: the edges of the card that run along it, and the hairline
    to the next."""
    top, bottom = theme.CORNER if first else 0, theme.CORNER if last else 0
    line: list[ft.Control] = []
    if not last:
        line.append(ft.Container(height=1, bgcolor=theme.EDGE, margin=ft.Margin.symmetric(horizontal=16)))
    inside = ft.Container(
        ft.Column([row, *line], spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        bgcolor=theme.SURFACE,
        border_radius=ft.BorderRadius.vertical(top=max(0, top - 1), bottom=max(0, bottom - 1)),
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )
    return ft.Container(
        inside,
        bgcolor=theme.EDGE,
        border_radius=ft.BorderRadius.vertical(top=top, bottom=bottom),
        padding=ft.Padding(left=1, right=1, top=int(first), bottom=int(last)),
        key=key,
    )


def Row(
    title: str,
    on_click: Press | None = None,
    *,
    subtitle: str = "",
    icon: ft.IconData | None = None,
    color: str = theme.PRIMARY,
    ink: str = theme.INK,
    trailing: ft.Control | None = None,
    chevron: bool | None = None,
    id: str | None = None,
    key: str | None = None,
) -> ft.Control:
    """One thing in a list: an icon, its name, what there is to say about it, and a chevron when it opens something."""
    front = [Symbol(icon, color)] if icon else []
    opens = chevron if chevron is not None else on_click is not None
    end = [Symbol(ft.Icons.CHEVRON_RIGHT)] if opens else []
    taken = sum(14 + float(symbol.size or 0) for symbol in (*front, *end))
    words: list[ft.Control] = [Words(title, Style.BODY, ink, room=across(2 * 16 + 2 + taken))]
    if subtitle:
        words.append(Words(subtitle, Style.SMALL, theme.INK_SOFT))
    line: list[ft.Control] = [*front, ft.Column(words, spacing=2, tight=True, expand=True)]
    if trailing:
        line.append(trailing)
    line += end
    box = ft.Container(
        content=at_least(ft.Row(line, spacing=14), theme.ROW - 20),
        padding=ft.Padding.symmetric(vertical=10, horizontal=16),
        on_click=on_click,
        ink=on_click is not None,
    )
    return ft.MergeSemantics(
        key=key,
        content=ft.Semantics(identifier=id, button=True if on_click else None, content=box),
    )


def at_least(content: ft.Control, height: int) -> ft.Control:
    """Give what is inside a tappable box a least height without a greatest: large text may need more."""
    return ft.Row(
        [ft.Container(width=0, height=height), ft.Container(content, expand=True)],
        spacing=0,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )


@component
def TickRow(
    text: str,
    done: bool,
    on_change: Callable[[bool], object],
    *,
    subtitle: str = "",
    id: str | None = None,
    undo: bool = True,
    key: str | None = None,
) -> ft.Control:
    """One thing to tick: the whole row is the checkbox. For two seconds after ticking, *Undo* is offered.

    What is ticked fades, because it is done. With `undo=False` it is chosen, and stays as it is.

    The tick shows at once, before the answer comes back; `on_change(bool)` does the work.
    """
    desk = use_desk()
    shown, show = ft.use_state(done)
    was = ft.use_ref(done)
    if was.current != done:  # the answer has come, or it changed elsewhere
        was.current = done
        shown = done
        show(done)

    def turn(value: bool) -> None:
        show(value)
        on_change(value)
        if value and undo:
            desk.notice(desk.say("frame.ticked", text=text), undo=turn_back, seconds=2)

    def turn_back() -> None:
        show(False)
        on_change(False)

    words: list[ft.Control] = [Words(text, Style.BODY, theme.INK_SOFT if shown and undo else theme.INK)]
    if subtitle:
        words.append(Words(subtitle, Style.SMALL, theme.INK_SOFT))
    row = tick_face(shown, turn, words, ft.Padding.symmetric(vertical=8, horizontal=10))
    return ft.MergeSemantics(content=ft.Semantics(identifier=id, content=row))


def tick_face(
    shown: bool, turn: Callable[[bool], object], words: list[ft.Control], padding: ft.Padding
) -> ft.Container:
    """A box to tick and the words beside it: all of it is pressed."""
    box = ft.Checkbox(
        value=shown,
        on_change=lambda e: turn(bool(e.control.value)),
        active_color=theme.PRIMARY,
        check_color=theme.ON_PRIMARY,
        border_side=ft.BorderSide(1.5, theme.LINE),
        shape=ft.RoundedRectangleBorder(radius=6),
    )
    return ft.Container(
        content=at_least(
            ft.Row([box, ft.Column(words, spacing=2, tight=True, expand=True)], spacing=6), theme.ROW - 16
        ),
        padding=padding,
        on_click=lambda _: turn(not shown),
        ink=True,
    )


def Chip(
    text: str,
    icon: ft.IconData | None = None,
    *,
    color: str = theme.INK,
    ground: str = theme.RAISED,
    style: ft.TextThemeStyle = Style.SMALL,
) -> ft.Control:
    """A word about something, with its icon; not to be pressed."""
    face: list[ft.Control] = [Symbol(icon, color, 18)] if icon else []
    return ft.Container(
        content=ft.Row(
            [*face, ft.Container(Words(text, style, color), expand=True, expand_loose=True)], spacing=8, tight=True
        ),
        bgcolor=ground,
        border_radius=10,
        padding=ft.Padding.symmetric(vertical=7, horizontal=12),
    )


@component
def VisibilityChip(visibility: Visibility, *, name: str = "") -> ft.Control:
    """Who sees this: the same colour, icon and words everywhere. `name` is the other person of a shared one."""
    icon, key, color, ground = _SEEN[visibility]
    desk = use_desk()
    text = desk.say("frame.shared-with", name=name) if visibility == "shared" and name else desk.say(key)
    return Chip(text, icon, color=color, ground=ground)


@component
def VisibilityChoice(
    value: Visibility,
    on_change: Callable[[Visibility], object],
    *,
    name: str = "",
    id: str = "visibility",
    line: bool = False,
) -> ft.Control:
    """Shared or only me, as two buttons beside each other; the one that holds has a thicker edge. Where they have no
    room they stand under each other, or without the name on one `line`.
    """
    desk = use_desk()
    both: tuple[Visibility, Visibility] = ("shared", "only_me")

    def side(kind: Visibility) -> ft.Control:
        icon, key, color, ground = _SEEN[kind]
        on = kind == value
        text = desk.say("frame.shared-with", name=name) if kind == "shared" and name and not line else desk.say(key)
        said = Words(text, Style.BODY, color)
        words = said if line else ft.Container(said, expand=True, expand_loose=True)  # a long name wraps
        face = ft.Row([Symbol(icon, color, 20), words], spacing=8, tight=True)
        box = ft.Container(
            content=ft.Stack([radio_dot(kind), face]),
            on_click=lambda _: on_change(kind),
            ink=True,
            bgcolor=ground if on else theme.SURFACE,
            border=ft.Border.all(2 if on else 1, color if on else theme.LINE),
            border_radius=10,
            padding=ft.Padding.symmetric(vertical=13 if on else 14, horizontal=14),
        )
        return ft.MergeSemantics(content=ft.Semantics(identifier=f"{id}-{kind}", content=box))

    def choose(kind: str) -> None:
        on_change("only_me" if kind == "only_me" else "shared")

    scroll = ft.ScrollMode.HIDDEN if line else None
    sides = ft.Row([side(kind) for kind in both], spacing=8, run_spacing=8, wrap=not line, scroll=scroll)
    return radio_group(desk.say("frame.who-sees"), value, choose, sides)


RISES, QUICK = 180, 120
"""Milliseconds in which a sheet comes up and goes down: another screen may be waiting behind it."""


class _Sheet:
    """A place for sheets: whether one is up, the how-manieth it is, and how to tell the desk that each is gone."""

    def __init__(self) -> None:
        self.up = False
        self.times = 0
        self.close: Callable[[], object] = _nothing
        self.gone: dict[int, Stop] = {}

    def turn(self, up: bool) -> int:
        """Up or down from now on; the number of the one that is, or was, up."""
        self.times += up and not self.up
        self.up = up
        return self.times

    def lower(self) -> None:
        """Close what is up, as it is closed now."""
        self.close()

    def lowered(self, time: int) -> None:
        """This one is gone from the screen."""
        self.gone.pop(time, _nothing)()


def _nothing() -> None:
    """For a sheet that was never up."""


FADES, LAST = 24, 16
"""Over how much of its lower edge what scrolls fades into the ground; and the room under the last of it, which is to be
seen whole."""


def Fading(scrolls: ft.Control, ground: str = theme.GROUND, *, fill: bool = True) -> ft.Control:
    """What scrolls, fading at its lower edge: a row cut by the button under it looks broken, one that fades goes on.

    Without `fill` it takes the room of what is in it, up to all there is. Who puts what scrolls at the lower end or in
    the middle needs that: filled, a field in it hands the focus to and fro in a browser, and in the end has lost it.
    """
    edge = ft.Container(
        gradient=ft.LinearGradient(
            [theme.clear(ground), ground], begin=ft.Alignment.TOP_CENTER, end=ft.Alignment.BOTTOM_CENTER
        ),
        height=FADES,
        left=0,
        right=0,
        bottom=0,
        ignore_interactions=True,
    )
    return ft.Stack([scrolls, edge], fit=ft.StackFit.EXPAND if fill else ft.StackFit.LOOSE, expand=True)


def Footed(parts: Sequence[ft.Control], foot: ft.Control, *, spacing: int = 10) -> ft.Control:
    """What a `footed` sheet holds: these scroll, and the button under them stays where the thumb is."""
    across = ft.CrossAxisAlignment.STRETCH
    scrolls = ft.Column(
        [*parts, ft.Container(height=max(0, LAST - spacing))],
        spacing=spacing,
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=across,
    )
    return ft.Column([Fading(scrolls, theme.RAISED), foot], spacing=4, expand=True, horizontal_alignment=across)


def use_sheet(
    content: Callable[[], ft.Control] | None,
    on_close: Callable[[], object],
    *,
    title: str = "",
    short: bool = False,
    footed: bool = False,
) -> None:
    """A sheet from below while `content` is given. Swiping it down, tapping beside it and Esc call `on_close`.

    Going to another screen from inside it closes it first.
    A `short` one is as high as its content (Flet's scrolling column takes all the height it can get); where the text is
    large or the window low, it scrolls like the others. In a `footed` one only what is over the button scrolls.
    """
    desk = use_desk()
    sheet = None
    fits = short and desk.prefs.text_size <= 130 and (desk.page.height or 0) >= 640

    place = use_held(_Sheet)
    place.close = on_close
    time = place.turn(content is not None)

    def raised() -> None:
        if place.up and place.times not in place.gone:
            place.gone[place.times] = desk.raised(place.lower)

    def left() -> None:
        for one in tuple(place.gone):
            place.lowered(one)

    ft.use_effect(raised, [place.up])
    ft.use_effect(_nothing, [], cleanup=left)

    def closed(_: Any) -> None:
        desk.flush()
        if time == place.times:  # else the next one is up already
            on_close()
        place.lowered(time)

    if content is not None:
        inside: list[ft.Control] = [Heading(title)] if title else []
        sheet = ft.BottomSheet(
            content=ft.Container(
                content=ft.Column(
                    [*inside, ft.Container(content(), expand=True) if footed else content()],
                    spacing=16,
                    tight=not footed,
                    scroll=None if fits or footed else ft.ScrollMode.AUTO,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                ),
                padding=ft.Padding.only(left=theme.SIDE, right=theme.SIDE, bottom=theme.SIDE),
            ),
            bgcolor=theme.RAISED,
            shape=ft.RoundedRectangleBorder(
                radius=ft.BorderRadius.only(top_left=theme.SHEET_CORNER, top_right=theme.SHEET_CORNER)
            ),
            show_drag_handle=True,
            draggable=True,
            dismissible=True,
            scrollable=True,
            use_safe_area=True,
            animation_style=ft.AnimationStyle(duration=RISES, reverse_duration=QUICK),
            maintain_bottom_view_insets_padding=True,
            size_constraints=ft.BoxConstraints(max_width=theme.COLUMN),
            on_dismiss=closed,
        )
    ft.use_dialog(sheet)
