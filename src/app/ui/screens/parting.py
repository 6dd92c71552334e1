"""Not sharing any more: what both keep and what ends is said before; one tap ends it and one brings it back; leaving takes two."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import flet as ft

from app.model.queries import PersonPage, Two, TwoOf
from app.ui import theme
from app.ui.hooks import use_busy, use_clock, use_desk, use_query
from app.ui.hooks.carrying import use_sharing
from app.ui.hooks.context import the_desk
from app.ui.parts import (
    Busy,
    Card,
    DangerButton,
    EmptyState,
    Live,
    QuietButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    Words,
)
from app.ui.parts.codes import CodeOut
from app.ui.safe import component
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.services.sharing.pairing import Package
    from app.services.sharing.parting import Parted
    from app.ui.desk import Desk

UNDO_SECONDS = 10


@component
def PartScreen(id: str) -> ft.Control:
    """With somebody one shares with: the ways to end that. Once it has ended: how, and the way back."""
    desk = use_desk()
    view = use_query(PersonPage(id, use_clock()))
    ended: Parted | None = use_sharing(lambda: desk.session.parting.of(id), None)
    shares = use_sharing(lambda: desk.session.parting.shares(id), False)
    sure, ask = ft.use_state(False)
    busy, run = use_busy()
    if view is None:
        return Screen(desk.say("parting.title"), [EmptyState(desk.say("person.missing"))], back=True)
    name = view.row.name

    def carried(_: object = None) -> None:
        desk.session.replication.now()

    def again() -> None:
        run(lambda: desk.session.parting.again(id), carried)

    def dismiss(_: object) -> None:
        def done(_: object) -> None:
            carried()
            desk.notice(desk.say("parting.done", name=name), undo=again, seconds=UNDO_SECONDS)

        run(lambda: desk.session.parting.dismiss(id), done)

    def leave(_: object) -> None:
        def done(_: object) -> None:
            ask(False)
            carried()
            desk.notice(desk.say("parting.left", name=name))

        run(lambda: desk.session.parting.leave(id), done)

    body: list[ft.Control]
    if ended is not None:
        body = [Live(_said(desk, ended, name), ft.Icons.LINK_OFF)]
        if ended.how == "shut":
            body += [*_without_the_server(desk, id, name), *_ways_out(desk, id, name, sure, dismiss, leave, ask)]
        else:
            body.append(_Again(id, ended))
        if ended.how in ("dismissed", "left") and (ended.by_package or not desk.session.replication.choice):
            body.append(_Farewell(id, name, key="farewell"))
    elif not shares:
        body = [EmptyState(desk.say("parting.none"), icon=ft.Icons.LINK_OFF)]
    else:
        body = [
            Words(desk.say("parting.line"), Style.NOTE),
            Words(desk.say("parting.stop", name=name)),
            Words(desk.say("parting.told", name=name)),
            *_ways_out(desk, id, name, sure, dismiss, leave, ask),
        ]
    if busy:
        body.append(Busy(desk.say("pair.working")))
    return Screen(desk.say("parting.title"), body, subtitle=name, back=True)


def _without_the_server(desk: Desk, id: str, name: str) -> list[ft.Control]:
    """Where the server says no: what can be done beside ending it. Nothing is lost, whoever is right."""

    def again(_: object) -> None:
        desk.session.replication.now(asked=True)
        desk.notice(desk.say("parting.shut.tried"))

    def pair(_: object) -> None:
        desk.go(f"/person/{id}/pair")

    rows = [("try", again, ft.Icons.SYNC), ("package", pair, ft.Icons.OUTBOX), ("again", pair, ft.Icons.QR_CODE_2)]
    return [
        SectionTitle(desk.say("parting.shut.title")),
        Rows(
            [
                Row(
                    desk.say(f"parting.shut.{what}"),
                    go,
                    subtitle=desk.say(f"parting.shut.{what}.help", name=name),
                    icon=icon,
                    id=f"part-{what}",
                )
                for what, go, icon in rows
            ]
        ),
        SectionTitle(desk.say("parting.shut.end")),
        Words(desk.say("parting.stop", name=name)),
    ]


def _ways_out(
    desk: Desk,
    id: str,
    name: str,
    sure: bool,
    dismiss: Callable[[object], object],
    leave: Callable[[object], object],
    ask: Callable[[bool], object],
) -> list[ft.Control]:
    """To take the other out, where one may, or to leave."""
    found: list[ft.Control] = []
    if desk.session.parting.may_dismiss(id):
        found += [
            ft.Row([SecondaryButton(desk.say("parting.dismiss"), dismiss, ft.Icons.LINK_OFF, id="part-dismiss")]),
            SectionTitle(desk.say("parting.leave.title")),
        ]
    found.append(Soft(desk.say("parting.leave.line", name=name), Style.BODY))
    if sure:
        return found + _leaving(desk, name, leave, ask)
    button = DangerButton(desk.say("parting.leave"), lambda _: ask(True), ft.Icons.LOGOUT, id="part-leave")
    return [*found, ft.Row([button])]


def _leaving(
    desk: Desk, name: str, leave: Callable[[object], object], ask: Callable[[bool], object]
) -> list[ft.Control]:
    """It cannot be undone from here, so it takes a second tap."""
    return [
        Live(desk.say("parting.leave.sure", name=name), ft.Icons.INFO_OUTLINE, theme.ERROR),
        ft.Row(
            [
                DangerButton(desk.say("parting.leave.go"), leave, ft.Icons.LOGOUT, id="part-leave-go"),
                QuietButton(desk.say("checklist.cancel"), lambda _: ask(False), id="part-leave-cancel"),
            ],
            spacing=8,
            run_spacing=8,
            wrap=True,
        ),
    ]


@component
def _Farewell(id: str, name: str, key: str = "") -> ft.Control:
    """Without a server the other learns of it by a package, which is sealed when it is asked for."""
    desk = use_desk()
    made, make = ft.use_state(cast("Package | None", None))
    busy, run = use_busy()
    parts: list[ft.Control] = [
        SectionTitle(desk.say("parting.package.title", name=name)),
        Soft(desk.say("parting.package.how", name=name), Style.BODY),
    ]
    if made is None:
        button = SecondaryButton(
            desk.say("parting.package.make"),
            lambda _: run(lambda: desk.session.parting.farewell(id), make),
            ft.Icons.OUTBOX,
            id="part-make",
        )
        parts.append(ft.Row([button], wrap=True))
    else:
        parts.append(CodeOut(made.text, id="part-package", data=made.data, name=made.name))
    if busy:
        parts.append(Busy(desk.say("pair.working")))
    return _stack(parts)


@component
def PartedCard(id: str, key: str = "") -> ft.Control:
    """On the page of somebody one does not share with any more: how that came about, and the way on. Else nothing."""
    desk = use_desk()
    two: Two | None = use_query(TwoOf(id))
    ended: Parted | None = use_sharing(lambda: desk.session.parting.of(id), None)
    if ended is None or two is None:
        return ft.Container(visible=False)
    parts: list[ft.Control] = [Live(_said(desk, ended, two.name), ft.Icons.LINK_OFF)]
    if ended.how == "shut":
        words = desk.say("parting.shut.title")
        parts.append(QuietButton(words, lambda _: desk.go(f"/person/{id}/part"), id="parted-shut"))
    return Card(parts, ground=theme.RAISED)


def _Again(id: str, ended: Parted) -> ft.Control:
    desk = the_desk()
    again = Row(
        desk.say("parting.again"),
        lambda _: desk.go(f"/person/{id}/pair"),
        subtitle=desk.say("parting.again.help" if ended.how in ("dismissed", "they-left") else "parting.again.ask"),
        icon=ft.Icons.QR_CODE_2,
        id="part-again",
    )
    return Rows([again])


def part_button(id: str, name: str) -> list[ft.Control]:
    """The quiet way to the end of sharing, where something is shared."""
    desk = the_desk()
    if not (desk.session.phase == "open" and not desk.session.example and desk.session.sharing):
        return []
    if not desk.session.parting.shares(id):
        return []
    words = desk.say("parting.row", name=name)
    button = QuietButton(
        words, lambda _: desk.go(f"/person/{id}/part"), ft.Icons.LINK_OFF, id="part", color=theme.INK_SOFT
    )
    return [ft.Row([button], wrap=True)]


def _said(desk: Desk, ended: Parted, name: str) -> str:
    return desk.say(f"parting.is.{ended.how}", name=name or ended.name or desk.say("pair.the-other"))


def _stack(parts: list[ft.Control]) -> ft.Control:
    return ft.Column(parts, spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
