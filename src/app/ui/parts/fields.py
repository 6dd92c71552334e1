"""Fields to write in. No keyboard learns from them, and an error is also read out beside the field."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any, cast

import flet as ft

from app.ui import theme
from app.ui.hooks.context import the_desk, use_desk
from app.ui.hooks.draft import Draft
from app.ui.hooks.held import Box, use_box
from app.ui.hooks.watch import use_watch
from app.ui.loop import drawn
from app.ui.parts.buttons import SHAPE, QuietButton
from app.ui.parts.text import Live, Named, Symbol, Words
from app.ui.safe import component
from app.ui.theme import Style

Press = Callable[..., Any]

NOTE_LIMIT = 100_000


def Field(
    label: str,
    value: str = "",
    on_change: Callable[[str], object] | None = None,
    *,
    id: str | None = None,
    helper: str = "",
    error: str = "",
    hint: str = "",
    lines: int = 1,
    limit: int | None = 500,
    autofocus: bool = False,
    on_submit: Press | None = None,
    on_blur: Press | None = None,
    keyboard: ft.KeyboardType | None = None,
    key: str | None = None,
    still: bool = False,
) -> ft.Control:
    """A short text: one line, or a few. `on_change` gets the text. `still`: it lies in nothing that scrolls."""
    field = _field(
        label,
        value,
        helper=helper,
        error=error,
        hint=hint,
        on_change=(lambda e: on_change(e.control.value or "")) if on_change else None,
        on_submit=on_submit,
        on_blur=on_blur,
        autofocus=autofocus and (still or not _later()),
        key=key,
    )
    brim = _held_to(field, limit)
    if lines > 1:
        field.multiline, field.min_lines, field.max_lines = True, lines, lines + 6
        field.align_label_with_hint = True
        field.keyboard_type = ft.KeyboardType.MULTILINE
    elif keyboard:
        field.keyboard_type = keyboard
    inside = Entered(field) if autofocus and not field.autofocus else field
    return _with_error(_labelled(id, label, field, inside), error, brim)


LETTER = 6.2
"""About how wide a letter is of a label that stands on the edge of its field, at the usual size."""
INSIDE = 2 * theme.SIDE + 30
"""What a phone's width loses before that label: the sides of the screen and of the field."""


def _labelled(id: str | None, label: str, field: ft.TextField, inside: ft.Control) -> ft.Control:
    """The field with its name. A label too long for the edge of the field would lie over what is above it: it gets
    lines of its own."""
    desk = the_desk()
    width = min(desk.page.width or theme.COLUMN, theme.COLUMN)
    if len(label) * LETTER * desk.prefs.text_size / 100 <= width - INSIDE:
        return Named(id, inside)
    field.label = None
    above = ft.Semantics(exclude_semantics=True, content=Words(label, Style.SMALL, theme.INK_SOFT))
    parts: list[ft.Control] = [above, Named(id, inside, label)]
    return ft.Column(parts, spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _later() -> bool:
    """Whether a field is better entered once its screen stands: see `Entered`."""
    return bool(the_desk().page.web)


SETTLES = 0.3
"""Seconds from when a browser has the screen until what it reads out of it stands still."""
ADDRESSED = 0.6
"""Seconds from when a screen was opened until the browser is told another address, and builds everything once more."""


@component
def Entered(field: ft.TextField) -> ft.Control:
    """A field that is entered as soon as its screen is drawn; for whoever listens, once it stands still.

    A browser that reads the screen out builds what scrolls twice, and twice again when it is told another address.
    Whatever has the focus then loses it for good, while the app still takes it to be there. So the focus is not given
    away before; and not at all where somebody writes already, in this field or in another.
    """
    desk = use_desk()
    latest = use_box(lambda: field)
    latest.value = field

    async def enter() -> None:
        before = desk.keys
        now = await ft.SemanticsService().get_accessibility_features()  # it answers once the screen is drawn
        if now.accessible_navigation:
            await asyncio.sleep(ADDRESSED)
            await drawn()
            await asyncio.sleep(SETTLES)
        if desk.keys == before:
            await latest.value.focus()  # type: ignore[no-untyped-call]  # Flet leaves it untyped

    async def try_to() -> None:
        with suppress(RuntimeError):  # gone meanwhile, or a line that is cut: the field can still be tapped
            await enter()

    ft.use_effect(lambda: desk.later(try_to), [])
    return field


def DraftField(
    label: str,
    draft: Draft,
    *,
    id: str | None = None,
    lines: int = 3,
    expand: bool = False,
    autofocus: bool = False,
    hint: str = "",
    limit: int = NOTE_LIMIT,
    line: str = theme.PRIMARY,
) -> ft.Control:
    """A long text whose draft saves itself (see `use_draft`). With `expand` it takes all the room there is."""
    field = _field(
        "" if expand else label,
        draft.text,
        hint=hint,
        on_change=draft.edit,
        on_blur=draft.leave,
        autofocus=autofocus and (expand or not _later()),
        style=Style.NOTE,
        line=line,
    )
    field.multiline = True
    field.keyboard_type = ft.KeyboardType.MULTILINE
    brim = _held_to(field, limit)
    if expand:
        field.expand = True
        field.fit_parent_size = True
        field.text_vertical_align = ft.VerticalAlignment.START
        field.label = None
        field.hint_text = f" {hint or label}"  # the cursor stands before it, not on it
    else:
        field.min_lines, field.max_lines = lines, lines + 12
        field.align_label_with_hint = True
    inside = Entered(field) if autofocus and not field.autofocus else field
    if not expand:
        below = [_labelled(id, label, field, inside), *brim]
        return ft.Column(
            below,
            spacing=0,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            margin=ft.Margin.only(top=above_field()),
        )
    named = Named(id, inside, label)
    named.expand = True
    return named


def Guarded(field: ft.Control, draft: Draft, *, key: str | None = None) -> ft.Control:
    """A field with what must be said of its words: that the disk refused them, or that there is another version now."""
    return ft.Column(
        [field, DraftTrouble(draft)],
        spacing=4,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        key=key,
    )


@component
def DraftTrouble(draft: Draft) -> ft.Control:
    """One line, read out when it comes; nothing as long as all is well."""
    desk = use_desk()
    kept, another = use_watch(draft.kept), use_watch(draft.another)
    if kept.fault is not None:
        return Live(desk.sentence(kept.fault), ft.Icons.ERROR_OUTLINE, theme.ERROR)
    if another:
        return Live(desk.say("note.another"), ft.Icons.CALL_SPLIT, theme.ACCENT)
    return ft.Container(height=0)


@component
def SavedLine(draft: Draft) -> ft.Control:
    """What became of the words: saved at a time, or why not. It is read out."""
    desk = use_desk()
    kept = use_watch(draft.kept)
    if kept.fault is not None:
        return Live(desk.sentence(kept.fault), ft.Icons.ERROR_OUTLINE, theme.ERROR)
    if kept.at is None:
        return Live(desk.say("frame.saving") if kept.typing else "")
    at = desk.speech.value.clock(kept.at.time())
    return Live(desk.say("frame.saved-at", time=f"{at}:{kept.at:%S}"), ft.Icons.CHECK_CIRCLE)


@component
def PassphraseField(
    label: str,
    value: str,
    on_change: Callable[[str], object],
    *,
    on_submit: Press | None = None,
    error: str = "",
    helper: str = "",
    autofocus: bool = False,
    new: bool = False,
    id: str = "passphrase",
    shown: bool = False,
    under: Sequence[ft.Control] = (),
    key: str | None = None,
    still: bool = False,
) -> ft.Control:
    """A passphrase with a named button that shows it. Pasting is allowed; nothing learns it. `still`: where it lies, it
    can have the focus with the first picture, also in a browser.

    With `under` the field takes the whole width, so that five words can be read, and the buttons stand below it.
    """
    desk = use_desk()
    open_, set_open = ft.use_state(shown)
    field = _field(
        label,
        value,
        on_change=lambda e: on_change(e.control.value or ""),
        on_submit=on_submit,
        autofocus=autofocus and (still or not _later()),
        helper=helper,
        error=error,
    )
    inside = Entered(field) if autofocus and not field.autofocus else field
    field.password = not open_
    brim = _held_to(field, 500)
    field.expand = True
    field.autofill_hints = [ft.AutofillHint.NEW_PASSWORD if new else ft.AutofillHint.PASSWORD]
    face = desk.say("frame.hide" if open_ else "frame.show")
    icon = ft.Icons.VISIBILITY_OFF if open_ else ft.Icons.VISIBILITY
    if under:
        if open_:
            field.multiline, field.min_lines, field.max_lines, field.shift_enter = True, 1, 3, True
        field.expand = None
        below = [QuietButton(face, lambda _: set_open(not open_), icon, id=f"{id}-show"), *under]
        return ft.Column(
            [_with_error(Named(id, inside), error, brim), ft.Row(below, spacing=8, run_spacing=0, wrap=True)],
            spacing=0,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    eye = ft.TextButton(
        content=ft.Column(
            [
                Symbol(icon, theme.INK_SOFT, 22),
                Words(face, Style.LABEL, theme.INK_SOFT),
            ],
            spacing=1,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        ),
        on_click=lambda _: set_open(not open_),
        style=ft.ButtonStyle(padding=ft.Padding.symmetric(vertical=4, horizontal=6), shape=SHAPE),
    )
    field.expand = None
    field.suffix_icon = Named(f"{id}-show", eye)
    row = ft.Semantics(identifier=id, content=inside)
    return _with_error(row, error, brim)


@component
def DateField(
    label: str,
    value: date | None,
    on_change: Callable[[date], object],
    *,
    id: str,
    first: date | None = None,
    last: date | None = None,
) -> ft.Control:
    """A day: a button with its words that opens the calendar. `on_change` gets a `date`."""
    desk = use_desk()
    open_, set_open = ft.use_state(False)
    today = desk.now().date()
    begin, end = first or today - timedelta(days=3 * 365), last or today + timedelta(days=5 * 365)
    at = min(max(value or today, begin), end)  # a calendar cannot open on a day that it does not have

    def picked(e: Any) -> None:
        set_open(False)
        if e.control.value is not None:
            on_change(local_day(e.control.value))

    ft.use_dialog(
        ft.DatePicker(
            value=_noon(at),
            first_date=_noon(begin),
            last_date=_noon(end),
            current_date=_noon(today),
            help_text=label,
            cancel_text=desk.say("frame.cancel"),
            confirm_text=desk.say("frame.choose"),
            on_change=picked,
            on_dismiss=lambda _: set_open(False),
        )
        if open_
        else None
    )
    speech = desk.speech.value
    shown = desk.say("frame.choose-day")
    if value:  # a day of another year says which
        shown = speech.day_long(value) if value.year == desk.now().year else speech.day_year(value)
    return _picker(label, shown, ft.Icons.EVENT, lambda _: set_open(True), id)


@component
def TimeField(label: str, value: time | None, on_change: Callable[[time], object], *, id: str) -> ft.Control:
    """A time of day: a button with its words that opens the clock. `on_change` gets a `time`."""
    desk = use_desk()
    open_, set_open = ft.use_state(False)

    def picked(e: Any) -> None:
        set_open(False)
        if e.control.value is not None:
            on_change(e.control.value)

    ft.use_dialog(
        ft.TimePicker(
            value=value or time(16, 0),
            help_text=label,
            cancel_text=desk.say("frame.cancel"),
            confirm_text=desk.say("frame.choose"),
            hour_label_text=desk.say("frame.hour"),
            minute_label_text=desk.say("frame.minute"),
            hour_format=ft.TimePickerHourFormat.H24,
            on_change=picked,
            on_dismiss=lambda _: set_open(False),
        )
        if open_
        else None
    )
    shown = desk.speech.value.clock(value) if value else desk.say("frame.choose-time")
    return _picker(label, shown, ft.Icons.SCHEDULE, lambda _: set_open(True), id)


def local_day(value: datetime | date) -> date:
    """The day somebody chose. Flet hands it over as an aware UTC moment: midnight here may be yesterday there."""
    if isinstance(value, datetime):
        return value.astimezone().date() if value.tzinfo else value.date()
    return value


def _noon(day: date) -> datetime:
    """Noon of the day: the same day in UTC wherever one is, give or take."""
    return datetime(day.year, day.month, day.day, 12).astimezone()


def _picker(label: str, shown: str, icon: ft.IconData, on_click: Press, identifier: str) -> ft.Control:
    box = ft.Container(
        content=ft.Row(
            [
                Symbol(icon, theme.PRIMARY),
                ft.Column(
                    [Words(label, Style.LABEL, theme.INK_SOFT), Words(shown, Style.BODY)],
                    spacing=0,
                    tight=True,
                    expand=True,
                ),
            ],
            spacing=12,
        ),
        on_click=on_click,
        ink=True,
        bgcolor=theme.SURFACE,
        border=ft.Border.all(1, theme.LINE),
        border_radius=theme.CORNER,
        padding=ft.Padding.symmetric(vertical=8, horizontal=14),
    )
    return ft.MergeSemantics(content=ft.Semantics(identifier=identifier, button=True, content=box))


def _field(
    label: str,
    value: str,
    *,
    helper: str = "",
    error: str = "",
    hint: str = "",
    on_change: Press | None = None,
    on_submit: Press | None = None,
    on_blur: Press | None = None,
    autofocus: bool = False,
    style: ft.TextThemeStyle = Style.BODY,
    line: str = theme.PRIMARY,
    key: str | None = None,
) -> ft.TextField:
    desk = the_desk()
    percent = desk.prefs.text_size / 100

    def change(e: Any) -> None:
        desk.keys += 1
        if on_change:
            on_change(e)

    return ft.TextField(
        key=key,
        label=label or None,
        value=value,
        hint_text=hint or None,
        helper=helper or None,
        error=error or None,
        on_change=change,
        on_submit=on_submit,
        on_blur=on_blur,
        autofocus=autofocus,
        autocorrect=False,
        enable_suggestions=False,
        enable_ime_personalized_learning=False,
        smart_dashes_type=False,
        smart_quotes_type=False,
        text_size=(18 if style == Style.NOTE else 16) * percent,
        text_style=ft.TextStyle(font_family=theme.FONT, font_family_fallback=theme.FALLBACK, height=1.45),
        label_style=ft.TextStyle(font_family=theme.FONT, size=16 * percent, color=theme.INK_SOFT),
        hint_style=ft.TextStyle(font_family=theme.FONT, size=16 * percent, color=theme.INK_SOFT),
        helper_style=ft.TextStyle(font_family=theme.FONT, size=14 * percent, color=theme.INK_SOFT),
        helper_max_lines=4,
        error_style=ft.TextStyle(font_family=theme.FONT, size=14 * percent, color=theme.ERROR),
        error_max_lines=8,  # a long one on a small phone at twice the size: what is cut off would be what helps
        color=theme.INK,
        filled=True,
        fill_color=theme.SURFACE,
        border={
            ft.ControlState.DEFAULT: _edge(theme.LINE, 1),
            ft.ControlState.FOCUSED: _edge(line, 2),
            ft.ControlState.ERROR: _edge(theme.ERROR, 2),
        },
        content_padding=ft.Padding.symmetric(vertical=18, horizontal=14),
        cursor_color=theme.PRIMARY,
    )


def _edge(color: str, width: int) -> ft.OutlineInputBorder:
    return ft.OutlineInputBorder(side=ft.BorderSide(width, color), border_radius=theme.CORNER)


def _held_to(field: ft.TextField, limit: int | None) -> list[ft.Control]:
    """Let no more into the field than it takes, and say so once it is full: what is pasted is cut without a word else.

    Words that are longer already, from an import or another device, are never cut by going on in them.
    """
    field.counter = ""
    if limit is None:
        return []
    text = field.value or ""
    field.max_length = max(limit, len(text))
    if limit < SHORT:
        return []
    typed = cast("Callable[[Any], object] | None", field.on_change)  # each of ours takes the event
    hears: Box[Callable[[str], object]] = Box(_nothing)

    def change(e: Any) -> None:
        hears.value(e.control.value or "")
        if typed:
            typed(e)

    field.on_change = change
    return [Brim(text, limit, hears)]


def _nothing(_: str) -> None:
    """What is typed before the line below it is drawn."""


SHORT = 40
"""Fields that take fewer letters are for numbers and codes, which say themselves what is wrong with them."""


@component
def Brim(text: str, limit: int, hears: Box[Callable[[str], object]]) -> ft.Control:
    """One line once a field is full. A key is drawn only where that changes."""
    desk = use_desk()
    _, draw = ft.use_state(0)
    full = use_box(lambda: (text, len(text) >= limit))
    if full.value[0] != text:
        full.value = (text, len(text) >= limit)

    def hear(typed: str) -> None:
        if (len(typed) >= limit) != full.value[1]:
            full.value = (text, len(typed) >= limit)
            draw(lambda times: times + 1)

    hears.value = hear
    if not full.value[1]:
        return ft.Container(height=0)
    return Live(desk.say("frame.full", most=desk.speech.value.number(limit)), ft.Icons.INFO_OUTLINE, theme.ACCENT)


def above_field() -> float:
    """The room over a field: its label stands on the upper edge, half above it, and grows with the reader's text."""
    return 4 + 12 * (int(the_desk().prefs.text_size) / 100 - 1)


def _with_error(field: ft.Control, error: str, below: Sequence[ft.Control] = ()) -> ft.Control:
    """The error is drawn by the field itself; here it is read out as well. An empty line takes no room."""
    return ft.Column(
        [
            field,
            ft.Semantics(live_region=True, label=error, content=ft.Container(height=0), visible=bool(error)),
            *below,
        ],
        spacing=0,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        margin=ft.Margin.only(top=above_field()),
    )
