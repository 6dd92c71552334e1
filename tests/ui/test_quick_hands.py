"""Events that wait behind each other: a handler is never staler than what the person sees."""

from __future__ import annotations

import asyncio

import flet as ft

from app.ui.hooks import Draft, use_draft, use_watch
from app.ui.parts import DraftField, Field, PrimaryButton, Stepper, Words
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


@component
def Written(drafts: list[Draft], saved: list[str]) -> ft.Control:
    """A text that saves itself, in the part that also tells what became of it."""
    draft = use_draft("", saved.append)
    drafts.append(draft)
    kept = use_watch(draft.kept)
    return ft.Column([Words("sparat" if kept.at else "osparat"), DraftField("ord", draft, id="words")])


def on_screen(app: Stage, field: ft.Control) -> object:
    """What the other end was last told to show in a field."""
    assert app.line.mirror
    return next(node for node in app.line.mirror._controls() if node["_i"] == field._i).get("value", "")


async def test_a_letter_that_comes_as_the_pause_ends_is_kept(stage: OpenStage) -> None:
    """Its text is here, its change is not yet, and the part is drawn because what was typed before is saved now."""
    drafts, saved = list[Draft](), list[str]()
    app = await stage(screen=lambda: Written(drafts, saved))
    await app.type("words", "H")
    field = app.field("words")
    app.session.apply_patch(field._i, {"value": "He"})
    drafts[0].flush()
    await app.settle()
    assert on_screen(app, field) == "", "the letter was taken back"
    await app.session.dispatch_event(field._i, "change", "He")
    drafts[0].flush()
    assert saved == ["H", "He"]


async def test_a_letter_that_comes_while_the_one_before_it_is_drawn_is_kept(stage: OpenStage) -> None:
    app = await stage(screen=Form)
    field, button = app.field("name"), app.usable("save", "click")
    app.session.apply_patch(field._i, {"value": "Y"})
    first = asyncio.create_task(app.session.dispatch_event(field._i, "change", "Y"))
    await asyncio.sleep(0)
    app.session.apply_patch(field._i, {"value": "Yu"})
    await asyncio.gather(first, app.session.dispatch_event(field._i, "change", "Yu"))
    await app.tap(button)
    assert app.has("sparat Yu")
    assert on_screen(app, field) == ""
