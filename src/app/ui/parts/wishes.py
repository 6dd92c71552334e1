"""What I erased from shared spaces, and what the others' phones did about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flet as ft

from app.model.commands import EraseShared
from app.model.queries import PeopleList
from app.ui.hooks import use_clock, use_desk, use_query, use_watch
from app.ui.hooks.carrying import use_sharing
from app.ui.parts.buttons import DangerButton, QuietButton, SecondaryButton
from app.ui.parts.surfaces import Card
from app.ui.parts.text import Heading, Live, SectionTitle, Soft, Words
from app.ui.safe import component

if TYPE_CHECKING:
    from app.services.sharing.tidings import Wish
    from app.ui.desk import Desk


@component
def Wishes() -> ft.Control:
    """The newest wishes to erase, each with its answers. Nothing where there is none."""
    desk, now = use_desk(), use_clock()
    use_watch(desk.speech)

    def wished() -> tuple[Wish, ...]:
        found: tuple[Wish, ...] = desk.session.tidings.wishes()
        return found

    nothing: tuple[Wish, ...] = ()
    found = use_sharing(wished, nothing)
    lines: list[ft.Control] = []
    for wish in found:
        when = desk.speech.value.near(wish.at.astimezone(now.tzinfo), now) if wish.at else ""
        lines.append(Card([Soft(desk.say("wish.at", when=when)), *_answers(desk, wish)]))
    parts = [SectionTitle(desk.say("wish.title")), *lines] if lines else []
    return ft.Column(
        parts,
        spacing=8,
        tight=True,
        visible=bool(parts),
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _answers(desk: Desk, wish: Wish) -> list[ft.Control]:
    """What came of a wish, a line a person."""
    said: list[ft.Control] = [
        Live(desk.say("wish.answer", name=one.name, erased=one.erased, kept=one.kept), ft.Icons.CHECK)
        for one in wish.answers
    ]
    return said + [Live(desk.say("wish.silent", name=name), ft.Icons.SCHEDULE) for name in wish.silent]


@component
def AskOthers() -> ft.Control:
    """Before everything is erased here: whom I share with can be asked to erase my words, too."""
    desk = use_desk()
    use_watch(desk.speech)
    people = use_query(_people(desk))
    spaces: tuple[str, ...] = use_sharing(lambda: _shared_with(desk, tuple(one.mentorship for one in people)), ())
    cards: list[ft.Control] = [
        _Ask(one.mentorship, one.name, key=one.mentorship) for one in people if one.mentorship in spaces
    ]
    return ft.Column(
        [*cards, Wishes()],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@component
def _Ask(mentorship: str, name: str, key: str = "") -> ft.Control:
    desk = use_desk()
    sure, ask = ft.use_state(False)
    asked, done = ft.use_state(False)

    def erase(_: object) -> None:
        desk.store.execute(EraseShared(mentorship=mentorship))
        done(True)
        if desk.session.replication.choice is None:
            desk.session.exchange.seal(desk.session.pairing.peer(mentorship).space)
        else:
            desk.session.replication.now(asked=True)

    parts: list[ft.Control] = [Heading(desk.say("wish.ask.title", name=name)), Words(desk.say("wish.how", name=name))]
    if asked:
        parts.append(Live(desk.say("wish.asked", name=name), ft.Icons.CHECK_CIRCLE))
        if desk.session.replication.choice is None:
            parts.append(
                ft.Row(
                    [
                        QuietButton(
                            desk.say("wish.package", name=name),
                            lambda _: desk.go(f"/person/{mentorship}/pair"),
                            ft.Icons.OUTBOX,
                            id=f"wish-package-{mentorship}",
                        )
                    ],
                    wrap=True,
                )
            )
    elif sure:  # it cannot be undone, so it takes a second tap
        parts += [
            Words(desk.say("wish.sure")),
            ft.Row(
                [
                    DangerButton(desk.say("wish.go"), erase, ft.Icons.DELETE_FOREVER, id=f"wish-go-{mentorship}"),
                    QuietButton(desk.say("checklist.cancel"), lambda _: ask(False), id=f"wish-cancel-{mentorship}"),
                ],
                spacing=8,
                run_spacing=8,
                wrap=True,
            ),
        ]
    else:
        parts.append(
            SecondaryButton(
                desk.say("wish.ask", name=name),
                lambda _: ask(True),
                ft.Icons.DELETE_SWEEP_OUTLINED,
                id=f"wish-{mentorship}",
            )
        )
    return Card(parts)


def _people(desk: Desk) -> PeopleList:
    return PeopleList(desk.now().replace(second=0, microsecond=0))


def _shared_with(desk: Desk, mentorships: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in mentorships if desk.session.tidings.heard(one))
