"""Checking the vault: everything is read from the disk again, and one sentence says how it is."""

from __future__ import annotations

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_desk
from app.ui.parts import Busy, Live, Row
from app.ui.safe import component

MEGA = 1_000_000


@component
def CheckRow() -> ft.Control:
    """The row that starts it; what came of it stands under the row and is read out."""
    desk = use_desk()
    told, tell = ft.use_state("")
    broken, set_broken = ft.use_state(False)
    busy, run = use_busy()

    def whole(size: int) -> None:
        tell(desk.say("settings.check.whole", size=size_of(desk, size)))

    def damaged(fault: Exception) -> None:
        set_broken(True)
        tell(f"{desk.sentence(fault)} {desk.say('settings.check.damaged')}")

    def check(_: object = None) -> None:
        tell("")
        set_broken(False)
        desk.flush()
        run(desk.session.check, whole, damaged)

    parts: list[ft.Control] = [
        Row(
            desk.say("settings.check"),
            check,
            subtitle=desk.say("settings.check.help"),
            icon=ft.Icons.FACT_CHECK_OUTLINED,
            chevron=False,
            id="data-check",
        )
    ]
    if busy:
        parts.append(_under(Busy(desk.say("settings.check.working"))))
    elif told:
        icon, color = (ft.Icons.ERROR_OUTLINE, theme.ERROR) if broken else (ft.Icons.CHECK_CIRCLE, theme.PRIMARY)
        parts.append(_under(Live(told, icon, color)))
    return ft.Column(parts, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def size_of(desk: Desk, size: int) -> str:
    """So many megabytes, at least a tenth of one."""
    return desk.say("settings.check.size", number=desk.speech.value.number(max(0.1, round(size / MEGA, 1))))


def _under(line: ft.Control) -> ft.Control:
    return ft.Container(line, padding=ft.Padding.only(left=16, right=16, bottom=14))
