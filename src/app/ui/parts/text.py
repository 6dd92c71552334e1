"""Words on the screen: every text has a style of the theme and a role for its colour."""

from __future__ import annotations

from collections.abc import Sequence

import flet as ft

from app.ui import theme
from app.ui.hooks.context import the_desk
from app.ui.parts.measure import fitting
from app.ui.theme import Style


def Words(
    text: str,
    style: ft.TextThemeStyle = Style.BODY,
    color: str = theme.INK,
    *,
    expand: bool = False,
    align: ft.TextAlign | None = None,
    selectable: bool = False,
    key: str | None = None,
    lines: int | None = None,
    room: float | None = None,
) -> ft.Text:
    """A text that wraps; `lines` cuts it with an ellipsis after so many. Where its longest word is wider than the
    `room`, all of it is smaller: a word broken in the middle is two that nobody knows."""
    size = None
    if room is not None:
        usual = theme.size_of(style, int(the_desk().prefs.text_size))
        fits = fitting(text, usual, room)
        size = fits if fits < usual else None
    return ft.Text(
        text,
        size=size,
        theme_style=style,
        color=color,
        expand=expand or None,  # False would still make it a flexible child, which a wrapping row cannot hold
        text_align=align or ft.TextAlign.START,
        selectable=selectable,
        key=key,
        max_lines=lines,
        overflow=ft.TextOverflow.ELLIPSIS if lines else ft.TextOverflow.CLIP,
    )


def Symbol(icon: ft.IconData, color: str = theme.INK_SOFT, size: int = 24, *, said: str | None = None) -> ft.Icon:
    """A picture beside words: it grows with them, though less, for the words need the room more."""
    grown = min(int(the_desk().prefs.text_size), theme.TAB_LIMIT)
    return ft.Icon(icon, color=color, size=round(size * grown / 100), semantics_label=said)


def Quotable(text: str, style: ft.TextThemeStyle = Style.BODY, *, key: str | None = None) -> ft.Control:
    """Words that can be marked and copied. Flutter tells a listener that such a text is a field without a name or
    content; here they hear the words."""
    return ft.Semantics(
        label=text, exclude_semantics=True, container=True, key=key, content=Words(text, style, selectable=True)
    )


def SpokenWords(words: Sequence[str]) -> ft.Control:
    """Words to read aloud or to write down, three to a line or, in large text, one; heard as one line."""
    line = 1 if the_desk().prefs.text_size > 130 else 3
    lines = [" ".join(words[at : at + line]) for at in range(0, len(words), line)]
    return ft.Semantics(label=", ".join(words), exclude_semantics=True, content=Words("\n".join(lines), Style.HEADING))


def Soft(text: str, style: ft.TextThemeStyle = Style.SMALL, *, expand: bool = False) -> ft.Text:
    """Second text: softer and smaller."""
    return Words(text, style, theme.INK_SOFT, expand=expand)


def Title(
    text: str, style: ft.TextThemeStyle = Style.TITLE, *, lines: int | None = None, room: float | None = None
) -> ft.Control:
    """The one h1 of a screen; after so many `lines` it ends in dots, and is still read out whole."""
    return ft.Semantics(header=True, heading_level=1, content=Words(text, style, lines=lines, room=room))


def across(less: float = 0) -> float:
    """How wide a column of text is here, between its sides; `less` what stands beside the words."""
    return min(the_desk().page.width or theme.COLUMN, theme.COLUMN) - 2 * theme.SIDE - less


def Heading(text: str, level: int = 2, style: ft.TextThemeStyle = Style.HEADING) -> ft.Control:
    """A heading inside the screen, perhaps on a card."""
    return ft.Semantics(header=True, heading_level=level, content=Words(text, style, room=across(2 * theme.SIDE)))


def SectionTitle(text: str, count: str = "") -> ft.Control:
    """The name of a group, with how far it has come at the end of the line ("3 of 8")."""
    title = ft.Semantics(header=True, heading_level=2, expand=True, content=Words(text, Style.SECTION, theme.INK_SOFT))
    return ft.Container(
        padding=ft.Padding.only(top=8),
        content=ft.Row([title, Words(count, Style.SECTION, theme.INK_SOFT)] if count else [title]),
    )


def Live(text: str, icon: ft.IconData | None = None, color: str = theme.INK_SOFT) -> ft.Control:
    """A line that is read out when it changes: saved, ticked, sent, waiting."""
    line: list[ft.Control] = [Symbol(icon, color, 18)] if icon and text else []
    return ft.Semantics(
        live_region=True,
        content=ft.Row([*line, Words(text, Style.SMALL, color, expand=True)], spacing=8),
        visible=True,
    )


def Named(identifier: str | None, control: ft.Control, label: str | None = None) -> ft.Control:
    """One node for whoever listens, with a name that stays the same for the tests."""
    if identifier is None and label is None:
        return control
    return ft.MergeSemantics(
        content=ft.Semantics(identifier=identifier, label=label, content=control),
        expand=control.expand if isinstance(control, ft.Control) else None,
        visible=control.visible,
    )
