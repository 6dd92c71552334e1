"""Events that wait behind each other: a handler is never staler than what the person sees."""

from __future__ import annotations

import asyncio

import flet as ft

from app.ui.parts import Field, PrimaryButton, Stepper, Words
from app.ui.safe import component
from tests.ui.conftest import OpenStage, Stage


@component
def Form() -> ft.Control:
    """A name and a button that says what it saw."""
    name, set_name = ft.use_state("")
    seen, see = ft.use_state("-")
    return ft.Column(
        [
            Field("namn", name, set_name, id="name"),
            PrimaryButton("spara", lambda: see(name), id="save"),
            Words(f"sparat {seen}"),
        ]
    )


@component
def Counter() -> ft.Control:
    """Two buttons and what they came to."""
    count, set_count = ft.use_state(0)
    return ft.Column(
        [
            Stepper("färre", "fler", lambda: set_count(count - 1), lambda: set_count(count + 1), id="step"),
            Words(f"nu {count}"),
        ]
    )


async def at_once(app: Stage, *events: tuple[ft.Control, str, object]) -> None:
    """All these events arrive in one turn of the loop, as from a busy phone."""
    tasks = []
    for control, event, data in events:
        if event == "change":
            app.session.apply_patch(control._i, {"value": data})
        tasks.append(asyncio.create_task(app.session.dispatch_event(control._i, event, data)))
    await asyncio.gather(*tasks)
    await app.settle()


async def test_a_tap_right_behind_the_last_letter_sees_the_letter(stage: OpenStage) -> None:
    app = await stage(screen=Form)
    field, button = app.field("name"), app.usable("save", "click")
    await at_once(app, (field, "change", "Y"), (field, "change", "Yusuf"), (button, "click", None))
    assert app.has("sparat Yusuf")


async def test_two_quick_taps_count_twice(stage: OpenStage) -> None:
    app = await stage(screen=Counter)
    more = next(c for c in app.walk() if getattr(c, "on_click", None) and "fler" in (app.name(c) or ""))
    await at_once(app, (more, "click", None), (more, "click", None))
    assert app.has("nu 2")
