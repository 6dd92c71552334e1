"""Today: what is next, what is left to do, and one wide button whose words follow the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import flet as ft

from app.model.clock import moment_of
from app.model.commands import (
    GiveSlot,
    MoveTask,
    SameTimeAgain,
    SetSetting,
    StartNow,
    TaskOutcome,
    TickItem,
    UntickItem,
)
from app.model.queries import (
    AgainWith,
    ClosingNews,
    NotesOf,
    PeopleList,
    SettingOf,
    TodayView,
)
from app.model.queries.agreements import ToSign
from app.model.queries.booking_news import heard_key
from app.model.queries.surveys import SurveysDue
from app.model.schedule import apart
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_held, use_query, use_undo
from app.ui.hooks.told import use_touched
from app.ui.parts import (
    Beside,
    EmptyState,
    HeaderButton,
    PrimaryButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    Words,
    use_sheet,
)
from app.ui.parts.notices import Notices, waiting
from app.ui.parts.ticks import TickLine
from app.ui.safe import component
from app.ui.screens.asked import asked, to_sign
from app.ui.screens.lists import PREPARATION, Line, begin, capital, lines_of, settled, shown, way_in
from app.ui.theme import Style

if TYPE_CHECKING:
    from datetime import datetime

    from app.model.queries import (
        Again,
        BookingNews,
        CalendarNews,
        MeetingRow,
        MinutesRow,
        NoteRow,
        OpenCritical,
        PairRow,
        PersonRow,
        TaskRow,
        Today,
        TodayMeeting,
    )
    from app.services.content.library import Library
    from app.ui.desk import Desk

BACKUP_EVERY = timedelta(days=7)
FAR = timedelta(hours=6)
FOLD = 7
"""Rows above the fold, never more, also where there is room: the meeting is one, its list at most four, the rest is
what there is to do."""
TICKS = 3
HALF = 20
"""So many letters stand on one line in the wide button beside another one, with its icon; more need the icon's room."""

_WORDS = {
    "add_person": ("today.button.person", ft.Icons.PERSON_ADD),
    "plan": ("today.button.plan", ft.Icons.EVENT),
    "prepare": ("today.button.prepare", ft.Icons.CHECKLIST),
    "note": ("today.button.note", ft.Icons.EDIT),
    "end": ("today.button.end", ft.Icons.FLAG),
    "evaluate": ("today.button.evaluate", ft.Icons.THUMBS_UP_DOWN_OUTLINED),
    "minutes": ("today.button.minutes", ft.Icons.EDIT_NOTE),
}
_PLACES = {
    "prepare": "/meeting/{meeting}/checklist",
    "note": "/meeting/{meeting}/note",
    "end": "/meeting/{meeting}/end",
    "evaluate": "/meeting/{meeting}/evaluate",
    "minutes": "/meeting/{meeting}/minutes",
}


@component
def TodayScreen() -> ft.Control:
    """The first screen after unlocking."""
    desk = use_desk()
    now = use_clock()
    today: Today = use_query(TodayView(now=now, critical=critical_lines(desk.library)))
    inbox = use_query(NotesOf(limit=200, origin="locked")).rows
    last_backup = use_query(SettingOf("backup.last"))
    server = use_query(SettingOf("server.address"))
    surveys = use_query(SurveysDue(now))
    writing, write = ft.use_state(False)
    more, show_more = ft.use_state(False)
    signing = use_query(ToSign())
    ending = use_query(ClosingNews(now.replace(hour=0, minute=0, second=0, microsecond=0)))
    use_sheet(
        (lambda: WriteSheet(today, lambda: write(False))) if writing else None,
        lambda: write(False),
        title=desk.say("today.write.title"),
        short=today.people + len(today.later) <= 4,
    )
    name = today.me.name if today.me else ""
    lacking = tuple(sorted((one.mentorship, one.item) for one in today.open_critical if not one.meeting))
    names = use_touched(frozenset({"fair_copy", "signature"}))  # put there meanwhile, here or by the other
    ft.use_effect(lambda: _settle(desk, lacking), [lacking, names])

    def press(_: object = None) -> None:
        if today.primary.action == "note" and today.primary.meeting and today.primary.mentorship:
            begin(desk, today.primary.meeting, today.primary.mentorship)
        elif today.primary.action in _PLACES and today.primary.meeting:
            desk.go(_PLACES[today.primary.action].format(meeting=today.primary.meeting))
        elif today.primary.action == "add_person":
            desk.go("/people/new")
        elif today.primary.action == "plan":
            desk.go("/plan", **({"person": today.primary.mentorship} if today.primary.mentorship else {}))
        else:
            write(True)

    words, icon = _WORDS.get(today.primary.action, _WORDS["note"])
    if today.meeting and words == "today.button.prepare" and today.primary.meeting != today.meeting.row.id:
        words = "today.button.prepare.next"  # the one on the card above is over
    said, two = desk.say(words), today.primary.action != "note"
    fits = not two or len(said) < HALF
    go = PrimaryButton(said, press, icon if fits else None, id="today-primary", expand=True)
    low: ft.Control = go
    if two:
        row = today.meeting.row if today.meeting else None
        beside = SecondaryButton(
            desk.say("today.button.note"),
            (lambda _: begin(desk, row.id, row.mentorship)) if row else (lambda _: write(True)),
            ft.Icons.EDIT,
            id="today-note",
        )
        low = Beside([beside, go])

    body: list[ft.Control] = []
    rows = FOLD - bool(ending)
    if today.meeting:
        body.append(MeetingCard(today.meeting))
        part, used = _list(desk, today.meeting)
        body.extend(part)
        rows -= 1 + used
    elif today.people:
        if today.upcoming or today.unbooked:
            body.append(NextCard(today.upcoming, today.unbooked[0].mentorship if len(today.unbooked) == 1 else ""))
        else:
            body.append(Rows([_all_over(desk)]))
        rows -= 1
    todo = _todo(
        desk,
        today,
        inbox,
        now,
        backup=_backup_due(today, last_backup, now) and not desk.session.example,
    )
    changed = [partial(_booking, desk, one, now) for one in today.booking if one.kind not in _CAN_WAIT]
    todo = [*changed, *to_sign(desk, signing), *asked(desk, surveys), *todo]
    if not today.people:
        body = _welcome(desk, name, today.me.role if today.me else "mentor")
        rows = FOLD - 3 - (not desk.session.example)
    aside = _do(desk, todo, rows, more, lambda: show_more(not more)) if todo or today.people else []
    if server:
        body.insert(0, import_module("app.ui.parts.carrying").Carrying())
    if desk.session.shares:
        body.insert(0, import_module("app.ui.parts.devices").DeviceNews())
    if ending:
        body.insert(0, import_module("app.ui.screens.closing").ClosingCards())
    if waiting(desk):
        body.insert(0, Notices())
    return Screen(
        desk.say("today.title"),
        body,
        aside=aside,
        primary=low,
        subtitle=name,
        title_tap=lambda: desk.go("/settings"),
        actions=[HeaderButton(desk.say("today.search"), ft.Icons.SEARCH, lambda _: desk.go("/search"), id="search")],
        spacing=6,
    )


def _settle(desk: Desk, lacking: tuple[tuple[str, str], ...]) -> None:
    """Tick what both have signed meanwhile: it is not missing any more."""
    for mentorship, item in lacking:
        import_module("app.ui.screens.in_place").settle(desk, mentorship, [item])


def critical_lines(library: Library) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """The lines that must not be missed, of the lists of a meeting and of the one before a relationship: document, line,
    roles.
    """
    return tuple(
        (document.id, item.id, tuple(sorted(item.roles)))
        for document in library.documents(kind="checklist", broken=False)
        for item in document.items
        if item.critical and (document.when.endswith("_session") or document.id == PREPARATION)
    )


# ------------------------------------------------------------------ the meeting


@component
def MeetingCard(meeting: TodayMeeting) -> ft.Control:
    """When, with whom, where, and what for."""
    desk, now = use_desk(), use_clock()
    row = meeting.row
    speech = desk.speech.value
    if meeting.phase == "before":
        far = apart(row.starts, now) >= FAR  # the hour stands beside the name
        when = speech.near_day(row.starts, now) if far else speech.until(row.starts, now)
    elif meeting.phase == "during":
        when = desk.say("today.meeting.now")
    else:
        over = (row.ended or row.ends).astimezone(row.starts.tzinfo)  # what happened is kept by the world's clock
        when = desk.say("today.meeting.over", time=speech.clock(over))
    head: list[ft.Control] = [
        Words(capital(when), Style.SMALL, theme.INK_SOFT),
        Words(f"{speech.clock(row.starts)} {row.name}", Style.TITLE),
    ]
    where = row.place or (desk.say(f"meeting.form.{row.mode}") if row.mode != "in_person" else "")
    if where:
        head.append(Words(where, Style.BODY, theme.INK_SOFT))
    parts: list[ft.Control] = [
        ft.MergeSemantics(
            ft.Semantics(
                identifier="today-meeting",
                button=True,
                content=ft.Container(
                    ft.Column(head, spacing=2, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
                    padding=ft.Padding.only(left=16, right=16, top=14, bottom=12),
                    on_click=lambda _: desk.go(f"/meeting/{row.id}"),
                    ink=True,
                ),
            )
        )
    ]
    if meeting.goal:
        goal = meeting.goal
        parts.append(
            _line(
                desk.say("today.meeting.goal"),
                goal.title,
                lambda _: desk.go(f"/goal/{goal.id}"),
                "today-goal",
            )
        )
    elif row.aim:
        parts.append(
            _line(
                desk.say("today.meeting.aim"),
                row.aim,
                lambda _: desk.go(f"/meeting/{row.id}"),
                "today-aim",
            )
        )
    return Rows(parts)


def _all_over(desk: Desk) -> ft.Control:
    """Every relationship has ended: there is nobody to book a meeting with."""
    return Row(
        desk.say("today.over"),
        lambda _: desk.go("/people"),
        subtitle=desk.say("today.over.help"),
        icon=ft.Icons.FLAG_OUTLINED,
        id="today-over",
    )


@component
def NextCard(upcoming: MeetingRow | None, mentorship: str = "") -> ft.Control:
    """No meeting today: the next one, or that none is booked."""
    desk, now = use_desk(), use_clock()
    last, undo = use_query(AgainWith(mentorship, now)), use_undo()
    if upcoming is None:
        plan = Row(
            desk.say("today.meeting.none"),
            lambda _: desk.go("/plan", **({"person": mentorship} if mentorship else {})),
            subtitle=desk.say("today.meeting.none.help"),
            icon=ft.Icons.EVENT,
            id="today-plan",
        )
        return Rows([_stacked([plan, *same_again(desk, mentorship, last, undo)])])
    where = upcoming.place or desk.say(f"meeting.form.{upcoming.mode}")
    return Rows(
        [
            Row(
                upcoming.name,
                lambda _: desk.go(f"/meeting/{upcoming.id}"),
                subtitle=f"{capital(desk.speech.value.near(upcoming.starts, now))}\n{where}",
                icon=ft.Icons.EVENT,
                id="today-next",
            )
        ]
    )


def _line(label: str, text: str, on_click: Callable[..., object], id: str) -> ft.Control:
    return ft.MergeSemantics(
        ft.Semantics(
            identifier=id,
            button=True,
            content=ft.Container(
                ft.Row(
                    [Words(label), Words(text, Style.STRONG, expand=True)],
                    spacing=6,
                    vertical_alignment=ft.CrossAxisAlignment.START,
                ),
                padding=ft.Padding.symmetric(vertical=14, horizontal=16),
                on_click=on_click,
                ink=True,
            ),
        )
    )


def _list(desk: Desk, meeting: TodayMeeting) -> tuple[list[ft.Control], int]:
    """The list of the moment: its first lines, and a way to the rest. And how many rows that takes."""
    document = desk.library.usable(meeting.checklist)
    lines = () if document is None else shown(lines_of(desk, document, meeting.row.my_role, meeting.run))
    if document is None or not lines:
        return [], 0
    return [
        SectionTitle(
            desk.read(document.title),
            desk.say("checklist.progress", done=settled(lines), total=len(lines)),
        ),
        FirstLines(meeting.row.id, document.id, document.version, lines, key=f"{meeting.row.id} {document.id}"),
    ], min(len(lines), TICKS) + (len(lines) > TICKS)


@component
def FirstLines(
    meeting: str, document: str, version: int, lines: tuple[Line, ...], *, key: str | None = None
) -> ft.Control:
    """The three lines to look at now, chosen when the list appears: nothing jumps under a thumb."""
    desk = use_desk()
    chosen = use_held(lambda: first_of(lines))
    by_id = {line.id: line for line in lines}
    picked = [by_id[id] for id in chosen if id in by_id]
    rows: list[ft.Control] = [
        TickLine(
            line.text,
            not line.open,
            ticker(desk, document, version, line.id, meeting=meeting),
            id=f"tick-{line.id}",
            key=line.id,
        )
        for line in picked
    ]
    rest = len(lines) - len(picked)
    if rest > 0:
        rows.append(
            Row(
                more_words(desk, "today.list.more", rest),
                lambda _: desk.go(f"/meeting/{meeting}/checklist"),
                id="today-list",
                ink=theme.INK_SOFT,
            )
        )
    return Rows(rows)


def first_of(lines: Sequence[Line]) -> tuple[str, ...]:
    """Three lines in their order: those still open, filled up with the last ones that are done."""
    still = [line for line in lines if line.open][:TICKS]
    done = [line for line in lines if not line.open]
    fill = done[len(done) - (TICKS - len(still)) :] if len(still) < TICKS else []
    return tuple(line.id for line in lines if line in still or line in fill)


def ticker(
    desk: Desk, document: str, version: int, item: str, *, meeting: str | None = None, mentorship: str | None = None
) -> Callable[[bool], object]:
    """What ticking a line does, for a meeting or for a mentorship."""

    def tick(done: bool) -> None:
        make = TickItem if done else UntickItem
        desk.store.execute(make(document=document, version=version, item=item, meeting=meeting, mentorship=mentorship))

    return tick


# ------------------------------------------------------------------ what there is to do


def _backup_due(today: Today, last: object, now: datetime) -> bool:
    """Every week, also when there has never been one; not on the day of a meeting, when other things matter."""
    if today.meeting is not None or today.me is None:
        return False
    return "backup" in today.reminders or (last is None and now - moment_of(today.me.made) > BACKUP_EVERY)


Made = Callable[[], ft.Control]
Undo = Callable[[str, Callable[[], object]], None]


def _todo(
    desk: Desk,
    today: Today,
    inbox: Sequence[NoteRow],
    now: datetime,
    *,
    backup: bool = False,
) -> list[Made]:
    """The rows of "To do", the most pressing first; each is made when it is shown."""
    rows: list[Made] = [partial(_booking, desk, one, now) for one in today.booking if one.kind in _CAN_WAIT]
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
        undo(f"{text}: {words}", lambda: desk.store.execute(kept.undo) if kept.undo else None)

    words, name = capital(desk.say("time.tomorrow")), desk.say("task.tomorrow", title=text)
    later = HeaderButton(words, ft.Icons.SNOOZE, put_off, id=f"later-task-{id}", said=name)
    return TickLine(text, False, finish, subtitle=subtitle, trailing=later, wordy=True, id=f"todo-task-{id}")


@component
def Unbooked(pair: PairRow, *, key: str | None = None) -> ft.Control:
    """Nothing is booked with somebody: one tap books the same time again, the row leads to every other."""
    desk, now = use_desk(), use_clock()
    last, undo = use_query(AgainWith(pair.mentorship, now)), use_undo()
    row = Row(
        desk.say("today.todo.unbooked", name=pair.name),
        lambda _: desk.go("/plan", person=pair.mentorship),
        icon=ft.Icons.EVENT,
        id=f"todo-unbooked-{pair.mentorship}",
    )
    return _stacked([row, *same_again(desk, pair.mentorship, last, undo)])


def _stacked(parts: list[ft.Control]) -> ft.Control:
    return ft.Column(parts, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def same_again(desk: Desk, mentorship: str, last: Again | None, undo: Undo) -> list[ft.Control]:
    """One tap for the same time a rhythm on, when they have met before."""
    if last is None:
        return []
    when = desk.speech.value.moment(last.starts)

    def book(_: object) -> None:
        done = desk.store.execute(SameTimeAgain(meeting=last.meeting, weeks=last.weeks))
        undo(desk.say("slot.again.done", when=when), lambda: desk.store.execute(done.undo) if done.undo else None)

    words = desk.say("slot.again", when=capital(when))
    return [
        ft.Container(
            SecondaryButton(words, book, ft.Icons.EVENT_REPEAT, id=f"again-{mentorship}"),
            padding=ft.Padding.only(left=16, right=16, bottom=12),
        )
    ]


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


_CAN_WAIT = ("taken", "offered")
"""News of times that need an answer some day; the others say that something is not as one thought."""


def _calendar(desk: Desk, news: CalendarNews, about: str) -> ft.Control:
    """What is to be said about the phone's own calendar: seldom anything."""
    said = import_module("app.ui.screens.calendar_news")
    row: ft.Control = said.OldTimes(news.old, key="calendar-old") if about == "old" else said.calendar_row(desk, news)
    return row


def _booking(desk: Desk, news: BookingNews, now: datetime) -> ft.Control:
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


def _by_list(today: Today) -> list[tuple[OpenCritical, int]]:
    """Critical lines still open, counted for each list of each meeting and of each relationship: the first, and how many."""
    counted: dict[tuple[str, str], list[OpenCritical]] = {}
    for line in today.open_critical:
        counted.setdefault((line.document, line.meeting or line.mentorship), []).append(line)
    return [(lines[0], len(lines)) for lines in counted.values()]


def _do(desk: Desk, rows: list[Made], room: int, more: bool, turn: Callable[[], object]) -> list[ft.Control]:
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


def more_words(desk: Desk, key: str, count: int) -> str:
    """ "Five more": small numbers in letters."""
    number = desk.say(f"today.number.{count}") if 1 <= count <= 12 else str(count)
    return desk.say(key, count=count, number=number)


# ------------------------------------------------------------------ the first day


def _welcome(desk: Desk, name: str, role: str) -> list[ft.Control]:
    """A person's first day: three things to begin with."""
    who = role if role in ("mentor", "mentee") else "other"
    rows: list[ft.Control] = [
        Row(
            desk.say("today.empty.person"),
            lambda _: desk.go("/people/new"),
            subtitle=desk.say(f"today.empty.person.{who}"),
            icon=ft.Icons.PERSON_ADD,
            id="start-person",
        ),
        Row(
            desk.say("today.empty.plan"),
            lambda _: desk.go("/plan"),
            subtitle=desk.say("today.empty.plan.help"),
            icon=ft.Icons.EVENT,
            id="start-plan",
        ),
        Row(
            desk.say("today.empty.library"),
            lambda _: desk.go("/library"),
            subtitle=desk.say("today.empty.library.help"),
            icon=ft.Icons.MENU_BOOK,
            id="start-library",
        ),
    ]
    if role == "coordinator":
        rows.insert(
            0,
            Row(
                desk.say("today.empty.programme"),
                lambda _: desk.go("/programme"),
                subtitle=desk.say("today.empty.programme.help"),
                icon=ft.Icons.INSIGHTS,
                id="start-programme",
            ),
        )
    if not desk.session.example:
        rows.append(
            Row(
                desk.say("first.example"),
                lambda _: look_around(desk),
                subtitle=desk.say("today.empty.example.help"),
                icon=ft.Icons.EXPLORE_OUTLINED,
                id="start-example",
            )
        )
    return [
        EmptyState(
            desk.say("today.empty.title", name=name),
            help=desk.say("today.empty.line"),
            icon=ft.Icons.COFFEE_OUTLINED,
            heading=True,
        ),
        Rows(rows),
    ]


def look_around(desk: Desk) -> None:
    """Lock what is one's own, then open the example; leaving it leads to the lock screen."""
    role = desk.role

    async def open_example() -> None:
        await desk.away(lambda: desk.session.open_example(role))

    desk.lock()
    desk.notice(desk.say("first.example.working"))
    desk.later(open_example)


# ------------------------------------------------------------------ what to write about


@component
def WriteSheet(today: Today, close: Callable[[], object]) -> ft.Control:
    """Where the next words belong: a meeting of today, somebody one happens to meet, or oneself."""
    desk, now = use_desk(), use_clock()
    people: tuple[PersonRow, ...] = use_query(PeopleList(now=now))
    speech = desk.speech.value

    def leave(path: str, **facts: str) -> None:
        close()
        desk.go(path, **facts)

    def unplanned(person: PersonRow) -> None:
        done = desk.store.execute(StartNow(mentorship=person.mentorship, zone=zone_of(desk)))
        leave(way_in(desk, done.record, person.mentorship, unplanned=True))

    rows: list[ft.Control] = [
        Row(
            row.name,
            lambda _, row=row: leave(way_in(desk, row.id, row.mentorship)),
            subtitle=desk.say("today.write.meeting", when=speech.near(row.starts, now)),
            icon=ft.Icons.EVENT,
            id=f"write-meeting-{row.id}",
            key=row.id,
        )
        for row in today.later
    ]
    rows += [
        Row(
            person.name,
            lambda _, person=person: unplanned(person),
            subtitle=desk.say("today.write.unplanned"),
            icon=ft.Icons.GROUP,
            color=theme.SHARED,
            id=f"write-person-{person.mentorship}",
            key=person.mentorship,
        )
        for person in sorted(people, key=lambda person: speech.sort_key(person.name))
        if person.status != "ended"
    ]
    if desk.store.ask(NotesOf(limit=1)).rows:
        rows.append(
            Row(
                desk.say("note.free.list"),
                lambda _: leave("/notes"),
                icon=ft.Icons.FOLDER_OPEN,
                color=theme.PRIVATE,
                id="write-notes",
                key="notes",
            )
        )
    rows.append(
        Row(
            desk.say("today.write.free"),
            lambda _: leave("/note/new"),
            subtitle=desk.say("today.write.free.help"),
            icon=ft.Icons.LOCK,
            color=theme.PRIVATE,
            id="write-free",
            key="free",
        )
    )
    return Rows(rows)


def zone_of(desk: Desk) -> str:
    """The name of the zone that the clock on this device shows."""
    return getattr(desk.now().tzinfo, "key", "") or ""
