"""Who I am in Fika: a name and a role."""

from __future__ import annotations

from typing import cast

import flet as ft

from app.model.commands import IntroduceMe
from app.model.entities import Role
from app.model.queries import AboutMe
from app.ui.hooks import use_desk, use_query
from app.ui.parts import Choice, ChoiceButtons, Field, PrimaryButton, Screen, SectionTitle
from app.ui.safe import component

ROLES = ("mentor", "mentee", "coordinator", "participant")


@component
def SettingsMeScreen() -> ft.Control:
    """The name and the role; the role decides the tabs and the words of the lists."""
    desk = use_desk()
    me = use_query(AboutMe())
    name, set_name = ft.use_state(me.name if me else "")
    role, set_role = ft.use_state(me.role if me else "mentor")
    missing, miss = ft.use_state(False)

    def save(_: object) -> None:
        if not name.strip():
            miss(True)
            return
        desk.store.execute(IntroduceMe(name=name.strip(), role=cast("Role", role)))
        desk.notice(desk.say("settings.me.saved"))
        desk.back()

    return Screen(
        desk.say("settings.me"),
        [
            Field(
                desk.say("settings.me.name"),
                name,
                set_name,
                id="me-name",
                limit=120,
                error=desk.say("first.name.missing") if missing and not name.strip() else "",
            ),
            SectionTitle(desk.say("settings.me.role")),
            ChoiceButtons(
                [Choice(value, desk.say(f"settings.role.{value}")) for value in ROLES],
                role,
                set_role,
                label=desk.say("settings.me.role"),
                id="me-role",
            ),
        ],
        back=True,
        primary=PrimaryButton(desk.say("settings.me.save"), save, id="me-save"),
    )
