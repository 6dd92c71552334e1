"""Topics to talk about, and questions one at a time while one talks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import flet as ft

from app.model.commands import AddTopic, Delete, Restore
from app.model.entities import Agenda
from app.model.queries import AgendaOf, PeopleList, PersonRow, TopicsUsed
from app.services.content.library import Document, Item
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.parts import (
    Chip,
    Choice,
    EmptyState,
    PrimaryButton,
    QuietButton,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    Words,
)
from app.ui.parts.toggles import Picks
from app.ui.safe import component
from app.ui.screens.document import found, only
from app.ui.screens.rows import local
from app.ui.theme import Style

ALL = "all"


@component
def TopicsScreen(person: str = "", meeting: str = "") -> ft.Control:
    """The topics in their groups. One tap puts one on the agenda of the next meeting."""
    desk = use_desk()
    now = use_clock()
    people: tuple[PersonRow, ...] = use_query(PeopleList(now=now))
    group, show = ft.use_state(ALL)
    active = [row for row in people if row.status != "ended"]
    whom, choose = ft.use_state(person)
    chosen = next((row for row in people if row.mentorship == (whom or only(people) or _soonest(active))), None)
    target = meeting or (chosen.next.id if chosen and chosen.next else "")
    agenda: tuple[Agenda, ...] = use_query(AgendaOf(target))
    used: frozenset[str] = use_query(TopicsUsed(chosen.mentorship if chosen else None))
    document = desk.library.document("topics.library")
    there = {one.topic: one for one in agenda if one.topic}

    groups = [
        Choice(ALL, desk.say("topic.all")),
        *(Choice(one.id, desk.read(one.title)) for one in document.groups),
    ]
    parts: list[ft.Control] = []
    if not person and not meeting and len(active) > 1:
        names = sorted(active, key=lambda row: desk.speech.value.sort_key(row.name))
        parts += [
            SectionTitle(desk.say("topic.who")),
            Picks(
                [Choice(row.mentorship, row.name) for row in names],
                chosen.mentorship if chosen else "",
                choose,
                label=desk.say("topic.who"),
                id="topic-person",
            ),
        ]
    if chosen and chosen.next and not meeting:
        when = desk.speech.value.near(local(chosen.next.starts, now), now)
        parts.append(Soft(desk.say("topic.goes-to", name=chosen.name, when=when)))
    parts.append(Picks(groups, group, show, label=desk.say("topic.filter"), id="topic-group", line=True))
    for heading, items in document.in_groups(None):
        if group != ALL and (heading is None or heading.id != group):
            continue
        parts.append(SectionTitle(desk.read(heading.title) if heading else desk.say("topic.own")))
        parts += [TopicCard(item, item.id in used, there.get(item.id), chosen, target, key=item.id) for item in items]
    return Screen(desk.say("topic.title"), parts, back=True)


def _soonest(people: Sequence[PersonRow]) -> str:
    """The person one meets next."""
    booked = [(row.next.starts, row.mentorship) for row in people if row.next]
    return min(booked)[1] if booked else ""


@component
def TopicCard(
    item: Item, used: bool, agenda: Agenda | None, person: PersonRow | None, meeting: str, key: str = ""
) -> ft.Control:
    """A topic: its questions one tap away, and on or off the agenda with another."""
    desk = use_desk()
    title = desk.read(item.text)

    def put(_: object) -> None:
        if person is None:
            desk.notice(desk.say("topic.choose-person"))
            return
        if not meeting:
            desk.notice(desk.say("topic.no-meeting"))
            desk.go("/plan", person=person.mentorship)
            return
        done = desk.store.execute(AddTopic(mentorship=person.mentorship, meeting=meeting, topic=item.id))
        put_there = done.record
        desk.notice(
            desk.say("topic.put", title=title),
            undo=lambda: desk.store.execute(Delete(kind="agenda", id=put_there)),
        )

    def take(_: object) -> None:
        if agenda is not None:
            gone = agenda.id
            desk.store.execute(Delete(kind="agenda", id=gone))
            desk.notice(
                desk.say("topic.taken", title=title),
                undo=lambda: desk.store.execute(Restore(kind="agenda", id=gone)),
            )

    marks: list[ft.Control] = []
    if used:
        marks.append(Chip(desk.say("topic.used"), ft.Icons.HISTORY))
    if item.roles and len(item.roles) == 1:
        role = desk.say(f"library.for.{next(iter(item.roles))}")
        marks.append(Chip(desk.say("library.only-for", roles=role), ft.Icons.PERSON_OUTLINE))
    words: list[ft.Control] = [Words(title, Style.STRONG), Soft(desk.say("topic.questions", count=len(item.ask)))]
    if marks:
        words.append(ft.Row(marks, wrap=True, spacing=8, run_spacing=8))
    opener = ft.MergeSemantics(
        content=ft.Semantics(
            identifier=f"topic-{item.id}",
            button=True,
            content=ft.Container(
                ft.Row(
                    [
                        ft.Column(words, spacing=4, tight=True, expand=True),
                        ft.Icon(ft.Icons.CHEVRON_RIGHT, color=theme.INK_SOFT, size=24),
                    ],
                    spacing=10,
                ),
                on_click=lambda _: desk.go("/questions/topics.library", item=item.id),
                ink=True,
                padding=ft.Padding.only(left=16, right=12, top=14, bottom=8),
            ),
        )
    )
    on = agenda is not None
    button = QuietButton(
        desk.say("topic.on-agenda" if on else "topic.use"),
        take if on else put,
        ft.Icons.EVENT_AVAILABLE if on else ft.Icons.ADD,
    )
    said = desk.say("topic.off-agenda-name" if on else "topic.use-name", title=title)
    low = ft.MergeSemantics(
        content=ft.Semantics(identifier=f"agenda-{item.id}", checked=on, label=said, content=button)
    )
    return ft.Container(
        ft.Column(
            [opener, ft.Container(ft.Row([low]), padding=ft.Padding.only(left=8, bottom=6))],
            spacing=0,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        bgcolor=theme.SURFACE,
        border=ft.Border.all(1, theme.PRIMARY if on else theme.EDGE),
        border_radius=theme.CORNER,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )


# ---------------------------------------------------------------- one question at a time


@dataclass(frozen=True)
class Asked:
    """One question, under its heading, with what helps."""

    heading: str
    text: str
    say: str = ""
    help: str = ""
    item: str = ""


def questions_of(desk: Desk, document: Document) -> tuple[Asked, ...]:
    """Every question of a document: a topic brings several, a prompt is one."""
    found: list[Asked] = []
    for group, items in document.in_groups(None):
        heading = desk.read(group.title) if group else ""
        for item in items:
            if item.ask:
                topic = desk.read(item.text)
                found += [Asked(topic, desk.read(phrase), item=item.id) for phrase in item.ask]
            else:
                say = desk.read(item.say) if item.say else ""
                help_ = desk.read(item.help) if item.help else ""
                found.append(Asked(heading, desk.read(item.text), say, help_, item.id))
    return tuple(found)


def start_at(questions: Sequence[Asked], item: str) -> int:
    """Where the questions of a topic begin."""
    return next((at for at, one in enumerate(questions) if one.item == item), 0)


@component
def QuestionsScreen(document: str, item: str = "") -> ft.Control:
    """One question fills the screen; the thumb goes on and back."""
    desk = use_desk()
    shown = found(desk, document)
    questions = questions_of(desk, shown) if shown else ()
    at, go_to = ft.use_state(start_at(questions, item))
    if shown is None or not questions:
        return Screen(desk.say("topic.question"), [EmptyState(desk.say("topic.missing"))], back=True)
    one = questions[min(at, len(questions) - 1)]
    last = at >= len(questions) - 1
    inside: list[ft.Control] = [
        Soft(one.heading, Style.BODY),
        ft.Semantics(live_region=True, content=Words(one.text, Style.TITLE)),
    ]
    if one.help:
        inside.append(Words(one.help, color=theme.INK_SOFT))
    if one.say:
        inside.append(
            ft.Container(
                ft.Column([Soft(desk.say("topic.say")), Words(one.say, Style.NOTE)], spacing=4, tight=True),
                bgcolor=theme.RAISED,
                border_radius=theme.CORNER,
                padding=16,
            )
        )
    body = ft.Column(
        inside,
        spacing=20,
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        alignment=ft.MainAxisAlignment.CENTER,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    back = SecondaryButton(
        desk.say("topic.previous"), lambda _: go_to(max(at - 1, 0)), ft.Icons.ARROW_BACK, id="previous", expand=True
    )
    following = PrimaryButton(
        desk.say("topic.again" if last else "topic.next"),
        lambda _: go_to(0 if last else at + 1),
        ft.Icons.REPLAY if last else ft.Icons.ARROW_FORWARD,
        id="next",
        expand=True,
    )
    return Screen(
        desk.say("topic.question-of", number=at + 1, total=len(questions)),
        body,
        subtitle=desk.read(shown.title),
        back=True,
        primary=ft.Row([back, following], spacing=8, vertical_alignment=ft.CrossAxisAlignment.CENTER),
    )
