"""My programme: join by a code, hand over what waits, read the coordinator's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_clock, use_desk, use_watch
from app.ui.hooks.told import use_told
from app.ui.parts import (
    Busy,
    DangerButton,
    Live,
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
from app.ui.parts.codes import CodeIn, CodeOut
from app.ui.parts.posting import Posting
from app.ui.safe import component
from app.ui.screens.programme_share import TwelveWords
from app.ui.theme import Style

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.services.programme.membership import Joined, Offer
    from app.services.programme.outgoing import Sent
    from app.services.sharing.pairing import Package

ICONS = {"waiting": ft.Icons.SCHEDULE_SEND, "sent": ft.Icons.SEND_OUTLINED, "seen": ft.Icons.DONE_ALL}


@component
def ProgrammeSettingsScreen() -> ft.Control:
    """The programme one is in, or the way into one."""
    desk = use_desk()
    use_watch(desk.speech)
    programme = desk.session.programme
    use_told(programme.watch)
    joined = programme.joined
    return Inside(joined) if joined else Outside()


@component
def Outside() -> ft.Control:
    """Paste the card, see the name and the words, and join."""
    desk = use_desk()
    offer, look = ft.use_state(cast("Offer | None", None))
    fault, say_fault = ft.use_state("")
    busy, run = use_busy()
    programme = desk.session.programme

    def take(found: str | bytes) -> None:
        say_fault("")
        text = found if isinstance(found, str) else found.decode("utf-8", "replace")
        run(lambda: programme.look(text), look, lambda problem: say_fault(desk.sentence(problem)))

    def join(text: str) -> None:
        run(lambda: programme.join(text), lambda _: desk.notice(desk.say("programme.joined.now")))

    body: list[ft.Control] = []
    primary: ft.Control | None = None
    if offer is None:
        body += [
            Words(desk.say("programme.join.about")),
            CodeIn(desk.say("programme.join.field"), take, id="programme-join", on_data=take),
        ]
    else:
        text = offer.text
        body += [
            Words(desk.say("programme.join.found", name=offer.name), Style.STRONG),
            Words(desk.say("programme.join.what")),
            SectionTitle(desk.say("programme.share.words")),
            TwelveWords(offer.words),
            Soft(desk.say("programme.join.compare")),
            QuietButton(desk.say("programme.join.no"), lambda _: look(None), id="programme-no"),
        ]
        primary = PrimaryButton(desk.say("programme.join.yes"), lambda _: join(text), busy=busy, id="programme-yes")
    if fault:
        body.insert(0, Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR))
    return Screen(desk.say("programme.mine"), body, back=True, primary=primary)


@component
def Inside(joined: Joined) -> ft.Control:
    """What waits, the package, the answer, and what became of what was sent."""
    desk, now = use_desk(), use_clock()
    programme = desk.session.programme
    package, make = ft.use_state(cast("Package | None", None))
    said, tell = ft.use_state("")
    fault, say_fault = ft.use_state("")
    words, show_words = ft.use_state(False)
    busy, run = use_busy()

    def take(found: str | bytes) -> None:
        say_fault("")
        tell("")
        run(lambda: programme.take(found), came, lambda problem: say_fault(desk.sentence(problem)))

    def came(count: int) -> None:
        tell(desk.say("programme.in.more", count=-count) if count < 0 else desk.say("programme.back.done"))

    def withdraw(id: str) -> None:
        make(None)  # what is taken back lies in it still
        desk.notice(desk.say("contact.withdrawn"), undo=programme.withdraw(id), seconds=6)

    def leave(_: object) -> None:
        desk.notice(desk.say("programme.left"), undo=programme.leave(), seconds=10)

    waiting = programme.waiting
    told = desk.say("programme.out.waiting", count=waiting) if waiting else desk.say("programme.out.nothing")
    body: list[ft.Control] = [
        Live(desk.say("programme.out-of", name=joined.name), ft.Icons.INFO_OUTLINE, theme.ACCENT)
        if joined.out
        else Live(
            desk.say("programme.ready" if joined.ready else "programme.not-ready"),
            ft.Icons.CHECK if joined.ready else ft.Icons.HOURGLASS_EMPTY,
        ),
        SectionTitle(desk.say("programme.out")),
        Words(told),
    ]
    if programme.posting != "none":
        body.append(Posting(key="posting"))
    if package is None:
        body.append(
            SecondaryButton(
                desk.say("programme.out.make"),
                lambda _: run(programme.package, make),
                ft.Icons.OUTBOX,
                id="programme-package",
                strong=programme.posting != "yes",
            )
        )
    else:
        body += [
            Words(desk.say("programme.out.how")),
            CodeOut(
                package.text, id="programme-out", data=package.data, name=package.name, on_out=programme.handed_over
            ),
            Soft(desk.say("programme.out.name")),
        ]
    if busy:
        body.append(Busy(desk.say("pair.working")))
    body += [
        SectionTitle(desk.say("programme.back")),
        CodeIn(desk.say("programme.back.field"), take, id="programme-back", on_data=take),
    ]
    if said:
        body.append(Live(said, ft.Icons.CHECK_CIRCLE_OUTLINE, theme.PRIMARY))
    if fault:
        body.append(Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR))
    sent = programme.sent()
    if sent:
        body += [
            SectionTitle(desk.say("programme.sent")),
            Rows([_sent(desk, one, now, withdraw) for one in reversed(sent)]),
        ]
    body.append(
        QuietButton(
            desk.say("programme.share.words"),
            lambda _: show_words(not words),
            ft.Icons.EXPAND_LESS if words else ft.Icons.EXPAND_MORE,
            id="programme-words-show",
        )
    )
    if words:
        body += [TwelveWords(joined.words), Soft(desk.say("programme.join.compare"))]
    body.append(DangerButton(desk.say("programme.leave"), leave, id="programme-leave"))
    return Screen(desk.say("programme.mine"), body, subtitle=joined.name, back=True)


def _sent(desk: Desk, one: Sent, now: datetime, withdraw: Callable[[str], object]) -> ft.Control:
    when = desk.speech.value.near(one.at.astimezone(now.tzinfo), now)
    return Row(
        desk.say(f"programme.sent.{one.what}"),
        subtitle=f"{desk.say(f'programme.state.{one.state}')} · {when}",
        icon=ICONS[one.state],
        trailing=QuietButton(
            desk.say("contact.withdraw"),
            lambda _: withdraw(one.id),
            id=f"withdraw-{one.id}",
            said=f"{desk.say(f'programme.sent.{one.what}')}: {desk.say('contact.withdraw')}",
        )
        if one.state == "waiting"
        else None,
    )
