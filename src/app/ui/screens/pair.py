"""Pairing: show a code or enter one, and at the end both hold one shared space. No network is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import flet as ft

from app.model.queries import PersonPage
from app.ui import theme
from app.ui.hooks import use_busy, use_clock, use_desk, use_query
from app.ui.hooks.carrying import use_sharing
from app.ui.parts import (
    Busy,
    Card,
    Choice,
    Field,
    Heading,
    Live,
    PrimaryButton,
    QuietButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Segments,
    Soft,
    Words,
)
from app.ui.parts.codes import MOST_IN_PICTURE, CodeIn, CodeOut, CodePicture, CodePictures
from app.ui.parts.text import SpokenWords
from app.ui.safe import component
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.services.sharing.gathering import Begun
    from app.services.sharing.pairing import Heard, Package, Peer
    from app.ui.desk import Desk

Hear = Callable[..., None]

MOST_NAMED = 12
"""So many numbers of pictures that are lacking are read out one by one."""


@component
def PairScreen(id: str = "") -> ft.Control:
    """With a person (`id`) one can show a code or enter the other's; without one only enter."""
    desk = use_desk()
    now = use_clock()
    view = use_query(PersonPage(id, now)) if id else None
    tab, show = ft.use_state("show" if id else "enter")
    heard, set_heard = ft.use_state(cast("Heard | None", None))
    fault, say_fault = ft.use_state("")
    busy, run = use_busy()

    def hear(text: str = "", data: bytes | None = None, typed: tuple[str, ...] = ()) -> None:
        """Whatever came in: the service knows what it is."""
        say_fault("")
        pairing = desk.session.pairing

        def work() -> Heard:
            found: Heard = pairing.take(data) if data is not None else pairing.hear(text, mentorship=id, typed=typed)
            return found

        run(work, came, lambda problem: say_fault(_why(desk, problem)))

    def came(found: Heard) -> None:
        if found.stage == "taken" and found.mentorship:
            desk.notice(desk.say("pair.has-come", name=found.name))
            desk.swap(f"/person/{found.mentorship}")
        else:
            set_heard(found)

    def again() -> None:
        say_fault("")
        set_heard(None)

    name = view.row.name if view else ""
    body: list[ft.Control] = []
    if heard is not None:
        body.append(_Next(heard, name, hear, set_heard, again, key=f"{heard.stage}-{hash(heard.send)}"))
    elif id and desk.session.pairing.peer(id):
        body.append(_Together(id, name, hear))
    else:
        if id:
            choices = [Choice(one, desk.say(f"pair.{one}")) for one in ("show", "enter")]
            body.append(Segments(choices, tab, show, label=desk.say("pair.title"), id="pair"))
        body.append(_Show(id, name, hear) if tab == "show" else _Enter(hear))
    if fault:
        body.insert(0, Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR))
    if busy:
        body.append(Busy(desk.say("pair.working")))
    return Screen(desk.say("pair.title"), body, subtitle=name, back=True)


@component
def _Show(id: str, name: str, hear: Hear) -> ft.Control:
    """The inviter's side in the room: a code to photograph, and where the other's comes in."""
    desk = use_desk()
    text = ft.use_memo(lambda: desk.session.pairing.show(id), [id])
    return _stack(
        [
            Words(desk.say("pair.show.how", name=name)),
            CodePicture(text, desk.say("pair.picture")),
            CodeOut(text, id="pair-code"),
            SectionTitle(desk.say("pair.show.back")),
            CodeIn(desk.say("pair.their-code"), hear, id="pair-in"),
            SectionTitle(desk.say("pair.otherwise")),
            Rows(
                [
                    Row(
                        desk.say("pair.words"),
                        lambda _: desk.go(f"/person/{id}/pair/words"),
                        subtitle=desk.say("pair.words.when"),
                        icon=ft.Icons.RECORD_VOICE_OVER,
                        id="pair-words",
                    ),
                    Row(
                        desk.say("pair.invite"),
                        lambda _: desk.go(f"/person/{id}/pair/invite"),
                        subtitle=desk.say("pair.invite.when"),
                        icon=ft.Icons.MAIL_OUTLINE,
                        id="pair-invite",
                    ),
                ]
            ),
        ]
    )


@component
def _Enter(hear: Hear) -> ft.Control:
    """The other side: photograph, copy, paste. Whatever code it is, the app knows what comes next."""
    desk = use_desk()
    _, draw = ft.use_state(0)
    waiting = desk.session.pairing.waiting()
    parts: list[ft.Control] = []

    def give_up(_: object) -> None:
        desk.session.pairing.give_up_waiting()
        draw(lambda times: times + 1)
        desk.notice(desk.say("pair.wait.given-up"))

    if waiting:
        who = _named(desk, waiting[0])
        parts.append(
            Card(
                [
                    Words(desk.say("pair.wait", name=who)),
                    Soft(desk.say("pair.wait.never", name=who), Style.BODY),
                    ft.Row([QuietButton(desk.say("pair.wait.give-up"), give_up, id="pair-give-up")], wrap=True),
                ]
            )
        )
    parts += [
        _Begun(),
        Words(desk.say("pair.enter.how")),
        CodeIn(desk.say("pair.their-code"), hear, id="pair-in", on_data=lambda data: hear(data=data)),
        Soft(desk.say("pair.enter.private")),
    ]
    return _stack(parts)


@component
def _Next(
    heard: Heard, name: str, hear: Hear, set_heard: Callable[[Any], object], again: Callable[[], object], key: str = ""
) -> ft.Control:
    """What follows from the code that came in."""
    desk = use_desk()
    id = heard.mentorship
    who = _named(desk, heard.name or name)
    _, run = use_busy()

    def approve(_: object) -> None:
        run(lambda: desk.session.pairing.approve(id), set_heard)

    def decline(_: object) -> None:
        run(lambda: desk.session.pairing.decline(id), lambda _: again())

    def wrong(_: object) -> None:
        def called_off(_: object) -> None:
            desk.notice(desk.say("pair.check.wrong"))
            again()

        run(lambda: desk.session.pairing.call_off(heard), called_off)

    stage = heard.stage
    if stage == "words":
        return _SixWords(hear, heard)
    if stage == "show-back":
        return _ShowBack(heard, hear, wrong)
    if stage == "approve":
        return _stack(
            [
                Heading(desk.say("pair.approve", name=who)),
                Words(desk.say("pair.approve.how")),
                PrimaryButton(desk.say("pair.approve.yes", name=who), approve, ft.Icons.CHECK, id="pair-approve"),
                SecondaryButton(desk.say("pair.approve.no"), decline, id="pair-decline"),
            ]
        )
    if stage == "paired" and id and desk.session.pairing.peer(id):
        return _Package(id, who, heard, hear, wrong)
    if stage == "more" and heard.begun is not None:
        return _stack(
            [
                *([Words(desk.say("pair.more.another"))] if heard.another else []),
                *([Words(desk.say("pair.more.twice", number=heard.twice))] if heard.twice else []),
                Live(_how_far(desk, heard.begun)),
                CodeIn(desk.say("pair.more.in"), hear, id="pair-in", on_data=lambda data: hear(data=data)),
            ]
        )
    parts: list[ft.Control] = [Live(desk.say(f"pair.{stage}", name=who), ft.Icons.CHECK_CIRCLE)]
    if heard.send:
        parts += _out(desk, heard.send)
    if stage != "taken":
        parts += [
            SectionTitle(desk.say("pair.next")),
            CodeIn(desk.say("pair.their-code"), hear, id="pair-in", on_data=lambda data: hear(data=data)),
        ]
    return _stack(parts)


@component
def _ShowBack(heard: Heard, hear: Hear, wrong: Callable[[object], object]) -> ft.Control:
    """The joiner's side in the room: the code back, two words that both see, then the package."""
    desk = use_desk()
    sure, be_sure = ft.use_state(False)
    parts: list[ft.Control] = [
        Words(desk.say("pair.show-back.how")),
        CodePicture(heard.send, desk.say("pair.picture")),
        CodeOut(heard.send, id="pair-code"),
    ]
    if not sure:
        parts += _check(desk, heard, lambda _: be_sure(True), wrong)
    else:
        parts += [
            Live(desk.say("pair.show-back.done"), ft.Icons.CHECK_CIRCLE),
            CodeIn(desk.say("pair.package-in"), hear, id="pair-in", on_data=lambda data: hear(data=data)),
        ]
    return _stack(parts)


@component
def _Package(id: str, who: str, heard: Heard, hear: Hear, wrong: Callable[[object], object]) -> ft.Control:
    """The inviter is paired: both check two words, then the first package goes over."""
    desk = use_desk()
    sure, be_sure = ft.use_state(not heard.check)
    package, keep = ft.use_state(cast("Package | None", None))
    fault, say_fault = ft.use_state("")
    busy, run = use_busy()

    def seal() -> None:
        """Once, when it is wanted: drawing again seals nothing."""
        if sure and package is None:
            say_fault("")
            run(lambda: desk.session.pairing.package(id), keep, lambda problem: say_fault(desk.sentence(problem)))

    ft.use_effect(seal, [sure])
    parts: list[ft.Control] = [Live(desk.say("pair.paired", name=who), ft.Icons.CHECK_CIRCLE)]
    if not sure:
        return _stack([*parts, *_check(desk, heard, lambda _: be_sure(True), wrong)])
    if package is None:
        if fault:
            once_more = SecondaryButton(
                desk.say("pair.package.make"), lambda _: seal(), ft.Icons.OUTBOX, id="pair-package-make"
            )
            parts += [Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR), ft.Row([once_more], wrap=True)]
        return _stack([*parts, *([Busy(desk.say("pair.working"))] if busy else [])])
    text = f"{heard.send}\n\n{package.text}" if heard.send else package.text
    data = None if heard.send else package.data
    parts += [
        Words(desk.say("pair.package.how", name=who)),
        *(_pictures(desk, package, who) if data else ()),
        CodeOut(text, id="pair-package", data=data, name=package.name if data else ""),
        Soft(desk.say("pair.package.later")),
    ]
    if not heard.check:  # in the room nothing more comes back
        parts += [
            SectionTitle(desk.say("pair.next")),
            CodeIn(desk.say("pair.their-code"), hear, id="pair-in", on_data=lambda data: hear(data=data)),
        ]
    parts.append(PrimaryButton(desk.say("pair.finish"), lambda _: desk.back(), ft.Icons.CHECK, id="pair-finish"))
    return _stack(parts)


@component
def _Together(id: str, name: str, hear: Hear) -> ft.Control:
    """Already a pair: what is new goes over as a package, and words can be compared."""
    desk = use_desk()
    _, draw = ft.use_state(0)
    peer = use_sharing(lambda: desk.session.pairing.peer(id), desk.session.pairing.peer(id))
    shown, show = ft.use_state(cast("Package | None", None))
    busy, run = use_busy()

    def same(_: object) -> None:
        desk.session.pairing.compared(id)
        draw(lambda times: times + 1)

    def pack(*, whole: bool = False) -> None:
        run(lambda: desk.session.pairing.package(id, whole=whole), show)  # a first upload may be under way: it waits

    if peer is None:  # it ended while this stood there; what is around it is drawn next
        return ft.Container(visible=False)
    who = _named(desk, peer.name or name)
    parts: list[ft.Control] = [
        Live(desk.say("pair.together", name=who), ft.Icons.CHECK_CIRCLE),
        Soft(desk.say(_compared(peer), name=who), Style.BODY),
    ]
    if not peer.both:
        words: list[ft.Control] = [
            Words(desk.say("pair.compare.how", name=who)),
            SpokenWords(desk.session.pairing.twelve(id)),
        ]
        if not peer.compared:
            words.append(SecondaryButton(desk.say("pair.compare.same"), same, ft.Icons.CHECK, id="pair-same"))
        parts.append(Card(words))
    parts += [_Earlier(desk, one.mentorship, one.held, who, id) for one in desk.session.pairing.earlier(id)]
    parts.append(SectionTitle(desk.say("pair.package")))
    if shown is None:
        make = SecondaryButton(
            desk.say("pair.package.make"),
            lambda _: pack(),
            ft.Icons.OUTBOX,
            id="pair-make",
        )
        whole = QuietButton(
            desk.say("pair.package.whole", name=who),
            lambda _: pack(whole=True),
            id="pair-make-whole",
        )
        parts.append(ft.Row([make, whole], wrap=True, spacing=8, run_spacing=8))
        if busy:
            parts.append(Busy(desk.say("pair.working")))
    elif not shown.count:
        parts.append(Live(desk.say("pair.package.nothing", name=who), ft.Icons.DONE_ALL))
    else:
        parts.append(Words(desk.say("pair.package.how", name=who)))
        parts += _pictures(desk, shown, who)
        parts.append(CodeOut(shown.text, id="pair-package", data=shown.data, name=shown.name))
    parts += [
        SectionTitle(desk.say("pair.package.theirs")),
        _Begun(),
        CodeIn(desk.say("pair.package-in"), hear, id="pair-in", on_data=lambda data: hear(data=data)),
    ]
    return _stack(parts)


def _pictures(desk: Desk, package: Package, who: str) -> list[ft.Control]:
    """The package for the other phone's camera, where it is small enough for that."""
    pictures = package.pictures
    if not pictures:
        return [Soft(desk.say("pair.package.no-pictures"), Style.BODY)]
    said = desk.say("pair.package.pictures", name=who, count=len(pictures))
    return [Words(said), CodePictures(pictures, id="pair-picture")]


def _how_far(desk: Desk, begun: Begun) -> str:
    """How many pictures or parts of a package are here, and which are not."""
    numbers = desk.speech.value.listing([str(number) for number in begun.lacking[:MOST_NAMED]])
    key = "pair.more" if len(begun.lacking) <= MOST_NAMED else "pair.more.many"
    return desk.say(key, here=begun.here, of=begun.count, numbers=numbers)


@component
def _Begun() -> ft.Control:
    """Parts of a package came before the camera, or a lock, came in between: they are still here."""
    desk = use_desk()
    _, draw = ft.use_state(0)
    begun = desk.session.pairing.begun()

    def let_go(_: object) -> None:
        desk.session.pairing.let_go()
        draw(lambda times: times + 1)

    if begun is None:
        return ft.Container(visible=False)
    button = QuietButton(desk.say("pair.more.let-go"), let_go, id="pair-let-go")
    return Card([Words(_how_far(desk, begun)), ft.Row([button], wrap=True)])


def _compared(peer: Peer) -> str:
    """What has become of comparing: the words are shown until both have."""
    return "pair.compared" if peer.both else "pair.compared.mine" if peer.compared else "pair.not-compared"


def _Earlier(desk: Desk, earlier: str, held: int, who: str, id: str) -> ft.Control:
    """Somebody of that name was here before, with things of their own: are they the same person?"""

    def one(_: object) -> None:
        undo = desk.session.pairing.same_person(earlier, id)
        desk.notice(desk.say("pair.earlier.done", name=who), lambda: desk.store.execute(undo) if undo else None)
        desk.swap(f"/person/{id}")

    return Card(
        [
            Heading(desk.say("pair.earlier", name=who)),
            Words(desk.say("pair.earlier.how", name=who, count=held)),
            SecondaryButton(
                desk.say("pair.earlier.yes"), one, ft.Icons.MERGE, id=f"pair-earlier-{earlier}", strong=True
            ),
        ]
    )


@component
def _SixWords(hear: Hear, heard: Heard) -> ft.Control:
    """An offer came: the six words that the other reads aloud."""
    desk = use_desk()
    typed, type_ = ft.use_state("")
    missing, miss = ft.use_state(False)

    def go(_: object = None) -> None:
        given = tuple(typed.split())
        miss(len(given) != 6)
        if len(given) == 6:
            hear(desk.session.pairing.offered, typed=given)

    return _stack(
        [
            Words(desk.say("pair.six.how")),
            Field(
                desk.say("pair.six"),
                typed,
                type_,
                id="pair-six",
                lines=2,
                autofocus=True,
                error=desk.say("pair.six.missing") if missing else "",
                on_submit=go,
            ),
            PrimaryButton(desk.say("pair.six.go"), go, ft.Icons.ARROW_FORWARD, id="pair-six-go"),
        ]
    )


@component
def PairWordsScreen(id: str) -> ft.Control:
    """Six words to read aloud, and the offer to send."""
    desk = use_desk()
    language = desk.prefs.language
    words, offer = ft.use_memo(lambda: desk.session.pairing.speak(id, language), [id])
    return Screen(
        desk.say("pair.words"),
        [
            Words(desk.say("pair.words.how")),
            Card([SpokenWords(words)]),
            Soft(desk.say("pair.words.once")),
            SectionTitle(desk.say("pair.words.offer")),
            CodeOut(offer, id="pair-offer"),
            SectionTitle(desk.say("pair.next")),
            Soft(desk.say("pair.words.answer"), Style.BODY),
        ],
        back=True,
    )


@component
def PairInviteScreen(id: str) -> ft.Control:
    """An invitation to send to somebody who is not here."""
    desk = use_desk()
    text = ft.use_memo(lambda: desk.session.pairing.invite(id), [id])
    return Screen(
        desk.say("pair.invite"),
        [
            Words(desk.say("pair.invite.how")),
            CodeOut(text, id="pair-invitation"),
            CodePicture(text, desk.say("pair.picture")),
            Soft(desk.say("pair.invite.who")),
            SectionTitle(desk.say("pair.next")),
            Soft(desk.say("pair.words.answer"), Style.BODY),
        ],
        back=True,
    )


def _check(
    desk: Desk, heard: Heard, same: Callable[[object], object], wrong: Callable[[object], object]
) -> list[ft.Control]:
    """Two words that both screens show: did the cameras see the right ones?"""
    one, other = heard.check
    return [
        Heading(desk.say("pair.check", one=one, other=other)),
        PrimaryButton(desk.say("pair.check.same"), same, ft.Icons.CHECK, id="pair-same"),
        SecondaryButton(desk.say("pair.check.other"), wrong, id="pair-other"),
    ]


def _out(desk: Desk, text: str) -> list[ft.Control]:
    """A code on its way: as a picture too, where it is short enough for a camera."""
    if len(text) > MOST_IN_PICTURE:
        return [Words(desk.say("pair.send.text")), CodeOut(text, id="pair-code")]
    return [
        Words(desk.say("pair.send.how")),
        CodePicture(text, desk.say("pair.picture")),
        CodeOut(text, id="pair-code"),
    ]


def _why(desk: Desk, problem: Exception) -> str:
    """What was wrong with what came in. After the last try nobody is told to try the same once more."""
    ended = getattr(problem, "code", "") == "sync-pairing-failed" and getattr(problem, "facts", {}).get("left") == 0
    return desk.say("pair.tries.none") if ended else desk.sentence(problem)


def _named(desk: Desk, name: str) -> str:
    return name or desk.say("pair.the-other")


def _stack(parts: list[ft.Control]) -> ft.Control:
    return ft.Column(parts, spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
