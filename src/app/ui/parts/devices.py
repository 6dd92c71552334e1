"""What has to be told about devices, on Today and in their list; and the last steps of a new one."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.services.sharing.devices import Grant, News
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_desk, use_watch
from app.ui.hooks.devices import use_looking, use_own
from app.ui.parts.buttons import QuietButton, SecondaryButton
from app.ui.parts.codes import CodeIn, CodeOut, CodePicture
from app.ui.parts.pictures import Busy
from app.ui.parts.surfaces import Card
from app.ui.parts.text import Heading, Live, SectionTitle, Soft, SpokenWords, Words
from app.ui.safe import component
from app.ui.theme import Style

MOST_IN_PICTURE = 1_700
"""Letters: 125 squares a side. The two phones lie beside each other, and there is the text as well."""

SHARING = frozenset({"dismissed", "they-left", "i-left", "i-dismissed", "shut"})
"""News about who shares and who does no longer; the others are about devices."""


@component
def DeviceNews() -> ft.Control:
    """On Today: a device more or fewer, this one removed or not yet in. Nothing where there is nothing to say."""
    desk = use_desk()
    use_watch(desk.speech)
    own = use_own(late=True)
    parts: list[ft.Control] = []
    if own.waiting is not None:
        parts.append(
            Card(
                [
                    Words(desk.say("devices.news.waiting")),
                    SecondaryButton(
                        desk.say("devices.news.waiting.go"),
                        lambda _: desk.go("/settings/devices"),
                        ft.Icons.ARROW_FORWARD,
                        id="devices-go-on",
                        strong=True,
                    ),
                ],
                ground=theme.RAISED,
            )
        )
    elif own.refused or (own.outside and not any(one.kind == "out" for one in own.news)):
        parts.append(
            Card(
                [
                    Words(desk.say("devices.refused" if own.refused else "devices.outside.title")),
                    SecondaryButton(
                        desk.say("devices.news.show"),
                        lambda _: desk.go("/settings/devices"),
                        ft.Icons.DEVICES,
                        id="devices-outside",
                        strong=True,
                    ),
                ],
                ground=theme.RAISED,
            )
        )
    if own.news:
        parts.append(NewsCard(desk, own.news))
    return ft.Column(
        parts, spacing=8, tight=True, visible=bool(parts), horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )


def NewsCard(desk: Desk, news: tuple[News, ...], *, way: bool = True) -> ft.Control:
    """What has happened with devices, until somebody has read it; with a `way` to their list."""
    said = [desk.say(f"devices.news.{one.kind}", name=one.name or _unnamed(desk, one)) for one in news]
    about_sharing = all(one.kind in SHARING for one in news)
    buttons: list[ft.Control] = [
        SecondaryButton(
            desk.say("devices.news.told"),
            lambda _: desk.session.devices.told(),
            ft.Icons.CHECK,
            id="devices-told",
            strong=True,
        )
    ]
    if way and any(one.kind in ("added", "out") for one in news):
        show = desk.say("devices.news.show")
        buttons.append(QuietButton(show, lambda _: desk.go("/settings/devices"), id="devices-show"))
    shut = next((desk.session.parting.where(one.id) for one in news if one.kind == "shut"), "")
    if shut:
        do = desk.say("parting.shut.title")
        buttons.append(QuietButton(do, lambda _: desk.go(f"/person/{shut}/part"), id="devices-shut"))
    return ft.Semantics(
        live_region=True,
        container=True,
        content=Card(
            [
                Heading(desk.say("devices.news.sharing" if about_sharing else "devices.news.title")),
                *(Words(one) for one in dict.fromkeys(said)),
                ft.Row(buttons, wrap=True, spacing=8, run_spacing=8),
            ],
            ground=theme.RAISED,
        ),
    )


def _unnamed(desk: Desk, one: News) -> str:
    return desk.say("devices.somebody" if one.kind in ("theirs", "reset", *SHARING) else "devices.nameless")


@component
def Waiting(waiting: Grant, done: Callable[[], object], key: str = "") -> ft.Control:
    """The new phone's last steps: its answer on the screen, then everything comes by server or in a package."""
    desk = use_desk()
    own = use_own()
    fault, say_fault = ft.use_state("")
    missing, miss = ft.use_state(0)
    busy, run = use_busy()
    came = own.waiting is None
    server = bool(desk.session.replication.choice)
    use_looking(server and not came)

    def end() -> None:
        if came:
            desk.announce(desk.say("devices.wait.done"))
            done()

    ft.use_effect(end, [came])

    def take(text: str) -> None:
        say_fault("")
        run(lambda: desk.session.devices.read(text), miss, lambda problem: say_fault(desk.sentence(problem)))

    def take_data(data: bytes) -> None:
        say_fault("")
        run(lambda: desk.session.devices.take(data), None, lambda problem: say_fault(desk.sentence(problem)))

    parts: list[ft.Control] = [
        *six_words(desk, waiting, desk.say("devices.wait.words")),
        SectionTitle(desk.say("devices.wait.answer")),
        *code_out(desk, waiting.text, "devices-answer"),
        SectionTitle(desk.say("pair.next")),
        Soft(desk.say("devices.wait.package"), Style.BODY),
    ]
    if server:
        parts.append(Busy(desk.say("devices.wait.server")))
    parts += taking(desk, fault, missing, busy)
    parts.append(CodeIn(desk.say("devices.wait.in"), take, id="devices-package-in", on_data=take_data))
    return stack(parts)


def taking(desk: Desk, fault: str, missing: int, busy: bool) -> list[ft.Control]:
    """How taking a package in goes: what went wrong, how many of its texts have not come, that it is being read."""
    parts: list[ft.Control] = []
    if fault:
        parts.append(Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR))
    if missing:
        parts.append(Live(desk.say("devices.package.more", count=missing)))
    if busy:
        parts.append(Busy(desk.say("devices.working")))
    return parts


def six_words(desk: Desk, given: Grant, how: str) -> list[ft.Control]:
    """Six words that both screens show, heard as one line."""
    return [Words(how), Card([SpokenWords(given.words)])]


def code_out(desk: Desk, text: str, id: str) -> list[ft.Control]:
    """A code on its way: as a picture where a camera can read it, and as text."""
    picture = [CodePicture(text, desk.say("devices.picture"))] if len(text) <= MOST_IN_PICTURE else []
    return [*picture, CodeOut(text, id=id)]


def stack(parts: list[ft.Control]) -> ft.Control:
    """One under the other, as wide as the screen."""
    return ft.Column(parts, spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
