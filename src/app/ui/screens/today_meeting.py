"""The meeting on Today: its card, the next one where none is today, and the first lines of the list of the moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import flet as ft

from app.model.commands import SameTimeAgain, TickItem, UntickItem
from app.model.queries import AgainWith
from app.model.schedule import apart
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_held, use_query, use_undo
from app.ui.parts import Row, Rows, SecondaryButton, SectionTitle, Words
from app.ui.parts.ticks import TickLine
from app.ui.safe import component
from app.ui.screens.lists import Line, capital, lines_of, settled, shown
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.model.queries import Again, MeetingRow, PairRow, TodayMeeting
    from app.ui.desk import Desk

FAR = timedelta(hours=6)
TICKS = 3

Undo = Callable[[str, Callable[[], object]], None]


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


def all_over(desk: Desk) -> ft.Control:
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


def _stacked(parts: list[ft.Control]) -> ft.Control:
    return ft.Column(parts, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


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


# ------------------------------------------------------------------ the list of the moment


def list_part(desk: Desk, meeting: TodayMeeting) -> tuple[list[ft.Control], int]:
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


def more_words(desk: Desk, key: str, count: int) -> str:
    """ "Five more": small numbers in letters."""
    number = desk.say(f"today.number.{count}") if 1 <= count <= 12 else str(count)
    return desk.say(key, count=count, number=number)
