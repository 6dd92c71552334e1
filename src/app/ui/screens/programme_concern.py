"""A concern, opened by the person responsible for safety: whoever wrote it gets a receipt."""

from __future__ import annotations

from datetime import datetime

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_clock, use_desk, use_held
from app.ui.parts import Card, EmptyState, Live, Screen, Soft
from app.ui.parts.text import Quotable
from app.ui.safe import component


@component
def OpenedConcernScreen(id: str) -> ft.Control:
    """Opening it is what the receipt says."""
    desk, now = use_desk(), use_clock()
    found = use_held(lambda: desk.session.coordination.open_concern(id))
    title = desk.say("concern.title")
    if found is None:
        return Screen(title, [EmptyState(desk.say("programme.concern.gone"), id="no-concern")], back=True)
    name = found.name or desk.say("programme.someone")
    document = desk.library.document("form.concern")
    body: list[ft.Control] = []
    if found.locked:
        body.append(Live(desk.say("programme.concern.locked", name=name), ft.Icons.LOCK_OPEN, theme.ACCENT))
    for item in document.items:
        answer = found.answers.get(item.id, "")
        if answer:
            chosen = next((option.label for option in item.options if option.value == answer), None)
            words = desk.read(chosen) if chosen else _moment(desk, answer, now) if item.type == "datetime" else answer
            body.append(Card([Soft(desk.read(item.text)), Quotable(words)], spacing=4))
    body.append(Soft(desk.say("programme.concern.receipt", name=name)))
    body.append(Soft(desk.say("programme.concern.alone")))
    return Screen(
        title,
        body,
        subtitle=f"{desk.say('programme.concern.from', name=name)}, {_moment(desk, found.at, now)}",
        back=True,
    )


def _moment(desk: Desk, at: str, now: datetime) -> str:
    try:
        moment = datetime.fromisoformat(at)
        local = moment.astimezone(now.tzinfo) if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
    except (ValueError, OverflowError):  # written by somebody's device: it may be no time at all
        return at
    return desk.speech.value.near(local, now)
