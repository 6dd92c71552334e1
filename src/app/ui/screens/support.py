"""Support for the mentor: somebody to talk to one tap away after each meeting, and the days for supervision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import flet as ft

from app.model.commands import Delete, PlanSupervision, Restore, Revise
from app.model.entities import Supervision
from app.model.queries import Supervisions, SupervisionsMine
from app.ui import routes, theme
from app.ui.desk import Desk
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    DateField,
    Field,
    Live,
    QuietButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    VisibilityChip,
    Words,
)
from app.ui.safe import component
from app.ui.screens.rows import resumed_line
from app.ui.theme import Style

HELD = 5
"""How many of those behind are shown."""


@dataclass(frozen=True)
class Talk:
    """A talk that is being planned: when, and with whom."""

    on: date | None
    whom: str


@component
def SupportScreen(meeting: str = "") -> ft.Control:
    """Whom to talk to, what helps, and when one talks about it with somebody next."""
    desk, now = use_desk(), use_clock()
    found: Supervisions = use_query(SupervisionsMine())
    form = use_unfinished("support", Talk(None, found.held[0].whom if found.held else ""))
    on, whom = form.values.on, form.values.whom
    missing, set_missing = ft.use_state(False)
    today = now.date()

    def plan(_: object = None) -> None:
        if on is None:
            set_missing(True)
            return
        done = desk.store.execute(PlanSupervision(on=on, whom=whom.strip()))
        form.put(Talk(None, whom))
        form.done()
        set_missing(False)
        desk.notice(
            desk.say("support.planned", day=desk.speech.value.near_day(on, today)),
            undo=(lambda: desk.store.execute(done.undo)) if done.undo else None,
        )

    parts: list[ft.Control] = [
        Words(desk.say("support.intro"), Style.NOTE),
        SectionTitle(desk.say("support.talk")),
        Rows(_talk(desk, meeting)),
        SectionTitle(desk.say("support.read")),
        Rows(_read(desk)),
        SectionTitle(desk.say("support.supervision")),
        ft.Row([VisibilityChip("only_me")], wrap=True),
    ]
    if found.coming:
        parts.append(Rows([_coming(desk, one, today) for one in found.coming]))
    else:
        parts.append(Soft(desk.say("support.none"), Style.BODY))
    parts += [
        *resumed_line(desk, form),
        DateField(desk.say("support.when"), on, lambda on: form.put(replace(form.values, on=on)), id="supervision-day"),
        Field(
            desk.say("support.whom"),
            whom,
            lambda whom: form.put(replace(form.values, whom=whom)),
            id="supervision-whom",
            limit=120,
        ),
    ]
    if missing and on is None:
        parts.append(Live(desk.say("support.day-missing"), ft.Icons.INFO_OUTLINE, theme.ACCENT))
    parts.append(SecondaryButton(desk.say("support.plan"), plan, ft.Icons.EVENT, id="plan-supervision", strong=True))
    if found.held:
        lines: list[ft.Control] = [
            Row(
                desk.speech.value.day_year(one.on) if one.on else "–",
                subtitle=one.whom,
                icon=ft.Icons.TASK_ALT,
                key=one.id,
            )
            for one in found.held[:HELD]
        ]
        parts += [SectionTitle(desk.say("support.held")), Rows(lines)]
    return Screen(desk.say("support.title"), parts, back=True)


def _talk(desk: Desk, meeting: str) -> list[ft.Control]:
    """The coordinator first; where there is none, the numbers; then what one writes for oneself."""
    contact = "/contact" if routes.find("/contact") is not None else "/safety"
    note = f"/meeting/{meeting}/note" if meeting else "/note/new"
    return [
        _to(desk, "contact", contact, ft.Icons.SUPPORT_AGENT),
        _to(desk, "safety", "/safety", ft.Icons.SHIELD),
        _to(desk, "note", note, ft.Icons.EDIT_NOTE),
    ]


def _read(desk: Desk) -> list[ft.Control]:
    return [
        _to(desk, "boundaries", "/document/prompts.boundaries", ft.Icons.FENCE),
        _to(desk, "training", "/document/training.mentor", ft.Icons.SCHOOL_OUTLINED),
    ]


def _to(desk: Desk, name: str, path: str, icon: ft.IconData) -> ft.Control:
    return Row(
        desk.say(f"support.{name}"),
        lambda _: desk.go(path),
        subtitle=desk.say(f"support.{name}.help"),
        icon=icon,
        id=f"support-{name}",
        key=name,
    )


def _coming(desk: Desk, one: Supervision, today: date) -> ft.Control:
    """A day to come, or one that has passed: held with one tap, or taken away."""
    day = desk.speech.value.near_day(one.on, today) if one.on else ""
    words: list[ft.Control] = [Words(day[:1].upper() + day[1:], Style.STRONG)]
    if one.whom:
        words.append(Soft(one.whom))

    def held(_: object) -> None:
        done = desk.store.execute(Revise(kind="supervision", id=one.id, values={"held": True}))
        _told(desk, "support.was-held", done)

    def remove(_: object) -> None:
        desk.store.execute(Delete(kind="supervision", id=one.id))
        desk.notice(
            desk.say("support.removed"), undo=lambda: desk.store.execute(Restore(kind="supervision", id=one.id))
        )

    buttons: list[ft.Control] = [
        _button(desk, "hold", day, held, ft.Icons.CHECK, one.id),
        _button(desk, "remove", day, remove, ft.Icons.DELETE_OUTLINE, one.id),
    ]
    return ft.Container(
        ft.Column(
            [*words, ft.Row(buttons, wrap=True, spacing=8)],
            spacing=2,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        padding=ft.Padding.only(left=16, right=8, top=12, bottom=4),
        key=one.id,
    )


def _button(desk: Desk, word: str, day: str, press: Callable[[object], None], icon: ft.IconData, id: str) -> ft.Control:
    words = desk.say(f"support.{word}")
    return QuietButton(words, press, icon, id=f"supervision-{word}-{id}", said=f"{words}: {day}")


def _told(desk: Desk, key: str, done: Any) -> None:
    desk.notice(desk.say(key), undo=(lambda: desk.store.execute(done.undo)) if done.undo else None)
