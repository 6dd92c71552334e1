"""Who I am in Fika: a name and a role."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import flet as ft

from app.model.commands import IntroduceMe
from app.model.entities import Role
from app.model.queries import AboutMe
from app.ui.hooks import use_desk, use_query
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import Choice, ChoiceButtons, Field, PrimaryButton, Screen, SectionTitle
from app.ui.safe import component
from app.ui.screens.rows import resumed_line

ROLES = ("mentor", "mentee", "coordinator", "participant")


@dataclass(frozen=True)
class Introduced:
    """Who I am, while it is being changed."""

    name: str
    role: str


@component
def SettingsMeScreen() -> ft.Control:
    """The name and the role; the role decides the tabs and the words of the lists."""
    desk = use_desk()
    me = use_query(AboutMe())
    form = use_unfinished("me", Introduced(me.name if me else "", me.role if me else "mentor"))
    name, role = form.values.name, form.values.role
    missing, miss = ft.use_state(False)

    def save(_: object) -> None:
        if not name.strip():
            miss(True)
            return
        desk.store.execute(IntroduceMe(name=name.strip(), role=cast("Role", role)))
        form.done()
        desk.notice(desk.say("settings.me.saved"))
        desk.back()

    return Screen(
        desk.say("settings.me"),
        [
            *resumed_line(desk, form),
            Field(
                desk.say("settings.me.name"),
                name,
                lambda name: form.put(replace(form.values, name=name)),
                id="me-name",
                limit=120,
                error=desk.say("first.name.missing") if missing and not name.strip() else "",
            ),
            SectionTitle(desk.say("settings.me.role")),
            ChoiceButtons(
                [Choice(value, desk.say(f"settings.role.{value}")) for value in ROLES],
                role,
                lambda role: form.put(replace(form.values, role=role)),
                label=desk.say("settings.me.role"),
                id="me-role",
            ),
        ],
        back=True,
        primary=PrimaryButton(desk.say("settings.me.save"), save, id="me-save"),
    )
