"""What a screen shows that needs a programme when there is none: why, and the way to join one."""

from __future__ import annotations

import flet as ft

from app.ui.hooks import use_desk
from app.ui.parts.pictures import EmptyState
from app.ui.safe import component


@component
def NeedsProgramme(*, ready: bool = True) -> ft.Control:
    """Why it is not offered: no programme, or (`ready` is false) one whose coordinator has not answered."""
    desk = use_desk()
    joined = desk.session.programme.joined
    if joined is not None and joined.out:
        return EmptyState(
            desk.say("programme.out-of", name=joined.name),
            desk.say("programme.mine"),
            lambda _: desk.go("/settings/programme"),
            icon=ft.Icons.HUB_OUTLINED,
            id="needs-programme",
        )
    return EmptyState(
        desk.say("programme.none.why" if ready else "programme.not-ready"),
        desk.say("programme.none.join" if ready else "programme.mine"),
        lambda _: desk.go("/settings/programme"),
        icon=ft.Icons.HUB_OUTLINED,
        id="needs-programme",
    )
