"""Reading a document: every type of line that the content has, each drawn in its own way.

Nothing is filled in here. A line that asks for an answer shows what kind of answer it wants; a line that leads
somewhere has a button when that screen exists. `READERS` names every type of schema 1; a test
holds the two side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import flet as ft

from app.services.content.documents import Document, Group, Item, Phrase
from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts.buttons import SHAPE, QuietButton
from app.ui.parts.surfaces import Card, Chip, Rows
from app.ui.parts.text import SectionTitle, Soft, Symbol, Words
from app.ui.theme import Style

Open = Callable[[str], Callable[[], object] | None]
"""Given an `action` of the content: what to do when it is pressed, or nothing while its screen does not exist."""

_FLOWING: Final = frozenset(
    {"skill", "term", "module", "message", "indicator", "contact", "topic", "prompt", "example"}
)
"""Types that stand in cards of their own; the others share one card, with hairlines between them."""

_SEEN: Final[Mapping[str, tuple[ft.IconData, str, str]]] = {
    "private": (ft.Icons.LOCK, theme.PRIVATE, theme.PRIVATE_CONTAINER),
    "shared": (ft.Icons.GROUP, theme.SHARED, theme.SHARED_CONTAINER),
    "aggregate": (ft.Icons.GROUPS, theme.SHARED, theme.SHARED_CONTAINER),
    "coordinator": (ft.Icons.SUPPORT_AGENT, theme.INK, theme.RAISED),
    "safety_lead": (ft.Icons.SHIELD, theme.INK, theme.RAISED),
}


@dataclass(frozen=True)
class Reader:
    """What the lines of one document are drawn with."""

    desk: Desk
    document: Document
    open: Open
    role: str | None = None
    number: int = 0

    def say(self, key: str, **facts: object) -> str:
        """A sentence of the library."""
        return self.desk.say(f"library.{key}", **facts)

    def read(self, phrase: Phrase) -> str:
        """A phrase of the document."""
        return self.desk.read(phrase)


def ReadDocument(reader: Reader) -> list[ft.Control]:
    """All the lines of the document for the reader's role, under their headings."""
    parts: list[ft.Control] = []
    for group, items in reader.document.in_groups(reader.role):
        parts.extend(_group(reader, group, items))
    return parts


def ReadItem(reader: Reader, item: Item) -> ft.Control:
    """One line, in the way of its type."""
    return READERS.get(item.type, _unknown)(reader, item)


def _group(reader: Reader, group: Group | None, items: Sequence[Item]) -> list[ft.Control]:
    parts: list[ft.Control] = []
    if group is not None:
        parts.append(SectionTitle(reader.read(group.title)))
    if all(item.type == "skill" for item in items):
        return [
            *parts,
            ft.Row([ReadItem(reader, item) for item in items], wrap=True, spacing=8, run_spacing=8),
        ]
    if all(item.type == "term" for item in items):
        items = sorted(items, key=lambda item: reader.desk.speech.value.sort_key(reader.read(item.text)))
        return [*parts, Rows([ReadItem(reader, item) for item in items])]
    together: list[ft.Control] = []
    number = 0
    for item in items:
        number += item.type in {"step", "clause"}
        line = ReadItem(Reader(reader.desk, reader.document, reader.open, reader.role, number), item)
        if item.type in _FLOWING:
            if together:
                parts.append(Rows(together))
                together = []
            parts.append(Card(line))
        else:
            together.append(_padded(line))
    if together:
        parts.append(Rows(together))
    return parts


# ---------------------------------------------------------------- pieces


def _padded(line: ft.Control) -> ft.Control:
    return ft.Container(content=line, padding=ft.Padding.symmetric(vertical=14, horizontal=16))


def _column(parts: Sequence[ft.Control | None]) -> ft.Control:
    return ft.Column(
        [part for part in parts if part is not None],
        spacing=8,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _marked(icon: ft.IconData, color: str, parts: Sequence[ft.Control | None]) -> ft.Control:
    """An icon, and what belongs to it beside it."""
    column = _column(parts)
    column.expand = True
    return ft.Row(
        [ft.Container(Symbol(icon, color, 22), padding=ft.Padding.only(top=2)), column],
        spacing=14,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def _numbered(number: int, parts: Sequence[ft.Control | None]) -> ft.Control:
    column = _column(parts)
    column.expand = True
    badge = ft.Container(
        content=Words(str(number), Style.LABEL, theme.ON_PRIMARY_CONTAINER, align=ft.TextAlign.CENTER),
        bgcolor=theme.PRIMARY_CONTAINER,
        border_radius=14,
        padding=ft.Padding.symmetric(vertical=3, horizontal=9),
    )
    return ft.Row([badge, column], spacing=14, vertical_alignment=ft.CrossAxisAlignment.START)


def _help(reader: Reader, item: Item) -> ft.Control | None:
    return Soft(reader.read(item.help)) if item.help else None


def _say(reader: Reader, item: Item) -> ft.Control | None:
    """Words to use, as somebody would say them."""
    if item.say is None:
        return None
    return ft.Container(
        content=_column([Soft(reader.say("say")), Words(reader.read(item.say), Style.BODY, theme.INK)]),
        bgcolor=theme.RAISED,
        border_radius=10,
        padding=ft.Padding.symmetric(vertical=10, horizontal=14),
    )


def _ask(reader: Reader, item: Item) -> ft.Control | None:
    if not item.ask:
        return None
    lines: list[ft.Control | None] = [Soft(reader.say("ask"))]
    lines.extend(_bullet(ft.Icons.CHAT_BUBBLE_OUTLINE, reader.read(phrase)) for phrase in item.ask)
    return _column(lines)


def _bullet(icon: ft.IconData, text: str) -> ft.Control:
    return ft.Row(
        [
            ft.Container(Symbol(icon, theme.INK_SOFT, 18), padding=ft.Padding.only(top=3)),
            Words(text, expand=True),
        ],
        spacing=10,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def _example(reader: Reader, item: Item) -> ft.Control | None:
    return Soft(reader.say("example", text=reader.read(item.example))) if item.example else None


def _marks(reader: Reader, item: Item) -> ft.Control | None:
    """What there is to know about a line in a word each: important, for whom, who sees the answer."""
    chips: list[ft.Control] = []
    if item.critical:
        chips.append(Chip(reader.say("critical"), ft.Icons.PRIORITY_HIGH, color=theme.ACCENT))
    if item.seed_item is not None:
        chips.append(Chip(reader.say("seed"), ft.Icons.LOOKS_ONE_OUTLINED))
    if item.optional:
        chips.append(Chip(reader.say("optional")))
    if item.opt_in:
        chips.append(Chip(reader.say("opt-in")))
    if item.region and item.type != "contact":
        chips.append(Chip(reader.say("only-in", region=reader.say(f"region.{item.region}")), ft.Icons.PUBLIC))
    if item.roles and item.roles != reader.document.roles:
        roles = reader.desk.speech.value.listing(reader.say(f"for.{role}") for role in in_order(item.roles))
        chips.append(Chip(reader.say("only-for", roles=roles), ft.Icons.PERSON_OUTLINE))
    if item.visibility != reader.document.visibility:
        icon, color, ground = _SEEN[item.visibility]
        chips.append(Chip(reader.say(f"seen.{item.visibility}"), icon, color=color, ground=ground))
    return ft.Row(chips, wrap=True, spacing=8, run_spacing=8) if chips else None


def in_order(roles: frozenset[str]) -> list[str]:
    """Roles in the order in which people think of them."""
    return [role for role in ("mentor", "mentee", "coordinator", "participant") if role in roles]


def _way(reader: Reader, item: Item) -> ft.Control | None:
    """A button to where the line leads, once that exists."""
    press = reader.open(item.action) if item.action else None
    if press is None:
        return None
    name = reader.say("open-name", title=reader.read(item.text))
    button = QuietButton(reader.say("open"), press, ft.Icons.ARROW_FORWARD, id=f"open-{item.id}", said=name)
    return ft.Row([button], alignment=ft.MainAxisAlignment.START)


def _body(reader: Reader, item: Item, *more: ft.Control | None) -> list[ft.Control | None]:
    """The words of a line with everything that may hang on them."""
    return [
        Words(reader.read(item.text)),
        _help(reader, item),
        _ask(reader, item),
        *more,
        _say(reader, item),
        _example(reader, item),
        _marks(reader, item),
        _way(reader, item),
    ]


# ---------------------------------------------------------------- lines that are read


def _check(reader: Reader, item: Item) -> ft.Control:
    return _marked(ft.Icons.CHECK_BOX_OUTLINE_BLANK, theme.LINE, _body(reader, item))


def _clause(reader: Reader, item: Item) -> ft.Control:
    return _numbered(reader.number, _body(reader, item))


def _step(reader: Reader, item: Item) -> ft.Control:
    return _numbered(reader.number, _body(reader, item))


def _dont(reader: Reader, item: Item) -> ft.Control:
    return _marked(ft.Icons.DO_NOT_DISTURB_ON_OUTLINED, theme.ACCENT, _body(reader, item))


def _sign_item(reader: Reader, item: Item) -> ft.Control:
    return _marked(ft.Icons.VISIBILITY_OUTLINED, theme.INK_SOFT, _body(reader, item))


def _info(reader: Reader, item: Item) -> ft.Control:
    return _marked(ft.Icons.INFO_OUTLINE, theme.INK_SOFT, _body(reader, item))


def _action(reader: Reader, item: Item) -> ft.Control:
    color = theme.ACCENT if item.critical else theme.PRIMARY
    return _marked(ft.Icons.ARROW_CIRCLE_RIGHT_OUTLINED, color, _body(reader, item))


def _link(reader: Reader, item: Item) -> ft.Control:
    return _marked(ft.Icons.LINK, theme.PRIMARY, _body(reader, item))


def _prompt(reader: Reader, item: Item) -> ft.Control:
    return _column([Words(reader.read(item.text), Style.NOTE), *_body(reader, item)[1:]])


def _topic(reader: Reader, item: Item) -> ft.Control:
    return _column([Words(reader.read(item.text), Style.STRONG), *_body(reader, item)[1:]])


def _skill(reader: Reader, item: Item) -> ft.Control:
    return Chip(reader.read(item.text), style=Style.BODY)


def _module(reader: Reader, item: Item) -> ft.Control:
    text = ft.Semantics(header=True, heading_level=3, content=Words(reader.read(item.text), Style.STRONG))
    body = Words(reader.read(item.body)) if item.body else None
    return _column([text, body, *_body(reader, item)[1:]])


def _example_line(reader: Reader, item: Item) -> ft.Control:
    if reader.document.kind == "goal":
        shown = ft.Container(
            content=_column(
                [
                    Words(reader.say("vague"), Style.LABEL, theme.ON_PRIMARY_CONTAINER),
                    Words(reader.read(item.example), color=theme.ON_PRIMARY_CONTAINER) if item.example else None,
                ]
            ),
            bgcolor=theme.PRIMARY_CONTAINER,
            border_radius=10,
            padding=14,
        )
        return _column([Soft(reader.read(item.text), Style.BODY), shown])
    example = Words(reader.read(item.example)) if item.example else None
    return _column([Words(reader.read(item.text), Style.LABEL, theme.INK_SOFT), example])


def _term(reader: Reader, item: Item) -> ft.Control:
    other = item.text.en if reader.desk.speech.value.language == "sv" else item.text.sv
    return ft.Container(
        padding=ft.Padding.symmetric(vertical=10, horizontal=16),
        content=ft.ResponsiveRow(
            [
                ft.Container(Words(reader.read(item.text), Style.STRONG), col={"xs": 6}),
                ft.Container(Soft(other, Style.BODY), col={"xs": 6}),
            ],
            columns=12,
            spacing=12,
        ),
    )


def _message(reader: Reader, item: Item) -> ft.Control:
    text = reader.read(item.text)
    copy = _device(
        reader.say("copy"),
        ft.Icons.CONTENT_COPY,
        ft.CopyToClipboard(text),
        id=f"copy-{item.id}",
        name=reader.say("copy-name", text=text),
        then=lambda: reader.desk.notice(reader.say("copied")),
    )
    return _column([Words(text), _marks(reader, item), ft.Row([copy])])


def _indicator(reader: Reader, item: Item) -> ft.Control:
    target = None
    if item.target is not None:
        target = Chip(reader.say("target", value=_target(reader, item)), ft.Icons.FLAG_OUTLINED)
    note = Soft(reader.read(item.note)) if item.note else None
    return _column([Words(reader.read(item.text)), note, target])


def _target(reader: Reader, item: Item) -> str:
    """A share as per cent, anything else as the number it is."""
    value = item.target or 0
    if "/" in (item.formula or ""):
        return reader.desk.speech.value.percent(value)
    return reader.desk.speech.value.number(value)


def _contact(reader: Reader, item: Item) -> ft.Control:
    name = Words(reader.read(item.text), Style.STRONG)
    if not item.phone:
        return _column([name, _help(reader, item), Soft(reader.say("phone-own"))])
    digits = "".join(c for c in item.phone if c.isdigit() or c == "+")
    call = _device(
        reader.say("phone", phone=item.phone),
        ft.Icons.CALL,
        ft.OpenUrl(f"tel:{digits}"),
        id=f"call-{item.id}",
        name=reader.say("phone-name", name=reader.read(item.text), phone=item.phone),
    )
    verify = Soft(reader.say("verify")) if item.verify_before_use else None
    return _column([name, _help(reader, item), ft.Row([call]), verify])


def _device(
    text: str,
    icon: ft.IconData,
    action: ft.ClientAction,
    *,
    id: str,
    name: str,
    then: Callable[[], object] | None = None,
) -> ft.Control:
    """A button whose work the device does itself inside the press: call, copy."""
    face = ft.Row([Symbol(icon, theme.INK, 22), Words(text)], spacing=10, tight=True)
    button = ft.OutlinedButton(
        content=face,
        action=action,
        on_click=(lambda _: then()) if then else None,
        style=ft.ButtonStyle(
            bgcolor=theme.SURFACE,
            side=ft.BorderSide(1, theme.LINE),
            shape=SHAPE,
            padding=ft.Padding.symmetric(vertical=13, horizontal=14),
        ),
    )
    return ft.MergeSemantics(content=ft.Semantics(identifier=id, label=name, content=button))


# ---------------------------------------------------------------- lines that ask for something


def _asks(icon: ft.IconData, key: str) -> Callable[[Reader, Item], ft.Control]:
    def asked(reader: Reader, item: Item) -> ft.Control:
        return _wanted(reader, item, icon, reader.say(f"answer.{key}"))

    return asked


def _wanted(reader: Reader, item: Item, icon: ft.IconData, answer: str) -> ft.Control:
    """A question and what kind of answer it wants."""
    if item.required and item.type != "sign":
        answer = f"{answer} · {reader.say('required')}"
    return _column(
        [
            Words(reader.read(item.text), Style.STRONG),
            _help(reader, item),
            _ask(reader, item),
            ft.Row(
                [Symbol(icon, theme.INK_SOFT, 18), Soft(answer, expand=True)],
                spacing=8,
            ),
            _options(reader, item),
            _example(reader, item),
            _marks(reader, item),
            _way(reader, item),
        ]
    )


def _options(reader: Reader, item: Item) -> ft.Control | None:
    options = reader.desk.library.choices(item) if item.source else item.options or item.rows
    parts: list[ft.Control | None] = []
    if options:
        chips: list[ft.Control] = [
            _option(reader.read(option.label), option.value == item.default) for option in options
        ]
        parts.append(ft.Row(chips, wrap=True, spacing=8, run_spacing=8))
        chosen = next((option for option in options if option.value == item.default), None)
        if chosen:
            parts.append(Soft(reader.say("default", value=reader.read(chosen.label))))
    elif item.default is not None and not isinstance(item.default, tuple | bool):
        parts.append(Soft(reader.say("default", value=str(item.default))))
    if item.custom:
        parts.append(Soft(reader.say("answer.custom")))
    return _column(parts) if parts else None


def _option(text: str, chosen: bool) -> ft.Control:
    """An answer that could be given: drawn, not to be pressed."""
    chip = Chip(text, ft.Icons.CHECK if chosen else None, ground=theme.SURFACE)
    if isinstance(chip, ft.Container):
        chip.border = ft.Border.all(1, theme.EDGE)
    return chip


def _number(reader: Reader, item: Item) -> ft.Control:
    if item.min is not None and item.max is not None:
        answer = reader.say("answer.number-between", min=item.min, max=item.max)
    elif item.min is not None:
        answer = reader.say("answer.number-from", min=item.min)
    elif item.max is not None:
        answer = reader.say("answer.number-to", max=item.max)
    else:
        answer = reader.say("answer.number")
    return _wanted(reader, item, ft.Icons.NUMBERS, answer)


def _multi(reader: Reader, item: Item) -> ft.Control:
    answer = reader.say("answer.multi-max", max=item.max) if item.max else reader.say("answer.multi")
    return _wanted(reader, item, ft.Icons.CHECKLIST, answer)


def _tasks(reader: Reader, item: Item) -> ft.Control:
    answer = reader.say("answer.tasks-max", max=item.max) if item.max else reader.say("answer.tasks")
    return _wanted(reader, item, ft.Icons.TASK_ALT, answer)


def _scaled(key: str) -> Callable[[Reader, Item], ft.Control]:
    def scale(reader: Reader, item: Item) -> ft.Control:
        if item.scale is None:
            return _wanted(reader, item, ft.Icons.LINEAR_SCALE, reader.say("answer.number"))
        low, high = item.scale.min, item.scale.max
        row = ft.Semantics(
            exclude_semantics=True,
            content=ft.Column(
                [
                    ft.Row(
                        [
                            ft.Container(
                                Words(str(step), Style.SMALL, theme.INK_SOFT, align=ft.TextAlign.CENTER),
                                border=ft.Border.all(1, theme.EDGE),
                                border_radius=8,
                                padding=ft.Padding.symmetric(vertical=6),
                                expand=True,
                            )
                            for step in item.scale.steps
                        ],
                        spacing=4,
                    ),
                    ft.Row(
                        [
                            Soft(reader.read(item.scale.min_label), Style.LABEL, expand=True),
                            Words(
                                reader.read(item.scale.max_label),
                                Style.LABEL,
                                theme.INK_SOFT,
                                expand=True,
                                align=ft.TextAlign.END,
                            ),
                        ]
                    ),
                ],
                spacing=4,
            ),
        )
        answer = reader.say(f"answer.{key}", min=low, max=high)
        ends = reader.say(
            "answer.scale-ends", low=reader.read(item.scale.min_label), high=reader.read(item.scale.max_label)
        )
        return _column(
            [
                _wanted(reader, item, ft.Icons.LINEAR_SCALE, answer),
                ft.Semantics(label=ends, content=row),
            ]
        )

    return scale


def _unknown(reader: Reader, item: Item) -> ft.Control:
    return _marked(ft.Icons.HELP_OUTLINE, theme.INK_SOFT, [Words(reader.read(item.text)), Soft(reader.say("unknown"))])


READERS: Final[Mapping[str, Callable[[Reader, Item], ft.Control]]] = {
    "action": _action,
    "check": _check,
    "choice": _asks(ft.Icons.RADIO_BUTTON_CHECKED, "choice"),
    "clause": _clause,
    "confirm": _asks(ft.Icons.HANDSHAKE_OUTLINED, "confirm"),
    "contact": _contact,
    "date": _asks(ft.Icons.EVENT, "date"),
    "daterange": _asks(ft.Icons.DATE_RANGE, "daterange"),
    "datetime": _asks(ft.Icons.SCHEDULE, "datetime"),
    "dont": _dont,
    "example": _example_line,
    "goalprogress": _asks(ft.Icons.TRENDING_UP, "goalprogress"),
    "goals": _asks(ft.Icons.FLAG_OUTLINED, "goals"),
    "indicator": _indicator,
    "info": _info,
    "link": _link,
    "longtext": _asks(ft.Icons.NOTES, "longtext"),
    "message": _message,
    "module": _module,
    "multi": _multi,
    "number": _number,
    "people": _asks(ft.Icons.PEOPLE_OUTLINE, "people"),
    "prompt": _prompt,
    "scale": _scaled("scale"),
    "sign": _asks(ft.Icons.DRAW_OUTLINED, "sign"),
    "sign_item": _sign_item,
    "skill": _skill,
    "skill_rating": _scaled("skill_rating"),
    "step": _step,
    "table": _asks(ft.Icons.TABLE_ROWS_OUTLINED, "table"),
    "taskreview": _asks(ft.Icons.FACT_CHECK_OUTLINED, "taskreview"),
    "tasks": _tasks,
    "term": _term,
    "text": _asks(ft.Icons.SHORT_TEXT, "text"),
    "topic": _topic,
    "yesno": _asks(ft.Icons.TOGGLE_ON_OUTLINED, "yesno"),
}
