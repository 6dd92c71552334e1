"""The way to a good ending: goals, skills, the last minutes, what becomes of notes, a certificate; or an early one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import flet as ft

from app.model.commands import DecideFate, EndMentorship
from app.model.entities import minutes_id
from app.model.queries import AboutMe, ClosingOf, ClosingView, CopiesOf, EvaluationsOf, MeetingsOf, MinutesFor, SkillsOf
from app.services import closing as carrying_out
from app.ui import routes, theme
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.parts import (
    Card,
    Choice,
    ChoiceButtons,
    DangerButton,
    EmptyState,
    Live,
    PrimaryButton,
    Quotable,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    VisibilityChip,
    Words,
    use_sheet,
)
from app.ui.safe import component
from app.ui.screens.agreement import why_not
from app.ui.screens.parting import part_button
from app.ui.screens.signing import use_agreements
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.model.entities import Fate, Minutes
    from app.model.queries import Meetings
    from app.services.agreements import Agreements
    from app.ui.desk import Desk

FATES: tuple[Fate, ...] = ("end", "3m", "12m", "keep")
TEMPLATE = "minutes.closing"
SURVEY = "survey.end"


@component
def ClosingScreen(person: str) -> ft.Control:
    """Everything that makes an ending good on one page, each line saying where it stands and leading there."""
    desk = use_desk()
    view: ClosingView | None = use_query(ClosingOf(person))
    if view is None:
        return Screen(desk.say("closing.title"), [EmptyState(desk.say("person.missing"))], back=True)
    return _Closing(person, view, key=person)


@component
def _Closing(person: str, view: ClosingView, key: str = "") -> ft.Control:
    desk, now = use_desk(), use_clock()
    meetings: Meetings = use_query(MeetingsOf(person, now, 5))
    skills = use_query(SkillsOf(person))
    on, over = _last_two(meetings)
    written: tuple[Minutes | None, ...] = (use_query(MinutesFor(on)), use_query(MinutesFor(over)))
    last, minutes = next(
        ((id, kept) for id, kept in zip((on, over), written, strict=True) if id and _may_close(kept)), ("", None)
    )
    deciding, decide = ft.use_state(False)

    def close() -> None:
        decide(False)

    use_sheet(
        (lambda: FateSheet(person, view.fate if view.decided else "", close)) if deciding else None,
        close,
        title=desk.say("closing.fate.title"),
        short=True,
    )
    ended = view.mentorship.status == "ended"
    closing_minutes = minutes is not None and minutes.document == TEMPLATE
    finished = minutes is not None and minutes.status == "finished"

    def by_both(agreements: Agreements) -> bool:
        """As they stand now: corrected minutes are confirmed again."""
        if minutes is None or not (closing_minutes and finished):
            return False
        return agreements.confirming(person, minutes.id, minutes.document, minutes.answers).signed

    confirmed = use_agreements(by_both, CopiesOf(person, minutes_id(last)), AboutMe())
    given = use_query(EvaluationsOf(mentorship=person))
    mine = skills.mine if skills else None
    reached = Reached(
        last=last,
        next=_next_meeting(person, meetings),
        closing=closing_minutes,
        finished=closing_minutes and finished,
        confirmed=bool(confirmed),
        rating="end" if mine and mine.started else "start",
        rated=bool(mine and mine.ended),
        answered=any(one.survey == SURVEY and one.role == view.my_role for one in given),
    )
    body: list[ft.Control] = [ft.Row([VisibilityChip("shared", name=view.name)], wrap=True)]
    body.append(Words(left_said(desk, view), Style.NOTE))
    body.append(Rows(_lines(desk, person, view, reached, lambda _: decide(True))))
    body += receipts(desk, view)
    above: list[ft.Control] = []
    primary: ft.Control | None = None
    if not ended:
        large = desk.prefs.text_size >= 150  # under the lines then, or the buttons would leave them no room
        (body if large else above).append(
            SecondaryButton(
                desk.say("closing.early"),
                lambda _: desk.go(f"/closing/{person}/early"),
                ft.Icons.LOGOUT,
                id="closing-early",
            )
        )
        primary = PrimaryButton(
            desk.say("closing.end"), lambda _: end(desk, view), ft.Icons.FLAG, id="closing-end", soft=bool(view.left)
        )
        body.append(Soft(desk.say("closing.booked")))
        body.append(Soft(desk.say(why_not(desk, person) or "closing.tells")))
    return Screen(desk.say("closing.title"), body, subtitle=view.name, back=True, above=above, primary=primary)


@dataclass(frozen=True)
class Reached:
    """How far the ending has come, beside what its own question tells."""

    last: str
    """The meeting whose minutes close it, where there is one."""
    next: str
    """Where the last minutes are still to be written."""
    closing: bool
    """The last minutes are closing minutes."""
    finished: bool
    confirmed: bool
    rating: str
    """Whether the skills are rated for the end, or for the first time."""
    rated: bool
    answered: bool


def _lines(
    desk: Desk, person: str, view: ClosingView, reached: Reached, decide: Callable[[object], object]
) -> list[ft.Control]:
    """What makes an ending good, each saying where it stands and leading there."""
    last = reached.last
    goals_said = (
        desk.say("closing.goals.open", count=view.open_goals) if view.open_goals else desk.say("closing.goals.done")
    )
    return [
        _line(desk, "goals", not view.open_goals, goals_said, f"/person/{person}", ft.Icons.FLAG_OUTLINED),
        _line(
            desk,
            "skills",
            reached.rated,
            desk.say("closing.skills.done" if reached.rated else "closing.skills.open"),
            f"/skills/{person}/rate",
            ft.Icons.INSIGHTS,
            phase=reached.rating,
        ),
        _line(
            desk,
            "minutes",
            reached.finished,
            desk.say("closing.minutes.done" if reached.finished else "closing.minutes.open")
            if last
            else desk.say("closing.minutes.none"),
            f"/meeting/{last}/minutes" if last else reached.next,
            ft.Icons.DRAW_OUTLINED,
            **({} if reached.closing or not last else {"template": TEMPLATE}),
        ),
        _line(
            desk,
            "confirm",
            reached.confirmed,
            desk.say(f"closing.confirm.{'done' if reached.confirmed else 'waits' if reached.finished else 'open'}"),
            f"/meeting/{last}/minutes" if reached.closing else None,
            ft.Icons.DONE_ALL,
        ),
        Row(
            desk.say("closing.fate"),
            decide,
            subtitle=fate_said(desk, view),
            icon=ft.Icons.CHECK_CIRCLE if view.decided else ft.Icons.AUTO_DELETE_OUTLINED,
            color=theme.PRIMARY if view.decided else theme.INK_SOFT,
            id="closing-fate",
            key="fate",
        ),
        _line(
            desk,
            "survey",
            reached.answered,
            desk.say("closing.survey.done" if reached.answered else "closing.survey.open"),
            f"/survey/{person}/end",
            ft.Icons.RATE_REVIEW_OUTLINED,
        ),
        _line(desk, "list", False, desk.say("closing.list.open"), f"/checklist/{person}/closing", ft.Icons.CHECKLIST),
        _line(
            desk,
            "certificate",
            False,
            desk.say("closing.certificate.open"),
            f"/closing/{person}/certificate",
            ft.Icons.WORKSPACE_PREMIUM_OUTLINED,
        ),
    ]


def _line(desk: Desk, name: str, done: bool, said: str, to: str | None, icon: ft.IconData, **facts: str) -> ft.Control:
    there = to is not None and routes.find(to) is not None
    return Row(
        desk.say(f"closing.{name}"),
        (lambda _: desk.go(to, **facts)) if there and to else None,
        subtitle=said,
        icon=ft.Icons.CHECK_CIRCLE if done else icon,
        color=theme.PRIMARY if done else theme.INK_SOFT,
        id=f"closing-{name}",
        key=name,
    )


def _last_two(meetings: Meetings) -> tuple[str, str]:
    """The meeting that is under way, and the newest that is over: one of them may be the last."""
    coming, past = ([row for row in rows if row.status != "cancelled"] for rows in (meetings.upcoming, meetings.past))
    on = next((row.id for row in coming if row.phase == "during" or row.began is not None), "")
    return on, past[0].id if past else ""


def _may_close(minutes: Minutes | None) -> bool:
    """Whether these are the closing minutes, or may become them: what both have confirmed stays what it is."""
    return minutes is None or minutes.document == TEMPLATE or minutes.status != "finished"


def _next_meeting(person: str, meetings: Meetings) -> str:
    """Where the last minutes are still to be written: at the next meeting, which may have to be booked."""
    planned = [row.id for row in meetings.upcoming if row.status == "planned"]
    return f"/meeting/{planned[0]}" if planned else f"/plan?person={person}"


@component
def EarlyScreen(person: str) -> ft.Control:
    """Ending before it was planned: no reason is asked for, nobody is to blame, and some words are there to send."""
    desk = use_desk()
    view: ClosingView | None = use_query(ClosingOf(person))
    if view is None:
        return Screen(desk.say("closing.title"), [EmptyState(desk.say("person.missing"))], back=True)
    message = desk.say("closing.early.message", name=view.name)

    async def copy() -> None:
        await ft.Clipboard().set(message)
        desk.notice(desk.say("closing.early.copied"))

    return Screen(
        desk.say("closing.early.title"),
        [
            Words(desk.say("closing.early.line"), Style.NOTE),
            SectionTitle(desk.say("closing.early.words")),
            Card([Quotable(message)], ground=theme.RAISED),
            ft.Row(
                [
                    SecondaryButton(
                        desk.say("closing.early.copy"),
                        lambda _: desk.later(copy),
                        ft.Icons.CONTENT_COPY,
                        id="early-copy",
                    )
                ],
                wrap=True,
            ),
            Soft(desk.say(why_not(desk, person) or "closing.tells")),
            Soft(after(desk, view)),
            *part_button(person, view.name),
        ],
        subtitle=view.name,
        back=True,
        primary=PrimaryButton(
            desk.say("closing.early.end"), lambda _: end(desk, view, back=True), ft.Icons.CHECK, id="early-end"
        ),
    )


def after(desk: Desk, view: ClosingView) -> str:
    """What is left of it all afterwards: everything, but for notes that the two have decided to delete."""
    if not view.decided or view.fate == "keep":
        return desk.say("closing.early.after")
    return desk.say("closing.early.after-fate", fate=desk.say(f"closing.fate.{view.fate}"))


def end(desk: Desk, view: ClosingView, *, back: bool = False) -> None:
    """End it, with Undo; whoever coordinates is told that it ended, and not why."""
    id = view.mentorship.id
    if view.mentorship.status == "ended":
        desk.back()
        return
    undo = put_an_end(desk, id)
    if back:
        desk.back()
    desk.notice(desk.say("closing.ended", name=view.name), undo=undo, seconds=6)


def put_an_end(desk: Desk, id: str) -> Callable[[], None]:
    """End a relationship, from wherever, and tell whoever coordinates; the answer takes both back."""
    done = desk.store.execute(EndMentorship(mentorship=id))
    if not why_not(desk, id):
        desk.session.programme.notify(id, "ended")

    def come_back() -> None:
        if done.undo:
            desk.store.execute(done.undo)
            desk.session.programme.unsay(id, "ended")

    return come_back


@component
def FateSheet(person: str, chosen: str, close: Callable[[], object]) -> ft.Control:
    """What becomes of private notes: decided by both together, changed until the day comes."""
    desk = use_desk()

    def choose(fate: str) -> None:
        desk.store.execute(DecideFate(mentorship=person, fate=next(one for one in FATES if one == fate)))
        close()

    return ft.Column(
        [
            Words(desk.say("closing.fate.line")),
            Soft(desk.say("closing.fate.stays")),
            ChoiceButtons(
                [Choice(name, desk.say(f"closing.fate.{name}")) for name in FATES],
                chosen,
                choose,
                label=desk.say("closing.fate.title"),
                id="fate",
                columns=1,
            ),
        ],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def left_said(desk: Desk, view: ClosingView) -> str:
    """How many meetings are left, or that it is over."""
    if view.mentorship.status == "ended":
        day = view.mentorship.ended
        return (
            desk.say("closing.over", when=desk.speech.value.day_year(day))
            if day
            else desk.say("person.missing.nothing")
        )
    if not view.soon and view.left:
        return desk.say("closing.time", count=view.left)
    return desk.say("closing.left", count=view.left) if view.left else desk.say("closing.none-left")


def fate_said(desk: Desk, view: ClosingView) -> str:
    """What was decided and when it happens; before that, what the agreement proposes."""
    if not view.decided:
        return desk.say("closing.fate.proposed", fate=desk.say(f"closing.fate.{view.fate}"))
    said = desk.say(f"closing.fate.{view.fate}")
    return f"{said} ({desk.speech.value.day_year(view.day)})" if view.day and view.fate != "end" else said


def receipts(desk: Desk, view: ClosingView) -> list[ft.Control]:
    """Who has deleted how many notes, and when: both see the same."""
    zone = desk.now().tzinfo
    rows: list[ft.Control] = []
    for one in view.fulfilled:
        who = desk.say("note.task.me") if one.role == view.my_role else view.name
        when = desk.speech.value.day_year(one.at.astimezone(zone).date()) if one.at else ""
        rows.append(
            Row(
                who,
                subtitle=desk.say("closing.receipt", count=one.dropped, when=when),
                icon=ft.Icons.RECEIPT_LONG,
                id=f"receipt-{one.role}",
                key=one.id,
            )
        )
    return [SectionTitle(desk.say("closing.receipts")), Rows(rows)] if rows else []


# ------------------------------------------------------------------ a word on Today


@component
def ClosingCards() -> ft.Control:
    """On Today: the last meetings have come, or private notes are about to be deleted. Showing it is what counts."""
    desk, now = use_desk(), use_clock()
    from app.model.queries import ClosingNews

    news: tuple[ClosingView, ...] = use_query(ClosingNews(now.replace(hour=0, minute=0, second=0, microsecond=0)))
    every, show_every = ft.use_state(False)
    deleting = [view for view in news if view.near(now.date())]
    soon = [view for view in news if view not in deleting]
    many = len(soon) > 1 and not every  # then one line: what is on now stays in sight
    cards = [_card(desk, view, key=view.mentorship.id) for view in [*deleting, *(() if many else soon)]]
    if many:
        cards.append(_row(desk.say("closing.soon.many", count=len(soon)), lambda: show_every(True), "closing-more"))
    return ft.Column(
        cards,
        spacing=8,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _card(desk: Desk, view: ClosingView, key: str) -> ft.Control:
    today = desk.now().date()
    if view.near(today):
        return DeletingCard(view, key=key)
    path = f"/closing/{view.mentorship.id}"
    soon = desk.say("closing.soon", name=view.name, count=view.left)
    words = soon if view.left else desk.say("closing.all-held", name=view.name)
    return _row(words, lambda: desk.go(path), f"closing-soon-{view.mentorship.id}", key)


def _row(words: str, act: Callable[[], object], id: str, key: str = "more") -> ft.Control:
    return Card(
        ft.Row(
            [
                ft.Icon(ft.Icons.FLAG_OUTLINED, color=theme.ACCENT, size=24),
                Words(words, expand=True),
                ft.Icon(ft.Icons.CHEVRON_RIGHT, color=theme.INK_SOFT, size=24),
            ],
            spacing=12,
        ),
        lambda _: act(),
        id=id,
        ground=theme.RAISED,
        key=key,
    )


@component
def DeletingCard(view: ClosingView, *, key: str | None = None) -> ft.Control:
    """The warning. Once it has been seen, the day may be carried out; when the day has come it can be done at once."""
    desk = use_desk()
    today = desk.now().date()

    def seen() -> None:
        carrying_out.announce(desk.store, view)

    ft.use_effect(seen, [view.day])

    def delete(_: object) -> None:
        count = carrying_out.erase(desk.store, view.mentorship.id)
        desk.notice(desk.say("closing.deleted", count=count, name=view.name))

    day = desk.speech.value.day_year(view.day) if view.day else ""
    due = view.due(today)
    words = desk.say(
        "closing.deleting" if not due else "closing.deleting-now", name=view.name, when=day, count=view.notes
    )
    inside: list[ft.Control] = [Live(words, ft.Icons.AUTO_DELETE_OUTLINED, theme.ACCENT)]
    buttons: list[ft.Control] = [
        SecondaryButton(
            desk.say("closing.deleting.change"),
            lambda _: desk.go(f"/closing/{view.mentorship.id}"),
            id=f"deleting-change-{view.mentorship.id}",
        )
    ]
    if due:
        buttons.append(DangerButton(desk.say("closing.deleting.now"), delete, id=f"deleting-now-{view.mentorship.id}"))
    inside.append(ft.Row(buttons, spacing=8, run_spacing=8, wrap=True))
    return Card(inside, ground=theme.RAISED, key=key)
