"""Paper and coffee, cardamom and lingonberry: every colour and size of the app, named once.

The tokens are mapped to Flet's `ColorScheme`; the screens name the roles below (`INK`, `PRIMARY`, `PRIVATE` …) and
never a colour. `PAIRS` lists every pair of colours that meet; a test computes their contrast in both themes. All text
sizes are styles of the text theme, so that they follow the reader's own size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import flet as ft

FONT: Final = "Atkinson Hyperlegible Next"
BOLD: Final = "Atkinson Hyperlegible Next Bold"  # a family of its own, or the engine smears the regular one
FONT_FILES: Final = {
    FONT: "/fonts/AtkinsonHyperlegibleNext-Regular.ttf",
    BOLD: "/fonts/AtkinsonHyperlegibleNext-Bold.ttf",
}
FALLBACK: Final = ["Roboto"]


@dataclass(frozen=True)
class Tokens:
    """The colours of one theme; the names are those of the identity."""

    ground: str
    surface: str
    raised: str
    ink: str
    ink_soft: str
    line: str
    edge: str
    primary: str
    on_primary: str
    primary_container: str
    on_primary_container: str
    accent: str
    on_accent: str
    private: str
    private_container: str
    shared: str
    shared_container: str
    error: str


LIGHT: Final = Tokens(
    ground="#FBF6EE",
    surface="#FFFFFF",
    raised="#F3EADC",
    ink="#2B211B",
    ink_soft="#5E4F44",
    line="#8A7868",
    edge="#E6DBCA",
    primary="#2F5D50",
    on_primary="#FFFFFF",
    primary_container="#D6E8E0",
    on_primary_container="#123A30",
    accent="#8C3B2E",
    on_accent="#FFFFFF",
    private="#5B3F8C",
    private_container="#E9E0F7",
    shared="#1F5A7A",
    shared_container="#DCECF5",
    error="#A3241B",
)

DARK: Final = Tokens(
    ground="#1B1613",
    surface="#241E1A",
    raised="#302823",
    ink="#F3EADF",
    ink_soft="#CDBEB0",
    line="#8F7F71",
    edge="#3A312B",
    primary="#9CD3BF",
    on_primary="#0B2E25",
    primary_container="#24483D",
    on_primary_container="#D6EFE5",
    accent="#F0A593",
    on_accent="#48140B",
    private="#C9B3F2",
    private_container="#3A2A5C",
    shared="#9CCDEA",
    shared_container="#143C53",
    error="#FFB4A9",
)

# ---------------------------------------------------------------- roles: what the screens may name
GROUND: Final = ft.Colors.SURFACE
SURFACE: Final = ft.Colors.SURFACE_CONTAINER_LOWEST
RAISED: Final = ft.Colors.SURFACE_CONTAINER_HIGH
INK: Final = ft.Colors.ON_SURFACE
INK_SOFT: Final = ft.Colors.ON_SURFACE_VARIANT
LINE: Final = ft.Colors.OUTLINE
EDGE: Final = ft.Colors.OUTLINE_VARIANT  # the hairline round a card: decoration, tells nothing
PRIMARY: Final = ft.Colors.PRIMARY
ON_PRIMARY: Final = ft.Colors.ON_PRIMARY
PRIMARY_CONTAINER: Final = ft.Colors.PRIMARY_CONTAINER
ON_PRIMARY_CONTAINER: Final = ft.Colors.ON_PRIMARY_CONTAINER
ACCENT: Final = ft.Colors.SECONDARY
ON_ACCENT: Final = ft.Colors.ON_SECONDARY
SHARED: Final = ft.Colors.ON_SECONDARY_CONTAINER
SHARED_CONTAINER: Final = ft.Colors.SECONDARY_CONTAINER
PRIVATE: Final = ft.Colors.ON_TERTIARY_CONTAINER
PRIVATE_CONTAINER: Final = ft.Colors.TERTIARY_CONTAINER
ERROR: Final = ft.Colors.ERROR
NOTICE: Final = ft.Colors.INVERSE_SURFACE
ON_NOTICE: Final = ft.Colors.ON_INVERSE_SURFACE
NOTICE_ACTION: Final = ft.Colors.INVERSE_PRIMARY
CLEAR: Final = ft.Colors.TRANSPARENT
HALF: Final = ft.Colors.with_opacity(0.45, PRIMARY)  # a step half taken: drawn between two that are told in words


def clear(ground: str) -> str:
    """A ground that is not seen: where what fades into it begins."""
    return ft.Colors.with_opacity(0, ground)


# ---------------------------------------------------------------- what meets what (names of tokens): text, then lines
PAIRS: Final = (
    *(
        (text, ground)
        for ground in ("ground", "surface", "raised")
        for text in ("ink", "ink_soft", "primary", "accent", "private", "shared", "error")
    ),
    ("on_primary", "primary"),
    ("on_primary_container", "primary_container"),
    ("on_accent", "accent"),
    ("private", "private_container"),
    ("ink", "private_container"),
    ("shared", "shared_container"),
    ("ink", "shared_container"),
)
LINES: Final = tuple(("line", ground) for ground in ("ground", "surface", "raised"))

# ---------------------------------------------------------------- space and shape: a 4-point grid
SIDE: Final = 16
LOW: Final = SIDE + 1
INSET: Final = SIDE + 4
"""Where the wide button and the tabs begin: right of whatever scrolls. Tab goes from left to right among what is equally
high, and a row that is still out of sight below lies as high as they do: it has to come before them."""
BAR: Final = 80
GAP: Final = 24
ROW: Final = 56
TARGET: Final = 48
BUTTON_ROOM: Final = 60  # the wide button without its words: its own padding and what is kept free around it
BUTTON_LINE: Final = 24  # a line of its words at the usual size
CORNER: Final = 12
SHEET_CORNER: Final = 24
WIDE: Final = 840
COLUMN: Final = 680  # the widest a column of text gets
RAIL: Final = 84  # the tabs beside a wide screen, about as wide as their words


class Style:
    """The text styles in use; a size is never written at a text."""

    TITLE = ft.TextThemeStyle.HEADLINE_SMALL  # 24, the one h1
    HEADING = ft.TextThemeStyle.TITLE_LARGE  # 20, a card's own headline
    FIGURE = ft.TextThemeStyle.HEADLINE_MEDIUM  # 32, a number to look at
    NOTE = ft.TextThemeStyle.BODY_LARGE  # 18, what people write
    BODY = ft.TextThemeStyle.BODY_MEDIUM  # 16
    STRONG = ft.TextThemeStyle.TITLE_MEDIUM  # 16, semibold
    SECTION = ft.TextThemeStyle.DISPLAY_SMALL  # 15, semibold: over a group; the calendar has TITLE_SMALL to itself
    SMALL = ft.TextThemeStyle.BODY_SMALL  # 14
    BUTTON = ft.TextThemeStyle.LABEL_LARGE  # 17, semibold
    LABEL = ft.TextThemeStyle.LABEL_MEDIUM  # 13
    TAB = ft.TextThemeStyle.LABEL_SMALL  # 13


_SIZES: Final = {
    "display_large": (40, True),
    "display_medium": (36, True),
    "display_small": (15, True),
    "headline_large": (32, True),
    "headline_medium": (32, True),
    "headline_small": (24, True),
    "title_large": (20, True),
    "title_medium": (16, True),
    "title_small": (15, True),
    "body_large": (18, False),
    "body_medium": (16, False),
    "body_small": (14, False),
    "label_large": (17, True),
    "label_medium": (13, False),
    "label_small": (13, False),
}


def size_of(style: ft.TextThemeStyle, percent: int) -> float:
    """How large the letters of a style are for somebody who reads at `percent`."""
    return _SIZES[style.name.lower()][0] * percent / 100


TEXT_SIZES: Final = (100, 115, 130, 150, 200)


TAB_LIMIT: Final = 130
"""Four tabs beside each other, seven days or a clock's face hold no more; a phone's own do the same."""


def theme(tokens: Tokens, percent: int = 100) -> ft.Theme:
    """The theme for one set of tokens, with all text at `percent` of its size.

    Screens change at once: sliding them in costs a third of a second in which nobody can write yet.
    """
    scheme = _scheme(tokens)
    fixed = min(percent, TAB_LIMIT)
    text = ft.TextTheme(**{name: _text(tokens.ink, size, bold, percent) for name, (size, bold) in _SIZES.items()})
    month, bold = _SIZES["title_small"]
    text.title_small = _text(tokens.ink, month, bold, fixed)  # over a calendar's days: "september 2026" in one line
    still = ft.PageTransitionTheme.NONE
    return ft.Theme(
        color_scheme=scheme,
        font_family=FONT,
        text_theme=text,
        scaffold_bgcolor=tokens.ground,
        canvas_color=tokens.ground,
        hint_color=tokens.ink_soft,
        hover_color=ft.Colors.with_opacity(0.05, tokens.ink),
        divider_color=tokens.edge,
        visual_density=ft.VisualDensity.STANDARD,
        page_transitions=ft.PageTransitionsTheme(android=still, ios=still, linux=still, macos=still, windows=still),
        navigation_bar_theme=ft.NavigationBarTheme(
            bgcolor=tokens.surface,
            indicator_color=tokens.primary_container,
            elevation=0,
            label_text_style={
                ft.ControlState.SELECTED: _text(tokens.primary, 13, True, fixed),
                ft.ControlState.DEFAULT: _text(tokens.ink_soft, 13, False, fixed),
            },
        ),
        navigation_rail_theme=ft.NavigationRailTheme(
            bgcolor=tokens.surface,
            indicator_color=tokens.primary_container,
            selected_label_text_style=_text(tokens.primary, 13, True, fixed),
            unselected_label_text_style=_text(tokens.ink_soft, 13, False, fixed),
        ),
        date_picker_theme=ft.DatePickerTheme(
            day_text_style=_text(tokens.ink, 16, False, fixed),
            weekday_text_style=_text(tokens.ink_soft, 16, False, fixed),
            year_text_style=_text(tokens.ink, 16, False, fixed),
            header_headline_text_style=_text(tokens.ink, 28, True, fixed),
        ),
        time_picker_theme=ft.TimePickerTheme(
            dial_text_style=_text(tokens.ink, 16, False, fixed),
            hour_minute_text_style=_text(tokens.ink, 40, True, fixed),
        ),
        scrollbar_theme=ft.ScrollbarTheme(thickness=4, radius=2, thumb_color=tokens.line, cross_axis_margin=1),
        tooltip_theme=ft.TooltipTheme(text_style=_text(tokens.ground, 14, False, percent)),
    )


def _text(color: str, size: int, bold: bool, percent: int) -> ft.TextStyle:
    return ft.TextStyle(
        size=size * percent / 100,
        weight=ft.FontWeight.W_400,
        color=color,
        font_family=BOLD if bold else FONT,
        font_family_fallback=FALLBACK,
        height=1.35,
        letter_spacing=0,
    )


def _scheme(t: Tokens) -> ft.ColorScheme:
    return ft.ColorScheme(
        primary=t.primary,
        on_primary=t.on_primary,
        primary_container=t.primary_container,
        on_primary_container=t.on_primary_container,
        secondary=t.accent,
        on_secondary=t.on_accent,
        secondary_container=t.shared_container,
        on_secondary_container=t.shared,
        tertiary=t.private,
        on_tertiary=t.surface,
        tertiary_container=t.private_container,
        on_tertiary_container=t.private,
        error=t.error,
        on_error=t.surface,
        error_container=t.raised,
        on_error_container=t.error,
        surface=t.ground,
        on_surface=t.ink,
        on_surface_variant=t.ink_soft,
        surface_container_lowest=t.surface,
        surface_container_low=t.surface,
        surface_container=t.surface,
        surface_container_high=t.raised,
        surface_container_highest=t.raised,
        surface_bright=t.surface,
        surface_dim=t.raised,
        outline=t.line,
        outline_variant=t.edge,
        inverse_surface=t.ink,
        on_inverse_surface=t.ground,
        inverse_primary=DARK.primary if t is LIGHT else LIGHT.primary,
        surface_tint=t.surface,
        shadow=LIGHT.ink,
        scrim=LIGHT.ink,
    )
