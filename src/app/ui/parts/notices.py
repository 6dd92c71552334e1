"""What the vault has to tell after it was opened: a grey line each, and the one alarm that asks for an answer."""

from __future__ import annotations

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_desk, use_watch
from app.ui.parts.buttons import QuietButton, SecondaryButton
from app.ui.parts.surfaces import Card
from app.ui.parts.text import Heading, Soft, Words
from app.ui.safe import component


def waiting(desk: Desk) -> bool:
    """Whether there is something to tell."""
    return bool(desk.session.inbox_alarm or _lines(desk))


@component
def Notices() -> ft.Control:
    """Nothing here stops anybody; what was said once and closed is not said again."""
    desk = use_desk()
    use_watch(desk.speech)
    closed, close = ft.use_state(0)
    _, run = use_busy()
    lines = _lines(desk)
    parts: list[ft.Control] = []

    def done() -> None:
        desk.session.notices.clear()
        close(closed + 1)

    if desk.session.inbox_alarm:
        parts.append(
            Card(
                [
                    Heading(desk.say("lock.alarm.title")),
                    Words(desk.say("lock.alarm.text")),
                    SecondaryButton(
                        desk.say("lock.alarm.accept"),
                        lambda _: run(desk.session.accept_inbox_alarm, lambda _: close(closed + 1)),
                        ft.Icons.SHIELD,
                        id="alarm-accept",
                        strong=True,
                    ),
                ],
                ground=theme.RAISED,
            )
        )
    if lines:
        parts.append(
            Card(
                [
                    *(Soft(line) for line in lines),
                    ft.Row(
                        [QuietButton(desk.say("lock.notice.close"), lambda _: done(), id="notices-close")], wrap=True
                    ),
                ],
                spacing=4,
                padding=12,
            )
        )
    return ft.Semantics(
        live_region=True,
        container=True,
        visible=bool(parts),
        content=ft.Column(parts, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
    )


def _lines(desk: Desk) -> list[str]:
    """A sentence for every notice that has one; the others are for the log."""
    lines: list[str] = []
    for notice in desk.session.notices:
        key = f"lock.notice.{notice.code}"
        facts: dict[str, object] = dict(notice.facts)
        if "notes" in facts:
            facts["count"] = facts.pop("notes")
            lines.append(desk.say(key, **facts))
        elif desk.speech.value.has(key):
            lines.append(desk.say(key, **facts))
    return lines
