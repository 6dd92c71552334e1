"""People: everybody one has a mentorship with, and adding somebody in a few taps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import flet as ft

from app.model.commands import AddPerson
from app.model.entities import Form, PairRole
from app.model.queries import PeopleList, PersonRow
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_clock, use_desk, use_query, use_wide
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Choice,
    ChoiceButtons,
    EmptyState,
    Field,
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
from app.ui.parts.faces import Avatar
from app.ui.parts.long import EndlessList
from app.ui.parts.surfaces import Card
from app.ui.safe import component
from app.ui.screens.person import PersonButton, PersonPane
from app.ui.screens.rows import local, resumed_line, search_button
from app.ui.theme import Style

MANY = 8  # from here on a field to find somebody is worth its place


@component
def PeopleScreen(person: str = "") -> ft.Control:
    """The list, by name. With one person only, what matters about them stands here at once; on a wide window it always
    stands beside the list.
    """
    desk, wide = use_desk(), use_wide()
    now = use_clock()
    people: Sequence[PersonRow] = use_query(PeopleList(now=now))
    ended, show_ended = ft.use_state(False)
    chosen, choose = ft.use_state(person)
    wanted, want = ft.use_state("")

    ordered = sorted(people, key=lambda row: desk.speech.value.sort_key(row.name))
    active = [row for row in ordered if row.status != "ended"]
    gone = [row for row in ordered if row.status == "ended"]
    every = ended or not active  # where nobody else is left, they stand there at once
    rows = [row for row in (ordered if every else active) if wanted.casefold() in row.name.casefold()]
    one = active[0] if len(active) == 1 and not gone else None
    soonest = min((row for row in active if row.next), key=_when, default=active[0] if active else None)
    picked = next((row for row in ordered if row.mentorship == chosen), soonest)

    def open_(row: PersonRow) -> None:
        if wide:
            choose(row.mentorship)
        else:
            desk.go(f"/person/{row.mentorship}")

    def draw(row: PersonRow) -> ft.Control:
        here = wide and picked is not None and row.mentorship == picked.mentorship
        return PersonCard(desk, row, now, open_, chosen=here)

    def go_add(_: object) -> None:
        desk.go("/people/new")

    pair = QuietButton(desk.say("pair.have-code"), lambda _: desk.go("/pair"), ft.Icons.QR_CODE_2, id="pair")

    title, actions = desk.say("people.title"), [search_button(desk)]
    if not ordered:
        empty = EmptyState(
            desk.say("people.empty"),
            help=desk.say("people.empty-more"),
            icon=ft.Icons.GROUP_OUTLINED,
            id="people-empty",
        )
        add = PrimaryButton(desk.say("people.add"), go_add, ft.Icons.PERSON_ADD, id="add-person")
        other = ft.Row([pair], alignment=ft.MainAxisAlignment.CENTER, wrap=True)
        return Screen(title, [empty, other], actions=actions, primary=add)
    if one and not wide:
        more = QuietButton(desk.say("people.add"), go_add, ft.Icons.PERSON_ADD, id="add-person")
        pane = PersonPane(one.mentorship, part="brief", key=one.mentorship)
        return Screen(
            title,
            [draw(one), pane, ft.Row([more, pair], wrap=True)],
            actions=actions,
            primary=PersonButton(one.mentorship),
        )
    add = SecondaryButton(desk.say("people.add"), go_add, ft.Icons.PERSON_ADD, id="add-person")
    top: list[ft.Control] = []
    if len(ordered) >= MANY:
        top.append(ft.Container(Field(desk.say("people.filter"), wanted, want, id="find-person"), margin=_UNDER))
    if not rows:
        top.append(Soft(desk.say("people.no-match"), Style.BODY))
    footer: list[ft.Control] = [ft.Row([pair], wrap=True)]
    if gone and active:
        words = desk.say("people.hide-ended") if ended else desk.say("people.show-ended", number=len(gone))
        footer.append(ft.Row([QuietButton(words, lambda _: show_ended(not ended), id="show-ended")], wrap=True))
    body = EndlessList(rows, draw, height=84, header=top, footer=footer)
    aside = [PersonPane(picked.mentorship, part="beside", key=picked.mentorship)] if wide and picked else []
    return Screen(title, body, actions=actions, primary=add, aside=aside)


_UNDER = ft.Margin.only(bottom=8)


def _when(row: PersonRow) -> datetime:
    assert row.next is not None
    return row.next.starts


def PersonCard(
    desk: Desk, row: PersonRow, now: datetime, on_open: Callable[[PersonRow], object], *, chosen: bool = False
) -> ft.Control:
    """A person as a card: initial, name, and when the two meet next."""
    words: list[ft.Control] = [Words(row.name, Style.HEADING, lines=2), Soft(next_line(desk, row, now), Style.BODY)]
    line: list[ft.Control] = [
        Avatar(row.name),
        ft.Column(words, spacing=2, tight=True, expand=True),
        ft.Icon(ft.Icons.CHEVRON_RIGHT, color=theme.INK_SOFT, size=24),
    ]
    return Card(
        ft.Row(line, spacing=14),
        lambda _: on_open(row),
        id=f"person-{row.mentorship}",
        ground=theme.RAISED if chosen else theme.SURFACE,
        key=row.mentorship,
    )


def next_line(desk: Desk, row: PersonRow, now: datetime) -> str:
    """When the two meet next, and which meeting of how many that is."""
    if row.status == "ended":
        return desk.say("person.step.ended")
    if row.next is None:
        return desk.say("people.no-meeting")
    when = desk.speech.value.near(local(row.next.starts, now), now)
    number = row.held + 1  # of all their meetings; a series counts its own days, also those that were left out
    if row.planned:
        return desk.say("people.meeting-of", number=number, planned=max(row.planned, number), when=when)
    return desk.say("people.meeting", number=number, when=when)


@dataclass(frozen=True)
class Added:
    """A new person while it is being written: the name, and what I am to them."""

    name: str
    mine: str


@component
def NewPersonScreen() -> ft.Control:
    """A name, and who the other is to me: my own role follows from that."""
    desk = use_desk()
    form = use_unfinished("person.new", Added("", "mentee" if desk.role == "mentee" else "mentor"))
    name, mine = form.values.name, form.values.mine
    missing, set_missing = ft.use_state(False)

    def type_(text: str) -> None:
        form.put(replace(form.values, name=text))
        if text.strip():
            set_missing(False)

    def save(_: object = None) -> None:
        if not name.strip():
            set_missing(True)
            return
        role: PairRole = "mentee" if mine == "mentee" else "mentor"
        kind: Form = "group" if mine == "group" else "one"
        done = desk.store.execute(AddPerson(name=name.strip(), my_role=role, form=kind))
        form.done()
        desk.notice(desk.say("people.added", name=name.strip()))
        desk.swap(f"/person/{done.record}")

    choices = [
        Choice("mentor", desk.say("people.their.mentee"), subtitle=desk.say("people.mine.mentor")),
        Choice("mentee", desk.say("people.their.mentor"), subtitle=desk.say("people.mine.mentee")),
        Choice("group", desk.say("people.their.group"), subtitle=desk.say("people.mine.group")),
    ]
    return Screen(
        desk.say("people.new"),
        [
            *resumed_line(desk, form),
            Field(
                desk.say("people.name"),
                name,
                type_,
                id="person-name",
                error=desk.say("people.name-missing") if missing else "",
                limit=120,
                autofocus=not form.resumed,
                on_submit=save,
            ),
            SectionTitle(desk.say("people.who")),
            ChoiceButtons(
                choices,
                mine,
                lambda mine: form.put(replace(form.values, mine=mine)),
                label=desk.say("people.who"),
                id="person-role",
            ),
            Soft(desk.say("people.new-hint")),
            Rows(
                [
                    Row(
                        desk.say("pair.have-code"),
                        lambda _: desk.swap("/pair"),
                        subtitle=desk.say("people.code-hint"),
                        icon=ft.Icons.QR_CODE_2,
                        id="person-code",
                    )
                ]
            ),
        ],
        back=True,
        primary=PrimaryButton(desk.say("people.save"), save, ft.Icons.CHECK, id="save-person"),
    )
