"""Choosing skills: some of the catalogue, or one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import flet as ft

from app.services.content.library import Option
from app.ui.hooks import use_desk, use_held
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import Choice, Field, Live, QuietButton, SecondaryButton, SectionTitle
from app.ui.parts.toggles import Toggles
from app.ui.safe import component
from app.ui.screens.rows import resumed_line


@component
def SkillPicker(
    title: str,
    known: Sequence[Option],
    chosen: frozenset[str],
    on_change: Callable[[frozenset[str]], object],
    *,
    most: int,
    about: str,
    unfolded: bool = False,
    key: str = "",
) -> ft.Control:
    """Up to `most` skills. The catalogue unfolds; with `unfolded` it is open from the start."""
    desk = use_desk()
    open_, show = ft.use_state(unfolded)
    form = use_unfinished(f"skill.{about}", "")
    names = {option.value: desk.read(option.label) for option in known}
    began = use_held(lambda: chosen)  # what is chosen already stands first, and stays there
    ordered = sorted(names, key=lambda value: (value not in began, desk.speech.value.sort_key(names[value])))
    extra = sorted(chosen - names.keys())
    full = len(chosen) >= most

    def add(_: object = None) -> None:
        word = form.values.strip()
        match = next((value for value, name in names.items() if name.casefold() == word.casefold()), word)
        if word and not full:
            on_change(chosen | {match})
            form.empty()

    shown = [value for value in [*extra, *ordered] if open_ or value in chosen]
    parts: list[ft.Control] = [SectionTitle(title, desk.say("goal.skills-picked", number=len(chosen), most=most))]
    if shown:
        choices = [Choice(value, names.get(value, value)) for value in shown]
        parts.append(Toggles(choices, chosen, on_change, label=title, id="skill", most=most))
    if open_ and full:
        parts.append(Live(desk.say("goal.skills-most", number=most)))
    elif open_:
        parts += [
            *resumed_line(desk, form),
            Field(desk.say("goal.skill-own"), form.values, form.put, id="skill-own", limit=80, on_submit=add),
            ft.Row([SecondaryButton(desk.say("goal.skill-add"), add, ft.Icons.ADD, id="skill-add")]),
        ]
    if not unfolded:
        word = desk.say("goal.skills-hide" if open_ else "goal.skills-show")
        icon = ft.Icons.EXPAND_LESS if open_ else ft.Icons.EXPAND_MORE
        parts.append(ft.Row([QuietButton(word, lambda _: show(not open_), icon, id="skills-show")], wrap=True))
    return ft.Column(parts, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
