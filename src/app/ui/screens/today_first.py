"""A person's first day: three things to begin with, or a look around with example data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flet as ft

from app.ui.parts import EmptyState, Row, Rows

if TYPE_CHECKING:
    from app.ui.desk import Desk


def welcome(desk: Desk, name: str, role: str) -> list[ft.Control]:
    """A person's first day: three things to begin with."""
    who = role if role in ("mentor", "mentee") else "other"
    rows: list[ft.Control] = [
        Row(
            desk.say("today.empty.person"),
            lambda _: desk.go("/people/new"),
            subtitle=desk.say(f"today.empty.person.{who}"),
            icon=ft.Icons.PERSON_ADD,
            id="start-person",
        ),
        Row(
            desk.say("today.empty.plan"),
            lambda _: desk.go("/plan"),
            subtitle=desk.say("today.empty.plan.help"),
            icon=ft.Icons.EVENT,
            id="start-plan",
        ),
        Row(
            desk.say("today.empty.library"),
            lambda _: desk.go("/library"),
            subtitle=desk.say("today.empty.library.help"),
            icon=ft.Icons.MENU_BOOK,
            id="start-library",
        ),
    ]
    if role == "coordinator":
        rows.insert(
            0,
            Row(
                desk.say("today.empty.programme"),
                lambda _: desk.go("/programme"),
                subtitle=desk.say("today.empty.programme.help"),
                icon=ft.Icons.INSIGHTS,
                id="start-programme",
            ),
        )
    if not desk.session.example:
        rows.append(
            Row(
                desk.say("first.example"),
                lambda _: look_around(desk),
                subtitle=desk.say("today.empty.example.help"),
                icon=ft.Icons.EXPLORE_OUTLINED,
                id="start-example",
            )
        )
    return [
        EmptyState(
            desk.say("today.empty.title", name=name),
            help=desk.say("today.empty.line"),
            icon=ft.Icons.COFFEE_OUTLINED,
            heading=True,
        ),
        Rows(rows),
    ]


def look_around(desk: Desk) -> None:
    """Lock what is one's own, then open the example; leaving it leads to the lock screen."""
    role = desk.role

    async def open_example() -> None:
        await desk.away(lambda: desk.session.open_example(role))

    desk.lock()
    desk.notice(desk.say("first.example.working"))
    desk.later(open_example)
