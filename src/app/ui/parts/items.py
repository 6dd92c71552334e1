"""The lines of a document as fields to fill in: each type of line has its own field.

`ItemField(item, value, on_change)` is for lines whose answer is a value. Lines that show something of the relationship
(tasks, goals, the next meeting, who has confirmed) are given to it ready, by the screen that knows them, as `live`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import flet as ft

from app.services.records.drafts import begun
from app.ui import theme
from app.ui.hooks import use_desk, use_draft
from app.ui.hooks.context import the_desk
from app.ui.hooks.unfinished import unpacked, use_unfinished
from app.ui.parts.buttons import Choice, ChoiceButtons, QuietButton, Scale1to5
from app.ui.parts.fields import DateField, DraftField, Field, Guarded, TimeField
from app.ui.parts.surfaces import Chip, Rows, Visibility, VisibilityChip
from app.ui.parts.text import Named, SectionTitle, Soft, Words
from app.ui.parts.ticks import TickLine
from app.ui.safe import component

if TYPE_CHECKING:
    from app.services.content.library import Item, Option
    from app.ui.desk import Desk

Change = Callable[[Any], object]

SEEN: Mapping[str, Visibility] = {"private": "only_me", "shared": "shared", "aggregate": "summary"}
LIVE = frozenset({"tasks", "taskreview", "goalprogress", "confirm", "link", "people", "goals"})
"""Types whose content is in the relationship and not in the answer."""
AT_FIRST = 8
"""Of a long list of choices so many are shown; the rest is a tap away."""


@component
def ItemField(
    item: Item,
    value: Any,
    on_change: Change,
    *,
    name: str = "",
    seen: bool = False,
    error: str = "",
    options: Sequence[Option] | None = None,
    live: ft.Control | None = None,
    autofocus: bool = False,
    about: str = "",
    key: str | None = None,
) -> ft.Control:
    """One line. `seen` shows who sees it (`name` is the other person); `options` where the document has none; `about` is
    the id of the record whose line it is, where what is no answer yet may be kept beside it.
    """
    desk = use_desk()
    text = desk.read(item.text)
    head: list[ft.Control] = []
    draws: Callable[..., ft.Control] = _FIELDS.get(item.type, _text)
    if live is None and about and item.type == "number":
        live = KeptNumber(item, text, value, on_change, about, key=item.id)
    body = live if live is not None else draws(desk, item, text, value, on_change, error, options, autofocus)
    if item.type in _HEADED or (live is not None and item.type not in _FIELDED):
        head.append(SectionTitle(text))
    if seen and item.visibility == "coordinator":
        head.append(ft.Row([Chip(desk.say("minutes.coordinator"), ft.Icons.PERSON, color=theme.SHARED)], wrap=True))
    elif seen and item.visibility in SEEN:
        head.append(
            ft.Row([VisibilityChip(SEEN[item.visibility], name=name if item.visibility == "shared" else "")], wrap=True)
        )
    foot: list[ft.Control] = []
    if item.help and item.type not in ("clause", "check", "yesno"):
        foot.append(Soft(desk.read(item.help)))
    return ft.Column(
        [*head, body, *foot],
        spacing=8,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        key=key or item.id,
    )


# ------------------------------------------------------------------ one function a type
Draw = Callable[..., ft.Control]


def _text(
    desk: Any, item: Item, text: str, value: Any, on_change: Change, error: str, options: Any, autofocus: bool
) -> ft.Control:
    return TextItem(item, text, str(value or ""), on_change, error, autofocus, key=item.id)


@component
def TextItem(
    item: Item, text: str, value: str, on_change: Change, error: str, autofocus: bool, *, key: str | None = None
) -> ft.Control:
    """A text that is kept while it is written; a long one grows."""
    draft = use_draft(value, on_change)
    if item.type == "longtext":
        return Guarded(DraftField(text, draft, id=f"item-{item.id}", lines=3, autofocus=autofocus), draft)
    short = DraftField(text, draft, id=f"item-{item.id}", lines=1, autofocus=autofocus, limit=item.max or 500)
    return Guarded(short, draft)


@component
def NumberItem(item: Item, text: str, value: Any, on_change: Change, *, key: str | None = None) -> ft.Control:
    """A number of a form that keeps nothing once it is left."""
    words, write = ft.use_state(_shown(value))
    return _number_field(item, text, words, write, on_change)


@component
def KeptNumber(
    item: Item, text: str, value: Any, on_change: Change, about: str, *, key: str | None = None
) -> ft.Control:
    """A number of a record. What is no number is no answer, and stands there again until it is one or is taken away."""
    form = use_unfinished(_kept_as(about, item.id), _shown(value))

    def write(new: str) -> None:
        form.put(new)
        if not _why_no_number(item, new):
            form.done()  # it is in the record

    return _number_field(
        item, text, form.values, write, on_change, until="" if isinstance(value, str) else _shown(value)
    )


def _kept_as(about: str, name: str) -> str:
    return f"number.{about}.{name}"


def no_number(desk: Desk, about: str, name: str) -> str:
    """What was typed in a line of the record `about` that asks for a number, and is none."""
    return (unpacked("", desk.store.drafts.read(begun(_kept_as(about, name)))) or "").strip()


def taken_over(desk: Desk, about: str, name: str) -> None:
    """The record has by now what was typed there and was no number."""
    desk.store.drafts.forget(begun(_kept_as(about, name)))


def _shown(value: Any) -> str:
    """A number as people write it; words that were kept in its place as they are."""
    if isinstance(value, str):
        return value
    return str(the_desk().speech.value.number(value)) if isinstance(value, int | float) else ""


def _number_field(
    item: Item, text: str, words: str, write: Callable[[str], None], on_change: Change, *, until: str = ""
) -> ft.Control:
    """A number, as people write it: a comma or a point. `until`: what counts as long as this is none."""
    error = _why_no_number(item, words)
    if error and until:
        error = the_desk().say("minutes.number.until", why=error, value=until)

    def typed(new: str) -> None:
        number = None if _why_no_number(item, new) else _plain_number(new)
        if number is None:
            on_change(None)  # what was there before is not what is written now
        else:
            on_change(int(number) if number.is_integer() else number)
        write(new)

    return Field(text, words, typed, id=f"item-{item.id}", error=error, keyboard=ft.KeyboardType.NUMBER, limit=200)


def _plain_number(words: str) -> float | None:
    try:
        number = float(words.strip().replace(" ", "").replace("\u00a0", "").replace(",", "."))
    except ValueError:
        return None
    return number if abs(number) <= 1e15 else None


def _why_no_number(item: Item, words: str) -> str:
    """Why the line does not take this, as a sentence; a line that says from where to where takes whole numbers alone."""
    desk, number = the_desk(), _plain_number(words)
    if not words.strip():
        return ""
    if number is None:
        return desk.say("minutes.number.bad")
    if item.min is None and item.max is None:
        return ""
    if number.is_integer() and (item.min is None or number >= item.min) and (item.max is None or number <= item.max):
        return ""
    if item.min is not None and item.max is not None:
        return desk.say("minutes.number.between", least=item.min, most=item.max)
    if item.min is not None:
        return desk.say("minutes.number.least", least=item.min)
    return desk.say("minutes.number.most", most=item.max)


def _number(
    desk: Any, item: Item, text: str, value: Any, on_change: Change, error: str, options: Any, autofocus: bool
) -> ft.Control:
    return NumberItem(item, text, value, on_change, key=item.id)


def _date(
    desk: Any, item: Item, text: str, value: Any, on_change: Change, error: str, options: Any, autofocus: bool
) -> ft.Control:
    return DateField(text, day_of(value), lambda day: on_change(day.isoformat()), id=f"item-{item.id}")


def _datetime(
    desk: Any, item: Item, text: str, value: Any, on_change: Change, error: str, options: Any, autofocus: bool
) -> ft.Control:
    at = moment_of(value)
    now = desk.now()

    def day(new: date) -> None:
        on_change(datetime.combine(new, at.time() if at else time(now.hour)).isoformat(timespec="minutes"))

    def clock(new: time) -> None:
        on_change(datetime.combine(at.date() if at else now.date(), new).isoformat(timespec="minutes"))

    return ft.ResponsiveRow(
        [
            ft.Container(
                DateField(text, at.date() if at else None, day, id=f"item-{item.id}"), col={"xs": 12, "sm": 8}
            ),
            ft.Container(
                TimeField(desk.say("minutes.date.time"), at.time() if at else None, clock, id=f"item-{item.id}-time"),
                col={"xs": 12, "sm": 4},
            ),
        ],
        spacing=8,
        run_spacing=8,
    )


def _daterange(
    desk: Any, item: Item, text: str, value: Any, on_change: Change, error: str, options: Any, autofocus: bool
) -> ft.Control:
    first, _, last = str(value or "").partition("/")

    def change(new_first: str, new_last: str) -> None:
        on_change(f"{new_first}/{new_last}")

    return ft.ResponsiveRow(
        [
            ft.Container(
                DateField(
                    desk.say("minutes.date.from"),
                    day_of(first),
                    lambda day: change(day.isoformat(), last),
                    id=f"item-{item.id}-from",
                ),
                col={"xs": 12, "sm": 6},
            ),
            ft.Container(
                DateField(
                    desk.say("minutes.date.to"),
                    day_of(last),
                    lambda day: change(first, day.isoformat()),
                    id=f"item-{item.id}-to",
                ),
                col={"xs": 12, "sm": 6},
            ),
        ],
        spacing=8,
        run_spacing=8,
    )


def _choice(
    desk: Any, item: Item, text: str, value: Any, on_change: Change, error: str, options: Any, autofocus: bool
) -> ft.Control:
    found = options if options is not None else desk.library.choices(item)
    return ChoiceButtons(
        [Choice(option.value, words_of(desk, option)) for option in found],
        value if isinstance(value, str) else None,
        on_change,
        label=text,
        id=f"item-{item.id}",
        columns=1,
    )


def _multi(
    desk: Any, item: Item, text: str, value: Any, on_change: Change, error: str, options: Any, autofocus: bool
) -> ft.Control:
    found = options if options is not None else desk.library.choices(item)
    return Several(
        item.id,
        tuple((option.value, words_of(desk, option)) for option in found),
        chosen_of(value),
        on_change,
        most=item.max,
        key=item.id,
    )


@component
def Several(
    id: str,
    options: tuple[tuple[str, str], ...],
    chosen: frozenset[str],
    on_change: Change,
    *,
    most: int | None = None,
    key: str | None = None,
) -> ft.Control:
    """Any number of these, each a row to tick. A long list shows its beginning and what is chosen."""
    desk = use_desk()
    all_, show_all = ft.use_state(len(options) <= AT_FIRST + 2)
    shown = [one for at, one in enumerate(options) if all_ or at < AT_FIRST or one[0] in chosen]

    def turn(value: str) -> Callable[[bool], None]:
        def set_on(on: bool) -> None:
            if not (on and most and len(chosen) >= most):
                on_change(chosen | {value} if on else chosen - {value})

        return set_on

    rows: list[ft.Control] = [
        TickLine(words, value in chosen, turn(value), id=f"item-{id}-{value}", key=value) for value, words in shown
    ]
    parts: list[ft.Control] = [Rows(rows)] if rows else [Soft(desk.say("minutes.unanswered"))]
    if len(shown) < len(options):
        parts.append(
            QuietButton(
                desk.say("minutes.choose-more", count=len(options) - len(shown)),
                lambda _: show_all(True),
                ft.Icons.EXPAND_MORE,
                id=f"item-{id}-more",
            )
        )
    return ft.Column(parts, spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _yesno(
    desk: Any, item: Item, text: str, value: Any, on_change: Change, error: str, options: Any, autofocus: bool
) -> ft.Control:
    return Rows(
        [
            TickLine(
                text,
                value is True,
                on_change,
                id=f"item-{item.id}",
                subtitle=desk.read(item.help) if item.help else "",
            )
        ]
    )


def _scale(
    desk: Any, item: Item, text: str, value: Any, on_change: Change, error: str, options: Any, autofocus: bool
) -> ft.Control:
    scale = item.scale
    if scale is None:
        return Soft(desk.say("minutes.unanswered"))
    return Scale1to5(
        value if isinstance(value, int) else None,
        on_change,
        label=text,
        low=desk.read(scale.min_label),
        high=desk.read(scale.max_label),
        id=f"item-{item.id}",
        steps=scale.max,
    )


def _info(
    desk: Any, item: Item, text: str, value: Any, on_change: Change, error: str, options: Any, autofocus: bool
) -> ft.Control:
    words: list[ft.Control] = [Words(text)]
    if item.body:
        words.append(Soft(desk.read(item.body)))
    return Named(f"item-{item.id}", ft.Column(words, spacing=4, tight=True))


_FIELDS: Mapping[str, Draw] = {
    "text": _text,
    "longtext": _text,
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "daterange": _daterange,
    "choice": _choice,
    "multi": _multi,
    "yesno": _yesno,
    "clause": _yesno,
    "check": _yesno,
    "sign_item": _yesno,
    "scale": _scale,
    "skill_rating": _scale,
    "info": _info,
}
_FIELDED = frozenset({"text", "longtext", "number"})
"""Types whose field says the question itself."""
_HEADED = frozenset({"choice", "multi", "scale", "skill_rating", "daterange"})
FORM_TYPES = frozenset(_FIELDS) | LIVE
"""Every type that can be filled in."""


# ------------------------------------------------------------------ values


def words_of(desk: Any, option: Any) -> str:
    """The words of an option: a phrase of a document, or a name as it is."""
    return option.label if isinstance(option.label, str) else desk.read(option.label)


def chosen_of(value: Any) -> frozenset[str]:
    """The answer of a line with several choices."""
    if isinstance(value, str):
        return frozenset({value}) if value else frozenset()
    return (
        frozenset(one for one in value if isinstance(one, str))
        if isinstance(value, (set, frozenset, tuple, list))
        else frozenset()
    )


def day_of(value: Any) -> date | None:
    """A day that was kept as text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(str(value)).date() if value else None
    except ValueError:
        return None


def moment_of(value: Any) -> datetime | None:
    """A day and a time that were kept as text, as the clock on the wall showed them."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None) if value else None
    except ValueError:
        return None
