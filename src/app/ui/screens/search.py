"""Search: one field, everything that is open, and the hits by what they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import flet as ft

from app.model.entities import Agenda, Evaluation, FilledForm, Minutes, Progress
from app.model.queries import One, PeopleList, PersonRow
from app.services.records.search import Hit
from app.ui import theme
from app.ui.desk import Desk
from app.ui.finder import finder_of
from app.ui.hooks import use_clock, use_desk, use_held, use_query, use_watch
from app.ui.parts import Busy, EmptyState, Field, Live, LongList, QuietButton, Rows, Screen, SectionTitle, Soft, Words
from app.ui.parts.marked import Marked
from app.ui.safe import component
from app.ui.screens.rows import local
from app.ui.signal import Signal
from app.ui.theme import Style

GROUPS: Mapping[str, tuple[frozenset[str], ft.IconData]] = {
    "person": (frozenset({"person", "mentorship"}), ft.Icons.PERSON_OUTLINE),
    "note": (frozenset({"note"}), ft.Icons.EDIT_NOTE),
    "minutes": (frozenset({"minutes"}), ft.Icons.DESCRIPTION_OUTLINED),
    "goal": (frozenset({"goal", "progress", "skills"}), ft.Icons.FLAG_OUTLINED),
    "task": (frozenset({"task"}), ft.Icons.TASK_ALT),
    "meeting": (frozenset({"meeting", "agenda"}), ft.Icons.EVENT),
    "feedback": (frozenset({"evaluation"}), ft.Icons.POLL_OUTLINED),
    "form": (frozenset({"form"}), ft.Icons.FENCE),
    "document": (frozenset({"document"}), ft.Icons.MENU_BOOK_OUTLINED),
}
"""What the hits are gathered under, in this order."""
FIRST = 5
MORE = 50
SHORTEST = 2
"""Letters: one would find everything."""
PAUSE = 0.05
"""Seconds from a letter to its hits: letters that come faster are looked up together."""


@component
def SearchScreen(question: str = "") -> ft.Control:
    """The field has the focus; hits come while one types. The field stays where it is."""
    desk = use_desk()
    asked: Signal[str] = use_held(lambda: Signal(question))
    body = ft.Column(
        [Asking(asked), Answers(asked)],
        spacing=12,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return Screen(desk.say("search.title"), body, back=True)


@component
def Asking(asked: Signal[str]) -> ft.Control:
    """The field. It is not drawn again while one types: an echo that comes late would take letters away."""
    desk = use_desk()
    typed = use_held(lambda: [asked.value])
    waiting: list[asyncio.TimerHandle] = use_held(list)

    def change(text: str) -> None:
        typed[0] = text
        if not waiting:
            waiting.append(asyncio.get_running_loop().call_later(PAUSE, look))

    def look() -> None:
        stop()
        if desk.session.phase == "open":
            asked.set(typed[0])

    def stop() -> None:
        while waiting:
            waiting.pop().cancel()

    ft.use_effect(_nothing, [], cleanup=stop)
    return Field(desk.say("search.field"), typed[0], change, id="search-field", limit=200, autofocus=True, still=True)


_NONE: tuple[str, str] = ("", "")


@component
def Answers(asked: Signal[str]) -> ft.Control:
    """What was found, by what it is; only what is in sight is laid out."""
    desk = use_desk()
    now = use_clock()
    question = use_watch(asked)
    wide_open, open_group = ft.use_state(_NONE)  # of which question, which group
    people: tuple[PersonRow, ...] = use_query(PeopleList(now=now))
    finder = finder_of(desk)
    finder.speak(desk)
    whole = use_watch(finder.whole)
    names = {row.mentorship: row.name for row in people}
    if len(question.strip()) < SHORTEST:
        hints: list[ft.Control] = [
            EmptyState(
                desk.say("search.start"), help=desk.say("search.start-more"), icon=ft.Icons.SEARCH, id="search-start"
            )
        ]
        return LongList(hints, spacing=12)

    def limit(group: str) -> int:
        return MORE if (question, group) == wide_open else FIRST

    found = finder.search.gather(question, {group: (kinds, limit(group)) for group, (kinds, _) in GROUPS.items()})
    total = sum(one.total for one in found.values())
    parts: list[ft.Control] = [Live(desk.say("search.found", count=total) if total else "")]
    if not whole:
        parts.append(Busy(desk.say("search.looking")))
    if not total and whole:
        parts += [
            EmptyState(
                desk.say("search.none", word=question.strip()),
                help=desk.say("search.none-more"),
                icon=ft.Icons.SEARCH_OFF,
                id="search-none",
            )
        ]
    for group, answer in found.items():
        if not answer.hits:
            continue
        icon = GROUPS[group][1]
        parts.append(SectionTitle(desk.say(f"search.group.{group}"), str(answer.total)))
        parts.append(Rows([HitRow(desk, hit, icon, names) for hit in answer.hits]))
        left = answer.total - len(answer.hits)
        if left > 0 and limit(group) == FIRST:
            more = QuietButton(
                desk.say("search.more", number=min(left, MORE - FIRST)),
                _opener(open_group, (question, group)),
                id=f"more-{group}",
            )
            parts.append(ft.Row([more]))
    return LongList(parts, spacing=12)


def _nothing() -> None:
    """An effect of which only the cleanup matters."""


def _opener(open_group: Callable[[tuple[str, str]], object], group: tuple[str, str]) -> Callable[[object], object]:
    return lambda _: open_group(group)


def HitRow(desk: Desk, hit: Hit, icon: ft.IconData, names: Mapping[str, str]) -> ft.Control:
    """One hit: what it is, the line it was found in, whose it is and from when."""
    text = hit.text
    about: list[str] = []
    if text.mentorship in names and names[text.mentorship] != text.title:
        about.append(names[text.mentorship])
    if text.at is not None:
        moment = desk.now()
        about.append(desk.speech.value.near_day(local(text.at, moment).date(), moment.date()))
    if text.private:
        about.append(desk.say("search.private"))
    lines: list[ft.Control] = []
    if text.body and text.title:
        lines.append(Words(text.title, Style.STRONG, lines=2))
    lines.append(Marked(hit.snippet, hit.ranges))
    if about and text.kind != "document":
        lines.append(Soft(" · ".join(about)))
    row = ft.Row(
        [
            ft.Icon(
                ft.Icons.LOCK if text.private else icon, color=theme.PRIVATE if text.private else theme.PRIMARY, size=24
            ),
            ft.Column(lines, spacing=2, tight=True, expand=True),
            ft.Icon(ft.Icons.CHEVRON_RIGHT, color=theme.INK_SOFT, size=24),
        ],
        spacing=14,
    )
    return ft.MergeSemantics(
        content=ft.Semantics(
            identifier=f"hit-{text.kind}-{text.id}",
            button=True,
            content=ft.Container(
                row,
                on_click=lambda _: _open(desk, hit),
                ink=True,
                padding=ft.Padding.symmetric(vertical=12, horizontal=16),
            ),
        )
    )


def _open(desk: Desk, hit: Hit) -> None:
    path = path_of(desk, hit)
    if path:
        desk.go(path)


def path_of(desk: Desk, hit: Hit) -> str:
    """Where a hit leads: the screen on which its words stand."""
    kind, id = hit.text.kind, hit.text.id
    straight = {"note": "/note/", "goal": "/goal/", "task": "/task/", "meeting": "/meeting/", "document": "/document/"}
    if kind in straight:
        return straight[kind] + id
    if kind == "skills":
        return f"/skills/{hit.text.mentorship}"
    if kind in ("person", "mentorship"):
        return f"/person/{hit.text.mentorship}" if hit.text.mentorship else "/people"
    if kind == "minutes":
        minutes = desk.store.ask(One(Minutes, id))
        return f"/meeting/{minutes.meeting}/minutes" if minutes else ""
    if kind == "progress":
        step = desk.store.ask(One(Progress, id))
        return f"/goal/{step.goal}" if step else ""
    if kind == "agenda":
        topic = desk.store.ask(One(Agenda, id))
        return f"/meeting/{topic.meeting}" if topic and topic.meeting else ""
    if kind == "evaluation":
        given = desk.store.ask(One(Evaluation, id))
        return f"/meeting/{given.meeting}" if given and given.meeting else ""
    form = desk.store.ask(One(FilledForm, id)) if kind == "form" else None
    if form is not None and form.document == "prompts.boundaries" and form.mentorship:
        return f"/boundaries/{form.mentorship}"
    return f"/document/{form.document}" if form is not None else ""
