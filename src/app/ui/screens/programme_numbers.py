"""Numbers that the programme has called and checked, for everybody in it."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.model.queries import SettingOf
from app.services.content.library import NUMBERS_DAY
from app.ui.hooks import use_desk, use_query
from app.ui.hooks.held import use_box
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import Field, PrimaryButton, Screen, Soft, Words
from app.ui.safe import component
from app.ui.screens.rows import resumed_line
from app.ui.screens.safety import day_in_words, region_of


@component
def NumbersScreen() -> ft.Control:
    """Every number of the country, to check and to change. Another language may suggest another country."""
    region = region_of(use_desk())
    return _Numbers(region, key=region)


@component
def _Numbers(region: str, *, key: str | None = None) -> ft.Control:
    desk = use_desk()
    items = [item for item in desk.library.document("guidance.contacts").items if item.group == region]
    latest = use_box(
        lambda: {item.id: str(desk.store.ask(SettingOf(f"number.{item.id}", "")) or item.phone or "") for item in items}
    )
    form = use_unfinished("programme.numbers", latest.value)
    numbers = latest.value = form.values
    day = str(use_query(SettingOf(NUMBERS_DAY, "")) or "")

    def number_of(id: str) -> Callable[[str], None]:
        def write(value: str) -> None:
            latest.value = {**latest.value, id: value}
            form.put(latest.value)

        return write

    def confirm(_: object) -> None:
        desk.session.coordination.confirm_numbers(latest.value)
        form.done()
        desk.notice(desk.say("programme.numbers.done"))
        desk.back()

    body: list[ft.Control] = [
        Words(desk.say("programme.numbers.how")),
        Soft(
            desk.say("programme.numbers.when", day=day_in_words(desk, day))
            if day
            else desk.say("programme.numbers.never")
        ),
    ]
    body += resumed_line(desk, form)
    for item in items:
        body.append(
            Field(
                desk.read(item.text),
                numbers[item.id],
                number_of(item.id),
                id=f"number-{item.id}",
                limit=40,
                keyboard=ft.KeyboardType.PHONE,
                helper="" if item.phone else desk.say("programme.numbers.missing"),
            )
        )
    body.append(Soft(desk.say("programme.numbers.own")))
    return Screen(
        desk.say("programme.numbers"),
        body,
        back=True,
        primary=PrimaryButton(desk.say("programme.numbers.confirm"), confirm, ft.Icons.CHECK, id="numbers-confirm"),
    )
