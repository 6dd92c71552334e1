"""About: what Fika protects and what it cannot, a self-test, versions and licences."""

from __future__ import annotations

from typing import Any, cast

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_desk, use_watch
from app.ui.parts import Card, Live, Rows, Screen, SectionTitle, Soft, Words
from app.ui.safe import component
from app.ui.theme import Style

CAN = ("rest", "offline", "crash", "notice")
CANNOT = ("open", "guess", "both", "browser")
LICENCES = ("fika", "font")
OURS = ("fika", "vault")


@component
def AboutScreen() -> ft.Control:
    """Said plainly, for somebody who decides whether to trust it."""
    desk = use_desk()
    use_watch(desk.speech)
    tested, test = ft.use_state(cast("Any", None))
    _, run = use_busy()
    parts = ft.use_memo(lambda: tuple(desk.session.about()), [])
    ft.use_effect(lambda: run(desk.session.self_test, test, lambda _: test(False)), [])

    def points(area: str, names: tuple[str, ...], icon: ft.IconData, color: str) -> ft.Control:
        return Card(
            [
                ft.Row(
                    [
                        ft.Icon(icon, color=color, size=22),
                        Words(desk.say(f"settings.about.{area}.{name}"), expand=True),
                    ],
                    spacing=12,
                    vertical_alignment=ft.CrossAxisAlignment.START,
                )
                for name in names
            ],
            spacing=12,
        )

    if tested is None:
        line = Live(desk.say("settings.about.selftest.running"), ft.Icons.HOURGLASS_EMPTY)
    elif tested:
        line = Live(desk.say("settings.about.selftest.ok"), ft.Icons.VERIFIED_USER, theme.PRIMARY)
    else:
        line = Live(desk.say("settings.about.selftest.failed"), ft.Icons.ERROR_OUTLINE, theme.ERROR)
    return Screen(
        desk.say("settings.about"),
        [
            SectionTitle(desk.say("settings.about.can")),
            points("can", CAN, ft.Icons.CHECK_CIRCLE, theme.PRIMARY),
            SectionTitle(desk.say("settings.about.cannot")),
            points("cannot", CANNOT, ft.Icons.INFO_OUTLINE, theme.ACCENT),
            line,
            SectionTitle(desk.say("settings.about.parts")),
            Rows([_part(_called(desk, name), version) for name, version in parts if version]),
            SectionTitle(desk.say("settings.about.licences")),
            Card([Soft(desk.say(f"settings.about.licence.{name}")) for name in LICENCES], spacing=6),
        ],
        back=True,
    )


def _called(desk: Desk, name: str) -> str:
    """What people call a part: our own by a word, the others by their names."""
    return desk.say(f"settings.about.part.{name}") if name in OURS else name


def _part(name: str, version: str) -> ft.Control:
    """One part and its version, as one line to read out."""
    return ft.MergeSemantics(
        ft.Container(
            ft.Row([Words(name, expand=True), Words(version, Style.BODY, theme.INK_SOFT)], spacing=12),
            padding=ft.Padding.symmetric(vertical=10, horizontal=16),
        )
    )
