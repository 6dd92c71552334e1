"""What there is to do, on Today: the most pressing first, each a row that leads there or settles it at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import flet as ft

from app.model.clock import moment_of
from app.model.commands import GiveSlot, MoveTask, SetSetting, TaskOutcome
from app.model.queries.booking_news import heard_key
from app.services.content.direction import apart
from app.ui import theme
from app.ui.hooks import use_desk, use_undo
from app.ui.parts import HeaderButton, Row, Rows, SectionTitle, Soft
from app.ui.parts.ticks import TickLine
from app.ui.safe import component
from app.ui.screens.lists import capital
from app.ui.screens.today_meeting import Unbooked, more_words

if TYPE_CHECKING:
    from datetime import datetime

    from app.model.queries import (
        BookingNews,
        CalendarNews,
        MeetingRow,
        MinutesRow,
        NoteRow,
        OpenCritical,
        TaskRow,
        Today,
    )
    from app.ui.desk import Desk

BACKUP_EVERY = timedelta(days=7)

Made = Callable[[], ft.Control]


def rows_to_do(
    desk: Desk,
    today: Today,
    inbox: Sequence[NoteRow],
    now: datetime,
    *,
    backup: bool = False,
) -> list[Made]:
    """The rows of "To do", the most pressing first; each is made when it is shown."""
    rows: list[Made] = [partial(booking_row, desk, one, now) for one in today.booking if one.kind in CAN_WAIT]
    if today.calendar.old:
        rows.append(partial(_calendar, desk, today.calendar, "old"))
    if inbox:
        rows.append(partial(_inbox, desk, len(inbox)))
    rows += [partial(_unended, desk, row, now) for row in today.unended]
    rows += [partial(_critical, desk, one, count, now) for one, count in _by_list(today) if one.meeting]
    rows += [partial(_task, desk, task, now) for task in today.tasks]
    rows += [partial(_draft, desk, draft, now) for draft in today.unfinished]
    said = today.meeting is None and today.upcoming is None  # the card on top says it of everybody
    offered = {one.mentorship for one in today.booking if one.kind in ("offered", "lost", "cancelled")}
    unbooked = [person for person in today.unbooked if person.mentorship not in offered]
    if not (said and len(today.unbooked) == 1):
        rows += [partial(Unbooked, person, key=f"unbooked {person.mentorship}") for person in unbooked]
    if today.meeting is None:  # on the day of a meeting its own page counts them, and the way into it asks
        rows += [partial(_critical, desk, one, count, now) for one, count in _by_list(today) if not one.meeting]
    if (today.calendar.offer or today.calendar.new) and today.meeting is None:  # else other things matter that day
        rows.append(partial(_calendar, desk, today.calendar, "more"))
    if "recovery" in today.reminders:
        rows.append(partial(_reminder, desk, "recovery", ft.Icons.KEY))
    if "supervision" in today.reminders:
        rows.append(partial(_supervision, desk))
    if backup:
        rows.append(partial(_reminder, desk, "backup", ft.Icons.SAVE_OUTLINED))
    return rows


def to_do_part(desk: Desk, rows: list[Made], room: int, more: bool, turn: Callable[[], object]) -> list[ft.Control]:
    """The heading and as many rows as there is room for; the last one opens the rest."""
    if not rows:
        return [Soft(desk.say("today.todo.nothing"))]
    head = SectionTitle(desk.say("today.todo"))
    if len(rows) <= max(1, room):
        return [head, Rows([row() for row in rows])]
    kept = rows if more else rows[: max(0, room - 1)]
    words = desk.say("today.todo.less") if more else more_words(desk, "today.todo.more", len(rows) - len(kept))
    icon = ft.Icon(ft.Icons.EXPAND_LESS if more else ft.Icons.EXPAND_MORE, color=theme.INK_SOFT)
    turner = Row(words, lambda _: turn(), trailing=icon, chevron=False, id="today-more", ink=theme.INK_SOFT, key="more")
    return [head, Rows([*(row() for row in kept), turner])]


def backup_due(today: Today, last: object, now: datetime) -> bool:
    """Every week, also when there has never been one; not on the day of a meeting, when other things matter."""
    if today.meeting is not None or today.me is None:
        return False
    return "backup" in today.reminders or (last is None and now - moment_of(today.me.made) > BACKUP_EVERY)


def _by_list(today: Today) -> list[tuple[OpenCritical, int]]:
    """Critical lines still open, counted for each list of each meeting and of each relationship: the first, and how many."""
    counted: dict[tuple[str, str], list[OpenCritical]] = {}
    for line in today.open_critical:
        counted.setdefault((line.document, line.meeting or line.mentorship), []).append(line)
    return [(lines[0], len(lines)) for lines in counted.values()]


def _inbox(desk: Desk, count: int) -> ft.Control:
    return Row(
        desk.say("today.todo.inbox", count=count),
        lambda _: desk.go("/inbox"),
        subtitle=desk.say("today.todo.inbox.help"),
        icon=ft.Icons.MARK_EMAIL_UNREAD_OUTLINED,
        color=theme.PRIVATE,
        id="todo-inbox",
        key="inbox",
    )


def _critical(desk: Desk, one: OpenCritical, count: int, now: datetime) -> ft.Control:
    """How many are left in a list, with the day of its meeting where that was another one."""
    title = desk.read(desk.library.document(one.document).title)
    about = desk.say("today.todo.critical.help", list=title, name=one.name)
    if one.starts is not None and one.starts.date() != now.date():
        about = f"{about} · {desk.speech.value.near_day(one.starts, now)}"
    place = f"/meeting/{one.meeting}/checklist" if one.meeting else f"/checklist/{one.mentorship}/before_relationship"
    of = one.meeting or one.mentorship
    return Row(
        desk.say("today.todo.critical", count=count),
        lambda _: desk.go(place, **({"list": one.document} if one.meeting else {})),
        subtitle=about,
        icon=ft.Icons.PRIORITY_HIGH,
        color=theme.ACCENT,
        id=f"todo-critical-{of}",
        key=f"critical {of}",
    )


def _unended(desk: Desk, row: MeetingRow, now: datetime) -> ft.Control:
    """A meeting whose day has gone by without a word: its page has every answer."""
    return Row(
        desk.say("meeting.unended"),
        lambda _: desk.go(f"/meeting/{row.id}"),
        subtitle=desk.say("meeting.unended.help", name=row.name, when=desk.speech.value.near(row.starts, now)),
        icon=ft.Icons.FLAG_OUTLINED,
        id=f"todo-unended-{row.id}",
        key=f"unended {row.id}",
    )


def _draft(desk: Desk, draft: MinutesRow, now: datetime) -> ft.Control:
    day = desk.speech.value.near_day(draft.at, now)
    return Row(
        desk.say("today.todo.draft"),
        lambda _: desk.go(f"/meeting/{draft.meeting}/minutes"),
        subtitle=desk.say("today.todo.draft.help", name=draft.name, day=day),
        icon=ft.Icons.DRAW,
        color=theme.SHARED,
        id=f"todo-draft-{draft.meeting}",
        key=f"draft {draft.meeting}",
    )


def _supervision(desk: Desk) -> ft.Control:
    return Row(
        desk.say("support.today"),
        lambda _: desk.go("/support"),
        subtitle=desk.say("support.today.help"),
        icon=ft.Icons.SUPPORT_AGENT,
        color=theme.PRIVATE,
        id="todo-supervision",
        key="supervision",
    )


def _reminder(desk: Desk, about: str, icon: ft.IconData) -> ft.Control:
    return Row(
        desk.say(f"today.todo.{about}"),
        lambda _: desk.go(f"/settings/{about}"),
        subtitle=desk.say(f"today.todo.{about}.help"),
        icon=icon,
        color=theme.ACCENT,
        id=f"todo-{about}",
        key=about,
    )


def _task(desk: Desk, task: TaskRow, now: datetime) -> ft.Control:
    due = ""
    if task.due:
        day = desk.speech.value.near_day(task.due, now)
        due = desk.say("today.todo.task.since", day=day) if task.due < now.date() else capital(day)
    return TaskLine(task.id, task.text, " · ".join(part for part in (due, task.name) if part), key=f"task {task.id}")


@component
def TaskLine(id: str, text: str, subtitle: str, *, key: str | None = None) -> ft.Control:
    """A task to tick: it goes to Done, and comes back with Undo; or it waits until tomorrow."""
    desk = use_desk()
    undo = use_undo()

    def finish(done: bool) -> None:
        if not done:
            return
        kept = desk.store.execute(TaskOutcome(task=id, outcome="done"))
        undo(desk.say("today.todo.task.done", title=text), lambda: desk.store.execute(kept.undo) if kept.undo else None)

    def put_off(_: object) -> None:
        now = desk.now()
        day = now.date() + timedelta(days=1)
        kept = desk.store.execute(MoveTask(task=id, due=day))
        words = desk.say("meeting.task.moved", day=desk.speech.value.near_day(day, now))
        undo(f"{apart(text)}: {words}", lambda: desk.store.execute(kept.undo) if kept.undo else None)

    words, name = capital(desk.say("time.tomorrow")), desk.say("task.tomorrow", title=text)
    later = HeaderButton(words, ft.Icons.SNOOZE, put_off, id=f"later-task-{id}", said=name)
    return TickLine(text, False, finish, subtitle=subtitle, trailing=later, wordy=True, id=f"todo-task-{id}")


# ------------------------------------------------------------------ what is told of booking and of calendars

_BOOKING = {
    "clash": ft.Icons.EVENT_BUSY,
    "lost": ft.Icons.EVENT_BUSY,
    "overtaken": ft.Icons.EVENT_BUSY,
    "cancelled": ft.Icons.EVENT_BUSY,
    "moved": ft.Icons.EDIT_CALENDAR,
    "skipped": ft.Icons.EVENT_BUSY,
    "back": ft.Icons.EVENT_AVAILABLE,
    "ended": ft.Icons.FLAG_OUTLINED,
    "taken": ft.Icons.EVENT_AVAILABLE,
    "offered": ft.Icons.EVENT_REPEAT,
}

CAN_WAIT = ("taken", "offered")
"""News of times that need an answer some day; the others say that something is not as one thought."""


def _calendar(desk: Desk, news: CalendarNews, about: str) -> ft.Control:
    """What is to be said about the phone's own calendar: seldom anything."""
    said = import_module("app.ui.screens.calendar_news")
    row: ft.Control = said.OldTimes(news.old, key="calendar-old") if about == "old" else said.calendar_row(desk, news)
    return row


def booking_row(desk: Desk, news: BookingNews, now: datetime) -> ft.Control:
    """What there is to tell about booking, and what to do next about it."""
    when = desk.speech.value.near(news.starts, now)
    facts = {"name": news.name, "when": when, "other": news.other, "count": news.count}

    def press(_: object) -> None:
        if news.kind in ("taken", "overtaken"):
            desk.store.execute(GiveSlot(booking=news.booking))
        if news.kind == "taken":
            return
        if news.version:
            desk.store.execute(SetSetting(key=heard_key(news.meeting or news.mentorship), value=news.version))
        if news.kind in ("overtaken", "clash", "moved", "skipped", "back"):
            desk.go(f"/meeting/{news.meeting}")
        elif news.kind == "ended":
            desk.go(f"/closing/{news.mentorship}")
        elif news.kind == "cancelled":
            desk.go("/plan", person=news.mentorship)
        else:
            desk.go(f"/slots/{news.mentorship}")

    return Row(
        desk.say(f"slot.news.{news.kind}", **facts),
        press,
        subtitle=desk.say(f"slot.news.{news.kind}.{'same' if news.other == news.name else 'help'}", **facts)
        if news.kind == "clash"
        else desk.say(f"slot.news.{news.kind}.help", **facts),
        icon=_BOOKING[news.kind],
        color=theme.PRIMARY if news.kind in ("taken", "offered") else theme.ACCENT,
        chevron=news.kind != "taken",
        id=f"news-{news.kind}-{news.mentorship}",
        key=f"{news.kind} {news.mentorship} {news.starts}",
    )
