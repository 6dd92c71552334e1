"""The phone's own calendar: meetings out as a file that rings, busy times in as start and end and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import flet as ft

from app.model.commands import KeepBusy, SetSetting
from app.model.queries import BusyCount, CalendarNewsOf, SettingOf, ToHandOver
from app.model.queries.told_calendar import PLACE
from app.ui import theme
from app.ui.hooks import use_busy, use_clock, use_desk, use_query, use_watch
from app.ui.hooks.files import use_files
from app.ui.hooks.handing import use_handing
from app.ui.parts import (
    Busy,
    Card,
    Choice,
    Live,
    PrimaryButton,
    QuietButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    Words,
)
from app.ui.parts.toggles import Toggles
from app.ui.safe import component
from app.ui.screens.calendar_news import mended, stale_words
from app.ui.screens.rows import begin
from app.ui.theme import Style

if TYPE_CHECKING:
    from datetime import datetime

    from app.model.queries import CalendarEntry, CalendarNews
    from app.services.files.busy_times import BusyTimes
    from app.ui.desk import Desk

SHOWN = 3


@component
def CalendarScreen(meeting: str = "", series: str = "") -> ft.Control:
    """What goes out (one meeting, a series, or all to come), how it looks there, and what is known of busy times."""
    desk, now = use_desk(), use_clock()
    use_watch(desk.speech)
    whole, widen = ft.use_state(series)  # the series that is shown, when it is one
    alone = "" if whole else meeting
    handed: tuple[CalendarEntry, ...] = use_query(ToHandOver(now, alone, whole))
    news: CalendarNews = use_query(CalendarNewsOf(now))
    of = handed[0].series if alone and handed else None
    told, tell = ft.use_state("")
    busy, hand = use_handing(tell)

    def take_out(**what: Any) -> None:
        tell("")
        hand(**what)

    lines: list[ft.Control] = [_line(desk, one, now) for one in handed[:SHOWN]]
    body: list[ft.Control] = []
    if news.old:
        body.append(_wrong(desk, news, now, lambda: take_out(old=True)))
    body.append(Words(desk.say("calendar.out.help")))
    if handed:
        body += [SectionTitle(desk.say("calendar.out.all", count=len(handed))), Rows(lines)]
        if len(handed) > SHOWN:
            body.append(Soft(desk.say("calendar.out.rest", count=len(handed) - SHOWN)))
        if of:
            body.append(
                ft.Row(
                    [QuietButton(desk.say("calendar.out.series"), lambda _: widen(of), id="calendar-series")],
                    wrap=True,
                )
            )
    else:
        body.append(Soft(desk.say("calendar.out.none"), Style.BODY))
    if news.new and not alone and not whole:
        body.append(
            ft.Row(
                [
                    QuietButton(
                        desk.say("calendar.leave"), lambda _: _leave(desk), ft.Icons.EVENT_BUSY, id="calendar-leave"
                    )
                ],
                wrap=True,
            )
        )
    body.append(_Choices(next((one.name for one in handed if one.name), "")))
    above: list[ft.Control] = []
    if busy:
        above.append(Busy(desk.say("calendar.working")))
    elif told:
        icon = ft.Icons.CHECK_CIRCLE if told.startswith("calendar.made") else ft.Icons.INFO_OUTLINE
        above.append(Live(desk.say(told), icon))
    return Screen(
        desk.say("calendar.out"),
        body,
        aside=[_BusyTimes()],
        back=True,
        above=above,
        primary=PrimaryButton(
            desk.say("calendar.out.go"),
            lambda _: take_out(meeting=alone, series=whole),
            ft.Icons.EVENT_AVAILABLE,
            busy=busy,
            id="calendar-go",
        )
        if handed
        else None,
    )


@component
def _Choices(name: str) -> ft.Control:
    """When it rings, and what others may read there."""
    from app.services.files.calendar_file import CHOICES, DAY, HOUR, NAME, title

    desk = use_desk()
    kept = {key: use_query(SettingOf(key)) for key in CHOICES}
    chosen = {key: value if isinstance(value, bool) else CHOICES[key] for key, value in kept.items()}

    def turn(keys: tuple[str, str]) -> Any:
        def change(on: frozenset[str]) -> None:
            for key in keys:
                if chosen[key] != (key in on):
                    desk.store.execute(SetSetting(key=key, value=key in on))

        return change

    def toggles(keys: tuple[str, str], label: str, id: str) -> ft.Control:
        return Toggles(
            [Choice(key, desk.say(key)) for key in keys],
            frozenset(key for key in keys if chosen[key]),
            turn(keys),
            label=desk.say(label),
            id=id,
        )

    return ft.Column(
        [
            SectionTitle(desk.say("calendar.alarms")),
            toggles((DAY, HOUR), "calendar.alarms", "alarm"),
            SectionTitle(desk.say("calendar.more")),
            Soft(desk.say("calendar.more.help")),
            toggles((NAME, PLACE), "calendar.more", "more"),
            Card(
                Words(desk.say("calendar.shows", title=title(name, chosen, desk.speech.value)), Style.STRONG),
                ground=theme.RAISED,
            ),
        ],
        spacing=10,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@component
def _BusyTimes() -> ft.Control:
    """Busy times from another calendar: fetched, counted, forgotten."""
    desk = use_desk()
    count = use_query(BusyCount())
    files = use_files()
    said, say = ft.use_state(cast("tuple[str, ...]", ()))  # the sentences about the file that was read last
    busy, run = use_busy()

    def refused(fault: Exception) -> None:
        say((desk.sentence(fault),))

    def put_back(undo: object) -> None:
        desk.store.execute(undo)
        say(())

    def keep(found: BusyTimes) -> None:
        done = desk.store.execute(KeepBusy(spans=found.spans))
        kept = len(found.spans)
        lines = [desk.say("calendar.in.done", count=kept) if kept else desk.say("calendar.in.none")]
        if found.cut:
            lines.insert(0, desk.say("calendar.in.cut"))
            if count and done.undo:  # perhaps a whole file stood in its place before
                desk.notice(desk.say("calendar.in.replaced"), undo=lambda: put_back(done.undo), seconds=6)
        if found.left_out:
            lines.append(desk.say("calendar.in.left-out", count=found.left_out))
        if found.guessed:
            lines.append(desk.say("calendar.in.guessed", count=found.guessed))
        say(tuple(lines))

    async def pick(_: object) -> None:
        say(())
        picked = await files.pick()
        if picked:
            data = picked[1]
            run(lambda: _read(desk, data), keep, refused)

    def forget(_: object) -> None:
        done = desk.store.execute(KeepBusy())
        say(())
        desk.notice(
            desk.say("calendar.in.forgotten"),
            undo=(lambda: desk.store.execute(done.undo)) if done.undo else None,
            seconds=6,
        )

    parts: list[ft.Control] = [SectionTitle(desk.say("calendar.in"))]
    if busy:  # what became of it stands above the button: what comes below may lie under the edge of the screen
        parts.append(Busy(desk.say("calendar.working")))
    parts += [Live(line, ft.Icons.INFO_OUTLINE) for line in said]
    if not busy and not said:
        parts.append(Soft(desk.say("calendar.in.help")))
    parts.append(SecondaryButton(desk.say("calendar.in.go"), pick, ft.Icons.EVENT_BUSY, id="busy-pick"))
    if count:
        parts.append(
            ft.Row(
                [
                    Soft(desk.say("calendar.in.have", count=count)),
                    QuietButton(desk.say("calendar.in.forget"), forget, id="busy-forget"),
                ],
                wrap=True,
            )
        )
    return ft.Column(parts, spacing=10, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _wrong(desk: Desk, news: CalendarNews, now: datetime, fix: Any) -> ft.Control:
    """What the calendar has wrong, with one tap to put it right."""
    wrong = [stale_words(desk, one, now) for one in news.old[:SHOWN]]
    rest = len(news.old) - len(wrong)
    parts: list[ft.Control] = []
    for title, about in wrong:
        parts += [Words(title, Style.STRONG), Soft(about)]
    if rest:
        parts.append(Soft(desk.say("calendar.out.rest", count=rest)))
    buttons = [
        SecondaryButton(
            desk.say("calendar.fix"), lambda _: fix(), ft.Icons.EDIT_CALENDAR, id="calendar-fix", strong=True
        ),
        QuietButton(desk.say("calendar.own"), lambda _: mended(desk), id="calendar-own"),
    ]
    return Card([*parts, ft.Row(buttons, wrap=True, spacing=8, run_spacing=8)], ground=theme.RAISED, spacing=4)


def _leave(desk: Desk) -> None:
    """The meetings that the calendar does not know stay out of it, and nobody asks again."""
    from app.services.files.calendar_file import left_out  # what only this button needs

    done = left_out(desk.store, desk.now())
    desk.notice(
        desk.say("calendar.leave.done"), undo=(lambda: desk.store.execute(done.undo)) if done.undo else None, seconds=6
    )


def _line(desk: Desk, one: CalendarEntry, now: datetime) -> ft.Control:
    """A meeting as the list of the file has it: when, and with whom."""
    when = begin(desk.speech.value.near(one.starts, now))
    return Row(
        desk.say("calendar.title.cancelled", title=when) if one.cancelled else when,
        subtitle=one.name,
        icon=ft.Icons.EVENT_BUSY if one.cancelled else ft.Icons.EVENT,
        key=one.id,
    )


def _read(desk: Desk, data: bytes) -> BusyTimes:
    from app.services.files.busy_times import read  # what only this button needs

    return read(data, desk.now())
