"""What the phone's calendar has wrong, said where it matters, with one tap to hand over what is so now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flet as ft

from app.model.commands import SetSetting
from app.model.queries.told_calendar import OFFERED
from app.ui import theme
from app.ui.hooks import use_clock, use_desk
from app.ui.hooks.handing import use_handing
from app.ui.parts import Card, QuietButton, Row, SecondaryButton, Soft, Words
from app.ui.safe import component
from app.ui.theme import Style

if TYPE_CHECKING:
    from datetime import datetime

    from app.model.queries import CalendarNews, Stale
    from app.ui.desk import Desk


@component
def OldTimes(old: tuple[Stale, ...], *, key: str | None = None) -> ft.Control:
    """On Today: what the calendar rings for wrongly. A tap makes the file that puts it right."""
    desk, now = use_desk(), use_clock()
    _, hand = use_handing(lambda how: desk.notice(desk.say(how), seconds=6))
    title, about = stale_words(desk, old[0], now)
    if len(old) > 1:
        title, about = desk.say("calendar.old.many", count=len(old)), ""
    return Row(
        title,
        lambda _: hand(old=True),
        subtitle=f"{about} {desk.say('calendar.old.go')}".strip(),
        icon=ft.Icons.NOTIFICATION_IMPORTANT_OUTLINED,
        color=theme.ACCENT,
        chevron=False,
        id="todo-calendar-old",
    )


def calendar_row(desk: Desk, news: CalendarNews) -> ft.Control:
    """On Today: that the calendar can ring, said once; later, that it does not know new meetings."""

    def press(_: object) -> None:
        if news.offer:
            desk.store.execute(SetSetting(key=OFFERED, value=True))
        desk.go("/calendar")

    about = "offer" if news.offer else "new"
    return Row(
        desk.say(f"calendar.today.{about}", count=news.new),
        press,
        subtitle=desk.say(f"calendar.today.{about}.help"),
        icon=ft.Icons.EDIT_CALENDAR,
        id="todo-calendar",
        key="calendar",
    )


@component
def StaleCard(stale: Stale, *, key: str | None = None) -> ft.Control:
    """On the meeting's own page: the same of this meeting, with the way for whoever has mended it by hand."""
    desk, now = use_desk(), use_clock()
    _, hand = use_handing(lambda how: desk.notice(desk.say(how), seconds=6))
    title, about = stale_words(desk, stale, now)
    return Card(
        [
            ft.Semantics(live_region=True, identifier="calendar-stale", content=Words(title, Style.STRONG)),
            Soft(about),
            ft.Row(
                [
                    SecondaryButton(
                        desk.say("calendar.fix"),
                        lambda _: hand(meeting=stale.meeting, old=True),
                        ft.Icons.EDIT_CALENDAR,
                        id="calendar-fix",
                        strong=True,
                    ),
                    QuietButton(desk.say("calendar.own"), lambda _: mended(desk, stale.meeting), id="calendar-own"),
                ],
                wrap=True,
                spacing=8,
                run_spacing=8,
            ),
        ],
        ground=theme.RAISED,
        key=key,
    )


def mended(desk: Desk, meeting: str = "") -> None:
    """Somebody has put the calendar right by hand: it is not told again."""
    from app.services.files.calendar_file import fixed  # what only this button needs

    done = fixed(desk.store, desk.now(), meeting)
    desk.notice(
        desk.say("calendar.own.done"), undo=(lambda: desk.store.execute(done.undo)) if done.undo else None, seconds=6
    )


def stale_words(desk: Desk, stale: Stale, now: datetime) -> tuple[str, str]:
    """What the calendar does wrongly about a meeting, and what is so."""
    speech = desk.speech.value
    kind = stale.kind if stale.name or stale.kind != "cancelled" else "gone"
    facts = {"name": stale.name, "shows": speech.near(stale.shows, now)}
    if stale.starts is not None:
        facts["when"] = speech.near(stale.starts, now)
    return desk.say(f"calendar.old.{kind}"), desk.say(f"calendar.old.{kind}.help", **facts)
